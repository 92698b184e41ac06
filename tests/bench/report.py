"""The table: one line per number, as it is measured."""

from __future__ import annotations

import os
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

PLAIN_QT, NAPARI = "plain Qt", "napari"
_WHAT, _CELL = 50, 9


@dataclass(frozen=True)
class Row:
    """One number: `value` in `unit`, and beside it, in the same unit, what it is compared with.

    `goal` is the largest value that reaches it, None where there is none. `limit` is what copying
    the same bytes takes. `peers` are the same work done by others, by their names.
    """

    what: str
    value: float
    unit: str
    goal: float | None = None
    limit: float | None = None
    peers: Mapping[str, float] = field(default_factory=dict)
    note: str = ""

    @property
    def verdict(self) -> str:
        """Whether the goal is reached."""
        if self.goal is None:
            return ""
        return "reached" if self.value <= self.goal else "not yet"


class Report:
    """Prints the table line by line and counts the goals; `peers` have a column each."""

    def __init__(self, peers: Sequence[str] = ()) -> None:
        self._peers = peers
        self._aims = self._reached = self._skipped = 0

    def begin(self) -> None:
        """Say what the machine is, and how busy: by that the clock's numbers are to be judged."""
        load = f", load {os.getloadavg()[0]:.1f}" if hasattr(os, "getloadavg") else ""
        print(f"{os.cpu_count()} cores{load}", flush=True)

    def head(self, title: str) -> None:
        """Begin a part of the table."""
        cells = "".join(f"{name:>{_CELL}}" for name in ("ours", "", *self._peers, "copy", "goal"))
        print(f"\n{title:<{_WHAT}}{cells}", flush=True)

    def add(self, row: Row) -> None:
        """Print a number."""
        peers = "".join(_cell(row.peers.get(name)) for name in self._peers)
        goal = "" if row.goal is None else f"≤ {_number(row.goal)}"
        line = (
            f"{row.what:<{_WHAT}}{_cell(row.value)} {row.unit:<{_CELL - 1}}{peers}"
            f"{_cell(row.limit)}{goal:>{_CELL}}  {row.verdict:<8} {row.note}"
        )
        print(line.rstrip(), flush=True)
        self._aims += row.goal is not None
        self._reached += row.verdict == "reached"

    def skip(self, what: str, reason: str) -> None:
        """Say what is not measured here, and why."""
        print(f"{what}: not measured, {reason}", flush=True)
        self._skipped += 1

    def end(self) -> None:
        """Sum up."""
        skipped = f", {self._skipped} not measured" if self._skipped else ""
        print(f"\n{self._reached} of {self._aims} goals reached{skipped}", flush=True)


def _cell(value: float | None) -> str:
    return f"{'' if value is None else _number(value):>{_CELL}}"


def _number(value: float) -> str:
    """As many digits as count; of a whole number no more than it has."""
    if value == int(value) or abs(value) >= 100:
        return f"{value:.0f}"
    return f"{value:.3f}" if abs(value) < 0.1 else f"{value:.2f}"
