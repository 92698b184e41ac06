"""The client on real sockets: what it sends, what it reads, and how each fault ends."""

from __future__ import annotations

import asyncio
import gzip
import json
from collections.abc import Awaitable, Callable
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from email.utils import format_datetime
from pathlib import Path

import pytest
from jsonschema import Draft202012Validator

from fluxfill_studio.apiframe.client import ApiframeClient
from fluxfill_studio.apiframe.network import Limits
from fluxfill_studio.apiframe.wire import JobStatus
from fluxfill_studio.core.errors import (
    AnswerTooLarge,
    BadAnswer,
    Charge,
    GarbledAnswer,
    KeyMissing,
    KeyRejected,
    NotEnoughCredits,
    ParameterError,
    RequestRejected,
    ServiceError,
    ServiceFault,
    TooManyRequests,
    Unreachable,
)
from fluxfill_studio.core.request import FillRequest
from fluxfill_studio.core.schema import ParameterSchema
from tests.apiframe.conftest import KEY, MakeClient
from tests.apiframe.scripted_server import Fault, Recorded, Reply, ScriptedServer, json_reply

pytestmark = pytest.mark.anyio

SHORT = Limits(connect=0.25, write=0.25, read=0.25, upload_read=0.25, submit_read=0.25)
CONTRACT = json.loads(
    (Path(__file__).parents[1] / "contract" / "apiframe-v2.schema.json").read_text("utf-8")
)
JOB_ID = "0b7cf3f4-2f44-4c5e-9a0e-6f6a2a1d9a10"
IMAGE_URL, MASK_URL = "https://cdn.example/a.png", "https://cdn.example/m.png"
ME = {"user": {"id": "u", "email": "a@b.example", "role": "owner"}, "team": None, "apiKey": None}
ACCEPTED = json_reply(202, {"jobId": JOB_ID, "status": "QUEUED"})
LAID_DOWN = json_reply(201, {"url": IMAGE_URL, "expiresAt": "2026-07-01T14:00:00Z"})
REFUSED = json_reply(400, {"error": "Unrecognized key: prompt"})
IN_USE = json_reply(409, {"error": "Idempotency key in use"})

Call = Callable[[ApiframeClient, FillRequest], Awaitable[object]]

CALLS: dict[str, Call] = {
    "me": lambda client, _: client.me(),
    "upload": lambda client, _: client.upload(b"\x89PNG", "image.png"),
    "submit_edit": lambda client, request: client.submit_edit(request, IMAGE_URL, MASK_URL, "k-1"),
    "get_job": lambda client, _: client.get_job(JOB_ID),
    "find_job": lambda client, _: client.find_job(IMAGE_URL, datetime(2026, 7, 1, tzinfo=UTC)),
}
ABOUT_A_JOB = [CALLS[name] for name in ("submit_edit", "get_job", "find_job")]
EVERY_CALL = pytest.mark.parametrize("call", CALLS.values(), ids=CALLS.keys())


def form_of(recorded: Recorded) -> str:
    """Which form of the contract an edit request has; it must fit one of them."""
    form = "Seeds" if "prompt" in recorded.json else "Strict"
    contract = {"$ref": f"#/$defs/EditRequest{form}", "$defs": CONTRACT["$defs"]}
    Draft202012Validator(contract).validate(recorded.json)
    return form


async def test_me(make_client: MakeClient) -> None:
    async with ScriptedServer(json_reply(200, ME)) as server, make_client(server) as client:
        account = await client.me()
    assert account.email == "a@b.example"
    (request,) = server.requests
    assert (request.method, request.target) == ("GET", "/v2/me")
    assert request.headers["x-api-key"] == KEY
    assert request.headers["user-agent"].startswith("fluxfill-studio/")


