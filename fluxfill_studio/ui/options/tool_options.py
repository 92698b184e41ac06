"""The second bar: the options of the tool in hand, or what the present mode is about."""

from __future__ import annotations

from enum import Enum
from typing import Final

from PySide6.QtWidgets import QFrame, QStackedWidget, QVBoxLayout

from fluxfill_studio.model.studio import Studio
from fluxfill_studio.ui.actions import Actions
from fluxfill_studio.ui.look import Look
from fluxfill_studio.ui.options.compare_page import ComparePage
from fluxfill_studio.ui.options.inpaint_page import InpaintPage
from fluxfill_studio.ui.options.outpaint_page import OutpaintPage

_HEIGHT: Final = 40


class OptionsPage(Enum):
    """What the bar is about."""

    INPAINT = "inpaint"
    OUTPAINT = "outpaint"
    COMPARE = "compare"


class ToolOptions(QFrame):
    """Of constant height, whatever it shows."""

    def __init__(self, studio: Studio, actions: Actions) -> None:
        super().__init__()
        self.setProperty("role", "panel")
        self.setProperty("edge", "bottom")
        self.setFixedHeight(_HEIGHT)
        self._inpaint = InpaintPage(studio.canvas, studio.smart_selection, actions)
        self._pages = {
            OptionsPage.INPAINT: self._inpaint,
            OptionsPage.OUTPAINT: OutpaintPage(studio.parameters, studio.framing),
            OptionsPage.COMPARE: ComparePage(studio.gallery),
        }
        self._stack = QStackedWidget()
        for page in self._pages.values():
            self._stack.addWidget(page)
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.addWidget(self._stack)

    def apply_look(self, look: Look) -> None:
        self._inpaint.apply_look(look)

    def set_page(self, page: OptionsPage) -> None:
        self._stack.setCurrentWidget(self._pages[page])
