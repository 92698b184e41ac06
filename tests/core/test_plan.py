"""What is sent: a crop with context, and a binary mask that misses nothing that is painted."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from fluxfill_studio.core.codec import fitting
from fluxfill_studio.core.errors import EmptyMask
from fluxfill_studio.core.geometry import EMPTY, Rect, Size
from fluxfill_studio.core.plan import WORK_SIDE, Plan, inpaint_plan, outpaint_plan
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
    context = painted.size.long_side / 2
    assert crop.x == 0 or painted.x - crop.x >= context
    assert crop.y == 0 or painted.y - crop.y >= context
    assert crop.right == size.width or crop.right - painted.right >= context
    assert crop.bottom == size.height or crop.bottom - painted.bottom >= context


@given(painted_pictures())
def test_a_crop_at_the_edge_is_moved_inwards_not_cut(picture: tuple[Size, Rect]) -> None:
    size, painted = picture
    crop = inpaint_plan(size, painted).crop
    wish = painted.size.long_side
    assert crop.width >= min(size.width, max(painted.width + wish, WORK_SIDE))
    assert crop.height >= min(size.height, max(painted.height + wish, WORK_SIDE))
    assert crop.width <= max(painted.width + wish + 1, WORK_SIDE)
    assert crop.height <= max(painted.height + wish + 1, WORK_SIDE)


@given(painted_pictures())
def test_what_is_sent_is_as_large_as_the_service_works_and_no_larger(
    picture: tuple[Size, Rect],
) -> None:
    size, painted = picture
    for plan in (inpaint_plan(size, painted), outpaint_plan(size)):
        assert plan.sent.long_side == min(WORK_SIDE, plan.crop.size.long_side)
        assert plan.sent == fitting(plan.crop.size, WORK_SIDE)
        assert 0 < plan.scale <= 1
    if painted.size.long_side * 2 <= WORK_SIDE:
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
        expected[footprint(y, y + 1, height, plan.sent.height)][
            :, footprint(x, x + 1, width, plan.sent.width)
        ] = True
        nearby[footprint(y - 1, y + 1, height, plan.sent.height)][
            :, footprint(x - 1, x + 1, width, plan.sent.width)
        ] = True
    assert sent[expected].all()
    assert not sent[~nearby].any()


def footprint(start: int, stop: int, side: int, sent: int) -> slice:
    """The sent pixels that cover any of [start, stop) of `side` pixels."""
    return slice(max(0, start * sent // side), -(-stop * sent // side))


@pytest.mark.parametrize("size", [Size(6000, 4000), Size(12_000, 90), Size(2881, 1441)])
def test_no_hairline_is_lost_at_the_edges_of_a_large_picture(size: Size) -> None:
    plan = outpaint_plan(size)
    for line in (np.s_[0, :], np.s_[-1, :], np.s_[:, 0], np.s_[:, -1], np.s_[:, size.width // 3]):
        coverage = np.zeros(size.shape, np.uint8)
        coverage[line] = 1
        sent = plan.mask(coverage)
        whole_line = (sent == 255).all(axis=1).any() or (sent == 255).all(axis=0).any()
        assert whole_line


def test_at_full_size_the_mask_is_the_painted_one_made_binary() -> None:
    coverage = np.array([[0, 1, 127, 255]], np.uint8)
    plan = Plan(Rect(5, 5, 4, 1), Size(4, 1))
    assert plan.mask(coverage).tolist() == [[0, 255, 255, 255]]


def test_the_picture_is_cropped_and_scaled() -> None:
    source = photograph(300, 200)
    full = Plan(Rect(20, 30, 100, 50), Size(100, 50))
    assert np.array_equal(full.image(source), source[30:80, 20:120])
    half = Plan(Rect(20, 30, 100, 50), Size(50, 25))
    assert half.image(source).shape == (25, 50, 3)
    assert abs(half.image(source).mean() - source[30:80, 20:120].mean()) < 1
