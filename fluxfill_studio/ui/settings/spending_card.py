"""The card of what runs have cost, and of what they may."""

from __future__ import annotations

from dataclasses import replace

from PySide6.QtCore import QSignalBlocker
from PySide6.QtWidgets import QHBoxLayout, QLabel, QVBoxLayout, QWidget

from fluxfill_studio.model.account import Account
from fluxfill_studio.ui.settings.card import Card, NumberBox

_HIGHEST = 9_999_999


class SpendingCard(Card):
    """Credits of the session, the day and the month, and a limit for each of the last two."""

    def __init__(self, account: Account) -> None:
        super().__init__()
        self._account = account
        self.set_heading(self.tr("Spending"))
        self.session, self.day, self.month = QLabel(), QLabel(), QLabel()
        facts = QWidget()
        row = QHBoxLayout(facts)
        row.setContentsMargins(0, 0, 0, 4)
        for number, caption in (
            (self.session, self.tr("credits this session")),
            (self.day, self.tr("credits today")),
            (self.month, self.tr("credits this month")),
        ):
            row.addLayout(_fact(number, caption), 1)
        self.add_line(facts)
        self.per_day = self._limit(self.tr("No run is begun that would cost more in one day"))
        self.add_row(self.tr("Limit per day"), self.per_day)
        self.per_month = self._limit(self.tr("No run is begun that would cost more in one month"))
        self.add_row(self.tr("Limit per month"), self.per_month)
        account.changed.connect(self._show)
        self._show()
        for box in (self.per_day, self.per_month):
            box.valueChanged.connect(self._set)

    def _limit(self, tip: str) -> NumberBox:
        box = NumberBox(_HIGHEST)
        box.setSingleStep(self._account.price)
        box.setSpecialValueText(self.tr("none"))
        box.setSuffix(" " + self.tr("credits"))
        box.setToolTip(tip)
        return box

    def _set(self) -> None:
        limits = self._account.limits
        self._account.set_limits(
            replace(limits, per_day=self.per_day.value(), per_month=self.per_month.value())
        )

    def _show(self) -> None:
        spending, limits = self._account.spending, self._account.limits
        for label, spent in (
            (self.session, None if spending is None else spending.session),
            (self.day, None if spending is None else spending.day),
            (self.month, None if spending is None else spending.month),
        ):
            label.setText("–" if spent is None else f"{spent:,}")
        for box, limit in ((self.per_day, limits.per_day), (self.per_month, limits.per_month)):
            with QSignalBlocker(box):
                box.setValue(limit)


def _fact(number: QLabel, caption: str) -> QVBoxLayout:
    number.setProperty("role", "display")
    below = QLabel(caption)
    below.setProperty("role", "muted")
    column = QVBoxLayout()
    column.setSpacing(0)
    column.addWidget(number)
    column.addWidget(below)
    return column
