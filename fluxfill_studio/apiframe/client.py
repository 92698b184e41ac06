"""The client of the Apiframe v2 API: five calls, each one exchange or a typed error.

Nothing is repeated here but the edit in its second form; when to ask again is for the caller to
say. The key goes out with the calls below the base URL and with nothing else: results are fetched
without it wherever they lie, and no redirect is followed with it.
"""

from __future__ import annotations

import io
import json
import socket
import ssl
from collections.abc import AsyncIterable, Iterator, Mapping
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime
from types import TracebackType
from typing import BinaryIO, Self
from urllib.parse import quote, urlsplit

import httpx

from fluxfill_studio import __version__
from fluxfill_studio.apiframe import wire
from fluxfill_studio.apiframe.wire import Account, Answer, BodyForm, JobReport, Submission, Upload
from fluxfill_studio.core.errors import (
    BadAnswer,
    Charge,
    KeyMissing,
    KeyRejected,
    ParameterError,
    ServiceError,
    Unreachable,
)
from fluxfill_studio.core.request import FillRequest
from fluxfill_studio.core.schema import ParameterSchema, Value
from fluxfill_studio.core.texts import QT_TRANSLATE_NOOP


@dataclass(frozen=True)
class Limits:
    """How long the client waits, in seconds, and how much it reads, in bytes.

    `write` is for each block of 64 KiB. Reading begins when the last block has gone to the
    system, whose buffers may hold some megabytes: hence the patience with `upload_read`.
    """

    connect: float = 10
    write: float = 30
    read: float = 30
    upload_read: float = 120
    submit_read: float = 60
    answer_bytes: int = 1_000_000
    download_bytes: int = 200_000_000
    redirects: int = 5


@dataclass(frozen=True)
class _Call:
    """What is sent, how long its answer may take, and what its faults say about money.

    `refused` holds where the service has taken nothing (no connection, or a 4xx but 409, which
    speaks of an earlier request that it did take), `lost` where that is not known.
    """

    method: str
    read: float
    refused: Charge = Charge.NONE
    lost: Charge = Charge.NONE
    headers: Mapping[str, str] = field(default_factory=dict)
    content: bytes | None = None
    files: Mapping[str, tuple[str, BinaryIO]] | None = None


