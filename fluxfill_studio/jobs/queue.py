"""The jobs of this process: as many at once as the service allows, the rest in a line."""

from __future__ import annotations

import asyncio
import uuid
from collections.abc import Awaitable, Callable, Coroutine
from dataclasses import dataclass, replace
from typing import Any

from fluxfill_studio.core.blending.compose import Blend
from fluxfill_studio.core.blending.composite import Outcome
from fluxfill_studio.core.errors import FluxfillError, JobTaken, LedgerError
from fluxfill_studio.core.job import Engine, Job, JobState
from fluxfill_studio.core.planning.plan import Inputs
from fluxfill_studio.core.types import Pixels
from fluxfill_studio.jobs.preparing import Order, new_job
from fluxfill_studio.jobs.runner import JobRunner
from fluxfill_studio.storage.job_files import JobFiles
from fluxfill_studio.storage.ledger import Ledger

Start = Callable[[Coroutine[Any, Any, None], str], asyncio.Task[None]]
"""Starts a task under a name, and owns it."""


@dataclass(frozen=True)
class Listener:
    """Who is told, on the event loop: of every change of a job, and of what it brought."""

    changed: Callable[[Job], None]
    finished: Callable[[Job, Outcome], None]


class JobQueue:
    """Runs jobs in the order of the line, each with a task of its own.

    Whatever happens to a job is in the ledger before anybody is told. When the process ends, by
    its own will or not, its jobs stay as they are, and the next process takes them up by
    `recover`.
    """

    def __init__(
        self,
        ledger: Ledger,
        files: JobFiles,
        runner_for: Callable[[Job], Awaitable[JobRunner]],
        at_once: Callable[[Engine], int],
        start: Start,
        listener: Listener,
    ) -> None:
        """`at_once` says how many jobs an engine may work on, when the question comes up."""
        self._ledger = ledger
        self._files = files
        self._runner_for = runner_for
        self._at_once = at_once
        self._start = start
        self._listener = listener
        self._line: list[Job] = []
        self._running: dict[str, asyncio.Task[None]] = {}
        self._engines: dict[str, Engine] = {}
        self._stopping: set[str] = set()
        self._resuming = asyncio.Lock()
        # Of the jobs that wait or run here: with their pictures still in memory.
        self._inputs: dict[str, Inputs] = {}
        # The jobs that this process's sandbox knows, where they are its.
        self._begun: set[str] = set()

    async def add(self, order: Order) -> Job:
        """Take a new job into the line. What it needs is on the disk when this returns.

        Raises LedgerError where it cannot be; then there is no job, and nothing has been sent.
        """
        job = new_job(order)
        source_file = await asyncio.to_thread(self._files.keep, job.id, order.inputs)
        job = replace(job, source_file=source_file)
        await asyncio.to_thread(self._ledger.add, job)
        self._inputs[job.id] = order.inputs
        self._enter(job)
        return job

    async def recover(self) -> list[Job]:
        """Take up the jobs that were on their way when their process ended."""
        recovered = []
        for orphan in await asyncio.to_thread(self._ledger.orphans):
            try:
                recovered.append(await self.resume(orphan.id))
            except JobTaken:
                continue  # another process was faster
        return recovered

    async def resume(self, job_id: str) -> Job:
        """Let a job that ended or lost its process go on where it stood.

        Of one that goes on already, or is done, nothing changes. Raises JobTaken where another
        process works on it, and LedgerError.
        """
        async with self._resuming:
            job = await asyncio.to_thread(self._ledger.claim, job_id)
            if job_id in self._running or job_id in self.line:
                return job
            if job.state is JobState.DONE:
                # Another process was faster.
                await asyncio.to_thread(self._ledger.release, job_id)
                self._listener.changed(job)
                return job
            if job.state is not JobState.QUEUED:
                job = job.queued(str(uuid.uuid4()))
            if job.engine is Engine.LOCAL and job_id not in self._begun:
                # The sandbox that knew it has ended with its process.
                job = job.unsent()
            await asyncio.to_thread(self._ledger.put, job)
            self._enter(job)
        return job

    async def again(self, job_id: str) -> Job:
        """Begin a new run with what an earlier one was told. Raises LedgerError."""
        job = await asyncio.to_thread(self._ledger.get, job_id)
        inputs = await self._inputs_of(job)
        order = Order(job.request, inputs, job.engine, job.base_url, job.wish, job.blend)
        return await self.add(order)

    async def note_saved(self, job_id: str, path: str) -> None:
        """Keep in mind that the result of a job lies at `path`."""
        job = await asyncio.to_thread(self._ledger.claim, job_id)
        job = replace(job, saved=path)
        await asyncio.to_thread(self._ledger.put, job)
        await asyncio.to_thread(self._ledger.release, job_id)
        self._listener.changed(job)

    async def note_blend(self, job_id: str, blend: Blend, thumbnail: Pixels) -> None:
        """Keep in mind how the result of a job is put together now, and how that looks."""
        job = await asyncio.to_thread(self._ledger.claim, job_id)
        job = replace(job, blend=blend)
        await asyncio.to_thread(self._ledger.put, job)
        await asyncio.to_thread(self._ledger.release, job_id)
        await asyncio.to_thread(self._files.write_thumbnail, job_id, thumbnail)
        self._listener.changed(job)

    async def stop(self, job_id: str) -> None:
        """Stop waiting for a job: it can be resumed, and the service may go on with it."""
        # A task that is cancelled before its first step would not hear of it.
        await asyncio.sleep(0)
        if job_id in self._running:
            self._stopping.add(job_id)
            self._running[job_id].cancel()
            return
        for job in self._line:
            if job.id == job_id:
                self._line.remove(job)
                self._inputs.pop(job_id, None)
                await self._end(job, JobState.STOPPED)
                return

    async def stop_all(self) -> None:
        """Stop waiting for every job, in the line too; all have been recorded when this returns."""
        for job_id in [*self.line, *self._running]:
            await self.stop(job_id)
        if self._running:
            await asyncio.wait(list(self._running.values()))

    async def remove(self, job_id: str) -> None:
        """Forget a job that is over, with all that is kept for it. Raises LedgerError.

        One that goes on meanwhile stays.
        """
        async with self._resuming:
            if job_id in self._running or job_id in self.line:
                return
            await asyncio.to_thread(self._ledger.claim, job_id)
            await asyncio.to_thread(self._ledger.remove, job_id)
            await asyncio.to_thread(self._files.remove, job_id)

    async def move(self, job_id: str, before: str | None) -> None:
        """Put a job that waits for its turn before another one, or with None at the end."""
        moved = next((job for job in self._line if job.id == job_id), None)
        if moved is not None and job_id != before:
            self._line.remove(moved)
            ids = [job.id for job in self._line]
            place = ids.index(before) if before in ids else len(ids)
            self._line.insert(place, moved)
            await asyncio.to_thread(self._ledger.move, job_id, before)

    @property
    def line(self) -> list[str]:
        """The jobs that wait for their turn, the next one first."""
        return [job.id for job in self._line]

    def fill(self) -> None:
        """Begin with as many jobs as there is room for; called when there may be more room."""
        for job in list(self._line):
            busy = sum(engine is job.engine for engine in self._engines.values())
            if busy < max(1, self._at_once(job.engine)):
                self._line.remove(job)
                self._engines[job.id] = job.engine
                self._running[job.id] = self._start(self._work(job), f"job {job.id}")

    def close(self) -> None:
        """Begin nothing more; who owns the tasks ends them."""
        self._line.clear()

    def _enter(self, job: Job) -> None:
        self._begun.add(job.id)
        self._line.append(job)
        self.fill()
        self._listener.changed(job)

    async def _work(self, job: Job) -> None:
        latest = job

        def changed(job: Job) -> None:
            nonlocal latest
            latest = job
            self._listener.changed(job)

        try:
            inputs = await self._inputs_of(job)
            runner = await self._runner_for(job)
            outcome = await runner.run(job, inputs, changed)
            await asyncio.to_thread(self._ledger.release, job.id)
        except FluxfillError as error:
            await self._end(latest, JobState.FAILED, _without_frames(error))
        except asyncio.CancelledError:
            if job.id in self._stopping:
                await self._end(latest, JobState.STOPPED)
            raise
        except Exception as bug:
            await self._end(latest, JobState.FAILED, FluxfillError(reason=type(bug).__name__))
            raise
        else:
            self._listener.finished(latest, outcome)
        finally:
            self._inputs.pop(job.id, None)
            self._stopping.discard(job.id)
            del self._running[job.id], self._engines[job.id]
            self.fill()

    async def _inputs_of(self, job: Job) -> Inputs:
        known = self._inputs.get(job.id)
        return await asyncio.to_thread(self._files.load, job) if known is None else known

    async def _end(self, job: Job, state: JobState, error: FluxfillError | None = None) -> None:
        """Record that a job goes on no more by itself, and give it free for any process.

        One that came to its end meanwhile stays as it is.
        """
        try:
            # A step that was recorded while its task was being ended has not been told.
            job = await asyncio.to_thread(self._ledger.get, job.id)
            ended = _ended(job, state, error)
            await asyncio.to_thread(self._ledger.put, ended)
            await asyncio.to_thread(self._ledger.release, job.id)
        except LedgerError as failure:
            # The ledger keeps the step before, with which the job can go on.
            ended = _ended(job, state, error or failure)
        self._listener.changed(ended)


def _without_frames(error: FluxfillError) -> FluxfillError:
    """The error without what it came through, which holds the pictures of its job."""
    link: BaseException | None = error
    while link is not None:
        link.__traceback__ = None
        link = link.__cause__ or link.__context__
    return error


def _ended(job: Job, state: JobState, error: FluxfillError | None) -> Job:
    return job if job.state.is_over else replace(job.moved(state), error=error, trouble=None)
