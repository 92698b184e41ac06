"""Pictures on disk: whole or not at all, nothing overwritten unasked, nothing lost on the way."""

from __future__ import annotations

import errno
import os
import threading
from collections.abc import Callable
from dataclasses import replace
from itertools import pairwise
from pathlib import Path

import numpy as np
import pytest
from PIL import Image, ImageCms
from PIL.ExifTags import Base

from fluxfill_studio.core.errors import (
    FluxfillError,
    FolderInTheWay,
    FolderMissing,
    ImageEmpty,
    ImageMissing,
    ImageTruncated,
    ImageUnreadable,
    MaskSizeMismatch,
    NotAnImage,
    SaveError,
    UnknownEnding,
    WouldOverwrite,
)
from fluxfill_studio.core.geometry import Size
from fluxfill_studio.core.preview import Preview
from fluxfill_studio.core.source import Origin, Source
from fluxfill_studio.core.types import Pixels
from fluxfill_studio.storage.images import (
    SAVE_FORMATS,
    check_target,
    read_mask,
    read_source,
    read_thumbnail,
    save_free,
    save_picture,
    write_mask,
)
from tests.disks import disk_limit
from tests.pictures import photograph

PIXELS = photograph(60, 40)
PLAIN = Source("a picture", PIXELS)
LOSSLESS = [".png", ".tif", ".tiff"]
SRGB = ImageCms.ImageCmsProfile(ImageCms.createProfile("sRGB")).tobytes()


def phone_exif() -> bytes:
    """With the size in which the phone stored its own picture, as many phones write it."""
    exif = Image.Exif()
    exif[Base.ImageWidth], exif[Base.ImageLength] = 4000, 3000
    exif[Base.Model] = "Phone"
    exif[Base.ExifOffset] = {Base.DateTimeOriginal: "2026:01:02 03:04:05", Base.FNumber: 1.8}
    exif[Base.GPSInfo] = {1: "N", 2: (52.0, 31.0, 12.0)}
    return exif.tobytes()


@pytest.mark.parametrize("ending", SAVE_FORMATS)
def test_what_belongs_to_a_picture_comes_back_from_the_file(tmp_path: Path, ending: str) -> None:
    photo = tmp_path / "photo.jpg"
    Image.fromarray(PIXELS).save(photo, exif=phone_exif(), icc_profile=SRGB, dpi=(300, 240))
    source = read_source(photo)
    target = tmp_path / f"result{ending}"
    save_picture(target, source.pixels, source, overwrite=False)
    saved = read_source(target)
    if ending in LOSSLESS:
        assert np.array_equal(saved.pixels, source.pixels)
    else:
        assert np.abs(saved.pixels.astype(int) - source.pixels).mean() < 4
    assert saved.icc_profile == SRGB
    assert saved.dpi == pytest.approx((300, 240), abs=0.02)
    assert saved.exif is not None
    exif = Image.Exif()
    exif.load(saved.exif)
    assert exif[Base.Model] == "Phone"
    assert exif.get_ifd(Base.ExifOffset) == {
        Base.DateTimeOriginal: "2026:01:02 03:04:05",
        Base.FNumber: pytest.approx(1.8),
    }
    assert exif.get_ifd(Base.GPSInfo) == {1: "N", 2: (52.0, 31.0, 12.0)}


@pytest.mark.parametrize("ending", SAVE_FORMATS)
def test_alpha_goes_where_it_can(tmp_path: Path, ending: str) -> None:
    alpha = photograph(60, 40, seed=2)[:, :, 0]
    source = replace(PLAIN, alpha=alpha)
    target = tmp_path / f"result{ending}"
    save_picture(target, PIXELS, source, overwrite=False)
    saved = read_source(target)
    if ending in LOSSLESS:
        assert saved.alpha is not None
        assert np.array_equal(saved.alpha, alpha)
        assert np.array_equal(saved.pixels, PIXELS)
    else:
        assert saved.alpha is None
    larger = photograph(90, 60)
    save_picture(target, larger, source, overwrite=True)
    assert read_source(target).alpha is None


def test_endings_are_told_whatever_their_case(tmp_path: Path) -> None:
    save_picture(tmp_path / "RESULT.PNG", PIXELS, PLAIN, overwrite=False)
    assert np.array_equal(read_source(tmp_path / "RESULT.PNG").pixels, PIXELS)


