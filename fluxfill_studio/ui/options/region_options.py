"""The options of the tools that select a region."""

from __future__ import annotations

from PySide6.QtCore import QCoreApplication, Qt
from PySide6.QtWidgets import QLabel, QSizePolicy, QWidget

from fluxfill_studio.model.canvas import CanvasModel
from fluxfill_studio.ui.actions import Act, Actions
from fluxfill_studio.ui.elided_label import ElidedLabel
from fluxfill_studio.ui.options.bar_parts import bar_row
from fluxfill_studio.ui.options.sliders import tolerance_slider
from fluxfill_studio.ui.segments import Segments
from fluxfill_studio.ui.switch import Switch


class Hint(ElidedLabel):
    """A quiet line about how the tool is used."""

    def __init__(self, text: str) -> None:
        super().__init__(Qt.TextElideMode.ElideRight, minimum=0)
        self.setProperty("role", "muted")
        # It takes what room is left, if any, so that a longer one moves nothing.
        self.setSizePolicy(QSizePolicy.Policy.Ignored, QSizePolicy.Policy.Preferred)
        self.setText(text)


class ShapeOptions(QWidget):
    """How the shape changes the mask, and how it is drawn."""

    def __init__(self, actions: Actions, hint: str) -> None:
        super().__init__()
        row = bar_row(self)
        row.addWidget(combining(actions))
        row.addWidget(Hint(hint), 1)


class BucketOptions(QWidget):
    """How the flooded area changes the mask, and how far it reaches."""

    def __init__(self, canvas: CanvasModel, actions: Actions) -> None:
        super().__init__()
        row = bar_row(self)
        row.addWidget(combining(actions))
        row.addWidget(tolerance_slider(canvas))
        row.addWidget(self._contiguous(actions))
        row.addStretch(1)

    def _contiguous(self, actions: Actions) -> QWidget:
        action = actions[Act.CONTIGUOUS]
        tip = self.tr("Take only what is joined to the place that is clicked on")
        switch = Switch()
        switch.setAccessibleName(action.text())
        switch.setFocusPolicy(Qt.FocusPolicy.TabFocus)
        switch.setChecked(action.isChecked())
        switch.clicked.connect(lambda: action.trigger())
        action.toggled.connect(switch.setChecked)
        label = QLabel(action.text())
        label.setProperty("role", "muted")
        result = QWidget()
        row = bar_row(result)
        row.setSpacing(6)
        for part in (label, switch):
            part.setToolTip(tip)
            row.addWidget(part)
        return result


def combining(actions: Actions) -> Segments:
    """What a region does with the mask that is there."""
    acts = (Act.ADD, Act.SUBTRACT, Act.INTERSECT)
    name = QCoreApplication.translate("ToolOptions", "Combine with the mask")
    return Segments(name, (actions[act] for act in acts), icons=True)
