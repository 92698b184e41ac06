"""Smart select under real pointer and key events."""

from __future__ import annotations

from functools import partial

import cv2
import numpy as np
import pytest
from PySide6.QtCore import QPoint, QPointF, Qt
from PySide6.QtGui import QImage
from PySide6.QtTest import QTest

from fluxfill_studio.core.geometry import Point, Rect
from fluxfill_studio.core.painting.raster import rectangle_region
from fluxfill_studio.core.painting.region import Combine, Region
from fluxfill_studio.core.painting.smart_select import Hints, smart_select
from fluxfill_studio.core.types import Pixels
from fluxfill_studio.model.canvas import Tool
from tests.pictures import photograph
from tests.qt import acting, emitted
from tests.ui.canvas.conftest import Easel, OnEasel, WithEasel
from tests.ui.canvas.hand import ALT, LEFT, NO_KEY, RIGHT, SHIFT, Hand, both, on_screen

# Around the disc, in widget coordinates.
A, B = QPoint(200, 120), QPoint(440, 360)
MIDDLE = QPoint(320, 240)
INSIDE = (QPoint(300, 220), QPoint(320, 250), QPoint(350, 240))
OUTSIDE = (QPoint(210, 130), QPoint(230, 135))


def disc() -> Pixels:
    pixels = photograph(800, 600)
    cv2.circle(pixels, (400, 300), 120, (250, 240, 60), -1)
    return pixels


def box_of(easel: Easel, a: QPoint, b: QPoint) -> Rect:
    start, end = easel.at(a, b)
    return Rect.from_bounds(round(start.x), round(start.y), round(end.x), round(end.y))


def take(easel: Easel) -> Hand:
    easel.show(disc())
    easel.model.set_tool(Tool.SMART_SELECT)
    return Hand(easel.canvas)


async def found(easel: Easel) -> Region:
    while easel.smart.is_busy:
        await emitted(easel.smart.changed)
    assert easel.smart.found is not None
    return easel.smart.found


async def brought_in(easel: Easel) -> None:
    while easel.smart.is_pending:
        await emitted(easel.smart.changed)


def press(easel: Easel, key: Qt.Key) -> None:
    QTest.keyClick(easel.canvas, key)


@pytest.mark.parametrize("way", ["Return", "Enter", "double-click"])
def test_a_box_selects_the_object_in_it_when_that_is_confirmed(
    with_easel: WithEasel, way: str
) -> None:
    async def body(easel: Easel) -> None:
        hand = take(easel)
        await acting(lambda: hand.drag(A, MIDDLE, B))
        hints = Hints(box_of(easel, A, B))
        assert easel.smart.hints == hints
        region = await found(easel)
        assert not easel.document.can_undo
        if way == "double-click":
            await acting(lambda: hand.double_click(MIDDLE))
        else:
            await acting(lambda: press(easel, Qt.Key[f"Key_{way}"]))
        await brought_in(easel)
        wanted = easel.mask_after((region, Combine.ADD))
        assert np.array_equal(wanted, easel.mask_after((smart_select(disc(), hints), Combine.ADD)))
        assert np.array_equal(easel.mask, wanted)

    with_easel(body)


@pytest.mark.parametrize(
    ("keys", "button", "how"),
    [
        (NO_KEY, LEFT, Combine.ADD),
        (ALT, LEFT, Combine.SUBTRACT),
        (SHIFT | ALT, LEFT, Combine.INTERSECT),
        (NO_KEY, RIGHT, Combine.SUBTRACT),
    ],
)
def test_the_first_press_says_how_it_combines(
    with_easel: WithEasel, keys: Qt.KeyboardModifier, button: Qt.MouseButton, how: Combine
) -> None:
    async def body(easel: Easel) -> None:
        hand = take(easel)
        old = rectangle_region(Point(300, 100), Point(700, 300), easel.picture.source.size)
        easel.document.select(lambda: old, Combine.ADD)
        hand.keys = keys
        await acting(lambda: hand.drag(A, MIDDLE, B, button=button))
        hand.keys = NO_KEY
        await acting(lambda: hand.drag(*INSIDE))
        region = await found(easel)
        await acting(lambda: press(easel, Qt.Key.Key_Return))
        assert np.array_equal(easel.mask, easel.mask_after((old, Combine.ADD), (region, how)))

    with_easel(body)


def test_further_drags_say_what_belongs_to_it_and_what_does_not(on_easel: OnEasel) -> None:
    def body(easel: Easel) -> None:
        easel.model.set_tool(Tool.BRUSH)
        hand = take(easel)
        easel.model.set_brush(size=30)
        hand.drag(A, MIDDLE, B)
        hand.drag(*INSIDE)
        hand.keys = ALT
        hand.drag(*OUTSIDE)
        hand.keys = NO_KEY
        hand.drag(*OUTSIDE, button=RIGHT)
        hand.click(MIDDLE)
        scribbles = easel.smart.hints.scribbles
        assert easel.smart.hints.box == box_of(easel, A, B)
        assert [scribble.adds for scribble in scribbles] == [True, False, False, True]
        assert [scribble.points for scribble in scribbles] == [
            tuple(easel.at(*places)) for places in (INSIDE, OUTSIDE, OUTSIDE, (MIDDLE,))
        ]
        assert {scribble.radius for scribble in scribbles} == {15}
        for count in (3, 2, 1, 0):
            press(easel, Qt.Key.Key_Backspace)
            assert len(easel.smart.hints.scribbles) == count
        press(easel, Qt.Key.Key_Backspace)
        assert not easel.smart.is_pending

    on_easel(body)


