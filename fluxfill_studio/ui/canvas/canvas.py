"""The canvas: pointer events become strokes, and the mask is shown over the picture."""

from __future__ import annotations

from typing import Final

from PySide6.QtCore import QEvent, QPointF, Qt
from PySide6.QtGui import QColor, QFocusEvent, QHideEvent, QKeyEvent, QMouseEvent, QPainter
from PySide6.QtWidgets import QWidget
from typing_extensions import override

from fluxfill_studio.core.display import MaskView, Tint
from fluxfill_studio.core.geometry import Rect
from fluxfill_studio.core.outpaint import Preset, approximate_frame
from fluxfill_studio.core.request import Mode
from fluxfill_studio.core.schema import Control
from fluxfill_studio.model.canvas import CanvasModel, Tool
from fluxfill_studio.model.document import Document
from fluxfill_studio.model.generation import Parameters
from fluxfill_studio.ui.canvas.over import Ring, paint_frame, paint_ring
from fluxfill_studio.ui.canvas.picture_view import PictureView
from fluxfill_studio.ui.look import Look

_OVERLAY_OPACITY: Final = 0.5


class Canvas(PictureView):
    """The picture that is worked on.

    The left button uses the tool in hand and the right button erases while it is down, both from
    press to release wherever the pointer goes in between.
    """

    def __init__(
        self,
        document: Document,
        model: CanvasModel,
        parameters: Parameters,
        parent: QWidget | None = None,
    ) -> None:
        super().__init__(parent)
        self._document = document
        self._model = model
        self._parameters = parameters
        self._pointer: QPointF | None = None
        self._drawn_ring = Rect(0, 0, 0, 0)
        self._look: Look | None = None
        self.setAccessibleName(self.tr("Canvas"))
        document.replaced.connect(self._show_document)
        document.mask_changed.connect(self.invalidate_mask)
        model.tool_changed.connect(self.cursor_changed)
        model.brush_changed.connect(self._move_ring)
        model.view_changed.connect(self._show_mask_view)
        parameters.changed.connect(self._parameter_changed)
        self.viewport_changed.connect(self._move_ring)
        self._show_mask_view()
        self._show_document()

    @override
    def apply_look(self, look: Look) -> None:
        super().apply_look(look)
        self._look = look
        mask = QColor(look.theme.mask)
        self.tint = Tint(mask.red(), mask.green(), mask.blue(), _OVERLAY_OPACITY)
        self.invalidate_all()

    @property
    def _mode(self) -> Mode:
        return self._parameters.mode

    @property
    def _paints(self) -> bool:
        """Whether a press would paint now."""
        return self._mode is Mode.INPAINT and self._model.tool.paints and not self.pans_on_press

    @property
    @override
    def pans_on_press(self) -> bool:
        hand = self._model.tool is Tool.HAND
        idle = self._mode is Mode.OUTPAINT and self._model.tool is not Tool.ZOOM
        return super().pans_on_press or hand or idle

    @override
    def cursor_changed(self) -> None:
        super().cursor_changed()
        if self.viewport is not None and not self.is_panning:
            if self._paints:
                # The ring is the cursor.
                self.setCursor(Qt.CursorShape.BlankCursor)
            elif self._model.tool is Tool.ZOOM and not self.pans_on_press:
                self.setCursor(Qt.CursorShape.CrossCursor)
        self._move_ring()

    @override
    def mousePressEvent(self, event: QMouseEvent, /) -> None:
        super().mousePressEvent(event)
        if self.viewport is None or self.is_panning or self._document.is_painting:
            return
        left = event.button() == Qt.MouseButton.LeftButton
        right = event.button() == Qt.MouseButton.RightButton
        if self._paints and (left or right):
            erase = right or self._model.tool is Tool.ERASER
            start = self.image_point(event.position())
            self._document.begin_stroke(self._model.brush, start, erase=erase)
        elif self._model.tool is Tool.ZOOM and left:
            out = bool(event.modifiers() & Qt.KeyboardModifier.AltModifier)
            self.zoom_step(-2 if out else 2, event.position())

    @override
    def mouseMoveEvent(self, event: QMouseEvent, /) -> None:
        super().mouseMoveEvent(event)
        if self.viewport is None:
            return
        self._pointer = event.position()
        self._move_ring()
        if self._document.is_painting:
            self._document.continue_stroke(self.image_point(event.position()))

    @override
    def mouseReleaseEvent(self, event: QMouseEvent, /) -> None:
        super().mouseReleaseEvent(event)
        held = event.buttons() & (Qt.MouseButton.LeftButton | Qt.MouseButton.RightButton)
        if not held:
            self._document.end_stroke()

    @override
    def keyPressEvent(self, event: QKeyEvent, /) -> None:
        if event.key() == Qt.Key.Key_Escape and self._document.is_painting:
            self._document.abort_stroke()
        else:
            super().keyPressEvent(event)

    @override
    def leaveEvent(self, event: QEvent, /) -> None:
        super().leaveEvent(event)
        self._pointer = None
        self._move_ring()

    @override
    def focusOutEvent(self, event: QFocusEvent, /) -> None:
        super().focusOutEvent(event)
        # The release may go to another window now; what has been painted is kept.
        self._document.end_stroke()

    @override
    def hideEvent(self, event: QHideEvent, /) -> None:
        super().hideEvent(event)
        self._document.end_stroke()

    @override
    def paint_over(self, painter: QPainter) -> None:
        if self.viewport is None or self._look is None:
            return
        picture = self._document.picture
        if self._mode is Mode.OUTPAINT and picture is not None:
            frame = approximate_frame(self._preset, picture.source.size)
            paint_frame(painter, self.viewport, frame, self._look.theme)
        ring = self._ring()
        if ring is not None:
            paint_ring(painter, ring)

    @property
    def _preset(self) -> Preset:
        name = self._parameters.schema.with_control(Control.COMPASS).name
        return Preset(self._parameters[name])

    def _ring(self) -> Ring | None:
        if self._pointer is None or self.viewport is None or not self._paints or self.is_panning:
            return None
        brush = self._model.brush
        radius = brush.radius * self.viewport.scale
        ratio = self.devicePixelRatioF()
        centre = self._pointer * ratio
        return Ring(centre.x(), centre.y(), radius, brush.hardness, ratio)

    def _move_ring(self) -> None:
        """Paint again where the ring was and where it is now."""
        self._update_device(self._drawn_ring)
        ring = self._ring()
        self._drawn_ring = Rect(0, 0, 0, 0) if ring is None else ring.bounds
        self._update_device(self._drawn_ring)

    def _show_document(self) -> None:
        picture = self._document.picture
        if picture is None:
            self.show_picture(None)
        else:
            self.show_picture(picture.pyramid, picture.mask_pyramid)
            self._show_frame()
        self.cursor_changed()

    def _show_mask_view(self) -> None:
        outpaint = self._mode is Mode.OUTPAINT
        self.mask_view = MaskView.IMAGE if outpaint else self._model.mask_view
        self.invalidate_all()

    def _parameter_changed(self, name: str) -> None:
        controls = (Control.MODE, Control.COMPASS)
        if self._parameters.schema[name].control in controls:
            self._document.end_stroke()
            self._show_mask_view()
            self._show_frame()
            self.cursor_changed()

    def _show_frame(self) -> None:
        """Let a fitted view take in what the picture will grow to."""
        picture = self._document.picture
        if self.viewport is None or picture is None:
            return
        size = picture.source.size
        outpaint = self._mode is Mode.OUTPAINT
        frame = approximate_frame(self._preset, size) if outpaint else Rect.of(size)
        self._place(self.viewport.framed(frame))
