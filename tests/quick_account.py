"""The contract of the service, in memory and fast: a fill is one colour, made at once.

What `faulty_service` puts behind a socket. Requests are held against the rules of the sandbox.
"""

from __future__ import annotations

import io
import zlib
from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from functools import lru_cache
from urllib.parse import parse_qs, urlsplit
from uuid import uuid4

from PIL import Image, UnidentifiedImageError

from fluxfill_studio.core.geometry import Size
from fluxfill_studio.core.picture.scaling import fitting
from fluxfill_studio.core.planning.outpaint import Preset, approximate_frame
from fluxfill_studio.core.schema import ParameterSchema, Value
from fluxfill_studio.sandbox.refusal import (
    InsufficientCredits,
    Invalid,
    KeyReused,
    NotFound,
    Refusal,
    TooManyJobs,
    Unauthorized,
)
from fluxfill_studio.sandbox.render import LONG_SIDE
from fluxfill_studio.sandbox.validation import edit_parameters
from tests.apiframe.scripted_server import Recorded, Reply, json_reply

Colour = tuple[int, int, int]
Painter = Callable[[bytes, bytes | None, Mapping[str, Value]], bytes]
"""Makes the file of a result: of the uploaded image and mask, and the parameters."""


@dataclass(frozen=True)
class Terms:
    """What the account allows and how the service works.

    A job is done when it has been asked for `polls` times and `seconds` have passed. `strict` is
    the service that takes the documented form of an edit only. `painter` makes the results of
    what was uploaded; without one each is of one colour.
    """

    credits: int = 1_000_000
    at_once: int | None = None
    polls: int = 2
    seconds: float = 0.0
    upload_life: timedelta = timedelta(hours=1)
    strict: bool = False
    painter: Painter | None = None


@dataclass
class QuickJob:
    """A job as the service keeps it. `address` counts the addresses its result has had."""

    id: str
    params: Mapping[str, Value]
    cost: int
    size: Size | None
    created_at: datetime
    asked: int = 0
    completed_at: datetime | None = None
    error: str | None = None
    address: int = 1

    @property
    def colour(self) -> Colour:
        return colour_of(self.params)

    @property
    def charged(self) -> int:
        """Credits taken and not given back."""
        return self.cost if self.error is None else 0


def colour_of(params: Mapping[str, Value]) -> Colour:
    """Of the fill that prompt and seed give: tells which job a result belongs to."""
    code = zlib.crc32(f"{params['prompt']} {params.get('seed')}".encode())
    return code & 255, code >> 8 & 255, code >> 16 & 255


@lru_cache(maxsize=64)
def picture(size: Size, colour: Colour, output_format: str) -> bytes:
    """The encoded fill."""
    buffer = io.BytesIO()
    image = Image.new("RGB", (size.width, size.height), colour)
    image.save(buffer, "PNG" if output_format == "png" else "JPEG", quality=95)
    return buffer.getvalue()


