"""Tools on loan: one whose key is held while it is used gives way when the key is let go."""

from __future__ import annotations

from typing import Final

from PySide6.QtCore import QObject, Qt
from PySide6.QtGui import QKeyEvent

from fluxfill_studio.model.canvas import CanvasModel, Tool

_MODIFIERS: Final = (
    Qt.Key.Key_Shift,
    Qt.Key.Key_Control,
    Qt.Key.Key_Alt,
    Qt.Key.Key_AltGr,
    Qt.Key.Key_Meta,
)


class ToolLoan(QObject):
    """Watches which key takes which tool; a tap of the key takes it for good."""

    def __init__(self, model: CanvasModel, parent: QObject) -> None:
        super().__init__(parent)
        self._model = model
        self._tool = model.tool
        self._key: int | None = None
        self._lent: tuple[int, Tool] | None = None
        self._is_used = False
        model.tool_changed.connect(self._tool_changed)

    def press(self, event: QKeyEvent) -> None:
        """A key went down; a shortcut may follow."""
        if not event.isAutoRepeat() and event.key() not in _MODIFIERS:
            self._key = event.key()

    def use(self) -> None:
        """The tool in hand is used."""
        self._is_used = True

    def release(self, event: QKeyEvent) -> None:
        """A key went up: a tool that it lent, and that was used, goes back."""
        if event.isAutoRepeat():
            return
        if event.key() == self._key:
            self._key = None
        if self._lent is not None and event.key() == self._lent[0]:
            tool = self._lent[1]
            self._lent = None
            if self._is_used:
                self._model.set_tool(tool)

    def forget(self) -> None:
        """Keys may go up elsewhere now."""
        self._key = self._lent = None

    def _tool_changed(self) -> None:
        if self._key is not None and self._lent is None:
            self._lent = (self._key, self._tool)
            self._is_used = False
        self._tool = self._model.tool
