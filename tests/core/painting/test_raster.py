"""Coverage of shapes against areas computed pixel by pixel with other methods."""

from __future__ import annotations

import math
from collections.abc import Callable
from itertools import pairwise

import cv2
import numpy as np
import pytest
from hypothesis import example, given
from hypothesis import strategies as st
from numpy.typing import NDArray

from fluxfill_studio.core.geometry import EMPTY, Point, Rect, Size
from fluxfill_studio.core.painting.raster import ellipse_region, polygon_region, rectangle_region
from fluxfill_studio.core.painting.region import Region
from fluxfill_studio.core.types import Plane

SAMPLES = 16

near = st.one_of(
    st.integers(-3, 15).map(float),
    st.floats(-5, 18, allow_nan=False),
    st.sampled_from([-1e6, -40.25, 1e-9, 7.999999, 300.0, 2e5 + 1 / 3]),
)
points = st.builds(Point, near, near)
sizes = st.builds(Size, st.integers(1, 12), st.integers(1, 12))


def plane_of(region: Region, size: Size) -> Plane:
    """The coverage of the whole picture, and what every region must be."""
    assert region.coverage.shape == region.rect.size.shape
    assert region.rect == EMPTY or region.rect.intersected(Rect.of(size)) == region.rect
    plane = np.zeros(size.shape, np.uint8)
    plane[region.rect.slices] = region.coverage
    x, y, width, height = cv2.boundingRect(plane)
    assert region.rect == (Rect(x, y, width, height) if width else EMPTY)
    return plane


def halved(polygon: list[Point], normal: Point, limit: float) -> list[Point]:
    """The part of a polygon where `normal` · p ≤ `limit` (Sutherland and Hodgman, 1974)."""
    kept: list[Point] = []
    for start, end in pairwise([*polygon, *polygon[:1]]):
        from_start = normal.x * start.x + normal.y * start.y - limit
        from_end = normal.x * end.x + normal.y * end.y - limit
        if from_start <= 0:
            kept.append(start)
        if from_start * from_end < 0:
            kept.append(start + (end - start) * (from_start / (from_start - from_end)))
    return kept


def wound_area(polygon: list[Point]) -> float:
    """Area times how often the outline winds around it, without its sign (shoelace formula)."""
    return abs(sum(a.x * b.y - b.x * a.y for a, b in pairwise([*polygon, *polygon[:1]]))) / 2


def areas(polygon: list[Point], size: Size) -> NDArray[np.float64]:
    """0 to 255, by clipping the polygon to every pixel."""
    expected = np.zeros(size.shape)
    for row in range(size.height):
        strip = halved(halved(polygon, Point(0, -1), -row), Point(0, 1), row + 1)
        for column in range(size.width):
            pixel = halved(halved(strip, Point(-1, 0), -column), Point(1, 0), column + 1)
            # Near the origin the formula loses nothing to rounding.
            pixel = [point - Point(column, row) for point in pixel]
            expected[row, column] = min(wound_area(pixel), 1) * 255
    return expected


def windings(polygon: list[Point], size: Size) -> NDArray[np.int64]:
    """How often the outline winds around each of the 16 × 16 samples of every pixel.

    Shape (height, width, 16 · 16).
    """
    xs = (np.arange(size.width * SAMPLES) + 0.5) / SAMPLES
    ys = (np.arange(size.height * SAMPLES) + 0.5) / SAMPLES
    total = np.zeros((len(ys), len(xs)), np.int64)
    for a, b in pairwise([*polygon, *polygon[:1]]):
        if a.y == b.y:
            continue
        crossed = (ys >= min(a.y, b.y)) & (ys < max(a.y, b.y))
        at = a.x + (ys - a.y) / (b.y - a.y) * (b.x - a.x)
        total += (crossed[:, None] & (at[:, None] < xs)) * (1 if b.y > a.y else -1)
    blocks = total.reshape(size.height, SAMPLES, size.width, SAMPLES)
    return blocks.transpose(0, 2, 1, 3).reshape(*size.shape, -1)


@given(st.lists(points, max_size=9), sizes)
@example([Point(0, 0), Point(3, 0), Point(3, 2), Point(0, 2)], Size(3, 2))
@example([Point(-1e6, 1), Point(2e5, 1.5), Point(4, 1e6)], Size(8, 8))
def test_a_polygon_covers_the_area_that_its_outline_winds_around(
    polygon: list[Point], size: Size
) -> None:
    covered = plane_of(polygon_region(polygon, size), size)
    # Half a level is lost to rounding, the rest to coordinates of a million pixels.
    assert np.abs(covered - areas(polygon, size)).max() <= 0.6


@given(
    st.lists(
        st.builds(Point, *[st.floats(-4, 16, allow_subnormal=False)] * 2), min_size=3, max_size=12
    ),
    sizes,
)
def test_away_from_crossings_the_rule_is_non_zero(polygon: list[Point], size: Size) -> None:
    covered = plane_of(polygon_region(polygon, size), size)
    wound = windings(polygon, size)
    lowest, highest = wound.min(axis=2), wound.max(axis=2)
    plain = ((lowest >= 0) & (highest <= 1)) | ((lowest >= -1) & (highest <= 0))
    plain |= (lowest > 0) | (highest < 0)
    expected = np.where(wound != 0, 255.0, 0.0).mean(axis=2)
    # An edge may pass up to half a sample from where the samples say.
    assert np.abs(covered - expected)[plain].max(initial=0) <= 255 * len(polygon) / SAMPLES / 2


