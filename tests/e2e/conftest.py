"""A whole program per test, with settings of its own."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from PySide6.QtWidgets import QApplication

from fluxfill_studio.app import Application

MakeApplication = Callable[[], Application]


@pytest.fixture
def make_application(qapp: QApplication, tmp_path: Path) -> Iterator[MakeApplication]:
    """Makes the program without a key: the local engine."""
    made = []

    def make() -> Application:
        made.append(Application(qapp, tmp_path / "settings.ini", key=None, base_url=None))
        return made[-1]

    yield make
    for program in made:
        program.window.deleteLater()
    qapp.processEvents()


@pytest.fixture
def application(make_application: MakeApplication) -> Application:
    return make_application()
