"""How the canvas is used: the tool in hand, its options, and how the mask is shown."""

from __future__ import annotations

from dataclasses import replace
from enum import Enum
from typing import Final

from PySide6.QtCore import QObject, Signal

from fluxfill_studio.core.brush import MAX_SIZE, MIN_SIZE, Brush
from fluxfill_studio.core.display import MaskView


class Tool(Enum):
    """What a press of the pointer does."""

    BRUSH = "brush"
    ERASER = "eraser"
    HAND = "hand"
    ZOOM = "zoom"

    @property
    def paints(self) -> bool:
        return self in (Tool.BRUSH, Tool.ERASER)


# A step of the size keys is a tenth of the size, as a hand expects; one pixel at least.
_SIZE_STEP: Final = 0.1
_HARDNESS_STEP: Final = 0.1
_START: Final = {Tool.BRUSH: Brush(80, 0.8), Tool.ERASER: Brush(80, 0.8)}


class CanvasModel(QObject):
    """The tool and its options. Every painting tool keeps its own brush."""

    tool_changed = Signal()
    brush_changed = Signal()
    view_changed = Signal()

    def __init__(self, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._tool = Tool.BRUSH
        self._brushes = dict(_START)
        self._painting = Tool.BRUSH
        self._view = MaskView.OVERLAY

    @property
    def tool(self) -> Tool:
        return self._tool

    def set_tool(self, tool: Tool) -> None:
        if tool is self._tool:
            return
        self._tool = tool
        if tool.paints:
            self._painting = tool
        self.tool_changed.emit()
        self.brush_changed.emit()

    def swap_paint_and_erase(self) -> None:
        """From brush to eraser and back."""
        self.set_tool(Tool.BRUSH if self._painting is Tool.ERASER else Tool.ERASER)

    @property
    def brush(self) -> Brush:
        """The brush of the painting tool in hand, or of the one used last."""
        return self._brushes[self._painting]

    def set_brush(
        self,
        *,
        size: float | None = None,
        hardness: float | None = None,
        opacity: float | None = None,
    ) -> None:
        """Change what is given, clamped to its range: pixels, 0 to 1, 0.01 to 1."""
        brush = self.brush
        if size is not None:
            brush = replace(brush, size=min(max(size, MIN_SIZE), MAX_SIZE))
        if hardness is not None:
            brush = replace(brush, hardness=min(max(hardness, 0.0), 1.0))
        if opacity is not None:
            brush = replace(brush, opacity=min(max(opacity, 0.01), 1.0))
        if brush != self.brush:
            self._brushes[self._painting] = brush
            self.brush_changed.emit()

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

    def cycle_mask_view(self) -> None:
        """Overlay, mask, image, and again."""
        views = list(MaskView)
        self.set_mask_view(views[(views.index(self._view) + 1) % len(views)])
