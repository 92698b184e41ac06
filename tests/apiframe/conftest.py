"""What the tests of the client share: a request, and clients of a server."""

from __future__ import annotations

import json
import ssl
from collections.abc import Callable

import httpx
import pytest

from fluxfill_studio.apiframe.answer import Answer
from fluxfill_studio.apiframe.client import ApiframeClient
from fluxfill_studio.apiframe.network import Limits
from fluxfill_studio.core.request import FillRequest
from fluxfill_studio.core.schema import ParameterSchema
from tests.apiframe.scripted_server import ScriptedServer

KEY = "afk_3f9a61c07be24d58"

MakeClient = Callable[..., ApiframeClient]


def answer(data: object, status: int = 200, **headers: str) -> Answer:
    """An answer with `data`, as JSON unless it is bytes; underscores in names stand for hyphens."""
    named = {name.replace("_", "-"): value for name, value in headers.items()}
    body = data if isinstance(data, bytes) else json.dumps(data).encode()
    return Answer(status, named, body)


@pytest.fixture
def inpaint(schema: ParameterSchema) -> FillRequest:
    return FillRequest.build(schema, {"prompt": "a blue door", "seed": 7})


@pytest.fixture(scope="session")
def tls() -> ssl.SSLContext:
    """One for all clients: reading the certificates takes longer than most tests."""
    return httpx.create_ssl_context(trust_env=False)


@pytest.fixture
def make_client(schema: ParameterSchema, tls: ssl.SSLContext) -> MakeClient:
    """Makes clients of a scripted server, past any proxy."""

    def make(
        server: ScriptedServer | str, *, key: str | None = KEY, limits: Limits | None = None
    ) -> ApiframeClient:
        return ApiframeClient(
            schema,
            base_url=server if isinstance(server, str) else server.url,
            key=key,
            transport=httpx.AsyncHTTPTransport(verify=tls),
            limits=limits,
        )

    return make
