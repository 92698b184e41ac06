"""What an undo step weighs, and which steps go first."""

from __future__ import annotations

import numpy as np
import pytest

from fluxfill_studio.core.brush import Brush
from fluxfill_studio.core.geometry import Point, Rect, Size
from fluxfill_studio.core.history import TILE, History, TileDelta, UndoRecord, tiles_of
from fluxfill_studio.core.mask import Mask, invert
from fluxfill_studio.core.stroke import Stroke


def noise(seed: int) -> UndoRecord:
    """A step over one tile that does not compress: a tile's bytes and a little more."""
    before = np.zeros((TILE, TILE), np.uint8)
    after = np.random.default_rng(seed).integers(0, 256, (TILE, TILE), dtype=np.uint8)
    delta = TileDelta.between(Rect(0, 0, TILE, TILE), before, after)
    assert delta is not None
    return UndoRecord((delta,))


def test_an_equal_tile_makes_no_delta() -> None:
    tile = np.full((4, 5), 3, np.uint8)
    assert TileDelta.between(Rect(0, 0, 5, 4), tile, tile.copy()) is None


def test_inverting_a_hundred_megapixels_weighs_next_to_nothing() -> None:
    mask = Mask(Size(12_000, 8_400))
    with mask.edit() as edit:
        invert(edit)
        record = edit.commit()
    assert record is not None
    assert record.byte_count < 500_000
    record.apply(mask.pixels)
    assert not mask.pixels.any()


def test_a_long_stroke_with_a_large_soft_brush_weighs_little() -> None:
    mask = Mask(Size(7000, 2000))
    edit = mask.edit()
    stroke = Stroke(edit, Brush(512, 0.0), Point(300, 1000), erase=False)
    stroke.begin()
    for step in range(1, 201):
        stroke.add(Point(300 + 32 * step, 1000 + 300 * np.sin(step / 12)))
    stroke.finish()
    record = edit.commit()
    assert record is not None
    assert record.byte_count <= 3 * 2**20


def test_the_oldest_steps_go_when_the_budget_is_used_up() -> None:
    steps = [noise(seed) for seed in range(5)]
    history = History(budget=3 * steps[0].byte_count + 1000)
    pixels = np.zeros((TILE, TILE), np.uint8)
    for step in steps:
        step.apply(pixels)
        history.push(step)
    assert history.byte_count == sum(step.byte_count for step in steps[2:])
    for _ in range(3):
        history.undo(pixels)
    assert not history.can_undo
    remaining = np.zeros_like(pixels)
    steps[0].apply(remaining)
    steps[1].apply(remaining)
    assert np.array_equal(pixels, remaining)


def test_the_latest_step_stays_even_when_it_alone_is_over_the_budget() -> None:
    history = History(budget=10)
    history.push(noise(0))
    history.push(noise(1))
    assert history.byte_count == noise(1).byte_count
    assert history.can_undo


def test_a_new_step_forgets_what_was_undone() -> None:
    history = History()
    pixels = np.zeros((TILE, TILE), np.uint8)
    history.push(noise(0))
    history.undo(pixels)
    history.push(noise(1))
    assert not history.can_redo
    assert history.byte_count == noise(1).byte_count
    with pytest.raises(IndexError):
        history.redo(pixels)


def test_nothing_to_undo() -> None:
    with pytest.raises(IndexError):
        History().undo(np.zeros((1, 1), np.uint8))


@pytest.mark.parametrize("size", [Size(1, 1), Size(TILE, TILE + 1), Size(700, 300)])
def test_tiles_cover_a_picture_once(size: Size) -> None:
    covered = np.zeros(size.shape, np.uint8)
    for row, column, tile in tiles_of(Rect.of(size), size):
        assert (tile.x, tile.y) == (column * TILE, row * TILE)
        covered[tile.slices] += 1
    assert (covered == 1).all()
