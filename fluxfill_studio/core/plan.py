"""Plan: what will be sent for a run, and in what size."""

from __future__ import annotations

import math
from dataclasses import dataclass

import cv2
import numpy as np

from fluxfill_studio.core.codec import fitting, resized
from fluxfill_studio.core.errors import EmptyMask
from fluxfill_studio.core.geometry import Rect, Size
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
        painted = cv2.threshold(coverage, 0, 255, cv2.THRESH_BINARY)[1]
        footprint = math.ceil(1 / self.scale)
        if footprint > 1:
            # Picking single pixels could miss a hairline; of the grown mask it cannot.
            grown = cv2.dilate(painted, np.ones((footprint, footprint), np.uint8))
            size = (self.sent.width, self.sent.height)
            painted = cv2.resize(grown, size, interpolation=cv2.INTER_NEAREST)
        return np.asarray(painted, np.uint8)


def inpaint_plan(source: Size, painted: Rect, work_side: int = WORK_SIDE) -> Plan:
    """The crop around `painted` (the mask's bounds) with its context.

    The context is at least half the painted part's long side on every side, and as much as
    reaches the service unscaled (`work_side` pixels a side); where the picture ends, the crop is
    moved inwards. Raises EmptyMask for empty bounds.
    """
    if painted.is_empty:
        raise EmptyMask
    margin = painted.size.long_side
    width = min(source.width, max(painted.width + margin, work_side))
    height = min(source.height, max(painted.height + margin, work_side))
    left = painted.x + painted.width // 2 - width // 2
    top = painted.y + painted.height // 2 - height // 2
    left = min(max(left, 0), source.width - width)
    top = min(max(top, 0), source.height - height)
    crop = Rect(left, top, width, height)
    return Plan(crop, fitting(crop.size, work_side))


def outpaint_plan(source: Size, work_side: int = WORK_SIDE) -> Plan:
    """The whole picture, in the size in which the service works."""
    return Plan(Rect.of(source), fitting(source, work_side))
