"""Samples as PNG files (W3C, Portable Network Graphics, third edition).

Written here because Pillow holds up all other threads while it compresses, OpenCV while it hands
over what it has compressed, and either takes several times as long.
"""

from __future__ import annotations

import struct
import zlib
from collections.abc import Callable, Iterator
from typing import Final

import numpy as np

from fluxfill_studio.core.picture.samples import ColourModel, Samples
from fluxfill_studio.core.types import Pixels, Plane
from fluxfill_studio.storage.bands import band, rows_in_band, side_by_side

_SIGNATURE: Final = b"\x89PNG\r\n\x1a\n"
# By colour model and whether there is alpha (11.2.1).
_COLOUR_TYPES: Final = {
    (ColourModel.GREY, False): 0,
    (ColourModel.RGB, False): 2,
    (ColourModel.GREY, True): 4,
    (ColourModel.RGB, True): 6,
}
# Every row is preceded by its filter's number; 2 is what is left of a row above the one before.
_UP: Final = 2
# A zlib stream of the fastest kind begins so (RFC 1950, 2.2).
_ZLIB_HEADER: Final = b"\x78\x01"
_METRE_IN_INCHES: Final = 1 / 0.0254

_Rows = Callable[[int, int], Plane]
"""The bytes of the rows from a top to a bottom, as a PNG holds them before they are filtered."""


def encode_png(pixels: Pixels | Plane) -> bytes:
    """A PNG of 8 bits without metadata; grey for a plane."""
    return b"".join(png_parts(Samples(np.atleast_3d(pixels))))


def encode_bilevel_png(mask: Plane) -> bytes:
    """A PNG of one bit a pixel, without metadata: white where the coverage is 128 or more."""
    height, width = mask.shape

    def rows(top: int, bottom: int) -> Plane:
        return np.packbits(mask[top:bottom] >= 128, axis=1)

    header = struct.pack(">IIBB", width, height, 1, 0)
    return b"".join(_file(header, [], rows, height, -(-width // 8)))


def png_parts(
    samples: Samples, exif: bytes | None = None, dpi: tuple[float, float] | None = None
) -> Iterator[bytes]:
    """A PNG in parts to be written one after the other, made while they are asked for.

    PNG has no CMYK.
    """
    size, has_alpha = samples.size, samples.alpha is not None
    colour_type = _COLOUR_TYPES[samples.model, has_alpha]
    header = struct.pack(">IIBB", size.width, size.height, samples.depth, colour_type)
    metadata = []
    if samples.icc_profile is not None:
        # A name, its end, and zero for the only kind of compression.
        compressed = zlib.compress(samples.icc_profile)
        metadata.append(_chunk(b"iCCP", b"ICC Profile\0\0" + compressed))
    if dpi is not None:
        per_metre = (round(value * _METRE_IN_INCHES) for value in dpi)
        metadata.append(_chunk(b"pHYs", struct.pack(">IIB", *per_metre, 1)))
    if exif is not None:
        metadata.append(_chunk(b"eXIf", exif.removeprefix(b"Exif\0\0")))

    def rows(top: int, bottom: int) -> Plane:
        values = band(samples, top, bottom)
        # The most significant byte comes first (7.1).
        ordered = np.ascontiguousarray(values, values.dtype.newbyteorder(">"))
        return ordered.reshape(bottom - top, -1).view(np.uint8)

    channels = samples.model.value + has_alpha
    return _file(header, metadata, rows, size.height, size.width * channels * samples.depth // 8)


def _file(
    header: bytes, metadata: list[bytes], rows: _Rows, height: int, row_bytes: int
) -> Iterator[bytes]:
    # Compression, filters and interlacing: the only kind, the only kind, none.
    yield b"".join([_SIGNATURE, _chunk(b"IHDR", header + b"\0\0\0"), *metadata])
    yield from (_chunk(b"IDAT", part) for part in _compressed(rows, height, row_bytes))
    yield _chunk(b"IEND", b"")


def _compressed(rows: _Rows, height: int, row_bytes: int) -> Iterator[bytes]:
    """The filtered rows as a zlib stream, in parts that are made side by side.

    A stream may be put together of blocks that were compressed each by itself, if each ends on a
    byte and only the last says that it is the last (RFC 1951, 3.2.3).
    """

    def make(top: int, bottom: int) -> tuple[Plane, bytes]:
        filtered = _filtered(rows, top, bottom)
        return filtered, _deflated(filtered, is_last=bottom == height)

    checksum = zlib.adler32(b"")
    yield _ZLIB_HEADER
    for filtered, part in side_by_side(make, height, rows_in_band(row_bytes)):
        checksum = zlib.adler32(filtered.data, checksum)
        yield part
    yield struct.pack(">I", checksum)


def _filtered(rows: _Rows, top: int, bottom: int) -> Plane:
    """Rows `top` to `bottom`, each behind its filter's number and less the row above it."""
    here = rows(top, bottom)
    filtered = np.empty((len(here), 1 + here.shape[1]), np.uint8)
    filtered[:, 0] = _UP
    # Above the first row are zeros.
    filtered[0, 1:] = here[0] - rows(top - 1, top)[0] if top else here[0]
    np.subtract(here[1:], here[:-1], filtered[1:, 1:])
    return filtered


def _deflated(filtered: Plane, *, is_last: bool) -> bytes:
    """A part of the stream.

    On photographs the difference to the row above leaves so little else to find that looking for
    runs alone makes smaller files than zlib's level 3 does, in a third of the time; and masks are
    runs in any case.
    """
    compressor = zlib.compressobj(1, wbits=-zlib.MAX_WBITS, strategy=zlib.Z_RLE)
    ending = zlib.Z_FINISH if is_last else zlib.Z_SYNC_FLUSH
    return compressor.compress(filtered.data) + compressor.flush(ending)


def _chunk(kind: bytes, content: bytes) -> bytes:
    check = zlib.crc32(content, zlib.crc32(kind))
    return b"".join((struct.pack(">I", len(content)), kind, content, struct.pack(">I", check)))
