"""Painted areas that lie far apart, each of which can be a run of its own."""

from __future__ import annotations

import cv2
import numpy as np

from fluxfill_studio.core.geometry import EMPTY, Rect, Size
from fluxfill_studio.core.planning.plan import WORK_SIDE, inpaint_plan
from fluxfill_studio.core.types import Plane

# Areas are looked for on cells of a twelfth of the work side. A crop reaches at least as far beyond
# its area (just so far at the longest one that is sent unscaled), so paint in neighbouring cells,
# less than two of them apart, would share a crop in any case.
_CELLS = 12


def areas(mask: Plane, source: Size, work_side: int = WORK_SIDE) -> list[Rect]:
    """The bounds of what is painted, in parts whose own crops neither overlap nor touch.

    `mask` is coverage of the source's size. They come from top to bottom; none where nothing is
    painted.
    """
    cell = max(1, work_side // _CELLS)
    separate: list[tuple[Rect, Rect]] = []
    for rough in _clusters(mask, cell):
        rect = _bounds(mask, rough)
        crop = inpaint_plan(source, rect, work_side).crop
        # What it is joined to has a larger crop, which may reach others.
        while touching := [other for other in separate if _touch(crop, other[1])]:
            separate = [other for other in separate if other not in touching]
            for other, _ in touching:
                rect = rect.united(other)
            crop = inpaint_plan(source, rect, work_side).crop
        separate.append((rect, crop))
    return sorted((rect for rect, _ in separate), key=lambda rect: (rect.y, rect.x))


def _clusters(mask: Plane, cell: int) -> list[Rect]:
    """Rectangles of whole cells around groups of neighbouring cells with any coverage."""
    columns = np.arange(0, mask.shape[1], cell)
    tops = range(0, mask.shape[0], cell)
    highest = np.array([mask[top : top + cell].max(axis=0) for top in tops])
    painted = (np.maximum.reduceat(highest, columns, axis=1) > 0).view(np.uint8)
    _, _, boxes, _ = cv2.connectedComponentsWithStats(painted, connectivity=8)
    # The first is the background.
    whole = Rect(0, 0, mask.shape[1], mask.shape[0])
    return [
        Rect(*(int(value) for value in box[:4])).scaled(cell).intersected(whole)
        for box in boxes[1:]
    ]


def _bounds(mask: Plane, within: Rect) -> Rect:
    x, y, width, height = cv2.boundingRect(mask[within.slices])
    return Rect(x, y, width, height).moved(within.x, within.y)


def _touch(one: Rect, other: Rect) -> bool:
    return one.grown(1).intersected(other) != EMPTY
