"""From a picture and a painted mask to a job that can be run."""

from __future__ import annotations

import uuid
from dataclasses import dataclass
from datetime import UTC, datetime

from fluxfill_studio.core.job import Engine, Job, Wish
from fluxfill_studio.core.mask import Mask
from fluxfill_studio.core.plan import Inputs, Plan, inpaint_plan, outpaint_plan
from fluxfill_studio.core.request import FillRequest
from fluxfill_studio.core.source import Source
from fluxfill_studio.core.types import Plane


@dataclass(frozen=True, eq=False)
class Order:
    """What a run is made of. `base_url` is that of the service, empty for the local engine."""

    request: FillRequest
    plan: Plan
    inputs: Inputs
    engine: Engine
    base_url: str = ""
    wish: Wish | None = None


def plan_run(source: Source, mask: Plane | None) -> tuple[Plan, Inputs]:
    """What will be sent of `source`, and a copy of the part of `mask` that it needs.

    `mask` has the source's size, or is None for an outpaint. Raises EmptyMask.
    """
    if mask is None:
        return outpaint_plan(source.size), Inputs(source, None)
    plan = inpaint_plan(source.size, Mask(source.size, mask).bounds)
    return plan, Inputs(source, mask[plan.crop.slices].copy())


def new_job(order: Order) -> Job:
    """A job of its own: one that the service has not seen under any idempotency key.

    What it needs is not on the disk yet: `source_file` is empty.
    """
    return Job(
        str(uuid.uuid4()),
        order.request,
        order.plan,
        order.engine,
        order.base_url,
        idempotency_key=str(uuid.uuid4()),
        created_at=datetime.now(UTC),
        source_name=order.inputs.source.name,
        source_file="",
        wish=order.wish,
    )
