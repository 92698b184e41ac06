"""A line of text that is cut where there is no room for it."""

from __future__ import annotations

from PySide6.QtCore import QSize, Qt
from PySide6.QtGui import QPainter, QPaintEvent
from PySide6.QtWidgets import QLabel, QStyleOption
from typing_extensions import override


class ElidedLabel(QLabel):
    """Cut at its `cut` where it does not fit, down to `minimum` px; the tooltip has all of it."""

    def __init__(self, cut: Qt.TextElideMode, minimum: int) -> None:
        super().__init__()
        self._cut = cut
        self._minimum = minimum

    @override
    def setText(self, text: str, /) -> None:
        super().setText(text)
        self.setToolTip(text)

    @override
    def minimumSizeHint(self) -> QSize:
        hint = super().minimumSizeHint()
        return QSize(min(hint.width(), self._minimum), hint.height())

    @override
    def paintEvent(self, event: QPaintEvent, /) -> None:
        del event  # so small that it is always painted whole
        option = QStyleOption()
        option.initFrom(self)
        text = self.fontMetrics().elidedText(self.text(), self._cut, self.width())
        if text == "…":
            return  # alone it says nothing
        painter = QPainter(self)
        self.style().drawItemText(
            painter,
            self.rect(),
            Qt.AlignmentFlag.AlignVCenter,
            option.palette,
            self.isEnabled(),
            text,
            self.foregroundRole(),
        )
        painter.end()
