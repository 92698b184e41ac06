"""A whole program per test, with settings of its own."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Iterator
from pathlib import Path

import pytest
from PIL import Image
from PySide6.QtWidgets import QApplication

from fluxfill_studio.app import Application
from tests.e2e.driving import close, start
from tests.pictures import photograph
from tests.qt import QtLoop

MakeApplication = Callable[[], Application]
InProgram = Callable[[Callable[[], Awaitable[None]]], None]


@pytest.fixture
def make_application(qapp: QApplication, tmp_path: Path) -> Iterator[MakeApplication]:
    """Makes the program without a key: the local engine."""
    made = []

    def make() -> Application:
        settings, data = tmp_path / "settings.ini", tmp_path / "data"
        made.append(Application(qapp, settings, data, key=None, base_url=None))
        return made[-1]

    yield make
    for program in made:
        program.window.deleteLater()
    qapp.processEvents()


@pytest.fixture
def application(make_application: MakeApplication) -> Application:
    return make_application()


@pytest.fixture
def in_program(application: Application, qt_loop: QtLoop) -> InProgram:
    """Runs a coroutine function while the program's window is there, and then closes it."""

    async def whole(body: Callable[[], Awaitable[None]]) -> None:
        program = await start(application)
        await body()
        await close(application)
        await program
        assert not application.window.isVisible()

    return lambda body: qt_loop.run(whole(body))


@pytest.fixture
def picture(tmp_path: Path) -> Path:
    path = tmp_path / "harbour.png"
    Image.fromarray(photograph(750, 500)).save(path)
    return path