def test_a_name_may_be_as_long_as_the_disk_allows(tmp_path: Path) -> None:
    longest = os.pathconf(tmp_path, "PC_NAME_MAX") if hasattr(os, "pathconf") else 255
    target = tmp_path / ("n" * (longest - 4) + ".png")
    save_picture(target, PIXELS, PLAIN, overwrite=False)
    assert list(tmp_path.iterdir()) == [target]


@pytest.mark.parametrize("ending", SAVE_FORMATS)
@pytest.mark.parametrize("existed", [True, False])
def test_a_disk_that_is_full_loses_nothing_and_leaves_nothing(
    tmp_path: Path, ending: str, existed: bool
) -> None:
    target = tmp_path / f"result{ending}"
    if existed:
        save_picture(target, PIXELS, PLAIN, overwrite=False)
    before = {path: path.read_bytes() for path in tmp_path.iterdir()}
    noise = np.random.default_rng(0).integers(0, 256, (500, 500, 3), dtype=np.uint8)
    with disk_limit(20_000), pytest.raises(SaveError) as caught:
        save_picture(target, noise, Source("noise", noise), overwrite=True)
    assert type(caught.value) is SaveError
    assert f"“{target.name}”" in caught.value.message
    assert isinstance(caught.value.__cause__, OSError)
    assert {path: path.read_bytes() for path in tmp_path.iterdir()} == before


@pytest.mark.parametrize(
    ("name", "pixels", "source"),
    [
        ("wide.jpg", np.zeros((2, 66_000, 3), np.uint8), PLAIN),
        ("wordy.jpg", PIXELS, replace(PLAIN, exif=b"Exif\0\0" + b"x" * 70_000)),
    ],
)
def test_what_a_format_cannot_hold_is_told_and_leaves_nothing(
    tmp_path: Path, name: str, pixels: Pixels, source: Source
) -> None:
    with pytest.raises(SaveError, match=name):
        save_picture(tmp_path / name, pixels, source, overwrite=False)
    assert list(tmp_path.iterdir()) == []


def test_nothing_is_overwritten_unless_asked(tmp_path: Path) -> None:
    target = tmp_path / "result.png"
    target.write_bytes(b"something dear")
    with pytest.raises(WouldOverwrite):
        check_target(target, overwrite=False)
    with pytest.raises(WouldOverwrite):
        save_picture(target, PIXELS, PLAIN, overwrite=False)
    assert target.read_bytes() == b"something dear"
    check_target(target, overwrite=True)
    save_picture(target, PIXELS, PLAIN, overwrite=True)
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
        save_picture(tmp_path / name, PIXELS, PLAIN, overwrite=overwrite)
    assert early.value.full_message == late.value.full_message
    assert sorted(tmp_path.rglob("*")) == before


def test_free_names_are_counted_up(tmp_path: Path) -> None:
    folder = tmp_path / "new" / "results"
    names = [save_free(folder, "fill", PIXELS, PLAIN).name for _ in range(3)]
    assert names == ["fill.png", "fill-2.png", "fill-3.png"]
    (folder / "fill-2.png").unlink()
    assert save_free(folder, "fill", PIXELS, PLAIN) == folder / "fill-2.png"


def save_at_once(folder: Path, count: int) -> list[Path]:
    """`count` pictures of different brightness saved under one name by as many threads."""
    barrier = threading.Barrier(count)
    paths: list[Path] = []

    def save(value: int) -> None:
        pixels = np.full((50, 50, 3), value, np.uint8)
        barrier.wait(timeout=10)
        paths.append(save_free(folder, "fill", pixels, Source("one", pixels)))

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
    assert [save_free(tmp_path, "fill", PIXELS, PLAIN).name for _ in range(2)] == [
        "fill.png",
        "fill-2.png",
    ]
    assert len(list(tmp_path.iterdir())) == 2


