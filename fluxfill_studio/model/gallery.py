"""The strip of results: every run with its state, and the one result that is looked at."""

from __future__ import annotations

import asyncio
from dataclasses import dataclass, replace

from PySide6.QtCore import QObject, Signal

from fluxfill_studio.core.codec import reduced_to
from fluxfill_studio.core.compose import Fill, Outcome
from fluxfill_studio.core.job import Engine, Job
from fluxfill_studio.core.plan import Inputs
from fluxfill_studio.core.pyramid import Pyramid
from fluxfill_studio.core.types import Pixels
from fluxfill_studio.model.tasks import TaskOwner

THUMBNAIL_SIDE = 320


@dataclass(frozen=True, eq=False)
class Entry:
    """One run in the strip. `number` counts from 1; `fill` and `thumbnail` come with its end.

    `inputs` are kept so that a job that failed or was stopped can go on. `seconds` is how long
    the run took.
    """

    number: int
    job: Job
    engine: Engine
    inputs: Inputs
    fill: Fill | None = None
    thumbnail: Pixels | None = None
    changed_outside: int | None = None
    seconds: float | None = None
    is_saved: bool = False

    @property
    def id(self) -> str:
        return self.job.id


@dataclass(frozen=True, eq=False)
class Shown:
    """The result that is looked at, at full size, with what is needed to draw both sides."""

    entry: Entry
    picture: Pixels
    pyramid: Pyramid
    source_pyramid: Pyramid


class Gallery(QObject):
    """All runs since the program was started, oldest first.

    Only the result that is looked at is held at full size; the others keep what came back and
    are put together again when they are selected.
    """

    added = Signal(str)
    changed = Signal(str)
    removed = Signal(str)
    shown_changed = Signal()

    def __init__(self, tasks: TaskOwner, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._tasks = tasks
        self._entries: dict[str, Entry] = {}
        self._loading: asyncio.Task[None] | None = None
        self.selected: str | None = None
        self.shown: Shown | None = None

    @property
    def entries(self) -> list[Entry]:
        return list(self._entries.values())

    def __getitem__(self, entry_id: str) -> Entry:
        return self._entries[entry_id]

    def __contains__(self, entry_id: str) -> bool:
        return entry_id in self._entries

    def add(self, entry: Entry) -> None:
        self._entries[entry.id] = entry
        self.added.emit(entry.id)

    def update_job(self, job: Job) -> None:
        """Take over a job's new state; of a run that was removed there is nothing to tell."""
        if job.id in self._entries:
            self._set(replace(self._entries[job.id], job=job))

    async def finish(self, entry_id: str, outcome: Outcome, seconds: float) -> None:
        """Keep what a run brought back."""
        thumbnail = await asyncio.to_thread(reduced_to, outcome.picture, THUMBNAIL_SIDE)
        if entry_id in self._entries:
            self._set(
                replace(
                    self._entries[entry_id],
                    fill=outcome.fill,
                    thumbnail=thumbnail,
                    changed_outside=outcome.changed_outside,
                    seconds=seconds,
                )
            )

    def mark_saved(self, entry_id: str) -> None:
        if entry_id in self._entries:
            self._set(replace(self._entries[entry_id], is_saved=True))

    def remove(self, entry_id: str) -> None:
        """Take an ended run out of the strip. Raises ValueError while it runs."""
        if self._entries[entry_id].job.state.is_running:
            raise ValueError("a running job is stopped before it is removed")
        if self.selected == entry_id:
            self.select(None)
        del self._entries[entry_id]
        self.removed.emit(entry_id)

    def select(self, entry_id: str | None) -> None:
        """Look at a finished result, or at none; `shown_changed` follows when it is ready."""
        if entry_id == self.selected:
            return
        if self._loading is not None:
            self._loading.cancel()
            self._loading = None
        self.selected = entry_id
        entry = None if entry_id is None else self._entries[entry_id]
        if entry is None or entry.fill is None:
            self.selected = None
            self.shown = None
            self.shown_changed.emit()
        else:
            self._loading = self._tasks.start(self._show(entry, entry.fill), "show a result")

    @property
    def has_unsaved_results(self) -> bool:
        return any(e.fill is not None and not e.is_saved for e in self._entries.values())

    @property
    def running(self) -> list[Entry]:
        return [e for e in self._entries.values() if e.job.state.is_running]

    @property
    def finished(self) -> list[Entry]:
        """The runs whose result can be looked at."""
        return [e for e in self._entries.values() if e.fill is not None]

    async def _show(self, entry: Entry, fill: Fill) -> None:
        self.shown = await asyncio.to_thread(_prepare, entry, fill, self.shown)
        self._loading = None
        self.shown_changed.emit()

    def _set(self, entry: Entry) -> None:
        self._entries[entry.id] = entry
        self.changed.emit(entry.id)


def _prepare(entry: Entry, fill: Fill, previous: Shown | None) -> Shown:
    """Both sides with their pyramids; the source's is taken over where it is the same picture."""
    picture = fill.picture()
    source = fill.source.pixels
    if previous is not None and previous.source_pyramid.base is source:
        source_pyramid = previous.source_pyramid
    else:
        source_pyramid = Pyramid(source)
    return Shown(entry, picture, Pyramid(picture), source_pyramid)
