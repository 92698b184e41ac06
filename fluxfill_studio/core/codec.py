"""Picture bytes to arrays and back, in memory."""

from __future__ import annotations

import io
import struct
import zlib
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Final

import cv2
import numpy as np
from PIL import Image, ImageCms, ImageOps, UnidentifiedImageError
from typing_extensions import override

from fluxfill_studio.core.errors import (
    ImageEmpty,
    ImageTooLarge,
    ImageTruncated,
    NotAnImage,
)
from fluxfill_studio.core.geometry import Size
from fluxfill_studio.core.source import Source
from fluxfill_studio.core.types import Pixels, Plane

READABLE_FORMATS: Final = ("PNG", "JPEG", "WEBP", "TIFF", "BMP")
MAX_PIXELS: Final = 250_000_000

Progress = Callable[[float], object]
"""Told how far a piece of work is, 0 to 1; may be called from any thread."""


def decode(data: bytes, name: str, report: Progress = lambda _: None) -> Source:
    """Decode a PNG, JPEG, WebP, TIFF or BMP file (the first picture in it), upright.

    `name` stands in the texts of errors. Raises ImageEmpty, NotAnImage, ImageTruncated or
    ImageTooLarge (more than MAX_PIXELS), before anything large is allocated in the last case.
    """
    with _opened(data, name, report) as image:
        return _to_source(image, name)


def decode_thumbnail(data: bytes, name: str, side: int) -> Pixels:
    """A small copy of a picture file, no side longer than `side`; a JPEG is decoded reduced.

    Raises what `decode` raises.
    """
    with _opened(data, name, lambda _: None) as image:
        image.draft("RGB", (side, side))
        return reduced_to(_to_source(image, name).pixels, side)


def decode_mask(data: bytes, name: str) -> Plane:
    """Decode a mask file to coverage: its luminance, multiplied by its alpha where it has one."""
    source = decode(data, name)
    plane = np.asarray(cv2.cvtColor(source.pixels, cv2.COLOR_RGB2GRAY), np.uint8)
    if source.alpha is not None:
        plane = np.asarray(cv2.multiply(plane, source.alpha, scale=1 / 255), np.uint8)
    return plane


def encode_png(pixels: Pixels | Plane) -> bytes:
    """A PNG without metadata; grey for a plane."""
    buffer = io.BytesIO()
    Image.fromarray(pixels).save(buffer, "PNG", compress_level=3)
    return buffer.getvalue()


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


class _ReportingBytes(io.BytesIO):
    """Bytes that tell how far they have been read: the only progress that decoders give."""

    def __init__(self, data: bytes, report: Progress) -> None:
        super().__init__(data)
        self._size = len(data)
        self._report = report

    @override
    def read(self, size: int | None = -1, /) -> bytes:
        chunk = super().read(size)
        self._report(self.tell() / self._size)
        return chunk


@contextmanager
def _opened(data: bytes, name: str, report: Progress) -> Iterator[Image.Image]:
    """The picture in `data`, its header read; what decoders raise inside is translated here."""
    if not data:
        raise ImageEmpty(name=name)
    # Pillow's own limit is one number for the whole process and far below 100 megapixels' needs;
    # ours is checked from the header, before the pixels are decoded.
    Image.MAX_IMAGE_PIXELS = None
    try:
        with Image.open(_ReportingBytes(data, report), formats=READABLE_FORMATS) as image:
            pixels = image.width * image.height
            if pixels > MAX_PIXELS:
                megapixels, limit = round(pixels / 1e6), round(MAX_PIXELS / 1e6)
                raise ImageTooLarge(name=name, megapixels=megapixels, limit=limit)
            yield image
    except UnidentifiedImageError as error:
        raise NotAnImage(name=name) from error
    except (OSError, SyntaxError, ValueError, EOFError, struct.error, zlib.error) as error:
        raise ImageTruncated(name=name) from error


def _to_source(image: Image.Image, name: str) -> Source:
    reduced = _has_more_than_8_bits(image)
    icc_profile = image.info.get("icc_profile")
    dpi = image.info.get("dpi")
    image.load()
    upright = ImageOps.exif_transpose(image)
    exif = upright.getexif()
    colour, alpha, icc_profile = _to_rgb(upright, icc_profile)
    return Source(
        name=name,
        pixels=np.array(colour),
        alpha=None if alpha is None else np.array(alpha),
        icc_profile=icc_profile,
        exif=exif.tobytes() if exif else None,
        dpi=None if dpi is None else (float(dpi[0]), float(dpi[1])),
        reduced=reduced,
    )


def _has_more_than_8_bits(image: Image.Image) -> bool:
    """Before loading: whether the file holds more depth than Pillow's mode can carry over."""
    if image.mode.startswith(("I", "F")):
        return True
    return any(";16" in str(tile[3]) for tile in getattr(image, "tile", ()))


def _to_rgb(
    image: Image.Image, icc_profile: bytes | None
) -> tuple[Image.Image, Image.Image | None, bytes | None]:
    """The colour, the alpha where there is one, and the profile of the colour, in 8 bits."""
    alpha = None
    if image.has_transparency_data:
        image = image.convert("RGBA")
        alpha = image.getchannel("A")
        return image.convert("RGB"), alpha, icc_profile
    if image.mode.startswith("I"):
        # 16 bits of grey, which convert() would clip instead of scaling.
        grey = np.asarray(image).astype(np.int64) >> 8
        return Image.fromarray(grey.clip(0, 255).astype(np.uint8)).convert("RGB"), None, None
    if image.mode == "CMYK":
        return _cmyk_to_srgb(image, icc_profile), None, None
    if image.mode in ("L", "LA", "1", "F"):
        # A grey profile does not describe the RGB that we keep.
        return image.convert("L").convert("RGB"), None, None
    return image.convert("RGB"), None, icc_profile


def _cmyk_to_srgb(image: Image.Image, icc_profile: bytes | None) -> Image.Image:
    if icc_profile is not None:
        try:
            own = ImageCms.ImageCmsProfile(io.BytesIO(icc_profile))
            srgb = ImageCms.createProfile("sRGB")
            converted = ImageCms.profileToProfile(image, own, srgb, outputMode="RGB")
        except ImageCms.PyCMSError:
            # A broken profile says nothing; the plain conversion below is what is left.
            converted = None
        if converted is not None:
            return converted
    return image.convert("RGB")
