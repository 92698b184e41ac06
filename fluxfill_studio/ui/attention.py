"""What the user learns while the window is in the background: its title, and notifications."""

from __future__ import annotations

import textwrap
from typing import Final

from PySide6.QtCore import QEvent, QObject, Qt, Signal
from PySide6.QtWidgets import QApplication, QWidget
from typing_extensions import override

from fluxfill_studio.core.job import JobState
from fluxfill_studio.model.document import Document
from fluxfill_studio.model.gallery import Entry, Gallery
from fluxfill_studio.ui.notifier import Notifier
from fluxfill_studio.ui.wording import whole_story

_PROMPT_LENGTH: Final = 80


class Attention(QObject):
    """Tells how far runs are, and notifies when one has ended with or without a result."""

    wanted = Signal(str)
    """The user has come to see this run, of whose end a notification told."""

    def __init__(
        self, document: Document, gallery: Gallery, window: QWidget, notifier: Notifier
    ) -> None:
        super().__init__(window)
        self._document = document
        self._gallery = gallery
        self._window = window
        self._notifier = notifier
        self._under_way: set[str] = set()
        window.installEventFilter(self)
        notifier.clicked.connect(self._come_up)
        document.replaced.connect(self._show_title)
        gallery.added.connect(self._look_at)
        gallery.changed.connect(self._look_at)
        self._show_title()

    @override
    def eventFilter(self, watched: QObject, event: QEvent, /) -> bool:
        """Follow the window to the background and back."""
        if event.type() is QEvent.Type.ActivationChange:
            if not self._is_away:
                self._notifier.withdraw()
            self._show_title()
        return super().eventFilter(watched, event)

    @property
    def _is_away(self) -> bool:
        # A dialog of the window is no background.
        return QApplication.activeWindow() is None

    @property
    def _progress(self) -> float | None:
        """How far the runs are, 0 to 1, as far as that is known."""
        known = [entry.job.progress for entry in self._gallery.running]
        if all(progress is None for progress in known):
            return None
        return sum(progress or 0.0 for progress in known) / len(known)

    def _show_title(self) -> None:
        """The picture and the program; in the background first how far the runs are."""
        picture, title = self._document.picture, self.tr("Fluxfill Studio")
        if picture is not None:
            title = f"{picture.source.name} – {title}"
        progress = self._progress if self._is_away else None
        if progress is not None:
            title = f"{progress * 100:.0f} % · {title}"
        self._window.setWindowTitle(title)

    def _come_up(self, entry_id: str) -> None:
        """Bring the window to the front."""
        window = self._window
        window.setWindowState(window.windowState() & ~Qt.WindowState.WindowMinimized)
        window.show()
        window.raise_()
        window.activateWindow()
        self.wanted.emit(entry_id)

    def _look_at(self, entry_id: str) -> None:
        entry = self._gallery[entry_id]
        if entry.job.state.is_running:
            self._under_way.add(entry_id)
        elif entry_id in self._under_way:
            self._under_way.remove(entry_id)
            if self._is_away and entry.job.state is not JobState.STOPPED:
                self._notify(entry)
        self._show_title()

    def _notify(self, entry: Entry) -> None:
        error = entry.job.error
        title = (
            self.tr("Result {number} is ready") if error is None else self.tr("Run {number} failed")
        )
        text = textwrap.shorten(entry.job.request.prompt, _PROMPT_LENGTH, placeholder="…")
        if error is not None:
            text = f"{text}\n{whole_story(error)}"
        self._notifier.show(title.format(number=entry.number), text, entry.id)
        QApplication.alert(self._window)
