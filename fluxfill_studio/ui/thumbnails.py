"""Thumbnails: pictures that fill a rounded rectangle."""

from __future__ import annotations

from PySide6.QtCore import QRectF
from PySide6.QtGui import QImage, QPainter, QPainterPath


def paint_thumbnail(painter: QPainter, image: QImage, box: QRectF, radius: float) -> None:
    """Fill `box` with as much of `image` as has its shape.

    Of a wide picture the middle is shown; of a high one more is cut off below than above, where
    heads and horizons are.
    """
    scale = max(box.width() / image.width(), box.height() / image.height())
    part = QRectF(0, 0, box.width() / scale, box.height() / scale)
    part.moveTo((image.width() - part.width()) / 2, (image.height() - part.height()) / 4)
    outline = QPainterPath()
    outline.addRoundedRect(box, radius, radius)
    painter.save()
    painter.setRenderHint(QPainter.RenderHint.SmoothPixmapTransform)
    painter.setClipPath(outline)
    painter.drawImage(box, image, part)
    painter.restore()
