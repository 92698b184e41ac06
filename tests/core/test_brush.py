"""Brush stamps against discs whose coverage is computed, not sampled from the same formula."""

from __future__ import annotations

import math

import numpy as np
import pytest
from numpy.typing import NDArray

from fluxfill_studio.core.brush import MAX_SIZE, MIN_SIZE, Brush, stamp_at
from fluxfill_studio.core.geometry import Point, Rect

SIZES = [1, 1.3, 2, 3, 5, 8.5, 15, 23.9, 24, 31, 64, 128, 129, 300, 700]


def distances(rect: Rect, centre: Point, samples: int = 1) -> NDArray[np.float64]:
    """From `centre` to the middle of each of the `samples` × `samples` parts of every pixel."""
    xs = (np.arange(rect.width * samples) + 0.5) / samples + rect.x - centre.x
    ys = (np.arange(rect.height * samples) + 0.5) / samples + rect.y - centre.y
    return np.asarray(np.hypot(xs[None, :], ys[:, None]))


def disc(rect: Rect, centre: Point, radius: float) -> NDArray[np.float64]:
    """Coverage of a disc, 0 to 255: the exact length of its chords on 32 lines per pixel."""
    rows = 32
    edges = np.arange(rect.width + 1) + rect.x - centre.x
    lines = (np.arange(rect.height * rows) + 0.5) / rows + rect.y - centre.y
    half = np.sqrt(np.maximum(radius**2 - lines**2, 0))[:, None]
    chords = np.diff(np.clip(edges, -half, half), axis=1)
    return np.asarray(chords.reshape(rect.height, rows, rect.width).mean(axis=1) * 255)


def grid_of(size: float) -> int:
    """Sub-pixel positions per pixel at which stamps are made."""
    return 4 if size <= 128 else 2 if size <= 512 else 1


@pytest.mark.parametrize("size", SIZES)
def test_a_hard_stamp_is_a_disc(size: float) -> None:
    grid = grid_of(size)
    for step_x, step_y in {(0, 0), (1 % grid, 0), (grid // 2, grid - 1)}:
        centre = Point(-3 + step_x / grid, 50 + step_y / grid)
        stamp = stamp_at(Brush(size), centre)
        error = np.abs(stamp.coverage - disc(stamp.rect, centre, size / 2))
        # Measured: 2.7 where stamps are supersampled, else 12, on rims that run diagonally.
        assert error.max() <= (3 if size < 24 else 12.5)
        assert error.mean() <= 1
        distance = distances(stamp.rect, centre)
        assert (stamp.coverage[distance <= size / 2 - 1] == 255).all()
        assert (stamp.coverage[distance >= size / 2 + 1] == 0).all()


@pytest.mark.parametrize("size", SIZES)
@pytest.mark.parametrize("hardness", [0.0, 0.5, 0.8])
def test_a_soft_stamp_falls_along_a_cosine(size: float, hardness: float) -> None:
    centre = Point(7, -2)
    stamp = stamp_at(Brush(size, hardness), centre)
    samples = 16 if size < 100 else 1
    rect, radius = stamp.rect, size / 2
    distance = distances(rect, centre, samples)
    depth = np.clip((radius - distance) / (radius * (1 - hardness)), 0, 1)
    fine = 127.5 - 127.5 * np.cos(np.pi * depth)
    expected = fine.reshape(rect.height, samples, rect.width, samples).mean(axis=(1, 3))
    error = np.abs(stamp.coverage - expected)
    # Measured: 10.4 for the smallest brush, whose falloff is narrower than a sample.
    assert error.max() <= (11 if size == 1 else 8.5)
    assert error.mean() <= 1.7


@pytest.mark.parametrize("hardness", [0.0, 0.3, 0.9, 1.0])
@pytest.mark.parametrize("size", [9, 40, 300])
def test_coverage_never_grows_outwards(size: float, hardness: float) -> None:
    coverage = stamp_at(Brush(size, hardness), Point(0.5, 0.5)).coverage.astype(int)
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
        stamp = stamp_at(Brush(size), Point(x, y))
        weight = stamp.coverage.astype(np.float64)
        columns, rows = weight.sum(axis=0), weight.sum(axis=1)
        mean_x = (columns @ (np.arange(stamp.rect.width) + 0.5)) / weight.sum() + stamp.rect.x
        mean_y = (rows @ (np.arange(stamp.rect.height) + 0.5)) / weight.sum() + stamp.rect.y
        assert abs(mean_x - x) <= 0.5 / grid + 0.06
        assert abs(mean_y - y) <= 0.5 / grid + 0.06


def test_a_stamp_is_shared_and_cannot_be_written_to() -> None:
    brush = Brush(30, 0.5)
    first, second = stamp_at(brush, Point(3, 3)), stamp_at(brush, Point(10, 8))
    assert first.coverage is second.coverage
    with pytest.raises(ValueError, match="read-only"):
        first.coverage[0, 0] = 1


@pytest.mark.parametrize("size", [MIN_SIZE, 10, 100, MAX_SIZE])
def test_scallops_between_dabs_are_a_tenth_of_a_pixel_deep(size: float) -> None:
    brush = Brush(size)
    sagitta = brush.radius - math.sqrt(brush.radius**2 - (brush.spacing / 2) ** 2)
    assert sagitta == pytest.approx(0.1, abs=0.015)
