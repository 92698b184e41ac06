"""Rows of the blend card: a value's name, the way back to its default, and its control."""

from __future__ import annotations

import math
from collections.abc import Sequence
from enum import Enum
from typing import Final, cast

from PySide6.QtCore import QEvent, QObject, QSignalBlocker, QSize, Qt, Signal
from PySide6.QtGui import QKeyEvent, QKeySequence, QMouseEvent
from PySide6.QtWidgets import QGridLayout, QLabel, QSlider, QSpinBox
from typing_extensions import override

from fluxfill_studio.ui.choice import Choice
from fluxfill_studio.ui.look import Look
from fluxfill_studio.ui.panels.rows import ResetButton
from fluxfill_studio.ui.wheel import pass_wheel

AUTOMATIC: Final = -1
"""What stands in a field for the choice that is left to the program."""

_SPACING: Final = 8
# Left and right of the text in a field: borders, the line edit's own margins, the cursor.
_BOX_MARGINS: Final = 14
# Positions of a slider: each whole value up to 255 has one of its own also where they lie closest.
_POSITIONS: Final = 1000
_UNDO_KEYS: Final = (QKeySequence.StandardKey.Undo, QKeySequence.StandardKey.Redo)


class BlendRow(QObject):
    """One value. A double click on its name, or the button beside it, asks for the default."""

    reset_wanted = Signal()

    def __init__(self, name: str, help_text: str, parent: QObject) -> None:
        super().__init__(parent)
        self.reset = ResetButton(name)
        self.reset.clicked.connect(self.reset_wanted)
        self.name = _Name(name)
        self.name.setProperty("role", "muted")
        self.name.setToolTip(help_text)
        self.name.setContentsMargins(0, 0, _SPACING, 0)
        self.name.double_clicked.connect(self.reset_wanted)

    def apply_look(self, look: Look) -> None:
        self.reset.apply_look(look)

    def place(self, grid: QGridLayout, row: int) -> None:
        """Stand in a row of four columns: button, name, slider, field."""
        grid.addWidget(self.reset, row, 0)
        grid.addWidget(self.name, row, 1)


class NumberRow(BlendRow):
    """A whole number: a slider and a field. Small numbers lie farther apart than large ones.

    Where `automatic` is a word, the field can be set to it too: the value is AUTOMATIC then.
    """

    chosen = Signal(int)
    held = Signal()
    """The slider is being dragged, until `released`."""
    released = Signal()

    def __init__(
        self,
        name: str,
        help_text: str,
        unit: str,
        maximum: int,
        parent: QObject,
        *,
        automatic: str = "",
        even: bool = False,
    ) -> None:
        """`even` has all numbers lie equally far apart."""
        super().__init__(name, help_text, parent)
        self._power = 1 if even else 2
        self.slider = _Slider(Qt.Orientation.Horizontal)
        self.slider.setRange(0, _POSITIONS)
        self.slider.setPageStep(_POSITIONS // 10)
        self.slider.setSingleStep(_POSITIONS // 50)
        self.slider.valueChanged.connect(lambda _: self.chosen.emit(self._value))
        self.slider.sliderPressed.connect(self.held)
        self.slider.sliderReleased.connect(self.released)
        self.slider.double_clicked.connect(self.reset_wanted)
        self.box = _Box()
        self.box.setSpecialValueText(automatic)
        self.box.setSuffix(f" {unit}")
        self.box.setMinimum(AUTOMATIC if automatic else 0)
        self.box.valueChanged.connect(self.chosen)
        self.box.lineEdit().returnPressed.connect(self.box.clearFocus)
        # A drag of the slider leaves the keyboard with the pictures; the field needs it.
        self.slider.setFocusPolicy(Qt.FocusPolicy.TabFocus)
        for control in (self.slider, self.box):
            control.setAccessibleName(name)
            control.setAccessibleDescription(help_text)
            control.setToolTip(help_text)
            pass_wheel(control)
        self.set_maximum(maximum)

    def set_maximum(self, maximum: int) -> None:
        with QSignalBlocker(self.box):
            self.box.setMaximum(maximum)

    def show_value(self, value: int, seen_as: int | None = None) -> None:
        """Bring the row up to date without choosing anything; the slider shows `seen_as`."""
        with QSignalBlocker(self.slider), QSignalBlocker(self.box):
            number = value if seen_as is None else seen_as
            # Several positions may mean the same number; then the handle stays where it was put.
            if self._value != number:
                self.slider.setValue(self._position(number))
            if self.box.value() != value:
                self.box.setValue(value)

    @override
    def place(self, grid: QGridLayout, row: int) -> None:
        super().place(grid, row)
        grid.addWidget(self.slider, row, 2)
        grid.addWidget(self.box, row, 3)

    @property
    def _value(self) -> int:
        """What the slider's position means."""
        share = (self.slider.value() / _POSITIONS) ** self._power
        return round(share * self.box.maximum())

    def _position(self, value: int) -> int:
        share = value / max(1, self.box.maximum())
        return round(math.pow(share, 1 / self._power) * _POSITIONS)


class ChoiceRow(BlendRow):
    """A choice among few."""

    def __init__(
        self,
        name: str,
        help_text: str,
        choices: Sequence[tuple[Enum, str, str]],
        parent: QObject,
    ) -> None:
        """`choices` are members of an enum, with their texts and tooltips."""
        super().__init__(name, help_text, parent)
        self.choice = Choice(name, choices, is_narrow=True)

    @override
    def place(self, grid: QGridLayout, row: int) -> None:
        super().place(grid, row)
        grid.addWidget(self.choice, row, 2, 1, 2, Qt.AlignmentFlag.AlignRight)


class _Name(QLabel):
    double_clicked = Signal()

    @override
    def mouseDoubleClickEvent(self, event: QMouseEvent, /) -> None:
        self.double_clicked.emit()


class _Slider(QSlider):
    double_clicked = Signal()

    @override
    def mouseDoubleClickEvent(self, event: QMouseEvent, /) -> None:
        self.double_clicked.emit()


class _Box(QSpinBox):
    """A field as wide as its longest text, which leaves undo to the window."""

    def __init__(self) -> None:
        super().__init__()
        self.setProperty("role", "value")

    @override
    def sizeHint(self) -> QSize:
        width = self.fontMetrics().horizontalAdvance
        texts = (f"{self.maximum()}{self.suffix()}", self.specialValueText())
        return QSize(max(map(width, texts)) + _BOX_MARGINS, super().sizeHint().height())

    @override
    def minimumSizeHint(self) -> QSize:
        return self.sizeHint()

    @override
    def event(self, event: QEvent, /) -> bool:
        """What is typed is a blend at once, and is taken back as one."""
        if event.type() is QEvent.Type.ShortcutOverride:
            key = cast(QKeyEvent, event)
            if any(key.matches(standard) for standard in _UNDO_KEYS):
                event.ignore()
                return False
        return super().event(event)
