"""A whole program per test, with settings of its own."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from PySide6.QtWidgets import QApplication

from fluxfill_studio.app import Application


@pytest.fixture
def application(qapp: QApplication, tmp_path: Path) -> Iterator[Application]:
    """The program without a key: the local engine."""
    program = Application(qapp, tmp_path / "settings.ini", key=None, base_url=None)
    yield program
    program.window.deleteLater()
    qapp.processEvents()
