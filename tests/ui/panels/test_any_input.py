"""Whatever is done to a number row, its value stays in the range, on the grid, and as shown."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from decimal import Decimal

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from PySide6.QtCore import QPoint, Qt
from PySide6.QtGui import QGuiApplication
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication, QHBoxLayout, QWidget

from fluxfill_studio.core.schema import Kind, Parameter, ParameterSchema
from fluxfill_studio.model.parameters import Parameters
from fluxfill_studio.ui.panels.rows import Row, SeedRow, SliderRow

Key = Qt.Key
Step = Callable[[SliderRow], None]

KEYS = [
    Key.Key_Left,
    Key.Key_Right,
    Key.Key_Up,
    Key.Key_Down,
    Key.Key_Home,
    Key.Key_End,
    Key.Key_PageUp,
    Key.Key_PageDown,
    Key.Key_Return,
    Key.Key_Backspace,
    Key.Key_Delete,
    Key.Key_Tab,
]
TYPED = st.text("0123456789.,-+e · xn", max_size=6)


def on_slider(key: Key) -> Step:
    def step(row: SliderRow) -> None:
        row.slider.setFocus()
        QTest.keyClick(row.slider, key)

    return step


def on_box(key: Key) -> Step:
    def step(row: SliderRow) -> None:
        row.box.setFocus()
        QTest.keyClick(row.box, key)

    return step


def typed(text: str, over: bool) -> Step:
    def step(row: SliderRow) -> None:
        row.box.setFocus()
        if over:
            QTest.keyClick(row.box, Key.Key_A, Qt.KeyboardModifier.ControlModifier)
        QTest.keyClicks(row.box, text)

    return step


def pasted(text: str) -> Step:
    def step(row: SliderRow) -> None:
        QGuiApplication.clipboard().setText(text)
        row.box.setFocus()
        QTest.keyClick(row.box, Key.Key_A, Qt.KeyboardModifier.ControlModifier)
        QTest.keyClick(row.box, Key.Key_V, Qt.KeyboardModifier.ControlModifier)

    return step


def clicked(fraction: float) -> Step:
    def step(row: SliderRow) -> None:
        slider = row.slider
        place = QPoint(round(fraction * (slider.width() - 1)), slider.height() // 2)
        QTest.mouseClick(slider, Qt.MouseButton.LeftButton, Qt.KeyboardModifier.NoModifier, place)

    return step


def wheeled(notches: int, over_box: bool) -> Step:
    def step(row: SliderRow) -> None:
        widget: QWidget = row.box if over_box else row.slider
        window = row.window()
        place = widget.mapTo(window, widget.rect().center())
        QTest.wheelEvent(window.windowHandle(), place, QPoint(0, 120 * notches))

    return step


STEPS = st.one_of(
    st.builds(on_slider, st.sampled_from(KEYS)),
    st.builds(on_box, st.sampled_from(KEYS)),
    st.builds(typed, TYPED, st.booleans()),
    st.builds(pasted, st.one_of(TYPED, st.text(max_size=4), st.floats().map(str))),
    st.builds(clicked, st.floats(0, 1)),
    st.builds(wheeled, st.integers(-12, 12).filter(bool), st.booleans()),
)

RANGES: dict[str, dict[str, object]] = {
    "as guidance": {},
    "quarters": {"minimum": 1, "maximum": 9, "step": 0.25, "default": 4},
    "around zero": {"minimum": -1.5, "maximum": 1.5, "step": 0.5, "default": 0},
    "whole": {"kind": Kind.INTEGER, "minimum": 1, "maximum": 50, "step": 1, "default": 50},
    "whole sevens": {"kind": Kind.INTEGER, "minimum": 3, "maximum": 90, "step": 7, "default": 10},
}


def is_allowed(value: object, parameter: Parameter) -> bool:
    """In the range, and a whole number of steps from the minimum, or the maximum itself."""
    low, high, step = (
        Decimal(str(bound)) for bound in (parameter.minimum, parameter.maximum, parameter.step)
    )
    number = Decimal(str(value))
    return low <= number <= high and ((number - low) % step == 0 or number == high)


@pytest.fixture
def stage(qapp: QApplication) -> QWidget:
    """A shown window with an empty layout."""
    window = QWidget()
    QHBoxLayout(window)
    window.resize(320, 60)
    window.show()
    return window


def put(stage: QWidget, row: QWidget) -> None:
    """Make `row` the only part of the window."""
    layout = stage.layout()
    assert layout is not None
    for before in stage.findChildren(Row):
        before.setParent(None)
    layout.addWidget(row)
    stage.activateWindow()
    QApplication.processEvents()


@pytest.mark.parametrize("name", RANGES)
def test_no_input_leaves_the_range_or_the_grid(
    schema: ParameterSchema, stage: QWidget, name: str
) -> None:
    parameter = replace(schema["guidance"], **RANGES[name])  # type: ignore[arg-type]
    low, step_size = parameter.minimum, parameter.step
    assert low is not None
    assert step_size is not None
    changed = replace(schema, parameters=(parameter,))

    @settings(max_examples=40, deadline=None)
    @given(st.lists(STEPS, max_size=12))
    def check(steps: list[Step]) -> None:
        parameters = Parameters(changed)
        row = SliderRow(parameters, parameter)
        put(stage, row)
        for step in steps:
            step(row)
            assert is_allowed(parameters["guidance"], parameter)
        row.slider.setFocus()
        value = parameters["guidance"]
        assert row.box.value() == value
        assert Decimal(row.box.text()) == Decimal(str(value))
        assert parameter.snap(low + row.slider.value() * step_size) == value
        if parameter.kind is Kind.INTEGER:
            assert isinstance(value, int)

    check()


def test_no_input_makes_a_seed_that_is_not_shown(schema: ParameterSchema, stage: QWidget) -> None:
    @settings(max_examples=100, deadline=None)
    @given(st.lists(st.one_of(st.text(max_size=3), st.integers(0, 2**70).map(str)), max_size=6))
    def check(texts: list[str]) -> None:
        parameters = Parameters(schema)
        row = SeedRow(parameters, schema["seed"])
        put(stage, row)
        for text in texts:
            QGuiApplication.clipboard().setText(text)
            row.field.setFocus()
            QTest.keyClick(row.field, Key.Key_V, Qt.KeyboardModifier.ControlModifier)
            value = parameters["seed"]
            assert value is None or 0 <= int(value) < 2**63
            assert row.field.text() == ("" if value is None else str(value))

    check()
