"""Opening pictures: previewed at once, decoded aside, the document's only when they are whole."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from pathlib import Path

from PySide6.QtCore import QObject, Signal

from fluxfill_studio.core.errors import ImageError
from fluxfill_studio.core.files.decoded import Progress
from fluxfill_studio.core.files.preview import Preview
from fluxfill_studio.core.picture.source import Source
from fluxfill_studio.core.view.pyramid import Pyramid
from fluxfill_studio.model.document import Document, Picture
from fluxfill_studio.model.tasks import TaskOwner
from fluxfill_studio.storage.images import read_source

_Load = Callable[[Progress, Callable[[Preview], object]], Source]


class Opener(QObject):
    """Opens one picture at a time; the latest wish wins, and a failed one changes nothing."""

    progressed = Signal()
    previewed = Signal(object)
    """A Pyramid of what is known of what is being opened; a better one may follow, then `opened`
    or `failed`."""
    opened = Signal(object)
    """The Source that is shown now."""
    failed = Signal(object)
    """The ImageError that opening ended with."""

    def __init__(self, document: Document, tasks: TaskOwner, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._document = document
        self._tasks = tasks
        self._task: asyncio.Task[None] | None = None
        self.name: str | None = None
        """What is being opened, or None."""
        self.progress = 0.0
        """How far, 0 to 1."""

    def open_path(self, path: Path) -> None:
        self._open(path.name, lambda report, show: read_source(path, report, show))

    def open_with(self, name: str, load: Callable[[], Source]) -> None:
        """Open what `load` makes in a worker: a pasted picture, a result that becomes a source."""
        self._open(name, lambda _report, _show: load())

    def _open(self, name: str, load: _Load) -> None:
        if self._task is not None:
            self._task.cancel()
        self.name, self.progress = name, 0.0
        self.progressed.emit()
        self._task = self._tasks.start(self._load(load), f"open {name}")

    async def _load(self, load: _Load) -> None:
        loop = asyncio.get_running_loop()
        task = asyncio.current_task()

        def advance(done: float) -> None:
            if task is self._task:
                self.progress = done
                self.progressed.emit()

        def look(preview: Pyramid) -> None:
            if task is self._task:
                self.previewed.emit(preview)

        def show(preview: Preview) -> None:
            pyramid = Pyramid.of_reduced(preview.pixels, preview.size)
            loop.call_soon_threadsafe(look, pyramid)

        def work() -> Picture:
            source = load(lambda done: loop.call_soon_threadsafe(advance, done), show)
            return Picture.of(source)

        try:
            picture = await asyncio.to_thread(work)
        except ImageError as error:
            self._finish(task)
            self.failed.emit(error)
            return
        self._finish(task)
        self._document.show(picture)
        self.opened.emit(picture.source)

    def _finish(self, task: asyncio.Task[None] | None) -> None:
        if task is self._task:
            self._task = self.name = None
            self.progressed.emit()
