"""What the canvas shows: a viewport's part of a picture, and the colours of the mask over it.

Any rectangle of the view can be drawn by itself and equals the same rectangle of the whole view
to the byte, so only what changed is ever drawn again.
"""

from __future__ import annotations

import sys
from dataclasses import dataclass
from enum import Enum

import cv2
import numpy as np
from numpy.typing import NDArray

from fluxfill_studio.core.geometry import Rect, Size
from fluxfill_studio.core.types import Pixels, Plane
from fluxfill_studio.core.view.pyramid import Pyramid
from fluxfill_studio.core.view.viewport import Viewport

# From here on single image pixels are looked at, and smoothing would hide what is there.
_NEAREST_FROM = 3.0
# cv2.remap resolves positions to 1/32 pixel. Rounding to that grid beforehand, in absolute
# coordinates, makes the outcome independent of which rectangle is asked for.
_REMAP_STEPS = 32
# So many pixels are sampled at a time: what that needs beside them is then small enough to be
# memory that was used before, which is faster than what the system has to give first.
_BAND = 2**19
# The screen's pixels are words, those of arrays are bytes.
_TO_SCREEN = cv2.COLOR_RGB2BGRA if sys.byteorder == "little" else cv2.COLOR_RGB2RGBA

Screen = NDArray[np.uint8]
"""Pixels of 32 bits as the screen takes them, 0xffRRGGBB, shape (height, width, 4)."""


class MaskView(Enum):
    """How the mask is shown."""

    OVERLAY = "overlay"
    MASK = "mask"
    IMAGE = "image"


@dataclass(frozen=True, slots=True)
class Tint:
    """The overlay: an RGB colour, 0 to 255 each, and an opacity, 0 to 1."""

    red: int
    green: int
    blue: int
    opacity: float


def sample(
    pyramid: Pyramid, viewport: Viewport, rect: Rect, out: Screen | Plane | None = None
) -> Screen | Plane:
    """One picture through one viewport: see `Sampler.sample`."""
    return Sampler(viewport).sample(pyramid, rect, out)


class Sampler:
    """Pictures as seen through one viewport.

    Where the view's pixels lie in a picture is worked out once, for image and mask together.
    """

    def __init__(self, viewport: Viewport) -> None:
        self._viewport = viewport
        # A pixel of the mask's outline depends on its neighbours, which may be out of sight.
        self._reach = viewport.visible_area.grown(1).intersected(viewport.image_area)
        self._grids: dict[int, _Nearest | _Bilinear] = {}

    def sample(
        self, pyramid: Pyramid, rect: Rect, out: Screen | Plane | None = None
    ) -> Screen | Plane:
        """The picture as seen in `rect`, in view pixels, which lie in the visible area or next it.

        Below 100 % from an area-reduced level, between 100 and 300 % bilinear, above it by nearest
        neighbour. Returns an array of `rect`'s size, `out` where that is given: a plane of a
        plane, or else the screen's pixels.
        """
        viewport = self._viewport
        index = pyramid.level_for(viewport.scale)
        level = pyramid.level(index)
        if viewport.scale * 2**index == 1:
            picture = _on_screen(level[rect.moved(-viewport.left, -viewport.top).slices])
        else:
            place = rect.moved(-self._reach.x, -self._reach.y).slices
            picture = self._grid(index, level).draw(level, place, out)
        if out is None or picture is out:
            return picture
        out[:] = picture
        return out

    def _grid(self, index: int, level: Plane | Pixels) -> _Nearest | _Bilinear:
        grid = self._grids.get(index)
        if grid is None:
            viewport, reach = self._viewport, self._reach
            scale = viewport.scale * 2**index
            xs = (np.arange(reach.x, reach.right) + 0.5 - viewport.left) / scale
            ys = (np.arange(reach.y, reach.bottom) + 0.5 - viewport.top) / scale
            height, width = level.shape[:2]
            if viewport.scale >= _NEAREST_FROM:
                grid = _Nearest(xs, ys, Size(width, height))
            else:
                grid = _Bilinear(xs - 0.5, ys - 0.5, Size(width, height))
            self._grids[index] = grid
        return grid


