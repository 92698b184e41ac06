"""The colours of what came back, set right by the surroundings that it shares with the source.

The service draws every pixel anew, so what it was to keep comes back too, shifted in colour like
the fill. Comparing that with what was there tells the shift, whatever the fill shows. All colours
here are sRGB in levels of 0 to 255, which the service's own shifts are nearly affine in.
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import Enum
from typing import Final

import cv2
import numpy as np
from numpy.typing import NDArray

from fluxfill_studio.core.types import Pixels

Colours = NDArray[np.float32]
"""sRGB in levels of 0 to 255, shape (height, width, 3)."""
Weights = NDArray[np.float32]
"""What counts how much, shape (height, width), 0 to 1."""

_TINY: Final = 1e-6
# The comparison is made on a grid of this long side: shifts of colour are broad, grain is not.
_GRID_SIDE: Final = 512
# Cells of that grid at which the surroundings count half as much as beside the fill.
_NEAR: Final = 24
# The side, in cells, of the squares in which contrast is compared.
_NEIGHBOURHOOD: Final = 65
# Cells that are enough to tell a gain and an offset by.
_ENOUGH: Final = 20_000
# A tone curve: rounds of reweighting, and how far it may go.
_ROUNDS: Final = 8
_GAINS: Final = (0.75, 1.35)
_FARTHEST: Final = 40.0
# How much of the residual's variance stands for "as it came" against what was measured: gains
# follow contrast that both pictures show, not grain of which each has its own.
_DOUBT: Final = 8.0
# Cells below which a shift is hardly believed.
_FEW: Final = 2.0
# Differences beyond this many levels, or twice the usual one, are taken for other content.
_OUTLYING: Final = 6.0
# The pull of a membrane against that of a whole cell of surroundings, and its sweeps per level.
_STIFFNESS: Final = 4.0
# By the nine-point mean, whose sweeps dampen every kind of roughness.
_PULL: Final = _STIFFNESS / 20 * np.array([[1, 4, 1], [4, 0, 4], [1, 4, 1]], np.float32)
_SWEEPS: Final = 12


class Match(Enum):
    """How the fill's colours follow its surroundings."""

    NONE = "none"
    """Not at all."""
    MEAN = "mean"
    """Mean and spread of every channel are set right, by one gain and one offset."""
    GRADIENT = "gradient"
    """And what is left along the mask fades away across the fill, which keeps its gradients."""


@dataclass(frozen=True, eq=False)
class Surroundings:
    """What was there and what came back of it, on one grid over the whole crop.

    `kept` is the share of every cell that the service was to keep.
    """

    before: Colours
    after: Colours
    kept: Weights

    @classmethod
    def of(cls, before: Pixels, after: Colours, kept: NDArray[np.bool_]) -> Surroundings:
        """Of pictures of one size: means over the pixels that were to be kept."""
        height, width = kept.shape
        factor = min(1.0, _GRID_SIDE / max(height, width))
        size = (max(1, round(width * factor)), max(1, round(height * factor)))
        weights = kept.astype(np.float32)
        return cls(
            _mean(before, weights, size), _mean(after, weights, size), _reduced(weights, size)
        )


def matched(fill: Colours, around: Surroundings, match: Match) -> Colours:
    """`fill`, of any size over the same crop, in the colours of its surroundings.

    Where there are none, or none that tell anything, it stays as it is.
    """
    if match is Match.NONE or not around.kept.any():
        return fill
    curve = _Curve.between(around)
    result = curve.of(fill)
    if match is Match.GRADIENT:
        rest = around.before - curve.of(around.after)
        size = (fill.shape[1], fill.shape[0])
        result += cv2.resize(_spread(rest, around.kept), size, interpolation=cv2.INTER_CUBIC)
    return result


