"""What came back becomes a picture, and the picture a file where it was wished."""

from __future__ import annotations

import filecmp
import tempfile
from collections.abc import Sequence
from pathlib import Path

from fluxfill_studio.core.blending.compose import Blend
from fluxfill_studio.core.blending.composite import Composite, Outcome, thumbnail_of
from fluxfill_studio.core.errors import Charge, GarbledAnswer, ImageError, WouldOverwrite
from fluxfill_studio.core.files.codec import decode
from fluxfill_studio.core.job import Job, Wish
from fluxfill_studio.core.picture.source import Source
from fluxfill_studio.core.planning.plan import Inputs
from fluxfill_studio.core.types import Pixels, Plane
from fluxfill_studio.storage.job_files import JobFiles
from fluxfill_studio.storage.saving import JPEG_QUALITY, save_picture


def checked(data: bytes) -> Pixels:
    """The picture that was downloaded. Raises GarbledAnswer where it cannot be read whole."""
    try:
        return decode(data, "result").pixels
    except ImageError as error:
        raise GarbledAnswer(reason=error.message, charge=Charge.CHARGED) from error


class Making:
    """The picture of a job as it is made, from what came back for each part that is done.

    Every part is brought into the picture that the ones before have made, once. All methods but
    `add` may take seconds: in a worker thread.
    """

    def __init__(self, inputs: Inputs, raws: Sequence[Pixels], blend: Blend) -> None:
        self._inputs = inputs
        self._raws = list(raws)
        self._blend = blend
        # What is made of how many parts, and what that changed outside the mask.
        self._done, self._picture = 0, inputs.source
        self._changed: int | None = 0

    def add(self, raw: Pixels) -> None:
        """Take what came back for the part under way; the next one follows."""
        self._raws.append(raw)

    def source(self) -> Source:
        """What the part under way starts from: the picture with all parts before it."""
        if self._done < len(self._raws):
            rest = Inputs(self._picture, self._inputs.parts[self._done :])
            composite = Composite.of(rest, self._raws[self._done :], self._blend)
            self._picture, changed = composite.checked_picture()
            self._done = len(self._raws)
            self._changed = None if changed is None else (self._changed or 0) + changed
        return self._picture

    def filled(self) -> Plane:
        """The coverage that the part under way fills, within the crop of its plan."""
        coverage = self._inputs.parts[len(self._raws)].filled(self.source().size)
        if coverage is None:
            raise ValueError("of a preset it is not known what it fills")
        return coverage

    def outcome(self) -> Outcome:
        """The picture with all parts that are done, its thumbnail, and what it changed."""
        picture = self.source()
        composite = Composite.of(self._inputs, self._raws, self._blend)
        return Outcome(composite, picture, thumbnail_of(picture.pixels), self._changed)


def kept_outcome(job: Job, files: JobFiles) -> Outcome:
    """What a job that is done has made, from the disk. Raises LedgerError and GarbledAnswer."""
    return Making(files.load(job), kept_results(job, files), job.blend).outcome()


def kept_results(job: Job, files: JobFiles) -> list[Pixels]:
    """What came back for the parts that are done. Raises LedgerError and GarbledAnswer."""
    return [checked(data) for data in files.read_results(job)]


def save_wish(wish: Wish, outcome: Outcome) -> None:
    """Write the picture where it was wished. Raises SaveError.

    A file that is there already and holds just this picture was written before the process was
    killed that could not note it down.
    """
    path = Path(wish.path)
    quality = JPEG_QUALITY if wish.quality is None else wish.quality
    try:
        save_picture(path, outcome.picture, overwrite=wish.overwrite, quality=quality)
    except WouldOverwrite:
        with tempfile.TemporaryDirectory() as folder:
            copy = Path(folder) / path.name
            save_picture(copy, outcome.picture, overwrite=False, quality=quality)
            if not filecmp.cmp(copy, path, shallow=False):
                raise
