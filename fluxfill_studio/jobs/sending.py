"""Pictures as the files that are uploaded."""

from __future__ import annotations

import io
from typing import Final

from PIL import Image

from fluxfill_studio.core.picture.source import Source
from fluxfill_studio.core.planning.plan import Plan
from fluxfill_studio.core.types import Pixels
from fluxfill_studio.storage.png import encode_png

# What the service takes at most: 25 MB, taken for the smaller of the two that this may mean.
_MOST_BYTES: Final = 25_000_000
_BEST_QUALITY: Final = 100
_PNG: Final = b"\x89PNG"


def image_file(plan: Plan, source: Source, most_bytes: int = _MOST_BYTES) -> tuple[str, bytes]:
    """A file name for what `plan` sends of `source`, and the file."""
    data = encoded_image(plan.image(source.pixels, source.samples.alpha), most_bytes)
    return ("image.png" if data.startswith(_PNG) else "image.jpg"), data


def encoded_image(pixels: Pixels, most_bytes: int = _MOST_BYTES) -> bytes:
    """A PNG, or where that has more than `most_bytes` the best JPEG that has not; no metadata.

    The JPEG keeps colour at full resolution. Its quality is found by halving the range; where
    even the lowest is too large, that one is returned (a picture of hundreds of megapixels would
    be needed at the service's limit, far more than it works on).
    """
    png = encode_png(pixels)
    if len(png) <= most_bytes:
        return png
    best, too_good = _jpeg(pixels, 1), _BEST_QUALITY + 1
    quality = 1
    while too_good - quality > 1:
        middle = (quality + too_good) // 2
        data = _jpeg(pixels, middle)
        if len(data) <= most_bytes:
            best, quality = data, middle
        else:
            too_good = middle
    return best


def _jpeg(pixels: Pixels, quality: int) -> bytes:
    """By Pillow, which lets other threads in between every few rows.

    It would not with optimised tables; and OpenCV holds them up while it hands over the file.
    """
    file = io.BytesIO()
    Image.fromarray(pixels).save(file, "JPEG", quality=quality, subsampling="4:4:4")
    return file.getvalue()
