"""Jobs from the line to their end: one after the other, stopped, resumed, failed, taken up."""

from __future__ import annotations

import asyncio
import gc
import sqlite3
import weakref
from collections.abc import AsyncIterator, Iterator
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from itertools import pairwise
from pathlib import Path

import numpy as np
import pytest

from fluxfill_studio.core.blending.composite import Outcome
from fluxfill_studio.core.errors import (
    BadAnswer,
    Charge,
    FluxfillError,
    FolderMissing,
    JobFailed,
    JobFlagged,
    JobTaken,
    LedgerBusy,
    NoConnection,
    NotEnoughCredits,
    SubmissionUncertain,
)
from fluxfill_studio.core.geometry import Rect, Size
from fluxfill_studio.core.job import TRANSITIONS, Engine, Job, JobState, Upload, Wish
from fluxfill_studio.core.picture.source import Source
from fluxfill_studio.core.planning.extension import Extension
from fluxfill_studio.core.request import FillRequest
from fluxfill_studio.core.schema import ParameterSchema
from fluxfill_studio.jobs.preparing import Order, new_job, plan_extension, plan_run
from fluxfill_studio.jobs.results import kept_outcome
from fluxfill_studio.storage.images import read_source
from fluxfill_studio.storage.ledger import Ledger
from tests.faulty_service import FaultyService, Trouble
from tests.jobs.desk import Desk
from tests.pictures import photograph
from tests.quick_account import QuickJob, Terms

pytestmark = pytest.mark.anyio

STEPS = [
    JobState.QUEUED,
    JobState.UPLOADING,
    JobState.SUBMITTING,
    JobState.WAITING,
    JobState.DOWNLOADING,
    JobState.BLENDING,
    JobState.DONE,
]


@pytest.fixture
def service(schema: ParameterSchema) -> Iterator[FaultyService]:
    with FaultyService(schema) as service:
        yield service


@pytest.fixture
async def desk(
    tmp_path: Path, schema: ParameterSchema, service: FaultyService
) -> AsyncIterator[Desk]:
    async with Desk(tmp_path, schema, service.url) as desk:
        yield desk


def only(service: FaultyService) -> QuickJob:
    """The one job that the service has made."""
    (job,) = service.account.jobs.values()
    return job


def count(service: FaultyService, method: str, path: str) -> int:
    return sum(
        (visit.method, visit.target.partition("?")[0]) == (method, path) for visit in service.visits
    )


def inside(outcome: Outcome) -> tuple[int, ...]:
    """The colour of the fill where the mask is full."""
    return tuple(int(value) for value in outcome.picture.pixels[24, 34])


async def failed(desk: Desk, order: Order) -> tuple[Job, FluxfillError]:
    job = await desk.queue.add(order)
    await desk.over()
    job = desk.jobs[job.id]
    assert job.state is JobState.FAILED
    assert job.error is not None
    # The ledger remembers it like that, and the job is anyone's.
    kept = desk.ledger.get(job.id)
    assert kept.error is not None
    assert (type(kept.error), kept.error.message) == (type(job.error), job.error.message)
    return job, job.error


async def test_an_inpaint_runs_through_and_is_recorded(desk: Desk, service: FaultyService) -> None:
    job = await desk.queue.add(desk.order())
    await desk.over()
    assert desk.states(job.id) == STEPS
    for before, after in pairwise(desk.states(job.id)):
        assert after in TRANSITIONS[before]
    outcome = desk.outcomes[job.id]
    assert outcome.changed_outside == 0
    assert inside(outcome) == only(service).colour
    kept = desk.ledger.get(job.id)
    assert (kept.state, kept.charged, kept.server_id) == (JobState.DONE, 9, only(service).id)
    assert kept.seconds is not None
    again = desk.files.load(kept)
    assert np.array_equal(again.source.pixels, outcome.composite.source.pixels)
    assert desk.files.thumbnail(job.id) is not None
    assert count(service, "POST", "/v2/uploads") == 2
    assert count(service, "POST", "/v2/images/edit") == 1


async def test_an_outpaint_sends_no_mask(desk: Desk, service: FaultyService) -> None:
    source = Source.of("harbour.png", photograph(300, 200))
    words = {"prompt": "a calm sea", "mode": "outpaint", "outpaint": "Right outpaint"}
    request = FillRequest.build(desk.schema, words)
    order = Order(request, plan_run(source, None), desk.engine, desk.base_url)
    job = await desk.queue.add(order)
    await desk.over()
    assert desk.outcomes[job.id].changed_outside is None
    assert desk.outcomes[job.id].picture.size == Size(450, 200)
    assert count(service, "POST", "/v2/uploads") == 1


