"""Pillow's pictures as samples of 8 bits, and what Pillow raises."""

from __future__ import annotations

import struct
import zlib
from typing import Final

import numpy as np
from PIL import Image

from fluxfill_studio.core.errors import ImageKindUnknown
from fluxfill_studio.core.picture.samples import Values

# Besides what its decoders raise on purpose, Pillow lets through what they trip over.
PILLOW_ERRORS: Final = (
    ArithmeticError,
    AttributeError,
    EOFError,
    LookupError,
    OSError,
    RuntimeError,
    SyntaxError,
    TypeError,
    ValueError,
    struct.error,
    zlib.error,
)
# Converted at a time: Pillow holds the interpreter while it converts, for some milliseconds.
_BAND_PIXELS: Final = 2**18
_CHANNELS: Final = {"L": 1, "RGB": 3, "CMYK": 4}
# What colours the modes have that are converted, or taken as they are.
_COLOURS: Final = {
    **dict.fromkeys(("1", "L", "LA", "La"), "L"),
    **dict.fromkeys(("P", "PA", "RGB", "RGBA", "RGBa", "RGBX", "YCbCr"), "RGB"),
    "CMYK": "CMYK",
}


def planes_of(image: Image.Image, name: str) -> tuple[Values, Values | None]:
    """Grey, RGB or CMYK of `image`, shape (height, width, channels), and its alpha if it has one.

    Raises ImageKindUnknown for another kind or depth.
    """
    image.load()
    colours = _COLOURS.get(image.mode)
    if colours is None:
        raise ImageKindUnknown(name=name)
    width, height = image.size
    has_alpha = image.has_transparency_data and colours != "CMYK"
    mode = {"L": "LA", "RGB": "RGBA"}[colours] if has_alpha else colours
    channels = _CHANNELS[colours]
    values = np.empty((height, width, channels), np.uint8)
    alpha = np.empty((height, width), np.uint8) if has_alpha else None
    rows = max(1, _BAND_PIXELS // width)
    for top in range(0, height, rows):
        bottom = min(height, top + rows)
        part = image.crop((0, top, width, bottom))
        band = np.asarray(part if part.mode == mode else part.convert(mode))
        band = band.reshape(bottom - top, width, -1)
        values[top:bottom] = band[..., :channels]
        if alpha is not None:
            alpha[top:bottom] = band[..., channels]
    return values, alpha
