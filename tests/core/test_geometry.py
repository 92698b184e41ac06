"""Rectangles: intersection, union and growth against sets of pixels."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from fluxfill_studio.core.geometry import EMPTY, Point, Rect, Size, united

small = st.integers(-6, 6)
rects = st.builds(Rect, small, small, st.integers(-2, 6), st.integers(-2, 6))


def pixels(rect: Rect) -> set[tuple[int, int]]:
    """Every pixel of a rectangle."""
    return {(x, y) for x in range(rect.x, rect.right) for y in range(rect.y, rect.bottom)}


@given(rects, rects)
def test_an_intersection_holds_what_both_hold(a: Rect, b: Rect) -> None:
    both = a.intersected(b)
    assert pixels(both) == pixels(a) & pixels(b)
    assert both == b.intersected(a)
    assert both == EMPTY or not both.is_empty


@given(st.lists(rects, max_size=4))
def test_a_union_is_the_smallest_rectangle_around_all(parts: list[Rect]) -> None:
    every = set[tuple[int, int]]().union(*map(pixels, parts))
    union = united(parts)
    if not every:
        assert union.is_empty
        return
    xs, ys = {x for x, _ in every}, {y for _, y in every}
    assert union == Rect.from_bounds(min(xs), min(ys), max(xs) + 1, max(ys) + 1)


@given(rects, small, small)
def test_moving(rect: Rect, dx: int, dy: int) -> None:
    assert pixels(rect.moved(dx, dy)) == {(x + dx, y + dy) for x, y in pixels(rect)}


def test_sizes_and_points() -> None:
    size = Size(7, 3)
    assert (size.area, size.long_side, size.shape) == (21, 7, (3, 7))
    assert Rect.of(size).size == size
    assert Rect(1, 2, 3, 4).slices == (slice(2, 6), slice(1, 4))
    assert (Point(1, 2) + Point(3, 5) - Point(1, 1)) * 2 == Point(6, 12)
