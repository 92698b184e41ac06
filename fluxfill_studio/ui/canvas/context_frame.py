"""The frame on the canvas around what is sent with the mask, and its handles."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Final

from PySide6.QtCore import QCoreApplication, QLineF, QObject, QPointF, Qt, Signal
from PySide6.QtGui import QColor, QPainter, QPen

from fluxfill_studio.core.geometry import Point, Rect
from fluxfill_studio.core.planning.cropping import dragged
from fluxfill_studio.core.planning.plan import AUTOMATIC, Context, Plan
from fluxfill_studio.core.planning.reframing import Grip
from fluxfill_studio.core.texts import QT_TRANSLATE_NOOP
from fluxfill_studio.core.view.viewport import Viewport
from fluxfill_studio.model.document import Document
from fluxfill_studio.model.sending import Sending
from fluxfill_studio.ui.canvas.frame_buffer import from_qrect
from fluxfill_studio.ui.canvas.frame_handle import FrameHandle, FrameHandles
from fluxfill_studio.ui.canvas.marks import Caption, line_width
from fluxfill_studio.ui.canvas.over import in_view
from fluxfill_studio.ui.canvas.picture_view import PictureView
from fluxfill_studio.ui.look import Look

_N = QT_TRANSLATE_NOOP

_NAMES: Final = {
    Grip.LEFT: _N("ContextFrame", "Left side of the context"),
    Grip.TOP: _N("ContextFrame", "Top side of the context"),
    Grip.RIGHT: _N("ContextFrame", "Right side of the context"),
    Grip.BOTTOM: _N("ContextFrame", "Bottom side of the context"),
    Grip.TOP_LEFT: _N("ContextFrame", "Top left corner of the context"),
    Grip.TOP_RIGHT: _N("ContextFrame", "Top right corner of the context"),
    Grip.BOTTOM_LEFT: _N("ContextFrame", "Bottom left corner of the context"),
    Grip.BOTTOM_RIGHT: _N("ContextFrame", "Bottom right corner of the context"),
}
_TIP: Final = _N(
    "ContextFrame",
    "{name}: drag, or use the arrow keys (with Shift by 10 pixels). Alt moves both sides.\n"
    "A double click on the frame's label, or Escape, makes it automatic again.",
)

# Lengths are in pixels of the interface.
_DASH: Final = 6
_GAP: Final = 5
# The label lies beyond the strip in which the upper side can be taken.
_LABEL_AWAY: Final = Point(0, -10)
_DARK: Final = QColor(0, 0, 0, 110)
_LIGHT: Final = QColor(255, 255, 255, 230)


@dataclass(frozen=True)
class _Drag:
    """What was there when a handle was taken at `point` of the picture."""

    grip: Grip
    point: Point
    crop: Rect
    context: Context


class ContextFrame(QObject):
    """Shows over `view` what is sent, dashed, and lets its sides and corners be dragged.

    The handles are there with the hand tool only, so that nothing comes between a brush and what
    it paints; while the hand's key is held, any tool gives way to it. Several crops, of runs of
    their own, have no handles.
    """

    used = Signal()
    """A handle was taken."""

    def __init__(self, view: PictureView, sending: Sending, document: Document) -> None:
        super().__init__(view)
        self._view = view
        self._sending = sending
        self._document = document
        self._is_shown = self._has_handles = False
        self._drag: _Drag | None = None
        self._plans: list[Plan] = []
        # Corners last, as they lie over the ends of the sides.
        self._handles = FrameHandles(view, map(self._handle, Grip))
        self._handles.pressed.connect(self._begin)
        self._handles.moved.connect(self._move)
        self._handles.released.connect(self._end)
        self._handles.withdrawn.connect(self._withdraw)
        self._handles.nudged.connect(self._nudge)
        sending.changed.connect(self._follow)
        view.viewport_changed.connect(self._place_handles)

    def apply_look(self, look: Look) -> None:
        self._handles.apply_look(look)

    def set_shown(self, is_shown: bool, *, has_handles: bool) -> None:
        """Show the frame where there is one, and its handles only if they are wanted."""
        self._is_shown, self._has_handles = is_shown, has_handles
        self._follow()

    def paint(self, painter: QPainter, viewport: Viewport, ratio: float) -> None:
        """The painter's unit is the device pixel."""
        for plan in self._plans:
            _paint_dashes(painter, viewport, plan.crop, ratio)
            _label(plan, viewport, ratio).paint(painter)

    def double_click(self, position: QPointF) -> bool:
        """Back to automatic by a double click on the label; returns whether it was there."""
        viewport, ratio = self._view.viewport, self._view.devicePixelRatioF()
        if viewport is None or not self._has_handles:
            return False
        at = (position * ratio).toPoint()
        point = Rect(at.x(), at.y(), 1, 1)
        labels = [_label(plan, viewport, ratio).bounds for plan in self._plans]
        is_there = any(not label.intersected(point).is_empty for label in labels)
        if is_there:
            self._sending.set_context(AUTOMATIC)
        return is_there

    def key(self, key: Qt.Key) -> bool:
        """Escape takes back a drag, or a frame by hand; returns whether the key meant that."""
        if key != Qt.Key.Key_Escape or not self._has_handles or not self._plans:
            return False
        if self._drag is not None:
            self._withdraw()
        elif self._sending.context is AUTOMATIC:
            return False
        else:
            self._sending.set_context(AUTOMATIC)
        return True

    def _handle(self, grip: Grip) -> FrameHandle:
        name = QCoreApplication.translate("ContextFrame", _NAMES[grip])
        handle = FrameHandle(grip, name, self._view)
        handle.setToolTip(QCoreApplication.translate("ContextFrame", _TIP).format(name=name))
        # The canvas keeps the keyboard, and with it the key by which the hand may be on loan.
        by_tab = not grip.is_corner
        handle.setFocusPolicy(Qt.FocusPolicy.TabFocus if by_tab else Qt.FocusPolicy.NoFocus)
        return handle

    def _follow(self) -> None:
        """Show the frame as it is now, and paint again only where it was and is."""
        # Areas that are sent each with the same context have one frame.
        plans = list({plan.crop: plan for plan in self._sending.plans}.values())
        plans = plans if self._is_shown else []
        if plans != self._plans:
            before, self._plans = list(self._bounds()), plans
            self._view.request(*before, *self._bounds())
        self._show_handles()

    def _bounds(self) -> Iterator[Rect]:
        """What it is painted in: the four sides, and the label."""
        viewport, ratio = self._view.viewport, self._view.devicePixelRatioF()
        if viewport is None:
            return
        reach = line_width(ratio)
        for plan in self._plans:
            outer = from_qrect(in_view(viewport, plan.crop))
            width, height = outer.width, outer.height
            yield Rect(outer.x, outer.y, width, reach)
            yield Rect(outer.x, outer.bottom - reach, width, reach)
            yield Rect(outer.x, outer.y, reach, height)
            yield Rect(outer.right - reach, outer.y, reach, height)
            yield _label(plan, viewport, ratio).bounds

    def _show_handles(self) -> None:
        # The key that lends the hand may go up first; what is dragged then stays in hand.
        wanted = len(self._plans) == 1 and (self._has_handles or self._drag is not None)
        self._place_handles()
        self._handles.set_shown(wanted)

    def _place_handles(self) -> None:
        viewport = self._view.viewport
        if viewport is not None and len(self._plans) == 1:
            self._handles.place(in_view(viewport, self._plans[0].crop))

    def _begin(self, grip: Grip, position: QPointF) -> None:
        if self._plans and self._view.viewport is not None:
            point, crop = self._view.image_point(position), self._plans[0].crop
            self._drag = _Drag(grip, point, crop, self._sending.context)
            self.used.emit()

    def _move(self, position: QPointF, modifiers: Qt.KeyboardModifier) -> None:
        if self._drag is not None:
            way = self._view.image_point(position) - self._drag.point
            both = bool(modifiers & Qt.KeyboardModifier.AltModifier)
            self._reshape(self._drag.crop, self._drag.grip, round(way.x), round(way.y), both)

    def _end(self) -> None:
        self._drag = None
        self._show_handles()

    def _withdraw(self) -> None:
        if self._drag is not None:
            self._sending.set_context(self._drag.context)
        self._end()

    def _nudge(self, grip: Grip, dx: int, dy: int, both: bool) -> None:
        if self._plans:
            self._reshape(self._plans[0].crop, grip, dx, dy, both)

    def _reshape(self, crop: Rect, grip: Grip, dx: int, dy: int, both: bool) -> None:
        picture = self._document.picture
        if picture is None:
            return
        least, most = self._document.summary.bounds, Rect.of(picture.source.size)
        shape = dragged(crop, grip, dx, dy, least=least, most=most, both=both)
        if shape != self._plans[0].crop:
            self._sending.set_context(shape)


