"""The gallery: what a run of an earlier start brought back, and what of it is kept."""

from __future__ import annotations

from dataclasses import replace

import pytest
from PySide6.QtWidgets import QApplication

from fluxfill_studio.core.blending.composite import Composite, Outcome
from fluxfill_studio.core.errors import JobFileLost
from fluxfill_studio.core.job import Job, JobState
from fluxfill_studio.core.schema import ParameterSchema
from fluxfill_studio.model.gallery import Entry, Gallery
from fluxfill_studio.model.tasks import TaskOwner
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
        assert fills == [recent.composite, shelf.outcomes[old.id].composite]
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


def test_numbers_go_on(gallery: Gallery, schema: ParameterSchema) -> None:
    first, second = run(schema, 1), run(schema, 1)
    gallery.restore(replace(first.job, state=JobState.DONE), None)
    gallery.update_job(second.job)
    gallery.update_job(replace(second.job, progress=0.5))
    assert [entry.number for entry in gallery.entries] == [1, 2]
    assert gallery[second.id].job.progress == 0.5
    assert gallery.finished == [gallery[first.id]]
    assert gallery.running == [gallery[second.id]]
