"""The table of numbers: what the program reaches, beside what it is meant to reach.

Run by `python dev.py bench`. Everything goes through the real widget with real events, off
screen, at 1920 × 1080; times are CPU times of the process unless a row says otherwise.
"""

from __future__ import annotations

import argparse
import asyncio
import io
import math
import os
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

os.environ.setdefault("QT_QPA_PLATFORM", "offscreen")
sys.path.insert(0, str(Path(__file__).resolve().parents[2]))

import cv2
import numpy as np
from PIL import Image
from PySide6.QtCore import QCoreApplication, QEvent, QPoint, Qt
from PySide6.QtTest import QTest

from fluxfill_studio.app import make_loop, make_qt
from fluxfill_studio.core.codec import encode_png
from fluxfill_studio.core.compose import composite
from fluxfill_studio.core.geometry import Rect
from fluxfill_studio.core.source import Source
from fluxfill_studio.core.types import Pixels
from fluxfill_studio.model.canvas import CanvasModel
from fluxfill_studio.model.document import Document, Picture
from fluxfill_studio.model.generation import Parameters
from fluxfill_studio.model.tasks import TaskOwner
from fluxfill_studio.storage.images import read_source
from fluxfill_studio.storage.paths import load_schema, resources
from fluxfill_studio.ui.canvas.canvas import Canvas
from tests.pictures import photograph
from tests.qt import acting

SIZES = {24: (6000, 4000), 100: (12000, 8333)}
VIEW = (1920, 1080)
EVENTS, STEP = 200, 32


