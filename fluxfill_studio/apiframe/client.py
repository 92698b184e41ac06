"""The client of the Apiframe v2 API: six calls, each one answer read or a typed error.

Nothing is repeated here but the edit in its second form; `retry` says what may be, and when. The
key goes out with the calls below the base URL and with nothing else: results are fetched without
it wherever they lie, and no redirect is followed with it.
"""

from __future__ import annotations

import io
import json
from collections.abc import Mapping
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path
from types import TracebackType
from typing import Final, Self
from urllib.parse import quote, urlencode, urlsplit

import httpx

from fluxfill_studio.apiframe import wire
from fluxfill_studio.apiframe.answer import Answer, both_refused, error_for, result_error
from fluxfill_studio.apiframe.network import PROXY, Call, Limits, Network
from fluxfill_studio.apiframe.wire import Account, BodyForm, JobReport, Submission
from fluxfill_studio.core.errors import (
    BadAnswer,
    Charge,
    GarbledAnswer,
    KeyMissing,
    KeyRejected,
    ParameterError,
)
from fluxfill_studio.core.job import Upload
from fluxfill_studio.core.request import FillRequest
from fluxfill_studio.core.schema import ParameterSchema, Value
from fluxfill_studio.core.texts import QT_TRANSLATE_NOOP


