"""The picture and the mask as they are sent: cut out, flattened, padded, scaled, made binary."""

from __future__ import annotations

from typing import Final

import cv2
import numpy as np
from numpy.typing import NDArray

from fluxfill_studio.core.geometry import Rect, Size
from fluxfill_studio.core.picture.samples import Values
from fluxfill_studio.core.picture.scaling import fitting, resized
from fluxfill_studio.core.types import Pixels, Plane

# The service's autoencoder sees cells of 8 × 8 pixels (FLUX.1, reduction by 8). A cell that the
# edge of the mask cuts through is made of what is kept and what is new, and comes back as a rim.
# Grown by so many sent pixels, the mask holds every cell with a painted pixel whole, wherever
# the grid lies; and the fringe of what is to vanish goes with it, and does not show the model
# what was there. Only what is painted is used of it, or what the blend is grown by.
GROWTH: Final = 8

# Pixels that are flattened and scaled at a time: their copies stay within a few megabytes.
_BAND_PIXELS: Final = 2**20
# Sent pixels from the picture's edge over which what is mirrored gives way to soft colours: a
# mirror image that went on would suggest itself as the fill.
_MIRRORED: Final = 64
# The soft colours are made of so many cells along the long side, each a mean of those nearby
# within about so many; farther away, the nearest at the picture's edge count most.
_CELLS: Final = 48
_NEARBY: Final = 4.0
# Where nothing is nearby, as around a picture of a few pixels, the mean of all counts.
_ANYWHERE: Final = np.float32(1e-20)


def scaled_part(pixels: Pixels, alpha: Values | None, crop: Rect, sent: Size) -> Pixels:
    """The part `crop` of a picture, opaque, in the size `sent`, which is no larger.

    Transparency lies on white, as on paper. Where the crop reaches beyond the picture, the
    picture is mirrored at its border; the crop must hold some of it.
    """
    height, width = pixels.shape[:2]
    inside = crop.intersected(Rect(0, 0, width, height))
    left, right = inside.x - crop.x, crop.right - inside.right
    top, bottom = inside.y - crop.y, crop.bottom - inside.bottom
    # To its width first, in bands, and then to its height.
    narrow = np.empty((inside.height, sent.width, 3), np.uint8)
    rows = max(1, _BAND_PIXELS // crop.width)
    for start in range(0, inside.height, rows):
        stop = min(start + rows, inside.height)
        place = Rect.from_bounds(inside.x, inside.y + start, inside.right, inside.y + stop).slices
        band = pixels[place] if alpha is None else _on_white(pixels[place], alpha[place])
        narrow[start:stop] = resized(
            _mirrored(band, 0, 0, left, right), Size(sent.width, stop - start)
        )
    return resized(_mirrored(narrow, top, bottom, 0, 0), sent)


def softened(picture: Pixels, new: Plane) -> Pixels:
    """`picture` with its mirrored part, where `new` is 255 and not 0, going over into soft colours.

    Those are a Gaussian mean of the rest (normalised convolution, Knutsson & Westin 1993).
    """
    height, width = new.shape
    known = (new == 0).astype(np.float32)
    if not known.any():
        return picture  # of a source that is narrower than a sent pixel
    cells = fitting(Size(width, height), _CELLS)
    # As far as across all cells.
    reach = (2 * cells.width + 1, 2 * cells.height + 1)
    colour, weight = (
        cv2.GaussianBlur(plane, reach, _NEARBY, borderType=cv2.BORDER_ISOLATED)
        + _ANYWHERE * plane.mean(axis=(0, 1))
        for plane in (
            cv2.resize(plane, (cells.width, cells.height), interpolation=cv2.INTER_AREA)
            for plane in (picture * known[..., None], known)
        )
    )
    soft = cv2.resize(
        (colour / weight[..., None]).astype(np.float32),
        (width, height),
        interpolation=cv2.INTER_LINEAR,
    )
    distance = cv2.distanceTransform(new, cv2.DIST_L2, 3)
    share = np.minimum(distance / np.float32(_MIRRORED), 1)[..., None]
    # A share of 0 leaves every pixel of the picture itself as it is.
    return np.asarray(np.rint(picture + share * (soft - picture)), np.uint8)


def beyond(crop: Rect, source: Size, sent: Size) -> Plane:
    """255 in every pixel of `crop` in the size `sent` that covers any beyond the source, else 0."""
    inside = crop.intersected(Rect.of(source))
    columns = np.full((1, crop.width), 255, np.uint8)
    columns[:, inside.x - crop.x : inside.right - crop.x] = 0
    rows = np.full((crop.height, 1), 255, np.uint8)
    rows[inside.y - crop.y : inside.bottom - crop.y] = 0
    across, down = footprint(columns, Size(sent.width, 1)), footprint(rows, Size(1, sent.height))
    return np.maximum(across, down)


def footprint(coverage: Plane, sent: Size) -> Plane:
    """255 in every pixel of the size `sent` that covers any coverage above zero, else 0."""
    height, width = coverage.shape
    columns, columns_long = _footprints(width, sent.width)
    rows, rows_long = _footprints(height, sent.height)
    if (rows_long, columns_long) != (1, 1):
        # Anchored at its first pixel, the maximum over a window at every pixel; picked where the
        # footprints begin.
        window = np.ones((rows_long, columns_long), np.uint8)
        coverage = np.asarray(cv2.dilate(coverage, window, anchor=(0, 0)), np.uint8)
        coverage = coverage[np.ix_(rows, columns)]
    return np.asarray(cv2.threshold(coverage, 0, 255, cv2.THRESH_BINARY)[1], np.uint8)


def grown(mask: Plane) -> Plane:
    """`mask` with GROWTH pixels more on every side, diagonally too, as cells are square."""
    side = 2 * GROWTH + 1
    return np.asarray(cv2.dilate(mask, np.ones((side, side), np.uint8)), np.uint8)


def _footprints(side: int, sent: int) -> tuple[NDArray[np.intp], int]:
    """Where the part of `side` pixels under each of `sent` ones begins, and its longest length."""
    length = -(-side // sent) + (side % sent != 0)
    return np.arange(sent) * side // sent, length


def _mirrored(pixels: Pixels, top: int, bottom: int, left: int, right: int) -> Pixels:
    if not (top or bottom or left or right):
        return pixels
    padded = cv2.copyMakeBorder(pixels, top, bottom, left, right, cv2.BORDER_REFLECT)
    return np.asarray(padded, np.uint8)


def _on_white(pixels: Pixels, alpha: Values) -> Pixels:
    """255 − (255 − colour) · alpha, which keeps what is opaque to the bit."""
    share = alpha if alpha.dtype == np.uint8 else cv2.convertScaleAbs(alpha, alpha=255 / 65535)
    ink = cv2.multiply(cv2.bitwise_not(pixels), cv2.merge([share] * 3), scale=1 / 255)
    return np.asarray(cv2.bitwise_not(ink), np.uint8)
