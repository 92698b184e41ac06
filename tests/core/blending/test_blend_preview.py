"""What is shown of a blend at once is what the whole picture will show."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from functools import partial

import numpy as np
import pytest

from fluxfill_studio.core.blending.blend_preview import BlendPreview, Seen
from fluxfill_studio.core.blending.compose import Blend
from fluxfill_studio.core.blending.composite import THUMBNAIL_SIDE, Composite, thumbnail_of
from fluxfill_studio.core.blending.matching import Match
from fluxfill_studio.core.geometry import Point, Rect, Size
from fluxfill_studio.core.picture.source import Source
from fluxfill_studio.core.planning.plan import Inputs, Part, inpaint_plan, outpaint_plan
from fluxfill_studio.core.view.display import sample
from fluxfill_studio.core.view.pyramid import Pyramid
from fluxfill_studio.core.view.viewport import Viewport
from tests.pictures import photograph

SIZE = Size(1501, 1003)
VIEW = Size(420, 380)
# Two areas so far apart that each is sent for itself.
PAINTED = (Rect(30, 40, 170, 130), Rect(1201, 700, 210, 180))


def composite(blend: Blend) -> Composite:
    source = Source.of("harbour.png", photograph(*SIZE.shape[::-1]))
    parts = []
    for rect in PAINTED:
        mask = np.zeros(SIZE.shape, np.uint8)
        mask[rect.slices] = 255
        plan = inpaint_plan(SIZE, rect, 300)
        parts.append(Part(plan, mask[plan.crop.slices].copy()))
    raws = [255 - part.plan.image(source.pixels) for part in parts]
    return Composite(Inputs(source, tuple(parts)), tuple(raws), blend)


FITTED = Viewport.fitted(SIZE, VIEW)


def near(scale: float, x: float, y: float) -> Viewport:
    """With that point of the picture in the middle."""
    zoomed = FITTED.zoomed(scale, Point(0, 0))
    point = zoomed.to_view(Point(x, y))
    return zoomed.panned(round(VIEW.width / 2 - point.x), round(VIEW.height / 2 - point.y))


VIEWPORTS = {
    "fitted": FITTED,
    "half, in a corner": near(0.5, 40, 50),
    "three quarters": near(0.75, 1300, 800),
    "as it is": near(1.0, 1390, 850),
    "very near": near(9.0, 185, 160),
}


@pytest.mark.parametrize("viewport", VIEWPORTS.values(), ids=VIEWPORTS)
@pytest.mark.parametrize("blend", [Blend(), Blend(25, 3, Match.NONE, 0.7), Blend(0, 0, Match.MEAN)])
def test_a_view_shows_what_the_whole_picture_shows(viewport: Viewport, blend: Blend) -> None:
    before, after = composite(Blend()), composite(blend).picture()
    pyramid = Pyramid(before.source.pixels.copy())
    preview = BlendPreview(before, Pyramid(before.source.pixels))
    seen = Seen.through(viewport, pyramid)
    pyramid.level(seen.index)[seen.rect.slices] = preview.part(seen, blend)

    area = viewport.visible_area
    shown = sample(pyramid, viewport, area).astype(int)
    expected = sample(Pyramid(after.pixels), viewport, area).astype(int)
    untouched = sample(Pyramid(before.source.pixels), viewport, area).astype(int)
    assert np.abs(expected - untouched).max() > 40, "something is to be seen"
    if seen.index == 0:
        assert np.array_equal(shown, expected)
    else:
        assert np.abs(shown - expected).mean() < 0.08 * np.abs(expected - untouched).mean()


@pytest.mark.parametrize("viewport", VIEWPORTS.values(), ids=VIEWPORTS)
def test_bands_that_are_blended_side_by_side_make_up_what_is_seen(viewport: Viewport) -> None:
    before = composite(Blend())
    pyramid = Pyramid(before.source.pixels)
    preview = BlendPreview(before, pyramid)
    seen = Seen.through(viewport, pyramid)
    with ThreadPoolExecutor(4) as threads:
        for blend in (Blend(), Blend(25, 3), Blend(0, 0, Match.MEAN), Blend(9)):
            parts = threads.map(partial(preview.part, blend=blend), seen.bands)
            assert np.array_equal(np.concatenate(list(parts)), preview.part(seen, blend))


def test_it_covers_all_that_is_seen_and_hardly_more() -> None:
    pyramid = Pyramid(photograph(*SIZE.shape[::-1]))
    for viewport in VIEWPORTS.values():
        seen = Seen.through(viewport, pyramid)
        area = viewport.visible_area
        for x, y in ((area.x, area.y), (area.right - 1, area.bottom - 1)):
            point = viewport.to_image(Point(x + 0.5, y + 0.5))
            assert seen.area.x <= point.x < seen.area.right
            assert seen.area.y <= point.y < seen.area.bottom
        assert seen.area.width <= area.width / viewport.scale + 8 * (1 << seen.index)


def test_other_blends_of_one_view_are_no_worse_than_the_first() -> None:
    """What is kept for a view is not mixed up with what another one, or match, needs."""
    made = composite(Blend())
    pyramid = Pyramid(made.source.pixels)
    kept = BlendPreview(made, pyramid)
    kept.prepare(2)
    places = [Seen(2, Rect(0, 0, 200, 200)), Seen(2, Rect(20, 5, 300, 240))]
    for blend in (Blend(), Blend(grow=6), Blend(match=Match.NONE), Blend(40), Blend()):
        for seen in places:
            fresh = BlendPreview(made, pyramid).part(seen, blend)
            assert np.array_equal(kept.part(seen, blend), fresh)


def test_the_thumbnail_is_that_of_the_whole_picture() -> None:
    blend = Blend(opacity=0.8)
    made = composite(blend)
    thumbnail = BlendPreview(made, Pyramid(made.source.pixels)).thumbnail(blend)
    expected = thumbnail_of(made.picture().pixels)
    assert max(thumbnail.shape) == THUMBNAIL_SIDE
    assert np.abs(thumbnail.astype(int) - expected).mean() < 2


def test_an_outpaint_has_none() -> None:
    source = Source.of("harbour.png", photograph(300, 200))
    inputs = Inputs(source, (Part(outpaint_plan(source.size)),))
    with pytest.raises(ValueError, match="not blended"):
        BlendPreview(Composite(inputs, (photograph(400, 200),)), Pyramid(source.pixels))
