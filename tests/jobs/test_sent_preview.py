"""What is told before a run is what the run sends."""

from __future__ import annotations

import numpy as np
import pytest

from fluxfill_studio.core.geometry import Size
from fluxfill_studio.core.picture.source import Source
from fluxfill_studio.core.planning.extension import Extension
from fluxfill_studio.core.planning.plan import WHOLE, Context, Inputs
from fluxfill_studio.core.planning.plan_warnings import PlanWarning
from fluxfill_studio.core.types import Plane
from fluxfill_studio.jobs.preparing import plan_extension, plan_run
from fluxfill_studio.jobs.sending import image_file
from fluxfill_studio.jobs.sent_preview import SentImage, SentPreview, preview_of
from fluxfill_studio.storage.png import encode_png
from tests.pictures import photograph

SIZE = Size(5000, 1600)
SOURCE = Source.of("wall.png", np.tile(photograph(500, 400), (4, 10, 1)))


def painted(*places: tuple[int, int], side: int = 300) -> Plane:
    mask = np.zeros(SIZE.shape, np.uint8)
    for x, y in places:
        mask[y : y + side, x : x + side] = 255
    return mask


ONE = painted((700, 600))
TWO = painted((300, 300), (4400, 1200))


def preview(mask: Plane, *, apart: bool = False, context: Context = WHOLE) -> SentPreview:
    return preview_of(plan_run(SOURCE, mask, context=context, apart=apart), mask, None)


@pytest.mark.parametrize("inputs", [plan_run(SOURCE, ONE), plan_run(SOURCE, ONE, context=WHOLE)])
def test_it_tells_the_very_files_that_are_sent(inputs: Inputs) -> None:
    told = preview_of(inputs, ONE, None)
    (part,) = inputs.parts
    assert part.mask is not None
    assert told.plans == (part.plan,)
    assert told.image_bytes == len(image_file(part.plan, SOURCE)[1])
    assert told.mask_bytes == len(encode_png(part.plan.mask(part.mask)))
    assert told.covered == pytest.approx(300 * 300 / part.plan.crop.area)
    assert told.areas == 1
    assert not told.is_estimate
    assert told.warnings == ()


def test_the_thumbnail_is_small_and_shows_where_the_mask_is() -> None:
    told = preview(ONE)
    height, width = told.image.thumbnail.shape[:2]
    assert (width, height) == (160, 51)
    assert told.filled is not None
    assert told.filled.shape == (height, width)
    ys, xs = np.nonzero(told.filled)
    # Grown by what is sent around it, and by whatever a pixel covers.
    assert 700 / 5000 * width - 3 <= xs.min() < 700 / 5000 * width < xs.max() < 1060 / 5000 * width
    assert 600 / 1600 * height - 3 <= ys.min() < ys.max() < 960 / 1600 * height


def test_a_hairline_is_seen_in_the_thumbnail_and_warned_of() -> None:
    mask = np.zeros(SIZE.shape, np.uint8)
    mask[800, 500:4500] = 255
    told = preview(mask)
    assert told.filled is not None
    assert told.filled.any()
    assert told.warnings == (PlanWarning.TOO_THIN,)


def test_areas_that_lie_far_apart_are_counted_and_are_runs_of_their_own_if_asked_for() -> None:
    together = preview(TWO, context=WHOLE)
    assert (len(together.plans), together.areas) == (1, 2)
    inputs = plan_run(SOURCE, TWO, apart=True)
    told = preview_of(inputs, TWO, None)
    assert (len(told.plans), told.areas) == (2, 2)
    assert told.is_estimate
    really = sum(len(image_file(plan, SOURCE)[1]) for plan in told.plans)
    assert told.image_bytes == pytest.approx(really, rel=0.1)
    assert told.covered == pytest.approx(2 * 300**2 / sum(plan.crop.area for plan in told.plans))


def test_warnings_of_all_runs_are_told_once_the_weightiest_first() -> None:
    mask = painted((300, 300), (4700, 1300))
    mask[10, 200:800] = 255
    mask[0, 4600:4700] = 255
    told = preview_of(plan_run(SOURCE, mask, apart=True), mask, None)
    assert len(told.plans) == 2
    assert told.warnings == (PlanWarning.TOUCHES_EDGE,)


def test_a_preset_has_no_mask() -> None:
    told = preview_of(plan_run(SOURCE, None), None, None)
    assert told.plans[0].sent == Size(1440, 461)
    assert (told.mask_bytes, told.covered, told.filled, told.areas) == (None, None, None, 0)


def test_an_extension_tells_its_steps_and_how_much_is_new() -> None:
    one = preview_of(plan_extension(SOURCE, Extension(right=500)), None, None)
    (plan,) = one.plans
    assert one.covered == pytest.approx(500 * 1600 / plan.crop.area)
    assert one.mask_bytes is not None
    several = preview_of(plan_extension(SOURCE, Extension(right=9000)), None, None)
    assert several.is_estimate
    assert several.image_bytes > 2 * one.image_bytes
    assert several.covered is not None
    assert 0.3 < several.covered <= 0.52


def test_a_picture_that_is_known_is_not_made_again() -> None:
    first = preview(ONE)
    other = painted((720, 600))
    assert preview_of(plan_run(SOURCE, other, context=WHOLE), other, first.image).image is (
        first.image
    )
    around = plan_run(SOURCE, other)
    assert preview_of(around, other, first.image).image.plan == around.parts[0].plan
    copy = Source.of("wall.png", SOURCE.pixels)
    assert preview_of(plan_run(copy, other, context=WHOLE), other, first.image).image is not (
        first.image
    )


def test_an_image_tells_its_bytes() -> None:
    plan = plan_run(SOURCE, ONE).parts[0].plan
    assert SentImage.of(SOURCE, plan).file_bytes == len(image_file(plan, SOURCE)[1])
