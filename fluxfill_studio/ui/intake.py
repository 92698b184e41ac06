"""How pictures get in: dropped files, dropped or pasted pictures, and pasted files."""

from __future__ import annotations

from pathlib import Path

from PySide6.QtCore import QCoreApplication, QMimeData
from PySide6.QtGui import QImage

from fluxfill_studio.core.source import Source
from fluxfill_studio.model.opening import Opener
from fluxfill_studio.ui.pictures import to_pixels


def can_take(data: QMimeData) -> bool:
    """Whether there is a local file or a picture in what is dropped or pasted."""
    return bool(_files(data)) or data.hasImage()


def take(data: QMimeData, opener: Opener) -> bool:
    """Open the first file, else the picture; False where there is neither."""
    files = _files(data)
    if files:
        opener.open_path(files[0])
        return True
    if data.hasImage():
        image = data.imageData()
        if isinstance(image, QImage) and not image.isNull():
            # The pixels are copied in the worker: a large picture would hold the window up.
            name = QCoreApplication.translate("Intake", "Pasted picture")
            opener.open_with(name, lambda: _source(image, name))
            return True
    return False


def _files(data: QMimeData) -> list[Path]:
    return [Path(url.toLocalFile()) for url in data.urls() if url.isLocalFile()]


def _source(image: QImage, name: str) -> Source:
    pixels, alpha = to_pixels(image)
    return Source(name, pixels, alpha)
