"""The handles of a frame: dragged by mouse, pen or finger, moved by the arrow keys."""

from __future__ import annotations

from collections.abc import Iterable
from functools import partial
from typing import Final

from PySide6.QtCore import QEvent, QObject, QPoint, QPointF, QRect, QRectF, QSize, Qt, Signal
from PySide6.QtGui import (
    QColor,
    QEnterEvent,
    QEventPoint,
    QFocusEvent,
    QHideEvent,
    QKeyEvent,
    QMouseEvent,
    QPainter,
    QPaintEvent,
    QPen,
    QTouchEvent,
)
from PySide6.QtWidgets import QWidget
from typing_extensions import override

from fluxfill_studio.core.planning.reframing import Grip
from fluxfill_studio.ui.canvas.picture_view import PictureView
from fluxfill_studio.ui.look import Look

# Lengths are in pixels of the interface.
_THICKNESS: Final = 10
_LENGTH: Final = 36
_CORNER: Final = 12
_ROUNDING: Final = 4.0
# How wide the strip along a side is in which it can be taken, and how large the corners are.
_REACH: Final = 20
# So much of a strip there is at least, however short the side.
_LEAST: Final = 12
_FAR_STEP: Final = 10
# What is so far outside the view need not be where it would be.
_FAR: Final = 1000

_CURSORS: Final = {
    Grip.LEFT: Qt.CursorShape.SizeHorCursor,
    Grip.RIGHT: Qt.CursorShape.SizeHorCursor,
    Grip.TOP: Qt.CursorShape.SizeVerCursor,
    Grip.BOTTOM: Qt.CursorShape.SizeVerCursor,
    Grip.TOP_LEFT: Qt.CursorShape.SizeFDiagCursor,
    Grip.BOTTOM_RIGHT: Qt.CursorShape.SizeFDiagCursor,
    Grip.TOP_RIGHT: Qt.CursorShape.SizeBDiagCursor,
    Grip.BOTTOM_LEFT: Qt.CursorShape.SizeBDiagCursor,
}
_ARROWS: Final = {
    Qt.Key.Key_Left: (-1, 0),
    Qt.Key.Key_Right: (1, 0),
    Qt.Key.Key_Up: (0, -1),
    Qt.Key.Key_Down: (0, 1),
}
_MODIFIERS: Final = (Qt.Key.Key_Shift, Qt.Key.Key_Alt)


