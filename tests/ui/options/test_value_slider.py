"""Slider and field of a number: the scale of sizes, and every way of input."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from PySide6.QtCore import QPoint, Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QMainWindow, QStyle, QStyleOptionSlider, QWidget

from fluxfill_studio.core.painting.brush import MAX_SIZE, MIN_SIZE
from fluxfill_studio.ui.options.value_slider import ValueSlider, position_of_size, size_at

LEFT = Qt.MouseButton.LeftButton


def test_every_size_has_a_position_of_its_own_and_comes_back_from_it() -> None:
    sizes = range(MIN_SIZE, MAX_SIZE + 1)
    positions = [position_of_size(size) for size in sizes]
    assert [size_at(position) for position in positions] == list(sizes)
    assert positions == sorted(set(positions))
    assert positions[0] == 0


def test_equal_ways_are_equal_factors() -> None:
    whole = position_of_size(MAX_SIZE)
    assert size_at(whole // 2) == pytest.approx((MIN_SIZE * MAX_SIZE) ** 0.5, abs=1)


@pytest.fixture
def sizes(dressed: Callable[[QWidget], QMainWindow]) -> ValueSlider:
    slider = ValueSlider("Size", "px", 1, 2000, position_of_size, size_at)
    slider.set_tip("Size ([ ])")
    slider.show_value(80)
    dressed(slider)
    return slider


def test_it_shows_a_value_without_choosing_it(sizes: ValueSlider) -> None:
    chosen: list[int] = []
    sizes.chosen.connect(chosen.append)
    sizes.show_value(320)
    assert sizes.field.text() == "320 px"
    assert size_at(sizes.slider.value()) == 320
    assert chosen == []


def test_a_value_that_is_shown_already_leaves_the_handle_where_it_was_put(
    sizes: ValueSlider,
) -> None:
    sizes.show_value(1)
    sizes.slider.setValue(300)
    assert size_at(300) == 1
    sizes.show_value(1)
    assert sizes.slider.value() == 300


def test_the_keys_reach_every_part_of_the_scale(sizes: ValueSlider) -> None:
    chosen: list[int] = []
    sizes.chosen.connect(chosen.append)
    sizes.chosen.connect(sizes.show_value)
    sizes.slider.setFocus()
    QTest.keyClick(sizes.slider, Qt.Key.Key_Home)
    for _ in range(200):
        QTest.keyClick(sizes.slider, Qt.Key.Key_Right)
    assert chosen[0] == 1
    assert chosen[-1] == 2000
    assert sorted(chosen) == chosen


def test_a_drag_chooses_and_leaves_the_keyboard_alone(sizes: ValueSlider) -> None:
    chosen: list[int] = []
    sizes.chosen.connect(chosen.append)
    sizes.field.setFocus()
    option = QStyleOptionSlider()
    sizes.slider.initStyleOption(option)
    handle = (
        sizes.slider.style()
        .subControlRect(
            QStyle.ComplexControl.CC_Slider,
            option,
            QStyle.SubControl.SC_SliderHandle,
            sizes.slider,
        )
        .center()
    )
    QTest.mousePress(sizes.slider, LEFT, pos=handle)
    QTest.mouseMove(sizes.slider, handle + QPoint(30, 0))
    QTest.mouseRelease(sizes.slider, LEFT, pos=handle + QPoint(30, 0))
    assert chosen
    assert chosen[-1] > 80
    assert sizes.field.hasFocus()


def test_typing_chooses_and_enter_gives_the_keyboard_back(sizes: ValueSlider) -> None:
    chosen: list[int] = []
    sizes.chosen.connect(chosen.append)
    sizes.field.setFocus()
    sizes.field.selectAll()
    QTest.keyClicks(sizes.field, "145")
    QTest.keyClick(sizes.field, Qt.Key.Key_Return)
    assert chosen[-1] == 145
    assert not sizes.field.hasFocus()


def test_the_field_has_room_for_its_largest_value_and_never_moves(sizes: ValueSlider) -> None:
    width = sizes.field.width()
    for value in (1, 2000):
        sizes.show_value(value)
        text = sizes.field.lineEdit()
        assert text.fontMetrics().horizontalAdvance(text.text()) <= text.width()
        assert sizes.field.width() == width


def test_both_controls_are_named_and_tell_the_keys(sizes: ValueSlider) -> None:
    for control in (sizes.slider, sizes.field):
        assert control.accessibleName() == "Size"
        assert control.toolTip() == "Size ([ ])"
