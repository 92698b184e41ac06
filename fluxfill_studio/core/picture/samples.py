"""Samples: a picture as its file holds it, in its own colour model, depth and profile."""

from __future__ import annotations

from dataclasses import dataclass, replace
from enum import Enum
from typing import Final, TypeAlias

import numpy as np
from numpy.typing import NDArray

from fluxfill_studio.core.geometry import Size
from fluxfill_studio.core.types import Pixels

MAX_PIXELS: Final = 250_000_000
"""The most that a picture may have that is read or made."""

Values: TypeAlias = NDArray[np.uint8 | np.uint16]
"""Whole-range values of 8 or 16 bits."""


class ColourModel(Enum):
    """What a pixel's channels stand for; the value is how many there are."""

    GREY = 1
    RGB = 3
    CMYK = 4


@dataclass(frozen=True, eq=False)
class Samples:
    """All that a file says of the colour of its pixels. Two are the same only as the same object.

    `values` have the shape (height, width, channels), with 1 channel of grey (0 black), 3 of RGB
    or 4 of CMYK (0 no ink), in 8 or 16 bits. `alpha`, of the shape (height, width) and the same
    depth, is not multiplied into them. `icc_profile` describes the values; without one, RGB and
    grey are sRGB's, and CMYK is that of no press in particular.
    """

    values: Values
    alpha: Values | None = None
    icc_profile: bytes | None = None

    @classmethod
    def of(cls, pixels: Pixels) -> Samples:
        """Plain sRGB of 8 bits, shape (height, width, 3)."""
        return cls(pixels)

    @property
    def size(self) -> Size:
        height, width = self.values.shape[:2]
        return Size(width, height)

    @property
    def model(self) -> ColourModel:
        return ColourModel(self.values.shape[2])

    @property
    def depth(self) -> int:
        """Bits per channel: 8 or 16."""
        return 8 * self.values.dtype.itemsize

    @property
    def largest(self) -> int:
        """The value of a full channel: 255 or 65535."""
        return int(np.iinfo(self.values.dtype).max)

    def opaque(self) -> Samples:
        """The same without its alpha."""
        return replace(self, alpha=None)
