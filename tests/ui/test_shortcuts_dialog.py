"""The dialog of shortcuts, used as a person does: search, choose a row, press keys, answer."""

from __future__ import annotations

from pathlib import Path

import pytest
from PySide6.QtCore import QPoint, Qt
from PySide6.QtGui import QKeySequence
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QAbstractButton, QApplication, QMainWindow, QPushButton, QWidget
from pytestqt.qtbot import QtBot

from fluxfill_studio.model.settings import Settings
from fluxfill_studio.ui.actions import TABLE, Act, Actions
from fluxfill_studio.ui.look import Look
from fluxfill_studio.ui.shortcuts import Shortcuts
from fluxfill_studio.ui.shortcuts_dialog import ShortcutsDialog

HEADING = Qt.ItemFlag.NoItemFlags


@pytest.fixture
def window(qtbot: QtBot) -> QMainWindow:
    result = QMainWindow()
    qtbot.addWidget(result)
    return result


@pytest.fixture
def actions(window: QMainWindow, look: Look) -> Actions:
    result = Actions(window)
    for spec in TABLE[:3]:
        result[spec.act].setIcon(look.icon(spec.icon or ""))
    window.addActions(result.all)
    return result


@pytest.fixture
def shortcuts(window: QMainWindow, actions: Actions, tmp_path: Path) -> Shortcuts:
    return Shortcuts(actions, Settings(tmp_path / "settings.ini", window), window)


@pytest.fixture
def dialog(
    window: QMainWindow, shortcuts: Shortcuts, actions: Actions, qtbot: QtBot
) -> ShortcutsDialog:
    window.show()
    result = ShortcutsDialog(shortcuts, actions, window)
    with qtbot.waitActive(result):
        result.open()
        result.activateWindow()
    return result


def press(key: str) -> None:
    """Press a chord where the focus is."""
    chord = QKeySequence(key)[0]  # type: ignore[index]  # the stubs lack it
    focused = QApplication.focusWindow()
    assert focused is not None
    QTest.sendKeyEvent(
        QTest.KeyAction.Click, focused, chord.key(), key[-1:], chord.keyboardModifiers()
    )


def click(button: QAbstractButton) -> None:
    assert button.isEnabled()
    assert button.isVisible()
    QTest.mouseClick(button, Qt.MouseButton.LeftButton)


def choose(dialog: ShortcutsDialog, name: str) -> None:
    """Click the row of that name."""
    table = dialog.table
    found = table.findItems(name, Qt.MatchFlag.MatchExactly)
    (item,) = (item for item in found if item.flags() != HEADING)
    table.scrollToItem(item)
    spot = table.visualItemRect(item).topLeft() + QPoint(40, 10)
    QTest.mouseClick(table.viewport(), Qt.MouseButton.LeftButton, pos=spot)


def record(dialog: ShortcutsDialog, key: str) -> None:
    QTest.mouseClick(dialog.card.recorder, Qt.MouseButton.LeftButton)
    press(key)


def rows(dialog: ShortcutsDialog) -> dict[str, tuple[str, str]]:
    """The rows that are seen, with their keys and what these were changed from."""
    items = (dialog.table.topLevelItem(i) for i in range(dialog.table.topLevelItemCount()))
    return {
        item.text(0): (item.text(1), item.text(2))
        for item in items
        if item is not None and not item.isHidden() and item.flags() != HEADING
    }


def removals(dialog: ShortcutsDialog) -> dict[str, QPushButton]:
    """The buttons that remove a key, by what they say to a screen reader."""
    QApplication.processEvents()  # then the new ones are there
    buttons = dialog.card.findChildren(QPushButton)
    return {b.accessibleName(): b for b in buttons if b.accessibleName() and not b.isHidden()}


def test_every_action_and_every_fixed_key_has_a_row(
    dialog: ShortcutsDialog, shortcuts: Shortcuts, actions: Actions
) -> None:
    shown = rows(dialog)
    for spec in TABLE:
        native = [QKeySequence(key).toString() for key in shortcuts.keys(spec.act)]
        assert shown[actions[spec.act].text().rstrip("…")] == ("  ".join(native), "")
    assert shown["Opacity 10 %"] == ("1", "")
    assert shown["Move the picture"] == ("Space", "")
    assert dialog.table.act is TABLE[0].act


