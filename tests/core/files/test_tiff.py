"""TIFF files: every layout gives its very numbers, and what is not known is said."""

from __future__ import annotations

import io
import struct
import tracemalloc
from dataclasses import replace
from itertools import product
from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from numpy.typing import NDArray
from PIL import Image
from PIL.ExifTags import Base

from fluxfill_studio.core.errors import ImageKindUnknown, ImageTooLarge
from fluxfill_studio.core.files.codec import decode, decode_thumbnail
from fluxfill_studio.core.files.exif import upright
from fluxfill_studio.core.picture.samples import ColourModel
from tests.pictures import photograph
from tests.profiles import cmyk, display_p3
from tests.tiffs import (
    CMYK,
    DEFLATE,
    GREY,
    LAB,
    LZW,
    NONE,
    PACKBITS,
    RGB,
    WHITE_IS_ZERO,
    Layout,
    tiff,
)

ALPHA, PREMULTIPLIED, SELECTION = 2, 1, 0
COLOURS = {WHITE_IS_ZERO: 1, GREY: 1, RGB: 3, CMYK: 4}
LAYOUTS = st.builds(
    Layout,
    order=st.sampled_from("<>"),
    is_planar=st.booleans(),
    is_tiled=st.booleans(),
    side=st.sampled_from([16, 32]),
    compression=st.sampled_from([NONE, LZW, DEFLATE, PACKBITS]),
    predictor=st.just(1),
)


def picture(channels: int, dtype: str = "u2", seed: int = 0) -> NDArray[Any]:
    """Of 37 × 41, with places where one value follows the same."""
    largest = np.iinfo(dtype).max
    numbers = np.random.default_rng(seed).integers(0, largest, (41, 37, channels), dtype=dtype)
    numbers[5:9] = largest
    return numbers


@pytest.mark.parametrize("dtype", ["u1", "u2"])
@pytest.mark.parametrize("photometric", COLOURS)
@settings(max_examples=40)
@given(layout=LAYOUTS, has_alpha=st.booleans(), differences=st.booleans())
def test_every_layout_gives_its_very_numbers(
    photometric: int, dtype: str, layout: Layout, has_alpha: bool, differences: bool
) -> None:
    if differences and layout.compression in (LZW, DEFLATE):
        layout = replace(layout, predictor=2)
    colours = COLOURS[photometric]
    numbers = picture(colours + has_alpha, dtype)
    extra = (ALPHA,) if has_alpha else ()
    source = decode(tiff(numbers, photometric, layout, extra=extra), "a picture")
    expected = numbers[..., :colours]
    if photometric == WHITE_IS_ZERO:
        expected = np.iinfo(dtype).max - expected
    assert source.samples.values.dtype == np.dtype(dtype)
    assert np.array_equal(source.samples.values, expected)
    assert (source.samples.alpha is None) == (not has_alpha)
    if source.samples.alpha is not None:
        assert source.samples.alpha.dtype == np.dtype(dtype)
        assert np.array_equal(source.samples.alpha, numbers[..., -1])
    assert source.samples.model is ColourModel(colours)
    assert not source.reduced


@pytest.mark.parametrize(
    ("mode", "compression"),
    [
        *product(
            ["1", "L", "LA", "P", "RGB", "RGBA", "CMYK", "YCbCr"],
            ["raw", "tiff_lzw", "tiff_deflate", "packbits"],
        ),
        *product(["L", "RGB", "YCbCr"], ["jpeg"]),
    ],
)
def test_what_another_program_writes_is_read_as_it_reads_it(mode: str, compression: str) -> None:
    image = Image.fromarray(photograph(203, 101)).convert(mode)
    buffer = io.BytesIO()
    image.save(buffer, "TIFF", compression=compression)
    samples = decode(buffer.getvalue(), "a picture").samples
    with Image.open(buffer) as again:
        whole = {"1": "L", "P": "RGB", "YCbCr": "RGB"}.get(mode, again.mode)
        expected = np.asarray(again.convert(whole)).reshape(101, 203, -1)
    colours = samples.model.value
    assert np.array_equal(samples.values, expected[..., :colours])
    assert (samples.alpha is None) == (colours == expected.shape[2])


@pytest.mark.parametrize("orientation", range(1, 9))
@pytest.mark.parametrize(("mode", "compression"), [("1", "group4"), ("P", "raw"), ("RGB", "jpeg")])
def test_what_is_left_to_pillow_comes_upright_as_well(
    mode: str, compression: str, orientation: int
) -> None:
    image = Image.fromarray(photograph(37, 23)).convert(mode)
    exif, buffer = Image.Exif(), io.BytesIO()
    exif[Base.Make], exif[Base.Orientation] = "Maker", orientation
    image.save(buffer, "TIFF", compression=compression, exif=exif)
    source = decode(buffer.getvalue(), "a picture")
    expected = upright(np.asarray(image.convert("RGB")), orientation)
    assert source.pixels.shape == expected.shape
    assert np.abs(source.pixels.astype(int) - expected).mean() < (12 if mode == "RGB" else 0.1)
    assert source.exif is not None
    assert b"Maker" in source.exif


