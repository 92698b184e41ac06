"""The side panel: every parameter has its row or is set elsewhere, and the button runs."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest
from PySide6.QtCore import Qt
from PySide6.QtGui import QAction, QKeySequence
from PySide6.QtTest import QTest
from PySide6.QtWidgets import (
    QApplication,
    QLabel,
    QPlainTextEdit,
    QPushButton,
    QScrollArea,
    QWidget,
)

from fluxfill_studio.apiframe.wire import Account as Balance
from fluxfill_studio.core.job import Engine
from fluxfill_studio.core.planning.extension import Extension
from fluxfill_studio.core.schema import Control
from fluxfill_studio.model.account import Account
from fluxfill_studio.model.canvas import CanvasModel
from fluxfill_studio.model.document import Document
from fluxfill_studio.model.framing import Framing
from fluxfill_studio.model.parameters import Parameters
from fluxfill_studio.model.sending import Sending
from fluxfill_studio.model.settings import Settings
from fluxfill_studio.model.tasks import TaskOwner
from fluxfill_studio.storage.secrets import Secrets
from fluxfill_studio.ui.actions import Act, Actions
from fluxfill_studio.ui.look import Look
from fluxfill_studio.ui.panels.parameter_panel import ROWS, SET_ELSEWHERE, ParameterPanel
from fluxfill_studio.ui.panels.rows import Row, SliderRow
from fluxfill_studio.ui.panels.sent_card import SentCard
from tests.qt import QtLoop
from tests.ui.runs import picture

Show = Callable[[QWidget], None]


@pytest.fixture
def account(parameters: Parameters, tmp_path: Path) -> Account:
    """The local engine; nothing is asked of it."""
    settings = Settings(tmp_path / "settings.ini")
    return Account(parameters.schema, settings, Secrets(tmp_path / "api-key"))


@pytest.fixture
def run_action(qapp: QApplication) -> QAction:
    return Actions(qapp)[Act.RUN]


@pytest.fixture
def tasks(qapp: QApplication) -> TaskOwner:
    return TaskOwner()


@pytest.fixture
def document(tasks: TaskOwner) -> Document:
    return Document(tasks)


@pytest.fixture
def framing(document: Document, parameters: Parameters) -> Framing:
    return Framing(document, parameters)


@pytest.fixture
def sending(
    document: Document, parameters: Parameters, framing: Framing, tasks: TaskOwner
) -> Sending:
    return Sending(document, parameters, framing, tasks)


@pytest.fixture
def sent_card(sending: Sending, tmp_path: Path) -> SentCard:
    return SentCard(sending, CanvasModel(), Settings(tmp_path / "settings.ini"))


@pytest.fixture
def panel(
    parameters: Parameters,
    framing: Framing,
    sending: Sending,
    account: Account,
    sent_card: SentCard,
    run_action: QAction,
    show: Show,
    look: Look,
) -> ParameterPanel:
    result = ParameterPanel(parameters, framing, sending, account, sent_card, run_action)
    result.apply_look(look)
    result.setFixedWidth(328)
    show(result)
    return result


def row_of(panel: ParameterPanel, name: str) -> Row:
    return next(row for row in panel.rows if row.parameter.name == name)


def button_text(panel: ParameterPanel) -> str:
    return "   ".join(label.text() for label in panel.run_button.findChildren(QLabel))


def test_the_table_knows_every_control() -> None:
    assert ROWS.keys() | SET_ELSEWHERE | {Control.COMPASS} == set(Control)
    assert not ROWS.keys() & SET_ELSEWHERE


def test_every_parameter_has_a_row_or_is_set_elsewhere(
    panel: ParameterPanel, parameters: Parameters
) -> None:
    expected = [p for p in parameters.schema.parameters if p.control not in SET_ELSEWHERE]
    assert [row.parameter for row in panel.rows] == expected
    assert len(expected) == len(parameters.schema.parameters) - len(SET_ELSEWHERE)


def test_the_rows_stand_in_the_order_of_the_schema(panel: ParameterPanel) -> None:
    tops = [row.y() for row in panel.rows if row.isVisible()]
    assert tops == sorted(tops)
    assert len(set(tops)) == len(tops)


def test_a_row_of_another_mode_is_hidden(panel: ParameterPanel, parameters: Parameters) -> None:
    def shown() -> set[str]:
        return {row.parameter.name for row in panel.rows if row.isVisible()}

    inpaint = shown()
    assert "outpaint" not in inpaint
    parameters.set("mode", "outpaint")
    assert shown() == inpaint | {"outpaint"}
    parameters.set("mode", "inpaint")
    assert shown() == inpaint


def test_the_panel_is_no_wider_than_its_place(
    panel: ParameterPanel, parameters: Parameters
) -> None:
    parameters.set("mode", "outpaint")
    QApplication.processEvents()
    area = panel.findChild(QScrollArea)
    assert area is not None
    content = area.widget()
    assert content is not None
    assert content.minimumSizeHint().width() <= area.viewport().width()


def test_sliders_begin_in_line(panel: ParameterPanel) -> None:
    sliders = [row.slider for row in panel.rows if isinstance(row, SliderRow)]
    assert len(sliders) == 3
    assert len({slider.x() for slider in sliders}) == 1


def test_the_button_tells_cost_and_shortcut(
    panel: ParameterPanel, account: Account, run_action: QAction
) -> None:
    key = run_action.shortcut().toString(QKeySequence.SequenceFormat.NativeText)
    assert button_text(panel) == f"Generate   free local draft · {key}"
    assert panel.note.isVisible()
    account.choose(Engine.APIFRAME)
    assert button_text(panel) == f"Generate   9 credits · {key}"
    assert panel.run_button.accessibleName() == "Generate, 9 credits"
    assert not panel.note.isVisible()


def test_variants_stand_after_the_prompt_and_multiply_the_price(
    panel: ParameterPanel, account: Account
) -> None:
    tops = [row.y() for row in panel.rows if row.isVisible()]
    assert tops[0] < panel.variants.y() < tops[1]
    account.choose(Engine.APIFRAME)
    QTest.mouseClick(panel.variants.findChildren(QPushButton)[1], Qt.MouseButton.LeftButton)
    assert "18 credits" in button_text(panel)
    assert panel.run_button.accessibleName() == "Generate, 18 credits"
    account.choose(Engine.LOCAL)
    assert "free local draft" in button_text(panel)


def test_the_steps_of_a_large_extension_multiply_the_price(
    panel: ParameterPanel,
    document: Document,
    parameters: Parameters,
    framing: Framing,
    account: Account,
    tasks: TaskOwner,
    qt_loop: QtLoop,
) -> None:
    async def drive() -> None:
        account.choose(Engine.APIFRAME)
        document.show(picture())
        parameters.set("mode", "outpaint")
        framing.set_extension(Extension(right=900))
        assert framing.steps == 2
        assert "18 credits" in button_text(panel)
        document.show(picture())
        parameters.set("mode", "inpaint")
        assert "9 credits" in button_text(panel)
        await tasks.close()

    qt_loop.run(drive())


def test_what_speaks_against_a_run_stands_above_its_button(
    panel: ParameterPanel, document: Document, parameters: Parameters
) -> None:
    assert not panel.warnings.isVisible(), "nothing is open"
    document.show(picture())
    assert panel.warnings.text().splitlines() == [
        "● Nothing is painted: there is nothing to fill.",
        "● The prompt is missing.",
    ]
    assert panel.warnings.property("role") == "warning"
    assert panel.run_button.isEnabled(), "nothing is forbidden"
    parameters.set("prompt", "a calm sea")
    assert panel.warnings.text() == "● Nothing is painted: there is nothing to fill."


def test_in_outpaint_variants_stand_after_the_direction(
    panel: ParameterPanel, parameters: Parameters
) -> None:
    parameters.set("mode", "outpaint")
    QApplication.processEvents()
    assert row_of(panel, "outpaint").y() < panel.variants.y() < row_of(panel, "steps").y()


def test_what_the_balance_does_not_pay_for_is_told_beforehand(
    panel: ParameterPanel, account: Account
) -> None:
    account.choose(Engine.APIFRAME)
    account.balance = Balance("a@b.example", "test", 10, 2, None)
    account.changed.emit()
    assert not panel.note.isVisible()
    QTest.mouseClick(panel.variants.findChildren(QPushButton)[1], Qt.MouseButton.LeftButton)
    assert panel.note.text() == "Needs 18 credits, 10 are there."
    assert panel.note.property("role") == "warning"
    assert panel.run_button.isEnabled()


def test_the_prompt_can_be_asked_for(panel: ParameterPanel, parameters: Parameters) -> None:
    parameters.set("prompt", "a calm sea")
    panel.focus_prompt()
    focused = QApplication.focusWidget()
    assert isinstance(focused, QPlainTextEdit)
    QTest.keyClicks(focused, " at dusk")
    assert parameters["prompt"] == "a calm sea at dusk"


def test_the_local_engine_says_what_it_does(panel: ParameterPanel) -> None:
    assert panel.note.text() == "Local draft: made on this machine, ignores the prompt."
    assert panel.note.y() < panel.run_button.y()


def test_the_button_runs_the_action_and_follows_it(
    panel: ParameterPanel, run_action: QAction
) -> None:
    runs: list[None] = []
    run_action.triggered.connect(lambda: runs.append(None))
    QTest.mouseClick(panel.run_button, Qt.MouseButton.LeftButton)
    panel.run_button.setFocus()
    QTest.keyClick(panel.run_button, Qt.Key.Key_Space)
    assert len(runs) == 2
    run_action.setEnabled(False)
    QTest.mouseClick(panel.run_button, Qt.MouseButton.LeftButton)
    assert len(runs) == 2
    assert not panel.run_button.isEnabled()


def test_the_words_fit_the_button(panel: ParameterPanel) -> None:
    labels = panel.run_button.findChildren(QLabel)
    assert len(labels) == 2
    for label in labels:
        assert label.width() >= label.sizeHint().width()
        assert panel.run_button.rect().contains(label.geometry())


def test_a_run_by_shortcut_takes_what_is_being_typed(
    panel: ParameterPanel, parameters: Parameters, run_action: QAction
) -> None:
    seen: list[object] = []
    run_action.triggered.connect(lambda: seen.append(parameters["steps"]))
    panel.window().addAction(run_action)
    row = row_of(panel, "steps")
    assert isinstance(row, SliderRow)
    row.box.setFocus()
    QTest.keyClick(row.box, Qt.Key.Key_A, Qt.KeyboardModifier.ControlModifier)
    QTest.keyClicks(row.box, "12")
    QTest.keyClick(row.box, Qt.Key.Key_Return, Qt.KeyboardModifier.ControlModifier)
    assert seen == [12]


def test_the_tab_key_visits_every_row_and_ends_at_the_button(panel: ParameterPanel) -> None:
    visited: list[QWidget] = []
    while not panel.run_button.hasFocus():
        focused = QApplication.focusWidget()
        assert focused is not None
        QTest.keyClick(focused, Qt.Key.Key_Tab)
        visited.append(focused)
        assert len(visited) < 50
    for row in (*panel.rows, panel.variants):
        assert row.isHidden() or any(row.isAncestorOf(widget) for widget in visited)
