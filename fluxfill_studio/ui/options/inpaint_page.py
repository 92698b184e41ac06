"""The bar while inpainting: the tool in hand, and how the mask is changed and shown."""

from __future__ import annotations

from typing import Final

from PySide6.QtCore import QEvent, QSize
from PySide6.QtGui import QResizeEvent
from PySide6.QtWidgets import QHBoxLayout, QLabel, QStackedWidget, QWidget
from typing_extensions import override

from fluxfill_studio.model.canvas import CanvasModel, Tool
from fluxfill_studio.model.smart_selection import SmartSelection
from fluxfill_studio.ui.actions import Act, Actions
from fluxfill_studio.ui.commands import TOOLS
from fluxfill_studio.ui.look import Look
from fluxfill_studio.ui.options.bar_parts import MARGIN, SPACING, bar_row, icon_button
from fluxfill_studio.ui.options.brush_options import BrushOptions
from fluxfill_studio.ui.options.mask_menu import MaskMenu
from fluxfill_studio.ui.options.overlay_popup import OverlayDot
from fluxfill_studio.ui.options.region_options import BucketOptions, Hint, ShapeOptions
from fluxfill_studio.ui.options.smart_options import SmartOptions
from fluxfill_studio.ui.options.view_choice import ViewChoice

_STEPS: Final = 4
_TIGHT: Final = 8


class InpaintPage(QWidget):
    """Whatever tool is in hand, what follows its options stands still."""

    def __init__(self, canvas: CanvasModel, selection: SmartSelection, actions: Actions) -> None:
        super().__init__()
        self._canvas = canvas
        self._names = {tool: actions[act].text() for act, tool in TOOLS.items()}
        self._tool = QLabel()
        widest = max(map(self._tool.fontMetrics().horizontalAdvance, self._names.values()))
        self._tool.setMinimumWidth(widest)
        self._brush = BrushOptions(canvas, actions)
        self._options = self._options_of_tools(selection, actions)
        self._stack = QStackedWidget()
        for options in dict.fromkeys(self._options.values()):
            self._stack.addWidget(options)
        self._views = ViewChoice(actions)
        self._dot = OverlayDot(canvas, actions)
        self._row = row = bar_row(self, MARGIN)
        row.addWidget(self._tool)
        row.addWidget(self._stack, 1)
        edits = QHBoxLayout()
        edits.setSpacing(2)
        for act in (Act.UNDO, Act.REDO):
            edits.addWidget(icon_button(actions[act]))
        edits.addWidget(MaskMenu(actions))
        row.addLayout(edits)
        row.addWidget(self._views)
        row.addWidget(self._dot)
        canvas.tool_changed.connect(self._show_tool)
        self._show_tool()

    def apply_look(self, look: Look) -> None:
        self._brush.apply_look(look)
        self._dot.apply_look(look)

    @override
    def minimumSizeHint(self) -> QSize:
        """As it makes itself short, it must not keep the window wide."""
        return QSize(0, super().minimumSizeHint().height())

    @override
    def resizeEvent(self, event: QResizeEvent, /) -> None:
        super().resizeEvent(event)
        self._fit()

    @override
    def changeEvent(self, event: QEvent, /) -> None:
        super().changeEvent(event)
        if event.type() in (QEvent.Type.StyleChange, QEvent.Type.FontChange):
            self._fit()

    def _fit(self) -> None:
        """Say everything where there is room, and step by step less where there is not."""
        for step in range(_STEPS + 1):
            self._brush.shorten(step >= 1)
            self._views.shorten(step >= 2)
            for row in (self._row, self._brush.row):
                row.setSpacing(SPACING if step < 3 else _TIGHT)
            self._tool.setHidden(step >= 4)
            # The outer row must know at once, not when the inner ones come to be laid out.
            for part in (self._brush, self._stack, self._views):
                part.updateGeometry()
            if self._row.totalMinimumSize().width() <= self.width():
                break

    def _options_of_tools(self, selection: SmartSelection, actions: Actions) -> dict[Tool, QWidget]:
        return {
            Tool.BRUSH: self._brush,
            Tool.ERASER: self._brush,
            Tool.LASSO: ShapeOptions(actions, self.tr("Draw around what is to be selected")),
            Tool.POLYGON: ShapeOptions(
                actions, self.tr("Click from corner to corner; a double click or Enter closes it")
            ),
            Tool.RECTANGLE: ShapeOptions(
                actions,
                self.tr("Drag from corner to corner; Shift for a square, Alt from the middle"),
            ),
            Tool.ELLIPSE: ShapeOptions(
                actions,
                self.tr("Drag from corner to corner; Shift for a circle, Alt from the middle"),
            ),
            Tool.BUCKET: BucketOptions(self._canvas, actions),
            Tool.SMART_SELECT: SmartOptions(self._canvas, selection, actions),
            Tool.HAND: Hint(
                self.tr("Drag to move the picture; with any tool, hold Space and drag")
            ),
            Tool.ZOOM: Hint(
                self.tr("Click to come closer, Alt+click to go back; the wheel zooms too")
            ),
        }

    def _show_tool(self) -> None:
        tool = self._canvas.tool
        self._tool.setText(self._names[tool])
        self._stack.setCurrentWidget(self._options[tool])
