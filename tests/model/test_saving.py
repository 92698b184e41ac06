"""Saving results: the names that are suggested, what is told before, and what is written."""

from __future__ import annotations

import asyncio
import gc
import weakref
from collections.abc import Awaitable, Callable
from dataclasses import replace
from functools import partial
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from PySide6.QtCore import SignalInstance

from fluxfill_studio.core.blending.compose import Blend
from fluxfill_studio.core.blending.composite import Composite
from fluxfill_studio.core.errors import PictureTooLarge, UnknownEnding
from fluxfill_studio.core.picture.samples import Samples
from fluxfill_studio.core.picture.source import Source
from fluxfill_studio.core.schema import ParameterSchema
from fluxfill_studio.jobs.preparing import plan_run
from fluxfill_studio.model.saving import SaveQuestion, Saver, Saving
from fluxfill_studio.model.studio import Studio
from fluxfill_studio.storage.formats import SAVE_FORMATS, Loss
from fluxfill_studio.storage.images import read_source
from tests.pictures import photograph
from tests.qt import QtLoop, emitted
from tests.studios import studio_in
from tests.ui.runs import finished, run

Run = Callable[[Callable[[], Awaitable[None]]], None]

PIXELS = photograph(300, 200)
CMYK = np.dstack([255 - PIXELS, np.zeros((200, 300), np.uint8)])
ALPHA = np.full((200, 300), 40000, np.uint16)
SOURCES = {
    "plain": Source.of("harbour.jpg", PIXELS),
    "grey": Source("harbour.png", Samples(PIXELS[..., :1].copy()), PIXELS),
    "deep": Source("harbour.tif", Samples(PIXELS.astype(np.uint16) * 257, ALPHA), PIXELS),
    "cmyk": Source("harbour.tif", Samples(CMYK), PIXELS, dpi=(300, 300)),
}


@pytest.fixture
def studio(schema: ParameterSchema, tmp_path: Path, qapp: object) -> Studio:
    return studio_in(tmp_path, schema, base_url="http://127.0.0.1:9")


@pytest.fixture
def running(studio: Studio, qt_loop: QtLoop) -> Run:
    async def drive(body: Callable[[], Awaitable[None]]) -> None:
        await body()
        await studio.close()

    return lambda body: qt_loop.run(drive(body))


def saving_of(schema: ParameterSchema, source: Source) -> Saving:
    entry = finished(schema, 3, on=source)
    assert entry.composite is not None
    return Saving(entry, entry.composite)


async def asked(saver: Saver, saving: Saving, path: Path) -> tuple[str, ...]:
    """What is told before `path` is written; nothing where it was written without a question."""
    outcome: asyncio.Future[SaveQuestion | Path] = asyncio.get_running_loop().create_future()

    def settle(told: SaveQuestion | Path) -> None:
        outcome.set_result(told)

    for signal in (saver.doubtful, saver.saved):
        signal.connect(settle)
    saver.propose(saving, path)
    told = await outcome
    for signal in (saver.doubtful, saver.saved):
        signal.disconnect(settle)
    if isinstance(told, SaveQuestion):
        assert (told.saving, told.path) == (saving, path)
        return told.lost
    assert told == path
    return ()


async def after(signal: SignalInstance, action: Callable[[], object]) -> Any:
    """Do what `signal` follows upon; returns what it tells."""
    waiting = asyncio.ensure_future(emitted(signal))
    await asyncio.sleep(0)
    action()
    (told,) = await waiting
    return told


@pytest.mark.parametrize(
    ("source", "name"),
    [
        ("plain", "harbour inpaint 3.png"),
        ("grey", "harbour inpaint 3.png"),
        ("deep", "harbour inpaint 3.png"),
        ("cmyk", "harbour inpaint 3.tif"),
    ],
)
def test_the_suggested_format_keeps_everything(
    studio: Studio,
    schema: ParameterSchema,
    running: Run,
    tmp_path: Path,
    source: str,
    name: str,
) -> None:
    entry = finished(schema, 3, on=SOURCES[source])
    studio.gallery.add(entry)

    async def body() -> None:
        saver = studio.saver
        saving = await after(saver.prepared, lambda: saver.prepare(entry.id))
        assert saving.name == name
        assert await asked(studio.saver, saving, tmp_path / name) == ()
        written, meant = read_source(tmp_path / name), await saving.picture()
        assert np.array_equal(written.samples.values, meant.samples.values)
        assert written.samples.depth == SOURCES[source].samples.depth

    running(body)


