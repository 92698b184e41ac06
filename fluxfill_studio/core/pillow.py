"""Pillow's pictures as arrays of 8 bits, and what Pillow raises."""

from __future__ import annotations

import io
import struct
import zlib
from collections.abc import Callable
from typing import Final

import cv2
import numpy as np
from PIL import Image, ImageCms

from fluxfill_studio.core.types import Pixels, Plane

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

_Conversion = Callable[[Image.Image], Image.Image]


def has_more_than_8_bits(image: Image.Image) -> bool:
    """Before loading: whether the file holds more depth than Pillow's mode can carry over."""
    if _is_deep(image):
        return True
    return any(";16" in str(tile[3]) for tile in getattr(image, "tile", ()))


def profile_of(image: Image.Image) -> bytes | None:
    """The colour profile that the file states."""
    profile = image.info.get("icc_profile")
    # In a damaged TIFF it can be of any type.
    return profile if isinstance(profile, bytes) else None


def describes_rgb(image: Image.Image) -> bool:
    """Whether the colour profile of `image` also describes what `planes_of` makes of it."""
    return image.mode not in ("1", "L", "LA", "CMYK") and not _is_deep(image)


def planes_of(image: Image.Image) -> tuple[Pixels, Plane | None]:
    """The colour of `image`, and its alpha where it has any."""
    image.load()
    width, height = image.size
    has_alpha = image.has_transparency_data and not _is_deep(image)
    convert = _conversion(image, "RGBA" if has_alpha else "RGB")
    colour = np.empty((height, width, 3), np.uint8)
    alpha = np.empty((height, width), np.uint8) if has_alpha else None
    rows = max(1, _BAND_PIXELS // width)
    for top in range(0, height, rows):
        bottom = min(height, top + rows)
        band = np.asarray(convert(image.crop((0, top, width, bottom))))
        if alpha is None:
            colour[top:bottom] = band
        else:
            cv2.cvtColor(band, cv2.COLOR_RGBA2RGB, dst=colour[top:bottom])
            cv2.extractChannel(band, 3, dst=alpha[top:bottom])
    return colour, alpha


def _is_deep(image: Image.Image) -> bool:
    return image.mode.startswith(("I", "F"))


def _conversion(image: Image.Image, mode: str) -> _Conversion:
    """What makes any part of `image` one of `mode`, RGB or RGBA."""
    if image.mode == "CMYK":
        return _cmyk_conversion(profile_of(image))
    if image.mode.startswith("I"):
        return _deep_grey_to_rgb
    return lambda part: part.convert(mode)


def _deep_grey_to_rgb(part: Image.Image) -> Image.Image:
    """16 bits of grey, which convert() would clip instead of scaling."""
    grey = np.asarray(part).clip(0, 65535) >> 8
    return Image.fromarray(grey.astype(np.uint8)).convert("RGB")


def _cmyk_conversion(icc_profile: bytes | None) -> _Conversion:
    if icc_profile is not None:
        try:
            own = ImageCms.ImageCmsProfile(io.BytesIO(icc_profile))
            srgb = ImageCms.createProfile("sRGB")
            transform = ImageCms.buildTransform(own, srgb, "CMYK", "RGB")
        except (ImageCms.PyCMSError, OSError):
            # A broken profile says nothing; the plain conversion below is what is left.
            pass
        else:
            return transform.apply
    return lambda part: part.convert("RGB")
