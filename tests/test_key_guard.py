"""The guard of the key notices a leak, on a real socket, and nothing but leaks."""

from __future__ import annotations

import httpx
import pytest

from fluxfill_studio.apiframe.client import ApiframeClient
from fluxfill_studio.core.schema import ParameterSchema
from tests.apiframe.scripted_server import Reply, ScriptedServer
from tests.key_guard import GUARD, KeyGuard

pytestmark = pytest.mark.anyio

KEY = "afk_0c9d5e1f7a3b2468"


@pytest.mark.parametrize(
    ("target", "headers"),
    [("/", {"X-API-Key": "any"}), (f"/?k={KEY}", {}), ("/", {"Referer": f"http://h/{KEY}"})],
)
async def test_a_key_at_another_port_is_found(
    schema: ParameterSchema, target: str, headers: dict[str, str]
) -> None:
    async with (
        ScriptedServer(Reply()) as server,
        ScriptedServer(Reply()) as other,
        ApiframeClient(schema, base_url=f"{server.url}/path", key=KEY),
        httpx.AsyncClient(headers=headers, trust_env=False) as http,
    ):
        leaked = GUARD.leaked
        await http.get(server.url + target)
        assert GUARD.found() == []
        await http.get(other.url + target)
    assert GUARD.found() == [f"{other.host} {target}"]
    assert GUARD.found() == []
    GUARD.leaked = leaked  # it was none


def test_a_port_that_is_used_again_begins_without_trust() -> None:
    guard = KeyGuard()
    request = b"GET / HTTP/1.1\r\nX-API-Key: afk_1\r\n\r\n"
    guard.configured("http://user:word@127.0.0.1:8000/v2")
    assert guard.saw("127.0.0.1:8000", request)
    assert guard.found() == []
    guard.opened("127.0.0.1:8000")
    guard.saw("127.0.0.1:8000", request)
    assert guard.found() == ["127.0.0.1:8000 /"]
    assert "2 requests on loopback carried it, 1 of them past" in guard.summary()


def test_what_a_proxy_gets_counts_for_whom_it_is_meant() -> None:
    guard = KeyGuard()
    guard.configured("http://api.example")
    guard.saw("127.0.0.1:3128", b"GET http://api.example/v2/me HTTP/1.1\r\nX-API-Key: k\r\n\r\n")
    assert guard.found() == []
    guard.saw("127.0.0.1:3128", b"CONNECT api.example:443 HTTP/1.1\r\nX-API-Key: k\r\n\r\n")
    assert guard.found() == ["127.0.0.1:3128 api.example:443"]
