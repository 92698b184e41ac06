"""The card that tells before a run what will be sent, and lets that be chosen."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

import numpy as np
from PySide6.QtCore import QPointF, QRectF, QSignalBlocker, QSize, Qt, Signal
from PySide6.QtGui import QColor, QImage, QPainter, QPainterPath, QPaintEvent
from PySide6.QtWidgets import (
    QButtonGroup,
    QFrame,
    QHBoxLayout,
    QLabel,
    QPushButton,
    QVBoxLayout,
    QWidget,
)
from typing_extensions import override

from fluxfill_studio.core.geometry import Rect, Size
from fluxfill_studio.core.planning.plan import AUTOMATIC, WHOLE
from fluxfill_studio.core.types import Pixels
from fluxfill_studio.model.canvas import CanvasModel, Tool
from fluxfill_studio.model.sending import Sending
from fluxfill_studio.model.settings import Settings
from fluxfill_studio.ui.look import Look
from fluxfill_studio.ui.pictures import to_image

if TYPE_CHECKING:
    from fluxfill_studio.jobs.sent_preview import SentPreview

_MARGIN: Final = 12
_SPACING: Final = 8
_LINES: Final = 2
_THUMBNAIL: Final = 64
_ROUNDING: Final = 5
_CHEVRON: Final = QSize(14, 14)
_DOT: Final = "●"
_NO_BREAK: Final = "\N{NO-BREAK SPACE}"
_AUTOMATIC, _WHOLE, _BY_HAND = range(3)
_TOGETHER, _APART = range(2)


class SentCard(QFrame):
    """There is none of it while there is nothing to send; whether it is folded is remembered."""

    def __init__(self, sending: Sending, canvas: CanvasModel, settings: Settings) -> None:
        super().__init__()
        self._sending = sending
        self._canvas = canvas
        self._settings = settings
        self._look: Look | None = None
        self.setProperty("role", "raised")
        self.setToolTip(
            self.tr("Nothing else leaves this machine: no location, camera or other data.")
        )
        self.fold = _Fold(self.tr("What will be sent"))
        self.fold.setChecked(settings.unfolds_sent)
        self.fold.toggled.connect(self._unfold)
        self.thumbnail = _Thumbnail()
        self.size_label, self.bytes_label, self.covered_label = (_line("muted") for _ in range(3))
        self.promise = _line("ok")
        self.context = _Choice(
            self.tr("Context"),
            (
                (self.tr("Auto"), self.tr("As much around the mask as gives the sharpest fill")),
                (self.tr("Whole"), self.tr("The whole image is sent, scaled down to fit")),
                (
                    self.tr("By hand"),
                    self.tr("Drag the dashed frame by its sides and corners, with the hand (H)"),
                ),
            ),
        )
        self.context.chosen.connect(self._choose_context)
        self.areas = _Choice(
            self.tr("Areas"),
            (
                (self.tr("One run"), self.tr("All that is painted is filled in one run")),
                (self.tr("One each"), self.tr("Areas that lie far apart are filled one by one")),
            ),
        )
        self.areas.chosen.connect(lambda choice: sending.set_apart(choice == _APART))
        self._lay_out()
        sending.changed.connect(self._show)
        canvas.view_changed.connect(self._show_thumbnail)
        self._show()

    def apply_look(self, look: Look) -> None:
        self._look = look
        self.fold.apply_look(look)
        self._show_thumbnail()

    def _lay_out(self) -> None:
        facts = QVBoxLayout()
        facts.setSpacing(_LINES)
        for label in (self.size_label, self.bytes_label, self.covered_label, self.promise):
            facts.addWidget(label)
        facts.addStretch()
        about = QHBoxLayout()
        about.setSpacing(_SPACING + 2)
        about.addWidget(self.thumbnail, 0, Qt.AlignmentFlag.AlignTop)
        about.addLayout(facts, 1)
        self._body = QWidget()
        body = QVBoxLayout(self._body)
        body.setContentsMargins(0, 0, 0, 0)
        body.setSpacing(_SPACING)
        body.addLayout(about)
        for choice in (self.context, self.areas):
            body.addWidget(choice)
        column = QVBoxLayout(self)
        column.setContentsMargins(_MARGIN, _SPACING, _MARGIN, _MARGIN)
        column.setSpacing(_SPACING)
        column.addWidget(self.fold)
        column.addWidget(self._body)

    def _unfold(self, is_unfolded: bool) -> None:
        self._settings.set_unfolds_sent(is_unfolded)
        self._show()

    def _choose_context(self, choice: int) -> None:
        plans = self._sending.plans
        if choice == _BY_HAND and plans:
            self._sending.set_context(plans[0].crop)
            self._canvas.set_tool(Tool.HAND)
        else:
            self._sending.set_context(WHOLE if choice == _WHOLE else AUTOMATIC)

    def _show(self) -> None:
        preview = self._sending.preview
        self.setVisible(preview is not None)
        self._body.setVisible(self.fold.isChecked())
        if preview is not None:
            self._show_facts(preview)
            self._show_choices(preview)
        self._show_thumbnail()

    def _show_facts(self, preview: SentPreview) -> None:
        about = f"≈{_NO_BREAK}" if preview.is_estimate else ""
        sizes = self.tr("image {size}").format(size=about + _bytes(preview.image_bytes))
        if preview.mask_bytes is not None:
            mask = self.tr("mask {size}").format(size=about + _bytes(preview.mask_bytes))
            sizes += f" · {mask}"
        _say(self.size_label, self._size_text(preview))
        _say(self.bytes_label, sizes)
        is_exact = preview.plans[0].frame is not None
        covered = promise = ""
        if preview.covered is not None:
            template = (
                self.tr("{share} of it is new") if is_exact else self.tr("mask covers {share}")
            )
            covered = template.format(share=_percent(preview.covered))
            promise = (
                self.tr("nothing of the picture will change")
                if is_exact
                else self.tr("nothing outside the mask will change")
            )
        _say(self.covered_label, covered)
        _say(self.promise, promise and f"{_DOT} {promise}")

    def _size_text(self, preview: SentPreview) -> str:
        plan = preview.plans[0]
        source = preview.image.source.size
        template = self.tr("crop {size}")
        if plan.crop == Rect.of(source):
            template = self.tr("whole image {size}")
        elif plan.crop == plan.frame:
            template = self.tr("canvas {size}")
        text = template.format(size=_size(plan.crop.size))
        if plan.scale < 1:
            text += f" → {_size(plan.sent)}"
        text += f" ({_percent(plan.scale)})"
        if len(preview.plans) > 1:
            text = self.tr("{count} runs; the first: {first}").format(
                count=len(preview.plans), first=text
            )
        return text

    def _show_choices(self, preview: SentPreview) -> None:
        plans, context = self._sending.plans, self._sending.context
        self.context.setVisible(bool(plans))
        self.context.buttons[_BY_HAND].setEnabled(len({plan.crop for plan in plans}) == 1)
        by_hand = _BY_HAND if isinstance(context, Rect) else _AUTOMATIC
        self.context.show_choice(_WHOLE if context is WHOLE else by_hand)
        self.areas.setVisible(bool(plans) and preview.areas > 1)
        self.areas.name.setText(self.tr("{count} areas").format(count=preview.areas))
        self.areas.show_choice(_APART if self._sending.apart else _TOGETHER)

    def _show_thumbnail(self) -> None:
        preview = self._sending.preview
        if preview is None or self._look is None:
            return
        overlay = self._canvas.overlay
        colour = QColor(overlay.colour or self._look.theme.mask)
        self.thumbnail.show_image(to_image(_tinted(preview, colour, overlay.opacity)))


class _Fold(QPushButton):
    """The card's heading, which folds and unfolds it."""

    def __init__(self, text: str) -> None:
        super().__init__()
        self.setProperty("role", "flat")
        self.setCheckable(True)
        self.setAccessibleName(text)
        self._look: Look | None = None
        self._chevron = QLabel()
        heading = QLabel(text)
        heading.setProperty("role", "heading")
        line = QHBoxLayout(self)
        line.setContentsMargins(0, 0, 0, 0)
        line.addWidget(heading)
        line.addStretch()
        line.addWidget(self._chevron)
        for label in (heading, self._chevron):
            label.setAttribute(Qt.WidgetAttribute.WA_TransparentForMouseEvents)
        self.toggled.connect(self._point)

    def apply_look(self, look: Look) -> None:
        self._look = look
        self._point()

    def _point(self) -> None:
        tip = self.tr("Show less") if self.isChecked() else self.tr("Show what will be sent")
        self.setToolTip(tip)
        if self._look is not None:
            icon = self._look.icon("chevron-down" if self.isChecked() else "chevron-right")
            self._chevron.setPixmap(icon.pixmap(_CHEVRON, self.devicePixelRatioF()))


