"""How a composite looks in a view, blended in any way, long before its whole picture is made."""

from __future__ import annotations

import math
from dataclasses import dataclass
from itertools import pairwise

import numpy as np

from fluxfill_studio.core.blending.compose import Blend
from fluxfill_studio.core.blending.composite import THUMBNAIL_SIDE, Composite, thumbnail_of
from fluxfill_studio.core.blending.glance import Glance
from fluxfill_studio.core.blending.matching import Match
from fluxfill_studio.core.geometry import Point, Rect, Size
from fluxfill_studio.core.types import Pixels
from fluxfill_studio.core.view.pyramid import Pyramid
from fluxfill_studio.core.view.viewport import Viewport

# What of a level can show at the rim of a view, in the level's pixels.
_REACH = 2
# More would blend what lies along their edges too often.
_BANDS = 4


@dataclass(frozen=True, slots=True)
class Seen:
    """What a view shows: `rect` of level `index` of a pyramid, in that level's pixels."""

    index: int
    rect: Rect

    @classmethod
    def through(cls, viewport: Viewport, pyramid: Pyramid) -> Seen:
        """What `viewport` shows of a picture, empty where it shows nothing of it."""
        index = pyramid.level_for(viewport.scale)
        area = viewport.visible_area
        start = viewport.to_image(Point(area.x, area.y))
        end = viewport.to_image(Point(area.right, area.bottom))
        unit = 1 << index
        rect = Rect.from_bounds(
            math.floor(start.x / unit) - _REACH,
            math.floor(start.y / unit) - _REACH,
            math.ceil(end.x / unit) + _REACH,
            math.ceil(end.y / unit) + _REACH,
        )
        return cls(index, rect.intersected(_whole(pyramid, index)))

    @property
    def bands(self) -> list[Seen]:
        """The same in parts that are worth being blended side by side, of level 0."""
        if self.index > 0:
            return [self]
        edges = [self.rect.y + self.rect.height * i // _BANDS for i in range(_BANDS + 1)]
        rects = (
            Rect.from_bounds(self.rect.x, top, self.rect.right, bottom)
            for top, bottom in pairwise(edges)
        )
        return [Seen(self.index, rect) for rect in rects if not rect.is_empty]

    @property
    def area(self) -> Rect:
        """The same in the picture's pixels, which it may pass by what a level rounds up."""
        return self.rect.scaled(1 << self.index)


class BlendPreview:
    """A composite on the levels of its source's pyramid.

    Level 0 is the finished picture itself; the reduced ones are blended as they are, which is
    nearly the same. What takes long is done when it is first asked for, and kept.
    """

    def __init__(self, composite: Composite, pyramid: Pyramid) -> None:
        """`pyramid` is of the source's pixels. Raises ValueError for an outpaint."""
        # One of its own: what its fills keep goes with the preview.
        self._composite = composite.blended(composite.blend)
        self._fills = self._composite.fills
        self._pyramid = pyramid
        self._glances: dict[int, list[Glance]] = {}

    def prepare(self, index: int) -> None:
        """Do what takes long at level `index`, for all kinds of match."""
        self._glances_at(index)
        for fill in self._fills:
            for match in Match:
                if fill.patch is not None:
                    fill.patch.colours(Rect(0, 0, 1, 1), match)

    def part(self, seen: Seen, blend: Blend) -> Pixels:
        """How that part of a level looks, 8-bit sRGB."""
        if seen.index == 0:
            return self._composite.blended(blend).part(seen.rect)
        level = self._pyramid.level(seen.index)
        pixels: Pixels = np.array(level[seen.rect.slices], np.uint8)
        for glance in self._glances_at(seen.index):
            area = seen.rect.intersected(glance.area)
            if not area.is_empty:
                place = area.moved(-seen.rect.x, -seen.rect.y)
                pixels[place.slices] = glance.part(area, blend)
        return pixels

    def thumbnail(self, blend: Blend) -> Pixels:
        """The whole picture reduced, for lists of results."""
        whole = self._pyramid.size
        index = self._pyramid.level_for(THUMBNAIL_SIDE / whole.long_side)
        return thumbnail_of(self.part(Seen(index, _whole(self._pyramid, index)), blend))

    def _glances_at(self, index: int) -> list[Glance]:
        glances = self._glances.get(index)
        if glances is None:
            level = np.asarray(self._pyramid.level(index), np.uint8)
            patches = [fill.patch for fill in self._fills if fill.patch is not None]
            glances = [Glance(patch, level, index) for patch in patches]
            self._glances[index] = glances
        return glances


def _whole(pyramid: Pyramid, index: int) -> Rect:
    size, unit = pyramid.size, 1 << index
    return Rect.of(Size(-(-size.width // unit), -(-size.height // unit)))
