"""Runs for the gallery, in whatever state a test needs them."""

from __future__ import annotations

from dataclasses import replace

import numpy as np

from fluxfill_studio.core.compose import Fill
from fluxfill_studio.core.errors import FluxfillError
from fluxfill_studio.core.geometry import Rect
from fluxfill_studio.core.job import Engine, JobState
from fluxfill_studio.core.request import FillRequest
from fluxfill_studio.core.schema import ParameterSchema
from fluxfill_studio.core.source import Source
from fluxfill_studio.jobs.preparing import Order, new_job, plan_run
from fluxfill_studio.model.document import Picture
from fluxfill_studio.model.gallery import Entry
from tests.pictures import photograph


def source(width: int = 300, height: int = 200, name: str = "harbour.png") -> Source:
    return Source(name, photograph(width, height))


def picture(width: int = 300, height: int = 200, name: str = "harbour.png") -> Picture:
    return Picture.of(source(width, height, name))


OBJECT = Rect(110, 70, 80, 60)
"""What stands out in the picture of `with_object`, with some of its ground."""


def with_object() -> Picture:
    """A picture of 300 × 200 with a red rectangle, 60 × 40, in the middle of OBJECT."""
    pixels = photograph(300, 200) // 8
    pixels[80:120, 120:180] = (220, 60, 40)
    return Picture.of(Source("poster.png", pixels))


def _order(
    schema: ParameterSchema, seed: int | None, engine: Engine, prompt: str = "a calm sea"
) -> Order:
    values: dict[str, str | int] = {"prompt": prompt}
    if seed is not None:
        values["seed"] = seed
    mask = np.zeros((200, 300), np.uint8)
    mask[80:120, 100:150] = 255
    plan, inputs = plan_run(source(), mask)
    return Order(FillRequest.build(schema, values), plan, inputs, engine)


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
) -> Entry:
    """An entry with its result."""
    order = _order(schema, seed, engine)
    job = replace(new_job(order), state=JobState.DONE, charged=charged, seconds=14.23)
    return Entry(
        number,
        job,
        fill=Fill(order.inputs.source, order.plan, order.inputs.mask, photograph(300, 200, number)),
        thumbnail=photograph(150, 100, number),
        changed_outside=0,
    )
