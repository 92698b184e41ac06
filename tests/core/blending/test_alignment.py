"""Alignment: shifts and stretches are found, and the bound of the error holds."""

from __future__ import annotations

import numpy as np
import pytest

from fluxfill_studio.core.blending.alignment import Alignment, aligned
from fluxfill_studio.core.geometry import Size
from fluxfill_studio.core.picture.resampling import Axis, Grid, Planes, resampled
from tests.outpainted import filling, sample

SIZE = Size(480, 360)
TRUTH = Grid(Axis(1.303, 11.4, 330), Axis(1.297, -7.2, 280))


def _reference() -> Planes:
    return filling(sample("coffee"), SIZE)[..., 1].astype(np.float32)


def _near(grid: Grid, by: float) -> Grid:
    columns, rows = grid.columns, grid.rows
    return Grid(
        Axis(columns.scale * (1 + by / 300), columns.start - by, columns.pixels),
        Axis(rows.scale * (1 - by / 300), rows.start + by, rows.pixels),
    )


def _found(picture: Planes, reference: Planes, grid: Grid) -> Alignment | None:
    return aligned(picture, lambda part: resampled(reference, part), SIZE, grid)


def _error(grid: Grid) -> float:
    """How far the worst corner is off, in pixels of the picture."""
    offs = [
        np.array([found.start + found.scale * end - (true.start + true.scale * end)]) / true.scale
        for found, true in ((grid.columns, TRUTH.columns), (grid.rows, TRUTH.rows))
        for end in (0, true.pixels)
    ]
    return float(np.hypot(np.abs(offs[:2]).max(), np.abs(offs[2:]).max()))


@pytest.mark.parametrize("off", [0.0, 0.4, 1.5])
@pytest.mark.parametrize("noise", [0.0, 4.0])
def test_it_is_found_from_nearby_and_the_bound_holds(off: float, noise: float) -> None:
    reference = _reference()
    grain = np.random.default_rng(1).standard_normal((280, 330), np.float32)
    picture = 0.9 * resampled(reference, TRUTH) + 5 + noise * grain
    found = _found(picture, reference, _near(TRUTH, off))
    assert found is not None
    assert _error(found.grid) < found.error
    assert found.error < (0.05 if noise == 0 else 0.2)
    assert found.likeness > 0.95


def test_rows_that_come_and_go_at_the_rim_do_not_keep_it_from_an_answer() -> None:
    """The reference ends where the picture's pixels do: noise decides which of them are shared."""
    size = Size(60, 48)
    reference = filling(sample("coffee"), size)[..., 1].astype(np.float32)
    truth = Grid(Axis(1.2, -6, 64), Axis(1.2, -6, 56))
    for seed in range(40):
        grain = np.random.default_rng(seed).standard_normal((56, 64))
        picture = resampled(reference, truth) + 10 * grain.astype(np.float32)
        assert aligned(picture, lambda part: resampled(reference, part), size, truth) is not None


def test_what_was_painted_over_does_not_move_it() -> None:
    reference = _reference()
    picture = resampled(reference, TRUTH)
    picture[100:160, 50:130] = picture[200:260, 200:280]
    found = _found(picture, reference, _near(TRUTH, 0.5))
    assert found is not None
    assert _error(found.grid) < min(found.error, 0.1)
    assert found.likeness < 0.99


@pytest.mark.parametrize("value", [0, 90])
def test_nothing_to_hold_on_to_is_no_answer_or_no_certainty(value: int) -> None:
    reference = np.full(SIZE.shape, value, np.float32)
    found = _found(resampled(reference, TRUTH), reference, TRUTH)
    assert found is None or found.error > 1


def test_stripes_say_nothing_of_the_place_along_them() -> None:
    reference = np.tile(_reference()[:1], (SIZE.height, 1))
    found = _found(resampled(reference, TRUTH), reference, TRUTH)
    assert found is None or found.error > 1


def test_pictures_that_hardly_meet_are_not_compared() -> None:
    reference = _reference()
    aside = Grid(Axis(1, SIZE.width - 10, 300), Axis(1, 0, 300))
    assert _found(reference[:300, :300], reference, aside) is None
