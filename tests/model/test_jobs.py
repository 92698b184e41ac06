"""The jobs of the window: run, restored at the next start, and never begun twice."""

from __future__ import annotations

import asyncio
import gc
import sqlite3
import weakref
from collections.abc import Awaitable, Callable
from contextlib import suppress
from pathlib import Path

import numpy as np
import pytest

from fluxfill_studio.core.errors import (
    KeyUnreadable,
    LedgerError,
    LedgerTooNew,
    MoreRuns,
    ServiceChanged,
    SpendingLimit,
)
from fluxfill_studio.core.geometry import Point, Rect, Size
from fluxfill_studio.core.job import Engine, JobState
from fluxfill_studio.core.key import KeyPlace
from fluxfill_studio.core.painting.mask import MaskEdit
from fluxfill_studio.core.painting.raster import rectangle_region
from fluxfill_studio.core.painting.region import Combine, combine
from fluxfill_studio.core.picture.source import Source
from fluxfill_studio.core.planning.extension import Extension
from fluxfill_studio.core.schema import ParameterSchema
from fluxfill_studio.model import generation
from fluxfill_studio.model.document import Picture
from fluxfill_studio.model.saving import Saving
from fluxfill_studio.model.settings import Limits
from fluxfill_studio.model.studio import Studio
from fluxfill_studio.storage.images import read_source
from tests.faulty_service import FaultyService
from tests.key_stores import RefusingStore, key_store
from tests.pictures import photograph
from tests.qt import QtLoop, emitted
from tests.storage.orders import teach
from tests.studios import studio_in

KEY = "afk_test"
OnStart = Callable[..., None]


@pytest.fixture
def on_start(qt_loop: QtLoop, schema: ParameterSchema, tmp_path: Path) -> OnStart:
    """Runs a part of a test in a start of the program, always in the same folder."""

    async def drive(
        body: Callable[[Studio], Awaitable[None]], service: FaultyService, key: str | None
    ) -> None:
        studio = studio_in(tmp_path, schema, base_url=service.url, key=key)
        picture = Picture.of(Source.of("harbour.jpg", photograph(96, 64)))
        picture.mask.pixels[20:44, 30:70] = 255
        studio.document.show(picture)
        studio.parameters.set("prompt", "a calm sea")
        studio.parameters.set("output_format", "png")
        try:
            await body(studio)
        finally:
            await studio.close()

    def run(
        body: Callable[[Studio], Awaitable[None]], service: FaultyService, key: str | None = KEY
    ) -> None:
        # One test has no ledger.
        with suppress(LedgerError):
            teach(tmp_path / "data", schema, service.url)
        qt_loop.run(drive(body, service, key))

    return run


def states(studio: Studio) -> list[JobState]:
    return [entry.job.state for entry in studio.gallery.entries]


def test_a_result_comes_back_at_the_next_start_until_it_is_saved(
    on_start: OnStart, schema: ParameterSchema, tmp_path: Path
) -> None:
    pictures = []

    async def first(studio: Studio) -> None:
        studio.generation.run()
        (entry_id,) = await emitted(studio.generation.finished)
        composite = studio.gallery[entry_id].composite
        assert composite is not None
        pictures.append(composite.picture())

    async def second(studio: Studio) -> None:
        studio.jobs.load()
        (entry_id,) = await emitted(studio.gallery.added)
        entry = studio.gallery[entry_id]
        assert (entry.is_finished, entry.is_saved, entry.composite) == (True, False, None)
        assert entry.thumbnail is not None
        studio.gallery.select(entry_id)
        await emitted(studio.gallery.shown_changed)
        assert studio.gallery.shown is not None
        assert np.array_equal(studio.gallery.shown.pyramid.base, pictures[0].pixels)
        assert studio.gallery[entry_id].changed_outside == 0
        saving = Saving(studio.gallery[entry_id], studio.gallery.shown.composite)
        studio.saver.save(saving, tmp_path / "out.png")
        while not studio.gallery[entry_id].is_saved:
            await emitted(studio.gallery.changed)
        assert np.array_equal(read_source(tmp_path / "out.png").pixels, pictures[0].pixels)

    async def third(studio: Studio) -> None:
        await studio.jobs.ready()
        studio.jobs.load()
        studio.generation.run()
        await emitted(studio.generation.finished)
        assert len(studio.gallery.entries) == 1, "the saved one is on the user's disk"

    with FaultyService(schema) as service:
        for start in (first, second, third):
            on_start(start, service)
        assert len(service.account.jobs) == 2


