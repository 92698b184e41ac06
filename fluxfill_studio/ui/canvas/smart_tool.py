"""Smart select in hand: a box around an object, and scribbles that say more about it."""

from __future__ import annotations

import math
from collections.abc import Iterator
from dataclasses import replace
from typing import Final

from PySide6.QtCore import QCoreApplication, QObject, Qt
from typing_extensions import override

from fluxfill_studio.core.geometry import Point, Rect, united
from fluxfill_studio.core.painting.region import Combine, Region
from fluxfill_studio.core.painting.shapes import Form
from fluxfill_studio.core.painting.smart_select import Hints, Scribble
from fluxfill_studio.core.view.viewport import Viewport
from fluxfill_studio.model.canvas import CanvasModel
from fluxfill_studio.model.document import Document
from fluxfill_studio.model.smart_selection import SmartSelection
from fluxfill_studio.ui.canvas.area import Area, in_view
from fluxfill_studio.ui.canvas.marks import Caption, Mark, closed_outline, corners_of
from fluxfill_studio.ui.canvas.ring import Ring
from fluxfill_studio.ui.canvas.scribbles import ScribbleLayer
from fluxfill_studio.ui.canvas.selection_tool import SelectionTool, is_drag
from fluxfill_studio.ui.canvas.shape_tool import MarqueeDrag
from fluxfill_studio.ui.canvas.tool import Pointer

# A point of a scribble this close to the one before, in view pixels, adds nothing.
_CLOSEST: Final = 1.0


