"""Where the picture lies in a larger frame: nine places, of which one is chosen."""

from __future__ import annotations

from typing import Final

from PySide6.QtCore import QCoreApplication, QSignalBlocker, QSize, Qt, Signal
from PySide6.QtWidgets import QAbstractButton, QButtonGroup, QFrame, QGridLayout, QToolButton

from fluxfill_studio.core.planning.extension import Anchor
from fluxfill_studio.core.texts import QT_TRANSLATE_NOOP

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
        self._group = QButtonGroup(self)
        self.buttons: dict[Anchor, QAbstractButton] = {}
        grid = QGridLayout(self)
        grid.setContentsMargins(3, 3, 3, 3)
        grid.setSpacing(2)
        for index, (anchor, name) in enumerate(_NAMES.items()):
            button = QToolButton()
            button.setProperty("role", "cell")
            button.setCheckable(True)
            button.setFixedSize(_CELL)
            text = QCoreApplication.translate("AnchorGrid", name)
            button.setAccessibleName(text)
            button.setToolTip(text)
            self._group.addButton(button)
            self.buttons[anchor] = button
            grid.addWidget(button, *divmod(index, _COLUMNS))
        self._group.buttonToggled.connect(self._toggled)

    def show_anchor(self, anchor: Anchor | None) -> None:
        """Let the button of `anchor` be down, or none."""
        with QSignalBlocker(self._group):
            self._group.setExclusive(False)
            for place, button in self.buttons.items():
                button.setChecked(place is anchor)
                # Tab reaches the button that is down, and the arrow keys the others from there.
                by_tab = anchor in (place, None)
                policy = Qt.FocusPolicy.StrongFocus if by_tab else Qt.FocusPolicy.ClickFocus
                button.setFocusPolicy(policy)
            self._group.setExclusive(True)

    def _toggled(self, button: QAbstractButton, is_down: bool) -> None:
        if is_down:
            self.chosen.emit(next(a for a, b in self.buttons.items() if b is button))
