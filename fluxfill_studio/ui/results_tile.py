"""One tile of the strip of results: a button with a face, and two smaller ones on it."""

from __future__ import annotations

from typing import Final

from PySide6.QtCore import QEvent, QPoint, QRectF, QSize, Qt, Signal
from PySide6.QtGui import QColor, QEnterEvent, QKeyEvent, QMouseEvent, QPainter, QPaintEvent, QPen
from PySide6.QtWidgets import (
    QAbstractButton,
    QApplication,
    QPushButton,
    QSizePolicy,
    QToolButton,
    QWidget,
)
from typing_extensions import override

from fluxfill_studio.ui.look import Look
from fluxfill_studio.ui.remedies import Offer
from fluxfill_studio.ui.results_face import Face, Kind, paint_face

TILE_WIDTH: Final = 124
TILE_HEIGHT: Final = 92

# Around the face, from outside to inside: the ring of focus, the frame of selection, and a gap.
_FOCUS_WIDTH: Final = 1.5
_FRAME_WIDTH: Final = 2.0
_MARGIN: Final = 5
_RADIUS: Final = 5.0
_STOP_ICON: Final = QSize(16, 16)
_STOP_SIDE: Final = 24
_REMEDY_HEIGHT: Final = 24
_CAN_BE_STOPPED: Final = (Kind.QUEUED, Kind.RUNNING)


