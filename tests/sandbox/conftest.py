"""What the tests of the sandbox share: a clock to turn, and calls in short."""

from __future__ import annotations

import io
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any

import anyio
import httpx
import numpy as np
import pytest
from PIL import Image

from fluxfill_studio.core.schema import ParameterSchema
from fluxfill_studio.core.types import Pixels, Plane
from fluxfill_studio.sandbox.server import DEFAULT_SETTINGS, Sandbox
from fluxfill_studio.sandbox.service import SandboxSettings
from tests.pictures import photograph
from tests.sandbox.contract import conforming

KEY = {"X-API-Key": "afk_test"}


class Clock:
    """Stands still until it is turned."""

    def __init__(self) -> None:
        self.now = datetime(2026, 7, 1, 12, tzinfo=UTC)

    def __call__(self) -> datetime:
        return self.now

    def turn(self, **by: float) -> None:
        self.now += timedelta(**by)


@dataclass(frozen=True)
class Api:
    """A client of a sandbox, in this process."""

    http: httpx.AsyncClient
    sandbox: Sandbox
    clock: Clock

    async def upload(self, content: bytes) -> str:
        answer = await self.http.post("/v2/uploads", files={"file": ("a", io.BytesIO(content))})
        assert answer.status_code == 201
        return str(conforming("Upload", answer.json())["url"])

    async def submit(self, body: Any, key: str | None = None) -> httpx.Response:
        headers = {} if key is None else {"Idempotency-Key": key}
        return await self.http.post("/v2/images/edit", json=body, headers=headers)

    async def started(self, body: Any, key: str | None = None) -> str:
        """The id of a job that was accepted."""
        answer = await self.submit(body, key)
        assert answer.status_code == 202, answer.text
        return str(conforming("JobAccepted", answer.json())["jobId"])

    async def job(self, id_: str) -> dict[str, Any]:
        answer = await self.http.get(f"/v2/jobs/{id_}")
        assert answer.status_code == 200
        job = conforming("Job", answer.json())
        assert isinstance(job, dict)
        return job

    async def ended(self, id_: str) -> dict[str, Any]:
        """The job, when it has come to its end."""
        return await self.job_when(id_, lambda job: job["completedAt"] is not None)

    async def job_when(self, id_: str, is_so: Callable[[dict[str, Any]], bool]) -> dict[str, Any]:
        """The job, as soon as it is as wanted."""
        with anyio.fail_after(30):
            while True:
                job = await self.job(id_)
                if is_so(job):
                    return job
                await anyio.sleep(0.002)

    async def credits(self) -> int:
        answer = await self.http.get("/v2/me")
        return int(conforming("Me", answer.json())["team"]["credits"])


@asynccontextmanager
async def sandbox_api(
    schema: ParameterSchema, settings: SandboxSettings = DEFAULT_SETTINGS
) -> AsyncIterator[Api]:
    """A sandbox of its own, closed at the end."""
    clock = Clock()
    sandbox = Sandbox(schema, settings=settings, clock=clock)
    transport = httpx.ASGITransport(app=sandbox.app)
    async with httpx.AsyncClient(
        transport=transport, base_url="http://sandbox.invalid", headers=KEY
    ) as http:
        yield Api(http, sandbox, clock)
    await sandbox.aclose()


@pytest.fixture
async def api(schema: ParameterSchema) -> AsyncIterator[Api]:
    async with sandbox_api(schema) as api:
        yield api


def encoded(picture: Pixels | Plane, format_: str = "PNG") -> bytes:
    buffer = io.BytesIO()
    Image.fromarray(picture).save(buffer, format_, quality=90)
    return buffer.getvalue()


def decoded(content: bytes) -> Pixels:
    return np.asarray(Image.open(io.BytesIO(content)).convert("RGB"))


def disk(width: int, height: int, radius: float) -> Plane:
    """A white disk in the middle of a black mask."""
    y, x = np.mgrid[0:height, 0:width]
    inside = (x - width / 2) ** 2 + (y - height / 2) ** 2 < radius**2
    return np.where(inside, np.uint8(255), np.uint8(0))


PICTURE = encoded(photograph(96, 64))
MASK = encoded(disk(96, 64, 14))


def inpaint(image: str, mask: str, **params: Any) -> dict[str, Any]:
    """A request in the strict form."""
    given = {"image": image, "mask": mask, "mode": "inpaint", "prompt": "a stone", **params}
    return {"model": "flux-fill-pro", "fluxFillParams": given}


def outpaint(image: str, preset: str, **params: Any) -> dict[str, Any]:
    """A request in the strict form."""
    given = {"image": image, "mode": "outpaint", "outpaint": preset, "prompt": "more", **params}
    return {"model": "flux-fill-pro", "fluxFillParams": given}


async def inpaint_of(api: Api, mask: bytes = MASK, **params: Any) -> dict[str, Any]:
    """A request for the small picture, uploaded."""
    return inpaint(await api.upload(PICTURE), await api.upload(mask), **params)
