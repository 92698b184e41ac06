"""Segments: the buttons show what the actions say, and a press only asks."""

from __future__ import annotations

from collections.abc import Callable

from PySide6.QtCore import QObject, Qt
from PySide6.QtGui import QAction, QActionGroup
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QMainWindow, QPushButton, QWidget

from fluxfill_studio.ui.look import Look
from fluxfill_studio.ui.segments import Segments

LEFT = Qt.MouseButton.LeftButton


def three_actions(owner: QObject) -> list[QAction]:
    group = QActionGroup(owner)
    actions = [group.addAction(name) for name in ("Inpaint", "Outpaint", "Compare")]
    for action in actions:
        action.setCheckable(True)
    actions[0].setChecked(True)
    return actions


def test_the_buttons_follow_the_actions(qapp: QObject) -> None:
    actions = three_actions(qapp)
    segments = Segments("Mode", actions)
    buttons = segments.findChildren(QPushButton)
    assert [b.text() for b in buttons] == ["Inpaint", "Outpaint", "Compare"]
    assert [b.isChecked() for b in buttons] == [True, False, False]
    actions[2].setChecked(True)
    actions[1].setEnabled(False)
    assert [b.isChecked() for b in buttons] == [False, False, True]
    assert [b.isEnabled() for b in buttons] == [True, False, True]


def test_a_press_triggers_and_the_chosen_one_stays_down(
    qapp: QObject, dressed: Callable[[QWidget], QMainWindow]
) -> None:
    actions = three_actions(qapp)
    triggered: list[str] = []
    actions[0].actionGroup().triggered.connect(lambda action: triggered.append(action.text()))
    segments = Segments("Mode", actions)
    dressed(segments)
    buttons = segments.findChildren(QPushButton)
    QTest.mouseClick(buttons[1], LEFT)
    QTest.mouseClick(buttons[1], LEFT)
    buttons[0].setFocus()
    QTest.keyClick(buttons[0], Qt.Key.Key_Right)
    assert buttons[1].hasFocus()
    QTest.keyClick(buttons[1], Qt.Key.Key_Right)
    QTest.keyClick(buttons[2], Qt.Key.Key_Space)
    assert triggered == ["Outpaint", "Outpaint", "Compare"]
    assert [b.isChecked() for b in buttons] == [False, False, True]


def test_a_button_does_not_stay_down_where_its_action_refuses(qapp: QObject) -> None:
    actions = three_actions(qapp)
    actions[2].triggered.connect(lambda: actions[0].setChecked(True))
    segments = Segments("Mode", actions)
    buttons = segments.findChildren(QPushButton)
    QTest.mouseClick(buttons[2], LEFT)
    assert [b.isChecked() for b in buttons] == [True, False, False]


def test_a_click_leaves_the_keyboard_where_it_is(
    qapp: QObject, dressed: Callable[[QWidget], QMainWindow]
) -> None:
    segments = Segments("Mode", three_actions(qapp))
    dressed(segments)
    buttons = segments.findChildren(QPushButton)
    buttons[0].setFocus()
    QTest.mouseClick(buttons[1], LEFT)
    assert buttons[0].hasFocus()


def test_icons_stand_in_place_of_texts_and_follow_the_actions(qapp: QObject, look: Look) -> None:
    actions = three_actions(qapp)
    for action in actions:
        action.setToolTip(f"{action.text()} (X)")
    segments = Segments("Mode", actions, icons=True)
    buttons = segments.findChildren(QPushButton)
    assert [b.text() for b in buttons] == ["", "", ""]
    assert [b.accessibleName() for b in buttons] == ["Inpaint", "Outpaint", "Compare"]
    assert [b.toolTip() for b in buttons] == ["Inpaint (X)", "Outpaint (X)", "Compare (X)"]
    actions[1].setIcon(look.icon("add"))
    actions[1].setToolTip("Outpaint (Y)")
    assert [b.icon().isNull() for b in buttons] == [True, False, True]
    assert buttons[1].toolTip() == "Outpaint (Y)"