@pytest.mark.parametrize("dtype", ["f2", "f4", "f8"])
@pytest.mark.parametrize("predictor", [1, 3])
def test_floating_point_is_brought_to_sixteen_bits_and_told(dtype: str, predictor: int) -> None:
    light = np.linspace(-0.5, 1.5, 37 * 41 * 3).reshape(41, 37, 3).astype(dtype)
    light[3, 4] = [np.nan, np.inf, -np.inf]
    layout = Layout(compression=DEFLATE, predictor=predictor)
    source = decode(tiff(light, RGB, layout), "a picture")
    assert source.reduced
    with np.errstate(invalid="ignore"):
        expected = np.rint(np.nan_to_num(light.astype(np.float32)).clip(0, 1) * 65535)
    assert np.array_equal(source.samples.values, expected)


def test_of_32_bits_the_upper_sixteen_are_kept() -> None:
    numbers = picture(3, "u4")
    source = decode(tiff(numbers, RGB, Layout(">")), "a picture")
    assert source.reduced
    assert np.array_equal(source.samples.values, numbers >> 16)


@pytest.mark.parametrize("dtype", ["u1", "u2"])
def test_alpha_that_is_multiplied_in_is_taken_out(dtype: str) -> None:
    largest = int(np.iinfo(dtype).max)
    colour, alpha = picture(3, dtype).astype(np.int64), picture(1, dtype, seed=1)
    alpha[0, 0] = 0
    stored = np.rint(colour * alpha / largest).astype(dtype)
    data = tiff(np.dstack([stored, alpha]), RGB, extra=(PREMULTIPLIED,))
    samples = decode(data, "a picture").samples
    assert samples.alpha is not None
    assert np.array_equal(samples.alpha, alpha[..., 0])
    assert not samples.values[0, 0].any()
    covered = alpha[..., 0] > 0
    again = np.rint(samples.values.astype(np.int64) * alpha / largest)
    assert np.array_equal(again[covered], stored[covered])


@pytest.mark.parametrize("is_planar", [False, True])
def test_the_channels_of_selections_are_passed_over(is_planar: bool) -> None:
    numbers = picture(6)
    layout = Layout(is_planar=is_planar)
    samples = decode(tiff(numbers, RGB, layout, extra=(SELECTION, ALPHA, 0)), "a").samples
    assert np.array_equal(samples.values, numbers[..., :3])
    assert samples.alpha is not None
    assert np.array_equal(samples.alpha, numbers[..., 4])
    samples = decode(tiff(numbers[..., :4], RGB, layout, extra=(SELECTION,)), "a").samples
    assert samples.alpha is None


def test_a_fourth_channel_without_a_word_is_alpha() -> None:
    numbers = picture(4)
    samples = decode(tiff(numbers, RGB), "a picture").samples
    assert samples.alpha is not None
    assert np.array_equal(samples.alpha, numbers[..., 3])


@pytest.mark.parametrize("photometric", [RGB, CMYK])
def test_profile_resolution_exif_and_orientation_come_along(photometric: int) -> None:
    profile = display_p3().data if photometric == RGB else cmyk()
    numbers = picture(COLOURS[photometric])
    tags: dict[int, bytes | int | tuple[int, int]] = {
        34675: profile,
        274: 6,
        282: (11811, 100),
        283: (30000, 100),
        296: 3,
        Base.Make: b"Maker\0",
    }
    source = decode(tiff(numbers, photometric, tags=tags), "a picture")
    assert np.array_equal(source.samples.values, np.rot90(numbers, -1))
    assert source.samples.icc_profile == profile
    assert source.dpi == pytest.approx((300, 762), abs=0.01)
    exif = Image.Exif()
    exif.load(source.exif or b"")
    assert set(exif) == {Base.Make}
    assert decode_thumbnail(tiff(numbers, photometric, tags=tags), "a", 20).shape == (18, 20, 3)


@pytest.mark.parametrize(
    "numbers",
    [
        picture(3, "u2").astype("i2"),
        np.zeros((41, 37, 2)),
        np.zeros((41, 37, 40), "u1"),
        picture(3, "u8"),
    ],
    ids=["signed", "inks", "forty", "64-bit"],
)
def test_what_is_not_known_is_said(numbers: NDArray[Any]) -> None:
    photometric = 32803 if numbers.shape[2] == 2 else RGB
    with pytest.raises(ImageKindUnknown):
        decode(tiff(numbers, photometric), "a picture")
    with pytest.raises(ImageKindUnknown):
        decode(tiff(picture(3), LAB), "a picture")


def test_a_huge_one_is_refused_before_anything_is_made_of_it() -> None:
    data = tiff(picture(3), RGB)
    huge = data.replace(struct.pack("<I", 37), struct.pack("<I", 60_000_000), 1)
    with pytest.raises(ImageTooLarge):
        decode(huge, "a picture")


def test_a_large_one_takes_no_more_than_its_samples_and_their_look() -> None:
    numbers = np.tile(picture(3), (40, 40, 1))
    data = tiff(numbers, RGB, Layout(side=100, compression=DEFLATE, predictor=2))
    decode(data, "warm")
    tracemalloc.start()
    try:
        source = decode(data, "a picture")
        _, peak = tracemalloc.get_traced_memory()
    finally:
        tracemalloc.stop()
    assert peak < source.samples.values.nbytes + source.pixels.nbytes + 40_000_000
