"""Undo and redo of mask edits as tile-wise differences, held within a byte budget.

A record keeps `before XOR after` of the tiles that changed. Applying it a second time takes it
back, so one copy serves undo and redo alike, and unchanged bytes are zeros that compress away.
A new record is not compressed, so that ending a stroke costs no more than a frame; `compressed`
makes the copy that is kept, which may be done in another thread.
"""

from __future__ import annotations

import zlib
from collections import deque
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass

import cv2
import numpy as np

from fluxfill_studio.core.geometry import Rect, Size
from fluxfill_studio.core.types import Plane

TILE = 128
DEFAULT_BUDGET = 256 * 2**20
LATEST_BUDGET = 16 * 2**20
# What a tile's entry costs beside its compressed bytes: the object, its rectangle, its slot.
_ENTRY_OVERHEAD = 200
# Tiles packed together: enough that the start of a stream does not count, and at most 4 MB.
_PACK = 256


@dataclass(frozen=True, slots=True, eq=False)
class TileDelta:
    """The XOR of one tile, or one byte where it is the same throughout.

    `rect` is the part of the tile in which anything changed.
    """

    rect: Rect
    delta: Plane | int

    @classmethod
    def between(cls, tile: Rect, before: Plane, after: Plane) -> TileDelta | None:
        """What turns `before` into `after`, both of `tile`'s size; None when they are equal."""
        delta = cv2.bitwise_xor(before, after)
        x, y, width, height = cv2.boundingRect(delta)
        if not width:
            return None
        changed = np.asarray(delta[y : y + height, x : x + width], np.uint8)
        rect = Rect(tile.x + x, tile.y + y, width, height)
        low, high, *_ = cv2.minMaxLoc(changed)
        if low == high:
            return cls(rect, int(high))
        # A copy lets go of what lies around it.
        return cls(rect, changed if changed.size == delta.size else changed.copy())

    def apply(self, pixels: Plane) -> None:
        pixels[self.rect.slices] ^= np.uint8(self.delta) if self.is_even else self.delta

    @property
    def is_even(self) -> bool:
        return isinstance(self.delta, int)

    @property
    def byte_count(self) -> int:
        return _ENTRY_OVERHEAD + (0 if isinstance(self.delta, int) else self.delta.size)


@dataclass(frozen=True, slots=True, eq=False)
class Packed:
    """Deltas of several tiles, one after the other: a raw DEFLATE stream (RFC 1951)."""

    rects: tuple[Rect, ...]
    stream: bytes

    @classmethod
    def of(cls, tiles: Sequence[TileDelta]) -> Packed:
        packer = zlib.compressobj(level=1, wbits=-zlib.MAX_WBITS)
        parts = [packer.compress(np.asarray(tile.delta).tobytes()) for tile in tiles]
        return cls(tuple(tile.rect for tile in tiles), b"".join(parts) + packer.flush())

    def apply(self, pixels: Plane) -> None:
        size = sum(rect.area for rect in self.rects)
        deltas = np.frombuffer(zlib.decompress(self.stream, -zlib.MAX_WBITS, size), np.uint8)
        start = 0
        for rect in self.rects:
            end = start + rect.area
            pixels[rect.slices] ^= deltas[start:end].reshape(rect.size.shape)
            start = end

    @property
    def byte_count(self) -> int:
        return _ENTRY_OVERHEAD * len(self.rects) + len(self.stream)


@dataclass(frozen=True, eq=False)
class UndoRecord:
    """One step: the tiles that an edit changed, some of them packed."""

    tiles: tuple[TileDelta, ...]
    packs: tuple[Packed, ...] = ()

    def apply(self, pixels: Plane) -> list[Rect]:
        """Undo or redo the step on `pixels` in place; returns what changed, top to bottom."""
        for tile in self.tiles:
            tile.apply(pixels)
        for pack in self.packs:
            pack.apply(pixels)
        return side_by_side(self._rects)

    def compressed(self) -> UndoRecord:
        """The same step in fewer bytes; takes a few milliseconds for each megapixel."""
        uneven = [tile for tile in self.tiles if not tile.is_even]
        packs = [Packed.of(uneven[i : i + _PACK]) for i in range(0, len(uneven), _PACK)]
        even = tuple(tile for tile in self.tiles if tile.is_even)
        return UndoRecord(even, (*self.packs, *packs))

    @property
    def _rects(self) -> Iterator[Rect]:
        yield from (tile.rect for tile in self.tiles)
        for pack in self.packs:
            yield from pack.rects

    @property
    def area(self) -> int:
        """How many pixels `apply` writes."""
        return sum(rect.area for rect in self._rects)

    @property
    def byte_count(self) -> int:
        tiles = sum(tile.byte_count for tile in self.tiles)
        return tiles + sum(pack.byte_count for pack in self.packs)


