"""Pictures from the disk: read whole or not at all."""

from __future__ import annotations

import os
import stat
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

from fluxfill_studio.core.errors import (
    ImageMissing,
    ImageUnreadable,
    MaskSizeMismatch,
    NotAnImage,
)
from fluxfill_studio.core.files.codec import decode, decode_mask, decode_thumbnail
from fluxfill_studio.core.files.decoded import Progress
from fluxfill_studio.core.files.preview import Preview, previews
from fluxfill_studio.core.geometry import Size
from fluxfill_studio.core.picture.source import Origin, Source
from fluxfill_studio.core.types import Pixels, Plane

# Reading takes the first part of the progress, decoding the rest.
_READ_SHARE = 0.1


def read_source(
    path: Path,
    report: Progress = lambda _: None,
    show: Callable[[Preview], object] | None = None,
) -> Source:
    """Read and decode the picture at `path`; `report` is called from this thread.

    Where previews can be had sooner, `show` is given them, from another thread and before this
    returns. Raises ImageMissing, ImageUnreadable, or what `decode` raises.
    """
    data, origin = _read(path)
    report(_READ_SHARE)

    def decoding(done: float) -> None:
        report(_READ_SHARE + (1 - _READ_SHARE) * done)

    if show is None:
        source = decode(data, path.name, decoding)
    else:
        # The decoders let other threads run meanwhile.
        with ThreadPoolExecutor(1, "preview") as aside:
            shown = aside.submit(_show_previews, data, path.name, show)
            source = decode(data, path.name, decoding)
            shown.result()
    return source if origin is None else source.read_from(origin)


def read_thumbnail(path: Path, side: int) -> Pixels:
    """A small copy of the picture at `path`, no side longer than `side`; quick for JPEG.

    Raises what `read_source` raises.
    """
    return decode_thumbnail(_read(path)[0], path.name, side)


def read_mask(path: Path, size: Size | None = None) -> Plane:
    """Read a mask file as coverage, of `size` where one is given.

    Raises MaskSizeMismatch for another size, and what `read_source` raises.
    """
    plane = decode_mask(_read(path)[0], path.name)
    if size is not None and plane.shape != size.shape:
        height, width = plane.shape
        raise MaskSizeMismatch(
            name=path.name,
            width=width,
            height=height,
            source_width=size.width,
            source_height=size.height,
        )
    return plane


def _read(path: Path) -> tuple[bytes, Origin | None]:
    """What the file holds, and which it was; None for what cannot be read twice, such as a pipe."""
    try:
        with path.open("rb") as file:
            # Before it is read: a change meanwhile leaves an origin that no file has any more.
            status = os.fstat(file.fileno())
            data = file.read()
    except FileNotFoundError as error:
        raise ImageMissing(name=path.name) from error
    except IsADirectoryError as error:
        raise NotAnImage(name=path.name) from error
    except OSError as error:
        raise ImageUnreadable(name=path.name, reason=error.strerror or str(error)) from error
    if not stat.S_ISREG(status.st_mode):
        return data, None
    return data, Origin(str(path.absolute()), status.st_size, status.st_mtime_ns)


def _show_previews(data: bytes, name: str, show: Callable[[Preview], object]) -> None:
    for preview in previews(data, name):
        show(preview)
