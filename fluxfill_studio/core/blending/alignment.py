"""Alignment: a picture is laid on another of the same scene, to small fractions of a pixel.

Gauss and Newton's method on the differences of brightness (Lucas and Kanade 1981), for a scale and
a shift along each side and a gain, with Cauchy's weights, so that what was painted over counts for
little. How far the answer can be trusted is found by leaving out one part of the picture after the
other (the jackknife: Tukey 1958), which assumes nothing of the kind of noise; and by whether the
corners, each by itself, would lie where the whole says.
"""

from __future__ import annotations

import math
from collections.abc import Callable
from dataclasses import dataclass
from itertools import pairwise, product
from typing import TypeAlias

import cv2
import numpy as np
from numpy.typing import NDArray

from fluxfill_studio.core.geometry import Rect, Size
from fluxfill_studio.core.picture.resampling import Axis, Grid, Planes

Show: TypeAlias = Callable[[Grid], Planes]
"""What a grid shows of the reference, one plane."""

_STEPS = 12
_STILL = 0.002  # a step of so many pixels is the last
_RIM = 3  # pixels along the reference's border that are not compared: others are mixed in there
_SMALLEST = 16  # pixels of the shorter side of what can be compared at all
_GRAIN = 0.7  # pixels; finer details depend on the filter by which a picture was scaled
_BROAD = 8  # what is broader than this part of the short side is light, not detail
_PARTS = 8  # of a side, left out in turn
_CORNER = 2  # parts of a side, that stand for a corner
# Of the difference that remains, so much may be a shift all over the picture that no part of it
# gives away. Rounding to 8 bits, clipped highlights and uneven filters were seen to do up to 0.3 in
# photographs; lines of text as far apart as two squares of a JPEG, once, 0.4.
_HIDDEN = 0.35
_LEAST = 0.015  # pixels; nothing is known better than that
_ASTRAY = 0.15  # pixels; uneven filters were seen to move a corner by half as much
_LOOSE = 0.1  # pixels; about so far a corner may go by itself without showing that it does
_OWN = (1, 3, 4, 5)  # what a corner is given of its own: the shifts, gain and offset


@dataclass(frozen=True, slots=True)
class Alignment:
    """The `grid` that shows a picture's pixels on the reference.

    `likeness` is the correlation of their details, at most 1; `error` a bound, in pixels of the
    picture, of how far the corners of what they share may be from where they are said to be:
    infinite where a corner is at odds with the rest.
    """

    grid: Grid
    likeness: float
    error: float


def aligned(picture: Planes, show: Show, reference: Size, grid: Grid) -> Alignment | None:
    """The best grid near `grid` for a picture of one plane; None where there is none nearby."""
    shared = Rect.of(grid.size)
    for _ in range(_STEPS):
        # Never more of it than before: where rows at the rim come and go, no step is the last.
        shared = shared.intersected(shared_part(grid, reference))
        if min(shared.width, shared.height) < _SMALLEST:
            return None
        pair = _Pair.of(picture[shared.slices], show(grid.part(shared)))
        motion = pair.motion
        if not np.isfinite(motion).all() or np.abs(motion).max() > _SMALLEST:
            return None
        grid = _moved(grid, shared, motion)
        if np.abs(motion).max() < _STILL:
            return Alignment(grid, pair.likeness, pair.error)
    return None


def shared_part(grid: Grid, reference: Size) -> Rect:
    """The pixels of `grid` that lie wholly on the reference, but for a rim."""

    def shared(axis: Axis, side: int) -> tuple[int, int]:
        there = axis.inverse(side)
        first, end = there.start, there.start + there.scale * side
        return max(0, math.ceil(first) + _RIM), min(axis.pixels, math.floor(end) - _RIM)

    left, right = shared(grid.columns, reference.width)
    top, bottom = shared(grid.rows, reference.height)
    return Rect.from_bounds(left, top, right, bottom)


