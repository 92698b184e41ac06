"""Asks for a number of pixels."""

from __future__ import annotations

from typing import Final

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QDialog, QHBoxLayout, QLabel, QSpinBox, QWidget

from fluxfill_studio.ui.dialogs import answers

_MARGIN: Final = 16
_SPACING: Final = 8
_MAXIMUM: Final = 500


class AmountDialog(QDialog):
    """A line with a field and a button. Enter in the field answers, too."""

    def __init__(self, question: str, amount: int, answer: str, window: QWidget) -> None:
        super().__init__(window)
        self.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        self.setWindowTitle(question)
        self._field = QSpinBox()
        self._field.setRange(1, _MAXIMUM)
        self._field.setValue(amount)
        self._field.setSuffix(" " + self.tr("px"))
        self._field.setAccessibleName(question)
        self._field.setToolTip(self.tr("In pixels of the picture"))
        agree, cancel = answers(self, answer)
        row = QHBoxLayout(self)
        row.setContentsMargins(_MARGIN, _MARGIN, _MARGIN, _MARGIN)
        row.setSpacing(_SPACING)
        row.addWidget(QLabel(question))
        for part in (self._field, agree, cancel):
            row.addWidget(part)
        self._field.selectAll()
        self._field.setFocus()

    @property
    def amount(self) -> int:
        """In pixels, 1 to 500."""
        return self._field.value()
