"""An honest stand-in for what the service does to every pixel, and photographs to send it."""

from __future__ import annotations

from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path

import cv2
import numpy as np

from fluxfill_studio.core.files.codec import decode
from fluxfill_studio.core.geometry import Size
from fluxfill_studio.core.types import Pixels

LONG_SIDE = 1440
_SAMPLES = Path(__file__).resolve().parents[1] / "resources" / "samples"


@dataclass(frozen=True)
class Service:
    """What comes back of a picture: scaled to `long_side`, drawn anew, shifted in colour.

    A channel becomes level · `gain` + `offset`, in levels of 0 to 255. `redrawn` resamples every
    pixel there and back, which costs it the finest detail (about 43 dB are left, as was measured
    on the real one). `jpeg` is the quality of the file, None for a PNG.
    """

    gain: tuple[float, float, float] = (1.0, 1.0, 1.0)
    offset: tuple[float, float, float] = (0.0, 0.0, 0.0)
    redrawn: bool = True
    jpeg: int | None = None
    long_side: int = LONG_SIDE

    def returns(self, sent: Pixels) -> Pixels:
        """The picture of the same content that comes back; the fill is part of `sent` already."""
        height, width = sent.shape[:2]
        factor = self.long_side / max(height, width)
        size = (max(1, round(width * factor)), max(1, round(height * factor)))
        method = cv2.INTER_AREA if factor < 1 else cv2.INTER_CUBIC
        levels = sent.astype(np.float32)
        if factor != 1:
            levels = np.asarray(cv2.resize(levels, size, interpolation=method), np.float32)
        if self.redrawn:
            away = (round(size[0] * 1.19), round(size[1] * 1.19))
            levels = np.asarray(cv2.resize(levels, away, interpolation=cv2.INTER_CUBIC), np.float32)
            levels = np.asarray(cv2.resize(levels, size, interpolation=cv2.INTER_AREA), np.float32)
        levels *= np.array(self.gain, np.float32)
        levels += np.array(self.offset, np.float32)
        pixels = np.clip(np.rint(levels, out=levels), 0, 255, out=levels).astype(np.uint8)
        return pixels if self.jpeg is None else _through_jpeg(pixels, self.jpeg)


SHIFTED = Service(gain=(1.05, 0.97, 0.95), offset=(-4, 6, 3))
"""Every pixel resampled, and each channel up to 5 % off."""


def _through_jpeg(pixels: Pixels, quality: int) -> Pixels:
    bgr = cv2.cvtColor(pixels, cv2.COLOR_RGB2BGR)
    _, data = cv2.imencode(".jpg", bgr, [cv2.IMWRITE_JPEG_QUALITY, quality])
    return decode(data.tobytes(), "result").pixels


@lru_cache(maxsize=4)
def detailed_photograph(name: str, size: Size, grain: float = 2.0) -> Pixels:
    """A sample (`astronaut`, `chelsea`, `coffee`) at `size`, with detail down to a pixel.

    It is enlarged, and finer and finer copies of its own texture are laid over it, weaker by half
    for every octave as in photographs, then `grain` levels (rms) of noise.
    """
    small = decode((_SAMPLES / f"{name}.jpg").read_bytes(), name).pixels
    shape = (size.width, size.height)
    levels = np.asarray(cv2.resize(small, shape, interpolation=cv2.INTER_CUBIC), np.float32)
    texture = small.astype(np.float32)
    texture -= cv2.GaussianBlur(texture, (0, 0), 4)
    repeats, strength = 2.0, 0.5
    while size.long_side / (repeats * max(small.shape)) > 1:
        tile = np.tile(texture, (int(repeats), int(repeats), 1))
        levels += strength * cv2.resize(tile, shape, interpolation=cv2.INTER_AREA)
        repeats, strength = repeats * 2, strength / 2
    noise = np.zeros((size.height, size.width, 3), np.float32)
    cv2.setRNGSeed(1)
    cv2.randn(noise, np.zeros(3), np.full(3, grain))
    levels += noise
    return np.asarray(cv2.convertScaleAbs(np.clip(levels, 0, 255)), np.uint8)
