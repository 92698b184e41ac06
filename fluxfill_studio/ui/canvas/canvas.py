"""The canvas: pointer events go to the tool in hand, and the mask is shown over the picture."""

from __future__ import annotations

from dataclasses import replace
from typing import Final

from PySide6.QtCore import QEvent, QPointF, Qt
from PySide6.QtGui import (
    QColor,
    QFocusEvent,
    QHideEvent,
    QKeyEvent,
    QMouseEvent,
    QPainter,
    QPointingDevice,
    QSinglePointEvent,
    QTabletEvent,
)
from PySide6.QtWidgets import QWidget
from typing_extensions import override

from fluxfill_studio.core.geometry import EMPTY, Point, Size
from fluxfill_studio.core.request import Mode
from fluxfill_studio.core.schema import Control
from fluxfill_studio.core.view.display import MaskView, Tint
from fluxfill_studio.core.view.pyramid import Pyramid
from fluxfill_studio.core.view.viewport import Viewport
from fluxfill_studio.model.canvas import CanvasModel, Tool
from fluxfill_studio.model.document import Document
from fluxfill_studio.model.flood_preview import FloodPreview
from fluxfill_studio.model.framing import Framing
from fluxfill_studio.model.parameters import Parameters
from fluxfill_studio.model.sending import Sending
from fluxfill_studio.model.smart_selection import SmartSelection
from fluxfill_studio.ui.canvas.ants import Ants
from fluxfill_studio.ui.canvas.context_frame import ContextFrame
from fluxfill_studio.ui.canvas.extension_frame import ExtensionFrame
from fluxfill_studio.ui.canvas.loan import ToolLoan
from fluxfill_studio.ui.canvas.over import paint_axis
from fluxfill_studio.ui.canvas.picture_view import PictureView
from fluxfill_studio.ui.canvas.tool import CanvasTool, Pointer
from fluxfill_studio.ui.canvas.toolbox import tools_for
from fluxfill_studio.ui.look import Look

_MODIFIERS: Final = (Qt.Key.Key_Shift, Qt.Key.Key_Alt, Qt.Key.Key_Space)
_PRESSES: Final = Qt.MouseButton.LeftButton | Qt.MouseButton.RightButton


