"""Brush stamps: round, of any size and hardness, cached at sub-pixel positions."""

from __future__ import annotations

import math
from dataclasses import dataclass
from functools import lru_cache

import numpy as np
from numpy.typing import NDArray

from fluxfill_studio.core.geometry import Point, Rect
from fluxfill_studio.core.types import Plane

MIN_SIZE, MAX_SIZE = 1, 2000
# Below this diameter a pixel is not small against the rim's curve, so coverage is supersampled.
_SUPERSAMPLED_BELOW = 24
_SUPERSAMPLES = 8


@dataclass(frozen=True, slots=True)
class Brush:
    """`size` is the diameter in image pixels (1 to 2000); `hardness`, `opacity` are 0 to 1.

    The coverage is full up to `hardness` of the radius and falls to nothing at the rim along a
    cosine, whose ends are flat and so leave no visible edge.
    """

    size: float
    hardness: float = 1.0
    opacity: float = 1.0

    @property
    def radius(self) -> float:
        return self.size / 2

    @property
    def spacing(self) -> float:
        """The distance between dabs, in image pixels.

        Discs of radius r at distance s leave scallops s²/8r deep (the sagitta of the chord s);
        s = √(0.8 r) makes that a tenth of a pixel, which no eye finds.
        """
        return max(0.5, math.sqrt(0.8 * self.radius))


@dataclass(frozen=True, slots=True)
class Stamp:
    """One dab's coverage and the image rectangle that it covers."""

    rect: Rect
    coverage: Plane


def stamp_at(brush: Brush, centre: Point) -> Stamp:
    """The dab of `brush` at `centre`, rounded to the sub-pixel grid of its size."""
    grid = _sub_pixel_steps(brush.size)
    column = round(centre.x * grid)
    row = round(centre.y * grid)
    coverage = _coverage(brush.size, brush.hardness, column % grid / grid, row % grid / grid)
    half = coverage.shape[0] // 2
    rect = Rect(column // grid - half, row // grid - half, coverage.shape[1], coverage.shape[0])
    return Stamp(rect, coverage)


def _sub_pixel_steps(size: float) -> int:
    """Positions per pixel: with a larger brush a fraction shows less and costs more."""
    if size <= 128:
        return 4
    return 2 if size <= 512 else 1


@lru_cache(maxsize=64)
def _coverage(size: float, hardness: float, dx: float, dy: float) -> Plane:
    """Coverage of a dab whose centre lies `dx`, `dy` right of and below a pixel corner.

    The corner is the one before element [n, n] of the array of shape (2n + 1, 2n + 1).
    """
    radius = size / 2
    half = math.ceil(radius + 1)
    side = 2 * half + 1
    samples = _SUPERSAMPLES if size < _SUPERSAMPLED_BELOW else 1
    centres = (np.arange(side * samples, dtype=np.float32) + 0.5) / samples - half
    distance = np.hypot(centres[:, None] - dy, centres[None, :] - dx)
    coverage = _profile(distance, radius, hardness, width=1 / samples)
    if samples > 1:
        coverage = coverage.reshape(side, samples, side, samples).mean(axis=(1, 3))
    result: Plane = np.rint(coverage * 255).astype(np.uint8)
    result.flags.writeable = False
    return result


def _profile(
    distance: NDArray[np.float32], radius: float, hardness: float, width: float
) -> NDArray[np.float32]:
    """Coverage 0 to 1 at `distance` from the centre; `width` is that of one sample, in pixels."""
    rim: NDArray[np.float32] = np.clip((radius - distance) / width + 0.5, 0, 1)
    falloff = radius * (1 - hardness)
    if falloff < width:
        return rim
    depth = np.clip((radius - distance) / falloff, 0, 1)
    soft: NDArray[np.float32] = np.minimum(rim, 0.5 - 0.5 * np.cos(np.pi * depth))
    return soft
