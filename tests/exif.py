"""Exif data as cameras write it, with what Pillow does not write: a thumbnail."""

from __future__ import annotations

import struct

from PIL.ExifTags import Base


def exif_with(thumbnail: bytes, orientation: int = 1) -> bytes:
    """Two directories (Exif 2.32, 4.5.8): the picture's orientation, and where its thumbnail is."""
    start = 8 + (2 + 12 + 4) + (2 + 2 * 12 + 4)
    turned = struct.pack("<HHIHH", Base.Orientation, 3, 1, orientation, 0)
    offset = struct.pack("<HHII", Base.JpegIFOffset, 4, 1, start)
    length = struct.pack("<HHII", Base.JpegIFByteCount, 4, 1, len(thumbnail))
    first = struct.pack("<H", 1) + turned + struct.pack("<I", 8 + 2 + 12 + 4)
    second = struct.pack("<H", 2) + offset + length + struct.pack("<I", 0)
    return b"Exif\0\0" + struct.pack("<2sHI", b"II", 42, 8) + first + second + thumbnail
