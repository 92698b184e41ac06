"""A widget that shows one picture and lets the user zoom and pan it."""

from __future__ import annotations

import math
from collections.abc import Iterable
from typing import Final, cast

from PySide6.QtCore import QEvent, QPointF, QRect, Qt, Signal
from PySide6.QtGui import (
    QColor,
    QHideEvent,
    QKeyEvent,
    QMouseEvent,
    QNativeGestureEvent,
    QPainter,
    QPaintEvent,
    QPointingDevice,
    QResizeEvent,
    QTouchEvent,
    QWheelEvent,
)
from PySide6.QtWidgets import QWidget
from typing_extensions import override

from fluxfill_studio.core.geometry import EMPTY, Point, Rect, Size
from fluxfill_studio.core.view.display import MaskView, Tint, palette
from fluxfill_studio.core.view.pyramid import Pyramid
from fluxfill_studio.core.view.viewport import Viewport
from fluxfill_studio.ui.canvas.frame_buffer import FrameBuffer, from_qrect, to_qrect
from fluxfill_studio.ui.canvas.touch import Touch
from fluxfill_studio.ui.look import Look

# A notch of the wheel (120 units) changes the scale by the fourth root of two.
_WHEEL_OCTAVE: Final = 480.0
_ZOOM_STEP: Final = math.sqrt(2)


