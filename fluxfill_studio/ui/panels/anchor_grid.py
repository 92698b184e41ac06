"""Where the picture lies in a larger frame: nine places, of which one is chosen."""

from __future__ import annotations

from typing import Final

from PySide6.QtCore import QCoreApplication, QSize, Signal
from PySide6.QtWidgets import QFrame, QGridLayout, QToolButton

from fluxfill_studio.core.planning.extension import Anchor
from fluxfill_studio.core.texts import QT_TRANSLATE_NOOP
from fluxfill_studio.ui.choice import ChoiceGroup

_N = QT_TRANSLATE_NOOP
_COLUMNS: Final = 3
_CELL: Final = QSize(24, 20)
_NAMES: Final = {
    Anchor.TOP_LEFT: _N("AnchorGrid", "Picture at the top left"),
    Anchor.TOP: _N("AnchorGrid", "Picture at the top"),
    Anchor.TOP_RIGHT: _N("AnchorGrid", "Picture at the top right"),
    Anchor.LEFT: _N("AnchorGrid", "Picture at the left"),
    Anchor.CENTRE: _N("AnchorGrid", "Picture in the middle"),
    Anchor.RIGHT: _N("AnchorGrid", "Picture at the right"),
    Anchor.BOTTOM_LEFT: _N("AnchorGrid", "Picture at the bottom left"),
    Anchor.BOTTOM: _N("AnchorGrid", "Picture at the bottom"),
    Anchor.BOTTOM_RIGHT: _N("AnchorGrid", "Picture at the bottom right"),
}


class AnchorGrid(QFrame):
    """Three by three buttons; the one that is down stands where the picture does."""

    chosen = Signal(Anchor)

    def __init__(self) -> None:
        super().__init__()
        self.setProperty("role", "segments")
        self.setAccessibleName(self.tr("Where the picture lies in the frame"))
        self._group = ChoiceGroup(self)
        self._group.chosen.connect(self.chosen)
        grid = QGridLayout(self)
        grid.setContentsMargins(3, 3, 3, 3)
        grid.setSpacing(2)
        for index, (anchor, name) in enumerate(_NAMES.items()):
            button = QToolButton()
            button.setProperty("role", "cell")
            button.setFixedSize(_CELL)
            text = QCoreApplication.translate("AnchorGrid", name)
            button.setAccessibleName(text)
            button.setToolTip(text)
            self._group.add(anchor, button)
            grid.addWidget(button, *divmod(index, _COLUMNS))
        self.buttons = self._group.by_value

    def show_anchor(self, anchor: Anchor | None) -> None:
        """Let the button of `anchor` be down, or none."""
        self._group.show_value(anchor)
