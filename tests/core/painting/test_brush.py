"""Brush stamps against discs whose coverage is computed, not sampled from the same formula."""

from __future__ import annotations

import math

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from numpy.typing import NDArray

from fluxfill_studio.core.geometry import Rect
from fluxfill_studio.core.painting.brush import MAX_SIZE, MIN_SIZE, Brush, Tips
from fluxfill_studio.core.types import Plane

SIZES = [1, 1.3, 2, 3, 5, 8.5, 15, 23.9, 24, 31, 64, 128, 129, 300, 700]
HARDNESSES = [0.0, 0.5, 0.78, 0.83, 0.9, 0.96, 0.99]


def grid_of(size: float) -> int:
    """Sub-pixel positions per pixel at which stamps are made."""
    return 4 if size <= 128 else 2 if size <= 512 else 1


def dab(size: float, hardness: float, x: float, y: float) -> tuple[Rect, Plane]:
    """A dab and where it lies."""
    left, top, coverage, *_ = Tips().of(size, hardness).at(x, y)
    return Rect(left, top, coverage.shape[1], coverage.shape[0]), coverage


def distances(rect: Rect, x: float, y: float, samples: int = 1) -> NDArray[np.float64]:
    """From (x, y) to the middle of each of the `samples` × `samples` parts of every pixel."""
    xs = (np.arange(rect.width * samples) + 0.5) / samples + rect.x - x
    ys = (np.arange(rect.height * samples) + 0.5) / samples + rect.y - y
    return np.asarray(np.hypot(xs[None, :], ys[:, None]))


def disc(rect: Rect, x: float, y: float, radius: float) -> NDArray[np.float64]:
    """Coverage of a disc, 0 to 255: the exact length of its chords on 32 lines per pixel."""
    rows = 32
    edges = np.arange(rect.width + 1) + rect.x - x
    lines = (np.arange(rect.height * rows) + 0.5) / rows + rect.y - y
    half = np.sqrt(np.maximum(radius**2 - lines**2, 0))[:, None]
    chords = np.diff(np.clip(edges, -half, half), axis=1)
    return np.asarray(chords.reshape(rect.height, rows, rect.width).mean(axis=1) * 255)


def soft_disc(
    rect: Rect, x: float, y: float, radius: float, hardness: float
) -> NDArray[np.float64]:
    """A disc that falls from full to nothing along a cosine, supersampled."""
    samples = 16 if radius < 50 else 4 if radius < 200 else 2
    depth = (radius - distances(rect, x, y, samples)) / (radius * (1 - hardness))
    fine = 127.5 - 127.5 * np.cos(np.pi * np.clip(depth, 0, 1))
    return np.asarray(fine.reshape(rect.height, samples, rect.width, samples).mean(axis=(1, 3)))