async def test_no_more_run_at_once_than_may_and_the_line_can_be_changed(
    desk: Desk, service: FaultyService
) -> None:
    desk.at_once = 2
    # Nothing gets on before the line is as it is to be.
    with service.away():
        jobs = [await desk.queue.add(desk.order(seed=seed)) for seed in range(6)]
        ids = [job.id for job in jobs]
        assert desk.queue.line == ids[2:]
        await desk.queue.move(ids[5], before=ids[2])
        await desk.queue.move(ids[2], before=None)
        await desk.queue.stop(ids[3])
        assert desk.queue.line == [ids[5], ids[4], ids[2]]
        order = [job.id for job in desk.ledger.jobs() if job.id in desk.queue.line]
        assert order == desk.queue.line, "and so it is after the next start"
    await desk.over()
    assert desk.most_at_once == 2
    assert desk.jobs[ids[3]].state is JobState.STOPPED
    assert len(service.account.jobs) == 5
    begun = [job_id for job_id in desk.jobs if job_id != ids[3]]
    assert {desk.jobs[job_id].state for job_id in begun} == {JobState.DONE}
    seeds = [job.params["seed"] for job in service.account.jobs.values()]
    assert seeds[2:] == [5, 4, 2]
    await desk.queue.resume(ids[3])
    await desk.over()
    assert desk.jobs[ids[3]].state is JobState.DONE
    await desk.queue.remove(ids[3])
    assert ids[3] not in [job.id for job in desk.ledger.jobs()]


async def test_more_room_is_used_when_there_is_some(desk: Desk) -> None:
    desk.at_once = 1
    for seed in range(3):
        await desk.queue.add(desk.order(seed=seed))
    assert len(desk.queue.line) == 2
    desk.at_once = 3
    desk.queue.fill()
    assert desk.queue.line == []
    await desk.over()


async def test_a_stopped_job_goes_on_where_it_was_and_is_paid_for_once(
    desk: Desk, service: FaultyService
) -> None:
    job = await desk.queue.add(desk.order())
    await desk.reached(job.id, JobState.WAITING)
    await desk.queue.stop(job.id)
    await desk.over()
    assert desk.jobs[job.id].state is JobState.STOPPED
    assert desk.jobs[job.id].can_resume
    await desk.queue.resume(job.id)
    await desk.over()
    assert desk.jobs[job.id].state is JobState.DONE
    assert count(service, "POST", "/v2/uploads") == 2
    assert count(service, "POST", "/v2/images/edit") == 1


async def test_a_job_that_is_over_holds_no_picture(desk: Desk) -> None:
    order = desk.order(prompt="fail: out of memory")
    source = weakref.ref(order.inputs.source)
    failing = await desk.queue.add(order)
    desk.at_once = 1
    waiting = await desk.queue.add(replace(order, request=desk.order(seed=2).request))
    del order
    await desk.queue.stop(waiting.id)
    await desk.over()
    assert [desk.jobs[job.id].state for job in (failing, waiting)] == [
        JobState.FAILED,
        JobState.STOPPED,
    ]
    gc.collect()
    assert source() is None
    await desk.queue.resume(waiting.id)
    await desk.over()
    assert desk.jobs[waiting.id].state is JobState.DONE


async def test_a_job_that_is_resumed_twice_at_a_time_runs_once(
    desk: Desk, service: FaultyService
) -> None:
    desk.at_once = 2
    job = await desk.queue.add(desk.order())
    await desk.queue.stop(job.id)
    await desk.reached(job.id, JobState.STOPPED)
    await asyncio.gather(*(desk.queue.resume(job.id) for _ in range(3)))
    assert (await desk.queue.resume(job.id)).id == job.id
    await desk.over()
    assert desk.states(job.id).count(JobState.UPLOADING) == 1
    assert count(service, "POST", "/v2/images/edit") == 1


async def test_a_job_whose_window_was_closed_goes_on_at_the_next_start(
    tmp_path: Path, schema: ParameterSchema, service: FaultyService
) -> None:
    async with Desk(tmp_path, schema, service.url, at_once=1) as first:
        job = await first.queue.add(first.order(seed=1))
        waiting = await first.queue.add(first.order(seed=2))
        await first.reached(job.id, JobState.WAITING)
    async with Desk(tmp_path, schema, service.url) as second:
        recovered = await second.queue.recover()
        assert [job.id for job in recovered] == [job.id, waiting.id]
        await second.over()
        assert {job.state for job in second.jobs.values()} == {JobState.DONE}
        assert inside(second.outcomes[job.id]) != inside(second.outcomes[waiting.id])
        assert await second.queue.recover() == []
    assert service.account.charged == 18


