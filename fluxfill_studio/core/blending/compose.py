"""Bringing a result back: the fill goes into the full-size source, inside the mask only."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field, replace
from typing import Final

import cv2
import numpy as np
from numpy.typing import NDArray

from fluxfill_studio.core.blending.feather import MAX_FEATHER, Ramp, Shares
from fluxfill_studio.core.blending.matching import Match
from fluxfill_studio.core.blending.patch import Patch
from fluxfill_studio.core.geometry import EMPTY, Rect, Size
from fluxfill_studio.core.picture.colour import from_srgb, srgb_of
from fluxfill_studio.core.picture.samples import Samples, Values
from fluxfill_studio.core.picture.source import Source
from fluxfill_studio.core.planning.plan import Plan
from fluxfill_studio.core.request import Mode
from fluxfill_studio.core.types import Pixels, Plane

# Blending goes in squares of this side, and in them in bands of so many pixels, so that what lies
# between stays small.
_TILE: Final = 1024
_BAND_AREA: Final = 1 << 18
# The ramp that is chosen where none is given, in pixels as they were sent, and how much of the
# way to the middle of the mask it may take. It hides that textures do not meet; every pixel more
# of it shows what was to be painted over.
_FEATHER: Final = 4
_FEATHER_SHARE: Final = 0.5


@dataclass(frozen=True)
class Blend:
    """How a fill is brought into its source.

    `feather` is the length in the source's pixels over which it appears, inwards from the mask's
    edge, 0 to MAX_FEATHER; None chooses one. `grow` adds so many pixels around the painted mask,
    as far as they were sent to be filled. `opacity` is 0 to 1.
    """

    feather: int | None = None
    grow: int = 0
    match: Match = Match.GRADIENT
    opacity: float = 1.0

    def __post_init__(self) -> None:
        feather = 0 if self.feather is None else self.feather
        sound = 0 <= feather <= MAX_FEATHER and self.grow >= 0 and 0 <= self.opacity <= 1
        if not sound:
            raise ValueError(f"out of range: {self}")

    def ramp(self, scale: float) -> Ramp:
        """The ramp for a fill that was sent at `scale` (at most 1)."""
        if self.feather is None:
            return Ramp(_FEATHER / scale, _FEATHER_SHARE)
        return Ramp(self.feather)


@dataclass(frozen=True, eq=False)
class Fill:
    """What a run brought back, with what it needs to become a picture.

    `raw` is the service's picture as it came, of any size. `mask` is the painted mask within
    `plan.crop` as it was at the run, or None for an outpaint.

    `patch` is made by the fill itself. `replace` hands it on, so that `replace(fill, blend=…)` does
    nothing again that does not depend on the blend.
    """

    source: Source
    plan: Plan
    mask: Plane | None
    raw: Pixels
    blend: Blend = Blend()
    patch: Patch | None = field(default=None, repr=False)

    def __post_init__(self) -> None:
        if self.mask is not None and not self._is_mine(self.patch):
            patch = Patch(self.source, self.plan, self.mask, self.raw)
            object.__setattr__(self, "patch", patch)

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

    def picture(self) -> Source:
        """The finished picture: the source with the fill blended in.

        Its samples are the source's own, in its model, depth and profile, wherever nothing shows;
        its alpha is the source's everywhere. An outpaint is `raw` itself: where the source lies
        inside it is the service's own decision.
        """
        source = self.source
        if self.patch is None:
            return replace(source, samples=Samples.of(self.raw), pixels=self.raw)
        values = source.samples.values.copy()
        seen_as_is = source.pixels is source.samples.values
        pixels = np.asarray(values, np.uint8) if seen_as_is else source.pixels.copy()
        for tile in _tiles(self.area):
            blended = self._blended(self.patch, tile)
            if blended is not None:
                values[tile.slices] = blended.values
                if not seen_as_is:
                    pixels[tile.slices] = srgb_of(blended)
        return replace(source, samples=replace(source.samples, values=values), pixels=pixels)

    def part(self, rect: Rect) -> Pixels:
        """How `rect` of `picture()` looks, 8-bit sRGB; `rect` lies inside the source."""
        if self.patch is None:
            raise ValueError("an outpaint is not blended")
        pixels = self.source.pixels[rect.slices].copy()
        area = rect.intersected(self.area)
        blended = None if area.is_empty else self._blended(self.patch, area)
        if blended is not None:
            pixels[area.moved(-rect.x, -rect.y).slices] = srgb_of(blended)
        return pixels

    def changed_outside(self, picture: Source) -> int:
        """How many pixels of `picture` differ from the source where nothing is painted.

        In any sample, alpha's too. What the blend grows the mask by counts as painted.
        """
        if self.patch is None:
            raise ValueError("an outpaint has no outside of the mask")
        before, after = self.source.samples, picture.samples
        if before.values.shape != after.values.shape or before.depth != after.depth:
            raise ValueError("a picture of another size, model or depth")
        count = 0
        for tile in _tiles(Rect.of(self.size)):
            differs = _differing(before, after, tile)
            inside = tile.intersected(self.area)
            if differs is not None:
                if not inside.is_empty:
                    coverage = self.patch.stencil.coverage(self._in_crop(inside), self.blend.grow)
                    differs[inside.moved(-tile.x, -tile.y).slices] &= coverage == 0
                count += int(np.count_nonzero(differs))
        return count

    @property
    def area(self) -> Rect:
        """All of the source in which anything can show."""
        if self.patch is None:
            return EMPTY
        crop, stencil = self.plan.crop, self.patch.stencil
        painted = stencil.bounds.moved(crop.x, crop.y)
        return painted.grown(min(self.blend.grow, stencil.reach)).intersected(crop)

    def _in_crop(self, rect: Rect) -> Rect:
        return rect.moved(-self.plan.crop.x, -self.plan.crop.y)

    def _blended(self, patch: Patch, rect: Rect) -> Samples | None:
        """`rect` of the source with the fill in it, without alpha; None where it stays as it is."""
        place = self._in_crop(rect)
        ramp = self.blend.ramp(self.plan.scale)
        shares = patch.stencil.shares(place, ramp, self.blend.grow)
        if shares is None or self.blend.opacity == 0:
            return None
        shares *= np.float32(self.blend.opacity)
        like = self.source.samples.opaque()
        before = like.values[rect.slices]
        values: Values = np.empty_like(before)
        colours = patch.colours(place, self.blend.match)
        for rows in _bands(rect):
            values[rows] = mixed(before[rows], from_srgb(colours[rows], like), shares[rows])
        return replace(like, values=values)

    def _is_mine(self, patch: Patch | None) -> bool:
        return (
            patch is not None
            and patch.source is self.source
            and patch.mask is self.mask
            and patch.raw is self.raw
            and patch.plan == self.plan
        )


def mixed(before: Values, fill: Values, shares: Shares) -> Values:
    """The mean weighted by `shares` of the fill: the very values before where those are 0."""
    channels = before.shape[2]
    change = cv2.subtract(fill, before, dtype=cv2.CV_32F)
    change = cv2.multiply(change, cv2.merge([shares] * channels))
    depth = cv2.CV_8U if before.dtype == np.uint8 else cv2.CV_16U
    return np.asarray(cv2.add(before, change, dtype=depth), before.dtype).reshape(before.shape)


def _differing(before: Samples, after: Samples, rect: Rect) -> NDArray[np.bool_] | None:
    """Where any sample differs in `rect`; None for nowhere."""
    pairs = [(before.values[rect.slices], after.values[rect.slices])]
    if before.alpha is not after.alpha:
        opaque = np.array(before.largest, before.values.dtype)
        alphas = (opaque if s.alpha is None else s.alpha[rect.slices] for s in (before, after))
        shape = (*rect.size.shape, 1)
        one, other = (np.broadcast_to(np.atleast_3d(alpha), shape) for alpha in alphas)
        pairs.append((one, other))
    differs: NDArray[np.bool_] | None = None
    for one, other in pairs:
        if not np.array_equal(one, other):
            unequal = one != other
            for channel in range(unequal.shape[2]):
                plane = unequal[:, :, channel]
                differs = plane.copy() if differs is None else differs | plane
    return differs


def _bands(rect: Rect) -> Iterator[slice]:
    """The rows of `rect`, some at a time."""
    rows = max(1, _BAND_AREA // rect.width)
    for top in range(0, rect.height, rows):
        yield slice(top, min(top + rows, rect.height))


def _tiles(area: Rect) -> Iterator[Rect]:
    """`area` in squares, row by row."""
    for top in range(area.y, area.bottom, _TILE):
        for left in range(area.x, area.right, _TILE):
            yield Rect(left, top, _TILE, _TILE).intersected(area)
