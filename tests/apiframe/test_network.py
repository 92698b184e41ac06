"""The way to the service: time limits, names, routes, TLS and proxies, all of them real."""

from __future__ import annotations

import asyncio
import socket
import ssl
from dataclasses import replace
from pathlib import Path

import pytest

from fluxfill_studio.apiframe.client import ApiframeClient
from fluxfill_studio.apiframe.network import Limits
from fluxfill_studio.core.errors import (
    CertificateRejected,
    Charge,
    NoConnection,
    ParameterError,
    ProxyRefused,
    Unreachable,
)
from fluxfill_studio.core.request import FillRequest
from fluxfill_studio.core.schema import ParameterSchema
from tests.apiframe.conftest import KEY, MakeClient
from tests.apiframe.scripted_server import Fault, Reply, ScriptedServer, json_reply
from tests.apiframe.test_client import ACCEPTED, IMAGE_URL, JOB_ID, LAID_DOWN, MASK_URL, ME, SHORT

pytestmark = pytest.mark.anyio

TLS = Path(__file__).parent / "tls"
AUTHORITY = TLS / "authority.pem"
API = "http://api.example"


@pytest.fixture
def bare(monkeypatch: pytest.MonkeyPatch) -> pytest.MonkeyPatch:
    """An environment that says nothing of proxies and certificates, to be changed."""
    for name in ("http_proxy", "https_proxy", "all_proxy", "no_proxy"):
        monkeypatch.delenv(name, raising=False)
        monkeypatch.delenv(name.upper(), raising=False)
    monkeypatch.delenv("SSL_CERT_FILE", raising=False)
    return monkeypatch


def secure(certificate: str) -> ssl.SSLContext:
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(TLS / certificate)
    return context


async def test_refused_connections_cost_nothing(
    make_client: MakeClient, inpaint: FillRequest
) -> None:
    async with ScriptedServer() as server:
        host = server.host
    async with make_client(server) as client:
        with pytest.raises(NoConnection) as caught:
            await client.submit_edit(inpaint, IMAGE_URL, MASK_URL, "k-1")
    assert caught.value.values == {"host": host, "reason": "it refuses connections"}
    assert caught.value.charge is Charge.NONE


async def test_a_server_without_tls_is_no_secure_one(make_client: MakeClient) -> None:
    async with (
        ScriptedServer(Reply(raw=b"HTTP/1.1 400 Bad Request\r\n\r\n", fault=Fault.RASH)) as server,
        make_client(server.url.replace("http:", "https:")) as client,
    ):
        with pytest.raises(Unreachable, match="no secure connection") as caught:
            await client.me()
    assert type(caught.value) is Unreachable


async def test_connecting_has_a_time_limit(make_client: MakeClient, inpaint: FillRequest) -> None:
    with socket.socket() as listener, socket.socket() as first, socket.socket() as second:
        listener.bind(("127.0.0.1", 0))
        listener.listen(0)
        for filler in (first, second):  # the queue of the listener is full now
            filler.setblocking(False)
            filler.connect_ex(listener.getsockname())
        url = f"http://127.0.0.1:{listener.getsockname()[1]}"
        async with make_client(url, limits=SHORT) as client:
            with pytest.raises(NoConnection, match="did not answer in time") as caught:
                await client.submit_edit(inpaint, IMAGE_URL, MASK_URL, "k-1")
    assert caught.value.charge is Charge.NONE


async def test_an_answer_that_does_not_come_may_be_to_a_running_job(
    make_client: MakeClient, inpaint: FillRequest
) -> None:
    never = asyncio.Event()
    async with (
        ScriptedServer(Reply(after=never)) as server,
        make_client(server, limits=SHORT) as client,
    ):
        with pytest.raises(Unreachable, match="did not answer in time") as caught:
            await client.submit_edit(inpaint, IMAGE_URL, MASK_URL, "k-1")
    assert caught.value.charge is Charge.PENDING


async def test_an_upload_that_is_not_taken_has_a_time_limit(make_client: MakeClient) -> None:
    async with (
        ScriptedServer(Reply(fault=Fault.DEAF)) as server,
        make_client(server, limits=SHORT) as client,
    ):
        with pytest.raises(Unreachable, match="did not answer in time"):
            await client.upload(bytes(24_000_000), "image.png")


