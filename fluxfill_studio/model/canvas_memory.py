"""What the canvas keeps from one start to the next: the overlay, and what a pen's pressure does."""

from __future__ import annotations

from typing import Final

from PySide6.QtCore import QObject

from fluxfill_studio.model.canvas import CanvasModel, Tool
from fluxfill_studio.model.settings import Settings

_PENS: Final = (Tool.BRUSH, Tool.ERASER)


class CanvasMemory(QObject):
    """Gives the canvas what the settings hold, and the settings what is changed on it."""

    def __init__(
        self, settings: Settings, canvas: CanvasModel, parent: QObject | None = None
    ) -> None:
        super().__init__(parent)
        self._settings = settings
        self._canvas = canvas
        self._overlay = settings.overlay
        self._pressure: dict[Tool, tuple[bool, bool]] = {}
        self._restore()
        canvas.view_changed.connect(self._keep_overlay)
        canvas.brush_changed.connect(self._keep_pressure)

    def _restore(self) -> None:
        canvas = self._canvas
        canvas.set_overlay(self._overlay)
        in_hand = canvas.tool
        for tool in _PENS:
            canvas.set_tool(tool)
            brush = self._settings.with_pressure(tool, canvas.brush)
            self._pressure[tool] = size, opacity = brush.pressure_size, brush.pressure_opacity
            canvas.set_brush(pressure_size=size, pressure_opacity=opacity)
        canvas.set_tool(in_hand)

    def _keep_overlay(self) -> None:
        if self._canvas.overlay != self._overlay:
            self._overlay = self._canvas.overlay
            self._settings.set_overlay(self._overlay)

    def _keep_pressure(self) -> None:
        tool, brush = self._canvas.tool, self._canvas.brush
        pressure = brush.pressure_size, brush.pressure_opacity
        if tool in _PENS and pressure != self._pressure[tool]:
            self._pressure[tool] = pressure
            self._settings.set_pressure(tool, brush)
