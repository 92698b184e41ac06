"""ICC profiles written for tests, with the arithmetic that they stand for."""

from __future__ import annotations

import struct
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import TypeAlias

import numpy as np
from numpy.typing import NDArray

Floats: TypeAlias = NDArray[np.float64]
Curve: TypeAlias = Callable[[Floats], Floats]

D50 = np.array([0.9642, 1.0, 0.8249])
D65 = (0.3127, 0.3290)
SRGB_PRIMARIES = ((0.64, 0.33), (0.30, 0.60), (0.15, 0.06))
P3_PRIMARIES = ((0.680, 0.320), (0.265, 0.690), (0.150, 0.060))
ADOBE_PRIMARIES = ((0.64, 0.33), (0.21, 0.71), (0.15, 0.06))
PROPHOTO_PRIMARIES = ((0.734699, 0.265301), (0.159597, 0.840403), (0.036598, 0.000105))
D50_XY = (0.9642 / (0.9642 + 1 + 0.8249), 1 / (0.9642 + 1 + 0.8249))


@dataclass(frozen=True, eq=False)
class Profile:
    """`data` is the file; `light` and `matrix` are what it says of RGB or grey.

    `light` takes values 0 to 1 to light, the same for all channels; `matrix` has the XYZ (D50) of
    each channel, (3, channels), as the file holds it, in steps of 1/65536.
    """

    name: str
    data: bytes
    light: Curve
    matrix: Floats


def gamma(exponent: float) -> bytes:
    """A `curv` of one number, in steps of 1/256."""
    return struct.pack(">4s4xIH", b"curv", 1, round(exponent * 256))


def straight() -> bytes:
    """A `curv` without points."""
    return struct.pack(">4s4xI", b"curv", 0)


def points(*values: int) -> bytes:
    """A `curv` of 16-bit points."""
    return struct.pack(f">4s4xI{len(values)}H", b"curv", len(values), *values)


def formula(kind: int, *parameters: float) -> bytes:
    """A `para` of the kinds 0 to 4."""
    return struct.pack(f">4s4xH2x{len(parameters)}i", b"para", kind, *map(_fixed, parameters))


def profile(
    space: bytes,
    tags: Mapping[bytes, bytes],
    *,
    version: int = 4,
    connection: bytes = b"XYZ ",
    kind: bytes = b"mntr",
) -> bytes:
    """A profile of these tags, with the header that belongs to them."""
    said = {
        b"desc": _text(version),
        b"cprt": _text(version) if version > 2 else b"text\0\0\0\0none\0",
        b"wtpt": xyz(D50),
        **tags,
    }
    body, places, at = b"", {}, 128 + 4 + 12 * len(said)
    for content in said.values():
        if content not in places:
            places[content] = at + len(body)
            body += content + b"\0" * (-len(content) % 4)
    table = struct.pack(">I", len(said)) + b"".join(
        struct.pack(">4sII", name, places[content], len(content)) for name, content in said.items()
    )
    size = 128 + len(table) + len(body)
    header = struct.pack(
        ">I4xB3x4s4s4s12s4s28x3i48x",
        *(size, version, kind, space, connection),
        *(struct.pack(">6H", 2025, 1, 1, 0, 0, 0), b"acsp"),
        *map(_fixed, D50),
    )
    return header + table + body


def xyz(values: Floats) -> bytes:
    return struct.pack(">4s4x3i", b"XYZ ", *map(_fixed, values))


def rgb_profile(
    name: str,
    primaries: tuple[tuple[float, float], ...],
    white: tuple[float, float],
    curve: bytes,
    light: Curve,
    *,
    version: int = 4,
) -> Profile:
    """A matrix profile; `curve` is the tag that says `light`."""
    matrix = np.round(adapted(primaries, white) * 65536) / 65536
    return _rgb(name, matrix, curve, light, version=version)


def grey_profile(name: str, curve: bytes, light: Curve, *, version: int = 4) -> Profile:
    data = profile(b"GRAY", {b"kTRC": curve}, version=version)
    return Profile(name, data, light, D50[:, np.newaxis])


