"""The foot of the window: zoom, pointer, mask, runs, and what they cost."""

from __future__ import annotations

import math
from typing import Final

from PySide6.QtWidgets import QFrame, QHBoxLayout, QLabel, QWidget

from fluxfill_studio.core.geometry import Point
from fluxfill_studio.core.job import Engine
from fluxfill_studio.model.document import Document
from fluxfill_studio.model.gallery import Gallery
from fluxfill_studio.ui.wording import credits_text

_HEIGHT: Final = 26
_MARGIN: Final = 12
_SPACING: Final = 16
_SMALLEST_SHARE: Final = 0.001


class Foot(QFrame):
    """One line of facts. What changes all the time has room for its longest text."""

    def __init__(self, document: Document, gallery: Gallery, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._document = document
        self._gallery = gallery
        # By run, so that a run that is removed from the strip stays paid.
        self._charged: dict[str, int] = {}
        self.setProperty("role", "panel")
        self.setProperty("edge", "top")
        self.setFixedHeight(_HEIGHT)
        self._zoom = _fact("6400 %")
        self._position = _fact(self._position_text(Point(88888, 88888)))
        self._mask, self._runs, self._spent = _fact(), _fact(), _fact()
        row = QHBoxLayout(self)
        row.setContentsMargins(_MARGIN, 0, _MARGIN, 0)
        row.setSpacing(_SPACING)
        for label in (self._zoom, self._position, self._mask):
            row.addWidget(label)
        row.addStretch(1)
        for label in (self._runs, self._spent):
            row.addWidget(label)
        document.replaced.connect(self._show_mask)
        document.summary_changed.connect(self._show_mask)
        gallery.added.connect(lambda _: self._show_runs())
        gallery.changed.connect(self._take_charge)
        gallery.changed.connect(lambda _: self._show_runs())
        gallery.removed.connect(lambda _: self._show_runs())
        self._show_mask()
        self._show_runs()

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

    def _take_charge(self, entry_id: str) -> None:
        entry = self._gallery[entry_id]
        if entry.engine is Engine.APIFRAME and entry.job.charged is not None:
            self._charged[entry_id] = entry.job.charged

    def _show_runs(self) -> None:
        running = self._gallery.running
        if len(running) == 1:
            total = self._gallery.entries[-1].number
            text = self.tr("job {number} of {total}")
            self._runs.setText(text.format(number=running[0].number, total=total))
        elif running:
            self._runs.setText(self.tr("{count} running").format(count=len(running)))
        else:
            self._runs.clear()
        spent = sum(self._charged.values())
        text = self.tr("{credits} spent this session")
        self._spent.setText(text.format(credits=credits_text(spent)) if spent else "")
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
