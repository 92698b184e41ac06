"""The formats a picture is saved in: what each can keep, and what becomes of the rest."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from enum import Enum
from typing import Final

from fluxfill_studio.core.picture.depth import to_8_bits
from fluxfill_studio.core.picture.samples import ColourModel, Samples
from fluxfill_studio.core.picture.source import Source
from fluxfill_studio.core.texts import QT_TRANSLATE_NOOP


@dataclass(frozen=True)
class Facts:
    """What a format can keep."""

    models: frozenset[ColourModel]
    depth: int
    """The most bits per channel."""
    alpha: bool
    resolution: bool
    lossless: bool = True
    longest_side: int = 2**31 - 1
    longest_exif: int | None = None
    """In bytes; None where there is no limit."""


_RGB: Final = frozenset({ColourModel.RGB})
_GREY_RGB: Final = frozenset({ColourModel.GREY, ColourModel.RGB})


class Format(Enum):
    """How pictures are written. The values say what each can keep.

    PNG, third edition, 11.2.1. TIFF 6.0. JPEG: libjpeg refuses more pixels a side than here, and a
    segment with its length holds 65535 bytes (ITU-T T.81, B.1.1.4). WebP (RFC 9649, 3.4) and AVIF
    are written without loss; a grey picture in them is one of equal RGB to most readers, and
    libavif reads no more pixels a side than here.
    """

    PNG = Facts(_GREY_RGB, depth=16, alpha=True, resolution=True)
    TIFF = Facts(frozenset(ColourModel), depth=16, alpha=True, resolution=True)
    JPEG = Facts(
        frozenset(ColourModel),
        depth=8,
        alpha=False,
        resolution=True,
        lossless=False,
        longest_side=65500,
        longest_exif=65533,
    )
    WEBP = Facts(_RGB, depth=8, alpha=True, resolution=False, longest_side=16383)
    AVIF = Facts(_RGB, depth=8, alpha=True, resolution=False, longest_side=32768)


SAVE_FORMATS: Final[Mapping[str, Format]] = {
    ".png": Format.PNG,
    ".tif": Format.TIFF,
    ".tiff": Format.TIFF,
    ".jpg": Format.JPEG,
    ".jpeg": Format.JPEG,
    ".webp": Format.WEBP,
    ".avif": Format.AVIF,
}
"""By the endings of names, in lower case."""


class Loss(Enum):
    """What a format does not keep of a picture. The values are texts for the user."""

    DEPTH = QT_TRANSLATE_NOOP("losses", "16 bits per channel become 8.")
    ALPHA = QT_TRANSLATE_NOOP("losses", "Transparency is left out.")
    CMYK_TO_RGB = QT_TRANSLATE_NOOP("losses", "CMYK is converted to sRGB.")
    PROFILE = QT_TRANSLATE_NOOP("losses", "The colour profile is replaced by sRGB.")
    RESOLUTION = QT_TRANSLATE_NOOP("losses", "The resolution for printing is left out.")
    EXIF = QT_TRANSLATE_NOOP("losses", "The Exif data is left out: it is too long.")
    RECOMPRESSED = QT_TRANSLATE_NOOP(
        "losses", "All pixels change a little, also those outside the mask."
    )


def losses(picture: Source, ending: str) -> list[Loss]:
    """What saving `picture` under a name with this ending of SAVE_FORMATS would not keep."""
    facts, samples = SAVE_FORMATS[ending.lower()].value, picture.samples
    converted = samples.model not in facts.models
    cmyk = samples.model is ColourModel.CMYK
    lost = {
        Loss.DEPTH: samples.depth > (8 if converted else facts.depth),
        Loss.ALPHA: samples.alpha is not None and not facts.alpha,
        Loss.CMYK_TO_RGB: converted and cmyk,
        Loss.PROFILE: converted and not cmyk and samples.icc_profile is not None,
        Loss.RESOLUTION: picture.dpi is not None and not facts.resolution,
        Loss.EXIF: _exif_is_too_long(picture, facts),
        Loss.RECOMPRESSED: not facts.lossless,
    }
    return [loss for loss, is_lost in lost.items() if is_lost]


def fitted(picture: Source, facts: Facts) -> Source:
    """What of `picture` a format keeps; itself where that is all, but for the compression.

    A colour model that the format lacks becomes sRGB of 8 bits; 16 bits are rounded to 8.
    """
    samples = picture.samples
    alpha = samples.alpha if facts.alpha else None
    if samples.model not in facts.models:
        alpha = None if alpha is None else to_8_bits(alpha)
        samples = Samples(picture.pixels, alpha)
    elif samples.depth > facts.depth:
        alpha = None if alpha is None else to_8_bits(alpha)
        samples = Samples(to_8_bits(samples.values), alpha, samples.icc_profile)
    elif alpha is not samples.alpha:
        samples = samples.opaque()
    exif = None if _exif_is_too_long(picture, facts) else picture.exif
    return replace(picture, samples=samples, exif=exif)


def _exif_is_too_long(picture: Source, facts: Facts) -> bool:
    limit = facts.longest_exif
    return limit is not None and picture.exif is not None and len(picture.exif) > limit
