"""The dialog of the settings: a list of subjects, and the page of one of them."""

from __future__ import annotations

from typing import Final

from PySide6.QtCore import QSize
from PySide6.QtWidgets import (
    QDialog,
    QFrame,
    QHBoxLayout,
    QListWidget,
    QListWidgetItem,
    QStackedWidget,
    QVBoxLayout,
    QWidget,
)

from fluxfill_studio.model.account import Account
from fluxfill_studio.model.key_entry import KeyEntry
from fluxfill_studio.ui.actions import Actions
from fluxfill_studio.ui.dialogs import plain_button
from fluxfill_studio.ui.settings.appearance_page import AppearancePage
from fluxfill_studio.ui.settings.service_page import ServicePage

_SIZE: Final = (800, 720)
_LIST_WIDTH: Final = 168
_ROW_HEIGHT: Final = 34


class SettingsDialog(QDialog):
    """What is changed holds at once, so there is nothing to confirm."""

    def __init__(
        self, account: Account, key_entry: KeyEntry, actions: Actions, parent: QWidget
    ) -> None:
        super().__init__(parent)
        self.setWindowTitle(self.tr("Settings"))
        self.resize(*_SIZE)
        self.service = ServicePage(account, key_entry)
        self.pages = QListWidget()
        self.pages.setProperty("role", "pages")
        self.pages.setAccessibleName(self.tr("Subjects"))
        self.pages.setFixedWidth(_LIST_WIDTH)
        self.stack = QStackedWidget()
        for title, page in (
            (self.tr("Service"), self.service),
            (self.tr("Appearance"), AppearancePage(actions)),
        ):
            QListWidgetItem(title, self.pages).setSizeHint(QSize(0, _ROW_HEIGHT))
            self.stack.addWidget(page)
        self.pages.currentRowChanged.connect(self.stack.setCurrentIndex)
        self.pages.setCurrentRow(0)
        self._lay_out()
        self.service.key.field.setFocus()
        key_entry.begin()

    def _lay_out(self) -> None:
        close = plain_button(self.tr("Close"))
        close.clicked.connect(self.accept)
        foot = QFrame()
        foot.setProperty("role", "panel")
        foot.setProperty("edge", "top")
        buttons = QHBoxLayout(foot)
        buttons.setContentsMargins(16, 12, 16, 12)
        buttons.addStretch(1)
        buttons.addWidget(close)
        middle = QHBoxLayout()
        middle.setSpacing(0)
        middle.addWidget(self.pages)
        middle.addWidget(self.stack, 1)
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(0)
        column.addLayout(middle, 1)
        column.addWidget(foot)
