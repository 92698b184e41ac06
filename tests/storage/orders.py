"""Jobs and their inputs, for tests that keep them."""

from __future__ import annotations

from contextlib import closing
from datetime import UTC, datetime
from pathlib import Path
from typing import Any
from uuid import uuid4

import numpy as np

from fluxfill_studio.core.geometry import Rect, Size
from fluxfill_studio.core.job import Engine, Job, JobState
from fluxfill_studio.core.picture.source import Source
from fluxfill_studio.core.planning.plan import Inputs, Part, Plan
from fluxfill_studio.core.request import FillRequest
from fluxfill_studio.core.schema import ParameterSchema
from fluxfill_studio.storage.ledger import Ledger

CROP = Rect(4, 2, 40, 30)
PLAN = Plan(CROP, Size(40, 30))


def new_job(schema: ParameterSchema, job_id: str, **facts: Any) -> Job:
    """An inpaint job that was just ordered, with other `facts` where they are given."""
    given = {
        "request": FillRequest.build(schema, {"prompt": "a blue door"}),
        "plans": (PLAN,),
        "engine": Engine.APIFRAME,
        "base_url": "https://service.invalid",
        "idempotency_key": f"key of {job_id}",
        "created_at": datetime(2026, 7, 1, 12, 30, tzinfo=UTC),
        "source_name": "photo.png",
        "source_file": "none",
    }
    return Job(job_id, **{**given, **facts})


def teach(folder: Path, schema: ParameterSchema, base_url: str) -> None:
    """Leave a ledger that knows that jobs take a moment there, so that they are asked for soon."""
    with closing(Ledger.open(folder, schema)) as ledger:
        for number in range(20):
            job_id, seconds = str(uuid4()), 0.2 + 0.1 * number
            facts = {"base_url": base_url, "state": JobState.DONE, "seconds": seconds}
            ledger.add(new_job(schema, job_id, **facts))
            ledger.remove(job_id)


def painted(source: Source) -> Inputs:
    """The inputs of such a job."""
    rng = np.random.default_rng(1)
    return Inputs(source, (Part(PLAN, rng.integers(0, 256, CROP.size.shape, dtype=np.uint8)),))
