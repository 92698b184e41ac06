"""The mask: 8-bit coverage in the source's size, 255 where the picture is repainted.

Every change is a transaction. `Mask.edit` begins one; whoever paints calls `touch` before the
first write to a rectangle; `commit` closes it into one undo step, `abort` takes it all back.
"""

from __future__ import annotations

from types import TracebackType
from typing import Self

import cv2
import numpy as np

from fluxfill_studio.core.geometry import EMPTY, Rect, Size
from fluxfill_studio.core.painting.history import (
    TILE,
    TileDelta,
    UndoRecord,
    side_by_side,
    tile_at,
    tiles_of,
)
from fluxfill_studio.core.types import Plane


class Mask:
    """A plane of coverage, and the one edit that may be open on it."""

    def __init__(self, size: Size, pixels: Plane | None = None) -> None:
        """An empty mask, or one over `pixels` of shape (height, width), which it then owns."""
        if pixels is not None and pixels.shape != size.shape:
            raise ValueError(f"mask of shape {pixels.shape} for a picture of {size}")
        self.size = size
        self.pixels: Plane = np.zeros(size.shape, np.uint8) if pixels is None else pixels
        self._open: MaskEdit | None = None
        # Lent to the open edit. The system gives memory only to pages that are written to, and
        # takes its time: with planes of its own, every stroke would wait for it again.
        self.before: Plane = np.empty(size.shape, np.uint8)
        self.coverage: Plane = np.zeros(size.shape, np.uint8)

    def edit(self) -> MaskEdit:
        """Begin a transaction. Raises RuntimeError while another one is open."""
        if self._open is not None:
            raise RuntimeError("a mask edit is already open")
        self._open = MaskEdit(self)
        return self._open

    def close_edit(self, edit: MaskEdit) -> None:
        """Called by the edit when it ends."""
        if self._open is not edit:
            raise RuntimeError("this mask edit has ended")
        self._open = None

    @property
    def bounds(self) -> Rect:
        """The smallest rectangle around all coverage above zero; EMPTY for an empty mask."""
        x, y, width, height = cv2.boundingRect(self.pixels)
        return Rect(x, y, width, height) if width else EMPTY


class MaskEdit:
    """One open transaction. As a context manager it aborts what was not committed."""

    def __init__(self, mask: Mask) -> None:
        self.mask = mask
        self._is_open = True
        self.before = mask.before
        """The mask as it was, in what was touched; anything elsewhere."""
        self._collects = False
        rows, columns = -(-mask.size.height // TILE), -(-mask.size.width // TILE)
        self._touched = np.zeros((rows, columns), np.bool_)

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        del kind, error, trace
        if self._is_open:
            self.abort()

    @property
    def coverage(self) -> Plane:
        """Zeros at first: for whoever paints to collect coverage in what was touched."""
        self._collects = True
        return self.mask.coverage

    def touch(self, rect: Rect) -> Rect:
        """Keep `rect`'s pixels before they are written; returns `rect` within the mask."""
        rect = rect.intersected(Rect.of(self.mask.size))
        touched = self._touched[tiles_of(rect)]
        if not touched.all():
            top, left = rect.y // TILE, rect.x // TILE
            for row, column in np.argwhere(~touched):
                place = tile_at(top + int(row), left + int(column), self.mask.size).slices
                self.before[place] = self.mask.pixels[place]
            touched[:] = True
        return rect

    def commit(self) -> UndoRecord | None:
        """End the edit; returns its undo step, not yet compressed, or None for no difference."""
        deltas = (
            TileDelta.between(tile, self.before[tile.slices], self.mask.pixels[tile.slices])
            for tile in self._close()
        )
        tiles = tuple(delta for delta in deltas if delta is not None)
        return UndoRecord(tiles) if tiles else None

    def abort(self) -> list[Rect]:
        """End the edit and put everything back; returns what was put back, top to bottom."""
        tiles = self._close()
        for tile in tiles:
            self.mask.pixels[tile.slices] = self.before[tile.slices]
        return side_by_side(tiles)

    @property
    def area(self) -> int:
        """How many pixels have been kept, in whole tiles."""
        return int(np.count_nonzero(self._touched)) * TILE * TILE

    def _close(self) -> list[Rect]:
        """Give the planes back; returns the tiles that were touched."""
        self.mask.close_edit(self)
        self._is_open = False
        tiles = [
            tile_at(int(row), int(column), self.mask.size)
            for row, column in np.argwhere(self._touched)
        ]
        if self._collects:
            for tile in tiles:
                self.mask.coverage[tile.slices] = 0
        return tiles


def invert(edit: MaskEdit) -> Rect:
    """Turn the mask of `edit` into its opposite; returns what changed."""
    rect = edit.touch(Rect.of(edit.mask.size))
    np.bitwise_not(edit.mask.pixels, out=edit.mask.pixels)
    return rect


def fill(edit: MaskEdit, value: int) -> Rect:
    """Set the whole mask to `value`, 0 to 255; returns what changed."""
    rect = edit.touch(Rect.of(edit.mask.size))
    edit.mask.pixels[:] = value
    return rect
