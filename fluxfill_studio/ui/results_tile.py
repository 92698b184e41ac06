"""One tile of the strip of results: the source, a result, or a run that has none (yet)."""

from __future__ import annotations

from dataclasses import dataclass
from enum import Enum, auto
from typing import Final

from PySide6.QtCore import QEvent, QPointF, QRectF, QSize, Qt, Signal
from PySide6.QtGui import QColor, QEnterEvent, QFont, QImage, QKeyEvent, QPainter, QPaintEvent, QPen
from PySide6.QtWidgets import QAbstractButton, QSizePolicy, QToolButton, QWidget
from typing_extensions import override

from fluxfill_studio.core.job import JobState
from fluxfill_studio.model.gallery import Entry
from fluxfill_studio.ui.look import Look
from fluxfill_studio.ui.pictures import to_image
from fluxfill_studio.ui.result_texts import caption, state_text
from fluxfill_studio.ui.theme import Theme
from fluxfill_studio.ui.thumbnails import paint_thumbnail

TILE_WIDTH: Final = 124
TILE_HEIGHT: Final = 92

# Around the face, from outside to inside: the ring of focus, the frame of selection, and a gap.
_FOCUS_WIDTH: Final = 1.5
_FRAME_WIDTH: Final = 2.0
_MARGIN: Final = 5.0
_RADIUS: Final = 5.0
_RING: Final = 44.0
_RING_WIDTH: Final = 3.0
_SMALL_FONT: Final = 11
_BADGE_HEIGHT: Final = 18.0
_BADGE_OPACITY: Final = 0.8
_SIGN: Final = 24
_STOP_ICON: Final = QSize(16, 16)
_STOP_SIDE: Final = 24


class Kind(Enum):
    """How a tile looks."""

    PICTURE = auto()
    RUNNING = auto()
    FAILED = auto()
    STOPPED = auto()


@dataclass(frozen=True, eq=False)
class Face:
    """What a tile shows. `progress` is 0 to 1, or None where it is not known."""

    kind: Kind
    title: str
    detail: str = ""
    image: QImage | None = None
    progress: float | None = None


def face_of(entry: Entry, seconds: int | None) -> Face:
    """What to show of a run; `seconds` is how long it has been running, if it is."""
    job = entry.job
    if entry.thumbnail is not None:
        return Face(Kind.PICTURE, caption(entry), image=to_image(entry.thumbnail))
    state = state_text(job.state)
    match job.state:
        case JobState.FAILED:
            return Face(Kind.FAILED, caption(entry), state)
        case JobState.STOPPED:
            return Face(Kind.STOPPED, caption(entry), state)
        case _:
            detail = state if seconds is None else f"{state} · {seconds} s"
            return Face(Kind.RUNNING, caption(entry), detail, progress=job.progress)


def paint_face(painter: QPainter, box: QRectF, face: Face, look: Look) -> None:
    """Draw `face` into `box`, at least 80 x 72 px."""
    painter.setRenderHint(QPainter.RenderHint.Antialiasing)
    font = QFont(painter.font())
    font.setPixelSize(_SMALL_FONT)
    painter.setFont(font)
    if face.image is not None:
        paint_thumbnail(painter, face.image, box, _RADIUS)
        _paint_badge(painter, box, face.title, look.theme)
        return
    painter.setPen(QPen(QColor(look.theme.line), 1))
    painter.setBrush(QColor(look.theme.field))
    painter.drawRoundedRect(box.adjusted(0.5, 0.5, -0.5, -0.5), _RADIUS, _RADIUS)
    if face.kind is Kind.RUNNING:
        _paint_progress(painter, box, face, look.theme)
    else:
        _paint_sign(painter, box, face, look)


def _paint_badge(painter: QPainter, box: QRectF, text: str, theme: Theme) -> None:
    """A caption on the picture's lower left corner."""
    padding, distance = 6.0, 5.0
    metrics = painter.fontMetrics()
    room = box.width() - 2 * (padding + distance)
    text = metrics.elidedText(text, Qt.TextElideMode.ElideRight, int(room))
    badge = QRectF(0, 0, metrics.horizontalAdvance(text) + 2 * padding, _BADGE_HEIGHT)
    badge.moveBottomLeft(box.bottomLeft() + QPointF(distance, -distance))
    ground = QColor(theme.badge)
    ground.setAlphaF(_BADGE_OPACITY)
    painter.setPen(Qt.PenStyle.NoPen)
    painter.setBrush(ground)
    painter.drawRoundedRect(badge, 4, 4)
    painter.setPen(QColor(theme.on_badge))
    painter.drawText(badge, Qt.AlignmentFlag.AlignCenter, text)


