"""One job from intent to finished picture: upload, submit, poll, download, blend, save.

The runner owns the order of the steps and the job's states. Every step ends in a new frozen Job
that is written to the ledger before the next step begins, so a job whose process was killed goes
on with the first step that is not known to be done, and is paid for once.
"""

from __future__ import annotations

import asyncio
import time
import uuid
from collections.abc import Awaitable, Callable
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Final, TypeVar

from fluxfill_studio.apiframe.client import ApiframeClient
from fluxfill_studio.apiframe.polling import Pace
from fluxfill_studio.apiframe.retry import Retry
from fluxfill_studio.apiframe.wire import JobReport, JobStatus, failure_of
from fluxfill_studio.core.blending.composite import Outcome
from fluxfill_studio.core.errors import (
    Charge,
    FluxfillError,
    JobTookTooLong,
    RequestRejected,
    ResultGone,
    SubmissionUncertain,
)
from fluxfill_studio.core.job import Engine, Job, JobState, Upload
from fluxfill_studio.core.planning.plan import Inputs
from fluxfill_studio.core.request import Mode
from fluxfill_studio.core.types import Pixels
from fluxfill_studio.jobs.results import Making, checked, kept_results, save_wish
from fluxfill_studio.jobs.sending import image_file
from fluxfill_studio.storage.job_files import JobFiles
from fluxfill_studio.storage.ledger import Ledger
from fluxfill_studio.storage.png import encode_png

T = TypeVar("T")

# An upload is made anew when it has less than this to live: the service fetches it some time after
# the submission.
_UPLOAD_MARGIN: Final = timedelta(minutes=5)
# By so much our clock and the service's may differ.
_CLOCKS_DIFFER: Final = timedelta(hours=1)
# The service knows an idempotency key for 24 hours.
_KEY_LIFETIME: Final = timedelta(hours=24) - _CLOCKS_DIFFER
# A service that is at work for so long has lost the job. (The official SDK waits ten minutes.)
_TIME_LIMIT: Final = 3600.0
# Between two looks at a fill that is made in this process, in seconds.
_LOCAL_WAIT: Final = 0.1
# How often the service is asked for another address of the same result.
_ADDRESSES: Final = 3


def _now() -> datetime:
    return datetime.now(UTC)


