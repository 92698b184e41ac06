"""Bytes of the Apiframe v2 API to values and back, without any I/O.

Reading is lenient where the published sources of the contract disagree, and strict about what
the program goes on with: identifiers, states and addresses. Whatever breaks the contract is a
BadAnswer; no body, however broken, raises anything outside the tree of `core.errors`.
"""

from __future__ import annotations

import json
import math
import re
from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime
from enum import Enum
from urllib.parse import urljoin, urlsplit

from fluxfill_studio.core.errors import (
    BadAnswer,
    Charge,
    JobCancelled,
    JobFailed,
    JobFlagged,
    KeyRejected,
    NotEnoughCredits,
    RequestRejected,
    ServiceError,
    ServiceFault,
    TooManyRequests,
)
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
class Answer:
    """One HTTP answer, read to its end. The names in `headers` are in lower case.

    `charge` is what any error that is made of this answer says about money.
    """

    status: int
    headers: Mapping[str, str]
    body: bytes
    charge: Charge = Charge.NONE

    @property
    def is_success(self) -> bool:
        return 200 <= self.status < 300

    @property
    def request_id(self) -> str | None:
        """The service's own name for the exchange, for errors and logs."""
        return _excerpt(self.headers.get("x-request-id", ""))[:100] or None


@dataclass(frozen=True)
class Account:
    """Whose key it is. None where the service did not say; `key_prefix` is no secret."""

    email: str | None
    plan: str | None
    credits: int | None
    max_concurrent_jobs: int | None
    key_prefix: str | None


@dataclass(frozen=True)
class Upload:
    """A file that lies at the service. `url` works until `expires_at`, which knows its zone."""

    url: str
    expires_at: datetime


@dataclass(frozen=True)
class Submission:
    """An accepted edit. On a replay of its idempotency key the status may be a later one."""

    job_id: str
    status: JobStatus


@dataclass(frozen=True)
class JobReport:
    """How a job stands. A completed one always has its `result_url`.

    `progress` is 0 to 100, `credit_cost` in credits; both are None where the service did not say.
    """

    id: str
    status: JobStatus
    progress: int | None
    result_url: str | None
    error: str | None
    credit_cost: int | None


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
    data = _object(answer)
    user = data.get("user")
    if not isinstance(user, dict):
        raise _bad(answer, _INCOMPLETE.format(field="user"))
    team, key = (part if isinstance(part, dict) else {} for part in map(data.get, _ME_PARTS))
    return Account(
        email=_words(user.get("email")),
        plan=_words(team.get("plan")),
        credits=_whole(team.get("credits")),
        max_concurrent_jobs=_whole(team.get("maxConcurrentJobs")),
        key_prefix=_words(key.get("prefix")),
    )


def upload(answer: Answer) -> Upload:
    """Read the answer to `POST /v2/uploads`."""
    data = _object(answer)
    expiry = data.get("expiresAt")
    try:
        expires_at = datetime.fromisoformat(expiry if isinstance(expiry, str) else "")
    except ValueError as error:
        raise _bad(answer, _INCOMPLETE.format(field="expiresAt")) from error
    if expires_at.tzinfo is None:
        expires_at = expires_at.replace(tzinfo=UTC)
    return Upload(_address(answer, data.get("url")), expires_at)


def submission(answer: Answer) -> Submission:
    """Read the answer to `POST /v2/images/edit`."""
    data = _object(answer)
    return Submission(_job_id(answer, data.get("jobId")), _status(answer, data.get("status")))


def job_report(answer: Answer) -> JobReport:
    """Read the answer to `GET /v2/jobs/{id}`.

    The sources give the result as an address, a list, or an object with `images`, `image` or
    `url`; the first image counts.
    """
    data = _object(answer)
    status = _status(answer, data.get("status"))
    result_url = None
    if status is JobStatus.COMPLETED:
        completed = replace(answer, charge=Charge.CHARGED)
        result_url = _address(completed, _first_image(data.get("result")))
    progress = _whole(data.get("progress"))
    return JobReport(
        id=_job_id(answer, data.get("id")),
        status=status,
        progress=None if progress is None else min(max(progress, 0), 100),
        result_url=result_url,
        error=_words(data.get("error")),
        credit_cost=_whole(data.get("creditCost")),
    )


