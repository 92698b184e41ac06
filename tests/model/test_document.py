"""The open picture: gestures, large changes in a worker and what waits for them, undo, summary."""

from __future__ import annotations

import asyncio
import logging
import threading
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field
from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from fluxfill_studio.core.errors import EmptyMask, FluxfillError, NoSource
from fluxfill_studio.core.geometry import Point, Rect, Size, united
from fluxfill_studio.core.painting.brush import Brush
from fluxfill_studio.core.painting.mask import MaskEdit, fill, invert
from fluxfill_studio.core.painting.region import NOTHING, Combine, Region
from fluxfill_studio.core.painting.stroke import Sample
from fluxfill_studio.core.picture.source import Source
from fluxfill_studio.core.types import Plane
from fluxfill_studio.core.view.pyramid import Pyramid
from fluxfill_studio.model import document as module
from fluxfill_studio.model.document import NOTHING_PAINTED, Document, Picture
from fluxfill_studio.model.tasks import TaskOwner
from tests.pictures import photograph
from tests.qt import QtLoop

SIZE = Size(400, 300)
# A dab within a tile is less, the whole picture is more.
AT_ONCE = 128 * 128
BRUSH = Brush(20)
A, B = Point(60, 60), Point(90, 70)
FAR = Point(350, 200)


def sample(point: Point) -> Sample:
    return Sample(point)


def is_painting(desk: Desk) -> bool:
    """Asked anew, where a property is taken to be what it was."""
    return desk.document.is_painting


@dataclass
class Desk:
    """A document with a picture open, and what it has told."""

    document: Document
    tasks: TaskOwner
    changes: list[Rect] = field(default_factory=list)
    failures: list[FluxfillError] = field(default_factory=list)
    others: set[asyncio.Task[Any]] = field(default_factory=asyncio.all_tasks)

    @classmethod
    def laid(cls) -> Desk:
        tasks = TaskOwner()
        desk = cls(Document(tasks), tasks)
        desk.document.mask_changed.connect(desk.changes.append)
        tasks.failed.connect(desk.failures.append)
        desk.open()
        return desk

    def open(self) -> Picture:
        picture = Picture.of(Source.of("desk", photograph(SIZE.width, SIZE.height)))
        self.document.show(picture)
        return picture

    @property
    def picture(self) -> Picture:
        assert self.document.picture is not None
        return self.document.picture

    @property
    def mask(self) -> Plane:
        return self.picture.mask.pixels

    def stroke(self, *points: Point, brush: Brush = BRUSH, how: Combine = Combine.ADD) -> None:
        start, *rest = points
        self.document.begin_stroke(brush, sample(start), how)
        for point in rest:
            self.document.continue_stroke(sample(point))
        self.document.end_stroke()

    async def settled(self) -> None:
        """All that was asked for so far is done."""
        future = asyncio.get_running_loop().create_future()
        self.document.when_settled(lambda: future.set_result(None))
        await future

    async def idle(self) -> None:
        """No task is left, whatever it was for."""
        while tasks := asyncio.all_tasks() - self.others:
            await asyncio.wait(tasks)

    async def undo_all(self) -> list[Plane]:
        """Take back every step; returns the masks on the way."""
        masks = [self.mask.copy()]
        while self.document.can_undo:
            self.document.undo()
            await self.settled()
            masks.append(self.mask.copy())
        return masks


class Gate:
    """An operation that stands still in the worker until it is let go on."""

    def __init__(self, operation: Callable[[MaskEdit], Rect] = invert) -> None:
        self._operation = operation
        self._go = threading.Event()
        self.thread: int | None = None

    def __call__(self, edit: MaskEdit) -> Rect:
        self.thread = threading.get_ident()
        rect = self._operation(edit)
        assert self._go.wait(60)
        return rect

    def open(self) -> None:
        self._go.set()


OnDesk = Callable[[Callable[[Desk], Awaitable[None]]], None]


@pytest.fixture
def on_desk(qt_loop: QtLoop, monkeypatch: pytest.MonkeyPatch) -> OnDesk:
    """Runs a test on a picture of 400 × 300 of which a whole change counts as large."""
    monkeypatch.setattr(module, "_AT_ONCE", AT_ONCE)

    async def drive(body: Callable[[Desk], Awaitable[None]]) -> None:
        desk = Desk.laid()
        await body(desk)
        await desk.idle()

    return lambda body: qt_loop.run(drive(body))