def test_a_folder_that_cannot_be_made_is_told(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("in the way")
    with pytest.raises(SaveError, match="results"):
        save_free(tmp_path / "file" / "results", "fill", PIXELS, PLAIN)


def test_reading_tells_how_far_it_is(tmp_path: Path) -> None:
    path = tmp_path / "picture.png"
    save_picture(path, photograph(500, 400), PLAIN, overwrite=False)
    told: list[float] = []
    source = read_source(path, told.append)
    assert source.name == "picture.png"
    assert all(earlier <= later for earlier, later in pairwise(told))
    assert told[0] == pytest.approx(0.1)
    assert told[-1] == pytest.approx(1)
    assert read_thumbnail(path, 100).shape == (80, 100, 3)


def test_what_a_large_jpeg_shows_at_once_is_shown_before_it_is_decoded(tmp_path: Path) -> None:
    path = tmp_path / "large.jpg"
    Image.fromarray(photograph(2000, 1200)).save(path)
    shown: list[Preview] = []
    source = read_source(path, show=shown.append)
    assert [preview.size for preview in shown] == [source.size]
    path.write_bytes(path.read_bytes()[:-1000])
    with pytest.raises(ImageTruncated):
        read_source(path, show=shown.append)
    assert len(shown) == 1


def test_a_picture_knows_the_file_that_it_was_read_from(tmp_path: Path) -> None:
    path = tmp_path / "picture.png"
    save_picture(path, PIXELS, PLAIN, overwrite=False)
    source = read_source(path)
    status = path.stat()
    assert source.origin == Origin(str(path), status.st_size, status.st_mtime_ns)
    assert replace(source, name="a copy").origin is None
    assert replace(source, pixels=255 - source.pixels).origin is None


@pytest.mark.skipif(os.name == "nt", reason="needs a named pipe")
def test_a_picture_from_a_pipe_has_no_file(tmp_path: Path) -> None:
    path, pipe = tmp_path / "picture.png", tmp_path / "pipe.png"
    save_picture(path, PIXELS, PLAIN, overwrite=False)
    os.mkfifo(pipe)
    writer = threading.Thread(target=lambda: pipe.write_bytes(path.read_bytes()))
    writer.start()
    source = read_source(pipe)
    writer.join(timeout=10)
    assert np.array_equal(source.pixels, PIXELS)
    assert source.origin is None


def nothing(path: Path) -> None:
    assert not path.exists()


def loop(path: Path) -> None:
    path.symlink_to(path)


@pytest.mark.parametrize(
    ("make", "error"),
    [
        (nothing, ImageMissing),
        (Path.mkdir, NotAnImage),
        (Path.touch, ImageEmpty),
        (lambda path: path.write_text("no picture"), NotAnImage),
        pytest.param(
            loop, ImageUnreadable, marks=pytest.mark.skipif(os.name == "nt", reason="ELOOP")
        ),
    ],
    ids=["missing", "folder", "empty", "text", "loop"],
)
def test_what_cannot_be_read_is_told_in_one_sentence(
    tmp_path: Path, make: Callable[[Path], object], error: type[FluxfillError]
) -> None:
    path = tmp_path / "picture.png"
    make(path)
    for read in (
        lambda: read_source(path),
        lambda: read_mask(path),
        lambda: read_thumbnail(path, 64),
    ):
        with pytest.raises(error) as caught:
            read()
        assert type(caught.value) is error
        assert "“picture.png”" in caught.value.message
        assert str(tmp_path) not in caught.value.message


@pytest.mark.skipif(
    os.name == "nt" or os.geteuid() == 0, reason="root may read what nobody may read"
)
def test_a_file_without_permission_is_unreadable(tmp_path: Path) -> None:
    path = tmp_path / "picture.png"
    save_picture(path, PIXELS, PLAIN, overwrite=False)
    path.chmod(0)
    with pytest.raises(ImageUnreadable):
        read_source(path)


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


def test_a_mask_for_a_picture_has_its_size(tmp_path: Path) -> None:
    path = tmp_path / "mask.png"
    plane = np.ascontiguousarray(PIXELS[:, :, 0])
    write_mask(path, plane, overwrite=False)
    assert np.array_equal(read_mask(path, Size(60, 40)), plane)
    with pytest.raises(MaskSizeMismatch) as caught:
        read_mask(path, Size(40, 60))
    assert "60 × 40" in caught.value.message
    assert "40 × 60" in caught.value.message