def srgb_light(values: Floats) -> Floats:
    return np.where(values <= 0.04045, values / 12.92, ((values + 0.055) / 1.055) ** 2.4)


def srgb_formula() -> bytes:
    """Its parameters are rounded to 1/65536, as in every profile with this curve."""
    return formula(3, 2.4, 1 / 1.055, 0.055 / 1.055, 1 / 12.92, 0.04045)


def stored_srgb_light(values: Floats) -> Floats:
    """What `srgb_formula` says."""
    a, b, c, d = (_fixed(x) / 65536 for x in (1 / 1.055, 0.055 / 1.055, 1 / 12.92, 0.04045))
    return np.where(values < d, c * values, (a * values + b) ** (_fixed(2.4) / 65536))


def srgb() -> Profile:
    return rgb_profile("sRGB", SRGB_PRIMARIES, D65, srgb_formula(), stored_srgb_light)


def srgb_of_points() -> Profile:
    """Version 2, with 1024 points and colorants rounded as in the most widely used profile."""
    kept = np.round(srgb_light(np.linspace(0, 1, 1024)) * 65535)
    curve = points(*kept.astype(int).tolist())
    published = [
        [0.43607, 0.38515, 0.14307],
        [0.22249, 0.71687, 0.06061],
        [0.01392, 0.09708, 0.7141],
    ]
    matrix = np.round(np.array(published) * 65536) / 65536
    return _rgb("sRGB, 1024 points", matrix, curve, _between(kept / 65535), version=2)


def display_p3() -> Profile:
    return rgb_profile("Display P3", P3_PRIMARIES, D65, srgb_formula(), stored_srgb_light)


def adobe_rgb() -> Profile:
    """Adobe RGB (1998): gamma 563/256, version 2."""
    light = _power(563 / 256)
    return rgb_profile("Adobe RGB", ADOBE_PRIMARIES, D65, gamma(563 / 256), light, version=2)


def prophoto() -> Profile:
    curve, light = formula(0, 1.8), _power(round(1.8 * 65536) / 65536)
    return rgb_profile("ProPhoto", PROPHOTO_PRIMARIES, D50_XY, curve, light)


def linear() -> Profile:
    return rgb_profile("linear Rec. 2020", _REC_2020, D65, straight(), lambda values: values)


def grey_gamma_22() -> Profile:
    return grey_profile("grey, gamma 2.2", gamma(563 / 256), _power(563 / 256), version=2)


def table_profile(space: bytes, to_lab: Curve, from_lab: Curve | None) -> bytes:
    """A version 2 printer (or, without `from_lab`, scanner) profile of 8-bit tables.

    Both functions map rows of values 0 to 1, Lab as an 8-bit table keeps it: L* / 100 and
    (a* + 128) / 255, (b* + 128) / 255.
    """
    channels = {b"GRAY": 1, b"RGB ": 3, b"CMYK": 4}[space]
    tags = {b"A2B0": _lut8(channels, 3, 7, to_lab)}
    if from_lab is not None:
        tags[b"B2A0"] = _lut8(3, channels, 17, from_lab)
    kind = b"scnr" if from_lab is None else b"prtr"
    return profile(space, tags, version=2, connection=b"Lab ", kind=kind)


def cmyk() -> bytes:
    """A press that prints the plain formula, and puts half of what is grey into the black."""

    def to_lab(inks: Floats) -> Floats:
        return lab_of((1 - inks[:, :3]) * (1 - inks[:, 3:]))

    def from_lab(lab: Floats) -> Floats:
        colour = rgb_of(lab)
        key = (1 - colour.max(axis=1, keepdims=True)) / 2
        return np.hstack([1 - colour / (1 - key), key])

    return table_profile(b"CMYK", to_lab, from_lab)