class _Choice(QWidget):
    """A name and buttons side by side, of which one is down; Tab reaches that one."""

    chosen = Signal(int)

    def __init__(self, name: str, options: tuple[tuple[str, str], ...]) -> None:
        super().__init__()
        self.name = QLabel(name)
        self.name.setProperty("role", "muted")
        frame = QFrame()
        frame.setProperty("role", "segments")
        frame.setAccessibleName(name)
        segments = QHBoxLayout(frame)
        segments.setContentsMargins(2, 2, 2, 2)
        segments.setSpacing(0)
        self._group = QButtonGroup(self)
        self.buttons = [QPushButton(text) for text, _ in options]
        for number, (button, (text, tip)) in enumerate(zip(self.buttons, options, strict=True)):
            button.setCheckable(True)
            button.setProperty("role", "segment")
            button.setAccessibleName(f"{name}: {text}")
            button.setToolTip(tip)
            self._group.addButton(button, number)
            segments.addWidget(button)
        self._group.idToggled.connect(self._toggled)
        line = QHBoxLayout(self)
        line.setContentsMargins(0, 0, 0, 0)
        line.addWidget(self.name)
        line.addStretch()
        line.addWidget(frame)

    def show_choice(self, choice: int) -> None:
        with QSignalBlocker(self._group):
            self.buttons[choice].setChecked(True)
        for button in self.buttons:
            by_tab = Qt.FocusPolicy.StrongFocus if button.isChecked() else Qt.FocusPolicy.ClickFocus
            button.setFocusPolicy(by_tab)

    def _toggled(self, choice: int, is_down: bool) -> None:
        if is_down:
            self.chosen.emit(choice)


