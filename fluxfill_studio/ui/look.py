"""The look that the window hands to its parts: the theme's colours and the icons drawn in them."""

from __future__ import annotations

from dataclasses import dataclass

from PySide6.QtGui import QColor, QIcon

from fluxfill_studio.ui.icons import IconSet
from fluxfill_studio.ui.theme import Theme


@dataclass(frozen=True, eq=False)
class Look:
    """Parts that draw icons or colours of their own have `apply_look(look)`.

    It is called once before they are shown and again whenever the theme changes; everything
    else follows from the style sheet by itself.
    """

    theme: Theme
    icons: IconSet

    def icon(self, name: str) -> QIcon:
        """An icon for a control: muted, bright when checked or under the pointer."""
        theme = self.theme
        return self.icons.icon(
            name,
            QColor(theme.muted),
            active=QColor(theme.text),
            disabled=QColor(theme.disabled),
        )