def test_a_click_or_a_drag_with_shift_begins_with_a_scribble(on_easel: OnEasel) -> None:
    def body(easel: Easel) -> None:
        hand = take(easel)
        hand.click(MIDDLE)
        assert easel.smart.hints.box.is_empty
        assert [line.points for line in easel.smart.hints.scribbles] == [tuple(easel.at(MIDDLE))]
        easel.smart.drop()
        hand.keys = SHIFT
        hand.drag(*INSIDE, button=RIGHT)
        assert easel.smart.hints.box.is_empty
        assert [line.points for line in easel.smart.hints.scribbles] == [tuple(easel.at(*INSIDE))]
        assert easel.smart.hints.scribbles[0].adds, "it is the object that is taken away"
        assert easel.smart.how is Combine.SUBTRACT

    on_easel(body)


def test_a_double_click_on_an_object_selects_it(with_easel: WithEasel) -> None:
    async def body(easel: Easel) -> None:
        hand = take(easel)
        await acting(lambda: hand.double_click(MIDDLE))
        assert len(easel.smart.hints.scribbles) == 1
        await brought_in(easel)
        assert easel.mask[300, 400] == 255
        assert not easel.mask[50, 50]

    with_easel(body)


def test_the_next_object_is_not_combined_like_the_last(with_easel: WithEasel) -> None:
    async def body(easel: Easel) -> None:
        hand = take(easel)
        before = await acting(lambda: look_at(easel, hand))
        hand.keys = ALT
        await acting(lambda: hand.drag(A, MIDDLE, B))
        hand.keys = NO_KEY
        easel.smart.drop()
        assert before == await acting(lambda: look_at(easel, hand))
        await acting(lambda: hand.drag(A, MIDDLE, B))
        assert easel.smart.how is Combine.ADD

    def look_at(easel: Easel, hand: Hand) -> QImage:
        hand.move(OUTSIDE[0])
        return on_screen(easel.canvas)

    with_easel(body)


def test_escape_drops_the_drag_then_the_search_then_all_of_it(with_easel: WithEasel) -> None:
    async def body(easel: Easel) -> None:
        hand = take(easel)

        def escape_from_a_box() -> None:
            hand.press(A)
            hand.move(MIDDLE, B)
            press(easel, Qt.Key.Key_Escape)
            hand.release(B)

        await acting(escape_from_a_box)
        assert not easel.smart.is_pending
        await acting(lambda: hand.drag(A, MIDDLE, B))
        first = await found(easel)
        await acting(lambda: hand.drag(*INSIDE))
        await acting(lambda: press(easel, Qt.Key.Key_Escape))
        assert easel.smart.found is first
        assert not easel.smart.hints.scribbles
        await acting(lambda: press(easel, Qt.Key.Key_Escape))
        assert not easel.smart.is_pending
        assert not easel.document.can_undo
        screen, afresh = await acting(lambda: both(easel.canvas))
        assert screen == afresh

    with_easel(body)


def test_beside_the_picture_there_is_nothing_to_seek(on_easel: OnEasel) -> None:
    def body(easel: Easel) -> None:
        hand = take(easel)
        hand.drag(QPoint(2, 2), QPoint(20, 400), QPoint(20, 470))
        hand.click(QPoint(5, 5))
        assert not easel.smart.is_pending

    on_easel(body)


def test_a_drag_whose_release_may_not_come_is_a_hint(on_easel: OnEasel) -> None:
    def body(easel: Easel) -> None:
        hand = take(easel)
        hand.press(A)
        hand.move(MIDDLE, B)
        easel.model.set_tool(Tool.HAND)
        assert easel.smart.hints == Hints(box_of(easel, A, B))

    on_easel(body)


@pytest.mark.parametrize("scale", [0.5, 1.0, 3.3])
def test_the_screen_shows_what_painting_all_of_it_would(
    with_easel: WithEasel, scale: float
) -> None:
    async def body(easel: Easel) -> None:
        hand = take(easel)
        easel.canvas.zoom_to(scale, QPointF(MIDDLE))
        shots = []

        async def look() -> None:
            screen, afresh = await acting(lambda: both(easel.canvas))
            shots.append(screen)
            assert screen == afresh

        await look()
        await acting(lambda: hand.press(A))
        for place in (MIDDLE, B):
            await acting(partial(hand.move, place))
            await look()
        await acting(lambda: hand.release(B))
        await look()
        await found(easel)
        await look()
        await acting(lambda: hand.press(INSIDE[0], RIGHT))
        for place in INSIDE[1:]:
            await acting(partial(hand.move, place))
            await look()
        await acting(lambda: press(easel, Qt.Key.Key_Escape))
        await look()
        await acting(lambda: hand.release(INSIDE[-1], RIGHT))
        await acting(lambda: hand.drag(*OUTSIDE))
        await look()
        await acting(lambda: easel.canvas.zoom_step(+1))
        await look()
        await acting(lambda: press(easel, Qt.Key.Key_Backspace))
        await look()
        await found(easel)
        await look()
        await acting(lambda: press(easel, Qt.Key.Key_Return))
        await look()
        assert shots[0] != shots[1] != shots[3] != shots[4] != shots[5], "something is shown"

    with_easel(body)
