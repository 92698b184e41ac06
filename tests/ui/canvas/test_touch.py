"""Fingers on a screen and on a touchpad, as real touch, gesture and wheel events."""

from __future__ import annotations

import pytest
from PySide6.QtCore import QPoint, QPointF, Qt
from PySide6.QtGui import QNativeGestureEvent, QPointingDevice, QWheelEvent
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication, QWidget

from fluxfill_studio.core.geometry import Point
from fluxfill_studio.core.view.viewport import Viewport
from fluxfill_studio.model.canvas import Tool
from tests.ui.canvas.conftest import Easel, OnEasel
from tests.ui.canvas.test_canvas import drag


@pytest.fixture(scope="module")
def screen() -> QPointingDevice:
    """A touch screen; Qt keeps devices for the life of the process."""
    device = QTest.createTouchDevice()
    assert isinstance(device, QPointingDevice)
    return device


def touch(widget: QWidget, screen: QPointingDevice, *fingers: list[QPoint]) -> None:
    """Put fingers down one after the other, move them together along their ways, lift them."""
    for index, finger in enumerate(fingers):
        down = QTest.touchEvent(widget, screen)
        for earlier in range(index):
            # What QTest calls stationary comes with another position.
            down.move(earlier, fingers[earlier][0], widget)
        down.press(index, finger[0], widget)
        down.commit()
    for step in range(1, len(fingers[0])):
        move = QTest.touchEvent(widget, screen)
        for index, finger in enumerate(fingers):
            move.move(index, finger[step], widget)
        move.commit()
    up = QTest.touchEvent(widget, screen)
    for index, finger in enumerate(fingers):
        up.release(index, finger[-1], widget)
    up.commit()


def viewport_of(easel: Easel) -> Viewport:
    assert easel.canvas.viewport is not None
    return easel.canvas.viewport


def under(easel: Easel, at: QPoint) -> Point:
    return easel.canvas.image_point(QPointF(at))


def test_one_finger_paints(on_easel: OnEasel, screen: QPointingDevice) -> None:
    def body(easel: Easel) -> None:
        way = [QPoint(200, 200), QPoint(260, 220), QPoint(320, 260)]
        touch(easel.canvas, screen, way)
        for at in way:
            point = under(easel, at)
            assert easel.mask[int(point.y), int(point.x)] == 255
        easel.document.undo()
        assert not easel.mask.any()
        assert not easel.document.can_undo

    on_easel(body)


def test_one_finger_pans_with_the_hand(on_easel: OnEasel, screen: QPointingDevice) -> None:
    def body(easel: Easel) -> None:
        easel.canvas.zoom_to(1.0)
        easel.model.set_tool(Tool.HAND)
        start, end = QPoint(300, 240), QPoint(250, 200)
        held = under(easel, start)
        touch(easel.canvas, screen, [start, QPoint(280, 230), end])
        assert under(easel, end) == held
        assert not easel.canvas.is_panning

    on_easel(body)


def test_two_fingers_pinch_and_paint_nothing(on_easel: OnEasel, screen: QPointingDevice) -> None:
    def body(easel: Easel) -> None:
        left = [QPoint(300, 240), QPoint(280, 260), QPoint(240, 290)]
        right = [QPoint(340, 240), QPoint(360, 260), QPoint(400, 290)]
        before, held = viewport_of(easel), under(easel, QPoint(320, 240))
        touch(easel.canvas, screen, left, right)
        after, moved = viewport_of(easel), under(easel, QPoint(320, 290))
        assert after.scale == pytest.approx(4 * before.scale)
        # Kept under the fingers to about a pixel of the view for each step.
        assert abs(moved.x - held.x) * after.scale < 5
        assert abs(moved.y - held.y) * after.scale < 5
        assert not easel.mask.any()
        assert not easel.document.can_undo
        assert not easel.document.is_painting

    on_easel(body)