def test_a_run_goes_on_after_the_window_was_closed(
    on_start: OnStart, schema: ParameterSchema
) -> None:
    async def first(studio: Studio) -> None:
        studio.generation.run()
        await until(studio, JobState.WAITING)

    async def second(studio: Studio) -> None:
        studio.jobs.load()
        (entry_id,) = await emitted(studio.generation.finished)
        assert studio.gallery[entry_id].changed_outside == 0

    with FaultyService(schema) as service:
        on_start(first, service)
        on_start(second, service)
        assert service.account.charged == schema.credits_per_run


def test_a_job_of_another_service_waits_until_that_is_set_again(
    on_start: OnStart, schema: ParameterSchema
) -> None:
    async def first(studio: Studio) -> None:
        studio.generation.run()
        await until(studio, JobState.WAITING)

    async def elsewhere(studio: Studio) -> None:
        studio.jobs.load()
        (error,) = await emitted(studio.generation.failed)
        assert isinstance(error, ServiceChanged)

    async def back(studio: Studio) -> None:
        studio.jobs.load()
        (entry_id,) = await emitted(studio.gallery.added)
        studio.generation.resume(entry_id)
        await emitted(studio.generation.finished)

    with FaultyService(schema) as service, FaultyService(schema) as other:
        on_start(first, service)
        on_start(elsewhere, other)
        assert other.account.jobs == {}
        on_start(back, service)
        assert len(service.account.jobs) == 1


def test_a_key_store_that_is_locked_is_asked_once_for_all_runs_of_a_start(
    on_start: OnStart, schema: ParameterSchema, tmp_path: Path
) -> None:
    store = RefusingStore()
    store.answered.set()

    async def first(studio: Studio) -> None:
        store.is_open = True
        await studio.account.set_key(KEY, KeyPlace.KEY_STORE)
        store.is_open = False
        studio.generation.run(variants=4)
        while states(studio)[:1] != [JobState.WAITING] or len(states(studio)) < 4:
            await emitted(studio.gallery.changed)

    async def second(studio: Studio) -> None:
        studio.look_up_account()
        studio.jobs.load()
        while states(studio) != [JobState.FAILED] * 4:
            await emitted(studio.gallery.changed if states(studio) else studio.gallery.added)
        assert all(isinstance(e.job.error, KeyUnreadable) for e in studio.gallery.entries)
        assert store.times == 1
        # The user has unlocked it meanwhile, and says so by going on.
        store.is_open = True
        studio.generation.resume(studio.gallery.entries[0].id)
        while states(studio)[0] is not JobState.WAITING:
            await emitted(studio.gallery.changed)

    with FaultyService(schema) as service, key_store(store):
        on_start(first, service)
        on_start(second, service, key=None)


@pytest.mark.parametrize(("pause", "runs"), [(0.0, 2), (0.6, 1)])
def test_a_double_press_is_one_run(
    on_start: OnStart,
    schema: ParameterSchema,
    monkeypatch: pytest.MonkeyPatch,
    pause: float,
    runs: int,
) -> None:
    monkeypatch.setattr(generation, "_DOUBLE_CLICK", pause)

    async def body(studio: Studio) -> None:
        studio.account.choose(Engine.LOCAL)
        studio.generation.run()
        studio.generation.run()
        while states(studio) != [JobState.DONE] * runs:
            await emitted(studio.gallery.changed)

    with FaultyService(schema) as service:
        on_start(body, service)


