"""The exact frame in numbers: by how much each side grows, to which ratio, and from where."""

from __future__ import annotations

import re
from fractions import Fraction
from typing import Final

from PySide6.QtCore import QCoreApplication, QSignalBlocker, Qt
from PySide6.QtGui import QWheelEvent
from PySide6.QtWidgets import (
    QButtonGroup,
    QComboBox,
    QCompleter,
    QDoubleSpinBox,
    QFrame,
    QGridLayout,
    QHBoxLayout,
    QLabel,
    QLineEdit,
    QPushButton,
    QSizePolicy,
    QVBoxLayout,
)
from typing_extensions import override

from fluxfill_studio.core.texts import QT_TRANSLATE_NOOP
from fluxfill_studio.model.framing import MAX_GROWTH, Framing, Side
from fluxfill_studio.ui.panels.anchor_grid import AnchorGrid
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
# Two numbers above 0 of a few digits each, as in "2.39:1".
_RATIO: Final = re.compile(r"\s*(\d{1,4}(?:\.\d{1,3})?)\s*[:/x×]\s*(\d{1,4}(?:\.\d{1,3})?)\s*")


class FrameCard(QFrame):
    """Sets and shows the framing while it is exact. What is typed counts at once."""

    def __init__(self, framing: Framing) -> None:
        super().__init__()
        self._framing = framing
        self.setProperty("role", "raised")
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

    @property
    def is_in_percent(self) -> bool:
        return self.percent.isChecked()

    def _box(self, side: Side) -> QDoubleSpinBox:
        box = _Box()
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
        head.addWidget(self._units())
        column.addLayout(head)
        cross = QGridLayout()
        cross.setSpacing(_SPACING)
        for side, (row, place) in _PLACES.items():
            cross.addWidget(self.boxes[side], row, place)
        cross.addWidget(self.anchors, 1, 1, Qt.AlignmentFlag.AlignCenter)
        column.addLayout(cross)
        line = QHBoxLayout()
        line.addWidget(_muted(self.tr("Aspect ratio")))
        line.addStretch()
        line.addWidget(self.aspect)
        column.addLayout(line)
        column.addWidget(self.size_label)

    def _units(self) -> QFrame:
        frame = QFrame()
        frame.setProperty("role", "segments")
        frame.setAccessibleName(self.tr("Unit"))
        segments = QHBoxLayout(frame)
        segments.setContentsMargins(2, 2, 2, 2)
        segments.setSpacing(0)
        self._unit = QButtonGroup(self)
        self.pixels, self.percent = QPushButton(self.tr("px")), QPushButton("%")
        for button, name in (
            (self.pixels, self.tr("Pixels")),
            (self.percent, self.tr("Percent of the picture's width or height")),
        ):
            button.setCheckable(True)
            button.setProperty("role", "segment")
            button.setAccessibleName(name)
            button.setToolTip(name)
            self._unit.addButton(button)
            segments.addWidget(button)
        self.pixels.setChecked(True)
        self._unit.buttonToggled.connect(self._change_unit)
        return frame

    def _change_unit(self) -> None:
        for box in self.boxes.values():
            with QSignalBlocker(box):
                box.setDecimals(1 if self.is_in_percent else 0)
        self._show_sides(anew=True)

    def _set_side(self, side: Side, number: float) -> None:
        self._framing.set_side(side, self._in_pixels(side, number))

    def _in_pixels(self, side: Side, number: float) -> int:
        return self._framing.pixels(side, number) if self.is_in_percent else round(number)

    def _choose_aspect(self, index: int) -> None:
        self._framing.set_aspect(self.aspect.itemData(index))

    def _type_aspect(self, text: str) -> None:
        ratio = ratio_of(text)
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
                    box.setValue(percent if self.is_in_percent else pixels)

    def _show_aspect(self) -> None:
        """A ratio that was typed stays as it was written."""
        aspect = self._framing.aspect
        if aspect is not None and ratio_of(self.aspect.currentText()) == aspect:
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
        if self.size_label.property("role") != role:
            self.size_label.setProperty("role", role)
            self.size_label.style().unpolish(self.size_label)
            self.size_label.style().polish(self.size_label)
        self.size_label.setText(text)


class _Box(QDoubleSpinBox):
    def __init__(self) -> None:
        super().__init__()
        self.setDecimals(0)
        self.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        self.setSizePolicy(QSizePolicy.Policy.Ignored, QSizePolicy.Policy.Fixed)

    @override
    def wheelEvent(self, event: QWheelEvent, /) -> None:
        """Let the wheel scroll past a box that does not have the focus."""
        if self.hasFocus():
            super().wheelEvent(event)
        else:
            event.ignore()


class _AspectList(QComboBox):
    """The usual ratios, and any that is typed; the first is that of any frame."""

    def __init__(self) -> None:
        super().__init__()
        self.field = QLineEdit()
        self.setLineEdit(self.field)
        self.setInsertPolicy(QComboBox.InsertPolicy.NoInsert)
        # One that knows nothing; else "1" would become "1:1" while more is being typed.
        self.field.setCompleter(QCompleter(self))
        self.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        self.addItem(self.tr("Free"), None)
        for text in _RATIOS:
            self.addItem(text, ratio_of(text))

    @override
    def wheelEvent(self, event: QWheelEvent, /) -> None:
        if self.hasFocus():
            super().wheelEvent(event)
        else:
            event.ignore()


def ratio_of(text: str) -> Fraction | None:
    """The ratio of width to height that "16:9" or "2.39:1" names; None where it is none."""
    match = _RATIO.fullmatch(text)
    if match is None:
        return None
    width, height = map(Fraction, match.groups())
    return width / height if width > 0 and height > 0 else None


def _muted(text: str) -> QLabel:
    label = QLabel(text)
    label.setProperty("role", "muted")
    return label
