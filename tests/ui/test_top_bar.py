"""The top bar: what is open, the mode, the engine with its credits, and the menu."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest
from PySide6.QtCore import QPoint, Qt
from PySide6.QtGui import QAction, QColor
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QLabel, QMainWindow, QMenu, QPushButton, QToolButton, QWidget

from fluxfill_studio.apiframe.wire import Account as Balance
from fluxfill_studio.core.errors import KeyRejected
from fluxfill_studio.core.job import Engine
from fluxfill_studio.core.schema import ParameterSchema
from fluxfill_studio.model.account import Account, Spending
from fluxfill_studio.model.settings import Settings
from fluxfill_studio.model.studio import Studio
from fluxfill_studio.storage.secrets import Secrets
from fluxfill_studio.ui.actions import Act, Actions
from fluxfill_studio.ui.look import Look
from fluxfill_studio.ui.segments import Segments
from fluxfill_studio.ui.top_bar import TopBar
from tests.qt import QtLoop
from tests.ui.runs import picture

LEFT = Qt.MouseButton.LeftButton
Show = Callable[[QWidget], QMainWindow]


def texts(bar: TopBar) -> list[str]:
    """What the labels of the bar say, without the hidden ones."""
    return [label.text() for label in bar.findChildren(QLabel) if not label.isHidden()]


def pills(bar: TopBar) -> list[QPushButton]:
    """The engine, and what is left to pay for it."""
    return [b for b in bar.findChildren(QPushButton) if b.property("role") == "pill"]


def pill(bar: TopBar) -> QPushButton:
    (button,) = (b for b in pills(bar) if b.menu() is not None)
    return button


def balance(bar: TopBar) -> QPushButton:
    (button,) = (b for b in pills(bar) if b.menu() is None)
    return button


def engine_actions(bar: TopBar) -> dict[Engine, QAction]:
    actions = pill(bar).menu().actions()
    return {action.data(): action for action in actions if action.data() is not None}


@pytest.fixture
def account(schema: ParameterSchema, tmp_path: Path, qapp: object) -> Account:
    """With a key: Apiframe is in use."""
    secrets = Secrets(tmp_path / "api-key", "afk_test")
    return Account(schema, Settings(tmp_path / "settings.ini"), secrets)


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


def test_apiframe_without_a_key_is_where_one_is_entered(
    studio: Studio, actions: Actions, dressed: Show, qt_loop: QtLoop
) -> None:
    bar = TopBar(studio.document, studio.account, actions)
    dressed(bar)
    wanted: list[None] = []
    actions[Act.SETTINGS].triggered.connect(lambda: wanted.append(None))
    assert pill(bar).text() == "Local draft"
    assert balance(bar).isHidden()
    # Where the balance is asked for, which needs a loop.
    studio.account.service_changed.disconnect(studio.refresh_balance)
    engine_actions(bar)[Engine.APIFRAME].trigger()
    assert len(wanted) == 1
    assert balance(bar).isHidden()  # a kept one may still be found
    qt_loop.run(studio.account.find_key())
    assert balance(bar).text() == "No key"
    assert balance(bar).property("level") == "warning"
    assert "Enter an API key" in balance(bar).toolTip()
    QTest.mouseClick(balance(bar), LEFT)
    assert len(wanted) == 2
    assert actions[Act.SETTINGS] in pill(bar).menu().actions()


def test_what_is_left_is_shown_when_it_is_known(
    account: Account, actions: Actions, bar: TopBar, look: Look
) -> None:
    def dot() -> QColor:
        return pill(bar).icon().pixmap(14, 8).toImage().pixelColor(QPoint(4, 4))

    def know(left: int | None, plan: str | None) -> None:
        account.balance = Balance(None, plan, left, 3, None)
        account.changed.emit()

    shown = balance(bar)
    assert shown.isHidden()
    assert dot() == QColor(look.theme.muted)
    account.spending = Spending(38, 47, 1210)
    know(4491, "pro")
    assert (shown.text(), shown.property("level")) == ("4,491 credits · Pro", "info")
    assert shown.accessibleName() == "Account: 4,491 credits · Pro"
    told = "Spent: 38 credits this session · 47 today · 1,210 this month"
    assert shown.toolTip() == shown.accessibleDescription() == told
    assert dot() == QColor(look.theme.ok)
    know(9, None)
    assert (shown.text(), shown.property("level")) == ("9 credits", "info")
    know(8, "free")
    assert (shown.text(), shown.property("level")) == ("8 credits · Free", "warning")
    assert shown.toolTip() == f"Not enough for a run, which costs 9 credits.\n{told}"
    know(None, "pro")
    assert shown.text() == "Pro"
    know(None, None)
    assert shown.isHidden()
    wanted: list[None] = []
    actions[Act.SETTINGS].triggered.connect(lambda: wanted.append(None))
    know(100, None)
    shown.setFocus(Qt.FocusReason.TabFocusReason)
    QTest.keyClick(shown, Qt.Key.Key_Space)
    assert len(wanted) == 1


def test_a_service_that_refuses_is_told(account: Account, bar: TopBar, look: Look) -> None:
    account.trouble = KeyRejected(reason="Invalid API key")
    account.changed.emit()
    shown = balance(bar)
    assert (shown.text(), shown.property("level")) == ("No balance", "warning")
    told = shown.toolTip().splitlines()
    assert told == [
        "The service did not accept the API key: Invalid API key",
        "What was spent cannot be told.",
    ]
    account.choose(Engine.LOCAL)
    assert shown.isHidden()


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


def test_every_control_has_a_name(account: Account, bar: TopBar) -> None:
    account.balance = Balance(None, "pro", 4491, 3, None)
    account.changed.emit()
    controls = [*bar.findChildren(QPushButton), *bar.findChildren(QToolButton)]
    assert len(controls) == 6
    assert all(control.accessibleName() and control.toolTip() for control in controls)