def details(plane: Planes) -> Planes:
    """`plane` without its finest grain and without what is broader than details."""
    side = 2 * (min(plane.shape) // (2 * _BROAD)) + 1
    fine = cv2.GaussianBlur(plane, (0, 0), _GRAIN)
    return np.asarray(fine - cv2.blur(fine, (side, side)), np.float32)


def _moved(grid: Grid, shared: Rect, motion: NDArray[np.float64]) -> Grid:
    """With every pixel moved: by (stretch, shift) of each side, the stretch that of the edges."""

    def moved(axis: Axis, first: int, pixels: int, stretch: float, shift: float) -> Axis:
        slope = 2 * stretch / pixels
        offset = shift - slope * (first + pixels / 2)
        return Axis(axis.scale * (1 + slope), axis.start + axis.scale * offset, axis.pixels)

    columns = moved(grid.columns, shared.x, shared.width, float(motion[0]), float(motion[1]))
    rows = moved(grid.rows, shared.y, shared.height, float(motion[2]), float(motion[3]))
    return Grid(columns, rows)


@dataclass(frozen=True, eq=False)
class _Pair:
    """Two pictures of the same part, and the equations of the motion that makes them alike.

    `remains` is the difference that is left, as the shift that would make as much of it.
    `parts`, of shape (parts, 7, 7), holds the sums of products of the columns x-stretch, x-shift,
    y-stretch, y-shift, gain, offset and difference over each part of the picture.
    """

    likeness: float
    remains: float
    parts: NDArray[np.float64]

    @classmethod
    def of(cls, seen: Planes, shown: Planes) -> _Pair:
        seen, shown = details(seen), details(shown)
        both, power = float(np.vdot(seen, shown)), float(np.vdot(shown, shown))
        likeness = both / max(math.sqrt(power * float(np.vdot(seen, seen))), 1e-9)
        shown *= both / max(power, 1e-9)
        difference = seen - shown
        seen += shown
        # Of the mean of the two, twice the step of one pixel.
        x_slope = cv2.Sobel(seen, cv2.CV_32F, 1, 0, ksize=1, scale=0.25)
        y_slope = cv2.Sobel(seen, cv2.CV_32F, 0, 1, ksize=1, scale=0.25)
        # Of normal noise, the standard deviation. Cauchy's constant is that of 95 % efficiency.
        noise = 1.4826 * float(np.median(np.abs(difference[::3, ::3]))) + 1e-6
        weight = 1 / np.sqrt(1 + (difference / (2.385 * noise)) ** 2)
        x_slope *= weight
        y_slope *= weight
        difference *= weight
        height, width = seen.shape
        x = np.linspace(1 / width - 1, 1 - 1 / width, width, dtype=np.float32)
        y = np.linspace(1 / height - 1, 1 - 1 / height, height, dtype=np.float32)[:, None]
        motions = (x_slope * x, x_slope, y_slope * y, y_slope)
        columns = np.stack((*motions, shown * weight, weight, difference))
        steep = float(np.vdot(x_slope, x_slope) + np.vdot(y_slope, y_slope))
        remains = math.sqrt(float(np.vdot(difference, difference)) / max(steep, 1e-9))
        return cls(likeness, remains, _sums(columns))

    @property
    def motion(self) -> NDArray[np.float64]:
        """What moves `shown` to `seen`, in pixels."""
        return _solved(self.parts.sum(axis=0))

    @property
    def error(self) -> float:
        """A bound of the corners' error, in pixels: see `Alignment`."""
        if self._astray > _ASTRAY:
            return math.inf
        count = len(self.parts)
        motions = _solved(self.parts.sum(axis=0) - self.parts)
        motions = motions - motions.mean(axis=0)
        variance = max(
            float(((x * motions[:, 0] + motions[:, 1]) ** 2).sum())
            + float(((y * motions[:, 2] + motions[:, 3]) ** 2).sum())
            for x, y in product((-1, 1), repeat=2)
        )
        spread = math.sqrt(variance * (count - 1) / count)
        return 3 * spread + _HIDDEN * self.remains + _LEAST

    @property
    def _astray(self) -> float:
        """How far from the rest the worst corner lies, in pixels, if it is laid by itself.

        Scales and shifts do not explain a picture that was turned, warped or moved in part, however
        well they fit its middle. A corner in which little is to be seen counts as in its place.
        """
        parts = self.parts.reshape(_PARTS, _PARTS, 7, 7)
        ends = slice(_CORNER), slice(-_CORNER, None)
        corners = np.array([parts[place].sum(axis=(0, 1)) for place in product(ends, repeat=2)])
        noise = corners[:, 6, 6] / corners[:, 5, 5]
        sums = corners[:, _OWN][:, :, _OWN] + 1e-6 * np.eye(len(_OWN))
        sums[:, (0, 1), (0, 1)] += noise[:, None] / _LOOSE**2
        shifts = np.linalg.solve(sums, corners[:, _OWN, 6:])[:, :2, 0]
        return float(np.hypot(*shifts.T).max())


def _sums(columns: Planes) -> NDArray[np.float64]:
    """The sums of products of `columns`, shape (n, height, width), over each part."""
    n, height, width = columns.shape
    tops, lefts = (np.linspace(0, side, _PARTS + 1).astype(int) for side in (height, width))
    parts = (
        columns[:, top:bottom, left:right].reshape(n, -1)
        for (top, bottom), (left, right) in product(pairwise(tops), pairwise(lefts))
    )
    return np.array([cv2.mulTransposed(part, False, dtype=cv2.CV_64F) for part in parts])


def _solved(sums: NDArray[np.float64]) -> NDArray[np.float64]:
    """The motion that explains the difference best, shape (…, 4); inf where nothing tells."""
    try:
        solution = np.linalg.solve(sums[..., :6, :6], sums[..., :6, 6:])
        return np.asarray(solution[..., :4, 0], np.float64)
    except np.linalg.LinAlgError:
        return np.full((*sums.shape[:-2], 4), np.inf)
