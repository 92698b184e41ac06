"""The menu of what can be done with the mask as a whole."""

from __future__ import annotations

from typing import Final

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QMenu, QPushButton

from fluxfill_studio.ui.actions import Act, Actions

_PARTS: Final = (
    (Act.INVERT, Act.CLEAR, Act.ALL),
    (Act.GROW, Act.SHRINK, Act.FEATHER, Act.FILL_HOLES),
    (Act.FROM_ALPHA, Act.LAST_MASK),
    (Act.IMPORT_MASK, Act.EXPORT_MASK),
)


class MaskMenu(QPushButton):
    """A button with the menu."""

    def __init__(self, actions: Actions) -> None:
        super().__init__(self.tr("Mask"))
        self.setProperty("role", "menu")
        self.setAccessibleName(self.tr("Change the mask"))
        self.setToolTip(self.tr("Change the mask as a whole"))
        self.setFocusPolicy(Qt.FocusPolicy.TabFocus)
        menu = QMenu(self)
        for number, part in enumerate(_PARTS):
            if number > 0:
                menu.addSeparator()
            menu.addActions([actions[act] for act in part])
        self.setMenu(menu)
