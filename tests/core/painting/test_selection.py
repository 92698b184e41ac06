"""Operations on whole masks, and the bucket, against slow and plain computations of the same."""

from __future__ import annotations

import heapq
import math
from collections import deque
from collections.abc import Callable
from functools import partial

import numpy as np
import pytest
from hypothesis import example, given
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays
from numpy.typing import NDArray

from fluxfill_studio.core.geometry import EMPTY, Point, Rect, Size
from fluxfill_studio.core.painting.mask import Mask, MaskEdit
from fluxfill_studio.core.painting.region import Region
from fluxfill_studio.core.painting.selection import (
    feather,
    fill_holes,
    flood_region,
    grow,
    replace,
    shrink,
)
from fluxfill_studio.core.types import Pixels, Plane
from tests.pictures import photograph

SIDES = ((0, 1), (1, 0), (0, -1), (-1, 0))
ODD_SIZES = [Size(1, 1), Size(1, 5000), Size(4097, 3), Size(33000, 2), Size(2, 70001)]

levels = st.sampled_from([0, 0, 0, 1, 7, 8, 100, 128, 254, 255, 255])
shapes = st.tuples(st.integers(1, 14), st.integers(1, 14))


@st.composite
def planes(draw: st.DrawFn) -> Plane:
    """Small masks; some are sparse, some leave a border free."""
    plane: Plane = draw(arrays(np.uint8, draw(shapes), elements=levels))
    if draw(st.booleans()):
        plane[draw(arrays(np.bool_, plane.shape, elements=st.booleans()))] = 0
    if draw(st.booleans()):
        plane[0] = plane[:, 0] = plane[:, -1] = 0
    return plane


def edited(before: Plane, act: Callable[[MaskEdit], Rect]) -> Plane:
    """The mask after `act`; also shows that its rectangle and the undo step are right."""
    mask = Mask(Size(before.shape[1], before.shape[0]), before.copy())
    with mask.edit() as edit:
        dirty = act(edit)
        record = edit.commit()
    assert dirty.intersected(Rect.of(mask.size)) == dirty
    after = mask.pixels.copy()
    changed = after != before
    changed[dirty.slices] = False
    assert not changed.any()
    if record is not None:
        record.apply(mask.pixels)
    assert np.array_equal(mask.pixels, before)
    return after


def grown_slowly(plane: Plane, radius: int) -> Plane:
    """The largest value within `radius`, one offset after the other."""
    height, width = plane.shape
    around = np.pad(plane, radius)
    result = np.zeros_like(plane)
    for dy in range(-radius, radius + 1):
        for dx in range(-radius, radius + 1):
            if dx * dx + dy * dy <= radius * radius:
                top, left = radius + dy, radius + dx
                np.maximum(result, around[top : top + height, left : left + width], out=result)
    return result


def blurred_slowly(plane: Plane, sigma: float) -> NDArray[np.float64]:
    """Convolution with a Gaussian that is cut off at five deviations; borders are repeated."""
    reach = math.ceil(5 * sigma)
    offsets = np.arange(-reach, reach + 1)
    kernel = np.exp(-(offsets**2) / (2 * sigma * sigma))
    kernel /= kernel.sum()
    result = np.pad(plane.astype(np.float64), reach, mode="edge")
    for axis in (0, 1):
        result = np.apply_along_axis(np.convolve, axis, result, kernel, mode="valid")
    return result


def poured_slowly(plane: Plane) -> Plane:
    """At what level water from outside reaches each pixel (priority flood, Barnes et al. 2014)."""
    height, width = plane.shape
    reached = np.full(plane.shape, -1, np.int64)
    shore = [
        (int(plane[y, x]), y, x)
        for y in range(height)
        for x in range(width)
        if y in {0, height - 1} or x in {0, width - 1}
    ]
    heapq.heapify(shore)
    while shore:
        level, y, x = heapq.heappop(shore)
        if reached[y, x] >= 0:
            continue
        reached[y, x] = level
        for dy, dx in SIDES:
            if 0 <= y + dy < height and 0 <= x + dx < width:
                heapq.heappush(shore, (max(level, int(plane[y + dy, x + dx])), y + dy, x + dx))
    return reached.astype(np.uint8)


