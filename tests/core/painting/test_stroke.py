"""Strokes: their path, their evenness, what they add up to, and what they report as changed."""

from __future__ import annotations

import math
from collections.abc import Sequence
from itertools import pairwise

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from numpy.typing import NDArray

from fluxfill_studio.core.geometry import Point, Rect, Size
from fluxfill_studio.core.painting.brush import Brush, Tips
from fluxfill_studio.core.painting.mask import Mask
from fluxfill_studio.core.painting.region import Combine
from fluxfill_studio.core.painting.stroke import Sample, Stroke
from fluxfill_studio.core.types import Plane

SIZE = Size(240, 200)
SMALL = Size(120, 90)


def paint(
    mask: Mask,
    brush: Brush,
    points: Sequence[Point | Sample],
    how: Combine = Combine.ADD,
    axis: float | None = None,
) -> None:
    """One committed stroke; points without a pressure are a mouse's."""
    start, *samples = [p if isinstance(p, Sample) else Sample(p) for p in points]
    edit = mask.edit()
    stroke = Stroke(edit, brush, Tips(), how, axis)
    stroke.begin(start)
    for sample in samples:
        stroke.add(sample)
    stroke.finish()
    edit.commit()


def painted(
    brush: Brush,
    points: Sequence[Point | Sample],
    size: Size = SIZE,
    axis: float | None = None,
) -> Plane:
    """The mask after one stroke on an empty one."""
    mask = Mask(size)
    paint(mask, brush, points, axis=axis)
    return mask.pixels


def combined(before: Plane, coverage: NDArray[np.float64], how: Combine) -> NDArray[np.float64]:
    """What a stroke of `coverage`, 0 to 1, makes of a mask, by its formulas."""
    match how:
        case Combine.ADD:
            return before + (255 - before) * coverage
        case Combine.SUBTRACT:
            return before * (1 - coverage)
        case Combine.INTERSECT:
            return before * coverage


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
    spacing = brush.spacing(size)
    left, end = spacing + 0.5, len(path) - 1
    while end > 0 and left > 0:
        left -= math.dist((path[end].x, path[end].y), (path[end - 1].x, path[end - 1].y))
        end -= 1
    nearest = distance_to(path[: end + 1])
    assert (mask[nearest <= 0.5] > 0).all()
    # Where the path turns on the spot, the turn lies at most half a step from a dab.
    assert (mask[nearest <= brush.radius - 1.2 - spacing / 2] == 255).all()
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
    assert np.abs(straight - stopped).mean() <= 0.02


@pytest.mark.parametrize("place", [Point(100, 80), Point(0, 0), Point(239.9, 199.9), Point(-5, 60)])
def test_a_click_gives_one_dab(place: Point) -> None:
    brush = Brush(31, 0.4)
    left, top, coverage, *_ = Tips().of(31, 0.4).at(place.x, place.y)
    height, width = coverage.shape
    expected = np.zeros((400, 400), np.uint8)
    expected[Rect(left, top, width, height).moved(100, 100).slices] = coverage
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
    paint(mask, brush, crossing, Combine.SUBTRACT)
    assert (mask.pixels[once] == 96).all()


@settings(max_examples=40)
@given(
    st.integers(0, 2**32 - 1),
    st.floats(0.01, 1),
    st.sampled_from([0.0, 0.7, 1.0]),
    st.sampled_from(Combine),
    st.booleans(),
)
def test_the_three_ways_of_painting_by_their_formulas(
    seed: int, opacity: float, hardness: float, how: Combine, is_empty: bool
) -> None:
    way = [Point(30, 30), Point(120, 150), Point(220, 20)]
    coverage = painted(Brush(50, hardness), way) / 255 * opacity
    before = np.random.default_rng(seed).integers(0, 256, SIZE.shape, dtype=np.uint8)
    before[:, : SIZE.width if is_empty else 60] = 0
    mask = Mask(SIZE, before.copy())
    paint(mask, Brush(50, hardness, opacity), way, how)
    assert np.abs(mask.pixels - combined(before, coverage, how)).max() <= 0.5 + 1e-3
    untouched = coverage == 0
    kept = np.zeros_like(before) if how is Combine.INTERSECT else before
    assert np.array_equal(mask.pixels[untouched], kept[untouched])


