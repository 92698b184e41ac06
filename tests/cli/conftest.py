"""What the tests of the command line share: pictures, the program as a process, and services."""

from __future__ import annotations

import asyncio
import os
import signal
import subprocess
import sys
import threading
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path

import httpx
import numpy as np
import pytest
from PIL import Image
from starlette.types import ASGIApp, Receive, Scope, Send

from fluxfill_studio.core.brush import Brush, Tips
from fluxfill_studio.core.geometry import Point, Size
from fluxfill_studio.core.mask import Mask
from fluxfill_studio.core.schema import ParameterSchema
from fluxfill_studio.core.stroke import Sample, Stroke
from fluxfill_studio.core.types import Pixels, Plane
from fluxfill_studio.sandbox.serve import HOST, serve
from fluxfill_studio.sandbox.server import DEFAULT_SETTINGS, Sandbox
from fluxfill_studio.sandbox.service import SandboxSettings
from tests.pictures import photograph

ROOT = Path(__file__).parents[2]
KEY = "afk_5c02ad94e1b7f638"


@dataclass(frozen=True)
class Program:
    """The program as a process of its own, in a home and a working folder of its own."""

    folder: Path

    def run(self, *arguments: str, key: str | None = None) -> subprocess.CompletedProcess[str]:
        """Run to the end."""
        return subprocess.run(
            [sys.executable, "-m", "fluxfill_studio", *arguments],
            cwd=self.folder,
            env=self._environment(key),
            capture_output=True,
            encoding="utf-8",
            timeout=60,
            check=False,
        )

    @contextmanager
    def started(
        self, *arguments: str, key: str | None = None, stderr: int = subprocess.PIPE
    ) -> Iterator[subprocess.Popen[str]]:
        """Run while the block does; `stderr` may be a file descriptor."""
        with subprocess.Popen(
            [sys.executable, "-m", "fluxfill_studio", *arguments],
            cwd=self.folder,
            env=self._environment(key),
            stdout=subprocess.PIPE,
            stderr=stderr,
            encoding="utf-8",
        ) as process:
            try:
                yield process
            finally:
                process.kill()

    def python(self, code: str) -> subprocess.CompletedProcess[str]:
        """Run `code` where the program would run."""
        return subprocess.run(
            [sys.executable, "-c", code],
            cwd=self.folder,
            env=self._environment(None),
            capture_output=True,
            encoding="utf-8",
            timeout=60,
            check=False,
        )

    @property
    def home(self) -> Path:
        return self.folder / "home"

    def log(self) -> str:
        """What all runs have logged."""
        return "".join(path.read_text("utf-8") for path in self.home.rglob("fluxfill-studio.log"))

    def _environment(self, key: str | None) -> Mapping[str, str]:
        kept = {n: os.environ[n] for n in ("PATH", "SYSTEMROOT") if n in os.environ}
        home = {"HOME": str(self.home), "USERPROFILE": str(self.home)}
        environment = {**kept, **home, "PYTHONPATH": str(ROOT)}
        return environment if key is None else {**environment, "APIFRAME_API_KEY": key}


@pytest.fixture
def program(tmp_path: Path) -> Program:
    program = Program(tmp_path)
    program.home.mkdir()
    return program


@dataclass
class Served:
    """A sandbox under a real HTTP server, and what it was asked for.

    `held` is set when a request has come that is not answered.
    """

    url: str = ""
    asked: list[str] = field(default_factory=list)
    held: threading.Event = field(default_factory=threading.Event)

    def jobs(self) -> list[dict[str, object]]:
        answer = httpx.get(f"{self.url}/v2/jobs", headers={"X-API-Key": KEY}, trust_env=False)
        jobs: list[dict[str, object]] = answer.json()["jobs"]
        return jobs


@contextmanager
def served(
    schema: ParameterSchema, settings: SandboxSettings = DEFAULT_SETTINGS, hold: str = ""
) -> Iterator[Served]:
    """A sandbox on the loopback address while the block runs; never answers the request `hold`."""
    service = Served()
    ready = threading.Event()
    stop: list[Callable[[], object]] = []

    async def work() -> None:
        sandbox = Sandbox(schema, settings=settings)
        sandbox.app = _watched(sandbox.app, service, hold)

        def on_ready(port: int) -> None:
            service.url = f"http://{HOST}:{port}"
            ready.set()

        serving = asyncio.create_task(serve(sandbox, 0, on_ready))
        loop = asyncio.get_running_loop()
        stop.append(lambda: loop.call_soon_threadsafe(serving.cancel))
        await asyncio.wait([serving])
        await sandbox.aclose()

    thread = threading.Thread(target=asyncio.run, args=[work()])
    thread.start()
    assert ready.wait(10)
    try:
        yield service
    finally:
        stop[0]()
        thread.join(20)


def _watched(application: ASGIApp, service: Served, hold: str) -> ASGIApp:
    async def watched(scope: Scope, receive: Receive, send: Send) -> None:
        request = f"{scope['method']} {scope['path']}"
        service.asked.append(request)
        if request != hold:
            await application(scope, receive, send)
            return
        while (await receive())["type"] != "http.disconnect":
            service.held.set()

    return watched


@pytest.fixture
def service(schema: ParameterSchema) -> Iterator[Served]:
    with served(schema) as service:
        yield service


@pytest.fixture
def interruptible() -> Iterator[None]:
    """Processes inherit that Ctrl+C is ignored, as it is where tests run in the background."""
    before = signal.signal(signal.SIGINT, signal.default_int_handler)
    yield
    signal.signal(signal.SIGINT, before)


def painted(size: Size) -> Plane:
    """A mask with two strokes of a soft brush, as the window paints them."""
    mask = Mask(size)
    unit = min(size.long_side, 800) / 100
    for height, hardness in ((0.4, 1.0), (0.55, 0.3)):
        brush = Brush(6 * unit, hardness=hardness)
        start = Point(0.35 * size.width, height * size.height)
        with mask.edit() as edit:
            stroke = Stroke(edit, brush, Tips())
            stroke.begin(Sample(start))
            for step in range(1, 11):
                stroke.add(Sample(start + Point(step * unit, (step % 3) * unit)))
            stroke.finish()
            edit.commit()
    return mask.pixels


def save_pictures(folder: Path, size: Size, name: str = "photo.png") -> tuple[Pixels, Plane]:
    """Write a photograph, and a painted mask as `mask.png`; returns what they hold."""
    # Of one tile where it is large: so much grain takes seconds.
    tiles = -(-size.long_side // 1600)
    tile = photograph(size.width // tiles, size.height // tiles)
    mask = painted(size)
    Image.fromarray(np.tile(tile, (tiles, tiles, 1))).save(folder / name)
    Image.fromarray(mask).save(folder / "mask.png")
    return load(folder / name), mask


def load(path: Path) -> Pixels:
    with Image.open(path) as image:
        return np.asarray(image.convert("RGB"))


def changed_outside(before: Pixels, after: Pixels, mask: Plane) -> int:
    """How many channel values differ where the mask is black."""
    assert before.shape == after.shape
    return int(np.count_nonzero((before != after) & (mask == 0)[:, :, None]))
