"""Patch: what came back, as it lies in the crop, in the colours of its surroundings."""

from __future__ import annotations

import math
from functools import cached_property
from typing import Final

import cv2
import numpy as np
from numpy.typing import NDArray

from fluxfill_studio.core.blending.feather import Stencil
from fluxfill_studio.core.blending.matching import Colours, Match, Surroundings, matched
from fluxfill_studio.core.geometry import Rect
from fluxfill_studio.core.picture.resampling import Axis, Grid, Planes, resampled
from fluxfill_studio.core.picture.source import Source
from fluxfill_studio.core.planning.plan import Plan
from fluxfill_studio.core.types import Pixels, Plane

_FULL: Final = 65535
# How many rectangles are kept as they were resampled last: the bands of a view.
_KEPT: Final = 4
# Pixels on either side that a resampled one is made of, with some to spare.
_LANCZOS_REACH: Final = 4
# A gradient is told from texture over squares of this side.
_STEP_SIDE: Final = 49
# The mean distance from the mean, in levels, up to which a square holds nothing but steps of
# rounding (within half a level, a quarter on the average), and from which it holds more.
_STEPS: Final = (0.3, 0.5)


class Patch:
    """The fill of a run, as large as the plan's crop; any rectangle can be had by itself.

    What takes long is done when it is first asked for, and kept: about 12 bytes for every pixel of
    `raw`, and as much for every kind of match.
    """

    def __init__(self, source: Source, plan: Plan, mask: Plane, raw: Pixels) -> None:
        """`mask` is the coverage painted within the crop, `raw` the picture that came back."""
        if mask.shape != plan.crop.size.shape:
            raise ValueError(f"mask of shape {mask.shape} for a crop of {plan.crop}")
        self.source = source
        self.plan = plan
        self.mask = mask
        self.raw = raw
        self._planes: dict[Match, Planes] = {}
        self._latest: tuple[tuple[Grid, Match, NDArray[np.uint16]], ...] = ()

    @cached_property
    def stencil(self) -> Stencil:
        """How the fill shows through the painted mask."""
        white = self.plan.mask(self.mask)
        return Stencil(self.mask, white, self.plan.crop, self.source.size)

    def colours(self, rect: Rect, match: Match) -> NDArray[np.uint16]:
        """The fill in `rect` of the crop: full-range sRGB, shape (height, width, 3)."""
        if self.raw.shape[:2] == self.plan.crop.size.shape:
            return _rounded(self._prepared(match)[:, *rect.slices])
        grid = Grid(Axis(1, rect.x, rect.width), Axis(1, rect.y, rect.height))
        return self.resampled(grid, match)

    def resampled(self, grid: Grid, match: Match) -> NDArray[np.uint16]:
        """The same on a grid that is laid on the crop.

        The latest are kept: while a blend is changed, the same is asked for again and again.
        """
        for known in self._latest:
            if known[:2] == (grid, match):
                return known[2]
        colours = self._resampled(grid, match)
        # Other threads may do the same: one of them is forgotten then, and made again.
        self._latest = (*self._latest[1 - _KEPT :], (grid, match, colours))
        return colours

    def _resampled(self, grid: Grid, match: Match) -> NDArray[np.uint16]:
        planes, crop = self._prepared(match), self.plan.crop
        tall, wide = planes.shape[1] / crop.height, planes.shape[2] / crop.width
        rows, columns = grid.rows, grid.columns
        rows = Axis(tall * rows.scale, tall * rows.start, rows.pixels)
        columns = Axis(wide * columns.scale, wide * columns.start, columns.pixels)
        # What lies aside need not be looked at.
        aside = _LANCZOS_REACH * max(1.0, columns.scale)
        left = max(0, math.floor(columns.start - aside))
        right = math.ceil(columns.start + columns.scale * columns.pixels + aside)
        columns = Axis(columns.scale, columns.start - left, columns.pixels)
        return _rounded(resampled(planes[:, :, left:right], Grid(columns, rows)))

    def _prepared(self, match: Match) -> Planes:
        """The fill in its own size, matched, as levels of 16 bits, and a half to round by."""
        planes = self._planes.get(match)
        if planes is None:
            fill = matched(self._smooth, self._surroundings, match)
            planes = np.ascontiguousarray(np.moveaxis(fill, 2, 0)) * np.float32(257)
            planes += np.float32(0.5)
            self._planes[match] = planes
        return planes

    @cached_property
    def _smooth(self) -> Colours:
        return _without_steps(self.raw)

    @cached_property
    def _surroundings(self) -> Surroundings:
        """What was sent beside what came back of it, wherever it was to be kept."""
        before = self.plan.image(self.source.pixels, self.source.samples.alpha)
        after = self._smooth
        if after.shape != before.shape:
            # In floats: means of few pixels, rounded to a level, are an eighth of one too bright.
            size = (self.plan.sent.width, self.plan.sent.height)
            after = np.asarray(cv2.resize(after, size, interpolation=cv2.INTER_AREA), np.float32)
        return Surroundings.of(before, after, self.stencil.white == 0)


def _rounded(planes: Planes) -> NDArray[np.uint16]:
    clipped = np.asarray(np.clip(planes, 0, _FULL), np.uint16)
    return np.asarray(cv2.merge(list(clipped)), np.uint16)


def _without_steps(raw: Pixels) -> Colours:
    """`raw` without the steps of its 8 bits, where they are all that there is.

    A level stands for the range half a level either side. Where everything around stays within
    that, the mean of it is as true as the level, and no step remains that 16 bits would show.
    """
    levels = raw.astype(np.float32)
    side = (_STEP_SIDE, _STEP_SIDE)
    smooth = cv2.blur(cv2.blur(levels, side), side)
    rest = np.subtract(smooth, levels, out=smooth)
    low, high = _STEPS
    share = (high - cv2.blur(np.abs(rest), side)) / (high - low)
    share = np.clip(share, 0, 1, out=share)
    # Just below a half, so that 8 bits get back the level itself.
    rest = np.clip(rest, -0.49, 0.49, out=rest)
    rest *= share
    levels += rest
    return levels
