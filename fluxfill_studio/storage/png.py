"""Arrays as PNG files (W3C, Portable Network Graphics, third edition).

Written here because Pillow holds up all other threads while it compresses, OpenCV while it hands
over what it has compressed, and either takes several times as long.
"""

from __future__ import annotations

import os
import struct
import zlib
from collections import deque
from collections.abc import Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from typing import Final

import numpy as np

from fluxfill_studio.core.types import Pixels, Plane

_SIGNATURE: Final = b"\x89PNG\r\n\x1a\n"
# By the number of channels (11.2.1).
_COLOUR_TYPES: Final = {1: 0, 3: 2, 4: 6}
# Every row is preceded by its filter's number; 2 is what is left of a row above the one before.
_UP: Final = 2
# Compressed at a time, in bytes of rows: small enough for the cache, large enough to be worth it.
_BAND: Final = 2**20
# A zlib stream of the fastest kind begins so (RFC 1950, 2.2).
_ZLIB_HEADER: Final = b"\x78\x01"
_METRE_IN_INCHES: Final = 1 / 0.0254


def encode_png(pixels: Pixels | Plane) -> bytes:
    """A PNG without metadata; grey for a plane."""
    return b"".join(png_parts(pixels))


def encode_bilevel_png(mask: Plane) -> bytes:
    """A PNG of one bit a pixel, without metadata: white where the coverage is 128 or more."""
    height, width = mask.shape
    rows = np.packbits(mask >= 128, axis=1)
    return b"".join(_file(rows, struct.pack(">IIBB", width, height, 1, 0), []))


def png_parts(
    pixels: Pixels | Plane,
    icc_profile: bytes | None = None,
    exif: bytes | None = None,
    dpi: tuple[float, float] | None = None,
) -> Iterator[bytes]:
    """A PNG in parts to be written one after the other, made while they are asked for.

    `pixels` are grey of shape (height, width), RGB, or RGBA of shape (height, width, 4).
    """
    height, width, *channels = pixels.shape
    header = struct.pack(">IIBB", width, height, 8, _COLOUR_TYPES[channels[0] if channels else 1])
    metadata = []
    if icc_profile is not None:
        # A name, its end, and zero for the only kind of compression.
        metadata.append(_chunk(b"iCCP", b"ICC Profile\0\0" + zlib.compress(icc_profile)))
    if dpi is not None:
        per_metre = (round(value * _METRE_IN_INCHES) for value in dpi)
        metadata.append(_chunk(b"pHYs", struct.pack(">IIB", *per_metre, 1)))
    if exif is not None:
        metadata.append(_chunk(b"eXIf", exif.removeprefix(b"Exif\0\0")))
    return _file(pixels.reshape(height, -1), header, metadata)


def _file(rows: Plane, header: bytes, metadata: list[bytes]) -> Iterator[bytes]:
    # Compression, filters and interlacing: the only kind, the only kind, none.
    yield b"".join([_SIGNATURE, _chunk(b"IHDR", header + b"\0\0\0"), *metadata])
    yield from (_chunk(b"IDAT", part) for part in _compressed(rows))
    yield _chunk(b"IEND", b"")


def _compressed(rows: Plane) -> Iterator[bytes]:
    """The filtered rows as a zlib stream, in parts that are made side by side.

    A stream may be put together of blocks that were compressed each by itself, if each ends on a
    byte and only the last says that it is the last (RFC 1951, 3.2.3).
    """
    height = max(1, _BAND // rows.shape[1])
    workers = os.cpu_count() or 1
    checksum = zlib.adler32(b"")
    yield _ZLIB_HEADER
    with ThreadPoolExecutor(workers) as pool:
        bands: deque[Future[tuple[Plane, bytes]]] = deque()
        tops = deque(range(0, len(rows), height))
        while tops or bands:
            # No more is made ahead than keeps all at work.
            while tops and len(bands) <= 2 * workers:
                top = tops.popleft()
                bands.append(pool.submit(_band, rows, top, min(top + height, len(rows))))
            filtered, part = bands.popleft().result()
            checksum = zlib.adler32(filtered.data, checksum)
            yield part
    yield struct.pack(">I", checksum)


def _band(rows: Plane, top: int, bottom: int) -> tuple[Plane, bytes]:
    """Rows `top` to `bottom`, filtered, and the same compressed.

    On photographs the difference to the row above leaves so little else to find that looking for
    runs alone makes smaller files than zlib's level 3 does, in a third of the time; and masks are
    runs in any case.
    """
    filtered = np.empty((bottom - top, 1 + rows.shape[1]), np.uint8)
    filtered[:, 0] = _UP
    # Above the first row are zeros.
    filtered[0, 1:] = rows[top] - rows[top - 1] if top else rows[0]
    np.subtract(rows[top + 1 : bottom], rows[top : bottom - 1], filtered[1:, 1:])
    compressor = zlib.compressobj(1, wbits=-zlib.MAX_WBITS, strategy=zlib.Z_RLE)
    ending = zlib.Z_FINISH if bottom == len(rows) else zlib.Z_SYNC_FLUSH
    return filtered, compressor.compress(filtered.data) + compressor.flush(ending)


def _chunk(kind: bytes, content: bytes) -> bytes:
    check = zlib.crc32(content, zlib.crc32(kind))
    return b"".join((struct.pack(">I", len(content)), kind, content, struct.pack(">I", check)))
