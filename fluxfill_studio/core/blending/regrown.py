"""Regrowing: the original at its full size, with its own samples, in the picture grown around it.

Nothing of the original changes, so the seam is closed from without. The new part takes on the
original's tones, which fades in some distance; and at the very edge, where a sharp picture meets a
soft one, the difference between them is carried outwards along every point of the edge: what is
fine in it for a few pixels, what is broad for more, as a soap film would (Poisson's kernel for a
half-plane, here of Gaussians).
"""

from __future__ import annotations

import math
from collections.abc import Iterator
from dataclasses import dataclass, replace

import cv2
import numpy as np

from fluxfill_studio.core.blending.registration import Placement
from fluxfill_studio.core.geometry import Rect, Size
from fluxfill_studio.core.picture.colour import from_srgb, srgb_of
from fluxfill_studio.core.picture.resampling import Grid, Planes, resampled
from fluxfill_studio.core.picture.scaling import resized
from fluxfill_studio.core.picture.source import Source
from fluxfill_studio.core.types import Pixels

_BAND = 1 << 20  # pixels that are made at a time
_CELL = 8  # pixels of the result, a side, over which its tones are compared
_TONES_FADE = 0.5  # within this part of the original's short side
_EDGE_FADES = 3  # within so many pixels of the result, but in pixels of the source within
_LEAST_REACH, _MOST_REACH = 4, 64


def regrown(source: Source, result: Pixels, placement: Placement, frame: Rect) -> Source:
    """What `frame`, in coordinates of the source, shows: the source, and around it the result.

    `frame` holds all of the source. The samples of the source are kept to the bit; the new part is
    opaque, and has their model, depth and profile.
    """
    samples = source.samples
    old = Rect(-frame.x, -frame.y, source.size.width, source.size.height)
    toned = _toned(source.pixels, result, placement)
    edge = _Edge.of(source.pixels, toned, placement)
    values = np.empty((*frame.size.shape, samples.model.value), samples.values.dtype)
    values[old.slices] = samples.values
    for part in _bands(Rect.of(frame.size), old):
        there = part.moved(frame.x, frame.y)
        colour = edge.closed(resampled(toned, placement.grid(there)), there)
        # From 8 to 16 bits; rounded and clipped.
        merged = cv2.merge([*colour])
        wide = cv2.addWeighted(merged, 257, merged, 0, 0, dtype=cv2.CV_16U)
        values[part.slices] = from_srgb(np.asarray(wide, np.uint16), samples)
    alpha = None
    if samples.alpha is not None:
        alpha = np.full(frame.size.shape, samples.largest, samples.values.dtype)
        alpha[old.slices] = samples.alpha
    grown = replace(samples, values=values, alpha=alpha)
    return replace(source, samples=grown, pixels=srgb_of(grown))


