"""napari under the same driver: a labels layer over a photograph, painted in napari's own window.

Run by `peers.py` with the interpreter of an environment in which napari is installed, on an X
server: `napari_subject.py PICTURE`. Prints, as JSON, a list of what `measure_cases` gives. It
knows nothing of the program but the driver.

napari draws through OpenGL, which without a GPU is Mesa's software renderer; its CPU time counts,
as ours does.
"""

from __future__ import annotations

import asyncio
import json
import sys
from collections.abc import Iterable
from dataclasses import asdict
from pathlib import Path
from typing import Any

sys.path.insert(0, str(Path(__file__).resolve().parents[2]))

import napari  # type: ignore[import-not-found]
import numpy as np
from PIL import Image
from PySide6.QtCore import QCoreApplication, QRectF
from PySide6.QtWidgets import QWidget

from tests.bench.driver import VIEW, measure_cases


class Napari:
    """A viewer whose canvas has the benchmark's size, with the brush in hand."""

    def __init__(self, picture: Path) -> None:
        pixels = np.asarray(Image.open(picture))
        self._height, self._width = pixels.shape[:2]
        self._viewer = napari.Viewer()
        self._viewer.add_image(pixels, rgb=True)
        self._labels = self._viewer.add_labels(np.zeros(pixels.shape[:2], np.uint8))
        self._labels.mode = "paint"
        # There is no public way to the widget that is painted on.
        self._canvas: QWidget = self._viewer.window._qt_viewer.canvas.native
        self.paint()
        window = self._canvas.window()
        # Its bars change their height with the first.
        for _ in range(2):
            window.resize(
                window.width() + VIEW[0] - self._canvas.width(),
                window.height() + VIEW[1] - self._canvas.height(),
            )
            self.paint()
        if (self._canvas.width(), self._canvas.height()) != VIEW:
            raise RuntimeError(f"the canvas has taken the size {self._canvas.size()}")

    @property
    def widget(self) -> QWidget:
        return self._canvas

    def take_brush(self, size: int) -> None:
        self._labels.brush_size = size

    def place(self, scale: float | None) -> tuple[float, QRectF]:
        self._viewer.reset_view()
        camera = self._viewer.camera
        if scale is not None:
            camera.zoom = scale
        width, height = self._width * camera.zoom, self._height * camera.zoom
        view = QRectF(self._canvas.rect())
        area = QRectF(0, 0, width, height)
        area.moveCenter(view.center())
        return camera.zoom, area.intersected(view)

    def paint(self) -> None:
        # It holds moves back by a timer, so the loop has to be turned.
        QCoreApplication.processEvents()

    @property
    def can_undo(self) -> bool:
        return bool(self._labels._undo_history)

    async def undo(self) -> None:
        self._labels.undo()

    async def redo(self) -> None:
        self._labels.redo()

    async def settle(self) -> None:
        self.paint()

    @property
    def history_bytes(self) -> int:
        return _array_bytes([*self._labels._undo_history, *self._labels._redo_history])


def _array_bytes(value: Any) -> int:
    """What the arrays in nested tuples and lists take."""
    if isinstance(value, np.ndarray):
        return value.nbytes
    return sum(map(_array_bytes, value)) if isinstance(value, Iterable) else 0


def main() -> None:
    times = asyncio.run(measure_cases(Napari(Path(sys.argv[1]))))
    print(json.dumps([(case, asdict(stroke)) for case, stroke in times.items()]))


if __name__ == "__main__":
    main()
