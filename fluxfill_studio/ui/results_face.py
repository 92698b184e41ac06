"""The face of a tile in the strip of results: what it says of a run, and how that is painted."""

from __future__ import annotations

from dataclasses import dataclass
from enum import Enum, auto
from typing import Final

from PySide6.QtCore import QPointF, QRectF, Qt
from PySide6.QtGui import QColor, QFont, QImage, QPainter, QPen

from fluxfill_studio.core.job import Job, JobState
from fluxfill_studio.model.gallery import Entry
from fluxfill_studio.ui.look import Look
from fluxfill_studio.ui.pictures import to_image
from fluxfill_studio.ui.result_texts import caption, elapsed_text, place_text, state_text
from fluxfill_studio.ui.theme import Theme
from fluxfill_studio.ui.thumbnails import paint_thumbnail
from fluxfill_studio.ui.trouble_texts import in_short, meanwhile

_RADIUS: Final = 5.0
_RING: Final = 40.0
_RING_WIDTH: Final = 3.0
_SMALL_FONT: Final = 11
_LINE: Final = 14.0
_PADDING: Final = 8.0
_BADGE_HEIGHT: Final = 18.0
_BADGE_OPACITY: Final = 0.8
_SIGN: Final = 14


class Kind(Enum):
    """How a tile looks."""

    PICTURE = auto()
    QUEUED = auto()
    RUNNING = auto()
    DONE = auto()
    FAILED = auto()
    STOPPED = auto()


@dataclass(frozen=True)
class Face:
    """What a tile shows. `detail` is the state or what went wrong, `more` a second line to it.

    `progress` is 0 to 1, or None where the service does not tell it; `share` is how much of the
    expected time has passed. In trouble, a step is being repeated.
    """

    kind: Kind
    title: str
    detail: str = ""
    more: str = ""
    image: QImage | None = None
    progress: float | None = None
    share: float | None = None
    in_trouble: bool = False


@dataclass(frozen=True)
class Moment:
    """What changes on a face while its run does not.

    `seconds` is how long it has been under way, `remaining` how long it will probably still be,
    `place` where it stands in the line, from 1.
    """

    seconds: int = 0
    remaining: float | None = None
    place: int | None = None

    @property
    def share(self) -> float | None:
        """How much of the expected time has passed, 0 to 1."""
        if self.remaining is None or self.remaining <= 0:
            return None
        return self.seconds / (self.seconds + self.remaining)


def face_of(entry: Entry, moment: Moment) -> Face:
    """What to show of a run."""
    job, title = entry.job, caption(entry)
    state = state_text(job)
    match job.state:
        case JobState.DONE if entry.thumbnail is not None:
            return Face(Kind.PICTURE, title, image=to_image(entry.thumbnail))
        case JobState.DONE:
            return Face(Kind.DONE, title, state)
        case JobState.FAILED:
            detail = state if job.error is None else in_short(job.error)
            return Face(Kind.FAILED, title, detail)
        case JobState.STOPPED:
            return Face(Kind.STOPPED, title, state)
        case JobState.QUEUED:
            return Face(Kind.QUEUED, title, state, place_text(moment.place))
        case _ if job.trouble is not None:
            more = f"{meanwhile(job.trouble)} · {elapsed_text(moment.seconds, None)}"
            detail = in_short(job.trouble)
            return Face(Kind.RUNNING, title, detail, more, progress=_progress(job), in_trouble=True)
        case _:
            more = elapsed_text(moment.seconds, moment.remaining)
            progress = _progress(job)
            share = moment.share if progress is None else None
            return Face(Kind.RUNNING, title, state, more, progress=progress, share=share)


def _progress(job: Job) -> float | None:
    """How much of all its parts is done."""
    if job.progress is None and job.part == 0:
        return None
    return (job.part + (job.progress or 0)) / len(job.plans)


