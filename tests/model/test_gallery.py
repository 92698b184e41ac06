"""The gallery: what a run of an earlier start brought back, and what of it is kept."""

from __future__ import annotations

import asyncio
import gc
import weakref
from dataclasses import replace

import numpy as np
import pytest
from PySide6.QtWidgets import QApplication

from fluxfill_studio.core.blending.composite import Composite, Outcome
from fluxfill_studio.core.errors import JobFileLost
from fluxfill_studio.core.job import Job, JobState
from fluxfill_studio.core.picture.source import Source
from fluxfill_studio.core.schema import ParameterSchema
from fluxfill_studio.model.gallery import Entry, Gallery
from fluxfill_studio.model.tasks import TaskOwner
from tests.pictures import photograph
from tests.qt import QtLoop, emitted
from tests.ui.runs import finished, run


class Shelf:
    """Brings back what it holds, and counts how often."""

    def __init__(self) -> None:
        self.outcomes: dict[str, Outcome] = {}
        self.asked = 0

    async def outcome_of(self, job: Job) -> Outcome:
        self.asked += 1
        if job.id not in self.outcomes:
            raise JobFileLost(name="result.png", reason="r")
        return self.outcomes[job.id]


@pytest.fixture
def tasks(qapp: QApplication) -> TaskOwner:
    return TaskOwner()


@pytest.fixture
def shelf() -> Shelf:
    return Shelf()


@pytest.fixture
def gallery(shelf: Shelf, tasks: TaskOwner) -> Gallery:
    return Gallery(shelf.outcome_of, tasks)


def earlier(schema: ParameterSchema, number: int, shelf: Shelf) -> Entry:
    """A run of an earlier start, of which nothing but its job is known."""
    entry = finished(schema, number)
    assert entry.composite is not None
    assert entry.thumbnail is not None
    shelf.outcomes[entry.id] = Outcome(
        entry.composite, entry.composite.picture(), entry.thumbnail, 0
    )
    return replace(entry, composite=None, thumbnail=None, changed_outside=None)


def test_looking_at_an_earlier_result_brings_it_back(
    gallery: Gallery, shelf: Shelf, tasks: TaskOwner, schema: ParameterSchema, qt_loop: QtLoop
) -> None:
    entry = earlier(schema, 1, shelf)
    gallery.add(entry)

    async def drive() -> None:
        gallery.select(entry.id)
        await emitted(gallery.shown_changed)
        assert gallery.shown is not None
        assert gallery.shown.composite is shelf.outcomes[entry.id].composite
        assert gallery.shown.entry.changed_outside == 0
        assert gallery[entry.id].thumbnail is not None
        assert gallery[entry.id].composite is None
        # What is looked at is at hand.
        assert await gallery.composite_of(entry.id) is gallery.shown.composite
        assert shelf.asked == 1
        gallery.select(None)
        await gallery.composite_of(entry.id)
        assert shelf.asked == 2
        await tasks.close()

    qt_loop.run(drive())


def test_what_cannot_be_brought_back_leaves_what_is_looked_at(
    gallery: Gallery, shelf: Shelf, tasks: TaskOwner, schema: ParameterSchema, qt_loop: QtLoop
) -> None:
    there, lost = earlier(schema, 1, shelf), earlier(schema, 2, shelf)
    gallery.add(there)
    gallery.add(lost)
    del shelf.outcomes[lost.id]

    async def drive() -> None:
        gallery.select(there.id)
        await emitted(gallery.shown_changed)
        gallery.select(lost.id)
        (error,) = await emitted(tasks.failed)
        assert isinstance(error, JobFileLost)
        assert gallery.selected == there.id
        assert gallery.shown is not None
        assert gallery.shown.entry.id == there.id
        # It may be there the next time.
        gallery.select(lost.id)
        await emitted(tasks.failed)
        assert shelf.asked == 3
        await tasks.close()

    qt_loop.run(drive())


