"""A canvas on a picture, shown off screen, with the loop that its models need."""

from __future__ import annotations

from collections.abc import Callable, Coroutine
from dataclasses import dataclass

import pytest
from PySide6.QtCore import QPoint, QPointF
from pytestqt.qtbot import QtBot

from fluxfill_studio.core.geometry import Point
from fluxfill_studio.core.painting.mask import Mask
from fluxfill_studio.core.painting.region import Combine, Region, combine
from fluxfill_studio.core.picture.source import Source
from fluxfill_studio.core.schema import ParameterSchema
from fluxfill_studio.core.types import Pixels, Plane
from fluxfill_studio.model.canvas import CanvasModel
from fluxfill_studio.model.document import Document, Picture
from fluxfill_studio.model.flood_preview import FloodPreview
from fluxfill_studio.model.framing import Framing
from fluxfill_studio.model.parameters import Parameters
from fluxfill_studio.model.sending import Sending
from fluxfill_studio.model.smart_selection import SmartSelection
from fluxfill_studio.model.tasks import TaskOwner
from fluxfill_studio.ui.canvas.canvas import Canvas
from fluxfill_studio.ui.look import Look
from tests.pictures import photograph
from tests.qt import QtLoop, acting

VIEW = (640, 480)


@dataclass
class Easel:
    """The canvas and the models behind it."""

    canvas: Canvas
    document: Document
    model: CanvasModel
    parameters: Parameters
    framing: Framing
    sending: Sending
    flood: FloodPreview
    smart: SmartSelection

    @property
    def picture(self) -> Picture:
        assert self.document.picture is not None
        return self.document.picture

    @property
    def mask(self) -> Plane:
        return self.picture.mask.pixels

    def at(self, *places: QPoint) -> list[Point]:
        """Where widget positions are in the picture."""
        return [self.canvas.image_point(QPointF(place)) for place in places]

    def mask_after(self, *steps: tuple[Region, Combine]) -> Plane:
        """The whole mask that bringing regions into an empty one gives."""
        mask = Mask(self.picture.source.size)
        for region, how in steps:
            with mask.edit() as edit:
                combine(edit, region, how)
                edit.commit()
        return mask.pixels

    def show(self, pixels: Pixels) -> None:
        self.document.show(Picture.of(Source.of("easel", pixels)))


OnEasel = Callable[[Callable[[Easel], None]], None]
WithEasel = Callable[[Callable[[Easel], Coroutine[None, None, None]]], None]


@pytest.fixture
def with_easel(qtbot: QtBot, qt_loop: QtLoop, schema: ParameterSchema, look: Look) -> WithEasel:
    """Runs a coroutine on a canvas of 640 × 480 that shows a picture of 800 × 600.

    What turns Qt's loop is to be done in `acting`.
    """

    async def drive(body: Callable[[Easel], Coroutine[None, None, None]]) -> None:
        tasks = TaskOwner()
        document, model, parameters = Document(tasks), CanvasModel(), Parameters(schema)
        flood, smart = FloodPreview(document, tasks), SmartSelection(document, model, tasks)
        framing = Framing(document, parameters)
        sending = Sending(document, parameters, framing, tasks)
        canvas = Canvas(document, model, parameters, framing, sending, flood, smart)
        qtbot.addWidget(canvas)
        canvas.apply_look(look)
        canvas.resize(*VIEW)
        canvas.show()
        easel = Easel(canvas, document, model, parameters, framing, sending, flood, smart)
        easel.show(photograph(800, 600))
        await body(easel)
        await tasks.close()

    return lambda body: qt_loop.run(drive(body))


@pytest.fixture
def on_easel(with_easel: WithEasel) -> OnEasel:
    """Runs a function on that canvas."""

    def run(body: Callable[[Easel], None]) -> None:
        with_easel(lambda easel: acting(lambda: body(easel)))

    return run