def test_a_stroke_is_painted_at_once_and_is_one_undo_step(on_desk: OnDesk) -> None:
    async def body(desk: Desk) -> None:
        document = desk.document
        document.begin_stroke(BRUSH, sample(A))
        assert is_painting(desk)
        assert desk.mask[60, 60] == 255
        assert desk.changes
        document.continue_stroke(sample(B))
        document.end_stroke()
        assert not is_painting(desk)
        assert desk.mask[70, 89] == 255
        painted = desk.mask.copy()
        document.undo()
        assert not desk.mask.any()
        assert not document.can_undo
        document.redo()
        assert np.array_equal(desk.mask, painted)
        assert not document.can_redo

    on_desk(body)


def test_what_is_announced_encloses_what_changed(on_desk: OnDesk) -> None:
    async def body(desk: Desk) -> None:
        for name in ("paint far", "undo", "redo", "invert", "intersect"):
            before = desk.mask.copy()
            desk.changes.clear()
            ACTIONS[name](desk)
            await desk.settled()
            changed = before != desk.mask
            assert changed.any()
            for rect in desk.changes:
                changed[rect.slices] = False
            assert not changed.any()
            picture = desk.picture
            for level in range(4):
                rebuilt = Pyramid(desk.mask).level(level)
                assert np.array_equal(picture.mask_pyramid.level(level), rebuilt)

    on_desk(body)


def test_without_a_picture_nothing_is_begun(qt_loop: QtLoop) -> None:
    async def drive() -> None:
        document = Document(TaskOwner())
        with pytest.raises(NoSource):
            document.begin_stroke(BRUSH, sample(A))
        with pytest.raises(NoSource):
            document.change(invert)
        with pytest.raises(NoSource):
            document.select(lambda: NOTHING, Combine.ADD)
        document.continue_stroke(sample(A))
        document.end_stroke()
        document.abort_stroke()
        document.undo()
        document.redo()
        assert not document.can_undo
        assert not document.can_redo

    qt_loop.run(drive())


def test_a_stroke_that_begins_during_another_ends_it(on_desk: OnDesk) -> None:
    async def body(desk: Desk) -> None:
        desk.document.begin_stroke(BRUSH, sample(A))
        desk.stroke(FAR)
        assert len(await desk.undo_all()) == 3

    on_desk(body)


def test_a_change_during_a_stroke_ends_it_first(on_desk: OnDesk) -> None:
    async def body(desk: Desk) -> None:
        desk.document.begin_stroke(BRUSH, sample(A))
        desk.document.change(invert)
        await desk.settled()
        assert not desk.document.is_painting
        assert desk.mask[60, 60] == 0
        assert desk.mask[0, 0] == 255
        desk.document.undo()
        await desk.settled()
        assert desk.mask[60, 60] == 255
        assert len(await desk.undo_all()) == 2

    on_desk(body)


def test_undo_during_a_stroke_takes_the_stroke_back_and_redo_waits(on_desk: OnDesk) -> None:
    async def body(desk: Desk) -> None:
        document = desk.document
        desk.stroke(FAR)
        document.undo()
        document.begin_stroke(BRUSH, sample(A))
        document.redo()
        assert desk.mask[200, 350] == 0
        document.undo()
        assert not document.is_painting
        assert not desk.mask.any()
        document.redo()
        assert desk.mask[200, 350] == 255

    on_desk(body)


def test_a_large_change_is_made_in_a_worker_and_what_follows_waits_its_turn(
    on_desk: OnDesk,
) -> None:
    async def body(desk: Desk) -> None:
        document, gate = desk.document, Gate()
        desk.stroke(FAR)
        desk.changes.clear()
        document.change(gate)
        document.begin_stroke(BRUSH, sample(A), Combine.SUBTRACT)
        document.continue_stroke(sample(B))
        assert not document.is_painting
        document.end_stroke()
        document.undo()
        desk.stroke(B)
        assert not desk.changes, "nothing lands on half a change"
        gate.open()
        await desk.settled()
        assert gate.thread not in (None, threading.get_ident())
        expected = np.full(SIZE.shape, 255, np.uint8)
        expected[desk.mask == 0] = 0
        assert desk.mask[60, 60] == 255, "taken back"
        assert desk.mask[70, 90] == 255, "painted, though there was nothing to add"
        assert desk.mask[200, 350] == 0, "inverted"
        document.undo()
        await desk.settled()
        assert desk.mask[0, 0] == 0
        assert desk.mask[200, 350] == 255

    on_desk(body)


