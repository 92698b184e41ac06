"""What the sandbox remembers, in memory: files with an end to their life, jobs, request keys."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from enum import Enum
from uuid import uuid4

from fluxfill_studio.core.schema import Value

Clock = Callable[[], datetime]
"""The time with its zone."""

MakeUrl = Callable[[str], str]
"""The address under which a file can be fetched, from its name."""


@dataclass(frozen=True)
class StoredFile:
    """An upload or a result, reachable at `url` until `expires_at`."""

    id: str
    name: str
    url: str
    content: bytes
    media_type: str
    expires_at: datetime


class FileStore:
    """Files by name. Those whose time is over are not found, and dropped when one is added."""

    def __init__(self, clock: Clock) -> None:
        self._clock = clock
        self._files: dict[str, StoredFile] = {}

    def add(
        self, content: bytes, media_type: str, lifetime: timedelta, make_url: MakeUrl
    ) -> StoredFile:
        now = self._clock()
        self._files = {n: file for n, file in self._files.items() if file.expires_at > now}
        id_ = str(uuid4())
        name = f"{id_}.{media_type.partition('/')[2].replace('jpeg', 'jpg')}"
        file = StoredFile(id_, name, make_url(name), content, media_type, now + lifetime)
        self._files[name] = file
        return file

    def get(self, name: str) -> StoredFile | None:
        file = self._files.get(name)
        return file if file is not None and file.expires_at > self._clock() else None

    def at_url(self, url: str) -> StoredFile | None:
        """The file with this address; None for any other address, which is never fetched."""
        file = self.get(url.rpartition("/")[2])
        return file if file is not None and file.url == url else None


class Status(Enum):
    """The states of a job, in the contract's words. The sandbox cancels none."""

    QUEUED = "QUEUED"
    PROCESSING = "PROCESSING"
    COMPLETED = "COMPLETED"
    FAILED = "FAILED"
    CANCELLED = "CANCELLED"


@dataclass
class Job:
    """A run. `progress` is in percent; the worker thread sets it and nothing else but `status`."""

    model: str
    params: Mapping[str, Value]
    cost: int
    created_at: datetime
    id: str = field(default_factory=lambda: str(uuid4()))
    status: Status = Status.QUEUED
    progress: int = 0
    error: str | None = None
    completed_at: datetime | None = None
    result_url: str | None = None
    result_expires_at: datetime | None = None

    @property
    def is_over(self) -> bool:
        return self.completed_at is not None

    def complete(self, result: StoredFile, now: datetime) -> None:
        self.status, self.progress, self.completed_at = Status.COMPLETED, 100, now
        self.result_url, self.result_expires_at = result.url, result.expires_at

    def fail(self, error: str, now: datetime) -> None:
        self.status, self.error, self.completed_at = Status.FAILED, error, now

    def as_json(self, now: datetime) -> dict[str, object]:
        """The body of `GET /v2/jobs/{id}`; the result is gone when its file has expired."""
        expired = self.result_expires_at is not None and self.result_expires_at <= now
        there = self.result_url is not None and not expired
        return {
            "id": self.id,
            "status": self.status.value,
            "model": self.model,
            "progress": self.progress,
            "result": {"images": [self.result_url]} if there else None,
            "error": self.error,
            "creditCost": self.cost,
            "webhookStatus": None,
            "createdAt": written(self.created_at),
            "completedAt": written(self.completed_at) if self.completed_at else None,
            "input": dict(self.params),
            "expired": expired,
        }


@dataclass(frozen=True)
class JobQuery:
    """Which jobs are listed, newest first: at most `limit`, after the job `cursor`.

    `search` is the id of a job. What is None leaves nothing out.
    """

    status: Status | None = None
    model: str | None = None
    search: str | None = None
    cursor: str | None = None
    limit: int = 20


class JobStore:
    """Jobs by id, in the order in which they came."""

    def __init__(self) -> None:
        self._jobs: dict[str, Job] = {}

    def add(self, job: Job) -> None:
        self._jobs[job.id] = job

    def get(self, id_: str) -> Job | None:
        return self._jobs.get(id_)

    @property
    def running(self) -> int:
        """How many jobs have not ended."""
        return sum(not job.is_over for job in self._jobs.values())

    def page(self, query: JobQuery) -> tuple[list[Job], bool]:
        """The jobs that `query` asks for, and whether there are more."""
        newest_first = list(reversed(self._jobs.values()))
        if query.cursor is not None:
            ids = [job.id for job in newest_first]
            newest_first = (
                newest_first[ids.index(query.cursor) + 1 :] if query.cursor in ids else []
            )
        found = [
            job
            for job in newest_first
            if query.status in (None, job.status)
            and query.model in (None, job.model)
            and query.search in (None, job.id)
        ]
        return found[: query.limit], len(found) > query.limit


def written(moment: datetime) -> str:
    """RFC 3339 in UTC, with milliseconds."""
    return moment.astimezone(UTC).isoformat(timespec="milliseconds").replace("+00:00", "Z")
