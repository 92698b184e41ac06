"""The stroke benchmark: the same real events for our canvas and for its peers.

Knows Qt and numpy only, for a peer's process runs it in an environment of the peer's own.

A pointer event is handed to the QWindow, where the platform hands in a person's, and from there
goes Qt's whole way: hit test, grab, enter and leave, delivery. That costs 6 µs. `QTest.mouseMove`
costs 10 µs on top of a turn of the event loop, in which anything may run that has nothing to do
with the event; and it knows whole pixels only. The event is made beforehand: making it in Python
takes 10 µs, which no user's pointer does.
"""

from __future__ import annotations

import math
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Final, Protocol

import numpy as np
from PySide6.QtCore import QCoreApplication, QEvent, QPoint, QPointF, QRectF, Qt
from PySide6.QtGui import QGuiApplication, QMouseEvent, QWheelEvent
from PySide6.QtWidgets import QWidget

VIEW: Final = (1920, 1080)
"""The size of the view, in pixels."""
EVENTS: Final = 200
STEP: Final = 32.0
"""Between two events of the stroke, in image pixels."""
SIZES: Final = (512, 64)
"""Of the brush, in image pixels."""
SCALES: Final = {"fit": None, "100 %": 1.0}
"""View pixels for an image pixel, None where the picture is fitted into the view."""
Case = tuple[int, str]
"""A size of the brush, and a name in SCALES."""
CASES: Final[list[Case]] = [(size, view) for size in SIZES for view in SCALES]
# The sine: its length over 2π in view pixels, and its height as a share of the view's.
_SINE_LENGTH, _SINE_HEIGHT = 150.0, 0.25
_UNDONE: Final = 5
# The path keeps this share of the picture's width away from its sides.
_INSET: Final = 0.05
_PAN_FRAMES, _PAN_STEP, _NOTCHES, _NOTCH = 60, 24.0, 16, 120
# So many events behind the last one the stroke has been painted, and no cursor ring is near.
_BEHIND: Final = 10


class Subject(Protocol):
    """A canvas that is measured, with a picture of some megapixels in it and an empty mask."""

    @property
    def widget(self) -> QWidget:
        """What the pointer is over."""

    def take_brush(self, size: int) -> None:
        """Take a soft brush of `size` image pixels."""

    def place(self, scale: float | None) -> tuple[float, QRectF]:
        """Show the middle of the picture at `scale`, or fit it into the view with None.

        Returns the scale, and where in the widget the visible part of the picture lies.
        """

    def paint(self) -> None:
        """Paint now what has to be painted."""

    @property
    def can_undo(self) -> bool: ...

    async def undo(self) -> None:
        """Take the latest stroke back; returns when it is taken back, not when it is painted."""

    async def redo(self) -> None:
        """The same for doing it again."""

    async def settle(self) -> None:
        """Wait until no other thread works on what was done."""

    @property
    def history_bytes(self) -> int:
        """What is kept for all that can be undone or redone."""


@dataclass(frozen=True)
class StrokeTimes:
    """One stroke: CPU seconds of the press, of every move, of the release, each with its paint.

    `undo` are the CPU seconds of taking it back, without and `undo_painted` with the paint, each
    several times. `kept_bytes` is what it takes in the history.
    """

    press: float
    events: list[float]
    release: float
    undo: list[float]
    undo_painted: list[float]
    kept_bytes: int


class Pointer:
    """The pointer over a widget. An event is made first and sent when its time is measured."""

    def __init__(self, widget: QWidget, button: Qt.MouseButton = Qt.MouseButton.LeftButton) -> None:
        self._widget = widget
        self._window = widget.window()
        self._button = button

    def hover(self, at: QPointF) -> QMouseEvent:
        none = Qt.MouseButton.NoButton
        return self._event(QEvent.Type.MouseMove, at, none, none)

    def press(self, at: QPointF) -> QMouseEvent:
        return self._event(QEvent.Type.MouseButtonPress, at, self._button, self._button)

    def move(self, at: QPointF) -> QMouseEvent:
        return self._event(QEvent.Type.MouseMove, at, Qt.MouseButton.NoButton, self._button)

    def release(self, at: QPointF) -> QMouseEvent:
        none = Qt.MouseButton.NoButton
        return self._event(QEvent.Type.MouseButtonRelease, at, self._button, none)

    def wheel(self, at: QPointF, angle: int) -> QWheelEvent:
        """A turn of the wheel by `angle` eighths of a degree."""
        inside, outside = self._places(at)
        return QWheelEvent(
            inside,
            outside,
            QPoint(),
            QPoint(0, angle),
            Qt.MouseButton.NoButton,
            Qt.KeyboardModifier.NoModifier,
            Qt.ScrollPhase.NoScrollPhase,
            False,
        )

    def send(self, event: QEvent) -> None:
        """Hand an event in where the platform does."""
        QCoreApplication.sendEvent(self._window.windowHandle(), event)

    def _event(
        self, kind: QEvent.Type, at: QPointF, button: Qt.MouseButton, held: Qt.MouseButton
    ) -> QMouseEvent:
        inside, outside = self._places(at)
        modifier = Qt.KeyboardModifier.NoModifier
        return QMouseEvent(kind, inside, inside, outside, button, held, modifier)

    def _places(self, at: QPointF) -> tuple[QPointF, QPointF]:
        """A widget point as one of the window and as one of the screen."""
        inside = self._widget.mapTo(self._window, at)
        return inside, self._window.mapToGlobal(inside)


def paint_now(widget: QWidget) -> None:
    """Paint what has to be painted, without turning the event loop."""
    QCoreApplication.sendPostedEvents()
    QCoreApplication.sendEvent(widget.window(), QEvent(QEvent.Type.UpdateRequest))


