"""Photographs of different content, and what an outpaint service makes of them."""

from __future__ import annotations

import io
from dataclasses import dataclass
from pathlib import Path

import cv2
import numpy as np
from numpy.typing import NDArray
from PIL import Image

from fluxfill_studio.core.blending.registration import Placement
from fluxfill_studio.core.geometry import Size
from fluxfill_studio.core.planning.outpaint import Preset
from fluxfill_studio.core.planning.plan import outpaint_plan
from fluxfill_studio.core.types import Pixels

Floats = NDArray[np.float32]

_SAMPLES = Path(__file__).parents[1] / "resources" / "samples"
_KERNELS = (Image.Resampling.LANCZOS, Image.Resampling.BICUBIC, Image.Resampling.BILINEAR)


def filling(picture: Pixels, size: Size) -> Pixels:
    """The middle of `picture`, scaled to `size`."""
    height, width = picture.shape[:2]
    scale = max(size.width / width, size.height / height)
    method = cv2.INTER_AREA if scale < 1 else cv2.INTER_CUBIC
    scaled = (max(size.width, round(width * scale)), max(size.height, round(height * scale)))
    whole = cv2.resize(picture, scaled, interpolation=method)
    x, y = (scaled[0] - size.width) // 2, (scaled[1] - size.height) // 2
    part = whole[y : y + size.height, x : x + size.width]
    return np.ascontiguousarray(part, np.uint8)


def sample(name: str) -> Pixels:
    with Image.open(_SAMPLES / f"{name}.jpg") as image:
        return np.asarray(image.convert("RGB"))


def coverless(size: Size) -> Pixels:
    """Coffee upside down, in its complementary colours."""
    return filling(255 - sample("coffee")[::-1, 600:2200], size)


def fur(size: Size) -> Pixels:
    """The cat's face from near, mirrored."""
    return filling(sample("chelsea")[300:1100, ::-1][:, 500:1700], size)


def sky(size: Size) -> Pixels:
    """Soft clouds on blue."""
    cloud = 1 / (1 + np.exp(-3 * _fractal(size, 1, 1.0, 1)))
    blue = np.array([110, 150, 215], np.float32)
    return _grained(blue + cloud * (np.array([235, 235, 240], np.float32) - blue), 2)


def bare_sky(size: Size) -> Pixels:
    """A run of blue, with grain only."""
    down = np.linspace(0, 1, size.height, dtype=np.float32)[:, None, None]
    across = np.ones((1, size.width, 1), np.float32)
    blue = np.array([70, 120, 200], np.float32) + down * np.array([80, 60, 30], np.float32)
    return _grained(blue * across, 1.5)


def bricks(size: Size) -> Pixels:
    """A wall that repeats, but for the tone of its bricks."""
    rng = np.random.default_rng(1)
    y, x = np.mgrid[0 : size.height, 0 : size.width].astype(np.float32) * (24 / size.height)
    row = np.floor(y).astype(int)
    along = x / 2.5 + 0.5 * (row % 2)
    column = np.floor(along).astype(int)
    tones = rng.normal(140, 12, (row.max() + 1, column.max() + 1))[row, column]
    mortar = (y - row < 0.1) | (along - column < 0.05)
    grey = np.where(mortar, 190, tones) + 6 * _fractal(size, 2, 0.5, 1)[..., 0]
    return _grained(np.stack([grey, 0.65 * grey, 0.5 * grey], axis=2).astype(np.float32), 2)


def tiles(size: Size) -> Pixels:
    """A pattern that repeats to the pixel."""
    y, x = np.mgrid[0 : size.height, 0 : size.width].astype(np.float32) * (32 * np.pi / size.height)
    grey = 128 + 50 * np.sin(x) + 50 * np.sign(np.sin(y + 0.01))
    return _rounded(np.stack([grey, 0.8 * grey, 0.6 * grey], axis=2))


