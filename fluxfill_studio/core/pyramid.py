"""Reduced levels of a picture, so that drawing costs what the view costs, not the picture."""

from __future__ import annotations

import math
from itertools import pairwise

import cv2
import numpy as np

from fluxfill_studio.core.geometry import Rect, Size
from fluxfill_studio.core.types import Pixels, Plane

# Levels end when the picture is about as small as a thumbnail.
_SMALLEST_SIDE = 64


class Pyramid:
    """`levels[k]` is the picture reduced by 2^k, each pixel the mean of 2 × 2 of the level before.

    Odd sizes are rounded up with the edge repeated, so that pixel (x, y) of level k always
    covers [x, x + 1) × 2^k of the picture. `levels[0]` is the given array itself, shape
    (height, width) or (height, width, 3), 8 bits; after it has been written to, `update` must be
    told where.
    """

    def __init__(self, base: Plane | Pixels) -> None:
        self.levels: list[Plane | Pixels] = [base]
        while max(self.levels[-1].shape[:2]) > _SMALLEST_SIDE:
            self.levels.append(_halved(self.levels[-1]))

    @property
    def size(self) -> Size:
        height, width = self.levels[0].shape[:2]
        return Size(width, height)

    def update(self, rect: Rect) -> None:
        """Bring the reduced levels up to date after `rect` of the picture has changed."""
        for finer, coarser in pairwise(self.levels):
            height, width = coarser.shape[:2]
            rect = Rect.from_bounds(
                rect.x // 2, rect.y // 2, (rect.right + 1) // 2, (rect.bottom + 1) // 2
            ).intersected(Rect(0, 0, width, height))
            if rect.is_empty:
                return
            rows = slice(2 * rect.y, 2 * rect.bottom)
            columns = slice(2 * rect.x, 2 * rect.right)
            coarser[rect.slices] = _halved(finer[rows, columns])

    def level_for(self, scale: float) -> int:
        """The coarsest level that still has a pixel for every view pixel at `scale`."""
        if scale >= 1:
            return 0
        return min(math.floor(-math.log2(scale) + 1e-9), len(self.levels) - 1)


def _halved(pixels: Plane | Pixels) -> Plane | Pixels:
    height, width = pixels.shape[:2]
    if height % 2 or width % 2:
        even = cv2.copyMakeBorder(pixels, 0, height % 2, 0, width % 2, cv2.BORDER_REPLICATE)
        pixels = np.asarray(even, np.uint8)
    size = (pixels.shape[1] // 2, pixels.shape[0] // 2)
    return np.asarray(cv2.resize(pixels, size, interpolation=cv2.INTER_AREA), np.uint8)
