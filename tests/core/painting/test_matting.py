"""Matting: outlines are drawn to the picture's edges, and tiles leave no trace."""

from __future__ import annotations

import cv2
import numpy as np
import pytest

from fluxfill_studio.core.painting.matting import matted
from fluxfill_studio.core.types import Pixels, Plane
from tests.pictures import photograph


def never() -> None:
    """There is no hurry."""


def two_halves(width: int, height: int, edge: int) -> Pixels:
    """Dark left of `edge`, bright right of it."""
    picture = np.full((height, width, 3), 60, np.uint8)
    picture[:, edge:] = 170
    return picture


@pytest.mark.parametrize("ratio", [1, 2, 5, 16])
def test_a_rough_outline_moves_to_the_edge(ratio: int) -> None:
    picture = two_halves(1000, 640, 487)
    found: Plane = np.zeros((640 // ratio, 1000 // ratio), np.uint8)
    found[:, round(487 / ratio) + 1 :] = 255
    coverage = matted(picture, found, never)
    assert coverage.shape == (640, 1000)
    assert (coverage[:, :482] == 0).all()
    assert (coverage[:, 492:] == 255).all()
    assert (coverage[:, 484] < 128).all()
    assert (coverage[:, 489] > 127).all()


def test_without_an_edge_the_outline_stays_and_is_soft() -> None:
    picture = np.full((256, 512, 3), 99, np.uint8)
    found: Plane = np.zeros((64, 128), np.uint8)
    found[:, 64:] = 255
    row = matted(picture, found, never)[128].astype(int)
    assert (np.diff(row) >= 0).all()
    assert abs(int(np.searchsorted(row, 128)) - 256) <= 1
    assert 4 <= ((row > 0) & (row < 255)).sum() <= 24


def test_tiles_leave_no_seams() -> None:
    picture = photograph(300, 260, seed=4)
    found: Plane = np.zeros((260, 300), np.uint8)
    cv2.ellipse(found, (150, 130), (110, 90), 20, 0, 360, 255, -1)
    coverage = matted(picture, found, never)
    # The same elsewhere in the grid of tiles; near the new borders the filter sees less.
    moved = matted(picture[21:, 37:].copy(), found[21:, 37:].copy(), never)
    difference = cv2.absdiff(coverage[21:, 37:], moved)[12:, 12:]
    assert difference.max() <= 2


def test_what_is_one_throughout_stays_so() -> None:
    picture = photograph(200, 100)
    for value in (0, 255):
        assert (matted(picture, np.full((50, 100), value, np.uint8), never) == value).all()


def test_a_pause_can_end_it() -> None:
    def enough() -> None:
        raise KeyboardInterrupt

    found: Plane = np.zeros((50, 100), np.uint8)
    found[:, 50:] = 255
    with pytest.raises(KeyboardInterrupt):
        matted(photograph(200, 100), found, enough)