def test_variants_are_runs_with_seeds_that_follow(
    on_start: OnStart, schema: ParameterSchema
) -> None:
    async def body(studio: Studio) -> None:
        studio.account.choose(Engine.LOCAL)
        studio.parameters.set("seed", 41)
        studio.generation.run(variants=3)
        while states(studio) != [JobState.DONE] * 3:
            await emitted(studio.gallery.changed)
        seeds = [entry.job.request.seed for entry in studio.gallery.entries]
        assert seeds == [41, 42, 43]

    with FaultyService(schema) as service:
        on_start(body, service)


def test_a_limit_of_the_users_own_is_kept_with_what_is_under_way(
    on_start: OnStart, schema: ParameterSchema
) -> None:
    async def body(studio: Studio) -> None:
        price = schema.credits_per_run
        studio.account.set_limits(Limits(per_day=2 * price))
        studio.generation.run(variants=3)
        (error,) = await emitted(studio.generation.failed)
        assert isinstance(error, SpendingLimit)
        assert states(studio) == []

    with FaultyService(schema) as service:
        on_start(body, service)
        assert service.account.jobs == {}


def test_the_limit_counts_all_parts_of_what_is_under_way(
    on_start: OnStart, schema: ParameterSchema
) -> None:
    async def body(studio: Studio) -> None:
        studio.parameters.set("mode", "outpaint")
        studio.framing.set_extension(Extension(right=200))
        assert studio.framing.steps == 2
        studio.account.set_limits(Limits(per_day=3 * schema.credits_per_run))
        studio.generation.run()
        await emitted(studio.gallery.added)
        (entry,) = studio.gallery.entries
        while studio.gallery[entry.id].job.part == 0:
            await emitted(studio.gallery.changed)
        # One part is charged already, one is not; a third run is possible, and no fourth.
        studio.framing.set_extension(Extension(right=210))
        assert studio.framing.steps == 2
        studio.generation.run()
        (error,) = await emitted(studio.generation.failed)
        assert isinstance(error, SpendingLimit)
        assert len(studio.gallery.entries) == 1
        while not studio.gallery[entry.id].is_finished:
            await emitted(studio.gallery.changed)

    with FaultyService(schema) as service:
        on_start(body, service)
        assert service.account.charged == 2 * schema.credits_per_run


def test_the_limit_holds_for_what_goes_on_unless_that_is_sent_already(
    on_start: OnStart, schema: ParameterSchema
) -> None:
    async def body(studio: Studio) -> None:
        price = schema.credits_per_run
        studio.generation.run()
        await until(studio, JobState.WAITING)
        (entry,) = studio.gallery.entries
        studio.generation.stop(entry.id)
        await until(studio, JobState.STOPPED)
        studio.account.set_limits(Limits(per_day=price - 1))
        studio.generation.resume(entry.id)
        await until(studio, JobState.DONE)
        # Stopped before it was sent.
        studio.account.set_limits(Limits(per_day=2 * price))
        studio.parameters.set("seed", 2)
        studio.generation.run()
        await emitted(studio.gallery.added)
        unsent = studio.gallery.entries[-1].id
        studio.generation.stop(unsent)
        while studio.gallery[unsent].job.state is not JobState.STOPPED:
            await emitted(studio.gallery.changed)
        assert studio.gallery[unsent].job.unsent_parts == 1
        studio.account.set_limits(Limits(per_day=2 * price - 1))
        studio.generation.resume(unsent)
        (error,) = await emitted(studio.generation.failed)
        assert isinstance(error, SpendingLimit)
        assert studio.gallery[unsent].job.state is JobState.STOPPED
        assert studio.gallery[unsent].job.can_resume

    with FaultyService(schema) as service:
        on_start(body, service)
        assert service.account.charged == schema.credits_per_run


