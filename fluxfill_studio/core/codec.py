"""Picture bytes to arrays and back, in memory."""

from __future__ import annotations

import io
import warnings
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import replace
from typing import Final

import cv2
import numpy as np
from PIL import Image, UnidentifiedImageError
from typing_extensions import override

from fluxfill_studio.core.direct import decoded_directly
from fluxfill_studio.core.errors import (
    ImageEmpty,
    ImageTooLarge,
    ImageTruncated,
    NotAnImage,
)
from fluxfill_studio.core.exif import exif_of, upright
from fluxfill_studio.core.geometry import Size
from fluxfill_studio.core.pillow import (
    PILLOW_ERRORS,
    describes_rgb,
    has_more_than_8_bits,
    planes_of,
    profile_of,
)
from fluxfill_studio.core.source import Source
from fluxfill_studio.core.types import Pixels, Plane

READABLE_FORMATS: Final = ("PNG", "JPEG", "WEBP", "TIFF", "BMP")
MAX_PIXELS: Final = 250_000_000
# JPEG keeps a resolution in 16 bits. A TIFF that states none comes as 1 dpi.
_MIN_DPI, _MAX_DPI = 2, 65535

Progress = Callable[[float], object]
"""Told how far a piece of work is, 0 to 1; may be called from any thread."""


def decode(data: bytes, name: str, report: Progress = lambda _: None) -> Source:
    """Decode a PNG, JPEG, WebP, TIFF or BMP file (the first picture in it), upright.

    `name` stands in the texts of errors; what `report` is told grows and ends with 1. Raises
    ImageEmpty, NotAnImage, ImageTruncated or ImageTooLarge (more than MAX_PIXELS), before
    anything large is allocated in the last case.
    """
    stored, orientation = _stored(data, name, report)
    # Only now is Pillow's copy of the pixels gone: turning needs room for another.
    source = replace(
        stored,
        pixels=upright(stored.pixels, orientation),
        alpha=None if stored.alpha is None else upright(stored.alpha, orientation),
    )
    report(1.0)
    return source


def decode_thumbnail(data: bytes, name: str, side: int) -> Pixels:
    """A small copy of a picture file, no side longer than `side`; a JPEG is decoded reduced.

    Raises what `decode` raises.
    """
    with opened(data, name) as image:
        image.draft("RGB", (side, side))
        pixels, _ = planes_of(image)
        orientation, _ = exif_of(image)
    return upright(reduced_to(pixels, side), orientation)


def decode_mask(data: bytes, name: str) -> Plane:
    """Decode a mask file to coverage: its luminance, multiplied by its alpha where it has one."""
    source = decode(data, name)
    plane = np.asarray(cv2.cvtColor(source.pixels, cv2.COLOR_RGB2GRAY), np.uint8)
    if source.alpha is not None:
        plane = np.asarray(cv2.multiply(plane, source.alpha, scale=1 / 255), np.uint8)
    return plane


def reduced_to(pixels: Pixels, long_side: int) -> Pixels:
    """Scaled down by area so that no side is longer than `long_side`; never enlarged."""
    height, width = pixels.shape[:2]
    size = fitting(Size(width, height), long_side)
    return resized(pixels, size)


def fitting(size: Size, long_side: int) -> Size:
    """`size` scaled down in proportion to at most `long_side`; never enlarged."""
    scale = min(1.0, long_side / size.long_side)
    return Size(max(1, round(size.width * scale)), max(1, round(size.height * scale)))


def resized(pixels: Pixels, size: Size) -> Pixels:
    """Resampled to `size`: by area where that makes it smaller, else by Lanczos (a = 4)."""
    height, width = pixels.shape[:2]
    if (width, height) == (size.width, size.height):
        return pixels
    smaller = size.width <= width and size.height <= height
    method = cv2.INTER_AREA if smaller else cv2.INTER_LANCZOS4
    picture = cv2.resize(pixels, (size.width, size.height), interpolation=method)
    return np.asarray(picture, np.uint8)


@contextmanager
def opened(data: bytes, name: str, report: Progress = lambda _: None) -> Iterator[Image.Image]:
    """The picture in `data`, its header read; what decoders raise inside is translated here."""
    if not data:
        raise ImageEmpty(name=name)
    # Pillow's own limit is one number for the whole process and far below 100 megapixels' needs;
    # ours is checked from the header, before the pixels are decoded.
    Image.MAX_IMAGE_PIXELS = None
    # Pillow also warns of damage in parts of a file that are not needed.
    warnings.filterwarnings("ignore", category=UserWarning, module=r"PIL\.")
    try:
        with Image.open(_ReportingBytes(data, report), formats=READABLE_FORMATS) as image:
            pixels = image.width * image.height
            if pixels > MAX_PIXELS:
                megapixels, limit = round(pixels / 1e6), round(MAX_PIXELS / 1e6)
                raise ImageTooLarge(name=name, megapixels=megapixels, limit=limit)
            yield image
    except UnidentifiedImageError as error:
        raise NotAnImage(name=name) from error
    except PILLOW_ERRORS as error:
        raise ImageTruncated(name=name) from error


class _ReportingBytes(io.BytesIO):
    """Bytes that tell how far they have been read: the only progress that decoders give."""

    def __init__(self, data: bytes, report: Progress) -> None:
        super().__init__(data)
        self._size = len(data)
        self._report = report
        self._furthest = 0

    @override
    def read(self, size: int | None = -1, /) -> bytes:
        chunk = super().read(size)
        # Decoders also go back and read again.
        if self.tell() > self._furthest:
            self._furthest = self.tell()
            self._report(self._furthest / self._size)
        return chunk


def _stored(data: bytes, name: str, report: Progress) -> tuple[Source, int]:
    """The picture as it is stored, and its orientation."""
    with opened(data, name, report) as image:
        reduced = has_more_than_8_bits(image)
        pixels, alpha = decoded_directly(data, image) or planes_of(image)
        # What stands behind the pixels of a PNG is known only now.
        orientation, exif = exif_of(image)
        source = Source(
            name=name,
            pixels=pixels,
            alpha=alpha,
            icc_profile=profile_of(image) if describes_rgb(image) else None,
            exif=exif,
            dpi=_dpi_of(image),
            reduced=reduced,
        )
    return source, orientation


def _dpi_of(image: Image.Image) -> tuple[float, float] | None:
    """The stated resolution where it is one that every format can keep."""
    x, y = image.info.get("dpi", (0, 0))
    kept = all(_MIN_DPI <= value <= _MAX_DPI for value in (float(x), float(y)))
    return (float(x), float(y)) if kept else None
