"""What a job costs, when it is refused, and how it fails."""

from __future__ import annotations

import math
import threading
from collections.abc import Awaitable, Callable
from typing import Any

import anyio
import pytest

from fluxfill_studio.core.schema import ParameterSchema
from fluxfill_studio.sandbox.service import SandboxSettings
from tests.pictures import photograph
from tests.sandbox.conftest import (
    MASK,
    PICTURE,
    Api,
    decoded,
    disk,
    encoded,
    inpaint,
    inpaint_of,
    outpaint,
    sandbox_api,
)
from tests.sandbox.contract import conforming

pytestmark = pytest.mark.anyio

LARGE = encoded(photograph(720, 480), "JPEG")
LARGE_MASK = encoded(disk(720, 480, 200))
"""Together the work of a good part of a second."""


async def large_inpaint_of(api: Api) -> dict[str, object]:
    return inpaint(await api.upload(LARGE), await api.upload(LARGE_MASK))


async def test_credits_are_taken_at_submission(api: Api) -> None:
    body = await inpaint_of(api)
    id_ = await api.started(body)
    assert await api.credits() == 991
    await api.ended(id_)
    assert await api.credits() == 991


async def test_too_few_credits(schema: ParameterSchema) -> None:
    async with sandbox_api(schema, SandboxSettings(credits=10)) as api:
        body = await inpaint_of(api)
        await api.started(body)
        answer = await api.submit(body)
        assert answer.status_code == 402
        refusal = conforming("InsufficientCredits", answer.json())
        assert (refusal["creditsRequired"], refusal["creditsAvailable"]) == (9, 1)
        assert await api.credits() == 1


async def mask_of_another_size(api: Api) -> dict[str, object]:
    return await inpaint_of(api, mask=encoded(disk(95, 64, 10)))


async def foreign_image(api: Api) -> dict[str, object]:
    return inpaint("https://elsewhere.invalid/a.png", await api.upload(MASK))


async def foreign_mask(api: Api) -> dict[str, object]:
    image = await api.upload(PICTURE)
    return inpaint(image, image.replace("sandbox.invalid", "elsewhere.invalid"))


