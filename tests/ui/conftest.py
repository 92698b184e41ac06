"""What the tests of the window share: its look, its models and a window to put a part in."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest
from PySide6.QtWidgets import QMainWindow, QWidget
from pytestqt.qtbot import QtBot

from fluxfill_studio.core.schema import ParameterSchema
from fluxfill_studio.model.studio import Studio
from fluxfill_studio.ui.actions import Act, Actions
from fluxfill_studio.ui.commands import Commands
from fluxfill_studio.ui.icons import IconSet
from fluxfill_studio.ui.look import Look
from fluxfill_studio.ui.remedies import Remedies
from fluxfill_studio.ui.run_commands import RunCommands
from fluxfill_studio.ui.theme import DARK, palette, stylesheet
from tests.studios import studio_in


@pytest.fixture(scope="session")
def look(resources_folder: Path, qapp: object) -> Look:
    """The dark theme with the real icons, which are drawn once."""
    return Look(DARK, IconSet(resources_folder / "icons"))


@pytest.fixture
def studio(schema: ParameterSchema, tmp_path: Path, qapp: object) -> Studio:
    """All models, without a key and with nothing open."""
    return studio_in(tmp_path, schema, base_url="http://127.0.0.1:9")


@pytest.fixture
def actions(studio: Studio, look: Look) -> Actions:
    """The actions, connected to the models of `studio`."""
    result = Actions()
    result.paint_icons(look)
    Commands(studio, result, result)
    return result


@pytest.fixture
def remedies(studio: Studio, actions: Actions) -> Remedies:
    return Remedies(
        studio.gallery,
        studio.generation,
        studio.account,
        studio.notices,
        actions[Act.SETTINGS],
        studio,
    )


@pytest.fixture
def run_commands(studio: Studio, remedies: Remedies) -> RunCommands:
    return RunCommands(studio.gallery, studio.generation, studio.jobs, remedies, studio)


@pytest.fixture
def dressed(look: Look, resources_folder: Path, qtbot: QtBot) -> Callable[[QWidget], QMainWindow]:
    """Puts a widget into an active window in the dark theme, 1440 px wide."""
    shown: list[QMainWindow] = []  # a test need not hold what it is given

    def show(widget: QWidget) -> QMainWindow:
        window = QMainWindow()
        qtbot.addWidget(window)
        shown.append(window)
        window.setPalette(palette(look.theme))
        window.setStyleSheet(stylesheet(look.theme, resources_folder / "icons"))
        window.setCentralWidget(widget)
        window.resize(1440, max(widget.sizeHint().height(), 100))
        with qtbot.waitActive(window):
            window.show()
            window.activateWindow()
        return window

    return show