def alike_slowly(pixels: Pixels, seed: tuple[int, int], tolerance: int) -> NDArray[np.bool_]:
    difference = np.abs(pixels.astype(int) - pixels[seed[1], seed[0]].astype(int))
    return np.asarray(difference.max(axis=2) <= tolerance)


def connected_slowly(alike: NDArray[np.bool_], seed: tuple[int, int]) -> NDArray[np.bool_]:
    """What of `alike` is reached from `seed` across pixel sides, breadth first."""
    height, width = alike.shape
    found = np.zeros_like(alike)
    found[seed[1], seed[0]] = True
    queue = deque([seed])
    while queue:
        x, y = queue.popleft()
        for dy, dx in SIDES:
            row, column = y + dy, x + dx
            inside = 0 <= row < height and 0 <= column < width
            if inside and alike[row, column] and not found[row, column]:
                found[row, column] = True
                queue.append((column, row))
    return found


def plane_of(region: Region, shape: tuple[int, int]) -> Plane:
    """The coverage of the whole picture; also shows that the region is as small as can be."""
    assert region.coverage.shape == region.rect.size.shape
    for side in (region.coverage[0], region.coverage[-1], *region.coverage.T[[0, -1]]):
        assert side.any()
    plane = np.zeros(shape, np.uint8)
    plane[region.rect.slices] = region.coverage
    return plane


def softened_slowly(found: NDArray[np.bool_]) -> NDArray[np.float64]:
    around = np.pad(found * 255.0, 1, mode="edge")
    height, width = found.shape
    seen = np.zeros(found.shape)
    for dy, row in enumerate((1, 2, 1)):
        for dx, column in enumerate((1, 2, 1)):
            seen += around[dy : dy + height, dx : dx + width] * row * column / 16
    return np.asarray(np.maximum(found * 255.0, seen))


@given(planes(), st.data())
def test_replacing(before: Plane, data: st.DataObject) -> None:
    plane = data.draw(arrays(np.uint8, before.shape, elements=levels))
    assert np.array_equal(edited(before, partial(replace, plane=plane)), plane)


def test_only_a_plane_of_its_shape_replaces_a_mask() -> None:
    with Mask(Size(4, 3)).edit() as edit, pytest.raises(ValueError, match="shape"):
        replace(edit, np.zeros((1, 4), np.uint8))


@given(planes(), st.integers(0, 9))
def test_growing_takes_the_largest_coverage_within_a_disc(before: Plane, radius: int) -> None:
    assert np.array_equal(
        edited(before, partial(grow, pixels=radius)), grown_slowly(before, radius)
    )


@given(planes(), st.integers(0, 9))
def test_shrinking_is_growing_of_the_complement(before: Plane, radius: int) -> None:
    """Beyond the border of the picture nothing is bare that could grow into it."""
    expected = 255 - grown_slowly(255 - before, radius)
    assert np.array_equal(edited(before, partial(shrink, pixels=radius)), expected)


def dotted(size: Size, count: int, radius: int) -> tuple[Plane, Plane]:
    """A mask of single pixels, and the same with discs in their place."""
    rng = np.random.default_rng(3)
    dots = np.zeros(size.shape, np.uint8)
    dots[rng.integers(0, size.height, count), rng.integers(0, size.width, count)] = rng.integers(
        1, 256, count
    )
    offsets = np.arange(-radius, radius + 1)
    disc = offsets[:, None] ** 2 + offsets[None, :] ** 2 <= radius * radius
    around = np.zeros((size.height + 2 * radius, size.width + 2 * radius), np.uint8)
    for y, x in np.argwhere(dots):
        place = around[y : y + 2 * radius + 1, x : x + 2 * radius + 1]
        np.maximum(place, disc * dots[y, x], out=place)
    return dots, around[radius:-radius, radius:-radius]


