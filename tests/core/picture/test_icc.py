"""What is read of ICC profiles, and what is written into them."""

from __future__ import annotations

import io
import struct

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from PIL import ImageCms

from fluxfill_studio.core.picture.icc import D50, Colours, profile_of, shaper_of, srgb
from fluxfill_studio.core.picture.samples import ColourModel
from tests import profiles
from tests.profiles import Curve, Floats, Profile

X = np.linspace(0, 1, 5001)
RGB_CURVES = (b"rTRC", b"gTRC", b"bTRC")
COLORANTS = (b"rXYZ", b"gXYZ", b"bXYZ")
UNIT = np.eye(3)


def rgb_tags(*curves: bytes, matrix: Floats = UNIT) -> dict[bytes, bytes]:
    tags = dict(zip(RGB_CURVES, curves * (3 // len(curves)), strict=True))
    return tags | {tag: profiles.xyz(matrix[:, i]) for i, tag in enumerate(COLORANTS)}


def power(g: float) -> Curve:
    return lambda x: np.power(x, g)


CURVES: dict[str, tuple[bytes, Curve]] = {
    "straight": (profiles.straight(), lambda x: x),
    "gamma": (profiles.gamma(2.5), power(2.5)),
    "two points": (profiles.points(0, 65535), lambda x: x),
    "points": (
        profiles.points(0, 1000, 1000, 65535),
        lambda x: np.interp(x, [0, 1 / 3, 2 / 3, 1], np.array([0, 1000, 1000, 65535]) / 65535),
    ),
    "formula 0": (profiles.formula(0, 1.75), power(1.75)),
    "formula 1": (
        profiles.formula(1, 2.0, 1.25, -0.25),
        lambda x: np.where(x >= 0.2, (1.25 * x - 0.25) ** 2, 0),
    ),
    "formula 2": (
        profiles.formula(2, 2.0, 1.25, -0.5, 0.25),
        lambda x: np.where(x >= 0.4, (1.25 * x - 0.5) ** 2 + 0.25, 0.25),
    ),
    "formula 3": (
        profiles.formula(3, 2.0, 0.75, 0.25, 0.125, 0.5),
        lambda x: np.where(x >= 0.5, (0.75 * x + 0.25) ** 2, 0.125 * x),
    ),
    "formula 4": (
        profiles.formula(4, 2.0, 0.75, 0.125, 0.25, 0.5, 0.125, 0.0625),
        lambda x: np.where(x >= 0.5, (0.75 * x + 0.125) ** 2 + 0.125, 0.25 * x + 0.0625),
    ),
    "beyond white": (
        profiles.formula(2, 1.0, 2.0, 0.0, 0.0),
        lambda x: np.minimum(2 * x, 1),
    ),
}


@pytest.mark.parametrize("version", [2, 4])
@pytest.mark.parametrize("name", CURVES)
def test_curves_are_those_of_the_specification(name: str, version: int) -> None:
    tag, expected = CURVES[name]
    data = profiles.profile(b"GRAY", {b"kTRC": tag}, version=version)
    shaper = shaper_of(data, ColourModel.GREY)
    assert shaper is not None
    (curve,) = shaper.curves
    assert np.abs(curve(X) - expected(X)).max() < 1e-12
    assert shaper.matrix.tolist() == [[x] for x in D50]


@pytest.mark.parametrize(
    "profile",
    [
        profiles.srgb(),
        profiles.srgb_of_points(),
        profiles.display_p3(),
        profiles.adobe_rgb(),
        profiles.prophoto(),
        profiles.linear(),
    ],
    ids=lambda profile: profile.name,
)
def test_known_profiles(profile: Profile) -> None:
    shaper = shaper_of(profile.data, ColourModel.RGB)
    assert shaper is not None
    assert np.array_equal(shaper.matrix, profile.matrix)
    (curve,) = shaper.curves
    assert np.abs(curve(X) - profile.light(X)).max() < 1e-12


def test_each_channel_has_its_own_curve_and_colorant() -> None:
    curves = [profiles.gamma(g) for g in (1.0, 2.0, 3.0)]
    matrix = np.array([[0.5, 0.25, 0.125], [0.25, 0.5, 0.0], [-0.125, 0.0, 0.75]])
    data = profiles.profile(b"RGB ", rgb_tags(*curves, matrix=matrix))
    shaper = shaper_of(data, ColourModel.RGB)
    assert shaper is not None
    assert [float(curve(np.array([0.5]))[0]) for curve in shaper.curves] == [0.5, 0.25, 0.125]
    assert np.array_equal(shaper.matrix, matrix)


def test_srgb_has_the_colorants_of_its_published_profile() -> None:
    """Those of sRGB2014.icc of the ICC; they are rounded there, and add up to D50 here."""
    published = [
        [0.43607, 0.38515, 0.14307],
        [0.22249, 0.71687, 0.06061],
        [0.01392, 0.09708, 0.7141],
    ]
    matrix = srgb(ColourModel.RGB).matrix
    assert np.abs(matrix - published).max() < 2e-4
    assert np.abs(matrix.sum(axis=1) - D50).max() < 1e-12


def test_srgb_has_its_curve() -> None:
    for model in (ColourModel.RGB, ColourModel.GREY):
        (curve,) = srgb(model).curves
        assert np.abs(curve(X) - profiles.srgb_light(X)).max() < 1e-12


SRGB_TAGS = rgb_tags(profiles.gamma(2.2))
NOT_A_SHAPER = {
    "nothing": b"",
    "no profile": b"\xff" * 4000,
    "another model": profiles.grey_gamma_22().data,
    "CMYK": profiles.cmyk(),
    "tables": profiles.table_profile(b"RGB ", profiles.lab_of, profiles.rgb_of),
    "tables besides": profiles.profile(b"RGB ", {**SRGB_TAGS, b"A2B1": b"mft2"}),
    "Lab": profiles.profile(b"RGB ", SRGB_TAGS, connection=b"Lab "),
    "a link": profiles.profile(b"RGB ", SRGB_TAGS, kind=b"link"),
    "a later version": profiles.profile(b"RGB ", SRGB_TAGS, version=5),
    "no curve": profiles.profile(b"RGB ", {**SRGB_TAGS, b"gTRC": b"text\0\0\0\0curve\0"}),
    "an unknown formula": profiles.profile(b"RGB ", {**SRGB_TAGS, b"gTRC": profiles.formula(5)}),
    "a falling curve": profiles.profile(b"RGB ", rgb_tags(profiles.points(65535, 0))),
    "a dent": profiles.profile(b"RGB ", rgb_tags(profiles.points(0, 300, 200, 65535))),
    "a flat curve": profiles.profile(b"RGB ", rgb_tags(profiles.points(9, 9))),
    "a gamma of zero": profiles.profile(b"RGB ", rgb_tags(profiles.gamma(0))),
    "a negative gamma": profiles.profile(b"RGB ", rgb_tags(profiles.formula(0, -1.0))),
    "no colorant": profiles.profile(
        b"RGB ", {**SRGB_TAGS, b"gXYZ": b"text\0\0\0\0none\0\0\0\0\0\0"}
    ),
    "missing colorants": profiles.profile(b"RGB ", dict.fromkeys(RGB_CURVES, profiles.gamma(1))),
    "missing curves": profiles.profile(b"RGB ", dict.fromkeys(COLORANTS, profiles.xyz(UNIT[0]))),
    "lights in one line": profiles.profile(
        b"RGB ", rgb_tags(profiles.gamma(1), matrix=np.full((3, 3), 0.3))
    ),
}


@pytest.mark.parametrize("name", NOT_A_SHAPER)
def test_other_profiles_are_no_shaper(name: str) -> None:
    assert shaper_of(NOT_A_SHAPER[name], ColourModel.RGB) is None


SRGB_CHROMATICITIES = Colours(profiles.SRGB_PRIMARIES, profiles.D65)
WRITTEN = {
    "sRGB": (SRGB_CHROMATICITIES, profiles.srgb()),
    "Display P3": (Colours(profiles.P3_PRIMARIES, profiles.D65), profiles.display_p3()),
    "Adobe RGB": (
        Colours(profiles.ADOBE_PRIMARIES, profiles.D65, 563 / 256),
        profiles.adobe_rgb(),
    ),
    "ProPhoto": (Colours(profiles.PROPHOTO_PRIMARIES, profiles.D50_XY, 1.8), profiles.prophoto()),
}


@pytest.mark.parametrize("name", WRITTEN)
def test_a_written_profile_says_the_colours(name: str) -> None:
    colours, expected = WRITTEN[name]
    data = profile_of(colours, ColourModel.RGB)
    assert data is not None
    shaper = shaper_of(data, ColourModel.RGB)
    assert shaper is not None
    assert np.abs(shaper.matrix - expected.matrix).max() <= 1 / 65536
    (curve,) = shaper.curves
    assert np.abs(curve(X) - expected.light(X)).max() < 1e-4
    # Another reader finds it complete, and the white that it was before it became D50.
    opened = ImageCms.ImageCmsProfile(io.BytesIO(data)).profile
    assert (opened.version, opened.device_class) == (4.4, "mntr")
    assert opened.chromatic_adaptation is not None
    adaptation = np.array(opened.chromatic_adaptation[0])
    x, y = colours.white
    seen = adaptation @ np.array([x / y, 1, (1 - x - y) / y])
    assert np.abs(seen - D50).max() < 1e-4
    assert profile_of(colours, ColourModel.RGB) == data


def test_of_grey_only_the_curve_counts() -> None:
    data = profile_of(Colours(profiles.P3_PRIMARIES, profiles.D65, 1.8), ColourModel.GREY)
    assert data is not None
    shaper = shaper_of(data, ColourModel.GREY)
    assert shaper is not None
    assert np.abs(shaper.curves[0](X) - X**1.8).max() < 1e-4


@pytest.mark.parametrize(
    "colours",
    [
        Colours(profiles.SRGB_PRIMARIES, (0.3, 0.0)),
        Colours(((0.64, 0.0), (0.3, 0.6), (0.15, 0.06)), profiles.D65),
        Colours(((0.3, 0.3),) * 3, profiles.D65),
        Colours(((4e4, 4e4),) * 3, profiles.D65),
        Colours(profiles.SRGB_PRIMARIES, profiles.D65, 0.0),
        Colours(profiles.SRGB_PRIMARIES, profiles.D65, 1e9),
        Colours(profiles.SRGB_PRIMARIES, profiles.D65, float("inf")),
    ],
)
def test_of_nonsense_no_profile_is_written(colours: Colours) -> None:
    assert profile_of(colours, ColourModel.RGB) is None


def test_for_inks_none_is_written() -> None:
    assert profile_of(SRGB_CHROMATICITIES, ColourModel.CMYK) is None


def test_cmyk_has_none() -> None:
    assert shaper_of(profiles.cmyk(), ColourModel.CMYK) is None


@pytest.mark.parametrize("profile", [profiles.srgb_of_points(), profiles.display_p3()])
def test_a_profile_that_ends_too_early_is_no_shaper(profile: Profile) -> None:
    last = profile.data.rindex(b"curv" if b"curv" in profile.data else b"para")
    for length in range(0, last + 12, 3):
        assert shaper_of(profile.data[:length], ColourModel.RGB) is None


@given(
    st.lists(st.tuples(st.integers(0, 200), st.binary(min_size=1, max_size=8)), max_size=6),
    st.integers(0, 2**32 - 1),
)
def test_damage_is_never_more_than_another_curve(
    patches: list[tuple[int, bytes]], number: int
) -> None:
    """Whatever is read can be used: it stays between black and white, and can be turned round."""
    data = bytearray(profiles.display_p3().data)
    body = data.rindex(b"para")
    data[body + 12 : body + 16] = struct.pack(">I", number)
    for place, patch in patches:
        at = 128 + place * 2 if place < 100 else body + (place - 100)
        data[at : at + len(patch)] = patch
    shaper = shaper_of(bytes(data), ColourModel.RGB)
    for curve in shaper.curves if shaper is not None else ():
        values = curve(X)
        assert 0 <= values.min() < values.max() <= 1
