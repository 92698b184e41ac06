"""The rail on the left: the tools."""

from __future__ import annotations

from typing import Final

from PySide6.QtCore import QSize, Qt
from PySide6.QtGui import QAction
from PySide6.QtWidgets import QFrame, QSizePolicy, QToolButton, QVBoxLayout, QWidget
from typing_extensions import override

from fluxfill_studio.ui.actions import Act, Actions

_WIDTH: Final = 48
_MARGIN: Final = 8
_SPACING: Final = 2
_LINE_WIDTH: Final = 24
_LINE_MARGIN: Final = 4
_BUTTON: Final = QSize(40, 40)
_BUTTON_MINIMUM: Final = QSize(40, 32)
_ICON: Final = QSize(20, 20)

GROUPS: Final = (
    (Act.BRUSH, Act.ERASER),
    (Act.LASSO, Act.POLYGON, Act.RECTANGLE, Act.ELLIPSE, Act.BUCKET, Act.SMART_SELECT),
    (Act.HAND, Act.ZOOM),
)
"""What paints, what selects, and what looks around."""


class ToolRail(QFrame):
    """A button for each tool, and a line between the groups. In a low window all move together."""

    def __init__(self, actions: Actions, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setProperty("role", "panel")
        self.setProperty("edge", "right")
        self.setFixedWidth(_WIDTH)
        self.setAccessibleName(self.tr("Tools"))
        column = QVBoxLayout(self)
        column.setContentsMargins(0, _MARGIN, 0, _MARGIN)
        column.setSpacing(_SPACING)
        for number, group in enumerate(GROUPS):
            if number > 0:
                column.addSpacing(_LINE_MARGIN)
                column.addWidget(_line(), 0, Qt.AlignmentFlag.AlignHCenter)
                column.addSpacing(_LINE_MARGIN)
            for act in group:
                column.addWidget(_RailButton(actions[act]), 0, Qt.AlignmentFlag.AlignHCenter)
        column.addStretch(1)


class _RailButton(QToolButton):
    """Square where there is room, and lower where there is not."""

    def __init__(self, action: QAction) -> None:
        super().__init__()
        self.setProperty("role", "rail")
        self.setIconSize(_ICON)
        self.setDefaultAction(action)
        self.setAccessibleName(action.text())
        self.setSizePolicy(QSizePolicy.Policy.Fixed, QSizePolicy.Policy.Preferred)

    @override
    def sizeHint(self) -> QSize:
        return _BUTTON

    @override
    def minimumSizeHint(self) -> QSize:
        return _BUTTON_MINIMUM


def _line() -> QFrame:
    line = QFrame()
    line.setProperty("edge", "top")
    line.setFixedSize(_LINE_WIDTH, 1)
    return line
