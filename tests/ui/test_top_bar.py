"""The top bar: what is open, the mode, the engine with its credits, and the menu."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from PySide6.QtCore import QPoint, Qt
from PySide6.QtGui import QAction, QColor
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QLabel, QMainWindow, QMenu, QPushButton, QToolButton, QWidget

from fluxfill_studio.apiframe.wire import Account as Balance
from fluxfill_studio.core.job import Engine
from fluxfill_studio.core.schema import ParameterSchema
from fluxfill_studio.model.account import Account
from fluxfill_studio.model.studio import Studio
from fluxfill_studio.ui.actions import Act, Actions
from fluxfill_studio.ui.look import Look
from fluxfill_studio.ui.segments import Segments
from fluxfill_studio.ui.top_bar import TopBar
from tests.ui.runs import picture

LEFT = Qt.MouseButton.LeftButton
Show = Callable[[QWidget], QMainWindow]


def texts(bar: TopBar) -> list[str]:
    """What the labels of the bar say, without the hidden ones."""
    return [label.text() for label in bar.findChildren(QLabel) if not label.isHidden()]


def pill(bar: TopBar) -> QPushButton:
    (button,) = (b for b in bar.findChildren(QPushButton) if b.property("role") == "pill")
    return button


def engine_actions(bar: TopBar) -> dict[Engine, QAction]:
    return {action.data(): action for action in pill(bar).menu().actions()}


@pytest.fixture
def account(schema: ParameterSchema) -> Account:
    """With a key: Apiframe is in use."""
    return Account(schema, "afk_test", "http://127.0.0.1:9")


@pytest.fixture
def bar(studio: Studio, account: Account, actions: Actions, look: Look, dressed: Show) -> TopBar:
    result = TopBar(studio.document, account, actions)
    result.apply_look(look)
    dressed(result)
    return result


def test_it_names_the_program_and_then_what_is_open(studio: Studio, bar: TopBar) -> None:
    assert texts(bar) == ["Fluxfill Studio", ""]
    studio.document.show(picture(300, 200, "harbour.png"))
    assert texts(bar) == ["harbour.png", "300 × 200"]


def test_a_long_name_is_cut_and_the_mode_stays_in_the_middle(studio: Studio, bar: TopBar) -> None:
    modes = bar.findChild(Segments)
    assert isinstance(modes, Segments)
    centre = modes.geometry().center()
    assert abs(centre.x() - bar.width() / 2) <= 1
    pictures = []
    for ending in (".png", ".tif"):
        name = "a long name " * 40 + ending
        studio.document.show(picture(300, 200, name))
        pictures.append(bar.grab().toImage())
        assert modes.geometry().center() == centre
        assert any(label.toolTip() == name for label in bar.findChildren(QLabel))
    # Cut in the middle: the ending is still to be seen.
    assert pictures[0] != pictures[1]
    assert bar.height() == 46


def test_the_modes_are_buttons_of_their_actions(actions: Actions, bar: TopBar) -> None:
    modes = bar.findChild(Segments)
    assert isinstance(modes, Segments)
    buttons = modes.findChildren(QPushButton)
    assert [b.text() for b in buttons] == ["Inpaint", "Outpaint", "Compare"]
    QTest.mouseClick(buttons[1], LEFT)
    assert actions[Act.OUTPAINT].isChecked()
    assert [b.isChecked() for b in buttons] == [False, True, False]


def test_the_engine_is_chosen_from_the_pill(account: Account, bar: TopBar) -> None:
    assert pill(bar).text() == "Apiframe"
    choices = engine_actions(bar)
    assert choices[Engine.APIFRAME].isChecked()
    choices[Engine.LOCAL].trigger()
    assert account.engine is Engine.LOCAL
    assert pill(bar).text() == "Local draft"
    assert choices[Engine.LOCAL].isChecked()
    assert "ignores the prompt" in pill(bar).toolTip()
    account.choose(Engine.APIFRAME)
    assert pill(bar).text() == "Apiframe"
    assert choices[Engine.APIFRAME].isChecked()


def test_without_a_key_it_says_what_apiframe_needs(studio: Studio, actions: Actions) -> None:
    bar = TopBar(studio.document, studio.account, actions)
    apiframe = engine_actions(bar)[Engine.APIFRAME]
    assert not apiframe.isEnabled()
    assert "APIFRAME_API_KEY" in apiframe.text()
    assert pill(bar).text() == "Local draft"


def test_credits_are_shown_when_they_are_known(account: Account, bar: TopBar, look: Look) -> None:
    def dot() -> QColor:
        return pill(bar).icon().pixmap(14, 8).toImage().pixelColor(QPoint(4, 4))

    assert dot() == QColor(look.theme.muted)
    account.balance = Balance(None, "pro", 4491, 3, None)
    account.changed.emit()
    assert texts(bar)[-1] == "4,491 credits"
    assert dot() == QColor(look.theme.ok)
    account.balance = Balance(None, None, None, None, None)
    account.changed.emit()
    assert texts(bar) == ["Fluxfill Studio", ""]


def test_the_menu_has_files_and_themes(studio: Studio, actions: Actions, bar: TopBar) -> None:
    button = bar.findChild(QToolButton)
    assert isinstance(button, QToolButton)
    listed = button.menu().actions()
    for act in (Act.OPEN, Act.PASTE, Act.SAVE, Act.CLOSE):
        assert actions[act] in listed
    (themes,) = (a.menu() for a in listed if a.menu() is not None)
    assert isinstance(themes, QMenu)
    assert [a.text() for a in themes.actions()] == ["As the system", "Light", "Dark"]
    themes.actions()[2].trigger()
    assert studio.settings.theme == "dark"
    assert [a.isChecked() for a in themes.actions()] == [False, False, True]


def test_every_control_has_a_name(bar: TopBar) -> None:
    controls = [*bar.findChildren(QPushButton), *bar.findChildren(QToolButton)]
    assert len(controls) == 5
    assert all(control.accessibleName() and control.toolTip() for control in controls)
