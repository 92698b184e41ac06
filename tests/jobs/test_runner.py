"""A job from intent to fill: against the sandbox, and against a server that fails by script."""

from __future__ import annotations

import asyncio
import io
import uuid
from collections.abc import AsyncIterator
from dataclasses import dataclass, field
from itertools import pairwise

import httpx
import numpy as np
import pytest
from PIL import Image
from starlette.types import Receive, Scope, Send

from fluxfill_studio.apiframe.client import ApiframeClient
from fluxfill_studio.core.compose import Outcome, changed_where_unpainted
from fluxfill_studio.core.errors import (
    BadAnswer,
    Charge,
    FluxfillError,
    JobFailed,
    JobFlagged,
    JobTookTooLong,
    NotEnoughCredits,
    ServiceFault,
)
from fluxfill_studio.core.job import TRANSITIONS, Job, JobState
from fluxfill_studio.core.mask import Mask
from fluxfill_studio.core.plan import Inputs, Plan, inpaint_plan, outpaint_plan
from fluxfill_studio.core.request import FillRequest
from fluxfill_studio.core.schema import ParameterSchema
from fluxfill_studio.core.source import Source
from fluxfill_studio.core.types import Plane
from fluxfill_studio.jobs.runner import JobRunner
from fluxfill_studio.sandbox.server import Sandbox
from tests.apiframe.scripted_server import Reply, ScriptedServer, json_reply
from tests.pictures import photograph

pytestmark = pytest.mark.anyio

KEY = "afk_test"
JOB_ID = "b2c3d4e5-f6a7-8901-bcde-f23456789012"


class CountingApp:
    """The sandbox's application, with the requests that reached it counted."""

    def __init__(self, sandbox: Sandbox) -> None:
        self._app = sandbox.app
        self.requests: list[str] = []

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        self.requests.append(f"{scope['method']} {scope['path']}")
        await self._app(scope, receive, send)

    def count(self, request: str) -> int:
        return self.requests.count(request)


@dataclass
class Bench:
    """A sandbox, a client of it, and what was reported."""

    schema: ParameterSchema
    app: CountingApp
    client: ApiframeClient
    reports: list[Job] = field(default_factory=list)
    waits: list[float] = field(default_factory=list)

    def runner(self) -> JobRunner:
        return JobRunner(self.client, sleep=self._sleep)

    async def run(self, job: Job, inputs: Inputs) -> Outcome:
        return await self.runner().run(job, inputs, self.reports.append)

    @property
    def states(self) -> list[JobState]:
        """The states in order, without repeats."""
        states = [job.state for job in self.reports]
        return [s for i, s in enumerate(states) if i == 0 or states[i - 1] is not s]

    async def _sleep(self, seconds: float) -> None:
        """Note what was asked for, and wait a fiftieth of it: the sandbox works in real time."""
        self.waits.append(seconds)
        await asyncio.sleep(seconds / 50)


@pytest.fixture
async def bench(schema: ParameterSchema) -> AsyncIterator[Bench]:
    sandbox = Sandbox(schema)
    app = CountingApp(sandbox)
    transport = httpx.ASGITransport(app=app)
    client = ApiframeClient(schema, base_url="http://sandbox.invalid", key=KEY, transport=transport)
    yield Bench(schema, app, client)
    await client.aclose()
    await sandbox.aclose()


@pytest.fixture
async def server() -> AsyncIterator[ScriptedServer]:
    async with ScriptedServer() as scripted:
        yield scripted


def make_job(schema: ParameterSchema, plan: Plan, **values: str) -> Job:
    request = FillRequest.build(schema, {"prompt": "a calm sea", "output_format": "png", **values})
    return Job(str(uuid.uuid4()), request, plan, idempotency_key=str(uuid.uuid4()))


def inpaint(width: int = 400, height: int = 300) -> tuple[Inputs, Plan, Plane]:
    """A source with a soft-edged square painted in it."""
    source = Source("photograph.png", photograph(width, height))
    mask = np.zeros((height, width), np.uint8)
    mask[100:160, 150:260] = 90
    mask[110:150, 160:250] = 255
    plan = inpaint_plan(source.size, Mask(source.size, mask).bounds)
    return Inputs(source, mask[plan.crop.slices].copy()), plan, mask


async def test_an_inpaint_runs_through_and_changes_only_what_was_painted(bench: Bench) -> None:
    inputs, plan, mask = inpaint()
    outcome = await bench.run(make_job(bench.schema, plan), inputs)
    assert bench.states == [
        JobState.UPLOADING,
        JobState.SUBMITTING,
        JobState.WAITING,
        JobState.DOWNLOADING,
        JobState.BLENDING,
        JobState.DONE,
    ]
    assert outcome.picture.shape == inputs.source.pixels.shape
    assert outcome.changed_outside == 0
    assert changed_where_unpainted(inputs.source.pixels, outcome.picture, mask) == 0
    inside = mask == 255
    assert (outcome.picture[inside] != inputs.source.pixels[inside]).any()
    assert bench.reports[-1].charged == bench.schema.credits_per_run
    assert bench.app.count("POST /v2/uploads") == 2
    assert bench.app.count("POST /v2/images/edit") == 1


