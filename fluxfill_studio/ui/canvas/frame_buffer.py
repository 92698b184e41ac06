"""The drawn view of a picture in device pixels, kept so that only what changed is drawn again."""

from __future__ import annotations

import cv2
import numpy as np
from numpy.typing import NDArray
from PySide6.QtCore import QRect
from PySide6.QtGui import QImage, QPainter

from fluxfill_studio.core.geometry import EMPTY, Rect, Size
from fluxfill_studio.core.view.display import Sampler, outline
from fluxfill_studio.core.view.pyramid import Pyramid
from fluxfill_studio.core.view.viewport import Viewport

# From 2^18 pixels on, OpenCV hands parts of a look-up to other threads. For what a brush changes
# that takes longer than it saves, so it is done in bands of at most so many pixels; what is larger
# than the other number is worth sharing.
_ALONE, _SHARED = 2**17, 2**20
# From this scale on the borders of image pixels are drawn.
_GRID_FROM = 8.0
# The outline of the mask: dashes of so many device pixels.
_DASH = 4
WHITE, BLACK, _LINE = np.array([0xFFFFFFFF, 0xFF000000, 0x5A2D2D2D], np.uint32).view(np.int32)
"""As premultiplied ARGB."""


class FrameBuffer:
    """What `viewport` shows of `image` with `mask` over it, as pixels ready for the screen.

    Two layers, the picture and the mask in the colours of a palette, lie in memory that numpy
    writes and Qt reads, and are put together where the widget paints: Qt does that ten times as
    fast as the same arithmetic on arrays. A change of the mask costs the changed rectangle.

    With an `earlier` buffer of the same pictures at the same scale, as when the view is panned,
    what both show is taken over: sampling gives the same bytes for the same place of the picture,
    wherever in the view that lies.
    """

    def __init__(
        self,
        viewport: Viewport,
        image: Pyramid,
        mask: Pyramid | None,
        earlier: FrameBuffer | None = None,
    ) -> None:
        self.viewport = viewport
        self.area = viewport.visible_area
        """The view pixels that the picture covers."""
        self._source: Pyramid | None = image
        self._mask = mask
        self._sampler = Sampler(viewport)
        shape = self.area.size.shape
        height, width = shape
        # What the earlier one had to spare is written to, and what it shows is spared in turn:
        # claiming fresh memory for every frame costs as much as filling it.
        self._own, self._spare = _memory(viewport.view, earlier)
        self._picture = self._own[0, :height, :width].view(np.uint8).reshape(*shape, 4)
        self._overlay = self._own[1, :height, :width]
        self._outline = np.zeros(shape, np.uint8)
        self._phase: int | None = None if earlier is None else earlier._phase
        size, over = self.area.size, QImage.Format.Format_ARGB32_Premultiplied
        self._layers = [as_image(self._own[0], size, QImage.Format.Format_RGB32)]
        if mask is not None:
            self._layers.append(as_image(self._own[1], size, over))
        if viewport.scale >= _GRID_FROM:
            self._layers.append(as_image(self._grid(), size, over))
        kept = EMPTY if earlier is None else self._take_over(earlier)
        new = _around(kept, self.area)
        for strip in new:
            self._sampler.sample(image, strip, self._picture[self._place(strip)])
        self._stale: list[Rect] = (
            new if earlier is None else [*new, *self._moved(earlier, earlier._stale)]
        )

    def forget(self) -> None:
        """Let the pictures go; what is left is memory for a buffer that follows this one."""
        self._source = self._mask = None
        self._stale = []

    def invalidate(self, rect: Rect) -> Rect:
        """The mask changed in `rect` (image pixels); returns the view pixels to paint again."""
        stale = self.viewport.view_rect(rect)
        if self._phase is not None:
            stale = stale.grown(1).intersected(self.area)
        self._stale.append(stale)
        return stale

    def redraw(self, rect: Rect) -> Rect:
        """The picture changed in `rect` (image pixels); returns the view pixels to paint again."""
        changed = self.viewport.view_rect(rect)
        if self._source is None or changed.is_empty:
            return EMPTY
        self._sampler.sample(self._source, changed, self._picture[self._place(changed)])
        return changed

    def invalidate_all(self) -> None:
        self._stale = [self.area]

    def march(self, phase: int | None) -> Rect:
        """Draw the mask's outline with its dashes `phase` pixels on, or not at all.

        Returns the view pixels to paint again.
        """
        before, self._phase = self._phase, phase
        if before == phase:
            return EMPTY
        if before is None or phase is None:
            self.invalidate_all()
            return self.area
        self._draw_outline(self.area)
        x, y, width, height = cv2.boundingRect(self._outline)
        return Rect(x + self.area.x, y + self.area.y, width, height)

    def paint(self, painter: QPainter, rect: Rect, palette: NDArray[np.int32]) -> None:
        """Paint `rect` of the view; the painter's unit is the device pixel."""
        if self._stale:
            self._refresh(palette)
        rect = rect.intersected(self.area)
        if not rect.is_empty:
            target, source = to_qrect(rect), to_qrect(rect.moved(-self.area.x, -self.area.y))
            for layer in self._layers:
                painter.drawImage(target, layer, source)

    def _refresh(self, palette: NDArray[np.int32]) -> None:
        """Bring the overlay up to date where the mask has changed."""
        stale, self._stale = self._stale, []
        if self._mask is None:
            return
        for rect in stale:
            if rect.is_empty:
                continue
            coverage = self._sampler.sample(self._mask, rect)
            overlay = self._overlay[self._place(rect)]
            band = rect.height if rect.area >= _SHARED else max(1, _ALONE // rect.width)
            for top in range(0, rect.height, band):
                rows = slice(top, top + band)
                cv2.LUT(coverage[rows], palette, dst=overlay[rows])
            if self._phase is not None:
                # A pixel of the outline depends on its neighbours, also out of sight.
                around = rect.grown(1).intersected(self.viewport.image_area)
                edges = outline(self._sampler.sample(self._mask, around))
                inner = rect.moved(-around.x, -around.y).slices
                self._outline[self._place(rect)] = edges[inner]
                self._draw_outline(rect)

    def _draw_outline(self, rect: Rect) -> None:
        """Dashes that lie still on the picture while it is panned."""
        place = self._place(rect)
        rows, columns = np.nonzero(self._outline[place])
        along = rows + columns + (rect.x - self.viewport.left + rect.y - self.viewport.top)
        is_light = (along + (self._phase or 0)) % (2 * _DASH) < _DASH
        self._overlay[place][rows, columns] = np.where(is_light, WHITE, BLACK)

    def _grid(self) -> NDArray[np.int32]:
        """The borders between image pixels: each lies on the first view pixel of the next one.

        That is the first whose middle lies in it, as in `display.sample`.
        """
        viewport, area = self.viewport, self.area
        self._lines = np.zeros(area.size.shape, np.int32)
        for axis, start, first, length in (
            (0, viewport.top, area.y, area.height),
            (1, viewport.left, area.x, area.width),
        ):
            pixels = np.floor((np.arange(first - 1, first + length) + 0.5 - start) / viewport.scale)
            borders = np.flatnonzero(np.diff(pixels))
            if axis == 0:
                self._lines[borders] = _LINE
            else:
                self._lines[:, borders] = _LINE
        return self._lines

    def _take_over(self, earlier: FrameBuffer) -> Rect:
        """Copy what `earlier` shows too; returns where that lies in this view."""
        same = earlier._source is self._source and earlier._mask is self._mask
        if not same or earlier.viewport.scale != self.viewport.scale:
            return EMPTY
        (kept,) = self._moved(earlier, [earlier.area])
        if not kept.is_empty:
            there = earlier._place(kept.moved(*_step(self.viewport, earlier.viewport)))
            self._picture[self._place(kept)] = earlier._picture[there]
            self._overlay[self._place(kept)] = earlier._overlay[there]
            if self._phase is not None:
                self._outline[self._place(kept)] = earlier._outline[there]
        return kept

    def _moved(self, earlier: FrameBuffer, rects: list[Rect]) -> list[Rect]:
        """Where rectangles of an earlier view lie in this one."""
        step = _step(earlier.viewport, self.viewport)
        return [rect.moved(*step).intersected(self.area) for rect in rects]

    def _place(self, rect: Rect) -> tuple[slice, slice]:
        """The index of a view rectangle in the arrays, which hold the visible area only."""
        return rect.moved(-self.area.x, -self.area.y).slices


def as_image(memory: NDArray[np.int32], size: Size, form: QImage.Format) -> QImage:
    """A QImage of `size` over the very bytes of an array of 32-bit pixels, at least as large."""
    return QImage(memory.data, size.width, size.height, memory.strides[0], form)


def _memory(
    view: Size, earlier: FrameBuffer | None
) -> tuple[NDArray[np.int32], NDArray[np.int32] | None]:
    """Two layers of a view's size to draw into, and two to spare, if there are any."""
    shape = (2, *view.shape)
    if earlier is None or earlier._own.shape != shape:
        return np.empty(shape, np.int32), None
    own = np.empty(shape, np.int32) if earlier._spare is None else earlier._spare
    return own, earlier._own


def _step(before: Viewport, after: Viewport) -> tuple[int, int]:
    """How far the picture has moved in the view, in view pixels."""
    return after.left - before.left, after.top - before.top


def _around(inner: Rect, outer: Rect) -> list[Rect]:
    """The parts of `outer` that `inner`, which lies in it, leaves free."""
    if inner.is_empty:
        return [outer]
    strips = [
        Rect.from_bounds(outer.x, outer.y, outer.right, inner.y),
        Rect.from_bounds(outer.x, inner.bottom, outer.right, outer.bottom),
        Rect.from_bounds(outer.x, inner.y, inner.x, inner.bottom),
        Rect.from_bounds(inner.right, inner.y, outer.right, inner.bottom),
    ]
    return [strip for strip in strips if not strip.is_empty]


def to_qrect(rect: Rect) -> QRect:
    return QRect(rect.x, rect.y, rect.width, rect.height)


def from_qrect(rect: QRect) -> Rect:
    return Rect(rect.x(), rect.y(), rect.width(), rect.height())
