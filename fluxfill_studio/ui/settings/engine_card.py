"""The card of who makes the fills."""

from __future__ import annotations

from PySide6.QtGui import QAction, QActionGroup

from fluxfill_studio.core.job import Engine
from fluxfill_studio.model.account import Account
from fluxfill_studio.ui.account_texts import engine_name, low_text, whose_text
from fluxfill_studio.ui.segments import Segments
from fluxfill_studio.ui.settings.card import Card, Remark
from fluxfill_studio.ui.wording import credits_text, what_happened


class EngineCard(Card):
    """The choice, what it means, and how the service answers."""

    def __init__(self, account: Account) -> None:
        super().__init__()
        self._account = account
        self.engines = self._engine_actions()
        segments = Segments(self.tr("Who makes the fills"), self.engines.values())
        self.set_heading(self.tr("Fills are made by"), segments)
        self.note, self.state = Remark(), Remark()
        self.add_line(self.note)
        self.add_line(self.state)
        account.changed.connect(self._show)
        self._show()

    def _engine_actions(self) -> dict[Engine, QAction]:
        group = QActionGroup(self)
        actions = {engine: group.addAction(engine_name(engine)) for engine in Engine}
        for engine, action in actions.items():
            action.setCheckable(True)
            action.setData(engine)
        group.triggered.connect(self._choose)
        return actions

    def _choose(self, action: QAction) -> None:
        self._account.choose(action.data())

    def _show(self) -> None:
        account = self._account
        self.engines[account.engine].setChecked(True)
        if account.engine is Engine.LOCAL:
            self.note.say(self.tr("Made on this machine at no cost; the prompt is ignored."))
        else:
            text = self.tr("Made by Flux Fill Pro at the hosted service; a run costs {credits}.")
            self.note.say(text.format(credits=credits_text(account.price)))
        balance = account.balance
        if account.trouble is not None:
            self.state.say(what_happened(account.trouble), "error")
        elif balance is None:
            is_local = account.engine is Engine.LOCAL
            self.state.say("" if is_local else self.tr("Asking the service…"))
        elif account.is_low:
            self.state.say(low_text(account), "warning")
        else:
            self.state.say(whose_text(balance.email, balance.credits, balance.plan), "ok")
