"""Strokes: their path, their evenness, what they add up to, and what they report as changed."""

from __future__ import annotations

import math
from itertools import pairwise

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from numpy.typing import NDArray

from fluxfill_studio.core.brush import Brush, stamp_at
from fluxfill_studio.core.geometry import EMPTY, Point, Rect, Size
from fluxfill_studio.core.mask import Mask
from fluxfill_studio.core.stroke import Stroke
from fluxfill_studio.core.types import Plane

SIZE = Size(240, 200)
SMALL = Size(120, 90)


def paint(mask: Mask, brush: Brush, points: list[Point], *, erase: bool = False) -> None:
    """One committed stroke."""
    edit = mask.edit()
    stroke = Stroke(edit, brush, points[0], erase=erase)
    stroke.begin()
    for point in points[1:]:
        stroke.add(point)
    stroke.finish()
    edit.commit()


def painted(brush: Brush, points: list[Point], size: Size = SIZE) -> Plane:
    """The mask after one stroke on an empty one."""
    mask = Mask(size)
    paint(mask, brush, points)
    return mask.pixels


def spline(points: list[Point]) -> list[Point]:
    """The quadratic B-spline of the samples in steps below a pixel, with straight ends."""
    middles = [(a + b) * 0.5 for a, b in pairwise(points)]
    anchors = [points[0], *middles, points[-1]]
    controls = [points[0], *points[1:-1], points[-1]]
    path = [points[0]]
    for start, control, end in zip(anchors[:-1], controls, anchors[1:], strict=True):
        length = math.dist((start.x, start.y), (control.x, control.y))
        length += math.dist((control.x, control.y), (end.x, end.y))
        count = max(1, math.ceil(1.5 * length))
        for index in range(1, count + 1):
            t = index / count
            path.append(start * (1 - t) ** 2 + control * (2 * t * (1 - t)) + end * t**2)
    return path


def distance_to(path: list[Point]) -> NDArray[np.float64]:
    """From the middle of every pixel of a small picture to the nearest point of `path`."""
    xs = np.arange(SMALL.width)[None, :] + 0.5
    ys = np.arange(SMALL.height)[:, None] + 0.5
    nearest = np.full(SMALL.shape, np.inf)
    for point in path:
        np.minimum(nearest, (xs - point.x) ** 2 + (ys - point.y) ** 2, out=nearest)
    return np.asarray(np.sqrt(nearest))


points = st.builds(Point, st.floats(-40, 160), st.floats(-40, 130))


@settings(max_examples=20)
@given(st.sampled_from([1.0, 4.0, 15.0, 60.0]), st.lists(points, min_size=2, max_size=5))
def test_a_fast_stroke_of_few_samples_has_no_gaps_and_no_bulges(
    size: float, samples: list[Point]
) -> None:
    brush = Brush(size)
    mask = painted(brush, samples, SMALL)
    path = spline(samples)
    # Of the path's end as much as one step between dabs may be missing.
    left, end = brush.spacing + 0.5, len(path) - 1
    while end > 0 and left > 0:
        left -= math.dist((path[end].x, path[end].y), (path[end - 1].x, path[end - 1].y))
        end -= 1
    nearest = distance_to(path[: end + 1])
    assert (mask[nearest <= 0.5] > 0).all()
    # Where the path turns on the spot, the turn lies at most half a step from a dab.
    assert (mask[nearest <= brush.radius - 1.2 - brush.spacing / 2] == 255).all()
    assert not mask[distance_to(path) > brush.radius + 1.3].any()


def test_the_width_along_a_stroke_is_even() -> None:
    for size in (12, 41, 100):
        mask = painted(Brush(size), [Point(-80, 100), Point(55, 100), Point(330, 100)])
        widths = mask.sum(axis=0, dtype=np.int64) / 255
        assert widths.max() <= size + 0.1
        assert widths.min() >= size - 0.3


