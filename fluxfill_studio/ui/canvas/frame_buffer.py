"""The drawn view of a picture in device pixels, kept so that only what changed is drawn again."""

from __future__ import annotations

import cv2
import numpy as np
from PySide6.QtCore import QRect
from PySide6.QtGui import QImage, QPainter

from fluxfill_studio.core.display import MaskView, Tint, compose, sample
from fluxfill_studio.core.geometry import EMPTY, Rect
from fluxfill_studio.core.pyramid import Pyramid
from fluxfill_studio.core.viewport import Viewport


class FrameBuffer:
    """What `viewport` shows of `image` with `mask` over it, as pixels ready for the screen.

    The picture is resampled once per viewport; a change of the mask costs the changed rectangle.
    """

    def __init__(self, viewport: Viewport, image: Pyramid, mask: Pyramid | None) -> None:
        self._viewport = viewport
        self._area = viewport.visible_area
        self._mask = mask
        self._image = sample(image, viewport, self._area)
        # Qt reads the very bytes that numpy writes; 32 bits a pixel is what it paints fastest.
        self._pixels = np.empty((self._area.height, self._area.width, 4), np.uint8)
        self._screen = QImage(
            self._pixels.data,
            self._area.width,
            self._area.height,
            4 * self._area.width,
            QImage.Format.Format_RGB32,
        )
        self._stale = self._area

    def invalidate(self, rect: Rect) -> Rect:
        """The mask changed in `rect` (image pixels); returns the view pixels to paint again."""
        stale = self._viewport.view_rect(rect)
        self._stale = self._stale.united(stale)
        return stale

    def invalidate_all(self) -> None:
        self._stale = self._area

    def paint(self, painter: QPainter, rect: Rect, view: MaskView, tint: Tint) -> None:
        """Paint `rect` of the view; the painter's unit is the device pixel."""
        self._refresh(view, tint)
        rect = rect.intersected(self._area)
        if not rect.is_empty:
            source = rect.moved(-self._area.x, -self._area.y)
            painter.drawImage(to_qrect(rect), self._screen, to_qrect(source))

    def _refresh(self, view: MaskView, tint: Tint) -> None:
        stale, self._stale = self._stale, EMPTY
        if stale.is_empty:
            return
        place = stale.moved(-self._area.x, -self._area.y).slices
        picture = self._image[place]
        if self._mask is not None:
            picture = compose(picture, sample(self._mask, self._viewport, stale), view, tint)
        self._pixels[place] = cv2.cvtColor(picture, cv2.COLOR_RGB2BGRA)


def to_qrect(rect: Rect) -> QRect:
    return QRect(rect.x, rect.y, rect.width, rect.height)


def from_qrect(rect: QRect) -> Rect:
    return Rect(rect.x(), rect.y(), rect.width(), rect.height())
