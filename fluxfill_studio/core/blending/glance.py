"""A fill as a view that is zoomed out shows it, at what the view costs and not the picture."""

from __future__ import annotations

import math

import cv2
import numpy as np

from fluxfill_studio.core.blending.compose import Blend, mixed
from fluxfill_studio.core.blending.feather import Ramp, Stencil
from fluxfill_studio.core.blending.matching import Match
from fluxfill_studio.core.blending.patch import Patch
from fluxfill_studio.core.geometry import Rect, Size
from fluxfill_studio.core.picture.colour import from_srgb
from fluxfill_studio.core.picture.resampling import Axis, Grid
from fluxfill_studio.core.picture.samples import Samples, Values
from fluxfill_studio.core.planning.sent import GROWTH
from fluxfill_studio.core.types import Pixels


class Glance:
    """A fill on a level of its source's pyramid: what the blend does to it, nearly.

    It is blended as 8-bit sRGB, with a mask that is reduced like the picture.
    """

    def __init__(self, patch: Patch, level: Pixels, shift: int) -> None:
        """`level` is the source's picture reduced by 2^`shift`, as `Pyramid` does it.

        Made once for all blends: it reduces the whole mask.
        """
        self._patch = patch
        self._level = Samples(level)
        self._shift = shift
        self._latest: tuple[Rect, Match, Values] | None = None
        crop, unit = patch.plan.crop, 1 << shift
        self._crop = Rect.from_bounds(
            crop.x >> shift, crop.y >> shift, -(-crop.right >> shift), -(-crop.bottom >> shift)
        )
        around = self._crop.scaled(unit)
        covered = cv2.copyMakeBorder(
            patch.mask,
            crop.y - around.y,
            around.bottom - crop.bottom,
            crop.x - around.x,
            around.right - crop.right,
            cv2.BORDER_CONSTANT,
            value=0,
        )
        size = (self._crop.width, self._crop.height)
        painted = np.asarray(cv2.resize(covered, size, interpolation=cv2.INTER_AREA), np.uint8)
        height, width = level.shape[:2]
        self._stencil = Stencil(painted, patch.stencil.white, self._crop, Size(width, height))

    @property
    def area(self) -> Rect:
        """The rectangle of the level outside which nothing ever shows."""
        return self._crop

    def part(self, rect: Rect, blend: Blend) -> Pixels:
        """How `rect` of the level looks with the fill in it, 8-bit sRGB."""
        pixels: Pixels = np.array(self._level.values[rect.slices], np.uint8)
        unit = 1 << self._shift
        painted = self._stencil.bounds.grown(round(blend.grow / unit))
        area = painted.moved(self._crop.x, self._crop.y).intersected(rect).intersected(self._crop)
        if area.is_empty or blend.opacity == 0:
            return pixels
        ramp = blend.ramp(self._patch.plan.scale)
        # Ramps are counted from the centre of the nearest pixel outside, which here is larger.
        start = (1 - 1 / unit) / 2
        ramp = Ramp(max(0.0, ramp.full / unit + start - 1), ramp.share, start)
        place = area.moved(-self._crop.x, -self._crop.y)
        shares = self._stencil.shares(place, ramp, round(blend.grow / unit))
        if shares is None:
            return pixels
        fill = self._fill(rect, area, blend.match)
        target = pixels[area.moved(-rect.x, -rect.y).slices]
        target[:] = mixed(target, fill, shares * np.float32(blend.opacity))
        return pixels

    def _fill(self, rect: Rect, area: Rect, match: Match) -> Values:
        """The fill in `area`, which lies in `rect`; kept for other blends of the same `rect`."""
        crop, unit = self._patch.plan.crop, 1 << self._shift
        most = self._stencil.bounds.grown(math.ceil(GROWTH / self._patch.plan.scale / unit))
        most = most.moved(self._crop.x, self._crop.y).intersected(rect).intersected(self._crop)
        # A blend may be told to grow farther than was sent.
        most = most.united(area)
        latest = self._latest
        if latest is None or latest[:2] != (most, match):
            columns = Axis(unit, most.x * unit - crop.x, most.width)
            grid = Grid(columns, Axis(unit, most.y * unit - crop.y, most.height))
            fill = from_srgb(self._patch.resampled(grid, match), self._level)
            latest = self._latest = (most, match, fill)
        return latest[2][area.moved(-most.x, -most.y).slices]