async def test_each_kind_of_call_has_its_own_patience(
    make_client: MakeClient, inpaint: FillRequest
) -> None:
    limits = Limits(read=0.1, submit_read=20, upload_read=20)
    gate, never = asyncio.Event(), asyncio.Event()
    late = [replace(reply, after=gate) for reply in (ACCEPTED, LAID_DOWN)]
    async with (
        ScriptedServer(*late, Reply(after=never)) as server,
        make_client(server, limits=limits) as client,
    ):
        submitting = asyncio.create_task(client.submit_edit(inpaint, IMAGE_URL, MASK_URL, "k-1"))
        await server.arrived.wait()
        server.arrived.clear()
        uploading = asyncio.create_task(client.upload(b"\x89PNG", "image.png"))
        await server.arrived.wait()
        with pytest.raises(Unreachable):
            await client.me()  # longer than `read` has passed for both others by now
        assert not submitting.done()
        assert not uploading.done()
        gate.set()
        assert (await submitting).job_id == JOB_ID
        assert (await uploading).url == IMAGE_URL


async def test_an_exchange_has_a_time_limit_however_much_moves(make_client: MakeClient) -> None:
    limits = Limits(exchange=0.2)
    async with (
        ScriptedServer(Reply(after=asyncio.Event())) as server,
        make_client(server, limits=limits) as client,
    ):
        with pytest.raises(Unreachable, match="did not answer in time") as caught:
            await client.get_job(JOB_ID)
    assert caught.value.charge is Charge.PENDING


async def test_a_name_that_nobody_has_is_no_connection(make_client: MakeClient) -> None:
    host = ".".join(["a" * 60] * 5)  # longer than a question to a name server can be
    async with make_client(f"http://{host}") as client:
        with pytest.raises(NoConnection, match="there is no such host") as caught:
            await client.me()
    assert caught.value.values["host"] == host


async def test_an_address_without_a_way_to_it_is_no_connection(make_client: MakeClient) -> None:
    async with make_client("http://255.255.255.255:9") as client:
        with pytest.raises(NoConnection, match="no connection came about"):
            await client.me()


async def test_certificates_of_ones_own_are_trusted(
    schema: ParameterSchema, bare: pytest.MonkeyPatch
) -> None:
    async with (
        ScriptedServer(json_reply(200, ME), tls=secure("loopback.pem")) as server,
        ApiframeClient(schema, base_url=server.url, key=KEY, certificates=AUTHORITY) as client,
    ):
        assert (await client.me()).email == "a@b.example"


async def test_certificates_of_the_environment_are_trusted(
    schema: ParameterSchema, bare: pytest.MonkeyPatch
) -> None:
    bare.setenv("SSL_CERT_FILE", str(AUTHORITY))
    async with (
        ScriptedServer(json_reply(200, ME), tls=secure("loopback.pem")) as server,
        ApiframeClient(schema, base_url=server.url, key=KEY) as client,
    ):
        assert (await client.me()).email == "a@b.example"


@pytest.mark.parametrize(
    ("certificate", "trusted", "reason"),
    [
        ("loopback.pem", None, "issuer"),
        ("expired.pem", AUTHORITY, "expired"),
        ("other-name.pem", AUTHORITY, "mismatch"),
    ],
)
async def test_who_cannot_prove_to_be_the_service_gets_nothing(
    schema: ParameterSchema,
    bare: pytest.MonkeyPatch,
    inpaint: FillRequest,
    certificate: str,
    trusted: Path | None,
    reason: str,
) -> None:
    async with (
        ScriptedServer(ACCEPTED, tls=secure(certificate)) as server,
        ApiframeClient(schema, base_url=server.url, key=KEY, certificates=trusted) as client,
    ):
        with pytest.raises(CertificateRejected, match=reason) as caught:
            await client.submit_edit(inpaint, IMAGE_URL, MASK_URL, "k-1")
    assert caught.value.charge is Charge.NONE
    assert "certificates" in caught.value.full_message
    assert server.requests == []


