"""How pictures get in: dropped files, dropped or pasted pictures, and pasted files."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial
from pathlib import Path

from PySide6.QtCore import QCoreApplication, QMimeData
from PySide6.QtGui import QImage

from fluxfill_studio.core.picture.samples import Samples
from fluxfill_studio.core.picture.source import Source
from fluxfill_studio.model.opening import Opener
from fluxfill_studio.ui.pictures import to_pixels


def can_take(data: QMimeData) -> bool:
    """Whether there is a local file or a picture in what is dropped or pasted."""
    return bool(_files(data)) or data.hasImage()


def opening_of(data: QMimeData, opener: Opener) -> Callable[[], None] | None:
    """What opens the first file, else the picture; None where there is neither."""
    files = _files(data)
    if files:
        return partial(opener.open_path, files[0])
    image = data.imageData() if data.hasImage() else None
    if isinstance(image, QImage) and not image.isNull():
        name = QCoreApplication.translate("Intake", "Pasted picture")
        # The pixels are copied in the worker: a large picture would hold the window up.
        return partial(opener.open_with, name, partial(_source, image, name))
    return None


def _files(data: QMimeData) -> list[Path]:
    return [Path(url.toLocalFile()) for url in data.urls() if url.isLocalFile()]


def _source(image: QImage, name: str) -> Source:
    pixels, alpha = to_pixels(image)
    return Source(name, Samples(pixels, alpha), pixels)
