"""Overlay, mask or image: side by side where there is room, else in a menu."""

from __future__ import annotations

from typing import Final

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QHBoxLayout, QMenu, QPushButton, QWidget

from fluxfill_studio.ui.actions import Act, Actions
from fluxfill_studio.ui.options.bar_parts import SPACING, muted
from fluxfill_studio.ui.segments import Segments

_VIEWS: Final = (Act.VIEW_OVERLAY, Act.VIEW_MASK, Act.VIEW_IMAGE)
_CHEVRON: Final = 38  # with the distances at its sides


class ViewChoice(QWidget):
    """How the mask is shown."""

    def __init__(self, actions: Actions) -> None:
        super().__init__()
        self._views = [actions[act] for act in _VIEWS]
        self._label = muted(self.tr("View"))
        self._segments = Segments(self.tr("Mask view"), self._views)
        self._menu = self._menu_button()
        row = QHBoxLayout(self)
        row.setContentsMargins(0, 0, 0, 0)
        row.setSpacing(SPACING)
        for part in (self._label, self._segments, self._menu):
            row.addWidget(part)
        self.shorten(False)

    def shorten(self, is_short: bool) -> None:
        """Show the menu, or the views side by side."""
        self._label.setHidden(is_short)
        self._segments.setHidden(is_short)
        self._menu.setHidden(not is_short)

    def _menu_button(self) -> QPushButton:
        menu = QMenu(self)
        menu.addActions(self._views)
        button = QPushButton()
        button.setProperty("role", "menu")
        button.setToolTip(self.tr("How the mask is shown"))
        button.setFocusPolicy(Qt.FocusPolicy.TabFocus)
        button.setMenu(menu)
        metrics = button.fontMetrics()
        widest = max(metrics.horizontalAdvance(view.text()) for view in self._views)
        button.setFixedWidth(widest + _CHEVRON)

        def show() -> None:
            chosen = next((view.text() for view in self._views if view.isChecked()), "")
            button.setText(chosen)
            button.setAccessibleName(self.tr("Mask view: {view}").format(view=chosen))

        for view in self._views:
            view.toggled.connect(show)
        show()
        return button
