"""The outpaint picker: tiles where their directions are, chosen by pointer and arrow keys."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

import pytest
from PySide6.QtCore import Qt
from PySide6.QtGui import QAccessible
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication, QWidget

from fluxfill_studio.core.outpaint import Preset
from fluxfill_studio.core.schema import Choice, ParameterSchema
from fluxfill_studio.model.generation import Parameters
from fluxfill_studio.ui.look import Look
from fluxfill_studio.ui.panels.compass import Compass

Key = Qt.Key
Show = Callable[[QWidget], None]

PLACES: list[list[Preset | None]] = [
    [Preset.ZOOM_OUT_1_5, Preset.TOP, Preset.ZOOM_OUT_2],
    [Preset.LEFT, Preset.SQUARE, Preset.RIGHT],
    [None, Preset.BOTTOM, None],
]


@pytest.fixture
def compass(parameters: Parameters, show: Show, look: Look) -> Compass:
    result = Compass(parameters, parameters.schema["outpaint"])
    result.apply_look(look)
    result.setFixedWidth(312)
    show(result)
    return result


def test_every_tile_stands_where_its_direction_is(compass: Compass) -> None:
    assert set(compass.buttons) == {preset.value for preset in Preset}
    for preset_row in PLACES:
        tops = {compass.buttons[preset.value].y() for preset in preset_row if preset}
        assert len(tops) == 1
    for column in zip(*PLACES, strict=True):
        lefts = {compass.buttons[preset.value].x() for preset in column if preset}
        assert len(lefts) == 1
    left, middle, right = (compass.buttons[preset.value] for preset in PLACES[1] if preset)
    assert left.x() < middle.x() < right.x()
    widths = {tile.width() for tile in compass.buttons.values()}
    assert max(widths) - min(widths) <= 1


def test_every_tile_has_an_icon_a_text_and_a_name(compass: Compass) -> None:
    for choice in compass.parameter.choices:
        tile = compass.buttons[choice.value]
        assert not tile.icon().isNull()
        assert tile.text() == choice.label
        reader = QAccessible.queryAccessibleInterface(tile)
        assert reader.text(QAccessible.Text.Name) == f"Direction: {choice.label}"


def test_a_click_chooses(compass: Compass, parameters: Parameters) -> None:
    assert compass.buttons["Zoom out 1.5x"].isChecked()
    QTest.mouseClick(compass.buttons["Right outpaint"], Qt.MouseButton.LeftButton)
    assert parameters["outpaint"] == "Right outpaint"
    assert [value for value, tile in compass.buttons.items() if tile.isChecked()] == [
        "Right outpaint"
    ]
    QTest.mouseClick(compass.reset, Qt.MouseButton.LeftButton)
    assert compass.buttons["Zoom out 1.5x"].isChecked()


def test_a_choice_made_elsewhere_is_shown(compass: Compass, parameters: Parameters) -> None:
    parameters.set("outpaint", "Bottom outpaint")
    assert compass.buttons["Bottom outpaint"].isChecked()
    assert not compass.buttons["Zoom out 1.5x"].isChecked()


def test_arrow_keys_go_to_the_neighbour(compass: Compass, parameters: Parameters) -> None:
    parameters.set("outpaint", "Make square")
    compass.buttons["Make square"].setFocus()
    path = []
    for key in (Key.Key_Right, Key.Key_Left, Key.Key_Left, Key.Key_Right, Key.Key_Up, Key.Key_Down):
        tile = QApplication.focusWidget()
        assert tile is not None
        QTest.keyClick(tile, key)
        path.append(str(parameters["outpaint"]).split()[0])
        assert compass.buttons[str(parameters["outpaint"])].hasFocus()
    assert path == ["Right", "Make", "Left", "Make", "Top", "Make"]


def test_the_tab_key_visits_the_chosen_tile_only(compass: Compass, parameters: Parameters) -> None:
    parameters.set("outpaint", "Top outpaint")
    tile = compass.buttons["Top outpaint"]
    compass.reset.setFocus()
    QTest.keyClick(compass.reset, Key.Key_Tab)
    assert tile.hasFocus()
    QTest.keyClick(tile, Key.Key_Tab)
    assert not any(other.hasFocus() for other in compass.buttons.values())


def test_a_choice_without_a_place_stands_below(schema: ParameterSchema, show: Show) -> None:
    outpaint = schema["outpaint"]
    more = tuple(Choice(f"New {n}", f"New {n}") for n in range(4))
    changed = replace(outpaint, choices=(*outpaint.choices, *more))
    parameters = Parameters(replace(schema, parameters=(changed,)))
    compass = Compass(parameters, changed)
    show(compass)
    QApplication.processEvents()
    known = compass.buttons["Bottom outpaint"]
    new = [compass.buttons[choice.value] for choice in more]
    assert all(tile.y() > known.y() for tile in new)
    assert [tile.y() == new[0].y() for tile in new] == [True, True, True, False]
    QTest.mouseClick(new[3], Qt.MouseButton.LeftButton)
    assert parameters["outpaint"] == "New 3"


def test_the_heading_stands_alone_for_fewer_presets(schema: ParameterSchema, look: Look) -> None:
    outpaint = schema["outpaint"]
    changed = replace(outpaint, choices=outpaint.choices[:2])
    parameters = Parameters(replace(schema, parameters=(changed,)))
    compass = Compass(parameters, changed)
    compass.apply_look(look)
    assert list(compass.buttons) == ["Zoom out 1.5x", "Zoom out 2x"]