Action = Callable[[Desk], None]
ACTIONS: dict[str, Action] = {
    "paint": lambda desk: desk.stroke(A, B),
    "paint far": lambda desk: desk.stroke(A, FAR, brush=Brush(60, 0.5, 0.7)),
    "erase": lambda desk: desk.stroke(B, FAR, how=Combine.SUBTRACT),
    "intersect": lambda desk: desk.stroke(A, FAR, brush=Brush(120), how=Combine.INTERSECT),
    "begin": lambda desk: desk.document.begin_stroke(BRUSH, sample(FAR)),
    "continue": lambda desk: desk.document.continue_stroke(sample(A)),
    "end": lambda desk: desk.document.end_stroke(),
    "abort": lambda desk: desk.document.abort_stroke(),
    "invert": lambda desk: desk.document.change(invert),
    "fill": lambda desk: desk.document.change(lambda edit: fill(edit, 99)),
    "undo": lambda desk: desk.document.undo(),
    "redo": lambda desk: desk.document.redo(),
}


def test_whatever_is_done_while_a_worker_is_busy_comes_out_as_if_it_never_was(
    on_desk: OnDesk, monkeypatch: pytest.MonkeyPatch
) -> None:
    @settings(max_examples=40)
    @given(st.lists(st.sampled_from(sorted(ACTIONS)), max_size=14))
    def check(names: list[str]) -> None:
        actions = [ACTIONS[name] for name in names]
        masks: list[list[Plane]] = []

        async def at_once(desk: Desk) -> None:
            monkeypatch.setattr(module, "_AT_ONCE", SIZE.area * 10)
            desk.document.change(invert)
            for action in actions:
                action(desk)
            desk.document.end_stroke()
            masks.append(await desk.undo_all())

        async def in_workers(desk: Desk) -> None:
            monkeypatch.setattr(module, "_AT_ONCE", AT_ONCE)
            gate = Gate()
            desk.document.change(gate)
            for action in actions:
                action(desk)
            desk.document.end_stroke()
            gate.open()
            await desk.settled()
            masks.append(await desk.undo_all())

        on_desk(at_once)
        on_desk(in_workers)
        expected, outcome = masks
        assert len(outcome) == len(expected)
        assert all(map(np.array_equal, outcome, expected))

    check()


def test_a_large_change_is_shown_in_parts_between_which_the_window_lives(on_desk: OnDesk) -> None:
    async def body(desk: Desk) -> None:
        shown: list[Rect] = []
        turns: list[int] = []
        desk.document.mask_changed.connect(shown.append)
        desk.document.mask_changed.connect(
            lambda _: asyncio.get_running_loop().call_soon(turns.append, len(shown))
        )
        desk.document.change(invert)
        await desk.settled()
        assert len(shown) > 1
        assert max(rect.area for rect in shown) <= max(AT_ONCE, SIZE.width)
        assert sum(rect.area for rect in shown) == SIZE.area
        assert united(shown) == Rect.of(SIZE)
        assert turns == list(range(1, len(shown) + 1)), "the loop turned after each"

    on_desk(body)


def test_the_end_of_a_large_stroke_does_not_hold_up_the_next(on_desk: OnDesk) -> None:
    async def body(desk: Desk) -> None:
        desk.stroke(A, FAR)
        assert desk.mask[200, 349] == 255, "it is seen as it is painted"
        assert not desk.document.can_undo, "its undo step is being made"
        desk.stroke(A, how=Combine.SUBTRACT)
        assert desk.mask[60, 60] == 255
        await desk.settled()
        assert desk.mask[60, 60] == 0
        desk.document.undo()
        desk.document.undo()
        await desk.settled()
        assert not desk.mask.any()
        assert not desk.document.can_undo

    on_desk(body)


def test_a_large_stroke_that_is_not_ended_is_ended_before_the_next(on_desk: OnDesk) -> None:
    async def body(desk: Desk) -> None:
        desk.document.begin_stroke(BRUSH, sample(A))
        desk.document.continue_stroke(sample(FAR))
        desk.stroke(A, how=Combine.SUBTRACT)
        await desk.settled()
        assert desk.mask[60, 60] == 0
        desk.document.undo()
        assert desk.mask[60, 60] == 255
        desk.document.undo()
        await desk.settled()
        assert not desk.mask.any()

    on_desk(body)


