"""The area of a shape in every pixel: antialiased rectangles, ellipses and polygons."""

from __future__ import annotations

import math
from collections.abc import Sequence

import cv2
import numpy as np
from numpy.typing import NDArray

from fluxfill_studio.core.geometry import Point, Rect, Size
from fluxfill_studio.core.painting.region import NOTHING, Region
from fluxfill_studio.core.types import Plane

Edges = NDArray[np.float64]
"""Directed edges, shape (4, count): x and y of the start, x and y of the end."""

_X, _Y = 0, 1
# Pixels whose coverage is summed up at a time: few enough for the processor's cache.
_BAND_AREA = 1 << 18
# Pieces of edges laid at a time, which bounds the memory and how long one call holds the GIL.
_MOST_PIECES = 1 << 16
# Full coverage in the fixed-point sums: whole numbers add up exactly, and four times as fast.
_ONE = 1 << 16
# The most that the polygon drawn for an ellipse lies inside it, in pixels.
_SAGITTA = 1 / 512


def rectangle_region(a: Point, b: Point, size: Size) -> Region:
    """The upright rectangle between two opposite corners, within a picture of `size`."""
    columns, rows = _extent(a.x, b.x, size.width), _extent(a.y, b.y, size.height)
    rect = Rect.from_bounds(columns[0], rows[0], columns[1], rows[1])
    if rect.is_empty:
        return NOTHING
    across = _overlaps(a.x, b.x, rect.x, rect.right)
    down = _overlaps(a.y, b.y, rect.y, rect.bottom)
    coverage = np.empty(rect.size.shape, np.uint8)
    coverage[:] = np.rint(across * 255)
    # Only the first and the last row can be covered in part.
    coverage[0] = np.rint(across * down[0] * 255)
    coverage[-1] = np.rint(across * down[-1] * 255)
    return _trimmed(rect, coverage)


def ellipse_region(a: Point, b: Point, size: Size) -> Region:
    """The ellipse inside the upright rectangle between two opposite corners, within `size`."""
    centre = (a + b) * 0.5
    radii = Point(abs(b.x - a.x) / 2, abs(b.y - a.y) / 2)
    # n chords of a circle of radius r lie up to r (1 - cos(π/n)) ≈ r π² / 2n² inside it.
    count = 8 + math.ceil(math.pi * math.sqrt(max(radii.x, radii.y) / (2 * _SAGITTA)))
    angles = np.arange(count) * (2 * math.pi / count)
    xs = centre.x + radii.x * np.cos(angles)
    ys = centre.y + radii.y * np.sin(angles)
    return _filled(np.stack([xs, ys]), size)


def polygon_region(points: Sequence[Point], size: Size) -> Region:
    """The polygon with these corners, within a picture of `size`.

    A pixel's coverage is the area of the polygon in it, times how often the outline winds around
    it (non-zero rule), at most full. Only where parts of opposite direction or several layers
    meet inside one pixel does this differ from the area of their union.
    """
    return _filled(np.array([(point.x, point.y) for point in points], np.float64).T, size)


