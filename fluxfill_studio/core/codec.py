"""Picture bytes to arrays and back, in memory."""

from __future__ import annotations

import io
import struct
import warnings
import zlib
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Final

import cv2
import numpy as np
from PIL import Image, ImageCms, UnidentifiedImageError
from PIL.ExifTags import Base
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
# Besides what its decoders raise on purpose, Pillow lets through what they trip over.
_DECODER_ERRORS: Final = (
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
# What makes a picture of each Exif orientation upright; 1 is upright already.
_TO_UPRIGHT: Final = {
    2: Image.Transpose.FLIP_LEFT_RIGHT,
    3: Image.Transpose.ROTATE_180,
    4: Image.Transpose.FLIP_TOP_BOTTOM,
    5: Image.Transpose.TRANSPOSE,
    6: Image.Transpose.ROTATE_270,
    7: Image.Transpose.TRANSVERSE,
    8: Image.Transpose.ROTATE_90,
}
# The tags of a picture's first directory that say what it is (Exif 2.32, 4.6.4 D, and what
# Windows adds). The others say how one file stores it, and would spoil another that repeats them.
_DESCRIPTIVE_TAGS: Final = frozenset(
    {
        Base.ImageDescription,
        Base.Make,
        Base.Model,
        Base.Software,
        Base.DateTime,
        Base.Artist,
        Base.HostComputer,
        Base.Copyright,
        Base.Rating,
        Base.RatingPercent,
        Base.XPTitle,
        Base.XPComment,
        Base.XPAuthor,
        Base.XPKeywords,
        Base.XPSubject,
        Base.ExifOffset,
        Base.GPSInfo,
    }
)
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
    with _opened(data, name, report) as image:
        source = _to_source(image, name)
    report(1.0)
    return source


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
        self._furthest = 0

    @override
    def read(self, size: int | None = -1, /) -> bytes:
        chunk = super().read(size)
        # Decoders also go back and read again.
        if self.tell() > self._furthest:
            self._furthest = self.tell()
            self._report(self._furthest / self._size)
        return chunk


@contextmanager
def _opened(data: bytes, name: str, report: Progress) -> Iterator[Image.Image]:
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
    except _DECODER_ERRORS as error:
        raise ImageTruncated(name=name) from error


def _to_source(image: Image.Image, name: str) -> Source:
    reduced = _has_more_than_8_bits(image)
    image.load()
    orientation, exif = _exif_of(image)
    method = _TO_UPRIGHT.get(orientation)
    upright = image if method is None else image.transpose(method)
    profile = image.info.get("icc_profile")
    # In a damaged TIFF it can be of any type.
    icc_profile = profile if isinstance(profile, bytes) else None
    colour, alpha, icc_profile = _to_rgb(upright, icc_profile)
    return Source(
        name=name,
        pixels=np.array(colour),
        alpha=None if alpha is None else np.array(alpha),
        icc_profile=icc_profile,
        exif=exif,
        dpi=_dpi_of(image),
        reduced=reduced,
    )


def _exif_of(image: Image.Image) -> tuple[int, bytes | None]:
    """The orientation, and what else the Exif data says of the picture itself."""
    orientation = 1
    try:
        exif = image.getexif()
        orientation = exif.get(Base.Orientation, orientation)
        for tag in set(exif) - _DESCRIPTIVE_TAGS:
            del exif[tag]
        return orientation, exif.tobytes() if exif else None
    except _DECODER_ERRORS:
        # Damaged, and no reason to refuse a picture that may be sound.
        return orientation, None


def _dpi_of(image: Image.Image) -> tuple[float, float] | None:
    """The stated resolution where it is one that every format can keep."""
    x, y = image.info.get("dpi", (0, 0))
    kept = all(_MIN_DPI <= value <= _MAX_DPI for value in (float(x), float(y)))
    return (float(x), float(y)) if kept else None


def _has_more_than_8_bits(image: Image.Image) -> bool:
    """Before loading: whether the file holds more depth than Pillow's mode can carry over."""
    if image.mode.startswith(("I", "F")):
        return True
    return any(";16" in str(tile[3]) for tile in getattr(image, "tile", ()))


def _to_rgb(
    image: Image.Image, icc_profile: bytes | None
) -> tuple[Image.Image, Image.Image | None, bytes | None]:
    """The colour, the alpha where there is one, and the profile of the colour, in 8 bits."""
    if image.mode == "CMYK":
        return _cmyk_to_srgb(image, icc_profile), None, None
    if image.mode in ("1", "L", "LA", "F") or image.mode.startswith("I"):
        # A grey profile does not describe the RGB that we keep.
        icc_profile = None
    alpha = None
    if image.has_transparency_data:
        rgba = image.convert("RGBA")
        alpha = rgba.getchannel("A")
    if image.mode.startswith("I"):
        # 16 bits of grey, which convert() would clip instead of scaling.
        grey = np.asarray(image).clip(0, 65535) >> 8
        image = Image.fromarray(grey.astype(np.uint8))
    # Converting would also copy what is RGB already.
    return image if image.mode == "RGB" else image.convert("RGB"), alpha, icc_profile


def _cmyk_to_srgb(image: Image.Image, icc_profile: bytes | None) -> Image.Image:
    if icc_profile is not None:
        try:
            own = ImageCms.ImageCmsProfile(io.BytesIO(icc_profile))
            srgb = ImageCms.createProfile("sRGB")
            converted = ImageCms.profileToProfile(image, own, srgb, outputMode="RGB")
        except (ImageCms.PyCMSError, OSError):
            # A broken profile says nothing; the plain conversion below is what is left.
            converted = None
        if converted is not None:
            return converted
    return image.convert("RGB")