def places(size: float) -> list[tuple[float, float]]:
    """Some positions of the sub-pixel grid."""
    grid = grid_of(size)
    steps = {(0, 0), (1 % grid, 0), (grid // 2, grid - 1)}
    return [(-3 + step_x / grid, 50 + step_y / grid) for step_x, step_y in sorted(steps)]


@pytest.mark.parametrize("size", SIZES)
def test_a_hard_stamp_is_a_disc(size: float) -> None:
    for x, y in places(size):
        rect, coverage = dab(size, 1.0, x, y)
        error = np.abs(coverage - disc(rect, x, y, size / 2))
        # The rim itself: measured 2.7 where stamps are supersampled more, else 7.7.
        assert error.max() <= (3 if size < 24 else 8)
        assert error.mean() <= 0.25
        distance = distances(rect, x, y)
        assert (coverage[distance <= size / 2 - 1] == 255).all()
        assert (coverage[distance >= size / 2 + 1] == 0).all()


@pytest.mark.parametrize("size", SIZES)
@pytest.mark.parametrize("hardness", HARDNESSES)
def test_a_soft_stamp_falls_along_a_cosine(size: float, hardness: float) -> None:
    x, y = places(size)[-1]
    rect, coverage = dab(size, hardness, x, y)
    error = np.abs(coverage - soft_disc(rect, x, y, size / 2, hardness))
    assert error.mean() <= 1.25
    at_the_rim = np.abs(distances(rect, x, y) - size / 2) <= 1
    assert error[~at_the_rim].max(initial=0) <= 8
    assert error.max() <= 9


@pytest.mark.parametrize("hardness", [0.0, 0.3, 0.9, 1.0])
@pytest.mark.parametrize("size", [9, 40, 300])
def test_coverage_never_grows_outwards(size: float, hardness: float) -> None:
    _, stamp = dab(size, hardness, 0.5, 0.5)
    coverage = stamp.astype(int)
    middle = coverage.shape[0] // 2
    outwards = coverage[middle, middle:]
    assert (np.diff(outwards) <= 0).all()
    assert outwards[0] >= 250
    assert outwards[-1] == 0
    assert np.array_equal(coverage, coverage.T)


@pytest.mark.parametrize("size", [1, 6, 60, 200, 700])
def test_a_stamp_lies_where_it_was_asked_for(size: float) -> None:
    """To half a step of its grid, also left of and above the picture."""
    grid = grid_of(size)
    for x, y in [(0.0, 0.0), (10.4, -7.7), (-100.13, 3.99), (5.5, 1e6 + 0.3)]:
        rect, coverage = dab(size, 1.0, x, y)
        weight = coverage.astype(np.float64)
        columns, rows = weight.sum(axis=0), weight.sum(axis=1)
        mean_x = (columns @ (np.arange(rect.width) + 0.5)) / weight.sum() + rect.x
        mean_y = (rows @ (np.arange(rect.height) + 0.5)) / weight.sum() + rect.y
        assert abs(mean_x - x) <= 0.5 / grid + 0.06
        assert abs(mean_y - y) <= 0.5 / grid + 0.06


def test_a_stamp_is_shared_and_cannot_be_written_to() -> None:
    tip = Tips().of(30, 0.5)
    first = tip.at(3, 3).coverage
    second = tip.at(10, 8).coverage
    assert first is second
    with pytest.raises(ValueError, match="read-only"):
        first[0, 0] = 1


def test_of_the_tips_the_ones_used_last_are_kept_within_the_budget() -> None:
    sizes = [10, 11, 12, 13]
    weights = [dab(size, 1.0, 0, 0)[1].size * grid_of(size) ** 2 for size in sizes]
    tips = Tips(budget=sum(weights) - 1)
    made = {size: tips.of(size, 1.0) for size in sizes[:3]}
    stamp = made[11].at(0, 0).coverage
    assert tips.of(10, 1.0) is made[10]
    tips.of(13, 1.0)
    # 10 has been used since, so 11 was the oldest, and its bytes were enough.
    assert tips.of(10, 1.0) is made[10]
    assert tips.of(12, 1.0) is made[12]
    again = tips.of(11, 1.0)
    assert again is not made[11]
    assert np.array_equal(again.at(0, 0).coverage, stamp)


def test_a_tip_larger_than_the_budget_is_kept_until_the_next() -> None:
    tips = Tips(budget=10)
    first = tips.of(50, 1.0)
    assert tips.of(50, 1.0) is first
    tips.of(51, 1.0)
    assert tips.of(50, 1.0) is not first


def test_without_pressure_to_size_the_pen_changes_nothing() -> None:
    brush = Brush(80.3)
    assert {brush.size_at(pressure) for pressure in (0.0, 0.5, 1.0)} == {80.3}


@pytest.mark.parametrize("size", [MIN_SIZE, 5, 16, 64, 200, MAX_SIZE])
def test_the_size_follows_the_pressure_without_steps(size: float) -> None:
    """Never smaller with more pressure, and nowhere by more than the eye sees at once."""
    brush = Brush(size, pressure_size=True)
    pressures = np.linspace(0, 1, 40_001)
    sizes = np.array([brush.size_at(float(pressure)) for pressure in pressures])
    steps = np.diff(sizes)
    assert (steps >= 0).all()
    for limit, step in ((16, 0.125), (64, 0.5), (MAX_SIZE, 1.0)):
        assert steps[sizes[1:] <= limit].max(initial=0) <= step
    assert sizes[0] == MIN_SIZE
    assert sizes[-1] == size
    assert np.abs(sizes - np.maximum(size * pressures, MIN_SIZE)).max() <= 0.5


@given(st.floats(MIN_SIZE, MAX_SIZE), st.floats(0, 1))
def test_the_size_under_pressure_is_within_a_hundredth_and_half_a_pixel(
    size: float, pressure: float
) -> None:
    wanted = max(size * pressure, MIN_SIZE)
    given_size = Brush(size, pressure_size=True).size_at(pressure)
    assert abs(given_size - wanted) <= min(0.5, wanted / 30)


@pytest.mark.parametrize("size", [MIN_SIZE, 10, 100, MAX_SIZE])
def test_scallops_between_hard_dabs_are_a_tenth_of_a_pixel_deep(size: float) -> None:
    radius, spacing = size / 2, Brush(size).spacing(size)
    sagitta = radius - math.sqrt(radius**2 - (spacing / 2) ** 2)
    assert sagitta == pytest.approx(0.1, abs=0.015)


@pytest.mark.parametrize("size", [40, 100, 512, MAX_SIZE])
@pytest.mark.parametrize("hardness", [0.0, 0.4, 0.8, 0.95])
def test_scallops_between_soft_dabs_are_a_tenth_of_a_pixel_or_one_level_deep(
    size: float, hardness: float
) -> None:
    """On the contour in the middle of the slope, where the slope is steepest."""
    slope = size / 2 * (1 - hardness)
    radius, spacing = size / 2 - slope / 2, Brush(size, hardness).spacing(size)
    sagitta = radius - math.sqrt(radius**2 - (spacing / 2) ** 2)
    steepest = 255 * math.pi / 2 / slope
    assert sagitta <= 0.101 or sagitta * steepest <= 1.01
    assert spacing >= 0.5
