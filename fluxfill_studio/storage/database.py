"""A SQLite file that is sound, of this program's version and durable, or is told not to be."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator, Sequence
from contextlib import closing, contextmanager, suppress
from datetime import UTC, datetime
from pathlib import Path
from typing import Final, Literal

from fluxfill_studio.core.errors import LedgerBusy, LedgerDamaged, LedgerTooNew
from fluxfill_studio.core.texts import QT_TRANSLATE_NOOP
from fluxfill_studio.storage.atomic import flush_folder
from fluxfill_studio.storage.ledger_errors import is_damage

# The file itself, and what SQLite keeps beside it (sqlite.org/tempfiles.html).
_PARTS: Final = ("", "-wal", "-shm", "-journal")
_DAMAGED: Final = "-damaged-"

_MISSING = QT_TRANSLATE_NOOP("errors", "its main file is missing")
_EMPTY = QT_TRANSLATE_NOOP("errors", "it is empty")
_NONSENSE = QT_TRANSLATE_NOOP("errors", "its content makes no sense")


def open_database(
    path: Path, migrations: Sequence[str], nonsense: str, *, alone: bool, patience: float
) -> tuple[sqlite3.Connection, LedgerDamaged | None]:
    """Open the database at `path`, make it where there is none, and bring it up to date.

    `migrations` are scripts; a database of version n (PRAGMA user_version) has seen the first n.
    `nonsense` is a query that finds damage which SQLite does not see, within what was stored. A
    damaged file is set aside with all that belongs to it, and the second value tells of it.

    Nobody else may open or make the file meanwhile; `alone` tells that nobody uses it either.
    Raises LedgerTooNew, LedgerBusy where others use what would have to be set aside or migrated,
    and sqlite3.DatabaseError or OSError. `patience` is for the locks of others, in seconds.
    """
    damage = None
    fault = _fault(path, len(migrations), nonsense, patience)
    if fault is not None:
        if not alone:
            raise LedgerBusy
        damage = LedgerDamaged(name=_set_aside(path), reason=fault)
    if not path.exists():
        _create(path, migrations, patience)
    connection = _connect(path, "rw", patience)
    try:
        if _version(connection) < len(migrations):
            if not alone:
                raise LedgerBusy
            _migrate(connection, migrations)
    except BaseException:
        connection.close()
        raise
    return connection, damage


def set_aside_beside(path: Path) -> list[Path]:
    """The damaged files that `open_database` has found in the place of `path`."""
    return sorted(path.parent.glob(f"{path.stem}{_DAMAGED}*"))


@contextmanager
def transaction(connection: sqlite3.Connection) -> Iterator[None]:
    """What is done in the block is done as a whole and on the disk afterwards, or not at all.

    No other connection writes meanwhile, so what is read in the block holds until its end.
    """
    connection.execute("BEGIN IMMEDIATE")
    try:
        yield
        connection.execute("COMMIT")
    except BaseException:
        # After some faults SQLite has rolled back by itself.
        if connection.in_transaction:
            connection.execute("ROLLBACK")
        raise


def _fault(path: Path, newest: int, nonsense: str, patience: float) -> str | None:
    """What is wrong with the file, looked at without a change to it or its log."""
    if not path.exists():
        # A log without its file would be played back into the next one.
        return _MISSING if _part(path, "-wal").exists() else None
    with closing(_connect(path, "ro", patience)) as connection:
        try:
            version = _version(connection)
            if version > newest:
                raise LedgerTooNew(name=path.name)
            # A file of this program has its version from the moment in which it appears.
            if version < 1:
                return _EMPTY
            (verdict,) = connection.execute("PRAGMA quick_check(1)").fetchone()
            if verdict != "ok":
                return str(verdict).splitlines()[-1]
            if version == newest and connection.execute(nonsense).fetchone() is not None:
                return _NONSENSE
        except sqlite3.DatabaseError as error:
            if not is_damage(error):
                raise
            return str(error)
        except (ValueError, LookupError):
            # Python's module, about texts and columns that are no such.
            return _NONSENSE
    return None


def _set_aside(path: Path) -> str:
    """Rename the file and all that belongs to it; returns the new name."""
    time = datetime.now(UTC).strftime("%Y%m%dT%H%M%S.%fZ")
    aside = path.with_name(f"{path.stem}{_DAMAGED}{time}{path.suffix}")
    for ending in _PARTS:
        with suppress(FileNotFoundError):
            _part(path, ending).rename(_part(aside, ending))
    flush_folder(path.parent)
    return aside.name


def _create(path: Path, migrations: Sequence[str], patience: float) -> None:
    """Make an empty database beside `path` and put it in its place when it is complete."""
    new = path.with_name(f"{path.stem}-new{path.suffix}")
    for ending in _PARTS:
        _part(new, ending).unlink(missing_ok=True)
    with closing(_connect(new, "rwc", patience)) as connection:
        _migrate(connection, migrations)
        # Out of the log, which stays behind.
        connection.execute("PRAGMA wal_checkpoint(TRUNCATE)")
    new.rename(path)
    flush_folder(path.parent)


def _connect(path: Path, mode: Literal["ro", "rw", "rwc"], patience: float) -> sqlite3.Connection:
    connection = sqlite3.connect(
        f"{path.absolute().as_uri()}?mode={mode}",
        uri=True,
        timeout=patience,
        isolation_level=None,  # transactions are begun here, not by Python's module
        check_same_thread=False,
    )
    connection.row_factory = sqlite3.Row
    if mode != "ro":
        try:
            connection.execute("PRAGMA journal_mode = WAL")
            connection.execute("PRAGMA synchronous = FULL")
            # Only macOS knows the difference between flushed and on the disk.
            connection.execute("PRAGMA fullfsync = ON")
        except BaseException:
            connection.close()
            raise
    return connection


def _version(connection: sqlite3.Connection) -> int:
    (version,) = connection.execute("PRAGMA user_version").fetchone()
    return int(version)


def _migrate(connection: sqlite3.Connection, migrations: Sequence[str]) -> None:
    """Run the scripts that the database has not seen, each with its version in one transaction.

    Where one fails its transaction ends when the connection is closed.
    """
    for version in range(_version(connection), len(migrations)):
        script = f"{migrations[version]}; PRAGMA user_version = {version + 1}"
        connection.executescript(f"BEGIN IMMEDIATE; {script}; COMMIT")


def _part(path: Path, ending: str) -> Path:
    return path.with_name(path.name + ending)