def large_photograph(megapixels: int) -> Pixels:
    """A photograph of the size, laid out of one small one: making a large one takes long."""
    width, height = SIZES[megapixels]
    part = photograph(1500, 1000)
    tiles = np.tile(part, (-(-height // 1000), -(-width // 1500), 1))
    return np.ascontiguousarray(tiles[:height, :width])


@dataclass(frozen=True)
class Row:
    """One line of the table; `goal` is the largest value that reaches it, None where there is none.

    `beside` names what the value is compared with, measured in the same run.
    """

    what: str
    value: float
    unit: str
    goal: float | None = None
    beside: str = ""

    @property
    def verdict(self) -> str:
        if self.goal is None:
            return ""
        return "reached" if self.value <= self.goal else "not yet"


class Stage:
    """A canvas on a picture of so many megapixels."""

    def __init__(self, tasks: TaskOwner, pixels: Pixels) -> None:
        self.document = Document(tasks)
        self.model = CanvasModel()
        parameters = Parameters(load_schema(resources()))
        self.canvas = Canvas(self.document, self.model, parameters)
        self.canvas.resize(*VIEW)
        self.canvas.show()
        self.document.show(Picture.of(Source("bench", pixels)))
        self._paint()

    def _paint(self) -> None:
        """Paint now what has to be painted, without turning the loop that we run on."""
        QCoreApplication.sendPostedEvents()
        QCoreApplication.sendEvent(self.canvas, QEvent(QEvent.Type.UpdateRequest))

    @property
    def history_bytes(self) -> int:
        picture = self.document.picture
        return 0 if picture is None else picture.history.byte_count

    def stroke(self, size: float, scale: float | None) -> list[float]:
        """The benchmark's stroke; returns the CPU seconds of every event."""
        self.model.set_brush(size=size, hardness=0.5)
        if scale is None:
            self.canvas.fit()
        else:
            self.canvas.zoom_to(scale)
        self._paint()
        viewport = self.canvas.viewport
        if viewport is None:
            raise RuntimeError("no picture is shown")
        step = STEP * viewport.scale
        points = list(_sine(step, self.canvas.width(), self.canvas.height()))
        QTest.mousePress(self.canvas, Qt.MouseButton.LeftButton, pos=points[0])
        self._paint()
        times = []
        for point in points[1:]:
            started = time.process_time()
            QTest.mouseMove(self.canvas, point)
            self._paint()
            times.append(time.process_time() - started)
        QTest.mouseRelease(self.canvas, Qt.MouseButton.LeftButton, pos=points[-1])
        self._paint()
        return times

    def undo(self) -> float:
        """Undo with its repaint; CPU seconds."""
        started = time.process_time()
        self.document.undo()
        self._paint()
        return time.process_time() - started

    def pans(self) -> list[float]:
        times = []
        viewport = self.canvas.viewport
        for index in range(30):
            if viewport is None:
                break
            started = time.process_time()
            viewport = viewport.panned(7 if index % 2 else -7, 3)
            self.canvas.set_viewport(viewport)
            self._paint()
            times.append(time.process_time() - started)
        return times


def _sine(step: float, width: int, height: int) -> Iterator[QPoint]:
    """Points `step` view pixels apart along the x axis of a sine, folded into the view."""
    span = width - 200
    for index in range(EVENTS + 1):
        along = index * step
        x = along % (2 * span)
        x = x if x <= span else 2 * span - x
        yield QPoint(round(100 + x), round(height / 2 + height / 4 * math.sin(along / 150)))


def _ms(seconds: list[float], quantile: float = 0.5) -> float:
    ordered = sorted(seconds)
    return 1000 * ordered[min(len(ordered) - 1, int(quantile * len(ordered)))]


@contextmanager
def _timed() -> Iterator[Callable[[], float]]:
    """Wall-clock seconds of a block."""
    started = time.perf_counter()
    ended: list[float] = []
    yield lambda: ended[0]
    ended.append(time.perf_counter() - started)


def canvas_rows(stage: Stage, megapixels: int) -> Iterator[Row]:
    for size, goal in ((512, 1.4), (64, 0.3)):
        for name, scale in (("fit", None), ("100 %", 1.0)):
            before = stage.history_bytes
            times = stage.stroke(size, scale)
            label = f"event, {size} px soft brush, {name}, {megapixels} MP"
            yield Row(f"{label}, median", _ms(times), "ms", goal)
            if size == 512:
                yield Row(f"{label}, p99", _ms(times, 0.99), "ms", 4)
                kept = (stage.history_bytes - before) / 2**20
                yield Row(f"undo record of it, {megapixels} MP, {name}", kept, "MB", 3)
                undo = _ms([stage.undo()])
                yield Row(f"undo of it, {megapixels} MP, {name}", undo, "ms", 10)
                stage.document.redo()
    stage.canvas.fit()
    yield Row(f"pan, fit, {megapixels} MP, median", _ms(stage.pans()), "ms", 12)
    stage.canvas.zoom_to(1.0)
    yield Row(f"pan, 100 %, {megapixels} MP, median", _ms(stage.pans()), "ms", 12)
    stage.canvas.close()


def file_rows(megapixels: int) -> Iterator[Row]:
    pixels = large_photograph(megapixels)
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "photograph.jpg"
        Image.fromarray(pixels).save(path, quality=90)
        with _timed() as pillow, Image.open(path) as image:
            image.load()
        with _timed() as ours:
            Picture.of(read_source(path))
        yield Row(
            f"open a {megapixels} MP JPEG, ready to paint",
            ours(),
            "s",
            beside=f"Pillow decodes it in {pillow():.2f} s",
        )
    mask = np.zeros(pixels.shape[:2], np.uint8)
    width, height = SIZES[megapixels]
    cv2.circle(mask, (width // 2, height // 2), height // 3, 255, -1)
    with _timed() as pillow:
        Image.fromarray(mask).save(io.BytesIO(), "PNG")
    with _timed() as ours:
        encode_png(mask)
    yield Row(
        f"{megapixels} MP mask to PNG", ours(), "s", 0.25, f"Pillow's defaults {pillow():.2f} s"
    )
    crop = Rect(0, 0, width, height)
    fill = photograph(1440, 960, seed=3)
    with _timed() as copy:
        pixels.copy()
    with _timed() as ours:
        composite(pixels, fill, crop, mask)
    yield Row(f"blend {megapixels} MP", ours(), "s", beside=f"a copy of the picture {copy():.2f} s")


def show(rows: Iterator[Row]) -> list[Row]:
    shown = []
    for row in rows:
        goal = "" if row.goal is None else f"≤ {row.goal:g}"
        print(
            f"{row.what:<52} {row.value:9.2f} {row.unit:<3} {goal:>8} {row.verdict:<8} {row.beside}"
        )
        sys.stdout.flush()
        shown.append(row)
    return shown


async def _measure(stage: Stage, tasks: TaskOwner, megapixels: int) -> list[Row]:
    rows = await acting(lambda: show(canvas_rows(stage, megapixels)))
    rows += show(file_rows(megapixels))
    await tasks.close()
    return rows


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--megapixels", type=int, nargs="+", choices=SIZES, default=list(SIZES))
    arguments = parser.parse_args()
    qt = make_qt()
    rows = []
    for megapixels in arguments.megapixels:
        tasks = TaskOwner()
        stage = Stage(tasks, large_photograph(megapixels))
        # The window must be on the screen before anything is painted into it.
        qt.processEvents()
        with asyncio.Runner(loop_factory=lambda: make_loop(qt)) as runner:
            rows += runner.run(_measure(stage, tasks, megapixels))
    aims = [row for row in rows if row.goal is not None]
    reached = sum(row.verdict == "reached" for row in aims)
    print(f"{reached} of {len(aims)} goals reached")
    return 0


if __name__ == "__main__":
    sys.exit(main())
