"""The options: the brush in hand, the outpaint's size, the facts of a result; one height."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from PySide6.QtCore import Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import (
    QLabel,
    QMainWindow,
    QPushButton,
    QSlider,
    QSpinBox,
    QToolButton,
    QWidget,
)

from fluxfill_studio.core.display import MaskView
from fluxfill_studio.core.job import Engine
from fluxfill_studio.core.pyramid import Pyramid
from fluxfill_studio.core.schema import ParameterSchema
from fluxfill_studio.model.canvas import Tool
from fluxfill_studio.model.gallery import Entry, Shown
from fluxfill_studio.model.studio import Studio
from fluxfill_studio.ui.actions import Act, Actions
from fluxfill_studio.ui.brush_slider import BrushSlider
from fluxfill_studio.ui.tool_options import OptionsPage, ToolOptions
from tests.pictures import photograph
from tests.ui.runs import finished, picture

Show = Callable[[QWidget], QMainWindow]


@pytest.fixture
def options(studio: Studio, actions: Actions, dressed: Show) -> ToolOptions:
    result = ToolOptions(studio.canvas, studio.parameters, studio.document, studio.gallery, actions)
    dressed(result)
    return result


def said(options: ToolOptions) -> list[str]:
    """The texts of the labels that can be seen."""
    return [each.text() for each in options.findChildren(QLabel) if each.isVisible()]


def field(options: ToolOptions, name: str) -> QSpinBox:
    return next(f for f in options.findChildren(QSpinBox) if f.accessibleName() == name)


def test_it_shows_the_brush_of_the_tool_in_hand(studio: Studio, options: ToolOptions) -> None:
    studio.canvas.set_brush(size=320, hardness=0.5, opacity=0.25)
    assert said(options)[0] == "Brush"
    values = [field(options, name).text() for name in ("Size", "Hardness", "Opacity")]
    assert values == ["320 px", "50 %", "25 %"]
    studio.canvas.set_tool(Tool.ERASER)
    assert said(options)[0] == "Eraser"
    assert field(options, "Size").value() == round(studio.canvas.brush.size) != 320


def test_typing_and_sliding_set_the_brush(studio: Studio, options: ToolOptions) -> None:
    for name, text in (("Size", "145"), ("Hardness", "30"), ("Opacity", "7")):
        field(options, name).setFocus()
        field(options, name).selectAll()
        QTest.keyClicks(field(options, name), text)
    brush = studio.canvas.brush
    assert (brush.size, brush.hardness, brush.opacity) == (145, 0.3, 0.07)
    sliders = {s.accessibleName(): s for s in options.findChildren(QSlider)}
    for name in ("Size", "Hardness", "Opacity"):
        QTest.keyClick(sliders[name], Qt.Key.Key_End)
    brush = studio.canvas.brush
    assert (brush.size, brush.hardness, brush.opacity) == (2000, 1, 1)


@pytest.mark.parametrize("tool", [Tool.HAND, Tool.ZOOM])
def test_tools_that_do_not_paint_have_a_hint(
    studio: Studio, options: ToolOptions, tool: Tool
) -> None:
    before = {text: place for text, place in places(options) if text in ("View", "Overlay")}
    studio.canvas.set_tool(tool)
    assert not any(slider.isVisible() for slider in options.findChildren(BrushSlider))
    assert len(said(options)[1]) > 20
    options.grab()  # lays out
    after = {text: place for text, place in places(options) if text in before}
    assert before == after
    studio.canvas.set_tool(Tool.BRUSH)
    assert all(slider.isVisible() for slider in options.findChildren(BrushSlider))


def places(options: ToolOptions) -> list[tuple[str, object]]:
    parts: list[QLabel | QPushButton] = [
        *options.findChildren(QLabel),
        *options.findChildren(QPushButton),
    ]
    return [(part.text(), part.mapTo(options, part.rect().center())) for part in parts]


def test_views_and_edits_are_buttons_of_their_actions(
    studio: Studio, actions: Actions, options: ToolOptions
) -> None:
    for button in options.findChildren(QPushButton):
        QTest.mouseClick(button, Qt.MouseButton.LeftButton)
        assert button.isChecked()
        assert studio.canvas.mask_view is MaskView(button.text().lower())
    edits = {b.defaultAction(): b for b in options.findChildren(QToolButton)}
    assert list(edits) == [actions[a] for a in (Act.UNDO, Act.REDO, Act.INVERT, Act.CLEAR)]
    assert not any(button.isEnabled() for button in edits.values())


def test_the_outpaint_page_tells_direction_and_approximate_size(
    studio: Studio, options: ToolOptions
) -> None:
    options.set_page(OptionsPage.OUTPAINT)
    assert said(options)[1] == "Zoom out 1.5×"
    assert said(options)[-1] == ""
    studio.document.show(picture(300, 200))
    assert said(options)[-1] == "about 450 × 300 px"
    studio.parameters.set("outpaint", "Right outpaint")
    assert said(options)[1] == "Right"
    assert said(options)[-1] == "about 450 × 200 px"


@pytest.mark.parametrize(
    ("engine", "seed", "facts"),
    [
        (Engine.APIFRAME, 4182, "#1 · seed 4182 · 14.2 s · 9 credits"),
        (Engine.LOCAL, None, "#1 · 14.2 s · local draft"),
    ],
)
def test_the_compare_page_tells_the_facts_of_the_result(
    studio: Studio,
    options: ToolOptions,
    schema: ParameterSchema,
    engine: Engine,
    seed: int | None,
    facts: str,
) -> None:
    options.set_page(OptionsPage.COMPARE)
    assert said(options)[-1] == ""
    studio.gallery.shown = shown(finished(schema, 1, seed=seed, engine=engine))
    studio.gallery.shown_changed.emit()
    assert said(options)[-1] == facts


def shown(entry: Entry) -> Shown:
    result = photograph(300, 200)
    return Shown(entry, result, Pyramid(result), Pyramid(entry.inputs.source.pixels))


def test_no_page_changes_the_height_and_all_fit_a_small_window(options: ToolOptions) -> None:
    for page in OptionsPage:
        options.set_page(page)
        options.window().grab()  # lays out
        assert options.height() == 40
    assert options.minimumSizeHint().width() <= 1024


def test_every_control_has_a_name_and_a_tip(options: ToolOptions) -> None:
    kinds = (QPushButton, QToolButton, QSlider, QSpinBox)
    controls = [control for kind in kinds for control in options.findChildren(kind)]
    assert len(controls) == 3 + 4 + 3 + 3
    assert all(control.accessibleName() and control.toolTip() for control in controls)
    assert "[ ]" in field(options, "Size").toolTip()
