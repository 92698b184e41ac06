"""The processes that use a folder: one that has ended is known at once, however it ended.

No clock and no process id is asked, so neither a sleeping computer nor an id that is used again
can make a living process look dead, or a dead one alive.
"""

from __future__ import annotations

import secrets
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import IO, Final

from fluxfill_studio.core.errors import LedgerBusy

# How long to wait before a lock that is taken is tried again, in seconds.
_PAUSE: Final = 0.005

if sys.platform == "win32":
    import msvcrt

    def _try_lock(file: IO[bytes]) -> bool:
        try:
            # One byte stands for the file. It need not be there.
            msvcrt.locking(file.fileno(), msvcrt.LK_NBLCK, 1)
        except PermissionError:
            return False
        return True

else:
    import fcntl

    def _try_lock(file: IO[bytes]) -> bool:
        try:
            fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            return False
        return True


class Owner:
    """A process that uses `folder`, from `enter` to `leave` or its death.

    `token` names it. It holds the lock of a file of that name, which the system takes back when
    the process ends: SIGKILL, a crash, or the power cut that loses all locks. Looking whether such
    a file is locked means to lock it for a moment, so processes do that, and enter, one at a time:
    whoever holds the door. All methods raise OSError; those that wait for the door raise
    LedgerBusy when it is not free within `patience` seconds.
    """

    def __init__(self, folder: Path, patience: float) -> None:
        self.token = secrets.token_hex(16)
        self._folder = folder
        self._patience = patience
        self._own: IO[bytes] | None = None

    @contextmanager
    def door(self) -> Iterator[None]:
        """While this is held nobody else enters, or looks who lives."""
        with (self._folder / "door").open("ab") as file:
            self._lock(file)
            yield

    def enter(self) -> None:
        """Count as living from now on. Only while the door is held: a file that is not locked yet
        would be taken for that of a dead process.
        """
        self._own = self._path(self.token).open("xb")
        self._lock(self._own)

    def is_alone(self) -> bool:
        """Whether no other process lives. Only while the door is held."""
        tokens = {path.stem for path in self._folder.glob("*.lock")} - {self.token}
        return not any(self._lives(token) for token in tokens)

    def lives(self, token: str) -> bool:
        """Whether the process of that name has not ended. Waits for the door."""
        if token == self.token:
            return self._own is not None
        with self.door():
            return self._lives(token)

    def leave(self) -> None:
        """Count as dead from now on."""
        if self._own is not None:
            self._own.close()
            self._own = None
            self._path(self.token).unlink(missing_ok=True)

    def _lives(self, token: str) -> bool:
        """Whether that process lives; the file of a dead one is removed."""
        path = self._path(token)
        try:
            with path.open("r+b") as file:
                if not _try_lock(file):
                    return True
        except FileNotFoundError:
            return False
        path.unlink(missing_ok=True)
        return False

    def _lock(self, file: IO[bytes]) -> None:
        """Lock the file until it is closed."""
        end = time.monotonic() + self._patience
        while not _try_lock(file):
            if time.monotonic() >= end:
                raise LedgerBusy
            time.sleep(_PAUSE)

    def _path(self, token: str) -> Path:
        return self._folder / f"{token}.lock"
