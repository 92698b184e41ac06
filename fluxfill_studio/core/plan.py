"""Plan: what will be sent for a run, and in what size."""

from __future__ import annotations

from dataclasses import dataclass

import cv2
import numpy as np
from numpy.typing import NDArray

from fluxfill_studio.core.codec import fitting, resized
from fluxfill_studio.core.errors import EmptyMask
from fluxfill_studio.core.geometry import Rect, Size
from fluxfill_studio.core.source import Source
from fluxfill_studio.core.types import Pixels, Plane

# The long side, in pixels, to which the service scales what it works on.
WORK_SIDE = 1440


@dataclass(frozen=True, slots=True)
class Plan:
    """`crop` is the part of the source that is sent, `sent` the size in which it is sent."""

    crop: Rect
    sent: Size

    @property
    def scale(self) -> float:
        """Sent pixels per source pixel, at most 1."""
        return self.sent.long_side / self.crop.size.long_side

    def image(self, source: Pixels) -> Pixels:
        """The picture to send, of size `sent`."""
        return resized(source[self.crop.slices], self.sent)

    def mask(self, coverage: Plane) -> Plane:
        """The mask to send, of size `sent`, for the `coverage` painted within `crop`.

        255 wherever anything is painted, else 0.

        Binary, as the service wants it; a pixel that covers any painted one is white, so that
        the fill reaches as far as the blend will.
        """
        painted = np.asarray(cv2.threshold(coverage, 0, 255, cv2.THRESH_BINARY)[1], np.uint8)
        if self.sent == self.crop.size:
            return painted
        columns, width = _footprints(self.crop.width, self.sent.width)
        rows, height = _footprints(self.crop.height, self.sent.height)
        # Anchored at its first pixel, the maximum over a window at every pixel; picked where the
        # footprints begin.
        grown = cv2.dilate(painted, np.ones((height, width), np.uint8), anchor=(0, 0))
        return np.asarray(grown[np.ix_(rows, columns)], np.uint8)


def _footprints(side: int, sent: int) -> tuple[NDArray[np.intp], int]:
    """Where the part of `side` pixels under each of `sent` ones begins, and its longest length."""
    length = -(-side // sent) + (side % sent != 0)
    return np.arange(sent) * side // sent, length


@dataclass(frozen=True, eq=False)
class Inputs:
    """What a job works on: the source, and the mask painted within the plan's crop.

    The mask is None for an outpaint, else a copy of its own: painting goes on while the job runs.
    """

    source: Source
    mask: Plane | None


def inpaint_plan(source: Size, painted: Rect, work_side: int = WORK_SIDE) -> Plan:
    """The crop around `painted` (the mask's bounds) with its context.

    The context is at least half the painted part's long side on every side, and as much as
    reaches the service unscaled (`work_side` pixels a side); where the picture ends, the crop is
    moved inwards. Raises EmptyMask for empty bounds.
    """
    if painted.is_empty:
        raise EmptyMask
    margin = -(-painted.size.long_side // 2)
    width = min(source.width, max(painted.width + 2 * margin, work_side))
    height = min(source.height, max(painted.height + 2 * margin, work_side))
    left = painted.x + painted.width // 2 - width // 2
    top = painted.y + painted.height // 2 - height // 2
    left = min(max(left, 0), source.width - width)
    top = min(max(top, 0), source.height - height)
    crop = Rect(left, top, width, height)
    return Plan(crop, fitting(crop.size, work_side))


def outpaint_plan(source: Size, work_side: int = WORK_SIDE) -> Plan:
    """The whole picture, in the size in which the service works."""
    return Plan(Rect.of(source), fitting(source, work_side))
