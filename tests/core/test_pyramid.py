"""Reduced levels: their values, their updates, and which one is drawn."""

from __future__ import annotations

import math

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from numpy.typing import NDArray

from fluxfill_studio.core.geometry import EMPTY, Rect, Size
from fluxfill_studio.core.pyramid import Pyramid
from tests.pictures import photograph

SIZES = [(1, 1), (64, 64), (65, 1), (1, 700), (129, 127), (300, 201), (513, 70), (40_000, 3)]


def halved(pixels: NDArray[np.uint8]) -> NDArray[np.uint8]:
    """The rounded mean of 2 × 2, the edge repeated to an even size."""
    border = [(0, pixels.shape[0] % 2), (0, pixels.shape[1] % 2), (0, 0)][: pixels.ndim]
    even = np.pad(pixels, border, mode="edge").astype(np.uint16)
    total = even[::2, ::2] + even[1::2, ::2] + even[::2, 1::2] + even[1::2, 1::2]
    return ((total + 2) // 4).astype(np.uint8)


@pytest.mark.parametrize(("width", "height"), SIZES)
@pytest.mark.parametrize("channels", [1, 3])
def test_every_level_is_the_mean_of_the_one_before(width: int, height: int, channels: int) -> None:
    pixels = photograph(width, height, seed=width)
    base = pixels if channels == 3 else np.ascontiguousarray(pixels[:, :, 0])
    pyramid = Pyramid(base)
    assert pyramid.levels[0] is base
    assert pyramid.size == Size(width, height)
    expected = base
    for level in pyramid.levels[1:]:
        expected = halved(expected)
        assert np.array_equal(level, expected)
    assert max(pyramid.levels[-1].shape[:2]) <= 64


@st.composite
def changes(draw: st.DrawFn) -> tuple[int, int, list[Rect]]:
    """The size of a picture, and rectangles in it."""
    width, height = draw(st.integers(1, 300)), draw(st.integers(1, 300))
    rects = []
    for _ in range(draw(st.integers(1, 3))):
        x, y = draw(st.integers(0, width - 1)), draw(st.integers(0, height - 1))
        w, h = draw(st.integers(1, width - x)), draw(st.integers(1, height - y))
        rects.append(Rect(x, y, w, h))
    return width, height, rects


@given(changes())
def test_an_update_leaves_what_a_rebuild_would(change: tuple[int, int, list[Rect]]) -> None:
    width, height, rects = change
    mask = np.zeros((height, width), np.uint8)
    pyramid = Pyramid(mask)
    rng = np.random.default_rng(width)
    for rect in rects:
        mask[rect.slices] = rng.integers(0, 256, rect.size.shape, dtype=np.uint8)
        pyramid.update(rect)
    for level, rebuilt in zip(pyramid.levels, Pyramid(mask).levels, strict=True):
        assert np.array_equal(level, rebuilt)


def test_an_update_touches_nothing_but_what_covers_the_rectangle() -> None:
    pyramid = Pyramid(np.zeros((512, 512), np.uint8))
    for level in pyramid.levels[1:]:
        level[:] = 7
    pyramid.update(Rect(129, 64, 2, 1))
    pyramid.update(EMPTY)
    for number, level in enumerate(pyramid.levels[1:], start=1):
        step = 2**number
        expected = np.full_like(level, 7)
        expected[64 // step, 129 // step : 130 // step + 1] = 0 if number == 1 else 4
        changed = level != 7
        assert changed.sum() == len({129 // step, 130 // step})
        assert changed[64 // step, 129 // step]


@pytest.mark.parametrize("scale", [32, 1, 0.999, 0.51, 0.5, 0.4999, 0.26, 0.25, 0.1, 0.03, 1 / 16])
def test_the_level_that_is_drawn_still_has_a_pixel_for_every_view_pixel(scale: float) -> None:
    pyramid = Pyramid(np.zeros((1000, 1000), np.uint8))
    level = pyramid.level_for(scale)
    reduced = scale * 2**level
    if scale >= 1:
        assert level == 0
    else:
        assert reduced <= 1
        assert reduced > 0.5 or level == len(pyramid.levels) - 1
    assert math.isclose(reduced, 1) == (scale in {1, 0.5, 0.25, 1 / 16})
