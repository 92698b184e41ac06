"""Selected regions, and how they change a mask."""

from __future__ import annotations

from dataclasses import dataclass
from enum import Enum

import cv2
import numpy as np

from fluxfill_studio.core.geometry import EMPTY, Rect
from fluxfill_studio.core.painting.mask import MaskEdit
from fluxfill_studio.core.types import Plane


@dataclass(frozen=True, slots=True, eq=False)
class Region:
    """Coverage within `rect` of a picture, which lies inside it; none outside of `rect`.

    `coverage` has the shape of `rect` and 255 where the region covers a pixel fully.
    """

    rect: Rect
    coverage: Plane


NOTHING = Region(EMPTY, np.zeros((0, 0), np.uint8))


class Combine(Enum):
    """What a tool does with the mask that is there."""

    ADD = "add"
    SUBTRACT = "subtract"
    INTERSECT = "intersect"


def combine(edit: MaskEdit, region: Region, how: Combine) -> Rect:
    """Bring a region into the mask of `edit`; returns what may have changed.

    Union, difference and intersection of fuzzy sets (Zadeh 1965): the larger coverage, the smaller
    one of mask and complement, the smaller one. Doing the same twice changes nothing more.
    """
    pixels = edit.mask.pixels
    if how is Combine.INTERSECT:
        return _intersect(edit, region)
    rect = edit.touch(region.rect)
    if rect.is_empty:
        return rect
    target = pixels[rect.slices]
    if how is Combine.ADD:
        np.maximum(target, region.coverage, out=target)
    else:
        np.minimum(target, cv2.bitwise_not(region.coverage), out=target)
    return rect


def _intersect(edit: MaskEdit, region: Region) -> Rect:
    bounds = edit.touch(edit.mask.bounds)
    if bounds.is_empty:
        return bounds
    pixels = edit.mask.pixels
    kept = region.rect.intersected(bounds)
    inside = np.minimum(
        pixels[kept.slices], region.coverage[kept.moved(-region.rect.x, -region.rect.y).slices]
    )
    pixels[bounds.slices] = 0
    pixels[kept.slices] = inside
    return bounds
