"""The exact frame in numbers: by how much each side grows, to which ratio, and from where."""

from __future__ import annotations

from typing import Final

from PySide6.QtCore import QCoreApplication, QSignalBlocker, Qt
from PySide6.QtWidgets import (
    QComboBox,
    QCompleter,
    QDoubleSpinBox,
    QFrame,
    QGridLayout,
    QHBoxLayout,
    QLabel,
    QLineEdit,
    QSizePolicy,
    QVBoxLayout,
)

from fluxfill_studio.core.planning.aspect import aspect_of
from fluxfill_studio.core.texts import QT_TRANSLATE_NOOP
from fluxfill_studio.model.framing import MAX_GROWTH, Framing, Side
from fluxfill_studio.ui.choice import Choice
from fluxfill_studio.ui.panels.anchor_grid import AnchorGrid
from fluxfill_studio.ui.restyle import restyle
from fluxfill_studio.ui.wheel import pass_wheel
from fluxfill_studio.ui.wording import what_happened

_N = QT_TRANSLATE_NOOP
_MARGIN: Final = 12
_SPACING: Final = 8
_NAMES: Final = {
    Side.LEFT: _N("FrameCard", "Left"),
    Side.TOP: _N("FrameCard", "Top"),
    Side.RIGHT: _N("FrameCard", "Right"),
    Side.BOTTOM: _N("FrameCard", "Bottom"),
}
# Row and column around the anchor.
_PLACES: Final = {Side.LEFT: (1, 0), Side.TOP: (0, 1), Side.RIGHT: (1, 2), Side.BOTTOM: (2, 1)}
_RATIOS: Final = ("16:9", "4:3", "3:2", "1:1", "2:3", "9:16")


