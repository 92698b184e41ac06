"""The drawn view of a picture in device pixels, kept so that only what changed is drawn again."""

from __future__ import annotations

import cv2
import numpy as np
from PySide6.QtCore import QRect
from PySide6.QtGui import QImage, QPainter

from fluxfill_studio.core.display import MaskView, Tint, compose, sample
from fluxfill_studio.core.geometry import EMPTY, Rect, united
from fluxfill_studio.core.pyramid import Pyramid
from fluxfill_studio.core.types import Pixels
from fluxfill_studio.core.viewport import Viewport


class FrameBuffer:
    """What `viewport` shows of `image` with `mask` over it, as pixels ready for the screen.

    A change of the mask costs the changed rectangle. With an `earlier` buffer of the same
    pictures at the same scale, as when the view is panned, what both show is taken over: sampling
    gives the same bytes for the same place of the picture, wherever in the view that lies.
    """

    def __init__(
        self,
        viewport: Viewport,
        image: Pyramid,
        mask: Pyramid | None,
        earlier: FrameBuffer | None = None,
    ) -> None:
        self.viewport = viewport
        self._area = viewport.visible_area
        self._source, self._mask = image, mask
        self._image: Pixels = np.empty((*self._area.size.shape, 3), np.uint8)
        # Qt reads the very bytes that numpy writes; 32 bits a pixel is what it paints fastest.
        self._pixels = np.empty((*self._area.size.shape, 4), np.uint8)
        self._screen = QImage(
            self._pixels.data,
            self._area.width,
            self._area.height,
            4 * self._area.width,
            QImage.Format.Format_RGB32,
        )
        kept = EMPTY if earlier is None else self._take_over(earlier)
        new = _around(kept, self._area)
        for strip in new:
            self._image[self._place(strip)] = sample(image, viewport, strip)
        self._stale: list[Rect] = (
            new if earlier is None else [*new, *self._moved(earlier, earlier._stale)]
        )

    def invalidate(self, rect: Rect) -> Rect:
        """The mask changed in `rect` (image pixels); returns the view pixels to paint again."""
        stale = self.viewport.view_rect(rect)
        self._stale = [united([*self._stale, stale])]
        return stale

    def invalidate_all(self) -> None:
        self._stale = [self._area]

    def paint(self, painter: QPainter, rect: Rect, view: MaskView, tint: Tint) -> None:
        """Paint `rect` of the view; the painter's unit is the device pixel."""
        for stale in self._stale:
            self._compose(stale, view, tint)
        self._stale = []
        rect = rect.intersected(self._area)
        if not rect.is_empty:
            source = rect.moved(-self._area.x, -self._area.y)
            painter.drawImage(to_qrect(rect), self._screen, to_qrect(source))

    def _compose(self, rect: Rect, view: MaskView, tint: Tint) -> None:
        if rect.is_empty:
            return
        place = self._place(rect)
        picture = self._image[place]
        if self._mask is not None:
            picture = compose(picture, sample(self._mask, self.viewport, rect), view, tint)
        self._pixels[place] = cv2.cvtColor(picture, cv2.COLOR_RGB2BGRA)

    def _take_over(self, earlier: FrameBuffer) -> Rect:
        """Copy what `earlier` shows too; returns where that lies in this view."""
        same = earlier._source is self._source and earlier._mask is self._mask
        if not same or earlier.viewport.scale != self.viewport.scale:
            return EMPTY
        (kept,) = self._moved(earlier, [earlier._area])
        if not kept.is_empty:
            there = earlier._place(kept.moved(*_step(self.viewport, earlier.viewport)))
            self._image[self._place(kept)] = earlier._image[there]
            self._pixels[self._place(kept)] = earlier._pixels[there]
        return kept

    def _moved(self, earlier: FrameBuffer, rects: list[Rect]) -> list[Rect]:
        """Where rectangles of an earlier view lie in this one."""
        step = _step(earlier.viewport, self.viewport)
        return [rect.moved(*step).intersected(self._area) for rect in rects]

    def _place(self, rect: Rect) -> tuple[slice, slice]:
        """The index of a view rectangle in the arrays, which hold the visible area only."""
        return rect.moved(-self._area.x, -self._area.y).slices


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
