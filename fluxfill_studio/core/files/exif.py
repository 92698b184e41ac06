"""What Exif data says of a picture: how it stands, what it is, and its thumbnail."""

from __future__ import annotations

import io
from collections.abc import Callable
from typing import Any, Final, TypeVar

import cv2
import numpy as np
from numpy.typing import NDArray
from PIL import Image
from PIL.ExifTags import IFD, Base

from fluxfill_studio.core.files.pillow import PILLOW_ERRORS
from fluxfill_studio.core.geometry import Size

_Unsigned = TypeVar("_Unsigned", bound=np.unsignedinteger[Any])

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
# What stands before the TIFF header that offsets count from (Exif 2.32, 4.7.2).
_EXIF_PREFIX: Final = b"Exif\0\0"


def exif_of(image: Image.Image) -> tuple[int, bytes | None]:
    """The orientation, 1 to 8, and what else the Exif data says of the picture itself."""
    # Not image.getexif(): in a PNG without Exif data that decodes the pixels to look behind them.
    return _told_by(lambda: Image.Image.getexif(image))


def exif_in(tiff: bytes) -> tuple[int, bytes | None]:
    """What `exif_of` tells, of Exif data, which is a TIFF file, with or without its prefix."""

    def load() -> Image.Exif:
        exif = Image.Exif()
        if tiff:
            exif.load_from_fp(io.BytesIO(tiff.removeprefix(_EXIF_PREFIX)))
        return exif

    return _told_by(load)


def _told_by(load: Callable[[], Image.Exif]) -> tuple[int, bytes | None]:
    orientation = 1
    try:
        exif = load()
        if exif.get(Base.Orientation) in range(1, 9):
            orientation = int(exif[Base.Orientation])
        for tag in set(exif) - _DESCRIPTIVE_TAGS:
            del exif[tag]
        return orientation, exif.tobytes() if exif else None
    except PILLOW_ERRORS:
        # Damaged, and no reason to refuse a picture that may be sound.
        return orientation, None


def has_resolution(image: Image.Image) -> bool:
    """Whether the Exif data says one; to be asked before `exif_of`, which takes it out."""
    try:
        return Base.XResolution in image.getexif()
    except PILLOW_ERRORS:
        return False


def thumbnail_in(image: Image.Image) -> bytes:
    """The JPEG file that the Exif data of `image` carries as its thumbnail; empty without one."""
    try:
        directory = image.getexif().get_ifd(IFD.IFD1)
        start, length = directory[Base.JpegIFOffset], directory[Base.JpegIFByteCount]
        tiff = bytes(image.info["exif"]).removeprefix(_EXIF_PREFIX)
        return tiff[start : start + length]
    except PILLOW_ERRORS:
        return b""


def upright_size(size: Size, orientation: int) -> Size:
    """The size of what `upright` makes of pixels of `size`."""
    return size if orientation < 5 else Size(size.height, size.width)


def upright(values: NDArray[_Unsigned], orientation: int) -> NDArray[_Unsigned]:
    """`values` as they are to be seen: row 0 and column 0 where Exif 2.32, 4.6.4 A, puts them."""
    match orientation:
        case 2:
            turned = cv2.flip(values, 1)
        case 3:
            turned = cv2.rotate(values, cv2.ROTATE_180)
        case 4:
            turned = cv2.flip(values, 0)
        case 5:
            turned = cv2.transpose(values)
        case 6:
            turned = cv2.rotate(values, cv2.ROTATE_90_CLOCKWISE)
        case 7:
            turned = cv2.rotate(cv2.transpose(values), cv2.ROTATE_180)
        case 8:
            turned = cv2.rotate(values, cv2.ROTATE_90_COUNTERCLOCKWISE)
        case _:
            turned = values
    # OpenCV leaves out the axis of a single channel.
    return np.asarray(turned, values.dtype).reshape(*turned.shape[:2], *values.shape[2:])
