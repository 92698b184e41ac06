"""Brush and eraser in hand: strokes, straight lines, and the brush's size by dragging."""

from __future__ import annotations

import math
from typing import Final

from PySide6.QtCore import QObject, Qt
from PySide6.QtGui import QPainter
from typing_extensions import override

from fluxfill_studio.core.geometry import EMPTY, Point, Rect
from fluxfill_studio.core.painting.region import Combine
from fluxfill_studio.core.painting.shapes import snapped
from fluxfill_studio.core.painting.stroke import Sample
from fluxfill_studio.core.view.viewport import Viewport
from fluxfill_studio.model.canvas import CanvasModel, Tool
from fluxfill_studio.model.document import Document
from fluxfill_studio.ui.canvas.ring import Ring
from fluxfill_studio.ui.canvas.tool import CanvasTool, Pointer

# Shift holds a stroke to 45° once it is clear which way it goes, in pixels of the interface.
_SNAP_FROM: Final = 4.0
# Dragging by so many pixels of the interface changes the hardness from none to full.
_HARDNESS_SPAN: Final = 200.0


class StrokeTool(CanvasTool):
    """Paints while a button is down. The ring that it shows is the cursor.

    Shift + press draws a straight line from the end of the stroke before, Shift + drag keeps to
    45°, Alt + right button drags size (sideways) and hardness (up and down).
    """

    cursor = Qt.CursorShape.BlankCursor

    def __init__(self, document: Document, model: CanvasModel, parent: QObject) -> None:
        super().__init__(parent)
        self._document = document
        self._model = model
        self._pointer: Pointer | None = None
        self._snap_from: Point | None = None
        self._end = Point(0, 0)
        self._last_end: Point | None = None
        self._resizing_from: tuple[Pointer, float, float] | None = None
        self._is_down = False
        self._ring: Ring | None = None
        document.replaced.connect(self._forget)

    @override
    def press(self, pointer: Pointer) -> None:
        if pointer.alt and pointer.buttons & Qt.MouseButton.RightButton:
            brush = self._model.brush
            self._resizing_from = (pointer, brush.size, brush.hardness)
            return
        self._is_down = True
        self._snap_from = pointer.point
        start = pointer.point
        joins = pointer.shift and not pointer.alt and self._last_end is not None
        if joins and self._last_end is not None:
            start = self._last_end
        axis = None
        picture = self._document.picture
        if self._model.is_symmetric and picture is not None:
            axis = picture.source.size.width / 2
        sample = Sample(start, pointer.pressure)
        self._document.begin_stroke(self._model.brush, sample, self._how(pointer), axis)
        if joins:
            self._document.continue_stroke(Sample(pointer.point, pointer.pressure))
        self._end = pointer.point

    @override
    def move(self, pointer: Pointer) -> None:
        if self._resizing_from is not None:
            self._resize(pointer, *self._resizing_from)
            return
        self._pointer = pointer
        if self._is_down:
            point = self._held(pointer)
            self._document.continue_stroke(Sample(point, pointer.pressure))
            self._end = point

    @override
    def release(self, pointer: Pointer) -> None:
        self._pointer = pointer
        self.settle()

    @override
    def leave(self) -> None:
        self._pointer = None

    @override
    def key(self, key: Qt.Key) -> bool:
        if key == Qt.Key.Key_Escape and self._is_down:
            self._is_down = False
            self._document.abort_stroke()
            return True
        return False

    @override
    def settle(self) -> None:
        self._resizing_from = None
        if self._is_down:
            self._is_down = False
            self._last_end = self._end
            self._document.end_stroke()

    @override
    def paint(self, painter: QPainter, viewport: Viewport, ratio: float) -> None:
        ring = self._ring_now(viewport, ratio)
        if ring is not None:
            ring.paint(painter)

    @override
    def bounds(self, viewport: Viewport, ratio: float) -> Rect:
        ring = self._ring_now(viewport, ratio)
        return EMPTY if ring is None else ring.bounds

    def _how(self, pointer: Pointer) -> Combine:
        erases = self._model.tool is Tool.ERASER
        return pointer.combine(Combine.SUBTRACT if erases else Combine.ADD)

    def _held(self, pointer: Pointer) -> Point:
        """Where the stroke goes: to the pointer, or with Shift to the nearest 45° through it."""
        # With Alt, Shift says what is done with the mask.
        if not pointer.shift or pointer.alt or self._snap_from is None:
            return pointer.point
        away = pointer.point - self._snap_from
        if math.hypot(away.x, away.y) * pointer.scale < _SNAP_FROM * pointer.ratio:
            return self._snap_from
        return snapped(self._snap_from, pointer.point)

    def _resize(self, pointer: Pointer, start: Pointer, size: float, hardness: float) -> None:
        across = (pointer.view.x - start.view.x) / pointer.scale
        down = (pointer.view.y - start.view.y) / pointer.ratio
        # The rim follows the pointer: a radius grows by what the pointer moves.
        self._model.set_brush(
            size=round(size + 2 * across), hardness=round(hardness - down / _HARDNESS_SPAN, 2)
        )

    def _ring_now(self, viewport: Viewport, ratio: float) -> Ring | None:
        if self._pointer is None:
            return None
        brush = self._model.brush
        ring = Ring.at(
            self._pointer.view, brush.radius * viewport.scale, brush.hardness, ratio, self._ring
        )
        self._ring = ring
        return ring

    def _forget(self) -> None:
        self._is_down = False
        self._last_end = None
