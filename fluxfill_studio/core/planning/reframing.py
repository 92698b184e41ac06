"""Reframing: what a frame around a picture becomes when it is dragged by a side or a corner."""

from __future__ import annotations

from enum import Enum

from fluxfill_studio.core.geometry import Size
from fluxfill_studio.core.planning.extension import Extension


class Grip(Enum):
    """What a frame is dragged by. The value is where that is from its middle: across, and down."""

    LEFT = (-1, 0)
    TOP = (0, -1)
    RIGHT = (1, 0)
    BOTTOM = (0, 1)
    TOP_LEFT = (-1, -1)
    TOP_RIGHT = (1, -1)
    BOTTOM_LEFT = (-1, 1)
    BOTTOM_RIGHT = (1, 1)

    @property
    def is_corner(self) -> bool:
        return all(self.value)


def reframed(
    extension: Extension,
    size: Size,
    grip: Grip,
    dx: int,
    dy: int,
    *,
    keeps_aspect: bool = False,
    both: bool = False,
) -> Extension:
    """The extension of a picture of `size` after `grip` went `dx` to the right and `dy` down.

    A side of which `grip` is no part stays. With `both` the opposite sides go as far outwards, so
    that the middle stays. With `keeps_aspect` the frame grows by a factor: a corner goes out as
    far as the axis that asks for more, and a side takes the two beside it along evenly. No side
    goes into the picture.
    """
    across, down = grip.value
    if keeps_aspect:
        return _scaled(extension, size, grip, across * dx, down * dy, both)
    left, right = _moved(extension.left, extension.right, across, across * dx, both)
    top, bottom = _moved(extension.top, extension.bottom, down, down * dy, both)
    return Extension(left, top, right, bottom)


def _moved(before: int, after: int, end: int, outwards: int, both: bool) -> tuple[int, int]:
    """How far an axis grows before and after the picture, when one `end` (or both) moves."""
    if end < 0 or both:
        before += outwards
    if end > 0 or both:
        after += outwards
    return max(0, before), max(0, after)


def _scaled(
    extension: Extension, size: Size, grip: Grip, out_x: int, out_y: int, both: bool
) -> Extension:
    frame = extension.frame(size)
    across, down = grip.value
    ends = 2 if both else 1
    factors = []
    if across:
        factors.append(1 + ends * out_x / frame.width)
    if down:
        factors.append(1 + ends * out_y / frame.height)
    # How much of what its axis grows by comes to each side.
    left, right = _shares(across, both)
    top, bottom = _shares(down, both)
    sides = (
        (extension.left, left * frame.width),
        (extension.top, top * frame.height),
        (extension.right, right * frame.width),
        (extension.bottom, bottom * frame.height),
    )
    # The smallest factor at which the first side is back at the picture.
    least = max(1 - amount / reach for amount, reach in sides if reach)
    growth = max(*factors, least) - 1
    return Extension(*(max(0, round(amount + growth * reach)) for amount, reach in sides))


def _shares(end: int, both: bool) -> tuple[float, float]:
    if both or not end:
        return 0.5, 0.5
    return (1.0, 0.0) if end < 0 else (0.0, 1.0)