def _label(plan: Plan, viewport: Viewport, ratio: float) -> Caption:
    """What is sent of it, in pixels, and how much smaller that is than what it shows."""
    template = QCoreApplication.translate("Canvas", "context {width} × {height}")
    text = template.format(width=f"{plan.sent.width:,}", height=f"{plan.sent.height:,}")
    if plan.scale < 1:
        text += f" · {plan.scale:.0%}".replace("%", " %")
    corner = in_view(viewport, plan.crop).topLeft()
    return Caption(text, Point(corner.x(), corner.y()), viewport.view, ratio, _LABEL_AWAY)


def _paint_dashes(painter: QPainter, viewport: Viewport, crop: Rect, ratio: float) -> None:
    """Sharp, and seen on light and dark; drawn as far as it is in the view, however large."""
    width = line_width(ratio)
    dark = QPen(_DARK, width, Qt.PenStyle.SolidLine, Qt.PenCapStyle.FlatCap)
    light = QPen(_LIGHT, width, Qt.PenStyle.CustomDashLine, Qt.PenCapStyle.FlatCap)
    light.setDashPattern([_DASH * ratio / width, _GAP * ratio / width])
    for line, hidden in _sides(from_qrect(in_view(viewport, crop)), Rect.of(viewport.view), width):
        painter.setPen(dark)
        painter.drawLine(line)
        # The dashes lie still on the frame, whatever part of it is seen.
        light.setDashOffset(hidden / width)
        painter.setPen(light)
        painter.drawLine(line)


def _sides(outer: Rect, view: Rect, width: int) -> Iterator[tuple[QLineF, int]]:
    """The sides that are seen, inside `outer`, and how much of each is hidden before that."""
    half = width / 2
    left, right = max(outer.x, view.x), min(outer.right, view.right)
    top, bottom = max(outer.y, view.y), min(outer.bottom, view.bottom)
    for y in (outer.y + half, outer.bottom - half):
        if left < right:
            yield QLineF(left, y, right, y), left - outer.x
    for x in (outer.x + half, outer.right - half):
        if top < bottom:
            yield QLineF(x, top, x, bottom), top - outer.y
