"""The rail on the left: the tools."""

from __future__ import annotations

from typing import Final

from PySide6.QtCore import QSize, Qt
from PySide6.QtGui import QAction
from PySide6.QtWidgets import QFrame, QToolButton, QVBoxLayout, QWidget

from fluxfill_studio.ui.actions import TABLE, Actions, Group
from fluxfill_studio.ui.commands import TOOLS

_WIDTH: Final = 48
_MARGIN: Final = 8
_SPACING: Final = 2
_LINE_WIDTH: Final = 24
_ICON: Final = QSize(20, 20)


class ToolRail(QFrame):
    """One button for each tool of the table, and a line between painting and looking around."""

    def __init__(self, actions: Actions, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setProperty("role", "panel")
        self.setProperty("edge", "right")
        self.setFixedWidth(_WIDTH)
        self.setAccessibleName(self.tr("Tools"))
        column = QVBoxLayout(self)
        column.setContentsMargins(0, _MARGIN, 0, _MARGIN)
        column.setSpacing(_SPACING)
        acts = [spec.act for spec in TABLE if spec.group is Group.TOOL]
        for paints in (True, False):
            if not paints:
                column.addSpacing(_MARGIN - _SPACING)
                column.addWidget(_line(), 0, Qt.AlignmentFlag.AlignHCenter)
                column.addSpacing(_MARGIN - _SPACING)
            for act in acts:
                if TOOLS[act].paints is paints:
                    column.addWidget(_button(actions[act]), 0, Qt.AlignmentFlag.AlignHCenter)
        column.addStretch(1)


def _button(action: QAction) -> QToolButton:
    button = QToolButton()
    button.setProperty("role", "rail")
    button.setIconSize(_ICON)
    button.setDefaultAction(action)
    button.setAccessibleName(action.text())
    return button


def _line() -> QFrame:
    line = QFrame()
    line.setProperty("edge", "top")
    line.setFixedSize(_LINE_WIDTH, 1)
    return line
