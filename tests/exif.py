"""Exif data as cameras write it."""

from __future__ import annotations

import struct

from PIL import Image
from PIL.ExifTags import Base


def camera_exif(orientation: int = 1) -> bytes:
    """What a camera writes: maker, orientation, how it stored the picture, exposure, place."""
    exif = Image.Exif()
    exif[Base.Make] = "Maker"
    exif[Base.Orientation] = orientation
    exif[Base.YCbCrPositioning] = 2
    exif[Base.ExifOffset] = {Base.DateTimeOriginal: "2026:01:02 03:04:05"}
    exif[Base.GPSInfo] = {1: "N", 2: (52.0, 31.0, 12.0)}
    return exif.tobytes()


def exif_with(thumbnail: bytes, orientation: int = 1) -> bytes:
    """What Pillow does not write: the orientation, and in a second directory a thumbnail.

    By Exif 2.32, 4.5.8.
    """
    start = 8 + (2 + 12 + 4) + (2 + 2 * 12 + 4)
    turned = struct.pack("<HHIHH", Base.Orientation, 3, 1, orientation, 0)
    offset = struct.pack("<HHII", Base.JpegIFOffset, 4, 1, start)
    length = struct.pack("<HHII", Base.JpegIFByteCount, 4, 1, len(thumbnail))
    first = struct.pack("<H", 1) + turned + struct.pack("<I", 8 + 2 + 12 + 4)
    second = struct.pack("<H", 2) + offset + length + struct.pack("<I", 0)
    return b"Exif\0\0" + struct.pack("<2sHI", b"II", 42, 8) + first + second + thumbnail
