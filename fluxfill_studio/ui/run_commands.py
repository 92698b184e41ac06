"""What can be done with a run of the strip: the entries of its menu, and their keys."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from typing import Final

from PySide6.QtCore import QObject, Qt, Signal
from PySide6.QtGui import QGuiApplication, QKeySequence
from PySide6.QtWidgets import QMenu

from fluxfill_studio.core.job import JobState
from fluxfill_studio.model.gallery import Entry, Gallery
from fluxfill_studio.model.generation import Generation
from fluxfill_studio.model.jobs import Jobs
from fluxfill_studio.ui.remedies import Remedies

_CONTROL: Final = Qt.KeyboardModifier.ControlModifier
_FRONT: Final = QKeySequence(_CONTROL | Qt.Key.Key_Home)
_EARLIER: Final = QKeySequence(_CONTROL | Qt.Key.Key_Left)
_LATER: Final = QKeySequence(_CONTROL | Qt.Key.Key_Right)
_COPY: Final = QKeySequence(_CONTROL | Qt.Key.Key_C)
_REMOVE: Final = QKeySequence(Qt.Key.Key_Delete)
_NATIVE: Final = QKeySequence.SequenceFormat.NativeText


@dataclass(frozen=True)
class Command:
    """An entry of the menu. `begins_group` puts a line above it."""

    text: str
    do: Callable[[], object]
    key: QKeySequence | None = None
    begins_group: bool = False


class RunCommands(QObject):
    """Does what needs no window, and asks for the rest."""

    save_wanted = Signal(str)
    use_wanted = Signal(str)
    remove_wanted = Signal(str)
    line_changed = Signal()
    """The runs that wait stand in another order now."""

    def __init__(
        self,
        gallery: Gallery,
        generation: Generation,
        jobs: Jobs,
        remedies: Remedies,
        parent: QObject | None = None,
    ) -> None:
        super().__init__(parent)
        self._gallery = gallery
        self._generation = generation
        self._jobs = jobs
        self._remedies = remedies
        jobs.line_changed.connect(self.line_changed)

    def line_of(self, entry: Entry) -> list[str]:
        """The runs that wait for the same engine as `entry`, the next one first."""
        ids = [job_id for job_id in self._jobs.line if job_id in self._gallery]
        return [one for one in ids if self._gallery[one].job.engine is entry.job.engine]

    def place_of(self, entry: Entry) -> int | None:
        """Where a run stands in its line, from 1; None where it does not wait."""
        line = self.line_of(entry)
        return line.index(entry.id) + 1 if entry.id in line else None

    def in_line(self, waiting: Iterable[Entry]) -> list[Entry]:
        """`waiting` in the order of the line; first those whose turn has just come."""
        places = {job_id: place for place, job_id in enumerate(self._jobs.line)}
        return sorted(waiting, key=lambda entry: places.get(entry.id, -1))

    def move(self, entry: Entry, place: int) -> None:
        """Bring a run that waits to another place of its line, from 1."""
        others = [one for one in self.line_of(entry) if one != entry.id]
        self._jobs.move(entry.id, others[place - 1] if place <= len(others) else None)

    def stop(self, entry_id: str) -> None:
        """Stop waiting for a run, or take it out of the line."""
        self._generation.stop(entry_id)

    def stop_text(self, entry: Entry) -> str:
        """What stopping a run is called in its present state."""
        if entry.job.state is JobState.QUEUED:
            return self.tr("Take out of the line")
        return self.tr("Stop waiting")

    def of(self, entry: Entry) -> list[Command]:
        """What can be done with a run in its present state."""
        return [
            *self._on_its_way(entry),
            *self._at_its_end(entry),
            Command(self.tr("Copy prompt"), lambda: _copy(entry.job.request.prompt), _COPY),
            *self._to_forget(entry),
        ]

    def do(self, entry: Entry, key: QKeySequence) -> bool:
        """Do what `key` means for a run; whether it means anything."""
        command = next((command for command in self.of(entry) if command.key == key), None)
        if command is not None:
            command.do()
        return command is not None

    def fill(self, menu: QMenu, entry: Entry) -> None:
        """Put everything that can be done now into `menu`."""
        for command in self.of(entry):
            if command.begins_group and not menu.isEmpty():
                menu.addSeparator()
            key = command.key
            # Behind a tab, a menu shows it as the key; the strip is what listens to it.
            suffix = "" if key is None else "\t" + key.toString(_NATIVE)
            menu.addAction(command.text + suffix, command.do)

    def _on_its_way(self, entry: Entry) -> Iterator[Command]:
        if not entry.job.state.is_running:
            return
        place = self.place_of(entry)
        if place is not None:
            if place > 1:
                yield Command(self.tr("Move to the front"), lambda: self.move(entry, 1), _FRONT)
                earlier = place - 1
                yield Command(self.tr("Move earlier"), lambda: self.move(entry, earlier), _EARLIER)
            if place < len(self.line_of(entry)):
                later = place + 1
                yield Command(self.tr("Move later"), lambda: self.move(entry, later), _LATER)
        text = self.stop_text(entry)
        yield Command(text, lambda: self.stop(entry.id), begins_group=True)

    def _at_its_end(self, entry: Entry) -> Iterator[Command]:
        if entry.is_finished:
            yield Command(self.tr("Save as…"), lambda: self.save_wanted.emit(entry.id))
            yield Command(self.tr("Use as new source"), lambda: self.use_wanted.emit(entry.id))
        for offer in self._remedies.all_for_run(entry):
            yield Command(offer.text_with_price, offer.accept)

    def _to_forget(self, entry: Entry) -> Iterator[Command]:
        if entry.job.state.is_over:
            yield Command(
                self.tr("Remove"),
                lambda: self.remove_wanted.emit(entry.id),
                _REMOVE,
                begins_group=True,
            )


def _copy(text: str) -> None:
    QGuiApplication.clipboard().setText(text)
