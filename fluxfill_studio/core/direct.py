"""JPEG and WebP decoded by OpenCV, which gives packed RGB.

Pillow gives the same pixels in four bytes each, which then have to be packed; and a large WebP
keeps every other thread from running for half a second.
"""

from __future__ import annotations

from typing import Final

import cv2
import numpy as np
from numpy.typing import NDArray
from PIL import Image

from fluxfill_studio.core.types import Pixels, Plane

JPEG_FORMATS: Final = ("JPEG", "MPO")
"""Pillow's names for a JPEG file and for one with further pictures behind the first."""

# The second bytes of markers, after 0xFF (ITU-T T.81, table B.1).
_FIRST_RESTART, _LAST_RESTART = 0xD0, 0xD7
_START_OF_IMAGE, _START_OF_SCAN = 0xD8, 0xDA
_FIRST_WITH_LENGTH = 0xC0
_END_OF_IMAGE: Final = b"\xff\xd9"


def decoded_directly(data: bytes, image: Image.Image) -> tuple[Pixels, Plane | None] | None:
    """Colour and alpha of the file `data`, of which `image` has the header; not turned upright.

    None for all but 8 bits of RGB or RGBA in one of the two formats, and for what is found to be
    damaged: Pillow has the last word on it. Otherwise the very pixels that Pillow gives for a
    sound file, by the same libraries. Damage within the compressed data, of which the formats
    have no check, may pass with either; libjpeg says one line of it on the standard error stream.
    """
    if image.mode not in ("RGB", "RGBA") or not _is_sound(data, image):
        return None
    options = cv2.IMREAD_COLOR_RGB | cv2.IMREAD_IGNORE_ORIENTATION
    if image.mode == "RGBA":
        options = cv2.IMREAD_UNCHANGED
    try:
        pixels = cv2.imdecode(np.frombuffer(data, np.uint8), options)
    except cv2.error:
        return None
    if pixels is None or pixels.shape != (image.height, image.width, len(image.mode)):
        return None
    if image.mode == "RGB":
        return np.asarray(pixels, np.uint8), None
    colour = np.asarray(cv2.cvtColor(pixels, cv2.COLOR_BGRA2RGB), np.uint8)
    return colour, np.asarray(cv2.extractChannel(pixels, 3), np.uint8)


def _is_sound(data: bytes, image: Image.Image) -> bool:
    if image.format in JPEG_FORMATS:
        return _is_whole_jpeg(data)
    # The first picture of an animation may be only a part of its canvas.
    return image.format == "WEBP" and not getattr(image, "is_animated", False)


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