@settings(max_examples=60)
@given(
    st.lists(st.builds(Point, st.floats(-60, 320), st.floats(-40, 240)), min_size=1, max_size=4),
    st.sampled_from([1.0, 6.5, 30.0, 90.0, 300.0]),
    st.sampled_from([0.0, 0.8, 1.0]),
    st.sampled_from([239, 240]),
    st.sampled_from(Combine),
)
def test_with_symmetry_the_stroke_and_its_mirror_image_are_painted_as_one(
    way: list[Point], size: float, hardness: float, width: int, how: Combine
) -> None:
    """Opacity does not build up where both sides meet, and odd widths have a middle column."""
    picture = Size(width, 200)
    alone = painted(Brush(size, hardness), way, picture)
    both = np.maximum(alone, alone[:, ::-1])
    assert np.array_equal(painted(Brush(size, hardness), way, picture, axis=width / 2), both)
    before = np.random.default_rng(7).integers(0, 256, picture.shape, dtype=np.uint8)
    mask = Mask(picture, before.copy())
    paint(mask, Brush(size, hardness, 0.6), way, how, axis=width / 2)
    expected = combined(before, both / 255 * 0.6, how)
    assert np.abs(mask.pixels - expected).max() <= 0.5 + 1e-3


def test_erasing_takes_away_all_that_the_same_stroke_painted() -> None:
    mask = Mask(SIZE)
    way = [Point(10, 100), Point(120, 20), Point(230, 180)]
    paint(mask, Brush(30), way)
    assert mask.pixels.any()
    paint(mask, Brush(34), way, Combine.SUBTRACT)
    assert not mask.pixels.any()


def test_a_stroke_goes_on_outside_the_picture_and_comes_back() -> None:
    way = [Point(200, 50), Point(500, 60), Point(520, -300), Point(100, -200), Point(60, 80)]
    brush = Brush(24)
    large = Size(700, 700)
    shifted = [Point(point.x, point.y + 400) for point in way]
    whole = painted(brush, shifted, large)
    assert np.array_equal(painted(brush, way), whole[400:600, :240])


@pytest.mark.parametrize("how", list(Combine))
def test_a_stroke_wholly_outside_an_empty_mask_changes_nothing(how: Combine) -> None:
    mask = Mask(SIZE)
    edit = mask.edit()
    stroke = Stroke(edit, Brush(20), Tips(), how, axis=120)
    changed = stroke.begin(Sample(Point(-100, -100)))
    changed += stroke.add(Sample(Point(-100, 500)))
    changed += stroke.finish()
    assert all(rect.is_empty for rect in changed)
    assert edit.commit() is None


def test_only_what_the_last_step_reached_is_reported_as_changed() -> None:
    mask = Mask(Size(4000, 1000))
    stroke = Stroke(mask.edit(), Brush(64), Tips())
    stroke.begin(Sample(Point(100, 500)))
    for step in range(1, 60):
        (dirty,) = stroke.add(Sample(Point(100 + 40 * step, 500)))
        assert dirty.width <= 64 + 40 + 8
        assert dirty.height <= 64 + 4
        assert Rect(0, 0, 4000, 1000).intersected(dirty) == dirty


def test_of_a_symmetric_stroke_each_side_is_reported_by_itself() -> None:
    """One rectangle around both would be painted again in vain."""
    stroke = Stroke(Mask(Size(4000, 1000)).edit(), Brush(64), Tips(), axis=2000)
    stroke.begin(Sample(Point(100, 500)))
    left, right = stroke.add(Sample(Point(180, 500)))
    assert max(left.width, right.width) <= 64 + 40 + 8
    assert abs(left.x - (4000 - right.right)) <= 1
    assert abs(left.right - (4000 - right.x)) <= 1


def test_where_the_stroke_intersects_the_rest_is_cleared_at_its_begin() -> None:
    mask = Mask(SIZE)
    mask.pixels[20:50, 30:90] = 200
    edit = mask.edit()
    stroke = Stroke(edit, Brush(10), Tips(), Combine.INTERSECT)
    changed = stroke.begin(Sample(Point(60, 30)))
    assert changed[0] == Rect(30, 20, 60, 30)
    assert mask.pixels[30, 60] == 200
    assert np.count_nonzero(mask.pixels) < 10 * 10
    edit.abort()
    assert (mask.pixels[20:50, 30:90] == 200).all()


@pytest.mark.parametrize("hardness", [0.0, 0.4, 0.8])
@pytest.mark.parametrize("size", [60, 80, 200, 512, 700])
def test_no_ripple_can_be_seen_along_a_soft_stroke(size: float, hardness: float) -> None:
    """A level or two to each side of the mean; near a narrow slope a tenth of a pixel of it."""
    mask = painted(
        Brush(size, hardness),
        [Point(-2 * size, size), Point(300, size)],
        Size(200, round(2 * size)),
    )
    along = mask.astype(int)
    ripple = (along.max(axis=1) - along.min(axis=1)).max()
    slope = size / 2 * (1 - hardness)
    assert ripple <= max(3, 0.1 * 255 * math.pi / 2 / slope + 2)


def ramp(start: float, end: float, count: int = 2) -> list[Sample]:
    """From left to right through the middle, the pressure growing evenly."""
    shares = np.linspace(0, 1, count)
    return [Sample(Point(20 + 200 * t, 100), start + (end - start) * t) for t in shares]


