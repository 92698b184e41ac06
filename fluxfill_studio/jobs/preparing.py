"""From a picture and a painted mask to a job that can be run."""

from __future__ import annotations

import uuid

from fluxfill_studio.core.job import Job
from fluxfill_studio.core.mask import Mask
from fluxfill_studio.core.plan import Inputs, Plan, inpaint_plan, outpaint_plan
from fluxfill_studio.core.request import FillRequest
from fluxfill_studio.core.source import Source
from fluxfill_studio.core.types import Plane


def plan_run(source: Source, mask: Plane | None) -> tuple[Plan, Inputs]:
    """What will be sent of `source`, and a copy of the part of `mask` that it needs.

    `mask` has the source's size, or is None for an outpaint. Raises EmptyMask.
    """
    if mask is None:
        return outpaint_plan(source.size), Inputs(source, None)
    plan = inpaint_plan(source.size, Mask(source.size, mask).bounds)
    return plan, Inputs(source, mask[plan.crop.slices].copy())


def new_job(request: FillRequest, plan: Plan) -> Job:
    """A job of its own: one that the service has not seen under any idempotency key."""
    return Job(str(uuid.uuid4()), request, plan, idempotency_key=str(uuid.uuid4()))
