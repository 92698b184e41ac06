"""A picture of the view that a tool keeps, so that drawing more costs what is added."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

from PySide6.QtCore import Qt
from PySide6.QtGui import QImage, QPainter

from fluxfill_studio.core.geometry import EMPTY, Rect
from fluxfill_studio.core.view.viewport import Viewport
from fluxfill_studio.ui.canvas.frame_buffer import to_qrect


class Layer:
    """Transparent at first. What is drawn is true for one viewport and device pixel ratio.

    It is seen with an `opacity`, 0 to 1, as a whole.
    """

    def __init__(self, viewport: Viewport, ratio: float, opacity: float = 1.0) -> None:
        self._made_for = (viewport, ratio)
        self._opacity = opacity
        view = viewport.view
        self._view = Rect.of(view)
        self._image = QImage(view.width, view.height, QImage.Format.Format_ARGB32_Premultiplied)
        self._image.fill(Qt.GlobalColor.transparent)
        self.bounds = EMPTY
        """What has been drawn in, in view pixels."""

    def fits(self, viewport: Viewport, ratio: float) -> bool:
        return (viewport, ratio) == self._made_for

    @contextmanager
    def drawing(self) -> Iterator[QPainter]:
        """A painter in view pixels; `mark` is to be told where it draws."""
        painter = QPainter(self._image)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        try:
            yield painter
        finally:
            painter.end()

    def mark(self, rect: Rect) -> None:
        """Something is drawn in `rect`."""
        self.bounds = self.bounds.united(rect.intersected(self._view))

    def paint(self, painter: QPainter) -> None:
        area = to_qrect(self.bounds)
        painter.setOpacity(self._opacity)
        painter.drawImage(area, self._image, area)
        painter.setOpacity(1.0)
