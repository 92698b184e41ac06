"""The card that tells before a run what will be sent, and lets that be chosen."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from PySide6.QtCore import QSize, Qt
from PySide6.QtGui import QColor
from PySide6.QtWidgets import (
    QFrame,
    QHBoxLayout,
    QLabel,
    QPushButton,
    QVBoxLayout,
    QWidget,
)

from fluxfill_studio.core.geometry import Rect
from fluxfill_studio.core.planning.plan import AUTOMATIC, WHOLE, Context
from fluxfill_studio.model.canvas import CanvasModel, Tool
from fluxfill_studio.model.sending import Sending
from fluxfill_studio.model.settings import Settings
from fluxfill_studio.ui.choice import Choice
from fluxfill_studio.ui.look import Look
from fluxfill_studio.ui.panels.sent_texts import sent_texts
from fluxfill_studio.ui.panels.sent_thumbnail import SentThumbnail

if TYPE_CHECKING:
    from fluxfill_studio.jobs.sent_preview import SentPreview

_MARGIN: Final = 12
_SPACING: Final = 8
_LINES: Final = 2
_CHEVRON: Final = QSize(14, 14)
_BY_HAND: Final = "by hand"


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
        self.context = self._context_row()
        self.areas = self._areas_row()
        self.thumbnail = SentThumbnail()
        self.size_label, self.bytes_label, self.covered_label = (_line("muted") for _ in range(3))
        self.promise = _line("ok")
        self._lay_out()
        sending.changed.connect(self._show)
        canvas.view_changed.connect(self._show_thumbnail)
        self._show()

    def apply_look(self, look: Look) -> None:
        self._look = look
        self.fold.apply_look(look)
        self._show_thumbnail()

    def _context_row(self) -> _Row:
        row = _Row(
            self.tr("Context"),
            (
                (
                    AUTOMATIC,
                    self.tr("Auto"),
                    self.tr("As much around the mask as gives the sharpest fill"),
                ),
                (WHOLE, self.tr("Whole"), self.tr("The whole image is sent, scaled down to fit")),
                (
                    _BY_HAND,
                    self.tr("By hand"),
                    self.tr("Drag the dashed frame by its sides and corners, with the hand"),
                ),
            ),
        )
        row.choice.chosen.connect(self._choose_context)
        return row

    def _areas_row(self) -> _Row:
        row = _Row(
            self.tr("Areas"),
            (
                (False, self.tr("One run"), self.tr("All that is painted is filled in one run")),
                (
                    True,
                    self.tr("One each"),
                    self.tr("Areas that lie far apart are filled one by one"),
                ),
            ),
        )
        row.choice.chosen.connect(self._sending.set_apart)
        return row

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
        # What is chosen stands above what it leads to: texts that wrap otherwise then move nothing
        # under the pointer.
        for row in (self.context, self.areas):
            body.addWidget(row)
        body.addLayout(about)
        column = QVBoxLayout(self)
        column.setContentsMargins(_MARGIN, _SPACING, _MARGIN, _MARGIN)
        column.setSpacing(_SPACING)
        column.addWidget(self.fold)
        column.addWidget(self._body)

    def _unfold(self, is_unfolded: bool) -> None:
        self._settings.set_unfolds_sent(is_unfolded)
        self._show()

    def _choose_context(self, context: Context | str) -> None:
        if not isinstance(context, str):
            self._sending.set_context(context)
        elif plans := self._sending.plans:
            self._sending.set_context(plans[0].crop)
            self._canvas.set_tool(Tool.HAND)

    def _show(self) -> None:
        preview = self._sending.preview
        self.setVisible(preview is not None)
        self._body.setVisible(self.fold.isChecked())
        if preview is not None:
            self._show_facts(preview)
            self._show_choices(preview)
        self._show_thumbnail()

    def _show_facts(self, preview: SentPreview) -> None:
        texts = sent_texts(preview)
        _say(self.size_label, texts.size)
        _say(self.bytes_label, texts.bytes)
        _say(self.covered_label, texts.covered)
        _say(self.promise, texts.promise)

    def _show_choices(self, preview: SentPreview) -> None:
        plans, context = self._sending.plans, self._sending.context
        self.context.setVisible(bool(plans))
        has_one_frame = len({plan.crop for plan in plans}) == 1
        self.context.choice.buttons[_BY_HAND].setEnabled(has_one_frame)
        self.context.choice.show_value(_BY_HAND if isinstance(context, Rect) else context)
        self.areas.setVisible(bool(plans) and preview.areas > 1)
        self.areas.name.setText(self.tr("{count} areas").format(count=preview.areas))
        self.areas.choice.show_value(self._sending.apart)

    def _show_thumbnail(self) -> None:
        preview = self._sending.preview
        if preview is None or self._look is None:
            return
        overlay = self._canvas.overlay
        colour = QColor(overlay.colour or self._look.theme.mask)
        self.thumbnail.show_preview(preview, colour, overlay.opacity)


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


class _Row(QWidget):
    """A name, and what is chosen under it."""

    def __init__(self, name: str, options: tuple[tuple[object, str, str], ...]) -> None:
        super().__init__()
        self.name = QLabel(name)
        self.name.setProperty("role", "muted")
        self.choice = Choice(name, options, is_narrow=True)
        line = QHBoxLayout(self)
        line.setContentsMargins(0, 0, 0, 0)
        line.addWidget(self.name)
        line.addStretch()
        line.addWidget(self.choice)


def _line(role: str) -> QLabel:
    label = QLabel()
    label.setProperty("role", role)
    label.setWordWrap(True)
    return label


def _say(label: QLabel, text: str) -> None:
    """It takes no room with nothing to say."""
    label.setText(text)
    label.setVisible(bool(text))
