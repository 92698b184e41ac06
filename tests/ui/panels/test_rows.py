"""The rows: every way of input sets what the schema allows, and the default is one click away."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

import pytest
from PySide6.QtCore import QPoint, Qt
from PySide6.QtGui import QAccessible
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication, QComboBox, QScrollArea, QSlider, QWidget

from fluxfill_studio.core.schema import Choice, ParameterSchema, Value
from fluxfill_studio.model.parameters import Parameters
from fluxfill_studio.ui.look import Look
from fluxfill_studio.ui.panels.rows import (
    ListRow,
    Row,
    SeedRow,
    SegmentsRow,
    SliderRow,
    SwitchRow,
    choice_row,
)

LEFT = Qt.MouseButton.LeftButton
Key = Qt.Key
Show = Callable[[QWidget], None]

MAKERS: dict[str, Callable[[Parameters], Row]] = {
    "guidance": lambda p: SliderRow(p, p.schema["guidance"]),
    "output_format": lambda p: SegmentsRow(p, p.schema["output_format"]),
    "prompt_upsampling": lambda p: SwitchRow(p, p.schema["prompt_upsampling"]),
    "seed": lambda p: SeedRow(p, p.schema["seed"]),
}
OTHER_VALUES: dict[str, Value] = {
    "guidance": 4.2,
    "output_format": "png",
    "prompt_upsampling": True,
    "seed": 7,
}


@pytest.fixture(params=MAKERS)
def row(request: pytest.FixtureRequest, parameters: Parameters, show: Show, look: Look) -> Row:
    """A row of each kind, shown."""
    result = MAKERS[request.param](parameters)
    result.apply_look(look)
    show(result)
    return result


@pytest.fixture
def guidance(parameters: Parameters, show: Show) -> SliderRow:
    result = SliderRow(parameters, parameters.schema["guidance"])
    show(result)
    return result


def wheel(widget: QWidget, notches: int) -> None:
    """Turn the wheel with the pointer in the middle of `widget`."""
    window = widget.window()
    place = widget.mapTo(window, widget.rect().center())
    QTest.wheelEvent(window.windowHandle(), place, QPoint(0, 120 * notches))


def type_over(widget: QWidget, text: str) -> None:
    """Select what is written and type `text` in its place."""
    widget.setFocus()
    QTest.keyClick(widget, Key.Key_A, Qt.KeyboardModifier.ControlModifier)
    QTest.keyClicks(widget, text)


def focused() -> QWidget:
    widget = QApplication.focusWidget()
    assert widget is not None
    return widget


def next_in_tab_order(widget: QWidget) -> QWidget:
    """Go on with the Tab key."""
    QTest.keyClick(widget, Key.Key_Tab)
    return focused()


def with_choices(schema: ParameterSchema, name: str, count: int) -> ParameterSchema:
    """The schema with other choices; "2" is the default."""
    choices = tuple(Choice(str(n), f"Choice {n}") for n in range(count))
    changed = replace(schema[name], choices=choices, default="2")
    return replace(
        schema, parameters=tuple(changed if p.name == name else p for p in schema.parameters)
    )


def test_the_default_is_shown_unmarked_and_a_change_is_marked(
    row: Row, parameters: Parameters
) -> None:
    name = row.parameter.name
    assert not row.reset.isVisible()
    parameters.set(name, OTHER_VALUES[name])
    assert row.reset.isVisible()
    parameters.set(name, row.parameter.default)
    assert not row.reset.isVisible()


def test_one_click_goes_back_to_the_default(row: Row, parameters: Parameters) -> None:
    name = row.parameter.name
    before = row.grab().toImage()
    parameters.set(name, OTHER_VALUES[name])
    assert row.grab().toImage() != before
    QTest.mouseClick(row.reset, LEFT)
    assert parameters[name] == row.parameter.default
    assert row.grab().toImage() == before


def test_the_keyboard_goes_back_to_the_default_and_keeps_its_place(
    row: Row, parameters: Parameters
) -> None:
    name = row.parameter.name
    parameters.set(name, OTHER_VALUES[name])
    QTest.keyClick(focused(), Key.Key_Tab)
    assert focused() is row.reset
    QTest.keyClick(row.reset, Key.Key_Space)
    assert not parameters.is_changed(name)
    assert row.isAncestorOf(focused())


def test_nothing_moves_when_the_mark_appears(row: Row, parameters: Parameters) -> None:
    place, size = row.name.geometry(), row.sizeHint()
    parameters.set(row.parameter.name, OTHER_VALUES[row.parameter.name])
    QApplication.processEvents()
    assert (row.name.geometry(), row.sizeHint()) == (place, size)


def test_every_control_has_a_name_and_a_tooltip(row: Row, parameters: Parameters) -> None:
    parameters.set(row.parameter.name, OTHER_VALUES[row.parameter.name])
    controls: set[QWidget] = set()
    while row.isAncestorOf(control := next_in_tab_order(focused())):
        controls.add(control)
    assert len(controls) >= 2
    for control in controls:
        reader = QAccessible.queryAccessibleInterface(control)
        assert reader.text(QAccessible.Text.Name)
        assert control.toolTip()
    assert row.name.toolTip() == row.parameter.help


def test_slider_keys_go_by_the_step_and_stop_at_the_ends(
    guidance: SliderRow, parameters: Parameters
) -> None:
    guidance.slider.setFocus()
    QTest.keyClick(guidance.slider, Key.Key_Right)
    assert parameters["guidance"] == 3.1
    assert guidance.box.text() == "3.1"
    QTest.keyClick(guidance.slider, Key.Key_End)
    QTest.keyClick(guidance.slider, Key.Key_Right)
    assert parameters["guidance"] == 5
    QTest.keyClick(guidance.slider, Key.Key_Home)
    QTest.keyClick(guidance.slider, Key.Key_Left)
    assert parameters["guidance"] == 2


def test_dragging_the_slider_sets_values_of_the_grid(
    guidance: SliderRow, parameters: Parameters
) -> None:
    seen: list[object] = []
    parameters.changed.connect(lambda _: seen.append(parameters["guidance"]))
    slider = guidance.slider
    y = slider.height() // 2
    handle = QPoint(7 + round((slider.width() - 14) / 3), y)
    QTest.mousePress(slider, LEFT, pos=handle)
    for x in (slider.width() // 2, slider.width() + 50):
        QTest.mouseMove(slider, QPoint(x, y))
    QTest.mouseRelease(slider, LEFT, pos=QPoint(slider.width() + 50, y))
    assert seen[-1] == 5
    assert len(seen) == 2
    assert all(round(float(str(value)) * 10, 9) % 1 == 0 for value in seen)


def test_what_is_typed_counts_at_once(guidance: SliderRow, parameters: Parameters) -> None:
    type_over(guidance.box, "4.2")
    assert parameters["guidance"] == 4.2
    assert guidance.slider.value() == 22


@pytest.mark.parametrize("text", ["9", "1", "-3", "x", "1e9", "nan"])
def test_what_is_outside_cannot_be_typed(
    guidance: SliderRow, parameters: Parameters, text: str
) -> None:
    type_over(guidance.box, text)
    QTest.keyClick(guidance.box, Key.Key_Tab)
    assert parameters["guidance"] == 3
    assert guidance.box.text() == "3.0"


def test_what_is_outside_cannot_be_pasted(
    guidance: SliderRow,
    parameters: Parameters,
    clipboard: Callable[[str], None],
) -> None:
    for text, expected in (("4.5", 4.5), ("99", 4.5), ("-1", 4.5), ("2", 2)):
        clipboard(text)
        type_over(guidance.box, "")
        QTest.keyClick(guidance.box, Key.Key_V, Qt.KeyboardModifier.ControlModifier)
        QTest.keyClick(guidance.box, Key.Key_Return)
        assert parameters["guidance"] == expected


def test_a_value_beside_the_grid_is_left_alone_while_typing_and_snaps_after(
    schema: ParameterSchema, show: Show
) -> None:
    steps = replace(schema["steps"], minimum=0, maximum=100, step=5, default=50)
    parameters = Parameters(replace(schema, parameters=(steps,)))
    row = SliderRow(parameters, steps)
    show(row)
    type_over(row.box, "73")
    assert row.box.text() == "73"
    assert parameters["steps"] == 75
    assert row.slider.value() == 15
    QTest.keyClick(row.box, Key.Key_Tab)
    assert row.box.text() == "75"


def test_a_maximum_beside_the_grid_ends_at_the_last_value_of_the_grid(
    schema: ParameterSchema, show: Show
) -> None:
    steps = replace(schema["steps"], minimum=1, maximum=12, step=4, default=5)
    parameters = Parameters(replace(schema, parameters=(steps,)))
    row = SliderRow(parameters, steps)
    show(row)
    row.slider.setFocus()
    QTest.keyClick(row.slider, Key.Key_End)
    assert parameters["steps"] == 9
    row.box.setFocus()
    QTest.keyClick(row.box, Key.Key_Up)
    assert parameters["steps"] == row.box.value() == 9
    type_over(row.box, "12")
    QTest.keyClick(row.box, Key.Key_Return)
    assert parameters["steps"] == row.box.value()
    assert row.box.value() in (1, 5, 9)


@pytest.mark.parametrize("name", ["seed", "steps"])
def test_a_slider_without_a_range_is_refused(schema: ParameterSchema, name: str) -> None:
    parameter = replace(schema[name], maximum=None)
    with pytest.raises(ValueError, match=f"{name}: a slider needs"):
        SliderRow(Parameters(schema), parameter)


def test_the_wheel_scrolls_past_a_control_and_turns_it_only_with_the_focus(
    parameters: Parameters, show: Show, look: Look
) -> None:
    row = SliderRow(parameters, parameters.schema["guidance"])
    row.setMinimumHeight(2000)
    area = QScrollArea()
    area.setWidgetResizable(True)
    area.setWidget(row)
    show(area)
    bar = area.verticalScrollBar()
    for control in (row.slider, row.box):
        bar.setValue(bar.maximum() // 2)
        QApplication.processEvents()
        middle = bar.value()
        wheel(control, -1)
        assert parameters["guidance"] == 3
        assert bar.value() > middle
        control.setFocus()
        scrolled = bar.value()
        wheel(control, +1)
        assert parameters["guidance"] == pytest.approx(3.1 if control is row.box else 3.3)
        assert bar.value() == scrolled
        parameters.set("guidance", None)


def test_a_value_is_shown_with_its_word_in_a_box_of_one_size(
    parameters: Parameters, show: Show
) -> None:
    row = SliderRow(parameters, parameters.schema["safety_tolerance"])
    show(row)
    sizes = set()
    for value in range(1, 7):
        parameters.set("safety_tolerance", value)
        word = parameters.schema["safety_tolerance"].value_labels[str(value)]
        assert row.box.text() == f"{value} · {word}"
        assert row.fontMetrics().horizontalAdvance(row.box.text()) < row.box.width() - 8
        sizes.add((row.box.sizeHint().width(), row.box.width(), row.slider.width()))
    assert len(sizes) == 1
    type_over(row.box, "4")
    assert parameters["safety_tolerance"] == 4
    QTest.keyClick(row.box, Key.Key_Return)
    assert row.box.text() == "4 · relaxed"
    QTest.keyClick(row.box, Key.Key_Down)
    assert row.box.text() == "3 · moderate"


def test_segments_choose_by_pointer_and_by_arrow_keys(parameters: Parameters, show: Show) -> None:
    row = choice_row(parameters, parameters.schema["output_format"])
    assert isinstance(row, SegmentsRow)
    show(row)
    assert row.choice.buttons["jpg"].isChecked()
    QTest.mouseClick(row.choice.buttons["png"], LEFT)
    assert parameters["output_format"] == "png"
    assert not row.choice.buttons["jpg"].isChecked()
    QTest.keyClick(row.choice.buttons["png"], Key.Key_Left)
    assert parameters["output_format"] == "jpg"
    assert row.choice.buttons["jpg"].hasFocus()


def test_one_segment_stays_down(parameters: Parameters, show: Show) -> None:
    row = SegmentsRow(parameters, parameters.schema["output_format"])
    show(row)
    for _ in range(2):
        QTest.mouseClick(row.choice.buttons["jpg"], LEFT)
        assert row.choice.buttons["jpg"].isChecked()
    assert parameters["output_format"] == "jpg"


def test_no_segment_is_down_without_a_value(schema: ParameterSchema, show: Show) -> None:
    optional = replace(schema["output_format"], default=None)
    parameters = Parameters(replace(schema, parameters=(optional,)))
    row = SegmentsRow(parameters, optional)
    show(row)
    assert not any(button.isChecked() for button in row.choice.buttons.values())
    QTest.mouseClick(row.choice.buttons["png"], LEFT)
    QTest.mouseClick(row.reset, LEFT)
    assert parameters["output_format"] is None
    assert not any(button.isChecked() for button in row.choice.buttons.values())


@pytest.mark.parametrize(("count", "kind"), [(3, SegmentsRow), (4, SegmentsRow), (5, ListRow)])
def test_many_choices_become_a_list(schema: ParameterSchema, count: int, kind: type[Row]) -> None:
    changed = with_choices(schema, "output_format", count)
    parameters = Parameters(changed)
    assert type(choice_row(parameters, changed["output_format"])) is kind


def test_a_list_shows_and_sets_the_choice(schema: ParameterSchema, show: Show) -> None:
    changed = with_choices(schema, "output_format", 6)
    parameters = Parameters(changed)
    row = choice_row(parameters, changed["output_format"])
    show(row)
    box = row.findChild(QComboBox)
    assert box is not None
    assert box.currentText() == "Choice 2"
    wheel(box, -1)
    assert parameters["output_format"] == "2"
    box.setFocus()
    wheel(box, -1)
    assert parameters["output_format"] == "3"
    QTest.keyClick(box, Key.Key_Down)
    assert parameters["output_format"] == "4"
    QTest.mouseClick(row.reset, LEFT)
    assert box.currentText() == "Choice 2"


def test_the_switch_sets_a_boolean(parameters: Parameters, show: Show) -> None:
    row = SwitchRow(parameters, parameters.schema["prompt_upsampling"])
    show(row)
    QTest.mouseClick(row.switch, LEFT)
    assert parameters["prompt_upsampling"] is True
    QTest.keyClick(row.switch, Key.Key_Space)
    assert parameters["prompt_upsampling"] is False


def test_the_slider_has_one_position_for_each_value(
    guidance: SliderRow, parameters: Parameters
) -> None:
    slider: QSlider = guidance.slider
    seen = []
    for position in range(slider.minimum(), slider.maximum() + 1):
        slider.setValue(position)
        seen.append(parameters["guidance"])
    assert seen == [n / 10 for n in range(20, 51)]
