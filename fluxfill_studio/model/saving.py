"""Saving results, in a worker thread."""

from __future__ import annotations

import asyncio
from dataclasses import replace
from pathlib import Path

from PySide6.QtCore import QObject, Signal

from fluxfill_studio.core.compose import Fill
from fluxfill_studio.core.errors import LedgerError, SaveError
from fluxfill_studio.core.request import Mode
from fluxfill_studio.core.source import Source
from fluxfill_studio.model.gallery import Gallery
from fluxfill_studio.model.jobs import Jobs
from fluxfill_studio.model.tasks import TaskOwner
from fluxfill_studio.storage.images import save_picture


class Saver(QObject):
    """Writes results to files and tells the gallery which are safe."""

    saved = Signal(object)
    """The Path of a file that is complete on the disk."""
    failed = Signal(object)
    """The SaveError that saving ended with, or the LedgerError that followed upon it."""

    def __init__(
        self, gallery: Gallery, jobs: Jobs, tasks: TaskOwner, parent: QObject | None = None
    ) -> None:
        super().__init__(parent)
        self._gallery = gallery
        self._jobs = jobs
        self._tasks = tasks

    def suggested_name(self, entry_id: str) -> str:
        """A file name that says what the result is."""
        entry = self._gallery[entry_id]
        stem = Path(entry.job.source_name).stem
        return f"{stem} {entry.job.request.mode.value} {entry.number}.png"

    def save(self, entry_id: str, path: Path, *, overwrite: bool) -> None:
        """Write a finished result to `path`; `saved` or `failed` follows."""
        if not self._gallery[entry_id].is_finished:
            raise ValueError("only a finished result can be saved")
        self._tasks.start(self._save(entry_id, path, overwrite), f"save {path.name}")

    async def _save(self, entry_id: str, path: Path, overwrite: bool) -> None:
        fill = await self._gallery.fill_of(entry_id)
        try:
            await asyncio.to_thread(_write, fill, path, overwrite)
        except SaveError as error:
            self.failed.emit(error)
            return
        try:
            await self._jobs.note_saved(entry_id, path)
        except LedgerError as error:
            # The file is complete all the same; the result is shown again at the next start.
            self.failed.emit(error)
        self.saved.emit(path)


def result_source(fill: Fill, name: str) -> Source:
    """The result as a source of its own, with what its source carried and still fits it."""
    source = replace(fill.source, name=name, pixels=fill.picture())
    return source if fill.mode is Mode.INPAINT else replace(source, alpha=None)


def _write(fill: Fill, path: Path, overwrite: bool) -> None:
    save_picture(path, fill.picture(), fill.source, overwrite=overwrite)
