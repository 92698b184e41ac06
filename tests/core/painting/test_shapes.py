"""Shapes under the pointer: what they outline and what they select."""

from __future__ import annotations

import math

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from fluxfill_studio.core.geometry import EMPTY, Point, Rect, Size
from fluxfill_studio.core.painting.shapes import Form, Lasso, Marquee, Polygon, Shape, snapped

SIZE = Size(40, 30)

places = st.builds(Point, st.floats(-500, 500), st.floats(-500, 500))


def bounds(shape: Shape) -> tuple[float, float, float, float]:
    """Left, top, right and bottom of the outline."""
    xs = [point.x for point in shape.outline]
    ys = [point.y for point in shape.outline]
    return (min(xs), min(ys), max(xs), max(ys))


def test_a_rectangle_goes_from_corner_to_corner() -> None:
    marquee = Marquee(Form.RECTANGLE, Point(10, 20))
    assert marquee.region(SIZE).rect == EMPTY
    marquee.drag(Point(4, 23))
    assert marquee.outline == [Point(10, 20), Point(4, 20), Point(4, 23), Point(10, 23)]
    region = marquee.region(SIZE)
    assert region.rect == Rect(4, 20, 6, 3)
    assert (region.coverage == 255).all()


@pytest.mark.parametrize("form", Form)
def test_a_square_has_the_longer_side_and_stays_on_the_pointers_side(form: Form) -> None:
    marquee = Marquee(form, Point(10, 10))
    marquee.drag(Point(5, 12), square=True)
    assert bounds(marquee) == pytest.approx((5, 10, 10, 15))
    marquee.drag(Point(11, 2), square=True)
    assert bounds(marquee) == pytest.approx((10, 2, 18, 10))
    marquee.drag(Point(10, 17), square=True)
    assert bounds(marquee) == pytest.approx((10, 10, 17, 17))


@pytest.mark.parametrize("form", Form)
def test_a_centred_marquee_grows_to_all_sides(form: Form) -> None:
    marquee = Marquee(form, Point(10, 10))
    marquee.drag(Point(14, 9), centred=True)
    assert bounds(marquee) == pytest.approx((6, 9, 14, 11))
    marquee.drag(Point(14, 9), centred=True, square=True)
    assert bounds(marquee) == pytest.approx((6, 6, 14, 14))
    assert marquee.region(SIZE).rect == Rect(6, 6, 8, 8)
    marquee.drag(Point(14, 9))
    assert bounds(marquee) == pytest.approx((10, 9, 14, 10))


@pytest.mark.parametrize("form", Form)
def test_a_moved_marquee_goes_on_from_its_new_place(form: Form) -> None:
    marquee = Marquee(form, Point(1, 2))
    marquee.drag(Point(5, 8))
    marquee.move(Point(10, 1))
    assert bounds(marquee) == pytest.approx((11, 3, 15, 9))
    marquee.drag(Point(20, 4))
    assert bounds(marquee) == pytest.approx((11, 3, 20, 4))


def test_an_ellipse_is_round_and_lies_in_its_corners() -> None:
    marquee = Marquee(Form.ELLIPSE, Point(0, 0))
    marquee.drag(Point(40, 30))
    around = [((p.x - 20) / 20) ** 2 + ((p.y - 15) / 15) ** 2 for p in marquee.outline]
    assert around == pytest.approx([1] * len(around))
    assert bounds(marquee) == pytest.approx((0, 0, 40, 30))
    covered = marquee.region(SIZE).coverage
    assert covered.sum(dtype=int) / 255 == pytest.approx(math.pi * 20 * 15, rel=0.001)


def test_a_lasso_leaves_out_points_that_hardly_moved() -> None:
    lasso = Lasso(Point(2, 2))
    for point in [Point(2.1, 2.1), Point(2.2, 2.2), Point(12, 2), Point(12, 2.24), Point(12, 8)]:
        lasso.add(point)
    assert lasso.outline == [Point(2, 2), Point(2.2, 2.2), Point(12, 2), Point(12, 8)]


def test_a_lasso_closes_itself() -> None:
    lasso = Lasso(Point(2, 2))
    assert lasso.region(SIZE).rect == EMPTY
    for point in [Point(12, 2), Point(12, 8), Point(2, 8)]:
        lasso.add(point)
    region = lasso.region(SIZE)
    assert region.rect == Rect(2, 2, 10, 6)
    assert (region.coverage == 255).all()


def test_a_polygon_shows_the_hovered_corner_and_selects_the_placed_ones() -> None:
    polygon = Polygon(Point(0, 0))
    polygon.hover(Point(7, 3))
    assert polygon.outline == [Point(0, 0), Point(7, 3)]
    assert polygon.vertices == [Point(0, 0)]
    polygon.place(Point(10, 0))
    polygon.place(Point(10, 10))
    polygon.hover(Point(30, 29))
    assert polygon.outline == [Point(0, 0), Point(10, 0), Point(10, 10), Point(30, 29)]
    region = polygon.region(SIZE)
    assert region.rect == Rect(0, 0, 10, 10)
    assert np.array_equal(np.diagonal(region.coverage), [128] * 10)


def test_a_hovered_corner_snaps_to_the_last_placed_one() -> None:
    polygon = Polygon(Point(0, 0))
    polygon.place(Point(10, 5))
    polygon.hover(Point(19, 6), snap=True)
    assert (polygon.outline[-1].x, polygon.outline[-1].y) == pytest.approx((19, 5))


def test_corners_are_taken_back_up_to_the_start() -> None:
    polygon = Polygon(Point(0, 0))
    polygon.place(Point(9, 0))
    polygon.hover(Point(5, 5))
    assert polygon.remove_last()
    assert polygon.outline == [Point(0, 0), Point(5, 5)]
    assert not polygon.remove_last()
    assert polygon.vertices == [Point(0, 0)]


def test_a_polygon_closes_near_its_start_from_three_corners_on() -> None:
    polygon = Polygon(Point(0, 0))
    polygon.place(Point(9, 0))
    assert not polygon.closes_at(Point(0, 0), reach=2)
    polygon.place(Point(9, 9))
    assert polygon.closes_at(Point(0, 0), reach=2)
    assert polygon.closes_at(Point(0, -2), reach=2)
    assert not polygon.closes_at(Point(1.5, 1.5), reach=2)
    assert not polygon.closes_at(Point(9, 9), reach=2)


@given(places, places)
def test_snapping_goes_to_the_nearest_of_four_lines(origin: Point, to: Point) -> None:
    found = snapped(origin, to)
    away, moved = found - origin, found - to
    # On one of the lines, at the foot of the perpendicular.
    assert min(abs(away.x), abs(away.y), abs(away.x - away.y), abs(away.x + away.y)) < 1e-9
    assert away.x * moved.x + away.y * moved.y == pytest.approx(0, abs=1e-6)
    distance = math.hypot(moved.x, moved.y)
    offset = to - origin
    diagonals = (abs(offset.x - offset.y), abs(offset.x + offset.y))
    nearest = min(abs(offset.x), abs(offset.y), *(d / math.sqrt(2) for d in diagonals))
    assert distance == pytest.approx(nearest, abs=1e-9)
