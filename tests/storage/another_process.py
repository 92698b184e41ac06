"""A process that shares a ledger with the tests, and does what it is told line by line.

Run as `python -m tests.storage.another_process FOLDER`. It says "ready", or the class of the error
that it met, and answers every line with one line.
"""

from __future__ import annotations

import itertools
import sqlite3
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from fluxfill_studio.core.errors import LedgerError
from fluxfill_studio.core.job import Job
from fluxfill_studio.core.schema import ParameterSchema
from fluxfill_studio.storage.images import read_source
from fluxfill_studio.storage.job_files import JobFiles
from fluxfill_studio.storage.ledger import Ledger
from fluxfill_studio.storage.paths import load_schema, resources
from tests.storage.orders import new_job, painted

ROOT = Path(__file__).resolve().parents[2]


class Another:
    """The other process, from a test's side."""

    def __init__(self, folder: Path) -> None:
        self.process = subprocess.Popen(
            [sys.executable, "-m", "tests.storage.another_process", str(folder)],
            cwd=ROOT,
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            text=True,
        )

    def tell(self, line: str) -> None:
        assert self.process.stdin is not None
        self.process.stdin.write(f"{line}\n")
        self.process.stdin.flush()

    def answer(self) -> str:
        assert self.process.stdout is not None
        return self.process.stdout.readline().strip()

    def ask(self, line: str) -> str:
        self.tell(line)
        return self.answer()

    def kill(self) -> None:
        """By SIGKILL, or what Windows has in its place."""
        self.process.kill()
        self.process.communicate(timeout=10)


@contextmanager
def another(folder: Path) -> Iterator[Another]:
    """Another process that has the ledger in `folder` open; killed at the end, if not before."""
    process = Another(folder)
    try:
        assert process.answer() == "ready"
        yield process
    finally:
        process.kill()


def main() -> None:
    folder, schema = Path(sys.argv[1]), load_schema(resources())
    try:
        ledger = Ledger.open(folder, schema)
    except LedgerError as error:
        say(type(error).__name__)
        return
    say("ready")
    for line in sys.stdin:
        command, *arguments = line.split()
        try:
            say(obey(command, arguments, folder, ledger, schema))
        except LedgerError as error:
            say(type(error).__name__)


def obey(
    command: str, arguments: list[str], folder: Path, ledger: Ledger, schema: ParameterSchema
) -> str:
    """Do what the line says; returns the answer."""
    match command, arguments:
        case "add", [*ids]:
            for job_id in ids:
                ledger.add(new_job(schema, job_id))
            return "added"
        case "claim", [job_id]:
            return f"claimed {ledger.claim(job_id).id}"
        case "put-on-and-on", [job_id]:
            for count in itertools.count():
                ledger.put(counting(schema, job_id, count))
                say(str(count))
        case "keep", [picture, job_id]:
            return JobFiles(folder).keep(job_id, painted(read_source(Path(picture))))
        case "lock", []:
            holder = sqlite3.connect(folder / "ledger.sqlite3", isolation_level=None)
            holder.execute("BEGIN IMMEDIATE")
            say("locked")
            sys.stdin.readline()
            holder.execute("ROLLBACK")
            holder.close()
            return "unlocked"
        case "damage", []:
            return str(ledger.damage is not None)
    raise ValueError(command)


def counting(schema: ParameterSchema, job_id: str, count: int) -> Job:
    """The job at its `count`th change, which fills several pages."""
    return new_job(schema, job_id, server_id=str(count) * 2000, progress=float(count))


def say(line: str) -> None:
    print(line, flush=True)  # noqa: T201


if __name__ == "__main__":
    main()
