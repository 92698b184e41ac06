"""Whole masks: from files, transparency or the latest run, and into files."""

from __future__ import annotations

import asyncio
import struct
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Final

import cv2
import numpy as np
from PySide6.QtCore import QObject, Signal

from fluxfill_studio.core.errors import ImageError, SaveError
from fluxfill_studio.core.files.codec import decode_mask
from fluxfill_studio.core.geometry import Size
from fluxfill_studio.core.painting.selection import replace
from fluxfill_studio.core.picture.scaling import fitting, resized
from fluxfill_studio.core.types import Plane
from fluxfill_studio.model.document import Document, Picture
from fluxfill_studio.model.generation import Generation
from fluxfill_studio.model.tasks import TaskOwner
from fluxfill_studio.storage.images import read_mask
from fluxfill_studio.storage.saving import MASK_ENDING, write_mask

_PREVIEW_SIDE: Final = 320


@dataclass(frozen=True, eq=False)
class MaskFile:
    """A mask that was read for a picture; `plane` has a size of its own, 255 is painted.

    `preview` is a copy with no side longer than 320 px, `white` the share of what is painted.
    """

    name: str
    plane: Plane
    preview: Plane
    white: float
    picture: Picture

    @classmethod
    def read(cls, path: Path, picture: Picture) -> MaskFile:
        """Read the file at `path`; takes long, so call it in a worker. Raises ImageError."""
        plane = read_mask(path)
        preview = resized(plane, fitting(_size_of(plane), _PREVIEW_SIDE))
        return cls(path.name, plane, preview, cv2.mean(plane)[0] / 255, picture)

    @property
    def size(self) -> Size:
        return _size_of(self.plane)

    @property
    def fits(self) -> bool:
        return self.size == self.picture.source.size

    @property
    def is_doubtful(self) -> bool:
        """Whether its size is another, or it is mostly white and so perhaps meant inverted."""
        return not self.fits or self.white > 0.5


class Masks(QObject):
    """Puts whole masks in the place of the one that is open, and writes that one to a file.

    What comes is one undo step.
    """

    doubtful = Signal(object)
    """A MaskFile that somebody should look at before it is given to `take`."""
    imported = Signal(object, bool)
    """The MaskFile whose mask has been taken, and whether inverted."""
    exported = Signal(object)
    """The Path of a file that is complete on the disk."""
    failed = Signal(object)
    """The ImageError or SaveError that reading or writing ended with."""
    latest_changed = Signal()
    """Whether there is a mask of the latest run."""

    def __init__(
        self,
        document: Document,
        generation: Generation,
        tasks: TaskOwner,
        parent: QObject | None = None,
    ) -> None:
        super().__init__(parent)
        self._document = document
        self._generation = generation
        self._tasks = tasks
        generation.mask_kept.connect(self.latest_changed)

    def read(self, path: Path) -> None:
        """Read a mask for the open picture; `imported`, `doubtful` or `failed` follows."""
        picture = self._document.picture
        if picture is not None:
            self._tasks.start(self._read(path, picture), f"import {path.name}")

    def take(self, file: MaskFile, *, inverted: bool = False) -> None:
        """Take the mask of a file, scaled to its picture; nothing happens when that has gone."""
        if file.picture is self._document.picture:
            size = file.picture.source.size
            self._take(lambda: fitted(file.plane, size, inverted=inverted))
            self.imported.emit(file, inverted)

    @property
    def has_transparency(self) -> bool:
        picture = self._document.picture
        return picture is not None and picture.source.samples.alpha is not None

    def take_transparency(self) -> None:
        """Paint as much as the picture is transparent; without transparency nothing happens."""
        picture = self._document.picture
        alpha = None if picture is None else picture.source.samples.alpha
        if alpha is not None:
            self._take(lambda: np.asarray(cv2.bitwise_not(alpha), np.uint8))

    @property
    def has_latest(self) -> bool:
        """Whether the latest run has left a mask that fits the picture."""
        picture, mask = self._document.picture, self._generation.latest_mask
        return picture is not None and mask is not None and _png_size(mask) == picture.source.size

    def take_latest(self) -> None:
        """Take the mask of the latest run; without a fitting one nothing happens."""
        mask = self._generation.latest_mask
        if self.has_latest and mask is not None:
            self._take(lambda: decode_mask(mask, "mask"))

    @property
    def suggested_name(self) -> str:
        """A file name that says whose mask it is."""
        picture = self._document.picture
        stem = "" if picture is None else f"{Path(picture.source.name).stem}-"
        return f"{stem}mask{MASK_ENDING}"

    def write(self, path: Path, *, overwrite: bool) -> None:
        """Write the mask as it is now; `exported` or `failed` follows, if there is one."""

        def begin(mask: Plane) -> None:
            self._tasks.start(self._write(path, mask, overwrite), f"export {path.name}")

        if self._document.picture is not None:
            # Painting goes on while this mask is written.
            self._document.copy_mask(begin)

    def _take(self, mask: Callable[[], Plane]) -> None:
        self._document.change(lambda edit: replace(edit, mask()))

    async def _read(self, path: Path, picture: Picture) -> None:
        try:
            file = await asyncio.to_thread(MaskFile.read, path, picture)
        except ImageError as error:
            self.failed.emit(error)
            return
        if picture is not self._document.picture:
            return
        if file.is_doubtful:
            self.doubtful.emit(file)
        else:
            self.take(file)

    async def _write(self, path: Path, mask: Plane, overwrite: bool) -> None:
        try:
            await asyncio.to_thread(write_mask, path, mask, overwrite=overwrite)
        except SaveError as error:
            self.failed.emit(error)
        else:
            self.exported.emit(path)


def fitted(plane: Plane, size: Size, *, inverted: bool = False) -> Plane:
    """A mask of `size`: by area where a side gets shorter, by linear interpolation where longer."""
    if _size_of(plane) != size:
        height, width = plane.shape
        shorter = (min(width, size.width), min(height, size.height))
        reduced = cv2.resize(plane, shorter, interpolation=cv2.INTER_AREA)
        whole = cv2.resize(reduced, (size.width, size.height), interpolation=cv2.INTER_LINEAR)
        plane = np.asarray(whole, np.uint8)
    return np.asarray(cv2.bitwise_not(plane), np.uint8) if inverted else plane


def _size_of(plane: Plane) -> Size:
    height, width = plane.shape
    return Size(width, height)


def _png_size(png: bytes) -> Size:
    """The size of a PNG, which its first chunk begins with (PNG, third edition, 5.2 and 11.2.1)."""
    width, height = struct.unpack_from(">II", png, 16)
    return Size(width, height)
