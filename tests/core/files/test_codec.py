"""Picture files to arrays: formats, orientation, depth, what is kept, and what is no picture."""

from __future__ import annotations

import io
import struct
import zlib
from itertools import pairwise
from typing import Any

import numpy as np
import pytest
from PIL import Image, ImageCms
from PIL.ExifTags import Base

from fluxfill_studio.core.errors import (
    ImageEmpty,
    ImageError,
    ImageTooLarge,
    ImageTruncated,
    NotAnImage,
)
from fluxfill_studio.core.files.codec import decode, decode_mask, decode_thumbnail
from fluxfill_studio.core.geometry import Size
from fluxfill_studio.core.picture.colour import srgb_of
from fluxfill_studio.core.picture.samples import ColourModel
from fluxfill_studio.core.picture.scaling import fitting, reduced_to, resized
from tests.encoded import encoded
from tests.exif import camera_exif
from tests.pictures import photograph
from tests.pngs import COLOUR_TYPES, chunk, png, png_rows
from tests.profiles import display_p3, grey_gamma_22

PIXELS = photograph(37, 23)
LOSSLESS = ["PNG", "TIFF", "BMP", "WEBP"]
SRGB = ImageCms.ImageCmsProfile(ImageCms.createProfile("sRGB")).tobytes()
# Headers alone: what is kept is not looked into any further.
GREY, CMYK_HEADER = (SRGB[:16] + space + SRGB[20:] for space in (b"GRAY", b"CMYK"))


def loaded(exif: bytes | None) -> Image.Exif:
    assert exif is not None
    result = Image.Exif()
    result.load(exif)
    return result


@pytest.mark.parametrize("format_name", LOSSLESS)
def test_lossless_formats_give_the_very_pixels(format_name: str) -> None:
    source = decode(encoded(PIXELS, format_name), "a picture")
    assert np.array_equal(source.pixels, PIXELS)
    assert (source.name, source.samples.alpha, source.reduced) == ("a picture", None, False)
    assert (source.samples.icc_profile, source.exif) == (None, None)
    assert source.size == Size(37, 23)


@pytest.mark.parametrize("format_name", LOSSLESS)
def test_plain_srgb_is_in_memory_once(format_name: str) -> None:
    source = decode(encoded(PIXELS, format_name), "a picture")
    assert source.pixels is source.samples.values


@pytest.mark.parametrize("format_name", ["PNG", "TIFF", "JPEG", "WEBP", "AVIF"])
def test_colours_are_shown_through_the_profile_and_kept(format_name: str) -> None:
    smooth = resized(photograph(8, 6), Size(64, 48))
    profile = display_p3().data
    source = decode(encoded(smooth, format_name, icc_profile=profile), "a picture")
    assert source.samples.icc_profile == profile
    assert np.array_equal(source.pixels, srgb_of(source.samples))
    # What a wide profile holds is more colourful than the same numbers in sRGB.
    spread = np.ptp(source.pixels.astype(int), axis=2).mean()
    assert spread > 1.1 * np.ptp(source.samples.values.astype(int), axis=2).mean()
    thumbnail = decode_thumbnail(encoded(smooth, format_name, icc_profile=profile), "a", 32)
    assert np.abs(thumbnail.astype(int) - reduced_to(source.pixels, 32)).mean() < 2


@pytest.mark.parametrize("format_name", ["JPEG", "WEBP"])
def test_lossy_formats_come_close(format_name: str) -> None:
    smooth = resized(photograph(8, 6), Size(64, 48))
    options = {"quality": 95, "lossless": False} if format_name == "WEBP" else {"quality": 95}
    source = decode(encoded(smooth, format_name, **options), "a picture")
    assert np.abs(source.pixels.astype(int) - smooth).mean() < 4


