"""Segments: buttons side by side of which one is chosen, each of them an action."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Final

from PySide6.QtCore import QSize, Qt
from PySide6.QtGui import QAction
from PySide6.QtWidgets import QFrame, QHBoxLayout, QPushButton, QSizePolicy
from typing_extensions import override

_ICON: Final = QSize(18, 18)


class SegmentFrame(QFrame):
    """What is around them; `name` tells a screen reader what is chosen here."""

    def __init__(self, name: str) -> None:
        super().__init__()
        self.setProperty("role", "segments")
        self.setAccessibleName(name)
        self.setSizePolicy(QSizePolicy.Policy.Fixed, QSizePolicy.Policy.Fixed)
        self.row = QHBoxLayout(self)
        self.row.setContentsMargins(2, 2, 2, 2)
        self.row.setSpacing(0)


class Segments(SegmentFrame):
    """One button for each of `actions`, with its text or its icon."""

    def __init__(self, name: str, actions: Iterable[QAction], *, icons: bool = False) -> None:
        super().__init__(name)
        for action in actions:
            self.row.addWidget(_Segment(action, icons))


class _Segment(QPushButton):
    """A press asks the action; the button shows what the action makes of it."""

    def __init__(self, action: QAction, has_icon: bool) -> None:
        super().__init__("" if has_icon else action.text())
        self._action = action
        self._has_icon = has_icon
        self.setProperty("role", "segment")
        if has_icon:
            self.setProperty("face", "icon")
            self.setIconSize(_ICON)
        self.setCheckable(True)
        self.setAutoDefault(False)  # Enter in a field of a dialog must not press it
        # A click leaves the keyboard where it is, with the canvas.
        self.setFocusPolicy(Qt.FocusPolicy.TabFocus)
        self.setAccessibleName(action.text())
        self.clicked.connect(lambda: action.trigger())
        action.changed.connect(self._follow)
        self._follow()

    @override
    def nextCheckState(self) -> None:
        """Not the press decides, but the action."""

    def _follow(self) -> None:
        self.setToolTip(self._action.toolTip())
        if self._has_icon:
            self.setIcon(self._action.icon())
        self.setEnabled(self._action.isEnabled())
        self.setChecked(self._action.isChecked())
