"""One HTTP answer of a service: the JSON and the words in it, and the error it stands for.

No body and no header, however broken, raises anything outside the tree of `core.errors`.
"""

from __future__ import annotations

import json
import math
import re
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime
from typing import TypeVar
from urllib.parse import urlsplit

from fluxfill_studio.core.errors import (
    BadAnswer,
    Charge,
    GarbledAnswer,
    KeyRejected,
    NotEnoughCredits,
    ProxyRefused,
    Redirected,
    RequestRejected,
    ResultGone,
    ServiceError,
    ServiceFault,
    TooManyRequests,
)
from fluxfill_studio.core.texts import QT_TRANSLATE_NOOP

_Error = TypeVar("_Error", bound=ServiceError)


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
    def location(self) -> str | None:
        """Where the answer redirects to, as it stands there, or None where it does not."""
        redirects = self.status in (301, 302, 303, 307, 308)
        return self.headers.get("location") if redirects else None

    @property
    def request_id(self) -> str | None:
        """The service's own name for the exchange, for errors and logs."""
        return excerpt(self.headers.get("x-request-id", ""))[:100] or None

    def json(self) -> dict[str, object]:
        """The JSON object in the body, whatever the header calls it.

        Raises GarbledAnswer where there is none: cut off, or a page in its place.
        """
        try:
            # RecursionError: nested more deeply than the parser goes.
            data = json.loads(self.body.decode("utf-8-sig"))
        except (ValueError, RecursionError) as error:
            raise self.garbled(_NO_JSON) from error
        if not isinstance(data, dict):
            raise self.garbled(_NO_JSON)
        return data

    def garbled(self, reason: str) -> GarbledAnswer:
        """The error for an answer that cannot be read."""
        return self.error(GarbledAnswer, reason=reason)

    def error(
        self, kind: type[_Error], *, retry_after: float | None = None, **values: object
    ) -> _Error:
        """An error of `kind` that this answer stands for."""
        return kind(
            charge=self.charge,
            status=self.status,
            request_id=self.request_id,
            retry_after=retry_after,
            **values,
        )


def error_for(answer: Answer, now: datetime) -> ServiceError:
    """The error that an answer of the API other than 2xx stands for.

    `now` is the moment from which a date in `Retry-After` is counted, unless the answer says with
    `Date` when it was sent: then the clock of this computer does not matter.
    """
    match answer.status:
        case 401 | 403:
            return answer.error(KeyRejected, reason=_reason(answer))
        case 402:
            needed, there = _credits(answer)
            return answer.error(NotEnoughCredits, required=needed, available=there)
        case _ if answer.location is not None:
            return answer.error(Redirected, target=_origin(answer.location))
        case _:
            rejected = answer.error(RequestRejected, reason=_reason(answer))
            return _error_or(rejected, answer, now)


def result_error(answer: Answer, now: datetime) -> ServiceError:
    """The error that an answer other than 2xx at the address of a result stands for.

    Neither key nor credits count there. Addresses are signed for a time, and stores differ in how
    they say that it has passed: mostly 403, 404 or 410, some 400 or 401.
    """
    return _error_or(answer.error(ResultGone), answer, now)


def both_refused(first: Answer, second: Answer) -> RequestRejected:
    """The error for an edit that was refused (400 or 409) in both forms, with both reasons."""
    reasons = dict.fromkeys(_reason(answer) for answer in (first, second))
    weightier = first if first.status > second.status else second
    return weightier.error(RequestRejected, reason="; ".join(reasons))


def whole(value: object) -> int | None:
    """The number that stands in a field, cut to a whole one."""
    if isinstance(value, float) and math.isfinite(value):
        return int(value)
    return value if isinstance(value, int) and not isinstance(value, bool) else None


def words(value: object) -> str | None:
    """The text that stands in a field, or in the `message` of an object that stands there."""
    if isinstance(value, dict):
        value = value.get("message")
    return excerpt(value) or None if isinstance(value, str) else None


