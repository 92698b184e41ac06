"""Jobs are stopped in whatever moment, all at once too, and what is done stays done."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Callable, Iterator
from pathlib import Path

import pytest
from typing_extensions import override

from fluxfill_studio.core.job import Job, JobState
from fluxfill_studio.core.schema import ParameterSchema
from fluxfill_studio.storage.ledger import Ledger
from tests.faulty_service import FaultyService
from tests.jobs.desk import Desk

pytestmark = pytest.mark.anyio


@pytest.fixture
def service(schema: ParameterSchema) -> Iterator[FaultyService]:
    with FaultyService(schema) as service:
        yield service


@pytest.fixture
async def desk(
    tmp_path: Path, schema: ParameterSchema, service: FaultyService
) -> AsyncIterator[Desk]:
    async with Desk(tmp_path, schema, service.url, at_once=2) as desk:
        yield desk


def states(desk: Desk) -> list[JobState]:
    return [job.state for job in desk.ledger.jobs()]


async def test_all_that_runs_and_waits_is_stopped_and_recorded(
    desk: Desk, service: FaultyService
) -> None:
    jobs = [await desk.queue.add(desk.order(seed=seed)) for seed in range(4)]
    await desk.reached(jobs[0].id, JobState.WAITING)
    await desk.queue.stop_all()
    assert states(desk) == [JobState.STOPPED] * 4
    assert desk.queue.line == []
    made = len(service.account.jobs)
    assert 1 <= made <= 2
    for job in jobs:
        await desk.queue.resume(job.id)
    await desk.over()
    assert states(desk) == [JobState.DONE] * 4
    assert service.account.charged == 4 * desk.schema.credits_per_run


async def test_a_job_is_stopped_before_its_first_step(desk: Desk, service: FaultyService) -> None:
    job = await desk.queue.add(desk.order())
    await desk.queue.stop(job.id)
    await desk.over()
    assert states(desk) == [JobState.STOPPED]
    await desk.queue.resume(job.id)
    await desk.over()
    assert states(desk) == [JobState.DONE]


class LastMoment(Ledger):
    """Does something right after the end of a job has been recorded, and once it is let go."""

    at_the_end: Callable[[], object] = staticmethod(lambda: None)
    when_let_go: Callable[[], object] = staticmethod(lambda: None)

    @override
    def put(self, job: Job) -> None:
        super().put(job)
        if job.state is JobState.DONE:
            self.at_the_end()

    @override
    def release(self, job_id: str) -> None:
        super().release(job_id)
        self.when_let_go()


@pytest.mark.parametrize("moment", ["at_the_end", "when_let_go"])
async def test_a_job_that_is_stopped_in_its_last_moment_is_done(
    tmp_path: Path, schema: ParameterSchema, service: FaultyService, moment: str
) -> None:
    ledger = LastMoment.open(tmp_path, schema)
    async with Desk(tmp_path, schema, service.url, ledger=ledger) as desk:
        job = await desk.queue.add(desk.order())
        loop = asyncio.get_running_loop()

        def stop() -> None:
            setattr(ledger, moment, lambda: None)
            asyncio.run_coroutine_threadsafe(desk.queue.stop(job.id), loop).result(10)

        setattr(ledger, moment, stop)
        await desk.over()
        assert desk.jobs[job.id].state is ledger.get(job.id).state is JobState.DONE
        assert not ledger.is_taken(job.id)


async def test_what_another_process_has_done_meanwhile_is_left_as_it_is(
    desk: Desk, tmp_path: Path, schema: ParameterSchema, service: FaultyService
) -> None:
    job = await desk.queue.add(desk.order())
    await desk.queue.stop(job.id)
    await desk.over()
    async with Desk(tmp_path, schema, service.url) as other:
        await other.queue.resume(job.id)
        await other.over()
    known = await desk.queue.resume(job.id)
    assert known.state is desk.jobs[job.id].state is JobState.DONE
    assert desk.queue.line == []
    assert not desk.ledger.is_taken(job.id)
    assert len(service.account.jobs) == 1
