"""The fill as it lies in the crop: any rectangle, whatever size came back."""

from __future__ import annotations

import cv2
import numpy as np
import pytest

from fluxfill_studio.core.blending.matching import Match
from fluxfill_studio.core.blending.patch import Patch
from fluxfill_studio.core.geometry import Rect, Size
from fluxfill_studio.core.picture.source import Source
from fluxfill_studio.core.planning.plan import Plan
from tests.pictures import photograph
from tests.simulated_service import detailed_photograph

SIZE = Size(500, 330)


def patch_of(raw_size: Size) -> Patch:
    picture = detailed_photograph("coffee", SIZE, 0)
    shape = (raw_size.width, raw_size.height)
    raw = np.asarray(cv2.resize(picture, shape, interpolation=cv2.INTER_AREA), np.uint8)
    mask = np.zeros(SIZE.shape, np.uint8)
    mask[100:200, 100:300] = 255
    return Patch(Source.of("a picture", picture), Plan(Rect.of(SIZE), SIZE), mask, raw)


@pytest.mark.parametrize(
    "raw_size", [SIZE, Size(125, 83), Size(1000, 660), Size(720, 475), Size(300, 700), Size(1, 1)]
)
def test_every_rectangle_is_a_part_of_the_whole(raw_size: Size) -> None:
    patch = patch_of(raw_size)
    whole = patch.colours(Rect.of(SIZE), Match.NONE)
    assert whole.shape == (*SIZE.shape, 3)
    assert whole.dtype == np.uint16
    for rect in (Rect(0, 0, 1, 1), Rect(499, 329, 1, 1), Rect(37, 101, 300, 129)):
        part = patch.colours(rect, Match.NONE).astype(int)
        assert np.abs(part - whole[rect.slices]).max() <= 1


@pytest.mark.parametrize("raw_size", [Size(250, 165), Size(125, 83), Size(720, 475)])
def test_it_lies_where_it_was_cut_out(raw_size: Size) -> None:
    """Not half a pixel aside, as grids that share their corners' centres would have it."""
    patch = patch_of(raw_size)
    whole = patch.colours(Rect.of(SIZE), Match.NONE).astype(np.float32) / 257
    picture = patch.source.pixels.astype(np.float32)
    here = float(np.square(whole - picture)[20:-20, 20:-20].mean())
    for dx, dy in ((0.2, 0), (-0.2, 0), (0, 0.2), (0, -0.2)):
        move = np.array([[1, 0, dx], [0, 1, dy]])
        aside = cv2.warpAffine(whole, move, (SIZE.width, SIZE.height), flags=cv2.INTER_CUBIC)
        assert here < float(np.square(aside - picture)[20:-20, 20:-20].mean())


def test_a_picture_of_the_crops_size_is_taken_as_it_is() -> None:
    raw = photograph(60, 40)
    patch = Patch(
        Source.of("a picture", photograph(60, 40, 1)),
        Plan(Rect(0, 0, 60, 40), Size(60, 40)),
        np.full((40, 60), 255, np.uint8),
        raw,
    )
    colours = patch.colours(Rect(0, 0, 60, 40), Match.NONE)
    assert np.array_equal((colours.astype(np.uint32) + 128) // 257, raw)