def lab_of(colour: Floats) -> Floats:
    """Rows of sRGB 0 to 1 as Lab under D50, as 8-bit tables keep it."""
    light = srgb_light(colour) @ adapted(SRGB_PRIMARIES, D65).T / D50
    cube = np.where(light > (6 / 29) ** 3, np.cbrt(light), light * (29 / 6) ** 2 / 3 + 4 / 29)
    x, y, z = cube.T
    return np.stack([(116 * y - 16) / 100, _ab(500 * (x - y)), _ab(200 * (y - z))], axis=1)


def rgb_of(lab: Floats) -> Floats:
    """The inverse of `lab_of`, clipped to what sRGB has."""
    lightness, a, b = lab[:, 0] * 100, lab[:, 1] * 255 - 128, lab[:, 2] * 255 - 128
    y = (lightness + 16) / 116
    cube = np.stack([y + a / 500, y, y - b / 200], axis=1)
    light = np.where(cube > 6 / 29, cube**3, (cube - 4 / 29) * 3 * (6 / 29) ** 2) * D50
    shares = np.clip(light @ np.linalg.inv(adapted(SRGB_PRIMARIES, D65)).T, 0, 1)
    steep = 1.055 * np.power(shares, 1 / 2.4) - 0.055
    return np.asarray(np.where(shares <= 0.0031308, shares * 12.92, steep))


def adapted(primaries: tuple[tuple[float, float], ...], white: tuple[float, float]) -> Floats:
    """XYZ of the primaries, one a column, brought from `white` to D50 by Bradford."""
    lights = np.array([[x / y, 1, (1 - x - y) / y] for x, y in primaries]).T
    x, y = white
    seen = np.array([x / y, 1, (1 - x - y) / y])
    lights = lights * (np.linalg.inv(lights) @ seen)
    cones = np.array(
        [[0.8951, 0.2664, -0.1614], [-0.7502, 1.7135, 0.0367], [0.0389, -0.0685, 1.0296]]
    )
    gains = (cones @ D50) / (cones @ seen)
    return np.asarray(np.linalg.inv(cones) @ np.diag(gains) @ cones @ lights)


_REC_2020 = ((0.708, 0.292), (0.170, 0.797), (0.131, 0.046))


def _rgb(name: str, matrix: Floats, curve: bytes, light: Curve, *, version: int) -> Profile:
    tags = dict.fromkeys((b"rTRC", b"gTRC", b"bTRC"), curve)
    for index, tag in enumerate((b"rXYZ", b"gXYZ", b"bXYZ")):
        tags[tag] = xyz(matrix[:, index])
    return Profile(name, profile(b"RGB ", tags, version=version), light, matrix)


def _ab(values: Floats) -> Floats:
    return (values + 128) / 255


def _power(exponent: float) -> Curve:
    return lambda values: np.power(values, exponent)


def _between(kept: Floats) -> Curve:
    return lambda values: np.interp(values, np.linspace(0, 1, len(kept)), kept)


def _fixed(value: float) -> int:
    return round(value * 65536)


def _text(version: int) -> bytes:
    if version > 2:
        return struct.pack(">4s4xII2s2sII", b"mluc", 1, 12, b"en", b"US", 8, 28) + "test".encode(
            "utf-16-be"
        )
    return struct.pack(">4s4xI5sIIHB67s", b"desc", 5, b"test\0", 0, 0, 0, 0, b"")


def _lut8(inputs: int, outputs: int, nodes: int, function: Curve) -> bytes:
    axes = [np.linspace(0, 1, nodes)] * inputs
    grid = np.stack(np.meshgrid(*axes, indexing="ij"), axis=-1).reshape(-1, inputs)
    kept = np.round(np.clip(function(grid), 0, 1) * 255).astype(np.uint8)
    ramp = bytes(range(256))
    head = struct.pack(">4s4x4B", b"mft1", inputs, outputs, nodes, 0)
    unit = struct.pack(">9i", *(65536 if place % 4 == 0 else 0 for place in range(9)))
    return head + unit + ramp * inputs + kept.tobytes() + ramp * outputs
