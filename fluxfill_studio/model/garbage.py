"""Python's cyclic garbage collector, kept on the interface thread."""

from __future__ import annotations

import gc
from typing import Final

from PySide6.QtCore import QObject, QTimer

_INTERVAL: Final = 500
"""Milliseconds between two looks at what has piled up."""


class GarbageCollector(QObject):
    """Collects on the thread that it lives on, and nowhere else, from `start` to `stop`.

    By itself the collector runs in whatever thread happens to allocate, and destroys there the
    widgets and timers that it finds, which Qt allows on their own thread only.
    """

    def __init__(self, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._timer = QTimer(self)
        self._timer.setInterval(_INTERVAL)
        self._timer.timeout.connect(self._collect)

    def start(self) -> None:
        gc.disable()
        # What the program is made of lives as long as it does; not looking at it again and again
        # keeps a collection far below a frame.
        gc.freeze()
        self._timer.start()

    def stop(self) -> None:
        """Give the collector back to Python."""
        self._timer.stop()
        gc.unfreeze()
        gc.enable()

    def _collect(self) -> None:
        """Collect the oldest generation that is due by Python's own thresholds, if any."""
        counts, thresholds = gc.get_count(), gc.get_threshold()
        for generation in reversed(range(len(counts))):
            if counts[generation] > thresholds[generation]:
                gc.collect(generation)
                return