class FrameCard(QFrame):
    """Sets and shows the framing while it is exact. What is typed counts at once."""

    def __init__(self, framing: Framing) -> None:
        super().__init__()
        self._framing = framing
        self.setProperty("role", "raised")
        self._is_in_percent = False
        percent = self.tr("Percent of the picture's width or height")
        self.units = Choice(
            self.tr("Unit"),
            ((False, self.tr("px"), self.tr("Pixels")), (True, "%", percent)),
        )
        self.units.show_value(self._is_in_percent)
        self.units.chosen.connect(self._change_unit)
        self.boxes = {side: self._box(side) for side in Side}
        self.anchors = AnchorGrid()
        self.anchors.chosen.connect(framing.set_anchor)
        self.aspect = _AspectList()
        self.aspect.setAccessibleName(self.tr("Aspect ratio of the frame"))
        self.aspect.setToolTip(self.tr("Choose an aspect ratio, or type one, as in 21:9"))
        self.aspect.activated.connect(self._choose_aspect)
        self.aspect.field.textEdited.connect(self._type_aspect)
        self.aspect.field.editingFinished.connect(self._show_aspect)
        self.size_label = QLabel()
        self.size_label.setWordWrap(True)
        self._lay_out()
        framing.changed.connect(self._show)
        self._show()

    def _box(self, side: Side) -> QDoubleSpinBox:
        box = QDoubleSpinBox()
        box.setDecimals(0)
        box.setSizePolicy(QSizePolicy.Policy.Ignored, QSizePolicy.Policy.Fixed)
        pass_wheel(box)
        name = QCoreApplication.translate("FrameCard", _NAMES[side])
        box.setAccessibleName(self.tr("{side}: grow by").format(side=name))
        box.setToolTip(self.tr("{side}: how far the picture grows").format(side=name))
        box.setRange(0, MAX_GROWTH)
        box.valueChanged.connect(lambda number: self._set_side(side, number))
        return box

    def _lay_out(self) -> None:
        column = QVBoxLayout(self)
        column.setContentsMargins(_MARGIN, _MARGIN, _MARGIN, _MARGIN)
        column.setSpacing(_SPACING)
        head = QHBoxLayout()
        head.addWidget(_muted(self.tr("Grow by")))
        head.addStretch()
        head.addWidget(self.units)
        column.addLayout(head)
        cross = QGridLayout()
        cross.setSpacing(_SPACING)
        for side, (row, place) in _PLACES.items():
            cross.addWidget(self.boxes[side], row, place)
        cross.addWidget(self.anchors, 1, 1, Qt.AlignmentFlag.AlignCenter)
        column.addLayout(cross)
        line = QHBoxLayout()
        aspect = _muted(self.tr("Aspect ratio"))
        aspect.setBuddy(self.aspect)  # else it is read as what stands in it
        line.addWidget(aspect)
        line.addStretch()
        line.addWidget(self.aspect)
        column.addLayout(line)
        column.addWidget(self.size_label)

    def _change_unit(self, is_in_percent: bool) -> None:
        self._is_in_percent = is_in_percent
        for box in self.boxes.values():
            with QSignalBlocker(box):
                box.setDecimals(1 if self._is_in_percent else 0)
        self._show_sides(anew=True)

    def _set_side(self, side: Side, number: float) -> None:
        self._framing.set_side(side, self._in_pixels(side, number))

    def _in_pixels(self, side: Side, number: float) -> int:
        return self._framing.pixels(side, number) if self._is_in_percent else round(number)

    def _choose_aspect(self, index: int) -> None:
        self._framing.set_aspect(self.aspect.itemData(index))

    def _type_aspect(self, text: str) -> None:
        ratio = aspect_of(text)
        if ratio is not None:
            self._framing.set_aspect(ratio)

    def _show(self) -> None:
        if not self._framing.is_exact:
            return
        self._show_sides()
        self.anchors.show_anchor(self._framing.anchor)
        self._show_aspect()
        self._show_size()

    def _show_sides(self, *, anew: bool = False) -> None:
        """What is being typed is left as it is as long as it means what is set."""
        shown = self._framing.shown
        if shown is None:
            return
        for side, box in self.boxes.items():
            pixels = side.of(shown)
            if anew or self._in_pixels(side, box.value()) != pixels:
                percent = self._framing.percent(side, pixels)
                with QSignalBlocker(box):
                    box.setValue(percent if self._is_in_percent else pixels)

    def _show_aspect(self) -> None:
        """A ratio that was typed stays as it was written."""
        aspect = self._framing.aspect
        if aspect is not None and aspect_of(self.aspect.currentText()) == aspect:
            return
        index = self.aspect.findData(aspect)
        with QSignalBlocker(self.aspect):
            self.aspect.setCurrentIndex(index)
            if aspect is not None and index < 0:
                self.aspect.setEditText(f"{aspect.numerator}:{aspect.denominator}")

    def _show_size(self) -> None:
        frame, trouble = self._framing.frame, self._framing.trouble
        if frame is None:
            return
        if trouble is None:
            text = self.tr("{width} × {height} px").format(
                width=f"{frame.width:,}", height=f"{frame.height:,}"
            )
            if self._framing.steps > 1:
                text += self.tr(" · in {count} runs").format(count=self._framing.steps)
        else:
            text = what_happened(trouble)
        role = "muted" if trouble is None else "warning"
        restyle(self.size_label, role=role)
        self.size_label.setText(text)


class _AspectList(QComboBox):
    """The usual ratios, and any that is typed; the first is that of any frame."""

    def __init__(self) -> None:
        super().__init__()
        self.field = QLineEdit()
        self.setLineEdit(self.field)
        self.setInsertPolicy(QComboBox.InsertPolicy.NoInsert)
        # One that knows nothing; else "1" would become "1:1" while more is being typed.
        self.field.setCompleter(QCompleter(self))
        pass_wheel(self)
        self.addItem(self.tr("Free"), None)
        for text in _RATIOS:
            self.addItem(text, aspect_of(text))


def _muted(text: str) -> QLabel:
    label = QLabel(text)
    label.setProperty("role", "muted")
    return label
