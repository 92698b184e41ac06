"""A canvas on a picture, shown off screen, with the loop that its models need."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import pytest
from pytestqt.qtbot import QtBot

from fluxfill_studio.core.schema import ParameterSchema
from fluxfill_studio.core.source import Source
from fluxfill_studio.core.types import Pixels, Plane
from fluxfill_studio.model.canvas import CanvasModel
from fluxfill_studio.model.document import Document, Picture
from fluxfill_studio.model.generation import Parameters
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

    @property
    def picture(self) -> Picture:
        assert self.document.picture is not None
        return self.document.picture

    @property
    def mask(self) -> Plane:
        return self.picture.mask.pixels

    def show(self, pixels: Pixels) -> None:
        self.document.show(Picture.of(Source("easel", pixels)))


OnEasel = Callable[[Callable[[Easel], None]], None]


@pytest.fixture
def on_easel(qtbot: QtBot, qt_loop: QtLoop, schema: ParameterSchema, look: Look) -> OnEasel:
    """Runs a test on a canvas of 640 × 480 that shows a picture of 800 × 600."""

    async def drive(body: Callable[[Easel], None]) -> None:
        tasks = TaskOwner()
        document, model, parameters = Document(tasks), CanvasModel(), Parameters(schema)
        canvas = Canvas(document, model, parameters)
        qtbot.addWidget(canvas)
        canvas.apply_look(look)
        canvas.resize(*VIEW)
        canvas.show()
        easel = Easel(canvas, document, model, parameters)
        easel.show(photograph(800, 600))
        await acting(lambda: body(easel))
        await tasks.close()

    return lambda body: qt_loop.run(drive(body))
