"""Whatever comes over the wire, and however it was broken on the way, ends in an error of ours.

The examples are the same in every run; `--hypothesis-profile=default` looks for new ones.
"""

from __future__ import annotations

import asyncio
import io
import json
import ssl
from collections.abc import Sequence
from datetime import UTC, datetime
from typing import Any

import httpx
import numpy as np
from hypothesis import example, given, settings
from hypothesis import strategies as st
from PIL import Image

from fluxfill_studio.apiframe import wire
from fluxfill_studio.apiframe.answer import Answer, error_for, result_error
from fluxfill_studio.apiframe.client import ApiframeClient
from fluxfill_studio.apiframe.wire import JobPage, JobReport, JobStatus
from fluxfill_studio.core.errors import BadAnswer, FluxfillError, GarbledAnswer, TooManyRequests
from fluxfill_studio.core.request import FillRequest
from fluxfill_studio.core.schema import ParameterSchema
from fluxfill_studio.jobs.results import checked
from tests.apiframe.conftest import KEY
from tests.apiframe.scripted_server import Reply, ScriptedServer
from tests.apiframe.test_client import CALLS, CONTRACT, IMAGE_URL, JOB_ID, Call
from tests.pictures import photograph

NOW = datetime(2026, 7, 1, 12, 0, 0, tzinfo=UTC)
JOB = {"id": JOB_ID, "progress": 40, "error": None, "creditCost": 9, "createdAt": NOW.isoformat()}


@st.composite
def mutations(draw: st.DrawFn, originals: Sequence[bytes]) -> bytes:
    """One of `originals` with bits flipped, pieces cut out, doubled, or taken from another."""
    data = bytearray(draw(st.sampled_from(originals)))
    for _ in range(draw(st.integers(1, 4))):
        start = draw(st.integers(0, len(data)))
        end = min(start + draw(st.integers(1, 40)), len(data))
        match draw(st.sampled_from(["flip", "cut out", "cut off", "double", "splice"])):
            case "flip" if start < len(data):
                data[start] ^= 1 << draw(st.integers(0, 7))
            case "cut out":
                del data[start:end]
            case "cut off":
                del data[start:]
            case "double":
                data[start:start] = data[start:end]
            case "splice":
                other = draw(st.sampled_from(originals))
                data[start:end] = other[start:end]
    return bytes(data)


# Names and values of the contract, so that the parsers are entered deeply.
fields = {name for part in CONTRACT["$defs"].values() for name in part["properties"]}
names = st.sampled_from(sorted(fields | {"email", "plan", "prefix", "images", "image", "message"}))
leaves = (
    st.none()
    | st.booleans()
    | st.integers()
    | st.floats()
    | st.text()
    | st.sampled_from(
        [JOB_ID, "COMPLETED", "FAILED", IMAGE_URL, "2026-07-01T14:00:00Z", "http://["]
    )
    | st.datetimes().map(datetime.isoformat)
)
documents = st.recursive(
    leaves,
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(names | st.text(), inner),
    max_leaves=12,
)
reports = st.fixed_dictionaries(
    {"id": st.just(JOB_ID), "status": st.sampled_from(["COMPLETED", "FAILED", "new"])},
    optional={"result": documents, "error": documents, "progress": leaves, "creditCost": leaves},
)
lists = st.fixed_dictionaries(
    {"jobs": st.lists(reports | documents, max_size=3)},
    optional={"nextCursor": leaves, "hasMore": leaves},
)
WHOLE = [
    json.dumps(data).encode()
    for data in (
        {"user": {"email": "a@b"}, "team": {"credits": 9, "plan": "pro"}, "apiKey": None},
        {"url": IMAGE_URL, "expiresAt": "2026-07-01T14:00:00Z", "byteSize": 7},
        {"jobId": JOB_ID, "status": "QUEUED"},
        {**JOB, "status": "COMPLETED", "result": {"images": [IMAGE_URL]}},
        {**JOB, "status": "FAILED", "error": "moderated"},
        {"jobs": [{**JOB, "input": {"image": IMAGE_URL}}], "nextCursor": "c", "hasMore": True},
        {"error": "Invalid", "details": {"mask": ["Required"]}, "creditsRequired": 9},
    )
]
bodies = (
    (documents | reports | lists).map(lambda data: json.dumps(data).encode())
    | st.binary()
    | mutations(WHOLE)
)
HEADERS = ["retry-after", "date", "x-request-id", "location", "content-type"]
headers = st.dictionaries(st.sampled_from(HEADERS), st.text())


