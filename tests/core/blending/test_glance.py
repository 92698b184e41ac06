"""A fill seen from afar looks like the finished picture reduced."""

from __future__ import annotations

import numpy as np
import pytest

from fluxfill_studio.core.blending.compose import Blend, Fill
from fluxfill_studio.core.blending.glance import Glance
from fluxfill_studio.core.blending.matching import Match
from fluxfill_studio.core.geometry import Rect, Size
from fluxfill_studio.core.painting.mask import Mask
from fluxfill_studio.core.picture.source import Source
from fluxfill_studio.core.planning.plan import inpaint_plan
from fluxfill_studio.core.view.pyramid import Pyramid
from tests.simulated_service import SHIFTED, detailed_photograph

SIZE = Size(1501, 1003)


def fill_of(mask_rect: Rect, blend: Blend) -> Fill:
    source = Source.of("a picture", detailed_photograph("coffee", SIZE))
    mask = np.zeros(SIZE.shape, np.uint8)
    mask[mask_rect.slices] = 255
    plan = inpaint_plan(SIZE, Mask(SIZE, mask).bounds, 700)
    raw = SHIFTED.returns(plan.image(255 - source.pixels))
    return Fill(source, plan, mask[plan.crop.slices].copy(), raw, blend)


@pytest.mark.parametrize("shift", [1, 2, 3])
@pytest.mark.parametrize("blend", [Blend(), Blend(30, 0, Match.NONE), Blend(0, 8, Match.MEAN, 0.6)])
@pytest.mark.parametrize("painted", [Rect(801, 333, 250, 201), Rect(1201, 0, 300, 1003)])
def test_it_is_nearly_the_picture_reduced(painted: Rect, blend: Blend, shift: int) -> None:
    fill = fill_of(painted, blend)
    assert fill.patch is not None
    level = np.asarray(Pyramid(fill.source.pixels).level(shift), np.uint8)
    expected = np.asarray(Pyramid(fill.picture().pixels).level(shift), np.uint8)
    height, width = level.shape[:2]
    glance = Glance(fill.patch, level, shift)
    before = level.copy()
    seen = glance.part(Rect(0, 0, width, height), blend)
    changed = (expected != level).any(axis=2)
    error = (seen.astype(np.float32) - expected)[changed]
    change = (level.astype(np.float32) - expected)[changed]
    # Pixels that are partly covered count as covered, which is less true the larger they are.
    assert np.abs(error).mean() < 0.04 * shift * np.abs(change).mean()
    assert np.array_equal(level, before)
    rect = Rect(width // 2, height // 4, width // 3, height // 2)
    part = glance.part(rect, blend).astype(int)
    assert np.abs(part - seen[rect.slices]).max() <= 1


def test_what_is_not_painted_is_the_level_itself() -> None:
    fill = fill_of(Rect(801, 333, 250, 201), Blend())
    assert fill.patch is not None
    level = np.asarray(Pyramid(fill.source.pixels).level(2), np.uint8)
    glance = Glance(fill.patch, level, 2)
    for rect in (Rect(0, 0, 60, 50), Rect(150, 100, 40, 40)):
        assert np.array_equal(glance.part(rect, Blend()), level[rect.slices])
    inside = Rect(210, 90, 30, 30)
    assert np.array_equal(glance.part(inside, Blend(opacity=0)), level[inside.slices])
    assert not np.array_equal(glance.part(inside, Blend()), level[inside.slices])
