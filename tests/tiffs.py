"""TIFF files of every layout, written from their numbers (TIFF 6.0 and its supplements)."""

from __future__ import annotations

import io
import struct
import zlib
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray
from PIL import Image
from PIL.TiffTags import TAGS

NONE, LZW, DEFLATE, PACKBITS = 1, 5, 8, 32773
WHITE_IS_ZERO, GREY, RGB, CMYK, LAB = 0, 1, 2, 5, 8
_SHORT, _LONG, _RATIONAL, _BYTES = 3, 4, 5, 7
_FORMATS = {"u": 1, "i": 2, "f": 3}


@dataclass(frozen=True)
class Layout:
    """How numbers stand in a file: `side` is the rows of a strip, or both sides of a tile."""

    order: str = "<"
    is_planar: bool = False
    is_tiled: bool = False
    side: int = 16
    compression: int = NONE
    predictor: int = 1


def tiff(
    numbers: NDArray[Any],
    photometric: int,
    layout: Layout = Layout(),
    *,
    extra: tuple[int, ...] = (),
    tags: Mapping[int, bytes | int | tuple[int, int]] | None = None,
) -> bytes:
    """`numbers` have the shape (height, width, channels), with the `extra` ones at the end.

    `tags` are further ones: bytes, a number, or a fraction.
    """
    height, width, channels = numbers.shape
    strips = [_packed(part, layout) for part in _parts(numbers, layout)]
    entries: dict[int, tuple[int, list[int] | bytes]] = {
        256: (_LONG, [width]),
        257: (_LONG, [height]),
        258: (_SHORT, [8 * numbers.itemsize] * channels),
        259: (_SHORT, [layout.compression]),
        262: (_SHORT, [photometric]),
        277: (_SHORT, [channels]),
        284: (_SHORT, [2 if layout.is_planar else 1]),
        317: (_SHORT, [layout.predictor]),
        339: (_SHORT, [_FORMATS[numbers.dtype.kind]] * channels),
    }
    if extra:
        entries[338] = (_SHORT, list(extra))
    if layout.is_tiled:
        entries |= {322: (_LONG, [layout.side]), 323: (_LONG, [layout.side])}
    else:
        entries[278] = (_LONG, [layout.side])
    for tag, value in (tags or {}).items():
        if isinstance(value, bytes):
            entries[tag] = (_BYTES, value)
        elif isinstance(value, tuple):
            entries[tag] = (_RATIONAL, list(value))
        else:
            entries[tag] = (_SHORT, [value])
    return _file(entries, strips, layout)


def _parts(numbers: NDArray[Any], layout: Layout) -> list[NDArray[Any]]:
    """The strips or tiles: row by row, and plane by plane where those are separate."""
    height, width, channels = numbers.shape
    planes = np.split(numbers, channels, axis=2) if layout.is_planar else [numbers]
    side = layout.side
    if not layout.is_tiled:
        return [plane[top : top + side] for plane in planes for top in range(0, height, side)]
    room = ((0, -height % side), (0, -width % side), (0, 0))
    return [
        padded[top : top + side, left : left + side]
        for padded in (np.pad(plane, room, mode="reflect") for plane in planes)
        for top in range(0, height, side)
        for left in range(0, width, side)
    ]


def _packed(part: NDArray[Any], layout: Layout) -> bytes:
    kind = f"{part.dtype.kind}{part.itemsize}"
    if layout.predictor == 2:
        part = np.diff(part, axis=1, prepend=part.dtype.type(0))
    if layout.predictor == 3:
        rows = np.ascontiguousarray(part, f">{kind}").view(np.uint8)
        by_rank = rows.reshape(len(part), -1, part.itemsize).transpose(0, 2, 1)
        steps = by_rank.reshape(len(part), -1, part.shape[2])
        stored = np.diff(steps, axis=1, prepend=np.uint8(0)).reshape(len(part), -1)
    else:
        stored = np.ascontiguousarray(part, layout.order + kind).view(np.uint8)
        stored = stored.reshape(len(part), -1)
    if layout.compression == DEFLATE:
        return zlib.compress(stored.tobytes())
    if layout.compression == PACKBITS:
        return b"".join(packbits(row) for row in stored)
    return _lzw(stored) if layout.compression == LZW else stored.tobytes()


def packbits(row: NDArray[np.uint8]) -> bytes:
    """Runs of three and more, and what stands between them (TIFF 6.0, section 9)."""
    packed, literal = bytearray(), bytearray()

    def flush() -> None:
        for start in range(0, len(literal), 128):
            piece = literal[start : start + 128]
            packed.extend([len(piece) - 1, *piece])
        literal.clear()

    place = 0
    while place < len(row):
        same = row[place : place + 128] == row[place]
        run = len(same) if same.all() else int(same.argmin())
        if run >= 3:
            flush()
            packed.extend([257 - run, int(row[place])])
        else:
            literal.extend(row[place : place + run].tolist())
        place += run
    flush()
    return bytes(packed)


def _lzw(stored: NDArray[np.uint8]) -> bytes:
    """By libtiff, from a picture of grey."""
    buffer = io.BytesIO()
    rows = {278: stored.shape[0]}
    Image.fromarray(stored).save(buffer, "TIFF", compression="tiff_lzw", tiffinfo=rows)
    with Image.open(buffer) as image:
        tags = image.tag_v2  # type: ignore[attr-defined]
        assert len(tags[273]) == 1, TAGS[273]
        return buffer.getvalue()[tags[273][0] : tags[273][0] + tags[279][0]]


def _file(
    entries: dict[int, tuple[int, list[int] | bytes]], strips: list[bytes], layout: Layout
) -> bytes:
    order = layout.order
    places, counts = (324, 325) if layout.is_tiled else (273, 279)
    entries[places] = (_LONG, [0] * len(strips))
    entries[counts] = (_LONG, [len(strip) for strip in strips])
    start = 8 + 2 + 12 * len(entries) + 4
    behind = {
        tag: content
        for tag, (kind, values) in entries.items()
        if tag != places and len(content := _content(order, kind, values)) > 4
    }
    first = start + sum(map(len, behind.values())) + (4 * len(strips) if len(strips) > 1 else 0)
    offsets = [first + sum(map(len, strips[:number])) for number in range(len(strips))]
    entries[places] = (_LONG, offsets)
    if len(strips) > 1:
        behind[places] = _content(order, _LONG, offsets)
    directory, further = b"", b""
    for tag, (kind, values) in sorted(entries.items()):
        content = _content(order, kind, values)
        count = len(values) // 2 if kind == _RATIONAL else len(values)
        if tag in behind:
            place = struct.pack(order + "I", start + len(further))
            further += content
        else:
            place = content.ljust(4, b"\0")
        directory += struct.pack(order + "HHI", tag, kind, count) + place
    head = (b"II" if order == "<" else b"MM") + struct.pack(order + "HI", 42, 8)
    count_of_entries = struct.pack(order + "H", len(entries))
    return b"".join([head, count_of_entries, directory, bytes(4), further, *strips])


def _content(order: str, kind: int, values: list[int] | bytes) -> bytes:
    if isinstance(values, bytes):
        return values
    return struct.pack(f"{order}{len(values)}{'H' if kind == _SHORT else 'I'}", *values)