async def test_what_another_process_works_on_is_left_to_it(
    tmp_path: Path, schema: ParameterSchema, service: FaultyService
) -> None:
    async with (
        Desk(tmp_path, schema, service.url) as first,
        Desk(tmp_path, schema, service.url) as second,
    ):
        job = await first.queue.add(first.order())
        assert await second.queue.recover() == []
        with pytest.raises(JobTaken):
            await second.queue.resume(job.id)
        await first.over()
        await second.queue.remove(job.id)
    assert service.account.charged == 9


async def test_a_job_of_the_sandbox_begins_anew_with_the_next_process(
    tmp_path: Path, schema: ParameterSchema
) -> None:
    with FaultyService(schema) as gone:
        async with Desk(tmp_path, schema, gone.url, engine=Engine.LOCAL) as first:
            job = await first.queue.add(first.order())
            await first.reached(job.id, JobState.WAITING)
    with FaultyService(schema) as fresh:
        async with Desk(tmp_path, schema, fresh.url, engine=Engine.LOCAL) as second:
            await second.queue.recover()
            await second.over()
            assert second.jobs[job.id].state is JobState.DONE
        assert len(fresh.account.jobs) == 1


@pytest.mark.parametrize(
    ("reason", "kind"),
    [("out of memory", JobFailed), ("The prompt was flagged by moderation", JobFlagged)],
)
async def test_a_job_that_the_service_fails_says_why_and_is_begun_anew(
    desk: Desk, service: FaultyService, reason: str, kind: type[FluxfillError]
) -> None:
    job, error = await failed(desk, desk.order(prompt=f"fail: {reason}"))
    assert type(error) is kind
    assert reason in error.message
    assert error.charge is Charge.NONE
    assert not job.can_resume
    again = await desk.queue.again(job.id)
    assert again.idempotency_key != job.idempotency_key
    await desk.over()
    assert len(service.account.jobs) == 2


async def test_too_few_credits_are_told_with_both_numbers_and_the_work_is_kept(
    tmp_path: Path, schema: ParameterSchema
) -> None:
    with FaultyService(schema, terms=Terms(credits=13)) as service:
        async with Desk(tmp_path, schema, service.url) as desk:
            await desk.queue.add(desk.order(seed=1))
            await desk.over()
            job, error = await failed(desk, desk.order(seed=2))
            assert isinstance(error, NotEnoughCredits)
            assert error.values == {"required": 9, "available": 4}
            assert job.can_resume
            assert desk.files.load(job).parts[0].mask is not None
    # With more credits it goes on, without another upload.
    uploads = count(service, "POST", "/v2/uploads")
    assert uploads == 4


async def test_a_lost_network_is_waited_for_and_told(desk: Desk, service: FaultyService) -> None:
    with service.away():
        job = await desk.queue.add(desk.order())
        await desk.until(lambda: desk.jobs[job.id].trouble is not None)
        assert isinstance(desk.jobs[job.id].trouble, NoConnection)
        assert desk.ledger.get(job.id).trouble is None
    await desk.over()
    assert desk.jobs[job.id].state is JobState.DONE
    assert desk.jobs[job.id].trouble is None


async def test_a_result_that_never_is_a_picture_is_charged_and_can_be_fetched_later(
    tmp_path: Path, schema: ParameterSchema
) -> None:
    with FaultyService(schema, troubles=[Trouble.PAGE]) as service:
        async with Desk(tmp_path, schema, service.url) as desk:
            job = await desk.queue.add(desk.order())
            await desk.reached(job.id, JobState.DOWNLOADING)
            service.rate = 1.0
            await desk.over()
            error = desk.jobs[job.id].error
            assert isinstance(error, BadAnswer)
            assert error.charge is Charge.CHARGED
            service.rate = 0.0
            await desk.queue.resume(job.id)
            await desk.over()
            assert desk.jobs[job.id].state is JobState.DONE
    assert service.account.charged == 9


async def test_a_picture_that_finds_no_place_is_kept_until_it_does(
    desk: Desk, service: FaultyService, tmp_path: Path
) -> None:
    output = tmp_path / "nowhere" / "out.png"
    job, error = await failed(desk, desk.order(wish=output))
    assert isinstance(error, FolderMissing)
    output.parent.mkdir()
    await desk.queue.resume(job.id)
    await desk.over()
    assert desk.jobs[job.id].saved == str(output)
    assert np.array_equal(read_source(output).pixels, desk.outcomes[job.id].picture.pixels)
    assert service.account.charged == 9


