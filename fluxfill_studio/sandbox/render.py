"""One run of the sandbox, from the uploaded bytes to the bytes of the result.

The long side of a result is at most 1440 pixels, as the service's is: a larger picture is
scaled down first, so its kept pixels come back resampled.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import cv2
import numpy as np

from fluxfill_studio.core.errors import ImageError
from fluxfill_studio.core.files import codec
from fluxfill_studio.core.geometry import Size
from fluxfill_studio.core.picture import scaling
from fluxfill_studio.core.planning.outpaint import Preset, approximate_frame
from fluxfill_studio.core.types import Pixels, Plane
from fluxfill_studio.sandbox import engine
from fluxfill_studio.sandbox.exemplar import Hole

LONG_SIDE = 1440


class CannotRender(Exception):
    """The run cannot be made; the text goes out as the `error` of its job."""


@dataclass(frozen=True)
class Order:
    """A picture, and what of it is filled: the white of a mask, or what a preset adds."""

    image: bytes
    area: bytes | Preset
    output_format: str
    seed: int


def render(order: Order, checkpoint: Callable[[float], None]) -> bytes:
    """The encoded result. Pure work of a few seconds, for a worker thread.

    `checkpoint` is called every few tenths of a second with the share that is done, 0 to 1; what
    it raises ends the work. Raises CannotRender.
    """
    checkpoint(0)
    try:
        pixels = codec.decode(order.image, "image").pixels
        if isinstance(order.area, Preset):
            pixels, hole = _framed(pixels, order.area)
        else:
            pixels, hole = _masked(pixels, codec.decode_mask(order.area, "mask"))
    except ImageError as error:
        raise CannotRender(error.message) from error
    filled = engine.fill(pixels, hole, order.seed, lambda done: checkpoint(0.05 + 0.9 * done))
    checkpoint(0.95)
    return _encoded(filled, order.output_format)


def _masked(pixels: Pixels, mask: Plane) -> tuple[Pixels, Hole]:
    """Picture and hole at working size; a pixel that holds any white is part of the hole."""
    if mask.shape != pixels.shape[:2]:
        raise CannotRender("The mask and the image must have the same size.")
    scaled = scaling.reduced_to(pixels, LONG_SIDE)
    white = np.where(mask >= 128, np.uint8(255), np.uint8(0))
    height, width = scaled.shape[:2]
    return scaled, scaling.resized(white, Size(width, height)) > 0


def _framed(pixels: Pixels, preset: Preset) -> tuple[Pixels, Hole]:
    """The canvas of the preset at working size, with the picture in its place, and the rest."""
    height, width = pixels.shape[:2]
    frame = approximate_frame(preset, Size(width, height))
    canvas = scaling.fitting(Size(frame.width, frame.height), LONG_SIDE)
    ratio = canvas.long_side / max(frame.width, frame.height)
    inner = Size(max(1, round(width * ratio)), max(1, round(height * ratio)))
    x = min(round(-frame.x * ratio), canvas.width - inner.width)
    y = min(round(-frame.y * ratio), canvas.height - inner.height)
    place = (slice(y, y + inner.height), slice(x, x + inner.width))
    framed = np.zeros((*canvas.shape, 3), np.uint8)
    framed[place] = scaling.resized(pixels, inner)
    hole = np.ones(canvas.shape, np.bool_)
    hole[place] = False
    return framed, hole


def _encoded(pixels: Pixels, output_format: str) -> bytes:
    options = {
        "jpg": [
            *(cv2.IMWRITE_JPEG_QUALITY, 95),
            *(cv2.IMWRITE_JPEG_SAMPLING_FACTOR, cv2.IMWRITE_JPEG_SAMPLING_FACTOR_444),
        ],
        "png": [cv2.IMWRITE_PNG_COMPRESSION, 3],
    }
    bgr = cv2.cvtColor(pixels, cv2.COLOR_RGB2BGR)
    _, data = cv2.imencode(f".{output_format}", bgr, options[output_format])
    return data.tobytes()
