"""Colours that files state without an ICC profile: seen, and kept as a profile from then on."""

from __future__ import annotations

import io
import struct
import sys
from typing import Any

import numpy as np
import pytest
from PIL import Image, ImageCms
from PIL.ExifTags import IFD, Base

from fluxfill_studio.core.files.codec import decode, decode_thumbnail
from fluxfill_studio.core.files.preview import previews
from fluxfill_studio.core.geometry import Size
from fluxfill_studio.core.picture.colour import srgb_of
from fluxfill_studio.core.picture.samples import ColourModel, Samples
from fluxfill_studio.core.picture.scaling import resized
from fluxfill_studio.core.picture.source import Source
from tests import profiles
from tests.encoded import encoded, heic
from tests.pictures import photograph
from tests.pngs import chunk

PIXELS = photograph(64, 48)
SMOOTH = resized(photograph(8, 6), Size(64, 48))
# Gammas differ in the dark.
PIXELS[:8] //= 10
SMOOTH[:8] //= 10
BT_2020 = ((0.708, 0.292), (0.170, 0.797), (0.131, 0.046))
SRGB_CHROMATICITIES = (31270, 32900, 64000, 33000, 30000, 60000, 15000, 6000)
ADOBE_CHROMATICITIES = (31270, 32900, 64000, 33000, 21000, 71000, 15000, 6000)
WITHIN_HEADER = 33

SRGB_LIGHT = profiles.srgb_formula(), profiles.stored_srgb_light
LINEAR = profiles.straight(), lambda values: values


def gamma(exponent: float) -> tuple[bytes, profiles.Curve]:
    return profiles.formula(0, exponent), lambda values: np.power(values, exponent)


def rgb(primaries: Any, light: tuple[bytes, profiles.Curve]) -> bytes:
    return profiles.rgb_profile("expected", primaries, profiles.D65, *light).data


P3 = profiles.P3_PRIMARIES
NUMBERS = {
    (12, 13): rgb(P3, SRGB_LIGHT),
    (12, 2): rgb(P3, SRGB_LIGHT),
    (12, 1): rgb(P3, SRGB_LIGHT),
    (9, 14): rgb(BT_2020, SRGB_LIGHT),
    (9, 8): rgb(BT_2020, LINEAR),
    (1, 8): rgb(profiles.SRGB_PRIMARIES, LINEAR),
    (1, 4): rgb(profiles.SRGB_PRIMARIES, gamma(2.2)),
    (2, 5): rgb(profiles.SRGB_PRIMARIES, gamma(2.8)),
}
"""Primaries and transfer characteristics of H.273, and what they are to look like."""
NOTHING_ELSE = [(1, 13), (1, 1), (2, 2), (1, 6), (2, 15), (5, 13), (12, 17)]
HDR = [(9, 16), (9, 18), (12, 16), (1, 18)]


def g_ama(value: int) -> bytes:
    return chunk(b"gAMA", struct.pack(">I", value))


def c_hrm(values: tuple[int, ...]) -> bytes:
    return chunk(b"cHRM", struct.pack(">8I", *values))


def png(*chunks: bytes, pixels: Any = PIXELS, **options: Any) -> bytes:
    """With `chunks` before the pixels."""
    data = encoded(pixels, "PNG", **options)
    return data[:WITHIN_HEADER] + b"".join(chunks) + data[WITHIN_HEADER:]


def coded_png(primaries: int, transfer: int) -> bytes:
    return png(chunk(b"cICP", bytes([primaries, transfer, 0, 1])))


def coded_avif(primaries: int, transfer: int) -> bytes:
    data = encoded(SMOOTH, "AVIF", quality=95)
    place = data.index(b"colrnclx") + 8
    return data[:place] + struct.pack(">2H", primaries, transfer) + data[place + 4 :]


def coded_heic(primaries: int, transfer: int) -> bytes:
    return heic(SMOOTH, "RGB", color_primaries=primaries, transfer_characteristics=transfer)


def seen_through(profile: bytes, source: Source) -> int:
    """How much it differs from what the same samples with `profile` look like."""
    expected = srgb_of(Samples(source.samples.values, icc_profile=profile))
    return int(np.abs(source.pixels.astype(int) - expected).max())


def is_plain(source: Source) -> bool:
    return source.samples.icc_profile is None and source.pixels is source.samples.values


@pytest.mark.parametrize("coded", [coded_png, coded_avif, coded_heic])
@pytest.mark.parametrize("numbers", NUMBERS)
def test_numbers_are_seen_as_the_colours_that_they_stand_for(
    numbers: tuple[int, int], coded: Any
) -> None:
    source = decode(coded(*numbers), "a picture")
    assert seen_through(NUMBERS[numbers], source) <= 1
    # It is not what the same values would be in sRGB.
    assert np.abs(source.pixels.astype(int) - source.samples.values).max() >= 5
    assert not source.is_hdr
    thumbnail = decode_thumbnail(coded(*numbers), "a picture", 64)
    assert np.array_equal(thumbnail, source.pixels)


@pytest.mark.parametrize("coded", [coded_png, coded_avif, coded_heic])
def test_the_profile_that_is_kept_says_it_to_others(coded: Any) -> None:
    source = decode(coded(12, 13), "a picture")
    assert source.samples.icc_profile is not None
    kept = ImageCms.ImageCmsProfile(io.BytesIO(source.samples.icc_profile))
    seen = ImageCms.profileToProfile(
        Image.fromarray(source.samples.values),
        kept,
        ImageCms.createProfile("sRGB"),
        ImageCms.Intent.RELATIVE_COLORIMETRIC,
    )
    assert seen is not None
    assert np.abs(np.asarray(seen).astype(int) - source.pixels).max() <= 1


