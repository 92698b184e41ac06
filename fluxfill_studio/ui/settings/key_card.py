"""The card of the API key: entering, testing, keeping and forgetting it."""

from __future__ import annotations

from typing import Final

from PySide6.QtCore import QCoreApplication
from PySide6.QtGui import QAction, QActionGroup
from PySide6.QtWidgets import QHBoxLayout, QLineEdit, QWidget

from fluxfill_studio.core.errors import FluxfillError, KeyStoreError
from fluxfill_studio.core.key import KeyPlace
from fluxfill_studio.core.texts import QT_TRANSLATE_NOOP
from fluxfill_studio.model.account import Account
from fluxfill_studio.model.key_entry import KeyEntry
from fluxfill_studio.ui.account_texts import key_place_text, whose_text
from fluxfill_studio.ui.dialogs import plain_button
from fluxfill_studio.ui.segments import Segments
from fluxfill_studio.ui.settings.card import Card, Remark
from fluxfill_studio.ui.wording import what_happened, whole_story

_N = QT_TRANSLATE_NOOP

# In the order of preference.
_PLACES: Final = {
    KeyPlace.KEY_STORE: _N("KeyCard", "Key store"),
    KeyPlace.FILE: _N("KeyCard", "File"),
    KeyPlace.SESSION: _N("KeyCard", "This session"),
}
_TIPS: Final = {
    KeyPlace.KEY_STORE: _N("KeyCard", "In the key store of this system, which it locks for you"),
    KeyPlace.FILE: _N("KeyCard", "In a file that only you can read"),
    KeyPlace.SESSION: _N("KeyCard", "Nowhere: until the program is closed"),
}


class KeyCard(Card):
    """The key in use is never shown, and what is entered only where that is wanted."""

    def __init__(self, account: Account, entry: KeyEntry) -> None:
        super().__init__()
        self._account = account
        self._entry = entry
        self.forget = plain_button(self.tr("Forget key"))
        self.forget.setProperty("role", "flat")
        self.set_heading(self.tr("API key"), self.forget)
        self.state = Remark()
        self.add_line(self.state)
        self.field = QLineEdit()
        self.field.setEchoMode(QLineEdit.EchoMode.Password)
        self.field.setAccessibleName(self.tr("API key"))
        self.show_text = plain_button(self.tr("Show"))
        self.show_text.setCheckable(True)
        self.show_text.setToolTip(self.tr("Show what is entered"))
        self.add_row(self.tr("Key"), self.field, self.show_text, stretched=True)
        self.places = self._place_actions()
        self.where = Segments(self.tr("Where the key is kept"), self.places.values())
        self.add_row(self.tr("Keep it in"), self.where)
        self.reasons = Remark()
        self.add_below(self.reasons)
        self.test = plain_button(self.tr("Test key"))
        self.test.setProperty("role", "secondary")
        self.test.setToolTip(self.tr("Ask the service whose key it is"))
        self.use = plain_button(self.tr("Use key"))
        self.use.setProperty("role", "primary")
        self.use.setToolTip(self.tr("Test the key, keep it and use it from now on"))
        self.outcome = Remark()
        self.add_below(_side_by_side(self.test, self.use, self.outcome))
        self._connect()
        self._show()

    def _place_actions(self) -> dict[KeyPlace, QAction]:
        group = QActionGroup(self)
        actions = {}
        for place, text in _PLACES.items():
            action = group.addAction(QCoreApplication.translate("KeyCard", text))
            action.setCheckable(True)
            actions[place] = action
        kept = self._account.key_place
        actions[kept if kept in actions else KeyPlace.KEY_STORE].setChecked(True)
        return actions

    def _connect(self) -> None:
        self.field.textChanged.connect(self._show)
        self.field.textEdited.connect(self._entry.retract)
        self.field.returnPressed.connect(self._use_key)
        self.show_text.toggled.connect(self._show_or_hide)
        self.test.clicked.connect(self._test_key)
        self.use.clicked.connect(self._use_key)
        self.forget.clicked.connect(self._forget_key)
        self._account.changed.connect(self._show)
        self._entry.changed.connect(self._show)
        self._entry.kept.connect(self._empty_field)

    def _test_key(self) -> None:
        self._entry.test(self.field.text())

    def _use_key(self) -> None:
        if self.use.isEnabled():
            self._entry.keep(self.field.text(), self._place)

    def _empty_field(self) -> None:
        self.field.setText("")  # after clear() an undo would show the key that is in use

    def _forget_key(self) -> None:
        self.field.setFocus()  # the button cannot keep the keyboard
        self._entry.forget()

    def _show_or_hide(self, is_shown: bool) -> None:
        mode = QLineEdit.EchoMode.Normal if is_shown else QLineEdit.EchoMode.Password
        self.field.setEchoMode(mode)

    @property
    def _place(self) -> KeyPlace:
        return next(place for place, action in self.places.items() if action.isChecked())

    def _show(self) -> None:
        account, entry = self._account, self._entry
        given = account.key_place is KeyPlace.ENVIRONMENT
        if account.unreadable is None:
            self.state.say(key_place_text(account.key_place))
        else:
            self.state.say(what_happened(account.unreadable), "error")
        self.field.setPlaceholderText(self.tr("Another key") if account.has_key else "afk_…")
        self._show_places(can_choose=not given)
        typed = bool(self.field.text().strip())
        for control in (self.field, self.show_text):
            control.setEnabled(not given)
        self.test.setEnabled((typed or account.has_key) and not entry.is_busy)
        self.use.setEnabled(typed and not given and not entry.is_busy)
        is_kept = account.has_key or account.unreadable is not None
        self.forget.setVisible(is_kept and not given)
        self.forget.setEnabled(not entry.is_busy)
        if entry.is_busy:
            self.outcome.say(self.tr("Asking the service…"))
        elif isinstance(entry.outcome, FluxfillError):
            # What a test cost is not the question; where a key is kept, nothing is charged.
            error = entry.outcome
            self.outcome.say(
                whole_story(error) if error.charge is None else what_happened(error), "error"
            )
        elif entry.outcome is not None:
            account_of_key = entry.outcome
            text = whose_text(account_of_key.email, account_of_key.credits, account_of_key.plan)
            self.outcome.say(text or self.tr("The key works."), "ok")
        else:
            self.outcome.say("")

    def _show_places(self, *, can_choose: bool) -> None:
        """Grey out where a key cannot be kept here, and say why."""
        obstacles = self._entry.obstacles
        for place, action in self.places.items():
            action.setEnabled(can_choose and place not in obstacles)
            tip = QCoreApplication.translate("KeyCard", _TIPS[place])
            action.setToolTip(_reason(obstacles[place]) if place in obstacles else tip)
        if can_choose and self._place in obstacles:
            self.places[next(p for p in _PLACES if p not in obstacles)].setChecked(True)
        told = [f"{self.places[p].text()}: {_reason(error)}." for p, error in obstacles.items()]
        self.reasons.say("\n".join(told) if can_choose else "")


def _reason(error: KeyStoreError) -> str:
    return QCoreApplication.translate("errors", str(error.values["reason"]))


def _side_by_side(test: QWidget, use: QWidget, outcome: QWidget) -> QWidget:
    widget = QWidget()
    row = QHBoxLayout(widget)
    row.setContentsMargins(0, 0, 0, 0)
    row.setSpacing(8)
    row.addWidget(test)
    row.addWidget(use)
    row.addSpacing(8)
    row.addWidget(outcome, 1)
    row.addStretch(0)
    return widget
