"""Many jobs against a service in which nearly every third request fails, in every way."""

from __future__ import annotations

import asyncio
import sys
from pathlib import Path

import numpy as np
import pytest

from fluxfill_studio.core.job import JobState
from fluxfill_studio.core.schema import ParameterSchema
from fluxfill_studio.storage.images import read_source
from tests.faulty_service import FaultyService
from tests.jobs.desk import Desk

pytestmark = pytest.mark.anyio
_RATE = 0.3


@pytest.mark.parametrize(("count", "seed"), [(24, 1), pytest.param(200, 2, marks=pytest.mark.slow)])
async def test_every_job_ends_with_its_result_and_one_charge(
    tmp_path: Path, schema: ParameterSchema, count: int, seed: int
) -> None:
    handles, tasks = _handles(), asyncio.all_tasks()
    with FaultyService(schema, rate=_RATE, seed=seed, slow=0.5) as service:
        async with asyncio.timeout(600), Desk(tmp_path, schema, service.url, at_once=8) as desk:
            for number in range(count):
                wish = tmp_path / "out" / f"{number}.png"
                wish.parent.mkdir(exist_ok=True)
                await desk.queue.add(desk.order(wish=wish, seed=number))
            await desk.over()
            ended = [(job.state, job.error) for job in desk.jobs.values()]
            assert ended == [(JobState.DONE, None)] * count
            assert desk.most_at_once <= 8
            assert len(service.account.jobs) == count
            assert service.account.charged == count * schema.credits_per_run
            assert sum(job.charged or 0 for job in desk.jobs.values()) == service.account.charged
            seeds = {job.server_id: job.request.seed for job in desk.jobs.values()}
            for server_id, job in service.account.jobs.items():
                output = tmp_path / "out" / f"{seeds[server_id]}.png"
                picture = read_source(output).pixels
                assert tuple(int(value) for value in picture[24, 34]) == job.colour
            for outcome in desk.outcomes.values():
                assert outcome.changed_outside == 0
                outside = np.ones((64, 96), np.bool_)
                outside[20:44, 30:70] = False
                source = outcome.composite.source.pixels
                assert np.array_equal(outcome.picture.pixels[outside], source[outside])
        assert asyncio.all_tasks() == tasks
        failed = sum(visit.trouble is not None for visit in service.visits)
        assert 0.2 < failed / len(service.visits) < 0.4
        kinds = {visit.trouble for visit in service.visits if visit.trouble is not None}
        assert len(kinds) >= 12
    assert _handles() <= handles
    assert sorted(path.name for path in (tmp_path / "out").iterdir()) == sorted(
        f"{number}.png" for number in range(count)
    )


def _handles() -> int:
    """How many files and sockets this process has open, where the system tells."""
    if not sys.platform.startswith("linux"):
        return 0
    return sum(1 for _ in Path("/proc/self/fd").iterdir())
