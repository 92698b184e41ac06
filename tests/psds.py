"""Photoshop files with a merged picture and no layers worth the name, written by the book."""

from __future__ import annotations

import struct
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from tests.tiffs import packbits

BITMAP, GREY, INDEXED, RGB, CMYK, MULTICHANNEL, DUOTONE, LAB = 0, 1, 2, 3, 4, 7, 8, 9


@dataclass(frozen=True)
class Form:
    """How a file is written. `is_transparent` says that the first extra channel is the alpha."""

    is_packed: bool = True
    is_big: bool = False
    is_transparent: bool = False
    palette: bytes = b""

    @property
    def length(self) -> str:
        return ">Q" if self.is_big else ">I"


def psd(
    stored: NDArray[Any],
    mode: int,
    form: Form = Form(),
    *,
    resources: Mapping[int, bytes] | None = None,
) -> bytes:
    """`stored` are the channels as they stand in the file, shape (channels, height, width).

    Of 8 and 16 bits, 32 bits of floating point, or bool for one bit.
    """
    channels, height, width = stored.shape
    depth = 1 if stored.dtype == bool else 8 * stored.itemsize
    header = struct.pack(
        ">4sH6xHIIHH", b"8BPS", 2 if form.is_big else 1, channels, height, width, depth, mode
    )
    blocks = b"".join(
        struct.pack(">4sHHI", b"8BIM", number, 0, len(content)) + content + bytes(len(content) % 2)
        for number, content in (resources or {}).items()
    )
    sections = [
        struct.pack(">I", len(form.palette)) + form.palette,
        struct.pack(">I", len(blocks)) + blocks,
        _layers(form, depth),
    ]
    return b"".join([header, *sections, _merged(stored, form)])


def _layers(form: Form, depth: int) -> bytes:
    """One empty layer, which deep files keep behind the others' place."""
    count = struct.pack(">h", -1 if form.is_transparent else 1)
    # Bounds, no channels, blend mode, opacity to filler, and no extra data.
    layer = count + struct.pack(">4IH4s4s4BI", 0, 0, 0, 0, 0, b"8BIM", b"norm", 255, 0, 0, 0, 0)
    layer += bytes(-len(layer) % 4)
    if depth <= 8:
        info = struct.pack(form.length, len(layer)) + layer
        content = info + struct.pack(">I", 0)
    else:
        key = b"Lr16" if depth == 16 else b"Lr32"
        patterns = struct.pack(">4s4sI", b"8BIM", b"Patt", 3) + bytes(4)
        block = struct.pack(">4s4s", b"8BIM", key) + struct.pack(form.length, len(layer)) + layer
        content = struct.pack(form.length, 0) + struct.pack(">I", 0) + patterns + block
    return struct.pack(form.length, len(content)) + content


def _merged(stored: NDArray[Any], form: Form) -> bytes:
    if stored.dtype == bool:
        planes = np.packbits(stored, axis=2)
    else:
        planes = np.ascontiguousarray(stored, stored.dtype.newbyteorder(">")).view(np.uint8)
    if not form.is_packed:
        return struct.pack(">H", 0) + planes.tobytes()
    rows = [packbits(row) for plane in planes for row in plane]
    lengths = struct.pack(f">{len(rows)}{'I' if form.is_big else 'H'}", *map(len, rows))
    return struct.pack(">H", 1) + lengths + b"".join(rows)
