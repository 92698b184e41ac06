"""The peers' strokes: a plain Qt canvas in this process, napari in one of its own."""

from __future__ import annotations

import asyncio
import json
import os
import subprocess
from pathlib import Path
from typing import Final

from tests.bench.driver import VIEW, Case, StrokeTimes, measure_cases
from tests.bench.plain_qt import PlainCanvas
from tests.bench.subjects import large_photograph
from tests.bench.xserver import obstacle, virtual_screen

_SCRIPT: Final = Path(__file__).with_name("napari_subject.py")
# Room for a window around the canvas.
_SCREEN: Final = (VIEW[0] + 800, VIEW[1] + 400)


class NapariFailed(Exception):
    """Its process did not get to the end; the text says why."""


def plain_strokes(megapixels: int) -> dict[Case, StrokeTimes]:
    """On a plain Qt canvas. Not while a coroutine runs."""
    canvas = PlainCanvas(large_photograph(megapixels))
    strokes = asyncio.run(measure_cases(canvas))
    canvas.close()
    return strokes


def napari_strokes(python: Path, picture: Path, home: Path) -> dict[Case, StrokeTimes]:
    """On napari, run by the interpreter `python` with its settings in `home`.

    Raises NapariFailed.
    """
    reason = obstacle()
    if reason is not None:
        raise NapariFailed(reason)
    with virtual_screen(_SCREEN) as display:
        environment = {
            **os.environ,
            "DISPLAY": display,
            "QT_QPA_PLATFORM": "xcb",
            "HOME": str(home),
            "NAPARI_CONFIG": str(home / "napari.yaml"),
        }
        finished = subprocess.run(
            [python, _SCRIPT, picture], env=environment, capture_output=True, text=True, check=False
        )
    if finished.returncode:
        raise NapariFailed(finished.stderr.strip().splitlines()[-1])
    lines = json.loads(finished.stdout.splitlines()[-1])
    return {(size, view): StrokeTimes(**stroke) for (size, view), stroke in lines}
