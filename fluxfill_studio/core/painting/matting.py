"""Matting: a cut-out found on a small copy becomes coverage in the picture's size.

The outline is carried up through ever larger copies of the picture, and in each drawn to the edges
there by a guided filter (He, Sun, Tang: "Guided Image Filtering", ECCV 2010). Only the tiles that
it runs through are looked at.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Iterator
from itertools import product

import cv2
import numpy as np

from fluxfill_studio.core.geometry import Rect, Size
from fluxfill_studio.core.types import Pixels, Plane

_TILE = 64
# The filter looks this far for edges: an outline is wrong by some two pixels when it comes from a
# copy half as large. Contrast below the root of `_NOISE` is none to it.
_RADIUS = 4
_NOISE = 30.0
# Where there is no edge to hold on to it blurs; twice the contrast makes up for that.
_CRISP = np.clip(2 * np.arange(256) - 127, 0, 255).astype(np.uint8)
# It averages twice: a pixel has a part in all others up to here, and in none further away.
_SIGHT = 2 * _RADIUS


def matted(picture: Pixels, found: Plane, pause: Callable[[], None]) -> Plane:
    """The coverage, in the size of `picture`, of what is 255 in `found` and not 0.

    `found` shows the same part of the scene in any smaller size. `pause` is called every now and
    then; what it raises ends the work.
    """
    size = Size(picture.shape[1], picture.shape[0])
    steps = max(1, math.ceil(math.log2(math.sqrt(size.area / found.size))))
    coverage = found
    for step in reversed(range(steps)):
        coverage = _drawn_to_edges(coverage, picture, 1 << step, pause)
    return coverage


def _drawn_to_edges(
    smaller: Plane, picture: Pixels, reduction: int, pause: Callable[[], None]
) -> Plane:
    """The coverage on the copy reduced by `reduction`, a power of 2, from that on a smaller one."""
    height, width = (-(-side // reduction) for side in picture.shape[:2])
    whole = Rect(0, 0, width, height)
    rough = np.asarray(cv2.resize(smaller, (width, height)), np.uint8)
    coverage = rough.copy()
    for tile in _tiles_of_outline(smaller, whole.size):
        pause()
        # One pixel more, since the picture may be smoothed by one before.
        side = _TILE + 2 * (_SIGHT + 1)
        seen = Rect(tile.x - _SIGHT - 1, tile.y - _SIGHT - 1, side, side).intersected(whole)
        guide = _copy(picture, seen, reduction)
        drawn = cv2.ximgproc.guidedFilter(guide, rough[seen.slices], _RADIUS, _NOISE)
        crisp = cv2.LUT(drawn, _CRISP)
        coverage[tile.slices] = crisp[tile.moved(-seen.x, -seen.y).slices]
    return coverage


def _tiles_of_outline(smaller: Plane, size: Size) -> Iterator[Rect]:
    """The tiles of a plane of `size`, made of `smaller`, that its outline has a part in."""
    outline = cv2.morphologyEx(smaller, cv2.MORPH_GRADIENT, np.ones((3, 3), np.uint8))
    rows, columns = np.nonzero(outline)
    y = rows * size.height // smaller.shape[0]
    x = columns * size.width // smaller.shape[1]
    marked = np.zeros((-(-size.height // _TILE), -(-size.width // _TILE)), np.bool_)
    # A pixel of the smaller plane is up to two wide.
    reach = _SIGHT + 2
    for dy, dx in product((-reach, reach), repeat=2):
        below, beside = np.clip(y + dy, 0, size.height - 1), np.clip(x + dx, 0, size.width - 1)
        marked[below // _TILE, beside // _TILE] = True
    for row, column in np.argwhere(marked).tolist():
        tile = Rect(column * _TILE, row * _TILE, _TILE, _TILE)
        yield tile.intersected(Rect.of(size))


def _copy(picture: Pixels, tile: Rect, reduction: int) -> Pixels:
    """A tile of the picture reduced by `reduction`."""
    if reduction == 1:
        # The reduced ones are averages already. Grain would roughen the outline.
        return np.asarray(cv2.GaussianBlur(picture[tile.slices], (3, 3), 0), np.uint8)
    whole = Rect(0, 0, picture.shape[1], picture.shape[0])
    source = picture[tile.scaled(reduction).intersected(whole).slices]
    size = (tile.width, tile.height)
    return np.asarray(cv2.resize(source, size, interpolation=cv2.INTER_AREA), np.uint8)
