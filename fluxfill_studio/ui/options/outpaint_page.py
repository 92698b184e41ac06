"""The bar while outpainting: which frame it is, and how large the picture will be."""

from __future__ import annotations

from PySide6.QtWidgets import QLabel, QWidget

from fluxfill_studio.core.schema import Control
from fluxfill_studio.model.framing import Framing
from fluxfill_studio.model.parameters import Parameters
from fluxfill_studio.ui.options.bar_parts import MARGIN, bar_row, muted
from fluxfill_studio.ui.wording import schema_text


class OutpaintPage(QWidget):
    """Follows the framing and the picture."""

    def __init__(self, parameters: Parameters, framing: Framing) -> None:
        super().__init__()
        self._parameters = parameters
        self._framing = framing
        self._kind = muted("")
        self._name = QLabel()
        self._hint = muted("")
        self._canvas = muted(self.tr("Canvas"))
        self._size = QLabel()
        self._runs = muted("")
        row = bar_row(self, MARGIN)
        for label in (self._kind, self._name, self._hint):
            row.addWidget(label)
        row.addStretch(1)
        for label in (self._canvas, self._size, self._runs):
            row.addWidget(label)
        framing.changed.connect(self._show)
        self._show()

    def _show(self) -> None:
        framing = self._framing
        if framing.is_exact:
            self._kind.setText(self.tr("Frame"))
            self._name.setText(self.tr("Exact"))
            self._hint.setText(self.tr("drag it, or type its size"))
            template = self.tr("{width} × {height} px")
        else:
            self._kind.setText(self.tr("Preset"))
            self._name.setText(self._preset)
            self._hint.setText(
                self.tr("approximate: the service decides; drag the frame for an exact size")
            )
            template = self.tr("about {width} × {height} px")
        frame = framing.frame
        for label in (self._canvas, self._size):
            label.setVisible(frame is not None)
        if frame is not None:
            text = template.format(width=f"{frame.width:,}", height=f"{frame.height:,}")
            self._size.setText(text)
        self._runs.setVisible(framing.steps > 1)
        self._runs.setText(self.tr("in {count} runs").format(count=framing.steps))

    @property
    def _preset(self) -> str:
        parameter = self._parameters.schema.with_control(Control.COMPASS)
        value = self._parameters[parameter.name]
        return next(schema_text(c.label) for c in parameter.choices if c.value == value)
