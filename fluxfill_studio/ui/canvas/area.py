"""Areas that are about to be selected, tinted and outlined over the view."""

from __future__ import annotations

import cv2
import numpy as np
from PySide6.QtGui import QImage, QPainter

from fluxfill_studio.core.painting.region import NOTHING, Combine, Region
from fluxfill_studio.core.types import Plane
from fluxfill_studio.core.view.display import MaskView, Tint, outline, palette
from fluxfill_studio.core.view.viewport import Viewport
from fluxfill_studio.ui.canvas.frame_buffer import BLACK, WHITE, as_image, to_qrect
from fluxfill_studio.ui.canvas.marks import line_width

# Unlike the mask's own tint, as they are not in it yet.
_PALETTES = {
    Combine.ADD: palette(MaskView.OVERLAY, Tint(60, 150, 255, 0.45)),
    Combine.SUBTRACT: palette(MaskView.OVERLAY, Tint(20, 20, 20, 0.55)),
    Combine.INTERSECT: palette(MaskView.OVERLAY, Tint(190, 120, 255, 0.45)),
}


class Area:
    """A region whose `rect` is in view pixels, as a picture ready for the screen."""

    def __init__(self, region: Region, how: Combine, ratio: float) -> None:
        self.bounds = region.rect
        coverage = region.coverage
        self._pixels = np.zeros(coverage.shape, np.int32)
        if coverage.size:
            cv2.LUT(coverage, _PALETTES[how], dst=self._pixels)
            # A light line inside the edge and a dark one outside are seen on any picture.
            for inside, colour in ((coverage, WHITE), (~coverage, BLACK)):
                line = _widened(outline(inside), line_width(ratio))
                np.copyto(self._pixels, colour, where=line != 0)
        form = QImage.Format.Format_ARGB32_Premultiplied
        self._image = as_image(self._pixels, region.rect.size, form)

    def paint(self, painter: QPainter) -> None:
        painter.drawImage(to_qrect(self.bounds), self._image)


def in_view(region: Region, viewport: Viewport) -> Region:
    """What is seen of a region of the picture: in each view pixel, the image pixel in its middle.

    With a margin, so that its outline lies inside, too.
    """
    rect = viewport.view_rect(region.rect)
    if rect.is_empty:
        return NOTHING
    xs = (np.arange(rect.x, rect.right) + 0.5 - viewport.left) / viewport.scale - region.rect.x
    ys = (np.arange(rect.y, rect.bottom) + 0.5 - viewport.top) / viewport.scale - region.rect.y
    columns, rows = np.floor(xs).astype(np.intp), np.floor(ys).astype(np.intp)
    across = np.flatnonzero((columns >= 0) & (columns < region.rect.width))
    down = np.flatnonzero((rows >= 0) & (rows < region.rect.height))
    coverage = np.zeros(rect.size.shape, np.uint8)
    if across.size and down.size:
        part = coverage[down[0] : down[-1] + 1, across[0] : across[-1] + 1]
        first, last = columns[across[0]], columns[across[-1]]
        seen = region.coverage[:, first : last + 1][rows[down]]
        np.take(seen, columns[across] - first, axis=1, out=part)
    return Region(rect, coverage)


def _widened(line: Plane, width: int) -> Plane:
    """A line of one pixel, made `width` pixels wide."""
    if width == 1:
        return line
    return np.asarray(cv2.dilate(line, np.ones((width, width), np.uint8)), np.uint8)