class FrameHandle(QWidget):
    """A side of the frame, with a bar in its middle, or a square on a corner.

    It only tells what is done to it; positions are in coordinates of the view, of which it is a
    part. Buttons, keys and wheel that mean nothing here are the view's, and so is Space with a
    drag.
    """

    pressed = Signal(QPointF)
    moved = Signal(QPointF, object)
    """Where to, and the Qt.KeyboardModifiers that are held."""
    released = Signal()
    withdrawn = Signal()
    """What the press began is not wanted: Escape, or it was hidden."""
    nudged = Signal(int, int, bool)
    """By the arrow keys: pixels to the right, pixels down, and whether both sides are meant."""

    def __init__(self, grip: Grip, name: str, view: PictureView) -> None:
        super().__init__(view)
        self.grip = grip
        self._view = view
        self._look: Look | None = None
        self._at: QPointF | None = None
        self.setAccessibleName(name)
        self.setToolTip(
            self.tr(
                "{name}: drag, or use the arrow keys (with Shift by {far} pixels).\n"
                "While dragging, Shift keeps the aspect ratio. Alt moves both sides."
            ).format(name=name, far=_FAR_STEP)
        )
        self.setCursor(_CURSORS[grip])
        # Tab visits the sides, which are all that the keyboard needs.
        by_tab = not grip.is_corner
        self.setFocusPolicy(
            Qt.FocusPolicy.StrongFocus if by_tab else Qt.FocusPolicy.ClickFocus,
        )
        self.setAttribute(Qt.WidgetAttribute.WA_InputMethodEnabled, False)
        self.setAttribute(Qt.WidgetAttribute.WA_AcceptTouchEvents)
        self.setMouseTracking(True)

    def apply_look(self, look: Look) -> None:
        self._look = look
        self.update()

    def place(self, frame: QRect) -> None:
        """Lie on one end of `frame`, or along what the view shows of its side."""
        view = self._view.rect()
        seen = frame.intersected(view)
        # However large the frame is, Qt has to be able to count so far.
        frame = frame.intersected(view.adjusted(-_FAR, -_FAR, _FAR, _FAR))
        across, down = self.grip.value
        x, width = _along(frame.left(), frame.right() + 1, seen.left(), seen.right() + 1, across)
        y, height = _along(frame.top(), frame.bottom() + 1, seen.top(), seen.bottom() + 1, down)
        self.setGeometry(x, y, width, height)

    @property
    def is_pressed(self) -> bool:
        return self._at is not None

    @override
    def mousePressEvent(self, event: QMouseEvent, /) -> None:
        left = event.button() == Qt.MouseButton.LeftButton
        if left and not self.is_pressed and not self._view.space_is_down:
            self._press(event.position())
        else:
            event.ignore()

    @override
    def mouseMoveEvent(self, event: QMouseEvent, /) -> None:
        if self.is_pressed:
            self._move(event.position(), event.modifiers())
        else:
            event.ignore()

    @override
    def mouseReleaseEvent(self, event: QMouseEvent, /) -> None:
        if event.button() == Qt.MouseButton.LeftButton and self.is_pressed:
            self._release()
        else:
            event.ignore()

    @override
    def event(self, event: QEvent, /) -> bool:
        if isinstance(event, QTouchEvent):
            self._touch(event.points()[0], event.type() == QEvent.Type.TouchCancel)
            return True
        return super().event(event)

    @override
    def keyPressEvent(self, event: QKeyEvent, /) -> None:
        key = Qt.Key(event.key())
        if self.is_pressed and key == Qt.Key.Key_Escape:
            self._withdraw()
        elif self.is_pressed and key in _MODIFIERS:
            self._move_on(event)
        elif not self.is_pressed and self._has_use_for(key):
            dx, dy = _ARROWS[key]
            shift = bool(event.modifiers() & Qt.KeyboardModifier.ShiftModifier)
            alt = bool(event.modifiers() & Qt.KeyboardModifier.AltModifier)
            step = _FAR_STEP if shift else 1
            self.nudged.emit(dx * step, dy * step, alt)
        else:
            event.ignore()

    @override
    def keyReleaseEvent(self, event: QKeyEvent, /) -> None:
        if self.is_pressed and Qt.Key(event.key()) in _MODIFIERS:
            self._move_on(event)
        else:
            event.ignore()

    @override
    def hideEvent(self, event: QHideEvent, /) -> None:
        super().hideEvent(event)
        if self.is_pressed:
            self._withdraw()

    @override
    def enterEvent(self, event: QEnterEvent, /) -> None:
        super().enterEvent(event)
        self.update()

    @override
    def leaveEvent(self, event: QEvent, /) -> None:
        super().leaveEvent(event)
        self.update()

    @override
    def focusInEvent(self, event: QFocusEvent, /) -> None:
        super().focusInEvent(event)
        self.update()

    @override
    def focusOutEvent(self, event: QFocusEvent, /) -> None:
        super().focusOutEvent(event)
        self.update()

    @override
    def paintEvent(self, event: QPaintEvent, /) -> None:
        del event  # so small that it is always painted whole
        if self._look is None:
            return
        theme = self._look.theme
        fill, edge, width = theme.knob, theme.knob_edge, 1.0
        if self.hasFocus():
            fill, edge, width = theme.accent, theme.text, 2.0
        elif self.underMouse() or self.is_pressed:
            edge, width = theme.accent, 2.0
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        painter.setPen(QPen(QColor(edge), width))
        painter.setBrush(QColor(fill))
        inset = width / 2
        knob = QRectF(self._knob).adjusted(inset, inset, -inset, -inset)
        painter.drawRoundedRect(knob, _ROUNDING, _ROUNDING)

    @property
    def _knob(self) -> QRect:
        """What is seen of it."""
        across, down = self.grip.value
        wanted = QSize(
            _CORNER if across and down else _THICKNESS if across else _LENGTH,
            _CORNER if across and down else _THICKNESS if down else _LENGTH,
        )
        knob = QRect(QPoint(), wanted.boundedTo(self.size()))
        knob.moveCenter(self.rect().center())
        return knob

    def _has_use_for(self, key: Qt.Key) -> bool:
        across, down = self.grip.value
        dx, dy = _ARROWS.get(key, (0, 0))
        return bool(across * dx or down * dy)

    def _touch(self, point: QEventPoint, is_cancelled: bool) -> None:
        if is_cancelled:
            self._withdraw()
        elif point.state() == QEventPoint.State.Pressed:
            self._press(point.position())
        elif point.state() == QEventPoint.State.Released:
            self._release()
        elif self.is_pressed:
            self._move(point.position(), Qt.KeyboardModifier.NoModifier)

    def _press(self, position: QPointF) -> None:
        self._at = self.mapToParent(position)
        self.pressed.emit(self._at)
        self.update()

    def _move(self, position: QPointF, modifiers: Qt.KeyboardModifier) -> None:
        self._at = self.mapToParent(position)
        self.moved.emit(self._at, modifiers)

    def _move_on(self, event: QKeyEvent) -> None:
        """Let a key that is pressed or let go while dragging count at once."""
        if self._at is not None and not event.isAutoRepeat():
            self.moved.emit(self._at, event.modifiers())

    def _release(self) -> None:
        if self.is_pressed:
            self._at = None
            self.released.emit()
            self.update()

    def _withdraw(self) -> None:
        if self.is_pressed:
            self._at = None
            self.withdrawn.emit()
            self.update()


