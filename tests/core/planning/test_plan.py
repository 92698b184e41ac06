"""What is sent: a crop with context, and a binary mask that misses nothing that is painted."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from fluxfill_studio.core.errors import EmptyMask
from fluxfill_studio.core.geometry import EMPTY, Rect, Size
from fluxfill_studio.core.picture.scaling import fitting
from fluxfill_studio.core.planning.plan import WHOLE, WORK_SIDE, Plan, inpaint_plan, outpaint_plan
from fluxfill_studio.core.planning.sent import GROWTH
from tests.pictures import photograph


@st.composite
def painted_pictures(draw: st.DrawFn) -> tuple[Size, Rect]:
    """The size of a picture, and the bounds of a mask in it."""
    size = Size(draw(st.integers(1, 20_000)), draw(st.integers(1, 20_000)))
    x, y = draw(st.integers(0, size.width - 1)), draw(st.integers(0, size.height - 1))
    width = draw(st.integers(1, size.width - x))
    height = draw(st.integers(1, size.height - y))
    return size, Rect(x, y, width, height)


@given(painted_pictures())
def test_the_crop_holds_what_is_painted_and_its_context(picture: tuple[Size, Rect]) -> None:
    size, painted = picture
    crop = inpaint_plan(size, painted).crop
    assert Rect.of(size).intersected(crop) == crop
    assert crop.intersected(painted) == painted
    assert crop.area >= min(size.area, 2 * painted.area)
    margin = painted.size.long_side * 0.1
    assert crop.x == 0 or painted.x - crop.x >= margin
    assert crop.y == 0 or painted.y - crop.y >= margin
    assert crop.right == size.width or crop.right - painted.right >= margin
    assert crop.bottom == size.height or crop.bottom - painted.bottom >= margin


@given(painted_pictures())
def test_a_crop_at_the_edge_is_moved_inwards_not_cut(picture: tuple[Size, Rect]) -> None:
    size, painted = picture
    crop = inpaint_plan(size, painted).crop
    wish = max(WORK_SIDE, round(painted.size.long_side * 0.2))
    assert crop.width >= min(size.width, max(painted.width, wish))
    assert crop.height >= min(size.height, max(painted.height, wish))


def test_no_more_is_sent_than_the_context_needs() -> None:
    size = Size(6000, 4000)
    assert inpaint_plan(size, Rect(3000, 2000, 40, 40)).crop == Rect(2300, 1300, 1440, 1440)
    # What goes unscaled, if half of it is context: a square, and a strip.
    assert inpaint_plan(size, Rect(2000, 1000, 1018, 1018)).scale == 1
    assert inpaint_plan(size, Rect(2000, 1000, 1190, 600)).scale == 1
    assert inpaint_plan(size, Rect(2000, 1000, 1300, 40)).crop.size == Size(1562, 1440)
    large = inpaint_plan(size, Rect(2000, 1000, 2000, 1000)).crop
    assert 2 * 2000 * 1000 <= large.area < 1.01 * 2 * 2000 * 1000
    # As high as the picture, and therefore wider than its own margins would make it.
    assert inpaint_plan(size, Rect(0, 0, 2900, 4000)).crop == Rect(0, 0, 5800, 4000)


@given(painted_pictures(), st.data())
def test_a_context_drawn_by_hand_is_taken_as_far_as_it_goes(
    picture: tuple[Size, Rect], data: st.DataObject
) -> None:
    size, painted = picture
    side = st.integers(-500, 25_000)
    drawn = Rect(data.draw(side), data.draw(side), data.draw(side), data.draw(side))
    plan = inpaint_plan(size, painted, context=drawn)
    assert plan.crop.intersected(painted) == painted
    assert Rect.of(size).intersected(plan.crop) == plan.crop
    if not drawn.is_empty:
        assert plan.crop == drawn.united(painted).intersected(Rect.of(size))
    assert plan.sent == fitting(plan.crop.size, WORK_SIDE)


@given(painted_pictures())
def test_the_whole_picture_can_be_the_context(picture: tuple[Size, Rect]) -> None:
    size, painted = picture
    assert inpaint_plan(size, painted, context=WHOLE) == outpaint_plan(size)


@given(painted_pictures())
def test_what_is_sent_is_as_large_as_the_service_works_and_no_larger(
    picture: tuple[Size, Rect],
) -> None:
    size, painted = picture
    for plan in (inpaint_plan(size, painted), outpaint_plan(size)):
        assert plan.sent.long_side == min(WORK_SIDE, plan.crop.size.long_side)
        assert plan.sent == fitting(plan.crop.size, WORK_SIDE)
        assert 0 < plan.scale <= 1
    if painted.size.long_side * 1.42 <= WORK_SIDE:
        assert inpaint_plan(size, painted).scale == 1
    assert outpaint_plan(size).crop == Rect.of(size)


def test_nothing_painted_is_nothing_to_plan() -> None:
    with pytest.raises(EmptyMask):
        inpaint_plan(Size(100, 100), EMPTY)


sides = st.one_of(st.integers(1, 60), st.integers(60, 400))


@given(sides, sides, st.integers(1, 50), st.integers(0, 2**32 - 1), st.integers(1, 12))
def test_every_painted_pixel_is_white_where_it_is_sent(
    width: int, height: int, work_side: int, seed: int, count: int
) -> None:
    crop = Size(width, height)
    plan = Plan(Rect.of(crop), fitting(crop, work_side))
    rng = np.random.default_rng(seed)
    coverage = np.zeros(crop.shape, np.uint8)
    xs, ys = rng.integers(0, width, count), rng.integers(0, height, count)
    coverage[ys, xs] = rng.integers(1, 256, count)
    sent = plan.mask(coverage)
    assert sent.shape == plan.sent.shape
    assert set(np.unique(sent)) <= {0, 255}
    expected = np.zeros(plan.sent.shape, np.bool_)
    nearby = np.zeros(plan.sent.shape, np.bool_)
    for x, y in zip(xs.tolist(), ys.tolist(), strict=True):
        expected[under(y, y + 1, height, plan.sent.height, GROWTH)][
            :, under(x, x + 1, width, plan.sent.width, GROWTH)
        ] = True
        nearby[under(y - 1, y + 1, height, plan.sent.height, GROWTH)][
            :, under(x - 1, x + 1, width, plan.sent.width, GROWTH)
        ] = True
    assert sent[expected].all()
    assert not sent[~nearby].any()


def under(start: int, stop: int, side: int, sent: int, more: int) -> slice:
    """The sent pixels that cover any of [start, stop) of `side` pixels, and `more` around them."""
    return slice(max(0, start * sent // side - more), -(-stop * sent // side) + more)


@pytest.mark.parametrize("size", [Size(6000, 4000), Size(12_000, 90), Size(2881, 1441)])
def test_no_hairline_is_lost_at_the_edges_of_a_large_picture(size: Size) -> None:
    plan = outpaint_plan(size)
    for line in (np.s_[0, :], np.s_[-1, :], np.s_[:, 0], np.s_[:, -1], np.s_[:, size.width // 3]):
        coverage = np.zeros(size.shape, np.uint8)
        coverage[line] = 1
        sent = plan.mask(coverage)
        whole_line = (sent == 255).all(axis=1).any() or (sent == 255).all(axis=0).any()
        assert whole_line


def test_at_full_size_the_mask_is_the_painted_one_made_binary_and_grown() -> None:
    coverage = np.zeros((40, 60), np.uint8)
    coverage[20, 30], coverage[22, 31] = 1, 255
    sent = Plan(Rect(5, 5, 60, 40), Size(60, 40)).mask(coverage)
    expected = np.zeros((40, 60), np.uint8)
    expected[20 - GROWTH : 21 + GROWTH, 30 - GROWTH : 31 + GROWTH] = 255
    expected[22 - GROWTH : 23 + GROWTH, 31 - GROWTH : 32 + GROWTH] = 255
    assert np.array_equal(sent, expected)
    assert np.count_nonzero(coverage) == 2


def test_the_picture_is_cropped_and_scaled() -> None:
    source = photograph(300, 200)
    full = Plan(Rect(20, 30, 100, 50), Size(100, 50))
    assert np.array_equal(full.image(source), source[30:80, 20:120])
    half = Plan(Rect(20, 30, 100, 50), Size(50, 25))
    means = source[30:80, 20:120].reshape(25, 2, 50, 2, 3).mean((1, 3))
    assert np.abs(half.image(source) - means).max() <= 1


@pytest.mark.parametrize("kind", [np.uint8, np.uint16])
def test_transparency_is_laid_on_white(kind: type[np.uint8 | np.uint16]) -> None:
    source = photograph(64, 48)
    largest = np.iinfo(kind).max
    alpha = np.full((48, 64), largest, kind)
    alpha[:, :16] = 0
    alpha[:, 16:32] = largest // 2
    plan = Plan(Rect(8, 4, 40, 40), Size(40, 40))
    sent, part = plan.image(source, alpha), source[4:44, 8:48]
    assert (sent[:, :8] == 255).all()
    assert np.abs(sent[:, 8:24] - (part[:, 8:24] + 255.0) / 2).max() <= 1
    assert np.array_equal(sent[:, 24:], part[:, 24:])


def test_a_large_picture_is_flattened_and_scaled_alike_everywhere() -> None:
    """In bands, whose borders must not show."""
    gradient = np.linspace(0, 255, 3000).astype(np.uint8)
    source = np.repeat(np.repeat(gradient[:, None, None], 2000, axis=1), 3, axis=2)
    alpha = np.full((3000, 2000), 255, np.uint8)
    sent = outpaint_plan(Size(2000, 3000), 300).image(source, alpha)
    expected = gradient.reshape(300, 10).mean(axis=1)
    assert np.abs(sent - expected[:, None, None]).max() <= 1
