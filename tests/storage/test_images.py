"""Pictures from the disk: whole or not at all, with all that the program needs to know."""

from __future__ import annotations

import os
import threading
from collections.abc import Callable
from dataclasses import replace
from itertools import pairwise
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from fluxfill_studio.core.errors import (
    FluxfillError,
    ImageEmpty,
    ImageMissing,
    ImageTruncated,
    ImageUnreadable,
    MaskSizeMismatch,
    NotAnImage,
)
from fluxfill_studio.core.files.preview import Preview
from fluxfill_studio.core.geometry import Size
from fluxfill_studio.core.picture.source import Origin, Source
from fluxfill_studio.storage.images import read_mask, read_source, read_thumbnail
from fluxfill_studio.storage.saving import save_picture, write_mask
from tests.pictures import photograph

PIXELS = photograph(60, 40)
PLAIN = Source.of("a picture", PIXELS)


def test_reading_tells_how_far_it_is(tmp_path: Path) -> None:
    path = tmp_path / "picture.png"
    save_picture(path, Source.of("large", photograph(500, 400)), overwrite=False)
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
    save_picture(path, PLAIN, overwrite=False)
    source = read_source(path)
    status = path.stat()
    assert source.origin == Origin(str(path), status.st_size, status.st_mtime_ns)
    assert replace(source, name="a copy").origin is None
    assert replace(source, pixels=255 - source.pixels).origin is None


@pytest.mark.skipif(os.name == "nt", reason="needs a named pipe")
def test_a_picture_from_a_pipe_has_no_file(tmp_path: Path) -> None:
    path, pipe = tmp_path / "picture.png", tmp_path / "pipe.png"
    save_picture(path, PLAIN, overwrite=False)
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
    save_picture(path, PLAIN, overwrite=False)
    path.chmod(0)
    with pytest.raises(ImageUnreadable):
        read_source(path)


def test_a_mask_for_a_picture_has_its_size(tmp_path: Path) -> None:
    path = tmp_path / "mask.png"
    plane = np.ascontiguousarray(PIXELS[:, :, 0])
    write_mask(path, plane, overwrite=False)
    assert np.array_equal(read_mask(path, Size(60, 40)), plane)
    with pytest.raises(MaskSizeMismatch) as caught:
        read_mask(path, Size(40, 60))
    assert "60 × 40" in caught.value.message
    assert "40 × 60" in caught.value.message
