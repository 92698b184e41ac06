"""Bringing a fill back: the formula inside the mask, and not one byte outside it."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from fluxfill_studio.core.codec import resized
from fluxfill_studio.core.compose import Fill, changed_where_unpainted, composite
from fluxfill_studio.core.geometry import Rect, Size
from fluxfill_studio.core.plan import inpaint_plan, outpaint_plan
from fluxfill_studio.core.request import Mode
from fluxfill_studio.core.source import Source
from fluxfill_studio.core.types import Plane
from tests.pictures import photograph

sides = st.integers(1, 60)


def soft_mask(size: Size, seed: int) -> Plane:
    """Mostly nothing, with soft and full coverage between."""
    values = np.random.default_rng(seed).integers(-300, 400, size.shape)
    return np.clip(values, 0, 255).astype(np.uint8)


@st.composite
def crops(draw: st.DrawFn) -> tuple[Size, Rect]:
    size = Size(draw(sides), draw(sides))
    x, y = draw(st.integers(0, size.width - 1)), draw(st.integers(0, size.height - 1))
    width = draw(st.integers(1, size.width - x))
    height = draw(st.integers(1, size.height - y))
    return size, Rect(x, y, width, height)


@given(crops(), sides, sides, st.integers(0, 1000))
def test_where_nothing_is_painted_every_byte_stays(
    picture: tuple[Size, Rect], fill_width: int, fill_height: int, seed: int
) -> None:
    size, crop = picture
    source = photograph(size.width, size.height, seed)
    before = source.copy()
    fill = 255 - photograph(fill_width, fill_height, seed)
    mask = soft_mask(crop.size, seed)
    result = composite(source, fill, crop, mask)
    kept = np.ones(size.shape, np.bool_)
    kept[crop.slices] = mask == 0
    assert np.array_equal(result[kept], source[kept])
    assert np.array_equal(source, before)
    whole = np.zeros(size.shape, np.uint8)
    whole[crop.slices] = mask
    assert changed_where_unpainted(source, result, whole) == 0


def test_every_combination_of_source_fill_and_coverage() -> None:
    levels = np.arange(256, dtype=np.uint8)
    source = np.repeat(np.repeat(levels[:, None], 256, axis=1)[:, :, None], 3, axis=2)
    fill = np.repeat(np.repeat(levels[None, :], 256, axis=0)[:, :, None], 3, axis=2)
    difference = fill.astype(np.float64) - source
    for coverage in range(256):
        mask = np.full((256, 256), coverage, np.uint8)
        result = composite(source, fill, Rect(0, 0, 256, 256), mask)
        exact = source + difference * coverage / 255
        assert np.abs(result - exact).max() <= 0.5


def test_bands_leave_no_seam() -> None:
    source = photograph(40, 700)
    fill = photograph(40, 700, seed=1)
    crop = Rect(3, 101, 30, 590)
    mask = soft_mask(crop.size, 4)
    result = composite(source, fill[crop.slices], crop, mask)
    weight = mask[:, :, None] / 255
    exact = source[crop.slices] * (1 - weight) + fill[crop.slices] * weight
    assert np.abs(result[crop.slices] - exact).max() <= 0.5 + 1e-9


def test_a_fill_of_another_size_is_scaled_to_the_crop() -> None:
    source, fill = photograph(90, 60), photograph(20, 10, seed=2)
    crop = Rect(10, 20, 60, 30)
    result = composite(source, fill, crop, np.full(crop.size.shape, 255, np.uint8))
    assert np.array_equal(result[crop.slices], resized(fill, crop.size))


def test_a_mask_of_another_shape_is_refused() -> None:
    source = photograph(20, 10)
    with pytest.raises(ValueError, match="mask of shape"):
        composite(source, source, Rect(0, 0, 20, 10), np.zeros((20, 10), np.uint8))


@given(st.integers(0, 1000), st.integers(0, 40))
def test_changes_outside_the_mask_are_counted_by_pixels(seed: int, count: int) -> None:
    rng = np.random.default_rng(seed)
    before = photograph(30, 600)
    mask = soft_mask(Size(30, 600), seed)
    after = before.copy()
    after[mask > 0] ^= 255
    outside = np.argwhere(mask == 0)
    for row, column in rng.permutation(outside)[:count]:
        after[row, column, rng.integers(0, 3)] ^= 1
    assert changed_where_unpainted(before, after, mask) == count


def test_an_inpaint_keeps_the_size_of_its_source() -> None:
    source = Source("a picture", photograph(3000, 200))
    plan = inpaint_plan(source.size, Rect(1500, 90, 30, 20))
    mask = np.zeros(plan.crop.size.shape, np.uint8)
    mask[90:110, mask.shape[1] // 2 :][:, :30] = 200
    fill = Fill(source, plan, mask, photograph(720, 100, seed=3))
    picture = fill.picture()
    assert fill.mode is Mode.INPAINT
    assert fill.size == source.size
    assert picture.shape == source.pixels.shape
    assert not np.array_equal(picture, source.pixels)
    assert fill.changed_outside(picture) == 0
    picture[0, 0] ^= 1
    assert fill.changed_outside(picture) == 1


def test_an_outpaint_is_shown_as_it_came() -> None:
    source = Source("a picture", photograph(100, 80))
    raw = photograph(144, 96, seed=1)
    fill = Fill(source, outpaint_plan(source.size), None, raw)
    assert fill.mode is Mode.OUTPAINT
    assert fill.size == Size(144, 96)
    assert np.array_equal(fill.picture(), raw)
    with pytest.raises(ValueError, match="no outside"):
        fill.changed_outside(raw)


def test_a_plan_and_its_fill_come_back_to_the_same_place() -> None:
    """A service that returns what it was sent changes next to nothing."""
    source = Source("a picture", resized(photograph(60, 40), Size(2100, 1700)))
    painted = Rect(100, 200, 1500, 1400)
    plan = inpaint_plan(source.size, painted)
    assert plan.scale < 1
    mask = np.zeros(source.size.shape, np.uint8)
    mask[painted.slices] = 255
    fill = Fill(source, plan, mask[plan.crop.slices], plan.image(source.pixels))
    error = np.abs(fill.picture().astype(int) - source.pixels)
    assert error.mean() < 0.5
    assert error.max() <= 4