class JobRunner:
    """Runs jobs of this process on one service. `sleep` and `clock` are replaced by tests only."""

    def __init__(
        self,
        client: ApiframeClient,
        ledger: Ledger,
        files: JobFiles,
        *,
        retry: Retry | None = None,
        sleep: Callable[[float], Awaitable[None]] = asyncio.sleep,
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        self._client = client
        self._ledger = ledger
        self._files = files
        self._retry = retry or Retry()
        self._sleep = sleep
        self._clock = clock

    async def run(self, job: Job, inputs: Inputs, report: Callable[[Job], None]) -> Outcome:
        """Bring `job`, which is in the ledger and this process's, to its end.

        It begins with the first step that is not done yet. `report` is told every change, on the
        event loop, after it has been recorded. A FluxfillError or a cancellation leaves the job in
        the step in which it came; it can be run again.
        """
        track = _Track(job, self._ledger, report)
        raws = await asyncio.to_thread(kept_results, job, self._files)
        making = Making(inputs, raws, job.blend)
        while track.job.next_step is not JobState.BLENDING:
            if track.job.next_step in (JobState.UPLOADING, JobState.SUBMITTING):
                await self._submit(track, making)
            making.add(await self._result(track, making))
        outcome = await self._finish(track, making)
        await track.move(JobState.DONE)
        return outcome

    async def _submit(self, track: _Track, making: Making) -> None:
        """Bring the job to the service: it has a server id afterwards."""
        # Whether a request may have arrived whose answer was lost, perhaps with its process.
        doubtful = track.job.next_step is JobState.SUBMITTING
        if doubtful:
            await track.move(JobState.SUBMITTING)
            if _now() - _sent(track.job) > _KEY_LIFETIME:
                if not await self._found(track):
                    raise SubmissionUncertain(charge=Charge.PENDING)
                return
        else:
            await self._upload(track, making)
            await track.set(replace(track.job.moved(JobState.SUBMITTING), submitted_at=_now()))

        def troubled(error: FluxfillError | None) -> None:
            nonlocal doubtful
            doubtful = doubtful or (error is not None and error.charge is Charge.PENDING)
            track.trouble(error)

        job = track.job
        mask_url = None if job.mask is None else job.mask.url
        try:
            submission = await self._retry.call(
                lambda: self._client.submit_edit(
                    job.request, _address(job.image), mask_url, job.idempotency_key
                ),
                troubled,
            )
        except FluxfillError as error:
            if error.charge is not Charge.NONE or (doubtful and await self._found(track)):
                if track.job.server_id is None:
                    raise
                return
            if isinstance(error, RequestRejected):
                # There is no job, and the key is free for the same request with new addresses.
                await track.set(track.job.unsent())
                if not _is_fresh(job.image):
                    await self._submit(track, making)
                    return
            elif not doubtful:
                await track.set(replace(job, submitted_at=None))
            raise
        await track.set(replace(track.job.moved(JobState.WAITING), server_id=submission.job_id))

    async def _found(self, track: _Track) -> bool:
        """Look for the job among those of the account, by the address of its picture."""
        job = track.job
        since = _sent(job) - _CLOCKS_DIFFER
        server_id = await self._asked(
            track, lambda: self._client.find_job(_address(job.image), since)
        )
        if server_id is not None:
            await track.set(replace(track.job.moved(JobState.WAITING), server_id=server_id))
        return server_id is not None

    async def _upload(self, track: _Track, making: Making) -> None:
        """Lay picture and mask down at the service, unless they lie there already."""
        await track.move(JobState.UPLOADING)
        plan = track.job.plan
        if not _is_fresh(track.job.image):
            name, data = await asyncio.to_thread(lambda: image_file(plan, making.source()))
            image = await self._asked(track, lambda: self._client.upload(data, name))
            await track.set(replace(track.job, image=image))
        if track.job.request.mode is Mode.INPAINT and not _is_fresh(track.job.mask):
            data = await asyncio.to_thread(lambda: encode_png(plan.mask(making.filled())))
            upload = await self._asked(track, lambda: self._client.upload(data, "mask.png"))
            await track.set(replace(track.job, mask=upload))

    async def _result(self, track: _Track, making: Making) -> Pixels:
        """What the service made of the part under way, as it came; kept from then on."""
        addresses = _ADDRESSES
        while True:
            if track.job.result_url is None:
                await self._wait(track, making)
            try:
                return await self._download(track)
            except ResultGone:
                await track.set(replace(track.job.moved(JobState.WAITING), result_url=None))
                addresses -= 1
                if not addresses:
                    raise

    async def _download(self, track: _Track) -> Pixels:
        await track.move(JobState.DOWNLOADING)
        url = track.job.result_url or ""

        async def attempt() -> tuple[bytes, Pixels]:
            data = await self._client.download(url)
            # What is no picture is fetched again: it may have been cut short on the way.
            return data, await asyncio.to_thread(checked, data)

        data, raw = await self._asked(track, attempt)
        name = await asyncio.to_thread(self._files.write_result, track.job, data)
        await track.set(track.job.with_result(name, str(uuid.uuid4())))
        return raw

    async def _wait(self, track: _Track, making: Making) -> None:
        """Ask for the job until it has ended: it has the address of a result afterwards."""
        is_new = track.job.state is JobState.WAITING and track.job.progress is None
        await track.move(JobState.WAITING)
        pace = await self._pace(track.job)
        age = max((_now() - _sent(track.job)).total_seconds(), 0.0)
        begun = self._clock() - age
        wait, remaining = pace(0.0, None) if is_new else (0.0, None)
        while True:
            track.expect(remaining)
            await self._sleep(wait)
            answer = await self._asked(track, lambda: self._client.get_job(_id(track.job)))
            elapsed = self._clock() - begun
            if answer.result_url is not None:
                seconds = elapsed if answer.seconds is None else answer.seconds
                await track.set(
                    replace(
                        track.job,
                        result_url=answer.result_url,
                        charged=_charged(track.job, answer),
                        seconds=track.job.seconds_before + seconds,
                        progress=1.0,
                        remaining=None,
                    )
                )
                return
            if answer.status in (JobStatus.FAILED, JobStatus.CANCELLED):
                await self._begin_anew(track, making, answer)
                begun, age = self._clock(), 0.0
            elif elapsed - age > _TIME_LIMIT:
                raise JobTookTooLong(minutes=round(_TIME_LIMIT / 60), charge=Charge.PENDING)
            elif answer.progress is not None:
                await track.set(replace(track.job, progress=answer.progress / 100))
            wait, remaining = pace(elapsed, track.job.progress)

    async def _pace(self, job: Job) -> Callable[[float, float | None], tuple[float, float | None]]:
        """How long to wait before a request, and how long the job will probably still take.

        By the time that has passed and the progress of its part; all in seconds. What the service
        does for the parts that follow counts as well.
        """
        if job.engine is Engine.LOCAL:
            return lambda _elapsed, _progress: (_LOCAL_WAIT, None)
        pace = await asyncio.to_thread(
            lambda: Pace(self._ledger.durations(job.engine, job.base_url))
        )
        later = len(job.plans) - job.part - 1

        def told(elapsed: float, progress: float | None) -> tuple[float, float | None]:
            expected, whole = pace.expected(elapsed, progress), pace.expected(0.0, None)
            if expected is not None and whole is not None:
                expected += later * whole
            return pace.wait(elapsed, progress), expected

        return told

    async def _begin_anew(self, track: _Track, making: Making, answer: JobReport) -> None:
        """Go on after a failure that was ours: the uploads had expired when the job began.

        Raises what the service says otherwise. A failed job is not charged, so another one under
        another key is no second payment.
        """
        expires = None if track.job.image is None else track.job.image.expires_at
        if answer.status is not JobStatus.FAILED or expires is None or expires > _now():
            raise failure_of(answer)
        anew = track.job.unsent(str(uuid.uuid4())).moved(JobState.UPLOADING)
        await track.set(anew)
        await self._submit(track, making)

    async def _finish(self, track: _Track, making: Making) -> Outcome:
        await track.move(JobState.BLENDING)
        outcome = await asyncio.to_thread(making.outcome)
        await asyncio.to_thread(self._files.write_thumbnail, track.job.id, outcome.thumbnail)
        wish = track.job.wish
        if wish is not None:
            await track.move(JobState.SAVING)
            await asyncio.to_thread(save_wish, wish, outcome)
            await track.set(replace(track.job, saved=wish.path))
        return outcome

    async def _asked(self, track: _Track, attempt: Callable[[], Awaitable[T]]) -> T:
        return await self._retry.call(attempt, track.trouble)


class _Track:
    """The job as it stands. Every change is in the ledger before anybody hears of it."""

    def __init__(self, job: Job, ledger: Ledger, report: Callable[[Job], None]) -> None:
        self.job = job
        self._ledger = ledger
        self._report = report

    async def set(self, job: Job) -> None:
        loop = asyncio.get_running_loop()
        writing = loop.run_in_executor(None, self._ledger.put, job)
        try:
            await asyncio.shield(writing)
        except asyncio.CancelledError:
            # What is being written is known to be written, or not, before the job is let go.
            await asyncio.wait([writing])
            raise
        self.job = job
        self._report(job)

    async def move(self, state: JobState) -> None:
        if self.job.state is not state:
            await self.set(self.job.moved(state))

    def trouble(self, error: FluxfillError | None) -> None:
        """Tell what a step is being repeated for; nobody needs to know it after a restart."""
        if error is not self.job.trouble:
            self.job = replace(self.job, trouble=error)
            self._report(self.job)

    def expect(self, remaining: float | None) -> None:
        """Tell how many seconds the service will probably still take; likewise."""
        if remaining is not None or self.job.remaining is not None:
            self.job = replace(self.job, remaining=remaining)
            self._report(self.job)


def _charged(job: Job, answer: JobReport) -> int | None:
    """What the job has cost with the part that the answer is about, where the service says it."""
    return None if answer.credit_cost is None else job.charged_before + answer.credit_cost


def _is_fresh(upload: Upload | None) -> bool:
    return upload is not None and upload.expires_at - _now() > _UPLOAD_MARGIN


def _address(upload: Upload | None) -> str:
    if upload is None:
        raise ValueError("a job is submitted after its uploads")
    return upload.url


def _sent(job: Job) -> datetime:
    if job.submitted_at is None:
        raise ValueError("the job has not been submitted")
    return job.submitted_at


def _id(job: Job) -> str:
    if job.server_id is None:
        raise ValueError("a job without a server id cannot be asked for")
    return job.server_id