@pytest.mark.parametrize("content", [None, b"", b"no certificates"])
async def test_certificates_that_cannot_be_read_are_told_by_name(
    schema: ParameterSchema, bare: pytest.MonkeyPatch, tmp_path: Path, content: bytes | None
) -> None:
    file = tmp_path / "company.pem"
    if content is not None:
        file.write_bytes(content)
    async with ApiframeClient(schema, base_url=API, key=KEY, certificates=file) as client:
        with pytest.raises(ParameterError, match=r"company\.pem"):
            await client.me()


async def test_everything_goes_through_the_proxy(
    schema: ParameterSchema, bare: pytest.MonkeyPatch
) -> None:
    bare.setenv("HTTP_PROXY", "http://127.0.0.1:9")  # the one that was set goes before
    async with ScriptedServer(json_reply(200, ME), Reply(200, b"\x89PNG")) as proxy:
        address = f"http://user:word@{proxy.host}"
        async with ApiframeClient(schema, base_url=API, key=KEY, proxy=address) as client:
            await client.me()
            await client.download("http://cdn.example/r.png")
    asked, fetched = proxy.requests
    assert (asked.target, asked.headers["x-api-key"]) == (f"{API}/v2/me", KEY)
    assert fetched.target == "http://cdn.example/r.png"
    assert KEY.encode() not in fetched.raw
    assert "proxy-authorization" in asked.headers


async def test_the_proxy_of_the_system_is_used(
    schema: ParameterSchema, bare: pytest.MonkeyPatch
) -> None:
    async with ScriptedServer(json_reply(200, ME)) as proxy:
        bare.setenv("HTTP_PROXY", proxy.url)
        async with ApiframeClient(schema, base_url=API, key=KEY) as client:
            await client.me()
    assert proxy.requests[0].target == f"{API}/v2/me"


async def test_what_the_system_excepts_goes_past_the_proxy(
    schema: ParameterSchema, bare: pytest.MonkeyPatch
) -> None:
    async with ScriptedServer(json_reply(200, ME)) as server, ScriptedServer() as proxy:
        bare.setenv("HTTP_PROXY", proxy.url)
        bare.setenv("NO_PROXY", "127.0.0.1")
        async with ApiframeClient(schema, base_url=server.url, key=KEY) as client:
            await client.me()
    assert proxy.requests == []


@pytest.mark.parametrize("base_url", [API, "https://api.example"])
async def test_a_proxy_that_wants_a_password_is_told(
    schema: ParameterSchema, bare: pytest.MonkeyPatch, base_url: str
) -> None:
    async with ScriptedServer(Reply(407)) as proxy:
        address = f"http://user:word@{proxy.host}"
        async with ApiframeClient(schema, base_url=base_url, key=KEY, proxy=address) as client:
            with pytest.raises(ProxyRefused, match="HTTP 407") as caught:
                await client.me()
    assert "word" not in repr(vars(caught.value))


@pytest.mark.parametrize("reply", [Reply(502), Reply(503)])
async def test_a_proxy_without_a_connection_is_no_connection(
    schema: ParameterSchema, bare: pytest.MonkeyPatch, reply: Reply
) -> None:
    async with ScriptedServer(reply) as proxy:
        secure_url = "https://api.example"
        async with ApiframeClient(schema, base_url=secure_url, key=KEY, proxy=proxy.url) as client:
            with pytest.raises(NoConnection, match="the proxy does not connect"):
                await client.me()
    assert KEY.encode() not in proxy.requests[0].raw  # it waits until the way is secure


@pytest.mark.parametrize("proxy", ["", "proxy.example:3128", "socks5://127.0.0.1:1080", "http://["])
def test_what_cannot_be_a_proxy_is_refused(schema: ParameterSchema, proxy: str) -> None:
    with pytest.raises(ParameterError, match="Proxy: must be"):
        ApiframeClient(schema, base_url=API, key=KEY, proxy=proxy)


@pytest.mark.parametrize("proxy", ["socks5://127.0.0.1:1080", "gopher://127.0.0.1:70"])
async def test_a_proxy_of_the_system_that_cannot_be_used_is_told(
    schema: ParameterSchema, bare: pytest.MonkeyPatch, proxy: str
) -> None:
    bare.setenv("ALL_PROXY", proxy)
    async with ApiframeClient(schema, base_url=API, key=KEY) as client:
        with pytest.raises(ParameterError, match="Proxy: must be"):
            await client.me()
