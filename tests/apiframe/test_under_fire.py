"""Client and retry together against a service of which a third of all requests fails."""

from __future__ import annotations

import asyncio
from functools import partial
from random import Random

import numpy as np
import pytest

from fluxfill_studio.apiframe.client import ApiframeClient
from fluxfill_studio.apiframe.network import Limits
from fluxfill_studio.apiframe.retry import Retry
from fluxfill_studio.core.errors import NoConnection, ResultGone, ServiceError
from fluxfill_studio.core.request import FillRequest
from fluxfill_studio.core.schema import ParameterSchema
from fluxfill_studio.core.types import Pixels
from fluxfill_studio.jobs.results import checked
from tests.apiframe.conftest import MakeClient
from tests.apiframe.test_faulty_service import finished, png
from tests.faulty_service import ALL, FaultyService, Place, Trouble
from tests.quick_account import Terms, colour_of

pytestmark = pytest.mark.anyio

RUNS = 24
IMPATIENT = Limits(read=0.3, submit_read=0.3, upload_read=0.3)


def quick(seed: int = 0) -> Retry:
    """The policy of the program, a hundred times as fast."""

    async def sleep(seconds: float) -> None:
        await asyncio.sleep(seconds / 100)

    return Retry(sleep=sleep, random=Random(seed))


async def run(
    client: ApiframeClient, retry: Retry, request: FillRequest, told: list[ServiceError | None]
) -> Pixels:
    """All steps of a run in their order, each until it succeeds."""
    image = await retry.call(lambda: client.upload(png(), "image.png"), told.append)
    mask = await retry.call(lambda: client.upload(png(), "mask.png"), told.append)
    key = f"key of {request.values['seed']}"
    made = await retry.call(
        lambda: client.submit_edit(request, image.url, mask.url, key), told.append
    )
    while True:
        url = await retry.call(lambda: finished(client, made.job_id), told.append)
        try:
            return await retry.call(partial(fetched, client, url), told.append)
        except ResultGone:
            continue  # at this address


async def fetched(client: ApiframeClient, url: str) -> Pixels:
    return checked(await client.download(url))


@pytest.mark.parametrize("strict", [False, True])
async def test_every_run_ends_with_its_own_result_and_one_charge(
    make_client: MakeClient, schema: ParameterSchema, strict: bool
) -> None:
    requests = [
        FillRequest.build(schema, {"prompt": "a door", "seed": seed}) for seed in range(RUNS)
    ]
    told: list[ServiceError | None] = []
    terms = Terms(strict=strict)
    with FaultyService(schema, rate=0.3, seed=3, slow=0.5, terms=terms) as service:
        async with make_client(service.url, limits=IMPATIENT) as client:
            retry = quick()
            results = await asyncio.gather(*[run(client, retry, r, told) for r in requests])
    for request, pixels in zip(requests, results, strict=True):
        assert pixels.shape == (40, 60, 3)
        expected = colour_of({"prompt": "a door", "seed": request.values["seed"]})
        assert np.abs(pixels.astype(int) - expected).max() < 4
    assert len(service.account.jobs) == RUNS
    assert service.account.charged == RUNS * schema.credits_per_run
    seen = {visit.trouble for visit in service.visits if visit.place is Place.API}
    assert seen == {None, *ALL} - {Trouble.EXPIRED, Trouble.NO_PICTURE}
    assert {visit.with_key for visit in service.visits if visit.place is Place.API} == {True}
    assert {visit.with_key for visit in service.visits if visit.place is not Place.API} == {False}
    assert any(error is not None for error in told)


async def test_a_network_that_is_gone_is_waited_for(
    make_client: MakeClient, schema: ParameterSchema
) -> None:
    told: list[ServiceError | None] = []
    noticed = asyncio.Event()

    def troubled(error: ServiceError | None) -> None:
        told.append(error)
        noticed.set()

    with FaultyService(schema) as service:
        async with make_client(service.url) as client:
            await client.me()
            with service.away():
                asking = asyncio.create_task(quick().call(client.me, troubled))
                await noticed.wait()
            assert (await asking).email == "a@b.example"
    assert {type(error) for error in told[:-1]} == {NoConnection}
    assert told[-1] is None
