"""A plain Qt canvas, as a program without thought for large pictures has it.

One QImage of the picture's size for the mask, painted by QPainter with a radial gradient; every
change repaints the whole widget, in which picture and mask are drawn scaled; every stroke keeps a
copy of the whole mask, and undo takes a copy of that. Measured beside ours by the same driver.
"""

from __future__ import annotations

import math
from typing import Final

from PySide6.QtCore import QCoreApplication, QPointF, QRectF, QSizeF, Qt
from PySide6.QtGui import (
    QColor,
    QImage,
    QMouseEvent,
    QPainter,
    QPaintEvent,
    QRadialGradient,
    QWheelEvent,
)
from PySide6.QtWidgets import QWidget
from typing_extensions import override

from fluxfill_studio.core.types import Pixels
from tests.bench.driver import VIEW, paint_now

_COLOUR: Final = QColor(255, 77, 109, 128)
# Dabs an eighth of the brush apart look like a line.
_SPACING: Final = 1 / 8
_WHEEL_OCTAVE: Final = 480.0


class PlainCanvas(QWidget):
    """Paints with the left button, pans with the middle one, zooms with the wheel.

    Not to be made while a coroutine runs: a turn of the loop brings its window to the screen.
    """

    def __init__(self, pixels: Pixels) -> None:
        super().__init__()
        height, width = pixels.shape[:2]
        rgb = QImage(pixels.data, width, height, 3 * width, QImage.Format.Format_RGB888)
        self._picture = rgb.convertToFormat(QImage.Format.Format_RGB32)
        self._mask = QImage(rgb.size(), QImage.Format.Format_ARGB32_Premultiplied)
        self._mask.fill(0)
        self._before: list[QImage] = []
        self._after: list[QImage] = []
        self._size = 64
        self._scale = 1.0
        self._origin = QPointF()
        self._last = QPointF()
        self._pan_from: QPointF | None = None
        self.setAttribute(Qt.WidgetAttribute.WA_OpaquePaintEvent)
        self.setMouseTracking(True)
        self.resize(*VIEW)
        self.show()
        QCoreApplication.processEvents()

    @property
    def widget(self) -> QWidget:
        return self

    def take_brush(self, size: int) -> None:
        self._size = size

    def place(self, scale: float | None) -> tuple[float, QRectF]:
        view, picture = QSizeF(self.size()), QSizeF(self._picture.size())
        fit = min(view.width() / picture.width(), view.height() / picture.height())
        self._scale = fit if scale is None else scale
        shown = picture * self._scale
        room = view - shown
        self._origin = QPointF(room.width() / 2, room.height() / 2)
        self.update()
        return self._scale, QRectF(self._origin, shown).intersected(QRectF(self.rect()))

    def paint(self) -> None:
        paint_now(self)

    @property
    def can_undo(self) -> bool:
        return bool(self._before)

    async def undo(self) -> None:
        self._after.append(self._mask)
        self._mask = self._before.pop().copy()
        self.update()

    async def redo(self) -> None:
        self._before.append(self._mask)
        self._mask = self._after.pop().copy()
        self.update()

    async def settle(self) -> None:
        """Everything is done at once."""

    @property
    def history_bytes(self) -> int:
        return sum(image.sizeInBytes() for image in (*self._before, *self._after))

    @override
    def paintEvent(self, event: QPaintEvent, /) -> None:
        painter = QPainter(self)
        painter.fillRect(self.rect(), Qt.GlobalColor.black)
        painter.translate(self._origin)
        painter.scale(self._scale, self._scale)
        painter.drawImage(0, 0, self._picture)
        painter.drawImage(0, 0, self._mask)

    @override
    def mousePressEvent(self, event: QMouseEvent, /) -> None:
        if event.button() == Qt.MouseButton.MiddleButton:
            self._pan_from = event.position()
            return
        self._before.append(self._mask.copy())
        self._after.clear()
        self._last = self._image_point(event.position())
        self._lay([self._last])

    @override
    def mouseMoveEvent(self, event: QMouseEvent, /) -> None:
        if self._pan_from is not None:
            self._origin += event.position() - self._pan_from
            self._pan_from = event.position()
            self.update()
        elif event.buttons() & Qt.MouseButton.LeftButton:
            self._go_on_to(self._image_point(event.position()))

    @override
    def mouseReleaseEvent(self, event: QMouseEvent, /) -> None:
        self._pan_from = None

    @override
    def wheelEvent(self, event: QWheelEvent, /) -> None:
        factor = 2 ** (event.angleDelta().y() / _WHEEL_OCTAVE)
        self._origin = event.position() - (event.position() - self._origin) * factor
        self._scale *= factor
        self.update()

    def _image_point(self, position: QPointF) -> QPointF:
        return (position - self._origin) / self._scale

    def _go_on_to(self, point: QPointF) -> None:
        """A dab at every event, and between two events where they are far apart."""
        way = point - self._last
        count = max(1, math.ceil(math.hypot(way.x(), way.y()) / (self._size * _SPACING)))
        dabs = [self._last + way * ((index + 1) / count) for index in range(count)]
        self._last = point
        self._lay(dabs)

    def _lay(self, dabs: list[QPointF]) -> None:
        radius = self._size / 2
        painter = QPainter(self._mask)
        painter.setPen(Qt.PenStyle.NoPen)
        for dab in dabs:
            gradient = QRadialGradient(dab, radius)
            gradient.setColorAt(0, _COLOUR)
            gradient.setColorAt(1, Qt.GlobalColor.transparent)
            painter.setBrush(gradient)
            painter.drawEllipse(dab, radius, radius)
        painter.end()
        self.update()
