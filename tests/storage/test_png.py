"""PNG files as Pillow reads them."""

from __future__ import annotations

import io

import cv2
import numpy as np
import pytest
from PIL import Image, ImageCms
from PIL.ExifTags import Base

from fluxfill_studio.core.picture.samples import ColourModel, Samples, Values
from fluxfill_studio.core.types import Plane
from fluxfill_studio.storage.png import encode_bilevel_png, encode_png, png_parts
from tests.pictures import photograph

PIXELS = photograph(37, 23)


def test_a_png_comes_back_as_it_went() -> None:
    with Image.open(io.BytesIO(encode_png(PIXELS))) as image:
        assert (image.mode, image.info) == ("RGB", {})
        assert np.array_equal(np.asarray(image), PIXELS)


@pytest.mark.parametrize("shape", [(1, 1), (1, 40_000, 3), (40_000, 1), (900, 1999, 3)])
def test_what_is_compressed_in_parts_is_one_picture(shape: tuple[int, ...]) -> None:
    pixels = np.random.default_rng(5).integers(0, 256, shape, dtype=np.uint8)
    pixels[: len(pixels) // 2] //= 64
    with Image.open(io.BytesIO(encode_png(pixels))) as image:
        image.verify()
    with Image.open(io.BytesIO(encode_png(pixels))) as image:
        assert np.array_equal(np.asarray(image), pixels)


def values_of(depth: int, *shape: int) -> Values:
    rng = np.random.default_rng(7)
    if depth == 8:
        return rng.integers(0, 256, shape, dtype=np.uint8)
    return rng.integers(0, 65536, shape, dtype=np.uint16)


@pytest.mark.parametrize("has_alpha", [False, True])
@pytest.mark.parametrize("depth", [8, 16])
@pytest.mark.parametrize("model", [ColourModel.GREY, ColourModel.RGB])
# Of several bands, too.
@pytest.mark.parametrize("shape", [(23, 37), (700, 1100)])
def test_opencv_reads_samples_of_every_kind(
    model: ColourModel, depth: int, has_alpha: bool, shape: tuple[int, int]
) -> None:
    values = values_of(depth, *shape, model.value)
    alpha = values_of(depth, *shape) if has_alpha else None
    data = b"".join(png_parts(Samples(values, alpha)))
    # What the header says: depth and colour type.
    colour_type = (2 if model is ColourModel.RGB else 0) + (4 if has_alpha else 0)
    assert (data[24], data[25]) == (depth, colour_type)
    read = np.asarray(cv2.imdecode(np.frombuffer(data, np.uint8), cv2.IMREAD_UNCHANGED))
    assert read.dtype == values.dtype
    read = np.atleast_3d(read)
    if model is ColourModel.RGB:
        assert np.array_equal(read[:, :, 2::-1], values)
    else:
        # With alpha it comes as three channels, all the same.
        assert (read[:, :, :-1] == values).all() if has_alpha else np.array_equal(read, values)
    assert alpha is None or np.array_equal(read[:, :, 3], alpha)


@pytest.mark.parametrize("view", [np.s_[::-1, ::2], np.s_[:, ::-1], np.s_[3:20, 5:30]])
def test_a_view_is_encoded_like_any_picture(view: tuple[slice, slice]) -> None:
    values = values_of(16, 30, 40, 3)[view]
    data = b"".join(png_parts(Samples(values)))
    read = np.asarray(cv2.imdecode(np.frombuffer(data, np.uint8), cv2.IMREAD_UNCHANGED))
    assert np.array_equal(read[:, :, ::-1], values)


def test_with_alpha_and_all_that_belongs_to_a_picture() -> None:
    pixels = np.dstack([PIXELS, PIXELS[:, :, 1]])
    profile = ImageCms.ImageCmsProfile(ImageCms.createProfile("sRGB")).tobytes()
    exif = Image.Exif()
    exif[Base.Model] = "Phone"
    samples = Samples(PIXELS, PIXELS[:, :, 1], profile)
    parts = png_parts(samples, exif.tobytes(), (300, 72.5))
    # Pillow checks every chunk's sum and that the file ends where it should.
    with Image.open(io.BytesIO(b"".join(parts))) as image:
        assert image.mode == "RGBA"
        assert np.array_equal(np.asarray(image), pixels)
        assert image.info["icc_profile"] == profile
        assert image.info["dpi"] == pytest.approx((300, 72.5), abs=0.02)
        assert image.getexif()[Base.Model] == "Phone"


def masks() -> dict[str, Plane]:
    """What masks are like: a blob with soft rims; and what no mask is like."""
    y, x = np.mgrid[0:83, 0:101]
    distance = np.hypot(x - 50, y - 40)
    blob = np.clip(255 * (35 - distance) / 12, 0, 255).astype(np.uint8)
    return {
        "blob": blob,
        "part of a plane": blob[10:60, 7:90],
        "noise": np.random.default_rng(0).integers(0, 256, (83, 101), dtype=np.uint8),
        "one pixel": np.full((1, 1), 128, np.uint8),
        **{f"{width} wide": np.full((3, width), 255, np.uint8) for width in (7, 8, 9)},
    }


@pytest.mark.parametrize("name", masks())
def test_a_mask_is_encoded_exactly_or_as_black_and_white(name: str) -> None:
    mask = masks()[name]
    with Image.open(io.BytesIO(encode_png(mask))) as image:
        assert (image.mode, image.info) == ("L", {})
        assert np.array_equal(np.asarray(image), mask)
    with Image.open(io.BytesIO(encode_bilevel_png(mask))) as image:
        assert (image.mode, image.info) == ("1", {})
        assert np.array_equal(np.asarray(image), mask >= 128)
