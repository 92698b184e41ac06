"""The side panel of a result: its prompt, its parameters, what it cost, and what to do with it."""

from __future__ import annotations

from typing import Final

from PySide6.QtCore import Qt
from PySide6.QtGui import QGuiApplication
from PySide6.QtWidgets import (
    QFormLayout,
    QFrame,
    QHBoxLayout,
    QLabel,
    QPushButton,
    QSizePolicy,
    QVBoxLayout,
    QWidget,
)

from fluxfill_studio.core.geometry import Size
from fluxfill_studio.core.job import Engine
from fluxfill_studio.core.schema import Control, Parameter, ParameterSchema, Value
from fluxfill_studio.model.blending import Blending
from fluxfill_studio.model.gallery import Entry, Gallery
from fluxfill_studio.ui.actions import Act, Actions
from fluxfill_studio.ui.column_area import BAR, ColumnArea
from fluxfill_studio.ui.compare.blend_card import BlendCard
from fluxfill_studio.ui.look import Look
from fluxfill_studio.ui.panels.rows import GUTTER, with_word
from fluxfill_studio.ui.wording import credits_text, schema_text

_MARGIN: Final = 16
_SPACING: Final = 12
_NOT_LISTED = (Control.SOURCE, Control.MASK, Control.PROMPT, Control.MODE)


class ResultPanel(QFrame):
    """Shows the gallery's shown result."""

    def __init__(
        self,
        schema: ParameterSchema,
        gallery: Gallery,
        blending: Blending,
        actions: Actions,
        parent: QWidget | None = None,
    ) -> None:
        super().__init__(parent)
        self.setProperty("role", "panel")
        self.setProperty("edge", "left")
        self._schema = schema
        self._gallery = gallery
        self._prompt = QLabel()
        self._prompt.setWordWrap(True)
        self._prompt.setTextInteractionFlags(Qt.TextInteractionFlag.TextSelectableByMouse)
        self._prompt.setTextFormat(Qt.TextFormat.PlainText)
        # A word that is longer than a line must not make the panel wider.
        self._prompt.setSizePolicy(QSizePolicy.Policy.Ignored, QSizePolicy.Policy.Preferred)
        self._facts = QFormLayout()
        self._draft_note = QLabel(
            self.tr("Local draft: made on this machine, it did not use the prompt.")
        )
        self._draft_note.setProperty("role", "muted")
        self._draft_note.setWordWrap(True)
        self.blend = BlendCard(blending)
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(0)
        column.addWidget(self._scrolled_cards(), 1)
        foot = QVBoxLayout()
        foot.setContentsMargins(_MARGIN, 0, _MARGIN, _MARGIN)
        foot.setSpacing(_SPACING)
        foot.addWidget(_button(actions, Act.SAVE, "secondary"))
        foot.addWidget(_button(actions, Act.USE_AS_SOURCE, "primary"))
        column.addLayout(foot)
        gallery.shown_changed.connect(self._show)

    def apply_look(self, look: Look) -> None:
        self.blend.apply_look(look)

    def copy_prompt(self) -> None:
        QGuiApplication.clipboard().setText(self._prompt.text())

    def _scrolled_cards(self) -> ColumnArea:
        content = QWidget()
        column = QVBoxLayout(content)
        # The gutter of the blend's rows is the left margin; the scroll bar lies in the right one.
        column.setContentsMargins(_MARGIN - GUTTER, _MARGIN, _MARGIN - BAR, _MARGIN)
        column.setSpacing(_SPACING)
        column.addWidget(self.blend)
        cards = QVBoxLayout()
        cards.setContentsMargins(GUTTER, 0, 0, 0)
        cards.setSpacing(_SPACING)
        cards.addWidget(self._prompt_card())
        cards.addWidget(self._facts_card())
        cards.addWidget(self._draft_note)
        column.addLayout(cards)
        column.addStretch(1)
        return ColumnArea(content)

    def _prompt_card(self) -> QFrame:
        card = QFrame()
        card.setProperty("role", "raised")
        copy = QPushButton(self.tr("copy"))
        copy.setProperty("role", "flat")
        copy.setAccessibleName(self.tr("Copy the prompt"))
        copy.setToolTip(self.tr("Copy the prompt"))
        copy.clicked.connect(self.copy_prompt)
        heading = QLabel(self.tr("Prompt"))
        heading.setProperty("role", "muted")
        head = QHBoxLayout()
        head.addWidget(heading)
        head.addStretch(1)
        head.addWidget(copy)
        column = QVBoxLayout(card)
        column.setContentsMargins(12, 6, 12, 12)
        column.addLayout(head)
        column.addWidget(self._prompt)
        return card

    def _facts_card(self) -> QFrame:
        card = QFrame()
        card.setProperty("role", "raised")
        self._facts.setContentsMargins(12, 12, 12, 12)
        self._facts.setVerticalSpacing(6)
        card.setLayout(self._facts)
        return card

    def _show(self) -> None:
        shown = self._gallery.shown
        if shown is None:
            return
        entry = shown.entry
        self._prompt.setText(entry.job.request.prompt)
        self._draft_note.setVisible(entry.job.engine is Engine.LOCAL)
        while self._facts.rowCount():
            self._facts.removeRow(0)
        for name, value in self._rows(entry, shown.size):
            label = QLabel(name)
            label.setProperty("role", "muted")
            text = QLabel(value)
            text.setAlignment(Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignVCenter)
            self._facts.addRow(label, text)

    def _rows(self, entry: Entry, size: Size) -> list[tuple[str, str]]:
        request = entry.job.request
        rows = []
        for parameter in self._schema.parameters:
            other_mode = parameter.mode not in (None, request.mode.value)
            if parameter.control in _NOT_LISTED or other_mode:
                continue
            value = request.values.get(parameter.name, parameter.default)
            rows.append((schema_text(parameter.label), self._value_text(parameter, value)))
        rows.append((self.tr("Size"), f"{size.width:,} × {size.height:,}"))
        if entry.job.seconds is not None:
            rows.append((self.tr("Time"), self.tr("{s} s").format(s=f"{entry.job.seconds:.1f}")))
        rows.append((self.tr("Charged"), self._charge_text(entry)))
        return rows

    def _value_text(self, parameter: Parameter, value: Value | None) -> str:
        """As the parameter's own row shows it."""
        if value is None:
            return self.tr("random")
        if isinstance(value, bool):
            return self.tr("on") if value else self.tr("off")
        if isinstance(value, str):
            labels = {choice.value: choice.label for choice in parameter.choices}
            return schema_text(labels.get(value, value))
        return with_word(parameter, value, f"{value:.{parameter.decimals}f}")

    def _charge_text(self, entry: Entry) -> str:
        if entry.job.engine is Engine.LOCAL:
            return self.tr("nothing (local)")
        if entry.job.charged is None:
            return self.tr("not told")
        return credits_text(entry.job.charged)


def _button(actions: Actions, act: Act, role: str) -> QPushButton:
    """A button that does what the action does, and is enabled when it is."""
    action = actions[act]
    button = QPushButton(f"{action.text()}   {action.shortcut().toString()}")
    button.setProperty("role", role)
    button.setToolTip(action.toolTip())
    button.clicked.connect(action.trigger)
    action.changed.connect(lambda: button.setEnabled(action.isEnabled()))
    return button