def paint_face(painter: QPainter, box: QRectF, face: Face, look: Look) -> None:
    """Draw `face` into `box`, at least 80 x 80 px."""
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
    match face.kind:
        case Kind.RUNNING:
            _paint_progress(painter, box, face, look.theme)
        case Kind.QUEUED:
            _paint_lines(painter, box, box.center().y() - _LINE, face, look.theme)
        case _:
            _paint_end(painter, box, face, look)


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
    """A ring that fills clockwise from the top, the percentage in it, and two lines below.

    Where only the time tells how far it is, the ring fills in grey and without a number.
    """
    ring = QRectF(0, 0, _RING, _RING)
    ring.moveCenter(QPointF(box.center().x(), box.top() + 6 + _RING / 2))
    half = _RING_WIDTH / 2
    stroke = ring.adjusted(half, half, -half, -half)
    painter.setBrush(Qt.BrushStyle.NoBrush)
    painter.setPen(QPen(QColor(theme.track), _RING_WIDTH))
    painter.drawEllipse(stroke)
    if face.progress is not None:
        colour = theme.warning if face.in_trouble else theme.accent
        _paint_arc(painter, stroke, face.progress, QColor(colour))
        if face.progress < 1:  # a full ring says it all
            painter.setPen(QColor(theme.text))
            painter.drawText(ring, Qt.AlignmentFlag.AlignCenter, f"{face.progress * 100:.0f} %")
    elif face.share is not None:
        _paint_arc(painter, stroke, face.share, QColor(theme.muted))
    _paint_lines(painter, box, ring.bottom() + 4, face, theme)


def _paint_arc(painter: QPainter, stroke: QRectF, share: float, colour: QColor) -> None:
    pen = QPen(colour, _RING_WIDTH)
    pen.setCapStyle(Qt.PenCapStyle.RoundCap)
    painter.setPen(pen)
    # Qt counts angles in sixteenths of a degree, counter-clockwise from three o'clock.
    painter.drawArc(stroke, 90 * 16, -round(share * 360 * 16))


def _paint_lines(painter: QPainter, box: QRectF, top: float, face: Face, theme: Theme) -> None:
    """Both lines, centred."""
    first = theme.warning if face.in_trouble else theme.text
    for text, colour in ((face.detail, first), (face.more, theme.muted)):
        line = QRectF(box.left() + 1, top, box.width() - 2, _LINE)
        _paint_line(painter, line, Qt.AlignmentFlag.AlignHCenter, text, QColor(colour))
        top += _LINE


def _paint_end(painter: QPainter, box: QRectF, face: Face, look: Look) -> None:
    """A sign and which run it was, and below that how it ended, in two lines if need be."""
    theme = look.theme
    name, colour = {
        Kind.FAILED: ("error", theme.error),
        Kind.STOPPED: ("stop", theme.muted),
        Kind.DONE: ("check", theme.ok),
    }[face.kind]
    ratio = painter.device().devicePixelRatioF()
    left, top = box.left() + _PADDING, box.top() + _PADDING
    painter.drawPixmap(QPointF(left, top), look.icons.pixmap(name, _SIGN, QColor(colour), ratio))
    begin = left + _SIGN + 5
    line = QRectF(begin, top, box.right() - _PADDING - begin, _LINE)
    _paint_line(painter, line, Qt.AlignmentFlag.AlignLeft, face.title, QColor(theme.muted))
    text = QRectF(left, top + _LINE + 3, box.width() - 2 * _PADDING, 2 * _LINE)
    painter.setPen(QColor(theme.text))
    painter.drawText(text, Qt.TextFlag.TextWordWrap, face.detail)


def _paint_line(
    painter: QPainter, line: QRectF, side: Qt.AlignmentFlag, text: str, colour: QColor
) -> None:
    text = painter.fontMetrics().elidedText(text, Qt.TextElideMode.ElideRight, int(line.width()))
    painter.setPen(colour)
    painter.drawText(line, side | Qt.AlignmentFlag.AlignVCenter, text)
