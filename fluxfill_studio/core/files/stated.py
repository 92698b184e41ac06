"""Colours that a file without an ICC profile states in other ways.

Recommendation ITU-T H.273 numbers primaries and transfer characteristics. HEIC and AVIF hold these
numbers (nclx: ISO/IEC 14496-12, 12.1.5), and so does PNG (cICP: third edition, 11.3.2.6), which
had gAMA and cHRM before. Cameras have a name for Adobe RGB in their Exif data.
"""

from __future__ import annotations

import struct
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Final

import numpy as np
from PIL import Image
from PIL.ExifTags import IFD, Interop

from fluxfill_studio.core.files.direct import JPEG_FORMATS
from fluxfill_studio.core.files.pillow import PILLOW_ERRORS
from fluxfill_studio.core.picture.icc import D65, SRGB_PRIMARIES, Colours

# Tables 2 and 3 of H.273. What is not specified (2) is sRGB. The curves of BT.709 and its relatives
# are for cameras: such pictures are made to look right by the curve of sRGB, as browsers show them.
_DISPLAY_P3: Final = ((0.680, 0.320), (0.265, 0.690), (0.150, 0.060))
_BT_2020: Final = ((0.708, 0.292), (0.170, 0.797), (0.131, 0.046))
_PRIMARIES: Final = {1: SRGB_PRIMARIES, 2: SRGB_PRIMARIES, 9: _BT_2020, 12: _DISPLAY_P3}
_GAMMAS: Final = {1: None, 2: None, 4: 2.2, 5: 2.8, 6: None, 8: 1.0, 13: None, 14: None, 15: None}
# Perceptual quantization and hybrid log-gamma, of BT.2100.
_HDR: Final = (16, 18)

_SRGB: Final = Colours(SRGB_PRIMARIES, D65)
# Adobe RGB (1998), 4.3.1; cameras name it by the rule of Exif 2.32, 4.6.7.
_ADOBE_RGB: Final = Colours(((0.64, 0.33), (0.21, 0.71), (0.15, 0.06)), D65, 563 / 256)
_ADOBE_RGB_NAME: Final = "R03"

# How the chunk begins, with its length; it stands before the pixels.
_CICP, _PNG_PIXELS = b"\0\0\0\4cICP", b"IDAT"
# In gAMA and cHRM of PNG, sRGB is a gamma of 2.2 and chromaticities that are rounded by taste.
_SRGB_GAMMA, _SAME_GAMMA, _SAME_CHROMATICITY = 2.2, 0.05, 0.005
_SRGB_XY: Final = (*D65, *SRGB_PRIMARIES[0], *SRGB_PRIMARIES[1], *SRGB_PRIMARIES[2])
_LEAST_GAMMA, _LARGEST_GAMMA = 0.2, 5.0


@dataclass(frozen=True)
class Stated:
    """`colours` are None for sRGB, and for what is not known here, as all HDR is."""

    colours: Colours | None = None
    is_hdr: bool = False


def stated_in(data: bytes, image: Image.Image) -> Stated:
    """What the file `data` states, of which `image` has the header; nothing besides a profile."""
    if image.info.get("icc_profile"):
        return Stated()
    if image.format == "PNG":
        return _stated_in_png(data, image)
    if image.format == "AVIF":
        return stated_in_nclx(_nclx_in_avif(data))
    if image.format in JPEG_FORMATS and _is_adobe_rgb(image):
        return Stated(_ADOBE_RGB)
    return Stated()


def stated_in_nclx(nclx: Mapping[str, Any] | None) -> Stated:
    """What libheif tells of the box of a picture; None where there is none."""
    if nclx is None:
        return Stated()
    return _of_numbers(nclx["color_primaries"], nclx["transfer_characteristics"])


def _of_numbers(primaries: int, transfer: int) -> Stated:
    if primaries not in _PRIMARIES or transfer not in _GAMMAS:
        return Stated(is_hdr=transfer in _HDR)
    colours = Colours(_PRIMARIES[primaries], D65, _GAMMAS[transfer])
    return Stated(None if colours == _SRGB else colours)


def _stated_in_png(data: bytes, image: Image.Image) -> Stated:
    """By the first of cICP, sRGB, and gAMA with cHRM that is there (4.3)."""
    place = data.find(_CICP, 0, data.find(_PNG_PIXELS))
    if place >= 0:
        return _of_numbers(*struct.unpack_from("2B", data, place + len(_CICP)))
    if "srgb" in image.info:
        return Stated()
    gamma = _gamma(image.info.get("gamma"))
    xy = image.info.get("chromaticity") or _SRGB_XY
    if np.allclose(xy, _SRGB_XY, rtol=0, atol=_SAME_CHROMATICITY) and _is_srgb_gamma(gamma):
        return Stated()
    white, *lights = zip(xy[::2], xy[1::2], strict=True)
    return Stated(Colours(tuple(lights), white, gamma))


def _gamma(stored: float | None) -> float | None:
    """The exponent from values to light; None where nothing, or nonsense, is said of it."""
    if stored is None or not _LEAST_GAMMA <= stored <= _LARGEST_GAMMA:
        return None
    return 1 / stored


def _is_srgb_gamma(gamma: float | None) -> bool:
    return gamma is None or abs(gamma - _SRGB_GAMMA) < _SAME_GAMMA


def _nclx_in_avif(data: bytes) -> Mapping[str, Any] | None:
    """By libheif, which reads what is around the picture in AVIF files too."""
    try:
        import pillow_heif

        info: Mapping[str, Any] = pillow_heif.open_heif(data).info
    except (ImportError, *PILLOW_ERRORS):
        return None  # What can be decoded without is shown, if only as sRGB.
    return info.get("nclx_profile")


def _is_adobe_rgb(image: Image.Image) -> bool:
    try:
        directory = image.getexif().get_ifd(IFD.Interop)
        return bool(directory.get(Interop.InteropIndex) == _ADOBE_RGB_NAME)
    except PILLOW_ERRORS:
        return False