@pytest.mark.parametrize("radius", [1, 37, 200])
def test_growing_and_shrinking_across_squares(radius: int) -> None:
    dots, discs = dotted(Size(1300, 700), 30, radius)
    assert np.array_equal(edited(dots, partial(grow, pixels=radius)), discs)
    assert np.array_equal(edited(255 - dots, partial(shrink, pixels=radius)), 255 - discs)


def test_a_mask_at_the_border_is_not_shrunk_from_there() -> None:
    before = np.zeros((20, 30), np.uint8)
    before[:, :12] = 255
    after = edited(before, partial(shrink, pixels=4))
    assert (after[:, :8] == 255).all()
    assert not after[:, 8:].any()


def box(size: Size, rect: Rect) -> Plane:
    plane = np.zeros(size.shape, np.uint8)
    plane[rect.slices] = 255
    return plane


@given(planes(), st.floats(0.3, 14))
def test_feathering_is_a_gaussian_blur(before: Plane, radius: float) -> None:
    after = edited(before, partial(feather, radius=radius))
    assert np.abs(after - blurred_slowly(before, radius)).max() <= 2


@pytest.mark.parametrize("radius", [0.3, 1, 4.5, 11.9, 12, 25, 60, 150])
@pytest.mark.parametrize(
    "rect", [Rect(120, 90, 150, 7), Rect(0, 0, 201, 300), Rect(0, 293, 3, 7), Rect(399, 0, 1, 300)]
)
def test_a_feathered_edge_is_that_of_a_gaussian(radius: float, rect: Rect) -> None:
    before = box(Size(400, 300), rect)
    after = edited(before, partial(feather, radius=radius))
    assert np.abs(after - blurred_slowly(before, radius)).max() < 1


@pytest.mark.parametrize("radius", [3, 30])
def test_bands_of_a_feathered_mask_leave_no_seam(radius: float) -> None:
    """Of a mask of bars, all columns are blurred alike, in every band and between bands."""
    before = np.zeros((2500, 2100), np.uint8)
    before[:, 300:] = np.repeat(np.arange(25) % 2 * 255, 100)[:, None]
    after = edited(before, partial(feather, radius=radius))
    expected = blurred_slowly(before[:, -1:], radius)
    assert np.abs(after[:, 1000:] - expected).max() < 1