async def test_a_ledger_that_is_locked_stops_the_job_and_loses_nothing(
    tmp_path: Path, schema: ParameterSchema, service: FaultyService
) -> None:
    ledger = Ledger.open(tmp_path, schema, patience=0.05)
    async with Desk(tmp_path, schema, service.url, ledger=ledger) as desk:
        job = await desk.queue.add(desk.order())
        await desk.reached(job.id, JobState.WAITING)
        other = sqlite3.connect(tmp_path / "ledger.sqlite3", isolation_level=None)
        other.execute("BEGIN IMMEDIATE")
        await desk.over()
        error = desk.jobs[job.id].error
        assert isinstance(error, LedgerBusy)
        other.execute("ROLLBACK")
        other.close()
        await desk.queue.resume(job.id)
        await desk.over()
        assert desk.jobs[job.id].state is JobState.DONE
    assert service.account.charged == 9


def left_behind(desk: Desk, service: FaultyService, *, sent: timedelta, known: bool) -> Job:
    """A job whose process was killed while its request was out, so long ago.

    With uploads that the service does not have any more; `known` tells whether it made a job.
    """
    order = desk.order()
    past = datetime.now(UTC) - sent
    image, mask = (Upload(f"{service.url}/u/{name}", past) for name in ("image", "mask"))
    if known:
        params = order.request.params(image.url, mask.url)
        made = QuickJob("11111111-2222-3333-4444-555555555555", params, 9, Size(96, 64), past)
        service.account.jobs[made.id] = made
    job = new_job(order)
    job = replace(
        job,
        source_file=desk.files.keep(job.id, order.inputs),
        state=JobState.SUBMITTING,
        image=image,
        mask=mask,
        submitted_at=past,
    )
    desk.ledger.add(job)
    desk.ledger.release(job.id)
    return job


async def test_a_job_whose_uploads_have_expired_is_made_of_new_ones(
    desk: Desk, service: FaultyService
) -> None:
    job = left_behind(desk, service, sent=timedelta(hours=2), known=False)
    await desk.queue.resume(job.id)
    await desk.over()
    assert desk.jobs[job.id].state is JobState.DONE
    charged = [made.charged for made in service.account.jobs.values()]
    assert charged == [0, 9], "the first could not fetch its picture, and cost nothing"
    assert desk.jobs[job.id].idempotency_key != job.idempotency_key


async def test_a_request_of_long_ago_is_looked_for_and_not_sent_again(
    desk: Desk, service: FaultyService
) -> None:
    job = left_behind(desk, service, sent=timedelta(days=2), known=True)
    await desk.queue.resume(job.id)
    await desk.over()
    assert desk.jobs[job.id].state is JobState.DONE
    assert desk.jobs[job.id].server_id == only(service).id
    assert count(service, "POST", "/v2/images/edit") == 0


async def test_a_request_of_long_ago_that_is_not_found_is_left_to_the_user(
    desk: Desk, service: FaultyService
) -> None:
    job = left_behind(desk, service, sent=timedelta(days=2), known=False)
    await desk.queue.resume(job.id)
    await desk.over()
    error = desk.jobs[job.id].error
    assert isinstance(error, SubmissionUncertain)
    assert error.charge is Charge.PENDING
    assert count(service, "POST", "/v2/images/edit") == 0
    assert service.account.charged == 0


async def test_an_extension_in_steps_is_one_job_that_is_paid_for_by_the_run(
    desk: Desk, service: FaultyService, tmp_path: Path
) -> None:
    source = Source.of("harbour.png", photograph(300, 200))
    request = FillRequest.build(desk.schema, {"prompt": "a calm sea", "output_format": "png"})
    inputs = plan_extension(source, Extension(right=700), work_side=400)
    assert len(inputs.parts) == 4
    target = tmp_path / "wide.png"
    order = Order(request, inputs, desk.engine, desk.base_url, Wish(str(target), overwrite=False))
    job = await desk.queue.add(order)
    await desk.over()
    done = desk.jobs[job.id]
    assert (done.state, done.charged, len(done.results)) == (JobState.DONE, 36, 4)
    assert service.account.charged == 36
    assert count(service, "POST", "/v2/uploads") == 8
    picture = read_source(target)
    assert picture.size == Size(1000, 200)
    assert np.array_equal(picture.pixels[:, :300], source.pixels)
    kept = await asyncio.to_thread(kept_outcome, done, desk.files)
    assert np.array_equal(kept.picture.pixels, desk.outcomes[job.id].picture.pixels)


