"""A choice among few: buttons of which one is down."""

from __future__ import annotations

from collections.abc import Iterable

from PySide6.QtCore import QObject, QSignalBlocker, Qt, Signal
from PySide6.QtWidgets import QAbstractButton, QButtonGroup, QPushButton

from fluxfill_studio.ui.segments import SegmentFrame


class ChoiceGroup(QButtonGroup):
    """Buttons that stand for values, wherever they are laid.

    Tab reaches the one that is down, and the arrow keys the others from there; while none is down
    Tab reaches all.
    """

    chosen = Signal(object)
    """The value whose button was pressed."""

    def __init__(self, parent: QObject) -> None:
        super().__init__(parent)
        self.by_value: dict[object, QAbstractButton] = {}
        self.buttonToggled.connect(self._toggled)

    def add(self, value: object, button: QAbstractButton) -> None:
        button.setCheckable(True)
        self.addButton(button)
        self.by_value[value] = button

    def show_value(self, value: object) -> None:
        """Let the button of `value` be down without choosing it, or none if there is none."""
        with QSignalBlocker(self):
            self.setExclusive(False)
            for each, button in self.by_value.items():
                button.setChecked(each == value)
            self.setExclusive(True)
        self._lead_tab()

    def _toggled(self, button: QAbstractButton, is_down: bool) -> None:
        if is_down:
            self._lead_tab()
            self.chosen.emit(next(v for v, each in self.by_value.items() if each is button))

    def _lead_tab(self) -> None:
        down = self.checkedButton()
        for button in self.buttons():
            by_tab = down in (button, None)
            policy = Qt.FocusPolicy.StrongFocus if by_tab else Qt.FocusPolicy.ClickFocus
            button.setFocusPolicy(policy)


class Choice(SegmentFrame):
    """Values as segments."""

    chosen = Signal(object)

    def __init__(
        self, name: str, options: Iterable[tuple[object, str, str]], *, is_narrow: bool = False
    ) -> None:
        """`options` are values, with the texts and the tooltips of their buttons."""
        super().__init__(name)
        self._group = ChoiceGroup(self)
        self.buttons: dict[object, QPushButton] = {}
        for value, text, tip in options:
            button = QPushButton(text)
            button.setProperty("role", "segment")
            if is_narrow:
                button.setProperty("face", "narrow")
            button.setAccessibleName(f"{name}: {text}")
            button.setAccessibleDescription(tip)
            button.setToolTip(tip)
            self._group.add(value, button)
            self.buttons[value] = button
            self.row.addWidget(button)
        self._group.chosen.connect(self.chosen)

    def show_value(self, value: object) -> None:
        """Let the button of `value` be down without choosing it, or none if there is none."""
        self._group.show_value(value)