def _filled(corners: NDArray[np.float64], size: Size) -> Region:
    """The polygon with `corners` of shape (2, count).

    Every edge adds, to each pixel of a row that it goes through, the height that it covers there,
    weighted by how much of the pixel lies right of it, and what is left to the next pixel. The
    running sum along a row is then the covered area, signed by the direction of the outline (as
    font rasterizers do: R. Levien, font-rs, 2016).
    """
    if corners.size < 6:
        return NOTHING
    columns = _extent(corners[_X].min(), corners[_X].max(), size.width)
    rows = _extent(corners[_Y].min(), corners[_Y].max(), size.height)
    rect = Rect.from_bounds(columns[0], rows[0], columns[1], rows[1])
    if rect.is_empty:
        return NOTHING
    corners = corners - np.array([[rect.x], [rect.y]])
    edges = np.concatenate([corners, np.roll(corners, -1, axis=1)])
    rest = _cut(_cut(_cut(edges, _Y, 0), _X, 0), _X, rect.width)
    rest = rest[:, np.maximum(rest[1], rest[3]) > 0]
    # What lies left of the picture covers its rows from their beginning, what lies right nothing.
    rest[0::2] = np.clip(rest[0::2], 0, rect.width)
    coverage = np.empty(rect.size.shape, np.uint8)
    height = max(1, _BAND_AREA // rect.width)
    for top in range(0, rect.height, height):
        band = coverage[top : top + height]
        rest = _cut(rest, _Y, top + len(band))
        is_here = np.maximum(rest[1], rest[3]) <= top + len(band)
        _fill_band(rest[:, is_here] - np.array([[0], [top], [0], [top]]), band)
        rest = rest[:, ~is_here]
    return _trimmed(rect, coverage)


def _trimmed(rect: Rect, coverage: Plane) -> Region:
    """The region of what `coverage` covers in `rect`; its `rect` is as small as can be."""
    x, y, width, height = cv2.boundingRect(coverage)
    if not width:
        return NOTHING
    inner = Rect(x, y, width, height)
    return Region(inner.moved(rect.x, rect.y), coverage[inner.slices])


def _fill_band(edges: Edges, band: Plane) -> None:
    """Set the coverage of `band`, inside which all `edges` lie."""
    height, width = band.shape
    if not edges.size:
        band[:] = 0
        return
    # What lies on the right or the bottom border goes into pixels that are not kept.
    sums = np.zeros((height + 1, width + 2), np.int32)
    pieces = np.abs(edges[2:] - edges[:2]).sum()
    for batch in np.array_split(edges, 1 + int(pieces) // _MOST_PIECES, axis=1):
        x0, y0, x1, y1 = _split(_split(batch, _Y), _X)
        x, y = (x0 + x1) / 2, (y0 + y1) / 2
        column = np.floor(x)
        place = (np.floor(y) * (width + 2) + column).astype(np.intp)
        # Rounding the ends, not the heights, makes the heights of a closed outline add up to 0.
        cover = (np.rint(y1 * _ONE) - np.rint(y0 * _ONE)).astype(np.int32)
        right = np.rint(cover * (x - column)).astype(np.int32)
        np.add.at(sums.reshape(-1), place, cover - right)
        np.add.at(sums.reshape(-1), place + 1, right)
    np.cumsum(sums, axis=1, out=sums, dtype=np.int32)
    band[:] = cv2.convertScaleAbs(sums[:height, :width], alpha=255 / _ONE)


def _cut(edges: Edges, axis: int, at: float) -> Edges:
    """The same edges with those that cross the line `axis` = `at` cut in two there."""
    start, end = edges[axis], edges[axis + 2]
    crosses = (np.minimum(start, end) < at) & (at < np.maximum(start, end))
    crossing = edges[:, crosses]
    start, end = crossing[axis], crossing[axis + 2]
    middle = crossing[:2] + (crossing[2:] - crossing[:2]) * ((at - start) / (end - start))
    middle[axis] = at
    first = np.concatenate([crossing[:2], middle])
    second = np.concatenate([middle, crossing[2:]])
    return np.concatenate([edges[:, ~crosses], first, second], axis=1)


def _split(edges: Edges, axis: int) -> Edges:
    """The same edges in pieces, none of which crosses a whole number along `axis`."""
    start, end = edges[axis], edges[axis + 2]
    forwards = end >= start
    # Whole numbers strictly between the ends, counted from the start.
    nearest = np.where(forwards, np.floor(start) + 1, np.ceil(start) - 1)
    crossings = np.where(forwards, np.ceil(end) - nearest, nearest - np.floor(end))
    counts = np.maximum(crossings, 0).astype(np.intp) + 1
    last = np.cumsum(counts) - 1
    first = last - counts + 1
    whole = np.repeat(edges, counts, axis=1)
    index = np.arange(whole.shape[1]) - np.repeat(first, counts)
    step = np.repeat(np.where(forwards, 1.0, -1.0), counts)
    line = np.repeat(nearest, counts) + step * index
    line[last] = end
    length = whole[axis + 2] - whole[axis]
    share = np.divide(line - whole[axis], length, out=np.ones_like(line), where=length != 0)
    ends = whole[:2] + (whole[2:] - whole[:2]) * share
    ends[axis] = line
    ends[:, last] = edges[2:]
    starts = np.roll(ends, 1, axis=1)
    starts[:, first] = edges[:2]
    return np.concatenate([starts, ends])


def _extent(a: float, b: float, length: int) -> tuple[int, int]:
    """The whole pixels in [0, length] that the interval between `a` and `b` reaches."""
    low, high = min(a, b), max(a, b)
    return math.floor(min(max(low, 0), length)), math.ceil(min(max(high, 0), length))


def _overlaps(a: float, b: float, start: int, end: int) -> NDArray[np.float64]:
    """How much of each pixel from `start` to `end` lies between `a` and `b`, 0 to 1."""
    pixels = np.arange(start, end, dtype=np.float64)
    inside = np.minimum(pixels + 1, max(a, b)) - np.maximum(pixels, min(a, b))
    return np.asarray(np.clip(inside, 0, 1))