@given(planes())
@example(np.zeros((1, 1), np.uint8))
@example(np.full((3, 3), 255, np.uint8))
def test_holes_are_filled_to_the_level_of_their_walls(before: Plane) -> None:
    reached = poured_slowly(before)
    steps = np.where(reached == 255, 255, reached // 8 * 8)
    expected = np.maximum(before, steps)
    after = edited(before, fill_holes)
    assert np.array_equal(after, expected)
    assert np.array_equal(edited(after, fill_holes), after)


def ring(peak: float) -> tuple[Plane, NDArray[np.float64]]:
    """A soft ring of 60 pixels' radius, and the distance of its pixels from the middle."""
    y, x = np.mgrid[:201, :201]
    distance = np.hypot(y - 100.0, x - 100.0)
    return np.clip(peak - 12 * np.abs(distance - 60), 0, 255).astype(np.uint8), distance


def test_a_soft_ring_is_filled_without_a_dark_rim() -> None:
    before, distance = ring(peak=300)
    after = edited(before, fill_holes)
    assert (after[distance <= 62] == 255).all()
    outer = distance > 63
    assert np.array_equal(after[outer], before[outer])


def test_a_faint_ring_is_filled_as_strongly_as_it_is() -> None:
    before, distance = ring(peak=206)
    after = edited(before, fill_holes)
    assert (after[distance <= 55] == 200).all()
    assert np.array_equal(after[distance > 61], before[distance > 61])


def test_what_reaches_the_border_is_no_hole() -> None:
    before, _ = ring(peak=300)
    half = before[:100]
    assert np.array_equal(edited(half, fill_holes), half)
    before[95:105, 100:] = 0
    assert np.array_equal(edited(before, fill_holes), before)


def test_a_diagonal_line_holds_water() -> None:
    before = np.zeros((9, 9), np.uint8)
    for step in range(4):
        before[[step, 4 + step, 8 - step, 4 - step], [4 + step, 8 - step, 4 - step, step]] = 255
    after = edited(before, fill_holes)
    assert after[4].tolist() == [255] * 9
    assert np.count_nonzero(after == 255) == 41
    assert after[0].tolist() == before[0].tolist()


@pytest.mark.parametrize("size", ODD_SIZES)
@pytest.mark.parametrize(
    "act",
    [
        partial(grow, pixels=5),
        partial(shrink, pixels=5),
        partial(feather, radius=2),
        partial(feather, radius=50),
        fill_holes,
    ],
)
def test_full_and_empty_masks_of_any_size_stay_so(
    size: Size, act: Callable[[MaskEdit], Rect]
) -> None:
    for value in (0, 255):
        before = np.full(size.shape, value, np.uint8)
        assert np.array_equal(edited(before, act), before)
    with Mask(size).edit() as edit:
        assert act(edit) == EMPTY


@pytest.mark.parametrize("side", [600, 66000])
def test_holes_and_buckets_know_no_longest_side(side: int) -> None:
    """A row that is a hole, between walls, in a picture three pixels high."""
    before = np.full((3, side), 255, np.uint8)
    before[1, 5 : side - 5] = 0
    # A leak for water, and colour, that would go across corners.
    before[0, 4] = 0
    after = edited(before, fill_holes)
    assert np.array_equal(np.argwhere(after == 0), [(0, 4)])
    picture = np.repeat(before[:, :, None], 3, axis=2)
    region = flood_region(picture, Point(9, 1), 10, contiguous=True)
    assert region.rect == Rect(4, 0, side - 8, 3)
    assert np.array_equal(region.coverage[1, 1:-1], np.full(side - 10, 255))
    upright = flood_region(picture.transpose(1, 0, 2), Point(1, 9), 10, contiguous=True)
    assert np.array_equal(upright.coverage, region.coverage.T)


@given(st.data(), st.integers(0, 255), st.booleans())
def test_the_bucket_selects_what_is_coloured_like_its_seed(
    data: st.DataObject, tolerance: int, contiguous: bool
) -> None:
    height, width = data.draw(shapes)
    pixels = data.draw(
        arrays(np.uint8, (height, width, 3), elements=st.sampled_from([0, 9, 10, 20, 128, 255]))
    )
    seed = (data.draw(st.integers(0, width - 1)), data.draw(st.integers(0, height - 1)))
    at = Point(seed[0] + 0.99, seed[1] + 0.01)
    region = flood_region(pixels, at, tolerance, contiguous=contiguous)
    found = alike_slowly(pixels, seed, tolerance)
    if contiguous:
        found = connected_slowly(found, seed)
    covered = plane_of(region, (height, width))
    assert (covered[found] == 255).all()
    assert np.abs(covered - softened_slowly(found)).max() <= 0.5


@pytest.mark.parametrize("contiguous", [True, False])
def test_the_bucket_on_a_photograph_that_must_not_be_written_to(contiguous: bool) -> None:
    pixels = photograph(120, 90)
    pixels.flags.writeable = False
    seed = (31, 57)
    found = alike_slowly(pixels, seed, 30)
    if contiguous:
        found = connected_slowly(found, seed)
    region = flood_region(pixels, Point(31.5, 57.5), 30, contiguous=contiguous)
    assert 100 < np.count_nonzero(found) < found.size / 2
    assert np.array_equal(
        plane_of(region, (90, 120)) == 255, found | (softened_slowly(found) > 254)
    )


@pytest.mark.parametrize("seed", [Point(-0.1, 3), Point(3, -0.1), Point(12, 3), Point(3, 9)])
def test_a_bucket_outside_of_the_picture_selects_nothing(seed: Point) -> None:
    region = flood_region(photograph(12, 9), seed, 255, contiguous=False)
    assert region.rect == EMPTY
    assert region.coverage.shape == (0, 0)