async def test_an_outpaint_sends_no_mask_and_is_shown_as_it_came(bench: Bench) -> None:
    source = Source("photograph.png", photograph(300, 200))
    job = make_job(
        bench.schema, outpaint_plan(source.size), mode="outpaint", outpaint="Right outpaint"
    )
    outcome = await bench.run(job, Inputs(source, None))
    assert outcome.changed_outside is None
    assert outcome.picture is outcome.fill.raw
    assert outcome.picture.shape == (200, 450, 3)
    assert bench.app.count("POST /v2/uploads") == 1


async def test_waits_grow_as_those_of_the_official_sdk(
    schema: ParameterSchema, server: ScriptedServer
) -> None:
    inputs, plan, _ = inpaint()
    server.replies = [*submission(), *[json_reply(200, job_body("PROCESSING"))] * 200]
    waits: list[float] = []

    async def sleep(seconds: float) -> None:
        waits.append(seconds)

    reports: list[Job] = []
    async with ApiframeClient(schema, base_url=server.url, key=KEY) as client:
        runner, job = JobRunner(client, sleep=sleep), make_job(schema, plan)
        with pytest.raises(JobTookTooLong) as caught:
            await runner.run(job, inputs, reports.append)
    assert waits[:5] == [2, 3, 4.5, 5, 5]
    assert 595 <= sum(waits) <= 605
    assert caught.value.charge is Charge.PENDING
    assert reports[-1].can_resume


async def test_a_stopped_job_goes_on_where_it_was_and_is_paid_for_once(bench: Bench) -> None:
    inputs, plan, _ = inpaint()
    waiting = asyncio.Event()

    def report(job: Job) -> None:
        bench.reports.append(job)
        if job.state is JobState.WAITING:
            waiting.set()

    runner = bench.runner()
    task = asyncio.create_task(runner.run(make_job(bench.schema, plan), inputs, report))
    await waiting.wait()
    task.cancel()
    with pytest.raises(asyncio.CancelledError):
        await task
    stopped = bench.reports[-1]
    assert stopped.state is JobState.STOPPED
    assert stopped.can_resume
    outcome = await runner.run(stopped, inputs, bench.reports.append)
    assert outcome.changed_outside == 0
    assert bench.app.count("POST /v2/images/edit") == 1
    assert bench.app.count("POST /v2/uploads") == 2


async def test_a_job_that_failed_before_its_submission_goes_on_under_the_same_key(
    schema: ParameterSchema, server: ScriptedServer
) -> None:
    inputs, plan, _ = inpaint()
    uploaded = json_reply(201, upload_body())
    server.replies = [uploaded, uploaded, json_reply(503, {"error": "No available capacity"})]
    reports: list[Job] = []
    async with ApiframeClient(schema, base_url=server.url, key=KEY) as client:
        runner = JobRunner(client, sleep=at_once)
        with pytest.raises(ServiceFault):
            await runner.run(make_job(schema, plan), inputs, reports.append)
        failed = reports[-1]
        assert failed.can_resume
        server.replies = [submission()[-1], *completion(server, png(40, 30))]
        await runner.run(failed, inputs, reports.append)
    edits = [r for r in server.requests if r.target.endswith("/v2/images/edit")]
    assert len(edits) == 2
    assert {edit.headers["idempotency-key"] for edit in edits} == {failed.idempotency_key}
    # The very same body: with another one the service would take the key for a mistake.
    assert edits[0].body == edits[1].body


async def test_rejected_addresses_are_made_anew(
    schema: ParameterSchema, server: ScriptedServer
) -> None:
    inputs, plan, _ = inpaint()
    uploaded = json_reply(201, upload_body())
    expired = json_reply(400, {"error": "image has expired"})
    replies = [uploaded, uploaded, expired, expired]
    reports, _ = await run_to_error(schema, server, replies, inputs, plan)
    server.replies = [*submission(), *completion(server, png(40, 30))]
    async with ApiframeClient(schema, base_url=server.url, key=KEY) as client:
        await JobRunner(client, sleep=at_once).run(reports[-1], inputs, reports.append)
    assert reports[-1].state is JobState.DONE


