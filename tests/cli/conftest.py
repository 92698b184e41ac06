"""What the tests of the command line share: pictures, the program as a process, and services."""

from __future__ import annotations

import asyncio
import json
import os
import shlex
import signal
import subprocess
import sys
import threading
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from functools import cache
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import httpx
import numpy as np
import pytest
from PIL import Image
from starlette.types import ASGIApp, Receive, Scope, Send

from fluxfill_studio.core.geometry import Point, Size
from fluxfill_studio.core.painting.brush import Brush, Tips
from fluxfill_studio.core.painting.mask import Mask
from fluxfill_studio.core.painting.stroke import Sample, Stroke
from fluxfill_studio.core.schema import ParameterSchema
from fluxfill_studio.core.types import Pixels, Plane
from fluxfill_studio.sandbox.serve import HOST, serve
from fluxfill_studio.sandbox.server import DEFAULT_SETTINGS, Sandbox
from fluxfill_studio.sandbox.service import SandboxSettings
from tests.key_guard import GUARD
from tests.pictures import photograph
from tests.storage.orders import teach

ROOT = Path(__file__).parents[2]
KEY = "afk_5c02ad94e1b7f638"
_TELL_DATA_FOLDER = """
from fluxfill_studio.storage.paths import data_folder
print(data_folder(), end="")
"""


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

    def python(self, code: str, key: str | None = None) -> subprocess.CompletedProcess[str]:
        """Run `code` where the program would run."""
        return subprocess.run(
            [sys.executable, "-c", code],
            cwd=self.folder,
            env=self._environment(key),
            capture_output=True,
            encoding="utf-8",
            timeout=60,
            check=False,
        )

    def jobs(self) -> list[dict[str, Any]]:
        """What the ledger holds, as the program tells it."""
        process = self.run("jobs", "--json")
        assert process.returncode == 0, process.stderr
        jobs: list[dict[str, Any]] = json.loads(process.stdout)
        return jobs

    def learn(self, schema: ParameterSchema, base_url: str) -> None:
        """Have the program know that jobs take a moment there, so that it asks for them soon."""
        teach(self.data, schema, base_url)

    def go_on(self, stderr: str, *arguments: str) -> subprocess.CompletedProcess[str]:
        """Do what was said at the end of `stderr`, with the key."""
        name, *command = shlex.split(stderr.rpartition("To go on: ")[2])
        assert name == "fluxfill-studio"
        return self.run(*command, *arguments, key=KEY)

    @property
    def home(self) -> Path:
        return self.folder / "home"

    @property
    def data(self) -> Path:
        """Where the program keeps its ledger."""
        return self.home / _data_in_home()

    def log(self) -> str:
        """What all runs have logged."""
        return "".join(path.read_text("utf-8") for path in self.home.rglob("fluxfill-studio.log"))

    def _environment(self, key: str | None) -> Mapping[str, str]:
        names = ("PATH", "SYSTEMROOT", "PYTHON_KEYRING_BACKEND", "SSL_CERT_FILE")
        kept = {name: os.environ[name] for name in names if name in os.environ}
        # No XDG variable is kept, and Windows is asked for its folders in another way.
        home = {
            "HOME": str(self.home),
            "USERPROFILE": str(self.home),
            "WIN_PD_OVERRIDE_LOCAL_APPDATA": str(self.home),
            "WIN_PD_OVERRIDE_MYPICTURES": str(self.home / "Pictures"),
            # Nobody is there: whatever goes wrong, no test gets to the hosted service.
            "HTTPS_PROXY": "http://127.0.0.1:9",
        }
        environment = {**kept, **home, "PYTHONPATH": str(ROOT)}
        return environment if key is None else {**environment, "APIFRAME_API_KEY": key}


@cache
def _data_in_home() -> Path:
    with TemporaryDirectory() as folder:
        program = Program(Path(folder))
        return Path(program.python(_TELL_DATA_FOLDER).stdout).relative_to(program.home)


@pytest.fixture
def program(tmp_path: Path) -> Program:
    program = Program(tmp_path)
    program.home.mkdir()
    return program


@dataclass
class Served:
    """A sandbox under a real HTTP server, and what it was asked for.

    Requests that begin with `hold` are not answered; `held` is set when one has come.
    """

    url: str = ""
    hold: str = ""
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
    """A sandbox on the loopback address while the block runs."""
    service = Served(hold=hold)
    ready = threading.Event()
    stop: list[Callable[[], object]] = []

    async def work() -> None:
        sandbox = Sandbox(schema, settings=settings)
        sandbox.app = _watched(sandbox.app, service)

        def on_ready(port: int) -> None:
            service.url = f"http://{HOST}:{port}"
            GUARD.opened(f"{HOST}:{port}")
            GUARD.configured(service.url)  # for clients in processes of their own
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


def head_of(scope: Scope) -> bytes:
    """The line and the headers of a request."""
    lines = [b"%s: %s" % header for header in scope["headers"]]
    return b"\r\n".join([b"%s %s HTTP/1.1" % (scope["method"].encode(), scope["raw_path"]), *lines])


def _watched(application: ASGIApp, service: Served) -> ASGIApp:
    async def watched(scope: Scope, receive: Receive, send: Send) -> None:
        request = f"{scope['method']} {scope['path']}"
        service.asked.append(request)
        is_call = scope["path"].startswith("/v2/")
        GUARD.saw(service.url.partition("//")[2] if is_call else "a result", head_of(scope))
        if not service.hold or not request.startswith(service.hold):
            await application(scope, receive, send)
            return
        while (await receive())["type"] != "http.disconnect":
            service.held.set()

    return watched


@pytest.fixture
def service(schema: ParameterSchema, program: Program) -> Iterator[Served]:
    with served(schema) as service:
        program.learn(schema, service.url)
        yield service


def has_begun(process: subprocess.Popen[str]) -> str:
    """Wait until the process tells that a job has begun; returns what it said until then."""
    assert process.stderr is not None
    said = ""
    while "has begun" not in said:
        line = process.stderr.readline()
        assert line, f"no job has begun: {said}"
        said += line
    return said


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
