"""Exact extensions: to the pixel, at full sharpness where that is possible, in steps where not."""

from __future__ import annotations

from fractions import Fraction

import cv2
import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from fluxfill_studio.core.errors import FrameTooLarge, NothingToExtend
from fluxfill_studio.core.geometry import Rect, Size
from fluxfill_studio.core.picture.samples import MAX_PIXELS
from fluxfill_studio.core.picture.scaling import fitting
from fluxfill_studio.core.planning.extension import Anchor, Extension, extension_plan, steps
from fluxfill_studio.core.planning.plan import WORK_SIDE
from fluxfill_studio.core.planning.sent import GROWTH
from tests.pictures import photograph

sizes = st.builds(Size, st.integers(64, 5000), st.integers(64, 5000))
sides = st.one_of(st.just(0), st.integers(0, 60), st.integers(0, 3000))
extensions = st.builds(Extension, sides, sides, sides, sides).filter(bool)


def added(one: Extension, other: Extension) -> Extension:
    return Extension(
        one.left + other.left,
        one.top + other.top,
        one.right + other.right,
        one.bottom + other.bottom,
    )


# How far.


def test_a_picture_does_not_shrink() -> None:
    with pytest.raises(ValueError, match="grow"):
        Extension(left=-1)


def test_the_frame_is_as_large_as_asked_for() -> None:
    frame = Extension(left=301, bottom=77).frame(Size(6000, 4000))
    assert frame == Rect(-301, 0, 6301, 4077)
    assert not Extension()
    assert Extension().frame(Size(3, 4)) == Rect(0, 0, 3, 4)


def test_percents_are_those_of_the_side_they_lie_along() -> None:
    size = Size(1000, 501)
    assert Extension.percent(size, 10, 10, 0.26, 100) == Extension(100, 50, 3, 501)


@given(sizes, st.fractions(Fraction(1, 8), Fraction(8), max_denominator=50))
def test_an_aspect_is_met_to_the_nearest_pixel(size: Size, ratio: Fraction) -> None:
    frame = Extension.to_aspect(size, ratio).frame(size)
    assert frame.width == size.width or frame.height == size.height
    width = max(Fraction(size.width), size.height * ratio)
    height = max(Fraction(size.height), size.width / ratio)
    assert abs(frame.width - width) <= Fraction(1, 2)
    assert abs(frame.height - height) <= Fraction(1, 2)


@pytest.mark.parametrize(
    ("anchor", "wider", "higher"),
    [
        (Anchor.LEFT, Extension(right=101), Extension(top=50, bottom=51)),
        (Anchor.TOP_LEFT, Extension(right=101), Extension(bottom=101)),
        (Anchor.TOP, Extension(left=50, right=51), Extension(bottom=101)),
        (Anchor.TOP_RIGHT, Extension(left=101), Extension(bottom=101)),
        (Anchor.RIGHT, Extension(left=101), Extension(top=50, bottom=51)),
        (Anchor.BOTTOM_RIGHT, Extension(left=101), Extension(top=101)),
        (Anchor.BOTTOM, Extension(left=50, right=51), Extension(top=101)),
        (Anchor.BOTTOM_LEFT, Extension(right=101), Extension(top=101)),
        (Anchor.CENTRE, Extension(left=50, right=51), Extension(top=50, bottom=51)),
    ],
)
def test_the_picture_lies_where_it_is_anchored(
    anchor: Anchor, wider: Extension, higher: Extension
) -> None:
    size = Size(100, 100)
    assert Extension.to_aspect(size, Fraction(201, 100), anchor) == wider
    assert Extension.to_aspect(size, Fraction(100, 201), anchor) == higher


def test_every_anchor_is_tried_and_no_aspect_is_below_zero() -> None:
    assert len(Anchor) == 9
    with pytest.raises(ValueError, match="aspect"):
        Extension.to_aspect(Size(2, 2), Fraction(0))


# One run.


@given(sizes, extensions)
def test_a_plan_shows_all_that_is_new_and_as_much_of_the_picture(
    size: Size, extension: Extension
) -> None:
    plan = extension_plan(size, extension)
    frame = extension.frame(size)
    assert plan.frame == frame
    assert plan.sent == fitting(plan.crop.size, WORK_SIDE)
    known = plan.crop.intersected(Rect.of(size))
    assert plan.crop.intersected(frame).area - known.area == frame.area - size.area
    # What is new is no thin strip as it is sent, and the rest ends where the frame does.
    for side, beyond, past in (
        (extension.left, -plan.crop.x, frame.x - plan.crop.x),
        (extension.top, -plan.crop.y, frame.y - plan.crop.y),
        (extension.right, plan.crop.right - size.width, plan.crop.right - frame.right),
        (extension.bottom, plan.crop.bottom - size.height, plan.crop.bottom - frame.bottom),
    ):
        if side:
            assert beyond * plan.scale >= 60
        else:
            assert past <= 0
    if len(extension.sides) == 1:
        assert known.area >= min(size.area, frame.area - size.area)


