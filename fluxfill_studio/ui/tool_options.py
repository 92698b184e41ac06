"""The second bar: the options of the tool in hand, or what the present mode is about."""

from __future__ import annotations

from enum import Enum
from typing import Final

from PySide6.QtCore import QSize
from PySide6.QtGui import QKeySequence
from PySide6.QtWidgets import (
    QFrame,
    QHBoxLayout,
    QLabel,
    QStackedWidget,
    QToolButton,
    QVBoxLayout,
    QWidget,
)

from fluxfill_studio.core.brush import MAX_SIZE, MIN_SIZE
from fluxfill_studio.core.outpaint import Preset, approximate_frame
from fluxfill_studio.core.schema import Control
from fluxfill_studio.model.canvas import CanvasModel, Tool
from fluxfill_studio.model.document import Document
from fluxfill_studio.model.gallery import Gallery
from fluxfill_studio.model.generation import Parameters
from fluxfill_studio.ui.actions import Act, Actions
from fluxfill_studio.ui.brush_slider import BrushSlider, position_of_size, size_at
from fluxfill_studio.ui.commands import TOOLS
from fluxfill_studio.ui.result_texts import facts
from fluxfill_studio.ui.segments import Segments
from fluxfill_studio.ui.wording import schema_text

_HEIGHT: Final = 40
_MARGIN: Final = 14
_SPACING: Final = 16
_ICON: Final = QSize(18, 18)
_EDITS: Final = (Act.UNDO, Act.REDO, Act.INVERT, Act.CLEAR)
_VIEWS: Final = (Act.VIEW_OVERLAY, Act.VIEW_MASK, Act.VIEW_IMAGE)


class OptionsPage(Enum):
    """What the bar is about."""

    INPAINT = "inpaint"
    OUTPAINT = "outpaint"
    COMPARE = "compare"


class ToolOptions(QFrame):
    """Of constant height, whatever it shows."""

    def __init__(
        self,
        canvas: CanvasModel,
        parameters: Parameters,
        document: Document,
        gallery: Gallery,
        actions: Actions,
    ) -> None:
        super().__init__()
        self.setProperty("role", "panel")
        self.setProperty("edge", "bottom")
        self.setFixedHeight(_HEIGHT)
        self._pages: dict[OptionsPage, QWidget] = {
            OptionsPage.INPAINT: _InpaintPage(canvas, actions),
            OptionsPage.OUTPAINT: _OutpaintPage(parameters, document),
            OptionsPage.COMPARE: _ComparePage(gallery),
        }
        self._stack = QStackedWidget()
        for page in self._pages.values():
            self._stack.addWidget(page)
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.addWidget(self._stack)

    def set_page(self, page: OptionsPage) -> None:
        self._stack.setCurrentWidget(self._pages[page])


class _InpaintPage(QWidget):
    """The tool, its brush or a hint, and how the mask is changed and shown."""

    def __init__(self, canvas: CanvasModel, actions: Actions) -> None:
        super().__init__()
        self._canvas = canvas
        self._names = {tool: actions[act].text() for act, tool in TOOLS.items()}
        self._hints = {
            Tool.HAND: self.tr("Drag to move the picture; with any tool, hold Space and drag"),
            Tool.ZOOM: self.tr("Click to come closer, Alt+click to go back; the wheel zooms too"),
        }
        self._tool = QLabel()
        self._hint = _muted("")
        self._brush = self._sliders(actions)
        self._options = QStackedWidget()
        self._options.addWidget(self._brush)
        self._options.addWidget(self._hint)
        widest = max(map(self._tool.fontMetrics().horizontalAdvance, self._names.values()))
        self._tool.setMinimumWidth(widest)
        row = _row(self)
        row.addWidget(self._tool)
        row.addWidget(self._options, 1)
        row.addLayout(_edit_buttons(actions))
        row.addWidget(_muted(self.tr("View")))
        row.addWidget(Segments(self.tr("Mask view"), (actions[act] for act in _VIEWS)))
        canvas.tool_changed.connect(self._show_tool)
        canvas.brush_changed.connect(self._show_brush)
        self._show_tool()
        self._show_brush()

    def _sliders(self, actions: Actions) -> QWidget:
        canvas = self._canvas
        self._size = BrushSlider(
            self.tr("Size"),
            _keys(self.tr("Size of the brush"), actions, Act.SMALLER, Act.LARGER),
            self.tr("px"),
            MIN_SIZE,
            MAX_SIZE,
            position_of_size,
            size_at,
        )
        hardness_tip = _keys(self.tr("Hardness of the rim"), actions, Act.SOFTER, Act.HARDER)
        self._hardness = BrushSlider(self.tr("Hardness"), hardness_tip, "%", 0, 100)
        opacity_tip = self.tr("Opacity of a stroke (1 to 9; 0 for 100 %)")
        self._opacity = BrushSlider(self.tr("Opacity"), opacity_tip, "%", 1, 100)
        self._size.chosen.connect(lambda size: canvas.set_brush(size=size))
        self._hardness.chosen.connect(lambda percent: canvas.set_brush(hardness=percent / 100))
        self._opacity.chosen.connect(lambda percent: canvas.set_brush(opacity=percent / 100))
        brush = QWidget()
        row = QHBoxLayout(brush)
        row.setContentsMargins(0, 0, 0, 0)
        row.setSpacing(_SPACING)
        for slider in (self._size, self._hardness, self._opacity):
            row.addWidget(slider)
        row.addStretch(1)
        return brush

    def _show_tool(self) -> None:
        tool = self._canvas.tool
        self._tool.setText(self._names[tool])
        self._hint.setText(self._hints.get(tool, ""))
        self._options.setCurrentWidget(self._brush if tool.paints else self._hint)

    def _show_brush(self) -> None:
        brush = self._canvas.brush
        self._size.show_value(round(brush.size))
        self._hardness.show_value(round(brush.hardness * 100))
        self._opacity.show_value(round(brush.opacity * 100))


