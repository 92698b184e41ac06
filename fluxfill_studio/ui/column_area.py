"""A column of parts that scrolls where the window is too low for it."""

from __future__ import annotations

from typing import Final

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QScrollArea, QWidget

BAR: Final = 10
"""Width in px of the scroll bar, as the style sheet has it."""


class ColumnArea(QScrollArea):
    """Its scroll bar always has its room, so that nothing moves when there is more to be seen.

    The keyboard reaches the parts and not the area, which follows it.
    """

    def __init__(self, content: QWidget) -> None:
        super().__init__()
        self.setWidgetResizable(True)
        self.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self.setVerticalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOn)
        self.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        self.setWidget(content)
