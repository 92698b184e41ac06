"""The brush's ring: its rim and its hard core, as the cursor of the painting tools."""

from __future__ import annotations

import math
from dataclasses import dataclass
from functools import cached_property
from typing import Final, NamedTuple

import cv2
import numpy as np
from numpy.typing import NDArray
from PySide6.QtCore import QPoint, QPointF, Qt
from PySide6.QtGui import QColor, QImage, QPainter, QPen

from fluxfill_studio.core.geometry import Point, Rect, Size
from fluxfill_studio.ui.canvas.frame_buffer import as_image

# A smaller ring cannot be seen, so a cross marks the spot instead.
_SMALLEST: Final = 3.0
_CROSS: Final = 6.0
# Rings are kept as pictures; larger ones, of which a part is seen at most, are drawn as plain
# circles, which is fast.
_LARGEST_KEPT: Final = 400.0
# The colours of a picture are worked out for so many distances from its middle in every pixel.
_STEPS: Final = 8


class Line(NamedTuple):
    """A line along a circle: grey and alpha, 0 to 255, and its width in interface pixels."""

    grey: int
    alpha: int
    width: float


_RIM: Final = (Line(0, 130, 3.2), Line(255, 235, 1.4))
_CORE: Final = Line(255, 110, 1.0)


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

    @property
    def _is_cross(self) -> bool:
        return self.radius < _SMALLEST * self.ratio

    @property
    def _circles(self) -> list[tuple[float, Line]]:
        """From below to above: the rim in white between two dark lines, inside it the core."""
        circles = [(self.radius, line) for line in _RIM]
        core = self.radius * self.hardness
        if self.hardness < 1 and core >= _SMALLEST * self.ratio:
            circles.append((core, _CORE))
        return circles

    @cached_property
    def words(self) -> NDArray[np.int32]:
        """The ring around the middle pixel's corner, as premultiplied ARGB.

        Antialiased circles take Qt's painter four times as long, at every step of a zoom.
        """
        reach = self.reach
        distances = (np.arange(math.ceil(reach * math.sqrt(2) * _STEPS) + 1) + 0.5) / _STEPS
        light, opacity = np.zeros((2, len(distances)))
        for radius, line in self._circles:
            width = line.width * self.ratio
            inside = (width + 1) / 2 - np.abs(distances - radius)
            share = np.clip(inside, 0, min(width, 1)) * line.alpha / 255
            light += (line.grey - light) * share
            opacity += (255 - opacity) * share
        grey, alpha = (np.rint(part).astype(np.uint32) for part in (light, opacity))
        colours = (alpha << 24 | grey << 16 | grey << 8 | grey).view(np.int32)

        squares = (np.arange(reach, dtype=np.float32) + 0.5) ** 2 * _STEPS**2
        quarter = colours.take(cv2.sqrt(squares[:, None] + squares).astype(np.intp))
        words = np.empty((2 * reach, 2 * reach), np.int32)
        for rows in (slice(reach, None), slice(reach - 1, None, -1)):
            words[rows, reach:] = quarter
            words[rows, reach - 1 :: -1] = quarter
        return words

    def paint(self, painter: QPainter, x: int, y: int) -> None:
        if self._is_cross or self.radius > _LARGEST_KEPT * self.ratio:
            painter.save()
            self._draw(painter, QPointF(x, y))
            painter.restore()
        else:
            size = Size(2 * self.reach, 2 * self.reach)
            image = as_image(self.words, size, QImage.Format.Format_ARGB32_Premultiplied)
            painter.drawImage(QPoint(x - self.reach, y - self.reach), image)

    def _draw(self, painter: QPainter, centre: QPointF) -> None:
        painter.setBrush(Qt.BrushStyle.NoBrush)
        for radius, line in self._circles:
            colour = QColor(line.grey, line.grey, line.grey, line.alpha)
            painter.setPen(QPen(colour, line.width * self.ratio))
            if self._is_cross:
                arm = _CROSS * self.ratio
                painter.drawLine(centre - QPointF(arm, 0), centre + QPointF(arm, 0))
                painter.drawLine(centre - QPointF(0, arm), centre + QPointF(0, arm))
            else:
                painter.drawEllipse(centre, radius, radius)


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
