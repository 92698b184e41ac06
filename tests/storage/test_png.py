"""PNG files as Pillow reads them."""

from __future__ import annotations

import io

import numpy as np
import pytest
from PIL import Image, ImageCms
from PIL.ExifTags import Base

from fluxfill_studio.core.types import Plane
from fluxfill_studio.storage.png import encode_bilevel_png, encode_png, png_parts
from tests.pictures import photograph

PIXELS = photograph(37, 23)


def test_a_png_comes_back_as_it_went() -> None:
    with Image.open(io.BytesIO(encode_png(PIXELS))) as image:
        assert (image.mode, image.info) == ("RGB", {})
        assert np.array_equal(np.asarray(image), PIXELS)


@pytest.mark.parametrize(
    "shape", [(1, 1), (1, 40_000, 3), (40_000, 1), (900, 1999, 3), (400, 999, 4)]
)
def test_what_is_compressed_in_parts_is_one_picture(shape: tuple[int, ...]) -> None:
    pixels = np.random.default_rng(5).integers(0, 256, shape, dtype=np.uint8)
    pixels[: len(pixels) // 2] //= 64
    with Image.open(io.BytesIO(encode_png(pixels))) as image:
        image.verify()
    with Image.open(io.BytesIO(encode_png(pixels))) as image:
        assert np.array_equal(np.asarray(image), pixels)


def test_with_alpha_and_all_that_belongs_to_a_picture() -> None:
    pixels = np.dstack([PIXELS, PIXELS[:, :, 1]])
    profile = ImageCms.ImageCmsProfile(ImageCms.createProfile("sRGB")).tobytes()
    exif = Image.Exif()
    exif[Base.Model] = "Phone"
    parts = png_parts(pixels, profile, exif.tobytes(), (300, 72.5))
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
