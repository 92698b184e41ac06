"""Copies of a picture in other sizes."""

from __future__ import annotations

import cv2
import numpy as np

from fluxfill_studio.core.geometry import Size
from fluxfill_studio.core.types import Pixels


def reduced_to(pixels: Pixels, long_side: int) -> Pixels:
    """Scaled down by area so that no side is longer than `long_side`; never enlarged."""
    height, width = pixels.shape[:2]
    size = fitting(Size(width, height), long_side)
    return resized(pixels, size)


def fitting(size: Size, long_side: int) -> Size:
    """`size` scaled down in proportion to at most `long_side`; never enlarged."""
    scale = min(1.0, long_side / size.long_side)
    return Size(max(1, round(size.width * scale)), max(1, round(size.height * scale)))


def resized(pixels: Pixels, size: Size) -> Pixels:
    """Resampled to `size`: by area where that makes it smaller, else by Lanczos (a = 4)."""
    height, width = pixels.shape[:2]
    if (width, height) == (size.width, size.height):
        return pixels
    smaller = size.width <= width and size.height <= height
    method = cv2.INTER_AREA if smaller else cv2.INTER_LANCZOS4
    picture = cv2.resize(pixels, (size.width, size.height), interpolation=method)
    return np.asarray(picture, np.uint8)