@dataclass(frozen=True, eq=False)
class _Curve:
    """A gain and an offset for every channel, shape (3,) each."""

    gain: NDArray[np.float32]
    offset: NDArray[np.float32]

    def of(self, colours: Colours) -> Colours:
        return colours * self.gain + self.offset

    @classmethod
    def between(cls, around: Surroundings) -> _Curve:
        """What turns most of what came back into what was there, near the fill above all.

        The gain is that of the contrast within a neighbourhood: broad shifts are none of its
        business. Least squares, reweighted by how well a place fits (Geman and McClure 1985), and
        drawn towards no change as far as what is seen does not tell.
        """
        cells = np.flatnonzero(around.kept > _TINY)
        cells = cells[:: 1 + len(cells) // _ENOUGH]

        def picked(plane: NDArray[np.float32]) -> NDArray[np.float32]:
            return plane.reshape(around.kept.size, -1)[cells]

        nearness = picked(around.kept) / (1 + np.square(picked(_distance(around.kept)) / _NEAR))
        x, y = (
            picked(_contrast(colours, around.kept)) for colours in (around.after, around.before)
        )
        gain = np.ones(3, np.float32)
        for _ in range(_ROUNDS):
            share = nearness * _fitting(y - gain * x)
            share /= share.sum()
            doubt = _DOUBT * (share * np.square(y - gain * x)).sum(axis=0) + _TINY
            found = ((share * x * y).sum(axis=0) + doubt) / ((share * x * x).sum(axis=0) + doubt)
            gain = np.clip(found, *_GAINS).astype(np.float32)
        x, y = picked(around.after), picked(around.before)
        offset = np.median(y - gain * x, axis=0)
        level = np.zeros(3, np.float32)
        total = 0.0
        for _ in range(_ROUNDS):
            share = nearness * _fitting(y - gain * x - offset)
            total = float(share.sum())
            level = (share * x).sum(axis=0) / total
            offset = (share * (y - gain * x)).sum(axis=0) / total
        # At the level that the surroundings have: there the change is what was seen.
        change = (gain - 1) * level + offset
        believed = np.clip(change * total / (total + _FEW), -_FARTHEST, _FARTHEST)
        return cls(gain, (believed - (gain - 1) * level).astype(np.float32))


def _fitting(residual: NDArray[np.float32]) -> NDArray[np.float32]:
    """How much cells count by what is left of them, shape (cells, 3); shape (cells, 1), 0 to 1."""
    error = np.square(residual).mean(axis=1, keepdims=True)
    usual = np.float32(max(1.0, 2 * float(np.median(error))))
    return np.asarray(1 / np.square(1 + error / usual), np.float32)


def _contrast(colours: Colours, kept: Weights) -> Colours:
    """Without the mean of what is kept around every cell."""
    side = (_NEIGHBOURHOOD, _NEIGHBOURHOOD)
    sums = cv2.blur(colours * kept[:, :, None], side, borderType=cv2.BORDER_REPLICATE)
    share = cv2.blur(kept, side, borderType=cv2.BORDER_REPLICATE)
    means = sums / np.maximum(share, np.float32(_TINY))[:, :, None]
    return np.subtract(colours, means, dtype=np.float32)


def _spread(rest: Colours, kept: Weights) -> Colours:
    """The membrane that is fastened to `rest` where much is kept, and free elsewhere.

    Other content among the surroundings holds it little.
    """
    size = np.sqrt(np.square(rest).mean(axis=2))
    usual = max(_OUTLYING, 2 * float(np.median(size[kept > _TINY])))
    weights = kept / np.square(1 + np.square(size / np.float32(usual)))
    # Without anything else it rests at zero: a few cells do not decide for all.
    held = weights + np.float32(_STIFFNESS / _GRID_SIDE**2)
    return _membrane(rest * (weights / held)[:, :, None], held)


def _membrane(values: Colours, weights: Weights) -> Colours:
    """The field h with the least Σ weights · (h − values)² + stiffness · ∫ |∇h|².

    Where the weights are zero it is harmonic: the correction of Poisson image editing (Pérez et
    al. 2003). Solved from the coarsest grid to the finest, each beginning with the one before
    (cascadic multigrid, Bornemann and Deuflhard 1996).
    """
    height, width = weights.shape
    held = weights[:, :, None]
    if max(height, width) <= 2:
        total = max(float(weights.sum()), _TINY)
        return np.broadcast_to((values * held).sum(axis=(0, 1)) / total, values.shape)
    half = (-(-width // 2), -(-height // 2))
    coarse = np.float32(4) * _reduced(weights, half)
    # A coarse cell holds the membrane with all of its area, but costs it no more to bend.
    start = cv2.resize(_membrane(_mean(values, weights, half), coarse), (width, height))
    field = np.asarray(start, np.float32)
    pulled, full = values * held, held + _STIFFNESS
    for _ in range(_SWEEPS):
        around = cv2.filter2D(field, -1, _PULL, borderType=cv2.BORDER_REPLICATE)
        field = np.divide(around + pulled, full, out=field)
    return field


def _distance(kept: Weights) -> Weights:
    """How many cells away from the nearest that is not whole; 1 where all are."""
    whole = (kept >= 1 - _TINY).astype(np.uint8)
    if whole.all():
        return np.ones_like(kept)
    # By steps within 5 × 5 cells. OpenCV's exact ones differ in their last bit from call to call,
    # and a fill that is blended again must come out the same.
    return np.asarray(cv2.distanceTransform(whole, cv2.DIST_L2, cv2.DIST_MASK_5), np.float32)


def _mean(colours: Pixels | Colours, weights: Weights, size: tuple[int, int]) -> Colours:
    """Over the cells of a grid of `size` (width, height); 0 where the weights are."""
    sums = _reduced(np.multiply(colours, weights[:, :, None], dtype=np.float32), size)
    sums /= np.maximum(_reduced(weights, size), np.float32(_TINY))[:, :, None]
    return sums


def _reduced(plane: NDArray[np.float32], size: tuple[int, int]) -> NDArray[np.float32]:
    return np.asarray(cv2.resize(plane, size, interpolation=cv2.INTER_AREA), np.float32)
