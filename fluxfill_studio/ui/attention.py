"""What the user learns of runs while the window is in the background."""

from __future__ import annotations

import textwrap
from typing import Final

from PySide6.QtCore import QEvent, QObject, Signal
from PySide6.QtWidgets import QApplication, QWidget
from typing_extensions import override

from fluxfill_studio.core.job import JobState
from fluxfill_studio.model.gallery import Entry, Gallery
from fluxfill_studio.ui.notifier import Notifier
from fluxfill_studio.ui.wording import whole_story

_PROMPT_LENGTH: Final = 80


class Attention(QObject):
    """Tells how far runs are, and notifies when one has ended with or without a result."""

    changed = Signal()
    """`progress` is another now."""
    wanted = Signal(str)
    """The user wants to see the run that was told of."""

    def __init__(self, gallery: Gallery, window: QWidget, notifier: Notifier) -> None:
        super().__init__(window)
        self._gallery = gallery
        self._window = window
        self._notifier = notifier
        self._under_way: set[str] = set()
        window.installEventFilter(self)
        notifier.clicked.connect(self.wanted)
        gallery.added.connect(self._look_at)
        gallery.changed.connect(self._look_at)

    @property
    def progress(self) -> float | None:
        """How far the runs are, 0 to 1, while the window is in the background."""
        known = [entry.job.progress for entry in self._gallery.running]
        if not self._is_away or all(progress is None for progress in known):
            return None
        return sum(progress or 0.0 for progress in known) / len(known)

    @property
    def _is_away(self) -> bool:
        # A dialog of the window is no background.
        return QApplication.activeWindow() is None

    @override
    def eventFilter(self, watched: QObject, event: QEvent, /) -> bool:
        """Follow the window to the background and back."""
        if event.type() is QEvent.Type.ActivationChange:
            if not self._is_away:
                self._notifier.withdraw()
            self.changed.emit()
        return super().eventFilter(watched, event)

    def _look_at(self, entry_id: str) -> None:
        entry = self._gallery[entry_id]
        if entry.job.state.is_running:
            self._under_way.add(entry_id)
        elif entry_id in self._under_way:
            self._under_way.remove(entry_id)
            if self._is_away and entry.job.state is not JobState.STOPPED:
                self._notify(entry)
        self.changed.emit()

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