class ApiframeClient:
    """The API at `base_url`, whose path is kept. Use it as an async context, or call `aclose`.

    `transport` replaces the network, for a service inside this process. Every call
    raises ServiceError, and before any I/O KeyMissing where `key` is None or blank.
    """

    def __init__(
        self,
        schema: ParameterSchema,
        *,
        base_url: str,
        key: str | None,
        transport: httpx.AsyncBaseTransport | None = None,
        limits: Limits | None = None,
    ) -> None:
        """Raises ParameterError where `base_url` is no http or https address of a directory."""
        base_url = base_url.strip().rstrip("/")
        if not wire.is_web_address(base_url) or urlsplit(base_url).query or "#" in base_url:
            raise ParameterError(name="base_url", reason=_NOT_A_BASE)
        self._schema = schema
        self._base_url = base_url
        self._key = (key or "").strip()
        self._limits = limits or Limits()
        self._form: BodyForm | None = None
        self._http = httpx.AsyncClient(
            transport=transport,
            follow_redirects=False,
            headers={"User-Agent": f"fluxfill-studio/{__version__}"},
        )

    async def __aenter__(self) -> Self:
        return self

    async def __aexit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        await self.aclose()

    async def aclose(self) -> None:
        """Close the connections; calls under way end as Unreachable."""
        await self._http.aclose()

    async def me(self) -> Account:
        """Whose key it is, and what there is to spend: `GET /v2/me`."""
        call = _Call("GET", self._limits.read)
        return wire.account(_succeeded(await self._ask("/v2/me", call)))

    async def upload(self, data: bytes, filename: str) -> Upload:
        """Lay an encoded picture down at the service: `POST /v2/uploads`, part `file`.

        The service goes by the bytes, not by `filename`, and takes at most 25 MB.
        """
        # As a stream, so that it goes out block by block and the time limit is for each.
        files = {"file": (filename, io.BytesIO(data))}
        call = _Call("POST", self._limits.upload_read, files=files)
        return wire.upload(_succeeded(await self._ask("/v2/uploads", call)))

    async def submit_edit(
        self,
        request: FillRequest,
        image_url: str,
        mask_url: str | None,
        idempotency_key: str,
    ) -> Submission:
        """Start a job: `POST /v2/images/edit`. `mask_url` is given for inpaint only.

        The body goes out in the seeds' form, and once more in the strict one where a service
        whose form is not known yet answers 400; the form that is taken is kept for this client.

        Both go out under the same idempotency key. The service makes at most one job of a key,
        so an action is paid once even if the answer to one of the two is lost and the caller
        repeats it; with a key of its own, the second form could become a second job. A 400 makes
        no job, which leaves the key free for the second form. If a repetition meets a 409, the
        lost job went out in the other form: that form, sent again, is answered with the job.

        Raises ParameterError where the addresses do not fit the mode.
        """
        params = request.params(image_url, mask_url)
        first_form = self._form or BodyForm.SEEDS
        first = await self._edit(first_form, params, idempotency_key)
        if not (first.status == 409 or (first.status == 400 and self._form is None)):
            return self._submitted(first, first_form)

        second_form = _OTHER_FORM[first_form]
        second = await self._edit(second_form, params, idempotency_key)
        if second.status in (400, 409):
            if first.status == 400 and second.status == 409:
                # The form would do, but the key is bound to another body; the next action has a
                # key of its own.
                self._form = second_form
            raise wire.both_refused(first, second)
        return self._submitted(second, second_form)

    async def get_job(self, job_id: str) -> JobReport:
        """How a job stands: `GET /v2/jobs/{id}`."""
        answer = await self._ask(f"/v2/jobs/{quote(job_id, safe='')}", self._later(Charge.PENDING))
        return wire.job_report(_succeeded(answer))

    async def download(self, url: str) -> bytes:
        """The bytes at the address of a result, fetched without the key.

        Up to `Limits.redirects` redirects are followed. Raises BadAnswer for an address that is
        neither http nor https, an empty answer, and one of more than `Limits.download_bytes`.
        """
        call = self._later(Charge.CHARGED)
        if not wire.is_web_address(url):
            raise BadAnswer(reason=_NO_ADDRESS, charge=call.lost)
        for _ in range(self._limits.redirects + 1):
            answer = await self._exchange(url, call, self._limits.download_bytes)
            target = wire.redirect_target(url, answer)
            if target is None:
                break
            url = target
        else:
            raise BadAnswer(reason=_TOO_MANY_REDIRECTS, charge=call.lost)
        if not answer.is_success:
            raise wire.transfer_error(answer, datetime.now(UTC))
        if not answer.body:
            raise BadAnswer(reason=_EMPTY, charge=call.lost, status=answer.status)
        return answer.body

    async def _edit(self, form: BodyForm, params: Mapping[str, Value], key: str) -> Answer:
        # Escaped to ASCII: half a surrogate pair in a prompt is the service's to judge.
        body = json.dumps(wire.edit_body(form, self._schema, params)).encode("ascii")
        call = _Call(
            "POST",
            self._limits.submit_read,
            lost=Charge.PENDING,
            headers={"Content-Type": "application/json", "Idempotency-Key": key},
            content=body,
        )
        return await self._ask("/v2/images/edit", call)

    def _submitted(self, answer: Answer, form: BodyForm) -> Submission:
        accepted = wire.submission(_succeeded(answer))
        self._form = form
        return accepted

    def _later(self, charge: Charge) -> _Call:
        """A call about a job that is there: whatever fails now leaves its `charge` as it is."""
        return _Call("GET", self._limits.read, refused=charge, lost=charge)

    async def _ask(self, path: str, call: _Call) -> Answer:
        """One exchange below the base URL: the only requests that carry the key."""
        if not self._key:
            raise KeyMissing
        if not (self._key.isascii() and self._key.isprintable()):
            raise KeyRejected(reason=_NOT_A_KEY)
        call = replace(call, headers={**call.headers, "X-API-Key": self._key})
        answer = await self._exchange(self._base_url + path, call, self._limits.answer_bytes)
        return self._redacted(answer)

    def _redacted(self, answer: Answer) -> Answer:
        """The answer without the key, should the service echo it: texts of it reach the user."""
        if len(self._key) < 8:  # no secret, and it may occur by chance
            return answer
        headers = {n: v.replace(self._key, _REDACTED) for n, v in answer.headers.items()}
        body = answer.body.replace(self._key.encode(), _REDACTED.encode())
        return replace(answer, headers=headers, body=body)

    async def _exchange(self, url: str, call: _Call, limit: int) -> Answer:
        """Send one request and read its answer whole. The only place where httpx can fail."""
        request = self._http.stream(
            call.method,
            url,
            headers=call.headers,
            content=call.content,
            files=call.files,
            timeout=httpx.Timeout(
                connect=self._limits.connect,
                write=self._limits.write,
                read=call.read,
                pool=self._limits.connect,
            ),
        )
        try:
            async with request as response:
                status = response.status_code
                refused = 400 <= status < 500 and status != 409
                charge = call.refused if refused else call.lost
                body = await _read(response.aiter_bytes(), limit, charge)
        except (httpx.RequestError, httpx.InvalidURL) as error:
            host = urlsplit(url).netloc.rpartition("@")[2]
            raise _translated(error, host, call) from error
        return Answer(status, dict(response.headers), body, charge)