async def test_the_network_is_used_where_no_transport_is_given(
    schema: ParameterSchema, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("NO_PROXY", "*")
    async with (
        ScriptedServer(json_reply(200, ME)) as server,
        ApiframeClient(schema, base_url=server.url, key=KEY) as client,
    ):
        assert (await client.me()).email == "a@b.example"


async def test_the_path_of_the_base_url_is_kept(make_client: MakeClient) -> None:
    async with (
        ScriptedServer(json_reply(200, ME)) as server,
        make_client(f" {server.url}/gateway/apiframe/ ") as client,
    ):
        await client.me()
    assert server.requests[0].target == "/gateway/apiframe/v2/me"


@pytest.mark.parametrize(
    "base_url",
    [
        "",
        "api.example",
        "ftp://api.example",
        "https://",
        "https://h/?a=b",
        "https://h/#a",
        "http://[",
    ],
)
def test_what_cannot_be_a_base_url_is_refused(base_url: str, schema: ParameterSchema) -> None:
    with pytest.raises(ParameterError):
        ApiframeClient(schema, base_url=base_url, key=KEY)


async def test_upload_sends_one_part_named_file(make_client: MakeClient) -> None:
    picture = bytes(range(256)) * 1000
    async with ScriptedServer(LAID_DOWN) as server, make_client(server) as client:
        upload = await client.upload(picture, "image.png")
    assert (upload.url, upload.expires_at) == (IMAGE_URL, datetime(2026, 7, 1, 14, tzinfo=UTC))
    (request,) = server.requests
    assert (request.method, request.target) == ("POST", "/v2/uploads")
    boundary = request.headers["content-type"].partition("boundary=")[2].encode()
    before, part, after = request.body.split(b"--" + boundary)
    assert (before, after) == (b"", b"--\r\n")
    head, _, content = part.partition(b"\r\n\r\n")
    assert b'name="file"; filename="image.png"' in head
    assert content == picture + b"\r\n"


async def test_get_job(make_client: MakeClient) -> None:
    report = {"id": JOB_ID, "status": "COMPLETED", "progress": 100, "result": [IMAGE_URL]}
    async with ScriptedServer(json_reply(200, report)) as server, make_client(server) as client:
        told = await client.get_job(JOB_ID)
    assert (told.status, told.result_url) == (JobStatus.COMPLETED, IMAGE_URL)
    assert server.requests[0].target == f"/v2/jobs/{JOB_ID}"


async def test_no_job_id_leaves_its_place_in_the_path(make_client: MakeClient) -> None:
    async with ScriptedServer() as server, make_client(server) as client:
        with pytest.raises(ServiceFault):
            await client.get_job("../../admin?x=1")
    assert server.requests[0].target == "/v2/jobs/..%2F..%2Fadmin%3Fx%3D1"


async def test_submit_edit_sends_the_seeds_form_first(
    make_client: MakeClient, inpaint: FillRequest
) -> None:
    async with ScriptedServer(ACCEPTED) as server, make_client(server) as client:
        submission = await client.submit_edit(inpaint, IMAGE_URL, MASK_URL, "k-1")
    assert (submission.job_id, submission.status) == (JOB_ID, JobStatus.QUEUED)
    (request,) = server.requests
    assert (request.method, request.target) == ("POST", "/v2/images/edit")
    assert request.headers["content-type"] == "application/json"
    assert request.headers["idempotency-key"] == "k-1"
    assert form_of(request) == "Seeds"
    assert request.json == {
        "prompt": "a blue door",
        "model": "flux-fill-pro",
        "fluxFillParams": {
            "image": IMAGE_URL,
            "mask": MASK_URL,
            "mode": "inpaint",
            "prompt": "a blue door",
            "output_format": "jpg",
            "seed": 7,
        },
    }


async def test_outpaint_is_sent_without_a_mask(
    make_client: MakeClient, schema: ParameterSchema
) -> None:
    request = FillRequest.build(schema, {"prompt": "더 넓은 바다", "mode": "outpaint"})
    async with ScriptedServer(ACCEPTED) as server, make_client(server) as client:
        await client.submit_edit(request, IMAGE_URL, None, "k-1")
    assert form_of(server.requests[0]) == "Seeds"
    params = server.requests[0].json["fluxFillParams"]
    assert (params["prompt"], params["outpaint"]) == ("더 넓은 바다", "Zoom out 1.5x")
    assert "mask" not in params


async def test_half_a_surrogate_pair_reaches_the_service(
    make_client: MakeClient, schema: ParameterSchema
) -> None:
    request = FillRequest.build(schema, {"prompt": "a smile \ud83d"})
    async with ScriptedServer(ACCEPTED) as server, make_client(server) as client:
        await client.submit_edit(request, IMAGE_URL, MASK_URL, "k-1")
    assert server.requests[0].json["prompt"] == "a smile \ud83d"


async def test_a_refused_form_is_tried_in_the_other_and_remembered(
    make_client: MakeClient, inpaint: FillRequest
) -> None:
    async with ScriptedServer(REFUSED, ACCEPTED, ACCEPTED) as server, make_client(server) as client:
        first = await client.submit_edit(inpaint, IMAGE_URL, MASK_URL, "k-1")
        await client.submit_edit(inpaint, IMAGE_URL, MASK_URL, "k-2")
    assert first.job_id == JOB_ID
    assert [form_of(request) for request in server.requests] == ["Seeds", "Strict", "Strict"]
    keys = [request.headers["idempotency-key"] for request in server.requests]
    assert keys == ["k-1", "k-1", "k-2"]


async def test_a_form_that_was_taken_is_not_doubted_again(
    make_client: MakeClient, inpaint: FillRequest
) -> None:
    refused = json_reply(400, {"error": "image has expired"})
    async with ScriptedServer(ACCEPTED, refused) as server, make_client(server) as client:
        await client.submit_edit(inpaint, IMAGE_URL, MASK_URL, "k-1")
        with pytest.raises(RequestRejected, match="image has expired") as caught:
            await client.submit_edit(inpaint, IMAGE_URL, MASK_URL, "k-2")
    assert caught.value.charge is Charge.NONE
    assert [form_of(request) for request in server.requests] == ["Seeds", "Seeds"]


async def test_an_edit_under_way_learns_of_the_form_that_another_one_found(
    make_client: MakeClient, inpaint: FillRequest
) -> None:
    gate = asyncio.Event()
    replies = [replace(REFUSED, after=gate), REFUSED, ACCEPTED, ACCEPTED]
    async with ScriptedServer(*replies) as server, make_client(server) as client:
        late = asyncio.create_task(client.submit_edit(inpaint, IMAGE_URL, MASK_URL, "k-1"))
        await server.arrived.wait()
        await client.submit_edit(inpaint, IMAGE_URL, MASK_URL, "k-2")
        gate.set()
        assert (await late).job_id == JOB_ID
    sent = [(request.headers["idempotency-key"], form_of(request)) for request in server.requests]
    assert sent == [("k-1", "Seeds"), ("k-2", "Seeds"), ("k-2", "Strict"), ("k-1", "Strict")]


async def test_a_request_refused_in_both_forms_gives_both_reasons(
    make_client: MakeClient, inpaint: FillRequest
) -> None:
    second = json_reply(400, {"error": "image has expired"}, x_request_id="req-2")
    async with ScriptedServer(REFUSED, second, ACCEPTED) as server, make_client(server) as client:
        with pytest.raises(RequestRejected) as caught:
            await client.submit_edit(inpaint, IMAGE_URL, MASK_URL, "k-1")
        await client.submit_edit(inpaint, IMAGE_URL, MASK_URL, "k-2")
    assert caught.value.values == {"reason": "Unrecognized key: prompt; image has expired"}
    assert (caught.value.charge, caught.value.request_id) == (Charge.NONE, "req-2")
    assert [form_of(request) for request in server.requests] == ["Seeds", "Strict", "Seeds"]


async def test_a_job_lost_in_the_other_form_is_found_under_its_key(
    make_client: MakeClient, inpaint: FillRequest
) -> None:
    lost = Reply(fault=Fault.RESET_READ)
    async with (
        ScriptedServer(REFUSED, lost, IN_USE, ACCEPTED) as server,
        make_client(server) as client,
    ):
        with pytest.raises(Unreachable) as caught:
            await client.submit_edit(inpaint, IMAGE_URL, MASK_URL, "k-1")
        found = await client.submit_edit(inpaint, IMAGE_URL, MASK_URL, "k-1")
    assert caught.value.charge is Charge.PENDING
    assert found.job_id == JOB_ID
    assert {request.headers["idempotency-key"] for request in server.requests} == {"k-1"}
    forms = [form_of(request) for request in server.requests]
    assert forms == ["Seeds", "Strict", "Seeds", "Strict"]


@pytest.mark.parametrize("replies", [(IN_USE, IN_USE), (IN_USE, REFUSED), (REFUSED, IN_USE)])
async def test_a_key_that_belongs_to_another_body_may_belong_to_a_job(
    make_client: MakeClient, inpaint: FillRequest, replies: tuple[Reply, Reply]
) -> None:
    async with ScriptedServer(*replies) as server, make_client(server) as client:
        with pytest.raises(RequestRejected, match="Idempotency key in use") as caught:
            await client.submit_edit(inpaint, IMAGE_URL, MASK_URL, "k-1")
    assert (caught.value.status, caught.value.charge) == (409, Charge.PENDING)


async def test_a_service_that_binds_keys_to_refused_bodies_is_met_with_the_other_form_next(
    make_client: MakeClient, inpaint: FillRequest
) -> None:
    async with ScriptedServer(REFUSED, IN_USE, ACCEPTED) as server, make_client(server) as client:
        with pytest.raises(RequestRejected):
            await client.submit_edit(inpaint, IMAGE_URL, MASK_URL, "k-1")
        await client.submit_edit(inpaint, IMAGE_URL, MASK_URL, "k-2")
    assert [form_of(request) for request in server.requests] == ["Seeds", "Strict", "Strict"]


async def test_a_fault_of_the_second_form_says_nothing_about_forms(
    make_client: MakeClient, inpaint: FillRequest
) -> None:
    async with (
        ScriptedServer(REFUSED, Reply(503), ACCEPTED) as server,
        make_client(server) as client,
    ):
        with pytest.raises(ServiceFault) as caught:
            await client.submit_edit(inpaint, IMAGE_URL, MASK_URL, "k-1")
        await client.submit_edit(inpaint, IMAGE_URL, MASK_URL, "k-1")
    assert caught.value.charge is Charge.PENDING
    assert form_of(server.requests[2]) == "Seeds"


STATUSES = [
    (401, KeyRejected, Charge.NONE),
    (402, NotEnoughCredits, Charge.NONE),
    (403, KeyRejected, Charge.NONE),
    (404, RequestRejected, Charge.NONE),
    (422, RequestRejected, Charge.NONE),
    (429, TooManyRequests, Charge.NONE),
    (304, BadAnswer, Charge.PENDING),
    (500, ServiceFault, Charge.PENDING),
    (503, ServiceFault, Charge.PENDING),
]


@EVERY_CALL
@pytest.mark.parametrize(("status", "kind", "charge"), STATUSES)
async def test_every_refusal_is_typed_and_never_repeated(
    make_client: MakeClient,
    inpaint: FillRequest,
    call: Call,
    status: int,
    kind: type[ServiceError],
    charge: Charge,
) -> None:
    refusal = json_reply(status, {"error": "because"}, x_request_id="req-77")
    async with ScriptedServer(refusal) as server, make_client(server) as client:
        with pytest.raises(kind) as caught:
            await call(client, inpaint)
    assert (caught.value.status, caught.value.request_id) == (status, "req-77")
    assert len(server.requests) == 1
    if call is CALLS["submit_edit"]:
        assert caught.value.charge is charge
    elif call in ABOUT_A_JOB:
        assert caught.value.charge is Charge.PENDING
    else:
        assert caught.value.charge is Charge.NONE


async def test_retry_after_in_both_forms(make_client: MakeClient) -> None:
    date = format_datetime(datetime.now(UTC) + timedelta(seconds=300), usegmt=True)
    replies = [Reply(429, headers={"Retry-After": text}) for text in ("12", date)]
    waits = []
    async with ScriptedServer(*replies) as server, make_client(server) as client:
        for _ in replies:
            with pytest.raises(TooManyRequests) as caught:
                await client.me()
            waits.append(caught.value.retry_after)
    assert waits[0] == 12
    assert waits[1] == pytest.approx(300, abs=60)


@EVERY_CALL
@pytest.mark.parametrize(
    "reply",
    [
        Reply(200, b'{"id": "0b7cf3f4", "sta'),
        Reply(200, b"<html><body>Welcome to the hotel</body></html>"),
        Reply(200, b""),
        Reply(204),
        Reply(200, b"not gzip", {"Content-Encoding": "gzip"}),
        Reply(200, b"<html></html>", {"Content-Type": "application/json"}),
        Reply(200, b"{}"),
    ],
    ids=["truncated", "html", "empty", "no content", "not gzip", "mislabelled", "nothing in it"],
)
async def test_success_without_sense_is_a_garbled_answer(
    make_client: MakeClient, inpaint: FillRequest, call: Call, reply: Reply
) -> None:
    async with ScriptedServer(reply) as server, make_client(server) as client:
        with pytest.raises(GarbledAnswer) as caught:
            await call(client, inpaint)
    assert caught.value.charge is (Charge.PENDING if call in ABOUT_A_JOB else Charge.NONE)


@EVERY_CALL
@pytest.mark.parametrize(
    "reply",
    [
        Reply(200, b"{}" + b" " * 4_100_000),
        Reply(200, gzip.compress(b" " * 20_000_000), {"Content-Encoding": "gzip"}),
    ],
    ids=["too long", "bomb"],
)
async def test_no_answer_is_read_without_end(
    make_client: MakeClient, inpaint: FillRequest, call: Call, reply: Reply
) -> None:
    async with ScriptedServer(reply) as server, make_client(server) as client:
        with pytest.raises(AnswerTooLarge, match="4000000 bytes"):
            await call(client, inpaint)


@EVERY_CALL
@pytest.mark.parametrize(
    "reply",
    [
        Reply(fault=Fault.RESET_UNREAD),
        Reply(fault=Fault.RESET_READ),
        Reply(200, b'{"status": "QUEUED"}', fault=Fault.CUT),
        Reply(raw=b""),
        Reply(raw=b"SSH-2.0-OpenSSH_9.2\r\n"),
        Reply(raw=b"HTTP/1.1 200 OK\r\nContent-Length: many\r\n\r\n"),
    ],
    ids=["reset unread", "reset", "cut", "closed", "no http", "bad header"],
)
async def test_broken_connections(
    make_client: MakeClient, inpaint: FillRequest, call: Call, reply: Reply
) -> None:
    async with ScriptedServer(reply) as server, make_client(server) as client:
        with pytest.raises(Unreachable) as caught:
            await call(client, inpaint)
    assert caught.value.values == {"host": server.host, "reason": "the connection broke off"}
    assert type(caught.value) is Unreachable
    assert caught.value.charge is (Charge.PENDING if call in ABOUT_A_JOB else Charge.NONE)


async def test_closing_ends_the_calls_under_way(make_client: MakeClient) -> None:
    async with ScriptedServer(Reply(after=asyncio.Event())) as server:
        client = make_client(server)
        asking = asyncio.create_task(client.me())
        await server.arrived.wait()
        await client.aclose()
        with pytest.raises(Unreachable):
            await asking


@pytest.mark.parametrize("key", [None, "", "  \n"])
@EVERY_CALL
async def test_without_a_key_nothing_is_sent(
    make_client: MakeClient, inpaint: FillRequest, call: Call, key: str | None
) -> None:
    async with ScriptedServer() as server, make_client(server, key=key) as client:
        with pytest.raises(KeyMissing):
            await call(client, inpaint)
        assert not server.arrived.is_set()
