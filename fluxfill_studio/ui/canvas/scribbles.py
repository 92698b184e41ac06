"""Scribbles as they are seen: green over what belongs to the object, red over what does not."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import pairwise, zip_longest
from typing import Final

from PySide6.QtCore import QLineF, Qt
from PySide6.QtGui import QColor, QPainter, QPen

from fluxfill_studio.core.geometry import Point
from fluxfill_studio.core.painting.smart_select import Scribble
from fluxfill_studio.core.view.viewport import Viewport
from fluxfill_studio.ui.canvas.layer import Layer
from fluxfill_studio.ui.canvas.marks import line_bounds

_ADDS: Final = QColor(40, 200, 90)
_REMOVES: Final = QColor(235, 45, 60)
_RIM: Final = QColor(255, 255, 255)
_SOLID: Final = Qt.PenStyle.SolidLine
_OPACITY: Final = 0.7
# In pixels of the interface.
_RIM_WIDTH: Final = 1.5
# Where it would be thinner than this, a scribble could not be seen.
_THINNEST: Final = 3.0


class ScribbleLayer:
    """Draws what is new of scribbles that grow, and all of them when others were there before."""

    def __init__(self) -> None:
        self._layer: Layer | None = None
        self._drawn: list[Scribble] = []

    def of(self, scribbles: Sequence[Scribble], viewport: Viewport, ratio: float) -> Layer:
        """The scribbles as they are seen."""
        layer = self._layer
        if layer is None or not layer.fits(viewport, ratio) or not self._goes_on(scribbles):
            self._layer = layer = Layer(viewport, ratio, _OPACITY)
            self._drawn = []
        for scribble, drawn in zip_longest(scribbles, self._drawn):
            count = 0 if drawn is None else len(drawn.points)
            if count < len(scribble.points):
                # From the last point that is drawn to those that are new.
                new = [viewport.to_view(point) for point in scribble.points[max(count - 1, 0) :]]
                width = max(2 * scribble.radius * viewport.scale, _THINNEST * ratio)
                colour = _ADDS if scribble.adds else _REMOVES
                _draw(layer, new, colour, width, _RIM_WIDTH * ratio, is_new=count == 0)
        self._drawn = list(scribbles)
        return layer

    def _goes_on(self, scribbles: Sequence[Scribble]) -> bool:
        """Whether `scribbles` are those that are drawn, with more points maybe, and new ones."""
        return len(scribbles) >= len(self._drawn) and all(
            # A line that goes on keeps its first point.
            new.points[0] is drawn.points[0] and len(new.points) >= len(drawn.points)
            for new, drawn in zip(scribbles, self._drawn, strict=False)
        )


def _draw(
    layer: Layer, points: list[Point], colour: QColor, width: float, rim: float, *, is_new: bool
) -> None:
    """Draw a line through `points` in view pixels; one that is new begins with a dot."""
    pens = (
        (colour, width, QPainter.CompositionMode.CompositionMode_Source),
        # Only where no scribble is: so pieces and crossings have a rim around the whole.
        (_RIM, width + 2 * rim, QPainter.CompositionMode.CompositionMode_DestinationOver),
    )
    pieces = [*([(points[0], points[0])] if is_new else []), *pairwise(points)]
    with layer.drawing() as painter:
        for start, end in pieces:
            line = QLineF(start.x, start.y, end.x, end.y)
            for paint, thickness, mode in pens:
                painter.setCompositionMode(mode)
                painter.setPen(QPen(paint, thickness, _SOLID, Qt.PenCapStyle.RoundCap))
                if line.isNull():
                    painter.drawPoint(line.p1())
                else:
                    painter.drawLine(line)
    layer.mark(line_bounds(points, width / 2 + rim))