def test_a_free_key_is_added(dialog: ShortcutsDialog, shortcuts: Shortcuts) -> None:
    choose(dialog, "Invert mask")
    assert dialog.card.title.text() == "Invert mask"
    record(dialog, "Ctrl+K")
    assert dialog.card.message.text() == "Ctrl+K is free."
    assert shortcuts.keys(Act.INVERT) == ("Ctrl+I",)
    click(dialog.card.add)
    assert shortcuts.keys(Act.INVERT) == ("Ctrl+I", "Ctrl+K")
    assert rows(dialog)["Invert mask"] == ("Ctrl+I  Ctrl+K", "Ctrl+I")
    assert dialog.card.recorder.keySequence().isEmpty()


def test_a_used_key_is_told_and_taken_when_that_is_wanted(
    dialog: ShortcutsDialog, shortcuts: Shortcuts
) -> None:
    choose(dialog, "Clear mask")
    record(dialog, "Ctrl+I")
    card = dialog.card
    sentence = "Ctrl+I is used by “Invert mask”. Assigning it here takes it away there."
    assert card.message.text() == sentence
    assert not card.add.isEnabled()
    click(card.cancel)
    assert shortcuts.keys(Act.INVERT) == ("Ctrl+I",)
    assert card.agree.isHidden()
    record(dialog, "Ctrl+I")
    click(card.agree)
    assert shortcuts.keys(Act.CLEAR) == ("Ctrl+D", "Del", "Ctrl+I")
    assert rows(dialog)["Invert mask"] == ("", "Ctrl+I")
    assert card.message.text() != sentence


@pytest.mark.parametrize(
    ("pressed", "key", "said"),
    [
        ("ㅋ", "Z", "Z is used by “Zoom”. Assigning it here takes it away there."),
        ("Ctrl+ㅏ", "Ctrl+K", "Ctrl+K is free."),
        ("ム", "]", "] is used by “Larger brush”. Assigning it here takes it away there."),
        ("Shift+{", "{", "{ is used by “Softer brush”. Assigning it here takes it away there."),
        ("Ctrl+Shift++", "Ctrl++", "Ctrl++ is used by “Zoom in”. Assigning it here takes it away"),
        ("Shift+F2", "Shift+F2", "Shift+F2 is free."),
        ("1", "1", "1 is kept for “Opacity 10 %” and cannot be assigned."),
        ("ヌ", "1", "1 is kept for “Opacity 10 %” and cannot be assigned."),
        ("Space", "Space", "Space is kept for “Move the picture” and cannot be assigned."),
        ("ㅠ", "B", "B is a key of this action already."),
    ],
)
def test_what_is_pressed_is_recorded_by_its_latin_key(
    dialog: ShortcutsDialog, shortcuts: Shortcuts, pressed: str, key: str, said: str
) -> None:
    choose(dialog, "Brush")
    record(dialog, pressed)
    assert dialog.card.recorder.keySequence().toString() == key
    assert dialog.card.message.text().startswith(said)
    assert dialog.card.add.isEnabled() == said.endswith("is free.")
    assert dialog.card.agree.isVisible() == ("used by" in said)
    assert shortcuts.keys(Act.BRUSH) == ("B",)


def test_one_chord_is_a_shortcut(dialog: ShortcutsDialog) -> None:
    record(dialog, "Ctrl+K")
    press("Ctrl+J")
    assert dialog.card.recorder.keySequence().toString() == "Ctrl+J"


def test_a_key_is_removed_by_its_button(dialog: ShortcutsDialog, shortcuts: Shortcuts) -> None:
    choose(dialog, "Clear mask")
    assert list(removals(dialog)) == ["Remove Ctrl+D", "Remove Del"]
    click(removals(dialog)["Remove Ctrl+D"])
    assert shortcuts.keys(Act.CLEAR) == ("Del",)
    click(removals(dialog)["Remove Del"])
    assert shortcuts.keys(Act.CLEAR) == ()
    assert rows(dialog)["Clear mask"] == ("", "Ctrl+D  Del")
    assert dialog.card.recorder.hasFocus()


