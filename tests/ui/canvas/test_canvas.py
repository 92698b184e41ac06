"""The canvas under real pointer, wheel and key events."""

from __future__ import annotations

import numpy as np
import pytest
from PySide6.QtCore import QEvent, QObject, QPoint, QPointF, QRect, Qt
from PySide6.QtGui import QPaintEvent, QWheelEvent
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication, QWidget
from typing_extensions import override

from fluxfill_studio.core.display import MaskView
from fluxfill_studio.core.geometry import Point
from fluxfill_studio.model.canvas import Tool
from tests.pictures import photograph
from tests.ui.canvas.conftest import Easel, OnEasel

LEFT, RIGHT, MIDDLE = (
    Qt.MouseButton.LeftButton,
    Qt.MouseButton.RightButton,
    Qt.MouseButton.MiddleButton,
)


def drag(widget: QWidget, *points: QPoint, button: Qt.MouseButton = LEFT) -> None:
    QTest.mousePress(widget, button, pos=points[0])
    for point in points[1:]:
        QTest.mouseMove(widget, point)
    QTest.mouseRelease(widget, button, pos=points[-1])


def wheel(widget: QWidget, at: QPoint, angle: int) -> None:
    event = QWheelEvent(
        QPointF(at),
        QPointF(widget.mapToGlobal(at)),
        QPoint(),
        QPoint(0, angle),
        Qt.MouseButton.NoButton,
        Qt.KeyboardModifier.NoModifier,
        Qt.ScrollPhase.NoScrollPhase,
        False,
    )
    QApplication.sendEvent(widget, event)


def image_point(easel: Easel, at: QPoint) -> Point:
    return easel.canvas.image_point(QPointF(at))


def test_a_stroke_paints_along_the_pointer_and_is_one_undo_step(on_easel: OnEasel) -> None:
    def body(easel: Easel) -> None:
        start, end = QPoint(200, 200), QPoint(400, 260)
        drag(easel.canvas, start, QPoint(300, 230), end)
        for at in (start, QPoint(300, 230), end):
            point = image_point(easel, at)
            assert easel.mask[int(point.y), int(point.x)] == 255
        easel.document.undo()
        assert not easel.mask.any()
        assert not easel.document.can_undo
        easel.document.redo()
        assert easel.mask.any()

    on_easel(body)


def test_a_stroke_that_leaves_the_widget_is_kept(on_easel: OnEasel) -> None:
    def body(easel: Easel) -> None:
        drag(easel.canvas, QPoint(300, 240), QPoint(900, 240), QPoint(900, 900))
        assert easel.mask[300, -1] == 255, "painted up to the edge"
        assert easel.document.can_undo
        assert not easel.document.is_painting

    on_easel(body)


def test_a_stroke_ends_when_the_window_loses_the_keyboard(on_easel: OnEasel) -> None:
    def body(easel: Easel) -> None:
        QTest.mousePress(easel.canvas, LEFT, pos=QPoint(300, 240))
        QTest.mouseMove(easel.canvas, QPoint(340, 240))
        easel.canvas.clearFocus()
        easel.canvas.hide()
        assert not easel.document.is_painting
        assert easel.document.can_undo

    on_easel(body)


def test_escape_takes_the_stroke_back(on_easel: OnEasel) -> None:
    def body(easel: Easel) -> None:
        QTest.mousePress(easel.canvas, LEFT, pos=QPoint(300, 240))
        QTest.mouseMove(easel.canvas, QPoint(340, 240))
        assert easel.mask.any()
        QTest.keyClick(easel.canvas, Qt.Key.Key_Escape)
        assert not easel.mask.any()
        QTest.mouseRelease(easel.canvas, LEFT, pos=QPoint(340, 240))
        assert not easel.document.can_undo

    on_easel(body)


@pytest.mark.parametrize("way", ["eraser", "right button"])
def test_erasing(on_easel: OnEasel, way: str) -> None:
    def body(easel: Easel) -> None:
        at = QPoint(300, 240)
        drag(easel.canvas, at, at + QPoint(50, 0))
        if way == "eraser":
            easel.model.set_tool(Tool.ERASER)
            drag(easel.canvas, at, at + QPoint(50, 0))
        else:
            drag(easel.canvas, at, at + QPoint(50, 0), button=RIGHT)
        for offset in (0, 25, 50):
            point = image_point(easel, at + QPoint(offset, 0))
            assert easel.mask[int(point.y), int(point.x)] == 0

    on_easel(body)


def test_opacity_does_not_build_up_within_a_stroke(on_easel: OnEasel) -> None:
    def body(easel: Easel) -> None:
        easel.model.set_brush(hardness=1.0, opacity=0.5)
        at = QPoint(300, 240)
        drag(easel.canvas, at, at + QPoint(60, 0), at, at + QPoint(60, 0))
        assert easel.mask.max() == 128
        drag(easel.canvas, at, at + QPoint(60, 0))
        assert easel.mask.max() == 192

    on_easel(body)


def test_the_wheel_zooms_to_the_pointer(on_easel: OnEasel) -> None:
    def body(easel: Easel) -> None:
        at = QPoint(200, 300)
        before = image_point(easel, at)
        viewport = easel.canvas.viewport
        assert viewport is not None
        for _ in range(8):
            wheel(easel.canvas, at, 120)
        after = image_point(easel, at)
        zoomed = easel.canvas.viewport
        assert zoomed is not None
        assert zoomed.scale == pytest.approx(viewport.scale * 4)
        assert abs(after.x - before.x) * zoomed.scale < 4
        assert abs(after.y - before.y) * zoomed.scale < 4

    on_easel(body)


