"""Bytes of the Apiframe v2 API to values and back, without any I/O.

Reading is lenient where the published sources of the contract disagree, and strict about what
the program goes on with: identifiers, states and addresses. An answer that lacks one of these is
a GarbledAnswer, a completed job without its picture ResultGone.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import datetime
from enum import Enum
from typing import TypeGuard
from urllib.parse import urljoin, urlsplit

from fluxfill_studio.apiframe.answer import Answer, excerpt, moment, whole, words
from fluxfill_studio.core.errors import (
    BadAnswer,
    Charge,
    JobCancelled,
    JobFailed,
    JobFlagged,
    ResultGone,
)
from fluxfill_studio.core.job import Upload
from fluxfill_studio.core.schema import ParameterSchema, Value
from fluxfill_studio.core.texts import QT_TRANSLATE_NOOP


class BodyForm(Enum):
    """The two forms of an edit request between which the sources of the contract disagree."""

    SEEDS = "seeds"
    """The prompt stands at the top level and among the parameters."""

    STRICT = "strict"
    """The prompt stands among the parameters only, and further keys are not allowed."""


class JobStatus(Enum):
    """The state of a job at the service. A state that is not known counts as running."""

    QUEUED = "QUEUED"
    PROCESSING = "PROCESSING"
    COMPLETED = "COMPLETED"
    FAILED = "FAILED"
    CANCELLED = "CANCELLED"
    UNKNOWN = "UNKNOWN"

    @property
    def is_over(self) -> bool:
        return self in (JobStatus.COMPLETED, JobStatus.FAILED, JobStatus.CANCELLED)


@dataclass(frozen=True)
class Account:
    """Whose key it is. None where the service did not say; `key_prefix` is no secret."""

    email: str | None
    plan: str | None
    credits: int | None
    max_concurrent_jobs: int | None
    key_prefix: str | None


@dataclass(frozen=True)
class Submission:
    """An accepted edit. On a replay of its idempotency key the status may be a later one."""

    job_id: str
    status: JobStatus


@dataclass(frozen=True)
class JobReport:
    """How a job stands. A completed one always has its `result_url`.

    `progress` is 0 to 100, `credit_cost` in credits; both and the times, which are in UTC, are None
    where the service did not say. `expired` is its word on a result that it will not keep or has
    not kept.
    """

    id: str
    status: JobStatus
    progress: int | None
    result_url: str | None
    error: str | None
    credit_cost: int | None
    created_at: datetime | None
    completed_at: datetime | None
    expired: bool

    @property
    def seconds(self) -> float | None:
        """How long the service had the job, by its own clock, once it has completed."""
        if self.created_at is None or self.completed_at is None:
            return None
        return max((self.completed_at - self.created_at).total_seconds(), 0.0)


@dataclass(frozen=True)
class ListedJob:
    """A job in the list of the account. `input` is what it was made of, None where not said."""

    id: str
    created_at: datetime | None
    input: object

    def holds(self, address: str) -> bool:
        """Whether `address` stands anywhere in the input, whose form the contract leaves open."""
        left = [self.input]
        while left:
            match left.pop():
                case str() as text if text == address:
                    return True
                case dict() as fields:
                    left += fields.values()
                case list() as items:
                    left += items
        return False


@dataclass(frozen=True)
class JobPage:
    """A part of the list of jobs, newest first, and the cursor of what follows, if anything."""

    jobs: tuple[ListedJob, ...]
    next_cursor: str | None


def edit_body(
    form: BodyForm, schema: ParameterSchema, params: Mapping[str, Value]
) -> dict[str, object]:
    """The body of `POST /v2/images/edit` for checked `params`, in one of its two forms."""
    body: dict[str, object] = {"model": schema.model, schema.params_key: dict(params)}
    if form is BodyForm.SEEDS:
        body = {"prompt": params["prompt"], **body}
    return body


def account(answer: Answer) -> Account:
    """Read the answer to `GET /v2/me`: everything in it but `user` may be absent."""
    data = answer.json()
    user = data.get("user")
    if not isinstance(user, dict):
        raise answer.garbled(_INCOMPLETE.format(field="user"))
    team, key = (part if isinstance(part, dict) else {} for part in map(data.get, _ME_PARTS))
    return Account(
        email=words(user.get("email")),
        plan=words(team.get("plan")),
        credits=whole(team.get("credits")),
        max_concurrent_jobs=whole(team.get("maxConcurrentJobs")),
        key_prefix=words(key.get("prefix")),
    )


def upload(answer: Answer) -> Upload:
    """Read the answer to `POST /v2/uploads`."""
    data = answer.json()
    expires_at = moment(data.get("expiresAt"))
    if expires_at is None:
        raise answer.garbled(_INCOMPLETE.format(field="expiresAt"))
    return Upload(_address(answer, data.get("url")), expires_at)


def submission(answer: Answer) -> Submission:
    """Read the answer to `POST /v2/images/edit`."""
    data = answer.json()
    return Submission(_job_id(answer, data.get("jobId")), _status(answer, data.get("status")))


def job_report(answer: Answer) -> JobReport:
    """Read the answer to `GET /v2/jobs/{id}`.

    The sources give the result as an address, a list, or an object with `images`, `image` or
    `url`; the first image counts. Raises ResultGone for a job that has completed and has none.
    """
    data = answer.json()
    status = _status(answer, data.get("status"))
    result_url = None
    if status is JobStatus.COMPLETED:
        completed = replace(answer, charge=Charge.CHARGED)
        image = _first_image(data.get("result"))
        if not image:
            raise completed.error(ResultGone)
        result_url = _address(completed, image)
    progress = whole(data.get("progress"))
    return JobReport(
        id=_job_id(answer, data.get("id")),
        status=status,
        progress=None if progress is None else min(max(progress, 0), 100),
        result_url=result_url,
        error=words(data.get("error")),
        credit_cost=whole(data.get("creditCost")),
        created_at=moment(data.get("createdAt")),
        completed_at=moment(data.get("completedAt")),
        expired=data.get("expired") is True,
    )


def job_page(answer: Answer) -> JobPage:
    """Read the answer to `GET /v2/jobs`; an entry that cannot be asked for later is left out."""
    data = answer.json()
    listed = data.get("jobs")
    if not isinstance(listed, list):
        raise answer.garbled(_INCOMPLETE.format(field="jobs"))
    cursor = data.get("nextCursor") if data.get("hasMore") is not False else None
    return JobPage(
        jobs=tuple(
            ListedJob(job["id"], moment(job.get("createdAt")), job.get("input"))
            for job in listed
            if isinstance(job, dict) and _is_job_id(job.get("id"))
        ),
        next_cursor=cursor if isinstance(cursor, str) and cursor else None,
    )


def failure_of(report: JobReport) -> JobFailed | JobFlagged | JobCancelled:
    """The error that a report of a failed or cancelled job stands for.

    The credits of a failed job are given back. Of a cancelled one the contract says nothing.
    Raises ValueError for a job that has not failed.
    """
    if report.status is JobStatus.CANCELLED:
        return JobCancelled(charge=None)
    if report.status is not JobStatus.FAILED:
        raise ValueError(f"a job that is {report.status.value} has not failed")
    reason = excerpt(report.error or "") or _NO_REASON
    return JobFlagged(reason=reason) if _MODERATION.search(reason) else JobFailed(reason=reason)


def redirect_target(url: str, answer: Answer) -> str | None:
    """Where a redirect from `url` leads, or None where the answer is none.

    Raises BadAnswer where it leads to anything but a web address.
    """
    if answer.location is None:
        return None
    try:
        target = urljoin(url, answer.location)
    except ValueError as error:
        raise answer.error(BadAnswer, reason=_NO_ADDRESS) from error
    if not is_web_address(target):
        raise answer.error(BadAnswer, reason=_NO_ADDRESS)
    return target


def is_web_address(text: str) -> bool:
    """Whether `text` is an http or https address that can be asked for as it stands."""
    if len(text) > 8192 or not text.isprintable():
        return False
    try:
        parts = urlsplit(text)
        host = (parts.hostname or "").encode("idna")
        _ = parts.port  # raises for one out of range
    except ValueError:
        return False
    return parts.scheme in ("http", "https") and bool(host)


_ME_PARTS = ("team", "apiKey")
_JOB_ID = re.compile(r"[A-Za-z0-9_-]{1,128}")
_MODERATION = re.compile(r"moderat|policy|safety|nsfw|flagged", re.IGNORECASE)

_INCOMPLETE = QT_TRANSLATE_NOOP("errors", "“{field}” is missing or unreadable")
_NO_ADDRESS = QT_TRANSLATE_NOOP("errors", "there is no usable address in it")
_NO_REASON = QT_TRANSLATE_NOOP("errors", "no reason was given")


def _is_job_id(value: object) -> TypeGuard[str]:
    # It goes into the path of later requests, so no text will do.
    return isinstance(value, str) and _JOB_ID.fullmatch(value) is not None


def _job_id(answer: Answer, value: object) -> str:
    if not _is_job_id(value):
        raise answer.garbled(_INCOMPLETE.format(field="id"))
    return value


def _status(answer: Answer, value: object) -> JobStatus:
    if not isinstance(value, str):
        raise answer.garbled(_INCOMPLETE.format(field="status"))
    try:
        return JobStatus(value.upper())
    except ValueError:
        return JobStatus.UNKNOWN


def _address(answer: Answer, value: object) -> str:
    if isinstance(value, str) and is_web_address(value):
        return value
    raise answer.garbled(_NO_ADDRESS)


def _first_image(result: object) -> object:
    for _ in range(3):  # an object, its list, an object in that list
        if isinstance(result, list):
            result = next(iter(result), None)
        elif isinstance(result, dict):
            found = map(result.get, ("images", "image", "url"))
            result = next((value for value in found if value), None)
    return result
