"""Colours of a file's profile, model and depth to sRGB and back, relative colorimetric."""

from __future__ import annotations

import io
from collections.abc import Callable
from dataclasses import dataclass
from functools import lru_cache
from typing import Final, Protocol, TypeAlias

import cv2
import numpy as np
from numpy.typing import NDArray
from PIL import Image, ImageCms
from typing_extensions import override

from fluxfill_studio.core.picture.icc import Curve, Floats, Shaper, shaper_of, srgb
from fluxfill_studio.core.picture.samples import ColourModel, Samples, Values
from fluxfill_studio.core.types import Pixels

Wide: TypeAlias = NDArray[np.uint16]
"""Full-range sRGB of 16 bits, shape (height, width, 3)."""

_FULL: Final = 65535
# From 16 bits to 8, rounded.
_REDUCED: Final = np.rint(np.arange(_FULL + 1) / 257).astype(np.uint8)
# Converted at a time: with the floats between, about what a core keeps in its cache.
_BAND_PIXELS: Final = 2**16
# What is kept for the last profiles; a set of tables takes about a megabyte.
_KEPT: Final = 8


def srgb_of(samples: Samples) -> Pixels:
    """How `samples` look: 8-bit sRGB, the very same array where `values` are just that.

    A profile that cannot be read or written into, or describes another model, counts as none; so
    does one that is sRGB.
    """
    values = samples.values
    conversion = _conversion(samples.model, samples.icc_profile)
    if samples.depth == 8 and conversion == _Plain(ColourModel.RGB):
        return np.asarray(values, np.uint8)
    result = np.empty((*values.shape[:2], 3), np.uint8)
    _in_bands(conversion.to_srgb(samples.depth), values, result)
    return result


def from_srgb(colour: Wide, like: Samples) -> Values:
    """`colour` in the model, depth and profile of `like`: shape (height, width, its channels).

    What the profile cannot express is clipped, channel by channel.
    """
    conversion = _conversion(like.model, like.icc_profile)
    result: Values = np.empty((*colour.shape[:2], like.model.value), like.values.dtype)
    _in_bands(conversion.from_srgb(like.depth), colour, result)
    return result


_Step: TypeAlias = Callable[[Values], NDArray[np.generic]]
"""Turns some rows, shape (rows, width, channels), into others."""


class _Conversion(Protocol):
    """Between the values of one profile and sRGB; `depth` is that of the values."""

    def to_srgb(self, depth: int) -> _Step: ...
    def from_srgb(self, depth: int) -> _Step: ...