async def broken_image(api: Api) -> dict[str, object]:
    return outpaint(await api.upload(PICTURE[: len(PICTURE) // 2]), "Make square")


async def no_mask(api: Api) -> dict[str, object]:
    return await inpaint_of(api, mask=b"\xff\xd8\xff nothing")


@pytest.mark.parametrize(
    ("request_for", "reason"),
    [
        (mask_of_another_size, "The mask and the image must have the same size."),
        (foreign_image, "The image could not be fetched"),
        (foreign_mask, "The mask could not be fetched"),
        (broken_image, "“image”"),
        (no_mask, "“mask”"),
    ],
)
async def test_a_failed_job_gives_the_credits_back(
    api: Api, request_for: Callable[[Api], Awaitable[dict[str, object]]], reason: str
) -> None:
    job = await api.ended(await api.started(await request_for(api)))
    assert job["status"] == "FAILED"
    assert reason in job["error"]
    assert job["result"] is None
    assert await api.credits() == 1000


async def test_a_repeated_submission_is_the_same_job(api: Api) -> None:
    body = await inpaint_of(api)
    first = await api.started(body, key="k" * 255)
    assert await api.started(body, key="k" * 255) == first
    await api.ended(first)
    late = await api.submit(body, key="k" * 255)
    assert late.json() == {"jobId": first, "status": "COMPLETED"}
    assert await api.credits() == 991

    assert await api.started(body, key="another") != first
    assert await api.started(body) != first


async def test_a_key_is_bound_to_its_body_for_a_day(api: Api) -> None:
    body = await inpaint_of(api)
    changed = {**body, "prompt": "a stone"}
    first = await api.started(body, key="once")
    answer = await api.submit(changed, key="once")
    assert answer.status_code == 409
    conforming("Error", answer.json())
    api.clock.turn(hours=24)
    assert await api.started(changed, key="once") != first


async def test_a_refused_submission_leaves_the_key_free(api: Api) -> None:
    body = await inpaint_of(api)
    assert (await api.submit({**body, "model": "other"}, key="free")).status_code == 400
    await api.started(body, key="free")


@pytest.mark.parametrize("key", ["", "k" * 256])
async def test_a_key_has_1_to_255_characters(api: Api, key: str) -> None:
    answer = await api.submit(await inpaint_of(api), key=key)
    assert answer.status_code == 400
    conforming("Error", answer.json())


async def test_too_many_jobs_at_once(schema: ParameterSchema) -> None:
    async with sandbox_api(schema, SandboxSettings(max_concurrent_jobs=2)) as api:
        large = await large_inpaint_of(api)
        first, second = await api.started(large), await api.started(large, key="second")
        answer = await api.submit(large)
        assert answer.status_code == 429
        assert int(answer.headers["Retry-After"]) > 0
        conforming("Error", answer.json())
        assert await api.started(large, key="second") == second
        await api.ended(first)
        await api.started(large)
        assert await api.credits() == 1000 - 3 * 9


async def test_progress_grows_and_the_second_job_waits(api: Api) -> None:
    large = await large_inpaint_of(api)
    first, second = await api.started(large), await api.started(large)
    waiting = await api.job(second)
    assert (waiting["status"], waiting["progress"]) == ("QUEUED", 0)
    seen: list[int] = []

    def is_done(job: dict[str, Any]) -> bool:
        seen.append(job["progress"])
        return bool(job["completedAt"])

    await api.job_when(first, is_done)
    assert seen == sorted(seen)
    assert len(set(seen)) > 5


async def test_closing_ends_the_work_soon_and_gives_the_credits_back(
    schema: ParameterSchema,
) -> None:
    async with sandbox_api(schema) as api:
        large = await large_inpaint_of(api)
        first, second = await api.started(large), await api.started(large)
        await api.job_when(first, lambda job: job["progress"] >= 20)
        with anyio.fail_after(3):
            await api.sandbox.aclose()
        for id_ in (first, second):
            job = await api.job(id_)
            assert (job["status"], job["error"]) == ("FAILED", "The sandbox was closed.")
        assert await api.credits() == 1000
        answer = await api.submit(large)
        assert answer.status_code == 503
        conforming("Error", answer.json())
    assert not [t.name for t in threading.enumerate() if t.name.startswith("sandbox")]


@pytest.mark.parametrize(
    ("preset", "size"),
    [
        ("Zoom out 1.5x", (144, 96)),
        ("Zoom out 2x", (192, 128)),
        ("Make square", (96, 96)),
        ("Left outpaint", (144, 64)),
        ("Right outpaint", (144, 64)),
        ("Top outpaint", (96, 96)),
        ("Bottom outpaint", (96, 96)),
    ],
)
async def test_an_outpaint_grows_the_picture(api: Api, preset: str, size: tuple[int, int]) -> None:
    body = outpaint(await api.upload(PICTURE), preset, output_format="png")
    job = await api.ended(await api.started(body))
    result = decoded((await api.http.get(job["result"]["images"][0])).content)
    assert result.shape[1::-1] == size


async def test_the_event_loop_is_never_held_up(api: Api) -> None:
    """An upload of nearly the largest size and a whole job, with a pulse beside them."""
    picture = encoded(photograph(2000, 1400), "JPEG").ljust(24_900_000, b"\0")
    mask = encoded(disk(2000, 1400, 400))
    # A busy machine can hold any process up; what our own code does comes back every time.
    longest = math.inf
    for _ in range(3):
        pauses = await pauses_of(api, picture, mask)
        assert len(pauses) > 100
        longest = min(longest, max(pauses))
        if longest < 0.1:
            break
    assert longest < 0.1, f"the loop stood still for {1000 * longest:.0f} ms"


async def pauses_of(api: Api, picture: bytes, mask: bytes) -> list[float]:
    """Those of the event loop, in seconds, while `picture` is filled."""
    pauses: list[float] = []

    async def pulse() -> None:
        loop_time = anyio.current_time
        last = loop_time()
        while True:
            await anyio.sleep(0.001)
            now = loop_time()
            pauses.append(now - last)
            last = now

    async with anyio.create_task_group() as tasks:
        tasks.start_soon(pulse)
        body = inpaint(await api.upload(picture), await api.upload(mask))
        job = await api.ended(await api.started(body))
        await api.http.get(job["result"]["images"][0])
        tasks.cancel_scope.cancel()
    assert job["status"] == "COMPLETED"
    return pauses
