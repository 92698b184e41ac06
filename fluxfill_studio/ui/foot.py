"""The foot of the window: zoom, pointer, mask, runs, and what they cost."""

from __future__ import annotations

import math
from typing import Final

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QFrame, QHBoxLayout, QLabel, QWidget

from fluxfill_studio.core.geometry import Point
from fluxfill_studio.core.job import JobState
from fluxfill_studio.model.account import Account
from fluxfill_studio.model.document import Document
from fluxfill_studio.model.gallery import Gallery
from fluxfill_studio.ui.account_texts import spending_text
from fluxfill_studio.ui.elided_label import ElidedLabel
from fluxfill_studio.ui.wording import credits_text

_HEIGHT: Final = 26
_MARGIN: Final = 12
_SPACING: Final = 16
_SMALLEST_SHARE: Final = 0.001


class Foot(QFrame):
    """One line of facts. What changes all the time has room for its longest text."""

    def __init__(
        self,
        document: Document,
        gallery: Gallery,
        account: Account,
        parent: QWidget | None = None,
    ) -> None:
        super().__init__(parent)
        self._document = document
        self._gallery = gallery
        self._account = account
        self.setProperty("role", "panel")
        self.setProperty("edge", "top")
        self.setFixedHeight(_HEIGHT)
        self._zoom = _fact("6400 %")
        self._position = _fact(self._position_text(Point(88888, 88888)))
        self._mask, self._runs, self._spent = _fact(), _fact(), _fact()
        self._comfort = ElidedLabel(Qt.TextElideMode.ElideRight, 0)
        self._comfort.setProperty("role", "muted")
        self._comfort.setText(self.tr("goes on at the next start if you close the window"))
        row = QHBoxLayout(self)
        row.setContentsMargins(_MARGIN, 0, _MARGIN, 0)
        row.setSpacing(_SPACING)
        for label in (self._zoom, self._position, self._mask):
            row.addWidget(label)
        row.addStretch(1)
        for label in (self._runs, self._comfort, self._spent):
            row.addWidget(label)
        document.replaced.connect(self._show_mask)
        document.summary_changed.connect(self._show_mask)
        gallery.added.connect(lambda _: self._show_runs())
        gallery.changed.connect(lambda _: self._show_runs())
        gallery.removed.connect(lambda _: self._show_runs())
        account.changed.connect(self._show_spending)
        self._show_mask()
        self._show_runs()
        self._show_spending()

    def set_zoom(self, scale: float | None) -> None:
        """Show view pixels per image pixel in percent, or nothing."""
        self._zoom.setText("" if scale is None else _percent(scale, 0 if scale >= 0.1 else 1))

    def set_position(self, point: Point | None) -> None:
        """Show the image pixel under the pointer, or nothing."""
        self._position.setText("" if point is None else self._position_text(point))

    def _position_text(self, point: Point) -> str:
        return f"x {math.floor(point.x)} y {math.floor(point.y)}"

    def _show_mask(self) -> None:
        if self._document.picture is None:
            self._mask.clear()
            return
        summary = self._document.summary
        if summary.bounds.is_empty:
            self._mask.setText(self.tr("nothing painted"))
            return
        self._mask.setText(
            self.tr("mask {share} · {width} × {height} px").format(
                share=_share(summary.coverage),
                width=f"{summary.bounds.width:,}",
                height=f"{summary.bounds.height:,}",
            )
        )

    def _show_runs(self) -> None:
        """Say what runs, and that nobody need wait for it."""
        entries = self._gallery.running
        waiting = sum(entry.job.state is JobState.QUEUED for entry in entries)
        running = len(entries) - waiting
        if len(entries) == 1:
            total = self._gallery.entries[-1].number
            text = self.tr("job {number} of {total}")
            self._runs.setText(text.format(number=entries[0].number, total=total))
        elif waiting:
            text = self.tr("{running} running, {waiting} waiting")
            self._runs.setText(text.format(running=running, waiting=waiting))
        elif running:
            self._runs.setText(self.tr("{count} running").format(count=running))
        else:
            self._runs.clear()
        self._comfort.setVisible(bool(entries))

    def _show_spending(self) -> None:
        spending = self._account.spending
        spent = 0 if spending is None else spending.session
        text = self.tr("{credits} spent this session")
        self._spent.setText(text.format(credits=credits_text(spent)) if spent else "")
        self._spent.setToolTip(spending_text(spending))
        self._spent.setVisible(spent > 0)  # empty, it would still keep its distance


def _fact(longest: str = "") -> QLabel:
    """A muted label with room for the `longest` text."""
    label = QLabel(longest)
    label.setProperty("role", "muted")
    label.setMinimumWidth(label.sizeHint().width())
    label.clear()
    return label


def _share(coverage: float) -> str:
    """A share of the picture in percent; what is painted never reads as nothing."""
    if coverage < _SMALLEST_SHARE:
        return f"< {_percent(_SMALLEST_SHARE, 1)}"
    return _percent(coverage, 1)


def _percent(share: float, decimals: int) -> str:
    return f"{share * 100:.{decimals}f} %"
