"""The options of brush and eraser."""

from __future__ import annotations

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QMenu, QToolButton, QWidget

from fluxfill_studio.model.canvas import CanvasModel
from fluxfill_studio.ui.actions import Act, Actions
from fluxfill_studio.ui.look import Look
from fluxfill_studio.ui.options.bar_parts import ICON, bar_row, icon_button
from fluxfill_studio.ui.options.sliders import hardness_slider, opacity_slider, size_slider


class BrushOptions(QWidget):
    """Size, hardness and opacity, what the pen's pressure does, and symmetry."""

    def __init__(self, canvas: CanvasModel, actions: Actions) -> None:
        super().__init__()
        self._pressure = self._pressure_button(actions)
        self.row = row = bar_row(self)
        row.addWidget(size_slider(canvas, actions))
        row.addWidget(hardness_slider(canvas, actions))
        row.addWidget(opacity_slider(canvas))
        row.addWidget(self._pressure)
        row.addWidget(icon_button(actions[Act.SYMMETRY]))
        row.addStretch(1)

    def apply_look(self, look: Look) -> None:
        self._pressure.setIcon(look.icon("pressure"))

    def shorten(self, is_short: bool) -> None:
        """Show the pressure button without its text, or with it."""
        style = Qt.ToolButtonStyle
        self._pressure.setToolButtonStyle(
            style.ToolButtonIconOnly if is_short else style.ToolButtonTextBesideIcon
        )

    def _pressure_button(self, actions: Actions) -> QToolButton:
        both = [actions[Act.PRESSURE_SIZE], actions[Act.PRESSURE_OPACITY]]
        menu = QMenu(self)
        menu.addActions(both)
        button = QToolButton()
        button.setProperty("role", "text")
        button.setText(self.tr("Pressure"))
        button.setAccessibleName(self.tr("Pen pressure"))
        button.setToolTip(self.tr("What the pressure of the pen does"))
        button.setIconSize(ICON)
        button.setPopupMode(QToolButton.ToolButtonPopupMode.InstantPopup)
        button.setMenu(menu)
        button.setCheckable(True)

        def show() -> None:
            button.setChecked(any(action.isChecked() for action in both))

        for action in both:
            action.toggled.connect(show)
        show()
        return button
