"""The page of the service: who makes the fills, the key, the money and the way there."""

from __future__ import annotations

from typing import Final

from PySide6.QtWidgets import QVBoxLayout, QWidget

from fluxfill_studio.model.account import Account
from fluxfill_studio.model.key_entry import KeyEntry
from fluxfill_studio.ui.column_area import BAR, ColumnArea
from fluxfill_studio.ui.settings.card import align
from fluxfill_studio.ui.settings.connection_card import ConnectionCard
from fluxfill_studio.ui.settings.engine_card import EngineCard
from fluxfill_studio.ui.settings.key_card import KeyCard
from fluxfill_studio.ui.settings.spending_card import SpendingCard

_MARGIN: Final = 16
_SPACING: Final = 12


class ServicePage(ColumnArea):
    """What is set here holds at once, for the runs that start from then on."""

    def __init__(self, account: Account, key_entry: KeyEntry) -> None:
        content = QWidget()
        super().__init__(content)
        self.engine = EngineCard(account)
        self.key = KeyCard(account, key_entry)
        self.spending = SpendingCard(account)
        self.connection = ConnectionCard(account)
        cards = (self.engine, self.key, self.spending, self.connection)
        align(cards)
        column = QVBoxLayout(content)
        column.setContentsMargins(_MARGIN, _MARGIN, _MARGIN - BAR, _MARGIN)
        column.setSpacing(_SPACING)
        for card in cards:
            column.addWidget(card)
        column.addStretch(1)
