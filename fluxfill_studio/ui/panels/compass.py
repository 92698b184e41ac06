"""The outpaint picker: the presets of the service as tiles around the picture in the middle."""

from __future__ import annotations

from typing import ClassVar, Final

from PySide6.QtCore import QSize, Qt
from PySide6.QtWidgets import QGridLayout, QLabel, QSizePolicy, QToolButton
from typing_extensions import override

from fluxfill_studio.core.outpaint import Preset
from fluxfill_studio.core.schema import Parameter
from fluxfill_studio.model.generation import Parameters
from fluxfill_studio.ui.look import Look
from fluxfill_studio.ui.panels.rows import GUTTER, ButtonsRow
from fluxfill_studio.ui.wording import schema_text

_COLUMNS: Final = 3
_GAP: Final = 6
_ICON: Final = QSize(16, 16)

# Row, column and icon of each preset.
_PLACES: Final = {
    Preset.ZOOM_OUT_1_5.value: (0, 0, "zoom-out-frame"),
    Preset.TOP.value: (0, 1, "arrow-up"),
    Preset.ZOOM_OUT_2.value: (0, 2, "zoom-out-frame"),
    Preset.LEFT.value: (1, 0, "arrow-left"),
    Preset.SQUARE.value: (1, 1, "square"),
    Preset.RIGHT.value: (1, 2, "arrow-right"),
    Preset.BOTTOM.value: (2, 1, "arrow-down"),
}
_FIRST_FREE_ROW: Final = 3


class Compass(ButtonsRow):
    """Tiles by direction. A choice that has no place here yet stands in a row of its own below."""

    _NAME_ROLE: ClassVar[str] = "heading"

    def __init__(self, parameters: Parameters, parameter: Parameter) -> None:
        super().__init__(parameters, parameter)
        origin = QLabel(self.tr("presets of the service"))
        origin.setProperty("role", "muted")
        self._line.addStretch()
        self._line.addWidget(origin)

        grid = QGridLayout()
        grid.setContentsMargins(GUTTER, 0, 0, 0)
        grid.setSpacing(_GAP)
        free = 0
        for choice in parameter.choices:
            tile = QToolButton()
            tile.setIconSize(_ICON)
            tile.setSizePolicy(QSizePolicy.Policy.Ignored, QSizePolicy.Policy.Fixed)
            self._add_button(choice.value, schema_text(choice.label), tile, "tile")
            if choice.value in _PLACES:
                tile.setToolButtonStyle(Qt.ToolButtonStyle.ToolButtonTextUnderIcon)
                row, column, _ = _PLACES[choice.value]
            else:
                row, column = _FIRST_FREE_ROW + free // _COLUMNS, free % _COLUMNS
                free += 1
            grid.addWidget(tile, row, column)
        for column in range(_COLUMNS):
            grid.setColumnStretch(column, 1)
        self._column.addLayout(grid)

        amount = QLabel(self.tr("The service decides by how much."))
        amount.setProperty("role", "muted")
        amount.setContentsMargins(GUTTER, 0, 0, 0)
        amount.setWordWrap(True)
        self._column.addWidget(amount)
        self.refresh()

    @override
    def apply_look(self, look: Look) -> None:
        super().apply_look(look)
        for value, (_, _, icon) in _PLACES.items():
            if value in self.buttons:
                self.buttons[value].setIcon(look.icon(icon))
