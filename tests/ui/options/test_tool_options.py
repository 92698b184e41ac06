"""The options: of the tool in hand, the outpaint's size, the facts of a result; one height."""

from __future__ import annotations

from collections.abc import Callable
from itertools import pairwise

import pytest
from PySide6.QtCore import QCoreApplication, QEvent, QRect, Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import (
    QAbstractButton,
    QLabel,
    QMainWindow,
    QProgressBar,
    QPushButton,
    QSlider,
    QSpinBox,
    QToolButton,
    QWidget,
)

from fluxfill_studio.core.job import Engine
from fluxfill_studio.core.painting.region import Combine
from fluxfill_studio.core.painting.smart_select import Hints
from fluxfill_studio.core.planning.extension import Extension
from fluxfill_studio.core.schema import ParameterSchema
from fluxfill_studio.core.view.display import MaskView
from fluxfill_studio.core.view.pyramid import Pyramid
from fluxfill_studio.model.canvas import Flooding, Tool
from fluxfill_studio.model.gallery import Entry, Shown
from fluxfill_studio.model.studio import Studio
from fluxfill_studio.ui.actions import Act, Actions
from fluxfill_studio.ui.look import Look
from fluxfill_studio.ui.options.mask_menu import MaskMenu
from fluxfill_studio.ui.options.overlay_popup import OverlayDot
from fluxfill_studio.ui.options.tool_options import OptionsPage, ToolOptions
from fluxfill_studio.ui.segments import Segments
from fluxfill_studio.ui.switch import Switch
from tests.pictures import photograph
from tests.qt import QtLoop, emitted
from tests.ui.runs import OBJECT, finished, picture, with_object

Show = Callable[[QWidget], QMainWindow]
LEFT = Qt.MouseButton.LeftButton
SHAPES = (Tool.LASSO, Tool.POLYGON, Tool.RECTANGLE, Tool.ELLIPSE)
REGIONS = (*SHAPES, Tool.BUCKET, Tool.SMART_SELECT)


@pytest.fixture
def options(studio: Studio, actions: Actions, look: Look, dressed: Show) -> ToolOptions:
    result = ToolOptions(studio, actions)
    result.apply_look(look)
    dressed(result)
    return result


def visible(options: ToolOptions, kind: type[QWidget]) -> list[QWidget]:
    """The controls of a kind that can be seen, from left to right."""
    found = [each for each in options.findChildren(kind) if each.isVisible()]
    return sorted(found, key=lambda each: place(options, each).left())


def place(options: ToolOptions, widget: QWidget) -> QRect:
    return QRect(widget.mapTo(options, widget.rect().topLeft()), widget.size())


def said(options: ToolOptions) -> list[str]:
    """The texts of the labels that can be seen."""
    labels = visible(options, QLabel)
    return [each.text() for each in labels if isinstance(each, QLabel)]


def field(options: ToolOptions, name: str) -> QSpinBox:
    fields = [f for f in options.findChildren(QSpinBox) if f.isVisible()]
    return next(f for f in fields if f.accessibleName() == name)


def button(options: ToolOptions, name: str) -> QAbstractButton:
    """The button of a name that can be seen."""
    buttons = [b for b in options.findChildren(QAbstractButton) if b.isVisible()]
    return next(b for b in buttons if b.accessibleName() == name)


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
    for slider in visible(options, QSlider):
        QTest.keyClick(slider, Qt.Key.Key_End)
    brush = studio.canvas.brush
    assert (brush.size, brush.hardness, brush.opacity) == (2000, 1, 1)


def test_pressure_is_set_for_each_brush_and_its_button_tells_whether_it_does_anything(
    studio: Studio, options: ToolOptions
) -> None:
    pressure = button(options, "Pen pressure")
    assert isinstance(pressure, QToolButton)
    size, opacity = pressure.menu().actions()
    assert (size.isChecked(), opacity.isChecked(), pressure.isChecked()) == (True, False, True)
    opacity.trigger()
    size.trigger()
    brush = studio.canvas.brush
    assert (brush.pressure_size, brush.pressure_opacity) == (False, True)
    assert pressure.isChecked()
    opacity.trigger()
    assert not pressure.isChecked()
    studio.canvas.set_tool(Tool.ERASER)
    assert (size.isChecked(), opacity.isChecked(), pressure.isChecked()) == (True, False, True)


def test_symmetry_is_a_button_of_brush_and_eraser(studio: Studio, options: ToolOptions) -> None:
    for tool, is_on in ((Tool.BRUSH, True), (Tool.ERASER, False)):
        studio.canvas.set_tool(tool)
        QTest.mouseClick(button(options, "Mirror left and right"), LEFT)
        assert studio.canvas.is_symmetric is is_on
        assert button(options, "Mirror left and right").isChecked() is is_on


