"""What the actions do to the models, and how the models' state shows on the actions."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from functools import partial
from typing import Final

from PySide6.QtCore import QObject

from fluxfill_studio.core.painting.mask import fill, invert
from fluxfill_studio.core.painting.region import Combine
from fluxfill_studio.core.painting.selection import fill_holes
from fluxfill_studio.core.request import Mode
from fluxfill_studio.core.schema import Control
from fluxfill_studio.core.view.display import MaskView
from fluxfill_studio.model.canvas import Tool
from fluxfill_studio.model.studio import Studio
from fluxfill_studio.ui.actions import OPACITY_KEYS, Act, Actions
from fluxfill_studio.ui.theme import ThemeChoice

TOOLS: Final = {
    Act.BRUSH: Tool.BRUSH,
    Act.ERASER: Tool.ERASER,
    Act.LASSO: Tool.LASSO,
    Act.POLYGON: Tool.POLYGON,
    Act.RECTANGLE: Tool.RECTANGLE,
    Act.ELLIPSE: Tool.ELLIPSE,
    Act.BUCKET: Tool.BUCKET,
    Act.SMART_SELECT: Tool.SMART_SELECT,
    Act.HAND: Tool.HAND,
    Act.ZOOM: Tool.ZOOM,
}
COMBINES: Final = {
    Act.ADD: Combine.ADD,
    Act.SUBTRACT: Combine.SUBTRACT,
    Act.INTERSECT: Combine.INTERSECT,
}
VIEWS: Final = {
    Act.VIEW_OVERLAY: MaskView.OVERLAY,
    Act.VIEW_MASK: MaskView.MASK,
    Act.VIEW_IMAGE: MaskView.IMAGE,
}
MODES: Final = {Act.INPAINT: Mode.INPAINT, Act.OUTPAINT: Mode.OUTPAINT}
THEMES: Final = {
    Act.THEME_SYSTEM: ThemeChoice.SYSTEM,
    Act.THEME_LIGHT: ThemeChoice.LIGHT,
    Act.THEME_DARK: ThemeChoice.DARK,
}
# What every mask of an open picture allows.
_MASK_ACTS: Final = (
    Act.INVERT,
    Act.CLEAR,
    Act.ALL,
    Act.GROW,
    Act.SHRINK,
    Act.FEATHER,
    Act.FILL_HOLES,
    Act.IMPORT_MASK,
    Act.EXPORT_MASK,
)


class Commands(QObject):
    """Connects the actions that need no widget, and keeps their checks and enablement true."""

    def __init__(self, studio: Studio, actions: Actions, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._studio = studio
        self._actions = actions
        self._switches = self._connect_switches()
        self._connect_mask()
        self._connect_canvas()
        self._connect_choices()
        document, canvas = studio.document, studio.canvas
        for signal in (
            document.replaced,
            document.history_changed,
            canvas.tool_changed,
            canvas.brush_changed,
            canvas.options_changed,
            canvas.view_changed,
            studio.smart_selection.changed,
            studio.masks.latest_changed,
            studio.blending.changed,
            studio.framing.changed,
            actions[Act.COMPARE].toggled,
            studio.parameters.changed,
            studio.settings.theme_changed,
        ):
            signal.connect(self._refresh)
        self._refresh()

    def _connect_mask(self) -> None:
        studio = self._studio
        self._on(Act.UNDO, self._undo)
        self._on(Act.REDO, self._redo)
        self._on(Act.INVERT, lambda: studio.change_mask(invert))
        self._on(Act.CLEAR, lambda: studio.change_mask(lambda edit: fill(edit, 0)))
        self._on(Act.ALL, lambda: studio.change_mask(lambda edit: fill(edit, 255)))
        self._on(Act.FILL_HOLES, lambda: studio.change_mask(fill_holes))
        self._on(Act.FROM_ALPHA, studio.masks.take_transparency)
        self._on(Act.LAST_MASK, studio.masks.take_latest)

    def _connect_canvas(self) -> None:
        canvas = self._studio.canvas
        self._on(Act.SWAP, canvas.swap_paint_and_erase)
        self._on(Act.SMALLER, lambda: canvas.step_size(-1))
        self._on(Act.LARGER, lambda: canvas.step_size(+1))
        self._on(Act.SOFTER, lambda: canvas.step_hardness(-1))
        self._on(Act.HARDER, lambda: canvas.step_hardness(+1))
        self._on(Act.CYCLE_VIEW, canvas.cycle_mask_view)
        for digit, percent in OPACITY_KEYS.items():
            set_opacity = partial(canvas.set_brush, opacity=percent / 100)
            self._actions.opacity[digit].triggered.connect(lambda _=False, do=set_opacity: do())

    def _connect_switches(self) -> dict[Act, Callable[[], bool]]:
        """Connect what is on or off; returns how to find out which."""
        canvas = self._studio.canvas
        for act, turn in {
            Act.PRESSURE_SIZE: lambda on: canvas.set_brush(pressure_size=on),
            Act.PRESSURE_OPACITY: lambda on: canvas.set_brush(pressure_opacity=on),
            Act.SYMMETRY: canvas.set_symmetric,
            Act.CONTIGUOUS: lambda on: canvas.set_flooding(replace(canvas.flooding, contiguous=on)),
            Act.OUTLINE: lambda on: canvas.set_overlay(replace(canvas.overlay, outline=on)),
        }.items():
            self._actions[act].triggered.connect(turn)
        return {
            Act.PRESSURE_SIZE: lambda: canvas.brush.pressure_size,
            Act.PRESSURE_OPACITY: lambda: canvas.brush.pressure_opacity,
            Act.SYMMETRY: lambda: canvas.is_symmetric,
            Act.CONTIGUOUS: lambda: canvas.flooding.contiguous,
            Act.OUTLINE: lambda: canvas.overlay.outline,
        }

    def _connect_choices(self) -> None:
        studio = self._studio
        for act, tool in TOOLS.items():
            self._on(act, partial(studio.canvas.set_tool, tool))
        for act, how in COMBINES.items():
            self._on(act, partial(studio.canvas.set_combine, how))
        for act, view in VIEWS.items():
            self._on(act, partial(studio.canvas.set_mask_view, view))
        name = studio.parameters.schema.with_control(Control.MODE).name
        for act, mode in MODES.items():
            self._on(act, partial(studio.parameters.set, name, mode.value))
        for act, theme in THEMES.items():
            self._on(act, partial(studio.settings.set_theme, theme.value))

    def _on(self, act: Act, do: Callable[[], object]) -> None:
        self._actions[act].triggered.connect(lambda _=False: do())

    def _undo(self) -> None:
        """Take back the latest thing that was done to what is seen: the blend, frame or mask.

        For the mask that may be a hint to smart select.
        """
        if self._is_comparing:
            self._studio.blending.undo()
        elif self._is_outpainting:
            self._studio.framing.undo()
        elif self._studio.smart_selection.is_pending:
            self._studio.smart_selection.take_back()
        else:
            self._studio.document.undo()

    def _redo(self) -> None:
        if self._is_comparing:
            self._studio.blending.redo()
        elif self._is_outpainting:
            self._studio.framing.redo()
        else:
            self._studio.document.redo()

    @property
    def _is_comparing(self) -> bool:
        return self._actions[Act.COMPARE].isChecked()

    @property
    def _is_outpainting(self) -> bool:
        return self._studio.parameters.mode is Mode.OUTPAINT

    def _refresh(self, _: object = None) -> None:
        self._enable()
        studio, actions = self._studio, self._actions
        for act, tool in TOOLS.items():
            actions[act].setChecked(tool is studio.canvas.tool)
        for act, how in COMBINES.items():
            actions[act].setChecked(how is studio.canvas.combine)
        for act, view in VIEWS.items():
            actions[act].setChecked(view is studio.canvas.mask_view)
        for act, theme in THEMES.items():
            actions[act].setChecked(theme.value == studio.settings.theme)
        for act, is_on in self._switches.items():
            actions[act].setChecked(is_on())

    def _enable(self) -> None:
        studio, actions = self._studio, self._actions
        is_open = studio.document.picture is not None
        paints = is_open and not self._is_outpainting
        for act in _MASK_ACTS:
            actions[act].setEnabled(paints)
        if self._is_comparing:
            can_undo, can_redo = studio.blending.can_undo, studio.blending.can_redo
        elif self._is_outpainting:
            can_undo, can_redo = studio.framing.can_undo, studio.framing.can_redo
        else:
            can_undo = studio.document.can_undo or studio.smart_selection.is_pending
            can_redo = studio.document.can_redo
        actions[Act.UNDO].setEnabled(can_undo)
        actions[Act.REDO].setEnabled(can_redo)
        actions[Act.FROM_ALPHA].setEnabled(paints and studio.masks.has_transparency)
        actions[Act.LAST_MASK].setEnabled(paints and studio.masks.has_latest)
        actions[Act.RUN].setEnabled(is_open)
