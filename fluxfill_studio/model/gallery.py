"""The strip of results: every run with its state, and the one result that is looked at."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, replace

from PySide6.QtCore import QObject, Signal

from fluxfill_studio.core.blending.composite import Composite, Outcome
from fluxfill_studio.core.errors import FluxfillError
from fluxfill_studio.core.geometry import Size
from fluxfill_studio.core.job import Job, JobState
from fluxfill_studio.core.types import Pixels
from fluxfill_studio.core.view.pyramid import Pyramid
from fluxfill_studio.model.tasks import TaskOwner


@dataclass(frozen=True, eq=False)
class Entry:
    """One run in the strip. `number` counts from 1.

    `thumbnail` comes with its end. So does `composite`, which lasts as long as the picture is open:
    what else was brought back, earlier starts of the program included, is read from the disk when
    it is looked at.
    """

    number: int
    job: Job
    composite: Composite | None = None
    thumbnail: Pixels | None = None
    changed_outside: int | None = None

    @property
    def id(self) -> str:
        return self.job.id

    @property
    def is_finished(self) -> bool:
        """Whether there is a result to look at."""
        return self.job.state is JobState.DONE

    @property
    def is_saved(self) -> bool:
        return self.job.saved is not None


@dataclass(frozen=True, eq=False)
class Shown:
    """The result that is looked at, at full size, with what is needed to draw both sides."""

    entry: Entry
    composite: Composite
    pyramid: Pyramid
    source_pyramid: Pyramid

    @property
    def size(self) -> Size:
        height, width = self.pyramid.base.shape[:2]
        return Size(width, height)


@dataclass(frozen=True, eq=False)
class _Made:
    """What a run brought back, and how its picture looks where that has been made already."""

    composite: Composite
    pixels: Pixels | None = None


@dataclass(frozen=True, eq=False)
class Blended:
    """A result that was put together otherwise: how it looks, and what that changed."""

    composite: Composite
    pyramid: Pyramid
    thumbnail: Pixels
    changed_outside: int | None


class Gallery(QObject):
    """All runs that are known, oldest first.

    Only the result that is looked at is held at full size, and the latest one until it is. The
    others keep what came back and are put together again when they are selected: copies of their
    composites are, as what these keep of blending is ten times as much.
    """

    added = Signal(str)
    changed = Signal(str)
    removed = Signal(str)
    shown_changed = Signal()
    picture_changed = Signal()
    """The result that is looked at is the same, and blended otherwise."""

    def __init__(
        self,
        outcome_of: Callable[[Job], Awaitable[Outcome]],
        tasks: TaskOwner,
        parent: QObject | None = None,
    ) -> None:
        """`outcome_of` brings back what a run of an earlier start made."""
        super().__init__(parent)
        self._outcome_of = outcome_of
        self._tasks = tasks
        self._entries: dict[str, Entry] = {}
        # What is blended otherwise by now than the entry, or its job, says.
        self._reblended: dict[str, Composite] = {}
        # The latest that has arrived, if it has not been looked at.
        self._latest: dict[str, _Made] = {}
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

    def update_job(self, job: Job) -> None:
        """Take over a job's new state, or a new job."""
        if job.id in self._entries:
            self._set(replace(self._entries[job.id], job=job))
        else:
            self.restore(job, None)

    def restore(self, job: Job, thumbnail: Pixels | None) -> None:
        """Add a run that was not known yet."""
        number = 1 + max((entry.number for entry in self._entries.values()), default=0)
        self.add(Entry(number, job, thumbnail=thumbnail))

    def add(self, entry: Entry) -> None:
        self._entries[entry.id] = entry
        self.added.emit(entry.id)

    def finish(self, job: Job, outcome: Outcome) -> None:
        """Keep what a run brought back; of one that was removed there is nothing to tell."""
        if job.id in self._entries:
            self._latest = {job.id: _Made(outcome.composite, outcome.picture.pixels)}
            self._set(
                replace(
                    self._entries[job.id],
                    job=job,
                    composite=replace(outcome.composite),
                    thumbnail=outcome.thumbnail,
                    changed_outside=outcome.changed_outside,
                )
            )

    async def composite_of(self, entry_id: str) -> Composite:
        """What a finished run brought back. Raises LedgerError and GarbledAnswer."""
        return (await self._made(entry_id)).composite

    def leave_to_disk(self) -> None:
        """Hold no more of what runs brought back: with each goes a source at its full size.

        What is looked at, or is being blended, stays.
        """
        self._latest.clear()
        for entry in self.entries:
            self._entries[entry.id] = replace(entry, composite=None)

    def reblend(self, composite: Composite) -> None:
        """The result that is looked at is put together like this from now on.

        `take_over` follows with what comes of it. Raises ValueError while none is looked at.
        """
        if self.shown is None:
            raise ValueError("no result is looked at")
        self._reblended[self.shown.entry.id] = composite

    def take_over(self, entry_id: str, blended: Blended) -> None:
        """Show what came of `reblend`, unless it has been blended otherwise since, or is gone."""
        composite = blended.composite
        if self._reblended.get(entry_id) is not composite:
            return
        entry = replace(
            self._entries[entry_id],
            thumbnail=blended.thumbnail,
            changed_outside=blended.changed_outside,
        )
        if entry.composite is not None:
            entry = replace(entry, composite=replace(composite))
        if entry.composite is not None or entry.job.blend == composite.blend:
            del self._reblended[entry_id]
        self._set(entry)
        shown = self.shown
        if shown is not None and shown.entry.id == entry_id:
            self.shown = Shown(entry, composite, blended.pyramid, shown.source_pyramid)
            self.picture_changed.emit()

    def with_composite(self, entry_id: str, then: Callable[[Composite], object]) -> None:
        """Do `then` with what a finished run brought back, when that is here.

        What it raises goes to the task owner.
        """

        async def work() -> None:
            then(await self.composite_of(entry_id))

        self._tasks.start(work(), "bring back a result")

    def remove(self, entry_id: str) -> None:
        """Take an ended run out of the strip. Raises ValueError while it runs."""
        if self._entries[entry_id].job.state.is_running:
            raise ValueError("a running job is stopped before it is removed")
        if self.selected == entry_id:
            self.select(None)
        del self._entries[entry_id]
        self._reblended.pop(entry_id, None)
        self._latest.pop(entry_id, None)
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
        if entry is None or not entry.is_finished:
            self.selected = None
            self.shown = None
            self.shown_changed.emit()
        else:
            self._loading = self._tasks.start(self._show(entry.id), "show a result")

    @property
    def running(self) -> list[Entry]:
        return [e for e in self._entries.values() if e.job.state.is_running]

    @property
    def finished(self) -> list[Entry]:
        """The runs whose result can be looked at."""
        return [e for e in self._entries.values() if e.is_finished]

    async def _show(self, entry_id: str) -> None:
        try:
            made = await self._made(entry_id)
        except FluxfillError:
            self.selected = None if self.shown is None else self.shown.entry.id
            self._loading = None
            self.shown_changed.emit()
            raise
        entry = self._entries[entry_id]
        shown = await asyncio.to_thread(_prepare, entry, made, self.shown)
        # Giving back the memory of what was shown may take longer than a frame.
        before, self.shown = [self.shown], shown
        self._latest.pop(entry_id, None)
        self._loading = None
        self.shown_changed.emit()
        await asyncio.to_thread(before.clear)

    async def _made(self, entry_id: str) -> _Made:
        """Raises LedgerError and GarbledAnswer."""
        if entry_id in self._latest:
            return self._latest[entry_id]
        if entry_id in self._reblended:
            return _Made(self._reblended[entry_id])
        if self.shown is not None and self.shown.entry.id == entry_id:
            return _Made(self.shown.composite)
        entry = self._entries[entry_id]
        if entry.composite is not None:
            return _Made(replace(entry.composite))
        outcome = await self._outcome_of(entry.job)
        if entry_id in self._entries:
            # Not the composite itself: with each one comes a source at its full size.
            entry = replace(self._entries[entry_id], changed_outside=outcome.changed_outside)
            self._set(replace(entry, thumbnail=outcome.thumbnail))
        return _Made(outcome.composite, outcome.picture.pixels)

    def _set(self, entry: Entry) -> None:
        self._entries[entry.id] = entry
        self.changed.emit(entry.id)


def _prepare(entry: Entry, made: _Made, previous: Shown | None) -> Shown:
    """Both sides with their pyramids; the source's is taken over where it is the same picture."""
    composite = made.composite
    pixels = composite.picture().pixels if made.pixels is None else made.pixels
    source = composite.source.pixels
    if previous is not None and previous.source_pyramid.base is source:
        source_pyramid = previous.source_pyramid
    else:
        source_pyramid = Pyramid(source)
    return Shown(entry, composite, Pyramid(pixels), source_pyramid)
