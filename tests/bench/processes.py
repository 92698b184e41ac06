"""The rows of what takes a process of its own: memory, and the start to the first paint."""

from __future__ import annotations

import os
import subprocess
import sys
import time
from pathlib import Path
from statistics import median
from typing import Final

from tests.bench.report import Report, Row
from tests.bench.subjects import SIZES, Folder

_HERE: Final = Path(__file__).parent
_MEMORY_GOAL, _START_GOAL = 12, 250
_STARTS: Final = 7
_MS: Final = 1e3
_NOT_COMPILED: Final = "PYTHONDONTWRITEBYTECODE"


def measure_memory(report: Report, folder: Folder, megapixels: int) -> None:
    """The peak while a picture is opened and painted on, above the program with one pixel."""
    if not sys.platform.startswith("linux"):
        report.skip("Memory", "only Linux tells a process's own peak")
        return
    base, peak = (
        int(_output(folder, "peak_memory.py", str(path)))
        for path in (folder.pixel(), folder.photograph(megapixels))
    )
    report.head(f"Memory, {megapixels} MP")
    per_pixel = (peak - base) / SIZES[megapixels].area
    note = f"{peak / 2**20:.0f} MB, {base / 2**20:.0f} MB with one pixel"
    report.add(Row("peak of opening and a stroke", per_pixel, "B/pixel", _MEMORY_GOAL, note=note))


def measure_start(report: Report, folder: Folder) -> None:
    """From the start of the process to the first paint, above an empty QMainWindow."""
    # An installed program is compiled already: so that this one is, start it once.
    _output(folder, "first_paint.py", "ours")
    walls: dict[str, list[float]] = {"empty": [], "ours": []}
    cpus: dict[str, list[float]] = {"empty": [], "ours": []}
    # By turns, so that a busy minute does not fall on one of them alone.
    for name in list(walls) * _STARTS:
        started = time.monotonic()
        painted, cpu = map(float, _output(folder, "first_paint.py", name).split())
        walls[name].append(painted - started)
        cpus[name].append(cpu)
    empty, ours = (_MS * median(walls[name]) for name in ("empty", "ours"))
    report.head("Start")
    cpu_ours, cpu_empty = (_MS * median(cpus[name]) for name in ("ours", "empty"))
    note = f"{ours:.0f} and {empty:.0f} ms; CPU {cpu_ours:.0f} and {cpu_empty:.0f} ms"
    report.add(
        Row("first paint, above an empty QMainWindow", ours - empty, "ms", _START_GOAL, note=note)
    )


def _output(folder: Folder, script: str, argument: str) -> str:
    """What a script of this folder prints, with a home of its own."""
    home = str(folder.path)
    environment = {
        **{name: value for name, value in os.environ.items() if name != _NOT_COMPILED},
        "HOME": home,
        "XDG_CONFIG_HOME": home,
        "XDG_DATA_HOME": home,
        "XDG_STATE_HOME": home,
        "QT_QPA_PLATFORM": "offscreen",
        "PYTHONPYCACHEPREFIX": str(folder.path / "compiled"),
        # Off screen every window is warned of.
        "QT_LOGGING_RULES": "default.warning=false",
    }
    command = [sys.executable, str(_HERE / script), argument]
    return subprocess.run(
        command, env=environment, stdout=subprocess.PIPE, text=True, check=True
    ).stdout
