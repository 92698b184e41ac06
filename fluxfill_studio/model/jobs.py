"""The jobs of this window: what the queue and the ledger do, as signals."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING, Final

from PySide6.QtCore import QObject, Signal

from fluxfill_studio.core.blending.compose import Blend
from fluxfill_studio.core.blending.composite import Outcome
from fluxfill_studio.core.errors import ServiceChanged
from fluxfill_studio.core.job import Engine, Job
from fluxfill_studio.core.schema import ParameterSchema
from fluxfill_studio.core.types import Pixels
from fluxfill_studio.model.account import Account
from fluxfill_studio.model.tasks import TaskOwner

if TYPE_CHECKING:
    from fluxfill_studio.jobs.preparing import Order
    from fluxfill_studio.jobs.queue import JobQueue
    from fluxfill_studio.jobs.runner import JobRunner
    from fluxfill_studio.storage.job_files import JobFiles
    from fluxfill_studio.storage.ledger import Ledger

# So many runs of earlier times are shown again, the latest ones.
_RESTORED: Final = 50


@dataclass(frozen=True)
class _Office:
    """What exists once the ledger is open."""

    ledger: Ledger
    files: JobFiles
    queue: JobQueue


def _to_show(jobs: list[Job]) -> list[Job]:
    """Of the jobs that are over, the latest that the user is not done with."""
    return [job for job in jobs if job.state.is_over and not job.is_settled][-_RESTORED:]


class Jobs(QObject):
    """Opens the ledger when it is first needed, which is after the window has been painted."""

    changed = Signal(object)
    """A Job that is another now, or new."""
    finished = Signal(object, object)
    """A Job that is done, and its Outcome."""
    restored = Signal(object, object)
    """A Job of an earlier process that is over, and its thumbnail as Pixels or None."""
    line_changed = Signal()
    """The jobs that wait for their turn stand in another order now."""
    failed = Signal(object)
    """The LedgerDamaged that opening the ledger came upon."""

    def __init__(
        self,
        folder: Path,
        schema: ParameterSchema,
        account: Account,
        tasks: TaskOwner,
        parent: QObject | None = None,
    ) -> None:
        """`folder` holds the ledger and what is kept with it; it may not exist yet."""
        super().__init__(parent)
        self._folder = folder
        self._schema = schema
        self._account = account
        self._tasks = tasks
        self._opening = asyncio.Lock()
        self._office: _Office | None = None

    def load(self) -> None:
        """Show what earlier processes left, and go on with what they were in the middle of."""
        self._tasks.start(self._load(), "take up jobs")

    async def add(self, order: Order) -> Job:
        """Begin a run. Raises LedgerError where it cannot be recorded; nothing is sent then."""
        self._account.look_again()
        office = await self._opened()
        return await office.queue.add(order)

    def stop(self, job_id: str) -> None:
        """Stop waiting for a job. The service may go on with it; it can be resumed."""
        self._ask(lambda queue: queue.stop(job_id), "stop a job")

    async def resume(self, job_id: str) -> None:
        """Let a job that is over go on. Raises JobTaken and LedgerError."""
        self._account.look_again()
        office = await self._opened()
        await office.queue.resume(job_id)

    async def again(self, job_id: str) -> None:
        """Begin a new run with what an ended one was told. Raises LedgerError."""
        self._account.look_again()
        office = await self._opened()
        await office.queue.again(job_id)

    def remove(self, job_id: str) -> None:
        """Forget a job that is over, and what is kept for it."""
        self._ask(lambda queue: queue.remove(job_id), "remove a job")

    def move(self, job_id: str, before: str | None) -> None:
        """Put a job that waits for its turn before another one, or at the end of the line."""

        async def move(queue: JobQueue) -> None:
            await queue.move(job_id, before)
            self.line_changed.emit()

        self._ask(move, "move a job")

    @property
    def line(self) -> list[str]:
        """The jobs that wait for their turn, the next one first."""
        return [] if self._office is None else self._office.queue.line

    async def note_saved(self, job_id: str, path: Path) -> None:
        """Keep in mind that a result lies at `path` too. Raises LedgerError."""
        office = await self._opened()
        await office.queue.note_saved(job_id, str(path))

    async def note_blend(self, job_id: str, blend: Blend, thumbnail: Pixels) -> None:
        """Keep in mind how a result is put together now, and how that looks. Raises LedgerError."""
        office = await self._opened()
        await office.queue.note_blend(job_id, blend, thumbnail)

    async def outcome_of(self, job: Job) -> Outcome:
        """What a job of an earlier process made. Raises LedgerError and GarbledAnswer."""
        from fluxfill_studio.jobs.results import kept_outcome

        office = await self._opened()
        return await asyncio.to_thread(kept_outcome, job, office.files)

    async def ready(self) -> None:
        """Wait until the ledger is open. Raises LedgerError."""
        await self._opened()

    def spent(self, since: datetime) -> int:
        """The credits that runs at Apiframe have cost since then; none before the ledger is open.

        In a worker thread. Raises LedgerError.
        """
        return 0 if self._office is None else self._office.ledger.spent(since)

    def make_room(self) -> None:
        """The account may allow more jobs at once now."""
        if self._office is not None:
            self._office.queue.fill()

    def settle(self) -> None:
        """Begin nothing more: the window closes. What is on its way goes on at the next start."""
        if self._office is not None:
            self._office.queue.close()

    async def close(self) -> None:
        """Give the ledger back; after all tasks have ended."""
        if self._office is not None:
            await asyncio.to_thread(self._office.ledger.close)
            self._office = None

    def _ask(self, action: Callable[[JobQueue], Awaitable[object]], name: str) -> None:
        async def work() -> None:
            office = await self._opened()
            await action(office.queue)

        self._tasks.start(work(), name)

    async def _load(self) -> None:
        office = await self._opened()
        jobs = await asyncio.to_thread(office.ledger.jobs)
        for job in _to_show(jobs):
            self.restored.emit(job, await asyncio.to_thread(office.files.thumbnail, job.id))
        await office.queue.recover()
        await asyncio.to_thread(office.files.sweep, office.ledger)

    async def _opened(self) -> _Office:
        """The ledger and the queue, opened by whoever comes first. Raises LedgerError."""
        async with self._opening:
            if self._office is None:
                opening = asyncio.get_running_loop().run_in_executor(None, self._open)
                try:
                    self._office = await asyncio.shield(opening)
                except asyncio.CancelledError:
                    # The thread goes on: what it opens is closed with everything else.
                    await asyncio.wait([opening])
                    self._office = None if opening.exception() else opening.result()
                    raise
                damage = self._office.ledger.damage
                if damage is not None:
                    self.failed.emit(damage)
        return self._office

    def _open(self) -> _Office:
        from fluxfill_studio.jobs.queue import JobQueue, Listener
        from fluxfill_studio.jobs.runner import JobRunner
        from fluxfill_studio.storage.job_files import JobFiles
        from fluxfill_studio.storage.ledger import Ledger

        ledger, files = Ledger.open(self._folder, self._schema), JobFiles(self._folder)

        async def runner_for(job: Job) -> JobRunner:
            service = await self._account.service(job.engine)
            if job.engine is Engine.APIFRAME and service.base_url != job.base_url:
                # The key goes to the address in the settings and to no other.
                raise ServiceChanged(address=job.base_url)
            return JobRunner(service.client, ledger, files)

        listener = Listener(self.changed.emit, self.finished.emit)
        start, at_once = self._tasks.start, self._account.at_once
        return _Office(ledger, files, JobQueue(ledger, files, runner_for, at_once, start, listener))
