"""Rows of the parameter panel: a parameter's name, the way back to its default, and its control.

A row shows what `Parameters` holds and sets it there; range, step, choices and texts come from
the schema. What is typed counts at once, so a run started from the keyboard uses what is seen.
"""

from __future__ import annotations

import math
from typing import ClassVar, Final, cast

from PySide6.QtCore import QObject, QSignalBlocker, QSize, Qt
from PySide6.QtGui import QColor, QValidator
from PySide6.QtWidgets import (
    QComboBox,
    QDoubleSpinBox,
    QHBoxLayout,
    QLabel,
    QLineEdit,
    QSizePolicy,
    QSlider,
    QToolButton,
    QVBoxLayout,
    QWidget,
)
from typing_extensions import override

from fluxfill_studio.core.schema import Parameter, Value
from fluxfill_studio.model.parameters import Parameters
from fluxfill_studio.ui.choice import Choice
from fluxfill_studio.ui.look import Look
from fluxfill_studio.ui.switch import Switch
from fluxfill_studio.ui.wheel import pass_wheel
from fluxfill_studio.ui.wording import schema_text

GUTTER: Final = 16
"""Width in px of the strip left of the names, where the reset buttons appear."""

_SPACING: Final = 8
_RESET_ICON: Final = QSize(12, 12)
_SMALL_ICON: Final = QSize(16, 16)

# Left and right of the text in a number box: borders, the line edit's own margins, the cursor.
_BOX_MARGINS: Final = 14

# Between a number and its word.
_DOT: Final = "·"

# More choices than this stand in a list instead of side by side.
_MOST_SEGMENTS: Final = 4

# Where the schema sets no limit of its own: what a signed 64-bit integer holds.
_LARGEST_SEED: Final = 2**63 - 1


class ResetButton(QToolButton):
    """Stands in the gutter where a value is not the default; its room stays when it is hidden."""

    def __init__(self, name: str) -> None:
        super().__init__()
        self.setProperty("role", "gutter")
        self.setFixedWidth(GUTTER)
        self.setIconSize(_RESET_ICON)
        self.setAccessibleName(self.tr("Reset {name}").format(name=name))
        self.setToolTip(self.tr("Back to the default"))
        policy = self.sizePolicy()
        policy.setRetainSizeWhenHidden(True)
        self.setSizePolicy(policy)

    def apply_look(self, look: Look) -> None:
        self.setIcon(look.icons.icon("reset", QColor(look.theme.accent)))


class Row(QWidget):
    """One parameter. Subclasses add their control and show the value in it."""

    _NAME_ROLE: ClassVar[str] = "muted"

    def __init__(self, parameters: Parameters, parameter: Parameter) -> None:
        super().__init__()
        self.setSizePolicy(QSizePolicy.Policy.Preferred, QSizePolicy.Policy.Maximum)
        self.parameter = parameter
        self._parameters = parameters
        self._column = QVBoxLayout(self)
        self._column.setContentsMargins(0, 0, 0, 0)
        self._column.setSpacing(_SPACING)
        self._line = QHBoxLayout()
        self._line.setSpacing(0)
        self._column.addLayout(self._line)
        self._add_name()
        parameters.changed.connect(self._on_changed)

    def show_value(self, value: Value | None) -> None:
        """Bring the control up to date without setting anything."""
        raise NotImplementedError

    def refresh(self) -> None:
        """Show the value, and whether it differs from the default."""
        name = self.parameter.name
        self.reset.setVisible(self._parameters.is_changed(name))
        self.show_value(self._parameters[name])

    def apply_look(self, look: Look) -> None:
        self.reset.apply_look(look)

    def _add_name(self) -> None:
        text = schema_text(self.parameter.label)
        self.reset = ResetButton(text)
        self.reset.clicked.connect(lambda: self._set(None))
        self.name = QLabel(text)
        self.name.setProperty("role", self._NAME_ROLE)
        self.name.setToolTip(schema_text(self.parameter.help))
        self.name.setContentsMargins(0, 0, _SPACING, 0)
        self._line.addWidget(self.reset)
        self._line.addWidget(self.name)

    def _describe(self, control: QWidget) -> None:
        """Give a control the parameter's name and help."""
        help_text = schema_text(self.parameter.help)
        control.setAccessibleName(schema_text(self.parameter.label))
        control.setAccessibleDescription(help_text)
        control.setToolTip(help_text)

    def _set(self, value: Value | None) -> None:
        self._parameters.set(self.parameter.name, value)

    def _on_changed(self, name: str) -> None:
        if name == self.parameter.name:
            self.refresh()


