"""The dialog in which shortcuts are looked up and changed."""

from __future__ import annotations

from PySide6.QtWidgets import QDialog, QHBoxLayout, QLineEdit, QVBoxLayout, QWidget

from fluxfill_studio.ui.actions import Actions
from fluxfill_studio.ui.dialogs import plain_button
from fluxfill_studio.ui.shortcut_card import ShortcutCard
from fluxfill_studio.ui.shortcut_table import ShortcutTable
from fluxfill_studio.ui.shortcuts import Shortcuts

_SIZE = (720, 720)


class ShortcutsDialog(QDialog):
    """Search, the table, and a card that edits its current row. What is pressed holds at once."""

    def __init__(self, shortcuts: Shortcuts, actions: Actions, parent: QWidget) -> None:
        super().__init__(parent)
        self._shortcuts = shortcuts
        self.setWindowTitle(self.tr("Keyboard shortcuts"))
        self.resize(*_SIZE)
        self.search = QLineEdit()
        self.search.setPlaceholderText(self.tr("Search actions and keys"))
        self.search.setAccessibleName(self.search.placeholderText())
        self.search.setClearButtonEnabled(True)
        self.table = ShortcutTable(shortcuts, actions)
        self.card = ShortcutCard(shortcuts, actions)
        self.reset_all = plain_button(self.tr("Reset all…"))
        close = plain_button(self.tr("Close"))
        foot = QHBoxLayout()
        foot.addWidget(self.reset_all)
        foot.addStretch()
        foot.addWidget(close)
        column = QVBoxLayout(self)
        column.setContentsMargins(16, 16, 16, 16)
        column.setSpacing(12)
        column.addWidget(self.search)
        column.addWidget(self.table, 1)
        column.addWidget(self.card)
        column.addLayout(foot)
        self.search.textChanged.connect(self.table.search)
        self.table.chosen.connect(self.card.edit)
        self.table.activated.connect(lambda _: self.card.recorder.setFocus())
        self.card.left.connect(self.table.setFocus)
        self.reset_all.clicked.connect(self.card.ask_reset_all)
        close.clicked.connect(self.accept)
        self.table.choose_first()
