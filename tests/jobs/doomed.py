"""Processes that are killed in the middle of a job, and those that are started next.

A line on standard input, a list in JSON, orders one: its home, in which ``stdout`` and ``stderr``
are left too, and what it is to do. It is forked off this script, which has imported everything and
started no thread, as that takes longer than most jobs here; its exit status is printed.

``run URL OUTPUT SEED POINT`` kills itself by SIGKILL at the POINT-th of the moments right before
and right after anything is written, and else prints how many of them there are. With ``grow`` in
place of ``run`` the job has two parts.
``resume URL`` takes up what it finds. The ledger lies in the folder of the program's own.
"""

from __future__ import annotations

import asyncio
import gc
import json
import os
import signal
import sys
from collections.abc import Callable
from dataclasses import replace
from importlib import import_module
from pathlib import Path
from typing import TypeVar

from typing_extensions import override

sys.path.insert(0, str(Path(__file__).resolve().parents[2]))

from fluxfill_studio.core.job import Job
from fluxfill_studio.core.planning.extension import Extension
from fluxfill_studio.core.planning.plan import Inputs
from fluxfill_studio.core.types import Pixels
from fluxfill_studio.jobs.preparing import plan_extension
from fluxfill_studio.storage.job_files import JobFiles
from fluxfill_studio.storage.ledger import Ledger
from fluxfill_studio.storage.paths import data_folder, load_schema, resources
from tests.jobs.desk import Desk

# What would be imported late, in each process anew.
for late in ("anyio._backends._asyncio", "httpcore", "PIL.PngImagePlugin"):
    import_module(late)

T = TypeVar("T")

_PATIENCE = 60  # seconds, after which a process is ended by SIGALRM


class Doom:
    """Counts the moments, and ends the process at one of them."""

    def __init__(self, point: int) -> None:
        self.count = 0
        self._point = point

    def around(self, work: Callable[[], T]) -> T:
        self._pass()
        result = work()
        self._pass()
        return result

    def _pass(self) -> None:
        if self.count == self._point:
            os.kill(os.getpid(), signal.SIGKILL)
        self.count += 1


class DoomedLedger(Ledger):
    doom: Doom

    @override
    def add(self, job: Job) -> None:
        self.doom.around(lambda: super(DoomedLedger, self).add(job))

    @override
    def put(self, job: Job) -> None:
        self.doom.around(lambda: super(DoomedLedger, self).put(job))


class DoomedFiles(JobFiles):
    doom: Doom

    @override
    def keep(self, job_id: str, inputs: Inputs) -> str:
        return self.doom.around(lambda: super(DoomedFiles, self).keep(job_id, inputs))

    @override
    def write_result(self, job: Job, data: bytes) -> str:
        return self.doom.around(lambda: super(DoomedFiles, self).write_result(job, data))

    @override
    def write_thumbnail(self, job_id: str, pixels: Pixels) -> None:
        self.doom.around(lambda: super(DoomedFiles, self).write_thumbnail(job_id, pixels))


async def run(url: str, output: Path, seed: int, point: int, *, in_parts: bool) -> None:
    folder, schema, doom = data_folder(), load_schema(resources()), Doom(point)
    ledger, files = DoomedLedger.open(folder, schema), DoomedFiles(folder)
    assert isinstance(ledger, DoomedLedger)
    ledger.doom = files.doom = doom
    async with Desk(folder, schema, url, ledger=ledger, files=files) as desk:
        order = desk.order(wish=output, seed=seed)
        if in_parts:
            # Each run makes the picture half as wide again.
            inputs = plan_extension(order.inputs.source, Extension(right=96), work_side=96)
            order = replace(order, inputs=inputs)
        await desk.queue.add(order)
        await desk.over()
        sys.stdout.write(f"{doom.count}\n")


async def resume(url: str) -> None:
    async with Desk(data_folder(), load_schema(resources()), url) as desk:
        await desk.queue.recover()
        await desk.over()
        sys.stdout.write(" ".join(job.state.value for job in desk.jobs.values()))


def forked() -> list[str]:
    """Return what is to be done, in a process made for it; this one ends with its input."""
    # Else each would copy all that is here, to look for garbage in it.
    gc.freeze()
    for line in sys.stdin:
        order: list[str] = json.loads(line)
        home, *arguments = order
        child = os.fork()
        if child == 0:
            signal.alarm(_PATIENCE)
            os.environ.update(HOME=home, XDG_DATA_HOME=str(Path(home, "data")))
            for stream in (sys.stdout, sys.stderr):
                with Path(home, stream.name.strip("<>")).open("w") as file:
                    os.dup2(file.fileno(), stream.fileno())
            return arguments
        _, status = os.waitpid(child, 0)
        sys.stdout.write(f"{os.waitstatus_to_exitcode(status)}\n")
        sys.stdout.flush()
    sys.exit()


def main() -> None:
    match forked():
        case ["run" | "grow" as command, url, output, seed, point]:
            in_parts = command == "grow"
            asyncio.run(run(url, Path(output), int(seed), int(point), in_parts=in_parts))
        case ["resume", url]:
            asyncio.run(resume(url))


if __name__ == "__main__":
    main()
