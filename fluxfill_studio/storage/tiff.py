"""Samples as TIFF files (Adobe, TIFF Revision 6.0), compressed without loss.

Written here because Pillow has no RGB of 16 bits, OpenCV no CMYK, and neither puts Exif directories
into a file that it compresses.
"""

from __future__ import annotations

import errno
import os
import struct
import zlib
from dataclasses import dataclass
from fractions import Fraction
from typing import IO, Final, Literal, TypeAlias

import numpy as np

from fluxfill_studio.core.picture.samples import ColourModel, Samples
from fluxfill_studio.storage.bands import band, rows_in_band, side_by_side

_Order: TypeAlias = Literal["<", ">"]
"""How `struct` and numpy call a byte order."""

# By what a file begins with.
_BYTE_ORDERS: Final[dict[bytes, _Order]] = {b"II*\0": "<", b"MM\0*": ">"}
# Behind it stands where the first directory is: here, nowhere yet.
_EMPTY: Final = b"II*\0" + bytes(4)
# Tag, type and count, and the value or, where it has more than 4 bytes, its place.
_ENTRY_BYTES: Final = 12
# Places have 32 bits.
_LARGEST: Final = 2**32 - 1

# Tags, and what they may be (sections 8, 14, 18; for Deflate and its tag's value, Adobe Photoshop
# TIFF Technical Notes, 2002; for the profile, ICC.1:2022, B.4).
_WIDTH, _HEIGHT, _BITS, _CHANNELS = 256, 257, 258, 277
_PHOTOMETRIC: Final = 262
_PHOTOMETRICS: Final = {ColourModel.GREY: 1, ColourModel.RGB: 2, ColourModel.CMYK: 5}
_PLANAR, _INTERLEAVED = 284, 1
_EXTRA_SAMPLES, _UNASSOCIATED_ALPHA = 338, 2
_COMPRESSION, _DEFLATE = 259, 8
_PREDICTOR, _HORIZONTAL = 317, 2
_STRIP_PLACES, _STRIP_LENGTHS, _ROWS_IN_STRIP = 273, 279, 278
_X_RESOLUTION, _Y_RESOLUTION, _RESOLUTION_UNIT, _INCH = 282, 283, 296, 2
_ICC_PROFILE: Final = 34675

# So that a resolution of 16 bits keeps both its numbers within 32.
_LARGEST_DENOMINATOR: Final = 2**16


def write_tiff(
    file: IO[bytes],
    samples: Samples,
    exif: bytes | None = None,
    dpi: tuple[float, float] | None = None,
) -> None:
    """Write a TIFF to the empty `file`. Raises OSError where it would pass 4 GB.

    Exif data is a TIFF without a picture. It becomes the beginning of the file, and the entries of
    its first directory become part of the picture's: so all places that it names stay right, even
    those that only its maker knows of.
    """
    begin = _EMPTY if exif is None else exif.removeprefix(b"Exif\0\0")
    order = _BYTE_ORDERS.get(begin[:4])
    if order is None:
        raise ValueError("its Exif data is damaged")
    entries = {} if exif is None else _first_directory(begin, order)
    fields = _Fields(order)
    _describe(fields, samples, dpi)
    file.write(begin + bytes(len(begin) % 2))
    _write_strips(file, fields, samples)
    place = file.tell()
    directory = fields.directory(place, entries)
    _check_place(place + len(directory))
    file.write(directory)
    file.seek(4)
    file.write(struct.pack(f"{order}L", place))


@dataclass(frozen=True)
class _Field:
    kind: int
    count: int
    data: bytes


