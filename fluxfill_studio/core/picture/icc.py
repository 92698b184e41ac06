"""ICC profiles of curves and a matrix (ICC.1:2022, 8.4.3 and F.3), read and written."""

from __future__ import annotations

import struct
from collections.abc import Callable
from dataclasses import dataclass
from functools import cache, partial
from typing import Final, TypeAlias

import numpy as np
from numpy.typing import NDArray

from fluxfill_studio.core.picture.samples import ColourModel

Floats: TypeAlias = NDArray[np.float64]
Curve: TypeAlias = Callable[[Floats], Floats]
"""From a channel's value to its share of light, both 0 to 1; it never falls."""

D50: Final = (0.9642, 1.0, 0.8249)
"""XYZ of the white that profiles speak of (7.2.16)."""

Chromaticity: TypeAlias = tuple[float, float]
"""The x and y of CIE 1931."""

D65: Final[Chromaticity] = (0.3127, 0.3290)

_TAGS_AT: Final = 128
_VERSIONS: Final = (2, 4)
_CLASSES: Final = (b"mntr", b"scnr", b"prtr", b"spac")
_SPACES: Final = {ColourModel.GREY: b"GRAY", ColourModel.RGB: b"RGB "}
# Tables are better informed than curves, so where there are any they are what counts (8.3.1).
_TABLES: Final = (b"A2B0", b"A2B1", b"B2A0", b"B2A1")
_GREY_CURVES: Final = (b"kTRC",)
_RGB_CURVES: Final = (b"rTRC", b"gTRC", b"bTRC")
_COLORANTS: Final = (b"rXYZ", b"gXYZ", b"bXYZ")
# Names of the parameters of each kind of parametric curve, in the order of the file (10.18).
_PARAMETERS: Final = ("g", "gab", "gabc", "gabcd", "gabcdef")
_FIXED: Final = 65536.0
# A matrix below this cannot be turned round in a way that says anything; sRGB's has 0.2.
_LEAST_VOLUME: Final = 1e-3
_PROBES: Final = 4096
_ROUNDING: Final = 1 / 65536


@dataclass(frozen=True, eq=False)
class Shaper:
    """What a profile says of grey or RGB: how much light a value is, and of which colour.

    `curves` is one for all channels or one for each. `matrix`, of the shape (3, channels), has
    the XYZ of each channel's full light, relative to D50.
    """

    curves: tuple[Curve, ...]
    matrix: Floats


@dataclass(frozen=True)
class Colours:
    """RGB, or the grey in it, in numbers.

    `primaries` are the lights of red, green and blue, which make `white` together; `gamma` is the
    exponent from a value to its share of light, or None for the curve of sRGB.
    """

    primaries: tuple[Chromaticity, ...]
    white: Chromaticity
    gamma: float | None = None


def shaper_of(icc_profile: bytes, model: ColourModel) -> Shaper | None:
    """What the profile says of `model`, or None where it is damaged, of another, or has tables."""
    try:
        return _shaper_of(icc_profile, model)
    except struct.error:  # It ends before it should.
        return None


@cache
def srgb(model: ColourModel) -> Shaper:
    """SRGB itself (IEC 61966-2-1), or the grey with its curve; `model` is GREY or RGB."""
    if model is ColourModel.GREY:
        return Shaper((_SRGB_CURVE,), np.array(D50)[:, np.newaxis])
    return Shaper((_SRGB_CURVE,), _lights(SRGB_PRIMARIES, D65))


def profile_of(colours: Colours, model: ColourModel) -> bytes | None:
    """A display profile, version 4, that says the same; None for nonsense, and for CMYK."""
    try:
        profile = _file(_described(colours, model), model)
    except (ArithmeticError, LookupError, ValueError, struct.error):
        return None
    return profile if shaper_of(profile, model) is not None else None


