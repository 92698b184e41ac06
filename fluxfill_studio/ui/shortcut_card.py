"""The card that adds keys to an action, takes them away, and asks before another loses one."""

from __future__ import annotations

from collections.abc import Callable
from itertools import pairwise

from PySide6.QtCore import Qt, Signal
from PySide6.QtGui import QKeySequence
from PySide6.QtWidgets import (
    QFrame,
    QHBoxLayout,
    QKeySequenceEdit,
    QLabel,
    QPushButton,
    QVBoxLayout,
    QWidget,
)

from fluxfill_studio.ui.actions import Act, Actions
from fluxfill_studio.ui.dialogs import plain_button
from fluxfill_studio.ui.restyle import restyle
from fluxfill_studio.ui.shortcuts import Shortcuts, native, portable


class ShortcutCard(QFrame):
    """Edits one action's keys.

    A key that is free is added by a button. For one that another action has, and for what resets
    more than is seen, the card asks first, in a line that has its place whether it asks or not.
    """

    left = Signal()
    """The user leaves the recorder by Escape."""

    def __init__(self, shortcuts: Shortcuts, actions: Actions) -> None:
        super().__init__()
        self._shortcuts = shortcuts
        self._actions = actions
        self._act: Act | None = None
        self._answered: Callable[[], None] = self._clear
        self.setProperty("role", "raised")
        self.title = QLabel()
        self.title.setProperty("role", "heading")
        self.keys = QHBoxLayout()
        self.keys.setSpacing(8)
        self._shown_keys: list[QWidget] = []
        self.recorder = QKeySequenceEdit()
        self.recorder.setMaximumSequenceLength(1)
        self.recorder.setAccessibleName(self.tr("New shortcut"))
        self.recorder.setFixedWidth(180)
        self.add = plain_button(self.tr("Add"))
        self.reset = plain_button(self.tr("Reset"))
        self.reset.setToolTip(self.tr("Give this action its default keys"))
        self.message = QLabel()
        self.message.setWordWrap(True)
        self.message.setTextFormat(Qt.TextFormat.PlainText)  # it may name the key "<"
        self.agree = plain_button("")
        self.cancel = plain_button(self.tr("Cancel"))
        self._lay_out()
        self.recorder.keySequenceChanged.connect(self._recorded)
        self.add.clicked.connect(self._add)
        self.reset.clicked.connect(self._ask_reset)
        self.agree.clicked.connect(lambda: self._answered())
        self.cancel.clicked.connect(self._clear)
        shortcuts.changed.connect(self._show)
        self.edit(None)

    def edit(self, act: Act | None) -> None:
        """Turn to an action, or to none."""
        self._act = act
        self._clear()
        self._show()

    def ask_reset_all(self) -> None:
        self._clear()
        self._ask(
            self.tr("All actions get their default keys again."),
            self.tr("Reset all"),
            self._shortcuts.reset_all,
        )

    def _lay_out(self) -> None:
        head = QHBoxLayout()
        head.addWidget(self.title)
        head.addSpacing(8)
        head.addLayout(self.keys)
        head.addStretch()
        head.addWidget(self.reset)
        new = QHBoxLayout()
        new.setSpacing(8)
        new.addWidget(self.recorder)
        new.addWidget(self.add)
        new.addStretch()
        question = QHBoxLayout()
        question.setSpacing(8)
        question.addWidget(self.message, 1)
        for button in (self.agree, self.cancel):
            policy = button.sizePolicy()
            policy.setRetainSizeWhenHidden(True)
            button.setSizePolicy(policy)
            question.addWidget(button)
        column = QVBoxLayout(self)
        column.setContentsMargins(16, 12, 16, 12)
        column.setSpacing(8)
        for row in (head, new, question):
            column.addLayout(row)

    def _show(self) -> None:
        """Show the action and its keys; every key is a button that removes it."""
        for widget in self._shown_keys:
            self.keys.removeWidget(widget)
            widget.hide()  # before it is deleted, or its place is painted once more
            widget.deleteLater()
        self._shown_keys = []
        act = self._act
        for widget in (self.recorder, self.reset):
            widget.setEnabled(act is not None)
        if act is None:
            self.title.setText(self.tr("Nothing to change here"))
            return
        self.title.setText(self._actions[act].text().rstrip("…"))
        keys = self._shortcuts.keys(act)
        self._shown_keys = [self._removal(act, key) for key in keys] or [self._no_key()]
        for widget in self._shown_keys:
            self.keys.addWidget(widget)
        self.reset.setEnabled(keys != self._shortcuts.defaults(act))
        self._order_focus()

    def _order_focus(self) -> None:
        """What is made later would come last."""
        after = (self.recorder, self.add, self.agree, self.cancel, self.reset)
        for one, next_one in pairwise((self.title, *self._shown_keys, *after)):
            QWidget.setTabOrder(one, next_one)

    def _no_key(self) -> QWidget:
        label = QLabel(self.tr("no key"))
        label.setProperty("role", "muted")
        return label

    def _removal(self, act: Act, key: str) -> QPushButton:
        button = plain_button(f"{native(key)}   ×".replace("&", "&&"))
        button.setProperty("role", "pill")
        what = self.tr("Remove {key}").format(key=native(key))
        button.setAccessibleName(what)
        button.setToolTip(what)

        def remove() -> None:
            self.recorder.setFocus()  # the button goes, the keyboard stays here
            self._shortcuts.remove(act, key)

        button.clicked.connect(remove)
        return button

    def _recorded(self, recorded: QKeySequence) -> None:
        key = portable(recorded)
        if key == "Esc":
            self._clear()
            self.left.emit()
        elif recorded.toString() != key:
            self.recorder.setKeySequence(QKeySequence(key))  # comes here again
        elif key and self._act is not None:
            self._judge(self._act, key)

    def _judge(self, act: Act, key: str) -> None:
        """Say what becomes of a recorded key, and offer what can be done."""
        conflicts = self._shortcuts.conflicts(act, [key])
        if key in self._shortcuts.fixed:
            text = self.tr("{key} is kept for “{use}” and cannot be assigned.")
            self._say(text.format(key=native(key), use=self._shortcuts.fixed[key]), "warning")
        elif key in self._shortcuts.keys(act):
            text = self.tr("{key} is a key of this action already.")
            self._say(text.format(key=native(key)))
        elif conflicts:
            self._ask(self._told(conflicts), self.tr("Assign"), self._add)
        else:
            self._say(self.tr("{key} is free.").format(key=native(key)), can_add=True)

    def _add(self) -> None:
        if self._act is not None:
            self._shortcuts.add(self._act, portable(self.recorder.keySequence()))
        self._clear()
        self.recorder.setFocus()

    def _ask_reset(self) -> None:
        act = self._act
        if act is None:
            return
        self._clear()
        conflicts = self._shortcuts.conflicts(act, self._shortcuts.defaults(act))
        if conflicts:
            told = self._told(conflicts)
            self._ask(told, self.tr("Assign"), lambda: self._shortcuts.reset(act))
        else:
            self._shortcuts.reset(act)

    def _told(self, conflicts: dict[str, Act]) -> str:
        sentence = self.tr("{key} is used by “{action}”. Assigning it here takes it away there.")
        return "\n".join(
            sentence.format(key=native(key), action=self._actions[act].text().rstrip("…"))
            for key, act in conflicts.items()
        )

    def _ask(self, text: str, answer: str, then: Callable[[], None]) -> None:
        def answered() -> None:
            then()
            self._clear()
            self.recorder.setFocus()

        self._answered = answered
        self._say(text, "warning", answer=answer)

    def _say(
        self, text: str, role: str = "muted", *, can_add: bool = False, answer: str = ""
    ) -> None:
        """Say something, and offer what goes with it: to add the key, or to answer.

        A key is judged again when the keyboard leaves the recorder; so nothing is taken back here
        for a moment, or it would lose the keyboard that it just got.
        """
        self.message.setText(text)
        restyle(self.message, role=role)
        self.add.setEnabled(can_add)
        self.agree.setText(answer)
        for button in (self.agree, self.cancel):
            button.setVisible(bool(answer))

    def _clear(self) -> None:
        """Forget what was recorded or asked."""
        self.recorder.clear()
        idle = self.tr("Press the keys that shall trigger the action, then Add.")
        self._say("" if self._act is None else idle)