class PictureView(QWidget):
    """Zoom and pan.

    The wheel zooms to the pointer; the middle button, or Space and any drag, pans. Two fingers on
    a touchpad or a screen do both, and one finger on a screen does what a press would.
    """

    viewport_changed = Signal()
    """The user, or a new picture, moved the view."""
    hovered = Signal(object)
    """The image Point under the pointer, or None when it has left."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setAttribute(Qt.WidgetAttribute.WA_OpaquePaintEvent)
        # An input method would swallow the letter keys.
        self.setAttribute(Qt.WidgetAttribute.WA_InputMethodEnabled, False)
        self.setAttribute(Qt.WidgetAttribute.WA_AcceptTouchEvents)
        self.setMouseTracking(True)
        self._touch = Touch(self)
        self.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        self._image: Pyramid | None = None
        self._mask: Pyramid | None = None
        self._viewport: Viewport | None = None
        self._buffer: FrameBuffer | None = None
        self._ground = QColor(Qt.GlobalColor.black)
        self._pan_from: QPointF | None = None
        # What is left of a pan over the whole device pixels.
        self._pan_rest = QPointF()
        self._requested = EMPTY
        self._phase: int | None = None
        self.space_is_down = False
        self._palette = palette(MaskView.IMAGE, Tint(0, 0, 0, 0.0))

    def apply_look(self, look: Look) -> None:
        self._ground = QColor(look.theme.canvas)
        self.update()

    def show_picture(
        self,
        image: Pyramid | None,
        mask: Pyramid | None = None,
        viewport: Viewport | None = None,
    ) -> None:
        """Show another picture, fitted or through `viewport`, with `mask` over it if given."""
        self._image, self._mask = image, mask
        if self._buffer is not None:
            self._buffer.forget()
        if image is None:
            viewport = None
        elif viewport is None:
            viewport = Viewport.fitted(image.size, self._view_size())
        else:
            viewport = viewport.resized(self._view_size())
        self._place(viewport)

    @property
    def viewport(self) -> Viewport | None:
        """The mapping in use; None while nothing is shown."""
        return self._viewport

    def set_viewport(self, viewport: Viewport) -> None:
        """Show another part. `viewport_changed` tells only what the user did, so is not sent."""
        if viewport != self._viewport:
            self._viewport = viewport
            self.update()

    def fit(self) -> None:
        if self._viewport is not None:
            viewport = self._viewport
            self._place(Viewport.fitted(viewport.image, viewport.view, viewport.frame))

    def take_in(self, frame: Rect | None) -> None:
        """Fit `frame`, in image pixels, from now on, or the picture: at once in a fitted view."""
        if self._viewport is not None:
            self._place(self._viewport.framed(frame or Rect.of(self._viewport.image)))

    def zoom_to(self, scale: float, at: QPointF | None = None) -> None:
        """Zoom to `scale` with the widget point `at` (the middle by default) kept in place."""
        if self._viewport is not None:
            point = QPointF(self.rect().center()) if at is None else at
            self._place(self._viewport.zoomed(scale, self._device_point(point)))

    def zoom_step(self, direction: int, at: QPointF | None = None) -> None:
        """Zoom one step in (+1) or out (-1)."""
        if self._viewport is not None:
            self.zoom_to(self._viewport.scale * _ZOOM_STEP**direction, at)

    def image_point(self, position: QPointF) -> Point:
        """The image point under a widget position. Only while a picture is shown."""
        if self._viewport is None:
            raise ValueError("no picture is shown")
        return self._viewport.to_image(self._device_point(position))

    def invalidate_mask(self, rect: Rect) -> None:
        """The mask changed in `rect` of the picture: only that is painted again."""
        if self._buffer is not None:
            self.request(self._buffer.invalidate(rect))

    def redraw(self, rect: Rect) -> None:
        """The picture itself changed in `rect`."""
        if self._buffer is not None:
            self.request(self._buffer.redraw(rect))

    def show_mask_as(self, view: MaskView, tint: Tint) -> None:
        self._palette = palette(view, tint)
        if self._buffer is not None:
            self._buffer.invalidate_all()
        self.update()

    def march(self, phase: int | None) -> None:
        """Show the mask's outline, its dashes `phase` pixels on, or none."""
        self._phase = phase
        if self._buffer is not None:
            self.request(self._buffer.march(phase))

    def request(self, *rects: Rect) -> None:
        """Ask for `rects` of the view, in device pixels, to be painted again.

        Qt paints pictures into one rectangle several times as fast as into a region of some, so
        what lies close together is asked for as one.
        """
        requested = before = self._requested
        for rect in rects:
            both = requested.united(rect)
            if both.area <= 2 * (requested.area + rect.area):
                requested = both
            else:
                self._update(rect)
        if requested != before:
            self._requested = requested
            self._update(requested)

    def _update(self, rect: Rect) -> None:
        self.update(to_qrect(_scaled_outwards(rect, 1 / self.devicePixelRatioF())))

    def paint_over(self, painter: QPainter) -> None:
        """Paint what lies over the picture; the painter's unit is the device pixel."""

    @property
    def is_panning(self) -> bool:
        return self._pan_from is not None

    @property
    def pans_on_press(self) -> bool:
        """Whether the left button would pan now."""
        return self.space_is_down

    def cursor_changed(self) -> None:
        """Set the cursor for what a press would do now."""
        if self.is_panning:
            self.setCursor(Qt.CursorShape.ClosedHandCursor)
        elif self.pans_on_press:
            self.setCursor(Qt.CursorShape.OpenHandCursor)
        else:
            self.setCursor(Qt.CursorShape.ArrowCursor)

    @override
    def paintEvent(self, event: QPaintEvent, /) -> None:
        self._requested = EMPTY
        painter = QPainter(self)
        if self._image is None or self._viewport is None:
            painter.fillRect(event.rect(), self._ground)
            return
        if self._buffer is None or self._buffer.viewport is not self._viewport:
            earlier = self._buffer
            self._buffer = FrameBuffer(self._viewport, self._image, self._mask, earlier)
            self._buffer.march(self._phase)
        ratio = self.devicePixelRatioF()
        painter.scale(1 / ratio, 1 / ratio)
        # Qt gives the region its rectangles one by one, which its type stubs do not know.
        for part in cast(Iterable[QRect], event.region()):
            rect = self._device_rect(part)
            if rect.intersected(self._buffer.area) != rect:
                painter.fillRect(rect.x, rect.y, rect.width, rect.height, self._ground)
            self._buffer.paint(painter, rect, self._palette)
        self.paint_over(painter)

    @override
    def resizeEvent(self, event: QResizeEvent, /) -> None:
        super().resizeEvent(event)
        if self._viewport is not None:
            self._place(self._viewport.resized(self._view_size()))

    @override
    def event(self, event: QEvent, /) -> bool:
        if isinstance(event, QTouchEvent):
            self._touch.handle(event)
            return True
        if isinstance(event, QNativeGestureEvent):
            return self._gesture(event)
        if event.type() == QEvent.Type.DevicePixelRatioChange and self._viewport is not None:
            self._place(self._viewport.resized(self._view_size()))
        return super().event(event)

    @override
    def wheelEvent(self, event: QWheelEvent, /) -> None:
        event.accept()
        if self._viewport is None:
            return
        ctrl = bool(event.modifiers() & Qt.KeyboardModifier.ControlModifier)
        if _is_of_touchpad(event) and not ctrl:
            step = QPointF(event.pixelDelta())
            if step.isNull():
                # A notch of a wheel that has them is 120 units, and scrolls three lines.
                step = QPointF(event.angleDelta()) / 2
            self.pinched(event.position(), event.position() + step, 1.0)
        elif event.angleDelta().y():
            factor = 2 ** (event.angleDelta().y() / _WHEEL_OCTAVE)
            self.zoom_to(self._viewport.scale * factor, event.position())

    def _gesture(self, event: QNativeGestureEvent) -> bool:
        """What a touchpad's driver has recognised; returns whether it meant something."""
        match event.gestureType():
            case Qt.NativeGestureType.ZoomNativeGesture:
                self.pinched(event.position(), event.position(), 1 + event.value())
            case Qt.NativeGestureType.PanNativeGesture:
                self.pinched(event.position(), event.position() + event.delta(), 1.0)
            case Qt.NativeGestureType.SmartZoomNativeGesture if self._viewport is not None:
                if self._viewport.is_fitted:
                    self.zoom_to(1.0, event.position())
                else:
                    self.fit()
            case _:
                return False
        return True

    def pinched(self, before: QPointF, after: QPointF, factor: float) -> None:
        """Bring the picture under the widget position `before` to `after`, larger by `factor`."""
        if self._viewport is None:
            return
        step = (after - before) * self.devicePixelRatioF()
        self._pan_rest += step
        dx, dy = round(self._pan_rest.x()), round(self._pan_rest.y())
        self._pan_rest -= QPointF(dx, dy)
        viewport = self._viewport.panned(dx, dy)
        if factor != 1:
            viewport = viewport.zoomed(viewport.scale * factor, self._device_point(after))
        self._place(viewport)

    def finger_down(self, position: QPointF) -> None:
        self._pan_from = position

    def finger_moved(self, position: QPointF) -> None:
        self._pan_to(position)

    def finger_up(self, position: QPointF) -> None:
        del position
        self._pan_from = None

    def finger_withdrawn(self) -> None:
        self._pan_from = None

    def tapped(self, fingers: int) -> None:
        """So many fingers, two or more, tapped the view; nothing comes of it here."""

    @override
    def mousePressEvent(self, event: QMouseEvent, /) -> None:
        left = event.button() == Qt.MouseButton.LeftButton
        if event.button() == Qt.MouseButton.MiddleButton or (left and self.pans_on_press):
            self._pan_from = event.position()
            self.cursor_changed()

    @override
    def mouseMoveEvent(self, event: QMouseEvent, /) -> None:
        if self._viewport is None:
            return
        if self._pan_from is not None:
            self._pan_to(event.position())
        self.hovered.emit(self.image_point(event.position()))

    @override
    def mouseReleaseEvent(self, event: QMouseEvent, /) -> None:
        if self._pan_from is not None:
            self._pan_from = None
            self.cursor_changed()

    @override
    def leaveEvent(self, event: QEvent, /) -> None:
        super().leaveEvent(event)
        self.hovered.emit(None)

    @override
    def keyPressEvent(self, event: QKeyEvent, /) -> None:
        if event.key() != Qt.Key.Key_Space:
            super().keyPressEvent(event)
        elif not event.isAutoRepeat():
            self._hold_space(True)

    @override
    def keyReleaseEvent(self, event: QKeyEvent, /) -> None:
        if event.key() != Qt.Key.Key_Space:
            super().keyReleaseEvent(event)
        elif not event.isAutoRepeat():
            self._hold_space(False)

    @override
    def hideEvent(self, event: QHideEvent, /) -> None:
        super().hideEvent(event)
        self._pan_from = None
        self._hold_space(False)

    def _hold_space(self, is_down: bool) -> None:
        self.space_is_down = is_down
        self.cursor_changed()

    def _pan_to(self, position: QPointF) -> None:
        if self._viewport is None or self._pan_from is None:
            return
        before, self._pan_from = self._pan_from, position
        self.pinched(before, position, 1.0)

    def _place(self, viewport: Viewport | None) -> None:
        self._viewport = viewport
        if viewport is None:
            self._buffer = None
        self.update()
        self.viewport_changed.emit()

    def _view_size(self) -> Size:
        ratio = self.devicePixelRatioF()
        return Size(max(1, round(self.width() * ratio)), max(1, round(self.height() * ratio)))

    def _device_point(self, position: QPointF) -> Point:
        ratio = self.devicePixelRatioF()
        return Point(position.x() * ratio, position.y() * ratio)

    def _device_rect(self, rect: QRect) -> Rect:
        """The device pixels that a widget rectangle touches."""
        return _scaled_outwards(from_qrect(rect), self.devicePixelRatioF())


def _is_of_touchpad(event: QWheelEvent) -> bool:
    """Whether fingers scroll: on a touchpad, or on a mouse that feels them."""
    pad = event.deviceType() == QPointingDevice.DeviceType.TouchPad
    return pad or event.phase() != Qt.ScrollPhase.NoScrollPhase


def _scaled_outwards(rect: Rect, factor: float) -> Rect:
    """The whole pixels of another grid that `rect` touches."""
    if factor == 1:
        return rect
    return Rect.from_bounds(
        math.floor(rect.x * factor),
        math.floor(rect.y * factor),
        math.ceil(rect.right * factor),
        math.ceil(rect.bottom * factor),
    )
