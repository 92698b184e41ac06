"""Fingers on a picture: one is the pointer, two move and zoom the view, taps undo and redo."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import Final, Protocol

from PySide6.QtCore import QEvent, QPointF
from PySide6.QtGui import QEventPoint, QTouchEvent

# A tap is shorter than this, in seconds, and moves less than this, in pixels of the interface.
_TAP_SECONDS: Final = 0.3
_TAP_REACH: Final = 12.0


class Touchable(Protocol):
    """What fingers can do with a view; positions are in widget coordinates."""

    def finger_down(self, position: QPointF) -> None: ...

    def finger_moved(self, position: QPointF) -> None: ...

    def finger_up(self, position: QPointF) -> None: ...

    def finger_withdrawn(self) -> None:
        """What the finger began was not meant: more fingers followed."""

    def pinched(self, before: QPointF, after: QPointF, factor: float) -> None:
        """The picture under `before` goes to `after`, and becomes larger by `factor`."""

    def tapped(self, fingers: int) -> None: ...


@dataclass(frozen=True)
class _Pinch:
    centre: QPointF
    distance: float

    @classmethod
    def of(cls, points: list[QEventPoint]) -> _Pinch:
        first, second = points[0].position(), points[1].position()
        away = first - second
        return cls((first + second) / 2, max(math.hypot(away.x(), away.y()), 1.0))


class Touch:
    """Follows the fingers from the first that goes down to the last that goes up."""

    def __init__(self, view: Touchable) -> None:
        self._view = view
        self._fingers = 0
        self._can_be_tap = True
        self._pinch: _Pinch | None = None

    def handle(self, event: QTouchEvent) -> None:
        """Take one touch event; the widget must have accepted the first of its sequence."""
        points = list(event.points())
        if event.type() == QEvent.Type.TouchCancel:
            if self._fingers == 1:
                self._view.finger_withdrawn()
            self._forget()
            return
        down = [point for point in points if point.state() != QEventPoint.State.Released]
        self._count(points, len(down))
        if self._fingers == 1:
            self._point(points[0])
        elif len(down) >= 2:
            self._move_view(down)
        else:
            # The finger that stays after a pinch does not paint.
            self._pinch = None
        self._can_be_tap = self._can_be_tap and all(map(_taps, points))
        if not down:
            if self._fingers > 1 and self._can_be_tap:
                self._view.tapped(self._fingers)
            self._forget()

    def _count(self, points: list[QEventPoint], down: int) -> None:
        """Note how many fingers there are, at most, in this sequence."""
        if down > self._fingers:
            if self._fingers == 1:
                self._view.finger_withdrawn()
            elif self._fingers == 0 and down == 1:
                self._view.finger_down(points[0].position())
            self._fingers = down

    def _point(self, point: QEventPoint) -> None:
        if point.state() == QEventPoint.State.Released:
            self._view.finger_up(point.position())
        elif point.state() == QEventPoint.State.Updated:
            self._view.finger_moved(point.position())

    def _move_view(self, down: list[QEventPoint]) -> None:
        now, before = _Pinch.of(down), self._pinch
        self._pinch = now
        if before is not None and any(p.state() == QEventPoint.State.Updated for p in down):
            self._view.pinched(before.centre, now.centre, now.distance / before.distance)

    def _forget(self) -> None:
        self._fingers, self._can_be_tap, self._pinch = 0, True, None


def _taps(point: QEventPoint) -> bool:
    away = point.position() - point.pressPosition()
    return point.timeHeld() < _TAP_SECONDS and math.hypot(away.x(), away.y()) < _TAP_REACH
