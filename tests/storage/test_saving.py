"""Pictures onto the disk: whole or not at all, nothing overwritten unasked, nothing lost untold."""

from __future__ import annotations

import errno
import os
import threading
from dataclasses import replace
from pathlib import Path

import cv2
import numpy as np
import pytest
from PIL import Image, ImageCms
from PIL.ExifTags import Base
from PIL.JpegImagePlugin import get_sampling

from fluxfill_studio.core.errors import (
    FolderInTheWay,
    FolderMissing,
    PictureTooLarge,
    SaveError,
    UnknownEnding,
    WouldOverwrite,
)
from fluxfill_studio.core.picture.colour import srgb_of
from fluxfill_studio.core.picture.samples import ColourModel, Samples, Values
from fluxfill_studio.core.picture.source import Source
from fluxfill_studio.core.types import Pixels
from fluxfill_studio.storage.formats import SAVE_FORMATS, Loss, losses
from fluxfill_studio.storage.images import read_mask, read_source
from fluxfill_studio.storage.saving import check_target, save_free, save_picture, write_mask
from tests.disks import disk_limit
from tests.pictures import photograph
from tests.profiles import grey_gamma_22

PIXELS = photograph(60, 40)
PLAIN = Source.of("a picture", PIXELS)
GREY, RGB, CMYK = ColourModel.GREY, ColourModel.RGB, ColourModel.CMYK
GREY_PROFILE = grey_gamma_22().data
SRGB = ImageCms.ImageCmsProfile(ImageCms.createProfile("sRGB")).tobytes()


def phone_exif() -> bytes:
    """With the size in which the phone stored its own picture, as many phones write it."""
    exif = Image.Exif()
    exif[Base.ImageWidth], exif[Base.ImageLength] = 4000, 3000
    exif[Base.Model] = "Phone"
    exif[Base.ExifOffset] = {Base.DateTimeOriginal: "2026:01:02 03:04:05", Base.FNumber: 1.8}
    exif[Base.GPSInfo] = {1: "N", 2: (52.0, 31.0, 12.0)}
    return exif.tobytes()


def photo(path: Path) -> Source:
    """A picture with all that cameras and programs give one."""
    Image.fromarray(PIXELS).save(path, exif=phone_exif(), icc_profile=SRGB, dpi=(300, 240))
    return read_source(path)


@pytest.mark.parametrize("ending", SAVE_FORMATS)
def test_what_belongs_to_a_picture_comes_back_from_the_file(tmp_path: Path, ending: str) -> None:
    source = photo(tmp_path / "photo.jpg")
    target = tmp_path / f"result{ending}"
    save_picture(target, source, overwrite=False)
    saved = read_source(target)
    assert saved.samples.icc_profile == SRGB
    if Loss.RESOLUTION in losses(source, ending):
        assert saved.dpi is None
    else:
        assert saved.dpi == pytest.approx((300, 240), abs=0.02)
    assert saved.exif is not None
    exif = Image.Exif()
    exif.load(saved.exif)
    assert Base.Orientation not in exif
    assert exif[Base.Model] == "Phone"
    assert exif.get_ifd(Base.ExifOffset) == {
        Base.DateTimeOriginal: "2026:01:02 03:04:05",
        Base.FNumber: pytest.approx(1.8),
    }
    assert exif.get_ifd(Base.GPSInfo) == {1: "N", 2: (52.0, 31.0, 12.0)}


def picture(
    model: ColourModel = ColourModel.RGB,
    depth: int = 8,
    *,
    alpha: bool = False,
    profile: bytes | None = None,
) -> Source:
    """Values over the whole range, of 60 × 40; some of them transparent."""
    rng = np.random.default_rng(3)
    smooth = photograph(60, 40, seed=3)[:, :, [0, 1, 2, 0]].astype(np.uint16)
    values: Values = smooth[:, :, : model.value] * 257 + rng.integers(0, 256, dtype=np.uint16)
    cover: Values = rng.integers(0, 65536, (40, 60), dtype=np.uint16)
    cover[:20] = 0
    if depth == 8:
        values, cover = (values >> 8).astype(np.uint8), (cover >> 8).astype(np.uint8)
    samples = Samples(values, cover if alpha else None, profile)
    return Source("picture", samples, srgb_of(samples))


def stored(path: Path) -> tuple[Values, Values | None]:
    """Colour and alpha of a file, by Pillow, or by OpenCV where Pillow makes 8 bits of 16."""
    pixels: Values = np.asarray(cv2.imread(path, cv2.IMREAD_UNCHANGED))
    if pixels.dtype == np.uint8:
        with Image.open(path) as image:
            pixels = np.atleast_3d(np.asarray(image))
            if image.mode == "CMYK":
                return pixels, None
    elif pixels.ndim == 3:
        pixels = pixels[:, :, [2, 1, 0, 3][: pixels.shape[2]]]
    pixels = np.atleast_3d(pixels)
    if pixels.shape[2] in (1, 3):
        return pixels, None
    return pixels[:, :, :-1], pixels[:, :, -1]


