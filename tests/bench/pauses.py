"""The rows of pauses: how long the window could not have answered a person, by the wall's clock.

A heartbeat runs on the program's own loop while large files are opened, written and worked on.
The loop is never late by itself, so what is late was held up, by our own work on the interface
thread, by the interpreter's lock, or by other programs on a busy machine.
"""

from __future__ import annotations

import asyncio
import time
from collections.abc import Awaitable, Callable, Iterator
from contextlib import contextmanager, nullcontext
from itertools import cycle
from statistics import median
from typing import Final

from PySide6.QtCore import QTimer
from PySide6.QtWidgets import QApplication

from fluxfill_studio.model.saving import Saving
from tests.bench.driver import Pointer, paint_line, sine_path
from tests.bench.ours import Ours
from tests.bench.painting import LARGE
from tests.bench.program import Program, after
from tests.bench.report import Report, Row
from tests.bench.subjects import Folder

Work = Callable[[], Awaitable[object]]

_BEAT: Final = 0.002
# Beats after the work: what it shows is painted by then.
_BEATS_AFTER: Final = 10
_GOAL, _GOAL_PAINTING = 50, 16
# A pointer tells of itself about 125 times a second.
_POINTER_MS, _POINTER_STEP, _POINTS = 8, 8.0, 1000
_ROUNDS: Final = 3
_MS: Final = 1e3


async def measure_pauses(report: Report, qt: QApplication, folder: Folder, megapixels: int) -> None:
    """The longest pause of everything that takes long, some of it while painting goes on."""
    program = await Program.start(qt, folder.path)
    studio, photograph = program.studio, folder.photograph(megapixels)
    await program.open(photograph)
    mask, result = folder.path / "mask.png", folder.path / "result.png"
    studio.parameters.set("prompt", "a calm sea")

    async def open_it() -> None:
        await program.open(photograph)

    async def export() -> None:
        await after(studio.masks.exported, lambda: studio.masks.write(mask, overwrite=True))

    async def run() -> None:
        await after(studio.gallery.shown_changed, studio.generation.run)

    async def save() -> None:
        entry = studio.gallery.finished[-1]
        saving = Saving(entry, await studio.gallery.composite_of(entry.id))
        await after(studio.saver.saved, lambda: studio.saver.save(saving, result))

    report.head(f"Longest pause of the event loop, {megapixels} MP")
    await _show(report, program.ours, "open", open_it, painting=True)
    await _show(report, program.ours, "open", open_it)
    paint_line(program.ours)
    await _show(report, program.ours, "export the mask", export)
    await _show(report, program.ours, "run: encode, upload, decode, blend, show", run)
    await _show(report, program.ours, "save the result", save)
    # Back to the canvas, which the result took the place of.
    studio.gallery.select(None)
    await _show(report, program.ours, "save the result", save, painting=True)
    changed = studio.gallery.finished[-1].changed_outside
    if changed is not None:
        report.add(Row("pixels changed outside the mask", changed, "", 0))
    await program.close()


async def _show(
    report: Report, ours: Ours, what: str, work: Work, *, painting: bool = False
) -> None:
    pauses = []
    for _ in range(_ROUNDS):
        await ours.settle()
        with _painting(ours) if painting else nullcontext():
            pauses.append(await _longest_pause(work()))
    name = f"{what}, while painting" if painting else what
    report.add(Row(name, _MS * median(pauses), "ms", _GOAL_PAINTING if painting else _GOAL))


async def _longest_pause(work: Awaitable[object]) -> float:
    """The longest time by which a beat of the loop was late, until `work` is done and painted."""
    ending = asyncio.ensure_future(work)
    longest, last, left = 0.0, time.perf_counter(), _BEATS_AFTER
    while left:
        await asyncio.sleep(_BEAT)
        now = time.perf_counter()
        longest, last = max(longest, now - last - _BEAT), now
        left -= ending.done()
    await ending
    return longest


@contextmanager
def _painting(ours: Ours) -> Iterator[None]:
    """A stroke that goes on as long as one is inside."""
    ours.take_brush(LARGE)
    _, area = ours.place(None)
    pointer = Pointer(ours.widget)
    points = cycle(sine_path(_POINTS, _POINTER_STEP, area))
    start = next(points)
    pointer.send(pointer.hover(start))
    pointer.send(pointer.press(start))
    timer = QTimer()
    timer.timeout.connect(lambda: pointer.send(pointer.move(next(points))))
    timer.start(_POINTER_MS)
    yield
    timer.stop()
    pointer.send(pointer.release(start))
