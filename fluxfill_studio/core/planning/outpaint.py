"""Outpaint presets: the seven of the service, and about where each one lets the picture grow."""

from __future__ import annotations

from enum import Enum
from fractions import Fraction

from fluxfill_studio.core.geometry import Rect, Size


class Preset(Enum):
    """The service's own names (parameter `outpaint`)."""

    ZOOM_OUT_1_5 = "Zoom out 1.5x"
    ZOOM_OUT_2 = "Zoom out 2x"
    SQUARE = "Make square"
    LEFT = "Left outpaint"
    RIGHT = "Right outpaint"
    TOP = "Top outpaint"
    BOTTOM = "Bottom outpaint"


# The service does not publish by how much a side grows. Half the side is what our previews
# show and what the sandbox does.
_SIDE_GROWTH = Fraction(1, 2)


def approximate_frame(preset: Preset, size: Size) -> Rect:
    """The grown picture's rectangle in coordinates of the source, whose corner is (0, 0).

    Zooming out by f keeps the aspect ratio and the centre, the source taking 1/f of each side;
    the square's side is the long side, with the source in its middle. How far the single sides
    grow is an assumption: see the contract's notes on preset geometry.
    """
    width, height = size.width, size.height
    match preset:
        case Preset.ZOOM_OUT_1_5:
            return _centred(size, round(width * 1.5), round(height * 1.5))
        case Preset.ZOOM_OUT_2:
            return _centred(size, width * 2, height * 2)
        case Preset.SQUARE:
            return _centred(size, size.long_side, size.long_side)
        case Preset.LEFT:
            return Rect.from_bounds(-_grown(width), 0, width, height)
        case Preset.RIGHT:
            return Rect.from_bounds(0, 0, width + _grown(width), height)
        case Preset.TOP:
            return Rect.from_bounds(0, -_grown(height), width, height)
        case Preset.BOTTOM:
            return Rect.from_bounds(0, 0, width, height + _grown(height))


def _grown(side: int) -> int:
    return max(1, round(side * _SIDE_GROWTH))


def _centred(size: Size, width: int, height: int) -> Rect:
    return Rect(-((width - size.width) // 2), -((height - size.height) // 2), width, height)