def test_something_is_done_with_a_fill_when_it_is_here(
    gallery: Gallery, shelf: Shelf, tasks: TaskOwner, schema: ParameterSchema, qt_loop: QtLoop
) -> None:
    recent, old, lost = finished(schema, 1), earlier(schema, 2, shelf), finished(schema, 3)
    for entry in (recent, old, replace(lost, composite=None)):
        gallery.add(entry)
    fills: list[Composite] = []

    async def drive() -> None:
        gallery.with_composite(recent.id, fills.append)
        gallery.with_composite(old.id, fills.append)
        gallery.with_composite(lost.id, fills.append)
        await emitted(tasks.failed)
        assert recent.composite is not None
        assert [fill.raws for fill in fills] == [
            recent.composite.raws,
            shelf.outcomes[old.id].composite.raws,
        ]
        await tasks.close()

    qt_loop.run(drive())


def test_a_run_that_is_removed_while_it_is_brought_back_stays_away(
    gallery: Gallery, shelf: Shelf, tasks: TaskOwner, schema: ParameterSchema, qt_loop: QtLoop
) -> None:
    entry = earlier(schema, 1, shelf)
    gallery.add(entry)

    async def drive() -> None:
        fills: list[Composite] = []
        gallery.with_composite(entry.id, fills.append)
        gallery.remove(entry.id)
        await tasks.close()
        assert gallery.entries == []

    qt_loop.run(drive())


def arrived(gallery: Gallery, entry: Entry) -> Outcome:
    """What the run of `entry` brings now; its picture can be told from any that is made again."""
    assert entry.composite is not None
    gallery.add(replace(entry, composite=None))
    picture = Source.of("just made", photograph(300, 200, entry.number))
    outcome = Outcome(replace(entry.composite), picture, picture.pixels, 0)
    gallery.finish(entry.job, outcome)
    return outcome


def test_what_has_just_arrived_is_not_made_again_to_be_looked_at(
    gallery: Gallery, tasks: TaskOwner, schema: ParameterSchema, qt_loop: QtLoop
) -> None:
    async def drive() -> None:
        entries = [finished(schema, number) for number in (1, 2)]
        first, second = (arrived(gallery, entry) for entry in entries)
        gallery.select(entries[1].id)
        await emitted(gallery.shown_changed)
        assert gallery.shown is not None
        assert gallery.shown.pyramid.base is second.picture.pixels
        # One at a time is held at its full size.
        gallery.select(entries[0].id)
        await emitted(gallery.shown_changed)
        assert np.array_equal(gallery.shown.pyramid.base, first.composite.picture().pixels)
        gallery.select(entries[1].id)
        await emitted(gallery.shown_changed)
        assert np.array_equal(gallery.shown.pyramid.base, second.composite.picture().pixels)
        await tasks.close()

    qt_loop.run(drive())


def test_what_arrived_is_let_go_when_it_is_removed(
    gallery: Gallery, schema: ParameterSchema
) -> None:
    entry = finished(schema, 1)
    picture = weakref.ref(arrived(gallery, entry).picture.pixels)
    assert picture() is not None
    gallery.remove(entry.id)
    gc.collect()
    assert picture() is None


def test_what_blending_keeps_is_kept_for_what_is_looked_at_only(
    gallery: Gallery, tasks: TaskOwner, schema: ParameterSchema, qt_loop: QtLoop
) -> None:
    async def drive() -> None:
        entries = [finished(schema, number) for number in (1, 2, 3)]
        kept = []
        for entry in entries:
            outcome = arrived(gallery, entry)
            kept.append(weakref.ref(outcome.composite.fills[0]))
            del outcome
        for entry in entries:
            gallery.select(entry.id)
            await emitted(gallery.shown_changed)
            composite = await gallery.composite_of(entry.id)
            kept.append(weakref.ref(composite.fills[0]))
            del composite
        gallery.select(None)
        await tasks.close()
        # What the worker has just done is over soon.
        while any(ref() is not None for ref in kept):
            await asyncio.sleep(0)
            gc.collect()

    qt_loop.run(drive())


def test_numbers_go_on(gallery: Gallery, schema: ParameterSchema) -> None:
    first, second = run(schema, 1), run(schema, 1)
    gallery.restore(replace(first.job, state=JobState.DONE), None)
    gallery.update_job(second.job)
    gallery.update_job(replace(second.job, progress=0.5))
    assert [entry.number for entry in gallery.entries] == [1, 2]
    assert gallery[second.id].job.progress == 0.5
    assert gallery.finished == [gallery[first.id]]
    assert gallery.running == [gallery[second.id]]
