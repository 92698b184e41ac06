"""Reduced levels: their values, their updates, and which one is drawn."""

from __future__ import annotations

import math

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from numpy.typing import NDArray

from fluxfill_studio.core.geometry import EMPTY, Rect, Size
from fluxfill_studio.core.types import Pixels, Plane
from fluxfill_studio.core.view.pyramid import Pyramid
from tests.pictures import photograph

SIZES = [(1, 1), (64, 64), (65, 1), (1, 700), (129, 127), (300, 201), (513, 70), (40_000, 3)]


def halved(pixels: NDArray[np.uint8]) -> NDArray[np.uint8]:
    """The rounded mean of 2 × 2, the edge repeated to an even size."""
    border = [(0, pixels.shape[0] % 2), (0, pixels.shape[1] % 2), (0, 0)][: pixels.ndim]
    even = np.pad(pixels, border, mode="edge").astype(np.uint16)
    total = even[::2, ::2] + even[1::2, ::2] + even[::2, 1::2] + even[1::2, 1::2]
    return ((total + 2) // 4).astype(np.uint8)


def levels(pyramid: Pyramid, finest: int = 0) -> list[Plane | Pixels]:
    """All of them, from the finest on."""
    return [pyramid.level(k) for k in range(finest, pyramid.level_for(1e-9) + 1)]


@pytest.mark.parametrize(("width", "height"), SIZES)
@pytest.mark.parametrize("channels", [1, 3])
def test_every_level_is_the_mean_of_the_one_before(width: int, height: int, channels: int) -> None:
    pixels = photograph(width, height, seed=width)
    base = pixels if channels == 3 else np.ascontiguousarray(pixels[:, :, 0])
    pyramid = Pyramid(base)
    assert pyramid.level(0) is base
    assert pyramid.base is base
    assert pyramid.size == Size(width, height)
    expected = base
    for level in levels(pyramid)[1:]:
        expected = halved(expected)
        assert np.array_equal(level, expected)
    assert max(expected.shape[:2]) <= 64


Step = Rect | int
"""A rectangle that is written to, or a level that is asked for."""


@st.composite
def sequences(draw: st.DrawFn) -> tuple[int, int, list[Step]]:
    """The size of a picture, and rectangles in it that change while levels are looked at."""
    width, height = draw(st.integers(1, 700)), draw(st.integers(1, 600))
    steps: list[Step] = []
    for _ in range(draw(st.integers(1, 8))):
        if draw(st.booleans()):
            steps.append(draw(st.integers(0, 5)))
            continue
        x, y = draw(st.integers(0, width - 1)), draw(st.integers(0, height - 1))
        w, h = draw(st.integers(1, width - x)), draw(st.integers(1, height - y))
        steps.append(Rect(x, y, w, h))
    return width, height, steps


@given(sequences())
def test_updates_leave_what_a_rebuild_would_whatever_was_looked_at_in_between(
    sequence: tuple[int, int, list[Step]],
) -> None:
    width, height, steps = sequence
    mask = np.zeros((height, width), np.uint8)
    pyramid = Pyramid(mask)
    rng = np.random.default_rng(width)
    for step in steps:
        if isinstance(step, Rect):
            mask[step.slices] = rng.integers(0, 256, step.size.shape, dtype=np.uint8)
            pyramid.update(step)
        else:
            index = min(step, pyramid.level_for(1e-9))
            assert np.array_equal(pyramid.level(index), Pyramid(mask).level(index))
    for level, rebuilt in zip(levels(pyramid), levels(Pyramid(mask)), strict=True):
        assert np.array_equal(level, rebuilt)


def test_an_update_touches_nothing_but_what_covers_the_rectangle() -> None:
    pyramid = Pyramid(np.zeros((512, 512), np.uint8))
    coarser = levels(pyramid)[1:]
    for level in coarser:
        level[:] = 7
    pyramid.update(Rect(129, 64, 2, 1))
    pyramid.update(EMPTY)
    for number, level in enumerate(coarser, start=1):
        step = 2**number
        changed = level != 7
        assert changed.sum() == len({129 // step, 130 // step})
        assert changed[64 // step, 129 // step]


def test_an_update_of_the_finest_level_alone_costs_nothing_more() -> None:
    """While one paints at 100 %; the rest follows when it is asked for."""
    mask = np.zeros((512, 512), np.uint8)
    pyramid = Pyramid(mask)
    coarser = levels(pyramid)[1:]
    pyramid.level(0)
    mask[100:200, 50:60] = 200
    pyramid.update(Rect(50, 100, 10, 100))
    assert not any(level.any() for level in coarser)
    pyramid.level(1)
    for level, rebuilt in zip(coarser, levels(Pyramid(mask))[1:], strict=True):
        assert np.array_equal(level, rebuilt)


@pytest.mark.parametrize("scale", [32, 1, 0.999, 0.51, 0.5, 0.4999, 0.26, 0.25, 0.1, 0.03, 1 / 16])
def test_the_level_that_is_drawn_still_has_a_pixel_for_every_view_pixel(scale: float) -> None:
    pyramid = Pyramid(np.zeros((1000, 1000), np.uint8))
    level = pyramid.level_for(scale)
    reduced = scale * 2**level
    if scale >= 1:
        assert level == 0
    else:
        assert reduced <= 1
        assert reduced > 0.5 or level == pyramid.level_for(1e-9)
    assert math.isclose(reduced, 1) == (scale in {1, 0.5, 0.25, 1 / 16})


@pytest.mark.parametrize("size", [Size(800, 600), Size(801, 599), Size(1603, 7), Size(5, 2000)])
@pytest.mark.parametrize("factor", [1, 2, 8])
def test_of_a_reduced_picture_the_levels_are_those_of_the_whole(size: Size, factor: int) -> None:
    pixels = photograph(size.width, size.height)
    whole = Pyramid(pixels)
    finest = factor.bit_length() - 1
    reduced = Pyramid.of_reduced(np.asarray(whole.level(finest), np.uint8), size)
    assert reduced.size == size
    assert reduced.base.shape == whole.level(finest).shape
    for scale in (4.0, 1.0, 0.5, 0.2, 0.01):
        index = reduced.level_for(scale)
        assert index == max(finest, whole.level_for(scale))
        assert np.array_equal(reduced.level(index), whole.level(index))


@pytest.mark.parametrize(("width", "height"), [(200, 150), (170, 127), (260, 195), (100, 75)])
def test_a_copy_of_any_reduction_is_brought_to_the_nearest_level(width: int, height: int) -> None:
    """As a preview in a file is: of no power of two, and rounded as its maker liked."""
    size = Size(800, 600)
    pyramid = Pyramid.of_reduced(photograph(width, height), size)
    level = pyramid.level_for(8.0)
    assert level == round(math.log2(800 / width))
    assert pyramid.level(level).shape == (600 >> level, 800 >> level, 3)
    assert pyramid.size == size