def error_for(answer: Answer, now: datetime) -> ServiceError:
    """The error that an answer of the API other than 2xx stands for.

    `now` is the moment from which an HTTP date in `Retry-After` is counted.
    """
    match answer.status:
        case 401 | 403:
            return _error(KeyRejected, answer, reason=_reason(answer))
        case 402:
            needed, there = _credits(answer)
            return _error(NotEnoughCredits, answer, required=needed, available=there)
        case _:
            return transfer_error(answer, now)


def transfer_error(answer: Answer, now: datetime) -> ServiceError:
    """The error that an answer other than 2xx stands for where neither key nor credits count.

    That is so for the addresses of results: there a 403 speaks of the address, not of the key.
    """
    reason = _reason(answer)
    match answer.status // 100:
        case 4 if answer.status == 429:
            wait = _retry_after(answer, now)
            return _error(TooManyRequests, answer, reason=reason, retry_after=wait)
        case 4:
            return _error(RequestRejected, answer, reason=reason)
        case 5:
            return _error(ServiceFault, answer, reason=reason)
        case _:
            return _bad(answer, _UNEXPECTED.format(status=answer.status))


def both_refused(first: Answer, second: Answer) -> ServiceError:
    """The error for an edit that was refused (400 or 409) in both forms, with both reasons."""
    reasons = dict.fromkeys(_reason(answer) for answer in (first, second))
    weightier = first if first.status > second.status else second
    return _error(RequestRejected, weightier, reason="; ".join(reasons))


def failure_of(report: JobReport) -> JobFailed | JobFlagged | JobCancelled:
    """The error that a report of a failed or cancelled job stands for.

    The credits of a failed job are given back. Of a cancelled one the contract says nothing.
    Raises ValueError for a job that has not failed.
    """
    if report.status is JobStatus.CANCELLED:
        return JobCancelled(charge=None)
    if report.status is not JobStatus.FAILED:
        raise ValueError(f"a job that is {report.status.value} has not failed")
    reason = _excerpt(report.error or "") or _NO_REASON
    return JobFlagged(reason=reason) if _MODERATION.search(reason) else JobFailed(reason=reason)


def redirect_target(url: str, answer: Answer) -> str | None:
    """Where a redirect from `url` leads, or None where the answer is none.

    Raises BadAnswer where it leads to anything but a web address.
    """
    location = answer.headers.get("location")
    if answer.status not in (301, 302, 303, 307, 308) or location is None:
        return None
    try:
        target = urljoin(url, location)
    except ValueError as error:
        raise _bad(answer, _NO_ADDRESS) from error
    return _address(answer, target)


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
_TAG = re.compile(r"<[^<>]*>")
_REASON_LIMIT = 300

_NO_JSON = QT_TRANSLATE_NOOP("errors", "the answer is not a JSON object")
_INCOMPLETE = QT_TRANSLATE_NOOP("errors", "“{field}” is missing or unreadable")
_NO_ADDRESS = QT_TRANSLATE_NOOP("errors", "there is no usable address in it")
_UNEXPECTED = QT_TRANSLATE_NOOP("errors", "unexpected status {status}")
_NO_REASON = QT_TRANSLATE_NOOP("errors", "no reason was given")


def _object(answer: Answer) -> dict[str, object]:
    try:
        # RecursionError: nested more deeply than the parser goes.
        data = json.loads(answer.body.decode("utf-8-sig"))
    except (ValueError, RecursionError) as error:
        raise _bad(answer, _NO_JSON) from error
    if not isinstance(data, dict):
        raise _bad(answer, _NO_JSON)
    return data