@pytest.mark.parametrize("tool", REGIONS)
def test_tools_that_select_say_how_they_combine(
    studio: Studio, options: ToolOptions, tool: Tool
) -> None:
    studio.canvas.set_tool(tool)
    name = "Combine with the mask"
    (combining,) = (s for s in visible(options, Segments) if s.accessibleName() == name)
    buttons = combining.findChildren(QPushButton)
    assert not any(b.icon().isNull() for b in buttons)
    for each, how in reversed(list(zip(buttons, Combine, strict=True))):
        QTest.mouseClick(each, LEFT)
        assert studio.canvas.combine is how
        assert [b.isChecked() for b in buttons] == [b is each for b in buttons]


@pytest.mark.parametrize("tool", [*SHAPES, Tool.SMART_SELECT, Tool.HAND, Tool.ZOOM])
def test_tools_that_need_it_have_a_hint(studio: Studio, options: ToolOptions, tool: Tool) -> None:
    assert not any(len(text) > 20 for text in said(options))
    studio.canvas.set_tool(tool)
    assert sum(len(text) > 20 for text in said(options)) == 1


def test_the_bucket_has_tolerance_and_contiguity(studio: Studio, options: ToolOptions) -> None:
    studio.canvas.set_tool(Tool.BUCKET)
    assert field(options, "Tolerance").text() == "32"
    field(options, "Tolerance").setFocus()
    field(options, "Tolerance").selectAll()
    QTest.keyClicks(field(options, "Tolerance"), "77")
    (switch,) = visible(options, Switch)
    QTest.mouseClick(switch, LEFT)
    assert studio.canvas.flooding == Flooding(77, contiguous=False)
    (slider,) = visible(options, QSlider)
    QTest.keyClick(slider, Qt.Key.Key_End)
    QTest.keyClick(switch, Qt.Key.Key_Space)
    assert studio.canvas.flooding == Flooding(255, contiguous=True)
    studio.canvas.set_flooding(Flooding(3, contiguous=False))
    assert field(options, "Tolerance").value() == 3
    assert isinstance(switch, Switch)
    assert not switch.isChecked()


def test_smart_select_is_applied_or_cancelled_from_the_bar(
    studio: Studio, options: ToolOptions, qt_loop: QtLoop
) -> None:
    selection = studio.smart_selection

    async def found() -> None:
        """Point at the middle, and wait until something is found."""
        assert visible(options, QProgressBar) == []
        selection.begin(Hints(OBJECT), Combine.ADD)
        assert len(visible(options, QProgressBar)) == 1
        QCoreApplication.sendPostedEvents(None, QEvent.Type.LayoutRequest.value)
        assert_whole(options)
        while selection.is_busy:
            await emitted(selection.changed)
        assert visible(options, QProgressBar) == []

    async def drive() -> None:
        studio.document.show(with_object())
        studio.canvas.set_tool(Tool.SMART_SELECT)
        options.window().resize(1024, 100)
        assert not selection.is_pending
        names = [b.accessibleName() for b in visible(options, QPushButton)]
        assert "Apply" not in names
        assert "Cancel" not in names
        await found()
        assert not any("Nothing" in text for text in said(options))
        QTest.mouseClick(button(options, "Cancel"), LEFT)
        assert not selection.is_pending
        assert studio.document.summary.coverage == 0
        await found()
        QTest.mouseClick(button(options, "Apply"), LEFT)
        assert not selection.is_pending
        assert studio.document.can_undo
        studio.document.show(picture())
        await found()
        assert any("Nothing was found" in text for text in said(options))
        await studio.close()

    qt_loop.run(drive())


def test_what_follows_the_options_stands_still(studio: Studio, options: ToolOptions) -> None:
    def places() -> list[QRect]:
        names = ("Undo", "Redo", "Change the mask", "Overlay", "Image", "Colour of the mask")
        return [place(options, button(options, name)) for name in names]

    before = places()
    for tool in Tool:
        studio.canvas.set_tool(tool)
        options.grab()  # lays out
        assert places() == before


def test_the_views_are_buttons_of_their_actions(studio: Studio, options: ToolOptions) -> None:
    for name in ("Overlay", "Mask", "Image"):
        QTest.mouseClick(button(options, name), LEFT)
        assert button(options, name).isChecked()
        assert studio.canvas.mask_view is MaskView(name.lower())


def test_undo_redo_and_the_mask_menu_are_there(actions: Actions, options: ToolOptions) -> None:
    for act in (Act.UNDO, Act.REDO):
        each = button(options, actions[act].text())
        assert isinstance(each, QToolButton)
        assert each.defaultAction() is actions[act]
        assert not each.isEnabled()
    menu = button(options, "Change the mask")
    assert isinstance(menu, MaskMenu)
    listed = [action for action in menu.menu().actions() if not action.isSeparator()]
    names = "invert clear all grow shrink feather fill-holes from-alpha last-mask import-mask"
    assert listed == [actions[Act(name)] for name in (*names.split(), "export-mask")]
    assert not any(action.icon().isNull() for action in listed)


