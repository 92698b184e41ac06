"""The outpaint picker: the presets of the service as tiles around the picture in the middle."""

from __future__ import annotations

from typing import ClassVar, Final, cast

from PySide6.QtCore import QSize, Qt
from PySide6.QtWidgets import (
    QGridLayout,
    QLabel,
    QSizePolicy,
    QToolButton,
    QVBoxLayout,
)
from typing_extensions import override

from fluxfill_studio.core.planning.outpaint import Preset
from fluxfill_studio.core.schema import Parameter, Value
from fluxfill_studio.model.framing import Framing
from fluxfill_studio.model.parameters import Parameters
from fluxfill_studio.ui.choice import ChoiceGroup
from fluxfill_studio.ui.look import Look
from fluxfill_studio.ui.panels.frame_card import FrameCard
from fluxfill_studio.ui.panels.rows import GUTTER, Row
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
_EXACT: Final = object()
_EXACT_PLACE: Final = (2, 2)
_EXACT_ICON: Final = "frame"


class Compass(Row):
    """Tiles by direction, and one that makes the frame exact, whose numbers are below then.

    A choice that has no place here yet stands in a row of its own.
    """

    _NAME_ROLE: ClassVar[str] = "heading"

    def __init__(self, framing: Framing, parameters: Parameters, parameter: Parameter) -> None:
        super().__init__(parameters, parameter)
        self._framing = framing
        self._group = ChoiceGroup(self)
        self._group.chosen.connect(self._choose)
        self.buttons: dict[str, QToolButton] = {}
        origin = QLabel(self.tr("presets of the service"))
        origin.setProperty("role", "muted")
        self._line.addStretch()
        self._line.addWidget(origin)

        grid = QGridLayout()
        grid.setContentsMargins(GUTTER, 0, 0, 0)
        grid.setSpacing(_GAP)
        free = 0
        for choice in parameter.choices:
            tile = self._tile(choice.value, schema_text(choice.label))
            self._describe(tile)
            tile.setAccessibleName(f"{schema_text(parameter.label)}: {tile.text()}")
            self.buttons[choice.value] = tile
            if choice.value in _PLACES:
                tile.setToolButtonStyle(Qt.ToolButtonStyle.ToolButtonTextUnderIcon)
                row, column, _ = _PLACES[choice.value]
            else:
                row, column = _FIRST_FREE_ROW + free // _COLUMNS, free % _COLUMNS
                free += 1
            grid.addWidget(tile, row, column)
        self.exact = self._exact_tile()
        grid.addWidget(self.exact, *_EXACT_PLACE)
        for column in range(_COLUMNS):
            grid.setColumnStretch(column, 1)
        self._column.addLayout(grid)

        self.card = FrameCard(framing)
        below = QVBoxLayout()
        below.setContentsMargins(GUTTER, 0, 0, 0)
        below.addWidget(self.card)
        self._column.addLayout(below)
        framing.changed.connect(self.refresh)
        self.refresh()

    @override
    def refresh(self) -> None:
        super().refresh()
        is_exact = self._framing.is_exact
        if is_exact:
            self.reset.setVisible(True)
        self.exact.setEnabled(self._framing.size is not None)
        self.card.setVisible(is_exact)

    @override
    def show_value(self, value: Value | None) -> None:
        self._group.show_value(_EXACT if self._framing.is_exact else value)

    @override
    def apply_look(self, look: Look) -> None:
        super().apply_look(look)
        for value, (_, _, icon) in _PLACES.items():
            if value in self.buttons:
                self.buttons[value].setIcon(look.icon(icon))
        self.exact.setIcon(look.icon(_EXACT_ICON))

    @override
    def _set(self, value: Value | None) -> None:
        self._framing.choose_preset(value)

    def _choose(self, value: object) -> None:
        if value is _EXACT:
            self._framing.choose_exact()
        else:
            self._set(cast(str, value))

    def _tile(self, value: object, text: str) -> QToolButton:
        tile = QToolButton()
        tile.setText(text)
        tile.setProperty("role", "tile")
        tile.setIconSize(_ICON)
        tile.setSizePolicy(QSizePolicy.Policy.Ignored, QSizePolicy.Policy.Fixed)
        self._group.add(value, tile)
        return tile

    def _exact_tile(self) -> QToolButton:
        tile = self._tile(_EXACT, self.tr("Exact…"))
        tile.setToolButtonStyle(Qt.ToolButtonStyle.ToolButtonTextUnderIcon)
        tile.setAccessibleName(self.tr("Exact size"))
        tile.setToolTip(self.tr("Say by how many pixels each side grows, or drag the frame"))
        return tile