class _OutpaintPage(QWidget):
    """The direction, and about how large the picture will be."""

    def __init__(self, parameters: Parameters, document: Document) -> None:
        super().__init__()
        self._parameters = parameters
        self._document = document
        self._parameter = parameters.schema.with_control(Control.COMPASS)
        self._preset = QLabel()
        self._size = QLabel()
        row = _row(self)
        row.addWidget(_muted(schema_text(self._parameter.label)))
        row.addWidget(self._preset)
        row.addWidget(_muted(self.tr("the service decides how far the picture grows")))
        row.addStretch(1)
        row.addWidget(self._size)
        parameters.changed.connect(self._show)
        document.replaced.connect(self._show)
        self._show()

    def _show(self) -> None:
        preset = Preset(self._parameters[self._parameter.name])
        label = next(c.label for c in self._parameter.choices if c.value == preset.value)
        self._preset.setText(schema_text(label))
        picture = self._document.picture
        if picture is None:
            self._size.clear()
            return
        size = approximate_frame(preset, picture.source.size).size
        text = self.tr("about {width} × {height} px")
        self._size.setText(text.format(width=f"{size.width:,}", height=f"{size.height:,}"))


class _ComparePage(QWidget):
    """What the result that is looked at was made with."""

    def __init__(self, gallery: Gallery) -> None:
        super().__init__()
        self._gallery = gallery
        self._facts = _muted("")
        row = _row(self)
        row.addWidget(QLabel(self.tr("Side by side")))
        row.addWidget(_muted(self.tr("zoom and pan are linked")))
        row.addStretch(1)
        row.addWidget(self._facts)
        gallery.shown_changed.connect(self._show)
        self._show()

    def _show(self) -> None:
        shown = self._gallery.shown
        self._facts.setText("" if shown is None else facts(shown.entry))


def _keys(text: str, actions: Actions, less: Act, more: Act) -> str:
    """A tooltip that names the keys of two actions, as "Size of the brush ([ ])"."""
    native = QKeySequence.SequenceFormat.NativeText
    keys = " ".join(actions[act].shortcut().toString(native) for act in (less, more))
    return f"{text} ({keys})"


def _edit_buttons(actions: Actions) -> QHBoxLayout:
    row = QHBoxLayout()
    row.setSpacing(2)
    for act in _EDITS:
        button = QToolButton()
        button.setIconSize(_ICON)
        button.setDefaultAction(actions[act])
        button.setAccessibleName(actions[act].text())
        row.addWidget(button)
    return row


def _muted(text: str) -> QLabel:
    label = QLabel(text)
    label.setProperty("role", "muted")
    return label


def _row(page: QWidget) -> QHBoxLayout:
    row = QHBoxLayout(page)
    row.setContentsMargins(_MARGIN, 0, _MARGIN, 0)
    row.setSpacing(_SPACING)
    return row
