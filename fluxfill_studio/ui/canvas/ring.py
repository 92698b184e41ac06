"""The brush's ring: its rim and its hard core, as the cursor of the painting tools."""

from __future__ import annotations

import math
from dataclasses import dataclass
from functools import cached_property
from typing import Final

from PySide6.QtCore import QPoint, QPointF, Qt
from PySide6.QtGui import QColor, QImage, QPainter, QPen

from fluxfill_studio.core.geometry import Point, Rect

# A smaller ring cannot be seen, so a cross marks the spot instead.
_SMALLEST: Final = 3.0
_CROSS: Final = 6.0
# Drawing antialiased circles takes longer than a dab does, so rings are kept as pictures; larger
# ones, of which a part is seen at most, are drawn as plain circles, which is fast.
_LARGEST_KEPT: Final = 400.0
_DARK: Final = QColor(0, 0, 0, 130)
_LIGHT: Final = QColor(255, 255, 255, 235)
_FAINT: Final = QColor(255, 255, 255, 110)


@dataclass(frozen=True)
class RingShape:
    """Radius in device pixels, hardness 0 to 1, and the device pixel ratio, for the lines."""

    radius: float
    hardness: float
    ratio: float

    @property
    def reach(self) -> int:
        """How far from the centre anything is drawn."""
        return math.ceil(max(self.radius, _CROSS * self.ratio) + 3 * self.ratio)

    @cached_property
    def image(self) -> QImage:
        """The ring around the middle pixel's corner."""
        side = 2 * self.reach
        image = QImage(side, side, QImage.Format.Format_ARGB32_Premultiplied)
        image.fill(Qt.GlobalColor.transparent)
        painter = QPainter(image)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        self._draw(painter, QPointF(self.reach, self.reach))
        painter.end()
        return image

    def paint(self, painter: QPainter, x: int, y: int) -> None:
        if self.radius <= _LARGEST_KEPT * self.ratio:
            painter.drawImage(QPoint(x - self.reach, y - self.reach), self.image)
        else:
            painter.save()
            self._draw(painter, QPointF(x, y))
            painter.restore()

    def _draw(self, painter: QPainter, centre: QPointF) -> None:
        """The rim in white between two dark lines, seen on any picture; inside it the core."""
        painter.setBrush(Qt.BrushStyle.NoBrush)
        for colour, width in ((_DARK, 3.2), (_LIGHT, 1.4)):
            painter.setPen(QPen(colour, width * self.ratio))
            if self.radius >= _SMALLEST * self.ratio:
                painter.drawEllipse(centre, self.radius, self.radius)
            else:
                arm = _CROSS * self.ratio
                painter.drawLine(centre - QPointF(arm, 0), centre + QPointF(arm, 0))
                painter.drawLine(centre - QPointF(0, arm), centre + QPointF(0, arm))
        core = self.radius * self.hardness
        if self.hardness < 1 and core >= _SMALLEST * self.ratio:
            painter.setPen(QPen(_FAINT, self.ratio))
            painter.drawEllipse(centre, core, core)


@dataclass(frozen=True)
class Ring:
    """A ring whose centre is at a corner of a device pixel."""

    shape: RingShape
    x: int
    y: int

    @classmethod
    def at(
        cls, centre: Point, radius: float, hardness: float, ratio: float, before: Ring | None
    ) -> Ring:
        """The ring at `centre`; with the picture of the one `before`, if that has its shape."""
        shape = RingShape(radius, hardness, ratio)
        if before is not None and before.shape == shape:
            shape = before.shape
        return cls(shape, round(centre.x), round(centre.y))

    @property
    def bounds(self) -> Rect:
        reach = self.shape.reach
        return Rect(self.x - reach, self.y - reach, 2 * reach, 2 * reach)

    def paint(self, painter: QPainter) -> None:
        self.shape.paint(painter, self.x, self.y)
