"""Masks from files and into files, with every fault of both, and how they are made to fit."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from PIL import Image

from fluxfill_studio.core.errors import (
    FluxfillError,
    FolderMissing,
    ImageMissing,
    NotAnImage,
    UnknownEnding,
)
from fluxfill_studio.core.geometry import Point, Size
from fluxfill_studio.core.painting.brush import Brush
from fluxfill_studio.core.painting.stroke import Sample
from fluxfill_studio.core.picture.source import Source
from fluxfill_studio.core.schema import ParameterSchema
from fluxfill_studio.core.types import Plane
from fluxfill_studio.model.document import Picture
from fluxfill_studio.model.masks import MaskFile, Masks, fitted
from fluxfill_studio.model.studio import Studio
from tests.pictures import photograph
from tests.qt import QtLoop, emitted
from tests.studios import studio_in

OnStudio = Callable[[Callable[[Studio], Awaitable[None]]], None]
WIDTH, HEIGHT = 300, 200


@pytest.fixture
def on_studio(qt_loop: QtLoop, schema: ParameterSchema, tmp_path: Path) -> OnStudio:
    """Runs a test on the models with a picture of 300 × 200 open."""

    async def drive(body: Callable[[Studio], Awaitable[None]]) -> None:
        studio = studio_in(tmp_path, schema)
        studio.document.show(picture())
        await body(studio)
        await studio.close()

    return lambda body: qt_loop.run(drive(body))


def picture(width: int = WIDTH, height: int = HEIGHT) -> Picture:
    return Picture.of(Source.of("harbour.jpg", photograph(width, height)))


def mask_of(studio: Studio) -> Plane:
    assert studio.document.picture is not None
    return studio.document.picture.mask.pixels


def half_white(width: int = WIDTH, height: int = HEIGHT, share: float = 0.25) -> Plane:
    """White on the left."""
    plane = np.zeros((height, width), np.uint8)
    plane[:, : round(width * share)] = 255
    return plane


def saved(path: Path, plane: Plane) -> Path:
    Image.fromarray(plane).save(path)
    return path


async def outcome(masks: Masks, act: Callable[[], object], *signals: str) -> Any:
    """What the first of the named signals brings; an error that `failed` brings is raised."""
    waits = {asyncio.ensure_future(emitted(getattr(masks, name))) for name in (*signals, "failed")}
    await asyncio.sleep(0)
    act()
    done, late = await asyncio.wait(waits, return_when=asyncio.FIRST_COMPLETED)
    for wait in late:
        wait.cancel()
    await asyncio.gather(*late, return_exceptions=True)
    result = done.pop().result()
    if isinstance(result[0], FluxfillError):
        raise result[0]
    return result


def test_a_fitting_mask_is_taken_at_once_as_one_step(on_studio: OnStudio, tmp_path: Path) -> None:
    plane = half_white()
    plane[50, 200] = 77
    path = saved(tmp_path / "mask.png", plane)

    async def body(studio: Studio) -> None:
        file, inverted = await outcome(
            studio.masks, lambda: studio.masks.read(path), "imported", "doubtful"
        )
        assert (file.name, inverted) == ("mask.png", False)
        assert (mask_of(studio) == plane).all()
        studio.document.undo()
        assert not mask_of(studio).any()
        assert not studio.document.can_undo

    on_studio(body)


@pytest.mark.parametrize(
    ("width", "height", "share", "fits"),
    [(WIDTH, HEIGHT, 0.8, True), (150, 100, 0.2, False), (300, 100, 0.9, False)],
)
def test_a_doubtful_mask_waits_until_it_is_taken(
    on_studio: OnStudio, tmp_path: Path, width: int, height: int, share: float, fits: bool
) -> None:
    plane = half_white(width, height, share)
    path = saved(tmp_path / "mask.png", plane)

    async def body(studio: Studio) -> None:
        masks = studio.masks
        (file,) = await outcome(masks, lambda: masks.read(path), "doubtful", "imported")
        assert isinstance(file, MaskFile)
        assert file.fits is fits
        assert file.size == Size(width, height)
        assert file.white == pytest.approx(share)
        assert max(file.preview.shape) <= 320
        assert not mask_of(studio).any()
        expected = half_white(share=share)
        masks.take(file)
        assert (mask_of(studio) == expected).mean() > 0.99
        masks.take(file, inverted=True)
        assert (mask_of(studio) == 255 - expected).mean() > 0.99

    on_studio(body)


def test_a_mask_for_a_picture_that_has_gone_is_not_taken(
    on_studio: OnStudio, tmp_path: Path
) -> None:
    path = saved(tmp_path / "mask.png", half_white(share=0.8))

    async def body(studio: Studio) -> None:
        masks = studio.masks
        (file,) = await outcome(masks, lambda: masks.read(path), "doubtful")
        studio.document.show(picture())
        taken: list[object] = []
        masks.imported.connect(lambda file, _: taken.append(file))
        masks.take(file)
        assert not mask_of(studio).any()
        assert taken == []

    on_studio(body)


def test_what_cannot_be_read_is_told_and_changes_nothing(
    on_studio: OnStudio, tmp_path: Path
) -> None:
    text = tmp_path / "mask.txt"
    text.write_text("no picture")

    async def body(studio: Studio) -> None:
        masks = studio.masks
        with pytest.raises(ImageMissing):
            await outcome(masks, lambda: masks.read(tmp_path / "gone.png"))
        with pytest.raises(NotAnImage):
            await outcome(masks, lambda: masks.read(text))
        assert not mask_of(studio).any()
        notice = studio.notices.current
        assert notice is not None
        assert isinstance(notice.error, NotAnImage)

    on_studio(body)


def test_the_mask_is_written_with_the_stroke_that_is_being_painted(
    on_studio: OnStudio, tmp_path: Path
) -> None:
    path = tmp_path / "out.png"

    async def body(studio: Studio) -> None:
        masks = studio.masks
        assert masks.suggested_name == "harbour-mask.png"
        studio.document.begin_stroke(Brush(40), Sample(Point(150, 100)))
        assert await outcome(masks, lambda: masks.write(path, overwrite=False), "exported") == (
            path,
        )
        with Image.open(path) as image:
            assert image.mode == "L"
            assert (np.asarray(image) == mask_of(studio)).all()
            assert mask_of(studio).any()
        assert not studio.document.is_painting

    on_studio(body)


def test_what_cannot_be_written_is_told(on_studio: OnStudio, tmp_path: Path) -> None:
    async def body(studio: Studio) -> None:
        masks = studio.masks
        with pytest.raises(UnknownEnding):
            await outcome(masks, lambda: masks.write(tmp_path / "mask.jpg", overwrite=True))
        with pytest.raises(FolderMissing):
            await outcome(masks, lambda: masks.write(tmp_path / "no" / "m.png", overwrite=True))

    on_studio(body)
    assert [file.name for file in tmp_path.iterdir() if file.suffix != ".ini"] == []


def test_without_a_picture_nothing_happens(
    qt_loop: QtLoop, schema: ParameterSchema, tmp_path: Path
) -> None:
    path = saved(tmp_path / "mask.png", half_white())

    async def drive() -> None:
        studio = studio_in(tmp_path, schema)
        studio.masks.read(path)
        studio.masks.write(tmp_path / "out.png", overwrite=True)
        studio.masks.take_transparency()
        studio.masks.take_latest()
        assert studio.masks.suggested_name == "mask.png"
        assert not studio.masks.has_transparency
        assert not studio.masks.has_latest
        await studio.close()
        assert not (tmp_path / "out.png").exists()

    qt_loop.run(drive())


@pytest.mark.parametrize("size", [Size(30, 20), Size(900, 600), Size(150, 400), Size(1, 1)])
def test_a_mask_is_scaled_without_levels_of_its_own(size: Size) -> None:
    plane = half_white(share=0.5)
    result = fitted(plane, size)
    assert result.shape == size.shape
    assert result.mean() == pytest.approx(127.5, abs=2)
    assert (np.diff(result.astype(int), axis=1) <= 0).all()
    assert (fitted(plane, size, inverted=True) == 255 - result).all()


def test_a_mask_of_the_right_size_is_left_as_it_is() -> None:
    plane = half_white()
    assert fitted(plane, Size(WIDTH, HEIGHT)) is plane