@pytest.mark.parametrize(
    ("error", "expected"),
    [("out of memory", JobFailed), ("The prompt was flagged by moderation", JobFlagged)],
)
async def test_a_job_that_the_service_fails_says_why_and_is_not_resumed(
    schema: ParameterSchema,
    server: ScriptedServer,
    error: str,
    expected: type[FluxfillError],
) -> None:
    inputs, plan, _ = inpaint()
    failed = json_reply(200, job_body("FAILED", error=error))
    reports, caught = await run_to_error(schema, server, [*submission(), failed], inputs, plan)
    assert type(caught) is expected
    assert error in caught.message
    assert caught.charge is Charge.NONE
    assert not reports[-1].can_resume


async def test_too_few_credits_are_told_with_both_numbers(
    schema: ParameterSchema, server: ScriptedServer
) -> None:
    inputs, plan, _ = inpaint()
    uploaded = json_reply(201, upload_body())
    body = {"error": "Insufficient credits", "creditsRequired": 9, "creditsAvailable": 4}
    replies = [uploaded, uploaded, json_reply(402, body)]
    reports, caught = await run_to_error(schema, server, replies, inputs, plan)
    assert isinstance(caught, NotEnoughCredits)
    assert caught.values == {"required": 9, "available": 4}
    assert reports[-1].state is JobState.FAILED


@pytest.mark.parametrize("data", [b"", b"<html>gone</html>", None])
async def test_a_result_that_is_no_picture_is_said_to_be_charged_and_can_be_fetched_again(
    schema: ParameterSchema, server: ScriptedServer, data: bytes | None
) -> None:
    inputs, plan, _ = inpaint()
    broken = png(300, 200)[:500] if data is None else data
    replies = [*submission(), *completion(server, broken)]
    reports, caught = await run_to_error(schema, server, replies, inputs, plan)
    assert isinstance(caught, BadAnswer)
    assert caught.charge is Charge.CHARGED
    assert reports[-1].can_resume
    server.replies = completion(server, png(300, 200))
    async with ApiframeClient(schema, base_url=server.url, key=KEY) as client:
        runner = JobRunner(client, sleep=at_once)
        outcome = await runner.run(reports[-1], inputs, reports.append)
    assert outcome.changed_outside == 0


async def test_a_completed_job_without_a_result_is_a_bad_answer(
    schema: ParameterSchema, server: ScriptedServer
) -> None:
    inputs, plan, _ = inpaint()
    replies = [*submission(), json_reply(200, job_body("COMPLETED"))]
    _, caught = await run_to_error(schema, server, replies, inputs, plan)
    assert isinstance(caught, BadAnswer)


async def test_every_step_that_was_reported_is_in_the_table(bench: Bench) -> None:
    inputs, plan, _ = inpaint()
    job = make_job(bench.schema, plan)
    await bench.run(job, inputs)
    states = [job.state, *bench.states]
    for before, after in pairwise(states):
        assert after in TRANSITIONS[before]


async def at_once(_: float) -> None:
    """No waiting, but the loop gets its turn."""
    await asyncio.sleep(0)


async def run_to_error(
    schema: ParameterSchema,
    server: ScriptedServer,
    replies: list[Reply],
    inputs: Inputs,
    plan: Plan,
) -> tuple[list[Job], FluxfillError]:
    server.replies = replies
    reports: list[Job] = []
    async with ApiframeClient(schema, base_url=server.url, key=KEY) as client:
        runner, job = JobRunner(client, sleep=at_once), make_job(schema, plan)
        with pytest.raises(FluxfillError) as caught:
            await runner.run(job, inputs, reports.append)
    assert reports[-1].state is JobState.FAILED
    assert reports[-1].error is caught.value
    return reports, caught.value


def upload_body() -> dict[str, object]:
    return {
        "id": str(uuid.uuid4()),
        "url": "https://cdn.invalid/upload.png",
        "kind": "image",
        "contentType": "image/png",
        "byteSize": 10,
        "expiresAt": "2030-01-01T00:00:00Z",
    }


def job_body(status: str, **changes: object) -> dict[str, object]:
    return {
        "id": JOB_ID,
        "status": status,
        "model": "flux-fill-pro",
        "progress": 50,
        "result": None,
        "error": None,
        "creditCost": 9,
        "webhookStatus": None,
        "createdAt": "2026-01-01T00:00:00Z",
        "completedAt": None,
    } | changes


def submission() -> list[Reply]:
    """The answers to the two uploads and to the edit call."""
    uploaded = json_reply(201, upload_body())
    return [uploaded, uploaded, json_reply(202, {"jobId": JOB_ID, "status": "QUEUED"})]


def completion(server: ScriptedServer, data: bytes) -> list[Reply]:
    """The answers to one question for the state and to the download."""
    done = job_body("COMPLETED", result={"images": [f"{server.url}/result.png"]})
    return [json_reply(200, done), Reply(200, data, {"Content-Type": "image/png"})]


def png(width: int, height: int) -> bytes:
    buffer = io.BytesIO()
    Image.fromarray(photograph(width, height, seed=7)).save(buffer, "PNG")
    return buffer.getvalue()