@given(st.lists(st.floats(0, math.tau), min_size=1, max_size=10), sizes)
@example([0.0], Size(5, 4))
def test_the_parts_of_a_picture_add_up_to_it(angles: list[float], size: Size) -> None:
    """Sectors between rays from a point inside, each reaching far beyond the borders."""
    centre = Point(size.width * 0.4, size.height * 0.7)
    rays = sorted(angles)
    total = np.zeros(size.shape)
    for start, end in pairwise([*rays, rays[0] + math.tau]):
        directions = [Point(math.cos(a), math.sin(a)) for a in np.linspace(start, end, 9)]
        sector = [centre, *(centre + direction * 1000 for direction in directions)]
        total += plane_of(polygon_region(sector, size), size)
    assert np.abs(total - 255).max() <= len(rays) / 2


def test_bands_leave_no_seam() -> None:
    """A tall polygon equals itself drawn again lower, where bands end at other rows of it."""
    angles = np.linspace(0, math.tau, 400, endpoint=False)
    radii = 350 + 60 * np.sin(9 * angles)
    outline = [
        Point(1500 + 4 * r * math.cos(a), 400 + r * math.sin(a))
        for r, a in zip(radii, angles, strict=True)
    ]
    size = Size(3000, 900)
    shift = Point(0, 37)
    high = plane_of(polygon_region(outline, size), size)
    low = plane_of(polygon_region([point + shift for point in outline], size), size)
    difference = np.abs(high[:-37].astype(int) - low[37:])
    assert difference.max() <= 1
    assert np.count_nonzero(difference) < 20


@pytest.mark.parametrize(
    "size", [Size(1, 1), Size(1, 5000), Size(4097, 3), Size(33000, 2), Size(2, 70001)]
)
def test_a_polygon_around_the_picture_covers_all_of_it(size: Size) -> None:
    w, h = size.width, size.height
    around = [Point(-9, -7), Point(2 * w, -7), Point(2 * w, 3 * h), Point(-9, 3 * h)]
    for outline in (around, around[::-1]):
        assert (plane_of(polygon_region(outline, size), size) == 255).all()
    triangle = [Point(0, 0), Point(w, 0), Point(0, h)]
    assert plane_of(polygon_region(triangle, size), size).mean() == pytest.approx(127.5, abs=1)


SIZE = Size(20, 10)


@pytest.mark.parametrize(
    "outline",
    [
        [],
        [Point(3, 3)],
        [Point(3, 3), Point(9, 5)],
        [Point(3, 3)] * 5,
        [Point(0, 0), Point(5, 5), Point(10, 10)],
        [Point(30, 0), Point(40, 0), Point(35, 9)],
        [Point(-9, 0), Point(-1, 0), Point(-5, 9)],
        [Point(1, -9), Point(9, -9), Point(5, 0)],
        [Point(1, 10), Point(9, 19), Point(5, 19)],
        # Smaller than half a level.
        [Point(5.5, 5.5), Point(5.53, 5.5), Point(5.5, 5.53)],
    ],
)
def test_what_has_no_area_in_the_picture_is_an_empty_region(outline: list[Point]) -> None:
    region = polygon_region(outline, SIZE)
    assert region.rect == EMPTY
    assert region.coverage.shape == (0, 0)


@pytest.mark.parametrize("region_of", [rectangle_region, ellipse_region])
def test_flat_and_outside_marquees_are_empty_regions(
    region_of: Callable[[Point, Point, Size], Region],
) -> None:
    for a, b in [
        (Point(3, 3), Point(3, 3)),
        (Point(3, 3), Point(9, 3)),
        (Point(3.5, 8), Point(3.5, 1)),
        (Point(20, 0), Point(30, 5)),
        (Point(-9, -9), Point(0, 5)),
    ]:
        region = region_of(a, b, SIZE)
        assert region.rect == EMPTY
        assert region.coverage.shape == (0, 0)


@given(points, points, sizes)
def test_a_rectangle_covers_its_share_of_every_pixel(a: Point, b: Point, size: Size) -> None:
    def shares(one: float, other: float, length: int) -> NDArray[np.float64]:
        low, high = sorted((one, other))
        edges = np.clip(np.arange(length + 1), low, high)
        return np.diff(edges)

    expected = np.outer(shares(a.y, b.y, size.height), shares(a.x, b.x, size.width)) * 255
    assert np.abs(plane_of(rectangle_region(a, b, size), size) - expected).max() <= 0.5 + 1e-6


@given(
    st.floats(-10, 60), st.floats(-10, 60), st.floats(0.2, 40), st.floats(0.2, 40), st.booleans()
)
def test_an_ellipse_covers_its_share_of_every_pixel(
    x: float, y: float, across: float, down: float, upwards: bool
) -> None:
    size = Size(50, 45)
    a, b = Point(x - across, y - down), Point(x + across, y + down)
    if upwards:
        a, b = Point(a.x, b.y), Point(b.x, a.y)
    # The exact length of its chords on 512 lines per pixel.
    lines = (np.arange(size.height * 512) + 0.5) / 512 - y
    half = across * np.sqrt(np.maximum(1 - (lines / down) ** 2, 0))[:, None]
    chords = np.diff(np.clip(np.arange(size.width + 1) - x, -half, half), axis=1)
    expected = chords.reshape(size.height, 512, size.width).mean(axis=1) * 255
    assert np.abs(plane_of(ellipse_region(a, b, size), size) - expected).max() <= 2


@pytest.mark.parametrize("radius", [0.3, 5, 100, 700])
def test_a_circle_has_the_area_of_a_circle(radius: float) -> None:
    centre, reach = Point(750.3, 749.9), Point(radius, radius)
    region = ellipse_region(centre - reach, centre + reach, Size(1500, 1500))
    area = region.coverage.sum(dtype=np.int64) / 255
    assert area == pytest.approx(math.pi * radius**2, rel=0.003 if radius < 1 else 0.0005)
