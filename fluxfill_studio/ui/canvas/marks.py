"""Marks of the tools over the picture: outlines, a sign beside the pointer, and short texts."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from itertools import pairwise
from typing import Final, Protocol

from PySide6.QtCore import QLineF, QPointF, QRectF, Qt
from PySide6.QtGui import QColor, QFont, QFontMetricsF, QGuiApplication, QPainter, QPen

from fluxfill_studio.core.geometry import EMPTY, Point, Rect, Size
from fluxfill_studio.core.painting.region import Combine
from fluxfill_studio.core.view.viewport import Viewport

# Lengths are in pixels of the interface.
_DASH: Final = 4.0
_HANDLE: Final = 3.5
_LARGE_HANDLE: Final = 5.5
_BADGE_AWAY: Final = 14.0
_BADGE_ARM: Final = 5.0
# What is drawn from end to end of a badge, as ends on one side of its middle.
_BADGES: Final = {
    Combine.ADD: ((1.0, 0.0), (0.0, 1.0)),
    Combine.SUBTRACT: ((1.0, 0.0),),
    Combine.INTERSECT: ((0.8, 0.8), (0.8, -0.8)),
}
_TEXT_AWAY: Final = Point(18, -18)
_TEXT_SIZE: Final = 12
_TEXT_INSET: Final = 6.0
_BLACK: Final = QColor(0, 0, 0)
_WHITE: Final = QColor(255, 255, 255)
_PLATE: Final = QColor(18, 19, 22, 215)


def line_width(ratio: float) -> int:
    """About one pixel of the interface, in whole device pixels, so that lines are sharp."""
    return max(1, round(ratio))


class Mark(Protocol):
    """Something that is painted over the view, in device pixels."""

    @property
    def bounds(self) -> Rect:
        """What it is painted in."""
        ...

    def paint(self, painter: QPainter) -> None: ...


class Dashes:
    """A dark line with light dashes over it, seen on any picture, in a view of size `view`.

    Qt dashes a path of many pieces ten times and more as slowly as the same pieces as lines, so
    the dashes are carried on from piece to piece here.
    """

    def __init__(self, view: Size, ratio: float) -> None:
        width = line_width(ratio)
        self._view = view
        self._width = width
        self._dark = QPen(_BLACK, width, Qt.PenStyle.SolidLine, Qt.PenCapStyle.SquareCap)
        self._light = QPen(_WHITE, width, Qt.PenStyle.CustomDashLine, Qt.PenCapStyle.FlatCap)
        self._light.setDashPattern([_DASH * ratio / width] * 2)
        self._length = 0.0

    def draw(self, painter: QPainter, line: Sequence[Point]) -> None:
        """A line, in device pixels; its dashes go on from the one that was drawn before."""
        pieces: list[tuple[QLineF, float]] = []
        for start, end in pairwise(line):
            if self._is_seen(start, end):
                pieces.append((QLineF(start.x, start.y, end.x, end.y), self._length))
            self._length += math.hypot(end.x - start.x, end.y - start.y)
        painter.setPen(self._dark)
        painter.drawLines([piece for piece, _ in pieces])
        for piece, length in pieces:
            self._light.setDashOffset(length / self._width)
            painter.setPen(self._light)
            painter.drawLine(piece)

    def _is_seen(self, start: Point, end: Point) -> bool:
        """Whether anything of a piece may be in the view."""
        reach = self._width
        return (
            max(start.x, end.x) > -reach
            and max(start.y, end.y) > -reach
            and min(start.x, end.x) < self._view.width + reach
            and min(start.y, end.y) < self._view.height + reach
        )


@dataclass(frozen=True)
class Outline:
    """A line through `corners`, in device pixels of a view of size `view`."""

    corners: Sequence[Point]
    view: Size
    ratio: float

    @property
    def bounds(self) -> Rect:
        return line_bounds(self.corners, line_width(self.ratio))

    def paint(self, painter: QPainter) -> None:
        painter.save()
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        Dashes(self.view, self.ratio).draw(painter, self.corners)
        painter.restore()


def closed_outline(
    corners: Sequence[Point], viewport: Viewport, ratio: float, *, is_upright: bool
) -> Outline:
    """A closed line through corners in image pixels; sharp when all its sides are upright."""
    seen = [viewport.to_view(corner) for corner in corners]
    if is_upright:
        # Lines of an odd width are sharp in the middle of pixels, others between them.
        middle = line_width(ratio) % 2 / 2
        seen = [Point(round(corner.x) + middle, round(corner.y) + middle) for corner in seen]
    return Outline([*seen, seen[0]], viewport.view, ratio)


def corners_of(rect: Rect) -> list[Point]:
    return [
        Point(rect.x, rect.y),
        Point(rect.right, rect.y),
        Point(rect.right, rect.bottom),
        Point(rect.x, rect.bottom),
    ]


@dataclass(frozen=True)
class Handle:
    """A round handle at a corner; larger while a click would use it."""

    centre: Point
    is_large: bool
    ratio: float

    @property
    def bounds(self) -> Rect:
        return line_bounds((self.centre,), self._radius + self.ratio)

    def paint(self, painter: QPainter) -> None:
        painter.save()
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        painter.setPen(QPen(_BLACK, line_width(self.ratio)))
        painter.setBrush(_WHITE)
        painter.drawEllipse(QPointF(self.centre.x, self.centre.y), self._radius, self._radius)
        painter.restore()

    @property
    def _radius(self) -> float:
        return (_LARGE_HANDLE if self.is_large else _HANDLE) * self.ratio


@dataclass(frozen=True)
class Badge:
    """A small +, − or × beside the pointer: what the tool would do to the mask."""

    how: Combine
    pointer: Point
    ratio: float

    @property
    def bounds(self) -> Rect:
        reach = _BADGE_ARM * self.ratio + 3 * line_width(self.ratio)
        return line_bounds((self._centre,), reach)

    def paint(self, painter: QPainter) -> None:
        painter.save()
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        arm, width = _BADGE_ARM * self.ratio, line_width(self.ratio)
        centre = QPointF(self._centre.x, self._centre.y)
        arms = [QPointF(*end) * arm for end in _BADGES[self.how]]
        for colour, thickness in ((_BLACK, 3 * width), (_WHITE, width)):
            painter.setPen(QPen(colour, thickness, Qt.PenStyle.SolidLine, Qt.PenCapStyle.SquareCap))
            for end in arms:
                painter.drawLine(centre - end, centre + end)
        painter.restore()

    @property
    def _centre(self) -> Point:
        away = _BADGE_AWAY * self.ratio
        # In a pixel's middle, where lines of an odd width are sharp.
        return Point(
            math.floor(self.pointer.x + away) + 0.5, math.floor(self.pointer.y + away) + 0.5
        )


@dataclass(frozen=True)
class Caption:
    """A short text on a dark plate, to the right of and above a place of a view of size `view`.

    `away` is where the plate's lower left corner is from there, in pixels of the interface.
    """

    text: str
    place: Point
    view: Size
    ratio: float
    away: Point = _TEXT_AWAY

    @property
    def bounds(self) -> Rect:
        plate = self._plate
        ends = Point(plate.left(), plate.top()), Point(plate.right(), plate.bottom())
        return line_bounds(ends, 0)

    def paint(self, painter: QPainter) -> None:
        painter.save()
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        painter.setPen(Qt.PenStyle.NoPen)
        painter.setBrush(_PLATE)
        radius = _TEXT_INSET * self.ratio / 1.5
        painter.drawRoundedRect(self._plate, radius, radius)
        painter.setFont(self._font)
        painter.setPen(_WHITE)
        painter.drawText(self._plate, Qt.AlignmentFlag.AlignCenter, self.text)
        painter.restore()

    @property
    def _plate(self) -> QRectF:
        metrics = QFontMetricsF(self._font)
        inset = _TEXT_INSET * self.ratio
        width = math.ceil(metrics.horizontalAdvance(self.text) + 2 * inset)
        height = math.ceil(metrics.height() + inset)
        left = round(self.place.x + self.away.x * self.ratio)
        top = round(self.place.y + self.away.y * self.ratio) - height
        # Wherever the place is, the text is to be read.
        left = min(max(left, 0), max(self.view.width - width, 0))
        top = min(max(top, 0), max(self.view.height - height, 0))
        return QRectF(left, top, width, height)

    @property
    def _font(self) -> QFont:
        font = QFont(QGuiApplication.font())
        font.setPixelSize(round(_TEXT_SIZE * self.ratio))
        return font


def line_bounds(points: Sequence[Point], reach: float) -> Rect:
    """The pixels that a line through `points` touches, drawn so far to each of its sides."""
    if not points:
        return EMPTY
    xs, ys = [point.x for point in points], [point.y for point in points]
    # Antialiasing reaches into the next pixel.
    return Rect.from_bounds(
        math.floor(min(xs) - reach - 1),
        math.floor(min(ys) - reach - 1),
        math.ceil(max(xs) + reach + 1),
        math.ceil(max(ys) + reach + 1),
    )
