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
from fluxfill_studio.core.planning.plan import Inputs
from fluxfill_studio.core.types import Pixels
from fluxfill_studio.storage.job_files import JobFiles
from fluxfill_studio.storage.saving import save_picture


def checked(data: bytes) -> Pixels:
    """The picture that was downloaded. Raises GarbledAnswer where it cannot be read whole."""
    try:
        return decode(data, "result").pixels
    except ImageError as error:
        raise GarbledAnswer(reason=error.message, charge=Charge.CHARGED) from error


def blended(inputs: Inputs, raws: Sequence[Pixels], blend: Blend) -> Outcome:
    """The finished picture of what came back for each part, its thumbnail, and what it changed."""
    composite = Composite.of(inputs, raws, blend)
    picture, changed = composite.checked_picture()
    return Outcome(composite, picture, thumbnail_of(picture.pixels), changed)


def kept_outcome(job: Job, files: JobFiles) -> Outcome:
    """What a job that is done has made, from the disk. Raises LedgerError and GarbledAnswer."""
    return blended(files.load(job), kept_results(job, files), job.blend)


def kept_results(job: Job, files: JobFiles) -> list[Pixels]:
    """What came back for the parts that are done. Raises LedgerError and GarbledAnswer."""
    return [checked(data) for data in files.read_results(job)]


def save_wish(wish: Wish, outcome: Outcome) -> None:
    """Write the picture where it was wished. Raises SaveError.

    A file that is there already and holds just this picture was written before the process was
    killed that could not note it down.
    """
    path = Path(wish.path)
    try:
        save_picture(path, outcome.picture, overwrite=wish.overwrite)
    except WouldOverwrite:
        with tempfile.TemporaryDirectory() as folder:
            copy = Path(folder) / path.name
            save_picture(copy, outcome.picture, overwrite=False)
            if not filecmp.cmp(copy, path, shallow=False):
                raise
