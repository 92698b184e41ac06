"""How the next run is sent: context, areas, warnings, and the preview that follows changes."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Coroutine
from dataclasses import dataclass

import numpy as np
import pytest
from PySide6.QtWidgets import QApplication

from fluxfill_studio.core.geometry import Point, Rect, Size
from fluxfill_studio.core.painting.brush import Brush
from fluxfill_studio.core.painting.mask import MaskEdit
from fluxfill_studio.core.painting.raster import rectangle_region
from fluxfill_studio.core.painting.region import Combine, combine
from fluxfill_studio.core.painting.stroke import Sample
from fluxfill_studio.core.picture.source import Source
from fluxfill_studio.core.planning.extension import Extension
from fluxfill_studio.core.planning.plan import AUTOMATIC, WHOLE, inpaint_plan
from fluxfill_studio.core.planning.plan_warnings import PlanWarning
from fluxfill_studio.core.schema import ParameterSchema
from fluxfill_studio.jobs.preparing import plan_run
from fluxfill_studio.jobs.sent_preview import SentPreview, preview_of
from fluxfill_studio.model import sending
from fluxfill_studio.model.document import Document, Picture
from fluxfill_studio.model.framing import Framing
from fluxfill_studio.model.parameters import Parameters
from fluxfill_studio.model.sending import RunWarning, Sending
from fluxfill_studio.model.tasks import TaskOwner
from tests.pictures import photograph
from tests.qt import QtLoop, emitted

SIZE = Size(4200, 1500)
HERE, THERE = Rect(300, 400, 200, 150), Rect(3700, 1000, 200, 150)
HAND = Rect(100, 300, 900, 600)


@dataclass
class Desk:
    """The models that decide what is sent."""

    tasks: TaskOwner
    document: Document
    parameters: Parameters
    framing: Framing
    sending: Sending

    def show(self) -> None:
        pixels = np.tile(photograph(600, 500), (3, 7, 1))
        self.document.show(Picture.of(Source.of("wall.png", pixels)))

    @property
    def picture(self) -> Picture:
        assert self.document.picture is not None
        return self.document.picture

    def paint(self, *rects: Rect, how: Combine = Combine.ADD) -> None:
        def work(edit: MaskEdit) -> Rect:
            return [combine(edit, rectangle_region(*_ends(r), SIZE), how) for r in rects][-1]

        self.document.change(work)

    async def previewed(self, is_it: Callable[[SentPreview], object]) -> SentPreview:
        """Wait for a preview of that kind."""
        while (preview := self.sending.preview) is None or not is_it(preview):
            await emitted(self.sending.changed)
        return preview

    async def counted(self) -> None:
        """Wait until what was painted is counted."""
        await emitted(self.document.summary_changed)


def _ends(rect: Rect) -> tuple[Point, Point]:
    return Point(rect.x, rect.y), Point(rect.right, rect.bottom)


OnDesk = Callable[[Callable[[Desk], Coroutine[None, None, None]]], None]


@pytest.fixture
def on_desk(schema: ParameterSchema, qt_loop: QtLoop, qapp: QApplication) -> OnDesk:
    """Runs a coroutine on models that show a picture of SIZE."""

    async def drive(body: Callable[[Desk], Coroutine[None, None, None]]) -> None:
        tasks = TaskOwner()
        failed: list[object] = []
        tasks.crashed.connect(lambda: failed.append("a bug"))
        document, parameters = Document(tasks), Parameters(schema)
        framing = Framing(document, parameters)
        desk = Desk(
            tasks, document, parameters, framing, Sending(document, parameters, framing, tasks)
        )
        desk.show()
        await body(desk)
        await tasks.close()
        assert not failed

    return lambda body: qt_loop.run(drive(body))


def test_without_a_picture_nothing_is_sent_and_nothing_said(
    schema: ParameterSchema, qapp: QApplication
) -> None:
    tasks = TaskOwner()
    document, parameters = Document(tasks), Parameters(schema)
    sending = Sending(document, parameters, Framing(document, parameters), tasks)
    parameters.set("mode", "outpaint")
    assert (sending.preview, sending.plans, sending.runs, sending.warnings) == (None, (), 1, [])


def test_what_is_painted_is_previewed_as_it_would_be_sent(on_desk: OnDesk) -> None:
    async def body(desk: Desk) -> None:
        assert desk.sending.preview is None
        assert PlanWarning.EMPTY in desk.sending.warnings
        desk.paint(HERE)
        preview = await desk.previewed(lambda _: True)
        assert preview.plans == (inpaint_plan(SIZE, HERE),) == desk.sending.plans
        assert desk.sending.runs == 1
        assert PlanWarning.EMPTY not in desk.sending.warnings
        desk.document.undo()
        await desk.counted()
        assert desk.sending.preview is None
        assert not desk.sending.plans

    on_desk(body)


def test_the_preview_waits_for_the_end_of_a_stroke(
    on_desk: OnDesk, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(sending, "_REST", 0.0)

    async def body(desk: Desk) -> None:
        desk.paint(HERE)
        first = await desk.previewed(lambda _: True)
        desk.document.begin_stroke(Brush(40), Sample(Point(3800, 1100)))
        desk.sending.set_context(WHOLE)
        # Time enough to make it, were it made at once.
        source, mask = desk.picture.source, desk.picture.mask.pixels
        for _ in range(2):
            inputs = await asyncio.to_thread(plan_run, source, mask, context=WHOLE)
            await asyncio.to_thread(preview_of, inputs, mask, None)
        assert desk.sending.preview is first
        desk.document.end_stroke()
        preview = await desk.previewed(lambda preview: preview is not first)
        assert preview.areas == 2, "what was painted meanwhile is in it"

    on_desk(body)


def test_only_the_latest_of_many_changes_is_previewed(on_desk: OnDesk) -> None:
    async def body(desk: Desk) -> None:
        shown: list[SentPreview] = []

        def note() -> None:
            preview = desk.sending.preview
            if preview is not None and preview not in shown:
                shown.append(preview)

        desk.sending.changed.connect(note)
        desk.paint(HERE)
        await desk.counted()
        for width in range(900, 1000, 10):
            desk.sending.set_context(Rect(100, 300, width, 600))
        await desk.previewed(lambda preview: preview.plans[0].crop.width == 990)
        assert len(shown) == 1

    on_desk(body)


def test_the_context_is_known_at_once_and_holds_what_is_painted(on_desk: OnDesk) -> None:
    async def body(desk: Desk) -> None:
        desk.paint(HERE)
        await desk.counted()
        desk.sending.set_context(WHOLE)
        assert desk.sending.plans[0].crop == Rect.of(SIZE)
        desk.sending.set_context(HAND)
        assert desk.sending.plans[0].crop == HAND
        desk.sending.set_context(Rect(310, 300, 900, 600))
        assert desk.sending.plans[0].crop == Rect.from_bounds(300, 300, 1210, 900)
        preview = await desk.previewed(lambda _: True)
        assert preview.plans == desk.sending.plans

    on_desk(body)


def test_areas_far_apart_are_runs_of_their_own_if_asked_for(on_desk: OnDesk) -> None:
    async def body(desk: Desk) -> None:
        desk.paint(HERE, THERE)
        preview = await desk.previewed(lambda _: True)
        assert (len(preview.plans), preview.areas, desk.sending.runs) == (1, 2, 1)
        desk.sending.set_apart(True)
        assert desk.sending.apart
        preview = await desk.previewed(lambda preview: len(preview.plans) == 2)
        assert desk.sending.plans == preview.plans
        assert desk.sending.runs == 2
        desk.paint(THERE, how=Combine.SUBTRACT)
        await desk.previewed(lambda preview: preview.areas == 1)
        assert desk.sending.runs == 1

    on_desk(body)


def test_what_was_set_ends_with_its_picture(on_desk: OnDesk) -> None:
    async def body(desk: Desk) -> None:
        desk.paint(HERE)
        await desk.previewed(lambda _: True)
        desk.sending.set_context(HAND)
        desk.sending.set_apart(True)
        desk.show()
        assert desk.sending.context is AUTOMATIC
        assert not desk.sending.apart
        assert desk.sending.preview is None

    on_desk(body)


def test_a_frame_by_hand_ends_with_what_it_was_drawn_around(on_desk: OnDesk) -> None:
    async def body(desk: Desk) -> None:
        for context, then in ((HAND, AUTOMATIC), (WHOLE, WHOLE)):
            desk.paint(HERE)
            await desk.counted()
            desk.sending.set_context(context)
            desk.paint(HERE, how=Combine.SUBTRACT)
            await desk.counted()
            assert desk.sending.context is then

    on_desk(body)


def test_an_outpaint_by_preset_sends_the_whole_picture(on_desk: OnDesk) -> None:
    async def body(desk: Desk) -> None:
        desk.parameters.set("mode", "outpaint")
        preview = await desk.previewed(lambda _: True)
        assert preview.plans[0].crop == Rect.of(SIZE)
        assert preview.mask_bytes is None
        assert desk.sending.plans == ()
        assert desk.sending.runs == 1

    on_desk(body)


def test_an_exact_outpaint_is_previewed_and_counted_in_steps(on_desk: OnDesk) -> None:
    async def body(desk: Desk) -> None:
        desk.parameters.set("mode", "outpaint")
        desk.framing.set_extension(Extension(right=9000))
        assert desk.sending.runs == desk.framing.steps > 1
        preview = await desk.previewed(lambda preview: preview.plans[0].frame is not None)
        assert len(preview.plans) == desk.framing.steps
        desk.framing.set_extension(Extension())
        assert desk.sending.preview is None, "there is nothing to extend"
        assert desk.sending.runs == 1
        desk.framing.set_extension(Extension(right=99_999, bottom=99_999))
        assert desk.sending.preview is None, "it would be too large"

    on_desk(body)


def test_the_prompt_and_an_unused_mask_are_warned_of(on_desk: OnDesk) -> None:
    async def body(desk: Desk) -> None:
        assert desk.sending.warnings == [PlanWarning.EMPTY, RunWarning.PROMPT_MISSING]
        told: list[None] = []
        desk.sending.changed.connect(lambda: told.append(None))
        desk.parameters.set("prompt", "a calm sea")
        assert told
        assert desk.sending.warnings == [PlanWarning.EMPTY]
        desk.parameters.set("prompt", "  \n")
        assert RunWarning.PROMPT_MISSING in desk.sending.warnings
        desk.parameters.set("prompt", "a calm sea")
        desk.paint(HERE)
        await desk.counted()
        assert RunWarning.MASK_UNUSED not in desk.sending.warnings
        desk.parameters.set("mode", "outpaint")
        assert RunWarning.MASK_UNUSED in desk.sending.warnings

    on_desk(body)


def test_the_warnings_of_the_plan_come_first(on_desk: OnDesk) -> None:
    async def body(desk: Desk) -> None:
        desk.paint(Rect(300, 400, 900, 3))
        await desk.previewed(lambda _: True)
        assert desk.sending.warnings == [PlanWarning.TOO_THIN, RunWarning.PROMPT_MISSING]

    on_desk(body)
