"""Smart select in hand: hints, answers, and how they come into the mask."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Callable, Coroutine
from dataclasses import dataclass

import cv2
import numpy as np
import pytest

from fluxfill_studio.core.geometry import Point, Rect
from fluxfill_studio.core.painting.brush import Brush
from fluxfill_studio.core.painting.mask import Mask
from fluxfill_studio.core.painting.raster import rectangle_region
from fluxfill_studio.core.painting.region import Combine, Region, combine
from fluxfill_studio.core.painting.smart_select import Hints, Scribble, smart_select
from fluxfill_studio.core.painting.stroke import Sample
from fluxfill_studio.core.picture.source import Source
from fluxfill_studio.core.types import Pixels, Plane
from fluxfill_studio.model.canvas import CanvasModel, Tool
from fluxfill_studio.model.document import Document, Picture
from fluxfill_studio.model.smart_selection import SmartSelection
from fluxfill_studio.model.tasks import TaskOwner
from tests.pictures import photograph
from tests.qt import QtLoop, emitted

BOX = Rect(80, 60, 160, 150)
MORE = Scribble((Point(30, 30), Point(60, 30)), 6.0)
LESS = Scribble((Point(150, 130),), 20.0, adds=False)


def disc() -> Pixels:
    """A bright disc in the middle of a photograph."""
    pixels = photograph(320, 260)
    cv2.circle(pixels, (160, 135), 60, (250, 240, 60), -1)
    return pixels


@dataclass
class Bench:
    """What smart select works with."""

    tasks: TaskOwner
    document: Document
    canvas: CanvasModel
    selection: SmartSelection

    @property
    def mask(self) -> Plane:
        assert self.document.picture is not None
        return self.document.picture.mask.pixels

    def show(self, pixels: Pixels) -> None:
        self.document.show(Picture.of(Source.of("bench", pixels)))

    async def answer(self) -> Region:
        """Wait until nothing is sought any more."""
        while self.selection.is_busy:
            await emitted(self.selection.changed)
        assert self.selection.found is not None
        return self.selection.found

    async def brought_in(self) -> None:
        while self.selection.is_pending:
            await emitted(self.selection.changed)


OnBench = Callable[[Callable[[Bench], Coroutine[None, None, None]]], None]


@pytest.fixture
def on_bench(qt_loop: QtLoop) -> OnBench:
    async def drive(body: Callable[[Bench], Coroutine[None, None, None]]) -> None:
        tasks = TaskOwner()
        document, canvas = Document(tasks), CanvasModel()
        canvas.set_tool(Tool.SMART_SELECT)
        bench = Bench(tasks, document, canvas, SmartSelection(document, canvas, tasks))
        bench.show(disc())
        await body(bench)
        await tasks.close()

    return lambda body: qt_loop.run(drive(body))


def equal(region: Region, other: Region) -> bool:
    return region.rect == other.rect and np.array_equal(region.coverage, other.coverage)


def mask_of(*steps: tuple[Region, Combine]) -> Plane:
    mask = Mask(Source.of("", disc()).size)
    for region, how in steps:
        with mask.edit() as edit:
            combine(edit, region, how)
            edit.commit()
    return mask.pixels


def test_hints_are_answered_as_the_pure_function_does(on_bench: OnBench) -> None:
    async def body(bench: Bench) -> None:
        selection = bench.selection
        selection.begin(Hints(BOX), Combine.ADD)
        assert selection.is_pending
        assert selection.is_busy
        before = selection.found
        assert before is None
        first = await bench.answer()
        assert equal(first, smart_select(disc(), Hints(BOX)))
        assert abs(np.count_nonzero(first.coverage) - np.pi * 60**2) < 600
        selection.scribble(MORE)
        assert selection.found is first, "shown until the next answer comes"
        second = await bench.answer()
        assert equal(second, smart_select(disc(), Hints(BOX, (MORE,))))
        assert not bench.mask.any()

    on_bench(body)


def test_the_latest_hints_win(on_bench: OnBench) -> None:
    async def body(bench: Bench) -> None:
        answers: list[Region | None] = []
        bench.selection.begin(Hints(BOX), Combine.ADD)
        bench.selection.scribble(MORE)
        bench.selection.scribble(LESS)
        bench.selection.changed.connect(lambda: answers.append(bench.selection.found))
        found = await bench.answer()
        assert equal(found, smart_select(disc(), Hints(BOX, (MORE, LESS))))
        assert {id(answer) for answer in answers if answer is not None} == {id(found)}

    on_bench(body)


def test_hints_are_taken_back_one_by_one(on_bench: OnBench) -> None:
    async def body(bench: Bench) -> None:
        selection = bench.selection
        selection.begin(Hints(BOX), Combine.ADD)
        selection.scribble(MORE)
        await bench.answer()
        selection.take_back()
        assert equal(await bench.answer(), smart_select(disc(), Hints(BOX)))
        selection.take_back()
        assert not selection.is_pending
        assert selection.found is None

    on_bench(body)


def test_cancelling_goes_back_to_what_was_found(on_bench: OnBench) -> None:
    async def body(bench: Bench) -> None:
        selection = bench.selection
        selection.begin(Hints(BOX), Combine.ADD)
        first = await bench.answer()
        selection.scribble(MORE)
        selection.cancel()
        assert not selection.is_busy
        assert selection.found is first
        assert selection.hints == Hints(BOX)
        selection.cancel()
        assert not selection.is_pending
        selection.begin(Hints(BOX), Combine.ADD)
        selection.cancel()
        assert not selection.is_pending
        assert not selection.is_busy

    on_bench(body)


@pytest.mark.parametrize("how", Combine)
def test_it_comes_into_the_mask_as_one_step(on_bench: OnBench, how: Combine) -> None:
    async def body(bench: Bench) -> None:
        old = rectangle_region(Point(100, 100), Point(300, 200), Source.of("", disc()).size)
        bench.document.select(lambda: old, Combine.ADD)
        bench.selection.begin(Hints(BOX), how)
        found = await bench.answer()
        bench.selection.apply()
        assert not bench.selection.is_pending
        assert np.array_equal(bench.mask, mask_of((old, Combine.ADD), (found, how)))
        bench.document.undo()
        assert np.array_equal(bench.mask, mask_of((old, Combine.ADD)))

    on_bench(body)


def test_what_is_to_follow_waits_until_it_is_in_the_mask(on_bench: OnBench) -> None:
    async def body(bench: Bench) -> None:
        seen: list[bool] = []
        bench.selection.apply(lambda: seen.append(bool(bench.mask.any())))
        assert seen == [False], "there was nothing to wait for"
        bench.selection.begin(Hints(BOX), Combine.ADD)
        bench.selection.apply(lambda: seen.append(bool(bench.mask.any())))
        assert seen == [False]
        await bench.brought_in()
        assert seen == [False, True]
        bench.selection.apply()
        assert seen == [False, True], "once only"

    on_bench(body)


@pytest.mark.parametrize("way", ["hint", "drop", "other picture"])
def test_what_is_to_follow_is_given_up_with_what_it_waits_for(on_bench: OnBench, way: str) -> None:
    async def body(bench: Bench) -> None:
        seen: list[str] = []
        bench.selection.begin(Hints(BOX), Combine.ADD)
        bench.selection.apply(lambda: seen.append("done"))
        match way:
            case "hint":
                bench.selection.scribble(MORE)
                await bench.answer()
                assert bench.selection.is_pending
            case "drop":
                bench.selection.drop()
            case _:
                bench.show(photograph(100, 90))
        assert bench.selection.is_pending == (way == "hint")
        assert not bench.mask.any()
        bench.selection.apply()
        assert not seen

    on_bench(body)


@pytest.mark.parametrize("is_busy", [False, True])
def test_a_tool_that_changes_the_mask_brings_it_in(on_bench: OnBench, is_busy: bool) -> None:
    async def body(bench: Bench) -> None:
        bench.selection.begin(Hints(BOX), Combine.ADD)
        if not is_busy:
            await bench.answer()
        for tool in (Tool.HAND, Tool.ZOOM, Tool.SMART_SELECT):
            bench.canvas.set_tool(tool)
        assert bench.selection.is_pending
        bench.canvas.set_tool(Tool.BRUSH)
        await bench.brought_in()
        found = smart_select(disc(), Hints(BOX))
        assert np.array_equal(bench.mask, mask_of((found, Combine.ADD)))

    on_bench(body)


def test_a_stroke_that_is_painted_meanwhile_is_not_cut_off(on_bench: OnBench) -> None:
    async def body(bench: Bench) -> None:
        document, selection = bench.document, bench.selection
        selection.begin(Hints(BOX), Combine.ADD)
        bench.canvas.set_tool(Tool.BRUSH)
        document.begin_stroke(Brush(10), Sample(Point(20, 20)))
        while selection.found is None:
            await emitted(selection.changed)
        assert document.is_painting
        assert selection.is_pending
        found = selection.found
        document.continue_stroke(Sample(Point(70, 20)))
        document.end_stroke()
        stroke = bench.mask.copy()
        assert stroke[20, 20] == stroke[20, 70] == 255
        await bench.brought_in()
        old = Region(Rect(0, 0, 320, 260), stroke)
        assert np.array_equal(bench.mask, mask_of((old, Combine.ADD), (found, Combine.ADD)))
        document.undo()
        assert np.array_equal(bench.mask, stroke)

    on_bench(body)


def test_where_nothing_is_found_the_mask_stays(on_bench: OnBench) -> None:
    async def body(bench: Bench) -> None:
        everything = rectangle_region(Point(0, 0), Point(320, 260), Source.of("", disc()).size)
        bench.document.select(lambda: everything, Combine.ADD)
        bench.selection.begin(Hints(scribbles=(LESS,)), Combine.INTERSECT)
        assert (await bench.answer()).rect.is_empty
        bench.selection.apply()
        assert not bench.selection.is_pending
        assert bench.mask.all()

    on_bench(body)


def test_it_ends_with_the_picture(on_bench: OnBench) -> None:
    async def body(bench: Bench) -> None:
        bench.selection.begin(Hints(BOX), Combine.ADD)
        bench.show(photograph(100, 90))
        assert not bench.selection.is_pending
        assert not bench.selection.is_busy
        bench.selection.begin(Hints(Rect(20, 20, 50, 50)), Combine.ADD)
        wanted = smart_select(photograph(100, 90), Hints(Rect(20, 20, 50, 50)))
        assert equal(await bench.answer(), wanted)

    on_bench(body)


def test_without_a_picture_nothing_happens(qt_loop: QtLoop) -> None:
    async def drive() -> None:
        tasks, canvas = TaskOwner(), CanvasModel()
        selection = SmartSelection(Document(tasks), canvas, tasks)
        selection.begin(Hints(BOX), Combine.ADD)
        assert not selection.is_pending
        selection.apply()
        await tasks.close()

    qt_loop.run(drive())


def test_a_bug_leaves_nobody_waiting(on_bench: OnBench, caplog: pytest.LogCaptureFixture) -> None:
    async def body(bench: Bench) -> None:
        seen: list[str] = []
        # Not a picture in three colours.
        bench.show(disc()[:, :, 0])
        bench.selection.begin(Hints(BOX), Combine.ADD)
        bench.selection.apply(lambda: seen.append("done"))
        while bench.selection.is_busy:
            await emitted(bench.selection.changed)
        bench.selection.apply()
        assert not bench.selection.is_pending
        assert not bench.mask.any()
        assert not seen

    with caplog.at_level(logging.CRITICAL):
        on_bench(body)
    assert "smart select" in caplog.text


def test_closing_waits_for_no_answer(on_bench: OnBench) -> None:
    async def body(bench: Bench) -> None:
        bench.selection.begin(Hints(BOX), Combine.ADD)
        await asyncio.sleep(0)
        await bench.tasks.close()
        assert not bench.selection.is_busy
        assert bench.selection.found is None

    on_bench(body)
