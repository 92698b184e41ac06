"""One job from intent to finished fill: upload, submit, poll, download, blend.

The runner owns the order of the steps and the job's states; it knows neither window nor files.
Every step ends in a new frozen Job handed to `report`, so that whoever keeps jobs can write a
step down before the next one begins.
"""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Iterator
from dataclasses import replace
from typing import Final

from fluxfill_studio.apiframe.client import ApiframeClient
from fluxfill_studio.apiframe.wire import JobStatus, failure_of
from fluxfill_studio.core.codec import decode
from fluxfill_studio.core.compose import Fill, Outcome
from fluxfill_studio.core.errors import (
    BadAnswer,
    Charge,
    FluxfillError,
    ImageError,
    JobTookTooLong,
    RequestRejected,
)
from fluxfill_studio.core.job import Job, JobState, Uploads
from fluxfill_studio.core.plan import Inputs, Plan
from fluxfill_studio.storage.png import encode_png

# The pace of the official SDK: 2 s, growing by half up to 5 s, ten minutes in all.
_FIRST_WAIT: Final = 2.0
_LONGEST_WAIT: Final = 5.0
_GROWTH: Final = 1.5
_TIME_LIMIT: Final = 600.0


class JobRunner:
    """Runs jobs on one service. `sleep` is asyncio's, or that of a test's clock."""

    def __init__(
        self,
        client: ApiframeClient,
        *,
        sleep: Callable[[float], Awaitable[None]] = asyncio.sleep,
    ) -> None:
        self._client = client
        self._sleep = sleep

    async def run(self, job: Job, inputs: Inputs, report: Callable[[Job], None]) -> Outcome:
        """Bring `job` to its end, from its beginning or from where it failed or was stopped.

        `report` is told every change, on the event loop. Raises the FluxfillError that ended the
        job, after reporting it as FAILED; a cancellation is reported as STOPPED. Either can be
        run again: with the server id it goes on waiting, without one it uploads again and submits
        under the same idempotency key, so no run is paid for twice.
        """
        track = _Track(job, report)
        try:
            if job.server_id is None:
                await self._start(track, inputs)
            else:
                track.set(replace(job.moved(JobState.WAITING), error=None))
            url = await self._wait(track)
            track.move(JobState.DOWNLOADING)
            data = await self._client.download(url)
            track.move(JobState.BLENDING)
            outcome = await asyncio.to_thread(_blend, data, job.plan, inputs)
        except FluxfillError as error:
            track.set(replace(track.job.moved(JobState.FAILED), error=error))
            raise
        except asyncio.CancelledError:
            track.move(JobState.STOPPED)
            raise
        track.set(replace(track.job.moved(JobState.DONE), progress=1.0))
        return outcome

    async def _start(self, track: _Track, inputs: Inputs) -> None:
        """Upload the inputs, unless they lie there already, and submit."""
        track.set(replace(track.job.moved(JobState.UPLOADING), error=None))
        uploads = track.job.uploads or await self._upload(track.job.plan, inputs)
        track.set(replace(track.job.moved(JobState.SUBMITTING), uploads=uploads))
        job = track.job
        try:
            submission = await self._client.submit_edit(
                job.request, uploads.image_url, uploads.mask_url, job.idempotency_key
            )
        except RequestRejected as error:
            if error.charge is Charge.NONE:
                # Perhaps for addresses that have expired: another try makes new ones.
                track.set(replace(job, uploads=None))
            raise
        track.set(replace(job.moved(JobState.WAITING), server_id=submission.job_id))

    async def _upload(self, plan: Plan, inputs: Inputs) -> Uploads:
        image, mask = await asyncio.to_thread(_encode, plan, inputs)
        image_url = (await self._client.upload(image, "image.png")).url
        if mask is None:
            return Uploads(image_url, None)
        return Uploads(image_url, (await self._client.upload(mask, "mask.png")).url)

    async def _wait(self, track: _Track) -> str:
        """Ask for the job until it has ended; returns the address of its result."""
        server_id = track.job.server_id
        if server_id is None:
            raise ValueError("a job without a server id cannot be waited for")
        for seconds in _waits():
            await self._sleep(seconds)
            answer = await self._client.get_job(server_id)
            if answer.result_url is not None:
                track.set(replace(track.job, charged=answer.credit_cost))
                return answer.result_url
            if answer.status in (JobStatus.FAILED, JobStatus.CANCELLED):
                raise failure_of(answer)
            if answer.progress is not None:
                track.set(replace(track.job, progress=answer.progress / 100))
        raise JobTookTooLong(minutes=round(_TIME_LIMIT / 60), charge=Charge.PENDING)


class _Track:
    """The job as it stands; whoever asked for it is told of every change."""

    def __init__(self, job: Job, report: Callable[[Job], None]) -> None:
        self.job = job
        self._report = report

    def set(self, job: Job) -> None:
        self.job = job
        self._report(job)

    def move(self, state: JobState) -> None:
        self.set(self.job.moved(state))


def _waits() -> Iterator[float]:
    """The seconds to wait before each request for a job's state."""
    wait, total = _FIRST_WAIT, 0.0
    while total < _TIME_LIMIT:
        yield wait
        total += wait
        wait = min(wait * _GROWTH, _LONGEST_WAIT)


def _encode(plan: Plan, inputs: Inputs) -> tuple[bytes, bytes | None]:
    image = encode_png(plan.image(inputs.source.pixels))
    mask = None if inputs.mask is None else encode_png(plan.mask(inputs.mask))
    return image, mask


def _blend(data: bytes, plan: Plan, inputs: Inputs) -> Outcome:
    try:
        raw = decode(data, "result").pixels
    except ImageError as error:
        raise BadAnswer(reason=error.message, charge=Charge.CHARGED) from error
    fill = Fill(inputs.source, plan, inputs.mask, raw)
    picture = fill.picture()
    changed = None if inputs.mask is None else fill.changed_outside(picture)
    return Outcome(fill, picture, changed)
