"""The runs of one call: begun together, each with an end of its own."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from functools import partial
from pathlib import Path
from typing import Final

from fluxfill_studio.cli.status import ExitStatus
from fluxfill_studio.cli.terminal import Terminal
from fluxfill_studio.core.compose import Outcome
from fluxfill_studio.core.errors import FluxfillError
from fluxfill_studio.core.geometry import Size
from fluxfill_studio.core.job import Engine, Job, JobState
from fluxfill_studio.core.plan import Inputs
from fluxfill_studio.jobs.runner import JobRunner
from fluxfill_studio.jobs.service import Service

# About how much of a run is over when a state begins; waiting for the service is the long part.
_SHARES: Final = {
    JobState.PREPARED: 0.0,
    JobState.UPLOADING: 0.02,
    JobState.SUBMITTING: 0.1,
    JobState.WAITING: 0.12,
    JobState.DOWNLOADING: 0.9,
    JobState.BLENDING: 0.95,
}


@dataclass(eq=False)
class Run:
    """One job on its way to `target`.

    `size` and `changed_outside` are those of its finished picture. `saved` is where that lies:
    at `target`, or at another place where that did not work out, which `error` then tells about.
    `was_submitting` holds where it was stopped while its request was out: whether the service
    has a job then is not known.
    """

    job: Job
    inputs: Inputs
    target: Path
    size: Size | None = None
    changed_outside: int | None = None
    saved: Path | None = None
    error: FluxfillError | None = None
    seconds: float = 0.0
    was_submitting: bool = False

    def update(self, job: Job) -> None:
        is_stopped = job.state is JobState.STOPPED
        self.was_submitting = is_stopped and self.job.state is JobState.SUBMITTING
        self.job = job

    @property
    def share(self) -> float:
        """About how much of the run is over, 0 to 1."""
        begun = _SHARES.get(self.job.state, 1.0)
        if self.job.state is JobState.WAITING and self.job.progress is not None:
            begun += self.job.progress * (_SHARES[JobState.DOWNLOADING] - begun)
        return begun


@dataclass(eq=False)
class Batch:
    """What one call of the command line comes to. `error` is one that kept all runs from beginning.

    `seconds` is the time of the whole call.
    """

    engine: Engine
    runs: list[Run] = field(default_factory=list)
    error: FluxfillError | None = None
    is_stopped: bool = False
    seconds: float = 0.0

    @contextmanager
    def recorded(self) -> Iterator[None]:
        """Keeps the time of a block, and what ended it: an error or Ctrl+C."""
        started = time.monotonic()
        try:
            yield
        except FluxfillError as error:
            self.error = error
        except KeyboardInterrupt:
            self.is_stopped = True
        self.seconds = time.monotonic() - started

    @property
    def status(self) -> ExitStatus:
        """That of the first error, where there is one."""
        if self.is_stopped:
            return ExitStatus.STOPPED
        errors = [self.error, *(run.error for run in self.runs)]
        return next((ExitStatus.of(error) for error in errors if error), ExitStatus.DONE)


Save = Callable[[Run, Outcome], None]
"""Writes the picture of an outcome and sets the run's `saved`. Raises SaveError."""


async def execute(batch: Batch, service: Service, save: Save, terminal: Terminal) -> None:
    """Bring every run of `batch` to its end, all at once, and close `service`.

    Errors are left with their runs.
    """
    runner = service.runner()

    def show(run: Run, job: Job) -> None:
        if job.server_id != run.job.server_id and batch.engine is Engine.APIFRAME:
            terminal.note(f"Job {job.server_id} has begun.")
        run.update(job)
        latest = min(batch.runs, key=lambda run: run.share)
        share = sum(run.share for run in batch.runs) / len(batch.runs)
        terminal.progress(share, latest.job.state.value)

    try:
        async with asyncio.TaskGroup() as group:
            for run in batch.runs:
                group.create_task(_execute(run, runner, partial(show, run), save))
    finally:
        await service.aclose()


async def _execute(run: Run, runner: JobRunner, report: Callable[[Job], None], save: Save) -> None:
    started = time.monotonic()
    try:
        outcome = await runner.run(run.job, run.inputs, report)
        run.size = outcome.fill.size
        run.changed_outside = outcome.changed_outside
        # In this thread: a picture that is being written is not left behind by Ctrl+C.
        save(run, outcome)
    except FluxfillError as error:
        run.error = error
    finally:
        run.seconds = time.monotonic() - started
