"""Lines over the picture: the symmetry axis, and the frame it is about to grow into."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

from PySide6.QtCore import QCoreApplication, QMargins, QRect, QSize, Qt
from PySide6.QtGui import QBrush, QColor, QPainter, QPen, QPixmap, QRegion
from PySide6.QtWidgets import QStyle

from fluxfill_studio.core.geometry import Rect
from fluxfill_studio.core.view.viewport import Viewport
from fluxfill_studio.ui.canvas.frame_buffer import to_qrect
from fluxfill_studio.ui.canvas.marks import line_width
from fluxfill_studio.ui.theme import Theme

# Lengths are in pixels of the interface.
_CHECK: Final = 12
_TEXT: Final = 13
_INSET: Final = 12
_PADDING: Final = 3
_DARK: Final = QColor(0, 0, 0, 130)
_LIGHT: Final = QColor(255, 255, 255, 220)


def paint_axis(painter: QPainter, viewport: Viewport, ratio: float) -> None:
    """The line at which strokes are mirrored, the picture's vertical middle."""
    area = viewport.image_area
    x = round(viewport.left + viewport.image.width * viewport.scale / 2)
    for colour, style in ((_DARK, Qt.PenStyle.SolidLine), (_LIGHT, Qt.PenStyle.DashLine)):
        painter.setPen(QPen(colour, ratio, style))
        painter.drawLine(x, area.y, x, area.bottom - 1)


def paint_frame(
    painter: QPainter,
    viewport: Viewport,
    frame: Rect,
    theme: Theme,
    line: str,
    *,
    is_exact: bool,
) -> None:
    """The area that an outpaint adds, checkered, its outline, and by how much each side grows.

    `line` is the colour of the outline, as #rrggbb. What is not exact is marked as about so much.
    """
    ratio = painter.device().devicePixelRatioF()
    outer = in_view(viewport, frame)
    image = to_qrect(viewport.image_area)
    painter.save()
    painter.setClipRegion(QRegion(outer) - QRegion(image), Qt.ClipOperation.IntersectClip)
    # The squares lie still against the picture, whichever side is dragged.
    painter.setBrushOrigin(image.topLeft())
    painter.fillRect(outer, QBrush(_checks(theme, ratio)))
    painter.restore()
    painter.save()
    width = line_width(ratio)
    pen = QPen(QColor(line), width)
    pen.setJoinStyle(Qt.PenJoinStyle.MiterJoin)
    painter.setPen(pen)
    painter.setBrush(Qt.BrushStyle.NoBrush)
    painter.drawRect(
        outer.adjusted(width // 2, width // 2, -((width + 1) // 2), -((width + 1) // 2))
    )
    font = painter.font()
    font.setPixelSize(round(_TEXT * ratio))
    painter.setFont(font)
    for band in _bands(viewport, frame):
        _tell_amount(painter, band, image, theme, is_exact=is_exact)
    painter.restore()


@dataclass(frozen=True)
class _Band:
    """What a side adds, beside the picture: by how much, where, and in which corner it is told."""

    added: int
    place: QRect
    corner: Qt.AlignmentFlag


def _bands(viewport: Viewport, frame: Rect) -> list[_Band]:
    outer, image, size = in_view(viewport, frame), to_qrect(viewport.image_area), viewport.image
    left, right = image.left() - outer.left(), outer.right() - image.right()
    above, below = image.top() - outer.top(), outer.bottom() - image.bottom()
    flag = Qt.AlignmentFlag
    bands = (
        _Band(
            -frame.x,
            QRect(outer.left(), image.top(), left, image.height()),
            flag.AlignLeft | flag.AlignTop,
        ),
        _Band(
            frame.right - size.width,
            QRect(image.right() + 1, image.top(), right, image.height()),
            flag.AlignRight | flag.AlignTop,
        ),
        _Band(
            -frame.y,
            QRect(image.left(), outer.top(), image.width(), above),
            flag.AlignHCenter | flag.AlignTop,
        ),
        _Band(
            frame.bottom - size.height,
            QRect(image.left(), image.bottom() + 1, image.width(), below),
            flag.AlignHCenter | flag.AlignBottom,
        ),
    )
    return [band for band in bands if band.added > 0]


def _tell_amount(
    painter: QPainter, band: _Band, image: QRect, theme: Theme, *, is_exact: bool
) -> None:
    """In the band, or where that is too narrow, on a plate in the picture beside it."""
    if is_exact:
        template = QCoreApplication.translate("Canvas", "+ {pixels} px")
    else:
        template = QCoreApplication.translate("Canvas", "≈ + {pixels} px")
    text = template.format(pixels=f"{band.added:,}")
    ratio, metrics = painter.device().devicePixelRatioF(), painter.fontMetrics()
    inset, padding = round(_INSET * ratio), round(_PADDING * ratio)
    needed = QSize(metrics.horizontalAdvance(text), metrics.height())
    room = band.place.adjusted(inset, inset, -inset, -inset)
    if needed.width() <= room.width() and needed.height() <= room.height():
        painter.setPen(QColor(theme.text))
        painter.drawText(room, band.corner, text)
        return
    plate = QStyle.alignedRect(
        Qt.LayoutDirection.LeftToRight,
        band.corner,
        needed.grownBy(QMargins(2 * padding, padding, 2 * padding, padding)),
        image.adjusted(inset, inset, -inset, -inset),
    )
    painter.setRenderHint(QPainter.RenderHint.Antialiasing)
    painter.setPen(Qt.PenStyle.NoPen)
    painter.setBrush(QColor(theme.badge))
    painter.drawRoundedRect(plate, 2 * padding, 2 * padding)
    painter.setPen(QColor(theme.on_badge))
    painter.drawText(plate, Qt.AlignmentFlag.AlignCenter, text)


def in_view(viewport: Viewport, rect: Rect) -> QRect:
    """Where a rectangle of the picture lies in the view, in whole device pixels."""
    left = round(rect.x * viewport.scale) + viewport.left
    top = round(rect.y * viewport.scale) + viewport.top
    right = round(rect.right * viewport.scale) + viewport.left
    bottom = round(rect.bottom * viewport.scale) + viewport.top
    return QRect(left, top, right - left, bottom - top)


def _checks(theme: Theme, ratio: float) -> QPixmap:
    """Two by two squares of the checkered ground."""
    side = round(_CHECK * ratio)
    pixmap = QPixmap(2 * side, 2 * side)
    pixmap.fill(QColor(theme.raised))
    painter = QPainter(pixmap)
    for x, y in ((0, 0), (side, side)):
        painter.fillRect(x, y, side, side, QColor(theme.control))
    painter.end()
    return pixmap
