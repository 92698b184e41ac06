"""A hand at the canvas: pointer events with modifier keys, and what the screen shows then."""

from __future__ import annotations

from PySide6.QtCore import QEvent, QPoint, QPointF, Qt
from PySide6.QtGui import QImage, QMouseEvent
from PySide6.QtWidgets import QApplication, QWidget

LEFT, RIGHT = Qt.MouseButton.LeftButton, Qt.MouseButton.RightButton
NO_KEY = Qt.KeyboardModifier.NoModifier
SHIFT, ALT = Qt.KeyboardModifier.ShiftModifier, Qt.KeyboardModifier.AltModifier


class Hand:
    """Positions are in widget coordinates; `keys` are held until they are set otherwise."""

    def __init__(self, widget: QWidget) -> None:
        self._widget = widget
        self._buttons = Qt.MouseButton.NoButton
        self.keys = NO_KEY

    def press(self, at: QPoint, button: Qt.MouseButton = LEFT) -> None:
        self._buttons |= button
        self._send(QEvent.Type.MouseButtonPress, at, button)

    def move(self, *path: QPoint) -> None:
        for at in path:
            self._send(QEvent.Type.MouseMove, at, Qt.MouseButton.NoButton)

    def release(self, at: QPoint, button: Qt.MouseButton = LEFT) -> None:
        self._buttons &= ~button
        self._send(QEvent.Type.MouseButtonRelease, at, button)

    def drag(self, *path: QPoint, button: Qt.MouseButton = LEFT) -> None:
        self.press(path[0], button)
        self.move(*path[1:])
        self.release(path[-1], button)

    def click(self, at: QPoint, button: Qt.MouseButton = LEFT) -> None:
        self.move(at)
        self.drag(at, button=button)

    def double_click(self, at: QPoint) -> None:
        self.click(at)
        self._buttons |= LEFT
        self._send(QEvent.Type.MouseButtonDblClick, at, LEFT)
        self.release(at)

    def _send(self, kind: QEvent.Type, at: QPoint, button: Qt.MouseButton) -> None:
        place = QPointF(self._widget.mapToGlobal(at))
        event = QMouseEvent(kind, QPointF(at), place, button, self._buttons, self.keys)
        QApplication.sendEvent(self._widget, event)


def on_screen(widget: QWidget) -> QImage:
    """What the screen shows after nothing but the changed parts has been painted again."""
    QApplication.processEvents()
    # What came in last, from a worker perhaps, has only asked for its part to be painted.
    QApplication.sendPostedEvents()
    shown = widget.screen().grabWindow(widget.winId()).toImage()
    return shown.convertToFormat(QImage.Format.Format_RGB32)


def painted_afresh(widget: QWidget) -> QImage:
    """What the whole widget looks like when all of it is painted."""
    return widget.grab().toImage().convertToFormat(QImage.Format.Format_RGB32)


def both(widget: QWidget) -> tuple[QImage, QImage]:
    """`on_screen` and `painted_afresh`, with nothing that could come in from a worker between."""
    return on_screen(widget), painted_afresh(widget)