def _job_id(answer: Answer, value: object) -> str:
    # It goes into the path of later requests, so no text will do.
    if isinstance(value, str) and _JOB_ID.fullmatch(value):
        return value
    raise _bad(answer, _INCOMPLETE.format(field="id"))


def _status(answer: Answer, value: object) -> JobStatus:
    if not isinstance(value, str):
        raise _bad(answer, _INCOMPLETE.format(field="status"))
    try:
        return JobStatus(value.upper())
    except ValueError:
        return JobStatus.UNKNOWN


def _address(answer: Answer, value: object) -> str:
    if isinstance(value, str) and is_web_address(value):
        return value
    raise _bad(answer, _NO_ADDRESS)


def _first_image(result: object) -> object:
    for _ in range(3):  # an object, its list, an object in that list
        if isinstance(result, list):
            result = next(iter(result), None)
        elif isinstance(result, dict):
            found = map(result.get, ("images", "image", "url"))
            result = next((value for value in found if value), None)
    return result


def _whole(value: object) -> int | None:
    if isinstance(value, float) and math.isfinite(value):
        return int(value)
    return value if isinstance(value, int) and not isinstance(value, bool) else None


def _words(value: object) -> str | None:
    """The text that stands in a field, or in the `message` of an object that stands there."""
    if isinstance(value, dict):
        value = value.get("message")
    return _excerpt(value) or None if isinstance(value, str) else None


def _excerpt(text: str) -> str:
    """One printable line of at most `_REASON_LIMIT` characters; of a page of HTML its text."""
    text = text[:4096].strip()
    if text.startswith("<"):
        text = _TAG.sub(" ", text)
    text = " ".join("".join(c if c.isprintable() else " " for c in text).split())
    return text if len(text) <= _REASON_LIMIT else text[: _REASON_LIMIT - 1] + "…"


def _reason(answer: Answer) -> str:
    """The service's own words: `error` with its `details`, else `message`, else the raw text."""
    raw = _excerpt(answer.body[:4096].decode("utf-8", errors="replace"))
    try:
        data = _object(answer)
    except BadAnswer:
        return raw or f"HTTP {answer.status}"
    words = _words(data.get("error")) or _words(data.get("message"))
    if words is None:
        return raw
    details = data.get("details")
    if isinstance(details, dict) and details:
        faults = ", ".join(f"{path}: {_joined(messages)}" for path, messages in details.items())
        words = f"{words} ({faults})"
    return _excerpt(words)


def _joined(messages: object) -> str:
    parts = messages if isinstance(messages, list) else [messages]
    return " ".join(words for words in map(_words, parts) if words)


def _credits(answer: Answer) -> tuple[int | str, int | str]:
    """How many credits a 402 says are needed and there; a question mark where it does not."""
    try:
        data = _object(answer)
    except BadAnswer:
        data = {}
    needed, there = (_whole(data.get(f"credits{name}")) for name in ("Required", "Available"))
    return "?" if needed is None else needed, "?" if there is None else there


def _retry_after(answer: Answer, now: datetime) -> float | None:
    """Seconds, from either form of `Retry-After` (RFC 9110, 10.2.3)."""
    text = answer.headers.get("retry-after", "").strip()
    if re.fullmatch(r"[0-9]{1,9}", text):
        return float(text)
    try:
        moment = parsedate_to_datetime(text)
    except ValueError:
        return None
    if moment.tzinfo is None:
        moment = moment.replace(tzinfo=UTC)
    return max((moment - now).total_seconds(), 0.0)


def _error(kind: type[ServiceError], answer: Answer, **values: object) -> ServiceError:
    return kind(charge=answer.charge, status=answer.status, request_id=answer.request_id, **values)


def _bad(answer: Answer, reason: str) -> ServiceError:
    return _error(BadAnswer, answer, reason=reason)
