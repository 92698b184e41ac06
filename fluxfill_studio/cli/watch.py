"""How the runs of a batch go on, for whoever looks at the terminal."""

from __future__ import annotations

import asyncio
from collections.abc import Callable

from fluxfill_studio.cli.batch import Batch, Run
from fluxfill_studio.cli.terminal import Terminal
from fluxfill_studio.core.blending.composite import Outcome
from fluxfill_studio.core.errors import FluxfillError, as_sentences
from fluxfill_studio.core.job import Engine, Job


class Watch:
    """Hears from the queue, keeps the runs up to date and shows them.

    `over` is set when all runs have ended that could begin. `made` is told what they have made.
    """

    def __init__(
        self, batch: Batch, terminal: Terminal, made: Callable[[Run, Outcome], object]
    ) -> None:
        self._batch = batch
        self._terminal = terminal
        self._made = made
        self._open = {id(run) for run in batch.runs if run.error is None}
        self._runs: dict[str, Run] = {}
        # What runs are in trouble with at the moment, and what has been told of it.
        self._troubles: dict[str, FluxfillError] = {}
        self._told: set[type[FluxfillError]] = set()
        self.over = asyncio.Event()
        if not self._open:
            self.over.set()

    def entered(self, run: Run, job: Job) -> None:
        """A run is in the queue, or was done before it came there."""
        self._runs[job.id] = run
        run.update(job)
        if job.state.is_over:
            self._close(run)

    def refused(self, run: Run, error: FluxfillError) -> None:
        """A run did not get into the queue."""
        run.error = error
        self._close(run)

    def changed(self, job: Job) -> None:
        """A job is another now. That a run enters is told before anybody knows its job."""
        run = self._runs.get(job.id)
        if run is None:
            return
        before = None if run.job is None else run.job.server_id
        if job.engine is Engine.APIFRAME and job.server_id not in (None, before):
            self._terminal.note(
                f"Job {short_id(job)} has begun; at the service it is {job.server_id}."
            )
        run.update(job)
        self._tell_trouble(job)
        self._show_progress()
        if job.state.is_over:
            self._close(run)

    def finished(self, job: Job, outcome: Outcome) -> None:
        """A job is done, and has made this."""
        run = self._runs[job.id]
        run.finish(outcome)
        self._made(run, outcome)

    def _close(self, run: Run) -> None:
        self._open.discard(id(run))
        if not self._open:
            self.over.set()

    def _tell_trouble(self, job: Job) -> None:
        """Say once what is waited for, of whatever kind, and once that all goes on again."""
        if job.trouble is not None:
            self._troubles[job.id] = job.trouble
            if type(job.trouble) not in self._told:
                self._told.add(type(job.trouble))
                self._terminal.note(as_sentences((job.trouble.message, "Trying again …")))
        elif self._troubles.pop(job.id, None) is not None and not self._troubles:
            self._told.clear()
            if job.state.is_running:
                self._terminal.note("Going on.")

    def _show_progress(self) -> None:
        latest = min(self._runs.values(), key=lambda run: run.share)
        share = sum(run.share for run in self._batch.runs) / len(self._batch.runs)
        self._terminal.progress(share, "" if latest.job is None else latest.job.state.value)


def short_id(job: Job) -> str:
    """What a job is called here: the beginning of its id, which is enough to name it."""
    return job.id[:8]
