"""Registration: the original is found again in the picture that an outpaint preset brought back.

The service publishes neither by how much the presets grow a picture nor how it scales it, so
nothing is assumed but that all of the original is there, upright: it is looked for in every size
and place. In doubt the answer is that it was not found.
"""

from __future__ import annotations

import math
from collections.abc import Iterator
from dataclasses import dataclass
from itertools import islice

import cv2
import numpy as np

from fluxfill_studio.core.blending.alignment import Alignment, aligned, details, shared_part
from fluxfill_studio.core.blending.tones import Tones, luma
from fluxfill_studio.core.geometry import Rect, Size
from fluxfill_studio.core.picture.resampling import Axis, Grid, Planes, resampled
from fluxfill_studio.core.planning.plan import outpaint_plan
from fluxfill_studio.core.types import Pixels

# In pixels of the original: where a corner may be wrong by more, nothing was found.
TOLERANCE = 0.5
# Least correlation of the details. The right place was never seen below 0.97, a wrong one at most
# at 0.6 where nothing repeats.
_ALIKE = 0.9
# What is as much like the original as this part of the way from nothing to the best, is a rival.
_RIVAL = 0.9

_COARSE = 210  # pixels of a side, were it square, for the search; the later steps double it
_LARGEST, _SMALLEST = 1.03, 0.42  # of the size in which the original just fits
_RATIO = 1 - 1 / 80  # from size to size: the edges move by less than a pixel
_PER_SIZE, _CANDIDATES = 3, 6
_APART = 4  # pixels between two candidates
_SOFT = 1.5  # pixels; details as fine are not looked at where the place is not known well
_SURE = 0.98  # likeness of a candidate after which there is none to be looked for


@dataclass(frozen=True, slots=True)
class Placement:
    """Where a source lies in a picture: its point (x, y) at (`x` + `scale_x`·x, `y` + `scale_y`·y).

    Points are continuous: a picture's first pixel covers [0, 1) × [0, 1). No corner of the source
    is further than `error`, in pixels of the source, from where it is said to be.
    """

    scale_x: float
    scale_y: float
    x: float
    y: float
    error: float = 0.0

    @classmethod
    def in_frame(cls, frame: Rect, picture: Size) -> Placement:
        """For a picture that shows just `frame`, in coordinates of the source, in any size."""
        scale_x, scale_y = picture.width / frame.width, picture.height / frame.height
        return cls(scale_x, scale_y, -frame.x * scale_x, -frame.y * scale_y)

    def frame(self, source: Size, picture: Size) -> Rect:
        """What the picture shows, with all of the source, in whole pixels of the source."""
        shown = Rect.from_bounds(
            round(-self.x / self.scale_x),
            round(-self.y / self.scale_y),
            round((picture.width - self.x) / self.scale_x),
            round((picture.height - self.y) / self.scale_y),
        )
        return shown.united(Rect.of(source))

    def grid(self, frame: Rect) -> Grid:
        """The pixels of `frame`, in coordinates of the source, laid on the picture."""
        return Grid(
            Axis(self.scale_x, self.x + self.scale_x * frame.x, frame.width),
            Axis(self.scale_y, self.y + self.scale_y * frame.y, frame.height),
        )


def find_source(source: Pixels, result: Pixels) -> Placement | None:
    """Where `source` lies in `result`; None where that is not certain to within `TOLERANCE`.

    The result may have any size, and other tones in each channel.
    """
    size = Size(source.shape[1], source.shape[0])
    plan = outpaint_plan(size)
    reference = _planes(plan.image(source))
    found = _refined(result, reference)
    if found is None or found.likeness < _ALIKE:
        return None
    placement = _placement(found, plan.sent, size)
    if placement.error > TOLERANCE or _has_rival(luma(_planes(result)), luma(reference), found):
        return None
    return placement


def _planes(pixels: Pixels) -> Planes:
    return np.ascontiguousarray(np.moveaxis(pixels, 2, 0), np.float32)


def _size(planes: Planes) -> Size:
    return Size(planes.shape[-1], planes.shape[-2])


def _placement(found: Alignment, sent: Size, source: Size) -> Placement:
    columns, rows = found.grid.columns, found.grid.rows
    scale_x = sent.width / source.width / columns.scale
    scale_y = sent.height / source.height / rows.scale
    x, y = -columns.start / columns.scale, -rows.start / rows.scale
    return Placement(scale_x, scale_y, x, y, found.error / min(scale_x, scale_y))


