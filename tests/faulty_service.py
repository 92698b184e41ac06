"""The service on three real loopback ports, with faults on the way to it and back.

::

    with FaultyService(schema, rate=0.3, seed=1) as service:
        ...  # a client at service.url, in this process or another
    assert len(service.account.jobs) == 200
    assert service.account.charged == 200 * schema.credits_per_run

The API, the results and a third place, to which redirects lead, have each a port of their own, and
`visits` tells of every request where it went and whether it carried the key; a key at one of the
latter two fails the test that is running (`tests/key_guard.py`).
"""

from __future__ import annotations

import asyncio
import threading
from collections.abc import Callable, Coroutine, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from email.utils import format_datetime
from enum import Enum
from functools import partial
from itertools import cycle, islice
from random import Random
from types import TracebackType
from typing import Self

from fluxfill_studio.core.schema import ParameterSchema
from tests.apiframe.scripted_server import (
    Fault,
    Recorded,
    Reply,
    json_reply,
    read_request,
    send_reply,
)
from tests.key_guard import GUARD
from tests.quick_account import QuickAccount, Terms


class Trouble(Enum):
    """What goes wrong with one request. Nearly all of it can come before or after the effect."""

    RESET = "the connection is reset (RST)"
    CLOSED = "it is closed without an answer"
    SLOW = "the answer comes after the client has given up"
    CUT = "the answer ends before its length"
    GARBLED = "half of the answer, as if it were all"
    PAGE = "a page of HTML with status 200"
    MISLABELLED = "the answer under a wrong content type"
    BUSY_SECONDS = "429, Retry-After in seconds"
    BUSY_DATE = "429, Retry-After as a date"
    ERROR = "500"
    BAD_GATEWAY = "502"
    UNAVAILABLE = "503"
    REDIRECT = "302 to another port"
    EXPIRED = "403: this address of the result is used up"
    NO_PICTURE = "a result that is no picture"


ALL = tuple(Trouble)
_OF_RESULTS = frozenset({Trouble.EXPIRED, Trouble.NO_PICTURE})
_WITHOUT_EFFECT = frozenset({Trouble.BUSY_SECONDS, Trouble.BUSY_DATE}) | _OF_RESULTS
_PAGE = b"<!doctype html><html><body>Please sign in</body></html>"


class Place(Enum):
    """The three ports."""

    API = "api"
    RESULTS = "results"
    ELSEWHERE = "elsewhere"


@dataclass(frozen=True)
class Visit:
    """A request: where it went, what was done to it, and the id of the job that it was about."""

    place: Place
    port: int
    method: str
    target: str
    with_key: bool
    trouble: Trouble | None
    after_effect: bool
    job_id: str | None