@pytest.mark.parametrize("width", [1440, 1250, 1024])
def test_nothing_is_cut_off(studio: Studio, options: ToolOptions, width: int) -> None:
    options.window().resize(width, 100)
    for tool in Tool:
        studio.canvas.set_tool(tool)
        QCoreApplication.processEvents()  # lays out, also what lies in rows within rows
        assert options.width() == width
        assert_whole(options)


def assert_whole(options: ToolOptions) -> None:
    """Every control is inside, has the room that it needs, and lies over no other."""
    kinds = (QLabel, QAbstractButton, QSpinBox, QSlider, QProgressBar)
    controls = [each for kind in kinds for each in visible(options, kind)]
    assert len(controls) >= 7
    for each in controls:
        assert each.width() >= min(each.minimumSizeHint().width(), each.maximumWidth())
        assert options.rect().contains(place(options, each))
    for left, right in pairwise(sorted((place(options, c) for c in controls), key=QRect.left)):
        assert left.right() < right.left()


def test_a_narrow_bar_has_the_views_in_a_menu(
    studio: Studio, actions: Actions, options: ToolOptions
) -> None:
    options.window().resize(1024, 100)
    assert visible(options, Segments) == []
    views = button(options, "Mask view: Overlay")
    assert isinstance(views, QPushButton)
    assert [a.text() for a in views.menu().actions()] == ["Overlay", "Mask", "Image"]
    views.menu().actions()[1].trigger()
    assert studio.canvas.mask_view is MaskView.MASK
    assert views.text() == "Mask"
    options.window().resize(1440, 100)
    assert button(options, "Mask").isChecked()
    assert not views.isVisible()


def test_the_outpaint_page_tells_direction_and_approximate_size(
    studio: Studio, options: ToolOptions
) -> None:
    options.set_page(OptionsPage.OUTPAINT)
    assert said(options)[1] == "Zoom out 1.5×"
    assert not any("×" in text for text in said(options)[2:])
    studio.document.show(picture(300, 200))
    assert said(options)[-1] == "about 450 × 300 px"
    studio.parameters.set("outpaint", "Right outpaint")
    assert said(options)[1] == "Right"
    assert "approximate" in said(options)[2]
    assert said(options)[-1] == "about 450 × 200 px"


def test_the_outpaint_page_tells_exact_size_and_runs(studio: Studio, options: ToolOptions) -> None:
    options.set_page(OptionsPage.OUTPAINT)
    studio.document.show(picture(300, 200))
    studio.framing.set_extension(Extension(left=301, bottom=77))
    assert said(options)[1] == "Exact"
    assert said(options)[-2:] == ["601 × 277 px", f"in {studio.framing.steps} runs"]
    studio.framing.set_extension(Extension(left=10))
    assert said(options)[-1] == "310 × 200 px"


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
    qt_loop: QtLoop,
    engine: Engine,
    seed: int | None,
    facts: str,
) -> None:
    async def body() -> None:
        options.set_page(OptionsPage.COMPARE)
        assert said(options)[-1] == ""
        studio.gallery.shown = shown(finished(schema, 1, seed=seed, engine=engine))
        studio.gallery.shown_changed.emit()
        assert said(options)[-1] == facts
        await studio.close()

    qt_loop.run(body())


def shown(entry: Entry) -> Shown:
    assert entry.composite is not None
    result = photograph(300, 200)
    return Shown(entry, entry.composite, Pyramid(result), Pyramid(entry.composite.source.pixels))


def test_no_page_changes_the_height(options: ToolOptions) -> None:
    for page in OptionsPage:
        options.set_page(page)
        options.window().grab()  # lays out
        assert options.height() == 40


def test_every_control_has_a_name_and_a_tip(options: ToolOptions) -> None:
    kinds = (QPushButton, QToolButton, QSlider, QSpinBox, Switch, OverlayDot)
    for kind in kinds:
        controls = options.findChildren(kind)
        assert controls
        for control in controls:
            assert isinstance(control, QWidget)
            assert control.accessibleName(), control
            assert control.toolTip(), control.accessibleName()
    assert "[ ]" in field(options, "Size").toolTip()


def test_the_tips_follow_the_keys(actions: Actions, options: ToolOptions) -> None:
    actions.set_keys(Act.SMALLER, [])
    assert field(options, "Size").toolTip() == "Size of the brush (])"
    actions.set_keys(Act.LARGER, [])
    assert field(options, "Size").toolTip() == "Size of the brush"
