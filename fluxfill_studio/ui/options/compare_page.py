"""The bar while comparing: what the result that is looked at was made with."""

from __future__ import annotations

from PySide6.QtWidgets import QLabel, QWidget

from fluxfill_studio.model.gallery import Gallery
from fluxfill_studio.ui.options.bar_parts import MARGIN, bar_row, muted
from fluxfill_studio.ui.result_texts import facts


class ComparePage(QWidget):
    """Follows the result that is shown."""

    def __init__(self, gallery: Gallery) -> None:
        super().__init__()
        self._gallery = gallery
        self._facts = muted("")
        row = bar_row(self, MARGIN)
        row.addWidget(QLabel(self.tr("Side by side")))
        row.addWidget(muted(self.tr("zoom and pan are linked")))
        row.addStretch(1)
        row.addWidget(self._facts)
        gallery.shown_changed.connect(self._show)
        self._show()

    def _show(self) -> None:
        shown = self._gallery.shown
        self._facts.setText("" if shown is None else facts(shown.entry))
