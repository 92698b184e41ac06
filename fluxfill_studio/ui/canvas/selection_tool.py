"""What the tools that select have in common: how they combine, and the badge that says so."""

from __future__ import annotations

import math
from collections.abc import Iterator
from typing import Final

from PySide6.QtCore import QObject
from PySide6.QtGui import QPainter
from typing_extensions import override

from fluxfill_studio.core.geometry import Point, Rect, united
from fluxfill_studio.core.painting.region import Combine
from fluxfill_studio.core.view.viewport import Viewport
from fluxfill_studio.model.canvas import CanvasModel
from fluxfill_studio.model.document import Document
from fluxfill_studio.ui.canvas.marks import Badge, Mark
from fluxfill_studio.ui.canvas.tool import CanvasTool, Pointer

# A press that goes less far than this, in pixels of the interface, is a click.
_DRAG_FROM: Final = 3.0


class SelectionTool(CanvasTool):
    """Shows beside the pointer what is done, or would be, with the mask."""

    def __init__(self, document: Document, model: CanvasModel, parent: QObject) -> None:
        super().__init__(parent)
        self.document = document
        self.model = model
        self.pointer: Pointer | None = None
        """Where the pointer is, if it is over the view."""
        self.how: Combine | None = None
        """What the selection in hand does; None when there is none."""

    @override
    def move(self, pointer: Pointer) -> None:
        self.pointer = pointer

    @override
    def leave(self) -> None:
        self.pointer = None

    @override
    def paint(self, painter: QPainter, viewport: Viewport, ratio: float) -> None:
        for mark in self.marks(viewport, ratio):
            mark.paint(painter)

    @override
    def bounds(self, viewport: Viewport, ratio: float) -> Rect:
        bounds = united(mark.bounds for mark in self.marks(viewport, ratio))
        return bounds.intersected(Rect.of(viewport.view))

    def marks(self, viewport: Viewport, ratio: float) -> Iterator[Mark]:
        """What is to be seen over the picture, from the bottom up."""
        del viewport
        if self.pointer is not None:
            yield Badge(self.shown_how(self.pointer), self.pointer.view, ratio)

    def shown_how(self, pointer: Pointer) -> Combine:
        """What the badge says."""
        return self.how or pointer.combine(self.model.combine)


def is_drag(start: Point, pointer: Pointer) -> bool:
    """Whether the pointer has left `start`, in image pixels, so far that it is no click."""
    away = pointer.point - start
    return math.hypot(away.x, away.y) * pointer.scale >= _DRAG_FROM * pointer.ratio
