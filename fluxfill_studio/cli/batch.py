"""The runs of one call: begun together, each with an end of its own."""

from __future__ import annotations

import time
from collections.abc import Awaitable, Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Final

from fluxfill_studio.cli.status import ExitStatus
from fluxfill_studio.core.blending.composite import Outcome
from fluxfill_studio.core.errors import FluxfillError
from fluxfill_studio.core.geometry import Size
from fluxfill_studio.core.job import Engine, Job, JobState
from fluxfill_studio.jobs.preparing import Order
from fluxfill_studio.jobs.queue import JobQueue
from fluxfill_studio.storage.formats import SAVE_FORMATS

# About how much of a run is over when a state begins; waiting for the service is the long part.
_SHARES: Final = {
    JobState.QUEUED: 0.0,
    JobState.UPLOADING: 0.02,
    JobState.SUBMITTING: 0.1,
    JobState.WAITING: 0.12,
    JobState.DOWNLOADING: 0.9,
    JobState.BLENDING: 0.95,
    JobState.SAVING: 0.98,
}


@dataclass(eq=False)
class Run:
    """One job on its way to `target`; None where the window that began it is to show the result.

    `enter` brings it into a queue; before that a new one has no `job`. `size` and
    `changed_outside` are those of its finished picture, which lies at `saved`. `error` is what
    kept it from beginning, or what it ended with. `seconds` is how long this call worked on it.
    """

    enter: Callable[[JobQueue], Awaitable[Job]]
    target: Path | None
    job: Job | None = None
    size: Size | None = None
    changed_outside: int | None = None
    saved: Path | None = None
    error: FluxfillError | None = None
    seconds: float = 0.0
    _begun: float = field(default_factory=time.monotonic)

    @classmethod
    def of_order(cls, order: Order, target: Path) -> Run:
        """A new run."""
        return cls(lambda queue: queue.add(order), target)

    @classmethod
    def of_job(cls, job: Job, error: FluxfillError | None = None) -> Run:
        """One that goes on, unless there is an `error` already."""
        target = None if job.wish is None else Path(job.wish.path)
        return cls(lambda queue: queue.resume(job.id), target, job, error=error)

    def update(self, job: Job) -> None:
        """Take over what is known of its job now."""
        self.job = job
        self.seconds = time.monotonic() - self._begun
        if job.saved is not None:
            self.saved = self.target
        if job.state is JobState.FAILED:
            self.error = job.error

    def finish(self, outcome: Outcome) -> None:
        """Take over what it has made."""
        self.size = outcome.picture.size
        is_exact = self.target is None or SAVE_FORMATS[self.target.suffix.lower()].value.lossless
        self.changed_outside = outcome.changed_outside if is_exact else None

    @property
    def status(self) -> ExitStatus:
        """How it ended: DONE, STOPPED, or what its error means."""
        if self.error is not None:
            return ExitStatus.of(self.error)
        is_done = self.job is not None and self.job.state is JobState.DONE
        return ExitStatus.DONE if is_done else ExitStatus.STOPPED

    @property
    def can_resume(self) -> bool:
        """Whether its job is left unfinished, and going on may end well."""
        return self.job is not None and (self.job.can_resume or self.job.state.is_running)

    @property
    def share(self) -> float:
        """About how much of the run is over, 0 to 1."""
        if self.job is None:
            return 0.0
        begun, ready = _SHARES.get(self.job.state, 1.0), _SHARES[JobState.BLENDING]
        if self.job.state is JobState.WAITING and self.job.progress is not None:
            begun += self.job.progress * (_SHARES[JobState.DOWNLOADING] - begun)
        if begun < ready:
            # It has to come that far with every part.
            begun = (len(self.job.results) * ready + begun) / len(self.job.plans)
        return begun


@dataclass(eq=False)
class Batch:
    """What one call of the command line comes to.

    `engine` is that of new runs. `left` are the jobs that are no matter of this call, and why.
    `error` is one that kept all runs from beginning. `seconds` is the time of the whole call.
    """

    engine: Engine | None = None
    runs: list[Run] = field(default_factory=list)
    left: list[tuple[Job, FluxfillError]] = field(default_factory=list)
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