class Tile(QAbstractButton):
    """A button with a face. Checked means that it is looked at, which others decide."""

    stop_wanted = Signal()
    dragged = Signal(QPoint)
    """The pointer with which a queued run is being dragged is here, in the tile's own pixels."""
    dropped = Signal()

    def __init__(self, look: Look | None, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._look = look
        self._face: Face | None = None
        self._offer: Offer | None = None
        self._pressed_at: QPoint | None = None
        self._is_dragged = False
        self.setCheckable(True)
        self.setFixedSize(TILE_WIDTH, TILE_HEIGHT)
        self.setSizePolicy(QSizePolicy.Policy.Fixed, QSizePolicy.Policy.Fixed)
        self.setAttribute(Qt.WidgetAttribute.WA_Hover)
        self._stop = self._stop_button()
        self._remedy = self._remedy_button()
        if look is not None:
            self.apply_look(look)

    def apply_look(self, look: Look) -> None:
        self._look = look
        self._stop.setIcon(look.icon("close"))
        self.update()

    def show_face(self, face: Face) -> None:
        """Show `face`; nothing is painted where it is the same already."""
        if face == self._face:
            return
        self._face = face
        self._stop.setVisible(self.underMouse() and self._can_be_stopped)
        self.update()

    def offer(self, offer: Offer | None) -> None:
        """Have a button for what helps a run that has ended without a result."""
        self._offer = offer
        self._remedy.setVisible(offer is not None)
        if offer is not None:
            self._remedy.setText(offer.text)
            # The button has no room for the price.
            self._remedy.setToolTip("\n".join(filter(None, (offer.tip, offer.price))))

    def set_stop_text(self, text: str) -> None:
        """What the button that stops is called while the run is in its present state."""
        self._stop.setAccessibleName(text)
        self._stop.setToolTip(text)

    def _stop_button(self) -> QToolButton:
        button = QToolButton(self)
        button.setIconSize(_STOP_ICON)
        # The keyboard has the tile's menu.
        button.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        button.setGeometry(
            TILE_WIDTH - _MARGIN - _STOP_SIDE - 2, _MARGIN + 2, _STOP_SIDE, _STOP_SIDE
        )
        button.hide()
        button.clicked.connect(self.stop_wanted)
        return button

    def _remedy_button(self) -> QPushButton:
        button = QPushButton(self)
        button.setProperty("role", "tile")
        button.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        inset = _MARGIN + 5
        top = TILE_HEIGHT - inset - _REMEDY_HEIGHT
        button.setGeometry(inset, top, TILE_WIDTH - 2 * inset, _REMEDY_HEIGHT)
        button.hide()
        button.clicked.connect(self._accept)
        return button

    def _accept(self) -> None:
        if self._offer is not None:
            self._offer.accept()

    @property
    def _can_be_stopped(self) -> bool:
        return self._face is not None and self._face.kind in _CAN_BE_STOPPED

    @override
    def nextCheckState(self) -> None:
        """A press is a wish; whoever shows results checks the tile."""

    @override
    def event(self, event: QEvent, /) -> bool:
        if isinstance(event, QKeyEvent) and event.type() is QEvent.Type.ShortcutOverride:
            # Here Delete means this run, and not the mask.
            event.setAccepted(event.key() == Qt.Key.Key_Delete)
            return event.isAccepted()
        return super().event(event)

    @override
    def keyPressEvent(self, event: QKeyEvent, /) -> None:
        if event.key() in (Qt.Key.Key_Return, Qt.Key.Key_Enter) and not event.modifiers():
            self.click()
        elif event.key() in (Qt.Key.Key_Left, Qt.Key.Key_Right):
            event.ignore()  # the strip moves the focus, or the run
        else:
            super().keyPressEvent(event)

    @override
    def mousePressEvent(self, event: QMouseEvent, /) -> None:
        super().mousePressEvent(event)
        if event.button() == Qt.MouseButton.LeftButton:
            self._pressed_at = event.position().toPoint()

    @override
    def mouseMoveEvent(self, event: QMouseEvent, /) -> None:
        super().mouseMoveEvent(event)
        place = event.position().toPoint()
        if self._pressed_at is None or self._face is None or self._face.kind is not Kind.QUEUED:
            return
        far = (place - self._pressed_at).manhattanLength() >= QApplication.startDragDistance()
        if self._is_dragged or far:
            self._is_dragged = True
            self.setDown(False)
            self.setCursor(Qt.CursorShape.ClosedHandCursor)
            self.dragged.emit(place)

    @override
    def mouseReleaseEvent(self, event: QMouseEvent, /) -> None:
        super().mouseReleaseEvent(event)
        self._pressed_at = None
        if self._is_dragged:
            self._is_dragged = False
            self.unsetCursor()
            self.dropped.emit()

    @override
    def enterEvent(self, event: QEnterEvent, /) -> None:
        super().enterEvent(event)
        self._stop.setVisible(self._can_be_stopped)

    @override
    def leaveEvent(self, event: QEvent, /) -> None:
        super().leaveEvent(event)
        self._stop.hide()

    @override
    def paintEvent(self, event: QPaintEvent, /) -> None:
        del event  # so small that it is always painted whole
        if self._look is None or self._face is None:
            return
        theme = self._look.theme
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        bounds = QRectF(self.rect())
        if self.hasFocus():
            _paint_frame(painter, bounds, 0, _FOCUS_WIDTH, QColor(theme.text))
        if self.isChecked():
            _paint_frame(painter, bounds, 2, _FRAME_WIDTH, QColor(theme.accent))
        elif self.underMouse():
            _paint_frame(painter, bounds, 3, 1, QColor(theme.muted))
        paint_face(
            painter,
            bounds.adjusted(_MARGIN, _MARGIN, -_MARGIN, -_MARGIN),
            self._face,
            self._look,
        )
        painter.end()


def _paint_frame(
    painter: QPainter, bounds: QRectF, inset: float, width: float, colour: QColor
) -> None:
    """A rounded line of `width` whose outer edge lies `inset` inside `bounds`."""
    middle = inset + width / 2
    painter.setPen(QPen(colour, width))
    painter.setBrush(Qt.BrushStyle.NoBrush)
    radius = _RADIUS + _MARGIN - middle
    painter.drawRoundedRect(bounds.adjusted(middle, middle, -middle, -middle), radius, radius)
