"""Runs for the gallery, in whatever state a test needs them."""

from __future__ import annotations

from dataclasses import replace

import numpy as np

from fluxfill_studio.core.blending.compose import Blend
from fluxfill_studio.core.blending.composite import Composite
from fluxfill_studio.core.errors import FluxfillError
from fluxfill_studio.core.geometry import Rect
from fluxfill_studio.core.job import Engine, JobState
from fluxfill_studio.core.picture.source import Source
from fluxfill_studio.core.request import FillRequest
from fluxfill_studio.core.schema import ParameterSchema
from fluxfill_studio.jobs.preparing import Order, new_job, plan_run
from fluxfill_studio.model.document import Picture
from fluxfill_studio.model.gallery import Entry
from tests.pictures import photograph


def source(width: int = 300, height: int = 200, name: str = "harbour.png") -> Source:
    return Source.of(name, photograph(width, height))


def picture(width: int = 300, height: int = 200, name: str = "harbour.png") -> Picture:
    return Picture.of(source(width, height, name))


OBJECT = Rect(110, 70, 80, 60)
"""What stands out in the picture of `with_object`, with some of its ground."""


def with_object() -> Picture:
    """A picture of 300 × 200 with a red rectangle, 60 × 40, in the middle of OBJECT."""
    pixels = photograph(300, 200) // 8
    pixels[80:120, 120:180] = (220, 60, 40)
    return Picture.of(Source.of("poster.png", pixels))


def _order(
    schema: ParameterSchema,
    seed: int | None,
    engine: Engine,
    prompt: str = "a calm sea",
    on: Source | None = None,
) -> Order:
    values: dict[str, str | int] = {"prompt": prompt}
    if seed is not None:
        values["seed"] = seed
    given = on or source()
    mask = np.zeros(given.size.shape, np.uint8)
    mask[80:120, 100:150] = 255
    return Order(FillRequest.build(schema, values), plan_run(given, mask), engine)


def run(
    schema: ParameterSchema,
    number: int,
    state: JobState = JobState.WAITING,
    *,
    seed: int | None = None,
    progress: float | None = None,
    error: FluxfillError | None = None,
    charged: int | None = None,
    engine: Engine = Engine.APIFRAME,
    prompt: str = "a calm sea",
) -> Entry:
    """An entry whose job stands in `state`; without anything that comes with its end."""
    job = new_job(_order(schema, seed, engine, prompt))
    job = replace(job, state=state, progress=progress, error=error, charged=charged)
    return Entry(number, job)


def finished(
    schema: ParameterSchema,
    number: int,
    *,
    seed: int | None = None,
    charged: int | None = 9,
    engine: Engine = Engine.APIFRAME,
    on: Source | None = None,
) -> Entry:
    """An entry with its result, where `on` is given of that picture."""
    order = _order(schema, seed, engine, on=on)
    job = replace(new_job(order), state=JobState.DONE, charged=charged, seconds=14.23)
    return Entry(
        number,
        job,
        composite=Composite.of(order.inputs, [photograph(300, 200, number)], Blend()),
        thumbnail=photograph(150, 100, number),
        changed_outside=0,
    )


def outpainted(schema: ParameterSchema, number: int) -> Entry:
    """The result of a preset, as the service returned it."""
    request = FillRequest.build(schema, {"prompt": "a calm sea", "mode": "outpaint"})
    order = Order(request, plan_run(source(), None), Engine.APIFRAME)
    job = replace(new_job(order), state=JobState.DONE, charged=9, seconds=14.23)
    raw = photograph(450, 200, number)
    return Entry(
        number,
        job,
        composite=Composite.of(order.inputs, [raw], Blend()),
        thumbnail=photograph(225, 100, number),
    )
