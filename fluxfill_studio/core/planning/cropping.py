"""Cropping: what a rectangle in a picture becomes when it is dragged by a side or a corner."""

from __future__ import annotations

from fluxfill_studio.core.geometry import Rect
from fluxfill_studio.core.planning.reframing import Grip


def dragged(
    crop: Rect, grip: Grip, dx: int, dy: int, *, least: Rect, most: Rect, both: bool = False
) -> Rect:
    """`crop` after `grip` went `dx` to the right and `dy` down.

    With `both` the opposite sides go as far the other way. All of `least` stays inside, and
    nothing of it gets out of `most`, which holds both.
    """
    across, down = grip.value
    left, right = _moved(crop.x, crop.right, across, dx, both)
    top, bottom = _moved(crop.y, crop.bottom, down, dy, both)
    return Rect.from_bounds(
        max(most.x, min(left, least.x)),
        max(most.y, min(top, least.y)),
        min(most.right, max(right, least.right)),
        min(most.bottom, max(bottom, least.bottom)),
    )


def _moved(start: int, stop: int, end: int, way: int, both: bool) -> tuple[int, int]:
    """An axis of which one `end` moves, or with it the other one against it."""
    if not end:
        return start, stop
    against = -way if both else 0
    return (start + way, stop + against) if end < 0 else (start + against, stop + way)
