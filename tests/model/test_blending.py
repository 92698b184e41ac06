"""Blending again: what is shown, saved and recorded is the newest blend, and each can be undone."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from dataclasses import replace

import numpy as np
import pytest
from PySide6.QtWidgets import QApplication

from fluxfill_studio.core.blending.compose import Blend
from fluxfill_studio.core.blending.composite import Composite, Outcome
from fluxfill_studio.core.blending.matching import Match
from fluxfill_studio.core.errors import JobFileLost, LedgerError
from fluxfill_studio.core.geometry import Point, Rect, Size
from fluxfill_studio.core.job import Job
from fluxfill_studio.core.planning.sent import GROWTH
from fluxfill_studio.core.schema import ParameterSchema
from fluxfill_studio.core.types import Pixels
from fluxfill_studio.core.view.viewport import Viewport
from fluxfill_studio.model.blending import Blending
from fluxfill_studio.model.gallery import Entry, Gallery
from fluxfill_studio.model.tasks import TaskOwner
from tests.qt import QtLoop, emitted
from tests.ui.runs import finished, outpainted

WHOLE = Viewport.fitted(Size(300, 200), Size(300, 200))


class Studio:
    """A gallery of results, one of which is blended, and what is recorded of that."""

    def __init__(self, schema: ParameterSchema) -> None:
        self.tasks = TaskOwner()
        self.gallery = Gallery(self._bring_back, self.tasks)
        self.blending = Blending(self.gallery, self._note, self.tasks)
        self.noted: list[tuple[str, Blend]] = []
        self.disk_error: LedgerError | None = None
        self.kept: dict[str, Composite] = {}
        self.first, self.second = finished(schema, 1), finished(schema, 2)

    async def look_at(self, entry: Entry) -> None:
        if entry.id not in self.gallery:
            self.gallery.add(entry)
        self.gallery.select(entry.id)
        await emitted(self.gallery.shown_changed)

    async def made(self) -> None:
        """Wait until the whole picture is made."""
        while not self.blending.is_made:
            await emitted(self.blending.changed)

    @property
    def shown(self) -> Pixels:
        """What the result that is looked at shows at its full size."""
        assert self.gallery.shown is not None
        return np.asarray(self.gallery.shown.pyramid.base, np.uint8)

    async def _note(self, job_id: str, blend: Blend, thumbnail: Pixels) -> None:
        if self.disk_error is not None:
            raise self.disk_error
        assert max(thumbnail.shape) == 300
        self.noted.append((job_id, blend))
        self.gallery.update_job(replace(self.gallery[job_id].job, blend=blend))

    async def _bring_back(self, job: Job) -> Outcome:
        composite = self.kept[job.id].blended(job.blend)
        picture, changed = composite.checked_picture()
        return Outcome(composite, picture, picture.pixels, changed)


InStudio = Callable[[Callable[[Studio], Awaitable[None]]], None]


@pytest.fixture
def in_studio(schema: ParameterSchema, qapp: QApplication, qt_loop: QtLoop) -> InStudio:
    def run(body: Callable[[Studio], Awaitable[None]]) -> None:
        async def drive() -> None:
            studio = Studio(schema)
            await body(studio)
            await studio.tasks.close()

        qt_loop.run(drive())

    return run


def picture(entry: Entry, blend: Blend) -> Pixels:
    assert entry.composite is not None
    return entry.composite.blended(blend).picture().pixels


def blend_of(entry: Entry) -> Blend | None:
    return None if entry.composite is None else entry.composite.blend


def test_the_part_in_view_comes_at_once_and_the_whole_when_the_hand_rests(
    in_studio: InStudio,
) -> None:
    blend = Blend(12, 2, Match.MEAN, 0.5)

    async def body(studio: Studio) -> None:
        blending = studio.blending
        await studio.look_at(studio.first)
        corner = Viewport.fitted(Size(300, 200), Size(130, 100)).zoomed(1.0, Point(65, 50))
        blending.look_through(corner)
        first = studio.shown.copy()
        assert np.array_equal(first, picture(studio.first, Blend()))
        blending.hold()
        blending.set(blend)
        (area,) = await emitted(blending.previewed)
        expected = picture(studio.first, blend)
        assert Rect(0, 0, 300, 200) != area
        assert np.array_equal(studio.shown[area.slices], expected[area.slices])
        assert not blending.is_made
        assert studio.noted == []
        blending.release()
        await studio.made()
        assert np.array_equal(studio.shown, expected)
        assert studio.gallery.shown is not None
        assert studio.gallery.shown.composite.blend == blend
        entry = studio.gallery[studio.first.id]
        assert entry.changed_outside == 0
        assert entry.thumbnail is not None
        assert np.array_equal(entry.thumbnail, expected)
        assert studio.noted == [(entry.id, blend)]

    in_studio(body)


def test_the_newest_value_wins(in_studio: InStudio) -> None:
    async def body(studio: Studio) -> None:
        blending = studio.blending
        await studio.look_at(studio.first)
        blending.look_through(WHOLE)
        shown: list[Pixels] = []
        blending.previewed.connect(lambda _: shown.append(studio.shown.copy()))
        for feather in range(1, 40):
            blending.set(Blend(feather))
        await studio.made()
        assert len(shown) <= 2, "what is overtaken is not blended"
        assert np.array_equal(shown[-1], picture(studio.first, Blend(39)))
        assert studio.noted == [(studio.first.id, Blend(39))]

    in_studio(body)


def test_whoever_asks_meanwhile_gets_what_is_shown(in_studio: InStudio) -> None:
    async def body(studio: Studio) -> None:
        await studio.look_at(studio.first)
        for opacity in (0.5, 0.25):
            studio.blending.set(Blend(opacity=opacity))
            composite = await studio.gallery.composite_of(studio.first.id)
            assert composite.blend.opacity == opacity
        await studio.made()
        composite = await studio.gallery.composite_of(studio.first.id)
        assert composite.blend == Blend(opacity=0.25)

    in_studio(body)


def test_a_drag_is_one_step(in_studio: InStudio) -> None:
    async def body(studio: Studio) -> None:
        blending = studio.blending
        await studio.look_at(studio.first)
        assert not blending.can_undo
        for start in (0, 20):
            blending.hold()
            for feather in range(start, start + 10):
                blending.set(Blend(feather))
            blending.release()
        assert blending.blend == Blend(29)
        blending.undo()
        assert blending.blend == Blend(9)
        blending.undo()
        assert blending.blend == Blend()
        assert not blending.can_undo
        blending.undo()
        assert blending.blend == Blend()
        blending.redo()
        assert blending.blend == Blend(9)
        blending.redo()
        assert blending.blend == Blend(29)
        assert not blending.can_redo
        await studio.made()
        assert np.array_equal(studio.shown, picture(studio.first, Blend(29)))
        assert studio.noted[-1] == (studio.first.id, Blend(29))

    in_studio(body)


def test_changes_of_one_value_are_one_step_until_the_hand_rests(in_studio: InStudio) -> None:
    async def body(studio: Studio) -> None:
        blending = studio.blending
        await studio.look_at(studio.first)
        for blend in (Blend(3), Blend(30), Blend(30, 4), Blend(30, 5)):
            blending.set(blend)
        blending.undo()
        assert blending.blend == Blend(30)
        blending.undo()
        assert blending.blend == Blend()
        blending.set(Blend(match=Match.NONE))
        assert not blending.can_redo, "another way was taken"
        await studio.made()
        blending.set(Blend(match=Match.MEAN))
        await studio.made()
        blending.undo()
        assert blending.blend == Blend(match=Match.NONE)
        blending.undo()
        assert blending.blend == Blend()
        await studio.made()

    in_studio(body)


def test_a_result_that_is_left_is_finished_and_keeps_its_steps(in_studio: InStudio) -> None:
    async def body(studio: Studio) -> None:
        blending = studio.blending
        await studio.look_at(studio.first)
        blending.set(Blend(opacity=0))
        await studio.look_at(studio.second)
        assert blending.blend == Blend()
        assert not blending.can_undo
        while blend_of(studio.gallery[studio.first.id]) != Blend(opacity=0):
            await emitted(studio.gallery.changed)
        assert studio.noted == [(studio.first.id, Blend(opacity=0))]
        assert np.array_equal(studio.shown, picture(studio.second, Blend()))
        await studio.look_at(studio.first)
        assert blending.blend == Blend(opacity=0)
        assert blending.is_made
        assert studio.first.composite is not None
        assert np.array_equal(studio.shown, studio.first.composite.source.pixels)
        blending.undo()
        assert blending.blend == Blend()
        await studio.made()

    in_studio(body)


def test_one_of_an_earlier_start_comes_from_the_disk_as_it_was_blended(
    in_studio: InStudio,
) -> None:
    async def body(studio: Studio) -> None:
        entry = studio.first
        assert entry.composite is not None
        studio.kept[entry.id] = entry.composite
        await studio.look_at(replace(entry, composite=None))
        studio.blending.set(Blend(7))
        await studio.look_at(studio.second)
        # While it is being made too.
        assert (await studio.gallery.composite_of(entry.id)).blend == Blend(7)
        while studio.gallery[entry.id].thumbnail is entry.thumbnail:
            await emitted(studio.gallery.changed)
        assert studio.gallery[entry.id].composite is None, "the memory is for what is looked at"
        assert (await studio.gallery.composite_of(entry.id)).blend == Blend(7)

    in_studio(body)


def test_what_cannot_be_recorded_is_told_and_shown_all_the_same(in_studio: InStudio) -> None:
    async def body(studio: Studio) -> None:
        entry = studio.first
        assert entry.composite is not None
        studio.kept[entry.id] = entry.composite
        studio.disk_error = JobFileLost(name="thumbnail.png", reason="r")
        told: list[object] = []
        studio.blending.failed.connect(told.append)
        await studio.look_at(replace(entry, composite=None))
        studio.blending.set(Blend(7))
        await studio.made()
        assert told == [studio.disk_error]
        assert np.array_equal(studio.shown, picture(entry, Blend(7)))
        await studio.look_at(studio.second)
        assert (await studio.gallery.composite_of(entry.id)).blend == Blend(7)

    in_studio(body)


def test_the_end_of_the_program_does_not_lose_what_was_just_set(in_studio: InStudio) -> None:
    async def body(studio: Studio) -> None:
        await studio.look_at(studio.first)
        studio.blending.hold()
        studio.blending.set(Blend(7))
        await studio.blending.close()
        assert studio.noted == [(studio.first.id, Blend(7))]
        await studio.blending.close()
        assert len(studio.noted) == 1

    in_studio(body)


def test_one_that_is_removed_meanwhile_stays_away(in_studio: InStudio) -> None:
    async def body(studio: Studio) -> None:
        await studio.look_at(studio.first)
        studio.blending.set(Blend(7))
        studio.gallery.remove(studio.first.id)
        assert studio.blending.blend is None
        studio.blending.set(Blend(8))
        await studio.look_at(studio.second)
        studio.blending.set(Blend(9))
        await studio.made()
        assert studio.noted == [(studio.second.id, Blend(9))]
        assert [entry.id for entry in studio.gallery.entries] == [studio.second.id]

    in_studio(body)


def test_an_outpaint_is_not_blended(in_studio: InStudio, schema: ParameterSchema) -> None:
    async def body(studio: Studio) -> None:
        await studio.look_at(outpainted(schema, 3))
        blending = studio.blending
        assert blending.blend is None
        assert not blending.can_undo
        blending.set(Blend(7))
        blending.undo()
        blending.look_through(WHOLE)
        await asyncio.sleep(0)
        assert blending.is_made
        assert (blending.most_growth, blending.chosen_feather) == (0, 0)

    in_studio(body)


def test_what_the_controls_need_to_know(in_studio: InStudio) -> None:
    async def body(studio: Studio) -> None:
        await studio.look_at(studio.first)
        # It was sent as it is.
        assert studio.blending.most_growth == GROWTH
        assert studio.blending.chosen_feather == Blend().ramp(1.0).length

    in_studio(body)