def test_reset_gives_the_defaults_and_asks_for_what_it_takes(
    dialog: ShortcutsDialog, shortcuts: Shortcuts
) -> None:
    choose(dialog, "Brush")
    assert not dialog.card.reset.isEnabled()
    shortcuts.add(Act.BRUSH, "Q")
    click(dialog.card.reset)
    assert shortcuts.keys(Act.BRUSH) == ("B",)
    shortcuts.add(Act.HAND, "B")
    click(dialog.card.reset)
    said = "B is used by “Hand”. Assigning it here takes it away there."
    assert dialog.card.message.text() == said
    assert shortcuts.keys(Act.BRUSH) == ()
    click(dialog.card.agree)
    assert shortcuts.keys(Act.BRUSH) == ("B",)
    assert shortcuts.keys(Act.HAND) == ("H",)


def test_reset_all_asks_first(dialog: ShortcutsDialog, shortcuts: Shortcuts) -> None:
    shortcuts.add(Act.BRUSH, "Q")
    shortcuts.remove(Act.HAND, "H")
    click(dialog.reset_all)
    assert shortcuts.keys(Act.BRUSH) == ("B", "Q")
    click(dialog.card.agree)
    assert (shortcuts.keys(Act.BRUSH), shortcuts.keys(Act.HAND)) == (("B",), ("H",))


def test_a_question_is_dropped_with_its_row(dialog: ShortcutsDialog, shortcuts: Shortcuts) -> None:
    choose(dialog, "Clear mask")
    record(dialog, "Ctrl+I")
    choose(dialog, "Brush")
    assert dialog.card.agree.isHidden()
    assert dialog.card.recorder.keySequence().isEmpty()
    assert shortcuts.keys(Act.INVERT) == ("Ctrl+I",)


def test_a_fixed_key_cannot_be_changed(dialog: ShortcutsDialog) -> None:
    choose(dialog, "Opacity 10 %")
    card = dialog.card
    assert not any(w.isEnabled() for w in (card.recorder, card.add, card.reset))
    assert removals(dialog) == {}


def test_the_search_finds_names_and_keys(dialog: ShortcutsDialog) -> None:
    dialog.search.setFocus()
    QTest.keyClicks(dialog.search, "BRUSH")
    assert set(rows(dialog)) == {
        "Brush",
        "Smaller brush",
        "Larger brush",
        "Softer brush",
        "Harder brush",
    }
    assert dialog.table.act is Act.BRUSH
    dialog.search.selectAll()
    QTest.keyClicks(dialog.search, "ctrl+i")
    assert set(rows(dialog)) == {"Invert mask"}
    assert dialog.card.title.text() == "Invert mask"
    QTest.keyClicks(dialog.search, "nothing")
    assert rows(dialog) == {}
    assert not dialog.card.recorder.isEnabled()
    dialog.search.clear()
    assert len(rows(dialog)) > len(TABLE)


def test_all_of_it_by_keyboard(dialog: ShortcutsDialog, shortcuts: Shortcuts) -> None:
    assert dialog.search.hasFocus()
    for letter in "invert":
        press(letter.upper())
    press("Tab")
    assert dialog.table.hasFocus()
    press("Return")
    assert dialog.card.recorder.hasFocus()
    press("Ctrl+K")
    press("Tab")
    assert dialog.card.add.hasFocus()
    press("Space")
    assert shortcuts.keys(Act.INVERT) == ("Ctrl+I", "Ctrl+K")
    assert dialog.card.recorder.hasFocus()
    press("Esc")
    assert dialog.table.hasFocus()
    assert dialog.isVisible()
    press("Esc")
    assert not dialog.isVisible()


def test_the_arrow_keys_pass_the_headings_by(dialog: ShortcutsDialog) -> None:
    dialog.table.setFocus()
    chosen = [dialog.table.act]
    for _ in TABLE[1:]:
        press("Down")
        chosen.append(dialog.table.act)
    assert chosen == [spec.act for spec in TABLE]


def test_enter_in_the_search_presses_nothing(dialog: ShortcutsDialog, shortcuts: Shortcuts) -> None:
    shortcuts.add(Act.OPEN, "Q")
    dialog.search.setFocus()
    press("Return")
    assert dialog.isVisible()
    assert shortcuts.keys(Act.OPEN) == ("Ctrl+O", "Q")


def test_every_control_says_what_it_is(dialog: ShortcutsDialog) -> None:
    controls: list[QWidget] = [dialog.search, dialog.table, dialog.card.recorder]
    assert all(control.accessibleName() for control in controls)
    buttons = [b for b in dialog.findChildren(QPushButton) if b.isVisible()]
    assert all(b.text() or b.accessibleName() for b in buttons)