class Canvas(PictureView):
    """The picture that is worked on.

    Left and right button, pen and finger are the tool's, from press to release wherever the
    pointer goes in between.
    """

    def __init__(
        self,
        document: Document,
        model: CanvasModel,
        parameters: Parameters,
        framing: Framing,
        sending: Sending,
        flood_preview: FloodPreview,
        smart_selection: SmartSelection,
        parent: QWidget | None = None,
    ) -> None:
        super().__init__(parent)
        self._document = document
        self._model = model
        self._parameters = parameters
        self._tools = tools_for(self, document, model, flood_preview, smart_selection)
        self._lasting = (self._tools[Tool.POLYGON], self._tools[Tool.SMART_SELECT])
        for canvas_tool in {*self._tools.values()}:
            canvas_tool.changed.connect(self._tool_changed)
        self._in_hand = self._tools[model.tool]
        self._latest = Pointer(Point(0, 0), Point(0, 0), 1.0, 1.0)
        self._hovers = False
        self._is_outpainting = parameters.mode is Mode.OUTPAINT
        self._is_pressed = False
        self._painted_over = EMPTY
        self._loan = ToolLoan(model, self)
        self._frame = ExtensionFrame(self, framing)
        self._context = ContextFrame(self, sending, document)
        self._context.used.connect(self._loan.use)
        self._preview_size: Size | None = None
        self._viewport_before: Viewport | None = None
        self._look: Look | None = None
        self._ants = Ants(self)
        self.setAttribute(Qt.WidgetAttribute.WA_TabletTracking)
        self.setAccessibleName(self.tr("Canvas"))
        document.replaced.connect(self._show_document)
        document.mask_changed.connect(self.invalidate_mask)
        model.tool_changed.connect(self._take_tool)
        model.brush_changed.connect(self._tool_changed)
        model.options_changed.connect(self.update)
        model.view_changed.connect(self._show_mask_view)
        parameters.changed.connect(self._parameter_changed)
        self.viewport_changed.connect(self._tool_changed)
        self._show_document()

    @override
    def apply_look(self, look: Look) -> None:
        super().apply_look(look)
        self._look = look
        self._frame.apply_look(look)
        self._context.apply_look(look)
        self._show_mask_view()

    @property
    def _tool(self) -> CanvasTool | None:
        """The tool that a press would use now; None where it would do nothing but pan."""
        paints = not self._is_outpainting and not self.is_previewing
        usable = paints or not self._model.tool.changes_mask
        if self._is_pressed or (usable and self.viewport is not None and not self.pans_on_press):
            return self._in_hand
        return None

    @property
    @override
    def pans_on_press(self) -> bool:
        hand = self._model.tool is Tool.HAND
        looks = self._is_outpainting or self.is_previewing
        idle = looks and self._model.tool is not Tool.ZOOM
        return super().pans_on_press or hand or idle

    @override
    def cursor_changed(self) -> None:
        super().cursor_changed()
        tool = self._tool
        if tool is not None and self.viewport is not None and not self.is_panning:
            self.setCursor(tool.cursor)
            if self._hovers and not self._is_pressed:
                # The picture may lie elsewhere under the pointer now, or the tool be another.
                point = self.viewport.to_image(self._latest.view)
                self._latest = replace(self._latest, point=point, scale=self.viewport.scale)
                tool.move(self._latest)
        self._tool_changed()

    @override
    def mousePressEvent(self, event: QMouseEvent, /) -> None:
        super().mousePressEvent(event)
        self._press(event)

    @override
    def mouseDoubleClickEvent(self, event: QMouseEvent, /) -> None:
        if not self._context.double_click(event.position()):
            super().mousePressEvent(event)
            self._press(event, is_double=True)

    @override
    def mouseMoveEvent(self, event: QMouseEvent, /) -> None:
        super().mouseMoveEvent(event)
        self._move(event)

    @override
    def mouseReleaseEvent(self, event: QMouseEvent, /) -> None:
        super().mouseReleaseEvent(event)
        self._release(event)

    @override
    def tabletEvent(self, event: QTabletEvent, /) -> None:
        if self.viewport is None or self.is_panning or self._tool is None:
            # Then Qt makes a mouse event of it, which pans.
            event.ignore()
            return
        event.accept()
        if event.type() == QEvent.Type.TabletPress and event.button() & _PRESSES:
            self._press(event)
        elif event.type() == QEvent.Type.TabletRelease and self._is_pressed:
            self._release(event)
        elif event.type() == QEvent.Type.TabletMove:
            self._move(event)
            self.hovered.emit(self.image_point(event.position()))
        else:
            event.ignore()

    @override
    def finger_down(self, position: QPointF) -> None:
        if self._tool is None:
            super().finger_down(position)
        else:
            self._press_at(self._finger(position))

    @override
    def finger_moved(self, position: QPointF) -> None:
        if self._is_pressed:
            self._in_hand.move(self._finger(position))
            self._tool_changed()
        else:
            super().finger_moved(position)

    @override
    def finger_up(self, position: QPointF) -> None:
        super().finger_up(position)
        if self._is_pressed:
            self._release_at(self._finger(position))
            self._in_hand.leave()
            self._tool_changed()

    @override
    def finger_withdrawn(self) -> None:
        super().finger_withdrawn()
        self._is_pressed = False
        self._in_hand.cancel()
        self._in_hand.leave()
        self._tool_changed()

    @override
    def tapped(self, fingers: int) -> None:
        if not self._is_outpainting:
            match fingers:
                case 2:
                    self._document.undo()
                case 3:
                    self._document.redo()

    def _press(self, event: QSinglePointEvent, *, is_double: bool = False) -> None:
        if self._tool is not None and not self.is_panning and event.button() & _PRESSES:
            self._press_at(self._pointer(event, event.buttons()), is_double=is_double)

    def _press_at(self, pointer: Pointer, *, is_double: bool = False) -> None:
        tool = self._in_hand
        if self._is_pressed:
            return
        self._is_pressed = True
        self._loan.use()
        self._latest = pointer
        tool.move(pointer)
        if is_double:
            tool.double_click(pointer)
        else:
            tool.press(pointer)
        self._tool_changed()

    def _move(self, event: QSinglePointEvent) -> None:
        if self.viewport is None:
            return
        self._latest, self._hovers = self._pointer(event, event.buttons()), True
        tool = self._tool
        if tool is not None:
            tool.move(self._latest)
            self._tool_changed()

    def _release(self, event: QSinglePointEvent) -> None:
        if self._is_pressed and not event.buttons() & _PRESSES:
            # The button that goes up is not among those that are down.
            self._release_at(self._pointer(event, event.button()))

    def _release_at(self, pointer: Pointer) -> None:
        self._in_hand.release(pointer)
        self._is_pressed = False
        self._tool_changed()

    def _pointer(self, event: QSinglePointEvent, buttons: Qt.MouseButton) -> Pointer:
        is_pen = isinstance(event, QTabletEvent)
        erases = is_pen and event.pointerType() == QPointingDevice.PointerType.Eraser
        return Pointer(
            *self._places(event.position()),
            pressure=event.pressure() if isinstance(event, QTabletEvent) else 1.0,
            takes_away=erases or bool(buttons & Qt.MouseButton.RightButton),
            buttons=buttons,
            modifiers=event.modifiers(),
            space=self.space_is_down,
        )

    def _finger(self, position: QPointF) -> Pointer:
        return Pointer(*self._places(position))

    def _places(self, position: QPointF) -> tuple[Point, Point, float, float]:
        """A widget position in the picture and in the view, with scale and pixel ratio."""
        if self.viewport is None:
            raise ValueError("no picture is shown")
        view = self._device_point(position)
        return self.viewport.to_image(view), view, self.viewport.scale, self.devicePixelRatioF()

    @override
    def event(self, event: QEvent, /) -> bool:
        # The key of a shortcut is seen here only: its press goes to the shortcut.
        if isinstance(event, QKeyEvent) and event.type() == QEvent.Type.ShortcutOverride:
            self._loan.press(event)
        return super().event(event)

    @override
    def keyPressEvent(self, event: QKeyEvent, /) -> None:
        key = Qt.Key(event.key())
        if self._in_hand.key(key):
            self._tool_changed()
        elif not self._context.key(key):
            super().keyPressEvent(event)
            self._modifiers_changed(event)

    @override
    def keyReleaseEvent(self, event: QKeyEvent, /) -> None:
        super().keyReleaseEvent(event)
        self._modifiers_changed(event)
        self._loan.release(event)

    def _modifiers_changed(self, event: QKeyEvent) -> None:
        """Let a tool that is being used see the keys at once, not at the next move."""
        if self._is_pressed and event.key() in _MODIFIERS and not event.isAutoRepeat():
            self._latest = replace(
                self._latest, modifiers=event.modifiers(), space=self.space_is_down
            )
            self._in_hand.move(self._latest)
            self._tool_changed()

    @override
    def leaveEvent(self, event: QEvent, /) -> None:
        super().leaveEvent(event)
        self._hovers = False
        self._in_hand.leave()
        self._tool_changed()

    @override
    def focusOutEvent(self, event: QFocusEvent, /) -> None:
        super().focusOutEvent(event)
        self._settle()

    @override
    def hideEvent(self, event: QHideEvent, /) -> None:
        super().hideEvent(event)
        self._settle()

    def _settle(self) -> None:
        """The release may go to another window now; what has been painted is kept."""
        self._in_hand.settle()
        self._is_pressed = False
        self._loan.forget()
        self._tool_changed()

    def _take_tool(self) -> None:
        tool = self._tools[self._model.tool]
        if tool is not self._in_hand:
            self._in_hand.settle()
            self._in_hand.leave()
            self._is_pressed = False
            self._in_hand = tool
        self._show_context()
        self.cursor_changed()

    @override
    def paint_over(self, painter: QPainter) -> None:
        if self.viewport is None:
            return
        ratio = self.devicePixelRatioF()
        if self._is_outpainting:
            self._frame.paint(painter)
        elif self._model.is_symmetric:
            paint_axis(painter, self.viewport, ratio)
        self._context.paint(painter, self.viewport, ratio)
        for tool in self._shown_tools():
            tool.paint(painter, self.viewport, ratio)

    def _shown_tools(self) -> list[CanvasTool]:
        """Those that paint over the picture: the one in hand, and what waits to be finished."""
        if self._is_outpainting or self.is_previewing:
            return []
        shown = [tool for tool in self._lasting if tool.is_unfinished]
        if self._in_hand not in shown and self._tool is not None and not self.is_panning:
            shown.append(self._in_hand)
        return shown

    def _tool_changed(self) -> None:
        """Paint again where the tool drew, and where it draws now."""
        bounds = EMPTY
        if self.viewport is not None:
            for tool in self._shown_tools():
                bounds = bounds.united(tool.bounds(self.viewport, self.devicePixelRatioF()))
        self.request(self._painted_over, bounds)
        self._painted_over = bounds

    def show_preview(self, preview: Pyramid) -> None:
        """Show what is known so far of the picture that is being opened, to look at only."""
        self._settle()
        if self._preview_size is None:
            self._viewport_before = self.viewport
        same = preview.size == self._preview_size
        self._preview_size = preview.size
        self.show_picture(preview, viewport=self.viewport if same else None)
        self._frame.set_shown(False)
        self._show_context()
        self.cursor_changed()

    def end_preview(self) -> None:
        """Go back to the open picture, as it was seen; without a preview nothing happens."""
        if self._preview_size is not None:
            self._preview_size = None
            self._show_picture(self._viewport_before)

    @property
    def is_previewing(self) -> bool:
        return self._preview_size is not None

    def _show_document(self) -> None:
        """Show another picture; one that was previewed stays as it is looked at."""
        picture, size = self._document.picture, self._preview_size
        self._preview_size = None
        known = picture is not None and picture.source.size == size
        self._show_picture(self.viewport if known else None)

    def _show_picture(self, viewport: Viewport | None) -> None:
        picture = self._document.picture
        if picture is None:
            self.show_picture(None)
        else:
            self.show_picture(picture.pyramid, picture.mask_pyramid, viewport)
            self._frame.set_shown(self._is_outpainting)
        self._show_context()
        self.cursor_changed()

    def _show_mask_view(self) -> None:
        if self._look is None:
            return
        overlay = self._model.overlay
        colour = QColor(overlay.colour or self._look.theme.mask)
        tint = Tint(colour.red(), colour.green(), colour.blue(), overlay.opacity)
        view = MaskView.IMAGE if self._is_outpainting else self._model.mask_view
        self.show_mask_as(view, tint)
        self._ants.set_marching(overlay.outline and view is not MaskView.IMAGE)
        self._show_context()

    def _show_context(self) -> None:
        """The frame around what is sent, unless the user wants to see nothing but the picture."""
        is_shown = not self.is_previewing and self._model.mask_view is not MaskView.IMAGE
        self._context.set_shown(is_shown, has_handles=self._model.tool is Tool.HAND)

    def _parameter_changed(self, name: str) -> None:
        if self._parameters.schema[name].control is Control.MODE:
            self._settle()
            self._is_outpainting = self._parameters.mode is Mode.OUTPAINT
            self._show_mask_view()
            self._frame.set_shown(self._is_outpainting and not self.is_previewing)
            self.cursor_changed()