@pytest.mark.parametrize("orientation", range(1, 9))
@pytest.mark.parametrize("format_name", ["PNG", "TIFF", "WEBP", "JPEG"])
def test_every_orientation_comes_upright(format_name: str, orientation: int) -> None:
    """As the Exif standard puts row 0 and column 0 of the stored picture."""
    upright = np.repeat(np.repeat(photograph(4, 3), 8, axis=0), 8, axis=1)
    stored = {
        1: upright,
        2: upright[:, ::-1],
        3: upright[::-1, ::-1],
        4: upright[::-1],
        5: upright.transpose(1, 0, 2),
        6: upright.transpose(1, 0, 2)[::-1],
        7: upright[::-1, ::-1].transpose(1, 0, 2),
        8: upright.transpose(1, 0, 2)[:, ::-1],
    }[orientation]
    options = {"quality": 100, "subsampling": 0} if format_name == "JPEG" else {}
    picture = np.ascontiguousarray(stored)
    data = encoded(picture, format_name, exif=camera_exif(orientation), **options)
    source = decode(data, "a picture")
    assert source.pixels.shape == upright.shape
    assert np.abs(source.pixels.astype(int) - upright).max() <= (6 if format_name == "JPEG" else 0)
    assert Base.Orientation not in loaded(source.exif)
    assert decode_thumbnail(data, "a picture", 16).shape == (12, 16, 3)


@pytest.mark.parametrize("format_name", ["PNG", "TIFF", "WEBP", "JPEG"])
def test_what_describes_the_picture_is_kept_and_how_it_was_stored_is_not(format_name: str) -> None:
    data = encoded(PIXELS, format_name, exif=camera_exif(), icc_profile=SRGB, dpi=(300, 300))
    source = decode(data, "a picture")
    kept = loaded(source.exif)
    assert set(kept) == {Base.Make, Base.ExifOffset, Base.GPSInfo}
    assert kept.get_ifd(Base.ExifOffset)[Base.DateTimeOriginal] == "2026:01:02 03:04:05"
    assert kept.get_ifd(Base.GPSInfo)[2] == (52.0, 31.0, 12.0)
    assert source.samples.icc_profile == SRGB
    if format_name != "WEBP":  # has no place for it
        assert source.dpi == pytest.approx((300, 300), abs=0.01)


@pytest.mark.parametrize("dpi", [(0, 0), (1, 1), (1_000_000, 1_000_000)])
def test_a_resolution_that_makes_no_sense_is_none(dpi: tuple[int, int]) -> None:
    assert decode(encoded(PIXELS, "PNG", dpi=dpi), "a picture").dpi is None


@pytest.mark.parametrize("format_name", ["PNG", "WEBP", "JPEG"])
def test_a_resolution_that_is_not_stated_is_none(format_name: str) -> None:
    for exif in (camera_exif(), b"Exif\0\0not a directory", b""):
        assert decode(encoded(PIXELS, format_name, exif=exif), "a picture").dpi is None


def test_a_resolution_in_exif_data_counts() -> None:
    exif = Image.Exif()
    exif[Base.XResolution], exif[Base.YResolution], exif[Base.ResolutionUnit] = 118, 118, 3
    source = decode(encoded(PIXELS, "JPEG", exif=exif.tobytes()), "a picture")
    assert source.dpi == pytest.approx((299.72, 299.72))


def test_exif_that_cannot_be_written_again_still_tells_the_orientation() -> None:
    maker_as_fraction = struct.pack("<HHII", Base.Make, 5, 1, 38)
    turned = struct.pack("<HHIHH", Base.Orientation, 3, 1, 6, 0)
    directory = struct.pack("<H", 2) + maker_as_fraction + turned + struct.pack("<III", 0, 1, 2)
    data = encoded(PIXELS, "PNG", exif=b"Exif\0\0II*\0\x08\0\0\0" + directory)
    source = decode(data, "a picture")
    assert source.exif is None
    assert np.array_equal(source.pixels, PIXELS[::-1].transpose(1, 0, 2))


def test_damaged_exif_costs_the_exif_and_not_the_picture() -> None:
    for broken in (b"Exif\0\0not a directory", camera_exif(6)[:40]):
        source = decode(encoded(PIXELS, "JPEG", exif=broken), "a picture")
        assert sorted(source.pixels.shape) == sorted(PIXELS.shape)