class FaultyService:
    """The contract in a thread of its own while the block runs; a share of `rate` goes wrong.

    The same `seed` gives the same series of faults: `troubles` in rounds, shuffled, each before and
    after the effect where that makes a difference, so that half of all come after it. `slow`
    seconds is how late a slow answer comes, `retry_after` what a 429 asks for. `rate` and
    `troubles` may be changed at any time.
    """

    def __init__(
        self,
        schema: ParameterSchema,
        *,
        rate: float = 0.0,
        seed: int = 0,
        troubles: Sequence[Trouble] = ALL,
        terms: Terms | None = None,
        slow: float = 1.0,
        retry_after: int = 1,
    ) -> None:
        self.rate = rate
        self.visits: list[Visit] = []
        self.account = QuickAccount(schema, terms or Terms(), lambda: self.url_of(Place.RESULTS))
        self._random = Random(seed)
        self.troubles = troubles
        self._slow = slow
        self._retry_after = retry_after
        self._rounds: dict[tuple[Place | Trouble, ...], list[tuple[Trouble, bool]]] = {}
        self._ports: dict[Place, int] = {}
        self._servers: dict[Place, asyncio.Server] = {}
        self._connections: dict[asyncio.Task[None], asyncio.StreamWriter] = {}
        self._faults: list[BaseException] = []

    def __enter__(self) -> Self:
        self._loop = asyncio.new_event_loop()
        self._thread = threading.Thread(target=self._loop.run_forever, name="faulty service")
        self._thread.start()
        self._do(self._open())
        for place in Place:
            GUARD.opened(self._authority(place))
        GUARD.configured(self.url)  # for clients in processes of their own
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self._do(self._shut())
        self._loop.call_soon_threadsafe(self._loop.stop)
        self._thread.join()
        self._loop.close()
        for fault in self._faults:
            raise fault

    @property
    def url(self) -> str:
        """The base URL for a client."""
        return self.url_of(Place.API)

    def url_of(self, place: Place) -> str:
        return f"http://{self._authority(place)}"

    @contextmanager
    def away(self) -> Iterator[None]:
        """Nobody answers at any port while the block runs, as where there is no network."""
        self._do(self._shut())
        yield
        self._do(self._open())

    def _authority(self, place: Place) -> str:
        return f"127.0.0.1:{self._ports[place]}"

    def _do(self, work: Coroutine[object, object, None]) -> None:
        asyncio.run_coroutine_threadsafe(work, self._loop).result(10)

    async def _open(self) -> None:
        for place in Place:
            connected = partial(self._connected, place)
            port = self._ports.get(place, 0)
            server = await asyncio.start_server(connected, "127.0.0.1", port)
            self._servers[place] = server
            self._ports[place] = server.sockets[0].getsockname()[1]

    async def _shut(self) -> None:
        for server in self._servers.values():
            server.close()
        connections = list(self._connections)
        for connection in connections:
            connection.cancel()
        await asyncio.gather(*connections, return_exceptions=True)
        for server in self._servers.values():
            await server.wait_closed()

    def _connected(
        self, place: Place, reader: asyncio.StreamReader, writer: asyncio.StreamWriter
    ) -> None:
        connection = asyncio.ensure_future(self._serve(place, reader, writer))
        self._connections[connection] = writer
        connection.add_done_callback(self._ended)

    def _ended(self, connection: asyncio.Task[None]) -> None:
        del self._connections[connection]
        if not connection.cancelled() and (fault := connection.exception()) is not None:
            self._faults.append(fault)

    async def _serve(
        self, place: Place, reader: asyncio.StreamReader, writer: asyncio.StreamWriter
    ) -> None:
        """Answer request after request, until the other end goes or an answer breaks off."""
        try:
            while not writer.is_closing():
                request = await read_request(reader, self._authority(place))
                reply = await self._reply(place, request)
                keep = reply.fault is None and reply.raw is None
                headers = {"Connection": "keep-alive" if keep else "close", **reply.headers}
                await send_reply(writer, replace(reply, headers=headers))
                if not keep:
                    writer.close()
        except (ConnectionError, asyncio.IncompleteReadError):
            pass  # the client has gone
        finally:
            writer.close()

    async def _reply(self, place: Place, request: Recorded) -> Reply:
        """The answer, or what becomes of it."""
        act = self._act(place, request)
        trouble, after_effect = self._draw(place)
        job = self.account.job_of(request.target)
        visit = Visit(
            place=place,
            port=self._ports[place],
            method=request.method,
            target=request.target,
            with_key="x-api-key" in request.headers,
            trouble=trouble,
            after_effect=after_effect,
            job_id=None if job is None else job.id,
        )
        self.visits.append(visit)
        if trouble is None:
            return act()
        meant = act() if after_effect else json_reply(200, {"status": "ok", "jobId": None})
        if trouble is Trouble.SLOW:
            await asyncio.sleep(self._slow)
        if trouble is Trouble.EXPIRED and job is not None:
            job.address += 1
        return self._spoiled(trouble, place, request, meant)

    def _act(self, place: Place, request: Recorded) -> Callable[[], Reply]:
        if place is Place.API:
            return lambda: self.account.answer(request)
        if self.account.job_of(request.target) is not None:
            return lambda: self.account.result(request.target)
        return lambda: Reply(200, _PAGE, {"Content-Type": "text/html"})

    def _draw(self, place: Place) -> tuple[Trouble | None, bool]:
        """What goes wrong this time, and whether after the effect."""
        of_place = [t for t in self.troubles if place is Place.RESULTS or t not in _OF_RESULTS]
        if place is Place.ELSEWHERE or not of_place or self._random.random() >= self.rate:
            return None, False
        round_ = self._rounds.setdefault((place, *of_place), [])
        if not round_:
            after = [trouble for trouble in of_place if trouble not in _WITHOUT_EFFECT]
            round_ += [(trouble, False) for trouble in of_place]
            round_ += [(trouble, True) for trouble in islice(cycle(after), len(of_place))]
            self._random.shuffle(round_)
        return round_.pop()

    def _spoiled(self, trouble: Trouble, place: Place, request: Recorded, meant: Reply) -> Reply:
        """What the client gets in place of the answer that was meant."""
        page = Reply(200, _PAGE, {"Content-Type": "text/html"})
        path = "/sign-in" if place is Place.API else request.target
        until = datetime.now(UTC) + timedelta(seconds=self._retry_after)
        return {
            Trouble.RESET: Reply(fault=Fault.RESET_READ),
            Trouble.CLOSED: Reply(raw=b""),
            Trouble.SLOW: meant,
            Trouble.CUT: replace(meant, fault=Fault.CUT),
            Trouble.GARBLED: replace(meant, body=meant.body[: len(meant.body) // 2]),
            Trouble.PAGE: page,
            Trouble.MISLABELLED: replace(meant, headers={"Content-Type": "text/plain"}),
            Trouble.BUSY_SECONDS: _busy(str(self._retry_after)),
            Trouble.BUSY_DATE: _busy(format_datetime(until, usegmt=True)),
            Trouble.ERROR: json_reply(500, {"error": "Internal error"}),
            Trouble.BAD_GATEWAY: Reply(502, b"<html><h1>502 Bad Gateway</h1></html>"),
            Trouble.UNAVAILABLE: json_reply(503, {"error": "No available capacity"}),
            Trouble.REDIRECT: Reply(302, headers={"Location": self.url_of(Place.ELSEWHERE) + path}),
            Trouble.EXPIRED: Reply(403, b"<Error><Code>AccessDenied</Code></Error>"),
            Trouble.NO_PICTURE: replace(page, headers={"Content-Type": "image/png"}),
        }[trouble]


def _busy(retry_after: str) -> Reply:
    date = format_datetime(datetime.now(UTC), usegmt=True)
    return json_reply(429, {"error": "Slow down"}, Retry_After=retry_after, Date=date)
