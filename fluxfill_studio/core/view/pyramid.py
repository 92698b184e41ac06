"""Reduced levels of a picture, so that drawing costs what the view costs, not the picture."""

from __future__ import annotations

import math

import cv2
import numpy as np

from fluxfill_studio.core.geometry import Rect, Size
from fluxfill_studio.core.types import Pixels, Plane

# Levels end when the picture is about as small as a thumbnail.
_SMALLEST_SIDE = 64
# What is stale is remembered by tiles of 2^8 pixels of the picture.
_STALE_SHIFT = 8


class Pyramid:
    """Level k is the picture reduced by 2^k, each pixel the mean of 2 × 2 of the level before.

    Odd sizes are rounded up with the edge repeated, so that pixel (x, y) of level k always
    covers [x, x + 1) × 2^k of the picture. Level 0 is the given array itself, shape
    (height, width) or (height, width, 3), 8 bits; after it has been written to, `update` must be
    told where.

    Levels as coarse as the one that was asked for last are kept up to date; what lies beyond
    them follows when it is asked for, so painting at 100 % never pays for the reduced picture.
    """

    def __init__(self, base: Plane | Pixels, size: Size | None = None, finest: int = 0) -> None:
        height, width = base.shape[:2]
        self.size = size or Size(width, height)
        self._finest = finest
        self._levels: list[Plane | Pixels] = [base]
        while max(self._levels[-1].shape[:2]) > _SMALLEST_SIDE:
            self._levels.append(_halved(self._levels[-1]))
        self._kept = len(self._levels) - 1
        tiles = (-(-side >> _STALE_SHIFT) for side in self.size.shape)
        self._stale = np.zeros(tuple(tiles), np.bool_)

    @classmethod
    def of_reduced(cls, pixels: Pixels, size: Size) -> Pyramid:
        """Of a picture of `size` of which no more than a reduced copy is known yet."""
        finest = max(0, round(math.log2(size.long_side / max(pixels.shape[:2]))))
        width, height = (-(-side >> finest) for side in (size.width, size.height))
        level = cv2.resize(pixels, (width, height), interpolation=cv2.INTER_LINEAR)
        return cls(np.asarray(level, np.uint8), size, finest)

    @property
    def base(self) -> Plane | Pixels:
        """The finest level, the picture itself where it is known."""
        return self._levels[0]

    def update(self, rect: Rect) -> None:
        """Bring the levels in use up to date after `rect`, inside the picture, has changed."""
        if rect.is_empty:
            return
        if self._kept < len(self._levels) - 1:
            rows = slice(rect.y >> _STALE_SHIFT, -(-rect.bottom >> _STALE_SHIFT))
            columns = slice(rect.x >> _STALE_SHIFT, -(-rect.right >> _STALE_SHIFT))
            self._stale[rows, columns] = True
        self._refresh(rect, 0, self._kept)

    def level_for(self, scale: float) -> int:
        """The coarsest level that still has a pixel for every view pixel at `scale`, if any has."""
        fitting = 0 if scale >= 1 else math.floor(-math.log2(scale) + 1e-9)
        return min(max(fitting, self._finest), self._finest + len(self._levels) - 1)

    def level(self, index: int) -> Plane | Pixels:
        """A level that `level_for` names, up to date."""
        index -= self._finest
        if index > self._kept:
            self._catch_up()
        self._kept = index
        return self._levels[index]

    def _catch_up(self) -> None:
        """Bring what has become stale up to date, on all levels."""
        whole = Rect.of(self.size)
        for row in np.flatnonzero(self._stale.any(axis=1)):
            columns = np.flatnonzero(self._stale[row])
            left, right = int(columns[0]), int(columns[-1]) + 1
            strip = Rect.from_bounds(left, int(row), right, int(row) + 1)
            rect = strip.scaled(1 << _STALE_SHIFT).intersected(whole)
            self._refresh(rect, self._kept, len(self._levels) - 1)
        self._stale[:] = False

    def _refresh(self, rect: Rect, first: int, last: int) -> None:
        """Make levels `first` + 1 to `last` anew in `rect` of the picture."""
        left, top, right, bottom = rect.x, rect.y, rect.right, rect.bottom
        for index in range(1, last + 1):
            left, top, right, bottom = left // 2, top // 2, (right + 1) // 2, (bottom + 1) // 2
            if index > first:
                finer, coarser = self._levels[index - 1 : index + 1]
                part = finer[2 * top : 2 * bottom, 2 * left : 2 * right]
                coarser[top:bottom, left:right] = _halved(part)


def _halved(pixels: Plane | Pixels) -> Plane | Pixels:
    height, width = pixels.shape[:2]
    if height % 2 or width % 2:
        even = cv2.copyMakeBorder(pixels, 0, height % 2, 0, width % 2, cv2.BORDER_REPLICATE)
        pixels = np.asarray(even, np.uint8)
    size = (pixels.shape[1] // 2, pixels.shape[0] // 2)
    return np.asarray(cv2.resize(pixels, size, interpolation=cv2.INTER_AREA), np.uint8)