def _shaper_of(data: bytes, model: ColourModel) -> Shaper | None:
    if not _is_of(data, model):
        return None
    tags = _tags_of(data)
    if any(table in tags for table in _TABLES):
        return None
    names = _GREY_CURVES if model is ColourModel.GREY else _RGB_CURVES
    if not all(name in tags for name in names):
        return None
    places = [tags[name] for name in names]
    # Channels that have the same curve mostly point to one.
    if len(set(places)) == 1:
        del places[1:]
    curves = tuple(curve for at in places if (curve := _curve(data, at)) is not None)
    matrix = _matrix(data, tags, model)
    if matrix is None or len(curves) < len(places) or not all(map(_is_rising, curves)):
        return None
    return Shaper(curves, matrix)


def _is_of(data: bytes, model: ColourModel) -> bool:
    """Whether the header is one of a profile from `model` to XYZ (7.2)."""
    version, kind, space, connection = struct.unpack_from(">8xB3x4s4s4s", data)
    (signature,) = struct.unpack_from(">36x4s", data)
    return (
        signature == b"acsp"
        and version in _VERSIONS
        and kind in _CLASSES
        and space == _SPACES.get(model)
        and connection == b"XYZ "
    )


def _tags_of(data: bytes) -> dict[bytes, int]:
    """Where each tag begins (7.3)."""
    (count,) = struct.unpack_from(">I", data, _TAGS_AT)
    tags = {}
    for index in range(count):
        name, offset = struct.unpack_from(">4sI", data, _TAGS_AT + 4 + 12 * index)
        tags[name] = offset
    return tags


def _matrix(data: bytes, tags: dict[bytes, int], model: ColourModel) -> Floats | None:
    if model is ColourModel.GREY:
        return np.array(D50)[:, np.newaxis]
    if not all(name in tags for name in _COLORANTS):
        return None
    columns = []
    for name in _COLORANTS:
        kind, *xyz = struct.unpack_from(">4s4x3i", data, tags[name])
        if kind != b"XYZ ":
            return None
        columns.append(np.array(xyz) / _FIXED)
    matrix = np.stack(columns, axis=1)
    return matrix if abs(np.linalg.det(matrix)) > _LEAST_VOLUME else None


def _curve(data: bytes, at: int) -> Curve | None:
    """The curve at `at`: points or a gamma (10.6), or a formula (10.18)."""
    (kind,) = struct.unpack_from(">4s", data, at)
    if kind == b"curv":
        (count,) = struct.unpack_from(">8xI", data, at)
        points = struct.unpack_from(f">12x{count}H", data, at)
        if count == 0:
            return partial(_formula, {"g": 1.0})
        if count == 1:
            return partial(_formula, {"g": points[0] / 256})
        return partial(_interpolated, np.array(points) / 65535)
    if kind == b"para":
        (which,) = struct.unpack_from(">8xH", data, at)
        if which < len(_PARAMETERS):
            names = _PARAMETERS[which]
            values = struct.unpack_from(f">12x{len(names)}i", data, at)
            numbers = [value / _FIXED for value in values]
            return partial(_formula, dict(zip(names, numbers, strict=True)))
    return None


def _interpolated(points: Floats, x: Floats) -> Floats:
    return np.interp(x, np.linspace(0, 1, len(points)), points)


def _formula(named: dict[str, float], x: Floats) -> Floats:
    """(a·x + b)^g + e from d on, and c·x + f below; table 68 of 10.18 in one."""
    g, a, b = named["g"], named.get("a", 1.0), named.get("b", 0.0)
    c, e, f = named.get("c", 0.0), named.get("e", 0.0), named.get("f", 0.0)
    if "d" in named:
        d = named["d"]
    else:
        # Without d, c is what is added, above and below the point where the base reaches zero.
        d, c, e, f = (-b / a if a else 0.0), 0.0, c, c
    with np.errstate(all="ignore"):  # What a damaged profile says is looked at afterwards.
        upper = np.power(np.maximum(a * x + b, 0), g) + e
    return np.clip(np.where(x >= d, upper, c * x + f), 0, 1)


