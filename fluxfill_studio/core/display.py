"""What the canvas shows: a viewport's part of a picture, and the mask over it, as arrays.

Any rectangle of the view can be drawn by itself and equals the same rectangle of the whole view
to the byte, so only what changed is ever drawn again.
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import Enum

import cv2
import numpy as np
from numpy.typing import NDArray

from fluxfill_studio.core.geometry import Rect
from fluxfill_studio.core.pyramid import Pyramid
from fluxfill_studio.core.types import Pixels, Plane
from fluxfill_studio.core.viewport import Viewport

# From here on single image pixels are looked at, and smoothing would hide what is there.
_NEAREST_FROM = 3.0
# cv2.remap resolves positions to 1/32 pixel. Rounding to that grid beforehand, in absolute
# coordinates, makes the outcome independent of which rectangle is asked for.
_REMAP_STEPS = 32


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


def sample(pyramid: Pyramid, viewport: Viewport, rect: Rect) -> Plane | Pixels:
    """The picture as seen in `rect`, in view pixels, which must lie inside `visible_area`.

    Below 100 % from an area-reduced level, between 100 and 300 % bilinear, above it by nearest
    neighbour. Returns an array of `rect`'s size.
    """
    index = pyramid.level_for(viewport.scale)
    level = pyramid.levels[index]
    scale = viewport.scale * 2**index
    if scale == 1:
        return level[rect.moved(-viewport.left, -viewport.top).slices]
    height, width = level.shape[:2]
    xs = (np.arange(rect.x, rect.right) + 0.5 - viewport.left) / scale
    ys = (np.arange(rect.y, rect.bottom) + 0.5 - viewport.top) / scale
    if viewport.scale >= _NEAREST_FROM:
        columns = np.clip(xs.astype(np.intp), 0, width - 1)
        rows = np.clip(ys.astype(np.intp), 0, height - 1)
        return np.asarray(level[rows[:, None], columns[None, :]])
    return _bilinear(level, xs - 0.5, ys - 0.5)


def _bilinear(
    level: Plane | Pixels,
    xs: NDArray[np.float64],
    ys: NDArray[np.float64],
) -> Plane | Pixels:
    """Sample at the crossings of columns `xs` and rows `ys`, in pixel-centre coordinates."""
    height, width = level.shape[:2]
    xs = np.clip(np.rint(xs * _REMAP_STEPS) / _REMAP_STEPS, 0, width - 1)
    ys = np.clip(np.rint(ys * _REMAP_STEPS) / _REMAP_STEPS, 0, height - 1)
    # Only the part that is read is handed over: remap takes at most 32767 pixels a side.
    left, top = int(xs[0]), int(ys[0])
    part = level[top : int(ys[-1]) + 2, left : int(xs[-1]) + 2]
    shape = (len(ys), len(xs))
    map_x = np.broadcast_to((xs - left).astype(np.float32), shape)
    map_y = np.broadcast_to((ys - top).astype(np.float32)[:, None], shape)
    picture = cv2.remap(part, map_x, map_y, cv2.INTER_LINEAR, borderMode=cv2.BORDER_REPLICATE)
    return np.asarray(picture, np.uint8)


def compose(image: Pixels, mask: Plane, view: MaskView, tint: Tint) -> Pixels:
    """The picture with its mask as `view` shows it; both of the same size, in view pixels."""
    match view:
        case MaskView.IMAGE:
            return image
        case MaskView.MASK:
            return np.asarray(cv2.cvtColor(mask, cv2.COLOR_GRAY2RGB), np.uint8)
        case MaskView.OVERLAY:
            return _tinted(image, mask, tint)


def _tinted(image: Pixels, mask: Plane, tint: Tint) -> Pixels:
    if not cv2.countNonZero(mask):
        return image
    alpha = cv2.cvtColor(cv2.convertScaleAbs(mask, alpha=tint.opacity), cv2.COLOR_GRAY2RGB)
    colour = cv2.merge(
        [
            cv2.convertScaleAbs(mask, alpha=tint.opacity * channel / 255)
            for channel in (tint.red, tint.green, tint.blue)
        ]
    )
    kept = cv2.multiply(cv2.bitwise_not(alpha), image, scale=1 / 255)
    return np.asarray(cv2.add(kept, colour), np.uint8)