class _Thumbnail(QWidget):
    """A small picture with round corners, as wide as it may be, and as high as it then is."""

    def __init__(self) -> None:
        super().__init__()
        self._image = QImage()
        self.setFixedSize(_THUMBNAIL, _THUMBNAIL)
        self.setAccessibleName(self.tr("What will be sent, with its mask"))

    def show_image(self, image: QImage) -> None:
        self._image = image
        self.update()

    @override
    def paintEvent(self, event: QPaintEvent, /) -> None:
        del event  # so small that it is always painted whole
        if self._image.isNull():
            return
        size = self._image.size().scaled(self.size(), Qt.AspectRatioMode.KeepAspectRatio)
        place = QRectF(QPointF((self.width() - size.width()) // 2, 0), size)
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        painter.setRenderHint(QPainter.RenderHint.SmoothPixmapTransform)
        path = QPainterPath()
        path.addRoundedRect(place, _ROUNDING, _ROUNDING)
        painter.setClipPath(path)
        painter.drawImage(place, self._image)


def _tinted(preview: SentPreview, colour: QColor, opacity: float) -> Pixels:
    """The thumbnail with what is filled under `colour`."""
    pixels, filled = preview.image.thumbnail, preview.filled
    if filled is None:
        return pixels
    share = filled[..., None] * np.float32(opacity / 255)
    tint = np.array([colour.red(), colour.green(), colour.blue()], np.float32)
    return np.asarray(np.rint(pixels + share * (tint - pixels)), np.uint8)


def _line(role: str) -> QLabel:
    label = QLabel()
    label.setProperty("role", role)
    label.setWordWrap(True)
    return label


def _say(label: QLabel, text: str) -> None:
    """It takes no room with nothing to say."""
    label.setText(text)
    label.setVisible(bool(text))


def _size(size: Size) -> str:
    return f"{size.width:,}{_NO_BREAK}×{_NO_BREAK}{size.height:,}"


def _percent(share: float) -> str:
    percent = 100 * share
    return f"{percent:.1f}{_NO_BREAK}%" if percent < 10 else f"{percent:.0f}{_NO_BREAK}%"


def _bytes(count: int) -> str:
    """In decimal units, as the service's limit is."""
    if count >= 1e6:
        return f"{count / 1e6:.1f}{_NO_BREAK}MB"
    return f"{max(1, round(count / 1e3))}{_NO_BREAK}KB"
