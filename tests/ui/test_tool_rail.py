"""The rail: a button for each tool, in the table's order, in step with the tool in hand."""

from __future__ import annotations

from collections.abc import Callable

from PySide6.QtCore import Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QFrame, QMainWindow, QToolButton, QWidget

from fluxfill_studio.model.canvas import Tool
from fluxfill_studio.model.studio import Studio
from fluxfill_studio.ui.actions import TABLE, Actions, Group
from fluxfill_studio.ui.commands import TOOLS
from fluxfill_studio.ui.tool_rail import ToolRail


def test_it_has_every_tool_and_a_line_after_those_that_paint(
    actions: Actions, dressed: Callable[[QWidget], QMainWindow]
) -> None:
    rail = ToolRail(actions)
    dressed(rail)
    buttons = sorted(rail.findChildren(QToolButton), key=lambda button: button.y())
    acts = [spec.act for spec in TABLE if spec.group is Group.TOOL]
    assert [b.defaultAction() for b in buttons] == [actions[act] for act in acts]
    (line,) = (frame for frame in rail.findChildren(QFrame) if frame is not rail)
    paints = [TOOLS[act].paints for act in acts]
    assert [button.y() < line.y() for button in buttons] == paints
    assert rail.width() == 48


def test_a_click_takes_the_tool_in_hand(studio: Studio, actions: Actions) -> None:
    rail = ToolRail(actions)
    buttons = {b.defaultAction(): b for b in rail.findChildren(QToolButton)}
    for act, tool in TOOLS.items():
        QTest.mouseClick(buttons[actions[act]], Qt.MouseButton.LeftButton)
        assert studio.canvas.tool is tool
        assert [b for b in buttons.values() if b.isChecked()] == [buttons[actions[act]]]


def test_it_follows_the_tool_and_names_the_keys(studio: Studio, actions: Actions) -> None:
    rail = ToolRail(actions)
    studio.canvas.set_tool(Tool.ZOOM)
    (checked,) = (b for b in rail.findChildren(QToolButton) if b.isChecked())
    assert checked.toolTip() == "Zoom (Z)"
    assert all(b.accessibleName() and not b.icon().isNull() for b in rail.findChildren(QToolButton))
