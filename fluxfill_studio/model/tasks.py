"""The one owner of asyncio tasks: names them, holds them, reports failures, ends them."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Coroutine
from typing import Any

from PySide6.QtCore import QObject, Signal

from fluxfill_studio.core.errors import FluxfillError

_log = logging.getLogger(__name__)


class TaskOwner(QObject):
    """Every task of the window is started here and awaited here before the loop ends."""

    failed = Signal(object)
    """A FluxfillError that a task ended with."""
    crashed = Signal()
    """A task ended with a bug, which the log tells."""

    def __init__(self, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._tasks: set[asyncio.Task[None]] = set()

    def start(self, work: Coroutine[Any, Any, None], name: str) -> asyncio.Task[None]:
        """Run `work` on the running loop. Its FluxfillError goes to `failed`; a bug is logged."""
        task = asyncio.get_running_loop().create_task(work, name=name)
        self._tasks.add(task)
        task.add_done_callback(self._ended)
        return task

    async def close(self) -> None:
        """Cancel what still runs and wait until it has ended."""
        while self._tasks:
            tasks = list(self._tasks)
            for task in tasks:
                task.cancel()
            await asyncio.gather(*tasks, return_exceptions=True)
            self._tasks.difference_update(tasks)

    def _ended(self, task: asyncio.Task[None]) -> None:
        self._tasks.discard(task)
        if task.cancelled():
            return
        error = task.exception()
        if isinstance(error, FluxfillError):
            self.failed.emit(error)
        elif error is not None:
            _log.critical("task %s ended with a bug", task.get_name(), exc_info=error)
            self.crashed.emit()
