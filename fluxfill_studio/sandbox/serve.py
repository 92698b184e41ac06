"""Serving the sandbox on this machine's loopback address."""

from __future__ import annotations

import asyncio
import socket
from collections.abc import Callable, Iterator
from contextlib import contextmanager

import uvicorn
from typing_extensions import override

from fluxfill_studio.sandbox.server import Sandbox

HOST = "127.0.0.1"


async def serve(sandbox: Sandbox, port: int, on_ready: Callable[[int], None]) -> None:
    """Answer requests on 127.0.0.1 until this task is cancelled, and end cleanly then.

    `port` 0 takes a free one. `on_ready` is called with the port as soon as connections are
    accepted. The sandbox stays open; who made it closes it. Raises OSError where the port
    cannot be had.
    """
    config = uvicorn.Config(
        sandbox.app,
        http="h11",
        ws="none",
        lifespan="off",
        log_config=None,
        access_log=False,
        timeout_graceful_shutdown=1,
    )
    server = _Server(config)
    with socket.create_server((HOST, port)) as listener:
        serving = asyncio.create_task(server.serve([listener]), name="sandbox server")
        try:
            on_ready(listener.getsockname()[1])
            await asyncio.shield(serving)
        finally:
            server.should_exit = True
            await serving


class _Server(uvicorn.Server):
    """Leaves the signals to the event loop's owner: a Ctrl+C arrives here as a cancellation."""

    @override
    @contextmanager
    def capture_signals(self) -> Iterator[None]:
        yield
