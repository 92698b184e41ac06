"""Pictures on disk: read whole or not at all, written whole or not at all."""

from __future__ import annotations

import os
import stat
from collections.abc import Callable, Collection, Mapping
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import IO, Any

import numpy as np
from PIL import Image

from fluxfill_studio.core.codec import (
    Progress,
    decode,
    decode_mask,
    decode_thumbnail,
)
from fluxfill_studio.core.errors import (
    FolderInTheWay,
    FolderMissing,
    ImageMissing,
    ImageUnreadable,
    MaskSizeMismatch,
    NotAnImage,
    SaveError,
    UnknownEnding,
    WouldOverwrite,
)
from fluxfill_studio.core.geometry import Size
from fluxfill_studio.core.preview import Preview, previews
from fluxfill_studio.core.source import Origin, Source
from fluxfill_studio.core.types import Pixels, Plane
from fluxfill_studio.storage.atomic import write_whole
from fluxfill_studio.storage.png import png_parts

# The endings that can be saved, Pillow's name for each, and the options that keep the most.
SAVE_FORMATS: Mapping[str, tuple[str, Mapping[str, Any]]] = {
    ".png": ("PNG", {}),
    # Uncompressed: through libtiff, Pillow cannot write the Exif directories.
    ".tif": ("TIFF", {}),
    ".tiff": ("TIFF", {}),
    ".jpg": ("JPEG", {"quality": 95, "subsampling": 0}),
    ".jpeg": ("JPEG", {"quality": 95, "subsampling": 0}),
}
MASK_ENDING = ".png"
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


def check_target(
    path: Path, *, overwrite: bool, endings: Collection[str] = tuple(SAVE_FORMATS)
) -> None:
    """Raise SaveError now for a target that saving would refuse later."""
    if path.suffix.lower() not in endings:
        raise UnknownEnding(name=path.name, endings=", ".join(endings))
    if not path.parent.is_dir():
        raise FolderMissing(name=path.name, folder=path.parent)
    if path.is_dir():
        raise FolderInTheWay(name=path.name)
    if path.exists() and not overwrite:
        raise WouldOverwrite(name=path.name)


def save_picture(path: Path, pixels: Pixels, source: Source, *, overwrite: bool) -> None:
    """Write `pixels` in the format of `path`'s ending with `source`'s profile, EXIF and resolution.

    Alpha goes along where the size is still the source's and the format has alpha. The file
    appears under its name only when it is complete. Raises WouldOverwrite where it exists and
    `overwrite` is not given, and SaveError for whatever the disk or the format refuses.
    """
    check_target(path, overwrite=overwrite)
    format_name, options = SAVE_FORMATS[path.suffix.lower()]
    keeps_alpha = source.alpha is not None and format_name != "JPEG"
    if source.alpha is not None and keeps_alpha and source.alpha.shape == pixels.shape[:2]:
        pixels = np.dstack([pixels, source.alpha])
    metadata: dict[str, Any] = {
        "icc_profile": source.icc_profile,
        "exif": source.exif,
        "dpi": source.dpi,
    }
    present = {key: value for key, value in metadata.items() if value is not None}
    if format_name == "PNG":
        parts = png_parts(pixels, **present)
        _save(path, lambda file: file.writelines(parts), overwrite)
    else:
        image = Image.fromarray(pixels)
        _save(path, lambda file: image.save(file, format_name, **options, **present), overwrite)


def write_mask(path: Path, mask: Plane, *, overwrite: bool) -> None:
    """Write `mask` as a grey PNG of 8 bits, whole or not at all.

    Raises UnknownEnding for another ending than MASK_ENDING, and what `save_picture` raises.
    """
    check_target(path, overwrite=overwrite, endings=(MASK_ENDING,))
    _save(path, lambda file: file.writelines(png_parts(mask)), overwrite)


def save_free(folder: Path, stem: str, pixels: Pixels, source: Source) -> Path:
    """Write a PNG called `stem`, or `stem-2`, `stem-3` … whichever is free; returns its path.

    The folder is made where it does not exist. Raises SaveError.
    """
    try:
        folder.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise SaveError(name=folder.name, reason=error.strerror or str(error)) from error
    number = 1
    while True:
        path = folder / (f"{stem}.png" if number == 1 else f"{stem}-{number}.png")
        try:
            save_picture(path, pixels, source, overwrite=False)
        except WouldOverwrite:
            number += 1
        else:
            return path


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


def _save(path: Path, write: Callable[[IO[bytes]], object], overwrite: bool) -> None:
    """`write_whole`, with what the disk or the format refuses as SaveError."""
    try:
        write_whole(path, write, overwrite=overwrite)
    except FileExistsError as error:
        raise WouldOverwrite(name=path.name) from error
    except OSError as error:
        raise SaveError(name=path.name, reason=error.strerror or str(error)) from error
    except ValueError as error:
        # JPEG has no room for more than 64 kB of Exif data.
        raise SaveError(name=path.name, reason=str(error)) from error
