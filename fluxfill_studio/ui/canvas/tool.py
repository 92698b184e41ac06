"""What every tool of the canvas has in common: it is told of the pointer in image space."""

from __future__ import annotations

from dataclasses import dataclass

from PySide6.QtCore import QObject, Qt, Signal
from PySide6.QtGui import QPainter

from fluxfill_studio.core.geometry import EMPTY, Point, Rect
from fluxfill_studio.core.painting.region import Combine
from fluxfill_studio.core.view.viewport import Viewport


@dataclass(frozen=True, slots=True)
class Pointer:
    """Mouse, pen or finger at one moment.

    `point` is in image pixels, `view` in device pixels of the view, `scale` tells how many of
    these an image pixel is wide, and `ratio` how many make a pixel of the user's interface.
    `takes_away` is set for the right button and for a pen's eraser end. `buttons` are those that
    are down, or were until now; `space` tells that the space bar is held.
    """

    point: Point
    view: Point
    scale: float
    ratio: float
    pressure: float = 1.0
    takes_away: bool = False
    buttons: Qt.MouseButton = Qt.MouseButton.NoButton
    modifiers: Qt.KeyboardModifier = Qt.KeyboardModifier.NoModifier
    space: bool = False

    @property
    def shift(self) -> bool:
        return bool(self.modifiers & Qt.KeyboardModifier.ShiftModifier)

    @property
    def alt(self) -> bool:
        return bool(self.modifiers & Qt.KeyboardModifier.AltModifier)

    def combine(self, otherwise: Combine) -> Combine:
        """What the buttons and keys say is to be done with the mask, or `otherwise`."""
        if self.alt:
            return Combine.INTERSECT if self.shift else Combine.SUBTRACT
        return Combine.SUBTRACT if self.takes_away else otherwise


class CanvasTool(QObject):
    """A tool in hand. Only the events that it overrides mean something to it.

    Between `press` and `release` all moves come here, wherever the pointer goes; without a button
    down, `move` tells that it hovers.
    """

    changed = Signal()
    """What `paint` shows is another now, other than by a pointer event or a key."""

    cursor: Qt.CursorShape = Qt.CursorShape.CrossCursor

    @property
    def is_unfinished(self) -> bool:
        """Whether something is shown that stays while another tool is in hand."""
        return False

    def press(self, pointer: Pointer) -> None:
        """The left or right button, the pen or a finger went down."""

    def move(self, pointer: Pointer) -> None:
        """The pointer moved, pressed or not."""

    def release(self, pointer: Pointer) -> None:
        """The last button went up."""

    def double_click(self, pointer: Pointer) -> None:
        """A second press at the same place; it comes in place of `press`."""
        self.press(pointer)

    def leave(self) -> None:
        """The pointer hovers elsewhere now."""

    def key(self, key: Qt.Key) -> bool:
        """A key without modifiers went down; returns whether it meant something here."""
        del key
        return False

    def settle(self) -> None:
        """Finish or drop what was begun: the tool is put away, or the release may not come."""

    def cancel(self) -> None:
        """Take back what the present press began, as Escape does."""
        self.key(Qt.Key.Key_Escape)

    def paint(self, painter: QPainter, viewport: Viewport, ratio: float) -> None:
        """Paint what lies over the picture; the painter's unit is the device pixel."""

    def bounds(self, viewport: Viewport, ratio: float) -> Rect:
        """The view rectangle that `paint` draws in now."""
        del viewport, ratio
        return EMPTY
