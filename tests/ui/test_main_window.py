"""What only the whole window brings together."""

from __future__ import annotations

from pathlib import Path

import pytest
from PySide6.QtWidgets import QMenu
from pytestqt.qtbot import QtBot

from fluxfill_studio.core.region import Combine
from fluxfill_studio.core.smart_select import Hints
from fluxfill_studio.model.studio import Studio
from fluxfill_studio.ui.actions import Act, Actions
from fluxfill_studio.ui.look import Look
from fluxfill_studio.ui.main_window import MainWindow
from fluxfill_studio.ui.shortcuts_dialog import ShortcutsDialog
from fluxfill_studio.ui.theme import stylesheet
from tests.qt import QtLoop, emitted
from tests.ui.runs import OBJECT, with_object


@pytest.fixture
def actions() -> Actions:
    """Not connected yet: the window does that."""
    return Actions()


@pytest.fixture
def window(
    studio: Studio, actions: Actions, look: Look, resources_folder: Path, qtbot: QtBot
) -> MainWindow:
    result = MainWindow(studio, actions)
    qtbot.addWidget(result)
    result.setStyleSheet(stylesheet(look.theme, resources_folder / "icons"))
    result.apply_look(look)
    result.show()
    return result


def test_the_shortcuts_are_in_the_menu_and_open_their_dialog(
    actions: Actions, window: MainWindow
) -> None:
    menus = window.top_bar.findChildren(QMenu)
    assert any(actions[Act.SHORTCUTS] in menu.actions() for menu in menus)
    actions[Act.SHORTCUTS].trigger()
    dialog = window.findChild(ShortcutsDialog)
    assert dialog is not None
    assert dialog.isVisible()
    dialog.accept()
    assert not dialog.isVisible()


def test_a_run_has_what_smart_select_found_in_its_mask(
    studio: Studio, actions: Actions, window: MainWindow, qt_loop: QtLoop
) -> None:
    selection = studio.smart_selection

    async def drive() -> None:
        studio.document.show(with_object())
        studio.parameters.set("prompt", "a calm sea")
        selection.begin(Hints(OBJECT), Combine.ADD)
        begun = emitted(studio.generation.begun)
        actions[Act.RUN].trigger()
        await begun
        assert not selection.is_pending
        assert studio.document.can_undo
        await studio.close()

    qt_loop.run(drive())
