"""What is uploaded: a PNG, or the best JPEG that the service takes; nothing about the camera."""

from __future__ import annotations

import io

import numpy as np
import pytest
from PIL import Image
from PIL.JpegImagePlugin import JpegImageFile

from fluxfill_studio.core.files.codec import decode
from fluxfill_studio.core.geometry import Rect, Size
from fluxfill_studio.core.picture.samples import Samples
from fluxfill_studio.core.picture.source import Source
from fluxfill_studio.core.planning.plan import Plan
from fluxfill_studio.jobs.sending import encoded_image, image_file
from tests.pictures import photograph

PIXELS = photograph(300, 200)


def test_a_png_where_it_fits() -> None:
    data = encoded_image(PIXELS)
    with Image.open(io.BytesIO(data)) as image:
        assert image.format == "PNG"
        assert np.array_equal(np.asarray(image), PIXELS)
    assert encoded_image(PIXELS, len(data)) == data


def tables(data: bytes) -> dict[int, list[int]]:
    """The quantization of a JPEG."""
    with Image.open(io.BytesIO(data)) as image:
        assert isinstance(image, JpegImageFile)
        # Colour at full resolution.
        assert [layer[1:3] for layer in image.layer] == [(1, 1)] * 3
        return dict(image.quantization)


def jpeg(quality: int) -> bytes:
    file = io.BytesIO()
    Image.fromarray(PIXELS).save(file, "JPEG", quality=quality, subsampling=0)
    return file.getvalue()


@pytest.mark.parametrize("most", [3_000, 8_000, 20_000, 60_000, 90_000])
def test_else_the_best_jpeg_that_does(most: int) -> None:
    data = encoded_image(PIXELS, most)
    assert len(data) <= most
    quality = next(q for q in range(1, 101) if tables(jpeg(q)) == tables(data))
    assert quality == 100 or len(jpeg(quality + 1)) > most
    error = np.abs(decode(data, "sent").pixels.astype(int) - PIXELS).mean()
    assert error <= np.abs(decode(jpeg(quality), "the same").pixels.astype(int) - PIXELS).mean() + 1


def test_what_cannot_fit_is_as_small_as_can_be() -> None:
    assert tables(encoded_image(PIXELS, 10)) == tables(jpeg(1))


def test_the_file_holds_the_crop_and_no_metadata() -> None:
    samples = Samples(PIXELS, np.zeros((200, 300), np.uint8), icc_profile=b"a profile")
    source = Source("home.jpg", samples, PIXELS, exif=b"Exif\0\0GPS 52.5 13.4", dpi=(300, 300))
    plan = Plan(Rect(100, 50, 60, 40), Size(60, 40))
    name, data = image_file(plan, source)
    assert name == "image.png"
    assert b"GPS" not in data
    with Image.open(io.BytesIO(data)) as image:
        assert image.size == (60, 40)
        assert image.mode == "RGB"
        assert image.info == {}
        # All of it is transparent.
        assert image.getextrema() == ((255, 255),) * 3


def test_the_name_says_what_the_file_is() -> None:
    plan = Plan(Rect(0, 0, 300, 200), Size(300, 200))
    name, data = image_file(plan, Source.of("a picture", PIXELS), 20_000)
    assert name == "image.jpg"
    assert data.startswith(b"\xff\xd8\xff")
