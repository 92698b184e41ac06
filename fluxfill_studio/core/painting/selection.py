"""What is done to a whole mask at once, and areas selected by their colour."""

from __future__ import annotations

import math

import cv2
import numpy as np

from fluxfill_studio.core.geometry import Point, Rect, Size
from fluxfill_studio.core.painting.mask import MaskEdit
from fluxfill_studio.core.painting.region import NOTHING, Region
from fluxfill_studio.core.types import Pixels, Plane

# Growing and shrinking go by squares of this side: the processor's cache holds one and its reach.
_SQUARE = 512
# Pixels that are blurred at a time.
_BAND_AREA = 1 << 21
# The least standard deviation, in reduced pixels, of a blur that is made on a reduced mask.
_REDUCED_SIGMA = 6
# Deviations from an edge at which a Gaussian has fallen to a sixteenth of a level.
_GAUSSIAN_REACH = 3.5
# Levels that stand for all coverage when holes are looked for, which takes one flood for each.
_HOLE_LEVELS = (*range(8, 255, 8), 255)
# cv2.floodFill counts rows and columns in 16 bits.
_FLOOD_SIDE = 65535


def replace(edit: MaskEdit, plane: Plane) -> Rect:
    """Put `plane`, of the mask's shape, in place of the mask of `edit`; returns what changed."""
    pixels = edit.mask.pixels
    if plane.shape != pixels.shape:
        raise ValueError(f"a plane of shape {plane.shape} for a mask of shape {pixels.shape}")
    rect = edit.touch(edit.mask.bounds.united(Rect(*cv2.boundingRect(plane))))
    pixels[rect.slices] = plane[rect.slices]
    return rect


def grow(edit: MaskEdit, pixels: int) -> Rect:
    """Give every pixel the largest coverage within so many pixels of it; returns what changed.

    The distance is Euclidean, from centre to centre, so soft edges move and stay soft.
    """
    return _spread(edit, edit.mask.bounds.grown(pixels), pixels, np.maximum, outside=0)


def shrink(edit: MaskEdit, pixels: int) -> Rect:
    """Give every pixel the smallest coverage within so many pixels of it; returns what changed.

    Outside of the picture counts as covered: a mask that reaches the border goes on doing so.
    """
    return _spread(edit, edit.mask.bounds, pixels, np.minimum, outside=255)


def _spread(edit: MaskEdit, area: Rect, radius: int, extreme: np.ufunc, outside: int) -> Rect:
    """Set `area` to the maximum or minimum within `radius` pixels; returns what changed."""
    area = edit.touch(area)
    if area.is_empty:
        return area
    before = _surroundings(edit.mask.pixels, area, radius, cv2.BORDER_CONSTANT, outside)
    target = edit.mask.pixels[area.slices]
    for top in range(0, area.height, _SQUARE):
        for left in range(0, area.width, _SQUARE):
            square = target[top : top + _SQUARE, left : left + _SQUARE]
            height, width = square.shape
            reached = before[top : top + height + 2 * radius, left : left + width + 2 * radius]
            if (square != extreme.reduce(reached, axis=None)).any():
                square[:] = _within_disc(reached, radius, extreme)
    return area


def _within_disc(plane: Plane, radius: int, extreme: np.ufunc) -> Plane:
    """The maximum or minimum over a disc around each pixel that is `radius` from the border.

    A disc is a stack of rows, the longest in the middle. Going there from its top and bottom, the
    extreme over rows of one length comes from that over shorter ones: two that overlap or meet
    make a longer one. So a pixel costs about 3 `radius` comparisons, which run in SIMD.
    """
    height, width = plane.shape[0] - 2 * radius, plane.shape[1] - 2 * radius
    rows, length = plane, 1
    result = plane[radius : radius + height, radius : radius + width].copy()
    for distance in range(radius, -1, -1):
        half = math.isqrt(radius * radius - distance * distance)
        while length < 2 * half + 1:
            step = min(length, 2 * half + 1 - length)
            rows = extreme(rows[:, :-step], rows[:, step:])
            length += step
        for top in {radius - distance, radius + distance}:
            row = rows[top : top + height, radius - half : radius - half + width]
            extreme(result, row, out=result)
    return result