@pytest.mark.parametrize("count", [2, 3, 20])
def test_the_width_follows_the_pressure_along_the_path(count: int) -> None:
    """However few samples there are: in between, the pressure is in between."""
    mask = painted(Brush(80, 1.0, pressure_size=True), ramp(0, 1, count))
    widths = (mask.sum(axis=0, dtype=np.int64) / 255)[20:180]
    steps = np.diff(widths)
    assert steps.min() >= -0.1, "never narrower with more pressure"
    assert steps.max() <= 1.1, "nor in steps that are seen"
    # A disc that grows by 2/5 of a pixel a pixel touches its hull ahead of its middle.
    expected = np.maximum(80 * (np.arange(160) + 0.5) / 200 / math.sqrt(1 - 0.2**2), 1)
    assert np.abs(widths - expected).max() <= 1.5


@pytest.mark.parametrize("count", [2, 3, 20])
def test_the_opacity_follows_the_pressure_along_the_path(count: int) -> None:
    brush = Brush(10, 1.0, pressure_opacity=True)
    mask = painted(brush, ramp(0, 1, count))
    middle = mask[100, 20:215].astype(int)
    steps = np.diff(middle)
    assert (steps >= 0).all(), "never fainter with more pressure"
    assert steps.max() <= 255 / 200 * brush.spacing(10) + 1
    # Of the dabs that reach a place the last one is the strongest.
    reached = (np.arange(195) + 0.5 + 5) / 200
    assert np.abs(middle - 255 * np.minimum(reached, 1)).max() <= 255 / 200 * 3 + 1


def test_an_even_pressure_is_a_smaller_or_a_fainter_brush() -> None:
    way = [Point(30, 30), Point(120, 150), Point(220, 20)]
    pressed = [Sample(point, 0.5) for point in way]
    smaller = painted(Brush(60, 0.5, pressure_size=True), pressed)
    assert np.array_equal(smaller, painted(Brush(30, 0.5), way))
    fainter = painted(Brush(60, 0.5, pressure_opacity=True), pressed)
    assert np.abs(fainter - painted(Brush(60, 0.5), way) / 2).max() <= 0.5
    both = painted(Brush(60, 0.5, 0.8, pressure_size=True, pressure_opacity=True), pressed)
    assert np.abs(both - painted(Brush(30, 0.5), way) * 0.4).max() <= 1


def test_without_pressure_nothing_is_painted_where_it_gives_the_opacity() -> None:
    way = [Sample(Point(30, 30), 0.0), Sample(Point(200, 150), 0.0)]
    assert not painted(Brush(60, pressure_opacity=True), way).any()
    thin = painted(Brush(60, pressure_size=True), way)
    assert thin.any()
    assert np.array_equal(thin, painted(Brush(1), [sample.point for sample in way]))


@settings(max_examples=60)
@given(
    st.sampled_from([126.0, 130.0, 200.0, 513.0]),
    st.sampled_from([0.0, 0.5, 0.97, 1.0]),
    st.lists(st.tuples(points, st.sampled_from([1.0, 1.0, 0.6])), min_size=2, max_size=6),
    st.booleans(),
)
def test_what_large_dabs_leave_out_the_ones_before_have_covered(
    size: float, hardness: float, way: list[tuple[Point, float]], by_size: bool
) -> None:
    """A stroke is the maximum of its dabs, each laid in full."""
    brush = Brush(size, hardness, pressure_size=by_size)
    mask, tips, laid = Mask(SIZE), Tips(), np.zeros(SIZE.shape, np.uint8)
    recorded: list[tuple[float, float, float]] = []
    with mask.edit() as edit:
        stroke = Stroke(edit, brush, tips)
        lay = stroke._lay

        def recording(dabs: list[tuple[float, float, float]]) -> list[Rect]:
            recorded.extend(dabs)
            return lay(dabs)

        stroke._lay = recording  # type: ignore[method-assign]
        (start, pressure), *others = way
        stroke.begin(Sample(start, pressure))
        for point, pressure in others:
            stroke.add(Sample(point, pressure))
        stroke.finish()
        edit.commit()
    for x, y, pressure in recorded:
        left, top, coverage, *_ = tips.of(brush.size_at(pressure), hardness).at(x, y)
        side = len(coverage)
        whole = np.zeros((SIZE.height + 4 * side, SIZE.width + 4 * side), np.uint8)
        y0, x0 = top + 2 * side, left + 2 * side
        if 0 <= y0 <= whole.shape[0] - side and 0 <= x0 <= whole.shape[1] - side:
            whole[y0 : y0 + side, x0 : x0 + side] = coverage
        inside = whole[2 * side : 2 * side + SIZE.height, 2 * side : 2 * side + SIZE.width]
        np.maximum(laid, inside, out=laid)
    assert np.array_equal(mask.pixels, laid)
