"""The frame on the canvas that the picture is about to grow into, with its handles."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

from PySide6.QtCore import QCoreApplication, QObject, QPointF, Qt, QTimer
from PySide6.QtGui import QPainter

from fluxfill_studio.core.geometry import Point
from fluxfill_studio.core.planning.extension import Extension
from fluxfill_studio.core.planning.reframing import Grip, reframed
from fluxfill_studio.core.texts import QT_TRANSLATE_NOOP
from fluxfill_studio.model.framing import Framing
from fluxfill_studio.ui.canvas.frame_handle import FrameHandle, FrameHandles
from fluxfill_studio.ui.canvas.over import in_view, paint_frame
from fluxfill_studio.ui.canvas.picture_view import PictureView
from fluxfill_studio.ui.look import Look

_N = QT_TRANSLATE_NOOP

_NAMES: Final = {
    Grip.LEFT: _N("ExtensionFrame", "Left side of the frame"),
    Grip.TOP: _N("ExtensionFrame", "Top side of the frame"),
    Grip.RIGHT: _N("ExtensionFrame", "Right side of the frame"),
    Grip.BOTTOM: _N("ExtensionFrame", "Bottom side of the frame"),
    Grip.TOP_LEFT: _N("ExtensionFrame", "Top left corner of the frame"),
    Grip.TOP_RIGHT: _N("ExtensionFrame", "Top right corner of the frame"),
    Grip.BOTTOM_LEFT: _N("ExtensionFrame", "Bottom left corner of the frame"),
    Grip.BOTTOM_RIGHT: _N("ExtensionFrame", "Bottom right corner of the frame"),
}

# While a handle is held so near the edge of the view or beyond, in pixels of the interface, the
# view zooms out by so much at each tick of so many milliseconds.
_EDGE: Final = 12
_TICK: Final = 16
_STEP: Final = 0.99


@dataclass(frozen=True)
class _Drag:
    """What was there when a handle was taken at `point` of the picture."""

    grip: Grip
    point: Point
    extension: Extension | None
    shown: Extension
    was_fitted: bool


class ExtensionFrame(QObject):
    """Shows the framing's frame over `view`, and lets its sides and corners be dragged.

    The view takes the frame in, unless the user has zoomed elsewhere; while a handle is held,
    nothing moves under the pointer until it comes to the edge.
    """

    def __init__(self, view: PictureView, framing: Framing) -> None:
        super().__init__(view)
        self._view = view
        self._framing = framing
        self._look: Look | None = None
        self._is_shown = False
        self._drag: _Drag | None = None
        self._pointer = QPointF()
        self._modifiers = Qt.KeyboardModifier.NoModifier
        # Corners last, as they lie over the ends of the sides.
        self._handles = FrameHandles(view, map(self._handle, Grip))
        self._handles.pressed.connect(self._begin)
        self._handles.moved.connect(self._move)
        self._handles.released.connect(self._end)
        self._handles.withdrawn.connect(self._withdraw)
        self._handles.nudged.connect(self._nudge)
        self._room = QTimer(self)
        self._room.setInterval(_TICK)
        self._room.timeout.connect(self._make_room)
        framing.changed.connect(self._follow)
        view.viewport_changed.connect(self._place_handles)

    def apply_look(self, look: Look) -> None:
        self._look = look
        self._handles.apply_look(look)

    def set_shown(self, is_shown: bool) -> None:
        """Show the frame, or the picture without it; a frame is shown only where there is one."""
        self._is_shown = is_shown and self._framing.frame is not None
        self._handles.set_shown(self._is_shown)
        if not self._is_shown:
            self._view.take_in(None)
        self._follow()

    def paint(self, painter: QPainter) -> None:
        """The painter's unit is the device pixel of the view."""
        frame, viewport = self._framing.frame, self._view.viewport
        if self._is_shown and frame is not None and viewport is not None and self._look is not None:
            is_exact = self._framing.is_exact
            theme = self._look.theme
            colour = theme.accent if self._framing.trouble is None else theme.warning
            paint_frame(painter, viewport, frame, theme, colour, is_exact=is_exact)

    def _handle(self, grip: Grip) -> FrameHandle:
        name = QCoreApplication.translate("ExtensionFrame", _NAMES[grip])
        return FrameHandle(grip, name, self._view)

    def _follow(self) -> None:
        """Show the frame as it is now."""
        if self._is_shown:
            if self._drag is None:
                self._view.take_in(self._framing.frame)
            self._place_handles()
            self._view.update()

    def _place_handles(self) -> None:
        frame, viewport = self._framing.frame, self._view.viewport
        if self._is_shown and frame is not None and viewport is not None:
            self._handles.place(in_view(viewport, frame))

    def _begin(self, grip: Grip, position: QPointF) -> None:
        viewport, shown = self._view.viewport, self._framing.shown
        if viewport is not None and shown is not None:
            point = self._view.image_point(position)
            exact = self._framing.extension
            self._drag = _Drag(grip, point, exact, shown, viewport.is_fitted)
            self._framing.hold()

    def _move(self, position: QPointF, modifiers: Qt.KeyboardModifier) -> None:
        self._pointer, self._modifiers = position, modifiers
        self._reframe()
        inside = self._view.rect().adjusted(_EDGE, _EDGE, -_EDGE, -_EDGE)
        if inside.contains(position.toPoint()):
            self._room.stop()
        elif self._drag is not None and not self._room.isActive():
            self._room.start()

    def _reframe(self) -> None:
        """Let the frame follow the pointer."""
        drag, size = self._drag, self._framing.size
        if drag is None or size is None:
            return
        way = self._view.image_point(self._pointer) - drag.point
        extension = reframed(
            drag.shown,
            size,
            drag.grip,
            round(way.x),
            round(way.y),
            keeps_aspect=bool(self._modifiers & Qt.KeyboardModifier.ShiftModifier),
            both=bool(self._modifiers & Qt.KeyboardModifier.AltModifier),
        )
        if self._framing.is_exact or extension != drag.shown:
            self._framing.set_extension(extension)

    def _make_room(self) -> None:
        """Zoom out while a handle is held at the edge of the view, where the frame still grows."""
        viewport, before = self._view.viewport, self._framing.shown
        if viewport is not None:
            self._view.zoom_to(viewport.scale * _STEP)
            self._reframe()
        if self._framing.shown == before or self._framing.trouble is not None:
            self._room.stop()

    def _end(self) -> None:
        drag, self._drag = self._drag, None
        self._framing.release()
        self._room.stop()
        self._follow()
        if drag is not None and drag.was_fitted:
            self._view.fit()

    def _withdraw(self) -> None:
        if self._drag is not None:
            self._framing.set_extension(self._drag.extension)
        self._end()

    def _nudge(self, grip: Grip, dx: int, dy: int, both: bool) -> None:
        shown, size = self._framing.shown, self._framing.size
        if shown is not None and size is not None:
            self._framing.set_extension(reframed(shown, size, grip, dx, dy, both=both))
