"""The rows of the whole program: its window with everything around the canvas, on its own loop."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Callable
from pathlib import Path
from statistics import median
from typing import Final

from PIL import Image
from PySide6.QtCore import QSize, SignalInstance
from PySide6.QtWidgets import QApplication

from fluxfill_studio.app import Application
from fluxfill_studio.storage.images import read_source
from tests.bench.clocks import copy_of, seconds
from tests.bench.driver import SCALES, VIEW, paint_now
from tests.bench.ours import Ours
from tests.bench.painting import EVENT, LARGE, show_stroke
from tests.bench.report import Report, Row
from tests.bench.subjects import SIZES as PICTURE_SIZES
from tests.bench.subjects import Folder
from tests.e2e.driving import close, start
from tests.qt import emitted

_FIRST_SHARE, _WHOLE_SHARE = 0.5, 1.2
# What is shown in a tenth of a second is there at once.
_AT_ONCE: Final = 0.1
_ROUNDS: Final = 3


class Program:
    """The program, started off screen with settings of its own."""

    def __init__(self, application: Application, running: asyncio.Task[None]) -> None:
        self.studio, self.window = application.studio, application.window
        self._application, self._running = application, running
        self.ours = Ours(self.studio.document, self.studio.canvas, self.window.canvas)

    @classmethod
    async def start(cls, qt: QApplication, folder: Path) -> Program:
        application = Application(
            qt, folder / "settings.ini", folder / "data", key=None, base_url=None
        )
        return cls(application, await start(application))

    async def close(self) -> None:
        await close(self._application)
        await self._running

    async def open(self, path: Path) -> None:
        """Open a picture; its canvas gets the benchmark's size."""
        await after(self.studio.opener.opened, lambda: self.studio.opener.open_path(path))
        window, canvas = self.window, self.window.canvas
        rest = window.size() - canvas.size()
        window.resize(rest + QSize(*VIEW))
        paint_now(window)
        if canvas.size() != QSize(*VIEW):
            raise RuntimeError(f"the canvas has taken the size {canvas.size()}")


async def measure_window(report: Report, qt: QApplication, folder: Folder, megapixels: int) -> None:
    """The event of the stroke benchmark with the whole window around the canvas."""
    program = await Program.start(qt, folder.path)
    await program.open(folder.photograph(megapixels))
    report.head(f"Painting on {megapixels} MP in the whole window")
    for view in SCALES:
        await show_stroke(report, program.ours, (LARGE, view), EVENT, {})
    await program.close()


async def measure_opening(
    report: Report, qt: QApplication, folder: Folder, megapixels: int
) -> None:
    """From the wish to open a file to its first picture, and to the whole, on the screen."""
    program = await Program.start(qt, folder.path)
    plain, previewed = folder.photograph(megapixels), folder.previewed(megapixels)
    await program.open(plain)
    pillow, decoded, opened, at_once = [], [], [], []
    for _ in range(_ROUNDS):
        pillow.append(seconds(lambda: _decode_with_pillow(plain)))
        decoded.append(seconds(lambda: read_source(plain)))
        opened.append(await _opening_times(program, plain))
        at_once.append((await _opening_times(program, previewed))[0])
    await program.close()
    alone = median(pillow)
    firsts, wholes = zip(*opened, strict=True)
    copied = copy_of(3 * PICTURE_SIZES[megapixels].area)
    report.head(f"Opening a {megapixels} MP JPEG")
    report.add(Row("first picture of a file with a preview", median(at_once), "s", _AT_ONCE))
    for name, times, share in (
        ("first picture of a file without", firsts, _FIRST_SHARE),
        ("all of it decoded", decoded, _WHOLE_SHARE),
    ):
        note = f"goal {share:g} × Pillow's {alone:.2f} s"
        report.add(Row(name, median(times), "s", share * alone, copied, note=note))
    report.add(Row("ready to paint: decoded, reduced, on the screen", median(wholes), "s"))


async def _opening_times(program: Program, path: Path) -> tuple[float, float]:
    """Seconds until the first picture of a file is on the screen, and until all of it is."""
    opener = program.studio.opener
    shown: list[float] = []

    def note(_: object) -> None:
        paint_now(program.window)
        shown.append(time.perf_counter() - started)

    signals = (opener.previewed, opener.opened)
    for signal in signals:
        signal.connect(note)
    await program.ours.settle()
    started = time.perf_counter()
    await program.open(path)
    for signal in signals:
        signal.disconnect(note)
    return shown[0], shown[-1]


def _decode_with_pillow(path: Path) -> None:
    with Image.open(path) as image:
        image.load()


async def after(signal: SignalInstance, action: Callable[[], object]) -> None:
    """Do what `signal` follows upon, and wait for it."""
    waiting = asyncio.ensure_future(emitted(signal))
    # Connected by its first step.
    await asyncio.sleep(0)
    action()
    await waiting
