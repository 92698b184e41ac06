"""Our canvas as a subject of the bench: alone in its window, or in the program's."""

from __future__ import annotations

import asyncio
from typing import Final

import numpy as np
from PySide6.QtCore import QCoreApplication, QRectF
from PySide6.QtWidgets import QWidget

from fluxfill_studio.core.geometry import Rect
from fluxfill_studio.core.picture.source import Source
from fluxfill_studio.core.types import Pixels
from fluxfill_studio.model.canvas import CanvasModel
from fluxfill_studio.model.document import Document, Picture
from fluxfill_studio.model.flood_preview import FloodPreview
from fluxfill_studio.model.framing import Framing
from fluxfill_studio.model.parameters import Parameters
from fluxfill_studio.model.sending import Sending
from fluxfill_studio.model.smart_selection import SmartSelection
from fluxfill_studio.model.tasks import TaskOwner
from fluxfill_studio.storage.paths import load_schema, resources
from fluxfill_studio.ui.canvas.canvas import Canvas
from fluxfill_studio.ui.icons import IconSet
from fluxfill_studio.ui.look import Look
from fluxfill_studio.ui.theme import DARK
from tests.bench.driver import VIEW, paint_now
from tests.qt import acting

SOFT: Final = 0.0
"""The hardness of the benchmark's brush."""


class Ours:
    """The canvas of a document. To be made on the running loop.

    `changes` are the rectangles of the mask that changed from one paint to the next.
    """

    def __init__(self, document: Document, model: CanvasModel, canvas: Canvas) -> None:
        self.document, self.model, self.canvas = document, model, canvas
        self.changes: list[list[Rect]] = [[]]
        # The program itself, and whoever waits for us.
        self._lasting = asyncio.all_tasks()
        document.mask_changed.connect(lambda rect: self.changes[-1].append(rect))

    @property
    def widget(self) -> QWidget:
        return self.canvas

    @property
    def picture(self) -> Picture:
        if self.document.picture is None:
            raise RuntimeError("no picture is open")
        return self.document.picture

    def take_brush(self, size: int) -> None:
        self.model.set_brush(size=size, hardness=SOFT)

    def place(self, scale: float | None) -> tuple[float, QRectF]:
        self.canvas.fit()
        if scale is not None:
            self.canvas.zoom_to(scale)
        viewport = self.canvas.viewport
        if viewport is None:
            raise RuntimeError("nothing is shown")
        area = viewport.visible_area
        return viewport.scale, QRectF(area.x, area.y, area.width, area.height)

    def paint(self) -> None:
        paint_now(self.canvas)
        if self.changes[-1]:
            self.changes.append([])

    @property
    def can_undo(self) -> bool:
        return self.document.can_undo

    async def undo(self) -> None:
        self.document.undo()
        await self._made()

    async def redo(self) -> None:
        self.document.redo()
        await self._made()

    async def settle(self) -> None:
        while running := asyncio.all_tasks() - self._lasting - {asyncio.current_task()}:
            await asyncio.wait(running)

    async def _made(self) -> None:
        """Wait for a change that a worker makes."""
        made: asyncio.Future[None] = asyncio.get_running_loop().create_future()
        self.document.when_settled(lambda: made.set_result(None))
        await made

    @property
    def history_bytes(self) -> int:
        return self.picture.history.byte_count

    @property
    def painted_pixels(self) -> int:
        """How many pixels of the mask are not zero."""
        return int(np.count_nonzero(self.picture.mask.pixels))


async def open_alone(tasks: TaskOwner, pixels: Pixels) -> Ours:
    """A canvas of the benchmark's size in a window of its own, on the screen."""
    folder = resources()
    document, model = Document(tasks), CanvasModel()
    flood, smart = FloodPreview(document, tasks), SmartSelection(document, model, tasks)
    parameters = Parameters(load_schema(folder))
    framing = Framing(document, parameters)
    sending = Sending(document, parameters, framing, tasks)
    canvas = Canvas(document, model, parameters, framing, sending, flood, smart)
    canvas.apply_look(Look(DARK, IconSet(folder / "icons")))
    canvas.resize(*VIEW)
    canvas.show()
    document.show(Picture.of(Source.of("bench", pixels)))
    await acting(QCoreApplication.processEvents)
    return Ours(document, model, canvas)
