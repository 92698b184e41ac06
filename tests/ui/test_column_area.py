"""A column that scrolls: the wheel passes over its controls, and nothing moves sideways."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from PySide6.QtCore import QPoint, QPointF, Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import (
    QApplication,
    QComboBox,
    QLabel,
    QLineEdit,
    QMainWindow,
    QSlider,
    QSpinBox,
    QVBoxLayout,
    QWidget,
)
from pytestqt.qtbot import QtBot

from fluxfill_studio.ui.column_area import BAR, ColumnArea
from fluxfill_studio.ui.wheel import pass_wheel


@pytest.fixture
def column(dressed: Callable[[QWidget], QMainWindow]) -> Callable[..., ColumnArea]:
    def show(*controls: QWidget) -> ColumnArea:
        content = QWidget()
        layout = QVBoxLayout(content)
        for control in controls:
            layout.addWidget(control)
        layout.addStretch()
        area = ColumnArea(content)
        dressed(area).resize(300, 200)
        QApplication.processEvents()
        return area

    return show


def turn(widget: QWidget) -> None:
    """Turn the wheel towards the user by one notch, as the window system tells it."""
    at = widget.mapTo(widget.window(), QPointF(widget.rect().center()))
    QTest.wheelEvent(widget.window().windowHandle(), at, QPoint(0, -120))
    QApplication.processEvents()


def test_the_wheel_scrolls_past_a_control_until_it_has_the_focus(
    column: Callable[..., ColumnArea],
) -> None:
    slider, box, combo = QSlider(Qt.Orientation.Horizontal), QSpinBox(), QComboBox()
    combo.addItems(["one", "two"])
    for control in (slider, box, combo):
        pass_wheel(control)
    slider.setValue(50)
    box.setValue(50)
    elsewhere, far = QLineEdit(), QLabel()
    far.setFixedHeight(1000)
    area = column(elsewhere, slider, box, combo, far)
    elsewhere.setFocus()
    bar = area.verticalScrollBar()
    for control in (slider, box, combo):
        bar.setValue(0)
        turn(control)
        assert bar.value() > 0
        assert not control.hasFocus()
    assert (slider.value(), box.value(), combo.currentIndex()) == (50, 50, 0)
    bar.setValue(0)
    box.setFocus()
    turn(box)
    assert bar.value() == 0
    assert box.value() == 49


def test_a_slider_that_a_click_does_not_focus_stays_so(column: Callable[..., ColumnArea]) -> None:
    slider = QSlider(Qt.Orientation.Horizontal)
    slider.setFocusPolicy(Qt.FocusPolicy.TabFocus)
    pass_wheel(slider)
    assert slider.focusPolicy() is Qt.FocusPolicy.TabFocus


def test_nothing_moves_when_there_is_more_than_fits(
    column: Callable[..., ColumnArea], qtbot: QtBot
) -> None:
    near, far = QLabel("near"), QLabel()
    area = column(near, far)
    width = near.width()
    assert area.viewport().width() == area.width() - BAR
    far.setFixedHeight(1000)
    qtbot.waitUntil(lambda: area.verticalScrollBar().maximum() > 0)
    assert near.width() == width