class ApiframeClient:
    """The API at `base_url`, whose path is kept. Use it as an async context, or call `aclose`.

    `proxy` is an http or https address that all requests go through, `certificates` a PEM file of
    authorities that are trusted as well; see `Network` for what holds without them. `transport`
    replaces the network, for a service inside this process.

    Every call raises ServiceError, and before any I/O KeyMissing where `key` is None or blank and
    ParameterError where proxy or certificates cannot be used.
    """

    def __init__(
        self,
        schema: ParameterSchema,
        *,
        base_url: str,
        key: str | None,
        proxy: str | None = None,
        certificates: Path | None = None,
        transport: httpx.AsyncBaseTransport | None = None,
        limits: Limits | None = None,
    ) -> None:
        """Raises ParameterError where an address is not http or https, or that of no directory."""
        base_url = base_url.strip().rstrip("/")
        if not wire.is_web_address(base_url) or urlsplit(base_url).query or "#" in base_url:
            raise ParameterError(name=_ADDRESS, reason=_NOT_WEB)
        if proxy is not None and not wire.is_web_address(proxy):
            raise ParameterError(name=PROXY, reason=_NOT_WEB)
        self._schema = schema
        self._base_url = base_url
        self._key = (key or "").strip()
        self._limits = limits or Limits()
        self._form: BodyForm | None = None
        self._network = Network(
            self._limits, transport=transport, proxy=proxy, certificates=certificates
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
        await self._network.aclose()

    async def me(self) -> Account:
        """Whose key it is, and what there is to spend: `GET /v2/me`."""
        call = Call("GET", self._limits.read)
        return wire.account(_succeeded(await self._ask("/v2/me", call)))

    async def upload(self, data: bytes, filename: str) -> Upload:
        """Lay an encoded picture down at the service: `POST /v2/uploads`, part `file`.

        The service goes by the bytes, not by `filename`, and takes at most 25 MB.
        """
        # As a stream, so that it goes out block by block and the time limit is for each.
        files = {"file": (filename, io.BytesIO(data))}
        call = Call("POST", self._limits.upload_read, files=files)
        return wire.upload(_succeeded(await self._ask("/v2/uploads", call)))

    async def submit_edit(
        self,
        request: FillRequest,
        image_url: str,
        mask_url: str | None,
        idempotency_key: str,
    ) -> Submission:
        """Start a job: `POST /v2/images/edit`. `mask_url` is given for inpaint only.

        The body goes out in the seeds' form, and once more in the strict one where a service that
        is not known to take the first answers 400; the form that is taken is kept for this client.

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
        # Another edit under way may have found out meanwhile, hence not `is None`.
        in_doubt = self._form is not first_form
        if not (first.status == 409 or (first.status == 400 and in_doubt)):
            return self._submitted(first, first_form)

        second_form = _OTHER_FORM[first_form]
        second = await self._edit(second_form, params, idempotency_key)
        if second.status in (400, 409):
            if first.status == 400 and second.status == 409:
                # The form would do, but the key is bound to another body; the next action has a
                # key of its own.
                self._form = second_form
            raise both_refused(first, second)
        return self._submitted(second, second_form)

    async def get_job(self, job_id: str) -> JobReport:
        """How a job stands: `GET /v2/jobs/{id}`."""
        answer = await self._ask(f"/v2/jobs/{quote(job_id, safe='')}", self._later(Charge.PENDING))
        return wire.job_report(_succeeded(answer))

    async def find_job(self, image_url: str, since: datetime) -> str | None:
        """The id of the newest job made with the picture at `image_url`: `GET /v2/jobs`.

        The list is read back to the first job that the service made before `since`, by its own
        clock. None where there is no such job, or the service does not say what jobs were made of.
        """
        query = {"model": self._schema.model, "limit": "100"}
        for _ in range(_PAGES):
            path = f"/v2/jobs?{urlencode(query)}"
            page = wire.job_page(_succeeded(await self._ask(path, self._later(Charge.PENDING))))
            for job in page.jobs:
                if job.holds(image_url):
                    return job.id
            made = (job.created_at for job in page.jobs)
            if page.next_cursor is None or any(at is not None and at < since for at in made):
                return None
            query["cursor"] = page.next_cursor
        return None

    async def download(self, url: str) -> bytes:
        """The bytes at the address of a result, fetched without the key.

        Up to `Limits.redirects` redirects are followed. Raises ResultGone where the result is no
        longer to be had there, AnswerTooLarge for more than `Limits.download_bytes`, GarbledAnswer
        for nothing at all, and BadAnswer for an address that is neither http nor https. Whether
        the bytes are a picture is for the caller to find out.
        """
        call = self._later(Charge.CHARGED)
        if not wire.is_web_address(url):
            raise BadAnswer(reason=_NO_ADDRESS, charge=call.lost)
        for _ in range(self._limits.redirects + 1):
            answer = await self._network.exchange(url, call, self._limits.download_bytes)
            target = wire.redirect_target(url, answer)
            if target is None:
                break
            url = target
        else:
            raise BadAnswer(reason=_TOO_MANY_REDIRECTS, charge=call.lost)
        if not answer.is_success:
            raise result_error(answer, datetime.now(UTC))
        if not answer.body:
            raise answer.error(GarbledAnswer, reason=_EMPTY)
        return answer.body

    async def _edit(self, form: BodyForm, params: Mapping[str, Value], key: str) -> Answer:
        # Escaped to ASCII: half a surrogate pair in a prompt is the service's to judge.
        body = json.dumps(wire.edit_body(form, self._schema, params)).encode("ascii")
        call = Call(
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

    def _later(self, charge: Charge) -> Call:
        """A call about a job that is there: whatever fails now leaves its `charge` as it is."""
        return Call("GET", self._limits.read, refused=charge, lost=charge)

    async def _ask(self, path: str, call: Call) -> Answer:
        """One exchange below the base URL: the only requests that carry the key."""
        if not self._key:
            raise KeyMissing
        if not (self._key.isascii() and self._key.isprintable()):
            raise KeyRejected(reason=_NOT_A_KEY)
        call = replace(call, key=self._key)
        limit = self._limits.answer_bytes
        return self._redacted(await self._network.exchange(self._base_url + path, call, limit))

    def _redacted(self, answer: Answer) -> Answer:
        """The answer without the key, should the service echo it: texts of it reach the user."""
        if len(self._key) < 8:  # no secret, and it may occur by chance
            return answer
        headers = {n: v.replace(self._key, _REDACTED) for n, v in answer.headers.items()}
        body = answer.body.replace(self._key.encode(), _REDACTED.encode())
        return replace(answer, headers=headers, body=body)


def _succeeded(answer: Answer) -> Answer:
    if not answer.is_success:
        raise error_for(answer, datetime.now(UTC))
    return answer


_OTHER_FORM = {BodyForm.SEEDS: BodyForm.STRICT, BodyForm.STRICT: BodyForm.SEEDS}
_REDACTED = "afk_***"
# Of a hundred jobs each; whoever has made more since has other ways to find one.
_PAGES: Final = 100

_ADDRESS = QT_TRANSLATE_NOOP("errors", "Address of the service")
_NOT_WEB = QT_TRANSLATE_NOOP("errors", "must be an http or https address")
_NOT_A_KEY = QT_TRANSLATE_NOOP("errors", "it has characters that no key has")
_NO_ADDRESS = QT_TRANSLATE_NOOP("errors", "its address cannot be used")
_TOO_MANY_REDIRECTS = QT_TRANSLATE_NOOP("errors", "too many redirects")
_EMPTY = QT_TRANSLATE_NOOP("errors", "the answer is empty")
