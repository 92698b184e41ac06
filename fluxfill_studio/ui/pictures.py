"""Arrays of the lower rooms as Qt's pictures, and back."""

from __future__ import annotations

import numpy as np
from PySide6.QtGui import QImage

from fluxfill_studio.core.types import Pixels, Plane


def to_image(pixels: Pixels | Plane) -> QImage:
    """An RGB array, or a grey plane, as a QImage with bytes of its own."""
    height, width = pixels.shape[:2]
    data = np.ascontiguousarray(pixels).data
    if pixels.ndim == 2:
        return QImage(data, width, height, width, QImage.Format.Format_Grayscale8).copy()
    return QImage(data, width, height, 3 * width, QImage.Format.Format_RGB888).copy()


def to_pixels(image: QImage) -> tuple[Pixels, Plane | None]:
    """A QImage as RGB and, where it has one, its alpha."""
    has_alpha = image.hasAlphaChannel()
    image = image.convertToFormat(QImage.Format.Format_RGBA8888)
    rows = np.frombuffer(image.constBits(), np.uint8).reshape(image.height(), image.bytesPerLine())
    rgba = rows[:, : 4 * image.width()].reshape(image.height(), image.width(), 4)
    return rgba[:, :, :3].copy(), rgba[:, :, 3].copy() if has_alpha else None
