"""Composite: the finished picture of a job, put together from what came back for its parts."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from functools import cached_property
from typing import Final

from fluxfill_studio.core.blending.compose import Blend, Fill
from fluxfill_studio.core.blending.registration import Placement, find_source
from fluxfill_studio.core.blending.regrown import regrown
from fluxfill_studio.core.geometry import Rect, Size
from fluxfill_studio.core.picture.samples import Samples
from fluxfill_studio.core.picture.scaling import reduced_to
from fluxfill_studio.core.picture.source import Source
from fluxfill_studio.core.planning.plan import Inputs
from fluxfill_studio.core.types import Pixels

THUMBNAIL_SIDE: Final = 320
"""The long side, in pixels, of what stands for a result in lists."""


@dataclass(frozen=True, eq=False)
class Composite:
    """What the parts of a job were made of, and how it is blended.

    `raws` are the service's pictures as they came, one for every part of `inputs`, of any size.
    Nothing of the picture's size is held beside the source: `picture()` makes it.
    """

    inputs: Inputs
    raws: tuple[Pixels, ...]
    blend: Blend = Blend()

    @classmethod
    def of(cls, inputs: Inputs, raws: Sequence[Pixels], blend: Blend) -> Composite:
        """Of the parts that are done, at least one: the first ones of `inputs`."""
        done = replace(inputs, parts=inputs.parts[: len(raws)])
        return cls(done, tuple(raws), blend)

    @property
    def source(self) -> Source:
        """What the job started from."""
        return self.inputs.source

    @property
    def can_blend(self) -> bool:
        """Whether `blend` changes anything: what was painted is blended, an outpaint is not."""
        return all(part.mask is not None for part in self.inputs.parts)

    def blended(self, blend: Blend) -> Composite:
        """The same otherwise blended. Nothing is done again that does not depend on the blend."""
        anew = replace(self, blend=blend)
        if "fills" in self.__dict__:
            anew.__dict__["fills"] = tuple(replace(fill, blend=blend) for fill in self.fills)
        return anew

    def part(self, rect: Rect) -> Pixels:
        """How `rect` of the picture looks, 8-bit sRGB. Raises ValueError for an outpaint.

        The first call takes as long as it takes to find out how the colours are to be matched.
        """
        pixels = self.source.pixels[rect.slices].copy()
        for fill in self.fills:
            area = rect.intersected(fill.area)
            if not area.is_empty:
                pixels[area.moved(-rect.x, -rect.y).slices] = fill.part(area)
        return pixels

    def picture(self) -> Source:
        """The finished picture, with what belongs to its source."""
        if not self.can_blend:
            return self._grown()
        picture = self.source
        for fill in self.fills:
            picture = _over(fill, picture).picture()
        return picture

    def checked_picture(self) -> tuple[Source, int | None]:
        """The same, and how many of its pixels were changed outside the mask.

        None for an outpaint, which has no outside.
        """
        if not self.can_blend:
            return self._grown(), None
        picture, changed = self.source, 0
        for fill in self.fills:
            here = _over(fill, picture)
            picture = here.picture()
            changed += here.changed_outside(picture)
        return picture, changed

    def is_as_it_came(self, pixels: Pixels) -> bool:
        """Whether those of `picture()` are what came back: the source was not found in it."""
        return pixels is self.raws[-1]

    @cached_property
    def fills(self) -> tuple[Fill, ...]:
        """Of painted areas so far apart that each has the source's own surroundings.

        Raises ValueError for an outpaint.
        """
        fills = []
        for part, raw in zip(self.inputs.parts, self.raws, strict=True):
            if part.mask is None:
                raise ValueError("an outpaint is not blended")
            fills.append(Fill(self.source, part.plan, part.mask, raw, self.blend))
        return tuple(fills)

    def _grown(self) -> Source:
        """The source with what the outpaints added, one after the other."""
        picture = self.source
        for part, raw in zip(self.inputs.parts, self.raws, strict=True):
            shown = Size(raw.shape[1], raw.shape[0])
            placement: Placement | None
            if part.plan.frame is not None:
                placement = Placement.in_frame(part.plan.crop, shown)
                frame = part.plan.frame
            else:
                placement = find_source(picture.pixels, raw)
                if placement is None:
                    return replace(picture, samples=Samples.of(raw), pixels=raw)
                frame = placement.frame(picture.size, shown)
            picture = regrown(picture, raw, placement, frame)
        return picture


@dataclass(frozen=True, eq=False)
class Outcome:
    """A composite, its picture, and how many pixels that changed outside the mask (inpaint).

    `thumbnail` is the picture reduced, for lists of results.
    """

    composite: Composite
    picture: Source
    thumbnail: Pixels
    changed_outside: int | None


def _over(fill: Fill, picture: Source) -> Fill:
    """The same fill for `picture`, in which those of the parts before are."""
    return fill if fill.source is picture else replace(fill, source=picture)


def thumbnail_of(pixels: Pixels) -> Pixels:
    """A picture reduced to THUMBNAIL_SIDE; a smaller one as it is."""
    return reduced_to(pixels, THUMBNAIL_SIDE)
