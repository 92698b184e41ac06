"""Job: one run on its way from the button to the result, and the one table of its states."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from enum import Enum

from fluxfill_studio.core.errors import FluxfillError, JobCancelled, JobFailed
from fluxfill_studio.core.plan import Plan
from fluxfill_studio.core.request import FillRequest


class Engine(Enum):
    """Who makes the fill: the sandbox on this machine, or the hosted service."""

    LOCAL = "local"
    APIFRAME = "apiframe"


class JobState(Enum):
    """Where a job stands."""

    PREPARED = "prepared"
    UPLOADING = "uploading"
    SUBMITTING = "submitting"
    WAITING = "waiting"
    DOWNLOADING = "downloading"
    BLENDING = "blending"
    DONE = "done"
    FAILED = "failed"
    STOPPED = "stopped"

    @property
    def is_running(self) -> bool:
        return self not in (JobState.DONE, JobState.FAILED, JobState.STOPPED)


# A job that failed or was stopped goes on with its server id where it has one (WAITING), and
# otherwise from its uploads, with the same idempotency key.
TRANSITIONS: Mapping[JobState, frozenset[JobState]] = {
    JobState.PREPARED: frozenset({JobState.UPLOADING, JobState.FAILED, JobState.STOPPED}),
    JobState.UPLOADING: frozenset({JobState.SUBMITTING, JobState.FAILED, JobState.STOPPED}),
    JobState.SUBMITTING: frozenset({JobState.WAITING, JobState.FAILED, JobState.STOPPED}),
    JobState.WAITING: frozenset({JobState.DOWNLOADING, JobState.FAILED, JobState.STOPPED}),
    JobState.DOWNLOADING: frozenset({JobState.BLENDING, JobState.FAILED, JobState.STOPPED}),
    JobState.BLENDING: frozenset({JobState.DONE, JobState.FAILED, JobState.STOPPED}),
    JobState.DONE: frozenset(),
    JobState.FAILED: frozenset({JobState.UPLOADING, JobState.WAITING}),
    JobState.STOPPED: frozenset({JobState.UPLOADING, JobState.WAITING}),
}


@dataclass(frozen=True)
class Uploads:
    """Where the service holds what was sent; `mask_url` is None for an outpaint."""

    image_url: str
    mask_url: str | None


@dataclass(frozen=True)
class Job:
    """One run. `progress` is 0 to 1 where the service told it; `charged` is in credits.

    `uploads` holds the addresses of image and mask from the upload until the service rejects
    them. A submission that may have arrived is repeated with the very same body, because the
    service takes an idempotency key with another body for a mistake (409).
    """

    id: str
    request: FillRequest
    plan: Plan
    idempotency_key: str
    state: JobState = JobState.PREPARED
    uploads: Uploads | None = None
    server_id: str | None = None
    progress: float | None = None
    error: FluxfillError | None = None
    charged: int | None = None

    def moved(self, state: JobState) -> Job:
        """The job in its next state. Raises ValueError for a step that the table does not have."""
        if state not in TRANSITIONS[self.state]:
            raise ValueError(f"a job cannot go from {self.state.value} to {state.value}")
        return replace(self, state=state)

    @property
    def can_resume(self) -> bool:
        """Whether going on may still end well: not once the service itself has ended the job."""
        ended = isinstance(self.error, JobFailed | JobCancelled)
        return self.state in (JobState.FAILED, JobState.STOPPED) and not ended
