"""A process is killed at every single step, and the next one ends the job: once paid, in place."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from fluxfill_studio.core.geometry import Size
from fluxfill_studio.core.schema import ParameterSchema
from fluxfill_studio.storage.images import read_source
from tests.faulty_service import FaultyService
from tests.key_guard import GUARD

_SCRIPT = Path(__file__).with_name("doomed.py")
# Before the job itself is recorded: around the keeping of its inputs, and before the first record.
_UNKNOWN = 3
_POINTS = 32
# A second part is sent and kept like the first one.
_POINTS_IN_PARTS = 50


pytestmark = pytest.mark.skipif(
    not hasattr(os, "fork"), reason="processes are forked and killed as on Unix"
)

Start = Callable[..., subprocess.CompletedProcess[str]]


@pytest.fixture(scope="module")
def service(schema: ParameterSchema) -> Iterator[FaultyService]:
    with FaultyService(schema) as service:
        # The clients are in other processes.
        GUARD.configured(service.url)
        yield service


@pytest.fixture(scope="module")
def starter() -> Iterator[subprocess.Popen[str]]:
    """What the processes are forked off; numpy's threads would be lost in them."""
    with subprocess.Popen(
        [sys.executable, str(_SCRIPT)],
        env={**os.environ, "OPENBLAS_NUM_THREADS": "1"},
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
    ) as starter:
        yield starter


@pytest.fixture
def start(starter: subprocess.Popen[str], tmp_path: Path) -> Start:
    """Runs a process to its end in a home of this test's own."""

    def start(*arguments: object) -> subprocess.CompletedProcess[str]:
        assert starter.stdin is not None
        assert starter.stdout is not None
        starter.stdin.write(json.dumps([str(part) for part in (tmp_path, *arguments)]) + "\n")
        starter.stdin.flush()
        status = int(starter.stdout.readline())
        said = [(tmp_path / name).read_text() for name in ("stdout", "stderr")]
        return subprocess.CompletedProcess([], status, *said)

    return start


def test_these_are_all_the_points(start: Start, tmp_path: Path, service: FaultyService) -> None:
    ended = start("run", service.url, tmp_path / "out.png", 1000, -1)
    assert (ended.stderr, ended.returncode) == ("", 0)
    assert int(ended.stdout) == _POINTS >= 20


def test_these_are_all_the_points_of_a_job_in_parts(
    start: Start, tmp_path: Path, service: FaultyService
) -> None:
    ended = start("grow", service.url, tmp_path / "out.png", 3000, -1)
    assert (ended.stderr, ended.returncode) == ("", 0)
    assert int(ended.stdout) == _POINTS_IN_PARTS


# Up to there it is as with one part.
@pytest.mark.parametrize("point", range(20, _POINTS_IN_PARTS))
def test_a_job_in_parts_survives_its_process(
    start: Start, tmp_path: Path, service: FaultyService, point: int
) -> None:
    output, seed = tmp_path / "out.png", 2000 + point
    killed = start("grow", service.url, output, seed, point)
    assert killed.returncode == -signal.SIGKILL, killed.stderr

    resumed = start("resume", service.url)
    assert (resumed.stderr, resumed.returncode) == ("", 0)
    jobs = [job for job in service.account.jobs.values() if job.params.get("seed") == seed]
    assert [job.charged > 0 for job in jobs] == [True, True]
    assert read_source(output).size == Size(192, 64)


@pytest.mark.parametrize("point", range(_POINTS))
def test_a_job_survives_its_process(
    start: Start, tmp_path: Path, service: FaultyService, point: int
) -> None:
    output = tmp_path / "out.png"
    killed = start("run", service.url, output, point, point)
    assert killed.returncode == -signal.SIGKILL, killed.stderr

    resumed = start("resume", service.url)
    assert (resumed.stderr, resumed.returncode) == ("", 0)
    jobs = [job for job in service.account.jobs.values() if job.params.get("seed") == point]
    if point < _UNKNOWN:
        assert jobs == []
        assert not output.exists()
        return
    (job,) = jobs
    assert job.charged > 0
    assert tuple(int(value) for value in read_source(output).pixels[24, 34]) == job.colour
    again = start("resume", service.url)
    assert (again.stdout.strip(), again.stderr) == ("", "")
