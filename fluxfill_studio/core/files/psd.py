"""Photoshop files, flattened: the merged picture that stands behind the layers.

By Adobe Photoshop File Formats Specification, November 2019. Nothing of the layers is read but
whether the first channel behind the colours is the merged picture's transparency.
"""

from __future__ import annotations

import struct
from collections.abc import Iterator
from dataclasses import dataclass
from itertools import pairwise
from typing import Any, Final

import cv2
import numpy as np
from numpy.typing import NDArray
from PIL import Image

from fluxfill_studio.core.errors import ImageKindUnknown
from fluxfill_studio.core.files.decoded import Decoded, Progress, check_size, dpi_of, samples_of
from fluxfill_studio.core.files.exif import exif_in
from fluxfill_studio.core.geometry import Size
from fluxfill_studio.core.picture.depth import is_reduced, to_samples, unblend_white
from fluxfill_studio.core.picture.samples import Values

SIGNATURE: Final = b"8BPS"

_HEADER: Final = struct.Struct(">4sH6xHIIHH")
_BIG: Final = 2
"""The version of large documents (PSB), in which some lengths have 64 bits."""

_BITMAP, _GREY, _INDEXED, _RGB, _CMYK, _DUOTONE = 0, 1, 2, 3, 4, 8
_COLOURS: Final = {_BITMAP: 1, _GREY: 1, _INDEXED: 1, _RGB: 3, _CMYK: 4, _DUOTONE: 1}
_DTYPES: Final = {1: "u1", 8: "u1", 16: ">u2", 32: ">f4"}
_RESOLUTION, _ICC_PROFILE, _VERSION, _EXIF = 1005, 1039, 1057, 1058
_MERGED_TRANSPARENCY: Final = (b"Mtrn", b"Mt16", b"Mt32")
_LAYERS: Final = (b"Layr", b"Lr16", b"Lr32")
_WITH_LONG_LENGTH: Final = frozenset(
    b"LMsk Lr16 Lr32 Layr Mt16 Mt32 Mtrn Alph FMsk lnk2 FEid FXid PxSD".split()
)
_RAW, _PACKBITS = 0, 1
# Unpacked at a time.
_BAND_BYTES: Final = 2**22


@dataclass(frozen=True)
class _Header:
    version: int
    channels: int
    height: int
    width: int
    depth: int
    mode: int

    @property
    def row_bytes(self) -> int:
        return (self.width * self.depth + 7) // 8

    @property
    def length(self) -> str:
        """The format of lengths that are longer in large documents."""
        return ">Q" if self.version == _BIG else ">I"


def psd_decoded(data: bytes, name: str, report: Progress) -> Decoded:
    """The merged picture of a PSD or PSB file.

    Raises ImageTooLarge, ImageKindUnknown (Lab, multichannel, no merged picture), and for damage
    ValueError, LookupError or struct.error.
    """
    header = _Header(*_HEADER.unpack_from(data)[1:])
    if header.width == 0 or header.height == 0:
        raise ValueError("a picture without pixels")
    check_size(Size(header.width, header.height), name)
    colours = _COLOURS.get(header.mode)
    is_known = header.depth in _DTYPES and (header.depth == 1) == (header.mode == _BITMAP)
    if colours is None or colours > header.channels or not is_known:
        raise ImageKindUnknown(name=name)
    # The layers can be larger than all the rest, and are not copied.
    palette, rest = _section(memoryview(data)[_HEADER.size :])
    stored_resources, rest = _section(rest)
    resources = dict(_resources(bytes(stored_resources)))
    layers, rest = _section(rest, header.length)
    has_merged = resources.get(_VERSION, b"\0\0\0\0\1")[4]
    if not has_merged:
        raise ImageKindUnknown(name=name)
    has_alpha = header.channels > colours and _is_merged_transparent(layers, header)
    values, alpha = _read(rest, header, colours, has_alpha, report)
    if header.mode in (_BITMAP, _CMYK):
        # Both count what is left of the light.
        cv2.bitwise_not(values, dst=values)
    if header.mode == _INDEXED:
        table = np.frombuffer(palette, np.uint8, 768).reshape(3, 256)
        values = np.ascontiguousarray(table.T)[values[..., 0]]
    if alpha is not None and header.mode != _CMYK:
        unblend_white(values, alpha)
    orientation, exif = exif_in(resources.get(_EXIF, b""))
    return Decoded(
        samples_of(values, alpha, resources.get(_ICC_PROFILE)),
        orientation,
        exif,
        _dpi_of(resources.get(_RESOLUTION, b"")),
        is_reduced(np.dtype(_DTYPES[header.depth])),
    )