@pytest.mark.parametrize("way", ["middle button", "space", "hand"])
def test_panning_moves_the_picture_with_the_pointer_and_paints_nothing(
    on_easel: OnEasel, way: str
) -> None:
    def body(easel: Easel) -> None:
        easel.canvas.zoom_to(1.0)
        at = QPoint(300, 240)
        held = image_point(easel, at)
        button = MIDDLE if way == "middle button" else LEFT
        if way == "space":
            QTest.keyPress(easel.canvas, Qt.Key.Key_Space)
        if way == "hand":
            easel.model.set_tool(Tool.HAND)
        drag(easel.canvas, at, at + QPoint(17, 9), at + QPoint(40, -25), button=button)
        assert image_point(easel, at + QPoint(40, -25)) == held
        assert not easel.document.can_undo
        if way == "space":
            QTest.keyRelease(easel.canvas, Qt.Key.Key_Space)
            drag(easel.canvas, at, at + QPoint(30, 0))
            assert easel.document.can_undo

    on_easel(body)


def test_the_zoom_tool_comes_closer_and_goes_back(on_easel: OnEasel) -> None:
    def body(easel: Easel) -> None:
        easel.model.set_tool(Tool.ZOOM)
        viewport = easel.canvas.viewport
        assert viewport is not None
        QTest.mouseClick(easel.canvas, LEFT, pos=QPoint(300, 240))
        closer = easel.canvas.viewport
        assert closer is not None
        assert closer.scale == pytest.approx(2 * viewport.scale)
        alt = Qt.KeyboardModifier.AltModifier
        QTest.mouseClick(easel.canvas, LEFT, alt, QPoint(300, 240))
        assert easel.canvas.viewport is not None
        assert easel.canvas.viewport.scale == pytest.approx(viewport.scale)

    on_easel(body)


def test_nothing_is_painted_in_outpaint_mode(on_easel: OnEasel) -> None:
    def body(easel: Easel) -> None:
        easel.parameters.set("mode", "outpaint")
        drag(easel.canvas, QPoint(300, 240), QPoint(350, 240))
        assert not easel.mask.any()

    on_easel(body)


def test_the_outpaint_frame_is_brought_into_the_view(on_easel: OnEasel) -> None:
    def body(easel: Easel) -> None:
        easel.parameters.set("mode", "outpaint")
        easel.parameters.set("outpaint", "Right outpaint")
        viewport = easel.canvas.viewport
        assert viewport is not None
        assert viewport.to_view(Point(1200, 600)).x <= easel.canvas.width()
        easel.parameters.set("mode", "inpaint")
        assert easel.canvas.viewport is not None
        assert easel.canvas.viewport.scale > viewport.scale

    on_easel(body)


class PaintLog(QObject):
    """Keeps the rectangles that a widget is asked to paint."""

    def __init__(self) -> None:
        super().__init__()
        self.rects: list[QRect] = []

    @override
    def eventFilter(self, watched: QObject, event: QEvent, /) -> bool:
        if isinstance(event, QPaintEvent):
            self.rects.append(event.rect())
        return False


def test_only_what_changed_is_painted_again(on_easel: OnEasel) -> None:
    def body(easel: Easel) -> None:
        start = QPoint(300, 240)
        QTest.mouseMove(easel.canvas, start)
        QApplication.processEvents()
        log = PaintLog()
        easel.canvas.installEventFilter(log)
        drag(easel.canvas, start, start + QPoint(20, 0))
        QApplication.processEvents()
        # The brush is about 60 view pixels wide here.
        assert log.rects
        assert all(rect.width() < 120 and rect.height() < 120 for rect in log.rects)
        log.rects.clear()
        QApplication.processEvents()
        assert not log.rects, "nothing changed, so nothing is painted"

    on_easel(body)


def test_the_mask_views_differ_as_they_say(on_easel: OnEasel) -> None:
    def body(easel: Easel) -> None:
        drag(easel.canvas, QPoint(300, 240), QPoint(350, 240))
        easel.model.set_tool(Tool.HAND)
        shots = {}
        for view in MaskView:
            easel.model.set_mask_view(view)
            shots[view] = easel.canvas.grab().toImage()
        inside, outside = QPoint(320, 240), QPoint(320, 400)
        assert shots[MaskView.MASK].pixelColor(inside).name() == "#ffffff"
        assert shots[MaskView.MASK].pixelColor(outside).name() == "#000000"
        plain, tinted = (shots[v].pixelColor(inside) for v in (MaskView.IMAGE, MaskView.OVERLAY))
        assert tinted.red() > plain.red()
        assert shots[MaskView.IMAGE].pixelColor(outside) == shots[MaskView.OVERLAY].pixelColor(
            outside
        )

    on_easel(body)


@pytest.mark.parametrize("size", [(1, 1), (1, 5000), (4097, 3), (33000, 2)])
def test_odd_sizes_are_shown_and_painted_without_a_trace_after_undo(
    on_easel: OnEasel, size: tuple[int, int]
) -> None:
    def body(easel: Easel) -> None:
        easel.show(photograph(*size))
        before = easel.canvas.grab().toImage()
        middle = easel.canvas.rect().center()
        drag(easel.canvas, middle - QPoint(30, 30), middle, middle + QPoint(30, 30))
        assert easel.mask.any()
        easel.document.undo()
        easel.model.set_tool(Tool.HAND)
        assert easel.canvas.grab().toImage() == before
        assert not np.any(easel.mask)

    on_easel(body)
