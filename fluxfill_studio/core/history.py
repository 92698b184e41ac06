"""Undo and redo of mask edits as tile-wise differences, held within a byte budget.

A record keeps `before XOR after` of the tiles that changed. Applying it a second time takes it
back, so one copy serves undo and redo alike, and unchanged bytes are zeros that compress away.
"""

from __future__ import annotations

import zlib
from collections import deque
from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np

from fluxfill_studio.core.geometry import Rect, Size, united
from fluxfill_studio.core.types import Plane

TILE = 256
DEFAULT_BUDGET = 256 * 2**20
# What a tile's entry costs beside its compressed bytes: the object, its rectangle, its slot.
_ENTRY_OVERHEAD = 200


@dataclass(frozen=True, slots=True)
class TileDelta:
    """The XOR of one tile: zlib-compressed rows, or one byte where it is the same throughout."""

    rect: Rect
    delta: bytes | int

    @classmethod
    def between(cls, rect: Rect, before: Plane, after: Plane) -> TileDelta | None:
        """What turns `before` into `after`, both of `rect`'s size; None when they are equal."""
        delta = np.bitwise_xor(before, after)
        low, high = int(delta.min()), int(delta.max())
        if high == 0:
            return None
        return cls(rect, high if low == high else zlib.compress(delta.tobytes(), level=1))

    def apply(self, pixels: Plane) -> None:
        target = pixels[self.rect.slices]
        if isinstance(self.delta, int):
            target ^= np.uint8(self.delta)
        else:
            raw = np.frombuffer(zlib.decompress(self.delta), np.uint8)
            target ^= raw.reshape(self.rect.size.shape)

    @property
    def byte_count(self) -> int:
        return _ENTRY_OVERHEAD + (0 if isinstance(self.delta, int) else len(self.delta))


@dataclass(frozen=True)
class UndoRecord:
    """One step: the tiles that an edit changed."""

    tiles: tuple[TileDelta, ...]

    def apply(self, pixels: Plane) -> Rect:
        """Undo or redo the step on `pixels` in place; returns what changed."""
        for tile in self.tiles:
            tile.apply(pixels)
        return united(tile.rect for tile in self.tiles)

    @property
    def byte_count(self) -> int:
        return sum(tile.byte_count for tile in self.tiles)


class History:
    """The steps of one mask. The oldest go when their sum passes `budget` bytes."""

    def __init__(self, budget: int = DEFAULT_BUDGET) -> None:
        self._budget = budget
        self._done: deque[UndoRecord] = deque()
        self._undone: list[UndoRecord] = []
        self._byte_count = 0

    @property
    def can_undo(self) -> bool:
        return bool(self._done)

    @property
    def can_redo(self) -> bool:
        return bool(self._undone)

    @property
    def byte_count(self) -> int:
        """Bytes held by all records, undone ones included."""
        return self._byte_count

    def push(self, record: UndoRecord) -> None:
        """Add a step that has just been done; what was undone cannot be redone any more."""
        self._byte_count -= sum(undone.byte_count for undone in self._undone)
        self._undone.clear()
        self._done.append(record)
        self._byte_count += record.byte_count
        while self._byte_count > self._budget and len(self._done) > 1:
            self._byte_count -= self._done.popleft().byte_count

    def undo(self, pixels: Plane) -> Rect:
        """Take back the latest step; returns what changed. Raises IndexError without one."""
        record = self._done.pop()
        self._undone.append(record)
        return record.apply(pixels)

    def redo(self, pixels: Plane) -> Rect:
        """Do the latest undone step again; returns what changed. Raises IndexError without one."""
        record = self._undone.pop()
        self._done.append(record)
        return record.apply(pixels)


def tiles_of(rect: Rect, size: Size) -> Iterator[tuple[int, int, Rect]]:
    """Row, column and rectangle of every tile of a picture of `size` that `rect` meets."""
    whole = Rect.of(size)
    for row in range(rect.y // TILE, -(-rect.bottom // TILE)):
        for column in range(rect.x // TILE, -(-rect.right // TILE)):
            yield row, column, Rect(column * TILE, row * TILE, TILE, TILE).intersected(whole)
