"""Files that appear under their name when they are complete, and are on the disk then."""

from __future__ import annotations

import os
import secrets
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path
from typing import IO, Final

PARTIAL_PREFIX: Final = ".fluxfill-"
"""What the name of a file that is being written begins with; a killed process leaves it behind."""


def write_whole(path: Path, write: Callable[[IO[bytes]], object], *, overwrite: bool) -> None:
    """Have `write` fill a file beside `path`, flush it to the disk, then rename it.

    Raises FileExistsError where another file has the name and must stay, and OSError.
    """
    # Not with the name in it, which may already be as long as names can be.
    temporary = path.with_name(f"{PARTIAL_PREFIX}{secrets.token_hex(8)}")
    try:
        with temporary.open("x+b") as file:
            write(file)
            file.flush()
            os.fsync(file.fileno())
        if overwrite:
            temporary.replace(path)
        else:
            _rename_to_free(temporary, path)
    except BaseException:
        temporary.unlink(missing_ok=True)
        raise
    flush_folder(path.parent)


def make_folder(path: Path) -> None:
    """Make the folder and those above it that are missing, and flush their names to the disk."""
    if path.is_dir():
        return
    make_folder(path.parent)
    path.mkdir(exist_ok=True)
    flush_folder(path.parent)


def flush_folder(path: Path) -> None:
    """Flush the names in a folder to the disk, on systems and disks that can be asked to."""
    # Windows has no such call, its file system notes renames down in order; some network disks
    # refuse it. The files are where they belong either way.
    if os.name == "nt":
        return
    with suppress(OSError):
        descriptor = os.open(path, os.O_RDONLY)
        try:
            os.fsync(descriptor)
        finally:
            os.close(descriptor)


def _rename_to_free(temporary: Path, path: Path) -> None:
    """Rename, but raise FileExistsError rather than replace another file."""
    try:
        # Unlike a rename, a link is refused where the name is taken.
        path.hardlink_to(temporary)
    except FileExistsError:
        raise
    except OSError:
        # Not every disk has links (exFAT has none). Whoever asks has looked at the name.
        temporary.replace(path)
    else:
        temporary.unlink()
