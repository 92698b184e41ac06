"""The switch: toggles by pointer and keyboard, shows its state, and names itself to a reader."""

from __future__ import annotations

import pytest
from PySide6.QtCore import QPoint, QSize, Qt
from PySide6.QtGui import QAccessible, QColor
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QVBoxLayout, QWidget
from pytestqt.qtbot import QtBot

from fluxfill_studio.ui.switch import Switch
from fluxfill_studio.ui.theme import DARK, palette


@pytest.fixture
def switch(qtbot: QtBot) -> Switch:
    """A switch in the dark palette."""
    result = Switch()
    qtbot.addWidget(result)
    result.setPalette(palette(DARK))
    return result


def color_at(switch: Switch, x: int) -> QColor:
    return switch.grab().toImage().pixelColor(QPoint(x, 10))


def test_starts_off_at_its_fixed_size(switch: Switch) -> None:
    assert not switch.isChecked()
    assert switch.sizeHint() == QSize(36, 20)
    assert switch.grab().deviceIndependentSize().toSize().height() >= 20


def test_a_click_and_space_toggle_it(switch: Switch) -> None:
    seen: list[bool] = []
    switch.toggled.connect(seen.append)
    QTest.mouseClick(switch, Qt.MouseButton.LeftButton)
    QTest.keyClick(switch, Qt.Key.Key_Space)
    assert seen == [True, False]


def test_a_disabled_switch_stays_as_it_is(switch: Switch) -> None:
    switch.setEnabled(False)
    QTest.mouseClick(switch, Qt.MouseButton.LeftButton)
    assert not switch.isChecked()


def test_the_knob_changes_sides_and_the_track_its_colour(switch: Switch) -> None:
    switch.resize(36, 20)
    assert color_at(switch, 10) == QColor(DARK.muted)
    assert color_at(switch, 26) == QColor(DARK.track)
    switch.setChecked(True)
    assert color_at(switch, 10) == QColor(DARK.accent)
    assert color_at(switch, 26) == QColor(DARK.knob)


def test_it_is_mirrored_where_the_language_is(switch: Switch) -> None:
    switch.resize(36, 20)
    switch.setLayoutDirection(Qt.LayoutDirection.RightToLeft)
    assert color_at(switch, 26) == QColor(DARK.muted)
    switch.setChecked(True)
    assert color_at(switch, 10) == QColor(DARK.knob)


def test_tab_reaches_it_and_the_ring_shows(qtbot: QtBot) -> None:
    window = QWidget()
    qtbot.addWidget(window)
    window.setPalette(palette(DARK))
    layout = QVBoxLayout(window)
    first, second = Switch(), Switch()
    layout.addWidget(first)
    layout.addWidget(second)
    with qtbot.waitActive(window):
        window.show()
        window.activateWindow()
    first.setFocus()
    calm = second.grab().toImage()
    QTest.keyClick(first, Qt.Key.Key_Tab)
    assert second.hasFocus()
    assert second.grab().toImage() != calm


def test_a_screen_reader_learns_name_and_state(switch: Switch) -> None:
    switch.setAccessibleName("Prompt upsampling")
    reader = QAccessible.queryAccessibleInterface(switch)
    assert reader.text(QAccessible.Text.Name) == "Prompt upsampling"
    assert reader.state().checkable
    assert not reader.state().checked
    switch.setChecked(True)
    assert reader.state().checked
