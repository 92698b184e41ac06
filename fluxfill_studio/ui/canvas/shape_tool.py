"""Lasso, polygon, rectangle and ellipse in hand."""

from __future__ import annotations

import math
from collections.abc import Callable, Iterator
from functools import partial
from typing import Final, Protocol

from PySide6.QtCore import QObject, Qt
from typing_extensions import override

from fluxfill_studio.core.geometry import Point, Rect
from fluxfill_studio.core.painting.region import Combine
from fluxfill_studio.core.painting.shapes import Form, Lasso, Marquee, Polygon, Shape
from fluxfill_studio.core.view.viewport import Viewport
from fluxfill_studio.model.canvas import CanvasModel
from fluxfill_studio.model.document import Document
from fluxfill_studio.ui.canvas.layer import Layer
from fluxfill_studio.ui.canvas.marks import (
    Dashes,
    Handle,
    Mark,
    Outline,
    closed_outline,
    line_bounds,
    line_width,
)
from fluxfill_studio.ui.canvas.selection_tool import SelectionTool, is_drag
from fluxfill_studio.ui.canvas.tool import Pointer

# Pieces of a lasso are at least so long, in view pixels.
_LEAST: Final = 0.5
# A click so near the first corner closes a polygon, in pixels of the interface.
_CLOSES_WITHIN: Final = 8.0


class Drag(Protocol):
    """A shape that is drawn from press to release."""

    @property
    def shape(self) -> Shape: ...

    @property
    def is_drawn(self) -> bool:
        """Whether it is more than a click by now."""
        ...

    def go_on(self, pointer: Pointer) -> None: ...

    def mark(self, viewport: Viewport, ratio: float) -> Mark: ...


class MarqueeDrag:
    """A rectangle or an ellipse, between whole pixels.

    Shift makes the sides equal, Alt draws from the centre, Space moves the whole. Keys that were
    down at the press have said how to combine, and mean this only when they are pressed again.
    """

    def __init__(self, form: Form, pointer: Pointer) -> None:
        self._form = form
        self._from = self._last = _whole(pointer.point)
        self._held = pointer.modifiers
        self.shape = Marquee(form, self._from)
        self.is_drawn = False

    def go_on(self, pointer: Pointer) -> None:
        place = _whole(pointer.point)
        self._held &= pointer.modifiers
        new = pointer.modifiers & ~self._held
        if pointer.space:
            self.shape.move(place - self._last)
            self._from += place - self._last
        self._last = place
        self.shape.drag(
            place,
            square=bool(new & Qt.KeyboardModifier.ShiftModifier),
            centred=bool(new & Qt.KeyboardModifier.AltModifier),
        )
        self.is_drawn = is_drag(self._from, pointer)

    @property
    def rect(self) -> Rect:
        """What the corners span."""
        a, b = self.shape.outline[0], self.shape.outline[2]
        left, right = sorted((round(a.x), round(b.x)))
        top, bottom = sorted((round(a.y), round(b.y)))
        return Rect.from_bounds(left, top, right, bottom)

    def mark(self, viewport: Viewport, ratio: float) -> Outline:
        is_upright = self._form is Form.RECTANGLE
        return closed_outline(self.shape.outline, viewport, ratio, is_upright=is_upright)


class LassoDrag:
    """A line drawn by hand, which the release closes."""

    def __init__(self, pointer: Pointer) -> None:
        self.shape = Lasso(pointer.point)
        self.is_drawn = False
        self._layer: Layer | None = None

    def go_on(self, pointer: Pointer) -> None:
        self.shape.add(pointer.point)
        self.is_drawn = self.is_drawn or is_drag(self.shape.outline[0], pointer)

    def mark(self, viewport: Viewport, ratio: float) -> Layer:
        """The line so far, of which only what is new is drawn."""
        if self._layer is None or not self._layer.fits(viewport, ratio):
            self._layer = Layer(viewport, ratio)
            self._dashes = Dashes(viewport.view, ratio)
            self._end, self._count = viewport.to_view(self.shape.outline[0]), 1
        line = [self._end]
        for point in map(viewport.to_view, self.shape.outline[self._count :]):
            # What is too short to be seen becomes part of the next piece.
            if math.hypot(point.x - line[-1].x, point.y - line[-1].y) >= _LEAST:
                line.append(point)
        self._count = len(self.shape.outline)
        if len(line) > 1:
            self._end = line[-1]
            with self._layer.drawing() as painter:
                self._dashes.draw(painter, line)
            self._layer.mark(line_bounds(line, line_width(ratio)))
        return self._layer


