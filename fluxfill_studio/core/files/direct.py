"""JPEG, WebP, PNG and deep AVIF files decoded by OpenCV, straight into packed arrays.

Pillow gives the same pixels in four bytes each, which then have to be packed, keeps every other
thread from running meanwhile, and has 16 bits for grey alone.
"""

from __future__ import annotations

from typing import Final, cast

import cv2
import numpy as np
from numpy.typing import NDArray
from PIL import Image

from fluxfill_studio.core.picture.depth import widen
from fluxfill_studio.core.picture.samples import Values

JPEG_FORMATS: Final = ("JPEG", "MPO")
"""Pillow's names for a JPEG file and for one with further pictures behind the first."""

# The second bytes of markers, after 0xFF (ITU-T T.81, table B.1).
_FIRST_RESTART, _LAST_RESTART = 0xD0, 0xD7
_START_OF_IMAGE, _START_OF_SCAN = 0xD8, 0xDA
_FIRST_WITH_LENGTH = 0xC0
_END_OF_IMAGE: Final = b"\xff\xd9"

# Where a PNG file names its first chunk, and in it the depth and the colour type (W3C PNG, 11.2.1).
_SIGNATURE_SIZE: Final = 8
_FIRST_NAME: Final = slice(12, 16)
_DEPTH, _COLOUR_TYPE = 24, 25
_GREY, _GREY_ALPHA, _RGB_ALPHA = 0, 4, 6
_EXIF, _END_OF_PNG = b"eXIf", b"IEND"
# Behind the name of an AV1CodecConfigurationBox (AV1-ISOBMFF, 2.3.3).
_AV1_FLAGS, _HIGH_BIT_DEPTH, _TWELVE_BIT = 6, 0x40, 0x20

_Planes = tuple[Values, Values | None]


def decoded_directly(data: bytes, image: Image.Image) -> _Planes | None:
    """Values and alpha of the file `data`, of which `image` has the header; not turned upright.

    None for another format, CMYK or an animation, and for what is found to be damaged: Pillow has
    the last word on it. Of a sound file of 8 bits these are the very pixels that Pillow gives, by
    the same libraries. Damage within the compressed data of JPEG and WebP, which have no check of
    it, may pass with either. The libraries say a line of it on the standard error stream.
    """
    # The first picture of an animation may be only a part of its canvas.
    if getattr(image, "is_animated", False):
        return None
    match image.format:
        case "JPEG" | "MPO" if image.mode in ("L", "RGB") and _is_whole_jpeg(data):
            return _decoded(data, image, is_grey=image.mode == "L")
        case "WEBP":
            return _decoded(data, image, has_alpha=image.mode == "RGBA")
        case "PNG":
            return _png(data, image)
        case "AVIF":
            return _deep_avif(data, image)
    return None


def has_more_than_8_bits(data: bytes, image: Image.Image) -> bool:
    """Whether Pillow, which is left with what is not decoded directly, has to leave bits out."""
    if image.format == "AVIF":
        return _av1_bits(data) > 8
    return image.format == "PNG" and data[_DEPTH] > 8


def _decoded(
    data: bytes, image: Image.Image, *, is_grey: bool = False, has_alpha: bool = False
) -> _Planes | None:
    """Grey or RGB, and alpha; None where OpenCV does not find them in the picture's size."""
    if is_grey or has_alpha:
        flags = cv2.IMREAD_UNCHANGED
    else:
        flags = cv2.IMREAD_COLOR_RGB | cv2.IMREAD_ANYDEPTH | cv2.IMREAD_IGNORE_ORIENTATION
    # What it finds is told by what it gives, to those who ask; not on the standard error stream.
    cv2.utils.logging.setLogLevel(cv2.utils.logging.LOG_LEVEL_SILENT)
    try:
        stored = cv2.imdecode(np.frombuffer(data, np.uint8), flags)
    except cv2.error:
        return None
    # With alpha, grey comes three times as well.
    channels = 4 if has_alpha else 1 if is_grey else 3
    if stored is None or stored.shape[:2] != (image.height, image.width):
        return None
    values = stored.reshape(image.height, image.width, -1)
    if values.shape[2] != channels or values.dtype not in (np.uint8, np.uint16):
        return None
    if not has_alpha:
        return cast("Values", values), None
    if is_grey:
        colour = cv2.extractChannel(values, 0)[..., np.newaxis]
    else:
        colour = cv2.cvtColor(values, cv2.COLOR_BGRA2RGB)
    return cast("Values", colour), cast("Values", cv2.extractChannel(values, 3))