class SmartTool(SelectionTool):
    """The first drag is a box, or with Shift a scribble; a click is a dot on the object.

    From then on every drag is a scribble over the object or, with Alt or the right button, over
    what does not belong to it. Enter or a double-click brings the object into the mask, Backspace
    takes the latest hint back, Escape stops what is being sought or, then, drops it all.
    """

    def __init__(
        self,
        document: Document,
        model: CanvasModel,
        selection: SmartSelection,
        parent: QObject,
    ) -> None:
        super().__init__(document, model, parent)
        self._selection = selection
        self._box: MarqueeDrag | None = None
        self._line: Scribble | None = None
        self._pressed_at = Point(0, 0)
        self._is_click = False
        self._scribbles = ScribbleLayer()
        self._area: Area | None = None
        self._area_made_for: tuple[Region, Viewport, float] | None = None
        self._ring: Ring | None = None
        selection.changed.connect(self._forget)
        selection.changed.connect(self.changed)
        document.replaced.connect(self.cancel)

    @property
    @override
    def is_unfinished(self) -> bool:
        return self._selection.is_pending

    @override
    def press(self, pointer: Pointer) -> None:
        self._pressed_at, self._is_click = pointer.point, True
        self.how = pointer.combine(self.model.combine)
        if self._takes_box(pointer):
            self._box = MarqueeDrag(Form.RECTANGLE, pointer)
        else:
            self._line = self._scribble(pointer)

    @override
    def move(self, pointer: Pointer) -> None:
        super().move(pointer)
        self._is_click = self._is_click and not is_drag(self._pressed_at, pointer)
        if self._box is not None:
            self._box.go_on(pointer)
        elif self._line is not None:
            away = pointer.point - self._line.points[-1]
            if math.hypot(away.x, away.y) * pointer.scale >= _CLOSEST:
                self._line = replace(self._line, points=(*self._line.points, pointer.point))

    @override
    def release(self, pointer: Pointer) -> None:
        self.move(pointer)
        if self._box is not None and self._is_click:
            self._box, self._line = None, self._scribble(pointer)
        self.settle()

    @override
    def settle(self) -> None:
        """As the release may never come, what is drawn is taken as a hint: it can be dropped."""
        box, line, how, picture = self._box, self._line, self.how, self.document.picture
        self.cancel()
        if picture is None or how is None:
            return
        whole = Rect.of(picture.source.size)
        if line is not None and not line.bounds.intersected(whole).is_empty:
            if self._selection.is_pending:
                self._selection.scribble(line)
            else:
                self._selection.begin(Hints(scribbles=(line,)), how)
        elif box is not None and not box.rect.intersected(whole).is_empty:
            self._selection.begin(Hints(box.rect.intersected(whole)), how)

    @override
    def cancel(self) -> None:
        self._box = self._line = self.how = None

    @override
    def double_click(self, pointer: Pointer) -> None:
        scribbles = self._selection.hints.scribbles
        if not scribbles or not self._is_click:
            self.press(pointer)
            return
        # The first of its clicks is no hint, unless it is the only one.
        if self._selection.hints != Hints(scribbles=scribbles[:1]):
            self._selection.take_back()
        self._selection.apply()

    @override
    def key(self, key: Qt.Key) -> bool:
        if key == Qt.Key.Key_Escape and (self._box is not None or self._line is not None):
            self.cancel()
            return True
        keys = {
            Qt.Key.Key_Return: self._selection.apply,
            Qt.Key.Key_Enter: self._selection.apply,
            Qt.Key.Key_Backspace: self._selection.take_back,
            Qt.Key.Key_Escape: self._selection.cancel,
        }
        if not self._selection.is_pending or key not in keys:
            return False
        keys[key]()
        return True

    @override
    def marks(self, viewport: Viewport, ratio: float) -> Iterator[Mark]:
        selection = self._selection
        if selection.found is not None and not selection.found.rect.is_empty:
            yield self._area_of(selection.found, viewport, ratio)
        scribbles = selection.hints.scribbles
        if self._line is not None:
            scribbles = (*scribbles, self._line)
        if scribbles:
            yield self._scribbles.of(scribbles, viewport, ratio)
        if self._box is not None and self._box.is_drawn:
            yield self._box.mark(viewport, ratio)
        elif not selection.hints.box.is_empty:
            yield closed_outline(corners_of(selection.hints.box), viewport, ratio, is_upright=True)
        if self.pointer is not None and not self._takes_box(self.pointer):
            yield self._ring_at(self.pointer, viewport, ratio)
        yield from super().marks(viewport, ratio)
        if self._caption:
            hints = selection.hints
            place = united([hints.box, *(scribble.bounds for scribble in hints.scribbles)])
            corner = viewport.to_view(Point(place.x, place.y))
            yield Caption(self._caption, corner, viewport.view, ratio)

    @override
    def shown_how(self, pointer: Pointer) -> Combine:
        if not self._selection.is_pending:
            return super().shown_how(pointer)
        adds = self._adds(pointer) if self._line is None else self._line.adds
        return Combine.ADD if adds else Combine.SUBTRACT

    def _forget(self) -> None:
        """Let go of what may be large, when it is no longer shown."""
        if not self._selection.is_pending:
            self._scribbles = ScribbleLayer()
            self._area = self._area_made_for = None

    def _takes_box(self, pointer: Pointer) -> bool:
        """Whether a press begins a box; else it begins a scribble."""
        is_scribble = self._line is not None or (pointer.shift and not pointer.alt)
        return not self._selection.is_pending and not is_scribble

    def _adds(self, pointer: Pointer) -> bool:
        """Whether a scribble lies over the object; the first one always does."""
        return not self._selection.is_pending or not (pointer.alt or pointer.takes_away)

    def _scribble(self, pointer: Pointer) -> Scribble:
        return Scribble((pointer.point,), self.model.brush.radius, self._adds(pointer))

    @property
    def _caption(self) -> str:
        if self._selection.is_busy:
            return QCoreApplication.translate("Canvas", "Selecting…")
        if self._selection.found is not None and self._selection.found.rect.is_empty:
            return QCoreApplication.translate("Canvas", "Nothing found here")
        return ""

    def _area_of(self, region: Region, viewport: Viewport, ratio: float) -> Area:
        """A region as it is shown, made once."""
        made_for = (region, viewport, ratio)
        if self._area is None or self._area_made_for != made_for:
            self._area = Area(in_view(region, viewport), self._selection.how, ratio)
            self._area_made_for = made_for
        return self._area

    def _ring_at(self, pointer: Pointer, viewport: Viewport, ratio: float) -> Ring:
        radius = self.model.brush.radius * viewport.scale
        self._ring = Ring.at(pointer.view, radius, 1.0, ratio, self._ring)
        return self._ring
