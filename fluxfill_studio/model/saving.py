"""Saving results: what a format would not keep of one is told first, then a worker writes it."""

from __future__ import annotations

import asyncio
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Final

from PySide6.QtCore import QObject, Signal

from fluxfill_studio.core.blending.composite import Composite
from fluxfill_studio.core.errors import LedgerError, SaveError
from fluxfill_studio.core.picture.source import Source
from fluxfill_studio.model.gallery import Entry, Gallery
from fluxfill_studio.model.jobs import Jobs
from fluxfill_studio.model.tasks import TaskOwner
from fluxfill_studio.storage.formats import SAVE_FORMATS, Format, losses
from fluxfill_studio.storage.saving import JPEG_QUALITY, save_picture

_NAMES: Final = {Format.WEBP: "WebP"}  # where it is written otherwise than in the program


@dataclass(frozen=True)
class FileFormat:
    """A format that results are saved in. `endings` are like `.jpg`, the usual one first."""

    name: str
    endings: tuple[str, ...]
    is_lossless: bool

    @classmethod
    def of(cls, kind: Format) -> FileFormat:
        endings = tuple(ending for ending, named in SAVE_FORMATS.items() if named is kind)
        return cls(_NAMES.get(kind, kind.name), endings, kind.value.lossless)


FILE_FORMATS: Final = tuple(FileFormat.of(kind) for kind in Format)


class Saving:
    """A result on its way into a file: its picture is made once, whatever is chosen for it.

    `name` is the file name to suggest, and `keeper` its format, which keeps everything.
    """

    def __init__(self, entry: Entry, composite: Composite) -> None:
        self.entry_id = entry.id
        self.name = result_name(entry, composite)
        self.keeper = _keeper(composite)
        self._composite = composite
        self._picture: Source | None = None
        self._making = asyncio.Lock()

    async def picture(self) -> Source:
        """The finished picture, made in a worker."""
        async with self._making:
            if self._picture is None:
                self._picture = await asyncio.to_thread(self._composite.picture)
            return self._picture


@dataclass(frozen=True, eq=False)
class SaveQuestion:
    """Whether a result is to be saved at `path`, and with JPEG in which quality.

    `lost` tells what the format does not keep of it, in texts of the context "losses".
    """

    saving: Saving
    path: Path
    format: FileFormat
    lost: tuple[str, ...]

    @property
    def other_name(self) -> str:
        """The name that was chosen, with the ending of the format that keeps everything."""
        return self.path.with_suffix(self.saving.keeper.endings[0]).name


class Saver(QObject):
    """Writes results to files and tells the gallery which are safe."""

    prepared = Signal(object)
    """The Saving of a result for which a path is to be chosen; its picture is made meanwhile."""
    doubtful = Signal(object)
    """A SaveQuestion. Nothing is written unless `save` is called then."""
    begun = Signal(object)
    """The Path of a file that is being written, which can take long."""
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
        self._preparing: asyncio.Task[None] | None = None

    def prepare(self, entry_id: str) -> None:
        """Begin to save a finished result; `prepared` follows. One at a time is prepared."""
        if not self._gallery[entry_id].is_finished:
            raise ValueError("only a finished result can be saved")
        if self._preparing is None or self._preparing.done():
            self._preparing = self._tasks.start(self._prepare(entry_id), "prepare a result")

    def propose(self, saving: Saving, path: Path) -> None:
        """Save at `path`, unless there is something to ask first: then `doubtful` follows."""
        self._tasks.start(self._propose(saving, path), f"look at saving {path.name}")

    def save(self, saving: Saving, path: Path, *, quality: int = JPEG_QUALITY) -> None:
        """Write a result to `path`, in place of what is there; `saved` or `failed` follows."""
        self.begun.emit(path)
        self._tasks.start(self._save(saving, path, quality), f"save {path.name}")

    async def _prepare(self, entry_id: str) -> None:
        entry = self._gallery[entry_id]
        saving = Saving(entry, await self._gallery.composite_of(entry_id))
        self._tasks.start(_make(saving), "make a result")
        self.prepared.emit(saving)

    async def _propose(self, saving: Saving, path: Path) -> None:
        question = _question(saving, path, await saving.picture())
        if question is None:
            self.save(saving, path)
        else:
            self.doubtful.emit(question)

    async def _save(self, saving: Saving, path: Path, quality: int) -> None:
        picture = await saving.picture()
        try:
            await asyncio.to_thread(save_picture, path, picture, overwrite=True, quality=quality)
        except SaveError as error:
            self.failed.emit(error)
            return
        try:
            await self._jobs.note_saved(saving.entry_id, path)
        except LedgerError as error:
            # The file is complete all the same; the result is shown again at the next start.
            self.failed.emit(error)
        self.saved.emit(path)


def result_name(entry: Entry, composite: Composite) -> str:
    """A file name that says what the result is, in a format that keeps everything."""
    stem = Path(entry.job.source_name).stem
    ending = _keeper(composite).endings[0]
    return f"{stem} {entry.job.request.mode.value} {entry.number}{ending}"


def result_source(composite: Composite, name: str) -> Source:
    """The result as a source of its own."""
    return replace(composite.picture(), name=name)


def _keeper(composite: Composite) -> FileFormat:
    """The first format that keeps all of the source, and so of the result."""
    source = composite.source
    return next(each for each in FILE_FORMATS if not losses(source, each.endings[0]))


def _question(saving: Saving, path: Path, picture: Source) -> SaveQuestion | None:
    """What is to be asked; nothing where all is kept, or where the path will be refused."""
    kind = SAVE_FORMATS.get(path.suffix.lower())
    if kind is None or picture.size.long_side > kind.value.longest_side:
        return None
    lost = tuple(loss.value for loss in losses(picture, path.suffix))
    return SaveQuestion(saving, path, FileFormat.of(kind), lost) if lost else None


async def _make(saving: Saving) -> None:
    await saving.picture()
