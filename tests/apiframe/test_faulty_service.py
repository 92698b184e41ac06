"""The faulty service itself: the whole contract without faults, and every fault as it says."""

from __future__ import annotations

import asyncio
import io
from collections import Counter
from datetime import UTC, datetime, timedelta

import numpy as np
import pytest
from PIL import Image

from fluxfill_studio.apiframe.client import ApiframeClient
from fluxfill_studio.apiframe.network import Limits
from fluxfill_studio.apiframe.wire import JobStatus
from fluxfill_studio.core.errors import (
    GarbledAnswer,
    NoConnection,
    NotEnoughCredits,
    Redirected,
    RequestRejected,
    ResultGone,
    ServiceError,
    ServiceFault,
    TooManyRequests,
    Unreachable,
)
from fluxfill_studio.core.files.codec import decode
from fluxfill_studio.core.request import FillRequest
from fluxfill_studio.core.schema import ParameterSchema
from tests.apiframe.conftest import MakeClient
from tests.faulty_service import FaultyService, Place, Trouble
from tests.pictures import photograph
from tests.quick_account import Terms, colour_of

pytestmark = pytest.mark.anyio

IMPATIENT = Limits(read=0.1, submit_read=0.1, upload_read=0.1)


def png(width: int = 60, height: int = 40) -> bytes:
    buffer = io.BytesIO()
    Image.fromarray(photograph(width, height)).save(buffer, "PNG")
    return buffer.getvalue()


async def started(client: ApiframeClient, request: FillRequest, key: str = "k-1") -> str:
    """The id of a job that was submitted with two new uploads."""
    image, mask = [await client.upload(png(), name) for name in ("image.png", "mask.png")]
    return (await client.submit_edit(request, image.url, mask.url, key)).job_id


async def finished(client: ApiframeClient, job_id: str) -> str:
    """The address of its result."""
    while (report := await client.get_job(job_id)).result_url is None:
        assert report.status is JobStatus.PROCESSING
    return report.result_url


async def test_without_faults_it_speaks_the_contract(
    make_client: MakeClient, schema: ParameterSchema, inpaint: FillRequest
) -> None:
    began = datetime.now(UTC) - timedelta(seconds=1)
    with FaultyService(schema, terms=Terms(credits=100, polls=3)) as service:
        async with make_client(service.url) as client:
            image = await client.upload(png(), "image.png")
            mask = await client.upload(png(), "mask.png")
            made = await client.submit_edit(inpaint, image.url, mask.url, "k-1")
            again = await client.submit_edit(inpaint, image.url, mask.url, "k-1")
            url = await finished(client, made.job_id)
            picture = decode(await client.download(url), "result").pixels
            report = await client.get_job(made.job_id)
            assert await client.find_job(image.url, began) == made.job_id
            assert (await client.me()).credits == 91
            with pytest.raises(RequestRejected, match="idempotency key"):
                await client.submit_edit(inpaint, mask.url, mask.url, "k-1")
    assert again.job_id == made.job_id
    assert picture.shape == (40, 60, 3)
    assert np.abs(picture.astype(int) - colour_of({"prompt": "a blue door", "seed": 7})).max() < 4
    assert (report.progress, report.credit_cost) == (100, 9)
    assert report.seconds is not None
    assert (len(service.account.jobs), service.account.charged) == (1, 9)
    assert len(service.account.uploads) == 2
    polls = [visit for visit in service.visits if visit.job_id == made.job_id]
    assert Counter(visit.place for visit in polls) == {Place.API: 4, Place.RESULTS: 1}
    assert [visit.with_key for visit in polls].count(False) == 1


async def test_an_outpaint_is_as_large_as_its_frame(
    make_client: MakeClient, schema: ParameterSchema
) -> None:
    request = FillRequest.build(schema, {"prompt": "x", "mode": "outpaint", "output_format": "png"})
    with FaultyService(schema) as service:
        async with make_client(service.url) as client:
            image = await client.upload(png(), "image.png")
            made = await client.submit_edit(request, image.url, None, "k-1")
            data = await client.download(await finished(client, made.job_id))
    with Image.open(io.BytesIO(data)) as picture:
        assert (picture.format, picture.size) == ("PNG", (90, 60))


async def test_the_account_has_its_limits(
    make_client: MakeClient, schema: ParameterSchema, inpaint: FillRequest
) -> None:
    with FaultyService(schema, terms=Terms(credits=20, at_once=1, strict=True)) as service:
        async with make_client(service.url) as client:
            first = await started(client, inpaint)
            with pytest.raises(TooManyRequests):
                await started(client, inpaint, "k-2")
            await finished(client, first)
            await finished(client, await started(client, inpaint, "k-2"))
            with pytest.raises(NotEnoughCredits, match="9 credits, and 2"):
                await started(client, inpaint, "k-3")


async def test_jobs_that_fail_cost_nothing(
    make_client: MakeClient, schema: ParameterSchema
) -> None:
    moderated = FillRequest.build(schema, {"prompt": "fail: moderated"})
    plain = FillRequest.build(schema, {"prompt": "a door"})
    with FaultyService(schema) as service:
        async with make_client(service.url) as client:
            first = await client.get_job(await started(client, moderated))
            image = await client.upload(png(), "a.png")
            service.account.expire_uploads()
            late = await client.submit_edit(plain, image.url, image.url, "k-2")
            second = await client.get_job(late.job_id)
    assert (first.status, first.error) == (JobStatus.FAILED, "moderated")
    assert (second.status, second.error) == (
        JobStatus.FAILED,
        "The image or the mask could not be fetched",
    )
    assert service.account.charged == 0


