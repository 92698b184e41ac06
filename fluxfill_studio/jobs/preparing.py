"""From a picture and a painted mask to a job that can be run."""

from __future__ import annotations

import uuid
from dataclasses import dataclass
from datetime import UTC, datetime

import cv2
import numpy as np

from fluxfill_studio.core.blending.compose import Blend
from fluxfill_studio.core.errors import EmptyMask, NothingToExtend
from fluxfill_studio.core.geometry import Rect
from fluxfill_studio.core.job import Engine, Job, Wish
from fluxfill_studio.core.picture.source import Source
from fluxfill_studio.core.planning.areas import areas
from fluxfill_studio.core.planning.extension import Extension, extension_plan, steps
from fluxfill_studio.core.planning.plan import (
    AUTOMATIC,
    WORK_SIDE,
    Context,
    Inputs,
    Part,
    inpaint_plan,
    outpaint_plan,
)
from fluxfill_studio.core.request import FillRequest
from fluxfill_studio.core.types import Plane


@dataclass(frozen=True, eq=False)
class Order:
    """What a job is made of. `base_url` is that of the service, empty for the local engine."""

    request: FillRequest
    inputs: Inputs
    engine: Engine
    base_url: str = ""
    wish: Wish | None = None
    blend: Blend = Blend()


def plan_run(
    source: Source,
    mask: Plane | None,
    *,
    context: Context = AUTOMATIC,
    apart: bool = False,
    work_side: int = WORK_SIDE,
) -> Inputs:
    """What will be sent of `source`, with copies of the parts of `mask` that it needs.

    `mask` has the source's size, or is None for an outpaint preset. Painted areas that lie far
    apart are parts of their own where that is asked for by `apart`. Raises EmptyMask.
    """
    if mask is None:
        return Inputs(source, (Part(outpaint_plan(source.size, work_side)),))
    if mask.shape != source.size.shape:
        raise ValueError(f"mask of shape {mask.shape} for a picture of {source.size}")
    painted = areas(mask, source.size, work_side) if apart else [Rect(*cv2.boundingRect(mask))]
    if not painted:
        raise EmptyMask
    parts = []
    for area in painted:
        plan = inpaint_plan(source.size, area, work_side, context)
        own: Plane = np.zeros(plan.crop.size.shape, np.uint8)
        own[area.moved(-plan.crop.x, -plan.crop.y).slices] = mask[area.slices]
        parts.append(Part(plan, own))
    return Inputs(source, tuple(parts))


def plan_extension(source: Source, extension: Extension, *, work_side: int = WORK_SIDE) -> Inputs:
    """Likewise for the steps that extend `source`. Raises NothingToExtend and FrameTooLarge."""
    if not extension:
        raise NothingToExtend
    size, parts = source.size, []
    for step in steps(size, extension, work_side):
        parts.append(Part(extension_plan(size, step, work_side)))
        size = step.frame(size).size
    return Inputs(source, tuple(parts))


def new_job(order: Order) -> Job:
    """A job of its own: one that the service has not seen under any idempotency key.

    What it needs is not on the disk yet: `source_file` is empty.
    """
    return Job(
        str(uuid.uuid4()),
        order.request,
        tuple(part.plan for part in order.inputs.parts),
        order.engine,
        order.base_url,
        idempotency_key=str(uuid.uuid4()),
        created_at=datetime.now(UTC),
        source_name=order.inputs.source.name,
        source_file="",
        wish=order.wish,
        blend=order.blend,
    )