@settings(max_examples=30)
@given(st.lists(st.floats(0.01, 0.99), max_size=12), st.sampled_from([3.0, 20.0, 90.0]))
def test_dabs_lie_evenly_however_the_samples_came(stops: list[float], size: float) -> None:
    start, end = Point(31.2, 93.1), Point(190.7, 110.4)
    straight = painted(Brush(size, 0.5), [start, end]).astype(int)
    way = [start, *(start + (end - start) * stop for stop in sorted(stops)), end]
    stopped = painted(Brush(size, 0.5), way).astype(int)
    # A dab on the border of two sub-pixel positions may fall to either.
    limit = 16 if size > 3 else 90
    assert np.abs(straight - stopped).max() <= limit
    assert np.abs(straight - stopped).mean() <= 0.1


@pytest.mark.parametrize("place", [Point(100, 80), Point(0, 0), Point(239.9, 199.9), Point(-5, 60)])
def test_a_click_gives_one_dab(place: Point) -> None:
    brush = Brush(31, 0.4)
    stamp = stamp_at(brush, place)
    expected = np.zeros((400, 400), np.uint8)
    expected[stamp.rect.moved(100, 100).slices] = stamp.coverage
    assert np.array_equal(painted(brush, [place]), expected[100:300, 100:340])


def test_opacity_does_not_build_up_within_a_stroke_but_across_two() -> None:
    brush = Brush(40, 1.0, 0.5)
    crossing = [Point(40, 40), Point(200, 160), Point(200, 40), Point(40, 160), Point(40, 40)]
    mask = Mask(SIZE)
    paint(mask, brush, crossing)
    assert mask.pixels.max() == 128
    once = mask.pixels == 128
    paint(mask, brush, crossing)
    assert (mask.pixels[once] == 192).all()
    paint(mask, brush, crossing, erase=True)
    assert (mask.pixels[once] == 96).all()


@settings(max_examples=25)
@given(
    st.integers(0, 2**32 - 1),
    st.floats(0.01, 1),
    st.sampled_from([0.0, 0.7, 1.0]),
    st.booleans(),
)
def test_painting_and_erasing_by_their_formulas(
    seed: int, opacity: float, hardness: float, erase: bool
) -> None:
    way = [Point(30, 30), Point(120, 150), Point(220, 20)]
    coverage = painted(Brush(50, hardness), way) / 255 * opacity
    before = np.random.default_rng(seed).integers(0, 256, SIZE.shape, dtype=np.uint8)
    mask = Mask(SIZE, before.copy())
    paint(mask, Brush(50, hardness, opacity), way, erase=erase)
    target = 0.0 if erase else 255.0
    expected = before + (target - before) * coverage
    assert np.abs(mask.pixels - expected).max() <= 0.5 + 1e-3
    untouched = coverage == 0
    assert np.array_equal(mask.pixels[untouched], before[untouched])


def test_erasing_takes_away_all_that_the_same_stroke_painted() -> None:
    mask = Mask(SIZE)
    way = [Point(10, 100), Point(120, 20), Point(230, 180)]
    paint(mask, Brush(30), way)
    assert mask.pixels.any()
    paint(mask, Brush(34), way, erase=True)
    assert not mask.pixels.any()


def test_a_stroke_goes_on_outside_the_picture_and_comes_back() -> None:
    way = [Point(200, 50), Point(500, 60), Point(520, -300), Point(100, -200), Point(60, 80)]
    brush = Brush(24)
    large = Size(700, 700)
    shifted = [Point(point.x, point.y + 400) for point in way]
    whole = painted(brush, shifted, large)
    assert np.array_equal(painted(brush, way), whole[400:600, :240])


def test_a_stroke_wholly_outside_changes_nothing() -> None:
    mask = Mask(SIZE)
    edit = mask.edit()
    stroke = Stroke(edit, Brush(20), Point(-100, -100), erase=False)
    assert stroke.begin() == EMPTY
    assert stroke.add(Point(-100, 500)) == EMPTY
    assert stroke.finish() == EMPTY
    assert edit.commit() is None


def test_only_what_the_last_step_reached_is_reported_as_changed() -> None:
    mask = Mask(Size(4000, 1000))
    stroke = Stroke(mask.edit(), Brush(64), Point(100, 500), erase=False)
    stroke.begin()
    for step in range(1, 60):
        dirty = stroke.add(Point(100 + 40 * step, 500))
        assert dirty.width <= 64 + 40 + 8
        assert dirty.height <= 64 + 4
        assert Rect(0, 0, 4000, 1000).intersected(dirty) == dirty
