"""The rows of painting and undo, on our canvas and on the peers'."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from statistics import median
from typing import Final

from fluxfill_studio.core.geometry import Rect, Size
from fluxfill_studio.model.tasks import TaskOwner
from tests.bench.clocks import copy_of, copy_of_rects, quantile
from tests.bench.driver import (
    CASES,
    SCALES,
    SIZES,
    VIEW,
    Case,
    StrokeTimes,
    measure_stroke,
)
from tests.bench.ours import Ours, open_alone
from tests.bench.report import Report, Row
from tests.bench.subjects import large_photograph

LARGE: Final = SIZES[0]
# One stroke takes half a second; the median over some of them is the same in every run.
_ROUNDS: Final = 3
_MS, _MB = 1e3, 2**-20


@dataclass(frozen=True)
class Quantity:
    """What a stroke is asked for, in `unit`; `goals` by the brush's size.

    `of` gives it in seconds or bytes, `scale` is how many units those are. `limit` gives the CPU
    seconds of copying the same bytes.
    """

    name: str
    of: Callable[[StrokeTimes], float]
    unit: str
    scale: float
    goals: Mapping[int, float]
    limit: Callable[[Limits], float] | None = None


@dataclass(frozen=True)
class Limits:
    """CPU seconds of copying what an event of the stroke writes, and what its undo changes."""

    event: float
    undo: float


EVENT: Final = (
    Quantity(
        "event, median",
        lambda stroke: median(stroke.events),
        "ms",
        _MS,
        {512: 1.4, 64: 0.3},
        lambda limits: limits.event,
    ),
    Quantity("event, p99", lambda stroke: quantile(stroke.events, 0.99), "ms", _MS, {512: 4}),
)
# The ends of a gesture come while painting, where nothing may hold the loop up for 16 ms.
ENDS: Final = (
    Quantity("press", lambda stroke: stroke.press, "ms", _MS, {512: 16}),
    Quantity("release", lambda stroke: stroke.release, "ms", _MS, {512: 16}),
)
UNDO: Final = (
    Quantity("undo record", lambda stroke: stroke.kept_bytes, "MB", _MB, {512: 3}),
    Quantity(
        "undo",
        lambda stroke: median(stroke.undo),
        "ms",
        _MS,
        {512: 10},
        lambda limits: limits.undo,
    ),
    Quantity(
        "undo and its repaint", lambda stroke: median(stroke.undo_painted), "ms", _MS, {512: 10}
    ),
)


async def measure_painting(
    report: Report, megapixels: int, peers: Mapping[str, Mapping[Case, StrokeTimes]]
) -> None:
    """The stroke in every case, beside what the `peers` need for it."""
    tasks = TaskOwner()
    ours = await open_alone(tasks, large_photograph(megapixels))
    report.head(f"Painting on {megapixels} MP")
    for case in CASES:
        quantities = (*EVENT, *ENDS, *UNDO) if case[0] == LARGE else EVENT[:1]
        theirs = {name: strokes[case] for name, strokes in peers.items() if case in strokes}
        await show_stroke(report, ours, case, quantities, theirs)
    ours.canvas.close()
    await tasks.close()


async def show_stroke(
    report: Report,
    ours: Ours,
    case: Case,
    quantities: Sequence[Quantity],
    peers: Mapping[str, StrokeTimes],
) -> None:
    """The rows of one case: of every quantity the median over some rounds."""
    size, view = case
    ours.changes = [[]]
    rounds = [await measure_stroke(ours, size, SCALES[view]) for _ in range(_ROUNDS)]
    limits = await _limits(ours)
    for quantity in quantities:
        report.add(
            Row(
                f"{quantity.name}, {size} px soft brush, {view}",
                quantity.scale * median(quantity.of(stroke) for stroke in rounds),
                quantity.unit,
                quantity.goals.get(size),
                None if quantity.limit is None else quantity.scale * quantity.limit(limits),
                {name: quantity.scale * quantity.of(stroke) for name, stroke in peers.items()},
            )
        )


async def _limits(ours: Ours) -> Limits:
    """Of the latest strokes: the mask's and the screen's bytes of a middling event; the undo's."""
    viewport = ours.canvas.viewport
    if viewport is None:
        raise RuntimeError("nothing is shown")
    events = sorted(ours.changes, key=lambda rects: sum(rect.size.area for rect in rects))
    changed = events[len(events) // 2]
    drawn = [viewport.view_rect(rect) for rect in changed]
    # The screen has four bytes a pixel.
    rows = [Rect(4 * rect.x, rect.y, 4 * rect.width, rect.height) for rect in drawn]
    mask, screen = ours.picture.source.size, Size(4 * VIEW[0], VIEW[1])
    event = copy_of_rects([*((mask, rect) for rect in changed), *((screen, rect) for rect in rows)])
    await ours.redo()
    undo = copy_of(ours.painted_pixels)
    await ours.undo()
    ours.paint()
    return Limits(event, undo)
