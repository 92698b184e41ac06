"""Resampling: exact positions, against Pillow's filter and by properties."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from PIL import Image

from fluxfill_studio.core.geometry import Rect, Size
from fluxfill_studio.core.picture.resampling import Axis, Grid, Planes, resampled

_BOX = (13.3, 20.7, 240.2, 130.9)


def _noise(*shape: int) -> Planes:
    return np.random.default_rng(0).random(shape, np.float32)


def _grid(size: Size) -> Grid:
    left, top, right, bottom = _BOX
    return Grid(
        Axis((right - left) / size.width, left, size.width),
        Axis((bottom - top) / size.height, top, size.height),
    )


@pytest.mark.parametrize("size", [Size(100, 70), Size(227, 110), Size(700, 333)])
def test_it_is_the_filter_of_pillow(size: Size) -> None:
    picture = _noise(160, 256)
    wanted = np.asarray(
        Image.fromarray(picture).resize((size.width, size.height), Image.Resampling.LANCZOS, _BOX)
    )
    shown = resampled(picture, _grid(size))
    assert np.abs(shown - wanted)[3:-3, 3:-3].max() < 1e-4


def test_a_part_is_the_same_as_in_the_whole() -> None:
    picture, grid, part = _noise(3, 160, 256), _grid(Size(700, 333)), Rect(111, 70, 300, 99)
    whole = resampled(picture, grid)
    assert np.allclose(resampled(picture, grid.part(part)), whole[:, *part.slices], atol=1e-5)


@given(st.floats(0.05, 20), st.floats(-30, 30))
def test_a_colour_stays_what_it_is_everywhere(scale: float, start: float) -> None:
    axis = Axis(scale, start, 50)
    assert np.allclose(resampled(np.full((20, 20), 7, np.float32), Grid(axis, axis)), 7, atol=1e-4)


@given(st.floats(0.1, 10), st.floats(-30, 30), st.integers(1, 100))
def test_the_inverse_leads_back(scale: float, start: float, pixels: int) -> None:
    axis = Axis(scale, start, pixels)
    there_and_back = axis.inverse(30).inverse(pixels)
    assert there_and_back.scale == pytest.approx(axis.scale)
    assert there_and_back.start == pytest.approx(axis.start, abs=1e-9)
    assert axis.onto(3).divided(2, pixels).onto(2 / 3).scale == pytest.approx(axis.scale)


def test_a_ramp_is_shown_where_it_lies() -> None:
    ramp = np.tile(np.arange(100, dtype=np.float32) + 0.5, (9, 1))
    axis = Axis(0.37, 20.25, 100)
    shown = resampled(ramp, Grid(axis, Axis(1, 0, 9)))
    assert np.allclose(shown[4], 20.25 + 0.37 * (np.arange(100) + 0.5), atol=0.06)
