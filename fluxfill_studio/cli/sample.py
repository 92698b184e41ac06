"""The sample job: one local fill of a sample photograph, to be looked at without a window."""

from __future__ import annotations

import sys
from pathlib import Path
from tempfile import TemporaryDirectory

import cv2
import numpy as np

from fluxfill_studio.cli.access import Access
from fluxfill_studio.cli.batch import Batch, Run
from fluxfill_studio.cli.office import office_in
from fluxfill_studio.cli.report import tell
from fluxfill_studio.cli.terminal import Terminal
from fluxfill_studio.core.blending.composite import Outcome
from fluxfill_studio.core.errors import SaveError
from fluxfill_studio.core.geometry import Size
from fluxfill_studio.core.job import Engine
from fluxfill_studio.core.picture.scaling import reduced_to
from fluxfill_studio.core.picture.source import Source
from fluxfill_studio.core.request import FillRequest
from fluxfill_studio.core.schema import Control, ParameterSchema
from fluxfill_studio.core.types import Pixels, Plane
from fluxfill_studio.jobs.preparing import Order, plan_run
from fluxfill_studio.storage.images import read_source
from fluxfill_studio.storage.paths import pictures_folder, resources, samples
from fluxfill_studio.storage.saving import save_free

_PROMPT = "Plain orange fabric of a flight suit, with soft folds."
# The round badge on the suit, in shares of the picture's sides.
_CENTRE = (0.336, 0.757)
_HALF_AXES = (0.095, 0.095)
_SHOWN_SIDE = 1440
_GAP = 24


def run_sample(schema: ParameterSchema) -> int:
    """Take the badge off the astronaut's suit, and print where the pictures lie."""
    terminal = Terminal(sys.stderr)
    batch = Batch(Engine.LOCAL)
    outcomes: list[Outcome] = []
    pictures: dict[str, Path] = {}
    with batch.recorded(), TemporaryDirectory() as folder:
        source = read_source(samples(resources())[0])
        inputs = plan_run(source, _ellipse(source.size))
        prompt = schema.with_control(Control.PROMPT).name
        order = Order(FillRequest.build(schema, {prompt: _PROMPT}), inputs, Engine.LOCAL)
        run = Run.of_order(order, Path("sample-result.png"))
        batch.runs.append(run)
        with office_in(Path(folder), schema, Access()) as office:
            office.execute(batch, terminal, lambda _, outcome: outcomes.append(outcome))
        for outcome in outcomes:
            try:
                pair = _side_by_side(source.pixels, outcome.picture.pixels)
                pictures["Before and after"] = _save("sample-before-after", pair)
                run.saved = pictures["Result"] = _save("sample-result", outcome.picture)
            except SaveError as error:
                run.error = error
    tell(batch, terminal)
    for name, path in pictures.items():
        print(f"{name}: {path.resolve()}")
    return batch.status


def _save(stem: str, picture: Source) -> Path:
    """Into the folder for pictures, or into the working folder where that cannot be written."""
    try:
        return save_free(pictures_folder(), stem, picture)
    except SaveError:
        return save_free(Path(), stem, picture)


def _ellipse(size: Size) -> Plane:
    mask: Plane = np.zeros(size.shape, np.uint8)
    centre = (round(_CENTRE[0] * size.width), round(_CENTRE[1] * size.height))
    half_axes = (round(_HALF_AXES[0] * size.width), round(_HALF_AXES[1] * size.height))
    cv2.ellipse(mask, centre, half_axes, 0, 0, 360, 255, cv2.FILLED, cv2.LINE_AA)
    return mask


def _side_by_side(before: Pixels, after: Pixels) -> Source:
    """Both, reduced to what fits a screen, with a white gap between them."""
    left, right = reduced_to(before, _SHOWN_SIDE), reduced_to(after, _SHOWN_SIDE)
    gap = np.full((left.shape[0], _GAP, 3), 255, np.uint8)
    return Source.of("before and after", np.hstack([left, gap, right]))
