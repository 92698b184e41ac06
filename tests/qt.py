"""Running coroutines and waiting for signals on the program's own kind of loop."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Coroutine
from typing import Any, TypeVar

from PySide6.QtCore import QTimer, SignalInstance
from PySide6.QtWidgets import QApplication

from fluxfill_studio.app import make_loop

T = TypeVar("T")

# Nothing that a test waits for takes this long; what does not come fails the test.
_LIMIT = 60.0


class QtLoop:
    """An asyncio loop that runs on Qt's, as in the program."""

    def __init__(self, qt: QApplication) -> None:
        self._qt = qt

    def run(self, work: Coroutine[Any, Any, T]) -> T:
        """Run `work` to its end; a task that it leaves behind fails the test."""

        async def watched() -> T:
            result = await asyncio.wait_for(work, _LIMIT)
            left = asyncio.all_tasks() - {asyncio.current_task()}
            assert not left, f"tasks left behind: {left}"
            return result

        with asyncio.Runner(loop_factory=lambda: make_loop(self._qt)) as runner:
            return runner.run(watched())


async def acting(action: Callable[[], T]) -> T:
    """Do what turns Qt's loop, as QTest's pointer moves do, outside of any task.

    Done inside one, other tasks would be entered from within it and lose their wake-ups.
    """
    future: asyncio.Future[T] = asyncio.get_running_loop().create_future()

    def act() -> None:
        try:
            result = action()
        except Exception as error:  # noqa: BLE001 - the waiting task raises it
            future.set_exception(error)
        else:
            future.set_result(result)

    QTimer.singleShot(0, act)
    return await future


async def emitted(signal: SignalInstance) -> tuple[Any, ...]:
    """Wait for the next emission of `signal`; returns its arguments."""
    future: asyncio.Future[tuple[Any, ...]] = asyncio.get_running_loop().create_future()

    def take(*arguments: Any) -> None:
        if not future.done():
            future.set_result(arguments)

    signal.connect(take)
    try:
        return await future
    finally:
        signal.disconnect(take)
