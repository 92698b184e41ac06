"""Thumbnails fill their box, keep the picture's shape, and cut off what is too much."""

from __future__ import annotations

import numpy as np
import pytest
from PySide6.QtCore import QRectF, Qt
from PySide6.QtGui import QColor, QImage, QPainter

from fluxfill_studio.core.types import Pixels
from fluxfill_studio.ui.pictures import to_image
from fluxfill_studio.ui.thumbnails import paint_thumbnail

RED, GREEN, BLUE = (255, 0, 0), (0, 255, 0), (0, 0, 255)


def thumbnail(pixels: Pixels, radius: float = 0) -> QImage:
    image = QImage(40, 40, QImage.Format.Format_ARGB32_Premultiplied)
    image.fill(Qt.GlobalColor.transparent)
    painter = QPainter(image)
    paint_thumbnail(painter, to_image(pixels), QRectF(0, 0, 40, 40), radius)
    painter.end()
    return image


def test_of_a_wide_picture_the_middle_is_shown() -> None:
    pixels = np.empty((100, 300, 3), np.uint8)
    pixels[:, :100], pixels[:, 100:200], pixels[:, 200:] = RED, GREEN, BLUE
    image = thumbnail(pixels)
    assert {image.pixelColor(x, 20).name() for x in range(2, 38)} == {"#00ff00"}


def test_of_a_high_picture_more_is_cut_off_below() -> None:
    pixels = np.empty((200, 100, 3), np.uint8)
    pixels[:25], pixels[25:125], pixels[125:] = RED, GREEN, BLUE
    image = thumbnail(pixels)
    assert {image.pixelColor(20, y).name() for y in range(2, 38)} == {"#00ff00"}


@pytest.mark.parametrize(("x", "y"), [(0, 0), (39, 0), (0, 39), (39, 39)])
def test_the_corners_are_round(x: int, y: int) -> None:
    image = thumbnail(np.full((50, 50, 3), 200, np.uint8), radius=8)
    assert image.pixelColor(x, y).alpha() == 0
    assert image.pixelColor(20, 20) == QColor(200, 200, 200)