@pytest.mark.parametrize("format_name", ["PNG", "TIFF", "WEBP"])
def test_alpha_is_kept_aside(format_name: str) -> None:
    alpha = photograph(37, 23, seed=3)[:, :, 1]
    data = encoded(np.dstack([PIXELS, alpha]), format_name)
    source = decode(data, "a picture")
    assert source.samples.alpha is not None
    assert np.array_equal(source.samples.alpha, alpha)
    assert np.array_equal(source.pixels, PIXELS)


def test_a_picture_of_several_bands_is_put_together_without_seams() -> None:
    """Pillow's pixels are taken over a quarter of a megapixel at a time."""
    rgba = np.dstack([photograph(700, 601), photograph(700, 601, seed=3)[:, :, 1]])
    source = decode(encoded(rgba, "PNG"), "a picture")
    assert source.samples.alpha is not None
    assert np.array_equal(np.dstack([source.pixels, source.samples.alpha]), rgba)


@pytest.mark.parametrize(
    "options",
    [
        {},
        {"subsampling": 0},
        {"subsampling": 1},
        {"progressive": True},
        {"restart_marker_blocks": 3},
        {"keep_rgb": True},
        {"comment": b"\xff\xd9 is no end here"},
    ],
)
def test_a_jpeg_gives_the_pixels_that_pillow_gives(options: dict[str, Any]) -> None:
    for format_name in ("JPEG", "MPO"):
        data = encoded(photograph(203, 101), format_name, **options)
        with Image.open(io.BytesIO(data + b"more")) as image:
            assert np.array_equal(decode(data + b"more", "a picture").pixels, np.asarray(image))


@pytest.mark.parametrize("options", [{}, {"lossless": False}])
def test_a_webp_gives_the_pixels_that_pillow_gives(options: dict[str, Any]) -> None:
    rgba = np.dstack([photograph(203, 101), photograph(203, 101, seed=3)[:, :, 1]])
    for pixels in (np.ascontiguousarray(rgba[:, :, :3]), rgba):
        data = encoded(pixels, "WEBP", **options)
        source = decode(data, "a picture")
        with Image.open(io.BytesIO(data)) as image:
            assert np.array_equal(source.pixels, np.asarray(image)[:, :, :3])
            assert (source.samples.alpha is None) == (image.mode == "RGB")
            if source.samples.alpha is not None:
                assert np.array_equal(source.samples.alpha, np.asarray(image)[:, :, 3])


@pytest.mark.parametrize("format_name", ["PNG", "TIFF", "BMP", "GIF"])
@pytest.mark.parametrize("mode", ["P", "L", "1"])
def test_palette_grey_and_black_and_white(format_name: str, mode: str) -> None:
    image = Image.fromarray(PIXELS).convert(mode)
    source = decode(encoded(image, format_name), "a picture")
    assert np.array_equal(source.pixels, np.asarray(image.convert("RGB")))
    assert (source.samples.alpha, source.reduced) == (None, False)
    # A GIF has nothing but palettes.
    if format_name != "GIF":
        expected = ColourModel.RGB if mode == "P" else ColourModel.GREY
        assert source.samples.model is expected


def test_a_transparent_palette_entry_becomes_alpha() -> None:
    image = Image.fromarray(PIXELS).quantize(6)
    source = decode(encoded(image, "PNG", transparency=2), "a picture")
    assert source.samples.alpha is not None
    assert np.array_equal(source.samples.alpha == 0, np.asarray(image) == 2)


def test_grey_with_alpha_stays_grey() -> None:
    grey, alpha = PIXELS[:, :, 0], PIXELS[:, :, 2]
    image = Image.fromarray(np.dstack([grey, alpha]), "LA")
    for format_name in ("PNG", "TIFF"):
        samples = decode(encoded(image, format_name, icc_profile=GREY), "a picture").samples
        assert np.array_equal(samples.values, grey[:, :, None])
        assert samples.alpha is not None
        assert np.array_equal(samples.alpha, alpha)
        assert samples.icc_profile == GREY