_OTHER_FORM = {BodyForm.SEEDS: BodyForm.STRICT, BodyForm.STRICT: BodyForm.SEEDS}
_REDACTED = "afk_***"

_NOT_A_BASE = QT_TRANSLATE_NOOP("errors", "must be an http or https address")
_NOT_A_KEY = QT_TRANSLATE_NOOP("errors", "it has characters that no key has")
_NO_ADDRESS = QT_TRANSLATE_NOOP("errors", "its address cannot be used")
_TOO_MANY_REDIRECTS = QT_TRANSLATE_NOOP("errors", "too many redirects")
_EMPTY = QT_TRANSLATE_NOOP("errors", "the answer is empty")
_TOO_LONG = QT_TRANSLATE_NOOP("errors", "the answer is longer than {limit} bytes")
_UNREADABLE = QT_TRANSLATE_NOOP("errors", "the answer is packed in a way that cannot be read")
_NO_CONNECTION = QT_TRANSLATE_NOOP("errors", "no connection came about")
_REFUSED = QT_TRANSLATE_NOOP("errors", "it refuses connections")
_NO_SUCH_HOST = QT_TRANSLATE_NOOP("errors", "there is no such host")
_NO_TLS = QT_TRANSLATE_NOOP("errors", "no secure connection came about")
_NO_PROXY = QT_TRANSLATE_NOOP("errors", "the proxy does not connect")
_TOO_SLOW = QT_TRANSLATE_NOOP("errors", "it did not answer in time")
_BROKEN = QT_TRANSLATE_NOOP("errors", "the connection broke off")


def _succeeded(answer: Answer) -> Answer:
    if not answer.is_success:
        raise wire.error_for(answer, datetime.now(UTC))
    return answer


async def _read(blocks: AsyncIterable[bytes], limit: int, charge: Charge) -> bytes:
    read, length = [], 0
    async for block in blocks:
        length += len(block)
        if length > limit:
            raise BadAnswer(reason=_TOO_LONG.format(limit=limit), charge=charge)
        read.append(block)
    return b"".join(read)


def _translated(
    error: httpx.RequestError | httpx.InvalidURL, host: str, call: _Call
) -> ServiceError:
    """The error of ours for one of httpx's, by what it says about how far the request came."""
    match error:
        case httpx.ConnectTimeout() | httpx.PoolTimeout():
            return Unreachable(host=host, reason=_TOO_SLOW, charge=call.refused)
        case httpx.ConnectError():
            return Unreachable(host=host, reason=_no_connection(error), charge=call.refused)
        case httpx.ProxyError():
            return Unreachable(host=host, reason=_NO_PROXY, charge=call.refused)
        case httpx.InvalidURL() | httpx.UnsupportedProtocol():
            return BadAnswer(reason=_NO_ADDRESS, charge=call.refused)
        case httpx.TimeoutException():
            return Unreachable(host=host, reason=_TOO_SLOW, charge=call.lost)
        case httpx.DecodingError():
            return BadAnswer(reason=_UNREADABLE, charge=call.lost)
        case _:  # NetworkError, ProtocolError: reset, cut short, or no HTTP at all
            return Unreachable(host=host, reason=_BROKEN, charge=call.lost)


def _no_connection(error: BaseException) -> str:
    """Why there was no connection, from the first cause that tells."""
    for cause in _causes(error):
        match cause:
            case ssl.SSLError():
                return _NO_TLS
            case socket.gaierror():
                return _NO_SUCH_HOST
            case ConnectionRefusedError():
                return _REFUSED
    return _NO_CONNECTION


def _causes(error: BaseException | None) -> Iterator[BaseException]:
    while error is not None:
        yield error
        if isinstance(error, BaseExceptionGroup):  # one for each address of the host
            for part in error.exceptions:
                yield from _causes(part)
        error = error.__cause__ or error.__context__
