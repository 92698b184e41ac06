"""How many variants a press of the button makes."""

from __future__ import annotations

from typing import Final

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QHBoxLayout, QLabel, QWidget

from fluxfill_studio.ui.choice import Choice
from fluxfill_studio.ui.panels.rows import GUTTER

_MOST: Final = 4
_WIDTH: Final = 36


class VariantsRow(QWidget):
    """One to four; one at first."""

    changed = Signal()

    def __init__(self) -> None:
        super().__init__()
        self.count = 1
        text = self.tr("Variants")
        tip = self.tr("So many runs with one press, each with another seed")
        name = QLabel(text)
        name.setProperty("role", "muted")
        name.setToolTip(tip)
        choice = Choice(text, [(count, str(count), tip) for count in range(1, _MOST + 1)])
        for button in choice.buttons.values():
            button.setFixedWidth(_WIDTH)
        choice.show_value(self.count)
        choice.chosen.connect(self._choose)
        line = QHBoxLayout(self)
        line.setContentsMargins(GUTTER, 0, 0, 0)
        line.addWidget(name)
        line.addStretch()
        line.addWidget(choice)

    def _choose(self, count: int) -> None:
        self.count = count
        self.changed.emit()
