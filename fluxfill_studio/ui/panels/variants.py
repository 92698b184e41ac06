"""How many variants a press of the button makes."""

from __future__ import annotations

from typing import Final

from PySide6.QtCore import Qt, Signal
from PySide6.QtWidgets import QButtonGroup, QFrame, QHBoxLayout, QLabel, QPushButton, QWidget

from fluxfill_studio.ui.panels.rows import GUTTER

_MOST: Final = 4
_WIDTH: Final = 36


class VariantsRow(QWidget):
    """One to four, as buttons side by side, of which Tab reaches the one that is down."""

    changed = Signal()

    def __init__(self) -> None:
        super().__init__()
        text = self.tr("Variants")
        tip = self.tr("So many runs with one press, each with another seed")
        name = QLabel(text)
        name.setProperty("role", "muted")
        name.setToolTip(tip)
        frame = QFrame()
        frame.setProperty("role", "segments")
        frame.setAccessibleName(text)
        segments = QHBoxLayout(frame)
        segments.setContentsMargins(2, 2, 2, 2)
        segments.setSpacing(0)
        self._group = QButtonGroup(self)
        for count in range(1, _MOST + 1):
            button = QPushButton(str(count))
            button.setCheckable(True)
            button.setProperty("role", "segment")
            button.setFixedWidth(_WIDTH)
            button.setAccessibleName(f"{text}: {count}")
            button.setToolTip(tip)
            self._group.addButton(button, count)
            segments.addWidget(button)
        self._group.button(1).setChecked(True)
        self._group.idToggled.connect(self._choose)
        line = QHBoxLayout(self)
        line.setContentsMargins(GUTTER, 0, 0, 0)
        line.addWidget(name)
        line.addStretch()
        line.addWidget(frame)
        self._let_tab_reach_what_is_down()

    @property
    def count(self) -> int:
        return self._group.checkedId()

    def _choose(self, _: int, is_down: bool) -> None:
        if is_down:
            self._let_tab_reach_what_is_down()
            self.changed.emit()

    def _let_tab_reach_what_is_down(self) -> None:
        """From there the arrow keys reach the others, as in every such row."""
        for button in self._group.buttons():
            by_tab = Qt.FocusPolicy.StrongFocus if button.isChecked() else Qt.FocusPolicy.ClickFocus
            button.setFocusPolicy(by_tab)
