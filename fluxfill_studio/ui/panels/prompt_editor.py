"""The prompt: a text field with the schema's examples, a counter, and hints that never block."""

from __future__ import annotations

from functools import partial
from typing import ClassVar, Final

from PySide6.QtCore import Qt
from PySide6.QtGui import QFontMetrics, QTextCursor
from PySide6.QtWidgets import QLabel, QMenu, QPlainTextEdit, QPushButton, QVBoxLayout, QWidget
from typing_extensions import override

from fluxfill_studio.core.prompt import reads_like_a_negative
from fluxfill_studio.core.schema import Parameter, Value
from fluxfill_studio.model.parameters import Parameters
from fluxfill_studio.ui.panels.rows import GUTTER, Row
from fluxfill_studio.ui.restyle import restyle
from fluxfill_studio.ui.wording import schema_text

# The field and the hint share this height, so that a hint moves nothing below it.
_HEIGHT: Final = 96
_EXAMPLE_WIDTH: Final = 420


class PromptEditor(Row):
    """A parameter that is a text of several lines.

    More than `max_length` characters can be typed and pasted, so that nothing is lost; the
    excess is told, and a run with it is refused by the validation.
    """

    _NAME_ROLE: ClassVar[str] = "heading"

    def __init__(self, parameters: Parameters, parameter: Parameter) -> None:
        super().__init__(parameters, parameter)
        self.field = QPlainTextEdit()
        self.field.setTabChangesFocus(True)
        self.field.setPlaceholderText(schema_text(parameter.help))
        self.field.textChanged.connect(lambda: self._set(self.field.toPlainText() or None))
        self._describe(self.field)

        self._line.addStretch()
        if parameter.examples:
            self.examples = self._examples_button()
            self._line.addWidget(self.examples)
        self.counter = QLabel()
        self.counter.setAlignment(Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignVCenter)
        # As wide as its largest text, so that the button beside it stands still.
        widest = self._counted(parameter.max_length or 0)
        self.counter.setMinimumWidth(self.counter.fontMetrics().horizontalAdvance(widest))
        self._line.addSpacing(4)
        self._line.addWidget(self.counter)
        self.hint = QLabel()
        self.hint.setWordWrap(True)

        body = QWidget()
        body.setFixedHeight(_HEIGHT)
        stack = QVBoxLayout(body)
        stack.setContentsMargins(GUTTER, 0, 0, 0)
        stack.setSpacing(4)
        stack.addWidget(self.field, 1)
        stack.addWidget(self.hint)
        self._column.addWidget(body)
        self.refresh()

    @override
    def show_value(self, value: Value | None) -> None:
        text = "" if value is None else str(value)
        if self.field.toPlainText() != text:
            self._replace(text)
        self._comment(self.field.toPlainText())

    def _examples_button(self) -> QPushButton:
        button = QPushButton(self.tr("Examples"))
        button.setProperty("role", "menu")
        button.setToolTip(self.tr("Put an example in place of the prompt"))
        menu = QMenu(button)
        menu.setToolTipsVisible(True)
        metrics = QFontMetrics(menu.font())
        for example in self.parameter.examples:
            short = metrics.elidedText(example, Qt.TextElideMode.ElideRight, _EXAMPLE_WIDTH)
            action = menu.addAction(short.replace("&", "&&"), partial(self._replace, example))
            action.setToolTip(example)
        button.setMenu(menu)
        return button

    def _replace(self, text: str) -> None:
        """Put `text` in place of everything, as one step that undo takes back."""
        cursor = self.field.textCursor()
        cursor.select(QTextCursor.SelectionType.Document)
        cursor.insertText(text)

    def _counted(self, length: int) -> str:
        limit = self.parameter.max_length
        return str(length) if limit is None else f"{length}/{limit}"

    def _comment(self, text: str) -> None:
        """Count the characters, and say what may be wrong with them."""
        limit = self.parameter.max_length
        excess = 0 if limit is None else max(0, len(text) - limit)
        self.counter.setText(self._counted(len(text)))
        restyle(self.counter, role="error" if excess else "muted")
        hint = ""
        if excess:
            template = self.tr("Too long by {count}: the run would be refused.")
            hint = template.format(count=excess)
        elif reads_like_a_negative(text):
            hint = self.tr(
                "This model paints what is named; describe what should be there instead."
            )
        self.hint.setText(hint)
        self.hint.setVisible(bool(hint))
        restyle(self.hint, role="error" if excess else "warning")
