"""What the actions do to the models, and how the models' state shows on the actions."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial

from PySide6.QtCore import QObject

from fluxfill_studio.core.display import MaskView
from fluxfill_studio.core.request import Mode
from fluxfill_studio.core.schema import Control
from fluxfill_studio.model.canvas import Tool
from fluxfill_studio.model.studio import Studio
from fluxfill_studio.ui.actions import OPACITY_KEYS, Act, Actions
from fluxfill_studio.ui.theme import ThemeChoice

TOOLS = {
    Act.BRUSH: Tool.BRUSH,
    Act.ERASER: Tool.ERASER,
    Act.HAND: Tool.HAND,
    Act.ZOOM: Tool.ZOOM,
}
VIEWS = {
    Act.VIEW_OVERLAY: MaskView.OVERLAY,
    Act.VIEW_MASK: MaskView.MASK,
    Act.VIEW_IMAGE: MaskView.IMAGE,
}
MODES = {Act.INPAINT: Mode.INPAINT, Act.OUTPAINT: Mode.OUTPAINT}
THEMES = {
    Act.THEME_SYSTEM: ThemeChoice.SYSTEM,
    Act.THEME_LIGHT: ThemeChoice.LIGHT,
    Act.THEME_DARK: ThemeChoice.DARK,
}


class Commands(QObject):
    """Connects the actions that need no widget, and keeps their checks and enablement true."""

    def __init__(self, studio: Studio, actions: Actions, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._studio = studio
        self._actions = actions
        self._connect_mask()
        self._connect_choices()
        document, canvas = studio.document, studio.canvas
        document.replaced.connect(self._refresh)
        document.history_changed.connect(self._refresh)
        canvas.tool_changed.connect(self._refresh)
        canvas.view_changed.connect(self._refresh)
        studio.parameters.changed.connect(self._refresh)
        studio.settings.theme_changed.connect(self._refresh)
        self._refresh()

    def _connect_mask(self) -> None:
        document, canvas = self._studio.document, self._studio.canvas
        self._on(Act.UNDO, document.undo)
        self._on(Act.REDO, document.redo)
        self._on(Act.INVERT, document.invert_mask)
        self._on(Act.CLEAR, document.clear_mask)
        self._on(Act.SWAP, canvas.swap_paint_and_erase)
        self._on(Act.SMALLER, lambda: canvas.step_size(-1))
        self._on(Act.LARGER, lambda: canvas.step_size(+1))
        self._on(Act.SOFTER, lambda: canvas.step_hardness(-1))
        self._on(Act.HARDER, lambda: canvas.step_hardness(+1))
        self._on(Act.CYCLE_VIEW, canvas.cycle_mask_view)
        for digit, percent in OPACITY_KEYS.items():
            set_opacity = partial(canvas.set_brush, opacity=percent / 100)
            self._actions.opacity[digit].triggered.connect(lambda _=False, do=set_opacity: do())

    def _connect_choices(self) -> None:
        studio = self._studio
        for act, tool in TOOLS.items():
            self._on(act, partial(studio.canvas.set_tool, tool))
        for act, view in VIEWS.items():
            self._on(act, partial(studio.canvas.set_mask_view, view))
        name = studio.parameters.schema.with_control(Control.MODE).name
        for act, mode in MODES.items():
            self._on(act, partial(studio.parameters.set, name, mode.value))
        for act, theme in THEMES.items():
            self._on(act, partial(studio.settings.set_theme, theme.value))

    def _on(self, act: Act, do: Callable[[], object]) -> None:
        self._actions[act].triggered.connect(lambda _=False: do())

    def _refresh(self, _: object = None) -> None:
        studio, actions = self._studio, self._actions
        is_open = studio.document.picture is not None
        paints = is_open and studio.parameters.mode is Mode.INPAINT
        for act in (Act.INVERT, Act.CLEAR):
            actions[act].setEnabled(paints)
        actions[Act.UNDO].setEnabled(paints and studio.document.can_undo)
        actions[Act.REDO].setEnabled(paints and studio.document.can_redo)
        actions[Act.RUN].setEnabled(is_open)
        for act, tool in TOOLS.items():
            actions[act].setChecked(tool is studio.canvas.tool)
        for act, view in VIEWS.items():
            actions[act].setChecked(view is studio.canvas.mask_view)
        for act, theme in THEMES.items():
            actions[act].setChecked(theme.value == studio.settings.theme)
