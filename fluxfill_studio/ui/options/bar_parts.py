"""What the pages of the bar are made of: their rows, quiet labels and buttons."""

from __future__ import annotations

from typing import Final

from PySide6.QtCore import QSize
from PySide6.QtGui import QAction
from PySide6.QtWidgets import QHBoxLayout, QLabel, QToolButton, QWidget

MARGIN: Final = 14
SPACING: Final = 16
ICON: Final = QSize(18, 18)


def bar_row(page: QWidget, margin: int = 0) -> QHBoxLayout:
    """The row in which the parts of `page` stand."""
    row = QHBoxLayout(page)
    row.setContentsMargins(margin, 0, margin, 0)
    row.setSpacing(SPACING)
    return row


def muted(text: str) -> QLabel:
    label = QLabel(text)
    label.setProperty("role", "muted")
    return label


def icon_button(action: QAction) -> QToolButton:
    """A button that shows an action's icon and does what it does."""
    button = QToolButton()
    button.setIconSize(ICON)
    button.setDefaultAction(action)
    button.setAccessibleName(action.text())
    return button
