"""The table of numbers: what the program reaches, beside what it is meant to reach.

Run by `python dev.py bench`. Everything goes through the real widget with real events in a view
of 1920 × 1080, off screen. Times of a brush's events are CPU seconds of the whole process, so that
a busy machine changes them little and work handed to other threads counts; what a person waits
for, frames, files, pauses, latency and start, is by the wall's clock and wants a quiet machine.

Beside ours stand the peers, measured by the same driver where `--peers` asks for them, and what
copying the same bytes takes, which nothing can be faster than.
"""

from __future__ import annotations

import argparse
import asyncio
import gc
import os
import sys
import tempfile
from collections.abc import Callable, Coroutine, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

# As the program sets them, and before Qt and numpy are there.
os.environ["QT_QPA_PLATFORM"] = "offscreen"
os.environ.setdefault("OPENBLAS_NUM_THREADS", "1")
os.environ.setdefault("OPENCV_THREAD_POOL_ACTIVE_WAIT_WORKER", "0")
sys.path.insert(0, str(Path(__file__).resolve().parents[2]))

from PySide6.QtCore import QMessageLogContext, QtMsgType, qInstallMessageHandler
from PySide6.QtWidgets import QApplication

from fluxfill_studio.app import make_loop, make_qt
from tests.bench.driver import Case, StrokeTimes
from tests.bench.encoding import measure_encoding
from tests.bench.frames import measure_frames
from tests.bench.latency import measure_latency
from tests.bench.painting import measure_painting
from tests.bench.pauses import measure_pauses
from tests.bench.peers import NapariFailed, napari_strokes, plain_strokes
from tests.bench.processes import measure_memory, measure_start
from tests.bench.program import measure_opening, measure_window
from tests.bench.report import NAPARI, PLAIN_QT, Report
from tests.bench.subjects import SIZES, Folder
from tests.bench.waiting import measure_waiting


@dataclass(frozen=True)
class Bench:
    """What the parts are given. `napari` is the interpreter that has it, or None."""

    qt: QApplication
    report: Report
    folder: Folder
    peers: bool
    napari: Path | None

    def on_loop(self, work: Coroutine[Any, Any, None]) -> None:
        """Run `work` on the program's own kind of loop."""
        with asyncio.Runner(loop_factory=lambda: make_loop(self.qt)) as runner:
            runner.run(work)


def painting(bench: Bench, megapixels: int) -> None:
    peers: dict[str, Mapping[Case, StrokeTimes]] = {}
    if bench.peers:
        peers[PLAIN_QT] = plain_strokes(megapixels)
    if bench.napari is not None:
        try:
            peers[NAPARI] = napari_strokes(
                bench.napari, bench.folder.photograph(megapixels), bench.folder.path
            )
        except NapariFailed as failure:
            bench.report.skip(NAPARI, str(failure))
    bench.on_loop(measure_painting(bench.report, megapixels, peers))


def window(bench: Bench, megapixels: int) -> None:
    bench.on_loop(measure_window(bench.report, bench.qt, bench.folder, megapixels))


def frames(bench: Bench, megapixels: int) -> None:
    bench.on_loop(measure_frames(bench.report, megapixels, peers=bench.peers))


def latency(bench: Bench, megapixels: int) -> None:
    measure_latency(bench.report, megapixels, peers=bench.peers)


def opening(bench: Bench, megapixels: int) -> None:
    bench.on_loop(measure_opening(bench.report, bench.qt, bench.folder, megapixels))


def encoding(bench: Bench, megapixels: int) -> None:
    measure_encoding(bench.report, megapixels)


def pauses(bench: Bench, megapixels: int) -> None:
    bench.on_loop(measure_pauses(bench.report, bench.qt, bench.folder, megapixels))


def memory(bench: Bench, megapixels: int) -> None:
    measure_memory(bench.report, bench.folder, megapixels)


BY_SIZE: Final[Mapping[str, Callable[[Bench, int], None]]] = {"stroke": painting, "frames": frames}
"""Measured on every size."""
LARGEST: Final[Mapping[str, Callable[[Bench, int], None]]] = {
    "window": window,
    "latency": latency,
    "open": opening,
    "encode": encoding,
    "pauses": pauses,
    "memory": memory,
}
"""Measured on the largest size."""
START: Final = "start"
WAITING: Final = "waiting"


def main() -> int:
    arguments = parse()
    report = Report((PLAIN_QT, NAPARI) if arguments.peers else ())
    report.begin()
    with tempfile.TemporaryDirectory() as folder:
        qInstallMessageHandler(tell)
        bench = Bench(make_qt(), report, Folder(Path(folder)), arguments.peers, arguments.napari)
        parts = [(part, size) for size in arguments.megapixels for part in BY_SIZE.items()]
        parts += [(part, max(arguments.megapixels)) for part in LARGEST.items()]
        for (name, measure), megapixels in parts:
            if name in arguments.only:
                # As in the program, which collects between two events of the loop.
                gc.disable()
                measure(bench, megapixels)
                gc.collect()
        if START in arguments.only:
            measure_start(report, bench.folder)
        if WAITING in arguments.only:
            measure_waiting(report)
    if arguments.peers and arguments.napari is None:
        report.skip(NAPARI, "it could not be installed")
    report.end()
    return 0


def tell(kind: QtMsgType, context: QMessageLogContext, message: str) -> None:
    """Pass on what Qt says, but not what the off-screen platform says of every window."""
    del kind, context
    if "This plugin does not support" not in message:
        print(message, file=sys.stderr)


def parse() -> argparse.Namespace:
    names = [*BY_SIZE, *LARGEST, START, WAITING]
    parser = argparse.ArgumentParser(prog="dev.py bench", description="Print the table of numbers.")
    parser.add_argument("--megapixels", type=int, nargs="+", choices=SIZES, default=list(SIZES))
    parser.add_argument("--only", nargs="+", choices=names, default=names)
    parser.add_argument("--peers", action="store_true", help="measure a plain Qt canvas and napari")
    parser.add_argument("--napari", type=Path, help="an interpreter that has it")
    return parser.parse_args()


if __name__ == "__main__":
    sys.exit(main())