def text(size: Size) -> Pixels:
    """A page of small letters."""
    rng = np.random.default_rng(1)
    words = ["the", "quick", "brown", "fox", "jumps", "over", "many", "small", "pictures", "a"]
    page = np.full((*size.shape, 3), 245, np.uint8)
    unit = size.height / 900
    for line in range(26):
        x = 50 * unit
        while x < 0.93 * size.width:
            word = str(rng.choice(words))
            place = (int(x), int((60 + 33 * line) * unit))
            thickness = max(1, round(1.5 * unit))
            cv2.putText(
                page, word, place, cv2.FONT_HERSHEY_SIMPLEX, 0.7 * unit, (30, 30, 35), thickness
            )
            x += (13 * len(word) + 12) * unit
    return _grained(page.astype(np.float32), 1)


def night(size: Size) -> Pixels:
    """A few lights, and the noise of a long exposure."""
    rng = np.random.default_rng(1)
    unit = size.height / 1500
    dark = np.full((*size.shape, 3), 8, np.float32)
    for _ in range(60):
        centre = (
            int(rng.integers(0, size.width)),
            int(rng.integers(size.height // 2, size.height)),
        )
        colour = [float(value) for value in rng.uniform(100, 250, 3)]
        cv2.circle(dark, centre, int(rng.integers(2, 14) * unit) + 1, colour, -1)
    glow = cv2.GaussianBlur(dark, (0, 0), 25 * unit)
    lights = cv2.GaussianBlur(dark, (0, 0), 1.7 * unit) + 0.3 * glow
    return _rounded(lights + 7 * rng.standard_normal(dark.shape, np.float32))


def moss(size: Size) -> Pixels:
    """Colour in every size and nothing sharp."""
    return _rounded(110 + np.array([24, 40, 16], np.float32) * _fractal(size, 3, 0.6, 3))


PHOTOGRAPHS = {
    "astronaut": lambda size: filling(sample("astronaut"), size),
    "chelsea": lambda size: filling(sample("chelsea"), size),
    "coffee": lambda size: filling(sample("coffee"), size),
    "complement": coverless,
    "fur": fur,
    "bricks": bricks,
    "text": text,
    "night": night,
    "moss": moss,
    "sky": sky,
}


@dataclass(frozen=True)
class Served:
    """A result, and where the source lies in it in truth."""

    result: Pixels
    truth: Placement

    def error(self, found: Placement, source: Size) -> float:
        """How far the worst corner is from where it is, in pixels of the source."""
        truth = self.truth
        return max(
            float(
                np.hypot(
                    (found.x + found.scale_x * x - truth.x) / truth.scale_x - x,
                    (found.y + found.scale_y * y - truth.y) / truth.scale_y - y,
                )
            )
            for x in (0, source.width)
            for y in (0, source.height)
        )


def served(
    source: Pixels,
    preset: Preset,
    seed: int,
    output_format: str = "jpg",
    *,
    around: Pixels | None = None,
    long_side: int = 1440,
    recoloured: float = 1.0,
) -> Served:
    """What a service makes of `source`, by its own geometry, resampling and colours.

    The new part shows the source mirrored, or `around`. At `recoloured` 1 gains differ by up to
    5 %, offsets by up to 6 levels and gammas by up to 7 % from channel to channel.
    """
    rng = np.random.default_rng(seed)
    size = Size(source.shape[1], source.shape[0])
    sent = outpaint_plan(size).image(source)
    height, width = sent.shape[:2]
    grown_x, grown_y, at_x, at_y = _geometry(preset, width, height, 1 + rng.uniform(0.15, 1))
    scale = long_side / max(grown_x * width, grown_y * height)
    shown = Size(round(grown_x * width * scale), round(grown_y * height * scale))
    # A service scales to whole pixels, so never by quite the same along both sides.
    scale_x, scale_y = scale * rng.uniform(0.999, 1.001, 2)
    x = (shown.width - scale_x * width) * at_x + rng.uniform(-0.7, 0.7)
    y = (shown.height - scale_y * height) * at_y + rng.uniform(-0.7, 0.7)
    left, right = max(0, int(np.ceil(x))), min(shown.width, int(x + scale_x * width))
    top, bottom = max(0, int(np.ceil(y))), min(shown.height, int(y + scale_y * height))
    box = (
        (left - x) / scale_x,
        (top - y) / scale_y,
        min(width, (right - x) / scale_x),
        min(height, (bottom - y) / scale_y),
    )
    kernel = _KERNELS[int(rng.integers(len(_KERNELS)))]
    kept = np.asarray(Image.fromarray(sent).resize((right - left, bottom - top), kernel, box))
    if around is None:
        margins = (top, shown.height - bottom, left, shown.width - right)
        canvas = np.asarray(cv2.copyMakeBorder(kept, *margins, cv2.BORDER_REFLECT_101), np.uint8)
    else:
        canvas = filling(around, shown).copy()
        canvas[top:bottom, left:right] = kept
    result = _compressed(_recoloured(canvas, rng, recoloured), rng, output_format)
    truth = Placement(scale_x * width / size.width, scale_y * height / size.height, x, y)
    return Served(result, truth)


def _geometry(
    preset: Preset, width: int, height: int, growth: float
) -> tuple[float, float, float, float]:
    """How much the sides grow, and how much of what is new lies left and above."""
    long_side = max(width, height)
    return {
        Preset.ZOOM_OUT_1_5: (1.5, 1.5, 0.5, 0.5),
        Preset.ZOOM_OUT_2: (2.0, 2.0, 0.5, 0.5),
        Preset.SQUARE: (long_side / width, long_side / height, 0.5, 0.5),
        Preset.LEFT: (growth, 1.0, 1.0, 0.5),
        Preset.RIGHT: (growth, 1.0, 0.0, 0.5),
        Preset.TOP: (1.0, growth, 0.5, 1.0),
        Preset.BOTTOM: (1.0, growth, 0.5, 0.0),
    }[preset]


def _recoloured(picture: Pixels, rng: np.random.Generator, strength: float) -> Pixels:
    gamma = 1 + strength * rng.uniform(-0.07, 0.07, 3).astype(np.float32)
    gain = 1 + strength * rng.uniform(-0.05, 0.05, 3).astype(np.float32)
    offset = strength * rng.uniform(-6, 6, 3).astype(np.float32)
    colours = 255 * gain * (picture.astype(np.float32) / 255) ** gamma + offset
    return _rounded(colours + 1.2 * strength * rng.standard_normal(picture.shape, np.float32))


def _compressed(picture: Pixels, rng: np.random.Generator, output_format: str) -> Pixels:
    if output_format == "png":
        return picture
    quality = [cv2.IMWRITE_JPEG_QUALITY, int(rng.integers(85, 96))]
    data = cv2.imencode(".jpg", picture[..., ::-1], quality)[1]
    with Image.open(io.BytesIO(data.tobytes())) as image:
        return np.asarray(image.convert("RGB"))


def _fractal(size: Size, seed: int, fall: float, channels: int) -> Floats:
    """Noise in octaves, each half as broad and 2^-`fall` as strong as the last."""
    rng = np.random.default_rng(seed)
    total = np.zeros((*size.shape, channels), np.float32)
    cells, strength = 2, 1.0
    while cells < size.long_side:
        sides = [round(cells * side / size.long_side) + 2 for side in size.shape]
        octave = rng.standard_normal((*sides, channels), np.float32)
        broad = cv2.resize(octave, (size.width, size.height), interpolation=cv2.INTER_CUBIC)
        total += strength * broad.reshape(total.shape)
        cells, strength = 2 * cells, strength / 2**fall
    return total


def _grained(picture: Floats, strength: float) -> Pixels:
    rng = np.random.default_rng(3)
    return _rounded(picture + strength * rng.standard_normal((*picture.shape[:2], 1), np.float32))


def _rounded(picture: Floats) -> Pixels:
    return np.clip(np.rint(picture), 0, 255).astype(np.uint8)
