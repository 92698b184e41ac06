"""The brush's ring: true to size and hardness, seen on any picture, and where it says it is."""

from __future__ import annotations

import math

import numpy as np
import pytest
from numpy.typing import NDArray
from PySide6.QtCore import Qt
from PySide6.QtGui import QImage, QPainter

from fluxfill_studio.core.geometry import Point, Rect
from fluxfill_studio.ui.canvas.ring import Ring

SIDE = 1000
MIDDLE = 500


def at(
    radius: float,
    hardness: float = 1.0,
    ratio: float = 1.0,
    centre: Point | None = None,
    before: Ring | None = None,
) -> Ring:
    """In the middle of the screen unless it is said where."""
    return Ring.at(centre or Point(MIDDLE, MIDDLE), radius, hardness, ratio, before)


def painted(
    ring: Ring, ratio: float = 1.0, ground: Qt.GlobalColor = Qt.GlobalColor.darkGray
) -> QImage:
    """The ring on a screen of a device pixel ratio; the painter's unit is the device pixel."""
    screen = QImage(SIDE, SIDE, QImage.Format.Format_RGB32)
    screen.setDevicePixelRatio(ratio)
    screen.fill(ground)
    painter = QPainter(screen)
    painter.scale(1 / ratio, 1 / ratio)
    ring.paint(painter)
    painter.end()
    return screen


def grey(image: QImage) -> NDArray[np.int64]:
    """Grey levels, shape (SIDE, SIDE)."""
    words = np.frombuffer(bytes(image.constBits()), np.uint32).reshape(SIDE, SIDE)
    return (words & 255).astype(np.int64)


RADII = [0.5, 2.9, 3.0, 6.3, 40.0, 199.5, 399.0, 401.0]


@pytest.mark.parametrize("radius", RADII)
@pytest.mark.parametrize("ratio", [1.0, 1.5, 2.0])
def test_all_of_it_lies_within_its_bounds(radius: float, ratio: float) -> None:
    ring = at(radius, 0.5, ratio, Point(511.3, 488.7))
    ground = grey(painted(ring))
    plain = ground[0, 0]
    drawn = ground != plain
    assert drawn.any()
    drawn[ring.bounds.slices] = False
    assert not drawn.any()


@pytest.mark.parametrize("radius", [3.0, 6.3, 40.0, 199.5, 399.0, 401.0])
@pytest.mark.parametrize("ratio", [1.0, 1.5])
def test_the_light_line_runs_along_the_rim(radius: float, ratio: float) -> None:
    radius *= ratio if radius < 300 else 1
    pixels = grey(painted(at(radius, 1.0, ratio)))
    for angle in np.linspace(0, 2 * math.pi, 17):
        rays = np.arange(max(radius - 5 * ratio, 0), radius + 5 * ratio, 0.25)
        columns = np.floor(MIDDLE + rays * math.cos(angle)).astype(int)
        rows = np.floor(MIDDLE + rays * math.sin(angle)).astype(int)
        along = pixels[rows, columns]
        lightest = rays[along >= along.max() - 3].mean()
        assert along.max() > 160
        assert abs(lightest - radius) <= 1.0


@pytest.mark.parametrize("ground", [Qt.GlobalColor.white, Qt.GlobalColor.black])
def test_it_is_seen_on_white_and_on_black(ground: Qt.GlobalColor) -> None:
    pixels = grey(painted(at(60), ground=ground))
    assert np.abs(pixels - pixels[0, 0]).max() >= 100


def test_a_soft_brush_shows_its_core_too() -> None:
    along = grey(painted(at(100, 0.4)))[MIDDLE, MIDDLE:]
    assert along[39:42].max() > along[20] + 20
    hard = grey(painted(at(100, 1.0)))[MIDDLE, MIDDLE:]
    assert hard[39:42].max() == hard[20]


def test_a_ring_too_small_to_be_seen_is_a_cross() -> None:
    pixels = grey(painted(at(1.0)))
    ground = pixels[0, 0]
    assert pixels[MIDDLE, MIDDLE + 4] > ground + 30
    assert pixels[MIDDLE + 4, MIDDLE] > ground + 30
    assert pixels[MIDDLE + 4, MIDDLE + 4] == ground


@pytest.mark.parametrize("radius", RADII[:-1])
def test_it_is_the_same_on_all_sides(radius: float) -> None:
    ring = at(radius, 0.5)
    part = grey(painted(ring))[ring.bounds.slices]
    assert np.abs(part - part[:, ::-1]).max() <= 2
    assert np.abs(part - part.T).max() <= 2


@pytest.mark.parametrize("radius", [2.0, 40.0, 401.0])
def test_it_is_drawn_in_device_pixels_sharp_at_any_ratio(radius: float) -> None:
    ring = at(radius, 0.5, 1.5)
    assert np.array_equal(grey(painted(ring, 1.5)), grey(painted(ring, 1.0)))


def test_its_centre_is_the_nearest_corner_of_a_pixel() -> None:
    ring = at(40, centre=Point(10.6, 20.4))
    reach = ring.shape.reach
    assert ring.bounds == Rect(11 - reach, 20 - reach, 2 * reach, 2 * reach)
    assert reach < 40 + 5


def test_moved_it_keeps_the_picture_that_took_time_to_draw() -> None:
    first = at(40, 0.5)
    image = first.shape.words
    second = at(40, 0.5, centre=Point(3, 4), before=first)
    assert second.shape.words is image
    assert (second.x, second.y) == (3, 4)
    for other in (
        at(41, 0.5, before=first),
        at(40, 0.6, before=first),
        at(40, 0.5, 2.0, before=first),
    ):
        assert other.shape.words is not image
