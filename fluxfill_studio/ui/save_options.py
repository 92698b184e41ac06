"""Tells what a file format does not keep of a result, and asks for JPEG's quality."""

from __future__ import annotations

from typing import Final

from PySide6.QtCore import QCoreApplication, Qt, Signal
from PySide6.QtWidgets import QDialog, QGridLayout, QHBoxLayout, QLabel, QVBoxLayout, QWidget

from fluxfill_studio.model.saving import SaveQuestion
from fluxfill_studio.ui.dialogs import answers, plain_button
from fluxfill_studio.ui.options.value_slider import ValueSlider

_MARGIN: Final = 16
_SPACING: Final = 12
_LINE_SPACING: Final = 6
_WIDTH: Final = 448
_QUALITIES: Final = (1, 100)


class SaveOptions(QDialog):
    """Nothing is written before it is accepted; Enter accepts, wherever the focus is."""

    another_wanted = Signal()
    """The result is to be saved in another format; the dialog has closed."""

    def __init__(self, question: SaveQuestion, quality: int, window: QWidget) -> None:
        super().__init__(window)
        self.quality = quality
        """JPEG's, 1 to 100."""
        self.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        name = question.format.name
        self.setWindowTitle(self.tr("Save as {format}").format(format=name))
        column = QVBoxLayout(self)
        column.setContentsMargins(_MARGIN, _MARGIN, _MARGIN, _MARGIN)
        column.setSpacing(_SPACING)
        heading = _wrapped(
            self.tr("{format} does not keep all of this picture").format(format=name)
        )
        heading.setProperty("role", "title")
        column.addWidget(heading)
        column.addLayout(self._losses(question))
        if not question.format.is_lossless:
            column.addWidget(self._quality_row())
        advice = self.tr("{format} keeps everything.").format(format=question.saving.keeper.name)
        keeper = _wrapped(advice)
        keeper.setProperty("role", "muted")
        column.addWidget(keeper)
        column.addSpacing(_LINE_SPACING)
        column.addLayout(self._buttons())
        self.setFixedWidth(_WIDTH)

    def _losses(self, question: SaveQuestion) -> QGridLayout:
        lines = QGridLayout()
        lines.setHorizontalSpacing(8)
        lines.setVerticalSpacing(_LINE_SPACING)
        lines.setColumnStretch(1, 1)
        texts = [QCoreApplication.translate("losses", text) for text in question.lost]
        for row, text in enumerate(texts):
            point = QLabel("•")
            point.setProperty("role", "warning")
            lines.addWidget(point, row, 0, Qt.AlignmentFlag.AlignTop)
            lines.addWidget(_wrapped(text), row, 1)
        self.setAccessibleDescription(" ".join(texts))
        return lines

    def _quality_row(self) -> QWidget:
        row = ValueSlider(self.tr("Quality"), "", *_QUALITIES)
        row.set_tip(self.tr("The higher, the less is changed, and the larger is the file"))
        row.show_value(self.quality)

        def choose(quality: int) -> None:
            self.quality = quality
            row.show_value(quality)

        row.chosen.connect(choose)
        return row

    def _buttons(self) -> QHBoxLayout:
        agree, cancel = answers(self, self.tr("Save anyway"))
        another = plain_button(self.tr("Another format…"))
        another.setProperty("role", "secondary")
        another.setToolTip(self.tr("Back to the choice of a file"))
        another.clicked.connect(self._leave_for_another)
        row = QHBoxLayout()
        row.addWidget(another)
        row.addStretch(1)
        row.addWidget(agree)
        row.addWidget(cancel)
        return row

    def _leave_for_another(self) -> None:
        self.reject()
        self.another_wanted.emit()


def _wrapped(text: str) -> QLabel:
    label = QLabel(text)
    label.setTextFormat(Qt.TextFormat.PlainText)
    label.setWordWrap(True)
    return label