@pytest.mark.parametrize("large", [True, False])
def test_what_fails_leaves_the_mask_as_it_was_and_is_told(
    on_desk: OnDesk, monkeypatch: pytest.MonkeyPatch, large: bool
) -> None:
    error = EmptyMask()

    def fail(edit: MaskEdit) -> Rect:
        fill(edit, 77)
        raise error

    async def body(desk: Desk) -> None:
        if not large:
            monkeypatch.setattr(module, "_AT_ONCE", SIZE.area)
        desk.stroke(A)
        before = desk.mask.copy()
        desk.document.change(fail)
        desk.stroke(FAR)
        await desk.idle()
        assert desk.failures == [error]
        desk.document.undo()
        assert np.array_equal(desk.mask, before)
        desk.document.undo()
        assert not desk.mask.any()
        assert not desk.document.can_undo

    on_desk(body)


def test_what_was_shown_of_a_change_that_failed_is_shown_anew(on_desk: OnDesk) -> None:
    """Whoever looks while the worker writes sees half a change."""

    def fail(edit: MaskEdit) -> Rect:
        fill(edit, 77)
        raise EmptyMask

    async def body(desk: Desk) -> None:
        desk.picture.mask_pyramid.level(0)
        desk.document.change(fail)
        await desk.idle()
        assert desk.changes == [Rect.of(SIZE)]
        assert not desk.picture.mask_pyramid.level(2).any()

    on_desk(body)


def test_a_bug_in_a_change_is_logged_and_the_rest_goes_on(
    on_desk: OnDesk, caplog: pytest.LogCaptureFixture
) -> None:
    def stumble(edit: MaskEdit) -> Rect:
        fill(edit, 77)
        raise ZeroDivisionError

    async def body(desk: Desk) -> None:
        desk.document.change(stumble)
        desk.stroke(A)
        await desk.idle()
        assert desk.failures == []
        assert desk.mask[60, 60] == 255
        assert desk.mask[0, 0] == 0

    with caplog.at_level(logging.CRITICAL):
        on_desk(body)
    (record,) = caplog.records
    assert record.exc_info is not None


def test_another_picture_drops_what_is_under_way_and_what_waits(on_desk: OnDesk) -> None:
    async def body(desk: Desk) -> None:
        gate, old = Gate(), desk.picture
        desk.document.change(gate)
        await asyncio.sleep(0)
        desk.stroke(A, how=Combine.SUBTRACT)
        desk.open()
        desk.stroke(B)
        assert desk.mask[70, 90] == 255, "it need not wait for the old picture"
        desk.changes.clear()
        gate.open()
        await desk.idle()
        assert desk.changes == []
        assert not old.history.can_undo
        desk.document.change(invert)
        await desk.settled()
        assert desk.mask[60, 60] == 255
        assert len(await desk.undo_all()) == 3

    on_desk(body)


def test_another_picture_in_the_same_moment_drops_a_change_too(on_desk: OnDesk) -> None:
    async def body(desk: Desk) -> None:
        desk.document.change(invert)
        desk.open()
        desk.changes.clear()
        await desk.idle()
        assert desk.changes == []
        assert not desk.document.can_undo
        assert not desk.mask.any()

    on_desk(body)


def test_the_change_of_another_picture_does_not_end_the_wait_for_this_ones(
    on_desk: OnDesk,
) -> None:
    async def body(desk: Desk) -> None:
        old, new = Gate(), Gate()
        desk.document.change(old)
        desk.open()
        desk.document.change(new)
        desk.stroke(A, how=Combine.SUBTRACT)
        (others,) = [asyncio.all_tasks() - {asyncio.current_task()}]
        old.open()
        await asyncio.wait(others, return_when=asyncio.FIRST_COMPLETED)
        assert desk.mask[60, 60] in (0, 255)
        assert not desk.document.can_undo
        new.open()
        await desk.settled()
        assert desk.mask[60, 60] == 0
        assert desk.mask[0, 0] == 255
        desk.document.undo()
        desk.document.undo()
        await desk.settled()
        assert not desk.mask.any()

    on_desk(body)


def test_a_picture_that_is_replaced_takes_its_stroke_along(on_desk: OnDesk) -> None:
    async def body(desk: Desk) -> None:
        desk.document.begin_stroke(BRUSH, sample(A))
        desk.open()
        assert not desk.document.is_painting
        desk.document.continue_stroke(sample(B))
        desk.document.end_stroke()
        assert not desk.mask.any()
        assert not desk.document.can_undo

    on_desk(body)


