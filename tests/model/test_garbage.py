"""The garbage collector stays on the interface thread while the window is there."""

from __future__ import annotations

import gc
import threading
import weakref
from typing import Any

from PySide6.QtCore import QObject
from pytestqt.qtbot import QtBot

from fluxfill_studio.model.garbage import GarbageCollector


class Knot(QObject):
    """Refers to itself, so that only the cyclic collector can free it."""

    def __init__(self) -> None:
        super().__init__()
        self.itself = self


def test_a_cycle_is_freed_on_this_thread_whoever_allocates(qtbot: QtBot) -> None:
    threads: list[threading.Thread] = []
    collector = GarbageCollector()
    collector.start()
    try:
        knot = Knot()
        weakref.finalize(knot, lambda: threads.append(threading.current_thread()))
        del knot
        piled_up: list[Any] = []
        worker = threading.Thread(target=lambda: piled_up.extend([] for _ in range(50_000)))
        worker.start()
        worker.join()
        assert not threads, "the worker has not collected"
        qtbot.waitUntil(lambda: bool(threads), timeout=10_000)
    finally:
        collector.stop()
        gc.disable()  # as the test run wants it
    assert threads == [threading.main_thread()]
