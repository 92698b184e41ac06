"""Finding the job of a picture in the list of the account, page by page."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import UTC, datetime, timedelta
from urllib.parse import parse_qs, urlsplit

import httpx
import pytest

from fluxfill_studio.apiframe.client import ApiframeClient
from fluxfill_studio.core.errors import Charge, GarbledAnswer, ServiceFault
from fluxfill_studio.core.request import FillRequest
from fluxfill_studio.core.schema import ParameterSchema
from fluxfill_studio.sandbox.server import Sandbox
from tests.apiframe.conftest import MakeClient
from tests.apiframe.scripted_server import Recorded, Reply, ScriptedServer, json_reply
from tests.sandbox.conftest import MASK, PICTURE

pytestmark = pytest.mark.anyio

SENT = datetime(2026, 7, 1, 12, 0, 0, tzinfo=UTC)
WANTED, OTHER = "https://cdn.example/u/1.png", "https://cdn.example/u/2.png"


def entry(number: int, made: datetime | None, address: str | None) -> dict[str, object]:
    id_ = f"0b7cf3f4-2f44-4c5e-9a0e-{number:012}"
    given = None if address is None else {"image": address, "mask": OTHER}
    created = None if made is None else made.isoformat()
    return {"id": id_, "status": "PROCESSING", "createdAt": created, "input": given}


def page(*jobs: dict[str, object], cursor: str | None = None) -> Reply:
    return json_reply(200, {"jobs": jobs, "nextCursor": cursor, "hasMore": cursor is not None})


def queries(requests: Sequence[Recorded]) -> list[dict[str, list[str]]]:
    assert {urlsplit(request.target).path for request in requests} == {"/v2/jobs"}
    return [parse_qs(urlsplit(request.target).query) for request in requests]


def after(minutes: float) -> datetime:
    return SENT + timedelta(minutes=minutes)


async def test_the_job_of_a_picture_is_found_on_a_later_page(make_client: MakeClient) -> None:
    pages = [
        page(entry(4, after(40), OTHER), entry(3, after(30), OTHER), cursor="c/1"),
        page(entry(2, None, OTHER), entry(1, after(1), WANTED), cursor="c2"),
    ]
    async with ScriptedServer(*pages) as server, make_client(server) as client:
        assert await client.find_job(WANTED, SENT) == "0b7cf3f4-2f44-4c5e-9a0e-000000000001"
    common = {"model": ["flux-fill-pro"], "limit": ["100"]}
    assert queries(server.requests) == [common, {**common, "cursor": ["c/1"]}]


async def test_the_list_is_read_back_to_the_moment_and_no_further(make_client: MakeClient) -> None:
    pages = [
        page(entry(3, after(30), OTHER), cursor="c1"),
        page(entry(2, after(2), OTHER), entry(1, after(-1), OTHER), cursor="c2"),
        page(entry(0, after(-2), WANTED)),
    ]
    async with ScriptedServer(*pages) as server, make_client(server) as client:
        assert await client.find_job(WANTED, SENT) is None
    assert len(server.requests) == 2


async def test_what_stands_in_the_last_page_counts_whenever_it_was_made(
    make_client: MakeClient,
) -> None:
    listed = page(entry(2, after(-1), OTHER), entry(1, after(-2), WANTED), cursor="c1")
    async with ScriptedServer(listed) as server, make_client(server) as client:
        assert await client.find_job(WANTED, SENT) is not None


@pytest.mark.parametrize("listed", [page(), page(entry(1, after(1), None))])
async def test_a_service_that_does_not_tell_the_input_has_no_such_job(
    make_client: MakeClient, listed: Reply
) -> None:
    async with ScriptedServer(listed) as server, make_client(server) as client:
        assert await client.find_job(WANTED, SENT) is None


async def test_a_list_without_end_is_given_up(make_client: MakeClient) -> None:
    endless = [page(entry(1, after(1), OTHER), cursor="again")] * 101
    async with ScriptedServer(*endless) as server, make_client(server) as client:
        assert await client.find_job(WANTED, SENT) is None
    assert len(server.requests) == 100


async def test_faults_leave_the_question_open(make_client: MakeClient) -> None:
    first = page(entry(1, after(1), OTHER), cursor="c1")
    replies = [first, Reply(503), first, Reply(200, b"<html>")]
    async with ScriptedServer(*replies) as server, make_client(server) as client:
        for kind in (ServiceFault, GarbledAnswer):
            with pytest.raises(kind) as caught:
                await client.find_job(WANTED, SENT)
            assert caught.value.charge is Charge.PENDING


async def test_a_hundred_jobs_of_the_longest_prompts_fit_into_an_answer(
    make_client: MakeClient,
) -> None:
    made = entry(1, after(1), OTHER)
    prompt = {"prompt": "불" * 2000, "fluxFillParams": {"prompt": "불" * 2000, "image": OTHER}}
    listed = page(*[{**made, "input": prompt}] * 99, entry(2, after(0), WANTED))
    async with ScriptedServer(listed) as server, make_client(server) as client:
        assert await client.find_job(WANTED, SENT) is not None


async def test_the_sandbox_finds_what_it_was_given(
    schema: ParameterSchema, inpaint: FillRequest
) -> None:
    sandbox = Sandbox(schema)
    transport = httpx.ASGITransport(app=sandbox.app)
    began = datetime.now(UTC) - timedelta(minutes=1)
    async with ApiframeClient(
        schema, base_url="http://sandbox.invalid", key="afk_local", transport=transport
    ) as client:
        image, mask = [await client.upload(data, "a.png") for data in (PICTURE, MASK)]
        made = await client.submit_edit(inpaint, image.url, mask.url, "k-1")
        assert await client.find_job(image.url, began) == made.job_id
        assert await client.find_job(mask.url + "x", began) is None
    await sandbox.aclose()
