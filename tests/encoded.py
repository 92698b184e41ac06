"""Pictures as files, by the libraries that others write them with."""

from __future__ import annotations

import io
from typing import Any

import pillow_heif
from PIL import Image

from fluxfill_studio.core.picture.samples import Values


def encoded(image: Image.Image | Values, format_name: str, **options: Any) -> bytes:
    """A file of a picture; WebP without loss."""
    if not isinstance(image, Image.Image):
        image = Image.fromarray(image)
    if format_name == "WEBP":
        options = {"lossless": True, "exact": True, **options}
    buffer = io.BytesIO()
    image.save(buffer, format_name, **options)
    return buffer.getvalue()


def heic(values: Values, mode: str, **options: Any) -> bytes:
    """A HEIC file, without loss but for the step from RGB to YCbCr and back."""
    height, width = values.shape[:2]
    buffer = io.BytesIO()
    picture = pillow_heif.from_bytes(mode, (width, height), values.tobytes())
    picture.save(buffer, quality=-1, chroma=444, **options)
    return buffer.getvalue()
