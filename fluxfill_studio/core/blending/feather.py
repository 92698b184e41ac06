"""How much of the fill shows at every pixel: all inside the mask, nothing outside, soft between."""

from __future__ import annotations

import math
from dataclasses import dataclass
from functools import cached_property
from typing import Final

import cv2
import numpy as np
from numpy.typing import NDArray

from fluxfill_studio.core.geometry import Rect, Size
from fluxfill_studio.core.painting.mask import Mask
from fluxfill_studio.core.painting.selection import grow
from fluxfill_studio.core.planning.sent import GROWTH
from fluxfill_studio.core.types import Plane

Shares = NDArray[np.float32]
"""How much of the fill shows, 0 to 1, or lengths in pixels, shape (height, width)."""

MAX_FEATHER: Final = 255
"""The longest ramp, in pixels."""

# Distances by steps within 5 × 5 pixels, at most two percent off, in half the time of exact ones.
_DISTANCE_MASK: Final = cv2.DIST_MASK_5
# How thick the mask is, is kept for cells of this side, and found for so many rows at a time.
_CELL: Final = 4
_STRIP: Final = 1024
# Discs inside the mask stand for all that lies within so many of their radii: a corner of 90° is
# √2 away, and is no thin place.
_DISC_REACH: Final = 1.5
# How fast, per pixel, a ramp that was short in a thin place may become long again.
_LENGTHENING: Final = 0.25


@dataclass(frozen=True)
class Ramp:
    """The fill rises over `length` pixels from the mask's edge inwards, 0 for at once.

    At most MAX_FEATHER. Where the mask is thin the ramp is shorter: it takes at most `share` of
    the way to the middle, so that the middle of a hairline still shows the fill. It begins at
    `start`, 0 to 1/2, from the centre of the nearest pixel outside.
    """

    length: float
    share: float = 0.75
    start: float = 0.0

    @property
    def full(self) -> float:
        """The distance to the nearest pixel outside at which all of the fill shows, at least 1."""
        return 1 + min(self.length, MAX_FEATHER)

    @property
    def reach(self) -> int:
        """How many pixels away thin places matter."""
        return math.ceil(_DISC_REACH * self.full / self.share + self.full / _LENGTHENING)


