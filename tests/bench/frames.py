"""The rows of panning and zooming, on our canvas and on a plain Qt one."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Final

from fluxfill_studio.model.tasks import TaskOwner
from tests.bench.clocks import copy_of, quantile
from tests.bench.driver import (
    SCALES,
    VIEW,
    Subject,
    measure_pan,
    measure_zoom,
    paint_line,
)
from tests.bench.ours import open_alone
from tests.bench.plain_qt import PlainCanvas
from tests.bench.report import PLAIN_QT, Report, Row
from tests.bench.subjects import large_photograph

_GOAL_MS: Final = 12
# Between the whole picture and its pixels: neither fitted nor a plain copy.
_BETWEEN: Final = 0.4
_KINDS: Final[Mapping[str, Callable[[Subject], list[float]]]] = {
    "pan, fit": lambda subject: measure_pan(subject, SCALES["fit"]),
    "pan, 40 %": lambda subject: measure_pan(subject, _BETWEEN),
    "pan, 100 %": lambda subject: measure_pan(subject, SCALES["100 %"]),
    "zoom by the wheel": measure_zoom,
}
_QUANTILES: Final = {"median": 0.5, "p90": 0.9}


async def measure_frames(report: Report, megapixels: int, *, peers: bool) -> None:
    """Frames with a stroke on the mask, beside the peer's where `peers` is set."""
    pixels = large_photograph(megapixels)
    theirs: Mapping[str, list[float]] = {}
    if peers:
        plain = PlainCanvas(pixels)
        theirs = _frames(plain)
        plain.close()
    tasks = TaskOwner()
    ours = await open_alone(tasks, pixels)
    report.head(f"A frame on {megapixels} MP")
    paint_line(ours)
    await ours.settle()
    copied = 1e3 * copy_of(4 * VIEW[0] * VIEW[1])
    for kind, frames in _frames(ours).items():
        for name, share in _QUANTILES.items():
            value = 1e3 * quantile(frames, share)
            peer = {PLAIN_QT: 1e3 * quantile(theirs[kind], share)} if theirs else {}
            report.add(Row(f"{kind}, {name}", value, "ms", _GOAL_MS, copied, peer))
    ours.canvas.close()
    await tasks.close()


def _frames(subject: Subject) -> dict[str, list[float]]:
    return {kind: measure(subject) for kind, measure in _KINDS.items()}
