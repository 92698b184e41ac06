"""The two services that can run a fill: Apiframe, and the sandbox on this machine."""

from __future__ import annotations

import asyncio
from pathlib import Path

import httpx

from fluxfill_studio.apiframe import address_of
from fluxfill_studio.apiframe.client import ApiframeClient
from fluxfill_studio.core.job import Engine
from fluxfill_studio.core.schema import ParameterSchema
from fluxfill_studio.sandbox.server import Sandbox

# The sandbox takes any key of the right form; this one never leaves the process.
_SANDBOX_KEY = "afk_local"
_SANDBOX_URL = "http://sandbox.invalid"


class Service:
    """A client and, for the local engine, the sandbox behind it. Closed by `aclose`.

    `base_url` is where jobs of this service are found again; the sandbox's are gone with it, and
    it has none.
    """

    def __init__(
        self, client: ApiframeClient, base_url: str = "", sandbox: Sandbox | None = None
    ) -> None:
        self.client = client
        self.base_url = base_url
        self._sandbox = sandbox

    @classmethod
    def local(cls, schema: ParameterSchema) -> Service:
        """The sandbox in this process: the same contract without opening a port."""
        sandbox = Sandbox(schema)
        transport = httpx.ASGITransport(app=sandbox.app)
        client = ApiframeClient(
            schema, base_url=_SANDBOX_URL, key=_SANDBOX_KEY, transport=transport
        )
        return cls(client, sandbox=sandbox)

    @classmethod
    def of(
        cls,
        engine: Engine,
        schema: ParameterSchema,
        key: str | None,
        base_url: str | None = None,
        *,
        proxy: str | None = None,
        certificates: Path | None = None,
    ) -> Service:
        """The service of `engine`; the local one needs none of the rest.

        The hosted service is what speaks its contract at `base_url`, which is its own by default;
        proxy and authorities are the system's by default. Raises what the client does for an
        address or a file that cannot be used.
        """
        if engine is Engine.LOCAL:
            return cls.local(schema)
        base_url = address_of(base_url)
        client = ApiframeClient(
            schema, base_url=base_url, key=key, proxy=proxy, certificates=certificates
        )
        return cls(client, base_url)

    async def aclose(self) -> None:
        """End running fills of the sandbox and close all connections."""
        closing = [self.client.aclose()]
        if self._sandbox is not None:
            closing.append(self._sandbox.aclose())
        await asyncio.gather(*closing)