def _is_rising(curve: Curve) -> bool:
    """Whether it can be turned round: its ends differ, and it falls by rounding at the most."""
    values = curve(np.linspace(0, 1, _PROBES))
    fall = np.max(np.maximum.accumulate(values) - values)
    return bool(fall <= _ROUNDING and values[-1] > values[0])


_SRGB_PARAMETERS: Final = {
    "g": 2.4,
    "a": 1 / 1.055,
    "b": 0.055 / 1.055,
    "c": 1 / 12.92,
    "d": 0.04045,
}
_SRGB_CURVE: Final[Curve] = partial(_formula, _SRGB_PARAMETERS)
SRGB_PRIMARIES: Final = ((0.64, 0.33), (0.30, 0.60), (0.15, 0.06))
# The linearized Bradford transform (annex E).
_BRADFORD: Final = ((0.8951, 0.2664, -0.1614), (-0.7502, 1.7135, 0.0367), (0.0389, -0.0685, 1.0296))


def _lights(primaries: tuple[Chromaticity, ...], white: Chromaticity) -> Floats:
    """XYZ of the lights of chromaticities `primaries`, which make `white`, seen under D50."""
    lights = np.stack([_xyz(xy) for xy in primaries], axis=1)
    return _adaptation(white) @ (lights * np.linalg.solve(lights, _xyz(white)))


def _adaptation(white: Chromaticity) -> Floats:
    """The matrix from XYZ under `white` to what looks the same under D50."""
    cones = np.array(_BRADFORD)
    gains = (cones @ np.array(D50)) / (cones @ _xyz(white))
    return np.asarray(np.linalg.solve(cones, gains[:, np.newaxis] * cones))


def _xyz(xy: Chromaticity) -> Floats:
    x, y = xy
    return np.array([x / y, 1.0, (1 - x - y) / y])


def _described(colours: Colours, model: ColourModel) -> dict[bytes, bytes]:
    """The tags that a display profile must have (8.4.3, 8.4.4)."""
    parameters = _SRGB_PARAMETERS if colours.gamma is None else {"g": colours.gamma}
    kind = _PARAMETERS.index("".join(parameters))
    curve = struct.pack(">4s4xH2x", b"para", kind) + _fixed(*parameters.values())
    tags = {
        b"desc": _text("Colours stated without a profile"),
        b"cprt": _text("Public domain"),
        b"wtpt": b"XYZ \0\0\0\0" + _fixed(*D50),
        b"chad": b"sf32\0\0\0\0" + _fixed(*_adaptation(colours.white).flat),
    }
    if model is ColourModel.GREY:
        return tags | dict.fromkeys(_GREY_CURVES, curve)
    tags |= dict.fromkeys(_RGB_CURVES, curve)
    for name, light in zip(_COLORANTS, _lights(colours.primaries, colours.white).T, strict=True):
        tags[name] = b"XYZ \0\0\0\0" + _fixed(*light)
    return tags


def _file(tags: dict[bytes, bytes], model: ColourModel) -> bytes:
    """The header (7.2), the list of tags (7.3), and what they say; what is the same, once."""
    place = _TAGS_AT + 4 + 12 * len(tags)
    places: dict[bytes, int] = {}
    for content in tags.values():
        if content not in places:
            places[content] = place
            place += len(content)
    listed = (struct.pack(">4sII", name, places[x], len(x)) for name, x in tags.items())
    header = struct.pack(
        ">I4xBB2x4s4s4s3H6x4s28x12s48x",
        *(place, 4, 0x40, b"mntr", _SPACES[model], b"XYZ ", 2026, 1, 1, b"acsp", _fixed(*D50)),
    )
    return b"".join([header, struct.pack(">I", len(tags)), *listed, *places])


def _fixed(*numbers: float) -> bytes:
    return struct.pack(f">{len(numbers)}i", *(round(number * _FIXED) for number in numbers))


def _text(words: str) -> bytes:
    """In one language (10.15)."""
    encoded = words.encode("utf-16-be")
    encoded += bytes(-len(encoded) % 4)
    return struct.pack(">4s4xII4sII", b"mluc", 1, 12, b"enUS", len(encoded), 28) + encoded
