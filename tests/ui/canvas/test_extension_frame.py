"""The outpaint frame on the canvas: its handles under real pointer, key and touch events."""

from __future__ import annotations

import asyncio
from collections.abc import Callable

import pytest
from PySide6.QtCore import QPoint, QPointF, Qt
from PySide6.QtGui import QAccessible, QPointingDevice
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication
from pytestqt.qtbot import QtBot

from fluxfill_studio.core.geometry import Point
from fluxfill_studio.core.planning.extension import Extension
from fluxfill_studio.core.planning.reframing import Grip
from fluxfill_studio.core.view.viewport import Viewport
from fluxfill_studio.model.canvas import Tool
from fluxfill_studio.ui.canvas.frame_handle import FrameHandle
from tests.pictures import photograph
from tests.qt import acting
from tests.ui.canvas.conftest import Easel, OnEasel, WithEasel
from tests.ui.canvas.hand import ALT, NO_KEY, SHIFT, Hand, on_screen, painted_afresh

Key = Qt.Key
LEFT = Qt.MouseButton.LeftButton


@pytest.fixture(scope="module")
def screen() -> QPointingDevice:
    device = QTest.createTouchDevice()
    assert isinstance(device, QPointingDevice)
    return device


def outpaint(easel: Easel, preset: str = "Right outpaint") -> None:
    easel.parameters.set("mode", "outpaint")
    easel.parameters.set("outpaint", preset)


def handle(easel: Easel, grip: Grip) -> FrameHandle:
    return next(h for h in easel.canvas.findChildren(FrameHandle) if h.grip is grip)


def viewport_of(easel: Easel) -> Viewport:
    assert easel.canvas.viewport is not None
    return easel.canvas.viewport


class Puller:
    """Takes a handle in its middle and moves it by pixels of the view."""

    def __init__(self, easel: Easel, grip: Grip) -> None:
        self._handle = handle(easel, grip)
        self._canvas = easel.canvas
        self._hand = Hand(self._handle)
        self._at = self._handle.geometry().center()

    def hold(self, keys: Qt.KeyboardModifier) -> Puller:
        self._hand.keys = keys
        return self

    def press(self) -> Puller:
        self._hand.press(self._place)
        return self

    def pull(self, dx: int, dy: int) -> Puller:
        self._at += QPoint(dx, dy)
        self._hand.move(self._place)
        return self

    def release(self) -> None:
        self._hand.release(self._place)

    @property
    def _place(self) -> QPoint:
        return self._handle.mapFromParent(self._at)


def image_length(easel: Easel, pixels: int) -> int:
    """So many pixels of the view as pixels of the picture."""
    return round(pixels / viewport_of(easel).scale)


def test_handles_lie_on_sides_and_corners_in_outpaint_only(on_easel: OnEasel) -> None:
    def body(easel: Easel) -> None:
        assert not any(h.isVisible() for h in easel.canvas.findChildren(FrameHandle))
        outpaint(easel)
        viewport = viewport_of(easel)
        for grip in Grip:
            across, down = grip.value
            x = {-1: 0.0, 0: 600.0, 1: 1200.0}[across]
            y = {-1: 0.0, 0: 300.0, 1: 600.0}[down]
            wanted = viewport.to_view(Point(x, y))
            centre = handle(easel, grip).geometry().center()
            assert handle(easel, grip).isVisible()
            assert abs(centre.x() - wanted.x) <= 1.5
            assert abs(centre.y() - wanted.y) <= 1.5
        easel.parameters.set("mode", "inpaint")
        assert not any(h.isVisible() for h in easel.canvas.findChildren(FrameHandle))

    on_easel(body)


def test_dragging_a_handle_makes_the_frame_exact(on_easel: OnEasel) -> None:
    def body(easel: Easel) -> None:
        outpaint(easel)
        scale = viewport_of(easel).scale
        puller = Puller(easel, Grip.RIGHT).press()
        assert not easel.framing.is_exact, "a press alone changes nothing"
        puller.pull(-50, 13)
        assert easel.framing.extension == Extension(right=400 - round(50 / scale))
        assert viewport_of(easel).scale == scale, "nothing moves under the pointer"
        puller.release()
        assert viewport_of(easel).is_fitted
        assert viewport_of(easel).scale > scale, "the smaller frame is taken in"

    on_easel(body)