@pytest.mark.parametrize("how", list(Combine))
def test_a_region_is_made_in_the_worker_and_combined(on_desk: OnDesk, how: Combine) -> None:
    async def body(desk: Desk) -> None:
        threads: list[int] = []

        def region() -> Region:
            threads.append(threading.get_ident())
            return Region(Rect(50, 50, 100, 50), np.full((50, 100), 200, np.uint8))

        desk.stroke(A)
        before = desk.mask.copy()
        desk.document.select(region, how)
        await desk.settled()
        assert len(threads) == 1
        assert threads[0] != threading.get_ident()
        whole = np.zeros_like(before)
        whole[50:100, 50:150] = 200
        expected = {
            Combine.ADD: np.maximum(before, whole),
            Combine.SUBTRACT: np.minimum(before, 255 - whole),
            Combine.INTERSECT: np.minimum(before, whole),
        }[how]
        assert np.array_equal(desk.mask, expected)

    on_desk(body)


def test_a_copy_of_the_mask_is_made_in_a_worker_and_has_nothing_that_is_painted_later(
    on_desk: OnDesk,
) -> None:
    async def body(desk: Desk) -> None:
        document, copies = desk.document, list[Plane]()
        document.begin_stroke(BRUSH, sample(FAR))
        document.copy_mask(copies.append)
        assert not is_painting(desk)
        painted = desk.mask.copy()
        desk.stroke(A)
        assert not copies, "the worker has it"
        assert np.array_equal(desk.mask, painted), "and what is painted waits"
        await desk.settled()
        (copy,) = copies
        assert np.array_equal(copy, painted)
        assert copy.any()
        assert desk.mask[60, 60] == 255

    on_desk(body)


def test_a_large_stroke_is_begun_and_taken_back_in_a_worker(on_desk: OnDesk) -> None:
    """What it clears, and what comes back, may be the whole mask."""

    async def body(desk: Desk) -> None:
        document = desk.document
        document.change(invert)
        await desk.settled()
        document.begin_stroke(BRUSH, sample(A), Combine.INTERSECT)
        assert is_painting(desk)
        assert (desk.mask == 255).all(), "not on this thread"
        document.continue_stroke(sample(B))
        await desk.settled()
        assert desk.mask[200, 350] == 0
        assert desk.mask[60, 60] == 255
        document.abort_stroke()
        assert not is_painting(desk)
        await desk.settled()
        assert (desk.mask == 255).all()
        assert document.can_undo
        document.undo()
        await desk.settled()
        assert not document.can_undo

    on_desk(body)


def test_an_undo_step_is_compressed_behind_the_scenes(on_desk: OnDesk) -> None:
    async def body(desk: Desk) -> None:
        desk.stroke(A, B, brush=Brush(100, 0.0))
        await desk.settled()
        history = desk.picture.history
        before = history.byte_count
        painted = desk.mask.copy()
        await desk.idle()
        assert history.byte_count < before / 2
        desk.document.undo()
        assert not desk.mask.any()
        desk.document.redo()
        assert np.array_equal(desk.mask, painted)

    on_desk(body)


def test_the_summary_follows_the_mask(on_desk: OnDesk) -> None:
    async def body(desk: Desk) -> None:
        document = desk.document
        told: list[None] = []
        document.summary_changed.connect(lambda: told.append(None))
        desk.stroke(A)
        await desk.idle()
        assert told
        rows, columns = np.nonzero(desk.mask)
        assert document.summary.coverage == pytest.approx(len(rows) / SIZE.area)
        assert document.summary.bounds.x == columns.min()
        assert document.summary.bounds.bottom == rows.max() + 1
        document.change(invert)
        await desk.idle()
        assert document.summary.coverage == pytest.approx(1 - (desk.mask == 0).mean())
        assert document.summary.bounds == Rect.of(SIZE)
        document.undo()
        document.undo()
        await desk.idle()
        assert document.summary == NOTHING_PAINTED
        document.redo()
        desk.open()
        await desk.idle()
        assert document.summary == NOTHING_PAINTED

    on_desk(body)


def test_closing_drops_what_waits(on_desk: OnDesk) -> None:
    async def body(desk: Desk) -> None:
        gate = Gate()
        desk.document.change(gate)
        await asyncio.sleep(0)
        desk.stroke(A)
        closing = asyncio.ensure_future(desk.tasks.close())
        await asyncio.sleep(0)
        gate.open()
        await closing
        assert desk.failures == []
        assert not desk.document.can_undo

    on_desk(body)