class _Nearest:
    """The pixels of a level of `size` that hold the crossings of columns `xs` and rows `ys`."""

    def __init__(self, xs: NDArray[np.float64], ys: NDArray[np.float64], size: Size) -> None:
        self._columns = np.clip(xs.astype(np.intp), 0, size.width - 1)
        self._rows = np.clip(ys.astype(np.intp), 0, size.height - 1)

    def draw(
        self, level: Plane | Pixels, place: tuple[slice, slice], out: Screen | Plane | None
    ) -> Screen | Plane:
        del out
        rows, columns = self._rows[place[0]], self._columns[place[1]]
        left, top = int(columns[0]), int(rows[0])
        part = _on_screen(level[top : int(rows[-1]) + 1, left : int(columns[-1]) + 1])
        # One word a pixel is gathered faster than its bytes.
        words = part.view(np.uint32)[:, :, 0] if part.ndim == 3 else part
        picture = words.take(columns - left, axis=1).take(rows - top, axis=0)
        return picture.view(np.uint8).reshape(*picture.shape, *part.shape[2:])


class _Bilinear:
    """Between the pixels of a level of `size`, whose centres are whole numbers of `xs`, `ys`."""

    def __init__(self, xs: NDArray[np.float64], ys: NDArray[np.float64], size: Size) -> None:
        self._xs = np.clip(np.rint(xs * _REMAP_STEPS) / _REMAP_STEPS, 0, size.width - 1)
        self._ys = np.clip(np.rint(ys * _REMAP_STEPS) / _REMAP_STEPS, 0, size.height - 1)

    def draw(
        self, level: Plane | Pixels, place: tuple[slice, slice], out: Screen | Plane | None
    ) -> Screen | Plane:
        ys, xs = self._ys[place[0]], self._xs[place[1]]
        # Only the part that is read is handed over: remap takes at most 32767 pixels a side.
        left, top = int(xs[0]), int(ys[0])
        part = level[top : int(ys[-1]) + 2, left : int(xs[-1]) + 2]
        shape = (len(ys), len(xs))
        if part.ndim == 2:
            # Most of a mask is painted or not.
            low, high, *_ = cv2.minMaxLoc(part)
            if low == high:
                return np.full(shape, low, np.uint8)
        if out is None:
            out = np.empty((*shape, 4) if part.ndim == 3 else shape, np.uint8)
        height = min(len(ys), max(1, _BAND // len(xs)))
        map_x, map_y = np.empty((2, height, len(xs)), np.float32)
        map_x[:] = xs - left
        for start in range(0, len(ys), height):
            rows = ys[start : start + height]
            first, count = int(rows[0]), len(rows)
            map_y[:count] = (rows - first)[:, None]
            # It is twice as fast on four channels as on three.
            band = _on_screen(part[first - top : int(rows[-1]) + 2 - top])
            cv2.remap(
                band,
                map_x[:count],
                map_y[:count],
                cv2.INTER_LINEAR,
                dst=out[start : start + count],
                borderMode=cv2.BORDER_REPLICATE,
            )
        return out


def _on_screen(pixels: Plane | Pixels) -> Screen | Plane:
    return np.asarray(cv2.cvtColor(pixels, _TO_SCREEN), np.uint8) if pixels.ndim == 3 else pixels


def outline(coverage: Plane) -> Plane:
    """255 where a pixel is covered by half or more and one of its four neighbours is not.

    What lies beyond the plane counts as covered, so the picture's border is no outline.
    """
    _, inside = cv2.threshold(coverage, 127, 255, cv2.THRESH_BINARY)
    cross = cv2.getStructuringElement(cv2.MORPH_CROSS, (3, 3))
    return np.asarray(cv2.subtract(inside, cv2.erode(inside, cross)), np.uint8)


def palette(view: MaskView, tint: Tint) -> NDArray[np.int32]:
    """The colour that each of the 256 values of the mask lays over the picture.

    As 32-bit ARGB with the colour premultiplied by its alpha, which is what the screen's
    compositing takes: over a pixel p it gives colour + p (255 - alpha) / 255.
    """
    coverage = np.arange(256)
    if view is MaskView.MASK:
        alpha, colour = np.full(256, 255), (coverage, coverage, coverage)
    else:
        opacity = tint.opacity if view is MaskView.OVERLAY else 0.0
        alpha = np.rint(coverage * opacity)
        colour = tuple(np.rint(alpha * c / 255) for c in (tint.red, tint.green, tint.blue))
    channels = np.stack([colour[2], colour[1], colour[0], alpha], axis=1).astype(np.uint8)
    return channels.view("<i4")[:, 0].astype(np.int32)
