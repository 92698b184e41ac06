"""What came back becomes a picture, and the picture a file where it was wished."""

from __future__ import annotations

import filecmp
import tempfile
from pathlib import Path

from fluxfill_studio.core.codec import decode, reduced_to
from fluxfill_studio.core.compose import Fill, Outcome
from fluxfill_studio.core.errors import Charge, GarbledAnswer, ImageError, WouldOverwrite
from fluxfill_studio.core.job import Job, Wish
from fluxfill_studio.core.plan import Inputs, Plan
from fluxfill_studio.core.types import Pixels
from fluxfill_studio.storage.images import save_picture
from fluxfill_studio.storage.job_files import JobFiles

_THUMBNAIL_SIDE = 320


def checked(data: bytes) -> Pixels:
    """The picture that was downloaded. Raises GarbledAnswer where it cannot be read whole."""
    try:
        return decode(data, "result").pixels
    except ImageError as error:
        raise GarbledAnswer(reason=error.message, charge=Charge.CHARGED) from error


def blended(raw: Pixels, plan: Plan, inputs: Inputs) -> Outcome:
    """The finished picture, its thumbnail, and how many pixels changed outside the mask."""
    fill = Fill(inputs.source, plan, inputs.mask, raw)
    picture = fill.picture()
    changed = None if inputs.mask is None else fill.changed_outside(picture)
    return Outcome(fill, picture, reduced_to(picture, _THUMBNAIL_SIDE), changed)


def kept_outcome(job: Job, files: JobFiles) -> Outcome:
    """What a job that is done has made, from the disk. Raises LedgerError and GarbledAnswer."""
    return blended(checked(files.read_result(job)), job.plan, files.load(job))


def save_wish(wish: Wish, outcome: Outcome) -> None:
    """Write the picture where it was wished. Raises SaveError.

    A file that is there already and holds just this picture was written before the process was
    killed that could not note it down.
    """
    path, source = Path(wish.path), outcome.fill.source
    try:
        save_picture(path, outcome.picture, source, overwrite=wish.overwrite)
    except WouldOverwrite:
        with tempfile.TemporaryDirectory() as folder:
            copy = Path(folder) / path.name
            save_picture(copy, outcome.picture, source, overwrite=False)
            if not filecmp.cmp(copy, path, shallow=False):
                raise
