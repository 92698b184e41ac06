"""Colours of profiles, models and depths to sRGB and back."""

from __future__ import annotations

import io
from concurrent.futures import ThreadPoolExecutor

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from numpy.typing import NDArray
from PIL import Image, ImageCms

from fluxfill_studio.core.picture.colour import Wide, from_srgb, srgb_of
from fluxfill_studio.core.picture.icc import srgb
from fluxfill_studio.core.picture.samples import ColourModel, Samples, Values
from fluxfill_studio.core.types import Pixels
from tests import profiles
from tests.pictures import photograph
from tests.profiles import Curve, Floats, Profile

SRGB = (profiles.srgb(), profiles.srgb_of_points())
OTHERS = (
    profiles.display_p3(),
    profiles.adobe_rgb(),
    profiles.prophoto(),
    profiles.linear(),
)
GREYS = (
    profiles.grey_gamma_22(),
    profiles.grey_profile("grey, L*-like", profiles.formula(0, 3.0), lambda x: np.power(x, 3.0)),
    profiles.grey_profile("grey, sRGB", profiles.srgb_formula(), profiles.stored_srgb_light),
)
RELATIVE = ImageCms.Intent.RELATIVE_COLORIMETRIC
TO_SRGB = np.linalg.inv(srgb(ColourModel.RGB).matrix)
MODES = {1: "L", 3: "RGB", 4: "CMYK"}

any_profile = pytest.mark.parametrize("profile", OTHERS, ids=lambda profile: profile.name)


def empty(model: ColourModel, depth: int, icc_profile: bytes | None = None) -> Samples:
    """What a picture is to become like."""
    values = np.zeros((1, 1, model.value), np.uint8 if depth == 8 else np.uint16)
    return Samples(values, icc_profile=icc_profile)


def colours() -> Wide:
    """Everyday and far-out ones: many near black, white and the edges of the gamut."""
    rng = np.random.default_rng(5)
    kinds = [
        rng.integers(0, 65536, (60, 300, 3)),
        rng.integers(0, 3000, (60, 300, 3)),
        rng.choice([0, 0, 1, 2, 7, 300, 40000, 65534, 65535, 65535], (60, 300, 3)),
        np.repeat(rng.integers(0, 65536, (60, 300, 1)), 3, axis=2),
    ]
    return np.vstack(kinds).astype(np.uint16)


def like_colours(model: ColourModel, depth: int) -> Values:
    """Any values of the model."""
    wide = np.dstack([colours(), colours()[::-1, :, 1]])[:, :, : model.value]
    return (wide >> 8).astype(np.uint8) if depth == 8 else wide


def encoded(light: Floats) -> Floats:
    shares = np.clip(light, 0, 1)
    steep = 1.055 * np.power(shares, 1 / 2.4) - 0.055
    return np.where(shares <= 0.0031308, shares * 12.92, steep)


def values_of(light: Curve, shares: Floats) -> Floats:
    """The least values that give these shares of light, by halving."""
    low, high = np.zeros_like(shares), np.ones_like(shares)
    for _ in range(40):
        middle = (low + high) / 2
        is_dark = light(middle) < shares
        low, high = np.where(is_dark, middle, low), np.where(is_dark, high, middle)
    return high


def engine(
    picture: NDArray[np.uint8],
    given: bytes | None,
    wanted: bytes | None,
    wanted_model: ColourModel,
    flags: ImageCms.Flags = ImageCms.Flags.NONE,
) -> NDArray[np.uint8]:
    """What Little CMS makes of it; None stands for sRGB."""
    plain = ImageCms.createProfile("sRGB")
    own, other = (
        plain if data is None else ImageCms.ImageCmsProfile(io.BytesIO(data))
        for data in (given, wanted)
    )
    channels = picture.shape[2]
    image = Image.fromarray(picture[:, :, 0] if channels == 1 else picture, MODES[channels])
    result = ImageCms.profileToProfile(
        image, own, other, RELATIVE, MODES[wanted_model.value], flags=flags
    )
    assert result is not None
    return np.asarray(result, np.uint8).reshape(*picture.shape[:2], -1)


def difference(one: Values, other: Values) -> int:
    return int(np.abs(one.astype(np.int32) - other).max())


SRGB_PROFILES = {
    "none": None,
    **{profile.name: profile.data for profile in SRGB},
    "Little CMS": ImageCms.ImageCmsProfile(ImageCms.createProfile("sRGB")).tobytes(),
}