@pytest.mark.parametrize(
    ("source", "ending", "lost"),
    [
        ("plain", ".webp", []),
        ("plain", ".jpg", [Loss.RECOMPRESSED]),
        ("deep", ".tif", []),
        ("deep", ".WEBP", [Loss.DEPTH]),
        ("deep", ".jpeg", [Loss.DEPTH, Loss.ALPHA, Loss.RECOMPRESSED]),
        ("cmyk", ".png", [Loss.CMYK_TO_RGB]),
        ("cmyk", ".avif", [Loss.CMYK_TO_RGB, Loss.RESOLUTION]),
    ],
)
def test_what_a_format_does_not_keep_is_told_before_anything_is_written(
    studio: Studio,
    schema: ParameterSchema,
    running: Run,
    tmp_path: Path,
    source: str,
    ending: str,
    lost: list[Loss],
) -> None:
    saving = saving_of(schema, SOURCES[source])
    path = tmp_path / f"out{ending}"

    async def body() -> None:
        told = await asked(studio.saver, saving, path)
        assert list(told) == [loss.value for loss in lost]
        assert path.exists() == (not lost)
        if lost:
            saver = studio.saver
            assert await after(saver.saved, lambda: saver.save(saving, path)) == path
        assert read_source(path).size == SOURCES[source].size

    running(body)


def test_of_what_came_without_the_source_only_its_own_losses_are_told(
    studio: Studio,
    schema: ParameterSchema,
    running: Run,
    tmp_path: Path,
) -> None:
    """Such an outpaint is 8-bit RGB already, whatever its source is."""
    source = replace(SOURCES["cmyk"], dpi=None)
    raw = np.full((200, 450, 3), 90, np.uint8)
    composite = Composite.of(plan_run(source, None), [raw], Blend())
    saving = Saving(finished(schema, 3, on=source), composite)

    async def body() -> None:
        assert saving.keeper.name == "TIFF"
        assert await asked(studio.saver, saving, tmp_path / "out.png") == ()

    running(body)


def test_another_format_is_looked_at_without_making_the_picture_again(
    studio: Studio,
    schema: ParameterSchema,
    running: Run,
    tmp_path: Path,
) -> None:
    saving = saving_of(schema, SOURCES["deep"])

    async def body() -> None:
        made = await saving.picture()
        for ending in SAVE_FORMATS:
            await asked(studio.saver, saving, tmp_path / f"out{ending}")
            assert await saving.picture() is made

    running(body)


def test_a_question_suggests_the_chosen_name_in_the_format_that_keeps_everything(
    studio: Studio,
    schema: ParameterSchema,
    running: Run,
    tmp_path: Path,
) -> None:
    saving = saving_of(schema, SOURCES["cmyk"])

    async def body() -> None:
        saver, path = studio.saver, tmp_path / "final v1.2.jpg"
        question = await after(saver.doubtful, lambda: saver.propose(saving, path))
        assert question.other_name == "final v1.2.tif"
        assert (question.format.name, question.saving.keeper.name) == ("JPEG", "TIFF")

    running(body)


def test_what_will_be_refused_is_not_asked_about(
    studio: Studio,
    schema: ParameterSchema,
    running: Run,
    tmp_path: Path,
) -> None:
    wide = replace(Source.of("wide.png", np.zeros((200, 16384, 3), np.uint8)), dpi=(300, 300))
    cases = (("a.xyz", SOURCES["deep"], UnknownEnding), ("a.webp", wide, PictureTooLarge))

    async def body() -> None:
        for name, source, refusal in cases:
            saving = saving_of(schema, source)
            propose = partial(studio.saver.propose, saving, tmp_path / name)
            assert type(await after(studio.saver.failed, propose)) is refusal

    running(body)


def test_quality_is_jpegs(
    studio: Studio,
    schema: ParameterSchema,
    running: Run,
    tmp_path: Path,
) -> None:
    saving = saving_of(schema, SOURCES["plain"])

    async def body() -> None:
        sizes = []
        for quality in (20, 90):
            save = partial(studio.saver.save, saving, tmp_path / "out.jpg", quality=quality)
            await after(studio.saver.saved, save)
            sizes.append((tmp_path / "out.jpg").stat().st_size)
        assert sizes[0] < sizes[1] / 2

    running(body)


def test_a_picture_that_is_not_saved_after_all_is_let_go(
    studio: Studio,
    schema: ParameterSchema,
    running: Run,
    tmp_path: Path,
) -> None:
    async def give_up() -> weakref.ref[Source]:
        saving = saving_of(schema, SOURCES["plain"])
        assert await asked(studio.saver, saving, tmp_path / "out.jpg")
        return weakref.ref(await saving.picture())

    async def body() -> None:
        kept = await give_up()
        # What woke this task, and the worker until its next turn, hold what they were told.
        while kept() is not None:
            await asyncio.sleep(0)
            gc.collect()

    running(body)


def test_only_what_is_finished_is_saved(studio: Studio, schema: ParameterSchema) -> None:
    entry = run(schema, 1)
    studio.gallery.add(entry)
    with pytest.raises(ValueError, match="finished"):
        studio.saver.prepare(entry.id)
