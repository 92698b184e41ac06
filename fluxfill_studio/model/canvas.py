"""How the canvas is used: the tool in hand, its options, and how the mask is shown."""

from __future__ import annotations

from dataclasses import dataclass, replace
from enum import Enum
from typing import Final

from PySide6.QtCore import QObject, Signal

from fluxfill_studio.core.painting.brush import MAX_SIZE, MIN_SIZE, Brush
from fluxfill_studio.core.painting.region import Combine
from fluxfill_studio.core.view.display import MaskView


class Tool(Enum):
    """What the pointer does on the canvas."""

    BRUSH = "brush"
    ERASER = "eraser"
    LASSO = "lasso"
    POLYGON = "polygon"
    RECTANGLE = "rectangle"
    ELLIPSE = "ellipse"
    BUCKET = "bucket"
    SMART_SELECT = "smart-select"
    HAND = "hand"
    ZOOM = "zoom"

    @property
    def changes_mask(self) -> bool:
        return self not in (Tool.HAND, Tool.ZOOM)

    @property
    def has_brush(self) -> bool:
        """Whether it paints with a ring of a size."""
        return self in _BRUSHES


# A step of the size keys is a tenth of the size, as a hand expects; one pixel at least.
_SIZE_STEP: Final = 0.1
_HARDNESS_STEP: Final = 0.1
_BRUSHES: Final = {
    Tool.BRUSH: Brush(80, 0.8, pressure_size=True),
    Tool.ERASER: Brush(80, 0.8, pressure_size=True),
    Tool.SMART_SELECT: Brush(24),
}
_OVERLAY_OPACITY: Final = 0.5


@dataclass(frozen=True, slots=True)
class Overlay:
    """How the mask lies over the picture: `colour` as #rrggbb, or the theme's; opacity 0 to 1.

    With `outline` its edge is drawn too.
    """

    colour: str | None = None
    opacity: float = _OVERLAY_OPACITY
    outline: bool = False


@dataclass(frozen=True, slots=True)
class Flooding:
    """What the bucket takes in: a tolerance of 0 to 255 per channel, joined to the seed or not."""

    tolerance: int = 32
    contiguous: bool = True


class CanvasModel(QObject):
    """The tool and its options. Every tool that has a brush keeps its own."""

    tool_changed = Signal()
    brush_changed = Signal()
    options_changed = Signal()
    """How tools combine, symmetry, or what the bucket takes in."""
    view_changed = Signal()
    """The mask view or the overlay."""

    def __init__(self, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._tool = Tool.BRUSH
        self._brushes = dict(_BRUSHES)
        self._painting = Tool.BRUSH
        self._combine = Combine.ADD
        self._flooding = Flooding()
        self._is_symmetric = False
        self._view = MaskView.OVERLAY
        self._overlay = Overlay()

    @property
    def tool(self) -> Tool:
        return self._tool

    def set_tool(self, tool: Tool) -> None:
        if tool is self._tool:
            return
        self._tool = tool
        if tool in (Tool.BRUSH, Tool.ERASER):
            self._painting = tool
        self.tool_changed.emit()
        self.brush_changed.emit()

    def swap_paint_and_erase(self) -> None:
        """From brush to eraser and back; with another tool in hand, from adding to taking away."""
        if self._tool in (Tool.BRUSH, Tool.ERASER) or not self._tool.changes_mask:
            self.set_tool(Tool.BRUSH if self._painting is Tool.ERASER else Tool.ERASER)
        else:
            adds = self._combine is not Combine.SUBTRACT
            self.set_combine(Combine.SUBTRACT if adds else Combine.ADD)

    @property
    def brush(self) -> Brush:
        """The brush of the tool in hand, or of brush or eraser, whichever was used last."""
        return self._brushes[self._brush_owner]

    @property
    def _brush_owner(self) -> Tool:
        return self._tool if self._tool.has_brush else self._painting

    def set_brush(
        self,
        *,
        size: float | None = None,
        hardness: float | None = None,
        opacity: float | None = None,
        pressure_size: bool | None = None,
        pressure_opacity: bool | None = None,
    ) -> None:
        """Change what is given, clamped to its range: pixels, 0 to 1, 0.01 to 1."""
        brush = self.brush
        if size is not None:
            brush = replace(brush, size=min(max(size, MIN_SIZE), MAX_SIZE))
        if hardness is not None:
            brush = replace(brush, hardness=min(max(hardness, 0.0), 1.0))
        if opacity is not None:
            brush = replace(brush, opacity=min(max(opacity, 0.01), 1.0))
        if pressure_size is not None:
            brush = replace(brush, pressure_size=pressure_size)
        if pressure_opacity is not None:
            brush = replace(brush, pressure_opacity=pressure_opacity)
        if brush != self.brush:
            self._brushes[self._brush_owner] = brush
            self.brush_changed.emit()

    @property
    def combine(self) -> Combine:
        """What tools do with the mask that is there, unless modifier keys say otherwise."""
        return self._combine

    def set_combine(self, how: Combine) -> None:
        if how is not self._combine:
            self._combine = how
            self.options_changed.emit()

    @property
    def flooding(self) -> Flooding:
        return self._flooding

    def set_flooding(self, flooding: Flooding) -> None:
        if flooding != self._flooding:
            self._flooding = flooding
            self.options_changed.emit()

    @property
    def is_symmetric(self) -> bool:
        """Whether strokes are mirrored at the picture's vertical middle."""
        return self._is_symmetric

    def set_symmetric(self, is_symmetric: bool) -> None:
        if is_symmetric != self._is_symmetric:
            self._is_symmetric = is_symmetric
            self.options_changed.emit()

    def step_size(self, direction: int) -> None:
        """One step larger (+1) or smaller (-1)."""
        size = self.brush.size
        self.set_brush(size=round(size + direction * max(1.0, size * _SIZE_STEP)))

    def step_hardness(self, direction: int) -> None:
        """One step harder (+1) or softer (-1)."""
        self.set_brush(hardness=round(self.brush.hardness + direction * _HARDNESS_STEP, 2))

    @property
    def mask_view(self) -> MaskView:
        return self._view

    def set_mask_view(self, view: MaskView) -> None:
        if view is not self._view:
            self._view = view
            self.view_changed.emit()

    @property
    def overlay(self) -> Overlay:
        return self._overlay

    def set_overlay(self, overlay: Overlay) -> None:
        if overlay != self._overlay:
            self._overlay = overlay
            self.view_changed.emit()

    def cycle_mask_view(self) -> None:
        """Overlay, mask, image, and again."""
        views = list(MaskView)
        self.set_mask_view(views[(views.index(self._view) + 1) % len(views)])