@pytest.mark.parametrize("name", SRGB_PROFILES)
def test_what_is_srgb_stays_as_it_is(name: str) -> None:
    icc_profile = SRGB_PROFILES[name]
    pixels = photograph(40, 30)
    assert srgb_of(Samples(pixels, icc_profile=icc_profile)) is pixels
    deep = Samples(colours(), icc_profile=icc_profile)
    assert np.array_equal(srgb_of(deep), (colours().astype(np.int64) + 128) // 257)
    assert np.array_equal(from_srgb(colours(), deep), colours())


@any_profile
@pytest.mark.parametrize("depth", [8, 16])
def test_the_screen_shows_the_profiles_colours(profile: Profile, depth: int) -> None:
    values: Values = colours() if depth == 16 else (colours() >> 8).astype(np.uint8)
    light = profile.light(values / np.iinfo(values.dtype).max)
    expected = encoded(light @ profile.matrix.T @ TO_SRGB.T) * 255
    seen = srgb_of(Samples(values, icc_profile=profile.data))
    assert seen.dtype == np.uint8
    assert np.abs(seen - expected).max() < 0.505


@any_profile
def test_colours_are_written_to_a_65535th_or_two(profile: Profile) -> None:
    light = (
        profiles.srgb_light(colours() / 65535)
        @ (np.linalg.inv(profile.matrix) @ np.linalg.inv(TO_SRGB)).T
    )
    expected = values_of(profile.light, np.clip(light, 0, 1))
    deep = from_srgb(colours(), empty(ColourModel.RGB, 16, profile.data))
    assert deep.dtype == np.uint16
    assert np.abs(deep - expected * 65535).max() < 2
    flat = from_srgb(colours(), empty(ColourModel.RGB, 8, profile.data))
    assert flat.dtype == np.uint8
    assert np.abs(flat - expected * 255).max() < 0.505


@any_profile
def test_little_cms_sees_the_same_colours(profile: Profile) -> None:
    values = (colours() >> 8).astype(np.uint8)
    seen = srgb_of(Samples(values, icc_profile=profile.data))
    assert difference(seen, engine(values, profile.data, None, ColourModel.RGB)) <= 1
    written = from_srgb(values.astype(np.uint16) * 257, empty(ColourModel.RGB, 8, profile.data))
    # Its shortcut for 8 bits is two levels off in the darkest tones.
    exact = ImageCms.Flags.NOOPTIMIZE
    assert difference(written, engine(values, None, profile.data, ColourModel.RGB, exact)) <= 1


@any_profile
def test_every_8_bit_colour_comes_back_from_16_bits_of_a_wide_gamut(profile: Profile) -> None:
    like = empty(ColourModel.RGB, 16, profile.data)
    levels = np.arange(256, dtype=np.uint8)
    plane = np.empty((256, 256, 3), np.uint8)
    plane[:, :, 1], plane[:, :, 2] = np.meshgrid(levels, levels)
    for red in levels:
        plane[:, :, 0] = red
        written = from_srgb(plane.astype(np.uint16) * 257, like)
        assert np.array_equal(srgb_of(Samples(written, icc_profile=profile.data)), plane)


def test_what_the_screen_cannot_show_is_clipped() -> None:
    green = np.array([[[0, 255, 0]]], np.uint8)
    seen = srgb_of(Samples(green, icc_profile=profiles.display_p3().data))
    assert seen.tolist() == [[[0, 255, 0]]]


def test_each_channel_goes_through_its_own_curve() -> None:
    tags = {b"rTRC": profiles.gamma(1), b"gTRC": profiles.gamma(1.8), b"bTRC": profiles.gamma(3)}
    colorants = profiles.adapted(profiles.P3_PRIMARIES, profiles.D65)
    for index, tag in enumerate((b"rXYZ", b"gXYZ", b"bXYZ")):
        tags[tag] = profiles.xyz(colorants[:, index])
    data = profiles.profile(b"RGB ", tags)
    values = (colours() >> 8).astype(np.uint8)
    seen = srgb_of(Samples(values, icc_profile=data))
    assert difference(seen, engine(values, data, None, ColourModel.RGB)) <= 1
    like = empty(ColourModel.RGB, 16, data)
    there = from_srgb(colours(), like)
    again = srgb_of(Samples(there, icc_profile=data))
    assert np.abs(again - colours() / 257).max() < 0.6


def test_16_bits_of_grey_without_a_profile_are_rounded() -> None:
    values = np.arange(65536, dtype=np.uint16).reshape(256, 256, 1)
    expected = np.repeat((values.astype(np.int64) + 128) // 257, 3, axis=2)
    assert np.array_equal(srgb_of(Samples(values)), expected)


def test_srgb_is_rounded_to_8_bits() -> None:
    flat = from_srgb(colours(), empty(ColourModel.RGB, 8))
    assert np.array_equal(flat, (colours().astype(np.int64) + 128) // 257)


@pytest.mark.parametrize("depth", [8, 16])
@pytest.mark.parametrize("profile", [None, *GREYS], ids=lambda p: p.name if p else "none")
def test_grey_is_seen_neutral_and_takes_the_luminance(profile: Profile | None, depth: int) -> None:
    light = profiles.srgb_light if profile is None else profile.light
    like = empty(ColourModel.GREY, depth, None if profile is None else profile.data)
    largest = like.largest
    values = np.arange(largest + 1).astype(like.values.dtype).reshape(16, -1, 1)
    seen = srgb_of(Samples(values, icc_profile=like.icc_profile))
    assert np.ptp(seen, axis=2).max() == 0
    assert np.abs(seen - encoded(light(values / largest)) * 255).max() < 0.505

    luminance = profiles.srgb_light(colours() / 65535) @ srgb(ColourModel.RGB).matrix[1]
    written = from_srgb(colours(), like)
    assert written.shape == (*colours().shape[:2], 1)
    assert written.dtype == values.dtype
    expected = values_of(light, luminance[:, :, np.newaxis])
    assert np.abs(written - expected * largest).max() < (0.51 if depth == 8 else 2)


def test_plain_cmyk_is_what_pillow_makes_of_it() -> None:
    levels = np.arange(256, dtype=np.uint8)
    ink, key = np.meshgrid(levels, levels)
    values = np.stack([ink, ink[:, ::-1], np.zeros_like(ink), key], axis=2)
    expected = np.asarray(Image.fromarray(values, "CMYK").convert("RGB"))
    assert np.array_equal(srgb_of(Samples(values)), expected)
    assert np.array_equal(srgb_of(Samples(values.astype(np.uint16) * 257)), expected)


@pytest.mark.parametrize("depth", [8, 16])
def test_plain_cmyk_is_written_without_black(depth: int) -> None:
    pixels = photograph(50, 40)
    written = from_srgb(pixels.astype(np.uint16) * 257, empty(ColourModel.CMYK, depth))
    expected = np.asarray(Image.fromarray(pixels).convert("CMYK"))
    assert np.array_equal(written, expected if depth == 8 else expected.astype(np.uint16) * 257)
    assert np.array_equal(srgb_of(Samples(written)), pixels)


TABLES = {
    ColourModel.CMYK: profiles.cmyk(),
    ColourModel.RGB: profiles.table_profile(b"RGB ", profiles.lab_of, profiles.rgb_of),
    ColourModel.GREY: profiles.table_profile(
        b"GRAY",
        lambda x: profiles.lab_of(np.repeat(x**2, 3, axis=1)),
        lambda lab: lab[:, :1] ** 0.5,
    ),
}


@pytest.mark.parametrize("model", TABLES)
def test_tables_are_read_by_little_cms(model: ColourModel) -> None:
    data = TABLES[model]
    pixels = photograph(300, 300)
    given = np.dstack([pixels, pixels[::-1, :, :1] // 2])[:, :, : model.value]
    seen = srgb_of(Samples(given, icc_profile=data))
    assert np.array_equal(seen, engine(given, data, None, ColourModel.RGB))
    assert np.array_equal(srgb_of(Samples(given.astype(np.uint16) * 257, icc_profile=data)), seen)
    # The tables say something of their own.
    assert difference(seen, srgb_of(Samples(given))) > 1

    written = from_srgb(pixels.astype(np.uint16) * 257, empty(model, 8, data))
    assert np.array_equal(written, engine(pixels, None, data, model))
    deep = from_srgb(pixels.astype(np.uint16) * 257, empty(model, 16, data))
    assert np.array_equal(deep, written.astype(np.uint16) * 257)


WORTHLESS = {
    "nothing": b"",
    "text": b"not a profile at all" * 20,
    "half": profiles.cmyk()[:2000],
    "scanner": profiles.table_profile(b"RGB ", profiles.lab_of, None),
    "without a curve": profiles.profile(b"GRAY", {}),
}


@pytest.mark.parametrize("model", ColourModel)
@pytest.mark.parametrize("depth", [8, 16])
@pytest.mark.parametrize("name", WORTHLESS)
def test_a_profile_that_says_nothing_counts_as_none(
    name: str, depth: int, model: ColourModel
) -> None:
    values = like_colours(model, depth)
    with_it, without = Samples(values, icc_profile=WORTHLESS[name]), Samples(values)
    assert np.array_equal(srgb_of(with_it), srgb_of(without))
    assert np.array_equal(from_srgb(colours(), with_it), from_srgb(colours(), without))


@pytest.mark.parametrize("model", ColourModel)
def test_a_profile_of_another_model_counts_as_none(model: ColourModel) -> None:
    values = like_colours(model, 8)
    others = [OTHERS[0].data, GREYS[0].data, TABLES[ColourModel.CMYK]]
    of_model = {ColourModel.RGB: 0, ColourModel.GREY: 1, ColourModel.CMYK: 2}[model]
    plain = srgb_of(Samples(values))
    for index, data in enumerate(others):
        same = np.array_equal(srgb_of(Samples(values, icc_profile=data)), plain)
        assert same is (index != of_model)


ANY_PROFILE = {
    ColourModel.GREY: GREYS[0].data,
    ColourModel.RGB: OTHERS[0].data,
    ColourModel.CMYK: TABLES[ColourModel.CMYK],
}


@given(
    st.sampled_from([*ColourModel]),
    st.sampled_from([8, 16]),
    st.booleans(),
    st.integers(1, 700),
    st.integers(1, 300),
)
def test_a_pixel_is_the_same_wherever_it_stands(
    model: ColourModel, depth: int, has_profile: bool, width: int, height: int
) -> None:
    """In any shape of picture, and in parts and turned pictures that are views of others."""
    rng = np.random.default_rng(width * height)
    wide = rng.integers(0, 65536, (height, width, model.value), np.uint16)
    values: Values = (wide >> 8).astype(np.uint8) if depth == 8 else wide
    data = ANY_PROFILE[model] if has_profile else None
    seen = srgb_of(Samples(values, icc_profile=data))
    turned = Samples(np.rot90(values), icc_profile=data)
    assert np.array_equal(srgb_of(turned), np.rot90(seen))
    colour = seen.astype(np.uint16) * 257
    written = from_srgb(colour, turned)
    assert np.array_equal(from_srgb(colour[::2, ::-3], turned), written[::2, ::-3])
    line = from_srgb(colour.reshape(-1, 1, 3), turned)
    assert np.array_equal(line.reshape(written.shape), written)


@given(
    st.sampled_from([*ANY_PROFILE]),
    st.lists(st.tuples(st.floats(0, 1), st.binary(min_size=1, max_size=4)), max_size=8),
    st.floats(0.01, 1),
)
def test_no_damage_to_a_profile_stops_a_picture(
    model: ColourModel, patches: list[tuple[float, bytes]], kept: float
) -> None:
    data = bytearray(ANY_PROFILE[model])
    for place, patch in patches:
        # Most of what can go wrong stands in the header and the list of tags.
        at = int(place**3 * len(data))
        data[at : at + len(patch)] = patch
    like = Samples(like_colours(model, 8)[:5], icc_profile=bytes(data[: int(kept * len(data))]))
    assert srgb_of(like).shape == (5, 300, 3)
    assert from_srgb(colours()[:5], like).shape == like.values.shape


def test_a_picture_of_many_bands_is_without_seams() -> None:
    pixels = photograph(700, 500)
    data = OTHERS[0].data
    seen = srgb_of(Samples(pixels, icc_profile=data))
    for part in (np.s_[90:100], np.s_[:, 350:351], np.s_[499:, 699:]):
        assert np.array_equal(srgb_of(Samples(pixels[part], icc_profile=data)), seen[part])


def test_several_threads_may_convert_at_once() -> None:
    pixels = [photograph(300, 200, seed) for seed in range(8)]
    for model, data in ANY_PROFILE.items():
        like = empty(model, 8, data)

        def there_and_back(picture: Pixels, like: Samples = like) -> Pixels:
            written = from_srgb(picture.astype(np.uint16) * 257, like)
            return srgb_of(Samples(written, icc_profile=like.icc_profile))

        one_by_one = [there_and_back(picture) for picture in pixels]
        with ThreadPoolExecutor(4) as threads:
            at_once = list(threads.map(there_and_back, pixels))
        assert all(map(np.array_equal, one_by_one, at_once))
