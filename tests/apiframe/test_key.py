"""The key: to the base URL and nowhere else, and in no text."""

from __future__ import annotations

import logging
import re
import traceback

import pytest

from fluxfill_studio.apiframe.wire import JobStatus, failure_of
from fluxfill_studio.core.errors import FluxfillError, KeyRejected, Redirected, ServiceError
from fluxfill_studio.core.request import FillRequest
from tests.apiframe.conftest import KEY, MakeClient
from tests.apiframe.scripted_server import Fault, Reply, ScriptedServer, json_reply
from tests.apiframe.test_client import EVERY_CALL, JOB_ID, Call

pytestmark = pytest.mark.anyio


@EVERY_CALL
@pytest.mark.parametrize("status", [301, 302, 303, 307, 308])
async def test_no_call_follows_a_redirect(
    make_client: MakeClient, inpaint: FillRequest, call: Call, status: int
) -> None:
    async with ScriptedServer() as other:
        away = Reply(status, headers={"Location": f"{other.url}/v2/me"})
        async with ScriptedServer(away) as server, make_client(server) as client:
            with pytest.raises(Redirected, match=re.escape(other.url.rpartition(":")[0])) as caught:
                await call(client, inpaint)
        assert caught.value.status == status
        assert server.requests[0].headers["x-api-key"] == KEY
        assert not other.arrived.is_set()


async def test_results_are_fetched_without_the_key_wherever_they_lie(
    make_client: MakeClient,
) -> None:
    """Another origin, the API's own, and across a redirect from the one to the other and back."""
    async with ScriptedServer() as server, ScriptedServer() as other:
        picture = Reply(200, b"\x89PNG")
        server.replies += [picture, Reply(302, headers={"Location": other.url}), picture]
        other.replies += [picture, picture, Reply(302, headers={"Location": server.url})]
        async with make_client(server) as client:
            for url in (server.url, server.url, other.url, other.url):
                assert await client.download(url) == b"\x89PNG"
    assert (len(server.requests), len(other.requests)) == (3, 3)
    assert not any(KEY.encode() in r.raw for r in server.requests + other.requests)


ECHOES = [
    json_reply(401, {"error": f"The key {KEY} is not known"}),
    json_reply(404, {"message": f"no route for {KEY}"}),
    json_reply(422, {"error": "Invalid", "details": {KEY: [f"{KEY}?"]}}),
    json_reply(402, {"error": KEY, "creditsRequired": KEY, "creditsAvailable": KEY}),
    Reply(500, f"<html>{KEY}</html>".encode(), {"X-Request-Id": f"req-{KEY}"}),
    Reply(200, f'{{"{KEY}'.encode()),
    Reply(302, headers={"Location": f"https://elsewhere.example/?key={KEY}"}),
    Reply(fault=Fault.RESET_READ),
    Reply(raw=f"HTTP/1.1 2OO {KEY}\r\n\r\n".encode()),
]


@EVERY_CALL
@pytest.mark.parametrize("reply", ECHOES)
async def test_errors_do_not_tell_the_key(
    make_client: MakeClient,
    inpaint: FillRequest,
    call: Call,
    reply: Reply,
    caplog: pytest.LogCaptureFixture,
) -> None:
    caplog.set_level(logging.DEBUG)
    async with ScriptedServer(reply) as server, make_client(server) as client:
        with pytest.raises(ServiceError) as caught:
            await call(client, inpaint)
        told = [repr(client), repr(vars(caught.value)), caught.value.full_message]
        told += traceback.format_exception(caught.value)
    assert server.requests[0].headers["x-api-key"] == KEY
    assert KEY not in "".join(told)
    own = [record for record in caplog.records if record.name.startswith(("httpx", "fluxfill"))]
    assert KEY not in "".join(record.getMessage() for record in own)


async def test_a_key_too_short_to_be_one_does_not_garble_answers(make_client: MakeClient) -> None:
    running = json_reply(200, {"id": JOB_ID, "status": "PROCESSING"})
    async with ScriptedServer(running) as server, make_client(server, key="s") as client:
        assert (await client.get_job(JOB_ID)).status is JobStatus.PROCESSING


async def test_no_log_record_tells_the_key(
    make_client: MakeClient, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.DEBUG)
    running = json_reply(200, {"id": JOB_ID, "status": "PROCESSING"})
    async with ScriptedServer(running) as server, make_client(server) as client:
        await client.get_job(JOB_ID)
    assert any(record.name.startswith("httpcore") for record in caplog.records)
    assert not any(KEY in repr(vars(record)) for record in caplog.records)


async def test_job_reports_do_not_tell_the_key(make_client: MakeClient) -> None:
    failed = json_reply(200, {"id": JOB_ID, "status": "FAILED", "error": f"rejected for {KEY}"})
    async with ScriptedServer(failed) as server, make_client(server) as client:
        report = await client.get_job(JOB_ID)
    assert KEY not in repr(report)
    assert failure_of(report).values == {"reason": "rejected for afk_***"}


@pytest.mark.parametrize("key", ["afk_1\nX-Evil: 1", "afk_ключ", "afk_\x00"])
async def test_what_cannot_be_a_key_is_never_sent(make_client: MakeClient, key: str) -> None:
    async with ScriptedServer() as server, make_client(server, key=key) as client:
        with pytest.raises(KeyRejected) as caught:
            await client.me()
        assert not server.arrived.is_set()
    assert key not in caught.value.full_message


async def test_blanks_around_a_key_are_not_part_of_it(make_client: MakeClient) -> None:
    async with ScriptedServer() as server, make_client(server, key=f" {KEY}\n") as client:
        with pytest.raises(FluxfillError):
            await client.me()
    assert server.requests[0].headers["x-api-key"] == KEY
