"""Bringing a result back: the fill goes into the full-size source, inside the mask only."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np

from fluxfill_studio.core.codec import resized
from fluxfill_studio.core.geometry import Rect, Size
from fluxfill_studio.core.plan import Plan
from fluxfill_studio.core.request import Mode
from fluxfill_studio.core.source import Source
from fluxfill_studio.core.types import Pixels, Plane

# Blending goes in bands of this many rows, so that its 16-bit intermediates stay small.
_BAND = 256


@dataclass(frozen=True, eq=False)
class Fill:
    """What a run brought back, with what it needs to become a picture.

    `raw` is the service's picture as it came, of any size. `mask` is the painted mask within
    `plan.crop` as it was at the run, or None for an outpaint.
    """

    source: Source
    plan: Plan
    mask: Plane | None
    raw: Pixels

    @property
    def mode(self) -> Mode:
        return Mode.OUTPAINT if self.mask is None else Mode.INPAINT

    @property
    def size(self) -> Size:
        """The size of `picture()`."""
        if self.mask is not None:
            return self.source.size
        height, width = self.raw.shape[:2]
        return Size(width, height)

    def picture(self) -> Pixels:
        """The finished picture: the source with the fill blended in, a new array.

        An outpaint is `raw` itself: where the source lies inside it is the service's own decision.
        """
        if self.mask is None:
            return self.raw
        return composite(self.source.pixels, self.raw, self.plan.crop, self.mask)

    def changed_outside(self, picture: Pixels) -> int:
        """How many pixels of `picture` differ from the source where nothing is painted."""
        if self.mask is None:
            raise ValueError("an outpaint has no outside of the mask")
        whole = np.zeros(self.source.size.shape, np.uint8)
        whole[self.plan.crop.slices] = self.mask
        return changed_where_unpainted(self.source.pixels, picture, whole)


@dataclass(frozen=True, eq=False)
class Outcome:
    """A fill, its finished picture, and how many pixels changed outside the mask (inpaint).

    `thumbnail` is the picture reduced, for lists of results.
    """

    fill: Fill
    picture: Pixels
    thumbnail: Pixels
    changed_outside: int | None


def composite(source: Pixels, fill: Pixels, crop: Rect, mask: Plane) -> Pixels:
    """A copy of `source` with `fill` blended into `crop` by the coverage in `mask`.

    `fill` is of any size and is scaled to the crop; `mask` has the crop's shape. A pixel of
    coverage m becomes source + (fill - source) · m / 255, rounded; one of coverage 0 keeps its
    bytes.
    """
    if mask.shape != crop.size.shape:
        raise ValueError(f"mask of shape {mask.shape} for a crop of {crop.size}")
    fill = resized(fill, crop.size)
    result = source.copy()
    target = result[crop.slices]
    for rows in _bands(crop.height):
        weight = mask[rows, :, None].astype(np.uint16)
        # 255 · 255 + 127 fits 16 bits.
        mixed = target[rows] * (255 - weight) + fill[rows] * weight
        target[rows] = (mixed + 127) // 255
    return result


def changed_where_unpainted(before: Pixels, after: Pixels, mask: Plane) -> int:
    """The number of pixels that differ in any channel where `mask` is zero."""
    count = 0
    for rows in _bands(mask.shape[0]):
        differs = (before[rows] != after[rows]).any(axis=2)
        count += int(np.count_nonzero(differs & (mask[rows] == 0)))
    return count


def _bands(height: int) -> Iterator[slice]:
    for start in range(0, height, _BAND):
        yield slice(start, min(start + _BAND, height))
