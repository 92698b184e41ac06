"""The outline of the mask, whose dashes march so that it is seen on any picture."""

from __future__ import annotations

from typing import Final

from PySide6.QtCore import QTimer

from fluxfill_studio.ui.canvas.picture_view import PictureView

# Milliseconds from one step to the next.
_STEP: Final = 120


class Ants(QTimer):
    """Moves the dashes on while the view is seen; nothing runs while they do not march."""

    def __init__(self, view: PictureView) -> None:
        super().__init__(view, interval=_STEP)
        self._view = view
        self._phase = 0
        self.timeout.connect(self._step)

    def set_marching(self, is_marching: bool) -> None:
        if is_marching != self.isActive():
            self._view.march(self._phase if is_marching else None)
            if is_marching:
                self.start()
            else:
                self.stop()

    def _step(self) -> None:
        if self._view.isVisible():
            self._phase += 1
            self._view.march(self._phase)
