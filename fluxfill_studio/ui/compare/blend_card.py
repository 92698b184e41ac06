"""The controls with which a result is blended again: no new run, and no cost."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from typing import Final

from PySide6.QtWidgets import QGridLayout, QHBoxLayout, QLabel, QVBoxLayout, QWidget

from fluxfill_studio.core.blending.compose import Blend
from fluxfill_studio.core.blending.feather import MAX_FEATHER
from fluxfill_studio.core.blending.matching import Match
from fluxfill_studio.model.blending import Blending
from fluxfill_studio.ui.compare.blend_rows import AUTOMATIC, BlendRow, ChoiceRow, NumberRow
from fluxfill_studio.ui.look import Look
from fluxfill_studio.ui.panels.rows import GUTTER

_DEFAULT: Final = Blend()
_SPACING: Final = 8


class BlendCard(QWidget):
    """Shows and sets the blend of the result that is looked at; hidden where it has none.

    What is set counts at once.
    """

    def __init__(self, blending: Blending) -> None:
        super().__init__()
        self._blending = blending
        self.feather = self._feather_row()
        self.grow = self._grow_row()
        self.match = self._match_row()
        self.opacity = self._opacity_row()
        self.rows: tuple[BlendRow, ...] = (self.feather, self.grow, self.match, self.opacity)
        self._lay_out()
        for row in (self.feather, self.grow, self.opacity):
            row.held.connect(blending.hold)
            row.released.connect(blending.release)
        blending.changed.connect(self._show)
        self._show()

    def apply_look(self, look: Look) -> None:
        for row in self.rows:
            row.apply_look(look)

    def _feather_row(self) -> NumberRow:
        row = NumberRow(
            self.tr("Feather"),
            self.tr("Over how many pixels the fill appears, inwards from the edge of the mask"),
            self.tr("px"),
            MAX_FEATHER,
            self,
            automatic=self.tr("auto"),
        )
        row.chosen.connect(self._set_feather)
        row.reset_wanted.connect(lambda: self._set_feather(AUTOMATIC))
        return row

    def _grow_row(self) -> NumberRow:
        row = NumberRow(
            self.tr("Grow"),
            self.tr("By how many pixels more than was painted shows, as far as it was sent"),
            self.tr("px"),
            0,
            self,
            even=True,
        )
        row.chosen.connect(self._set_grow)
        row.reset_wanted.connect(lambda: self._set_grow(_DEFAULT.grow))
        return row

    def _match_row(self) -> ChoiceRow:
        row = ChoiceRow(
            self.tr("Match colour"),
            self.tr("How the colours of the fill follow its surroundings"),
            (
                (Match.NONE, self.tr("None"), self.tr("The colours as they came back")),
                (Match.MEAN, self.tr("Mean"), self.tr("Brightness and contrast are set right")),
                (
                    Match.GRADIENT,
                    self.tr("Gradient"),
                    self.tr("And what is left along the edge fades away across the fill"),
                ),
            ),
            self,
        )
        row.choice.chosen.connect(self._set_match)
        row.reset_wanted.connect(lambda: self._set_match(_DEFAULT.match))
        return row

    def _opacity_row(self) -> NumberRow:
        row = NumberRow(
            self.tr("Opacity"),
            self.tr("How much of the fill shows over the picture as it was"),
            "%",
            100,
            self,
            even=True,
        )
        row.chosen.connect(lambda percent: self._set_opacity(percent / 100))
        row.reset_wanted.connect(lambda: self._set_opacity(_DEFAULT.opacity))
        return row

    def _lay_out(self) -> None:
        head = QHBoxLayout()
        head.setContentsMargins(GUTTER, 0, 0, 0)
        head.setSpacing(4)
        heading, promise = QLabel(self.tr("Blend")), QLabel(self.tr("— no new run, no cost"))
        heading.setProperty("role", "heading")
        promise.setProperty("role", "muted")
        head.addWidget(heading)
        head.addWidget(promise)
        head.addStretch(1)
        grid = QGridLayout()
        grid.setContentsMargins(0, 0, 0, 0)
        grid.setHorizontalSpacing(0)
        grid.setVerticalSpacing(_SPACING)
        grid.setColumnStretch(2, 1)
        for number, row in enumerate(self.rows):
            row.place(grid, number)
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(_SPACING)
        column.addLayout(head)
        column.addLayout(grid)

    def _set_feather(self, value: int) -> None:
        feather = None if value == AUTOMATIC else value
        self._set(lambda blend: replace(blend, feather=feather))

    def _set_grow(self, value: int) -> None:
        self._set(lambda blend: replace(blend, grow=value))

    def _set_match(self, match: Match) -> None:
        self._set(lambda blend: replace(blend, match=match))

    def _set_opacity(self, opacity: float) -> None:
        self._set(lambda blend: replace(blend, opacity=opacity))

    def _set(self, change: Callable[[Blend], Blend]) -> None:
        blend = self._blending.blend
        if blend is not None:
            self._blending.set(change(blend))

    def _show(self) -> None:
        blend = self._blending.blend
        self.setVisible(blend is not None)
        if blend is None:
            return
        if blend.feather is None:
            self.feather.show_value(AUTOMATIC, self._blending.chosen_feather)
        else:
            self.feather.show_value(blend.feather)
        self.grow.set_maximum(self._blending.most_growth)
        self.grow.show_value(blend.grow)
        self.match.choice.show_value(blend.match)
        self.opacity.show_value(round(blend.opacity * 100))
        for row, is_changed in (
            (self.feather, blend.feather != _DEFAULT.feather),
            (self.grow, blend.grow != _DEFAULT.grow),
            (self.match, blend.match != _DEFAULT.match),
            (self.opacity, blend.opacity != _DEFAULT.opacity),
        ):
            row.reset.setVisible(is_changed)