def _in_bands(step: _Step, values: Values, result: Values) -> None:
    height, width = values.shape[:2]
    rows = max(1, _BAND_PIXELS // width)
    for top in range(0, height, rows):
        band = slice(top, top + rows)
        target = result[band]
        target[...] = step(np.ascontiguousarray(values[band])).reshape(target.shape)


@lru_cache(maxsize=_KEPT)
def _conversion(model: ColourModel, icc_profile: bytes | None) -> _Conversion:
    plain = _PlainCmyk() if model is ColourModel.CMYK else _Plain(model)
    if icc_profile is None:
        return plain
    shaper = None if model is ColourModel.CMYK else shaper_of(icc_profile, model)
    own = _engine(model, icc_profile) if shaper is None else _Shaped(shaper)
    if own is None or (model is ColourModel.RGB and _is_srgb(own)):
        return plain
    return own


def _is_srgb(conversion: _Conversion) -> bool:
    """Whether no 8-bit RGB looks more than a level different.

    Profiles of sRGB round its numbers in their own ways, which comes to half a level here and
    there. Every fifth level of each channel is tried.
    """
    levels = np.arange(0, 256, 5, dtype=np.uint8)
    colours = np.stack(np.meshgrid(levels, levels, levels), axis=-1).reshape(len(levels), -1, 3)
    seen = np.asarray(conversion.to_srgb(8)(colours), np.uint8)
    return bool(cv2.absdiff(seen, colours).max() <= 1)


@dataclass(frozen=True)
class _Plain(_Conversion):
    """Grey or RGB that is sRGB's."""

    model: ColourModel

    @override
    def to_srgb(self, depth: int) -> _Step:
        if self.model is ColourModel.GREY:
            return lambda band: cv2.cvtColor(_at_depth(band, 8), cv2.COLOR_GRAY2RGB)
        return lambda band: _at_depth(band, 8)

    @override
    def from_srgb(self, depth: int) -> _Step:
        if self.model is ColourModel.GREY:
            return _chain(srgb(ColourModel.RGB), 16, srgb(ColourModel.GREY), depth)
        return lambda band: _at_depth(band, depth)


class _PlainCmyk(_Conversion):
    """CMYK of no press in particular: inks take light away, and RGB needs no black."""

    @override
    def to_srgb(self, depth: int) -> _Step:
        largest = 255 if depth == 8 else _FULL

        def step(band: Values) -> NDArray[np.generic]:
            *lights, key = cv2.split(cv2.bitwise_not(band))
            scale = 255 / largest**2
            return cv2.merge([cv2.multiply(x, key, scale=scale, dtype=cv2.CV_8U) for x in lights])

        return step

    @override
    def from_srgb(self, depth: int) -> _Step:
        def step(band: Values) -> NDArray[np.generic]:
            inks = cv2.bitwise_not(_at_depth(band, depth))
            return cv2.merge([*cv2.split(inks), np.zeros(inks.shape[:2], inks.dtype)])

        return step


@dataclass(frozen=True, eq=False)
class _Shaped(_Conversion):
    """Curves and a matrix, in floating point and tables of 16 bits."""

    shaper: Shaper

    @override
    def to_srgb(self, depth: int) -> _Step:
        return _chain(self.shaper, depth, srgb(ColourModel.RGB), 8)

    @override
    def from_srgb(self, depth: int) -> _Step:
        return _chain(srgb(ColourModel.RGB), 16, self.shaper, depth)


@dataclass(frozen=True, eq=False)
class _Engine(_Conversion):
    """Tables of any kind: Little CMS, with 8 bits on both sides."""

    mode: str
    inwards: ImageCms.ImageCmsTransform
    outwards: ImageCms.ImageCmsTransform

    @override
    def to_srgb(self, depth: int) -> _Step:
        return lambda band: _applied(self.inwards, self.mode, _at_depth(band, 8))

    @override
    def from_srgb(self, depth: int) -> _Step:
        return lambda band: _at_depth(_applied(self.outwards, "RGB", _at_depth(band, 8)), depth)


def _engine(model: ColourModel, icc_profile: bytes) -> _Engine | None:
    """None where the profile is not one of `model`, or leads in one direction only."""
    mode = {ColourModel.GREY: "L", ColourModel.RGB: "RGB", ColourModel.CMYK: "CMYK"}[model]
    intent = ImageCms.Intent.RELATIVE_COLORIMETRIC
    try:
        own = ImageCms.ImageCmsProfile(io.BytesIO(icc_profile))
        plain = ImageCms.ImageCmsProfile(ImageCms.createProfile("sRGB"))
        inwards = ImageCms.ImageCmsTransform(own, plain, mode, "RGB", intent)
        outwards = ImageCms.ImageCmsTransform(plain, own, "RGB", mode, intent)
    except (OSError, ValueError):
        return None
    return _Engine(mode, inwards, outwards)


def _applied(transform: ImageCms.ImageCmsTransform, mode: str, band: Values) -> Values:
    given = Image.fromarray(band[:, :, 0] if mode == "L" else band, mode)
    result = Image.new(transform.output_mode, given.size)
    # Not transform.apply(): that also writes the whole output profile, for every band.
    transform.transform.apply(given.getim(), result.getim())
    return np.asarray(result)


def _at_depth(band: Values, depth: int) -> Values:
    """The same colours in 8 or 16 bits, rounded."""
    if 8 * band.dtype.itemsize == depth:
        return band
    if depth == 8:
        return np.asarray(cv2.LUT(band, _REDUCED), np.uint8).reshape(band.shape)
    return band.astype(np.uint16) * np.uint16(257)


@dataclass(frozen=True, eq=False)
class _Chain:
    """From one profile's values to another's by tables and a matrix."""

    decode: Floats
    matrix: Floats
    roots: int
    encode: Values

    def __call__(self, band: Values) -> NDArray[np.generic]:
        light = cv2.transform(cv2.LUT(band, self.decode), self.matrix)
        index = np.clip(light.astype(np.float32), 0, np.float32(1))
        for _ in range(self.roots):
            cv2.sqrt(index, index)
        index *= np.float32(_FULL)
        return cv2.LUT(np.rint(index, out=index).astype(np.uint16), self.encode)


@lru_cache(maxsize=_KEPT)
def _chain(given: Shaper, given_depth: int, wanted: Shaper, wanted_depth: int) -> _Chain:
    levels = np.linspace(0, 1, 256 if given_depth == 8 else _FULL + 1)
    if wanted.matrix.shape[1] == 1:
        matrix = given.matrix[1:2]  # Grey is the light's Y.
    else:
        matrix = np.asarray(np.linalg.solve(wanted.matrix, given.matrix), np.float64)
    roots, inverses = _inverted(wanted.curves)
    largest, dtype = (255, np.uint8) if wanted_depth == 8 else (_FULL, np.uint16)
    return _Chain(
        decode=_table([curve(levels) for curve in given.curves]),
        matrix=matrix,
        roots=roots,
        encode=np.rint(_table(inverses) * largest).astype(dtype),
    )


def _table(tables: list[Floats]) -> Floats:
    """As cv2.LUT takes them: one for all channels, or one for each."""
    return tables[0] if len(tables) == 1 else np.stack(tables, axis=1)[np.newaxis]


def _inverted(curves: tuple[Curve, ...]) -> tuple[int, list[Floats]]:
    """The curves turned round, as tables over light after `roots` square roots.

    Most curves are so steep in the dark that equal steps of light are too coarse there. Of light,
    its square root and its fourth root, that is taken whose largest step is the smallest: with
    sRGB, gammas of 1 to 2.6 and L* it is less than two steps of 16 bits.
    """
    grid = np.linspace(0, 1, 4 * _FULL + 1)
    lights = [np.maximum.accumulate(curve(grid)) for curve in curves]
    index = np.linspace(0, 1, _FULL + 1)
    choices = [
        (roots, [np.interp(index ** (2**roots), light, grid) for light in lights])
        for roots in range(3)
    ]
    return min(choices, key=lambda choice: max(np.diff(table).max() for table in choice[1]))
