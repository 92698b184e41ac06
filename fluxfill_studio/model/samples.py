"""The sample photographs and their thumbnails, for the empty window."""

from __future__ import annotations

import asyncio
from pathlib import Path

from PySide6.QtCore import QObject, Signal

from fluxfill_studio.core.types import Pixels
from fluxfill_studio.model.tasks import TaskOwner
from fluxfill_studio.storage.images import read_thumbnail

_SIDE = 400


class Samples(QObject):
    """Where the samples lie; their thumbnails come when they have been asked for."""

    loaded = Signal(object, object)
    """A Path and the Pixels of its thumbnail."""

    def __init__(self, paths: list[Path], tasks: TaskOwner, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self.paths = paths
        self._tasks = tasks

    def load(self) -> None:
        self._tasks.start(self._load(), "sample thumbnails")

    async def _load(self) -> None:
        for path in self.paths:
            thumbnail: Pixels = await asyncio.to_thread(read_thumbnail, path, _SIDE)
            self.loaded.emit(path, thumbnail)
