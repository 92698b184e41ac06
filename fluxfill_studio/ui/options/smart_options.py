"""The options of smart select, and what becomes of what it has found."""

from __future__ import annotations

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QProgressBar, QPushButton, QWidget

from fluxfill_studio.model.canvas import CanvasModel
from fluxfill_studio.model.smart_selection import SmartSelection
from fluxfill_studio.ui.actions import Actions
from fluxfill_studio.ui.options.bar_parts import bar_row
from fluxfill_studio.ui.options.region_options import Hint, combining
from fluxfill_studio.ui.options.sliders import size_slider

_BUSY_WIDTH = 48


class SmartOptions(QWidget):
    """Until something is pointed at, how to do that; then whether it is to be kept."""

    def __init__(self, canvas: CanvasModel, selection: SmartSelection, actions: Actions) -> None:
        super().__init__()
        self._selection = selection
        self._hint = Hint("")
        self._busy = QProgressBar()
        self._busy.setRange(0, 0)
        self._busy.setTextVisible(False)
        self._busy.setFixedWidth(_BUSY_WIDTH)
        self._busy.setAccessibleName(self.tr("Smart select is at work"))
        policy = self._busy.sizePolicy()
        policy.setRetainSizeWhenHidden(True)
        self._busy.setSizePolicy(policy)
        self._apply = self._button(self.tr("Apply"), self.tr("Bring it into the mask (Enter)"))
        self._cancel = self._button(self.tr("Cancel"), self.tr("Stop, or forget it (Esc)"))
        self._apply.clicked.connect(lambda: selection.apply())
        self._cancel.clicked.connect(selection.cancel)
        row = bar_row(self)
        row.addWidget(combining(actions))
        row.addWidget(size_slider(canvas, actions))
        for button in (self._apply, self._cancel):
            row.addWidget(button)
        row.addWidget(self._hint, 1)
        row.addWidget(self._busy)
        selection.changed.connect(self._show)
        self._show()

    def _button(self, text: str, tip: str) -> QPushButton:
        button = QPushButton(text)
        button.setProperty("role", "flat")
        button.setAccessibleName(text)
        button.setToolTip(tip)
        # A click leaves the keyboard with the canvas.
        button.setFocusPolicy(Qt.FocusPolicy.TabFocus)
        return button

    def _show(self) -> None:
        selection = self._selection
        self._busy.setVisible(selection.is_busy)
        for button in (self._apply, self._cancel):
            button.setVisible(selection.is_pending)
        self._hint.setText(self._advice())

    def _advice(self) -> str:
        selection = self._selection
        if not selection.is_pending:
            return self.tr("Drag a box around an object, or Shift+drag to scribble over it")
        if not selection.is_busy and (selection.found is None or selection.found.rect.is_empty):
            return self.tr("Nothing was found; drag over what you mean")
        return self.tr("Drag over what is missing, Alt+drag over what is too much")
