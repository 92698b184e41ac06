"""The outpaint picker: tiles where their directions are, chosen by pointer and arrow keys."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

import pytest
from PySide6.QtCore import Qt
from PySide6.QtGui import QAccessible
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication, QWidget

from fluxfill_studio.core.picture.source import Source
from fluxfill_studio.core.planning.extension import Extension
from fluxfill_studio.core.planning.outpaint import Preset
from fluxfill_studio.core.schema import Choice, ParameterSchema
from fluxfill_studio.model.document import Document, Picture
from fluxfill_studio.model.framing import Framing
from fluxfill_studio.model.parameters import Parameters
from fluxfill_studio.model.tasks import TaskOwner
from fluxfill_studio.ui.look import Look
from fluxfill_studio.ui.panels.compass import Compass
from tests.pictures import photograph

Key = Qt.Key
Show = Callable[[QWidget], None]

PLACES: list[list[Preset | None]] = [
    [Preset.ZOOM_OUT_1_5, Preset.TOP, Preset.ZOOM_OUT_2],
    [Preset.LEFT, Preset.SQUARE, Preset.RIGHT],
    [None, Preset.BOTTOM, None],
]


@pytest.fixture
def document(qapp: object) -> Document:
    return Document(TaskOwner())


@pytest.fixture
def framing(document: Document, parameters: Parameters) -> Framing:
    """Of a picture of 600 × 400."""
    result = Framing(document, parameters)
    document.show(Picture.of(Source.of("compass", photograph(600, 400))))
    return result


@pytest.fixture
def compass(framing: Framing, parameters: Parameters, show: Show, look: Look) -> Compass:
    result = Compass(framing, parameters, parameters.schema["outpaint"])
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


def test_a_choice_without_a_place_stands_below(
    schema: ParameterSchema, document: Document, show: Show
) -> None:
    outpaint = schema["outpaint"]
    more = tuple(Choice(f"New {n}", f"New {n}") for n in range(4))
    changed = replace(outpaint, choices=(*outpaint.choices, *more))
    parameters = Parameters(replace(schema, parameters=(changed,)))
    compass = Compass(Framing(document, parameters), parameters, changed)
    show(compass)
    QApplication.processEvents()
    known = compass.buttons["Bottom outpaint"]
    new = [compass.buttons[choice.value] for choice in more]
    assert all(tile.y() > known.y() for tile in new)
    assert [tile.y() == new[0].y() for tile in new] == [True, True, True, False]
    QTest.mouseClick(new[3], Qt.MouseButton.LeftButton)
    assert parameters["outpaint"] == "New 3"


def test_the_heading_stands_alone_for_fewer_presets(
    schema: ParameterSchema, document: Document, look: Look
) -> None:
    outpaint = schema["outpaint"]
    changed = replace(outpaint, choices=outpaint.choices[:2])
    parameters = Parameters(replace(schema, parameters=(changed,)))
    compass = Compass(Framing(document, parameters), parameters, changed)
    compass.apply_look(look)
    assert list(compass.buttons) == ["Zoom out 1.5x", "Zoom out 2x"]


def test_the_exact_tile_stands_in_the_last_corner_and_opens_the_card(
    compass: Compass, framing: Framing
) -> None:
    assert not compass.card.isVisible()
    assert compass.exact.x() == compass.buttons["Right outpaint"].x()
    assert compass.exact.y() == compass.buttons["Bottom outpaint"].y()
    assert not compass.exact.icon().isNull()
    QTest.mouseClick(compass.exact, Qt.MouseButton.LeftButton)
    assert framing.extension == Extension(150, 100, 150, 100)
    assert compass.exact.isChecked()
    assert not any(tile.isChecked() for tile in compass.buttons.values())
    assert compass.card.isVisible()


def test_a_preset_ends_the_exact_frame_also_the_one_that_was_chosen(
    compass: Compass, framing: Framing, parameters: Parameters
) -> None:
    framing.choose_exact()
    QTest.mouseClick(compass.buttons["Zoom out 1.5x"], Qt.MouseButton.LeftButton)
    assert not framing.is_exact
    assert compass.buttons["Zoom out 1.5x"].isChecked()
    assert not compass.exact.isChecked()
    assert not compass.card.isVisible()
    framing.choose_exact()
    QTest.mouseClick(compass.buttons["Top outpaint"], Qt.MouseButton.LeftButton)
    assert parameters["outpaint"] == "Top outpaint"
    assert not framing.is_exact


def test_the_reset_button_also_ends_the_exact_frame(compass: Compass, framing: Framing) -> None:
    assert not compass.reset.isVisible()
    framing.choose_exact()
    assert compass.reset.isVisible()
    QTest.mouseClick(compass.reset, Qt.MouseButton.LeftButton)
    assert not framing.is_exact
    assert compass.buttons["Zoom out 1.5x"].isChecked()
    assert not compass.reset.isVisible()


def test_arrow_keys_reach_the_exact_tile_and_tab_stops_there_alone(
    compass: Compass, framing: Framing, parameters: Parameters
) -> None:
    parameters.set("outpaint", "Right outpaint")
    compass.buttons["Right outpaint"].setFocus()
    QTest.keyClick(compass.buttons["Right outpaint"], Key.Key_Down)
    assert framing.is_exact
    assert compass.exact.hasFocus()
    compass.reset.setFocus()
    QTest.keyClick(compass.reset, Key.Key_Tab)
    assert compass.exact.hasFocus()
    QTest.keyClick(compass.exact, Key.Key_Left)
    assert parameters["outpaint"] == "Bottom outpaint"
    assert not framing.is_exact


def test_without_a_picture_nothing_can_be_exact(
    parameters: Parameters, document: Document, show: Show
) -> None:
    framing = Framing(document, parameters)
    compass = Compass(framing, parameters, parameters.schema["outpaint"])
    show(compass)
    assert not compass.exact.isEnabled()
    document.show(Picture.of(Source.of("compass", photograph(600, 400))))
    assert compass.exact.isEnabled()
