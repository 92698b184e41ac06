"""The rules of the contract without HTTP: account, uploads, submissions, and the work of jobs."""

from __future__ import annotations

import asyncio
import secrets
from collections.abc import Mapping
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from datetime import datetime, timedelta
from threading import Event

from fluxfill_studio.core.planning.outpaint import Preset
from fluxfill_studio.core.request import Mode
from fluxfill_studio.core.schema import ParameterSchema, Value
from fluxfill_studio.sandbox.refusal import (
    InsufficientCredits,
    Invalid,
    KeyReused,
    NotFound,
    ShuttingDown,
    TooManyJobs,
)
from fluxfill_studio.sandbox.render import CannotRender, Order, render
from fluxfill_studio.sandbox.store import (
    Clock,
    FileStore,
    Job,
    JobStore,
    MakeUrl,
    Status,
    StoredFile,
)

_UPLOAD_LIFETIME = timedelta(hours=1)
_RESULT_LIFETIME = timedelta(hours=24)
_KEY_LIFETIME = timedelta(hours=24)
_RETRY_AFTER = 2  # seconds
_MEDIA_TYPES = {"jpg": "image/jpeg", "png": "image/png"}


@dataclass(frozen=True)
class SandboxSettings:
    """The account of the sandbox.

    `api_key` is the key it takes; without one it takes any that begins with `afk_`.
    """

    api_key: str | None = None
    credits: int = 1000
    max_concurrent_jobs: int = 4


@dataclass(frozen=True)
class _Submission:
    """What an idempotency key was used for, and when."""

    job: Job
    body: object
    at: datetime


class Service:
    """One account. Jobs are worked on one after the other in a worker thread.

    All methods belong to one event loop. What the loop never does is decode, fill or encode.
    """

    def __init__(self, schema: ParameterSchema, settings: SandboxSettings, clock: Clock) -> None:
        self.settings = settings
        self.credits = settings.credits
        self.files = FileStore(clock)
        self.jobs = JobStore()
        self._schema = schema
        self._clock = clock
        self._submissions: dict[str, _Submission] = {}
        self._worker = ThreadPoolExecutor(max_workers=1, thread_name_prefix="sandbox")
        self._tasks: set[asyncio.Task[None]] = set()
        self._closing = Event()

    def accepts(self, api_key: str | None) -> bool:
        if self.settings.api_key is None:
            return api_key is not None and api_key.startswith("afk_")
        return api_key is not None and secrets.compare_digest(
            api_key.encode(), self.settings.api_key.encode()
        )

    def upload(self, content: bytes, make_url: MakeUrl) -> StoredFile:
        """Keep an image. Raises Invalid where it is in none of the four formats."""
        media_type = _media_type(content)
        if media_type is None:
            raise Invalid("Unsupported file type: PNG, JPEG, WebP and GIF are supported")
        return self.files.add(content, media_type, _UPLOAD_LIFETIME, make_url)

    def submit(
        self,
        params: Mapping[str, Value],
        body: object,
        idempotency_key: str | None,
        make_url: MakeUrl,
    ) -> Job:
        """Charge for a run and start it, or find the job that the same key started before.

        `params` are the valid parameters in `body`, the request as it came.
        Addresses that cannot be fetched are found out when the job begins, as a service that
        fetches would: the job fails, and the credits come back. Raises KeyReused, TooManyJobs,
        InsufficientCredits and ShuttingDown.
        """
        earlier = self._submitted_before(body, idempotency_key)
        if earlier is not None:
            return earlier
        if self._closing.is_set():
            raise ShuttingDown
        if self.jobs.running >= self.settings.max_concurrent_jobs:
            raise TooManyJobs(self.settings.max_concurrent_jobs, _RETRY_AFTER)
        cost = self._schema.credits_per_run
        if cost > self.credits:
            raise InsufficientCredits(cost, self.credits)
        self.credits -= cost
        now = self._clock()
        seed = params.get("seed", secrets.randbelow(2**31))
        job = Job(self._schema.model, {**params, "seed": seed}, cost, now)
        self.jobs.add(job)
        if idempotency_key is not None:
            self._submissions[idempotency_key] = _Submission(job, body, now)
        task = asyncio.create_task(self._run(job, make_url), name=f"sandbox job {job.id}")
        self._tasks.add(task)
        task.add_done_callback(self._ended)
        return job

    def job(self, id_: str) -> Job:
        """Raises NotFound."""
        job = self.jobs.get(id_)
        if job is None:
            raise NotFound("Job")
        return job

    async def aclose(self) -> None:
        """End the work on all jobs, which fail; returns within about a second."""
        self._closing.set()
        if self._tasks:
            await asyncio.wait(self._tasks)
        self._worker.shutdown()

    def _submitted_before(self, body: object, key: str | None) -> Job | None:
        oldest = self._clock() - _KEY_LIFETIME
        self._submissions = {k: s for k, s in self._submissions.items() if s.at > oldest}
        earlier = None if key is None else self._submissions.get(key)
        if earlier is None:
            return None
        if earlier.body != body:
            raise KeyReused
        return earlier.job

    async def _run(self, job: Job, make_url: MakeUrl) -> None:
        try:
            order = self._order(job.params)
            loop = asyncio.get_running_loop()
            content = await loop.run_in_executor(self._worker, self._render, job, order)
            media_type = _MEDIA_TYPES[order.output_format]
            result = self.files.add(content, media_type, _RESULT_LIFETIME, make_url)
            job.complete(result, self._clock())
        except CannotRender as error:
            self._give_back(job, str(error))
        except Exception:
            self._give_back(job, "Internal error")
            raise

    def _order(self, params: Mapping[str, Value]) -> Order:
        image = self._fetched("image", params)
        inpaint = Mode(params["mode"]) is Mode.INPAINT
        area = self._fetched("mask", params) if inpaint else Preset(params["outpaint"])
        output_format = str(params.get("output_format", self._schema["output_format"].default))
        # numpy seeds are not negative; Python's remainder is not either.
        return Order(image, area, output_format, int(params["seed"]) % 2**64)

    def _fetched(self, name: str, params: Mapping[str, Value]) -> bytes:
        file = self.files.at_url(str(params[name]))
        if file is None:
            raise CannotRender(f"The {name} could not be fetched: it is no upload, or has expired.")
        return file.content

    def _render(self, job: Job, order: Order) -> bytes:
        """In the worker thread."""

        def checkpoint(done: float) -> None:
            if self._closing.is_set():
                raise CannotRender("The sandbox was closed.")
            job.progress = int(100 * done)

        job.status = Status.PROCESSING
        return render(order, checkpoint)

    def _give_back(self, job: Job, error: str) -> None:
        self.credits += job.cost
        job.fail(error, self._clock())

    def _ended(self, task: asyncio.Task[None]) -> None:
        self._tasks.discard(task)
        if not task.cancelled():
            task.result()  # a bug in the work reaches the event loop's exception handler


def _media_type(content: bytes) -> str | None:
    """By the first bytes, whatever the sender declares."""
    if content.startswith(b"\x89PNG\r\n\x1a\n"):
        return "image/png"
    if content.startswith(b"\xff\xd8\xff"):
        return "image/jpeg"
    if content.startswith((b"GIF87a", b"GIF89a")):
        return "image/gif"
    if content.startswith(b"RIFF") and content[8:12] == b"WEBP":
        return "image/webp"
    return None
