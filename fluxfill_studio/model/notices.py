"""What the strip above the canvas says: one message at a time, the latest."""

from __future__ import annotations

from dataclasses import dataclass
from enum import Enum

from PySide6.QtCore import QObject, Signal

from fluxfill_studio.core.errors import FluxfillError


class Tone(Enum):
    """How grave a message is."""

    INFO = "info"
    WARNING = "warning"
    ERROR = "error"


@dataclass(frozen=True)
class Notice:
    """A message: a translated `text`, or the `error` that the window words itself."""

    tone: Tone
    text: str = ""
    error: FluxfillError | None = None


class Notices(QObject):
    """The current message, or none."""

    changed = Signal()

    def __init__(self, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self.current: Notice | None = None

    def inform(self, text: str, tone: Tone = Tone.INFO) -> None:
        """Show a translated text."""
        self._set(Notice(tone, text))

    def report(self, error: FluxfillError) -> None:
        """Show what an error says."""
        self._set(Notice(Tone.ERROR, error=error))

    def clear(self) -> None:
        self._set(None)

    def forget(self, error: FluxfillError | None) -> None:
        """Do not tell `error` any longer: what it was about has changed."""
        if error is not None and self.current is not None and self.current.error is error:
            self.clear()

    def _set(self, notice: Notice | None) -> None:
        self.current = notice
        self.changed.emit()