def moment(value: object) -> datetime | None:
    """The time that stands in a field as ISO 8601, in UTC; without a zone it is taken for that."""
    if not isinstance(value, str):
        return None
    try:
        read = datetime.fromisoformat(value)
        return read.replace(tzinfo=UTC) if read.tzinfo is None else read.astimezone(UTC)
    except (ValueError, OverflowError):  # the latter for times at either end of the calendar
        return None


def excerpt(text: str) -> str:
    """One printable line of at most 300 characters; of a page of HTML its text."""
    text = text[:4096].strip()
    if text.startswith("<"):
        text = _TAG.sub(" ", text)
    text = " ".join("".join(c if c.isprintable() else " " for c in text).split())
    return text if len(text) <= _EXCERPT else text[: _EXCERPT - 1] + "…"


_TAG = re.compile(r"<[^<>]*>")
_EXCERPT = 300

_NO_JSON = QT_TRANSLATE_NOOP("errors", "the answer is not a JSON object")
_UNEXPECTED = QT_TRANSLATE_NOOP("errors", "unexpected status {status}")


def _error_or(rejected: ServiceError, answer: Answer, now: datetime) -> ServiceError:
    """The error for a status that means the same everywhere, else `rejected`, for a 4xx."""
    match answer.status:
        case 407:
            return answer.error(ProxyRefused, reason=_reason(answer))
        case 429:
            kind: type[ServiceError] = TooManyRequests
        case status if status == 408 or 500 <= status < 600:
            kind = ServiceFault
        case status if 400 <= status < 500:
            return rejected
        case status:
            return answer.error(BadAnswer, reason=_UNEXPECTED.format(status=status))
    return answer.error(kind, reason=_reason(answer), retry_after=_retry_after(answer, now))


def _origin(location: str) -> str:
    """Scheme and host of the target of a redirect, or its path where it stays at its host."""
    try:
        parts = urlsplit(location)
        return excerpt(f"{parts.scheme}://{parts.hostname}" if parts.hostname else parts.path)
    except ValueError:
        return "?"


def _reason(answer: Answer) -> str:
    """The service's own words: `error` with its `details`, else `message`, else the raw text."""
    raw = excerpt(answer.body[:4096].decode("utf-8", errors="replace"))
    try:
        data = answer.json()
    except GarbledAnswer:
        return raw or f"HTTP {answer.status}"
    said = words(data.get("error")) or words(data.get("message"))
    if said is None:
        return raw
    details = data.get("details")
    if isinstance(details, dict) and details:
        faults = ", ".join(f"{path}: {_joined(messages)}" for path, messages in details.items())
        said = f"{said} ({faults})"
    return excerpt(said)


def _joined(messages: object) -> str:
    parts = messages if isinstance(messages, list) else [messages]
    return " ".join(said for said in map(words, parts) if said)


def _credits(answer: Answer) -> tuple[int | str, int | str]:
    """How many credits a 402 says are needed and there; a question mark where it does not."""
    try:
        data = answer.json()
    except GarbledAnswer:
        data = {}
    needed, there = (whole(data.get(f"credits{name}")) for name in ("Required", "Available"))
    return "?" if needed is None else needed, "?" if there is None else there


def _retry_after(answer: Answer, now: datetime) -> float | None:
    """Seconds, from either form of `Retry-After` (RFC 9110, 10.2.3)."""
    text = answer.headers.get("retry-after", "").strip()
    if re.fullmatch(r"[0-9]{1,9}", text):
        return float(text)
    until = _http_date(text)
    if until is None:
        return None
    sent = _http_date(answer.headers.get("date", "")) or now
    return max((until - sent).total_seconds(), 0.0)


def _http_date(text: str) -> datetime | None:
    try:
        date = parsedate_to_datetime(text)
    except ValueError:
        return None
    return date.replace(tzinfo=UTC) if date.tzinfo is None else date
