"""The side panel: one row for each parameter of the schema, and the button that runs."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from functools import partial
from typing import Final

from PySide6.QtCore import QCoreApplication, Qt
from PySide6.QtGui import QAction, QKeySequence, QTextCursor
from PySide6.QtWidgets import (
    QFrame,
    QHBoxLayout,
    QLabel,
    QPushButton,
    QVBoxLayout,
    QWidget,
)

from fluxfill_studio.core.job import Engine
from fluxfill_studio.core.schema import Control, Parameter
from fluxfill_studio.model.account import Account
from fluxfill_studio.model.framing import Framing
from fluxfill_studio.model.parameters import Parameters
from fluxfill_studio.model.sending import Sending
from fluxfill_studio.ui.column_area import BAR, ColumnArea
from fluxfill_studio.ui.look import Look
from fluxfill_studio.ui.panels.compass import Compass
from fluxfill_studio.ui.panels.prompt_editor import PromptEditor
from fluxfill_studio.ui.panels.rows import (
    GUTTER,
    Row,
    SeedRow,
    SliderRow,
    SwitchRow,
    choice_row,
)
from fluxfill_studio.ui.panels.sent_card import SentCard
from fluxfill_studio.ui.panels.variants import VariantsRow
from fluxfill_studio.ui.restyle import restyle
from fluxfill_studio.ui.wording import credits_text

_Maker = Callable[[Parameters, Parameter], Row]

ROWS: Final[Mapping[Control, _Maker]] = {
    Control.PROMPT: PromptEditor,
    Control.SEGMENTS: choice_row,
    Control.SLIDER: SliderRow,
    Control.SWITCH: SwitchRow,
    Control.SEED: SeedRow,
}
"""What shows a parameter here. The compass, which needs to know of exact frames, is one more."""

SET_ELSEWHERE: Final = frozenset({Control.SOURCE, Control.MASK, Control.MODE})
"""Set by opening a picture, by painting, and in the top bar."""

# What the picture is to become; how many variants of it there are to be follows.
_WHAT: Final = (Control.PROMPT, Control.COMPASS)
_MARGIN: Final = 16
_SPACING: Final = 8
_DOT: Final = "●"


class ParameterPanel(QFrame):
    """What a run is told, and the run. Rows of another mode than the present one are hidden."""

    def __init__(
        self,
        parameters: Parameters,
        framing: Framing,
        sending: Sending,
        account: Account,
        sent_card: SentCard,
        run_action: QAction,
    ) -> None:
        super().__init__()
        self._parameters = parameters
        self._sending = sending
        self._account = account
        self._sent_card = sent_card
        self._run_action = run_action
        self.setProperty("role", "panel")
        self.setProperty("edge", "left")
        makers: dict[Control, _Maker] = {**ROWS, Control.COMPASS: partial(Compass, framing)}
        self.rows = [
            makers[parameter.control](parameters, parameter)
            for parameter in parameters.schema.parameters
            if parameter.control not in SET_ELSEWHERE
        ]
        self.variants = VariantsRow()
        _align([row for row in self.rows if isinstance(row, SliderRow | SeedRow)])

        layout = QVBoxLayout(self)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.setSpacing(0)
        layout.addWidget(self._scrolled_rows(), 1)
        layout.addLayout(self._foot())

        parameters.changed.connect(self._on_changed)
        sending.changed.connect(self._show_sending)
        self.variants.changed.connect(self._show_run)
        account.changed.connect(self._show_run)
        run_action.changed.connect(self._show_run)
        self._show_rows()
        self._show_sending()

    def apply_look(self, look: Look) -> None:
        for row in self.rows:
            row.apply_look(look)
        self._sent_card.apply_look(look)

    def focus_prompt(self) -> None:
        """Let the user write at the end of the prompt."""
        field = next(row.field for row in self.rows if isinstance(row, PromptEditor))
        field.moveCursor(QTextCursor.MoveOperation.End)
        field.setFocus()

    def _scrolled_rows(self) -> ColumnArea:
        content = QWidget()
        column = QVBoxLayout(content)
        # The rows' gutter is the left margin, and the scroll bar lies in the right one.
        column.setContentsMargins(_MARGIN - GUTTER, _MARGIN, _MARGIN - BAR, _MARGIN)
        column.setSpacing(_SPACING)
        what = [row for row in self.rows if row.parameter.control in _WHAT]
        how = [row for row in self.rows if row not in what]
        for row in (*what, self.variants, *how):
            column.addWidget(row)
        card = QVBoxLayout()
        card.setContentsMargins(GUTTER, _SPACING, 0, 0)
        card.addWidget(self._sent_card)
        column.addLayout(card)
        column.addStretch()
        return ColumnArea(content)

    def _foot(self) -> QVBoxLayout:
        self.warnings, self.note = QLabel(), QLabel()
        self.warnings.setProperty("role", "warning")
        for label in (self.warnings, self.note):
            label.setWordWrap(True)
        self._verb, self._detail = QLabel(), QLabel()
        self._detail.setProperty("role", "detail")
        self.run_button = QPushButton()
        self.run_button.setProperty("role", "primary")
        self.run_button.clicked.connect(self._run_action.trigger)
        words = QHBoxLayout(self.run_button)
        words.setContentsMargins(0, 0, 0, 0)
        words.setSpacing(_SPACING)
        words.addStretch()
        for label in (self._verb, self._detail):
            label.setAttribute(Qt.WidgetAttribute.WA_TransparentForMouseEvents)
            words.addWidget(label)
        words.addStretch()
        foot = QVBoxLayout()
        foot.setContentsMargins(_MARGIN, _SPACING, _MARGIN, _MARGIN)
        foot.setSpacing(_SPACING)
        foot.addWidget(self.warnings)
        foot.addWidget(self.note)
        foot.addWidget(self.run_button)
        return foot

    def _on_changed(self, name: str) -> None:
        if self._parameters.schema[name].control is Control.MODE:
            self._show_rows()

    def _show_rows(self) -> None:
        mode = self._parameters.mode.value
        for row in self.rows:
            row.setVisible(row.parameter.mode in (None, mode))

    def _show_sending(self) -> None:
        """What speaks against the run stands where it is begun, however far the rows scroll."""
        warnings = self._sending.warnings
        texts = [QCoreApplication.translate("warnings", warning.value) for warning in warnings]
        self.warnings.setText("\n".join(f"{_DOT} {text}" for text in texts))
        self.warnings.setVisible(bool(texts))
        self._show_run()

    def _show_run(self) -> None:
        local = self._account.engine is Engine.LOCAL
        price = self._sending.runs * self.variants.count * self._account.price
        cost = self.tr("free local draft") if local else credits_text(price)
        key = self._run_action.shortcut().toString(QKeySequence.SequenceFormat.NativeText)
        self._verb.setText(self._run_action.text())
        self._detail.setText(f"{cost} · {key}")
        self.run_button.setAccessibleName(f"{self._run_action.text()}, {cost}")
        self.run_button.setToolTip(self._run_action.toolTip())
        self.run_button.setEnabled(self._run_action.isEnabled())
        balance = self._account.balance
        left = None if local or balance is None else balance.credits
        if local:
            self._note("muted", self.tr("Local draft: made on this machine, ignores the prompt."))
        elif left is not None and left < price:
            template = self.tr("Needs {price}, {left} are there.")
            self._note("warning", template.format(price=credits_text(price), left=f"{left:,}"))
        else:
            self._note("muted", "")

    def _note(self, role: str, text: str) -> None:
        """Say something above the button; it never blocks."""
        restyle(self.note, role=role)
        self.note.setText(text)
        self.note.setVisible(bool(text))


def _align(rows: Iterable[Row]) -> None:
    """Let the controls that fill their rows begin in line."""
    width = max((row.name.sizeHint().width() for row in rows), default=0)
    for row in rows:
        row.name.setFixedWidth(width)