def test_runs_that_are_begun_again_at_once_do_not_pass_the_limit_together(
    on_start: OnStart, schema: ParameterSchema
) -> None:
    async def body(studio: Studio) -> None:
        price = schema.credits_per_run
        studio.parameters.set("prompt", "fail: out of memory")
        studio.generation.run(variants=3)
        while states(studio) != [JobState.FAILED] * 3:
            await emitted(studio.gallery.changed if states(studio) else studio.gallery.added)
        studio.account.set_limits(Limits(per_day=2 * price))
        refused: list[object] = []
        studio.generation.failed.connect(refused.append)
        for entry in studio.gallery.entries:
            studio.generation.again(entry.id)
        while states(studio) != [JobState.FAILED] * 5:
            await emitted(studio.gallery.changed)
        assert sum(isinstance(error, SpendingLimit) for error in refused) == 1

    with FaultyService(schema) as service:
        on_start(body, service)


def test_a_result_of_a_picture_that_is_closed_is_left_to_the_disk(
    on_start: OnStart, schema: ParameterSchema
) -> None:
    async def body(studio: Studio) -> None:
        studio.document.show(Picture.of(Source.of("harbour.jpg", photograph(96, 64))))
        assert studio.document.picture is not None
        source = weakref.ref(studio.document.picture.source)
        studio.document.picture.mask.pixels[20:44, 30:70] = 255
        studio.generation.run()
        (entry_id,) = await emitted(studio.generation.finished)
        entry = studio.gallery[entry_id]
        assert entry.composite is not None
        expected = entry.composite.picture().pixels
        del entry
        studio.document.show(Picture.of(Source.of("another.jpg", photograph(30, 20))))
        # What has just been done with it is over.
        while source() is not None:
            await asyncio.sleep(0)
            gc.collect()
        studio.gallery.select(entry_id)
        await emitted(studio.gallery.shown_changed)
        assert studio.gallery.shown is not None
        assert np.array_equal(studio.gallery.shown.pyramid.base, expected)

    with FaultyService(schema) as service:
        on_start(body, service)


def test_no_run_costs_more_than_was_told(on_start: OnStart, schema: ParameterSchema) -> None:
    size = Size(4800, 400)

    def painted(x: int) -> Callable[[MaskEdit], Rect]:
        region = rectangle_region(Point(x, 100), Point(x + 200, 300), size)
        return lambda edit: combine(edit, region, Combine.ADD)

    async def body(studio: Studio) -> None:
        source = Source.of("wall.png", np.tile(photograph(600, 400), (1, 8, 1)))
        studio.document.show(Picture.of(source))
        studio.sending.set_apart(True)
        studio.document.change(painted(300))
        while studio.sending.preview is None:
            await emitted(studio.sending.changed)
        # Ctrl+Enter right after a stroke, when the price is not that of two areas yet.
        studio.document.change(painted(4300))
        assert studio.sending.runs == 1
        studio.generation.run()
        (error,) = await emitted(studio.generation.failed)
        assert isinstance(error, MoreRuns)
        assert states(studio) == []
        while studio.sending.runs == 1:
            await emitted(studio.sending.changed)
        studio.generation.run()
        await emitted(studio.gallery.added)
        assert len(studio.gallery.entries[0].job.plans) == 2

    with FaultyService(schema) as service:
        on_start(body, service)


def test_without_a_ledger_nothing_is_sent(
    on_start: OnStart, schema: ParameterSchema, tmp_path: Path
) -> None:
    (tmp_path / "data").mkdir()
    other = sqlite3.connect(tmp_path / "data" / "ledger.sqlite3")
    other.execute("PRAGMA user_version = 999")
    other.close()

    async def body(studio: Studio) -> None:
        studio.generation.run()
        (error,) = await emitted(studio.generation.failed)
        assert isinstance(error, LedgerTooNew)
        assert error.advice

    with FaultyService(schema) as service:
        on_start(body, service)
        assert service.account.uploads == {}


async def until(studio: Studio, state: JobState) -> None:
    """Wait until the one job stands in a state."""
    while states(studio) != [state]:
        await emitted(studio.gallery.changed if states(studio) else studio.gallery.added)