async def test_a_key_that_is_forgotten_makes_another_job(
    make_client: MakeClient, schema: ParameterSchema, inpaint: FillRequest
) -> None:
    with FaultyService(schema) as service:
        async with make_client(service.url) as client:
            await started(client, inpaint)
            service.account.forget_keys()
            await started(client, inpaint)
    assert (len(service.account.jobs), service.account.charged) == (2, 18)


FAULTS: dict[Trouble, type[ServiceError]] = {
    Trouble.RESET: Unreachable,
    Trouble.CLOSED: Unreachable,
    Trouble.SLOW: Unreachable,
    Trouble.CUT: Unreachable,
    Trouble.GARBLED: GarbledAnswer,
    Trouble.PAGE: GarbledAnswer,
    Trouble.BUSY_SECONDS: TooManyRequests,
    Trouble.BUSY_DATE: TooManyRequests,
    Trouble.ERROR: ServiceFault,
    Trouble.BAD_GATEWAY: ServiceFault,
    Trouble.UNAVAILABLE: ServiceFault,
    Trouble.REDIRECT: Redirected,
}


@pytest.mark.parametrize(("trouble", "kind"), FAULTS.items())
async def test_every_fault_of_the_api_is_an_error_of_its_kind(
    make_client: MakeClient, schema: ParameterSchema, trouble: Trouble, kind: type[ServiceError]
) -> None:
    with FaultyService(schema, rate=1, troubles=[trouble], slow=0.3, retry_after=3) as service:
        async with make_client(service.url, limits=IMPATIENT) as client:
            for _ in range(8):
                with pytest.raises(kind) as caught:
                    await client.upload(png(), "a.png")
                assert type(caught.value) is kind
                if kind is TooManyRequests:
                    assert caught.value.retry_after == 3
    effects = [visit.after_effect for visit in service.visits]
    assert {visit.trouble for visit in service.visits} == {trouble}
    assert {visit.place for visit in service.visits} == {Place.API}
    assert any(effects) is (kind is not TooManyRequests)
    assert len(service.account.uploads) == effects.count(True)


async def test_a_wrong_label_alone_does_no_harm(
    make_client: MakeClient, schema: ParameterSchema
) -> None:
    with FaultyService(schema, rate=1, troubles=[Trouble.MISLABELLED]) as service:
        async with make_client(service.url) as client:
            taken = 0
            for _ in range(8):
                try:
                    await client.upload(png(), "a.png")
                    taken += 1
                except GarbledAnswer:
                    pass  # what came under the wrong label was not the answer either
    assert (
        taken
        == len(service.account.uploads)
        == [v.after_effect for v in service.visits].count(True)
    )


async def test_results_go_wrong_in_ways_of_their_own(
    make_client: MakeClient, schema: ParameterSchema, inpaint: FillRequest
) -> None:
    with FaultyService(schema) as service:
        async with make_client(service.url) as client:
            job_id = await started(client, inpaint)
            url = await finished(client, job_id)
            service.rate = 1
            service.troubles = [Trouble.NO_PICTURE]
            assert b"<html>" in await client.download(url)
            service.troubles = [Trouble.EXPIRED]
            with pytest.raises(ResultGone):
                await client.download(url)
            service.rate = 0
            with pytest.raises(ResultGone):
                await client.download(url)
            fresh = await finished(client, job_id)
            assert (await client.download(fresh)).startswith(b"\xff\xd8\xff")
            service.rate = 1
            service.troubles = [Trouble.REDIRECT]
            assert (await client.download(fresh)).startswith(b"\xff\xd8\xff")
    last = service.visits[-1]
    assert (last.place, last.with_key) == (Place.ELSEWHERE, False)


async def test_the_same_seed_gives_the_same_faults(
    make_client: MakeClient, schema: ParameterSchema
) -> None:
    series = []
    for seed in (1, 1, 2):
        with FaultyService(schema, rate=0.3, seed=seed, slow=0.3) as service:
            async with make_client(service.url, limits=IMPATIENT) as client:
                for _ in range(60):
                    try:
                        await client.me()
                    except ServiceError:
                        continue
        series.append([(visit.trouble, visit.after_effect) for visit in service.visits])
    assert series[0] == series[1] != series[2]
    assert 8 <= sum(trouble is not None for trouble, _ in series[0]) <= 28


async def test_nobody_answers_while_it_is_away(
    make_client: MakeClient, schema: ParameterSchema
) -> None:
    with FaultyService(schema) as service:
        async with make_client(service.url) as client:
            await client.me()
            with service.away(), pytest.raises(NoConnection):
                await client.me()
            await client.me()


async def test_many_ask_at_once(make_client: MakeClient, schema: ParameterSchema) -> None:
    with FaultyService(schema) as service:
        async with make_client(service.url) as client:
            await asyncio.gather(*[client.me() for _ in range(40)])
    assert len(service.visits) == 40
