"""Lines over the picture: the symmetry axis, and the frame it is about to grow into."""

from __future__ import annotations

from typing import Final

from PySide6.QtCore import QCoreApplication, QRect, Qt
from PySide6.QtGui import QBrush, QColor, QPainter, QPen, QPixmap, QRegion

from fluxfill_studio.core.geometry import Rect
from fluxfill_studio.core.viewport import Viewport
from fluxfill_studio.ui.canvas.frame_buffer import to_qrect
from fluxfill_studio.ui.theme import Theme

_CHECK: Final = 12
_DARK: Final = QColor(0, 0, 0, 130)
_LIGHT: Final = QColor(255, 255, 255, 220)


def paint_axis(painter: QPainter, viewport: Viewport, ratio: float) -> None:
    """The line at which strokes are mirrored, the picture's vertical middle."""
    area = viewport.image_area
    x = round(viewport.left + viewport.image.width * viewport.scale / 2)
    for colour, style in ((_DARK, Qt.PenStyle.SolidLine), (_LIGHT, Qt.PenStyle.DashLine)):
        painter.setPen(QPen(colour, ratio, style))
        painter.drawLine(x, area.y, x, area.bottom - 1)


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
