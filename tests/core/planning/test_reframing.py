"""Frames that are dragged by a side or a corner."""

from __future__ import annotations

from fractions import Fraction

import pytest
from hypothesis import given
from hypothesis import strategies as st

from fluxfill_studio.core.geometry import Rect, Size
from fluxfill_studio.core.planning.extension import Extension
from fluxfill_studio.core.planning.reframing import Grip, reframed

SIZE = Size(600, 400)
START = Extension(10, 20, 30, 40)

amounts = st.integers(0, 5000)
extensions = st.builds(Extension, amounts, amounts, amounts, amounts)
sizes = st.builds(Size, st.integers(1, 9000), st.integers(1, 9000))
ways = st.integers(-9000, 9000)
grips = st.sampled_from(Grip)


@pytest.mark.parametrize(
    ("grip", "expected"),
    [
        (Grip.LEFT, Extension(5, 20, 30, 40)),
        (Grip.TOP, Extension(10, 13, 30, 40)),
        (Grip.RIGHT, Extension(10, 20, 35, 40)),
        (Grip.BOTTOM, Extension(10, 20, 30, 47)),
        (Grip.TOP_LEFT, Extension(5, 13, 30, 40)),
        (Grip.TOP_RIGHT, Extension(10, 13, 35, 40)),
        (Grip.BOTTOM_LEFT, Extension(5, 20, 30, 47)),
        (Grip.BOTTOM_RIGHT, Extension(10, 20, 35, 47)),
    ],
)
def test_what_is_dragged_follows_and_the_rest_stays(grip: Grip, expected: Extension) -> None:
    assert reframed(START, SIZE, grip, 5, 7) == expected


def test_a_side_stops_at_the_picture() -> None:
    assert reframed(START, SIZE, Grip.LEFT, 200, 0) == Extension(0, 20, 30, 40)
    assert reframed(START, SIZE, Grip.BOTTOM_RIGHT, -200, -200) == Extension(10, 20, 0, 0)


def test_both_sides_go_out_by_the_same() -> None:
    assert reframed(START, SIZE, Grip.RIGHT, 5, 99, both=True) == Extension(15, 20, 35, 40)
    assert reframed(START, SIZE, Grip.TOP_LEFT, -5, -7, both=True) == Extension(15, 27, 35, 47)
    assert reframed(START, SIZE, Grip.RIGHT, -20, 0, both=True) == Extension(0, 20, 10, 40)


def test_a_corner_keeps_the_aspect_by_the_axis_that_asks_for_more() -> None:
    wide = reframed(Extension(), SIZE, Grip.BOTTOM_RIGHT, 300, 10, keeps_aspect=True)
    assert wide == Extension(0, 0, 300, 200)
    high = reframed(Extension(), SIZE, Grip.TOP_LEFT, -3, -200, keeps_aspect=True)
    assert high == Extension(300, 200, 0, 0)
    both = reframed(Extension(), SIZE, Grip.TOP_LEFT, 0, -100, keeps_aspect=True, both=True)
    assert both == Extension(150, 100, 150, 100)


def test_a_side_keeps_the_aspect_by_taking_the_others_along() -> None:
    right = reframed(Extension(), SIZE, Grip.RIGHT, 300, 0, keeps_aspect=True)
    assert right == Extension(0, 100, 300, 100)


def test_where_the_aspect_is_kept_no_side_goes_into_the_picture() -> None:
    # 700 x 500: the left is at the picture after 60 of 700, and the top goes back in proportion.
    start = Extension(60, 80, 40, 20)
    back = reframed(start, SIZE, Grip.TOP_LEFT, 500, 500, keeps_aspect=True)
    assert back == Extension(0, 37, 40, 20)


@given(extensions, sizes, grips, ways, ways)
def test_sides_that_are_not_held_stay(
    start: Extension, size: Size, grip: Grip, dx: int, dy: int
) -> None:
    end = reframed(start, size, grip, dx, dy)
    across, down = grip.value
    assert across < 0 or end.left == start.left
    assert across > 0 or end.right == start.right
    assert down < 0 or end.top == start.top
    assert down > 0 or end.bottom == start.bottom


@given(extensions, sizes, grips, st.booleans(), st.booleans())
def test_a_grip_that_is_not_moved_changes_nothing(
    start: Extension, size: Size, grip: Grip, keeps: bool, both: bool
) -> None:
    assert reframed(start, size, grip, 0, 0, keeps_aspect=keeps, both=both) == start


@given(extensions, sizes, grips, ways, ways, st.booleans())
def test_the_aspect_is_kept_to_the_rounding_of_each_side(
    start: Extension, size: Size, grip: Grip, dx: int, dy: int, both: bool
) -> None:
    before = start.frame(size)
    after = reframed(start, size, grip, dx, dy, keeps_aspect=True, both=both).frame(size)
    # Each side is rounded by half a pixel at most: the frame, by one.
    exact = Fraction(after.width * before.height - after.height * before.width)
    assert abs(exact) <= before.width + before.height


@given(extensions, sizes, grips, ways, ways, st.booleans(), st.booleans())
def test_the_frame_always_holds_the_picture(
    start: Extension, size: Size, grip: Grip, dx: int, dy: int, keeps: bool, both: bool
) -> None:
    frame = reframed(start, size, grip, dx, dy, keeps_aspect=keeps, both=both).frame(size)
    assert frame.united(Rect.of(size)) == frame
