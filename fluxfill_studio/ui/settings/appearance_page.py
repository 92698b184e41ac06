"""The page of how the program looks."""

from __future__ import annotations

from PySide6.QtWidgets import QVBoxLayout, QWidget

from fluxfill_studio.ui.actions import Act, Actions
from fluxfill_studio.ui.segments import Segments
from fluxfill_studio.ui.settings.card import Card

_THEMES = (Act.THEME_SYSTEM, Act.THEME_LIGHT, Act.THEME_DARK)


class AppearancePage(QWidget):
    """The theme, which is put on at once."""

    def __init__(self, actions: Actions) -> None:
        super().__init__()
        themes = Segments(self.tr("Theme"), (actions[act] for act in _THEMES))
        card = Card()
        card.set_heading(self.tr("Theme"), themes)
        column = QVBoxLayout(self)
        column.setContentsMargins(16, 16, 16, 16)
        column.addWidget(card)
        column.addStretch(1)
