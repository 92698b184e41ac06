"""Plan: what will be sent for a run, and in what size."""

from __future__ import annotations

import math
from dataclasses import dataclass
from enum import Enum
from typing import Final, TypeAlias

from fluxfill_studio.core.errors import EmptyMask
from fluxfill_studio.core.geometry import Rect, Size
from fluxfill_studio.core.picture.samples import Values
from fluxfill_studio.core.picture.scaling import fitting
from fluxfill_studio.core.picture.source import Source
from fluxfill_studio.core.planning.sent import beyond, footprint, grown, scaled_part, softened
from fluxfill_studio.core.types import Pixels, Plane

# The long side, in pixels, to which the service scales what it works on.
WORK_SIDE: Final = 1440

# How much of the longer painted side is sent around what is painted, on every side at least.
_LEAST_MARGIN: Final = 0.1


@dataclass(frozen=True, slots=True)
class Plan:
    """`crop` is the part of the source that is sent, `sent` the size in which it is sent.

    For an extension, `frame` is the larger picture that will come of it. Both are in coordinates
    of the source, whose corner is (0, 0): the crop reaches beyond the source by what is new, and
    beyond the frame where that would be too thin to be filled well. Without a frame it lies
    within the source.
    """

    crop: Rect
    sent: Size
    frame: Rect | None = None

    @property
    def scale(self) -> float:
        """Sent pixels per source pixel, at most 1."""
        return self.sent.long_side / self.crop.size.long_side

    def image(self, pixels: Pixels, alpha: Values | None = None) -> Pixels:
        """The picture to send, of size `sent`, opaque: transparency is laid on white.

        `pixels` and `alpha` (of 8 or 16 bits) are the source's, whole. What an extension adds is
        the picture mirrored at its edge, softer the farther away: a service that scales what it
        gets then mixes nothing foreign into the pixels that it keeps.
        """
        picture = scaled_part(pixels, alpha, self.crop, self.sent)
        if self.frame is None:
            return picture
        height, width = pixels.shape[:2]
        return softened(picture, beyond(self.crop, Size(width, height), self.sent))

    def mask(self, coverage: Plane) -> Plane:
        """The mask to send, of size `sent`, for the `coverage` painted within `crop`.

        Binary, as the service wants it: 255 in every pixel that covers any painted one, and in
        those up to GROWTH pixels from it, so that the fill reaches farther than the blend will;
        else 0.
        """
        return grown(footprint(coverage, self.sent))

    def new_area(self, source: Size) -> Plane:
        """The coverage within `crop` of what an extension adds: 255 beyond the source, else 0."""
        return beyond(self.crop, source, self.crop.size)


class Extent(Enum):
    """How much around the mask is sent, where it is not set by hand."""

    AUTOMATIC = "automatic"
    WHOLE = "whole"


Context: TypeAlias = Extent | Rect
"""What is sent with the mask; a Rect is one drawn by hand, in coordinates of the source."""

AUTOMATIC: Final = Extent.AUTOMATIC
WHOLE: Final = Extent.WHOLE


@dataclass(frozen=True, eq=False)
class Part:
    """What one run of the service works on.

    `mask` is the coverage painted within the plan's crop, a copy of its own: painting goes on
    while the job runs. It is None for an outpaint: what an extension adds follows from its plan,
    and where a preset lets the picture grow is the service's decision.
    """

    plan: Plan
    mask: Plane | None = None

    def filled(self, source: Size) -> Plane | None:
        """The coverage within the crop of what is filled in a source of that size.

        None for a preset.
        """
        return self.mask if self.plan.frame is None else self.plan.new_area(source)


@dataclass(frozen=True, eq=False)
class Inputs:
    """What a job works on: the source, and its parts in their order, at least one."""

    source: Source
    parts: tuple[Part, ...]


def inpaint_plan(
    source: Size, painted: Rect, work_side: int = WORK_SIDE, context: Context = AUTOMATIC
) -> Plan:
    """The crop around `painted` (the mask's bounds, within the source) with its context.

    The automatic one has as much context as mask, by area, and a tenth of the longer painted side
    around it at least; more where that costs no sharpness: up to `work_side` pixels a side reach
    the service unscaled. Where the picture ends, the crop is moved inwards, and made longer if it
    had to become narrower. One drawn by hand is cut to the picture, and extended to all that is
    painted. Raises EmptyMask for empty bounds.
    """
    if painted.is_empty:
        raise EmptyMask
    if isinstance(context, Rect):
        crop = context.united(painted).intersected(Rect.of(source))
    elif context is Extent.WHOLE:
        crop = Rect.of(source)
    else:
        crop = _crop_around(painted, source, work_side)
    return Plan(crop, fitting(crop.size, work_side))


def _crop_around(painted: Rect, source: Size, work_side: int) -> Rect:
    margin = int(painted.size.long_side * _LEAST_MARGIN) + 1
    width = max(painted.width + 2 * margin, work_side)
    height = max(painted.height + 2 * margin, work_side)
    growth = math.sqrt(max(1.0, 2 * painted.area / (width * height)))
    width = min(source.width, math.ceil(width * growth))
    height = min(source.height, math.ceil(height * growth))
    # Where one side is cut short by the picture, the other one makes up for it.
    width = min(source.width, max(width, -(-2 * painted.area // height)))
    height = min(source.height, max(height, -(-2 * painted.area // width)))
    left = painted.x + painted.width // 2 - width // 2
    top = painted.y + painted.height // 2 - height // 2
    left = min(max(left, 0), source.width - width)
    top = min(max(top, 0), source.height - height)
    return Rect(left, top, width, height)


def outpaint_plan(source: Size, work_side: int = WORK_SIDE) -> Plan:
    """The whole picture, in the size in which the service works."""
    return Plan(Rect.of(source), fitting(source, work_side))
