"""Pictures and masks onto the disk, whole or not at all."""

from __future__ import annotations

from collections.abc import Callable, Collection
from pathlib import Path
from typing import IO, Any, Final

import cv2
import numpy as np
from PIL import Image

from fluxfill_studio.core.errors import (
    FolderInTheWay,
    FolderMissing,
    PictureTooLarge,
    SaveError,
    UnknownEnding,
    WouldOverwrite,
)
from fluxfill_studio.core.picture.samples import ColourModel, Samples
from fluxfill_studio.core.picture.source import Source
from fluxfill_studio.core.types import Plane
from fluxfill_studio.storage.atomic import write_whole
from fluxfill_studio.storage.formats import SAVE_FORMATS, Format, fitted
from fluxfill_studio.storage.png import png_parts
from fluxfill_studio.storage.tiff import write_tiff

MASK_ENDING: Final = ".png"
JPEG_QUALITY: Final = 95
"""On libjpeg's scale of 0 to 100."""

# Pillow's names, of which JPEG is written.
_MODES: Final = {ColourModel.GREY: "L", ColourModel.RGB: "RGB", ColourModel.CMYK: "CMYK"}
# OpenCV's options by which nothing is lost: with WebP, also the colour of what is transparent; and
# AVIF in the fastest way but one, as the slower ones make files that are hardly smaller.
_LOSSLESS: Final = {
    ".webp": (cv2.IMWRITE_WEBP_LOSSLESS_MODE, cv2.IMWRITE_WEBP_LOSSLESS_PRESERVE_COLOR),
    ".avif": (cv2.IMWRITE_AVIF_QUALITY, 100, cv2.IMWRITE_AVIF_SPEED, 9),
}


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


def save_picture(
    path: Path, picture: Source, *, overwrite: bool, quality: int = JPEG_QUALITY
) -> None:
    """Write `picture` in the format of `path`'s ending; `quality` is JPEG's.

    All that belongs to it goes along, except for what `losses` tells of the format. The file
    appears under its name only when it is complete. Raises WouldOverwrite where it exists and
    `overwrite` is not given, PictureTooLarge, and SaveError for whatever the disk or the format
    refuses.
    """
    check_target(path, overwrite=overwrite)
    kind = SAVE_FORMATS[path.suffix.lower()]
    if picture.size.long_side > kind.value.longest_side:
        raise PictureTooLarge(name=path.name, longest=kind.value.longest_side)

    def write(file: IO[bytes]) -> None:
        kept = fitted(picture, kind.value)
        match kind:
            case Format.PNG:
                file.writelines(png_parts(kept.samples, kept.exif, kept.dpi))
            case Format.TIFF:
                write_tiff(file, kept.samples, kept.exif, kept.dpi)
            case Format.JPEG:
                _write_jpeg(file, kept, quality)
            case Format.WEBP | Format.AVIF:
                _write_by_opencv(file, kept, path.suffix.lower())

    _save(path, write, overwrite)


def write_mask(path: Path, mask: Plane, *, overwrite: bool) -> None:
    """Write `mask` as a grey PNG of 8 bits, whole or not at all.

    Raises UnknownEnding for another ending than MASK_ENDING, and what `save_picture` raises.
    """
    check_target(path, overwrite=overwrite, endings=(MASK_ENDING,))
    _save(path, lambda file: file.writelines(png_parts(Samples(np.atleast_3d(mask)))), overwrite)


def save_free(folder: Path, stem: str, picture: Source) -> Path:
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
            save_picture(path, picture, overwrite=False)
        except WouldOverwrite:
            number += 1
        else:
            return path


def _write_jpeg(file: IO[bytes], picture: Source, quality: int) -> None:
    samples = picture.samples
    mode = _MODES[samples.model]
    values = np.ascontiguousarray(samples.values)
    size = (samples.size.width, samples.size.height)
    image = Image.frombuffer(mode, size, values, "raw", mode, 0, 1)
    metadata: dict[str, Any] = {
        "icc_profile": samples.icc_profile,
        "exif": picture.exif,
        "dpi": picture.dpi,
    }
    present = {key: value for key, value in metadata.items() if value is not None}
    # Colour at the full resolution.
    image.save(file, "JPEG", quality=quality, subsampling=0, **present)


def _write_by_opencv(file: IO[bytes], picture: Source, ending: str) -> None:
    """RGB of 8 bits, without loss.

    Pillow would keep every other thread from running for a third of a second at 100 megapixels.
    """
    samples = picture.samples
    if samples.alpha is None:
        pixels = cv2.cvtColor(samples.values, cv2.COLOR_RGB2BGR)
    else:
        pixels = cv2.cvtColor(samples.values, cv2.COLOR_RGB2BGRA)
        cv2.insertChannel(samples.alpha, pixels, 3)
    metadata = {
        cv2.IMAGE_METADATA_ICCP: samples.icc_profile,
        cv2.IMAGE_METADATA_EXIF: picture.exif and picture.exif.removeprefix(b"Exif\0\0"),
    }
    present = {kind: np.frombuffer(data, np.uint8) for kind, data in metadata.items() if data}
    encoded, data = cv2.imencodeWithMetadata(
        ending, pixels, list(present), list(present.values()), _LOSSLESS[ending]
    )
    if not encoded:
        raise ValueError(f"OpenCV cannot encode it as {ending}")
    file.write(data.data)


def _save(path: Path, write: Callable[[IO[bytes]], object], overwrite: bool) -> None:
    """`write_whole`, with what the disk or the format refuses as SaveError."""
    try:
        write_whole(path, write, overwrite=overwrite)
    except FileExistsError as error:
        raise WouldOverwrite(name=path.name) from error
    except (OSError, ValueError) as error:
        reason = getattr(error, "strerror", None) or str(error)
        raise SaveError(name=path.name, reason=reason) from error
