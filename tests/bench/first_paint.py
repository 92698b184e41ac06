"""Start, and print when the first window has been painted, and the CPU seconds spent on it.

When is by `time.monotonic`, which is the same in all processes.

Run by `processes.py`: `first_paint.py ours` is the program by its own entry, `first_paint.py
empty` is an empty QMainWindow.
"""

from __future__ import annotations

import os
import sys
import time
from pathlib import Path
from typing import Any

sys.path.insert(0, str(Path(__file__).resolve().parents[2]))

from PySide6.QtCore import QCoreApplication, QEvent, QObject, Qt
from PySide6.QtWidgets import QApplication, QMainWindow
from typing_extensions import override


class FirstPaint(QObject):
    """Watches a window, and ends the process when all of it has been painted once."""

    def __init__(self, window: QMainWindow) -> None:
        super().__init__(window)
        window.installEventFilter(self)

    @override
    def eventFilter(self, watched: QObject, event: QEvent, /) -> bool:
        if event.type() == QEvent.Type.Paint:
            # Comes when the window's parts are painted too and all is on the screen.
            done = QEvent(QEvent.Type.User)
            QCoreApplication.postEvent(self, done, Qt.EventPriority.HighEventPriority.value)
        return False

    @override
    def event(self, event: QEvent, /) -> bool:
        if event.type() == QEvent.Type.User:
            print(time.monotonic(), time.process_time(), flush=True)
            os._exit(0)
        return super().event(event)


def start_ours() -> None:
    """As `python -m fluxfill_studio` does it, but with an eye on the window."""
    from fluxfill_studio import __main__, app

    class Watched(app.Application):
        def __init__(self, *arguments: Any, **options: Any) -> None:
            super().__init__(*arguments, **options)
            FirstPaint(self.window)

    app.Application = Watched  # type: ignore[misc]
    __main__.main([])


def start_empty() -> None:
    qt = QApplication([])
    window = QMainWindow()
    FirstPaint(window)
    window.resize(1440, 900)
    window.show()
    qt.exec()


if __name__ == "__main__":
    {"ours": start_ours, "empty": start_empty}[sys.argv[1]]()