class _NumberBox(QDoubleSpinBox):
    """The field of a slider row, with the value's word where it has one, as "2 · strict".

    While something is typed its text is left alone; its value is always one that is allowed.
    """

    def __init__(self, parameter: Parameter, minimum: float, maximum: float, step: float) -> None:
        super().__init__()
        self._parameter = parameter
        self.setProperty("role", "value")
        self.setDecimals(parameter.decimals)
        self.setRange(minimum, maximum)
        self.setSingleStep(step)

    @override
    def textFromValue(self, value: float, /) -> str:
        return with_word(self._parameter, value, super().textFromValue(value))

    @override
    def valueFromText(self, text: str, /) -> float:
        return self._parameter.snap(super().valueFromText(_without_word(text)))

    @override
    def validate(self, text: str, cursor: int, /) -> tuple[QValidator.State, str, int]:
        state, *_ = cast(tuple[QValidator.State], super().validate(_without_word(text), cursor))
        return state, text, cursor

    @override
    def sizeHint(self) -> QSize:
        """The same for every value: as wide as the longest text."""
        width = self.fontMetrics().horizontalAdvance
        values = [self.minimum(), self.maximum(), *map(float, self._parameter.value_labels)]
        longest = max(width(self.textFromValue(value)) for value in values)
        return QSize(longest + _BOX_MARGINS, super().sizeHint().height())

    @override
    def minimumSizeHint(self) -> QSize:
        return self.sizeHint()


def with_word(parameter: Parameter, value: float, text: str) -> str:
    """The text of a value and its word, as "2 · strict", where it has one."""
    word = parameter.value_labels.get(f"{value:g}")
    return f"{text} {_DOT} {schema_text(word)}" if word else text


def _without_word(text: str) -> str:
    return text.partition(_DOT)[0].strip()


