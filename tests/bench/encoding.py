"""The rows of encoding and blending, beside Pillow and a copy of the same bytes."""

from __future__ import annotations

import io
import time
from collections.abc import Callable
from functools import partial
from statistics import median
from typing import Final

from PIL import Image

from fluxfill_studio.core.blending.compose import Fill
from fluxfill_studio.core.geometry import Rect, Size
from fluxfill_studio.core.picture.source import Source
from fluxfill_studio.core.planning.plan import Plan
from fluxfill_studio.storage.png import encode_bilevel_png, encode_png
from tests.bench.clocks import copy_of, seconds
from tests.bench.report import Report, Row
from tests.bench.subjects import SIZES, large_photograph, painted_mask
from tests.pictures import photograph

_ROUNDS: Final = 3


def measure_encoding(report: Report, megapixels: int) -> None:
    """CPU seconds, as all of it is work of the processor's."""
    size = SIZES[megapixels]
    mask = painted_mask(size)
    copied = copy_of(size.area)
    grey = Image.fromarray(mask)
    bilevel = grey.convert("1", dither=Image.Dither.NONE)
    report.head(f"Encoding and blending {megapixels} MP")
    # The goals are those of 100 megapixels; less should take less.
    share = size.area / SIZES[100].area
    for depth, encode, image, goal in (
        ("8 bits", encode_png, grey, 0.25),
        ("1 bit", encode_bilevel_png, bilevel, 0.1),
    ):
        ours = _seconds(partial(encode, mask))
        pillow = _seconds(partial(_encode_with_pillow, image))
        note = f"Pillow {pillow:.2f} s"
        report.add(Row(f"mask to PNG, {depth}", ours, "s", share * goal, copied, note=note))
    pixels, fill = large_photograph(megapixels), photograph(1440, 960, seed=3)
    whole = Rect.of(size)
    run = Fill(Source.of("a photograph", pixels), Plan(whole, Size(1440, 960)), mask, fill)
    blend = _seconds(run.picture)
    report.add(Row("blend a fill into all of it", blend, "s", limit=copy_of(3 * size.area)))


def _encode_with_pillow(image: Image.Image) -> None:
    image.save(io.BytesIO(), "PNG")


def _seconds(action: Callable[[], object]) -> float:
    return median(seconds(action, time.process_time) for _ in range(_ROUNDS))
