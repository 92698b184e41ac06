"""The prompt field: typing, examples, the counter and the hints, with undo and input methods."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

import pytest
from PySide6.QtCore import QPoint, Qt
from PySide6.QtGui import QAction, QInputMethodEvent, QKeySequence
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication, QPushButton, QWidget

from fluxfill_studio.core.errors import ParameterError
from fluxfill_studio.core.request import FillRequest
from fluxfill_studio.core.schema import ParameterSchema
from fluxfill_studio.model.parameters import Parameters
from fluxfill_studio.ui.panels.prompt_editor import PromptEditor

Key = Qt.Key
CTRL = Qt.KeyboardModifier.ControlModifier
Show = Callable[[QWidget], None]


@pytest.fixture
def editor(parameters: Parameters, show: Show) -> PromptEditor:
    """An editor that has the focus."""
    result = PromptEditor(parameters, parameters.schema["prompt"])
    show(result)
    result.field.setFocus()
    return result


def compose(editor: PromptEditor, preedit: str, commit: str) -> None:
    """What an input method sends while a word is being written, and when it is done."""
    event = QInputMethodEvent(preedit, [])
    event.setCommitString(commit)
    QApplication.sendEvent(editor.field, event)


def test_what_is_typed_is_the_prompt(editor: PromptEditor, parameters: Parameters) -> None:
    QTest.keyClicks(editor.field, "a cup")
    QTest.keyClick(editor.field, Key.Key_Return)
    QTest.keyClicks(editor.field, "of tea")
    assert parameters["prompt"] == "a cup\nof tea"


def test_an_emptied_field_is_no_prompt(editor: PromptEditor, parameters: Parameters) -> None:
    QTest.keyClicks(editor.field, "a")
    assert editor.reset.isVisible()
    QTest.keyClick(editor.field, Key.Key_Backspace)
    assert parameters["prompt"] is None
    assert not editor.reset.isVisible()


def test_a_prompt_set_elsewhere_is_shown(editor: PromptEditor, parameters: Parameters) -> None:
    parameters.set("prompt", "a red door")
    assert editor.field.toPlainText() == "a red door"
    parameters.set("prompt", None)
    assert editor.field.toPlainText() == ""


def test_typing_in_the_middle_keeps_the_cursor(editor: PromptEditor) -> None:
    QTest.keyClicks(editor.field, "a door")
    for _ in range(4):
        QTest.keyClick(editor.field, Key.Key_Left)
    QTest.keyClicks(editor.field, "red ")
    assert editor.field.toPlainText() == "a red door"


def test_the_counter_follows_and_tells_the_limit(editor: PromptEditor) -> None:
    assert editor.counter.text() == "0/2000"
    QTest.keyClicks(editor.field, "a cup")
    assert editor.counter.text() == "5/2000"


def test_the_counter_counts_characters_as_the_validation_does(
    editor: PromptEditor, parameters: Parameters
) -> None:
    # One character each, though UTF-16 needs two units for it.
    parameters.set("prompt", "🍵" * 2000)
    assert editor.counter.text() == "2000/2000"
    FillRequest.build(parameters.schema, parameters.values)
    assert editor.hint.text() == ""


def test_too_much_is_kept_told_and_refused_by_the_run(
    editor: PromptEditor, parameters: Parameters, clipboard: Callable[[str], None]
) -> None:
    clipboard("x" * 2012)
    QTest.keyClick(editor.field, Key.Key_V, CTRL)
    assert len(editor.field.toPlainText()) == 2012
    assert editor.counter.text() == "2012/2000"
    assert editor.counter.property("role") == "error"
    assert editor.hint.isVisible()
    assert editor.hint.text().startswith("Too long by 12")
    with pytest.raises(ParameterError):
        FillRequest.build(parameters.schema, parameters.values)
    QTest.keyClick(editor.field, Key.Key_Z, CTRL)
    assert editor.counter.property("role") == "muted"
    assert not editor.hint.isVisible()


def test_the_error_is_seen_in_its_colour(
    editor: PromptEditor, parameters: Parameters, resources_folder: object
) -> None:
    editor.counter.window().setStyleSheet('QLabel[role="error"] { color: #ff0000; }')
    parameters.set("prompt", "x" * 2001)
    picture = editor.counter.grab().toImage()
    colours = {
        picture.pixelColor(x, y).name()
        for x in range(picture.width())
        for y in range(picture.height())
    }
    assert "#ff0000" in colours


def test_a_negative_gets_a_hint_that_blocks_nothing(
    editor: PromptEditor, parameters: Parameters
) -> None:
    QTest.keyClicks(editor.field, "a street, no people")
    assert editor.hint.isVisible()
    assert "what should be there instead" in editor.hint.text()
    FillRequest.build(parameters.schema, parameters.values)
    QTest.keyClick(editor.field, Key.Key_A, CTRL)
    QTest.keyClicks(editor.field, "an empty street")
    assert not editor.hint.isVisible()


def test_a_hint_moves_nothing_below(editor: PromptEditor, parameters: Parameters) -> None:
    height = editor.sizeHint().height()
    parameters.set("prompt", "no people")
    QApplication.processEvents()
    assert editor.hint.isVisible()
    assert editor.sizeHint().height() == height
    assert editor.field.height() > 3 * editor.field.fontMetrics().height()


def test_without_limit_and_examples_only_the_count_is_shown(
    schema: ParameterSchema, show: Show
) -> None:
    free = replace(schema["prompt"], max_length=None, examples=())
    editor = PromptEditor(Parameters(replace(schema, parameters=(free,))), free)
    show(editor)
    QTest.keyClicks(editor.field, "a cup")
    assert editor.counter.text() == "5"
    assert editor.findChildren(QPushButton) == []


# The off-screen platform says so whenever a menu opens.
def test_an_example_replaces_the_prompt_and_undo_brings_it_back(
    editor: PromptEditor, parameters: Parameters
) -> None:
    examples = parameters.schema["prompt"].examples
    QTest.keyClicks(editor.field, "mine")
    menu = editor.examples.menu()
    assert [action.toolTip() for action in menu.actions()] == list(examples)
    QTest.mouseClick(editor.examples, Qt.MouseButton.LeftButton)
    assert menu.isVisible()
    for key in (Key.Key_Down, Key.Key_Down, Key.Key_Return):
        QTest.keyClick(menu, key)
    assert parameters["prompt"] == examples[1]
    assert editor.counter.text() == f"{len(examples[1])}/2000"
    editor.field.setFocus()
    QTest.keyClick(editor.field, Key.Key_Z, CTRL)
    assert parameters["prompt"] == "mine"


def test_the_reset_clears_and_can_be_undone(editor: PromptEditor, parameters: Parameters) -> None:
    QTest.keyClicks(editor.field, "a cup")
    QTest.mouseClick(editor.reset, Qt.MouseButton.LeftButton)
    assert parameters["prompt"] is None
    QTest.keyClick(editor.field, Key.Key_Z, CTRL)
    assert parameters["prompt"] == "a cup"


def test_undo_in_the_field_stays_in_the_field(editor: PromptEditor) -> None:
    undone: list[None] = []
    undo = QAction(editor.window())
    undo.setShortcut(QKeySequence("Ctrl+Z"))
    undo.triggered.connect(lambda: undone.append(None))
    editor.window().addAction(undo)
    QTest.keyClicks(editor.field, "a cup")
    QTest.keyClick(editor.field, Key.Key_Z, CTRL)
    assert editor.field.toPlainText() == ""
    assert undone == []


def test_letters_that_are_shortcuts_are_written(editor: PromptEditor) -> None:
    pressed: list[str] = []
    for key in ("B", "[", "5", "Delete"):
        action = QAction(key, editor.window())
        action.setShortcut(QKeySequence(key))
        action.triggered.connect(lambda: pressed.append("pressed"))
        editor.window().addAction(action)
    QTest.keyClicks(editor.field, "b[5x")
    QTest.keyClick(editor.field, Key.Key_Left)
    QTest.keyClick(editor.field, Key.Key_Delete)
    assert editor.field.toPlainText() == "b[5"
    assert pressed == []


@pytest.mark.parametrize("key", [Key.Key_Return, Key.Key_Enter])
def test_control_and_enter_run_and_write_nothing(
    editor: PromptEditor, parameters: Parameters, key: Key
) -> None:
    prompts: list[object] = []
    run = QAction(editor.window())
    run.setShortcuts([QKeySequence("Ctrl+Return"), QKeySequence("Ctrl+Enter")])
    run.triggered.connect(lambda: prompts.append(parameters["prompt"]))
    editor.window().addAction(run)
    QTest.keyClicks(editor.field, "a cup")
    QTest.keyClick(editor.field, key, CTRL)
    assert prompts == ["a cup"]
    run.setEnabled(False)
    QTest.keyClick(editor.field, key, CTRL)
    assert prompts == ["a cup"]
    assert editor.field.toPlainText() == "a cup"


def test_tab_goes_on_to_the_next_control(editor: PromptEditor) -> None:
    QTest.keyClicks(editor.field, "a cup")
    QTest.keyClick(editor.field, Key.Key_Tab)
    assert not editor.field.hasFocus()
    assert editor.field.toPlainText() == "a cup"


def test_a_word_counts_when_the_input_method_has_finished_it(
    editor: PromptEditor, parameters: Parameters
) -> None:
    seen = []
    for preedit, commit in (("ㅎ", ""), ("한", ""), ("", "한"), ("글", ""), ("", "글")):
        compose(editor, preedit, commit)
        seen.append((parameters["prompt"], editor.counter.text()))
    assert seen == [
        (None, "0/2000"),
        (None, "0/2000"),
        ("한", "1/2000"),
        ("한", "1/2000"),
        ("한글", "2/2000"),
    ]


def test_the_field_speaks_for_itself(editor: PromptEditor, parameters: Parameters) -> None:
    assert editor.field.accessibleName() == "Prompt"
    assert editor.field.accessibleDescription() == parameters.schema["prompt"].help
    assert editor.field.placeholderText()
    line = editor.examples.mapTo(editor, QPoint(0, 0)).y()
    assert line < editor.field.mapTo(editor, QPoint(0, 0)).y()
