"""The ledger: every job with all that is known of it, durable before the next step is taken."""

from __future__ import annotations

import sqlite3
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path
from typing import Final

from fluxfill_studio.core.errors import JobGone, JobTaken, LedgerDamaged
from fluxfill_studio.core.job import Engine, Job, JobState
from fluxfill_studio.core.schema import ParameterSchema
from fluxfill_studio.storage.atomic import make_folder
from fluxfill_studio.storage.database import open_database, set_aside_beside, transaction
from fluxfill_studio.storage.job_rows import job_of, row_of, time_text
from fluxfill_studio.storage.ledger_errors import ledger_errors
from fluxfill_studio.storage.owner import Owner

_FILE: Final = "ledger.sqlite3"
_PROCESSES: Final = "processes"
# How long to wait for another process, in seconds. None holds a lock for long.
_PATIENCE: Final = 5.0

MIGRATIONS: Final = (
    # `owner` is the token of the process that works on the job. `ended_at` is when it was over
    # last. What is left of a job that was removed is what it cost and how long it took: it has no
    # document.
    """
    CREATE TABLE jobs (
        id TEXT PRIMARY KEY,
        position INTEGER NOT NULL,
        owner TEXT,
        engine TEXT NOT NULL,
        base_url TEXT NOT NULL,
        state TEXT NOT NULL,
        created_at TEXT NOT NULL,
        ended_at TEXT,
        seconds REAL,
        charged INTEGER,
        document TEXT
    ) STRICT;
    CREATE INDEX jobs_by_end ON jobs (engine, ended_at)
    """,
)
"""What brings the ledger from each version to the next."""

# What cannot have been written: documents are JSON objects in ASCII.
_NONSENSE: Final = (
    "SELECT id FROM jobs WHERE document NOT GLOB '{*}' OR document GLOB '*[^ -~]*' LIMIT 1"
)
_PRESENT: Final = "FROM jobs WHERE document IS NOT NULL"