def _section(data: memoryview, length: str = ">I") -> tuple[memoryview, memoryview]:
    """What a length stands before, and what comes after it."""
    (count,) = struct.unpack_from(length, data)
    start = struct.calcsize(length)
    return data[start : start + count], data[start + count :]


def _resources(data: bytes) -> Iterator[tuple[int, bytes]]:
    """The image resource blocks: number and content."""
    place = 0
    while place + 12 <= len(data):
        (number, name_length) = struct.unpack_from(">4xHB", data, place)
        # A name with its length, and what follows, begin at even places.
        place += 6 + (name_length + 2) // 2 * 2
        (count,) = struct.unpack_from(">I", data, place)
        yield number, data[place + 4 : place + 4 + count]
        place += 4 + count + count % 2


def _is_merged_transparent(layers: memoryview, header: _Header) -> bool:
    """Whether the count of layers is negative, which tells so; deep files have it further back."""
    if not layers:
        return False
    info, rest = _section(layers, header.length)
    if info:
        return _is_count_negative(info)
    if rest:
        _, rest = _section(rest)  # The global layer mask.
    while len(rest) > 8:
        key = bytes(rest[4:8])
        if key in _MERGED_TRANSPARENCY:
            return True
        content, rest = _section(rest[8:], header.length if key in _WITH_LONG_LENGTH else ">I")
        if key in _LAYERS:
            return _is_count_negative(content)
        rest = rest[-len(content) % 4 :]
    return False


def _is_count_negative(info: memoryview) -> bool:
    return bool(struct.unpack_from(">h", info)[0] < 0)


def _read(
    data: memoryview, header: _Header, colours: int, has_alpha: bool, report: Progress
) -> tuple[Values, Values | None]:
    """The channels of the colour, and the first one behind them."""
    dtype = np.uint8 if header.depth in (1, 8) else np.uint16
    values: Values = np.empty((header.height, header.width, colours), dtype)
    alpha: Values | None = np.empty(values.shape[:2], dtype) if has_alpha else None
    (compression,) = struct.unpack_from(">H", data)
    if compression not in (_RAW, _PACKBITS):
        raise ValueError("a compression that merged pictures do not have")
    channels = colours + has_alpha
    for channel in range(channels):
        target = alpha if alpha is not None and channel == colours else values[..., channel]
        for rows, packed in _bands(data[2:], header, channel, compression):
            plane = _unpacked(packed, header, rows, compression)
            target[rows] = _numbers(plane, header)
            report((channel + rows.stop / header.height) / channels)
    return values, alpha


def _bands(
    data: memoryview, header: _Header, channel: int, compression: int
) -> Iterator[tuple[slice, memoryview]]:
    """Some rows of a channel at a time, as they are stored."""
    step = max(1, _BAND_BYTES // header.row_bytes)
    tops = [*range(0, header.height, step), header.height]
    first = channel * header.height
    if compression == _RAW:
        for top, bottom in pairwise(tops):
            start = (first + top) * header.row_bytes
            yield slice(top, bottom), data[start : start + (bottom - top) * header.row_bytes]
        return
    rows = header.channels * header.height
    lengths = np.frombuffer(data, ">u4" if header.version == _BIG else ">u2", rows)
    starts = np.concatenate([[0], np.cumsum(lengths, dtype=np.int64)]) + lengths.nbytes
    for top, bottom in pairwise(tops):
        yield slice(top, bottom), data[int(starts[first + top]) : int(starts[first + bottom])]


def _unpacked(
    packed: memoryview, header: _Header, rows: slice, compression: int
) -> NDArray[np.uint8]:
    """Shape (rows, bytes); raises ValueError when that many are not there."""
    height = rows.stop - rows.start
    if compression == _PACKBITS:
        size = (header.row_bytes, height)
        return np.asarray(Image.frombytes("L", size, bytes(packed), "packbits", "L"))
    return np.frombuffer(packed, np.uint8).reshape(height, header.row_bytes)


def _numbers(plane: NDArray[np.uint8], header: _Header) -> NDArray[Any]:
    if header.depth == 1:
        return np.unpackbits(plane, axis=1, count=header.width) * np.uint8(255)
    return to_samples(plane.view(_DTYPES[header.depth]))


def _dpi_of(resource: bytes) -> tuple[float, float] | None:
    """Fixed-point numbers per inch, whatever unit they are shown in."""
    if len(resource) < 16:
        return None
    x, y = struct.unpack_from(">I4xI", resource)
    return dpi_of(x / 65536, y / 65536)