class FrameHandles(QObject):
    """All handles of a frame over `view`, hidden at first. They tell what is done to them.

    Those that come later lie over the ones before.
    """

    pressed = Signal(object, QPointF)
    """The Grip, and where."""
    moved = Signal(QPointF, object)
    released = Signal()
    withdrawn = Signal()
    nudged = Signal(object, int, int, bool)
    """The Grip, and what the handle tells."""

    def __init__(self, view: PictureView, handles: Iterable[FrameHandle]) -> None:
        super().__init__(view)
        self._view = view
        self._handles = list(handles)
        for handle in self._handles:
            handle.hide()
            handle.pressed.connect(partial(self.pressed.emit, handle.grip))
            handle.moved.connect(self.moved)
            handle.released.connect(self.released)
            handle.withdrawn.connect(self.withdrawn)
            handle.nudged.connect(partial(self.nudged.emit, handle.grip))

    def apply_look(self, look: Look) -> None:
        for handle in self._handles:
            handle.apply_look(look)

    def set_shown(self, is_shown: bool) -> None:
        """Show or hide them; the view gets the keyboard that one of them had."""
        if not is_shown and any(handle.hasFocus() for handle in self._handles):
            self._view.setFocus()
        for handle in self._handles:
            handle.setVisible(is_shown)

    def place(self, frame: QRect) -> None:
        """Lay them around a frame that is given in device pixels."""
        ratio = self._view.devicePixelRatioF()
        shown = QRect(
            round(frame.left() / ratio),
            round(frame.top() / ratio),
            round(frame.width() / ratio),
            round(frame.height() / ratio),
        )
        for handle in self._handles:
            handle.place(shown)


def _along(start: int, end: int, seen: int, seen_end: int, where: int) -> tuple[int, int]:
    """Where a handle begins on an axis, and how long it is there.

    At one end of the frame, which spans [start, end), or along what is seen of its side.
    """
    if where:
        return (start if where < 0 else end) - _REACH // 2, _REACH
    length = max(seen_end - seen - _REACH, _LEAST)
    return (seen + seen_end - length) // 2, length
