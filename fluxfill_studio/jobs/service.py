"""The two services that can run a fill: Apiframe, and the sandbox on this machine."""

from __future__ import annotations

import asyncio

import httpx

from fluxfill_studio.apiframe.client import ApiframeClient
from fluxfill_studio.core.job import Engine
from fluxfill_studio.core.schema import ParameterSchema
from fluxfill_studio.jobs.runner import JobRunner
from fluxfill_studio.sandbox.server import Sandbox

_APIFRAME_URL = "https://api.apiframe.ai"
# The sandbox takes any key of the right form; this one never leaves the process.
_SANDBOX_KEY = "afk_local"
_SANDBOX_URL = "http://sandbox.invalid"


class Service:
    """A client and, for the local engine, the sandbox behind it. Closed by `aclose`."""

    def __init__(self, client: ApiframeClient, sandbox: Sandbox | None) -> None:
        self.client = client
        self._sandbox = sandbox

    @classmethod
    def local(cls, schema: ParameterSchema) -> Service:
        """The sandbox in this process: the same contract without opening a port."""
        sandbox = Sandbox(schema)
        transport = httpx.ASGITransport(app=sandbox.app)
        client = ApiframeClient(
            schema, base_url=_SANDBOX_URL, key=_SANDBOX_KEY, transport=transport
        )
        return cls(client, sandbox)

    @classmethod
    def apiframe(cls, schema: ParameterSchema, key: str | None, base_url: str | None) -> Service:
        """The hosted service, or what speaks its contract at `base_url`."""
        client = ApiframeClient(schema, base_url=base_url or _APIFRAME_URL, key=key)
        return cls(client, None)

    @classmethod
    def of(
        cls, engine: Engine, schema: ParameterSchema, key: str | None, base_url: str | None
    ) -> Service:
        """The service of `engine`; the local one needs neither key nor address."""
        if engine is Engine.LOCAL:
            return cls.local(schema)
        return cls.apiframe(schema, key, base_url)

    def runner(self) -> JobRunner:
        """What runs jobs here."""
        return JobRunner(self.client)

    async def aclose(self) -> None:
        """End running fills of the sandbox and close all connections."""
        closing = [self.client.aclose()]
        if self._sandbox is not None:
            closing.append(self._sandbox.aclose())
        await asyncio.gather(*closing)