class ShapeTool(SelectionTool):
    """Selects what `begin` begins at the press, when the button is released."""

    def __init__(
        self,
        document: Document,
        model: CanvasModel,
        begin: Callable[[Pointer], Drag],
        parent: QObject,
    ) -> None:
        super().__init__(document, model, parent)
        self._begin = begin
        self._drag: Drag | None = None
        document.replaced.connect(self._drop)

    @override
    def press(self, pointer: Pointer) -> None:
        self.how = pointer.combine(self.model.combine)
        self._drag = self._begin(pointer)

    @override
    def move(self, pointer: Pointer) -> None:
        super().move(pointer)
        if self._drag is not None:
            self._drag.go_on(pointer)

    @override
    def release(self, pointer: Pointer) -> None:
        self.move(pointer)
        self.settle()

    @override
    def settle(self) -> None:
        """As the release may never come, what is drawn is selected as it is: it can be undone."""
        drag, how = self._drag, self.how
        self._drop()
        if drag is not None and drag.is_drawn and how is not None:
            select(self.document, drag.shape, how)

    @override
    def key(self, key: Qt.Key) -> bool:
        if key == Qt.Key.Key_Escape and self._drag is not None:
            self._drop()
            return True
        return False

    @override
    def marks(self, viewport: Viewport, ratio: float) -> Iterator[Mark]:
        if self._drag is not None and self._drag.is_drawn:
            yield self._drag.mark(viewport, ratio)
        yield from super().marks(viewport, ratio)

    def _drop(self) -> None:
        self._drag = self.how = None


class PolygonTool(SelectionTool):
    """A corner at each click; Shift holds the next edge to 45°.

    A double-click, Enter, or a click on the first corner closes it, Backspace takes a corner back
    and Escape all. An unfinished polygon stays when the keyboard goes elsewhere or another tool is
    taken: it is the work of many clicks, and to look closer by hand or zoom is part of that work.
    """

    def __init__(self, document: Document, model: CanvasModel, parent: QObject) -> None:
        super().__init__(document, model, parent)
        self._polygon: Polygon | None = None
        self._closes = False
        document.replaced.connect(self._drop)

    @property
    @override
    def is_unfinished(self) -> bool:
        return self._polygon is not None

    @override
    def press(self, pointer: Pointer) -> None:
        if self._polygon is None:
            self.how = pointer.combine(self.model.combine)
            self._polygon = Polygon(pointer.point)
        elif self._closes:
            self._close()
        else:
            self._polygon.place(self._polygon.outline[-1])

    @override
    def move(self, pointer: Pointer) -> None:
        super().move(pointer)
        if self._polygon is not None:
            reach = _CLOSES_WITHIN * pointer.ratio / pointer.scale
            self._closes = self._polygon.closes_at(pointer.point, reach)
            to = self._polygon.vertices[0] if self._closes else pointer.point
            self._polygon.hover(to, snap=pointer.shift and not self._closes)

    @override
    def double_click(self, pointer: Pointer) -> None:
        # The first of its clicks has placed the last corner, or closed the polygon.
        self._close()

    @override
    def key(self, key: Qt.Key) -> bool:
        if self._polygon is None:
            return False
        match key:
            case Qt.Key.Key_Return | Qt.Key.Key_Enter:
                self._close()
            case Qt.Key.Key_Backspace:
                self.cancel()
            case Qt.Key.Key_Escape:
                self._drop()
            case _:
                return False
        return True

    @override
    def cancel(self) -> None:
        if self._polygon is not None and not self._polygon.remove_last():
            self._drop()

    @override
    def marks(self, viewport: Viewport, ratio: float) -> Iterator[Mark]:
        if self._polygon is not None:
            corners = [viewport.to_view(corner) for corner in self._polygon.outline]
            yield Outline(corners, viewport.view, ratio)
            yield Handle(corners[0], self._closes, ratio)
        yield from super().marks(viewport, ratio)

    def _close(self) -> None:
        polygon, how = self._polygon, self.how
        if polygon is not None and how is not None and len(polygon.vertices) >= 3:
            self._drop()
            select(self.document, polygon, how)

    def _drop(self) -> None:
        self._polygon = self.how = None
        self._closes = False


def select(document: Document, shape: Shape, how: Combine) -> None:
    """Bring a shape into the mask of what is open."""
    if document.picture is not None:
        document.select(partial(shape.region, document.picture.source.size), how)


def _whole(point: Point) -> Point:
    return Point(round(point.x), round(point.y))