def rounded(values: Values) -> Pixels:
    """16 bits to the nearest of 8, by exact arithmetic."""
    return ((values.astype(np.uint32) * 255 + 32767) // 65535).astype(np.uint8)


@pytest.mark.parametrize("ending", [".png", ".tif", ".webp", ".avif"])
@pytest.mark.parametrize("depth", [8, 16])
@pytest.mark.parametrize("alpha", [False, True])
def test_colour_and_alpha_come_back_to_the_bit_where_the_format_has_the_depth(
    tmp_path: Path, ending: str, depth: int, alpha: bool
) -> None:
    given = picture(depth=depth, alpha=alpha)
    path = tmp_path / f"result{ending}"
    save_picture(path, given, overwrite=False)
    values, cover = stored(path)
    reduced = depth == 16 and ending in (".webp", ".avif")
    assert losses(given, ending) == ([Loss.DEPTH] if reduced else [])
    keep = rounded if reduced else np.asarray
    assert np.array_equal(values, keep(given.samples.values))
    assert (cover is None) == (given.samples.alpha is None)
    if cover is not None and given.samples.alpha is not None:
        assert np.array_equal(cover, keep(given.samples.alpha))


LOSSES = {
    "grey to png": (picture(GREY), ".png", []),
    "deep grey to tiff": (picture(GREY, 16), ".tiff", []),
    "profiled grey to tiff": (picture(GREY, profile=GREY_PROFILE), ".tif", []),
    "cmyk to tiff": (picture(CMYK), ".tif", []),
    "grey to webp": (picture(GREY), ".webp", []),
    "deep grey to avif": (picture(GREY, 16), ".avif", [Loss.DEPTH]),
    "profiled grey to webp": (picture(GREY, profile=GREY_PROFILE), ".webp", [Loss.PROFILE]),
    "cmyk to png": (picture(CMYK), ".png", [Loss.CMYK_TO_RGB]),
    "deep cmyk to png": (picture(CMYK, 16), ".png", [Loss.DEPTH, Loss.CMYK_TO_RGB]),
    "transparent cmyk to webp": (picture(CMYK, alpha=True), ".webp", [Loss.CMYK_TO_RGB]),
    "rgb to jpeg": (picture(RGB, profile=SRGB), ".jpg", [Loss.RECOMPRESSED]),
    "deep transparent grey to jpeg": (
        picture(GREY, 16, alpha=True),
        ".jpg",
        [Loss.DEPTH, Loss.ALPHA, Loss.RECOMPRESSED],
    ),
    "cmyk to jpeg": (picture(CMYK), ".jpeg", [Loss.RECOMPRESSED]),
    "resolution in webp": (replace(PLAIN, dpi=(300, 300)), ".webp", [Loss.RESOLUTION]),
    "resolution in avif": (replace(PLAIN, dpi=(300, 300)), ".AVIF", [Loss.RESOLUTION]),
    "as much exif as jpeg holds": (replace(PLAIN, exif=b"x" * 65_533), ".jpg", [Loss.RECOMPRESSED]),
    "more exif than jpeg holds": (
        replace(PLAIN, exif=b"x" * 65_534),
        ".jpg",
        [Loss.EXIF, Loss.RECOMPRESSED],
    ),
}


@pytest.mark.parametrize("name", LOSSES)
def test_what_a_format_cannot_keep_is_told(name: str) -> None:
    given, ending, lost = LOSSES[name]
    assert losses(given, ending) == lost


@pytest.mark.parametrize("ending", [".png", ".webp", ".avif"])
@pytest.mark.parametrize("alpha", [False, True])
@pytest.mark.parametrize(
    ("model", "profile"), [(CMYK, None), (GREY, GREY_PROFILE)], ids=["cmyk", "grey"]
)
def test_a_colour_model_that_the_format_lacks_becomes_srgb(
    tmp_path: Path, ending: str, alpha: bool, model: ColourModel, profile: bytes | None
) -> None:
    given = picture(model, 16, alpha=alpha, profile=profile)
    path = tmp_path / f"result{ending}"
    save_picture(path, given, overwrite=False)
    values, cover = stored(path)
    with Image.open(path) as image:
        kept = image.info.get("icc_profile")
    if ending == ".png" and model is GREY:
        # By OpenCV, with alpha, as three channels.
        assert (values == given.samples.values).all()
        assert kept == profile
        return
    assert np.array_equal(values, given.pixels)
    assert kept is None
    if cover is not None and given.samples.alpha is not None:
        assert np.array_equal(cover, rounded(given.samples.alpha))


@pytest.mark.parametrize(("model", "mode"), [(GREY, "L"), (RGB, "RGB"), (CMYK, "CMYK")])
def test_a_jpeg_has_the_colour_model_and_nearly_the_values(
    tmp_path: Path, model: ColourModel, mode: str
) -> None:
    given = picture(model, 16, alpha=True, profile=SRGB)
    path, smaller = tmp_path / "result.jpg", tmp_path / "smaller.jpg"
    save_picture(path, given, overwrite=False)
    save_picture(smaller, given, overwrite=False, quality=50)
    assert smaller.stat().st_size < path.stat().st_size
    with Image.open(path) as image:
        assert image.mode == mode
        assert image.info["icc_profile"] == SRGB
        # Colour at the full resolution; of grey there is none.
        assert get_sampling(image) == (0 if model is RGB else -1)
        read = np.atleast_3d(np.asarray(image)).astype(int)
    assert np.abs(read - rounded(given.samples.values)).mean() < 4


def test_exif_data_that_jpeg_has_no_room_for_is_left_out(tmp_path: Path) -> None:
    exif = Image.Exif()
    exif[Base.Model] = "M" * 70_000
    given = replace(PLAIN, exif=exif.tobytes())
    for ending in (".jpg", ".tif"):
        save_picture(tmp_path / f"result{ending}", given, overwrite=False)
    with Image.open(tmp_path / "result.jpg") as image:
        assert not image.getexif()
    with Image.open(tmp_path / "result.tif") as image:
        assert image.getexif()[Base.Model] == "M" * 70_000


def test_endings_are_told_whatever_their_case(tmp_path: Path) -> None:
    save_picture(tmp_path / "RESULT.PNG", PLAIN, overwrite=False)
    assert np.array_equal(read_source(tmp_path / "RESULT.PNG").pixels, PIXELS)


def test_a_name_may_be_as_long_as_the_disk_allows(tmp_path: Path) -> None:
    longest = os.pathconf(tmp_path, "PC_NAME_MAX") if hasattr(os, "pathconf") else 255
    target = tmp_path / ("n" * (longest - 4) + ".png")
    save_picture(target, PLAIN, overwrite=False)
    assert list(tmp_path.iterdir()) == [target]


@pytest.mark.parametrize("ending", SAVE_FORMATS)
@pytest.mark.parametrize("existed", [True, False])
def test_a_disk_that_is_full_loses_nothing_and_leaves_nothing(
    tmp_path: Path, ending: str, existed: bool
) -> None:
    target = tmp_path / f"result{ending}"
    if existed:
        save_picture(target, PLAIN, overwrite=False)
    before = {path: path.read_bytes() for path in tmp_path.iterdir()}
    noise = np.random.default_rng(0).integers(0, 256, (500, 500, 3), dtype=np.uint8)
    with disk_limit(20_000), pytest.raises(SaveError) as caught:
        save_picture(target, Source.of("noise", noise), overwrite=True)
    assert type(caught.value) is SaveError
    assert f"“{target.name}”" in caught.value.message
    assert isinstance(caught.value.__cause__, OSError)
    assert {path: path.read_bytes() for path in tmp_path.iterdir()} == before


@pytest.mark.parametrize(
    ("name", "width"), [("wide.jpg", 65_501), ("wide.webp", 16_384), ("wide.avif", 32_769)]
)
@pytest.mark.parametrize("upright", [False, True])
def test_a_side_that_a_format_cannot_hold_is_told_and_leaves_nothing(
    tmp_path: Path, name: str, width: int, upright: bool
) -> None:
    pixels = np.zeros((width, 2, 3) if upright else (2, width, 3), np.uint8)
    with pytest.raises(PictureTooLarge, match=f"{name}.*{width - 1}"):
        save_picture(tmp_path / name, Source.of("wide", pixels), overwrite=False)
    assert list(tmp_path.iterdir()) == []
    fitting = Source.of("fitting", pixels[:-1] if upright else pixels[:, :-1])
    save_picture(tmp_path / name, fitting, overwrite=False)
    with Image.open(tmp_path / name) as image:
        assert max(image.size) == width - 1


def test_exif_data_that_is_none_is_told_and_leaves_nothing(tmp_path: Path) -> None:
    with pytest.raises(SaveError, match=r"result\.tif.*Exif"):
        save_picture(tmp_path / "result.tif", replace(PLAIN, exif=b"none"), overwrite=False)
    assert list(tmp_path.iterdir()) == []


def test_nothing_is_overwritten_unless_asked(tmp_path: Path) -> None:
    target = tmp_path / "result.png"
    target.write_bytes(b"something dear")
    with pytest.raises(WouldOverwrite):
        check_target(target, overwrite=False)
    with pytest.raises(WouldOverwrite):
        save_picture(target, PLAIN, overwrite=False)
    assert target.read_bytes() == b"something dear"
    check_target(target, overwrite=True)
    save_picture(target, PLAIN, overwrite=True)
    assert np.array_equal(read_source(target).pixels, PIXELS)


@pytest.mark.parametrize(
    ("name", "error"),
    [
        ("result.gif", UnknownEnding),
        ("result", UnknownEnding),
        ("no such folder/result.png", FolderMissing),
        ("file.txt/result.png", FolderMissing),
        ("folder.png", FolderInTheWay),
    ],
)
@pytest.mark.parametrize("overwrite", [True, False])
def test_a_target_that_cannot_be_is_refused_before_anything_is_done(
    tmp_path: Path, name: str, error: type[SaveError], overwrite: bool
) -> None:
    (tmp_path / "folder.png").mkdir()
    (tmp_path / "file.txt").write_text("text")
    before = sorted(tmp_path.rglob("*"))
    with pytest.raises(error) as early:
        check_target(tmp_path / name, overwrite=overwrite)
    with pytest.raises(error) as late:
        save_picture(tmp_path / name, PLAIN, overwrite=overwrite)
    assert early.value.full_message == late.value.full_message
    assert sorted(tmp_path.rglob("*")) == before


def test_free_names_are_counted_up(tmp_path: Path) -> None:
    folder = tmp_path / "new" / "results"
    names = [save_free(folder, "fill", PLAIN).name for _ in range(3)]
    assert names == ["fill.png", "fill-2.png", "fill-3.png"]
    (folder / "fill-2.png").unlink()
    assert save_free(folder, "fill", PLAIN) == folder / "fill-2.png"


def save_at_once(folder: Path, count: int) -> list[Path]:
    """`count` pictures of different brightness saved under one name by as many threads."""
    barrier = threading.Barrier(count)
    paths: list[Path] = []

    def save(value: int) -> None:
        pixels = np.full((50, 50, 3), value, np.uint8)
        barrier.wait(timeout=10)
        paths.append(save_free(folder, "fill", Source.of("one", pixels)))

    threads = [threading.Thread(target=save, args=(value,)) for value in range(count)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(timeout=30)
    return paths


def test_results_saved_at_the_same_moment_do_not_replace_each_other(tmp_path: Path) -> None:
    paths = save_at_once(tmp_path, 8)
    assert sorted(paths) == sorted(tmp_path.iterdir())
    assert sorted(int(read_source(path).pixels[0, 0, 0]) for path in paths) == list(range(8))


def test_a_disk_without_links_can_be_saved_to(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def refuse(self: Path, target: Path) -> None:
        raise PermissionError(errno.EPERM, os.strerror(errno.EPERM))

    monkeypatch.setattr(Path, "hardlink_to", refuse)
    assert [save_free(tmp_path, "fill", PLAIN).name for _ in range(2)] == [
        "fill.png",
        "fill-2.png",
    ]
    assert len(list(tmp_path.iterdir())) == 2


def test_a_folder_that_cannot_be_made_is_told(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("in the way")
    with pytest.raises(SaveError, match="results"):
        save_free(tmp_path / "file" / "results", "fill", PLAIN)


def test_a_mask_comes_back_as_it_was_written(tmp_path: Path) -> None:
    path = tmp_path / "mask.PNG"
    plane = np.ascontiguousarray(PIXELS[:, :, 0])
    write_mask(path, plane, overwrite=False)
    assert np.array_equal(read_mask(path), plane)
    with pytest.raises(WouldOverwrite):
        write_mask(path, 255 - plane, overwrite=False)
    assert np.array_equal(read_mask(path), plane)
    write_mask(path, 255 - plane, overwrite=True)
    assert np.array_equal(read_mask(path), 255 - plane)


def test_a_mask_is_written_as_png_whole_or_not_at_all(tmp_path: Path) -> None:
    noise = np.random.default_rng(0).integers(0, 256, (500, 500), dtype=np.uint8)
    with pytest.raises(UnknownEnding, match=r"mask\.jpg"):
        write_mask(tmp_path / "mask.jpg", noise, overwrite=False)
    with disk_limit(20_000), pytest.raises(SaveError, match=r"mask\.png"):
        write_mask(tmp_path / "mask.png", noise, overwrite=False)
    assert list(tmp_path.iterdir()) == []
