"""Regrowing: the original's samples to the bit, and a seam that cannot be seen."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from fluxfill_studio.core.blending.registration import Placement, find_source
from fluxfill_studio.core.blending.regrown import regrown
from fluxfill_studio.core.geometry import Rect, Size
from fluxfill_studio.core.picture.colour import srgb_of
from fluxfill_studio.core.picture.samples import Samples
from fluxfill_studio.core.picture.source import Source
from fluxfill_studio.core.planning.outpaint import Preset
from fluxfill_studio.core.types import Pixels
from tests.outpainted import filling, moss, sample, served

SIZE = Size(1200, 800)


def _samples(channels: int, depth: int, alpha: bool) -> Samples:
    rng = np.random.default_rng(channels)
    kind, largest = {8: (np.uint8, 256), 16: (np.uint16, 65536)}[depth]
    values = rng.integers(0, largest, (*SIZE.shape, channels)).astype(kind)
    return Samples(values, rng.integers(0, largest, SIZE.shape).astype(kind) if alpha else None)


def _source(pixels: Pixels) -> Source:
    return Source.of("picture", pixels)


@pytest.mark.parametrize("channels", [1, 3, 4])
@pytest.mark.parametrize("depth", [8, 16])
@pytest.mark.parametrize("alpha", [False, True])
def test_the_original_is_kept_in_every_bit(channels: int, depth: int, alpha: bool) -> None:
    samples = _samples(channels, depth, alpha)
    source = Source("picture", samples, srgb_of(samples), dpi=(300, 300))
    frame = Rect(-301, -3, 1601, 880)
    result = filling(sample("coffee"), Size(720, 396))
    placement = Placement.in_frame(frame, Size(720, 396))
    grown = regrown(source, result, placement, frame)
    there = Rect(301, 3, SIZE.width, SIZE.height).slices
    assert grown.size == frame.size
    assert (grown.samples.model, grown.samples.depth) == (samples.model, samples.depth)
    assert np.array_equal(grown.samples.values[there], samples.values)
    assert grown.pixels.shape == (*frame.size.shape, 3)
    assert grown.dpi == source.dpi
    if samples.alpha is None:
        assert grown.samples.alpha is None
    else:
        assert grown.samples.alpha is not None
        assert np.array_equal(grown.samples.alpha[there], samples.alpha)
        assert grown.samples.alpha[:3].min() == samples.largest


@pytest.mark.parametrize("preset", [Preset.ZOOM_OUT_2, Preset.LEFT, Preset.TOP])
def test_colours_and_geometry_meet_at_the_seam(preset: Preset) -> None:
    source = filling(sample("chelsea"), SIZE)
    result = served(source, preset, 4).result
    placement = find_source(source, result)
    assert placement is not None
    frame = placement.frame(SIZE, Size(result.shape[1], result.shape[0]))
    grown = regrown(_source(source), result, placement, frame).pixels.astype(int)
    old = Rect(-frame.x, -frame.y, SIZE.width, SIZE.height)
    steps = {
        "left": (grown[old.y : old.bottom, old.x - 1], grown[old.y : old.bottom, old.x]),
        "top": (grown[old.y - 1, old.x : old.right], grown[old.y, old.x : old.right]),
    }
    for side, (outside, inside) in steps.items():
        if (old.x if side == "left" else old.y) > 4:
            # The content goes on, so the seam is as any other step from pixel to pixel.
            assert np.abs((outside - inside).mean(axis=0)).max() < 1
            within = np.abs(np.diff(source.astype(int), axis=1)).mean()
            assert np.abs(outside - inside).mean() < 1.5 * within + 1


def test_the_truth_comes_back_but_for_what_was_scaled_away() -> None:
    """A larger picture of which the service had the middle: what it adds is the rest."""
    frame = Rect(-600, -400, 2400, 1600)
    whole = moss(frame.size)
    source = whole[400:1200, 600:1800].copy()
    sent = filling(whole, Size(1440, 960))
    recoloured = np.clip(sent * np.array([1.04, 0.97, 1.0]) + 3, 0, 255).astype(np.uint8)
    placement = Placement.in_frame(frame, Size(1440, 960))
    grown = regrown(_source(source), recoloured, placement, frame).pixels.astype(int)
    near = grown[380:1220, 580:1820] - whole[380:1220, 580:1820]
    assert np.abs(near).mean() < 1
    assert np.abs(near.mean(axis=(0, 1))).max() < 0.5
    # Far from it the service's own colours stay.
    corner = np.asarray(filling(recoloured, frame.size)[:20, :20], int)
    assert np.abs(grown[:20, :20] - corner).mean() < 2


def test_a_frame_may_be_larger_than_what_came_back() -> None:
    source = _source(filling(sample("coffee"), SIZE))
    frame = Rect(-10, 0, 1300, 800)
    grown = regrown(source, source.pixels, Placement(1, 1, 0, 0), frame)
    assert grown.size == frame.size
    assert np.array_equal(grown.pixels[:, 10:1210], source.pixels)
    aside = replace(Placement(1, 1, 0, 0), x=5000.0)
    assert regrown(source, source.pixels, aside, frame).size == frame.size
