"""Job: one run on its way from the button to the result, and the one table of its states."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import datetime
from enum import Enum
from typing import Final

from fluxfill_studio.core.blending.compose import Blend
from fluxfill_studio.core.errors import FluxfillError, JobCancelled, JobFailed
from fluxfill_studio.core.planning.plan import Plan
from fluxfill_studio.core.request import FillRequest


class Engine(Enum):
    """Who makes the fill: the sandbox on this machine, or the hosted service."""

    LOCAL = "local"
    APIFRAME = "apiframe"


class JobState(Enum):
    """Where a job stands."""

    QUEUED = "queued"
    UPLOADING = "uploading"
    SUBMITTING = "submitting"
    WAITING = "waiting"
    DOWNLOADING = "downloading"
    BLENDING = "blending"
    SAVING = "saving"
    DONE = "done"
    FAILED = "failed"
    STOPPED = "stopped"

    @property
    def is_over(self) -> bool:
        """Whether nothing more happens by itself."""
        return self in (JobState.DONE, JobState.FAILED, JobState.STOPPED)

    @property
    def is_running(self) -> bool:
        """Whether it is being worked on, or waits for its turn."""
        return not self.is_over


_ENDS: Final = frozenset({JobState.FAILED, JobState.STOPPED})
# What can happen in every step: it ends, or its process does and the job waits for another turn.
_ALWAYS: Final = _ENDS | {JobState.QUEUED}
# A job whose turn comes goes on with the first step that is not done yet. Backwards it goes where
# what was done has become useless (addresses that have expired, a result that is none), or where
# another part of the picture is to be made.
TRANSITIONS: Mapping[JobState, frozenset[JobState]] = {
    JobState.QUEUED: _ENDS
    | {
        JobState.UPLOADING,
        JobState.SUBMITTING,
        JobState.WAITING,
        JobState.DOWNLOADING,
        JobState.BLENDING,
    },
    JobState.UPLOADING: _ALWAYS | {JobState.SUBMITTING},
    JobState.SUBMITTING: _ALWAYS | {JobState.WAITING, JobState.UPLOADING},
    JobState.WAITING: _ALWAYS | {JobState.DOWNLOADING, JobState.UPLOADING},
    JobState.DOWNLOADING: _ALWAYS | {JobState.BLENDING, JobState.WAITING, JobState.UPLOADING},
    JobState.BLENDING: _ALWAYS | {JobState.SAVING, JobState.DONE},
    JobState.SAVING: _ALWAYS | {JobState.DONE},
    JobState.DONE: frozenset(),
    JobState.FAILED: frozenset({JobState.QUEUED}),
    JobState.STOPPED: frozenset({JobState.QUEUED}),
}


@dataclass(frozen=True)
class Upload:
    """A file that lies at the service. `url` works until `expires_at`, which knows its zone."""

    url: str
    expires_at: datetime


@dataclass(frozen=True)
class Wish:
    """Where the finished picture is to be written.

    `quality` is that of a JPEG, 1 to 100; None is the usual one.
    """

    path: str
    overwrite: bool
    quality: int | None = None


@dataclass(frozen=True)
class Job:
    """One run: what was asked for, and what is known of it by now. All times know their zone.

    `base_url` is that of the service, empty for the local engine.

    A picture may be made in several parts, one after the other, each by a run of the service with a
    plan of its own in `plans`: each starts from what the ones before have made. `results` are the
    names under which what came back is kept, for every part that is done. What else is known of
    requests and answers is about the part that is under way. A submission that may have
    arrived is repeated with the very same body under the same key: the service makes at most one
    job of a key, and takes a key with another body for a mistake (409). Hence `submitted_at`, set
    before the request goes out, and the uploads, kept as long as the submission may be repeated.

    `progress` is 0 to 1 where the service told it, `seconds` how long it worked and `charged` how
    many credits that cost, both for all parts: those before this one took `seconds_before` and
    `charged_before`. `source_file` is the name under which the picture that was opened is kept.
    `blend` is how the picture is put together from what came back. `error` is what the job ended
    with.

    Two facts hold for the moment only: `trouble` is what a step is being repeated for, None while
    all goes well; `remaining` is how many seconds the service will probably still take, for this
    part and those after it.
    """

    id: str
    request: FillRequest
    plans: tuple[Plan, ...]
    engine: Engine
    base_url: str
    idempotency_key: str
    created_at: datetime
    source_name: str
    source_file: str
    wish: Wish | None = None
    blend: Blend = Blend()
    state: JobState = JobState.QUEUED
    image: Upload | None = None
    mask: Upload | None = None
    submitted_at: datetime | None = None
    server_id: str | None = None
    progress: float | None = None
    result_url: str | None = None
    results: tuple[str, ...] = ()
    seconds: float | None = None
    seconds_before: float = 0.0
    charged: int | None = None
    charged_before: int = 0
    saved: str | None = None
    error: FluxfillError | None = None
    trouble: FluxfillError | None = None
    remaining: float | None = None

    def moved(self, state: JobState) -> Job:
        """The job in its next state. Raises ValueError for a step that the table does not have."""
        if state not in TRANSITIONS[self.state]:
            raise ValueError(f"a job cannot go from {self.state.value} to {state.value}")
        return replace(self, state=state)

    @property
    def part(self) -> int:
        """The part that is under way, counted from 0; the last one when all are done."""
        return min(len(self.results), len(self.plans) - 1)

    @property
    def plan(self) -> Plan:
        """That of the part that is under way."""
        return self.plans[self.part]

    @property
    def unsent_parts(self) -> int:
        """How many parts are still to be submitted, which is what they cost something by."""
        is_sent = self.submitted_at is not None and not self._was_ended_by_service
        return max(0, len(self.plans) - len(self.results) - is_sent)

    @property
    def next_step(self) -> JobState:
        """The first step that is not done yet, by what is known."""
        if len(self.results) == len(self.plans):
            return JobState.BLENDING
        if self.result_url is not None:
            return JobState.DOWNLOADING
        if self.server_id is not None:
            return JobState.WAITING
        return JobState.UPLOADING if self.submitted_at is None else JobState.SUBMITTING

    @property
    def can_resume(self) -> bool:
        """Whether it is better to go on than to begin anew.

        Not once the service itself has ended the job, unless that leaves parts that are done.
        """
        return self.state in _ENDS and (not self._was_ended_by_service or bool(self.results))

    @property
    def _was_ended_by_service(self) -> bool:
        """Whether the service itself has ended the part under way, which has cost nothing then."""
        return isinstance(self.error, JobFailed | JobCancelled)

    @property
    def is_settled(self) -> bool:
        """Whether its result lies where the user wants it: what is kept for the job may go."""
        return self.state is JobState.DONE and self.saved is not None

    def with_result(self, name: str, idempotency_key: str) -> Job:
        """The job with what came back for its part, in its next step.

        `idempotency_key` is for the part that follows, where there is one.
        """
        kept = replace(self, results=(*self.results, name))
        if kept.next_step is JobState.BLENDING:
            return kept.moved(JobState.BLENDING)
        counted = replace(
            kept, seconds_before=self.seconds or 0.0, charged_before=self.charged or 0
        )
        return counted.unsent(idempotency_key).moved(JobState.UPLOADING)

    def queued(self, idempotency_key: str) -> Job:
        """The job on its way again, which failed, was stopped, or whose process has ended.

        `idempotency_key` is for its part where the service has ended that: it is sent anew.
        """
        job = self.unsent(idempotency_key) if self._was_ended_by_service else self
        return replace(job.moved(JobState.QUEUED), error=None, trouble=None)

    def unsent(self, idempotency_key: str | None = None) -> Job:
        """As if nothing of this part had been sent; under another key where this one was used."""
        return replace(
            self,
            idempotency_key=idempotency_key or self.idempotency_key,
            image=None,
            mask=None,
            submitted_at=None,
            server_id=None,
            progress=None,
            remaining=None,
            result_url=None,
        )
