"""Saving results, in a worker thread."""

from __future__ import annotations

import asyncio
from dataclasses import replace
from pathlib import Path

from PySide6.QtCore import QObject, Signal

from fluxfill_studio.core.compose import Fill
from fluxfill_studio.core.errors import SaveError
from fluxfill_studio.core.request import Mode
from fluxfill_studio.core.source import Source
from fluxfill_studio.model.gallery import Gallery
from fluxfill_studio.model.tasks import TaskOwner
from fluxfill_studio.storage.images import save_picture


class Saver(QObject):
    """Writes results to files and tells the gallery which are safe."""

    saved = Signal(object)
    """The Path of a file that is complete on the disk."""
    failed = Signal(object)
    """The SaveError that saving ended with."""

    def __init__(self, gallery: Gallery, tasks: TaskOwner, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._gallery = gallery
        self._tasks = tasks

    def suggested_name(self, entry_id: str) -> str:
        """A file name that says what the result is."""
        entry = self._gallery[entry_id]
        stem = Path(entry.inputs.source.name).stem
        return f"{stem} {entry.job.request.mode.value} {entry.number}.png"

    def save(self, entry_id: str, path: Path, *, overwrite: bool) -> None:
        """Write a finished result to `path`; `saved` or `failed` follows."""
        fill = self._gallery[entry_id].fill
        if fill is None:
            raise ValueError("only a finished result can be saved")
        self._tasks.start(self._save(entry_id, fill, path, overwrite), f"save {path.name}")

    async def _save(self, entry_id: str, fill: Fill, path: Path, overwrite: bool) -> None:
        try:
            await asyncio.to_thread(_write, fill, path, overwrite)
        except SaveError as error:
            self.failed.emit(error)
            return
        self._gallery.mark_saved(entry_id)
        self.saved.emit(path)


def result_source(fill: Fill, name: str) -> Source:
    """The result as a source of its own, with what its source carried and still fits it."""
    source = replace(fill.source, name=name, pixels=fill.picture())
    return source if fill.mode is Mode.INPAINT else replace(source, alpha=None)


def _write(fill: Fill, path: Path, overwrite: bool) -> None:
    save_picture(path, fill.picture(), fill.source, overwrite=overwrite)