class History:
    """The steps of one mask. The oldest go when their sum passes `budget` bytes.

    The latest ones are also kept as they were before they were compressed, within a budget of
    their own: what is undone is mostly what was just done.
    """

    def __init__(self, budget: int = DEFAULT_BUDGET, latest: int = LATEST_BUDGET) -> None:
        self._budget = budget
        self._latest_budget = latest
        self._done: deque[UndoRecord] = deque()
        self._undone: list[UndoRecord] = []
        self._byte_count = 0
        self._latest: deque[tuple[UndoRecord, UndoRecord]] = deque()
        self._latest_bytes = 0

    @property
    def can_undo(self) -> bool:
        return bool(self._done)

    @property
    def can_redo(self) -> bool:
        return bool(self._undone)

    @property
    def byte_count(self) -> int:
        """Bytes of all steps, undone ones included, as they are kept for good."""
        return self._byte_count

    def push(self, record: UndoRecord) -> None:
        """Add a step that has just been done; what was undone cannot be redone any more."""
        self._byte_count -= sum(undone.byte_count for undone in self._undone)
        self._undone.clear()
        self._done.append(record)
        self._byte_count += record.byte_count
        while self._byte_count > self._budget and len(self._done) > 1:
            self._byte_count -= self._done.popleft().byte_count

    def replace(self, record: UndoRecord, by: UndoRecord) -> None:
        """Keep `by`, which does the same in fewer bytes, where `record` is still kept."""
        for records in (self._done, self._undone):
            for index, kept in enumerate(records):
                if kept is record:
                    records[index] = by
                    byte_count = record.byte_count
                    self._byte_count += by.byte_count - byte_count
                    self._latest.append((by, record))
                    self._latest_bytes += byte_count
                    while self._latest_bytes > self._latest_budget:
                        self._latest_bytes -= self._latest.popleft()[1].byte_count
                    return

    def undo(self) -> UndoRecord:
        """Step back: returns the step that the caller takes back. Raises IndexError without one."""
        record = self._done.pop()
        self._undone.append(record)
        return self._fastest(record)

    def redo(self) -> UndoRecord:
        """Step forth: returns the step that the caller does again. Raises IndexError without."""
        record = self._undone.pop()
        self._done.append(record)
        return self._fastest(record)

    def _fastest(self, record: UndoRecord) -> UndoRecord:
        """The form of a step that is applied fastest."""
        return next((before for after, before in self._latest if after is record), record)


def side_by_side(rects: Iterable[Rect]) -> list[Rect]:
    """Rectangles each within a tile, those of neighbours in a row as one; top to bottom."""
    joined: list[Rect] = []
    latest = (-1, -1)
    for row, column, rect in sorted(
        ((rect.y // TILE, rect.x // TILE, rect) for rect in rects), key=lambda place: place[:2]
    ):
        if latest == (row, column - 1):
            joined[-1] = joined[-1].united(rect)
        else:
            joined.append(rect)
        latest = (row, column)
    return joined


def tiles_of(rect: Rect) -> tuple[slice, slice]:
    """The rows and columns of the tiles that `rect` meets."""
    return (
        slice(rect.y // TILE, -(-rect.bottom // TILE)),
        slice(rect.x // TILE, -(-rect.right // TILE)),
    )


def tile_at(row: int, column: int, size: Size) -> Rect:
    """The part of a picture of `size` that a tile covers."""
    return Rect(column * TILE, row * TILE, TILE, TILE).intersected(Rect.of(size))
