"""The sliders of the bar: each shows one number of the canvas model and sets it."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

from PySide6.QtCore import QCoreApplication
from PySide6.QtGui import QKeySequence

from fluxfill_studio.core.painting.brush import MAX_SIZE, MIN_SIZE
from fluxfill_studio.model.canvas import CanvasModel
from fluxfill_studio.ui.actions import Act, Actions
from fluxfill_studio.ui.options.value_slider import ValueSlider, position_of_size, size_at

translate = QCoreApplication.translate


def size_slider(canvas: CanvasModel, actions: Actions) -> ValueSlider:
    """The diameter of the brush, in pixels of the picture."""
    name, tip = translate("ToolOptions", "Size"), translate("ToolOptions", "Size of the brush")
    slider = ValueSlider(
        name, translate("ToolOptions", "px"), MIN_SIZE, MAX_SIZE, position_of_size, size_at
    )
    slider.chosen.connect(lambda size: canvas.set_brush(size=size))
    _keep_tip(slider, tip, actions, Act.SMALLER, Act.LARGER)
    _keep_brush(slider, canvas, lambda: canvas.brush.size)
    return slider


def hardness_slider(canvas: CanvasModel, actions: Actions) -> ValueSlider:
    slider = ValueSlider(translate("ToolOptions", "Hardness"), "%", 0, 100)
    slider.chosen.connect(lambda percent: canvas.set_brush(hardness=percent / 100))
    _keep_tip(
        slider, translate("ToolOptions", "Hardness of the rim"), actions, Act.SOFTER, Act.HARDER
    )
    _keep_brush(slider, canvas, lambda: canvas.brush.hardness * 100)
    return slider


def opacity_slider(canvas: CanvasModel) -> ValueSlider:
    slider = ValueSlider(translate("ToolOptions", "Opacity"), "%", 1, 100)
    slider.chosen.connect(lambda percent: canvas.set_brush(opacity=percent / 100))
    slider.set_tip(translate("ToolOptions", "Opacity of a stroke (1 to 9; 0 for 100 %)"))
    _keep_brush(slider, canvas, lambda: canvas.brush.opacity * 100)
    return slider


def tolerance_slider(canvas: CanvasModel) -> ValueSlider:
    """How far a colour may be from the one that the bucket is put on."""
    slider = ValueSlider(translate("ToolOptions", "Tolerance"), "", 0, 255)
    slider.chosen.connect(
        lambda tolerance: canvas.set_flooding(replace(canvas.flooding, tolerance=tolerance))
    )
    slider.set_tip(
        translate("ToolOptions", "How far a colour may be from the one that is clicked on")
    )
    canvas.options_changed.connect(lambda: slider.show_value(canvas.flooding.tolerance))
    slider.show_value(canvas.flooding.tolerance)
    return slider


def _keep_brush(slider: ValueSlider, canvas: CanvasModel, value: Callable[[], float]) -> None:
    canvas.brush_changed.connect(lambda: slider.show_value(round(value())))
    slider.show_value(round(value()))


def _keep_tip(slider: ValueSlider, text: str, actions: Actions, less: Act, more: Act) -> None:
    """A tooltip that names the keys of two actions, as "Size of the brush ([ ])"."""
    both = (actions[less], actions[more])
    native = QKeySequence.SequenceFormat.NativeText

    def show() -> None:
        keys = " ".join(action.shortcut().toString(native) for action in both).strip()
        slider.set_tip(f"{text} ({keys})" if keys else text)

    for action in both:
        action.changed.connect(show)
    show()