class _Fields:
    """What a directory says of a picture, by tags."""

    def __init__(self, order: _Order) -> None:
        self.order = order
        self._fields: dict[int, _Field] = {}

    def put_shorts(self, tag: int, *values: int) -> None:
        data = struct.pack(f"{self.order}{len(values)}H", *values)
        self._fields[tag] = _Field(3, len(values), data)

    def put_longs(self, tag: int, *values: int) -> None:
        data = struct.pack(f"{self.order}{len(values)}L", *values)
        self._fields[tag] = _Field(4, len(values), data)

    def put_ratio(self, tag: int, value: float) -> None:
        ratio = Fraction(value).limit_denominator(_LARGEST_DENOMINATOR)
        data = struct.pack(f"{self.order}2L", ratio.numerator, ratio.denominator)
        self._fields[tag] = _Field(5, 1, data)

    def put_bytes(self, tag: int, data: bytes) -> None:
        self._fields[tag] = _Field(7, len(data), data)

    def directory(self, place: int, further: dict[int, bytes]) -> bytes:
        """The directory at `place` in the file, with the `further` entries, and what it names."""
        entries = dict(further)
        named = b""
        behind = place + 2 + _ENTRY_BYTES * len(entries.keys() | self._fields.keys()) + 4
        for tag, field in self._fields.items():
            value = field.data.ljust(4, b"\0")
            if len(value) > 4:
                value = struct.pack(f"{self.order}L", behind + len(named))
                named += field.data + bytes(len(field.data) % 2)
            entries[tag] = struct.pack(f"{self.order}HHL", tag, field.kind, field.count) + value
        # In ascending order, and no directory after this one (section 2).
        listed = b"".join(entry for _, entry in sorted(entries.items()))
        return struct.pack(f"{self.order}H", len(entries)) + listed + bytes(4) + named


def _describe(fields: _Fields, samples: Samples, dpi: tuple[float, float] | None) -> None:
    channels = samples.model.value
    if samples.alpha is not None:
        channels += 1
        fields.put_shorts(_EXTRA_SAMPLES, _UNASSOCIATED_ALPHA)
    fields.put_longs(_WIDTH, samples.size.width)
    fields.put_longs(_HEIGHT, samples.size.height)
    fields.put_shorts(_CHANNELS, channels)
    fields.put_shorts(_BITS, *[samples.depth] * channels)
    fields.put_shorts(_PHOTOMETRIC, _PHOTOMETRICS[samples.model])
    fields.put_shorts(_PLANAR, _INTERLEAVED)
    fields.put_shorts(_COMPRESSION, _DEFLATE)
    fields.put_shorts(_PREDICTOR, _HORIZONTAL)
    if dpi is not None:
        fields.put_ratio(_X_RESOLUTION, dpi[0])
        fields.put_ratio(_Y_RESOLUTION, dpi[1])
        fields.put_shorts(_RESOLUTION_UNIT, _INCH)
    if samples.icc_profile is not None:
        fields.put_bytes(_ICC_PROFILE, samples.icc_profile)


def _write_strips(file: IO[bytes], fields: _Fields, samples: Samples) -> None:
    size = samples.size
    rows = rows_in_band(band(samples, 0, 1).nbytes)
    places: list[int] = []
    lengths: list[int] = []

    def make(top: int, bottom: int) -> bytes:
        return _strip(samples, top, bottom, fields.order)

    for strip in side_by_side(make, size.height, rows):
        places.append(file.tell())
        lengths.append(len(strip))
        _check_place(places[-1] + len(strip) + 1)
        file.write(strip + bytes(len(strip) % 2))
    fields.put_longs(_ROWS_IN_STRIP, rows)
    fields.put_longs(_STRIP_PLACES, *places)
    fields.put_longs(_STRIP_LENGTHS, *lengths)


def _strip(samples: Samples, top: int, bottom: int, order: _Order) -> bytes:
    """Rows as a zlib stream of what each value differs from the same channel's to its left."""
    values = band(samples, top, bottom)
    channels = values.shape[2]
    rows = values.reshape(bottom - top, -1)
    differences = rows.copy()
    np.subtract(rows[:, channels:], rows[:, :-channels], differences[:, channels:])
    ordered = np.ascontiguousarray(differences, values.dtype.newbyteorder(order))
    # Of differences, runs are all that is worth looking for: see `png`.
    compressor = zlib.compressobj(1, strategy=zlib.Z_RLE)
    return compressor.compress(ordered.data) + compressor.flush()


def _first_directory(tiff: bytes, order: _Order) -> dict[int, bytes]:
    """Its entries as they are, by tags."""
    (place,) = struct.unpack_from(f"{order}L", tiff, 4)
    (count,) = struct.unpack_from(f"{order}H", tiff, place)
    starts = range(place + 2, place + 2 + count * _ENTRY_BYTES, _ENTRY_BYTES)
    entries = [tiff[start : start + _ENTRY_BYTES] for start in starts]
    return {struct.unpack_from(f"{order}H", entry)[0]: entry for entry in entries}


def _check_place(end: int) -> None:
    if end > _LARGEST:
        raise OSError(errno.EFBIG, os.strerror(errno.EFBIG))
