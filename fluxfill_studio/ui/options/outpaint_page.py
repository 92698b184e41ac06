"""The bar while outpainting: the direction, and about how large the picture will be."""

from __future__ import annotations

from PySide6.QtWidgets import QLabel, QWidget

from fluxfill_studio.core.outpaint import Preset, approximate_frame
from fluxfill_studio.core.schema import Control
from fluxfill_studio.model.document import Document
from fluxfill_studio.model.generation import Parameters
from fluxfill_studio.ui.options.bar_parts import MARGIN, bar_row, muted
from fluxfill_studio.ui.wording import schema_text


class OutpaintPage(QWidget):
    """Follows the preset and the picture."""

    def __init__(self, parameters: Parameters, document: Document) -> None:
        super().__init__()
        self._parameters = parameters
        self._document = document
        self._parameter = parameters.schema.with_control(Control.COMPASS)
        self._preset = QLabel()
        self._size = QLabel()
        row = bar_row(self, MARGIN)
        row.addWidget(muted(schema_text(self._parameter.label)))
        row.addWidget(self._preset)
        row.addWidget(muted(self.tr("the service decides how far the picture grows")))
        row.addStretch(1)
        row.addWidget(self._size)
        parameters.changed.connect(self._show)
        document.replaced.connect(self._show)
        self._show()

    def _show(self) -> None:
        preset = Preset(self._parameters[self._parameter.name])
        label = next(c.label for c in self._parameter.choices if c.value == preset.value)
        self._preset.setText(schema_text(label))
        picture = self._document.picture
        if picture is None:
            self._size.clear()
            return
        size = approximate_frame(preset, picture.source.size).size
        text = self.tr("about {width} × {height} px")
        self._size.setText(text.format(width=f"{size.width:,}", height=f"{size.height:,}"))
