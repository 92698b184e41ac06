"""Numbers of other depths, and colour with its alpha multiplied in, as samples."""

from __future__ import annotations

from typing import Any, Final

import cv2
import numpy as np
from numpy.typing import NDArray

from fluxfill_studio.core.picture.samples import Values

_FULL: Final = 65535
# Converted at a time, so that the wider numbers in between stay small.
_BAND_VALUES: Final = 2**20


def is_reduced(dtype: np.dtype[Any]) -> bool:
    """Whether numbers of `dtype` lose something in 16 bits."""
    return dtype.itemsize > 2 or dtype.kind == "f"


def to_samples(numbers: NDArray[Any]) -> Values:
    """Unsigned integers of any width, or floating point with 1 for full, as 8 or 16 bits."""
    if numbers.dtype.kind == "f":
        unit = np.nan_to_num(numbers.astype(np.float32, copy=False)).clip(0, 1)
        return np.rint(unit * np.float32(_FULL)).astype(np.uint16)
    if numbers.dtype.itemsize > 2:
        return (numbers >> (8 * numbers.dtype.itemsize - 16)).astype(np.uint16)
    return numbers.astype(numbers.dtype.newbyteorder("="), copy=False)


def widen(values: Values, bits: int) -> None:
    """Spread values of the upper `bits`, 9 to 15, over all 16, in place, so that full is full."""
    for band in _bands(values):
        np.bitwise_or(band, band >> bits, out=band)


def unmultiply(colour: Values, alpha: Values) -> None:
    """Divide `alpha` out of `colour`, in place. Where it is zero there is no colour to be had."""
    largest = int(np.iinfo(colour.dtype).max)
    for band, cover in zip(_bands(colour), _bands(alpha, colour.shape[2]), strict=True):
        divisor = np.maximum(cover, 1).astype(np.uint32)[..., None]
        # 65535² and half of the divisor still fit into 32 bits.
        quotient = (band.astype(np.uint32) * np.uint32(largest) + divisor // 2) // divisor
        band[...] = np.minimum(quotient, largest)


def unblend_white(colour: Values, alpha: Values) -> None:
    """Take away the white that `colour` was blended on by `alpha`, in place."""
    cv2.bitwise_not(colour, dst=colour)
    unmultiply(colour, alpha)
    cv2.bitwise_not(colour, dst=colour)


def to_8_bits(values: Values) -> NDArray[np.uint8]:
    """Rounded to the nearest of 256 levels, in the same shape; of 8 bits, the very same array."""
    if values.dtype == np.uint8:
        return np.asarray(values, np.uint8)
    rounded = cv2.convertScaleAbs(values, alpha=1 / 257)
    return np.asarray(rounded, np.uint8).reshape(values.shape)


def _bands(values: Values, channels: int = 1) -> list[Values]:
    """Views of rows; with `channels` of a plane, those that a picture with so many has."""
    width = values.shape[1] * (values.shape[2] if values.ndim == 3 else channels)
    rows = max(1, _BAND_VALUES // width)
    return [values[top : top + rows] for top in range(0, len(values), rows)]
