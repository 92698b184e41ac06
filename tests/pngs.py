"""PNG files put together by hand (W3C PNG, third edition)."""

from __future__ import annotations

import struct
import zlib
from typing import Any

import numpy as np
from numpy.typing import NDArray

COLOUR_TYPES = {1: 0, 2: 4, 3: 2, 4: 6}
"""By the number of channels."""


def chunk(kind: bytes, data: bytes) -> bytes:
    return struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data))


def png(
    width: int,
    height: int,
    *,
    depth: int = 8,
    colour: int = 2,
    rows: bytes = b"",
    before: bytes = b"",
    behind: bytes = b"",
) -> bytes:
    """A PNG put together by hand, of colour where nothing else is said."""
    header = struct.pack(">IIBBBBB", width, height, depth, colour, 0, 0, 0)
    body = chunk(b"IHDR", header) + before + chunk(b"IDAT", zlib.compress(rows)) + behind
    return b"\x89PNG\r\n\x1a\n" + body + chunk(b"IEND", b"")


def png_rows(values: NDArray[Any], bits: int) -> bytes:
    """Rows without a filter, each a number of whole bytes."""
    rows = values.reshape(len(values), -1)
    if bits < 8:
        places = (rows[..., None] >> np.arange(bits)[::-1] & 1).astype(np.uint8)
        packed = np.packbits(places.reshape(len(rows), -1), axis=1)
    else:
        packed = rows.astype(">u2" if bits == 16 else "u1").view(np.uint8)
    return b"".join(b"\0" + row.tobytes() for row in packed)