def test_a_drag_is_one_step_of_undo(on_easel: OnEasel) -> None:
    def body(easel: Easel) -> None:
        outpaint(easel)
        puller = Puller(easel, Grip.RIGHT).press()
        for _ in range(3):
            puller.pull(20, 0)
        puller.release()
        first = easel.framing.extension
        Puller(easel, Grip.BOTTOM).press().pull(0, 15).release()
        assert easel.framing.extension != first
        easel.framing.undo()
        assert easel.framing.extension == first
        easel.framing.undo()
        assert not easel.framing.is_exact
        assert not easel.framing.can_undo

    on_easel(body)


def test_a_click_on_a_handle_leaves_the_preset(on_easel: OnEasel) -> None:
    def body(easel: Easel) -> None:
        outpaint(easel)
        Puller(easel, Grip.TOP).press().release()
        assert not easel.framing.is_exact

    on_easel(body)


def test_a_side_can_be_taken_anywhere_along_it(on_easel: OnEasel) -> None:
    def body(easel: Easel) -> None:
        outpaint(easel)
        side = handle(easel, Grip.BOTTOM)
        assert side.width() > 300
        hand = Hand(side)
        start = QPoint(20, side.height() // 2)
        on_canvas = side.mapToParent(start)
        hand.press(start)
        hand.move(side.mapFromParent(on_canvas + QPoint(0, 30)))
        hand.release(side.mapFromParent(on_canvas + QPoint(0, 30)))
        assert easel.framing.extension is not None
        assert easel.framing.extension.bottom > 0
        assert easel.framing.extension.right == 400

    on_easel(body)


def test_shift_keeps_the_aspect_from_the_moment_it_is_held(on_easel: OnEasel) -> None:
    def body(easel: Easel) -> None:
        easel.parameters.set("mode", "outpaint")
        easel.framing.set_extension(Extension(100, 75, 100, 75))
        grown = image_length(easel, 20)
        puller = Puller(easel, Grip.BOTTOM_RIGHT).press().pull(20, 0)
        assert easel.framing.extension == Extension(100, 75, 100 + grown, 75)
        corner = handle(easel, Grip.BOTTOM_RIGHT)
        QTest.keyPress(corner, Key.Key_Shift)
        down = round(grown * 750 / 1000)
        assert easel.framing.extension == Extension(100, 75, 100 + grown, 75 + down)
        QTest.keyRelease(corner, Key.Key_Shift, SHIFT)
        assert easel.framing.extension == Extension(100, 75, 100 + grown, 75)
        puller.hold(SHIFT).pull(0, 0).release()
        assert easel.framing.extension == Extension(100, 75, 100 + grown, 75 + down)

    on_easel(body)


def test_alt_moves_both_sides(on_easel: OnEasel) -> None:
    def body(easel: Easel) -> None:
        easel.parameters.set("mode", "outpaint")
        easel.framing.set_extension(Extension(100, 0, 100, 0))
        grown = image_length(easel, 15)
        Puller(easel, Grip.LEFT).press().hold(ALT).pull(-15, 0).release()
        assert easel.framing.extension == Extension(100 + grown, 0, 100 + grown, 0)

    on_easel(body)


@pytest.mark.parametrize("exact", [None, Extension(7, 8, 9, 10)])
def test_escape_takes_a_drag_back(on_easel: OnEasel, exact: Extension | None) -> None:
    def body(easel: Easel) -> None:
        outpaint(easel)
        easel.framing.set_extension(exact)
        viewport = viewport_of(easel)
        puller = Puller(easel, Grip.LEFT).press().pull(-10, 0)
        assert easel.framing.extension != exact
        QTest.keyClick(handle(easel, Grip.LEFT), Key.Key_Escape)
        assert easel.framing.extension == exact
        assert viewport_of(easel) == viewport
        puller.pull(-10, 0).release()
        assert easel.framing.extension == exact

    on_easel(body)


def test_another_mode_ends_a_drag(on_easel: OnEasel) -> None:
    def body(easel: Easel) -> None:
        outpaint(easel)
        puller = Puller(easel, Grip.LEFT).press().pull(-10, 0)
        easel.parameters.set("mode", "inpaint")
        assert not easel.framing.is_exact
        puller.pull(-10, 0).release()
        assert not easel.framing.is_exact

    on_easel(body)


def test_a_handle_held_at_the_edge_of_the_view_makes_room(with_easel: WithEasel) -> None:
    async def body(easel: Easel) -> None:
        grown = asyncio.Event()

        def note() -> None:
            extension = easel.framing.extension
            if extension is not None and extension.left > 800:
                grown.set()

        await acting(lambda: outpaint(easel, "Left outpaint"))
        scale = viewport_of(easel).scale
        easel.framing.changed.connect(note)
        puller = Puller(easel, Grip.LEFT)
        await acting(lambda: puller.press().pull(-60, 0))
        await grown.wait()
        assert viewport_of(easel).scale < scale
        await acting(puller.release)
        assert viewport_of(easel).is_fitted
        assert viewport_of(easel).frame == easel.framing.frame

    with_easel(body)


def test_a_view_that_was_zoomed_into_stays(on_easel: OnEasel) -> None:
    def body(easel: Easel) -> None:
        outpaint(easel)
        easel.canvas.zoom_to(1.0)
        before = viewport_of(easel)
        QTest.keyClick(handle(easel, Grip.RIGHT), Key.Key_Right)
        after = viewport_of(easel)
        assert (after.scale, after.left, after.top) == (before.scale, before.left, before.top)
        assert easel.framing.extension == Extension(right=401)

    on_easel(body)


@pytest.mark.parametrize(
    ("grip", "key", "keys", "expected"),
    [
        (Grip.RIGHT, Key.Key_Right, NO_KEY, Extension(50, 50, 51, 50)),
        (Grip.RIGHT, Key.Key_Left, SHIFT, Extension(50, 50, 40, 50)),
        (Grip.LEFT, Key.Key_Left, NO_KEY, Extension(51, 50, 50, 50)),
        (Grip.TOP, Key.Key_Up, SHIFT, Extension(50, 60, 50, 50)),
        (Grip.TOP, Key.Key_Up, ALT, Extension(50, 51, 50, 51)),
        (Grip.BOTTOM_LEFT, Key.Key_Down, NO_KEY, Extension(50, 50, 50, 51)),
        (Grip.BOTTOM_LEFT, Key.Key_Right, NO_KEY, Extension(49, 50, 50, 50)),
        (Grip.TOP, Key.Key_Right, NO_KEY, Extension(50, 50, 50, 50)),
        (Grip.LEFT, Key.Key_A, NO_KEY, Extension(50, 50, 50, 50)),
    ],
)
def test_arrow_keys_move_what_has_the_focus(
    on_easel: OnEasel, grip: Grip, key: Qt.Key, keys: Qt.KeyboardModifier, expected: Extension
) -> None:
    def body(easel: Easel) -> None:
        easel.parameters.set("mode", "outpaint")
        easel.framing.set_extension(Extension(50, 50, 50, 50))
        QTest.keyClick(handle(easel, grip), key, keys)
        assert easel.framing.extension == expected

    on_easel(body)


def activate(easel: Easel, qtbot: QtBot) -> None:
    """Let the canvas's window have the keyboard."""
    with qtbot.waitActive(easel.canvas):
        easel.canvas.activateWindow()
    easel.canvas.setFocus()


def test_tab_goes_round_the_sides_and_each_has_a_name(on_easel: OnEasel, qtbot: QtBot) -> None:
    def body(easel: Easel) -> None:
        outpaint(easel)
        activate(easel, qtbot)
        visited = []
        for _ in range(4):
            QTest.keyClick(QApplication.focusWidget() or easel.canvas, Key.Key_Tab)
            focused = QApplication.focusWidget()
            assert isinstance(focused, FrameHandle)
            visited.append(focused.grip)
            name = QAccessible.queryAccessibleInterface(focused).text(QAccessible.Text.Name)
            assert "side of the frame" in name
            assert name in focused.toolTip()
        assert visited == [Grip.LEFT, Grip.TOP, Grip.RIGHT, Grip.BOTTOM]
        easel.parameters.set("mode", "inpaint")
        assert easel.canvas.hasFocus()

    on_easel(body)


def test_the_focus_is_seen(on_easel: OnEasel, qtbot: QtBot) -> None:
    def body(easel: Easel) -> None:
        outpaint(easel)
        activate(easel, qtbot)
        side = handle(easel, Grip.RIGHT)
        middle = side.geometry().center()
        assert painted_afresh(easel.canvas).pixelColor(middle).name() == "#f4f5f6"
        side.setFocus()
        assert painted_afresh(easel.canvas).pixelColor(middle).name() == "#6ea8fe"

    on_easel(body)


def test_space_pans_over_a_handle_too(on_easel: OnEasel) -> None:
    def body(easel: Easel) -> None:
        outpaint(easel)
        side = handle(easel, Grip.RIGHT)
        before = viewport_of(easel)
        QTest.keyPress(side, Key.Key_Space)
        Puller(easel, Grip.RIGHT).press().pull(-40, 5).release()
        QTest.keyRelease(side, Key.Key_Space)
        after = viewport_of(easel)
        assert (after.left, after.top) == (before.left - 40, before.top + 5)
        assert not easel.framing.is_exact

    on_easel(body)


def test_elsewhere_a_press_pans_or_zooms_as_before(on_easel: OnEasel) -> None:
    def body(easel: Easel) -> None:
        outpaint(easel)
        before = viewport_of(easel)
        hand = Hand(easel.canvas)
        hand.drag(QPoint(300, 240), QPoint(320, 250))
        assert viewport_of(easel).left == before.left + 20
        easel.model.set_tool(Tool.ZOOM)
        hand.click(QPoint(300, 240))
        assert viewport_of(easel).scale > before.scale
        assert not easel.framing.is_exact

    on_easel(body)


def test_a_finger_drags_a_handle(on_easel: OnEasel, screen: QPointingDevice) -> None:
    def body(easel: Easel) -> None:
        outpaint(easel)
        side = handle(easel, Grip.RIGHT)
        start = side.rect().center()
        QTest.touchEvent(side, screen).press(0, start, side).commit()
        QTest.touchEvent(side, screen).move(0, start - QPoint(30, 0), side).commit()
        shown = easel.framing.extension
        assert shown is not None
        assert 0 < shown.right < 400
        QTest.touchEvent(side, screen).release(0, start - QPoint(30, 0), side).commit()
        assert not side.is_pressed
        assert viewport_of(easel).is_fitted

    on_easel(body)


def test_the_hovered_place_is_told_over_a_handle(on_easel: OnEasel) -> None:
    def body(easel: Easel) -> None:
        outpaint(easel)
        told: list[Point] = []
        easel.canvas.hovered.connect(told.append)
        side = handle(easel, Grip.RIGHT)
        Hand(side).move(side.rect().center())
        place = QPointF(side.mapToParent(side.rect().center()))
        assert told == [easel.canvas.image_point(place)]

    on_easel(body)


def test_what_changed_is_on_the_screen(on_easel: OnEasel) -> None:
    def body(easel: Easel) -> None:
        outpaint(easel)
        on_screen(easel.canvas)
        puller = Puller(easel, Grip.TOP_LEFT).press()
        puller.pull(9, 30)
        assert on_screen(easel.canvas) == painted_afresh(easel.canvas)
        puller.pull(-15, -45)
        assert on_screen(easel.canvas) == painted_afresh(easel.canvas)
        puller.release()
        assert on_screen(easel.canvas) == painted_afresh(easel.canvas)

    on_easel(body)


def test_another_picture_has_a_frame_of_its_own(on_easel: OnEasel) -> None:
    def body(easel: Easel) -> None:
        outpaint(easel)
        easel.framing.set_extension(Extension(right=4000))
        easel.show(photograph(400, 400))
        viewport = viewport_of(easel)
        assert not easel.framing.is_exact
        assert viewport.is_fitted
        assert viewport.frame == easel.framing.frame
        right = viewport.to_view(Point(600, 200))
        centre = handle(easel, Grip.RIGHT).geometry().center()
        assert abs(centre.x() - right.x) <= 1.5

    on_easel(body)


def colour_at(easel: Easel, place: Callable[[Viewport], Point]) -> str:
    point = place(viewport_of(easel))
    image = painted_afresh(easel.canvas)
    return image.pixelColor(round(point.x), round(point.y)).name()


def test_a_frame_that_is_too_large_is_drawn_as_a_warning(on_easel: OnEasel) -> None:
    def body(easel: Easel) -> None:
        easel.parameters.set("mode", "outpaint")

        def on_the_line(viewport: Viewport) -> Point:
            frame = easel.framing.frame
            assert frame is not None
            quarter = Point(frame.x + frame.width / 4, frame.y)
            return viewport.to_view(quarter)

        assert colour_at(easel, on_the_line) == "#6ea8fe"
        easel.framing.set_extension(Extension(90_000, 0, 0, 9000))
        assert colour_at(easel, on_the_line) == "#f0b95b"

    on_easel(body)
