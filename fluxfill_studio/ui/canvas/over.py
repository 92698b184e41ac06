"""What is painted over the picture: the brush's ring, and the frame it is about to grow into."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import Final

from PySide6.QtCore import QCoreApplication, QPointF, QRect, Qt
from PySide6.QtGui import QBrush, QColor, QPainter, QPen, QPixmap, QRegion

from fluxfill_studio.core.geometry import Rect
from fluxfill_studio.core.viewport import Viewport
from fluxfill_studio.ui.canvas.frame_buffer import to_qrect
from fluxfill_studio.ui.theme import Theme

# A smaller ring cannot be seen, so a cross marks the spot instead.
_SMALLEST_RING: Final = 3.0
_CROSS: Final = 6.0
_CHECK: Final = 12


@dataclass(frozen=True)
class Ring:
    """The brush at the pointer: centre and radius in device pixels, hardness 0 to 1.

    `ratio` is the device pixel ratio, for lines of the same width on every screen.
    """

    x: float
    y: float
    radius: float
    hardness: float
    ratio: float

    @property
    def bounds(self) -> Rect:
        reach = max(self.radius, _CROSS * self.ratio) + 3 * self.ratio
        return Rect.from_bounds(
            math.floor(self.x - reach),
            math.floor(self.y - reach),
            math.ceil(self.x + reach),
            math.ceil(self.y + reach),
        )


def paint_ring(painter: QPainter, ring: Ring) -> None:
    """The rim in white between two dark lines, seen on any picture; inside it the hard core."""
    painter.save()
    painter.setRenderHint(QPainter.RenderHint.Antialiasing)
    painter.setBrush(Qt.BrushStyle.NoBrush)
    centre = QPointF(ring.x, ring.y)
    dark, light = QColor(0, 0, 0, 130), QColor(255, 255, 255, 235)
    for colour, width in ((dark, 3.2), (light, 1.4)):
        painter.setPen(QPen(colour, width * ring.ratio))
        if ring.radius >= _SMALLEST_RING * ring.ratio:
            painter.drawEllipse(centre, ring.radius, ring.radius)
        else:
            arm = _CROSS * ring.ratio
            painter.drawLine(centre - QPointF(arm, 0), centre + QPointF(arm, 0))
            painter.drawLine(centre - QPointF(0, arm), centre + QPointF(0, arm))
    core = ring.radius * ring.hardness
    if ring.hardness < 1 and core >= _SMALLEST_RING * ring.ratio:
        painter.setPen(QPen(QColor(255, 255, 255, 110), ring.ratio))
        painter.drawEllipse(centre, core, core)
    painter.restore()


def paint_frame(painter: QPainter, viewport: Viewport, frame: Rect, theme: Theme) -> None:
    """The area that an outpaint adds, checkered, with its outline and about how much it adds."""
    outer = _in_view(viewport, frame)
    image = to_qrect(viewport.image_area)
    painter.save()
    painter.setClipRegion(QRegion(outer) - QRegion(image), Qt.ClipOperation.IntersectClip)
    painter.fillRect(outer, QBrush(_checks(theme)))
    painter.restore()
    painter.save()
    painter.setPen(QPen(QColor(theme.accent), 1))
    painter.setBrush(Qt.BrushStyle.NoBrush)
    painter.drawRect(outer.adjusted(0, 0, -1, -1))
    ratio = painter.device().devicePixelRatioF()
    font = painter.font()
    font.setPixelSize(round(13 * ratio))
    painter.setFont(font)
    painter.setPen(QColor(theme.text))
    inset = round(8 * ratio)
    for place, text in _labels(viewport, frame):
        room = place.adjusted(inset, inset, -inset, -inset)
        if painter.fontMetrics().horizontalAdvance(text) <= room.width():
            painter.drawText(room, Qt.AlignmentFlag.AlignCenter, text)
    painter.restore()


def _labels(viewport: Viewport, frame: Rect) -> list[tuple[QRect, str]]:
    """Every added side with "about + 3,000 px": the service decides the amount."""
    outer, image = _in_view(viewport, frame), to_qrect(viewport.image_area)
    size = viewport.image
    sides = (
        (-frame.x, QRect(outer.left(), image.top(), image.left() - outer.left(), image.height())),
        (
            frame.right - size.width,
            QRect(image.right(), image.top(), outer.right() - image.right(), image.height()),
        ),
        (-frame.y, QRect(image.left(), outer.top(), image.width(), image.top() - outer.top())),
        (
            frame.bottom - size.height,
            QRect(image.left(), image.bottom(), image.width(), outer.bottom() - image.bottom()),
        ),
    )
    template = QCoreApplication.translate("Canvas", "≈ + {pixels} px")
    return [(place, template.format(pixels=f"{added:,}")) for added, place in sides if added > 0]


def _in_view(viewport: Viewport, rect: Rect) -> QRect:
    left = round(rect.x * viewport.scale) + viewport.left
    top = round(rect.y * viewport.scale) + viewport.top
    right = round(rect.right * viewport.scale) + viewport.left
    bottom = round(rect.bottom * viewport.scale) + viewport.top
    return QRect(left, top, right - left, bottom - top)


def _checks(theme: Theme) -> QPixmap:
    """Two by two squares of the checkered ground."""
    pixmap = QPixmap(2 * _CHECK, 2 * _CHECK)
    pixmap.fill(QColor(theme.raised))
    painter = QPainter(pixmap)
    for x, y in ((0, 0), (_CHECK, _CHECK)):
        painter.fillRect(x, y, _CHECK, _CHECK, QColor(theme.control))
    painter.end()
    return pixmap
