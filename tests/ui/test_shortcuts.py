"""Shortcuts by real key events: on every layout, beside text fields, and changed by the user."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable
from functools import partial
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from PySide6.QtCore import Qt
from PySide6.QtGui import QAction, QKeySequence
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication, QComboBox, QLineEdit, QPlainTextEdit, QWidget
from pytestqt.qtbot import QtBot

from fluxfill_studio.model.settings import Settings
from fluxfill_studio.ui.actions import OPACITY_KEYS, TABLE, Act, Actions
from fluxfill_studio.ui.key_layouts import layout_keys
from fluxfill_studio.ui.shortcuts import Shortcuts, portable

KEYS = [(spec.act, portable(QKeySequence(key))) for spec in TABLE for key in spec.keys]
LETTERS = [(act, key) for act, key in KEYS if key[-1:].isalpha() and len(key.split("+")[-1]) == 1]


Step = tuple[str, Act, str]


class Bench:
    """An active window with all actions, and a log of what was triggered."""

    def __init__(self, path: Path) -> None:
        self.window = QWidget()
        self.actions = Actions(self.window)
        self.settings = Settings(path, self.window)
        self.shortcuts = Shortcuts(self.actions, self.settings, self.window)
        self.window.addActions(self.actions.all)
        self.log: list[str] = []
        for action in self.actions.all:
            action.triggered.connect(partial(self._note, action))

    def press(self, key: QKeySequence | str) -> list[str]:
        """Press a chord where the focus is; what it triggered."""
        self.log.clear()
        chord = QKeySequence(key)[0]  # type: ignore[index]  # the stubs lack it
        click, modifiers = QTest.KeyAction.Click, chord.keyboardModifiers()
        QTest.sendKeyEvent(click, self.window.windowHandle(), chord.key(), "", modifiers)
        return self.log.copy()

    def _note(self, action: QAction) -> None:
        self.log.append(action.text())

    def name(self, act: Act) -> str:
        return self.actions[act].text()


@pytest.fixture
def bench(tmp_path: Path, qtbot: QtBot) -> Bench:
    result = Bench(tmp_path / "settings.ini")
    qtbot.addWidget(result.window)
    result.window.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
    with qtbot.waitActive(result.window):
        result.window.show()
        result.window.activateWindow()
    result.window.setFocus()
    return result


def test_the_table_has_its_keys_in_the_common_form_and_each_once() -> None:
    written = [QKeySequence(key).toString() for spec in TABLE for key in spec.keys]
    assert written == [key for _, key in KEYS]
    assert len(written) == len(set(written))


@pytest.mark.parametrize(("act", "key"), KEYS)
def test_every_key_of_the_table_triggers_its_action(bench: Bench, act: Act, key: str) -> None:
    assert bench.press(key) == [bench.name(act)]


@pytest.mark.parametrize(("act", "key"), LETTERS)
def test_every_letter_works_as_jamo_and_as_kana(bench: Bench, act: Act, key: str) -> None:
    names = layout_keys(QKeySequence(key))
    assert len(names) >= 4  # a jamo, and a kana in three spellings
    for name in names:
        assert bench.press(name) == [bench.name(act)], name.toString()


@pytest.mark.parametrize(
    ("sign", "act"),
    [
        ("ㅠ", Act.BRUSH),
        ("コ", Act.BRUSH),
        ("Ctrl+ㅋ", Act.UNDO),
        ("Ctrl+Shift+ㅋ", Act.REDO),
        ("Shift+モ", Act.ELLIPSE),
        ("゜", Act.SMALLER),
        ("む", Act.LARGER),
        ("Shift+「", Act.SOFTER),
        ("Shift+」", Act.HARDER),
        ("ネ", Act.SMALLER),
        ("Shift+。", Act.HARDER),
    ],
)
def test_signs_trigger_what_their_key_does(bench: Bench, sign: str, act: Act) -> None:
    assert bench.press(sign) == [bench.name(act)]


@pytest.mark.parametrize("digit", OPACITY_KEYS)
def test_digits_set_the_opacity_also_in_kana(bench: Bench, digit: int) -> None:
    for key in (QKeySequence(str(digit)), *layout_keys(QKeySequence(str(digit)))):
        assert bench.press(key) == [f"Opacity {OPACITY_KEYS[digit]} %"]


def test_a_sign_works_where_the_focused_control_would_search_by_it(bench: Bench) -> None:
    box = QComboBox(bench.window)
    box.addItems(["ㅠ", "B"])
    box.show()
    box.setFocus()
    assert bench.press("ㅠ") == [bench.name(Act.BRUSH)]


@pytest.mark.parametrize("make", [QPlainTextEdit, QLineEdit])
def test_letters_typed_into_a_field_are_written(
    bench: Bench, make: Callable[[QWidget], QPlainTextEdit | QLineEdit]
) -> None:
    field = make(bench.window)
    field.show()
    field.setFocus()
    for _, key in LETTERS:
        if "Ctrl" in key:
            continue
        for name in layout_keys(QKeySequence(key)):
            chord = name[0]  # type: ignore[index]  # the stubs lack it
            sign = name.toString()[-1]
            bench.log.clear()
            QTest.sendKeyEvent(
                QTest.KeyAction.Click, field, chord.key(), sign, chord.keyboardModifiers()
            )
            text = field.toPlainText() if isinstance(field, QPlainTextEdit) else field.text()
            assert (text[-1:], bench.log) == (sign, [])


@pytest.mark.parametrize("control_v", ["Ctrl+V", "Ctrl+ㅍ", "Ctrl+ひ", "Ctrl+ﾋ"])
def test_a_field_keeps_its_editing_keys(bench: Bench, control_v: str) -> None:
    field = QPlainTextEdit(bench.window)
    field.show()
    field.setFocus()
    QApplication.clipboard().setText("a calm sea")
    assert bench.press(control_v) == []
    assert field.toPlainText() == "a calm sea"
    assert bench.press("Ctrl+ㅋ") == []
    assert field.toPlainText() == ""
    assert bench.press("Ctrl+ㅑ") == [bench.name(Act.INVERT)]  # means nothing to a field


def test_a_disabled_action_is_not_triggered_by_a_sign(bench: Bench) -> None:
    bench.actions[Act.UNDO].setEnabled(False)
    assert bench.press("Ctrl+ㅋ") == []


def test_a_key_is_added_on_every_layout_and_named(bench: Bench) -> None:
    bench.shortcuts.add(Act.INVERT, "Y")
    for press in ("Ctrl+I", "Ctrl+ㅑ", "Y", "ㅛ", "ん"):
        assert bench.press(press) == [bench.name(Act.INVERT)]
    bench.shortcuts.remove(Act.INVERT, "Ctrl+I")
    assert bench.press("Ctrl+I") == bench.press("Ctrl+ㅑ") == []
    assert bench.actions[Act.INVERT].toolTip() == "Invert mask (Y)"
    bench.shortcuts.remove(Act.INVERT, "Y")
    assert bench.actions[Act.INVERT].toolTip() == "Invert mask"


def test_a_key_of_another_action_is_told_and_taken(bench: Bench) -> None:
    shortcuts = bench.shortcuts
    assert shortcuts.conflicts(Act.INVERT, ["B", "Y", "Ctrl+I"]) == {"B": Act.BRUSH}
    shortcuts.add(Act.INVERT, "B")
    assert bench.press("B") == bench.press("ㅠ") == [bench.name(Act.INVERT)]
    assert shortcuts.keys(Act.BRUSH) == ()
    assert shortcuts.conflicts(Act.BRUSH, ["B"]) == {"B": Act.INVERT}
    shortcuts.reset(Act.BRUSH)
    assert bench.press("B") == [bench.name(Act.BRUSH)]
    assert shortcuts.keys(Act.INVERT) == ("Ctrl+I",)


def test_a_default_comes_back_when_its_taker_lets_it_go(bench: Bench) -> None:
    bench.shortcuts.add(Act.INVERT, "B")
    bench.shortcuts.remove(Act.INVERT, "B")
    assert bench.press("B") == [bench.name(Act.BRUSH)]


@pytest.mark.parametrize("key", ["1", "0", "Space", "Esc", "Return"])
def test_fixed_keys_cannot_be_assigned(bench: Bench, key: str) -> None:
    with pytest.raises(ValueError, match="fixed"):
        bench.shortcuts.add(Act.BRUSH, key)


def test_no_default_is_fixed(bench: Bench) -> None:
    assert not {key for _, key in KEYS} & bench.shortcuts.fixed.keys()


def test_changes_outlast_the_program(bench: Bench, tmp_path: Path) -> None:
    for key in (";", ",", "Ctrl+;"):
        bench.shortcuts.add(Act.BRUSH, key)
    bench.shortcuts.remove(Act.ERASER, "E")
    again = Shortcuts(Actions(bench.window), Settings(tmp_path / "settings.ini", bench.window))
    assert again.keys(Act.BRUSH) == ("B", ";", ",", "Ctrl+;")
    assert again.keys(Act.ERASER) == ()
    assert again.keys(Act.SMALLER) == ("[",)
    again.reset_all()
    assert bench.settings.shortcuts == {}
    assert again.keys(Act.ERASER) == ("E",)


@pytest.mark.parametrize(
    "stored",
    [
        {"brush": "no such key"},
        {"brush": "Q; no such key"},
        {"brush": "1"},
        {"brush": "; ;"},
        {"no-such-action": "Q"},
    ],
)
def test_what_makes_no_sense_in_the_settings_is_left_out(
    bench: Bench, stored: dict[str, str]
) -> None:
    bench.settings.set_shortcuts(stored)
    again = Shortcuts(Actions(bench.window), bench.settings, bench.window)
    assert all(again.keys(spec.act) == again.defaults(spec.act) for spec in TABLE)


def test_of_two_stored_claims_to_a_key_one_holds(bench: Bench) -> None:
    bench.settings.set_shortcuts({"brush": "Q", "eraser": "Q", "hand": "ㅋ"})
    again = Shortcuts(Actions(bench.window), bench.settings, bench.window)
    assert again.keys(Act.BRUSH) == ("Q",)
    assert again.keys(Act.ERASER) == ("E",)
    assert again.keys(Act.HAND) == ("Z",)  # stored in Hangul, by hand
    assert again.keys(Act.ZOOM) == ()


ACTS = st.sampled_from([Act.BRUSH, Act.SAVE, Act.CLEAR, Act.SMALLER, Act.VIEW_MASK])
CHOICE = st.sampled_from(["B", "Ctrl+S", "Ctrl+Shift+S", "Del", "[", ",", "Q", "Ctrl+D", "F9"])
STEPS = st.lists(
    st.one_of(
        st.tuples(st.just("add"), ACTS, CHOICE),
        st.tuples(st.just("remove"), ACTS, CHOICE),
        st.tuples(st.just("reset"), ACTS, st.just("")),
        st.tuples(st.just("reset all"), ACTS, st.just("")),
    ),
    max_size=12,
)


@settings(max_examples=60, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(steps=STEPS)
def test_no_key_is_ever_shared_and_none_is_lost_untold(bench: Bench, steps: list[Step]) -> None:
    shortcuts = bench.shortcuts
    shortcuts.reset_all()
    for what, act, key in steps:
        before = {spec.act: shortcuts.keys(spec.act) for spec in TABLE}
        told: dict[str, Act] = {}
        if what == "add":
            told = shortcuts.conflicts(act, [key])
            shortcuts.add(act, key)
            assert key in shortcuts.keys(act)
        elif what == "remove":
            shortcuts.remove(act, key)
            assert key not in shortcuts.keys(act)
        elif what == "reset":
            told = shortcuts.conflicts(act, shortcuts.defaults(act))
            shortcuts.reset(act)
            assert shortcuts.keys(act) == shortcuts.defaults(act)
        else:
            shortcuts.reset_all()
            assert not bench.settings.shortcuts
            continue
        for other, keys in before.items():
            lost = set(keys) - set(shortcuts.keys(other))
            assert other is act or lost == {k for k, owner in told.items() if owner is other}
        shared = Counter(
            sequence.toString() for action in bench.actions.all for sequence in action.shortcuts()
        )
        assert max(shared.values()) == 1
    again = Shortcuts(Actions(), bench.settings)
    for spec in TABLE:
        assert again.keys(spec.act) == shortcuts.keys(spec.act)