def _refined(result: Pixels, reference: Planes) -> Alignment | None:
    """The reference found in the result, in steps from a small copy of it to the whole."""
    shown, size = Size(result.shape[1], result.shape[0]), _size(reference)
    found = _searched(luma(_planes(result)), luma(reference))
    if found is None:
        return None
    length, grid = found
    shared = shared_part(grid.divided(1 / length, shown), size)
    if shared.is_empty:
        return None
    part = grid.divided(1 / length, shown).part(shared)
    tones = Tones.between(result[shared.slices], resampled(reference, part))
    picture = tones.luma(result)
    while True:
        grid = grid.divided(1 / length, shown)
        length = max(1.0, length / 2)
        level = Grid.over(shown, length)
        alignment = aligned(
            resampled(picture, level) if length > 1 else picture,
            lambda grid: tones.reference_luma(resampled(reference, grid)),
            size,
            grid.divided(length, level.size),
        )
        if alignment is None or length == 1:
            return alignment
        grid = alignment.grid


def _searched(result: Planes, reference: Planes) -> tuple[float, Grid] | None:
    """The length of the pixels of a small copy of the result, and its grid on the reference."""
    length = max(1.0, math.sqrt(_size(result).area) / _COARSE)
    reduction = max(1.0, math.sqrt(_size(reference).area) / (2 * _COARSE))
    small = resampled(result, Grid.over(_size(result), length))
    reduced = resampled(reference, Grid.over(_size(reference), reduction))
    soft = _soft(small)
    best: Alignment | None = None
    for grid in _candidates(small, reduced):
        found = aligned(soft, lambda part: _soft(resampled(reduced, part)), _size(reduced), grid)
        if found is not None and (best is None or found.likeness > best.likeness):
            best = found
        if best is not None and best.likeness > _SURE:
            break
    return None if best is None else (length, best.grid.onto(1 / reduction))


def _soft(plane: Planes) -> Planes:
    """Without the finest details, which match only where the place is known already."""
    return np.asarray(cv2.GaussianBlur(plane, (0, 0), _SOFT), np.float32)


def _candidates(result: Planes, reference: Planes) -> list[Grid]:
    """The grids in whose places the edges run most alike, for every size of the reference."""
    size, there = _size(reference), _size(result)
    margin = math.ceil(0.03 * there.long_side) + 1
    edges = np.pad(_edges(result), ((margin, margin), (margin, margin), (0, 0)))
    scale = _LARGEST * min(there.width / size.width, there.height / size.height)
    found: list[tuple[float, float, int, int]] = []
    for _ in range(round(math.log(_SMALLEST / _LARGEST) / math.log(_RATIO))):
        width, height = max(1, round(scale * size.width)), max(1, round(scale * size.height))
        copy = cv2.resize(reference, (width, height), interpolation=cv2.INTER_AREA)
        likeness = cv2.matchTemplate(
            edges, _edges(np.asarray(copy, np.float32)), cv2.TM_CCORR_NORMED
        )
        peaks = islice(_peaks(np.asarray(likeness, np.float32)), _PER_SIZE)
        found += [(value, scale, x - margin, y - margin) for value, x, y in peaks]
        scale *= _RATIO
    found.sort(reverse=True)
    return [
        Grid(
            Axis(1 / scale, -x / scale, there.width),
            Axis(1 / scale, -y / scale, there.height),
        )
        for _, scale, x, y in found[:_CANDIDATES]
    ]


def _edges(plane: Planes) -> Planes:
    """The direction and strength of edges, strength counting little above the mean's."""
    smooth = cv2.GaussianBlur(plane, (0, 0), 1)
    x_slope = cv2.Sobel(smooth, cv2.CV_32F, 1, 0, ksize=1)
    y_slope = cv2.Sobel(smooth, cv2.CV_32F, 0, 1, ksize=1)
    strength = cv2.magnitude(x_slope, y_slope)
    strength += strength.mean() + 1e-3
    return np.dstack((x_slope / strength, y_slope / strength))


def _peaks(surface: Planes) -> Iterator[tuple[float, int, int]]:
    """The peaks (value, x, y) of a surface, highest first. Writes into `surface`."""
    while True:
        _, value, _, (x, y) = cv2.minMaxLoc(surface)
        if value <= 0:
            return
        yield value, x, y
        near = slice(max(0, y - _APART), y + _APART + 1), slice(max(0, x - _APART), x + _APART + 1)
        surface[near] = 0


def _has_rival(result: Planes, reference: Planes, found: Alignment) -> bool:
    """Whether the reference, in the size found, looks about as much like another place."""
    size = _size(result)
    length = max(1.0, math.sqrt(size.area) / (2 * _COARSE))
    level = Grid.over(size, length)
    shared = shared_part(found.grid.divided(length, level.size), _size(reference))
    sought = details(resampled(reference, found.grid.divided(length, level.size).part(shared)))
    likeness = cv2.matchTemplate(details(resampled(result, level)), sought, cv2.TM_CCORR_NORMED)
    around = cv2.dilate(likeness, np.ones((3, 3), np.uint8))
    peaks = np.where(likeness == around, likeness, 0)
    best = float(peaks[shared.y, shared.x]) or float(likeness[shared.y, shared.x])
    peaks[
        max(0, shared.y - 2) : shared.y + 3,
        max(0, shared.x - 2) : shared.x + 3,
    ] = 0
    return float(peaks.max()) > _RIVAL * best
