"""The keys of the actions: the table's, as the user changed them, on every layout."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Final, TypeAlias

from PySide6.QtCore import QCoreApplication, QEvent, QObject, Signal
from PySide6.QtGui import QAction, QKeyEvent, QKeySequence, QShortcutEvent
from PySide6.QtWidgets import QApplication
from typing_extensions import override

from fluxfill_studio.core.texts import QT_TRANSLATE_NOOP
from fluxfill_studio.model.settings import Settings
from fluxfill_studio.ui.actions import TABLE, Act, Actions
from fluxfill_studio.ui.key_layouts import latin_key, layout_keys

Keys: TypeAlias = tuple[str, ...]
"""Chords in Qt's portable text ("Ctrl+Z") and the form of `latin_key`, so that equal is equal."""

_N = QT_TRANSLATE_NOOP

_WIDGET_KEYS: Final = {
    "Space": _N("shortcuts", "Move the picture"),
    "Esc": _N("shortcuts", "Cancel"),
    "Tab": _N("shortcuts", "Next control"),
    "Return": _N("shortcuts", "Press the control"),
    "Enter": _N("shortcuts", "Press the control"),
    "Left": _N("shortcuts", "Go left"),
    "Right": _N("shortcuts", "Go right"),
    "Up": _N("shortcuts", "Go up"),
    "Down": _N("shortcuts", "Go down"),
}
"""The keys that canvas and controls take themselves; as shortcuts they would be lost to them."""


def portable(key: QKeySequence) -> str:
    """The first chord of `key` as it is compared and kept; empty if Qt does not know it."""
    return latin_key(key).toString(QKeySequence.SequenceFormat.PortableText)


def native(key: str) -> str:
    """A chord of `Keys` as this system writes it."""
    return QKeySequence(key).toString(QKeySequence.SequenceFormat.NativeText)


class Shortcuts(QObject):
    """Gives the actions their keys, and keeps in the settings what the user changed.

    No two actions ever have the same key. A key given to one is thereby taken from the other;
    `conflicts` tells beforehand from which. A key that was taken from an action's defaults comes
    back to it when the taker lets it go.
    """

    changed = Signal()

    def __init__(self, actions: Actions, settings: Settings, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._actions = actions
        self._settings = settings
        self._defaults: dict[Act, Keys] = {
            spec.act: tuple(portable(QKeySequence(key)) for key in spec.keys) for spec in TABLE
        }
        self.fixed = {
            key: QCoreApplication.translate("shortcuts", use) for key, use in _WIDGET_KEYS.items()
        } | {str(digit): action.text() for digit, action in actions.opacity.items()}
        """The keys that cannot be assigned, and what each of them does."""
        self._changes = self._stored()
        for action in actions.all:
            action.installEventFilter(self)
        for digit, action in actions.opacity.items():
            action.setShortcuts(_on_every_layout([str(digit)]))
        self._apply()

    def keys(self, act: Act) -> Keys:
        """The keys that trigger the action now; tooltips and menus name the first."""
        if act in self._changes:
            return self._changes[act]
        taken = {key for keys in self._changes.values() for key in keys}
        return tuple(key for key in self._defaults[act] if key not in taken)

    def defaults(self, act: Act) -> Keys:
        return self._defaults[act]

    def conflicts(self, act: Act, keys: Iterable[str]) -> dict[str, Act]:
        """Those of `keys` that another action has, each with that action."""
        owners = {key: owner for owner in self._defaults for key in self.keys(owner)}
        return {key: owners[key] for key in keys if owners.get(key, act) is not act}

    def add(self, act: Act, key: str) -> None:
        """Give the action one more key; whoever had it loses it.

        Raises:
            ValueError: the key is fixed.
        """
        if key in self.fixed:
            raise ValueError(f"{key} is fixed")
        if key not in self.keys(act):
            self._change(act, (*self.keys(act), key))

    def remove(self, act: Act, key: str) -> None:
        self._change(act, tuple(one for one in self.keys(act) if one != key))

    def reset(self, act: Act) -> None:
        """Give the action its default keys; whoever had one loses it."""
        self._change(act, self._defaults[act])

    def reset_all(self) -> None:
        self._changes = {}
        self._apply()
        self._keep()

    def _change(self, act: Act, keys: Keys) -> None:
        changes = {
            other: tuple(key for key in its if key not in keys)
            for other, its in self._changes.items()
            if other is not act
        }
        changes[act] = keys
        self._changes = {act: keys for act, keys in changes.items() if keys != self._defaults[act]}
        self._apply()
        self._keep()

    def _apply(self) -> None:
        for act in self._defaults:
            self._actions.set_keys(act, _on_every_layout(self.keys(act)))

    def _keep(self) -> None:
        form = QKeySequence.SequenceFormat.PortableText
        self._settings.set_shortcuts(
            {
                act.value: QKeySequence.listToString([QKeySequence(key) for key in keys], form)
                for act, keys in self._changes.items()
            }
        )
        self.changed.emit()

    def _stored(self) -> dict[Act, Keys]:
        """The changes of the settings; an entry that makes no sense here is left out."""
        result: dict[Act, Keys] = {}
        stored = self._settings.shortcuts
        taken = set(self.fixed)
        for act in self._defaults:
            text = stored.get(act.value)
            if text is None:
                continue
            form = QKeySequence.SequenceFormat.PortableText
            chords = QKeySequence.listFromString(text, form) if text else []
            keys = tuple(dict.fromkeys(portable(chord) for chord in chords))
            if "" not in keys and taken.isdisjoint(keys):
                result[act] = keys
                taken.update(keys)
        return result

    @override
    def eventFilter(self, watched: QObject, event: QEvent, /) -> bool:
        """Trigger an action by its key, also where Qt finds the key ambiguous.

        On X11 with a Latin layout beside the kana one, a press of コ is one of B as well; both
        belong to the brush, and Qt would trigger nothing. No key belongs to two actions.
        """
        if not (isinstance(event, QShortcutEvent) and isinstance(watched, QAction)):
            return super().eventFilter(watched, event)
        if not _edits(event.key()):
            watched.trigger()
        return True


def _on_every_layout(keys: Iterable[str]) -> list[QKeySequence]:
    """The keys, and after them what they are called while another layout is on."""
    latin = [QKeySequence(key) for key in keys]
    return latin + [sign for key in latin for sign in layout_keys(key)]


def _edits(key: QKeySequence) -> bool:
    """Whether the focused text field took a chord in its Latin form.

    It keeps Ctrl+V to itself, but does not know Ctrl+ㅍ, which is the same press.
    """
    latin, focus = latin_key(key), QApplication.focusWidget()
    if latin == key or focus is None:
        return False
    chord = latin[0]  # type: ignore[index]  # the stubs lack it
    claim, press = (
        QKeyEvent(kind, chord.key(), chord.keyboardModifiers())
        for kind in (QEvent.Type.ShortcutOverride, QEvent.Type.KeyPress)
    )
    claim.ignore()
    QApplication.sendEvent(focus, claim)
    if claim.isAccepted():
        QApplication.sendEvent(focus, press)
    return claim.isAccepted()