@pytest.mark.parametrize(("bits", "level"), [(1, 1), (2, 2), (4, 9), (8, 130), (16, 40_000)])
def test_a_transparent_grey_becomes_alpha(bits: int, level: int) -> None:
    stored = np.random.default_rng(1).integers(0, 2**bits, (6, 16), dtype=np.uint16)
    stored[2, 3] = level
    rows = png_rows(stored, bits)
    key = chunk(b"tRNS", struct.pack(">H", level))
    samples = decode(png(16, 6, depth=bits, colour=0, rows=rows, before=key), "a").samples
    largest = 65535 if bits == 16 else 255
    assert np.array_equal(samples.values[..., 0], stored.astype(int) * largest // (2**bits - 1))
    assert samples.alpha is not None
    assert samples.alpha.dtype == samples.values.dtype
    assert np.array_equal(samples.alpha, np.where(stored == level, 0, largest))


@pytest.mark.parametrize("bits", [8, 16])
def test_a_transparent_colour_becomes_alpha(bits: int) -> None:
    stored = np.random.default_rng(1).integers(0, 2**bits, (6, 16, 3), dtype=np.uint16)
    key = chunk(b"tRNS", stored[4, 5].astype(">u2").tobytes())
    data = png(16, 6, depth=bits, rows=png_rows(stored.reshape(6, -1), bits), before=key)
    samples = decode(data, "a picture").samples
    assert np.array_equal(samples.values, stored)
    assert samples.alpha is not None
    assert list(zip(*np.nonzero(samples.alpha == 0), strict=True)) == [(4, 5)]


@pytest.mark.parametrize("format_name", ["TIFF", "JPEG"])
def test_cmyk_is_kept_with_its_profile_and_shown_as_rgb(format_name: str) -> None:
    image = Image.new("CMYK", (16, 16), (255, 0, 0, 0))
    source = decode(encoded(image, format_name, icc_profile=CMYK_HEADER), "a picture")
    assert source.samples.icc_profile == CMYK_HEADER
    assert source.samples.model is ColourModel.CMYK
    assert np.abs(source.samples.values[8, 8] - [255.0, 0, 0, 0]).max() <= 2
    red, green, blue = source.pixels[8, 8]
    assert red < 100 < min(green, blue)


@pytest.mark.parametrize("profile", [b"no profile at all", GREY, CMYK_HEADER])
def test_what_is_no_profile_of_the_picture_s_model_is_left_behind(profile: bytes) -> None:
    assert decode(encoded(PIXELS, "PNG", icc_profile=profile), "a").samples.icc_profile is None


def test_a_profile_of_some_megabytes_is_kept() -> None:
    profile = SRGB + np.random.default_rng(0).bytes(3_000_000)
    assert decode(encoded(PIXELS, "PNG", icc_profile=profile), "a").samples.icc_profile == profile


@pytest.mark.parametrize("channels", [1, 2, 3, 4])
def test_sixteen_bits_are_kept(channels: int) -> None:
    stored = np.random.default_rng(2).integers(0, 65536, (9, 13, channels), dtype=np.uint16)
    data = png(13, 9, depth=16, colour=COLOUR_TYPES[channels], rows=png_rows(stored, 16))
    source = decode(data, "a picture")
    colours = channels if channels % 2 else channels - 1
    assert np.array_equal(source.samples.values, stored[..., :colours])
    assert (source.samples.depth, source.reduced) == (16, False)
    assert (source.samples.alpha is None) == (colours == channels)
    if source.samples.alpha is not None:
        assert source.samples.alpha.dtype == np.uint16
        assert np.array_equal(source.samples.alpha, stored[..., -1])
    shown = np.rint(stored[..., :colours] / 257).astype(int)
    assert np.abs(source.pixels.astype(int) - shown).max() <= 1


def test_the_depth_that_an_animation_loses_is_told() -> None:
    rows = png_rows(np.full((4, 15), 0x1234), 16)
    control = chunk(b"acTL", struct.pack(">II", 2, 0))
    frame = chunk(b"fcTL", struct.pack(">IIIIIHHBB", 0, 5, 4, 0, 0, 1, 1, 0, 0))
    second = chunk(b"fcTL", struct.pack(">IIIIIHHBB", 1, 5, 4, 0, 0, 1, 1, 0, 0))
    second += chunk(b"fdAT", struct.pack(">I", 2) + zlib.compress(rows))
    data = png(5, 4, depth=16, rows=rows, before=control + frame, behind=second)
    source = decode(data, "a picture")
    assert source.reduced
    assert (source.pixels == 0x12).all()


def test_exif_behind_the_pixels_of_a_png_is_found() -> None:
    exif = camera_exif(6).removeprefix(b"Exif\0\0")
    rows = png_rows(PIXELS.reshape(23, -1), 8)
    source = decode(png(37, 23, rows=rows, behind=chunk(b"eXIf", exif)), "a picture")
    assert np.array_equal(source.pixels, PIXELS[::-1].transpose(1, 0, 2))
    assert loaded(source.exif)[Base.Make] == "Maker"


def test_a_grey_jpeg_stays_grey() -> None:
    image = Image.fromarray(photograph(203, 101)).convert("L")
    data = encoded(image, "JPEG", icc_profile=GREY)
    samples = decode(data, "a picture").samples
    with Image.open(io.BytesIO(data)) as again:
        assert np.array_equal(samples.values[..., 0], np.asarray(again))
    assert samples.icc_profile == GREY


def test_of_a_gif_the_first_frame_is_shown() -> None:
    frames = [Image.fromarray(photograph(37, 23, seed=seed)).quantize(200) for seed in range(3)]
    data = encoded(frames[0], "GIF", save_all=True, append_images=frames[1:], transparency=3)
    source = decode(data, "a picture")
    assert source.samples.alpha is not None
    seen = source.samples.alpha == 255
    assert seen.any()
    assert np.array_equal(source.pixels[seen], np.asarray(frames[0].convert("RGB"))[seen])


def test_the_first_picture_of_several() -> None:
    second = Image.fromarray(photograph(37, 23, seed=9))
    for format_name, name in (("TIFF", "TIFF"), ("WEBP", "WEBP"), ("PNG", "PNG")):
        data = encoded(PIXELS, format_name, save_all=True, append_images=[second])
        assert np.array_equal(decode(data, name).pixels, PIXELS)
    phone = encoded(PIXELS, "MPO", save_all=True, append_images=[second], quality=95)
    assert np.abs(decode(phone, "phone.jpg").pixels.astype(int) - PIXELS).mean() < 8


def test_a_mask_is_numbers_and_no_colour() -> None:
    """Photoshop gives grey files a profile in which 128 is not the 128 of sRGB."""
    deep = np.linspace(0, 65535, 256).astype(np.uint16).reshape(4, 64)
    alpha = np.full_like(deep, 13107)
    stored = np.dstack([deep, alpha])
    rows = png_rows(stored, 16)
    profile = chunk(b"iCCP", b"Gamma\0\0" + zlib.compress(grey_gamma_22().data))
    data = png(64, 4, depth=16, colour=COLOUR_TYPES[2], rows=rows, before=profile)
    assert decode(data, "mask.png").samples.icc_profile == grey_gamma_22().data
    expected = np.rint(np.rint(deep / 257) / 5)
    assert np.array_equal(decode_mask(data, "mask.png"), expected)


def test_a_mask_is_luminance_times_alpha() -> None:
    rgba = np.zeros((1, 4, 4), np.uint8)
    rgba[0] = [(255, 255, 255, 255), (255, 255, 255, 51), (0, 0, 0, 255), (128, 128, 128, 128)]
    assert decode_mask(encoded(rgba, "PNG"), "mask.png").tolist() == [[255, 51, 0, 64]]
    black_and_white = Image.fromarray(PIXELS).convert("1")
    plane = decode_mask(encoded(black_and_white, "PNG"), "mask.png")
    assert np.array_equal(plane, np.asarray(black_and_white.convert("L")))


def test_a_thumbnail_is_small_and_looks_like_the_picture() -> None:
    pixels = resized(photograph(30, 20), Size(1500, 1000))
    for format_name in ("JPEG", "PNG"):
        small = decode_thumbnail(encoded(pixels, format_name), "a picture", 150)
        assert small.shape == (100, 150, 3)
        assert np.abs(small.astype(int) - reduced_to(pixels, 150)).mean() < 5
    assert decode_thumbnail(encoded(PIXELS, "PNG"), "a picture", 150).shape == PIXELS.shape


@pytest.mark.parametrize("format_name", [*LOSSLESS, "JPEG"])
def test_progress_only_grows_and_ends_at_one(format_name: str) -> None:
    told: list[float] = []
    decode(encoded(photograph(2000, 1000), format_name), "a picture", told.append)
    assert all(earlier <= later for earlier, later in pairwise(told))
    assert 0 < told[0] < 1
    assert told[-1] == 1


@pytest.mark.parametrize(
    ("size", "side", "expected"),
    [
        (Size(6000, 4000), 1440, Size(1440, 960)),
        (Size(4000, 6000), 1440, Size(960, 1440)),
        (Size(800, 600), 1440, Size(800, 600)),
        (Size(20_000, 3), 1440, Size(1440, 1)),
    ],
)
def test_fitting_keeps_the_proportion_and_enlarges_nothing(
    size: Size, side: int, expected: Size
) -> None:
    assert fitting(size, side) == expected


def test_resizing_keeps_what_has_the_size_and_the_mean_of_what_has_not() -> None:
    assert resized(PIXELS, Size(37, 23)) is PIXELS
    for size in (Size(10, 7), Size(111, 69), Size(10, 69), Size(1, 1)):
        other = resized(PIXELS, size)
        assert other.shape == (size.height, size.width, 3)
        assert abs(other.mean() - PIXELS.mean()) < 3


@pytest.mark.parametrize(
    ("data", "error"),
    [
        (b"", ImageEmpty),
        (b"\0" * 100, NotAnImage),
        ("Ceci n’est pas une image.\n".encode() * 50, NotAnImage),
        (b"P6 2 2 255 " + bytes(12), NotAnImage),
        (b"GIF89a" + b"\0" * 50, NotAnImage),
        (b"8BPS" + b"\0" * 50, ImageTruncated),
        (b"II*\0" + b"\0" * 50, NotAnImage),
        (b"\0\0\0\x18ftypheic" + b"\0" * 50, ImageTruncated),
        (b"\x89PNG\r\n\x1a\n", NotAnImage),
        (png(60_000, 60_000), ImageTooLarge),
        (png(250_000_001, 1), ImageTooLarge),
        (png(100, 100), ImageTruncated),
        (png(9, 9)[:33] + struct.pack(">I", 2**31 - 1) + png(9, 9)[37:], ImageTruncated),
    ],
    ids=[
        "empty",
        "zeros",
        "text",
        "ppm",
        "gif",
        "psd",
        "tiff",
        "heic",
        "signature",
        "bomb",
        "one-too-many",
        "no-rows",
        "two-gigabytes",
    ],
)
def test_what_is_no_picture_is_told_apart(data: bytes, error: type[ImageError]) -> None:
    for read in (decode, decode_mask, lambda data, name: decode_thumbnail(data, name, 64)):
        with pytest.raises(error) as caught:
            read(data, "holiday.png")
        assert type(caught.value) is error
        assert "“holiday.png”" in caught.value.message
        assert isinstance(caught.value.__cause__, Exception) or error in (ImageEmpty, ImageTooLarge)


@pytest.mark.parametrize("options", [{}, {"progressive": True}])
def test_a_jpeg_whose_scan_is_broken_off_is_refused(options: dict[str, Any]) -> None:
    """By a marker that does not belong there, with the end of the picture where it should be."""
    data = encoded(photograph(203, 101), "JPEG", **options)
    place = data.index(b"\xff\xda") + 1000
    with pytest.raises(ImageTruncated):
        decode(data[:place] + b"\xff\x91" + data[place:], "a picture")