class Stencil:
    """The painted mask of a crop, and how the fill shows through it.

    Any rectangle can be had by itself. How thick the mask is is found when it is first asked for,
    and kept: a byte for every four pixels of the crop.
    """

    def __init__(self, painted: Plane, white: Plane, crop: Rect, size: Size) -> None:
        """`painted` is the coverage within `crop`, a rectangle of a picture of `size`.

        `white` is the mask of the crop as it was sent, of any size.
        """
        self.painted = painted
        self.white = white
        self.crop = crop
        self.size = size

    @cached_property
    def bounds(self) -> Rect:
        """The smallest rectangle of the crop around what is painted."""
        return Mask(self.crop.size, self.painted).bounds

    @property
    def reach(self) -> int:
        """How many pixels from what is painted white was sent, at most: none grows farther."""
        height, width = self.white.shape
        cell: float = max(self.crop.width / width, self.crop.height / height)
        # Diagonally, and from the far side of a pixel that is only touched.
        return math.ceil(math.sqrt(2) * (GROWTH + 1) * cell)

    def coverage(self, rect: Rect, grown: int = 0) -> Plane:
        """The coverage in `rect` of the crop, grown by so many pixels where white was sent."""
        grown = min(grown, self.reach)
        if grown == 0:
            return self.painted[rect.slices]
        around = rect.grown(grown).intersected(Rect.of(self.crop.size))
        mask = Mask(around.size, self.painted[around.slices].copy())
        with mask.edit() as edit:
            grow(edit, grown)
            edit.commit()
        height, width = self.white.shape
        rows = np.arange(rect.y, rect.bottom) * height // self.crop.height
        columns = np.arange(rect.x, rect.right) * width // self.crop.width
        inner = mask.pixels[rect.moved(-around.x, -around.y).slices]
        return np.minimum(inner, self.white[np.ix_(rows, columns)])

    def shares(self, rect: Rect, ramp: Ramp, grown: int = 0) -> Shares | None:
        """What shows in `rect` of the crop: zero exactly where the coverage is; None for nothing.

        The coverage, times a smooth ramp of the distance from where it is zero. The picture's
        own border is no edge of the mask.
        """
        grown = min(grown, self.reach)
        far = math.ceil(ramp.full) if ramp.length > 0 else 0
        window = rect.grown(far).intersected(Rect.of(self.crop.size))
        coverage = self.coverage(window, grown)
        inner = rect.moved(-window.x, -window.y).slices
        if not coverage[inner].any():
            return None
        shares = coverage[inner] * np.float32(1 / 255)
        if ramp.length > 0:
            depth = self._depth(coverage, window)[inner]
            if float(depth.min()) < ramp.full:
                depth -= np.float32(ramp.start)
                shares *= _smooth(depth / (self._full_depth(rect, ramp, grown) - ramp.start))
        return shares

    def _depth(self, coverage: Plane, window: Rect) -> Shares:
        """The distance to the nearest pixel of the window that is not covered, from 1 inside."""
        crop, size = self.crop, self.size
        # A pixel more where the crop ends inside the picture, as nothing is painted beyond.
        rim = (
            int(window.y == 0 and crop.y > 0),
            int(window.bottom == crop.height and crop.bottom < size.height),
            int(window.x == 0 and crop.x > 0),
            int(window.right == crop.width and crop.right < size.width),
        )
        bordered = cv2.copyMakeBorder(coverage, *rim, cv2.BORDER_CONSTANT, value=0)
        depth = cv2.distanceTransform(bordered, cv2.DIST_L2, _DISTANCE_MASK)
        height, width = coverage.shape
        return np.asarray(depth[rim[0] :, rim[2] :][:height, :width], np.float32)

    @cached_property
    def _depths(self) -> Shares:
        """The largest depth in every cell, right up to what the longest ramp asks for."""
        width, height = self.crop.width, self.crop.height
        result = np.zeros((-(-height // _CELL), -(-width // _CELL)), np.float32)
        square = np.ones((_CELL, _CELL), np.uint8)
        left, right = self.bounds.x // _CELL * _CELL, self.bounds.right
        for top in range(self.bounds.y // _CELL * _CELL, self.bounds.bottom, _STRIP):
            strip = Rect.from_bounds(left, top, right, min(top + _STRIP, height))
            window = strip.grown(MAX_FEATHER + 2).intersected(Rect.of(self.crop.size))
            depth = self._depth(self.painted[window.slices], window)
            inner = depth[strip.moved(-window.x, -window.y).slices]
            cells = cv2.dilate(inner, square, anchor=(0, 0))[::_CELL, ::_CELL]
            rows, columns = cells.shape
            result[top // _CELL :, left // _CELL :][:rows, :columns] = cells
        return result

    def _full_depth(self, rect: Rect, ramp: Ramp, grown: int) -> Shares | float:
        """The depth at which all of the fill shows in `rect`: less where the mask is thin.

        A place is as thick as the disc inside the mask that comes near it, if discs of all lesser
        sizes do so too (after Hildebrand and Rüegsegger 1997). Around thin places the ramp is
        shortened as well, gradually: where a hairline runs into a broad stroke, it would else break
        off at the stroke's ramp.
        """
        height, width = self._depths.shape
        far = -(-ramp.reach // _CELL) + 1
        left, top = max(0, rect.x // _CELL - far), max(0, rect.y // _CELL - far)
        right, bottom = -(-rect.right // _CELL) + far, -(-rect.bottom // _CELL) + far
        cells = self._depths[top : min(bottom, height), left : min(right, width)]
        result: Shares | None = None
        step = ramp.full
        while step > 1:
            # The longest ramps are taken as if they were a little shorter.
            disc = min(step / ramp.share, MAX_FEATHER)
            away = _CELL * _distance_to(cells + grown >= disc)
            thin = (cells > 0) & (away > _DISC_REACH * disc + _CELL)
            step = max(1.0, step / 2)
            if thin.any():
                # From the neighbouring cells on, between which the lengths are interpolated.
                apart = np.maximum(_distance_to(thin) - 1.5, 0)
                around = step + _LENGTHENING * _CELL * apart
                result = np.minimum(around, ramp.full if result is None else result)
        if result is None:
            return ramp.full
        size = (_CELL * cells.shape[1], _CELL * cells.shape[0])
        whole = np.asarray(cv2.resize(result, size), np.float32)
        return whole[rect.moved(-_CELL * left, -_CELL * top).slices]


def _smooth(rise: Shares) -> Shares:
    """3t² − 2t³ of what rises from 0 to 1; 0 before and 1 beyond that."""
    rise = np.clip(rise, 0, 1, out=rise)
    result = np.multiply(rise, -2)
    result += 3
    result *= rise
    result *= rise
    return result


def _distance_to(places: NDArray[np.bool_]) -> Shares:
    """How far the nearest of `places` is from every cell; infinite where there is none."""
    if not places.any():
        return np.full(places.shape, np.inf, np.float32)
    others = (~places).astype(np.uint8)
    return np.asarray(cv2.distanceTransform(others, cv2.DIST_L2, _DISTANCE_MASK), np.float32)