def sine_path(count: int, step: float, area: QRectF) -> Iterator[QPointF]:
    """`count` points `step` apart along a sine, folded into `area` where it is longer than that."""
    height = _SINE_HEIGHT * area.height()
    xs = np.arange(0, count * step + 1, 0.25)
    ys = height * np.sin(xs / _SINE_LENGTH)
    lengths = np.concatenate([[0], np.cumsum(np.hypot(np.diff(xs), np.diff(ys)))])
    along = np.interp(step * np.arange(count), lengths, xs)
    span = area.width()
    folded = span - np.abs(along % (2 * span) - span)
    for x, distance in zip(folded.tolist(), along.tolist(), strict=True):
        y = area.center().y() + height * math.sin(distance / _SINE_LENGTH)
        yield QPointF(area.left() + x, y)


async def measure_stroke(subject: Subject, size: int, scale: float | None) -> StrokeTimes:
    """The benchmark's stroke, and taking it back.

    Before and after the mask is empty and nothing is left to undo. Raises RuntimeError where the
    screen does not show that the work was done.
    """
    subject.take_brush(size)
    factor, area = subject.place(scale)
    subject.paint()
    inset = _INSET * area.width()
    points = list(sine_path(EVENTS + 1, STEP * factor, area.adjusted(inset, 0, -inset, 0)))
    pointer = Pointer(subject.widget)
    watched = points[-_BEHIND]
    _demand(not subject.can_undo, "something was left to undo")
    # Otherwise a worker that has to do with the stroke before would count as this one's.
    await subject.settle()

    _timed(subject, pointer, pointer.hover(points[0]))
    before = screen_colour(subject.widget, watched)
    pressed = _timed(subject, pointer, pointer.press(points[0]))
    moves = [pointer.move(point) for point in points[1:]]
    events = [_timed(subject, pointer, move) for move in moves]
    _demand(screen_colour(subject.widget, watched) != before, "the stroke is not on the screen")
    released = _timed(subject, pointer, pointer.release(points[-1]))
    await subject.settle()
    kept = subject.history_bytes
    undone = [await _measure_undo(subject, again=attempt > 0) for attempt in range(_UNDONE)]
    _demand(screen_colour(subject.widget, watched) == before, "undo is not on the screen")
    bare, painted = ([times[part] for times in undone] for part in range(2))
    return StrokeTimes(pressed, events, released, bare, painted, kept)


async def measure_cases(subject: Subject) -> dict[Case, StrokeTimes]:
    """Every case once, as a peer is measured."""
    return {(size, view): await measure_stroke(subject, size, SCALES[view]) for size, view in CASES}


async def _measure_undo(subject: Subject, *, again: bool) -> tuple[float, float]:
    """CPU seconds of an undo, without and with its paint; `again` does the stroke anew before."""
    if again:
        await subject.redo()
        subject.paint()
    await subject.settle()
    started = time.process_time()
    await subject.undo()
    undone = time.process_time() - started
    subject.paint()
    return undone, time.process_time() - started


def measure_pan(subject: Subject, scale: float | None) -> list[float]:
    """Seconds, by the wall, of every frame of a pan with the middle button."""
    _, area = subject.place(scale)
    subject.paint()
    pointer = Pointer(subject.widget, Qt.MouseButton.MiddleButton)
    middle = area.adjusted(area.width() / 4, 0, -area.width() / 4, 0)
    points = list(sine_path(_PAN_FRAMES + 1, _PAN_STEP, middle))
    pointer.send(pointer.press(points[0]))
    moves = [pointer.move(point) for point in points[1:]]
    frames = [_timed(subject, pointer, move, time.perf_counter) for move in moves]
    pointer.send(pointer.release(points[-1]))
    return frames


def measure_zoom(subject: Subject) -> list[float]:
    """Seconds, by the wall, of frames by the wheel to 16 times the fitted view and back."""
    _, area = subject.place(None)
    subject.paint()
    pointer = Pointer(subject.widget)
    angles = [_NOTCH] * _NOTCHES + [-_NOTCH] * _NOTCHES
    turns = [pointer.wheel(area.center(), angle) for angle in angles]
    return [_timed(subject, pointer, turn, time.perf_counter) for turn in turns]


def paint_line(subject: Subject) -> None:
    """Leave a stroke in the middle of the picture."""
    subject.take_brush(SIZES[0])
    _, area = subject.place(None)
    subject.paint()
    pointer = Pointer(subject.widget)
    start, end = area.center(), area.center() + QPointF(area.width() / 4, 0)
    for event in (
        pointer.hover(start),
        pointer.press(start),
        pointer.move(end),
        pointer.release(end),
    ):
        _timed(subject, pointer, event)


def screen_colour(widget: QWidget, at: QPointF) -> int:
    """What the screen, not the widget, shows at a point of `widget`."""
    place = widget.mapTo(widget.window(), at).toPoint()
    screen = QGuiApplication.primaryScreen()
    shot = screen.grabWindow(widget.window().winId(), place.x(), place.y(), 1, 1)
    return shot.toImage().pixel(0, 0)


def _timed(
    subject: Subject,
    pointer: Pointer,
    event: QEvent,
    clock: Callable[[], float] = time.process_time,
) -> float:
    """Seconds of an event and of painting what it changed: of the CPU, or by another `clock`."""
    started = clock()
    pointer.send(event)
    subject.paint()
    return clock() - started


def _demand(true: bool, failure: str) -> None:
    if not true:
        raise RuntimeError(failure)
