"""What the pages of the settings are made of: cards with named rows, and lines that remark."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Final

from PySide6.QtCore import Qt
from PySide6.QtWidgets import (
    QFrame,
    QGridLayout,
    QHBoxLayout,
    QLabel,
    QSpinBox,
    QVBoxLayout,
    QWidget,
)

from fluxfill_studio.ui.restyle import restyle
from fluxfill_studio.ui.wheel import pass_wheel

# Enough for the words that stand for zero in a box of numbers.
_NUMBER_WIDTH: Final = 220
_MARGIN: Final = 16
_SPACING: Final = 8


class Card(QFrame):
    """A subject of a page: its heading, then rows of a name and controls."""

    def __init__(self) -> None:
        super().__init__()
        self.setProperty("role", "raised")
        self._head = QHBoxLayout()
        self._head.setSpacing(_SPACING)
        self.names: list[QLabel] = []
        self._rows = QGridLayout()
        self._rows.setHorizontalSpacing(_SPACING * 2)
        self._rows.setVerticalSpacing(_SPACING)
        self._rows.setColumnStretch(1, 1)
        column = QVBoxLayout(self)
        column.setContentsMargins(_MARGIN, _MARGIN - 4, _MARGIN, _MARGIN - 2)
        column.setSpacing(_SPACING)
        column.addLayout(self._head)
        column.addLayout(self._rows)

    def set_heading(self, text: str, *at_its_right: QWidget) -> None:
        title = QLabel(text)
        title.setProperty("role", "heading")
        self._head.addWidget(title)
        self._head.addStretch(1)
        for widget in at_its_right:
            self._head.addWidget(widget)

    def add_row(self, name: str, *controls: QWidget, stretched: bool = False) -> None:
        """Add controls side by side; the first is as wide as it can where that is wanted.

        It gets the row's name for screen readers, where it has none of its own.
        """
        label = QLabel(name)
        label.setProperty("role", "muted")
        label.setMinimumHeight(30)  # that of the controls
        label.setBuddy(controls[0])
        self.names.append(label)
        if not controls[0].accessibleName():
            controls[0].setAccessibleName(name)
        line = QHBoxLayout()
        line.setSpacing(_SPACING)
        for number, control in enumerate(controls):
            line.addWidget(control, 1 if stretched and number == 0 else 0)
        if not stretched:
            line.addStretch(1)
        row = self._rows.rowCount()
        self._rows.addWidget(label, row, 0, Qt.AlignmentFlag.AlignTop)
        self._rows.addLayout(line, row, 1)

    def add_below(self, widget: QWidget) -> None:
        """Add something below the controls of the latest row."""
        self._rows.addWidget(widget, self._rows.rowCount(), 1)

    def add_line(self, widget: QWidget) -> None:
        """Add something as wide as the card."""
        self._rows.addWidget(widget, self._rows.rowCount(), 0, 1, 2)


class NumberBox(QSpinBox):
    """A whole number from zero on. The wheel scrolls past it while the keyboard is elsewhere."""

    def __init__(self, highest: int) -> None:
        super().__init__()
        self.setRange(0, highest)
        self.setMinimumWidth(_NUMBER_WIDTH)
        self.setGroupSeparatorShown(True)
        self.setKeyboardTracking(False)  # half a number is none
        pass_wheel(self)


class Remark(QLabel):
    """A sentence about what is above or beside it; it takes no room with nothing to say."""

    def __init__(self) -> None:
        super().__init__()
        self.setWordWrap(True)
        self.setTextFormat(Qt.TextFormat.PlainText)  # some of it are words of the service
        self.say("")

    def say(self, text: str, role: str = "muted") -> None:
        """`role` is one of a label: muted, ok, warning or error."""
        self.setText(text)
        self.setVisible(bool(text))
        restyle(self, role=role)


def align(cards: Iterable[Card]) -> None:
    """Let the controls of all cards begin in line."""
    names = [name for card in cards for name in card.names]
    width = max((name.sizeHint().width() for name in names), default=0)
    for name in names:
        name.setFixedWidth(width)
