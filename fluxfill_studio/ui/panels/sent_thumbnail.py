"""The thumbnail of what will be sent."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

import numpy as np
from PySide6.QtCore import QPointF, QRectF, Qt
from PySide6.QtGui import QColor, QImage, QPainter, QPainterPath, QPaintEvent
from PySide6.QtWidgets import QWidget
from typing_extensions import override

from fluxfill_studio.core.types import Pixels
from fluxfill_studio.ui.pictures import to_image

if TYPE_CHECKING:
    from fluxfill_studio.jobs.sent_preview import SentPreview

_SIDE: Final = 64
_ROUNDING: Final = 5


class SentThumbnail(QWidget):
    """As wide as it may be, and as high as it then is, with round corners."""

    def __init__(self) -> None:
        super().__init__()
        self._image = QImage()
        self.setFixedSize(_SIDE, _SIDE)
        self.setAccessibleName(self.tr("What will be sent, with its mask"))

    def show_preview(self, preview: SentPreview, colour: QColor, opacity: float) -> None:
        """What is filled is tinted, as it is on the canvas."""
        self._image = to_image(_tinted(preview, colour, opacity))
        self.update()

    @override
    def paintEvent(self, event: QPaintEvent, /) -> None:
        del event  # so small that it is always painted whole
        if self._image.isNull():
            return
        size = self._image.size().scaled(self.size(), Qt.AspectRatioMode.KeepAspectRatio)
        place = QRectF(QPointF((self.width() - size.width()) // 2, 0), size)
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        painter.setRenderHint(QPainter.RenderHint.SmoothPixmapTransform)
        path = QPainterPath()
        path.addRoundedRect(place, _ROUNDING, _ROUNDING)
        painter.setClipPath(path)
        painter.drawImage(place, self._image)


def _tinted(preview: SentPreview, colour: QColor, opacity: float) -> Pixels:
    pixels, filled = preview.image.thumbnail, preview.filled
    if filled is None:
        return pixels
    share = filled[..., None] * np.float32(opacity / 255)
    tint = np.array([colour.red(), colour.green(), colour.blue()], np.float32)
    return np.asarray(np.rint(pixels + share * (tint - pixels)), np.uint8)
