"""Fetching results: whole, bounded, through redirects, and only from the web."""

from __future__ import annotations

import pytest

from fluxfill_studio.apiframe.network import Limits
from fluxfill_studio.core.errors import (
    AnswerTooLarge,
    BadAnswer,
    Charge,
    GarbledAnswer,
    ResultGone,
    ServiceError,
    ServiceFault,
    TooManyRequests,
    Unreachable,
)
from tests.apiframe.conftest import KEY, MakeClient
from tests.apiframe.scripted_server import Fault, Reply, ScriptedServer

pytestmark = pytest.mark.anyio

PICTURE = bytes(range(256)) * 2000


def redirect(location: str, status: int = 302) -> Reply:
    return Reply(status, headers={"Location": location})


async def test_the_bytes_come_as_they_lie_there(make_client: MakeClient) -> None:
    picture = PICTURE + KEY.encode()  # not even what looks like the key is touched in a picture
    async with ScriptedServer(Reply(200, picture)) as server, make_client(server) as client:
        assert await client.download(f"{server.url}/r/1.png?sig=a%2Fb") == picture
    assert server.requests[0].target == "/r/1.png?sig=a%2Fb"


async def test_no_key_is_needed(make_client: MakeClient) -> None:
    async with (
        ScriptedServer(Reply(200, PICTURE)) as server,
        make_client(server, key=None) as client,
    ):
        assert await client.download(server.url) == PICTURE


@pytest.mark.parametrize("status", [301, 302, 303, 307, 308])
async def test_redirects_are_followed(make_client: MakeClient, status: int) -> None:
    async with (
        ScriptedServer(redirect("../b.png", status), Reply(200, PICTURE)) as server,
        make_client(server) as client,
    ):
        assert await client.download(f"{server.url}/r/a.png") == PICTURE
    assert [request.target for request in server.requests] == ["/r/a.png", "/b.png"]


async def test_five_redirects_are_enough(make_client: MakeClient) -> None:
    async with (
        ScriptedServer(*[redirect("/")] * 5, Reply(200, PICTURE)) as server,
        make_client(server) as client,
    ):
        assert await client.download(server.url) == PICTURE


async def test_a_circle_of_redirects_ends(make_client: MakeClient) -> None:
    async with (
        ScriptedServer(*[redirect("/")] * 10) as server,
        make_client(server) as client,
    ):
        with pytest.raises(BadAnswer, match="too many redirects"):
            await client.download(server.url)
    assert len(server.requests) == 6


@pytest.mark.parametrize(
    "location", ["file:///etc/hostname", "ftp://127.0.0.1/a", "http://[", "http://127.0.0.1:99999/"]
)
async def test_redirects_out_of_the_web_are_not_followed(
    make_client: MakeClient, location: str
) -> None:
    async with ScriptedServer(redirect(location)) as server, make_client(server) as client:
        with pytest.raises(BadAnswer):
            await client.download(server.url)


@pytest.mark.parametrize(
    "url",
    [
        "file:///etc/hostname",
        "data:image/png;base64,AAAA",
        "ftp://127.0.0.1/a",
        "/v2/me",
        "",
        "http://",
        "http://[::1",
        "http://127.0.0.1:99999/",
        "http://h/\ud800",
        "http://☃.invalid/",  # a name by the rules of 2003, none by those of 2008
        f"http://{'a' * 64}.invalid/",
    ],
)
async def test_only_web_addresses_are_asked_for(make_client: MakeClient, url: str) -> None:
    async with make_client("http://127.0.0.1:9") as client:
        with pytest.raises(BadAnswer):
            await client.download(url)


@pytest.mark.parametrize(
    ("reply", "kind"),
    [
        (Reply(403, b"<Error><Code>AccessDenied</Code></Error>"), ResultGone),
        (Reply(404), ResultGone),
        (Reply(410), ResultGone),
        (Reply(429, headers={"Retry-After": "3"}), TooManyRequests),
        (Reply(502), ServiceFault),
        (Reply(304), BadAnswer),
        (Reply(302), BadAnswer),
        (Reply(200, b""), GarbledAnswer),
        (Reply(204), GarbledAnswer),
        (Reply(200, PICTURE, fault=Fault.CUT), Unreachable),
        (Reply(fault=Fault.RESET_READ), Unreachable),
    ],
    ids=lambda value: f"{value.status} {value.fault}" if isinstance(value, Reply) else None,
)
async def test_faults_leave_the_result_where_it_is(
    make_client: MakeClient, reply: Reply, kind: type[ServiceError]
) -> None:
    async with ScriptedServer(reply) as server, make_client(server) as client:
        with pytest.raises(kind) as caught:
            await client.download(server.url)
    assert type(caught.value) is kind
    assert caught.value.charge is Charge.CHARGED


async def test_a_result_has_a_largest_size(make_client: MakeClient) -> None:
    exact, less = (Limits(download_bytes=size) for size in (len(PICTURE), len(PICTURE) - 1))
    async with (
        ScriptedServer(*[Reply(200, PICTURE)] * 2) as server,
        make_client(server, limits=exact) as patient,
        make_client(server, limits=less) as strict,
    ):
        assert await patient.download(server.url) == PICTURE
        with pytest.raises(AnswerTooLarge, match="511999 bytes") as caught:
            await strict.download(server.url)
    assert caught.value.charge is Charge.CHARGED