class Ledger:
    """The jobs of a folder, which several processes may share. Made by `open`, ended by `close`.

    A job belongs to the process that added or claimed it, until that releases it or ends. Every
    change is on the disk when its method returns. All methods may block, and may be called from
    any thread; they raise LedgerError where the disk refuses, and LedgerBusy where another process
    keeps the file locked for too long. Nothing has changed then.

    `damage` tells that the list that was there could not be read and has been set aside.
    """

    def __init__(
        self,
        path: Path,
        connection: sqlite3.Connection,
        owner: Owner,
        schema: ParameterSchema,
        damage: LedgerDamaged | None,
    ) -> None:
        self._path = path
        self._connection = connection
        self._owner = owner
        self._schema = schema
        self._lock = threading.RLock()
        self.damage = damage

    @classmethod
    def open(cls, folder: Path, schema: ParameterSchema, *, patience: float = _PATIENCE) -> Ledger:
        """Open the ledger in `folder`, or begin one. `schema` is what its requests are read by.

        `patience` is how long to wait for other processes, in seconds. Raises LedgerTooNew, or
        LedgerBusy where others use a ledger that is damaged or of an older version.
        """
        path = folder / _FILE
        owner = Owner(folder / _PROCESSES, patience)
        with ledger_errors():
            make_folder(folder / _PROCESSES)
            with owner.door():
                owner.enter()
                try:
                    connection, damage = open_database(
                        path, MIGRATIONS, _NONSENSE, alone=owner.is_alone(), patience=patience
                    )
                except BaseException:
                    owner.leave()
                    raise
        return cls(path, connection, owner, schema, damage)

    def close(self) -> None:
        """Close the file. The jobs of this process are nobody's from then on."""
        with self._lock, ledger_errors():
            self._connection.close()
            self._owner.leave()

    def add(self, job: Job) -> None:
        """Put a new job at the end of the list; it belongs to this process."""
        with self._changing() as connection:
            connection.execute(
                "INSERT INTO jobs (id, position, owner, engine, base_url, state, created_at,"
                " ended_at, seconds, charged, document)"
                " SELECT :id, ifnull(max(position), 0) + 1, :owner, :engine, :base_url, :state,"
                " :created_at, :ended_at, :seconds, :charged, :document FROM jobs",
                {**row_of(job), "owner": self._owner.token, "ended_at": _end(job)},
            )

    def put(self, job: Job) -> None:
        """Record a job as it is now. Raises JobTaken where it is another living process's, and
        JobGone where it has been removed.
        """
        with self._changing() as connection:
            self._check_free(job.id)
            connection.execute(
                "UPDATE jobs SET state = :state, seconds = :seconds, charged = :charged,"
                " document = :document, ended_at = iif(:ended_at IS NULL, NULL,"
                " ifnull(ended_at, :ended_at)) WHERE id = :id",
                {**row_of(job), "ended_at": _end(job)},
            )

    def get(self, job_id: str) -> Job:
        """The job of that id. Raises JobGone."""
        with self._reading() as connection:
            row = connection.execute(f"SELECT * {_PRESENT} AND id = ?", (job_id,)).fetchone()
        if row is None:
            raise JobGone
        return job_of(row, self._schema)

    def jobs(self) -> list[Job]:
        """All jobs, in the order of the list."""
        with self._reading() as connection:
            rows = connection.execute(f"SELECT * {_PRESENT} ORDER BY position").fetchall()
        return [job_of(row, self._schema) for row in rows]

    def remove(self, job_id: str) -> None:
        """Take a job off the list, if it is there; what it cost and how long it took is kept.

        Raises JobTaken where it is another living process's.
        """
        with self._changing() as connection:
            try:
                self._check_free(job_id)
            except JobGone:
                return
            connection.execute(
                "UPDATE jobs SET document = NULL, owner = NULL,"
                " ended_at = ifnull(ended_at, ?) WHERE id = ?",
                (time_text(datetime.now(UTC)), job_id),
            )

    def claim(self, job_id: str) -> Job:
        """Take a job for this process; returns it as it is now.

        Raises JobTaken where it is another living process's, and JobGone.
        """
        with self._changing() as connection:
            self._check_free(job_id)
            connection.execute(
                "UPDATE jobs SET owner = ? WHERE id = ?", (self._owner.token, job_id)
            )
            return self.get(job_id)

    def release(self, job_id: str) -> None:
        """Let go of a job: any process may claim it. Nothing happens where it is not this one's."""
        with self._changing() as connection:
            connection.execute(
                "UPDATE jobs SET owner = NULL WHERE id = ? AND owner = ?",
                (job_id, self._owner.token),
            )

    def is_taken(self, job_id: str) -> bool:
        """Whether another living process works on the job."""
        with self._reading() as connection:
            row = connection.execute("SELECT owner FROM jobs WHERE id = ?", (job_id,)).fetchone()
            return row is not None and self._is_another(row["owner"])

    def orphans(self) -> list[Job]:
        """The jobs that are not over and no living process's, in the order of the list."""
        with self._reading() as connection:
            over = [state.value for state in JobState if state.is_over]
            marks = ", ".join("?" for _ in over)
            rows = connection.execute(
                f"SELECT * {_PRESENT} AND state NOT IN ({marks}) ORDER BY position", over
            ).fetchall()
            tokens = {row["owner"] for row in rows}
            living = {token for token in tokens if token is not None and self._owner.lives(token)}
        return [job_of(row, self._schema) for row in rows if row["owner"] not in living]

    def move(self, job_id: str, before: str | None) -> None:
        """Move a job to just before another one, or to the end of the list. Raises JobGone."""
        with self._changing() as connection:
            if before is None:
                position = connection.execute("SELECT max(position) + 1 FROM jobs").fetchone()[0]
            else:
                position = self._position(before)
                connection.execute(
                    "UPDATE jobs SET position = position + 1 WHERE position >= ?", (position,)
                )
            self._position(job_id)
            connection.execute("UPDATE jobs SET position = ? WHERE id = ?", (position, job_id))

    def durations(self, engine: Engine, base_url: str, limit: int = 200) -> list[float]:
        """How many seconds the service worked on a part of each job that is done, newest first."""
        with self._reading() as connection:
            rows = connection.execute(
                "SELECT seconds FROM jobs WHERE engine = ? AND base_url = ? AND state = ?"
                " AND seconds IS NOT NULL ORDER BY ended_at DESC LIMIT ?",
                (engine.value, base_url, JobState.DONE.value, limit),
            ).fetchall()
        return [row["seconds"] for row in rows]

    def spent(self, since: datetime) -> int:
        """The credits that the hosted service took for jobs that ended at `since` or later."""
        with self._reading() as connection:
            (charged,) = connection.execute(
                "SELECT ifnull(sum(charged), 0) FROM jobs WHERE engine = ? AND ended_at >= ?",
                (Engine.APIFRAME.value, time_text(since)),
            ).fetchone()
        return int(charged)

    @contextmanager
    def sweeping(self) -> Iterator[list[Job] | None]:
        """The jobs whose files must stay; no other process can begin one until the block ends.

        None where no file may go: while another process lives, which may have kept something for
        a job that it has not added yet, and as long as a damaged ledger lies aside, whose jobs
        nobody knows. The block may not use the ledger.
        """
        with self._lock, ledger_errors(), self._owner.door():
            may_sweep = self._owner.is_alone() and not set_aside_beside(self._path)
            yield self.jobs() if may_sweep else None

    @contextmanager
    def _reading(self) -> Iterator[sqlite3.Connection]:
        with self._lock, ledger_errors():
            yield self._connection

    @contextmanager
    def _changing(self) -> Iterator[sqlite3.Connection]:
        """One transaction: while it lasts no other process changes anything."""
        with self._lock, ledger_errors(), transaction(self._connection):
            yield self._connection

    def _check_free(self, job_id: str) -> None:
        row = self._connection.execute(f"SELECT owner {_PRESENT} AND id = ?", (job_id,)).fetchone()
        if row is None:
            raise JobGone
        if self._is_another(row["owner"]):
            raise JobTaken

    def _is_another(self, owner: str | None) -> bool:
        """Whether `owner` is a living process other than this one."""
        return owner not in (None, self._owner.token) and self._owner.lives(owner)

    def _position(self, job_id: str) -> int:
        row = self._connection.execute(
            f"SELECT position {_PRESENT} AND id = ?", (job_id,)
        ).fetchone()
        if row is None:
            raise JobGone
        return int(row["position"])


def _end(job: Job) -> str | None:
    """When a job that is being recorded was over: now, or not yet."""
    return time_text(datetime.now(UTC)) if job.state.is_over else None