def _paint_progress(painter: QPainter, box: QRectF, face: Face, theme: Theme) -> None:
    """A ring that fills clockwise from the top, the percentage in it, and the state below."""
    ring = QRectF(0, 0, _RING, _RING)
    ring.moveCenter(QPointF(box.center().x(), box.top() + 8 + _RING / 2))
    half = _RING_WIDTH / 2
    stroke = ring.adjusted(half, half, -half, -half)
    painter.setBrush(Qt.BrushStyle.NoBrush)
    painter.setPen(QPen(QColor(theme.track), _RING_WIDTH))
    painter.drawEllipse(stroke)
    if face.progress is not None:
        pen = QPen(QColor(theme.accent), _RING_WIDTH)
        pen.setCapStyle(Qt.PenCapStyle.RoundCap)
        painter.setPen(pen)
        # Qt counts angles in sixteenths of a degree, counter-clockwise from three o'clock.
        painter.drawArc(stroke, 90 * 16, -round(face.progress * 360 * 16))
        painter.setPen(QColor(theme.text))
        painter.drawText(ring, Qt.AlignmentFlag.AlignCenter, f"{face.progress * 100:.0f} %")
    _paint_line(painter, box, ring.bottom() + 4, face.detail, QColor(theme.muted))


def _paint_sign(painter: QPainter, box: QRectF, face: Face, look: Look) -> None:
    """An icon, the state, and which run it was."""
    failed = face.kind is Kind.FAILED
    colour = QColor(look.theme.error if failed else look.theme.muted)
    ratio = painter.device().devicePixelRatioF()
    sign = look.icons.pixmap("error" if failed else "stop", _SIGN, colour, ratio)
    top = box.top() + 10
    painter.drawPixmap(QPointF(box.center().x() - _SIGN / 2, top), sign)
    _paint_line(painter, box, top + _SIGN + 4, face.detail, colour)
    _paint_line(painter, box, top + _SIGN + 20, face.title, QColor(look.theme.muted))


def _paint_line(painter: QPainter, box: QRectF, top: float, text: str, colour: QColor) -> None:
    metrics = painter.fontMetrics()
    line = QRectF(box.left() + 4, top, box.width() - 8, metrics.height())
    text = metrics.elidedText(text, Qt.TextElideMode.ElideRight, int(line.width()))
    painter.setPen(colour)
    painter.drawText(line, Qt.AlignmentFlag.AlignCenter, text)


class Tile(QAbstractButton):
    """A button with a face. Checked means that it is looked at, which others decide."""

    stop_wanted = Signal()

    def __init__(self, look: Look | None, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._look = look
        self._face: Face | None = None
        self.setCheckable(True)
        self.setFixedSize(TILE_WIDTH, TILE_HEIGHT)
        self.setSizePolicy(QSizePolicy.Policy.Fixed, QSizePolicy.Policy.Fixed)
        self.setAttribute(Qt.WidgetAttribute.WA_Hover)
        self._stop = QToolButton(self)
        self._stop.setIconSize(_STOP_ICON)
        # The keyboard has the tile's menu.
        self._stop.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        self._stop.setGeometry(
            TILE_WIDTH - int(_MARGIN) - _STOP_SIDE - 2, int(_MARGIN) + 2, _STOP_SIDE, _STOP_SIDE
        )
        self._stop.setAccessibleName(self.tr("Stop waiting"))
        self._stop.setToolTip(self.tr("Stop waiting"))
        self._stop.hide()
        self._stop.clicked.connect(self.stop_wanted)
        if look is not None:
            self.apply_look(look)

    def apply_look(self, look: Look) -> None:
        self._look = look
        self._stop.setIcon(look.icon("close"))
        self.update()

    def show_face(self, face: Face) -> None:
        self._face = face
        self._stop.setVisible(self.underMouse() and face.kind is Kind.RUNNING)
        self.update()

    @override
    def nextCheckState(self) -> None:
        """A press is a wish; whoever shows results checks the tile."""

    @override
    def keyPressEvent(self, event: QKeyEvent, /) -> None:
        if event.key() in (Qt.Key.Key_Return, Qt.Key.Key_Enter):
            self.click()
        elif event.key() in (Qt.Key.Key_Left, Qt.Key.Key_Right):
            event.ignore()  # the strip moves the focus
        else:
            super().keyPressEvent(event)

    @override
    def enterEvent(self, event: QEnterEvent, /) -> None:
        super().enterEvent(event)
        self._stop.setVisible(self._face is not None and self._face.kind is Kind.RUNNING)

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