class QuickAccount:
    """One account. A prompt that begins with `fail:` makes a job that fails for what follows."""

    def __init__(self, schema: ParameterSchema, terms: Terms, files_url: Callable[[], str]) -> None:
        self.jobs: dict[str, QuickJob] = {}
        self.uploads: dict[str, tuple[Size, datetime]] = {}
        self.contents: dict[str, bytes] = {}
        self._schema = schema
        self._terms = terms
        self._files_url = files_url
        self._keys: dict[str, tuple[object, str]] = {}
        self._routes: dict[str, Callable[[Recorded], Reply]] = {
            "GET /v2/me": self._me,
            "POST /v2/uploads": self._upload,
            "POST /v2/images/edit": self._edit,
            "GET /v2/jobs": self._list,
        }

    @property
    def charged(self) -> int:
        """Credits taken and not given back."""
        return sum(job.charged for job in self.jobs.values())

    def forget_keys(self) -> None:
        """As if a day had passed: no idempotency key is known any more."""
        self._keys.clear()

    def refill(self, bought: int) -> None:
        """As if so many had been bought."""
        self._terms = replace(self._terms, credits=self._terms.credits + bought)

    def expire_uploads(self) -> None:
        """As if their time had passed."""
        past = datetime.now(UTC) - timedelta(seconds=1)
        self.uploads = {url: (size, past) for url, (size, _) in self.uploads.items()}

    def answer(self, request: Recorded) -> Reply:
        """The answer of the API to a request, and its effect."""
        path = urlsplit(request.target).path
        try:
            if not request.headers.get("x-api-key", "").startswith("afk_"):
                raise Unauthorized
            route = self._routes.get(f"{request.method} {path}", self._job)
            return route(request)
        except Refusal as refusal:
            return json_reply(refusal.status, refusal.body, **refusal.headers)

    def result(self, target: str) -> Reply:
        """The answer at the address of a result."""
        job = self.job_of(target)
        if job is None or job.size is None or f"/{job.address}." not in target:
            return Reply(403, b"<Error><Code>AccessDenied</Code></Error>")
        output_format = target.rpartition(".")[2]
        media_type = "image/png" if output_format == "png" else "image/jpeg"
        data = self._made(job) or picture(job.size, job.colour, output_format)
        return Reply(200, data, {"Content-Type": media_type})

    def _made(self, job: QuickJob) -> bytes | None:
        """The file that the painter makes, where there is one."""
        if self._terms.painter is None:
            return None
        mask = job.params.get("mask")
        image = self.contents[str(job.params["image"])]
        return self._terms.painter(
            image, None if mask is None else self.contents[str(mask)], job.params
        )

    def job_of(self, target: str) -> QuickJob | None:
        """The job that a path speaks of, of the API or of a result."""
        return next((self.jobs[part] for part in target.split("/") if part in self.jobs), None)

    def _me(self, _: Recorded) -> Reply:
        team = {"plan": "test", "credits": self._terms.credits - self.charged}
        team["maxConcurrentJobs"] = self._terms.at_once or 100
        user = {"id": "u", "email": "a@b.example", "role": "owner"}
        return json_reply(200, {"user": user, "team": team, "apiKey": None})

    def _upload(self, request: Recorded) -> Reply:
        boundary = request.headers["content-type"].partition("boundary=")[2].encode()
        content = request.body.split(b"--" + boundary)[1].partition(b"\r\n\r\n")[2]
        try:
            with Image.open(io.BytesIO(content)) as image:
                size, kind = Size(*image.size), f"image/{image.format}".lower()
        except UnidentifiedImageError as error:
            raise Invalid("Unsupported file type") from error
        id_ = str(uuid4())
        url, expiry = f"{self._files_url()}/u/{id_}", datetime.now(UTC) + self._terms.upload_life
        self.uploads[url] = size, expiry
        if self._terms.painter is not None:
            self.contents[url] = content.removesuffix(b"\r\n")
        body = {"id": id_, "url": url, "kind": "image", "contentType": kind}
        return json_reply(201, {**body, "byteSize": len(content), "expiresAt": expiry.isoformat()})

    def _edit(self, request: Recorded) -> Reply:
        body, key = request.json, request.headers.get("idempotency-key")
        if self._terms.strict and "prompt" in body:
            raise Invalid("Unrecognized key: prompt")
        params = edit_parameters(body, self._schema)
        known_body, known_id = self._keys.get(key or "", (body, ""))
        if known_body != body:
            raise KeyReused
        job = self.jobs.get(known_id) or self._start(params)
        if key is not None:
            self._keys[key] = body, job.id
        return json_reply(202, {"jobId": job.id, "status": self._status(job)})

    def _start(self, params: Mapping[str, Value]) -> QuickJob:
        running = sum(self._status(job) == "PROCESSING" for job in self.jobs.values())
        if self._terms.at_once is not None and running >= self._terms.at_once:
            raise TooManyJobs(self._terms.at_once, 1)
        cost, there = self._schema.credits_per_run, self._terms.credits - self.charged
        if cost > there:
            raise InsufficientCredits(cost, there)
        now = datetime.now(UTC)
        size = self._fetched(params["image"], now)
        job = QuickJob(str(uuid4()), params, cost, size, now)
        if size is None or ("mask" in params and self._fetched(params["mask"], now) != size):
            self._fail(job, "The image or the mask could not be fetched")
        elif str(params["prompt"]).startswith("fail:"):
            self._fail(job, str(params["prompt"]).removeprefix("fail:").strip())
        elif "mask" not in params:
            frame = approximate_frame(Preset(params["outpaint"]), size)
            job.size = Size(frame.width, frame.height)
        job.size = None if job.size is None else fitting(job.size, LONG_SIDE)
        self.jobs[job.id] = job
        return job

    def _fetched(self, url: Value, now: datetime) -> Size | None:
        size, expiry = self.uploads.get(str(url), (None, now))
        return size if expiry > now else None

    def _fail(self, job: QuickJob, reason: str) -> None:
        job.error, job.completed_at = reason, datetime.now(UTC)

    def _status(self, job: QuickJob) -> str:
        if job.error is not None:
            return "FAILED"
        return "PROCESSING" if job.completed_at is None else "COMPLETED"

    def _job(self, request: Recorded) -> Reply:
        job = self.job_of(request.target)
        if job is None or request.method != "GET":
            raise NotFound("Job")
        job.asked += 1
        passed = (datetime.now(UTC) - job.created_at).total_seconds()
        if job.asked >= self._terms.polls and passed >= self._terms.seconds:
            job.completed_at = job.completed_at or datetime.now(UTC)
        return json_reply(200, self._as_json(job))

    def _list(self, request: Recorded) -> Reply:
        query = {
            name: values[0] for name, values in parse_qs(urlsplit(request.target).query).items()
        }
        newest_first = list(reversed(self.jobs.values()))
        start, limit = int(query.get("cursor", "0")), int(query.get("limit", "20"))
        end = start + limit
        has_more = end < len(newest_first)
        body = {
            "jobs": [self._as_json(job) for job in newest_first[start:end]],
            "nextCursor": str(end) if has_more else None,
            "hasMore": has_more,
        }
        return json_reply(200, body)

    def _as_json(self, job: QuickJob) -> dict[str, object]:
        status = self._status(job)
        suffix = job.params.get("output_format", "jpg")
        url = f"{self._files_url()}/r/{job.id}/{job.address}.{suffix}"
        return {
            "id": job.id,
            "status": status,
            "model": self._schema.model,
            "progress": min(100 * job.asked // self._terms.polls, 100),
            "result": {"images": [url]} if status == "COMPLETED" else None,
            "error": job.error,
            "creditCost": job.cost,
            "webhookStatus": None,
            "createdAt": job.created_at.isoformat(),
            "completedAt": job.completed_at.isoformat() if job.completed_at else None,
            "input": dict(job.params),
        }