def _bands(canvas: Rect, old: Rect) -> Iterator[Rect]:
    """The canvas without `old`, in parts of limited size."""
    sides = (
        Rect(0, 0, canvas.width, old.y),
        Rect(0, old.y, old.x, old.height),
        Rect(old.right, old.y, canvas.width - old.right, old.height),
        Rect(0, old.bottom, canvas.width, canvas.height - old.bottom),
    )
    for side in sides:
        if not side.is_empty:
            rows = max(1, _BAND // side.width)
            for top in range(side.y, side.bottom, rows):
                yield Rect(side.x, top, side.width, min(rows, side.bottom - top))


def _toned(source: Pixels, result: Pixels, placement: Placement) -> Planes:
    """The result in the tones of the source where the two meet, shape (3, height, width)."""
    shown = Size(result.shape[1], result.shape[0])
    toned = np.ascontiguousarray(np.moveaxis(result, 2, 0), np.float32)
    inner = _inside(source, shown, placement)
    if inner.is_empty:
        return toned
    difference = (
        _reduced(source, inner, placement) - toned[:, inner.y : inner.bottom, inner.x : inner.right]
    )
    cells = Size(-(-shown.width // _CELL), -(-shown.height // _CELL))
    sums = np.zeros((*shown.shape, 4), np.float32)
    sums[inner.slices] = cv2.merge([*difference, np.ones(inner.size.shape, np.float32)])
    cell_sums = cv2.resize(sums, (cells.width, cells.height), interpolation=cv2.INTER_AREA)
    means = _spread(np.asarray(cell_sums, np.float32))
    offsets = cv2.resize(means, (shown.width, shown.height), interpolation=cv2.INTER_CUBIC)
    across, down = (
        np.maximum(np.maximum(first - np.arange(side), np.arange(side) - end + 1), 0)
        for first, end, side in (
            (inner.x, inner.right, shown.width),
            (inner.y, inner.bottom, shown.height),
        )
    )
    reach = _TONES_FADE * min(inner.width, inner.height)
    distance = np.minimum(np.hypot(across[None], down[:, None]) / reach, 1)
    fade = (1 - distance**2 * (3 - 2 * distance)).astype(np.float32)
    toned += np.moveaxis(offsets, 2, 0) * fade
    return toned


def _inside(source: Pixels, shown: Size, placement: Placement) -> Rect:
    """The pixels of the result that lie wholly on the source."""
    height, width = source.shape[:2]
    bounds = Rect.from_bounds(
        math.ceil(placement.x),
        math.ceil(placement.y),
        math.floor(placement.x + placement.scale_x * width),
        math.floor(placement.y + placement.scale_y * height),
    )
    return bounds.intersected(Rect.of(shown))


def _reduced(source: Pixels, inner: Rect, placement: Placement) -> Planes:
    """The source as the pixels `inner` of the result would show it."""
    height, width = source.shape[:2]
    size = Size(max(1, round(width * placement.scale_x)), max(1, round(height * placement.scale_y)))
    small = np.moveaxis(resized(source, size), 2, 0).astype(np.float32)
    laid = Placement(
        placement.scale_x * width / size.width,
        placement.scale_y * height / size.height,
        placement.x,
        placement.y,
    ).grid(Rect.of(size))
    right, bottom = inner.right, inner.bottom
    grid = Grid(laid.columns.inverse(right), laid.rows.inverse(bottom))
    return resampled(small, grid.part(inner))


def _spread(sums: Planes) -> Planes:
    """The means of cells that hold sums and their weight, carried to those without any.

    What has none takes it from a copy of half the size, and that from the next ("pull-push").
    `sums` has the shape (height, width, 4), weight last; the means have (height, width, 3).
    """
    height, width = sums.shape[:2]
    weight = sums[..., 3:]
    means = np.asarray(sums[..., :3] / np.maximum(weight, 1e-6), np.float32)
    if weight.min() > 0 or max(height, width) == 1:
        return means
    half = ((width + 1) // 2, (height + 1) // 2)
    halved = cv2.resize(sums, half, interpolation=cv2.INTER_AREA)
    coarse = _spread(np.asarray(halved, np.float32))
    around = cv2.resize(coarse, (width, height), interpolation=cv2.INTER_LINEAR)
    return np.where(weight > 0, means, around).astype(np.float32)


@dataclass(frozen=True, eq=False)
class _Edge:
    """What the source's outermost pixels differ by from the picture around, carried outwards.

    `offsets`, of the shape (3, distance, place), are for pixels at a whole distance from the place
    of the edge that they are nearest to: places go around clockwise from the upper left.
    """

    size: Size
    offsets: Planes

    @classmethod
    def of(cls, source: Pixels, around: Planes, placement: Placement) -> _Edge:
        height, width = source.shape[:2]
        lines = (
            (Rect(0, 0, width, 1), 1),
            (Rect(width - 1, 0, 1, height), 1),
            (Rect(0, height - 1, width, 1), -1),
            (Rect(0, 0, 1, height), -1),
        )
        differences = [
            (
                np.moveaxis(source[rect.slices], 2, 0) - resampled(around, placement.grid(rect))
            ).reshape(3, -1)[:, ::step]
            for rect, step in lines
        ]
        sharp = np.concatenate(differences, axis=1).astype(np.float32)
        wish = math.ceil(_EDGE_FADES / min(placement.scale_x, placement.scale_y))
        reach = min(max(wish, _LEAST_REACH), _MOST_REACH)
        margin = 2 * reach
        looped = np.pad(sharp, ((0, 0), (margin, margin)), mode="wrap")
        offsets = np.empty((3, reach + 1, sharp.shape[1]), np.float32)
        for distance in range(reach + 1):
            soft = cv2.GaussianBlur(looped, (0, 0), max(distance, 0.1) / 2, sigmaY=1e-3)
            fade = 0.5 + 0.5 * math.cos(math.pi * distance / reach)
            offsets[:, distance] = fade * soft[:, margin:-margin]
        return cls(Size(width, height), offsets)

    def closed(self, planes: Planes, rect: Rect) -> Planes:
        """`planes`, which show `rect` (in coordinates of the source), made to meet the edge."""
        reach = self.offsets.shape[1] - 1
        near = rect.intersected(Rect.of(self.size).grown(reach))
        if near.is_empty:
            return planes
        x = np.arange(near.x, near.right)[None]
        y = np.arange(near.y, near.bottom)[:, None]
        width, height = self.size.width, self.size.height
        at_x, at_y = np.clip(x, 0, width - 1), np.clip(y, 0, height - 1)
        distance = np.rint(np.hypot(x - at_x, y - at_y)).astype(np.intp)
        place = np.select(
            [(y < 0) & (x < width), (x >= width) & (y < height), (y >= height) & (x >= 0)],
            [at_x + 0 * y, width + at_y + 0 * x, 2 * width + height - 1 - at_x + 0 * y],
            2 * (width + height) - 1 - at_y + 0 * x,
        )
        inside = near.moved(-rect.x, -rect.y)
        planes[:, inside.y : inside.bottom, inside.x : inside.right] += np.where(
            distance <= reach, self.offsets[:, np.minimum(distance, reach), place], 0
        )
        return planes