def _png(data: bytes, image: Image.Image) -> _Planes | None:
    chunks = _png_chunks(data)
    if chunks is None:
        return None
    if _EXIF in chunks:
        # Pillow comes across what stands behind the pixels only when it decodes them.
        image.info.setdefault("exif", data[chunks[_EXIF]])
    depth, colour_type = data[_DEPTH], data[_COLOUR_TYPE]
    key = image.info.get("transparency")
    if colour_type != _GREY:
        has_alpha = colour_type in (_GREY_ALPHA, _RGB_ALPHA) or key is not None
        return _decoded(data, image, is_grey=colour_type == _GREY_ALPHA, has_alpha=has_alpha)
    planes = _decoded(data, image, is_grey=True)
    if planes is None or key is None:
        return planes
    # One level of grey, in the depth of the file, is to be seen through; Pillow scales one bit.
    values, _ = planes
    largest = np.iinfo(values.dtype).max
    level = key * (1 if depth == 1 else largest // (2**depth - 1))
    return values, np.where(values[..., 0] == level, 0, largest).astype(values.dtype)


def _png_chunks(data: bytes) -> dict[bytes, slice] | None:
    """Where the content of chunks stands, by name; None where they do not lead to the end.

    OpenCV makes room for whatever length a chunk states.
    """
    chunks = {}
    place = _SIGNATURE_SIZE
    while _END_OF_PNG not in chunks:
        name, start = data[place + 4 : place + 8], place + 8
        place = start + int.from_bytes(data[place : place + 4]) + 4
        if place > len(data):
            return None
        chunks[name] = slice(start, place - 4)
    return chunks if data[_FIRST_NAME] == b"IHDR" else None


def _deep_avif(data: bytes, image: Image.Image) -> _Planes | None:
    """10 and 12 bits, of which Pillow keeps 8; None for 8."""
    bits = _av1_bits(data)
    if bits == 8:
        return None
    planes = _decoded(data, image, has_alpha=image.mode == "RGBA")
    if planes is None or planes[0].dtype != np.uint16:
        return None
    for plane in planes:
        if plane is not None:
            np.left_shift(plane, 16 - bits, out=plane)
            widen(plane, bits)
    return planes


def _av1_bits(data: bytes) -> int:
    place = data.find(b"av1C") + _AV1_FLAGS
    flags = data[place] if _AV1_FLAGS <= place < len(data) else 0
    if not flags & _HIGH_BIT_DEPTH:
        return 8
    return 12 if flags & _TWELVE_BIT else 10


def _is_whole_jpeg(data: bytes) -> bool:
    """Whether segments and scans follow each other without a gap to the end-of-image marker.

    OpenCV does not mind a scan that is broken off by a marker which does not belong there.
    """
    ends = _places_that_end_a_scan(data)
    place = 2
    while data[place : place + 2] != _END_OF_IMAGE:
        if place + 4 > len(data) or data[place] != 0xFF:
            return False
        marker = data[place + 1]
        if marker < _FIRST_WITH_LENGTH or _FIRST_RESTART <= marker <= _START_OF_IMAGE:
            return False
        place += 2 + int.from_bytes(data[place + 2 : place + 4])
        if marker == _START_OF_SCAN:
            following = ends[np.searchsorted(ends, place) :]
            if not following.size:
                return False
            place = int(following[0])
    return True


def _places_that_end_a_scan(data: bytes) -> NDArray[np.intp]:
    """Where 0xFF begins a marker other than a restart: inside a scan it is followed by zero."""
    view = np.frombuffer(data, np.uint8)
    places = np.flatnonzero(view[:-1] == 0xFF)
    second = view[places + 1]
    is_restart = (second >= _FIRST_RESTART) & (second <= _LAST_RESTART)
    ends: NDArray[np.intp] = places[(second != 0) & (second != 0xFF) & ~is_restart]
    return ends
