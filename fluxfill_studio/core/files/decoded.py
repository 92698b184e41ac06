"""What a file's decoder gives, and the rules that hold for every format."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Final

from fluxfill_studio.core.errors import ImageTooLarge
from fluxfill_studio.core.geometry import Size
from fluxfill_studio.core.picture.icc import Colours, profile_of
from fluxfill_studio.core.picture.samples import MAX_PIXELS, ColourModel, Samples, Values

# JPEG keeps a resolution in 16 bits. A TIFF that states none comes as 1 dpi.
_MIN_DPI, _MAX_DPI = 2, 65535
# Where an ICC profile names its data colour space, and as what (ICC.1:2022, 7.2.8).
_DATA_COLOUR_SPACE: Final = slice(16, 20)
_SPACES: Final = {ColourModel.GREY: b"GRAY", ColourModel.RGB: b"RGB ", ColourModel.CMYK: b"CMYK"}

Progress = Callable[[float], object]
"""Told how far a piece of work is, 0 to 1; may be called from any thread."""


@dataclass(frozen=True, eq=False)
class Decoded:
    """A picture as it is stored, to be turned by `orientation`, 1 to 8 (Exif 2.32, 4.6.4 A).

    `exif`, `dpi`, `reduced` and `is_hdr` are those of `Source`.
    """

    samples: Samples
    orientation: int = 1
    exif: bytes | None = None
    dpi: tuple[float, float] | None = None
    reduced: bool = False
    is_hdr: bool = False


def check_size(size: Size, name: str) -> None:
    """Raise ImageTooLarge, before anything is allocated, for more than MAX_PIXELS."""
    pixels = size.width * size.height
    if pixels > MAX_PIXELS:
        megapixels, limit = round(pixels / 1e6), round(MAX_PIXELS / 1e6)
        raise ImageTooLarge(name=name, megapixels=megapixels, limit=limit)


def samples_of(
    values: Values, alpha: Values | None, icc_profile: object, colours: Colours | None = None
) -> Samples:
    """With the profile, where it is one of the values' model; in damaged files it is anything.

    Without one, with a profile that says what `colours` do where that is not sRGB.
    """
    model = ColourModel(values.shape[2])
    if isinstance(icc_profile, bytes) and icc_profile[_DATA_COLOUR_SPACE] == _SPACES[model]:
        return Samples(values, alpha, icc_profile)
    if colours is None or (model is ColourModel.GREY and colours.gamma is None):
        return Samples(values, alpha)
    return Samples(values, alpha, profile_of(colours, model))


def dpi_of(x: float, y: float) -> tuple[float, float] | None:
    """The stated resolution where it is one that every format can keep."""
    kept = all(_MIN_DPI <= value <= _MAX_DPI for value in (x, y))
    return (x, y) if kept else None