@given(bodies, headers)
def test_no_body_raises_anything_but_our_errors(body: bytes, told: dict[str, str]) -> None:
    given_answer = Answer(200, told, body)
    parsers = (wire.account, wire.upload, wire.submission, wire.job_report, wire.job_page)
    for read in parsers:
        try:
            parsed: Any = read(given_answer)
        except FluxfillError as error:
            error.full_message.encode()
            continue
        if isinstance(parsed, JobReport) and parsed.status is JobStatus.FAILED:
            wire.failure_of(parsed).full_message.encode()
        if isinstance(parsed, JobPage):
            assert not any(job.holds("https://nobody.example/") for job in parsed.jobs)


@given(st.integers(100, 999), bodies, headers)
def test_every_refusal_becomes_a_sentence(status: int, body: bytes, told: dict[str, str]) -> None:
    for make in (error_for, result_error):
        error = make(Answer(status, told, body), NOW)
        error.full_message.encode()
        assert len(error.message) < 500
        assert error.retry_after is None or error.retry_after >= 0


dates = st.from_regex(r"[A-Z][a-z]{2}, \d{1,2} [A-Z][a-z]{2} \d{1,5} \d+:\d+:\d+ (GMT|[+-]\d+)")


@given(st.text() | dates, st.text() | dates)
def test_any_retry_after_is_read_or_ignored(header: str, sent: str) -> None:
    busy = Answer(429, {"retry-after": header, "date": sent}, b"{}")
    assert type(error_for(busy, NOW)) is TooManyRequests


@given(st.text())
def test_any_redirect_leads_to_a_web_address_or_is_refused(location: str) -> None:
    try:
        target = wire.redirect_target(IMAGE_URL, Answer(302, {"location": location}, b""))
    except BadAnswer:
        return
    assert target is not None
    assert target.startswith(("https://", "http://"))


def raw(body: bytes, *lines: str) -> bytes:
    head = ["HTTP/1.1 200 OK", f"Content-Length: {len(body)}", *lines, "", ""]
    return "\r\n".join(head).encode() + body


ANSWERS = [raw(body, "Content-Type: application/json", "X-Request-Id: r") for body in WHOLE] + [
    b"HTTP/1.1 302 Found\r\nLocation: https://a.example/b?c\r\nSet-Cookie: a=b; Path=/\r\n\r\n",
    b"HTTP/1.1 429 Busy\r\nRetry-After: Wed, 01 Jul 2026 12:00:30 GMT\r\nContent-Length: 0\r\n\r\n",
    b'HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n7\r\n{"a": 1\r\n1\r\n}\r\n0\r\n\r\n',
    raw(b"\x1f\x8b\x08\x00", "Content-Encoding: gzip"),
]


@given(mutations(ANSWERS), st.sampled_from([*CALLS.values(), None]))
@settings(max_examples=300, deadline=None)
def test_no_bytes_on_the_socket_raise_anything_but_our_errors(
    schema: ParameterSchema, tls: ssl.SSLContext, data: bytes, call: Call | None
) -> None:
    """Every call, and with None the fetching of a result."""
    request = FillRequest.build(schema, {"prompt": "a door"})

    async def ask() -> None:
        async with (
            ScriptedServer(Reply(raw=data), Reply(raw=data)) as server,
            ApiframeClient(
                schema,
                base_url=server.url,
                key=KEY,
                transport=httpx.AsyncHTTPTransport(verify=tls),
            ) as client,
        ):
            await (client.download(server.url) if call is None else call(client, request))

    try:
        asyncio.run(ask())
    except FluxfillError as error:
        error.full_message.encode()


def encoded(kind: str, **options: Any) -> bytes:
    buffer = io.BytesIO()
    Image.fromarray(photograph(48, 32)).save(buffer, kind, **options)
    return buffer.getvalue()


def with_profile() -> dict[str, Any]:
    exif = Image.Exif()
    exif[0x0112] = 6  # turned by 90 degrees
    return {"exif": exif, "icc_profile": b"no profile"}


PICTURES = [
    encoded("JPEG", quality=60),
    encoded("JPEG", progressive=True, **with_profile()),
    encoded("PNG"),
    encoded("PNG", **with_profile()),
    encoded("WEBP", quality=60),
    encoded("WEBP", lossless=True),
]


@given(mutations(PICTURES) | mutations([*PICTURES, *WHOLE]) | st.binary(max_size=200))
@settings(max_examples=400, deadline=None)
@example(PICTURES[0])
def test_no_result_raises_anything_but_our_errors(data: bytes) -> None:
    try:
        pixels = checked(data)
    except GarbledAnswer as error:
        error.full_message.encode()
    else:
        assert pixels.dtype == np.uint8
        assert pixels.ndim == 3
