"""What SQLite and the system refuse, as errors with a sentence for the user."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from typing import Final

from fluxfill_studio.core.errors import LedgerBusy, LedgerError
from fluxfill_studio.core.texts import QT_TRANSLATE_NOOP

# Primary result codes (sqlite.org/rescode.html).
_BUSY: Final = frozenset({sqlite3.SQLITE_BUSY, sqlite3.SQLITE_LOCKED, sqlite3.SQLITE_PROTOCOL})
_DAMAGED: Final = frozenset({sqlite3.SQLITE_CORRUPT, sqlite3.SQLITE_NOTADB})
_DAMAGE = QT_TRANSLATE_NOOP("errors", "the list of jobs is damaged")
_REASONS: Final[Mapping[int, str]] = {
    **dict.fromkeys(_DAMAGED, _DAMAGE),
    sqlite3.SQLITE_FULL: QT_TRANSLATE_NOOP("errors", "the disk is full"),
    sqlite3.SQLITE_IOERR: QT_TRANSLATE_NOOP("errors", "the disk cannot be written to or read"),
    sqlite3.SQLITE_READONLY: QT_TRANSLATE_NOOP("errors", "the list of jobs is write-protected"),
    sqlite3.SQLITE_PERM: QT_TRANSLATE_NOOP("errors", "the list of jobs is protected"),
    sqlite3.SQLITE_CANTOPEN: QT_TRANSLATE_NOOP("errors", "the list of jobs cannot be opened"),
    sqlite3.SQLITE_NOMEM: QT_TRANSLATE_NOOP("errors", "there is not enough memory"),
}


@contextmanager
def ledger_errors() -> Iterator[None]:
    """Raise what the surroundings refuse as LedgerError; mistakes of the program pass through."""
    try:
        yield
    except sqlite3.DatabaseError as error:
        code = _primary_code(error)
        if code in _BUSY:
            raise LedgerBusy from error
        reason = _REASONS.get(code)
        if reason is None:
            raise
        raise LedgerError(reason=reason) from error
    except OSError as error:
        raise LedgerError(reason=error.strerror or str(error)) from error


def is_damage(error: sqlite3.DatabaseError) -> bool:
    """Whether a file that is only looked at is at fault: not its surroundings, nor who looks."""
    return _primary_code(error) in _DAMAGED | {sqlite3.SQLITE_ERROR}


def _primary_code(error: sqlite3.DatabaseError) -> int:
    """SQLite's result code without its details; what Python's module raises by itself has none."""
    return getattr(error, "sqlite_errorcode", sqlite3.SQLITE_ERROR) & 0xFF