async def test_areas_far_apart_are_filled_one_after_the_other(
    desk: Desk, service: FaultyService
) -> None:
    source = Source.of("harbour.png", photograph(900, 300))
    mask = np.zeros((300, 900), np.uint8)
    mask[140:160, 30:50] = mask[140:160, 850:870] = 255
    request = FillRequest.build(desk.schema, {"prompt": "a gull", "output_format": "png"})
    inputs = plan_run(source, mask, apart=True, work_side=200)
    assert len(inputs.parts) == 2
    order = Order(request, inputs, desk.engine, desk.base_url)
    known = replace(new_job(order), plans=(inputs.parts[0].plan,), state=JobState.DONE, seconds=10)
    for number in range(20):
        desk.ledger.add(replace(known, id=str(number)))
    job = await desk.queue.add(order)
    await desk.over()
    outcome = desk.outcomes[job.id]
    assert (outcome.changed_outside, desk.jobs[job.id].charged) == (0, 18)
    told = [each for each in desk.told[job.id] if each.remaining is not None]
    first, second = (
        next(each.remaining for each in told if each.part == part) for part in range(2)
    )
    assert first is not None
    assert second is not None
    # It is told for both at first.
    assert first - second == pytest.approx(10, abs=1)
    done = desk.jobs[job.id]
    assert done.seconds is not None
    assert done.seconds > done.seconds_before > 0
    differs = (outcome.picture.pixels != source.pixels).any(axis=2)
    assert differs[145:155, 35:45].all()
    assert differs[145:155, 855:865].all()
    assert not differs[mask == 0].any()


async def test_a_job_in_parts_goes_on_with_the_part_it_was_at(
    tmp_path: Path, schema: ParameterSchema
) -> None:
    with FaultyService(schema, terms=Terms(credits=13)) as service:
        async with Desk(tmp_path, schema, service.url) as desk:
            source = Source.of("harbour.png", photograph(300, 200))
            request = FillRequest.build(schema, {"prompt": "a calm sea", "output_format": "png"})
            inputs = plan_extension(source, Extension(left=500), work_side=400)
            job, error = await failed(desk, Order(request, inputs, desk.engine, desk.base_url))
            assert isinstance(error, NotEnoughCredits)
            assert (len(job.results), job.charged, job.part) == (1, 9, 1)
            service.account.refill(100)
        # Another process has nothing in its memory.
        async with Desk(tmp_path, schema, service.url) as desk:
            await desk.queue.resume(job.id)
            await desk.over()
            assert desk.outcomes[job.id].picture.size == Size(800, 200)
            assert desk.jobs[job.id].charged == 9 * len(inputs.parts)
        assert service.account.charged == 9 * len(inputs.parts)


async def test_a_part_that_the_service_fails_is_made_again_and_those_before_are_not(
    desk: Desk, service: FaultyService
) -> None:
    source = Source.of("harbour.png", photograph(300, 200))
    request = FillRequest.build(desk.schema, {"prompt": "a calm sea", "output_format": "png"})
    inputs = plan_extension(source, Extension(left=500), work_side=400)
    assert len(inputs.parts) == 3
    job = await desk.queue.add(Order(request, inputs, desk.engine, desk.base_url))
    await desk.until(lambda: desk.jobs[job.id].part == 1)
    await desk.reached(job.id, JobState.WAITING)
    list(service.account.jobs.values())[-1].error = "out of memory"
    await desk.over()
    stopped = desk.jobs[job.id]
    assert isinstance(stopped.error, JobFailed)
    assert (stopped.part, stopped.charged, stopped.can_resume) == (1, 9, True)
    await desk.queue.resume(job.id)
    await desk.over()
    assert desk.outcomes[job.id].picture.size == Size(800, 200)
    assert desk.jobs[job.id].charged == service.account.charged == 27


async def test_every_job_keeps_what_was_painted_when_it_began(desk: Desk) -> None:
    order = desk.order()
    job = await desk.queue.add(order)
    (part,), (kept,) = order.inputs.parts, desk.files.load(desk.ledger.get(job.id)).parts
    assert part.mask is not None
    assert kept.mask is not None
    assert np.array_equal(kept.mask, part.mask)
    assert kept.plan == part.plan
    assert part.plan.crop == Rect(0, 0, 96, 64)
    await desk.over()
