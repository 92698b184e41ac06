"""Brush stamps: round, of any size and hardness, kept at sub-pixel positions."""

from __future__ import annotations

import math
from collections import OrderedDict
from dataclasses import dataclass
from typing import NamedTuple

import cv2
import numpy as np

from fluxfill_studio.core.types import Plane

MIN_SIZE, MAX_SIZE = 1, 2000
# Slopes narrower than this, in pixels, are the rim of a disc.
_HARD_BELOW = 0.25
# In narrower slopes than this, the middle of a pixel would be 8 levels or more from its mean.
_STEEP_BELOW = 2.5
_CACHE_BUDGET = 32 * 2**20
# The cosine's 256 levels: 0.5 - 0.5 cos(π depth).
_COSINE = np.rint(127.5 - 127.5 * np.cos(np.linspace(0, np.pi, 256))).astype(np.uint8)


@dataclass(frozen=True, slots=True)
class Brush:
    """`size` is the diameter in image pixels (1 to 2000); `hardness`, `opacity` are 0 to 1.

    The coverage is full up to `hardness` of the radius and falls to nothing at the rim along a
    cosine, whose ends are flat and so leave no visible edge. With `pressure_size` and
    `pressure_opacity` the pen's pressure, 0 to 1, scales the one or the other.
    """

    size: float
    hardness: float = 1.0
    opacity: float = 1.0
    pressure_size: bool = False
    pressure_opacity: bool = False

    @property
    def radius(self) -> float:
        return self.size / 2

    def size_at(self, pressure: float) -> float:
        """The diameter under `pressure`, in steps that are too small to be seen."""
        if not self.pressure_size:
            return self.size
        size = max(self.size * pressure, MIN_SIZE)
        step = 1.0 if size > 64 else 0.5 if size > 16 else 0.125 if size > 4 else 0.0625
        return max(round(size / step) * step, MIN_SIZE)

    def spacing(self, size: float) -> float:
        """The distance between dabs of diameter `size`, in image pixels.

        Discs of radius r at distance s leave scallops s²/8r deep (the sagitta of the chord s).
        They may be a tenth of a pixel deep, which no eye finds; where the rim is soft, as deep as
        its slope (at most π/2 over the width of the falloff) turns into one level of 255. The
        radius is that of the contour in the middle of the slope.
        """
        slope = size / 2 * (1 - self.hardness)
        depth = max(0.1, slope * 2 / math.pi / 255)
        return max(0.5, math.sqrt(8 * (size / 2 - slope / 2) * depth))


class Stamp(NamedTuple):
    """One dab: its coverage, of shape (n, n) and not to be written to, and where it lies.

    `left` and `top` are those of the coverage, `x` and `y` the dab's middle, in image pixels.
    """

    left: int
    top: int
    coverage: Plane
    x: float
    y: float


class Tip:
    """A brush of one size and hardness: its stamps at every position of a sub-pixel grid."""

    def __init__(self, size: float, hardness: float) -> None:
        self._size = size
        self._hardness = hardness
        self._grid = _sub_pixel_steps(size, hardness)
        self._half = _half_side(size)
        self._coverages: dict[tuple[int, int], Plane] = {}

    @property
    def byte_count(self) -> int:
        """What its stamps can take, as if all had been made."""
        return (2 * self._half + 1) ** 2 * self._grid**2

    def at(self, x: float, y: float) -> Stamp:
        """A dab centred at (x, y), rounded to the grid."""
        grid = self._grid
        column, row = round(x * grid), round(y * grid)
        part = column % grid, row % grid
        coverage = self._coverages.get(part)
        if coverage is None:
            coverage = coverage_of(self._size, self._hardness, part[0] / grid, part[1] / grid)
            self._coverages[part] = coverage
        left, top = column // grid - self._half, row // grid - self._half
        return Stamp(left, top, coverage, column / grid, row / grid)


class Tips:
    """The tips used last, within a budget of bytes: making a stamp costs more than laying it."""

    def __init__(self, budget: int = _CACHE_BUDGET) -> None:
        self._budget = budget
        self._tips: OrderedDict[tuple[float, float], Tip] = OrderedDict()
        self._byte_count = 0

    def of(self, size: float, hardness: float) -> Tip:
        """The tip of a brush; `size` is its diameter in image pixels, `hardness` 0 to 1."""
        key = (size, hardness)
        tip = self._tips.get(key)
        if tip is not None:
            self._tips.move_to_end(key)
            return tip
        tip = self._tips[key] = Tip(size, hardness)
        self._byte_count += tip.byte_count
        while self._byte_count > self._budget and len(self._tips) > 1:
            self._byte_count -= self._tips.popitem(last=False)[1].byte_count
        return tip


def _half_side(size: float) -> int:
    """A stamp's side is twice this and one: a pixel more than the disc on every side."""
    return math.ceil(size / 2 + 1)


def _sub_pixel_steps(size: float, hardness: float) -> int:
    """Positions per pixel: where a slope is wide, half a step changes it by a level or two.

    On a hard rim a fraction shows less with a larger brush, and costs more.
    """
    slope = size / 2 * (1 - hardness)
    if size <= 128:
        return 4
    return 1 if size > 512 or slope > 100 else 2


def coverage_of(size: float, hardness: float, dx: float, dy: float) -> Plane:
    """Coverage of a dab whose centre lies `dx`, `dy` right of and below a pixel corner.

    The corner is the one before element [n, n] of the read-only array of shape (2n + 1, 2n + 1).
    """
    radius = size / 2
    slope = radius * (1 - hardness)
    is_hard = slope < _HARD_BELOW
    half = _half_side(size)
    side = 2 * half + 1
    samples = _supersamples(size, slope)
    width = 1 / samples
    # The distance is measured in levels of the slope, so that one subtraction, which saturates,
    # gives them. A hard rim is a ramp as wide as a sample around the middle of the slope.
    levels = 255 / (width if is_hard else slope)
    rim = (radius - slope / 2 + width / 2 if is_hard else radius) * levels
    places = (np.arange(side * samples, dtype=np.float32) + 0.5) * width - half
    xs, ys = (places - dx) * levels, (places - dy) * levels
    distance = cv2.sqrt(ys[:, None] ** 2 + xs[None, :] ** 2)
    coverage = cv2.subtract(np.array([rim]), distance, dtype=cv2.CV_8U)
    if not is_hard:
        coverage = cv2.LUT(coverage, _COSINE)
    if samples > 1:
        coverage = cv2.resize(coverage, (side, side), interpolation=cv2.INTER_AREA)
    result = np.asarray(coverage, np.uint8)
    result.flags.writeable = False
    return result


def _supersamples(size: float, slope: float) -> int:
    """Samples along each side of a pixel: more where it is not small against curve and slope."""
    if size < 24:
        return 8
    if slope < _HARD_BELOW:
        return 2
    return min(math.ceil(_STEEP_BELOW / slope), 8 if size < 128 else 4)
