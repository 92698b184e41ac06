"""Latency: from the pointer event sent to the X server until the screen's pixel has changed.

The canvas fills the screen of an Xvfb in a process of its own, on the program's own kind of loop.
We move the pointer through XTEST and ask the server for one pixel until it is another. That pixel
lies half the brush's radius ahead of the new position: the soft brush reached it before, but
every event brings it nearer to the brush's middle, so it becomes brighter with every one. The
cursor's ring, which may move without any paint, is far from it before and after. Between two
events we wait until the pixel has been quiet, so none is credited with the paint of the one
before. Ours is shown in the mask view, where nothing but paint and the ring changes a pixel.

The events are twice as far apart as in the stroke benchmark, for a very soft brush may lay its
dabs further apart than that, and then not every event has something to show.

Both cores are busy meanwhile: one with us and the server, asking; so the numbers are rather too
large than too small.
"""

from __future__ import annotations

import os
import subprocess
import sys
import time
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Final

from tests.bench.clocks import quantile
from tests.bench.driver import SCALES, STEP
from tests.bench.report import PLAIN_QT, Report, Row
from tests.bench.xserver import XClient, obstacle, virtual_screen

_SCRIPT: Final = Path(__file__).with_name("latency_subject.py")
_RADIUS, _STEP = 256, 2 * STEP
_QUIET: Final = 0.02
_ROUNDS: Final = 3
_GOALS: Final = {"median": (0.5, 8), "p90": (0.9, 12)}
_MS: Final = 1e3


def measure_latency(report: Report, megapixels: int, *, peers: bool) -> None:
    """The rows of latency, beside the plain Qt canvas's where `peers` is set."""
    reason = obstacle()
    if reason is not None:
        report.skip("Latency", reason)
        return
    report.head(f"Latency on {megapixels} MP")
    with virtual_screen() as display:
        ours = _latencies(display, "ours", megapixels)
        theirs = _latencies(display, PLAIN_QT, megapixels) if peers else {}
    for view, times in ours.items():
        for name, (share, goal) in _GOALS.items():
            report.add(
                Row(
                    f"pointer event to pixel, 512 px, {view}, {name}",
                    _MS * quantile(times, share),
                    "ms",
                    goal,
                    peers={PLAIN_QT: _MS * quantile(theirs[view], share)} if theirs else {},
                )
            )


def _latencies(display: str, name: str, megapixels: int) -> Mapping[str, list[float]]:
    """Seconds of every event, by the view in which it was painted."""
    environment = {**os.environ, "DISPLAY": display, "QT_QPA_PLATFORM": "xcb"}
    environment.pop("WAYLAND_DISPLAY", None)
    command = [sys.executable, str(_SCRIPT), name, str(megapixels)]
    with subprocess.Popen(
        command, env=environment, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
    ) as process:
        client = XClient(display)
        try:
            return {
                view: [
                    latency for _ in range(_ROUNDS) for latency in _measure(client, process, view)
                ]
                for view in SCALES
            }
        finally:
            client.close()
            if process.stdin is not None:
                process.stdin.close()


def _measure(client: XClient, process: subprocess.Popen[str], view: str) -> list[float]:
    """Two strokes from left to right, on a mask that is empty again."""
    if process.stdin is None or process.stdout is None:
        raise RuntimeError("the canvas cannot be told what to show")
    print(view, file=process.stdin, flush=True)
    scale, left, top, right, bottom = map(float, process.stdout.readline().split())
    radius, step = round(_RADIUS * scale), max(1, round(_STEP * scale))
    columns = range(round(left) + radius, round(right) - radius, step)
    return [
        latency
        for share in (0.25, 0.75)
        for latency in _stroke(client, columns, round(top + share * (bottom - top)), radius // 2)
    ]


def _stroke(client: XClient, columns: range, y: int, ahead: int) -> Iterator[float]:
    """One stroke along a row of the screen; gives the seconds of every event but the first."""
    start = columns[0]
    unpainted = client.until_quiet(start, y, _QUIET)
    client.move(start, y)
    client.hold(is_down=True)
    client.until_other(start, y, unpainted)
    for x in columns[1:]:
        before = client.until_quiet(x + ahead, y, _QUIET)
        sent = time.perf_counter()
        client.move(x, y)
        yield client.until_other(x + ahead, y, before) - sent
    client.hold(is_down=False)
