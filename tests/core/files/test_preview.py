"""First looks at large pictures: which files give them, how good they are, and what is refused."""

from __future__ import annotations

import io
import struct
from typing import Any

import numpy as np
import pytest
from PIL import Image

from fluxfill_studio.core.files.codec import decode
from fluxfill_studio.core.files.preview import Preview, previews
from fluxfill_studio.core.geometry import Size
from fluxfill_studio.core.picture.scaling import reduced_to, resized
from fluxfill_studio.core.types import Pixels
from tests.exif import exif_with
from tests.pictures import photograph
from tests.profiles import linear

LARGE = resized(photograph(30, 18), Size(2000, 1200))
FULL_HD_PREVIEW = 0x010002


def jpeg(pixels: Pixels, **options: Any) -> bytes:
    buffer = io.BytesIO()
    Image.fromarray(pixels).save(buffer, "JPEG", quality=90, **options)
    return buffer.getvalue()


def looks_like(preview: Preview, pixels: Pixels) -> bool:
    """The same picture but for what its reduction and its compression change."""
    height, width = preview.pixels.shape[:2]
    expected = resized(pixels, Size(width, height))
    return bool(np.abs(preview.pixels.astype(int) - expected).mean() < 4)


@pytest.mark.parametrize("options", [{}, {"progressive": True}, {"restart_marker_rows": 1}])
def test_a_large_jpeg_is_had_reduced(options: dict[str, Any]) -> None:
    (preview,) = previews(jpeg(LARGE, **options), "a picture")
    assert preview.size == Size(2000, 1200)
    assert preview.pixels.shape == (600, 1000, 3)
    assert looks_like(preview, LARGE)


def test_grey_and_cmyk_come_as_the_whole_picture_does() -> None:
    for mode in ("L", "CMYK"):
        buffer = io.BytesIO()
        Image.fromarray(LARGE).convert(mode).save(buffer, "JPEG")
        (preview,) = previews(buffer.getvalue(), "a picture")
        assert looks_like(preview, decode(buffer.getvalue(), "a picture").pixels)


def test_previews_are_shown_through_the_profile_as_the_whole_picture_is() -> None:
    """That in the Exif data has no profile, and is in the colours of the picture."""
    exif = exif_with(jpeg(reduced_to(LARGE, 160)))
    data = jpeg(LARGE, exif=exif, icc_profile=linear().data)
    whole = decode(data, "a picture").pixels
    assert np.abs(whole.astype(int) - LARGE).mean() > 20
    shown = list(previews(data, "a picture"))
    assert len(shown) == 2
    for preview in shown:
        assert looks_like(preview, whole)


def test_what_is_decoded_in_no_time_or_cannot_be_reduced_has_no_preview() -> None:
    assert not list(previews(jpeg(photograph(300, 200)), "small.jpg"))
    buffer = io.BytesIO()
    Image.fromarray(LARGE).save(buffer, "PNG", compress_level=1)
    assert not list(previews(buffer.getvalue(), "large.png"))
    assert not list(previews(b"", "nothing"))
    assert not list(previews(b"no picture", "text"))


def test_the_preview_in_the_file_comes_first() -> None:
    small = reduced_to(LARGE, 160)
    first, second = previews(jpeg(LARGE, exif=exif_with(jpeg(small))), "a picture")
    assert first.pixels.shape == small.shape
    assert first.size == second.size == Size(2000, 1200)
    assert looks_like(first, LARGE)
    assert looks_like(second, LARGE)


@pytest.mark.parametrize(
    "thumbnail",
    [
        jpeg(resized(LARGE, Size(160, 120))),
        jpeg(reduced_to(LARGE, 160))[:400],
        b"no picture",
        b"",
    ],
    ids=["padded", "cut-off", "text", "empty"],
)
def test_a_thumbnail_of_another_shape_or_damaged_is_passed_over(thumbnail: bytes) -> None:
    (preview,) = previews(jpeg(LARGE, exif=exif_with(thumbnail)), "a picture")
    assert preview.pixels.shape == (600, 1000, 3)


@pytest.mark.parametrize("orientation", range(1, 9))
def test_previews_are_upright(orientation: int) -> None:
    exif = exif_with(jpeg(reduced_to(LARGE, 160)), orientation)
    data = jpeg(LARGE, exif=exif)
    whole = decode(data, "a picture")
    first, second = previews(data, "a picture")
    for preview in (first, second):
        assert preview.size == whole.size
        assert looks_like(preview, whole.pixels)


def test_a_camera_s_large_preview_is_enough() -> None:
    """A Multi-Picture file: behind the picture, one that is marked as its preview."""
    large_preview = Image.fromarray(reduced_to(LARGE, 1000))
    buffer = io.BytesIO()
    Image.fromarray(LARGE).save(
        buffer, "MPO", save_all=True, append_images=[large_preview], quality=90
    )
    unmarked = buffer.getvalue()
    (reduced,) = previews(unmarked, "a picture")
    # Two entries of 16 bytes, each of attribute, size and offset first (CIPA DC-007, 5.2.3.3).
    attribute = struct.pack("<I", 0x030000)
    place = unmarked.index(attribute, unmarked.index(b"MPF\0") + 50) + 16
    marked = unmarked[:place] + struct.pack("<I", FULL_HD_PREVIEW) + unmarked[place + 4 :]
    (preview,) = previews(marked, "a picture")
    assert preview.pixels.shape == (600, 1000, 3)
    assert looks_like(preview, LARGE)
    assert not np.array_equal(preview.pixels, reduced.pixels)
    # Saved by a program that copies the index and leaves out the pictures it tells of.
    (size,) = struct.unpack_from("<I", marked, place - 12)
    (instead,) = previews(marked[:size], "a picture")
    assert np.array_equal(instead.pixels, reduced.pixels)


def test_a_damaged_file_has_what_can_be_had_and_no_more() -> None:
    whole = jpeg(LARGE, exif=exif_with(jpeg(reduced_to(LARGE, 160))))
    (preview,) = previews(whole[: len(whole) // 2], "a picture")
    assert preview.pixels.shape == (96, 160, 3)
