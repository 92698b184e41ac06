"""One number of a tool: its name, a slider and a field."""

from __future__ import annotations

import math
from collections.abc import Callable
from typing import Final

from PySide6.QtCore import QSignalBlocker, QSize, Qt, Signal
from PySide6.QtWidgets import QHBoxLayout, QLabel, QSlider, QSpinBox, QWidget
from typing_extensions import override

from fluxfill_studio.core.painting.brush import MAX_SIZE, MIN_SIZE

_SPACING: Final = 6
_SLIDER_WIDTH: Final = 112
_SLIDER_MINIMUM: Final = 36
_FIELD_PADDING: Final = 14
_KEY_STEPS: Final = 50

# A position of its own for every whole size, also where they lie closest: ln 2000 - ln 1999 is
# 1/15200 of ln 2000.
_SIZE_POSITIONS: Final = 16_000


def position_of_size(size: int) -> int:
    """Where a brush size stands on its slider, on a scale of logarithms that begins at 0."""
    return round(math.log(size / MIN_SIZE) / math.log(MAX_SIZE / MIN_SIZE) * _SIZE_POSITIONS)


def size_at(position: int) -> int:
    """The whole size at a position; the inverse of `position_of_size`."""
    return round(MIN_SIZE * math.pow(MAX_SIZE / MIN_SIZE, position / _SIZE_POSITIONS))


def _same(value: int) -> int:
    return value


class ValueSlider(QWidget):
    """Shows a whole number and tells which one the user chooses.

    Args:
        unit: stands behind the number; may be empty.
        position_of: the slider's position for a value, growing with it.
        value_at: its inverse.
    """

    chosen = Signal(int)

    def __init__(
        self,
        name: str,
        unit: str,
        minimum: int,
        maximum: int,
        position_of: Callable[[int], int] = _same,
        value_at: Callable[[int], int] = _same,
    ) -> None:
        super().__init__()
        self._position_of = position_of
        self._value_at = value_at
        label = QLabel(name)
        label.setProperty("role", "muted")
        self.slider = _Slider(Qt.Orientation.Horizontal)
        self.slider.setRange(position_of(minimum), position_of(maximum))
        span = self.slider.maximum() - self.slider.minimum()
        self.slider.setSingleStep(max(1, span // _KEY_STEPS))
        self.slider.setPageStep(max(1, span // 10))
        self.slider.valueChanged.connect(lambda position: self.chosen.emit(value_at(position)))
        self.field = QSpinBox()
        self.field.setProperty("role", "value")
        self.field.setProperty("side", "left")
        self.field.setRange(minimum, maximum)
        suffix = f" {unit}" if unit else ""
        self.field.setSuffix(suffix)
        width = self.field.fontMetrics().horizontalAdvance(f"{maximum}{suffix}")
        self.field.setFixedWidth(width + _FIELD_PADDING)
        # With the buttons hidden by the style, the wheel and the arrow keys still step.
        self.field.valueChanged.connect(self.chosen)
        self.field.lineEdit().returnPressed.connect(self.field.clearFocus)
        # A drag of the slider leaves the keyboard with the canvas; the field needs it.
        self.slider.setFocusPolicy(Qt.FocusPolicy.TabFocus)
        self.field.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        row = QHBoxLayout(self)
        row.setContentsMargins(0, 0, 0, 0)
        row.setSpacing(_SPACING)
        row.addWidget(label)
        for control in (self.slider, self.field):
            control.setAccessibleName(name)
            row.addWidget(control)

    def set_tip(self, tip: str) -> None:
        """The tooltip, naming the keys that do the same."""
        self.slider.setToolTip(tip)
        self.field.setToolTip(tip)

    def show_value(self, value: int) -> None:
        """Bring slider and field up to date without choosing anything."""
        with QSignalBlocker(self.slider), QSignalBlocker(self.field):
            # Several positions may mean the same value; then the handle stays where it was put.
            if self._value_at(self.slider.value()) != value:
                self.slider.setValue(self._position_of(value))
            if self.field.value() != value:
                self.field.setValue(value)


class _Slider(QSlider):
    """A slider that gives way where the window is narrow."""

    @override
    def sizeHint(self) -> QSize:
        return QSize(_SLIDER_WIDTH, super().sizeHint().height())

    @override
    def minimumSizeHint(self) -> QSize:
        return QSize(_SLIDER_MINIMUM, super().minimumSizeHint().height())
