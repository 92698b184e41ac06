"""A small HTTP server on a real loopback socket that answers from a script, faults included."""

from __future__ import annotations

import asyncio
import json
import socket
import ssl
import struct
from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import Enum, auto
from types import TracebackType
from typing import Any, Self

from tests.key_guard import GUARD


class Fault(Enum):
    """What happens to the connection instead of a whole answer."""

    RESET_UNREAD = auto()
    """Reset as soon as it stands."""

    RESET_READ = auto()
    """Reset once the request has been read."""

    CUT = auto()
    """Closed after half of the promised body."""

    DEAF = auto()
    """Held open, but nothing is read."""

    RASH = auto()
    """Answered before the request has been read."""


@dataclass(frozen=True)
class Reply:
    """One answer of the script. It waits for `after`; `raw` goes out as it is."""

    status: int = 200
    body: bytes = b""
    headers: Mapping[str, str] = field(default_factory=dict)
    fault: Fault | None = None
    after: asyncio.Event | None = None
    raw: bytes | None = None


def json_reply(status: int, data: object, **headers: str) -> Reply:
    """`data` as JSON; underscores in the names of `headers` stand for hyphens."""
    named = {name.replace("_", "-"): value for name, value in headers.items()}
    named = {"Content-Type": "application/json", **named}
    return Reply(status, json.dumps(data).encode(), named)


@dataclass(frozen=True)
class Recorded:
    """One request as it came; header names in lower case."""

    method: str
    target: str
    headers: Mapping[str, str]
    body: bytes
    raw: bytes

    @property
    def json(self) -> Any:
        return json.loads(self.body)


class ScriptedServer:
    """Answers one request per connection, in the order of its replies, and keeps every request.

    Once the script has run out it answers 599, which no client takes for anything good.
    """

    def __init__(self, *replies: Reply, tls: ssl.SSLContext | None = None) -> None:
        self.replies = list(replies)
        self.requests: list[Recorded] = []
        self.arrived = asyncio.Event()
        self.url = ""
        self._tls = tls
        self._server: asyncio.Server | None = None
        self._connections: list[asyncio.Task[None]] = []

    async def __aenter__(self) -> Self:
        self._server = await asyncio.start_server(self._connected, "127.0.0.1", 0, ssl=self._tls)
        scheme = "http" if self._tls is None else "https"
        self.url = f"{scheme}://127.0.0.1:{self._server.sockets[0].getsockname()[1]}"
        GUARD.opened(self.host)
        return self

    async def __aexit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        assert self._server is not None
        self._server.close()
        for connection in self._connections:
            connection.cancel()
        ends = await asyncio.gather(*self._connections, return_exceptions=True)
        await self._server.wait_closed()
        for end in ends:
            if isinstance(end, Exception):
                raise end

    @property
    def host(self) -> str:
        return self.url.partition("//")[2]

    def _connected(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        self._connections.append(asyncio.create_task(self._serve(reader, writer)))

    async def _serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        try:
            await self._answer(reader, writer)
        except (ConnectionError, asyncio.IncompleteReadError):
            pass  # the client has gone, as some scripts make it
        finally:
            writer.close()

    async def _answer(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        reply = self.replies.pop(0) if self.replies else Reply(599, b"the script has run out")
        if reply.fault is Fault.DEAF:
            await asyncio.Event().wait()
        if reply.fault not in (Fault.RESET_UNREAD, Fault.RASH):
            self.requests.append(await read_request(reader, self.host))
            self.arrived.set()
        if reply.after is not None:
            await reply.after.wait()
        await send_reply(writer, reply)


async def read_request(reader: asyncio.StreamReader, authority: str) -> Recorded:
    """The next request, which the guard of the key hears of as well."""
    head = await reader.readuntil(b"\r\n\r\n")
    first, *lines = head.decode("latin-1").split("\r\n")
    method, target, _ = first.split(" ")
    pairs = (line.split(": ", 1) for line in lines if line)
    headers = {name.lower(): value for name, value in pairs}
    GUARD.saw(authority, head)
    body = await reader.readexactly(int(headers.get("content-length", 0)))
    return Recorded(method, target, headers, body, head + body)


async def send_reply(writer: asyncio.StreamWriter, reply: Reply) -> None:
    """Write `reply`, or break the connection as it says."""
    if reply.fault in (Fault.RESET_UNREAD, Fault.RESET_READ):
        _reset(writer)
        return
    writer.write(_bytes_of(reply))
    await writer.drain()


def _reset(writer: asyncio.StreamWriter) -> None:
    # A linger time of zero makes the close a reset (RST) instead of an orderly end (FIN).
    writer.get_extra_info("socket").setsockopt(
        socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0)
    )
    writer.transport.abort()


def _bytes_of(reply: Reply) -> bytes:
    if reply.raw is not None:
        return reply.raw
    headers = {"Content-Length": str(len(reply.body)), "Connection": "close", **reply.headers}
    head = [f"HTTP/1.1 {reply.status} Scripted", *(f"{n}: {v}" for n, v in headers.items())]
    sent = len(reply.body) // 2 if reply.fault is Fault.CUT else len(reply.body)
    return "\r\n".join([*head, "", ""]).encode("latin-1") + reply.body[:sent]