class SliderRow(Row):
    """A number: a slider on the schema's grid and a field to type it.

    Raises ValueError for a parameter without range or default, which a slider cannot show.
    """

    def __init__(self, parameters: Parameters, parameter: Parameter) -> None:
        super().__init__(parameters, parameter)
        if parameter.minimum is None or parameter.maximum is None or parameter.default is None:
            raise ValueError(f"{parameter.name}: a slider needs minimum, maximum and default")
        self._minimum = parameter.minimum
        self._step = parameter.step or 1
        # Down to the last value of the grid, where the maximum is beside it.
        positions = math.floor((parameter.maximum - self._minimum) / self._step + 1e-9)

        self.slider = QSlider(Qt.Orientation.Horizontal)
        self.slider.setRange(0, positions)
        self.slider.setPageStep(max(1, positions // 10))
        self.slider.valueChanged.connect(lambda position: self._set(self._at(position)))
        self.box = _NumberBox(parameter, self._minimum, self._at(positions), self._step)
        self.box.valueChanged.connect(lambda number: self._set(parameter.snap(number)))
        for control in (self.slider, self.box):
            self._describe(control)
            pass_wheel(control)
        self._line.addWidget(self.slider, 1)
        self._line.addSpacing(_SPACING)
        self._line.addWidget(self.box)
        self.refresh()

    @override
    def show_value(self, value: Value | None) -> None:
        number = cast(float, value)
        with QSignalBlocker(self.slider), QSignalBlocker(self.box):
            self.slider.setValue(round((number - self._minimum) / self._step))
            if self.box.value() != number:
                self.box.setValue(number)

    def _at(self, position: int) -> float:
        """The value at a position of the slider."""
        return self.parameter.snap(self._minimum + position * self._step)


class SegmentsRow(Row):
    """A choice among few: buttons side by side."""

    def __init__(self, parameters: Parameters, parameter: Parameter) -> None:
        super().__init__(parameters, parameter)
        tip = schema_text(parameter.help)
        self.choice = Choice(
            schema_text(parameter.label),
            [(choice.value, schema_text(choice.label), tip) for choice in parameter.choices],
        )
        self.choice.chosen.connect(self._set)
        self._line.addStretch()
        self._line.addWidget(self.choice)
        self.refresh()

    @override
    def show_value(self, value: Value | None) -> None:
        self.choice.show_value(value)


class ListRow(Row):
    """A choice among many: a list that opens."""

    def __init__(self, parameters: Parameters, parameter: Parameter) -> None:
        super().__init__(parameters, parameter)
        self.list = QComboBox()
        for choice in parameter.choices:
            self.list.addItem(schema_text(choice.label), choice.value)
        self.list.currentIndexChanged.connect(lambda index: self._set(self.list.itemData(index)))
        self._describe(self.list)
        self.name.setBuddy(self.list)  # else it is read as what is chosen in it
        pass_wheel(self.list)
        self._line.addStretch()
        self._line.addWidget(self.list)
        self.refresh()

    @override
    def show_value(self, value: Value | None) -> None:
        with QSignalBlocker(self.list):
            self.list.setCurrentIndex(self.list.findData(value))


def choice_row(parameters: Parameters, parameter: Parameter) -> Row:
    """The row that fits the number of choices."""
    few = len(parameter.choices) <= _MOST_SEGMENTS
    return (SegmentsRow if few else ListRow)(parameters, parameter)


class SwitchRow(Row):
    """On or off."""

    def __init__(self, parameters: Parameters, parameter: Parameter) -> None:
        super().__init__(parameters, parameter)
        self.switch = Switch()
        self.switch.toggled.connect(self._set)
        self._describe(self.switch)
        self._line.addStretch()
        self._line.addWidget(self.switch)
        self.refresh()

    @override
    def show_value(self, value: Value | None) -> None:
        with QSignalBlocker(self.switch):
            self.switch.setChecked(bool(value))


class _WholeNumber(QValidator):
    """Lets whole numbers of a range be typed, or nothing; none of them is negative."""

    def __init__(self, minimum: int, maximum: int, parent: QObject) -> None:
        super().__init__(parent)
        self._minimum = minimum
        self._maximum = maximum

    @override
    def validate(self, text: str, cursor: int, /) -> tuple[QValidator.State, str, int]:
        text = text.strip()
        if not text:
            return QValidator.State.Acceptable, text, 0
        if not (text.isascii() and text.isdigit()) or len(text) > len(str(self._maximum)):
            return QValidator.State.Invalid, text, cursor
        number = int(text)
        text = str(number)
        cursor = min(cursor, len(text))
        if number > self._maximum:
            return QValidator.State.Invalid, text, cursor
        if number < self._minimum:
            return QValidator.State.Intermediate, text, cursor
        return QValidator.State.Acceptable, text, cursor

    @override
    def fixup(self, text: str, /) -> str:
        """Drop what did not become a number of the range; the row then shows its value again."""
        return ""


class SeedRow(Row):
    """An integer that the service draws unless one is fixed here, by typing or by the dice."""

    def __init__(self, parameters: Parameters, parameter: Parameter) -> None:
        super().__init__(parameters, parameter)
        low = math.ceil(parameter.minimum or 0)
        high = _LARGEST_SEED if parameter.maximum is None else math.floor(parameter.maximum)
        self.field = QLineEdit()
        self.field.setPlaceholderText(self.tr("random"))
        self.field.setAlignment(Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignVCenter)
        self.field.setValidator(_WholeNumber(low, high, self.field))
        self.field.textEdited.connect(self._on_typed)
        self.field.editingFinished.connect(self.refresh)
        self._describe(self.field)
        self.dice = QToolButton()
        self.dice.setIconSize(_SMALL_ICON)
        self.dice.setAccessibleName(self.tr("Draw a number"))
        self.dice.setToolTip(self.tr("Draw a number and keep it"))
        self.dice.clicked.connect(lambda: parameters.roll(parameter.name))
        self._line.addWidget(self.field, 1)
        self._line.addWidget(self.dice)
        self.refresh()

    @override
    def show_value(self, value: Value | None) -> None:
        text = "" if value is None else str(value)
        if self.field.text() != text:
            self.field.setText(text)

    @override
    def apply_look(self, look: Look) -> None:
        super().apply_look(look)
        self.dice.setIcon(look.icon("seed-dice"))

    def _on_typed(self, text: str) -> None:
        if not text:
            self._set(None)
        elif self.field.hasAcceptableInput():
            self._set(int(text))
