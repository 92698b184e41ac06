"""A switch: the on/off toggle of the parameter panel."""

from __future__ import annotations

from typing import Final

from PySide6.QtCore import QRectF, QSize, Qt
from PySide6.QtGui import QPainter, QPaintEvent, QPalette, QPen
from PySide6.QtWidgets import QAbstractButton, QSizePolicy, QWidget
from typing_extensions import override

_WIDTH: Final = 36.0
_HEIGHT: Final = 20.0
_RING: Final = 1.5  # width of the focus ring
_INSET: Final = 2.5  # from the edge to the track: the ring and a gap
_KNOB_INSET: Final = 2.0  # from the track to the knob


class Switch(QAbstractButton):
    """A checkable pill of 36 x 20 px, toggled with a click or Space and painted from the palette.

    The track is Accent when on and Mid when off, the knob BrightText when on and
    PlaceholderText when off, and the
    focus ring WindowText. It shows no text; the caller sets the accessible name.
    """

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setCheckable(True)
        self.setSizePolicy(QSizePolicy.Policy.Fixed, QSizePolicy.Policy.Fixed)

    @override
    def sizeHint(self) -> QSize:
        return QSize(int(_WIDTH), int(_HEIGHT))

    @override
    def paintEvent(self, event: QPaintEvent, /) -> None:
        del event  # so small that it is always painted whole
        role = QPalette.ColorRole
        palette = self.palette()
        bounds = QRectF(0.0, 0.0, _WIDTH, _HEIGHT)
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)

        if self.hasFocus():
            painter.setPen(QPen(palette.color(role.WindowText), _RING))
            _draw_pill(painter, bounds, _RING / 2)

        painter.setPen(Qt.PenStyle.NoPen)
        painter.setBrush(palette.color(role.Accent if self.isChecked() else role.Mid))
        _draw_pill(painter, bounds, _INSET)

        knob = bounds.adjusted(*(i * (_INSET + _KNOB_INSET) for i in (1, 1, -1, -1)))
        knob.setWidth(knob.height())
        # On the right when on; mirrored where the language runs from right to left.
        if self.isChecked() == self.isLeftToRight():
            knob.moveLeft(_WIDTH - knob.right())
        painter.setBrush(
            palette.color(role.BrightText if self.isChecked() else role.PlaceholderText)
        )
        painter.drawEllipse(knob)
        painter.end()


def _draw_pill(painter: QPainter, bounds: QRectF, inset: float) -> None:
    rect = bounds.adjusted(inset, inset, -inset, -inset)
    painter.drawRoundedRect(rect, rect.height() / 2, rect.height() / 2)
