"""HEIC and AVIF files: depth, alpha, and what is known of the picture."""

from __future__ import annotations

import io
import sys

import cv2
import numpy as np
import pytest
from PIL import Image
from PIL.ExifTags import Base

from fluxfill_studio.core.errors import (
    ImageKindUnknown,
    ImageTooLarge,
)
from fluxfill_studio.core.files import decoded
from fluxfill_studio.core.files.codec import decode, decode_thumbnail
from fluxfill_studio.core.geometry import Size
from fluxfill_studio.core.picture.samples import ColourModel, Values
from fluxfill_studio.core.picture.scaling import resized
from tests.encoded import encoded, heic
from tests.pictures import photograph
from tests.profiles import display_p3

PIXELS = resized(photograph(16, 12), Size(64, 48))
ALPHA = resized(photograph(16, 12, seed=3), Size(64, 48))[..., 0]
DEEP = PIXELS.astype(np.uint16) * 257
DEEP_ALPHA = ALPHA.astype(np.uint16) * 257
LOSSLESS = -1
P3 = display_p3().data

needs_avif = pytest.mark.skipif(
    not cv2.haveImageWriter("picture.avif"), reason="this OpenCV is built without AVIF"
)


def exif() -> bytes:
    data = Image.Exif()
    data[Base.Make] = "Maker"
    data[Base.Orientation] = 6
    return data.tobytes()


def avif(values: Values, bits: int) -> bytes:
    """By OpenCV, which takes blue first, and numbers as small as the depth."""
    order = [2, 1, 0, 3][: values.shape[2]]
    stored = np.ascontiguousarray(values[..., order] >> (16 - bits))
    quality = [cv2.IMWRITE_AVIF_QUALITY, 100, cv2.IMWRITE_AVIF_SPEED, 9]
    done, file = cv2.imencode(".avif", stored, [cv2.IMWRITE_AVIF_DEPTH, bits, *quality])
    assert done
    return file.tobytes()


def difference(samples: Values, expected: Values) -> int:
    return int(np.abs(samples.astype(int) - expected).max())


def test_a_phone_s_picture() -> None:
    source = decode(heic(PIXELS, "RGB", exif=exif(), icc_profile=P3), "IMG_0001.HEIC")
    assert source.samples.depth == 8
    assert source.samples.icc_profile == P3
    assert (source.samples.alpha, source.reduced) == (None, False)
    # The box that turns it counts for libheif; the tag says the same, and must not count again.
    assert source.size == Size(48, 64)
    assert difference(source.samples.values, np.rot90(PIXELS, -1)) <= 3
    kept = Image.Exif()
    kept.load(source.exif or b"")
    assert dict(kept) == {Base.Make: "Maker"}
    assert decode_thumbnail(heic(PIXELS, "RGB"), "a", 16).shape == (12, 16, 3)


def test_ten_bits_are_kept_and_reach_from_black_to_white() -> None:
    stored = DEEP.copy()
    stored[:16], stored[32:] = 0, 65535
    source = decode(heic(stored, "RGB;16"), "a picture")
    assert (source.samples.depth, source.reduced) == (16, False)
    assert difference(source.samples.values, stored) < 400
    assert source.samples.values[:14].max() < 200
    assert (source.samples.values[34:] == 65535).all()


@pytest.mark.parametrize(
    ("mode", "values"),
    [("RGBA", np.dstack([PIXELS, ALPHA])), ("RGBA;16", np.dstack([DEEP, DEEP_ALPHA]))],
)
def test_alpha_is_kept_aside(mode: str, values: Values) -> None:
    samples = decode(heic(values, mode), "a picture").samples
    assert samples.alpha is not None
    assert samples.alpha.dtype == samples.values.dtype == values.dtype
    close = 3 if values.dtype == np.uint8 else 400
    assert difference(samples.alpha, values[..., 3]) <= close
    assert difference(samples.values, values[..., :3]) <= close


@pytest.mark.parametrize(("mode", "values"), [("L", PIXELS[..., 0]), ("L;16", DEEP[..., 0])])
def test_grey_stays_grey(mode: str, values: Values) -> None:
    samples = decode(heic(np.ascontiguousarray(values), mode), "a picture").samples
    assert samples.model is ColourModel.GREY
    assert samples.values.dtype == values.dtype
    assert difference(samples.values[..., 0], values) < (3 if values.dtype == np.uint8 else 100)


def test_sizes_that_no_block_divides() -> None:
    for width, height in ((1, 1), (37, 23), (65, 3)):
        pixels = resized(PIXELS, Size(width, height))
        samples = decode(heic(pixels, "RGB"), "a picture").samples
        assert difference(samples.values, pixels) <= 3


def test_an_avif_gives_the_pixels_that_pillow_gives() -> None:
    for pixels in (PIXELS, np.dstack([PIXELS, ALPHA])):
        data = encoded(pixels, "AVIF", exif=exif(), icc_profile=P3)
        source = decode(data, "a picture")
        with Image.open(io.BytesIO(data)) as image:
            expected = np.rot90(np.asarray(image), -1)
        assert np.array_equal(source.samples.values, expected[..., :3])
        assert source.samples.icc_profile == P3
        assert (source.samples.alpha is None) == (pixels.shape[2] == 3)
        if source.samples.alpha is not None:
            assert np.array_equal(source.samples.alpha, expected[..., 3])
        assert not source.reduced


@needs_avif
@pytest.mark.parametrize("bits", [10, 12])
@pytest.mark.parametrize("has_alpha", [False, True])
def test_an_avif_of_more_bits_keeps_them(bits: int, has_alpha: bool) -> None:
    values = np.dstack([DEEP, DEEP_ALPHA]) if has_alpha else DEEP.copy()
    values[:8, :, :3] = 65535
    source = decode(avif(values, bits), "a picture")
    assert (source.samples.depth, source.reduced) == (16, False)
    assert difference(source.samples.values, values[..., :3]) < 700
    assert (source.samples.values[:6] == 65535).all()
    assert (source.samples.alpha is None) == (not has_alpha)
    if source.samples.alpha is not None:
        assert difference(source.samples.alpha, DEEP_ALPHA) < 200


def test_without_libheif_that_is_said(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "pillow_heif", None)
    with pytest.raises(ImageKindUnknown):
        decode(heic(PIXELS, "RGB"), "a picture")


def test_a_huge_one_is_refused() -> None:
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(decoded, "MAX_PIXELS", 64 * 48 - 1)
        for data in (heic(PIXELS, "RGB"), encoded(PIXELS, "AVIF")):
            with pytest.raises(ImageTooLarge):
                decode(data, "a picture")
