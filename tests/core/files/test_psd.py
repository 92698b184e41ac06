"""Photoshop files: the merged picture of every mode and depth, and what is not there is said."""

from __future__ import annotations

import struct
from typing import Any

import numpy as np
import pytest
from numpy.typing import NDArray
from PIL import Image
from PIL.ExifTags import Base

from fluxfill_studio.core.errors import ImageKindUnknown, ImageTooLarge, ImageTruncated
from fluxfill_studio.core.files.codec import decode, decode_thumbnail
from fluxfill_studio.core.picture.samples import ColourModel
from tests.profiles import cmyk, display_p3, grey_gamma_22
from tests.psds import BITMAP, CMYK, DUOTONE, GREY, INDEXED, LAB, MULTICHANNEL, RGB, Form, psd

FORMS = [Form(packed, big) for packed in (False, True) for big in (False, True)]
MODELS = {
    GREY: ColourModel.GREY,
    DUOTONE: ColourModel.GREY,
    RGB: ColourModel.RGB,
    CMYK: ColourModel.CMYK,
}
RESOLUTION, ICC_PROFILE, VERSION, EXIF = 1005, 1039, 1057, 1058


def channels(count: int, dtype: str = "u2", seed: int = 0) -> NDArray[Any]:
    """Of 37 × 41, with runs."""
    largest = np.iinfo(dtype).max
    stored = np.random.default_rng(seed).integers(0, largest, (count, 41, 37), dtype=dtype)
    stored[:, 5:9, :30] = largest
    return stored


@pytest.mark.parametrize("form", FORMS)
@pytest.mark.parametrize("dtype", ["u1", "u2"])
@pytest.mark.parametrize("mode", MODELS)
def test_the_merged_picture_is_read_to_the_bit(mode: int, dtype: str, form: Form) -> None:
    model = MODELS[mode]
    stored = channels(model.value, dtype)
    source = decode(psd(stored, mode, form), "a picture")
    expected = np.iinfo(dtype).max - stored if mode == CMYK else stored
    assert np.array_equal(source.samples.values, expected.transpose(1, 2, 0))
    assert source.samples.values.dtype == np.dtype(dtype)
    assert source.samples.model is model
    assert (source.samples.alpha, source.reduced) == (None, False)


@pytest.mark.parametrize("form", FORMS)
def test_palettes_and_single_bits(form: Form) -> None:
    palette = np.random.default_rng(1).integers(0, 256, (3, 256), dtype=np.uint8)
    stored = channels(1, "u1")
    with_palette = Form(form.is_packed, form.is_big, palette=palette.tobytes())
    source = decode(psd(stored, INDEXED, with_palette), "a picture")
    assert np.array_equal(source.samples.values, palette.T[stored[0]])
    ink = stored > 127
    source = decode(psd(ink, BITMAP, form), "a picture")
    assert np.array_equal(source.samples.values[..., 0], np.where(ink[0], 0, 255))


@pytest.mark.parametrize("is_big", [False, True])
@pytest.mark.parametrize("dtype", ["u1", "u2"])
@pytest.mark.parametrize("mode", [GREY, RGB])
def test_transparency_is_taken_off_the_white_that_it_is_blended_on(
    mode: int, dtype: str, is_big: bool
) -> None:
    largest = int(np.iinfo(dtype).max)
    count = MODELS[mode].value
    colour, alpha = channels(count, dtype).astype(np.int64), channels(1, dtype, 1).astype(np.int64)
    alpha[0, 0, 0] = 0
    stored = np.rint(largest - (largest - colour) * alpha / largest)
    data = psd(
        np.concatenate([stored, alpha]).astype(dtype),
        mode,
        Form(is_big=is_big, is_transparent=True),
    )
    samples = decode(data, "a picture").samples
    assert samples.alpha is not None
    assert np.array_equal(samples.alpha, alpha[0])
    again = (
        largest - (largest - samples.values.transpose(2, 0, 1).astype(np.int64)) * alpha / largest
    )
    covered = alpha[0] > 0
    assert np.array_equal(np.rint(again)[:, covered], stored[:, covered])


def test_saved_selections_are_no_alpha() -> None:
    for dtype in ("u1", "u2"):
        stored = channels(5, dtype)
        samples = decode(psd(stored, RGB), "a picture").samples
        assert samples.alpha is None
        assert np.array_equal(samples.values, stored[:3].transpose(1, 2, 0))


def test_cmyk_has_its_alpha_beside_it() -> None:
    stored = channels(5)
    samples = decode(psd(stored, CMYK, Form(is_transparent=True)), "a picture").samples
    assert np.array_equal(samples.values, 65535 - stored[:4].transpose(1, 2, 0))
    assert samples.alpha is not None
    assert np.array_equal(samples.alpha, stored[4])


def test_light_in_floating_point_is_brought_to_sixteen_bits_and_told() -> None:
    light = np.linspace(-0.2, 1.3, 3 * 41 * 37, dtype=np.float32).reshape(3, 41, 37)
    source = decode(psd(light, RGB, Form(is_packed=False)), "a picture")
    assert source.reduced
    expected = np.rint(light.clip(0, 1) * np.float32(65535))
    assert np.array_equal(source.samples.values, expected.transpose(1, 2, 0))


@pytest.mark.parametrize(
    ("mode", "profile"), [(GREY, grey_gamma_22().data), (RGB, display_p3().data), (CMYK, cmyk())]
)
def test_profile_resolution_and_exif_come_along(mode: int, profile: bytes) -> None:
    exif = Image.Exif()
    exif[Base.Make] = "Maker"
    exif[Base.Orientation] = 6
    resources = {
        RESOLUTION: struct.pack(">IHHIHH", 300 << 16, 1, 1, 240 << 16, 1, 1),
        1000: b"odd",
        ICC_PROFILE: profile,
        VERSION: struct.pack(">IB", 1, 1),
        EXIF: exif.tobytes().removeprefix(b"Exif\0\0"),
    }
    stored = channels(MODELS[mode].value)
    source = decode(psd(stored, mode, resources=resources), "a picture")
    assert source.samples.icc_profile == profile
    assert source.dpi == (300.0, 240.0)
    assert source.samples.values.shape[:2] == (37, 41)
    kept = Image.Exif()
    kept.load(source.exif or b"")
    assert dict(kept) == {Base.Make: "Maker"}
    assert decode_thumbnail(psd(stored, mode), "a picture", 20).shape == (20, 18, 3)


@pytest.mark.parametrize(
    "data",
    [
        psd(channels(3), LAB),
        psd(channels(3), MULTICHANNEL),
        psd(channels(2), RGB),
        psd(channels(3), RGB, resources={VERSION: struct.pack(">IB", 1, 0)}),
    ],
    ids=["Lab", "multichannel", "two channels", "not merged"],
)
def test_what_is_not_there_or_not_known_is_said(data: bytes) -> None:
    with pytest.raises(ImageKindUnknown):
        decode(data, "a picture")


def test_one_without_pixels_is_refused() -> None:
    data = psd(channels(4), RGB, Form(is_transparent=True))
    for sides in ((0, 37), (41, 0)):
        with pytest.raises(ImageTruncated):
            decode(data[:14] + struct.pack(">II", *sides) + data[22:], "a picture")


def test_a_huge_one_is_refused_before_anything_is_made_of_it() -> None:
    data = psd(channels(3), RGB, Form(is_big=True))
    with pytest.raises(ImageTooLarge):
        decode(data[:14] + struct.pack(">II", 300_000, 300_000) + data[22:], "a picture")
