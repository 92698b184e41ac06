"""Files of every format that are cut off or damaged: refused in one sentence, and nothing else."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import suppress

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from PIL import Image

from fluxfill_studio.core.errors import ImageError, ImageTruncated, NotAnImage
from fluxfill_studio.core.files import decoded
from fluxfill_studio.core.files.codec import decode
from fluxfill_studio.core.picture.samples import Values
from tests import psds, tiffs
from tests.encoded import encoded, heic
from tests.exif import camera_exif
from tests.pictures import photograph
from tests.pngs import chunk, png, png_rows
from tests.profiles import display_p3

SMALL = photograph(13, 9)
PALETTE = Image.fromarray(SMALL).quantize(60)
PROFILE = display_p3().data


def numbers(channels: int, dtype: str = "u2") -> Values:
    """Of 37 × 41, with rows in which one value follows the same."""
    largest = np.iinfo(dtype).max
    stored = np.random.default_rng(0).integers(0, largest, (41, 37, channels), dtype=dtype)
    stored[5:9] = largest
    return stored


def planes(channels: int, dtype: str = "u2") -> Values:
    return np.ascontiguousarray(numbers(channels, dtype).transpose(2, 0, 1))


FILES = {
    "PNG": encoded(SMALL, "PNG"),
    "PNG, palette": encoded(PALETTE, "PNG", transparency=1),
    "PNG, 16 bits": png(9, 7, depth=16, rows=png_rows(photograph(9, 7), 16)),
    "PNG, numbered colours": png(
        9, 7, before=chunk(b"cICP", b"\x0c\x0d\0\1"), rows=png_rows(photograph(9, 7), 8)
    ),
    "BMP": encoded(SMALL, "BMP"),
    "GIF": encoded(PALETTE, "GIF", transparency=3),
    "JPEG": encoded(SMALL, "JPEG", exif=camera_exif(6), icc_profile=PROFILE),
    "JPEG, progressive": encoded(SMALL, "JPEG", progressive=True),
    "JPEG, grey": encoded(Image.fromarray(SMALL).convert("L"), "JPEG"),
    "JPEG, CMYK": encoded(Image.new("CMYK", (9, 7)), "JPEG", icc_profile=PROFILE),
    "WebP": encoded(SMALL, "WEBP"),
    "WebP, Exif": encoded(SMALL, "WEBP", exif=camera_exif(6), lossless=False),
    "TIFF": encoded(SMALL, "TIFF"),
    "TIFF, Exif": encoded(SMALL, "TIFF", exif=camera_exif(6), dpi=(72, 72)),
    "TIFF, LZW": encoded(SMALL, "TIFF", compression="tiff_lzw"),
    "TIFF, plain": tiffs.tiff(numbers(3), tiffs.RGB),
    "TIFF, tiles": tiffs.tiff(
        numbers(4),
        tiffs.RGB,
        tiffs.Layout(">", is_tiled=True, compression=tiffs.LZW),
        extra=(1,),
    ),
    "TIFF, planes": tiffs.tiff(
        numbers(5, "u1"),
        tiffs.CMYK,
        tiffs.Layout(is_planar=True, compression=tiffs.PACKBITS),
    ),
    "TIFF, differences": tiffs.tiff(
        numbers(3), tiffs.RGB, tiffs.Layout(compression=tiffs.DEFLATE, predictor=2)
    ),
    "TIFF, floats": tiffs.tiff(
        numbers(1).astype("f4"),
        tiffs.GREY,
        tiffs.Layout(compression=tiffs.DEFLATE, predictor=3),
    ),
    "PSD, packed": psds.psd(planes(4), psds.RGB, psds.Form(is_transparent=True)),
    "PSD, plain": psds.psd(planes(4, "u1"), psds.CMYK, psds.Form(is_packed=False)),
    "PSB": psds.psd(planes(1), psds.GREY, psds.Form(is_big=True), resources={1000: b"odd"}),
    "HEIC": heic(photograph(64, 48), "RGB", exif=camera_exif(6), icc_profile=PROFILE),
    "HEIC, 16 bits": heic(numbers(4), "RGBA;16"),
    "AVIF": encoded(photograph(64, 48), "AVIF", exif=camera_exif(6), icc_profile=PROFILE),
    "AVIF, numbered colours": encoded(photograph(64, 48), "AVIF"),
}


@pytest.mark.parametrize("name", FILES)
def test_a_file_cut_off_anywhere_is_refused_or_whole(name: str) -> None:
    data = FILES[name]
    whole = decode(data, name).pixels
    for length in (*range(1, min(len(data), 1000)), *range(1000, len(data), 97), len(data) - 1):
        try:
            source = decode(data[:length], name)
        except (NotAnImage, ImageTruncated):
            continue
        # What is missing was not part of the picture.
        assert source.reduced or np.array_equal(source.pixels, whole)


@pytest.fixture(scope="module")
def low_limit() -> Iterator[None]:
    """Damage to a header makes huge pictures; those below the real limit would take seconds."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(decoded, "MAX_PIXELS", 100_000)
        yield


@pytest.mark.parametrize("name", FILES)
@settings(max_examples=100)
@given(
    changes=st.lists(st.tuples(st.floats(0, 1), st.integers(0, 255)), min_size=1, max_size=6),
    kept=st.one_of(st.just(1.0), st.floats(0, 1)),
)
def test_damage_raises_image_errors_and_nothing_else(
    low_limit: None, name: str, changes: list[tuple[float, int]], kept: float
) -> None:
    data = bytearray(FILES[name])
    for place, value in changes:
        # Most of what can go wrong stands at the beginning.
        data[int(place**3 * (len(data) - 1))] = value
    # Anything else would pass through.
    with suppress(ImageError):
        source = decode(bytes(data[: int(kept * len(data))]), name)
        assert source.pixels.dtype == np.uint8
        assert source.pixels.shape == (source.size.height, source.size.width, 3)