def test_two_fingers_pan(on_easel: OnEasel, screen: QPointingDevice) -> None:
    def body(easel: Easel) -> None:
        easel.canvas.zoom_to(1.0)
        held, scale = under(easel, QPoint(320, 240)), viewport_of(easel).scale
        steps = [QPoint(0, 0), QPoint(7, 5), QPoint(40, -30)]
        left = [QPoint(300, 240) + step for step in steps]
        right = [QPoint(340, 240) + step for step in steps]
        touch(easel.canvas, screen, left, right)
        assert under(easel, QPoint(360, 210)) == held
        assert viewport_of(easel).scale == scale

    on_easel(body)


def test_taps_of_two_and_three_fingers_undo_and_redo(
    on_easel: OnEasel, screen: QPointingDevice
) -> None:
    def body(easel: Easel) -> None:
        drag(easel.canvas, QPoint(300, 240), QPoint(350, 240))
        painted = easel.mask.copy()
        fingers = [[QPoint(200 + 60 * index, 300)] for index in range(3)]
        touch(easel.canvas, screen, *fingers[:2])
        assert not easel.mask.any()
        touch(easel.canvas, screen, *fingers)
        assert (easel.mask == painted).all()

    on_easel(body)


def test_a_pinch_is_no_tap(on_easel: OnEasel, screen: QPointingDevice) -> None:
    def body(easel: Easel) -> None:
        drag(easel.canvas, QPoint(300, 240), QPoint(350, 240))
        left = [QPoint(300, 240), QPoint(270, 240), QPoint(300, 240)]
        right = [QPoint(340, 240), QPoint(370, 240), QPoint(340, 240)]
        touch(easel.canvas, screen, left, right)
        assert easel.mask.any()

    on_easel(body)


def gesture(widget: QWidget, kind: Qt.NativeGestureType, value: float, step: QPointF) -> None:
    at = QPointF(320, 240)
    event = QNativeGestureEvent(
        kind,
        QPointingDevice.primaryPointingDevice(),
        2,
        at,
        at,
        QPointF(widget.mapToGlobal(at)),
        value,
        step,
    )
    QApplication.sendEvent(widget, event)


def test_the_gestures_of_a_touchpad(on_easel: OnEasel) -> None:
    def body(easel: Easel) -> None:
        at = QPoint(320, 240)
        fitted, held = viewport_of(easel), under(easel, at)
        for _ in range(3):
            gesture(easel.canvas, Qt.NativeGestureType.ZoomNativeGesture, 0.25, QPointF())
        assert viewport_of(easel).scale == pytest.approx(fitted.scale * 1.25**3)
        moved = under(easel, at)
        assert abs(moved.x - held.x) < 3
        gesture(easel.canvas, Qt.NativeGestureType.PanNativeGesture, 0, QPointF(30, -20))
        assert under(easel, at + QPoint(30, -20)) == moved
        gesture(easel.canvas, Qt.NativeGestureType.SmartZoomNativeGesture, 1, QPointF())
        assert viewport_of(easel) == fitted
        gesture(easel.canvas, Qt.NativeGestureType.SmartZoomNativeGesture, 1, QPointF())
        assert viewport_of(easel).scale == 1

    on_easel(body)


@pytest.mark.parametrize("with_ctrl", [False, True])
def test_two_fingers_on_a_touchpad_pan_and_with_ctrl_zoom(
    on_easel: OnEasel, with_ctrl: bool
) -> None:
    def body(easel: Easel) -> None:
        easel.canvas.zoom_to(1.0)
        at, step = QPoint(320, 240), QPoint(12, -30)
        held, scale = under(easel, at), viewport_of(easel).scale
        keys = Qt.KeyboardModifier.ControlModifier if with_ctrl else Qt.KeyboardModifier.NoModifier
        event = QWheelEvent(
            QPointF(at),
            QPointF(easel.canvas.mapToGlobal(at)),
            step,
            step * 4,
            Qt.MouseButton.NoButton,
            keys,
            Qt.ScrollPhase.ScrollUpdate,
            False,
        )
        QApplication.sendEvent(easel.canvas, event)
        if with_ctrl:
            assert viewport_of(easel).scale < scale
        else:
            assert viewport_of(easel).scale == scale
            assert under(easel, at + step) == held

    on_easel(body)
