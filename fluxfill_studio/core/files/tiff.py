"""TIFF files of 8 and more bits: what their tags say of colour, alpha, profile and resolution."""

from __future__ import annotations

import io
from typing import Any, Final

import cv2
import numpy as np
from PIL.TiffImagePlugin import ImageFileDirectory_v2

from fluxfill_studio.core.errors import ImageKindUnknown
from fluxfill_studio.core.files.decoded import Decoded, Progress, check_size, dpi_of, samples_of
from fluxfill_studio.core.files.exif import exif_in
from fluxfill_studio.core.files.strips import (
    BITS,
    CHANNELS,
    COMPRESSION,
    PACKED,
    PHOTOMETRIC,
    PLAIN,
    SAMPLE_FORMAT,
    WIDTH,
    Strips,
)
from fluxfill_studio.core.picture.depth import is_reduced, to_samples, unmultiply
from fluxfill_studio.core.picture.samples import Values

SIGNATURES: Final = (b"II*\0", b"MM\0*", b"II+\0", b"MM\0+")
"""How files begin in either byte order, the last two with offsets of 64 bits (BigTIFF)."""

# The version of a file with offsets of 64 bits.
_BIG: Final = 43
_MOST_CHANNELS: Final = 32
_X_RESOLUTION, _Y_RESOLUTION, _RESOLUTION_UNIT = 282, 283, 296
_EXTRA_CHANNELS, _ICC_PROFILE = 338, 34675

_WHITE_IS_ZERO, _BLACK_IS_ZERO, _RGB, _PALETTE, _SEPARATED, _YCBCR = 0, 1, 2, 3, 5, 6
_COLOURS: Final = {_WHITE_IS_ZERO: 1, _BLACK_IS_ZERO: 1, _RGB: 3, _SEPARATED: 4}
_ASSOCIATED, _UNASSOCIATED = 1, 2
_UNSIGNED, _FLOAT = 1, 3
_DTYPES: Final = {
    (_UNSIGNED, 8): "u1",
    (_UNSIGNED, 16): "u2",
    (_UNSIGNED, 32): "u4",
    (_FLOAT, 16): "f2",
    (_FLOAT, 32): "f4",
    (_FLOAT, 64): "f8",
}
_NO_UNIT, _CENTIMETRE = 1, 3
_CM_PER_INCH: Final = 2.54


def tiff_decoded(data: bytes, name: str, report: Progress) -> Decoded | None:
    """The first picture in a TIFF file; None for what is left to Pillow.

    Raises ImageTooLarge, ImageKindUnknown, and for damage what Pillow and numpy raise.
    """
    tags = ImageFileDirectory_v2(data[: 16 if data[2] == _BIG else 8])
    file = io.BytesIO(data)
    file.seek(tags.next)
    tags.load(file)
    if WIDTH not in tags or _is_left_to_pillow(tags):
        return None
    dtype = _dtype_of(tags)
    photometric, channels = int(tags[PHOTOMETRIC]), int(tags.get(CHANNELS, 1))
    colours = _COLOURS.get(photometric)
    if dtype is None or colours is None or channels > _MOST_CHANNELS:
        raise ImageKindUnknown(name=name)
    if channels < colours:
        raise ValueError("a directory that is cut off")
    strips = Strips.of(tags, dtype)
    check_size(strips.size, name)
    check_size(strips.strip, name)
    alpha_kind, alpha_channel = _alpha_of(tags, colours)
    values, alpha = _read(data, strips, colours, alpha_channel, report)
    if photometric == _WHITE_IS_ZERO:
        cv2.bitwise_not(values, dst=values)
    if alpha is not None and alpha_kind == _ASSOCIATED:
        unmultiply(values, alpha)
    orientation, exif = exif_in(data)
    return Decoded(
        samples_of(values, alpha, tags.get(_ICC_PROFILE)),
        orientation,
        exif,
        _dpi_of(tags),
        is_reduced(dtype),
    )


def _is_left_to_pillow(tags: ImageFileDirectory_v2) -> bool:
    """Fewer than 8 bits, palettes, and what is compressed for faxes or as JPEG."""
    return (
        max(tags.get(BITS, (1,))) < 8
        or tags.get(PHOTOMETRIC) in (_PALETTE, _YCBCR)
        or tags.get(COMPRESSION, PLAIN) not in (PLAIN, *PACKED)
    )


def _dtype_of(tags: ImageFileDirectory_v2) -> np.dtype[Any] | None:
    """Of all channels; None where they differ, or are of a kind that is not known."""
    kinds = set(tags.get(SAMPLE_FORMAT, (_UNSIGNED,)))
    depths = set(tags[BITS])
    if len(kinds) != 1 or len(depths) != 1:
        return None
    code = _DTYPES.get((kinds.pop(), depths.pop()))
    order = "<" if tags.prefix == b"II" else ">"
    return None if code is None else np.dtype(order + code)


def _alpha_of(tags: ImageFileDirectory_v2, colours: int) -> tuple[int | None, int | None]:
    """How the alpha is stored, and in which channel; the channels of selections are passed over."""
    extra = tags.get(_EXTRA_CHANNELS)
    if extra is None:
        # Written by programs that take the fourth channel for granted.
        extra = (_UNASSOCIATED,) if tags.get(CHANNELS) == colours + 1 else ()
    for channel, kind in enumerate(extra[: int(tags.get(CHANNELS, 1)) - colours], colours):
        if kind in (_ASSOCIATED, _UNASSOCIATED):
            return kind, channel
    return None, None


def _read(
    data: bytes, strips: Strips, colours: int, alpha_channel: int | None, report: Progress
) -> tuple[Values, Values | None]:
    """The channels of the colour, and that of the alpha."""
    dtype = np.uint8 if strips.dtype.itemsize == 1 else np.uint16
    height, width = strips.size.shape
    values: Values = np.empty((height, width, colours), dtype)
    alpha: Values | None = None
    last = colours - 1
    if alpha_channel is not None:
        alpha, last = np.empty((height, width), dtype), alpha_channel
    planes = range(last + 1 if strips.planes > 1 else 1)
    for block in strips.blocks(data, planes):
        rows = slice(block.y, min(height, block.y + block.numbers.shape[0]))
        columns = slice(block.x, min(width, block.x + block.numbers.shape[1]))
        samples = to_samples(
            block.numbers[: rows.stop - rows.start, : columns.stop - columns.start]
        )
        first, count = block.channel, samples.shape[2]
        if first < colours:
            values[rows, columns, first : first + count] = samples[..., :colours]
        if alpha is not None and alpha_channel is not None:
            within = alpha_channel - first
            if 0 <= within < count:
                alpha[rows, columns] = samples[..., within]
        report((first + rows.stop / height) / len(planes))
    return values, alpha


def _dpi_of(tags: ImageFileDirectory_v2) -> tuple[float, float] | None:
    try:
        x, y = float(tags[_X_RESOLUTION]), float(tags[_Y_RESOLUTION])
    except (KeyError, TypeError, ValueError, ZeroDivisionError):
        return None
    unit = tags.get(_RESOLUTION_UNIT)
    if unit == _NO_UNIT:
        return None
    scale = _CM_PER_INCH if unit == _CENTIMETRE else 1.0
    return dpi_of(scale * x, scale * y)
