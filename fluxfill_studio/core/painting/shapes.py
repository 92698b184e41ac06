"""What is drawn with the pointer, as geometry: marquees, lassos and polygons."""

from __future__ import annotations

import math
from collections.abc import Sequence
from enum import Enum
from typing import Protocol

from fluxfill_studio.core.geometry import Point, Size
from fluxfill_studio.core.painting.raster import ellipse_region, polygon_region, rectangle_region
from fluxfill_studio.core.painting.region import Region

# Corners of the outline that stands for an ellipse on the screen: 0.15 pixels off a circle of
# 1000 pixels' radius.
_OUTLINE_CORNERS = 180
# Image pixels between two points of a lasso, below which the later one is left out.
_LASSO_STEP = 0.25


class Shape(Protocol):
    """Something drawn that can be shown while it is drawn, and selected in the end."""

    @property
    def outline(self) -> Sequence[Point]:
        """The corners in image coordinates; the last is joined to the first."""
        ...

    def region(self, size: Size) -> Region:
        """What it covers of a picture of `size`; an empty region where that is nothing."""
        ...


class Form(Enum):
    """What a marquee encloses."""

    RECTANGLE = "rectangle"
    ELLIPSE = "ellipse"


class Marquee:
    """An upright rectangle, or the ellipse in it, drawn from one corner to the opposite one."""

    def __init__(self, form: Form, start: Point) -> None:
        self._form = form
        self._start = self._end = start
        self._centred = False

    def drag(self, to: Point, *, square: bool = False, centred: bool = False) -> None:
        """Take `to` for the corner opposite to the start, or to a start that is the centre.

        `square` makes both sides as long as the longer one.
        """
        away = to - self._start
        if square:
            side = max(abs(away.x), abs(away.y))
            away = Point(math.copysign(side, away.x), math.copysign(side, away.y))
        self._end = self._start + away
        self._centred = centred

    def move(self, by: Point) -> None:
        """Move the whole marquee."""
        self._start += by
        self._end += by

    @property
    def outline(self) -> list[Point]:
        a, b = self._corners
        if self._form is Form.RECTANGLE:
            return [a, Point(b.x, a.y), b, Point(a.x, b.y)]
        centre, radii = (a + b) * 0.5, (b - a) * 0.5
        turns = (2 * math.pi * index / _OUTLINE_CORNERS for index in range(_OUTLINE_CORNERS))
        return [centre + Point(radii.x * math.cos(t), radii.y * math.sin(t)) for t in turns]

    def region(self, size: Size) -> Region:
        a, b = self._corners
        if self._form is Form.RECTANGLE:
            return rectangle_region(a, b, size)
        return ellipse_region(a, b, size)

    @property
    def _corners(self) -> tuple[Point, Point]:
        if self._centred:
            return self._start * 2 - self._end, self._end
        return self._start, self._end


class Lasso:
    """A closed line drawn by hand."""

    def __init__(self, start: Point) -> None:
        self.outline = [start]

    def add(self, point: Point) -> None:
        """Go on to `point`; what lies next to the last point is left out."""
        if _distance(self.outline[-1], point) >= _LASSO_STEP:
            self.outline.append(point)

    def region(self, size: Size) -> Region:
        return polygon_region(self.outline, size)


class Polygon:
    """Corners placed one by one, and the place where the next one would be."""

    def __init__(self, start: Point) -> None:
        self.vertices = [start]
        self._hovered = start

    def place(self, point: Point) -> None:
        """Make `point` the next corner."""
        self.vertices.append(point)
        self._hovered = point

    def hover(self, point: Point, *, snap: bool = False) -> None:
        """Show the next corner at `point`; `snap` puts it at a multiple of 45° from the last."""
        self._hovered = snapped(self.vertices[-1], point) if snap else point

    def remove_last(self) -> bool:
        """Take the last corner back; False when only the start is left, which stays."""
        if len(self.vertices) == 1:
            return False
        self.vertices.pop()
        return True

    def closes_at(self, point: Point, reach: float) -> bool:
        """Whether a click at `point` ends the polygon: no farther than `reach` from the start."""
        return len(self.vertices) >= 3 and _distance(self.vertices[0], point) <= reach

    @property
    def outline(self) -> list[Point]:
        """The corners, and last the one that is shown but not placed."""
        return [*self.vertices, self._hovered]

    def region(self, size: Size) -> Region:
        """What the placed corners enclose."""
        return polygon_region(self.vertices, size)


def snapped(origin: Point, to: Point) -> Point:
    """`to` moved onto the nearest line at a multiple of 45° through `origin`."""
    away = to - origin
    angle = round(math.atan2(away.y, away.x) / (math.pi / 4)) * (math.pi / 4)
    direction = Point(math.cos(angle), math.sin(angle))
    return origin + direction * (away.x * direction.x + away.y * direction.y)


def _distance(a: Point, b: Point) -> float:
    return math.hypot(b.x - a.x, b.y - a.y)
