"""The zoom tool: a click comes closer, Alt + click or the right button goes back."""

from __future__ import annotations

from collections.abc import Callable

from PySide6.QtCore import QObject, QPointF
from typing_extensions import override

from fluxfill_studio.ui.canvas.tool import CanvasTool, Pointer

# Two steps of the zoom make twice the scale.
_STEPS = 2


class ZoomTool(CanvasTool):
    """`zoom` takes a number of steps and the widget position that stays in place."""

    def __init__(self, zoom: Callable[[int, QPointF], None], parent: QObject) -> None:
        super().__init__(parent)
        self._zoom = zoom

    @override
    def press(self, pointer: Pointer) -> None:
        goes_back = pointer.alt or pointer.takes_away
        position = QPointF(pointer.view.x, pointer.view.y) / pointer.ratio
        self._zoom(-_STEPS if goes_back else _STEPS, position)
