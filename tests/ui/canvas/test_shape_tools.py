"""Lasso, polygon, rectangle and ellipse under real pointer and key events."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial

import numpy as np
import pytest
from PySide6.QtCore import QPoint, QPointF, Qt
from PySide6.QtGui import QPointingDevice
from PySide6.QtTest import QTest

from fluxfill_studio.core.geometry import Point, Rect
from fluxfill_studio.core.painting.raster import ellipse_region, polygon_region, rectangle_region
from fluxfill_studio.core.painting.region import Combine, Region
from fluxfill_studio.core.painting.shapes import Form, snapped
from fluxfill_studio.core.types import Plane
from fluxfill_studio.model.canvas import Tool
from tests.pictures import photograph
from tests.ui.canvas.conftest import Easel, OnEasel
from tests.ui.canvas.hand import ALT, LEFT, NO_KEY, RIGHT, SHIFT, Hand, on_screen, painted_afresh
from tests.ui.canvas.test_touch import touch

A, B, C, D = QPoint(150, 120), QPoint(450, 150), QPoint(400, 350), QPoint(200, 300)
BOX = (Point(100, 100), Point(500, 400))


def whole(point: Point) -> Point:
    return Point(round(point.x), round(point.y))


def marquee(easel: Easel, form: Form, a: Point, b: Point) -> Plane:
    make = rectangle_region if form is Form.RECTANGLE else ellipse_region
    return easel.mask_after((make(a, b, easel.picture.source.size), Combine.ADD))


def painted(easel: Easel) -> Plane:
    """Paint something to be combined with."""
    region = rectangle_region(*BOX, easel.picture.source.size)
    easel.document.select(lambda: region, Combine.ADD)
    return easel.mask.copy()


FORMS = [(Tool.RECTANGLE, Form.RECTANGLE), (Tool.ELLIPSE, Form.ELLIPSE)]


@pytest.mark.parametrize(("tool", "form"), FORMS)
def test_a_marquee_lies_between_the_press_and_the_release(
    on_easel: OnEasel, tool: Tool, form: Form
) -> None:
    def body(easel: Easel) -> None:
        easel.model.set_tool(tool)
        Hand(easel.canvas).drag(A, B, D, C)
        a, c = map(whole, easel.at(A, C))
        assert np.array_equal(easel.mask, marquee(easel, form, a, c))
        easel.document.undo()
        assert not easel.mask.any()
        assert not easel.document.can_undo

    on_easel(body)


def test_a_rectangle_has_hard_sides_at_any_zoom(on_easel: OnEasel) -> None:
    def body(easel: Easel) -> None:
        easel.model.set_tool(Tool.RECTANGLE)
        for scale in (0.31, 1.7, 5.3):
            easel.canvas.zoom_to(scale)
            Hand(easel.canvas).drag(QPoint(233, 171), QPoint(411, 303))
            assert set(np.unique(easel.mask)) == {0, 255}
            easel.document.undo()

    on_easel(body)


@pytest.mark.parametrize(("tool", "form"), FORMS)
def test_shift_and_alt_during_the_drag_shape_it(on_easel: OnEasel, tool: Tool, form: Form) -> None:
    def body(easel: Easel) -> None:
        easel.model.set_tool(tool)
        hand = Hand(easel.canvas)
        a, c = map(whole, easel.at(A, C))
        side = max(c.x - a.x, c.y - a.y)
        wanted = {
            SHIFT: (a, a + Point(side, side)),
            ALT: (a * 2 - c, c),
            SHIFT | ALT: (a - Point(side, side), a + Point(side, side)),
        }
        for keys, corners in wanted.items():
            hand.keys = NO_KEY
            hand.press(A)
            hand.keys = keys
            hand.move(B, C)
            hand.release(C)
            assert np.array_equal(easel.mask, marquee(easel, form, *corners))
            easel.document.undo()

    on_easel(body)


@pytest.mark.parametrize(
    ("keys", "how"),
    [
        (NO_KEY, Combine.ADD),
        (SHIFT, Combine.ADD),
        (ALT, Combine.SUBTRACT),
        (SHIFT | ALT, Combine.INTERSECT),
    ],
)
def test_keys_at_the_press_say_how_to_combine_and_nothing_else(
    on_easel: OnEasel, keys: Qt.KeyboardModifier, how: Combine
) -> None:
    def body(easel: Easel) -> None:
        before = painted(easel)
        easel.model.set_tool(Tool.RECTANGLE)
        hand = Hand(easel.canvas)
        hand.keys = keys
        hand.drag(A, B, C)
        a, c = map(whole, easel.at(A, C))
        size = easel.picture.source.size
        ours = rectangle_region(a, c, size)
        old = Region(Rect.of(size), before)
        assert np.array_equal(easel.mask, easel.mask_after((old, Combine.ADD), (ours, how)))

    on_easel(body)


def test_a_key_of_the_press_shapes_when_it_is_pressed_again(on_easel: OnEasel) -> None:
    def body(easel: Easel) -> None:
        painted(easel)
        easel.model.set_tool(Tool.RECTANGLE)
        hand = Hand(easel.canvas)
        hand.keys = ALT
        hand.press(A)
        hand.move(B)
        hand.keys = NO_KEY
        hand.move(D)
        hand.keys = ALT
        hand.move(C)
        hand.release(C)
        a, c = map(whole, easel.at(A, C))
        size = easel.picture.source.size
        steps = (
            (rectangle_region(*BOX, size), Combine.ADD),
            (rectangle_region(a * 2 - c, c, size), Combine.SUBTRACT),
        )
        assert np.array_equal(easel.mask, easel.mask_after(*steps))

    on_easel(body)


@pytest.mark.parametrize("way", ["right button", "options"])
def test_taking_away_without_a_key(on_easel: OnEasel, way: str) -> None:
    def body(easel: Easel) -> None:
        painted(easel)
        easel.model.set_tool(Tool.LASSO)
        if way == "options":
            easel.model.set_combine(Combine.SUBTRACT)
        Hand(easel.canvas).drag(A, B, C, button=LEFT if way == "options" else RIGHT)
        size = easel.picture.source.size
        steps = (
            (rectangle_region(*BOX, size), Combine.ADD),
            (polygon_region(easel.at(A, B, C), size), Combine.SUBTRACT),
        )
        assert np.array_equal(easel.mask, easel.mask_after(*steps))

    on_easel(body)


def test_space_moves_a_marquee(on_easel: OnEasel) -> None:
    def body(easel: Easel) -> None:
        easel.model.set_tool(Tool.RECTANGLE)
        hand = Hand(easel.canvas)
        hand.press(A)
        hand.move(B, C)
        QTest.keyPress(easel.canvas, Qt.Key.Key_Space)
        hand.move(C + QPoint(40, -30))
        QTest.keyRelease(easel.canvas, Qt.Key.Key_Space)
        hand.move(C + QPoint(60, 0))
        hand.release(C + QPoint(60, 0))
        a, c, by, moved = map(whole, easel.at(A, C, C + QPoint(60, 0), C + QPoint(40, -30)))
        corners = a + (moved - c), by
        assert np.array_equal(easel.mask, marquee(easel, Form.RECTANGLE, *corners))

    on_easel(body)


def test_a_lasso_is_closed_by_the_release(on_easel: OnEasel) -> None:
    def body(easel: Easel) -> None:
        easel.model.set_tool(Tool.LASSO)
        Hand(easel.canvas).drag(A, B, C, D)
        region = polygon_region(easel.at(A, B, C, D), easel.picture.source.size)
        assert np.array_equal(easel.mask, easel.mask_after((region, Combine.ADD)))

    on_easel(body)


@pytest.mark.parametrize("tool", [Tool.LASSO, Tool.RECTANGLE, Tool.ELLIPSE])
def test_a_click_and_escape_select_nothing(on_easel: OnEasel, tool: Tool) -> None:
    def body(easel: Easel) -> None:
        easel.model.set_tool(tool)
        easel.model.set_combine(Combine.INTERSECT)
        before = painted(easel)
        hand = Hand(easel.canvas)
        hand.drag(A, A + QPoint(2, 1))
        assert np.array_equal(easel.mask, before)
        hand.press(A)
        hand.move(B, C)
        QTest.keyClick(easel.canvas, Qt.Key.Key_Escape)
        assert on_screen(easel.canvas) == painted_afresh(easel.canvas)
        hand.move(D)
        hand.release(D)
        assert np.array_equal(easel.mask, before)

    on_easel(body)


def test_a_marquee_that_comes_back_to_its_start_selects_nothing(on_easel: OnEasel) -> None:
    def body(easel: Easel) -> None:
        easel.model.set_tool(Tool.RECTANGLE)
        easel.model.set_combine(Combine.INTERSECT)
        before = painted(easel)
        Hand(easel.canvas).drag(A, C, A + QPoint(1, 0))
        assert np.array_equal(easel.mask, before)

    on_easel(body)


@pytest.mark.parametrize("tool", [Tool.LASSO, Tool.RECTANGLE, Tool.ELLIPSE])
@pytest.mark.parametrize("way", ["hidden", "other tool"])
def test_what_is_drawn_is_kept_when_the_release_may_not_come(
    on_easel: OnEasel, tool: Tool, way: str
) -> None:
    def body(easel: Easel) -> None:
        easel.model.set_tool(tool)
        hand = Hand(easel.canvas)
        hand.press(A)
        hand.move(B, C)
        if way == "hidden":
            easel.canvas.hide()
        else:
            easel.model.set_tool(Tool.HAND)
        assert easel.mask.any()
        hand.release(C)
        easel.document.undo()
        assert not easel.document.can_undo

    on_easel(body)


def test_a_shape_ends_with_the_picture_it_was_drawn_on(on_easel: OnEasel) -> None:
    def body(easel: Easel) -> None:
        hand = Hand(easel.canvas)
        for tool in (Tool.LASSO, Tool.RECTANGLE):
            easel.model.set_tool(tool)
            hand.press(A)
            hand.move(B, C)
            easel.show(photograph(800, 600, seed=1))
            hand.release(C)
            assert not easel.mask.any()
        easel.model.set_tool(Tool.POLYGON)
        for place in (A, B, C):
            hand.click(place)
        easel.show(photograph(800, 600))
        QTest.keyClick(easel.canvas, Qt.Key.Key_Return)
        assert not easel.mask.any()

    on_easel(body)


@pytest.mark.parametrize("way", ["Enter", "Return", "double-click", "first corner"])
def test_a_polygon_is_closed(on_easel: OnEasel, way: str) -> None:
    def body(easel: Easel) -> None:
        easel.model.set_tool(Tool.POLYGON)
        hand = Hand(easel.canvas)
        for place in (A, B, C):
            hand.click(place)
        assert not easel.mask.any()
        if way == "double-click":
            hand.double_click(D)
        else:
            hand.click(D)
        if way == "first corner":
            hand.click(A + QPoint(5, -5))
        elif way != "double-click":
            QTest.keyClick(easel.canvas, Qt.Key[f"Key_{way}"])
        region = polygon_region(easel.at(A, B, C, D), easel.picture.source.size)
        assert np.array_equal(easel.mask, easel.mask_after((region, Combine.ADD)))
        hand.move(C)
        assert on_screen(easel.canvas) == painted_afresh(easel.canvas)
        easel.document.undo()
        assert not easel.document.can_undo

    on_easel(body)


def test_the_double_click_that_ends_on_the_first_corner_begins_no_other(on_easel: OnEasel) -> None:
    def body(easel: Easel) -> None:
        easel.model.set_tool(Tool.POLYGON)
        hand = Hand(easel.canvas)
        for place in (A, B, C):
            hand.click(place)
        hand.double_click(A)
        assert easel.mask.any()
        QTest.keyClick(easel.canvas, Qt.Key.Key_Backspace)
        hand.click(D)
        hand.click(C)
        QTest.keyClick(easel.canvas, Qt.Key.Key_Escape)
        region = polygon_region(easel.at(A, B, C), easel.picture.source.size)
        assert np.array_equal(easel.mask, easel.mask_after((region, Combine.ADD)))

    on_easel(body)


def test_a_polygon_of_two_corners_goes_on(on_easel: OnEasel) -> None:
    def body(easel: Easel) -> None:
        easel.model.set_tool(Tool.POLYGON)
        hand = Hand(easel.canvas)
        hand.click(A)
        hand.double_click(B)
        QTest.keyClick(easel.canvas, Qt.Key.Key_Return)
        assert not easel.document.can_undo
        hand.click(C)
        QTest.keyClick(easel.canvas, Qt.Key.Key_Return)
        region = polygon_region(easel.at(A, B, C), easel.picture.source.size)
        assert np.array_equal(easel.mask, easel.mask_after((region, Combine.ADD)))

    on_easel(body)


def test_corners_are_taken_back_and_escape_drops_all(on_easel: OnEasel) -> None:
    def body(easel: Easel) -> None:
        easel.model.set_tool(Tool.POLYGON)
        hand = Hand(easel.canvas)
        for place in (A, B, QPoint(10, 10)):
            hand.click(place)
        QTest.keyClick(easel.canvas, Qt.Key.Key_Backspace)
        hand.click(C)
        QTest.keyClick(easel.canvas, Qt.Key.Key_Return)
        region = polygon_region(easel.at(A, B, C), easel.picture.source.size)
        assert np.array_equal(easel.mask, easel.mask_after((region, Combine.ADD)))
        easel.document.undo()
        for place in (A, B, C):
            hand.click(place)
        QTest.keyClick(easel.canvas, Qt.Key.Key_Escape)
        QTest.keyClick(easel.canvas, Qt.Key.Key_Return)
        hand.move(D)
        assert on_screen(easel.canvas) == painted_afresh(easel.canvas)
        assert not easel.mask.any()

    on_easel(body)


def test_shift_holds_an_edge_of_a_polygon_to_45_degrees(on_easel: OnEasel) -> None:
    def body(easel: Easel) -> None:
        easel.model.set_tool(Tool.POLYGON)
        hand = Hand(easel.canvas)
        hand.click(A)
        hand.keys = SHIFT
        hand.click(B)
        hand.keys = NO_KEY
        hand.click(C)
        QTest.keyClick(easel.canvas, Qt.Key.Key_Return)
        a, b, c = easel.at(A, B, C)
        region = polygon_region((a, snapped(a, b), c), easel.picture.source.size)
        assert np.array_equal(easel.mask, easel.mask_after((region, Combine.ADD)))

    on_easel(body)


def test_an_unfinished_polygon_waits_while_other_tools_are_used(on_easel: OnEasel) -> None:
    def body(easel: Easel) -> None:
        easel.model.set_tool(Tool.POLYGON)
        hand = Hand(easel.canvas)
        hand.keys = ALT
        hand.click(A)
        hand.keys = NO_KEY
        hand.click(B)
        places = easel.at(A, B)
        easel.model.set_tool(Tool.HAND)
        hand.drag(A, D)
        easel.canvas.zoom_step(+1)
        easel.model.set_tool(Tool.POLYGON)
        easel.canvas.hide()
        easel.canvas.show()
        painted(easel)
        hand.click(C)
        places += easel.at(C)
        QTest.keyClick(easel.canvas, Qt.Key.Key_Return)
        size = easel.picture.source.size
        steps = (
            (rectangle_region(*BOX, size), Combine.ADD),
            (polygon_region(places, size), Combine.SUBTRACT),
        )
        assert np.array_equal(easel.mask, easel.mask_after(*steps))

    on_easel(body)


@pytest.mark.parametrize("scale", [0.31, 1.0, 1.7, 9.5])
@pytest.mark.parametrize("tool", [Tool.LASSO, Tool.POLYGON, Tool.RECTANGLE, Tool.ELLIPSE])
def test_the_screen_shows_what_painting_all_of_it_would(
    on_easel: OnEasel, tool: Tool, scale: float
) -> None:
    def body(easel: Easel) -> None:
        easel.canvas.zoom_to(scale, QPointF(300, 200))
        easel.model.set_tool(tool)
        hand = Hand(easel.canvas)
        places = [A, B, QPoint(-30, 250), C, QPoint(700, 520), D, A + QPoint(4, 4)]
        steps: list[Callable[[], None]]
        if tool is Tool.POLYGON:
            backspace = partial(QTest.keyClick, easel.canvas, Qt.Key.Key_Backspace)
            steps = [*(partial(hand.click, place) for place in places), backspace]
        else:
            steps = [partial(hand.press, A), *(partial(hand.move, place) for place in places)]
        steps += [
            partial(easel.canvas.zoom_step, +1),
            partial(hand.move, D),
            partial(hand.release, D),
            partial(hand.move, C),
        ]
        shots = []
        for step in steps:
            step()
            shots.append(on_screen(easel.canvas))
            assert shots[-1] == painted_afresh(easel.canvas)
        assert shots[2] != shots[3], "something is shown"

    on_easel(body)


def test_a_pinch_takes_no_corner_and_gives_none(on_easel: OnEasel) -> None:
    screen = QTest.createTouchDevice()
    assert isinstance(screen, QPointingDevice)

    def body(easel: Easel) -> None:
        easel.model.set_tool(Tool.POLYGON)
        hand = Hand(easel.canvas)
        for place in (A, B, C):
            hand.click(place)
        corners = easel.at(A, B, C)
        touch(easel.canvas, screen, [D, D - QPoint(40, 0)], [B, B + QPoint(40, 0)])
        QTest.keyClick(easel.canvas, Qt.Key.Key_Return)
        region = polygon_region(corners, easel.picture.source.size)
        assert np.array_equal(easel.mask, easel.mask_after((region, Combine.ADD)))

    on_easel(body)
