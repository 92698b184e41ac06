"""Asks about a mask that does not fit the picture, or may be meant the other way round."""

from __future__ import annotations

from typing import Final

from PySide6.QtCore import Qt
from PySide6.QtGui import QPixmap
from PySide6.QtWidgets import (
    QCheckBox,
    QDialog,
    QFrame,
    QHBoxLayout,
    QLabel,
    QVBoxLayout,
    QWidget,
)

from fluxfill_studio.model.masks import MaskFile
from fluxfill_studio.ui.dialogs import answers
from fluxfill_studio.ui.pictures import to_image

_MARGIN: Final = 16
_SPACING: Final = 12
_PREVIEW: Final = 160
_TEXT_WIDTH: Final = 280


class MaskImportDialog(QDialog):
    """Shows the mask as it would be taken: white is painted."""

    def __init__(self, file: MaskFile, window: QWidget) -> None:
        super().__init__(window)
        self._file = file
        self.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        self.setWindowTitle(self.tr("Import mask"))
        self._picture = QLabel()
        self._picture.setFixedSize(_PREVIEW, _PREVIEW)
        self._picture.setAlignment(Qt.AlignmentFlag.AlignCenter)
        self._picture.setAccessibleName(self.tr("Preview of the mask"))
        question = QLabel(self._question())
        question.setTextFormat(Qt.TextFormat.PlainText)
        question.setWordWrap(True)
        question.setFixedWidth(_TEXT_WIDTH)
        self._invert = QCheckBox(self.tr("Invert"))
        self._invert.setAccessibleName(self._invert.text())
        self._invert.setToolTip(self.tr("Paint what is black in the file"))
        self._invert.toggled.connect(self._show)
        answer = self.tr("Import") if file.fits else self.tr("Scale")
        agree, cancel = answers(self, answer)
        self._lay_out(question, agree, cancel)
        self._show()

    @property
    def inverted(self) -> bool:
        """Whether black is to be painted in place of white."""
        return self._invert.isChecked()

    def _question(self) -> str:
        file, sentences = self._file, []
        if not file.fits:
            text = self.tr(
                "“{name}” is {width} × {height}, the picture {picture_width} × {picture_height}. "
                "Scale the mask to fit?"
            )
            size, picture = file.size, file.picture.source.size
            sentences.append(
                text.format(
                    name=file.name,
                    width=size.width,
                    height=size.height,
                    picture_width=picture.width,
                    picture_height=picture.height,
                )
            )
        if file.white > 0.5:
            text = self.tr("{percent} % of “{name}” are white and would be painted.")
            sentences.append(text.format(percent=round(file.white * 100), name=file.name))
        return "\n\n".join(sentences)

    def _lay_out(self, question: QWidget, agree: QWidget, cancel: QWidget) -> None:
        frame = QFrame()
        frame.setProperty("role", "segments")
        inside = QVBoxLayout(frame)
        inside.setContentsMargins(1, 1, 1, 1)
        inside.addWidget(self._picture)
        caption = QLabel(self.tr("White is painted"))
        caption.setProperty("role", "muted")
        left = QVBoxLayout()
        left.setSpacing(_SPACING)
        left.addWidget(frame)
        left.addWidget(caption, 0, Qt.AlignmentFlag.AlignHCenter)
        left.addStretch(1)
        buttons = QHBoxLayout()
        buttons.addStretch(1)
        buttons.addWidget(agree)
        buttons.addWidget(cancel)
        right = QVBoxLayout()
        right.setSpacing(_SPACING)
        right.addWidget(question)
        right.addWidget(self._invert)
        right.addStretch(1)
        right.addLayout(buttons)
        row = QHBoxLayout(self)
        row.setContentsMargins(_MARGIN, _MARGIN, _MARGIN, _MARGIN)
        row.setSpacing(_MARGIN)
        row.addLayout(left)
        row.addLayout(right)

    def _show(self) -> None:
        image = to_image(self._file.preview)
        if self.inverted:
            image.invertPixels()
        ratio = self.devicePixelRatioF()
        pixmap = QPixmap.fromImage(image).scaled(
            self._picture.size() * ratio,
            Qt.AspectRatioMode.KeepAspectRatio,
            Qt.TransformationMode.SmoothTransformation,
        )
        pixmap.setDevicePixelRatio(ratio)
        self._picture.setPixmap(pixmap)
