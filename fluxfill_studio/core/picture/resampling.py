"""Resampling on any grid parallel to the pixels, exact to the last fraction of one.

OpenCV's warps round positions to 1/32 of a pixel, and its `resize` knows the whole picture only.
Here every row and column has a filter of its own. Since rows and columns are filtered apart, a
part of the result is the picture's part between two matrices that are empty but for a band.
"""

from __future__ import annotations

import math
from dataclasses import dataclass

import cv2
import numpy as np
from numpy.typing import NDArray

from fluxfill_studio.core.geometry import Rect, Size

Planes = NDArray[np.float32]
"""Channels one after the other, shape (…, height, width)."""

_LOBES = 3
# Rows, or columns, whose filters make up one matrix: the more there are, the emptier it is.
_BLOCK = 16


@dataclass(frozen=True, slots=True)
class Axis:
    """A row of pixels laid on another: the centre of pixel i is at `start` + `scale` · (i + ½).

    Lengths are in pixels of the other one, whose first covers [0, 1].
    """

    scale: float
    start: float
    pixels: int

    def part(self, first: int, end: int) -> Axis:
        """The pixels from `first` up to `end`."""
        return Axis(self.scale, self.start + self.scale * first, end - first)

    def divided(self, length: float, pixels: int) -> Axis:
        """As many `pixels`, each as long as `length` of these."""
        return Axis(self.scale * length, self.start, pixels)

    def onto(self, length: float) -> Axis:
        """The same pixels laid on ones that are as long as `length` of those they lie on."""
        return Axis(self.scale / length, self.start / length, self.pixels)

    def inverse(self, pixels: int) -> Axis:
        """As many `pixels` of the other row laid on this one."""
        return Axis(1 / self.scale, -self.start / self.scale, pixels)


@dataclass(frozen=True, slots=True)
class Grid:
    """A picture's pixels laid on another picture."""

    columns: Axis
    rows: Axis

    @classmethod
    def over(cls, size: Size, length: float) -> Grid:
        """Pixels each `length` wide and high, as many as lie wholly on a picture of `size`."""
        columns, rows = (max(1, math.floor(side / length)) for side in (size.width, size.height))
        return cls(Axis(length, 0, columns), Axis(length, 0, rows))

    @property
    def size(self) -> Size:
        return Size(self.columns.pixels, self.rows.pixels)

    def part(self, rect: Rect) -> Grid:
        """The pixels in `rect`."""
        return Grid(self.columns.part(rect.x, rect.right), self.rows.part(rect.y, rect.bottom))

    def divided(self, length: float, size: Size) -> Grid:
        """A picture of `size`, each of whose pixels is as wide and high as `length` of these."""
        columns = self.columns.divided(length, size.width)
        return Grid(columns, self.rows.divided(length, size.height))

    def onto(self, length: float) -> Grid:
        """The same picture laid on one whose pixels are as wide and high as `length` of those."""
        return Grid(self.columns.onto(length), self.rows.onto(length))


def resampled(planes: Planes, grid: Grid) -> Planes:
    """What `grid` shows of `planes`, by a Lanczos filter of three lobes.

    Where the grid is the coarser one the filter is as much wider, and averages. Beyond its border
    the picture goes on with the colour there.
    """
    return _along_columns(_along_rows(planes, grid.rows), grid.columns)


def _along_rows(planes: Planes, rows: Axis) -> Planes:
    result = np.empty((*planes.shape[:-2], rows.pixels, planes.shape[-1]), np.float32)
    for first in range(0, rows.pixels, _BLOCK):
        end = min(first + _BLOCK, rows.pixels)
        seen, weights = _filters(rows.part(first, end), planes.shape[-2])
        for plane in np.ndindex(planes.shape[:-2]):
            result[*plane, first:end] = _product(weights, planes[*plane, seen])
    return result


def _along_columns(planes: Planes, columns: Axis) -> Planes:
    result = np.empty((*planes.shape[:-1], columns.pixels), np.float32)
    for first in range(0, columns.pixels, _BLOCK):
        end = min(first + _BLOCK, columns.pixels)
        seen, weights = _filters(columns.part(first, end), planes.shape[-1])
        for plane in np.ndindex(planes.shape[:-2]):
            result[*plane, :, first:end] = _product(planes[*plane, :, seen], weights.T)
    return result


def _product(left: Planes, right: Planes) -> Planes:
    """The matrix product, by OpenCV: matrices this small are not worth the threads of BLAS."""
    nothing = np.empty((0, 0), np.float32)
    return np.asarray(
        cv2.gemm(np.ascontiguousarray(left), np.ascontiguousarray(right), 1, nothing, 0), np.float32
    )


def _filters(axis: Axis, side: int) -> tuple[slice, Planes]:
    """The part of `side` that is seen, and each pixel's share of it, shape (pixels, seen)."""
    spread = max(1.0, axis.scale)
    taps = np.arange(2 * math.ceil(_LOBES * spread) + 1)
    centres = axis.start + axis.scale * (np.arange(axis.pixels) + 0.5)
    places = np.floor(centres - _LOBES * spread).astype(np.intp)[:, None] + taps
    distance = (places + 0.5 - centres[:, None]) / spread
    weights = np.sinc(distance) * np.sinc(distance / _LOBES) * (np.abs(distance) < _LOBES)
    weights /= weights.sum(axis=1, keepdims=True)
    places = np.clip(places, 0, side - 1)
    first, end = int(places.min()), int(places.max()) + 1
    cells = places - first + (end - first) * np.arange(axis.pixels)[:, None]
    shares = np.bincount(cells.ravel(), weights.ravel(), axis.pixels * (end - first))
    return slice(first, end), shares.reshape(axis.pixels, end - first).astype(np.float32)