def feather(edit: MaskEdit, radius: float) -> Rect:
    """Blur the mask by a Gaussian of the standard deviation `radius`; returns what changed.

    `radius` is in pixels, above 0. Beyond the picture the mask goes on as it is at the border.
    """
    factor = max(1, int(radius / _REDUCED_SIGMA))
    # Whole reduced pixels, and one more for the interpolation between them.
    reach = factor * (math.ceil(_GAUSSIAN_REACH * radius / factor) + 1)
    area = edit.touch(edit.mask.bounds.grown(reach))
    if area.is_empty:
        return area
    before = _surroundings(edit.mask.pixels, area, reach, cv2.BORDER_REPLICATE)
    target = edit.mask.pixels[area.slices]
    # What lies around a band is blurred with it, so bands are not lower than that.
    rows = max(2 * reach, _BAND_AREA // before.shape[1])
    for top in range(0, area.height, rows):
        band = target[top : top + rows]
        height, width = band.shape
        blurred = _blurred(before[top : top + height + 2 * reach], radius, factor)
        inner = blurred[reach : reach + height, reach : reach + width]
        band[:] = cv2.convertScaleAbs(inner)
    return area


def _blurred(plane: Plane, sigma: float, factor: int) -> cv2.typing.MatLike:
    """A Gaussian blur of `plane`, made on a copy that is reduced by `factor`, as 32-bit floats.

    Taking means of f × f pixels and interpolating between them adds (f² − 1) / 4 to the variance;
    with f at most a sixth of the deviation, that is less than one percent.
    """
    height, width = plane.shape
    right, bottom = -width % factor, -height % factor
    whole = cv2.copyMakeBorder(plane, 0, bottom, 0, right, cv2.BORDER_REPLICATE)
    size = (whole.shape[1], whole.shape[0])
    reduced_size = (size[0] // factor, size[1] // factor)
    reduced = cv2.resize(whole.astype(np.float32), reduced_size, interpolation=cv2.INTER_AREA)
    soft = cv2.GaussianBlur(reduced, (0, 0), sigma / factor, borderType=cv2.BORDER_REPLICATE)
    return cv2.resize(soft, size, interpolation=cv2.INTER_LINEAR)


def fill_holes(edit: MaskEdit) -> Rect:
    """Cover what the mask encloses as fully as its walls; returns what changed.

    Coverage is taken as height: water rises around the mask and runs off over the borders of the
    picture. A pixel is raised to the level at which the water comes to it across pixel sides
    (morphological reconstruction by erosion, Vincent 1993), rounded down to a multiple of 8
    unless it is 255. So a hole within full coverage becomes full together with the inner slope of
    a soft rim, while the outer slope stays.
    """
    rect = edit.touch(edit.mask.bounds)
    if rect.is_empty:
        return rect
    target = edit.mask.pixels[rect.slices]
    ground = np.pad(target, 1)
    for level in _HOLE_LEVELS:
        wet = _connected((ground < level).view(np.uint8), 0, 0)
        np.maximum(target, ~wet[1:-1, 1:-1] & np.uint8(level), out=target)
    return rect


def flood_region(pixels: Pixels, seed: Point, tolerance: int, *, contiguous: bool) -> Region:
    """What is coloured like the pixel at `seed`: in no channel more than `tolerance` off.

    `tolerance` is 0 to 255. With `contiguous`, only what is connected to the seed across pixel
    sides. Such pixels are covered fully; their neighbours, corners too, as much as a 3 × 3
    binomial kernel sees of them, which rounds the steps of slanting outlines. A seed outside of
    the picture selects nothing.
    """
    size = Size(pixels.shape[1], pixels.shape[0])
    x, y = math.floor(seed.x), math.floor(seed.y)
    if not (0 <= x < size.width and 0 <= y < size.height):
        return NOTHING
    colour = [int(channel) for channel in pixels[y, x]]
    lowest = [max(channel - tolerance, 0) for channel in colour]
    highest = [min(channel + tolerance, 255) for channel in colour]
    alike = np.asarray(cv2.inRange(pixels, np.array(lowest), np.array(highest)), np.uint8)
    if contiguous:
        alike = _connected(alike, x, y)
    rect = Rect(*cv2.boundingRect(alike)).grown(1).intersected(Rect.of(size))
    inner = alike[rect.slices]
    smooth = cv2.GaussianBlur(inner, (3, 3), 0, borderType=cv2.BORDER_REPLICATE)
    return Region(rect, np.asarray(cv2.max(inner, smooth), np.uint8))


def _connected(plane: Plane, x: int, y: int) -> Plane:
    """255 where `plane` is not 0 and connected, across pixel sides, to (x, y), where it is not."""
    height, width = plane.shape
    if max(height, width) > _FLOOD_SIDE:
        labels = cv2.connectedComponents(plane, connectivity=4)[1]
        return np.where(labels == labels[y, x], np.uint8(255), np.uint8(0))
    mask = np.zeros((height + 2, width + 2), np.uint8)
    flags = 4 | 255 << 8 | cv2.FLOODFILL_MASK_ONLY
    cv2.floodFill(plane, mask, (x, y), 0, 0, 0, flags)
    return mask[1:-1, 1:-1]


def _surroundings(plane: Plane, area: Rect, reach: int, border: int, value: int = 0) -> Plane:
    """A copy of `area` and what lies `reach` pixels around it, also outside of the plane."""
    size = Size(plane.shape[1], plane.shape[0])
    wanted = area.grown(reach)
    inside = wanted.intersected(Rect.of(size))
    return np.asarray(
        cv2.copyMakeBorder(
            plane[inside.slices],
            inside.y - wanted.y,
            wanted.bottom - inside.bottom,
            inside.x - wanted.x,
            wanted.right - inside.right,
            border,
            value=value,
        ),
        np.uint8,
    )