@pytest.mark.parametrize(
    ("extension", "crop"),
    [
        (Extension(left=500), Rect(-500, 0, 1440, 1000)),
        (Extension(right=500), Rect(2060, 0, 1440, 1000)),
        (Extension(right=900), Rect(2100, 0, 1800, 1000)),
        (Extension(top=500), Rect(0, -500, 3000, 1500)),
        (Extension(bottom=150), Rect(0, 0, 3000, 1150)),
        # 64 pixels as they are sent, at 1440 of 3000 and of 3010 pixels.
        (Extension(bottom=100), Rect(0, 0, 3000, 1134)),
        (Extension(left=10, bottom=140), Rect(-134, 0, 3134, 1140)),
    ],
)
def test_one_side_sees_no_more_than_costs_no_sharpness(extension: Extension, crop: Rect) -> None:
    assert extension_plan(Size(3000, 1000), extension).crop == crop


def test_what_cannot_be_planned() -> None:
    with pytest.raises(NothingToExtend):
        extension_plan(Size(100, 100), Extension())
    too_far = Extension(right=MAX_PIXELS // 1000)
    with pytest.raises(FrameTooLarge):
        extension_plan(Size(1000, 1000), too_far)
    with pytest.raises(FrameTooLarge):
        steps(Size(1000, 1000), too_far)


SOURCE = photograph(600, 400)
NEW_PLANS = [
    (Extension(right=150), 1440),
    (Extension(left=151, top=33), 1440),
    (Extension(right=150), 321),
    (Extension(50, 60, 70, 80), 257),
    (Extension(top=700), 300),
]


@pytest.mark.parametrize(("extension", "work_side"), NEW_PLANS)
def test_the_picture_stays_itself_on_the_padded_canvas(
    extension: Extension, work_side: int
) -> None:
    size = Size(600, 400)
    plan = extension_plan(size, extension, work_side)
    sent = plan.image(SOURCE)
    assert sent.shape == (*plan.sent.shape, 3)
    # The same in one go, on a canvas of full size.
    canvas = np.zeros((*plan.crop.size.shape, 3), np.float32)
    known = plan.crop.intersected(Rect.of(size))
    place = known.moved(-plan.crop.x, -plan.crop.y).slices
    canvas[place] = SOURCE[known.slices]
    expected = cv2.resize(canvas, (plan.sent.width, plan.sent.height), interpolation=cv2.INTER_AREA)
    new = cv2.resize(
        np.asarray(plan.new_area(size) > 0, np.float32),
        (plan.sent.width, plan.sent.height),
        interpolation=cv2.INTER_AREA,
    )
    # Rounded twice; and a sent pixel that only just does not reach what is new may be soft too.
    kept = cv2.dilate(new, np.ones((3, 3), np.uint8)) == 0
    assert np.abs(sent - expected)[kept].max() <= 1.1
    assert np.count_nonzero(new == 0) - np.count_nonzero(kept) <= 2 * sum(plan.sent.shape)


@pytest.mark.parametrize(("extension", "work_side"), NEW_PLANS)
def test_the_mask_is_what_is_new_and_a_little_of_the_picture(
    extension: Extension, work_side: int
) -> None:
    size = Size(600, 400)
    plan = extension_plan(size, extension, work_side)
    coverage = plan.new_area(size)
    expected = np.full(plan.crop.size.shape, 255, np.uint8)
    known = plan.crop.intersected(Rect.of(size)).moved(-plan.crop.x, -plan.crop.y)
    expected[known.slices] = 0
    assert np.array_equal(coverage, expected)
    mask = plan.mask(coverage)
    # Sent pixels of the picture that are white, along its middle row and column.
    middle = round((known.y + known.height / 2) * plan.scale)
    row = mask[middle]
    black = np.flatnonzero(row == 0)
    kept = known.width * plan.scale
    overlaps = bool(extension.left) + bool(extension.right)
    assert len(black) == pytest.approx(kept - overlaps * GROWTH, abs=2)


def test_the_padding_goes_on_from_the_edge_and_shows_no_mirror_image() -> None:
    size = Size(600, 400)
    source = np.full((400, 600, 3), (200, 120, 40), np.uint8)
    source[:, :300] = (10, 20, 230)
    source[190:210, 450:470] = 255
    plan = extension_plan(size, Extension(right=500))
    sent = plan.image(source)
    assert plan.scale == 1
    new = sent[:, 600:].astype(int)
    # The edge's colour, not black; and where the mirror image of the spot would be, next to none.
    assert np.abs(new[:, :60] - (200, 120, 40)).max() <= 12
    assert np.abs(new[:, 130:150] - (200, 120, 40)).max() <= 12
    # A mirrored left half would be blue from here on.
    assert np.abs(new[:, 300:] - (200, 120, 40)).max() <= 40


@pytest.mark.parametrize(
    "size", [Size(1, 1), Size(1, 5000), Size(5000, 2), Size(9, 9), Size(40, 3)]
)
@pytest.mark.parametrize("extension", [Extension(right=3, bottom=3), Extension(left=30, top=1)])
def test_the_padding_of_a_picture_of_few_pixels_has_its_colour(
    size: Size, extension: Extension
) -> None:
    source = np.full((*size.shape, 3), (200, 120, 40), np.uint8)
    sent = extension_plan(size, extension).image(source)
    assert np.abs(sent.astype(int) - (200, 120, 40)).max() <= 1


# In steps.


@given(sizes, extensions, st.sampled_from([256, 1440, 2048]))
def test_the_steps_add_up_and_each_one_fills_well(
    size: Size, extension: Extension, work_side: int
) -> None:
    done = Extension()
    for step in steps(size, extension, work_side):
        assert step
        plan = extension_plan(size, step, work_side)
        known = plan.crop.intersected(Rect.of(size))
        frame = step.frame(size)
        # Slivers are not cut up, however little picture there is.
        slack = 4 * (frame.width + frame.height)
        shown = plan.crop.intersected(frame)
        assert shown.area <= 2.05 * known.area + slack
        lengths = {frame.height if side.left or side.right else frame.width for side in step.sides}
        most = (2 if len(step.sides) > 1 else 1) * max(work_side, min(lengths))
        # A part of the way has shorter bands than the whole, by which sides share a run.
        whole = (extension - done).frame(size).size
        assert shown.size.long_side <= max(most + 1, 2 * min(whole.width, whole.height))
        size, done = frame.size, added(done, step)
    assert done == extension


@pytest.mark.parametrize(
    ("size", "extension", "expected"),
    [
        (Size(6000, 4000), Extension(), []),
        (Size(6000, 4000), Extension(left=301, bottom=77), [Extension(left=301, bottom=77)]),
        (Size(6000, 4000), Extension(right=2000), [Extension(right=2000)]),
        (Size(6000, 4000), Extension(right=2001), [Extension(right=1001), Extension(right=1000)]),
        (Size(6000, 4000), Extension(600, 400, 600, 400), [Extension(600, 400, 600, 400)]),
        # At full sharpness: 720 of 1440 pixels are new.
        (Size(3000, 1000), Extension(left=720), [Extension(left=720)]),
        (Size(3000, 1000), Extension(left=721), [Extension(left=361), Extension(left=360)]),
        # No more than there is to go by.
        (Size(300, 1000), Extension(left=600), [Extension(left=300)] * 2),
        # Together they would be sent at less than half the size.
        (
            Size(6000, 1000),
            Extension(left=300, top=100, right=300),
            [Extension(left=300), Extension(right=300), Extension(top=100)],
        ),
        (Size(1000, 6000), Extension(top=9, bottom=8), [Extension(top=9), Extension(bottom=8)]),
        # Four times the area.
        (
            Size(1000, 1000),
            Extension(500, 500, 500, 500),
            [Extension(208, 208, 208, 208), Extension(292, 292, 292, 292)],
        ),
    ],
)
def test_the_rules(size: Size, extension: Extension, expected: list[Extension]) -> None:
    assert steps(size, extension) == expected


@given(sizes, st.integers(1, 3000), st.sampled_from(["left", "top", "right", "bottom"]))
def test_a_band_is_cut_into_the_fewest_parts_and_equal_ones(
    size: Size, thickness: int, side: str
) -> None:
    """A run costs money: what fits one run is one."""
    is_level = side in ("left", "right")
    behind, along = (size.width, size.height) if is_level else (size.height, size.width)
    runs = steps(size, Extension(**{side: thickness}))
    parts: list[int] = [getattr(run, side) for run in runs]
    assert parts == sorted(parts, reverse=True) or thickness > behind
    if thickness <= behind:
        assert len(parts) == -(-thickness // (max(WORK_SIDE, along) // 2))
        assert max(parts) - min(parts) <= 1
