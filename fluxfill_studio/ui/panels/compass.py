"""The outpaint picker: the presets of the service as tiles around the picture in the middle."""

from __future__ import annotations

from typing import ClassVar, Final

from PySide6.QtCore import QSignalBlocker, QSize, Qt
from PySide6.QtWidgets import (
    QAbstractButton,
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
from fluxfill_studio.ui.look import Look
from fluxfill_studio.ui.panels.frame_card import FrameCard
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
_EXACT_PLACE: Final = (2, 2)
_EXACT_ICON: Final = "frame"


class Compass(ButtonsRow):
    """Tiles by direction, and one that makes the frame exact, whose numbers are below then.

    A choice that has no place here yet stands in a row of its own.
    """

    _NAME_ROLE: ClassVar[str] = "heading"

    def __init__(self, framing: Framing, parameters: Parameters, parameter: Parameter) -> None:
        super().__init__(parameters, parameter)
        self._framing = framing
        origin = QLabel(self.tr("presets of the service"))
        origin.setProperty("role", "muted")
        self._line.addStretch()
        self._line.addWidget(origin)

        grid = QGridLayout()
        grid.setContentsMargins(GUTTER, 0, 0, 0)
        grid.setSpacing(_GAP)
        free = 0
        for choice in parameter.choices:
            tile = _tile()
            self._add_button(choice.value, schema_text(choice.label), tile, "tile")
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

        self._amount = QLabel(self.tr("Approximate: the service decides."))
        self._amount.setProperty("role", "muted")
        self._amount.setContentsMargins(GUTTER, 0, 0, 0)
        self._amount.setWordWrap(True)
        self._column.addWidget(self._amount)
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
        self._amount.setVisible(not is_exact)
        self.card.setVisible(is_exact)

    @override
    def show_value(self, value: Value | None) -> None:
        is_exact = self._framing.is_exact
        super().show_value(None if is_exact else value)
        with QSignalBlocker(self._group):
            self._group.setExclusive(False)
            self.exact.setChecked(is_exact)
            self._group.setExclusive(True)
        if is_exact:
            for tile in self.buttons.values():
                tile.setFocusPolicy(Qt.FocusPolicy.ClickFocus)
        by_tab = Qt.FocusPolicy.StrongFocus if is_exact else Qt.FocusPolicy.ClickFocus
        self.exact.setFocusPolicy(by_tab)

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

    @override
    def _on_toggled(self, button: QAbstractButton, down: bool) -> None:
        if button is not self.exact:
            super()._on_toggled(button, down)
        elif down:
            self._framing.choose_exact()

    def _exact_tile(self) -> QToolButton:
        tile = _tile()
        tile.setText(self.tr("Exact…"))
        tile.setCheckable(True)
        tile.setProperty("role", "tile")
        tile.setToolButtonStyle(Qt.ToolButtonStyle.ToolButtonTextUnderIcon)
        tile.setAccessibleName(self.tr("Exact size"))
        tile.setToolTip(self.tr("Say by how many pixels each side grows, or drag the frame"))
        self._group.addButton(tile)
        return tile


def _tile() -> QToolButton:
    tile = QToolButton()
    tile.setIconSize(_ICON)
    tile.setSizePolicy(QSizePolicy.Policy.Ignored, QSizePolicy.Policy.Fixed)
    return tile
