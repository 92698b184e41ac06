"""What runs without a window need: the ledger with its files, a queue, and the services."""

from __future__ import annotations

import asyncio
import logging
import signal
from collections.abc import Callable, Coroutine, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any, Final

from fluxfill_studio.cli.access import Access
from fluxfill_studio.cli.batch import Batch, Run
from fluxfill_studio.cli.terminal import Terminal
from fluxfill_studio.cli.watch import Watch
from fluxfill_studio.core.blending.composite import Outcome
from fluxfill_studio.core.errors import FluxfillError, LedgerError
from fluxfill_studio.core.job import Engine, Job
from fluxfill_studio.core.schema import ParameterSchema
from fluxfill_studio.jobs.queue import JobQueue, Listener
from fluxfill_studio.jobs.runner import JobRunner
from fluxfill_studio.jobs.service import Service
from fluxfill_studio.storage.job_files import JobFiles
from fluxfill_studio.storage.ledger import Ledger

_log = logging.getLogger(__name__)
# How many jobs are under way at once, where the account does not say.
_AT_ONCE: Final = 2


@contextmanager
def office_in(folder: Path, schema: ParameterSchema, access: Access) -> Iterator[Office]:
    """The office whose ledger lies in `folder`, which is made where there is none.

    Raises LedgerError, also where a damaged ledger had to be set aside: whoever calls knows of it
    before anything is paid for that may be under way already, and finds a new one the next time.
    """
    ledger = Ledger.open(folder, schema)
    try:
        if ledger.damage is not None:
            raise ledger.damage
        yield Office(folder, ledger, lambda engine: access.service(engine, schema))
    finally:
        ledger.close()


class Office:
    """Made by `office_in`; lets one batch run."""

    def __init__(
        self, folder: Path, ledger: Ledger, service_of: Callable[[Engine], Service]
    ) -> None:
        self.ledger = ledger
        self.files = JobFiles(folder)
        self._folder = folder
        self._service_of = service_of
        self._services: dict[Engine, Service] = {}
        self._allowed = _AT_ONCE

    def service(self, engine: Engine) -> Service:
        """The service of an engine, the same one each time. Raises what `Service.of` does."""
        if engine not in self._services:
            self._services[engine] = self._service_of(engine)
        return self._services[engine]

    def execute(
        self,
        batch: Batch,
        terminal: Terminal,
        made: Callable[[Run, Outcome], object] = lambda _, __: None,
    ) -> None:
        """Bring every run of `batch` to its end that has no error yet.

        As many at once as the account allows; their errors are left with them. `made` is told
        what each has made. Raises KeyboardInterrupt after Ctrl+C, when all have been recorded as
        stopped.
        """
        asyncio.run(self._execute(batch, Watch(batch, terminal, made)))
        self._tidy(batch)

    async def _execute(self, batch: Batch, watch: Watch) -> None:
        try:
            async with asyncio.TaskGroup() as group:

                def start(work: Coroutine[Any, Any, None], name: str) -> asyncio.Task[None]:
                    return group.create_task(work, name=name)

                listener = Listener(watch.changed, watch.finished)
                queue = JobQueue(
                    self.ledger, self.files, self._runner_for, self._at_once, start, listener
                )
                try:
                    await self._work(batch, queue, watch)
                except asyncio.CancelledError:
                    # More Ctrl+C would only keep this from being recorded; after that they end
                    # the process at once, which does no harm.
                    signal.signal(signal.SIGINT, signal.SIG_IGN)
                    await queue.stop_all()
                    signal.signal(signal.SIGINT, signal.SIG_DFL)
                    raise
        finally:
            for service in self._services.values():
                await service.aclose()

    async def _work(self, batch: Batch, queue: JobQueue, watch: Watch) -> None:
        for run in batch.runs:
            if run.error is not None:
                continue
            try:
                watch.entered(run, await run.enter(queue))
            except LedgerError as error:
                watch.refused(run, error)
        jobs = [run.job for run in batch.runs if run.job is not None]
        if any(job.engine is Engine.APIFRAME and job.id in queue.line for job in jobs):
            await self._ask_how_many()
            queue.fill()
        await watch.over.wait()

    async def _ask_how_many(self) -> None:
        """Learn how many jobs the account allows at once."""
        try:
            account = await self.service(Engine.APIFRAME).client.me()
        except FluxfillError:
            return  # the jobs meet the same fault, and tell of it
        self._allowed = account.max_concurrent_jobs or _AT_ONCE

    def _at_once(self, engine: Engine) -> int:
        return self._allowed if engine is Engine.APIFRAME else _AT_ONCE

    async def _runner_for(self, job: Job) -> JobRunner:
        return JobRunner(self.service(job.engine).client, self.ledger, self.files)

    def _tidy(self, batch: Batch) -> None:
        """Remove what was kept for runs whose picture lies where it was wished."""
        try:
            for run in batch.runs:
                if run.job is not None and run.job.is_settled:
                    self.files.remove(run.job.id)
            # Other files than those of this call's own: nothing is being kept any more.
            JobFiles(self._folder).sweep(self.ledger)
        except LedgerError as error:
            _log.warning("what is not needed any more stays: %s", error)
