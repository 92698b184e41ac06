"""The bench measures what it says, and says so when it could not."""

from __future__ import annotations

import asyncio
import math
import subprocess
import sys
from collections.abc import Callable, Coroutine
from itertools import pairwise
from pathlib import Path
from typing import Any

import pytest
from PySide6.QtCore import QRectF
from PySide6.QtWidgets import QApplication
from typing_extensions import override

from fluxfill_studio.model.tasks import TaskOwner
from tests.bench.clocks import quantile
from tests.bench.driver import (
    EVENTS,
    VIEW,
    measure_pan,
    measure_stroke,
    measure_zoom,
    sine_path,
)
from tests.bench.ours import Ours, open_alone
from tests.bench.plain_qt import PlainCanvas
from tests.bench.report import Report, Row
from tests.pictures import photograph
from tests.qt import QtLoop

TABLE = Path(__file__).with_name("table.py")
OnOurs = Callable[[Callable[[Ours], Coroutine[Any, Any, None]]], None]


@pytest.fixture
def on_ours(qt_loop: QtLoop) -> OnOurs:
    """Runs a coroutine function with our canvas on a picture that is larger than the view."""

    async def whole(body: Callable[[Ours], Coroutine[Any, Any, None]]) -> None:
        tasks = TaskOwner()
        ours = await open_alone(tasks, photograph(2400, 1500))
        assert (ours.canvas.width(), ours.canvas.height()) == VIEW
        await body(ours)
        ours.canvas.close()
        await tasks.close()

    return lambda body: qt_loop.run(whole(body))


def test_the_path_has_even_steps_and_is_folded_into_its_area() -> None:
    area = QRectF(100, 50, 400, 300)
    points = list(sine_path(201, 32, area))
    assert len(points) == 201
    assert all(area.contains(point) for point in points)
    steps = [b - a for a, b in pairwise(points)]
    lengths = [math.hypot(step.x(), step.y()) for step in steps]
    # Only where it turns back at a side is the way shorter as the crow flies.
    turns = sum(length < 31 for length in lengths)
    assert max(lengths) < 32.1
    assert 0 < turns < 30


@pytest.mark.parametrize("scale", [None, 1.0])
def test_our_stroke_is_measured_and_leaves_nothing(on_ours: OnOurs, scale: float | None) -> None:
    async def body(ours: Ours) -> None:
        times = await measure_stroke(ours, 64, scale)
        assert len(times.events) == EVENTS
        assert min(times.events) > 0
        assert times.kept_bytes > 0
        assert ours.painted_pixels == 0
        assert not ours.document.can_undo
        await ours.redo()
        # The disc's width along the path, less where that crosses itself.
        assert ours.painted_pixels > 64 * EVENTS * 8

    on_ours(body)


class Idle(Ours):
    """Takes every event and shows nothing of it."""

    @override
    def paint(self) -> None:
        return


def test_work_that_does_not_reach_the_screen_is_not_counted_as_work(on_ours: OnOurs) -> None:
    async def body(ours: Ours) -> None:
        idle = Idle(ours.document, ours.model, ours.canvas)
        with pytest.raises(RuntimeError, match="the stroke is not on the screen"):
            await measure_stroke(idle, 64, None)
        ours.document.end_stroke()

    on_ours(body)


def test_frames_move_the_view(on_ours: OnOurs) -> None:
    async def body(ours: Ours) -> None:
        seen = set()
        ours.canvas.viewport_changed.connect(lambda: seen.add(ours.canvas.viewport))
        frames = measure_pan(ours, 1.0)
        assert len(frames) <= len(seen)
        seen.clear()
        frames = measure_zoom(ours)
        assert len(frames) <= len(seen)

    on_ours(body)


def test_the_plain_canvas_takes_the_same_stroke(qapp: QApplication) -> None:
    canvas = PlainCanvas(photograph(600, 400))
    times = asyncio.run(measure_stroke(canvas, 64, None))
    assert len(times.events) == EVENTS
    assert times.kept_bytes == 4 * 600 * 400
    canvas.close()


def test_a_quantile_is_one_of_the_values() -> None:
    values = [float(value) for value in range(200, 0, -1)]
    assert quantile(values, 0.5) == 101
    assert quantile(values, 0.99) == 199
    assert quantile([3.0], 0.9) == 3


def test_the_table_tells_what_is_reached(capsys: pytest.CaptureFixture[str]) -> None:
    report = Report(("a peer",))
    report.head("Speed")
    report.add(Row("fast", 1.0, "ms", 1.0, limit=0.25, peers={"a peer": 12.5}))
    report.add(Row("slow", 1.01, "ms", 1.0))
    report.add(Row("size", 3.0, "MB"))
    report.skip("Sound", "there is no loudspeaker")
    report.end()
    text = capsys.readouterr().out
    head, fast, slow, size, skipped, _, end = text.strip().splitlines()
    assert head.split() == ["Speed", "ours", "a", "peer", "copy", "goal"]
    assert fast.split() == ["fast", "1", "ms", "12.50", "0.25", "≤", "1", "reached"]
    assert slow.split() == ["slow", "1.01", "ms", "≤", "1", "not", "yet"]
    assert size.split() == ["size", "3", "MB"]
    assert skipped == "Sound: not measured, there is no loudspeaker"
    assert end == "1 of 2 goals reached, 1 not measured"


def test_the_parts_can_be_chosen() -> None:
    command = [sys.executable, str(TABLE), "--only", "nothing"]
    finished = subprocess.run(command, capture_output=True, text=True, check=False)
    assert finished.returncode == 2
    assert "stroke" in finished.stderr


@pytest.mark.slow
@pytest.mark.timeout(600)
def test_every_part_is_measured() -> None:
    command = [sys.executable, str(TABLE), "--megapixels", "24"]
    finished = subprocess.run(command, capture_output=True, text=True, check=False)
    assert finished.returncode == 0, finished.stderr
    for part in ("Painting", "frame", "whole window", "Opening", "Encoding", "pause", "Start"):
        assert part in finished.stdout
    assert "goals reached" in finished.stdout.splitlines()[-1]
