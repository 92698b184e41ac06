"""The window never waits: the event loop goes on while a large picture is opened and filled."""

from __future__ import annotations

import asyncio
import math
import time
from pathlib import Path

import numpy as np
from PIL import Image
from PySide6.QtCore import QPoint

from fluxfill_studio.app import Application
from tests.e2e.conftest import MakeApplication
from tests.e2e.driving import close, open_file, paint, run, save_as, start, write_prompt
from tests.pictures import photograph
from tests.qt import QtLoop, emitted

LIMIT = 0.1
_BEAT = 0.002
_ATTEMPTS = 3


class Heartbeat:
    """Beats every two milliseconds while the loop lets it; `longest` is the longest pause."""

    def __init__(self) -> None:
        self.longest = 0.0
        self._task = asyncio.create_task(self._beat())

    async def _beat(self) -> None:
        last = time.perf_counter()
        while True:
            await asyncio.sleep(_BEAT)
            now = time.perf_counter()
            self.longest = max(self.longest, now - last)
            last = now

    async def stop(self) -> float:
        self._task.cancel()
        await asyncio.gather(self._task, return_exceptions=True)
        return self.longest


async def longest_pause(application: Application, picture: Path, target: Path) -> float:
    """Of the loop, while `picture` is opened, painted on, filled, shown and saved."""
    program = await start(application)
    heartbeat = Heartbeat()
    await open_file(application, picture)
    middle = application.window.canvas.rect().center()
    await paint(application, middle, middle + QPoint(60, 0), middle + QPoint(90, 40))
    write_prompt(application, "a calm sea")
    await run(application)
    await emitted(application.studio.gallery.shown_changed)
    await save_as(application, target)
    longest = await heartbeat.stop()
    await close(application)
    await program
    return longest


def test_a_24_megapixel_picture_is_opened_filled_and_saved_without_a_stall(
    make_application: MakeApplication, qt_loop: QtLoop, tmp_path: Path
) -> None:
    picture = tmp_path / "large.jpg"
    Image.fromarray(np.tile(photograph(1500, 1000), (4, 4, 1))).save(picture, quality=90)
    longest = math.inf
    # A busy machine can hold any process up; what our own code does comes back every time.
    for attempt in range(_ATTEMPTS):
        target = tmp_path / f"result-{attempt}.png"
        pause = qt_loop.run(longest_pause(make_application(), picture, target))
        longest = min(longest, pause)
        if longest < LIMIT:
            break
    assert longest < LIMIT, f"the loop stood still for {1000 * longest:.0f} ms"