@pytest.mark.parametrize("coded", [coded_png, coded_avif, coded_heic])
@pytest.mark.parametrize("numbers", NOTHING_ELSE)
def test_what_says_srgb_or_is_not_known_is_srgb(numbers: tuple[int, int], coded: Any) -> None:
    source = decode(coded(*numbers), "a picture")
    assert is_plain(source)
    assert not source.is_hdr


@pytest.mark.parametrize("coded", [coded_png, coded_avif, coded_heic])
@pytest.mark.parametrize("numbers", HDR)
def test_hdr_is_told_and_taken_for_srgb(numbers: tuple[int, int], coded: Any) -> None:
    source = decode(coded(*numbers), "a picture")
    assert source.is_hdr
    assert is_plain(source)


@pytest.mark.parametrize(
    ("chunks", "expected"),
    [
        ([g_ama(45_471), c_hrm(ADOBE_CHROMATICITIES)], profiles.adobe_rgb().data),
        ([g_ama(100_000)], NUMBERS[1, 8]),
        ([g_ama(100_000), c_hrm(SRGB_CHROMATICITIES)], NUMBERS[1, 8]),
        ([c_hrm(ADOBE_CHROMATICITIES)], rgb(profiles.ADOBE_PRIMARIES, SRGB_LIGHT)),
        ([g_ama(0), c_hrm(ADOBE_CHROMATICITIES)], rgb(profiles.ADOBE_PRIMARIES, SRGB_LIGHT)),
    ],
    ids=["Adobe RGB", "linear", "linear sRGB", "lights alone", "no gamma"],
)
def test_a_gamma_and_chromaticities_that_are_not_srgb_count(
    chunks: list[bytes], expected: bytes
) -> None:
    source = decode(png(*chunks), "a picture")
    assert seen_through(expected, source) <= 1
    assert np.abs(source.pixels.astype(int) - source.samples.values).max() > 10


@pytest.mark.parametrize(
    "chunks",
    [
        [g_ama(45_455)],
        [g_ama(45_455), c_hrm(SRGB_CHROMATICITIES)],
        [g_ama(45_000), c_hrm((31270, 32900, 64000, 33000, 29900, 60100, 15000, 6000))],
        [c_hrm(SRGB_CHROMATICITIES)],
        [chunk(b"sRGB", b"\0"), g_ama(100_000), c_hrm(ADOBE_CHROMATICITIES)],
        [chunk(b"cICP", bytes([1, 13, 0, 1])), g_ama(100_000)],
        [g_ama(0)],
        [g_ama(2**32 - 1)],
        [c_hrm((0,) * 8)],
        [c_hrm((2**32 - 1,) * 8)],
        [c_hrm((31270, 32900) * 4)],
        [chunk(b"cICP", b"\x0c\x0d")],
    ],
)
def test_srgb_and_nonsense_change_nothing(chunks: list[bytes]) -> None:
    assert is_plain(decode(png(*chunks), "a picture"))


def test_a_profile_says_more_than_numbers() -> None:
    profile = profiles.adobe_rgb().data
    for code in (bytes([12, 13, 0, 1]), bytes([9, 16, 0, 1])):
        source = decode(png(chunk(b"cICP", code), icc_profile=profile), "a picture")
        assert source.samples.icc_profile == profile
        assert not source.is_hdr


def test_grey_has_a_gamma_too() -> None:
    grey = np.ascontiguousarray(PIXELS[..., 0])
    source = decode(png(g_ama(100_000), pixels=grey), "a picture")
    assert source.samples.model is ColourModel.GREY
    straight = profiles.grey_profile("straight", *LINEAR)
    assert seen_through(straight.data, source) <= 1
    assert np.abs(source.pixels[..., 0].astype(int) - grey).max() > 10
    # Lights of other colours leave it as it is.
    source = decode(png(chunk(b"cICP", bytes([12, 13, 0, 1])), pixels=grey), "a picture")
    assert source.samples.icc_profile is None


def test_transparency_and_depth_do_not_mind() -> None:
    with_alpha = np.dstack([PIXELS, PIXELS[..., 0]])
    source = decode(png(chunk(b"cICP", bytes([12, 13, 0, 1])), pixels=with_alpha), "a picture")
    assert source.samples.alpha is not None
    assert seen_through(NUMBERS[12, 13], source) <= 1


def camera_jpeg(size: Size, colours: str) -> bytes:
    exif = Image.Exif()
    exif[Base.ExifOffset] = {Base.ColorSpace: 65535, IFD.Interop: {1: colours, 2: b"0100"}}
    return encoded(resized(SMOOTH, size), "JPEG", quality=95, exif=exif.tobytes())


def test_a_camera_s_word_for_adobe_rgb_is_taken() -> None:
    source = decode(camera_jpeg(Size(64, 48), "R03"), "_photo.jpg")
    assert seen_through(profiles.adobe_rgb().data, source) <= 1
    assert source.samples.icc_profile is not None
    assert is_plain(decode(camera_jpeg(Size(64, 48), "R98"), "photo.jpg"))


def test_the_first_look_at_a_picture_has_its_colours() -> None:
    data = camera_jpeg(Size(2000, 1500), "R03")
    (preview,) = previews(data, "_photo.jpg")
    whole = resized(decode(data, "_photo.jpg").pixels, Size(*preview.pixels.shape[1::-1]))
    assert np.abs(preview.pixels.astype(int) - whole).mean() < 2


def test_without_libheif_an_avif_is_read_all_the_same(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "pillow_heif", None)
    assert is_plain(decode(coded_avif(12, 13), "a picture"))
