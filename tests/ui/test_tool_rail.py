"""The rail: every tool in its group, in step with the tool in hand, whole in a low window."""

from __future__ import annotations

from collections.abc import Callable
from itertools import pairwise

import pytest
from PySide6.QtCore import QSize, Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QFrame, QMainWindow, QToolButton, QWidget

from fluxfill_studio.model.canvas import Tool
from fluxfill_studio.model.studio import Studio
from fluxfill_studio.ui.actions import Actions
from fluxfill_studio.ui.commands import TOOLS
from fluxfill_studio.ui.tool_rail import GROUPS, ToolRail

Show = Callable[[QWidget], QMainWindow]


def buttons(rail: ToolRail) -> list[QToolButton]:
    return sorted(rail.findChildren(QToolButton), key=lambda button: button.y())


def test_it_has_every_tool_and_a_line_between_its_groups(actions: Actions, dressed: Show) -> None:
    rail = ToolRail(actions)
    dressed(rail).resize(1440, 700)
    acts = [act for group in GROUPS for act in group]
    assert {TOOLS[act] for act in acts} == set(Tool)
    assert [b.defaultAction() for b in buttons(rail)] == [actions[act] for act in acts]
    lines = [frame.y() for frame in rail.findChildren(QFrame) if frame is not rail]
    groups = [sum(line < button.y() for line in lines) for button in buttons(rail)]
    assert groups == [number for number, group in enumerate(GROUPS) for _ in group]
    assert rail.width() == 48


@pytest.mark.parametrize(("height", "side"), [(650, 40), (400, 34)])
def test_buttons_are_square_where_there_is_room_and_all_there_where_there_is_little(
    actions: Actions, dressed: Show, height: int, side: int
) -> None:
    rail = ToolRail(actions)
    dressed(rail).resize(1440, height)
    assert rail.height() == height
    ordered = buttons(rail)
    assert all(button.size() == QSize(40, button.height()) for button in ordered)
    assert all(abs(button.height() - side) <= 3 for button in ordered)
    assert all(upper.geometry().bottom() < lower.y() for upper, lower in pairwise(ordered))
    assert ordered[-1].geometry().bottom() < height


def test_a_click_takes_the_tool_in_hand(studio: Studio, actions: Actions) -> None:
    rail = ToolRail(actions)
    of_action = {b.defaultAction(): b for b in buttons(rail)}
    for act, tool in TOOLS.items():
        QTest.mouseClick(of_action[actions[act]], Qt.MouseButton.LeftButton)
        assert studio.canvas.tool is tool
        assert [b for b in of_action.values() if b.isChecked()] == [of_action[actions[act]]]


def test_it_follows_the_tool_and_names_the_keys(studio: Studio, actions: Actions) -> None:
    rail = ToolRail(actions)
    studio.canvas.set_tool(Tool.ELLIPSE)
    (checked,) = (b for b in buttons(rail) if b.isChecked())
    assert checked.toolTip() == "Ellipse (Shift+M)"
    assert all(b.accessibleName() and not b.icon().isNull() for b in buttons(rail))
