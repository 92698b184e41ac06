"""Tones: what a service does to the colours is taken back."""

from __future__ import annotations

import numpy as np

from fluxfill_studio.core.blending.tones import Tones, luma
from fluxfill_studio.core.geometry import Size
from fluxfill_studio.core.picture.resampling import Planes
from fluxfill_studio.core.types import Pixels
from tests.outpainted import filling, sample


def _reference() -> Planes:
    return np.moveaxis(filling(sample("chelsea"), Size(600, 400)), 2, 0).astype(np.float32)


def _recoloured(reference: Planes, gain: float, gamma: float, offset: float) -> Pixels:
    colours = 255 * gain * (reference / 255) ** gamma + offset
    return np.ascontiguousarray(np.moveaxis(np.clip(np.rint(colours), 0, 255), 0, 2), np.uint8)


def test_gain_offset_and_gamma_are_taken_back() -> None:
    reference = _reference()
    picture = _recoloured(reference, 0.93, 1.08, 5)
    back = Tones.between(picture, reference).luma(picture)
    assert np.abs(back - luma(reference)).mean() < 0.5
    assert abs(float((back - luma(reference)).mean())) < 0.1


def test_a_part_that_was_painted_over_does_not_count() -> None:
    reference = _reference()
    picture = _recoloured(reference, 0.93, 1.08, 5)
    plain = Tones.between(picture, reference)
    picture[:110] = picture[::-1][:110]
    assert (
        np.abs(Tones.between(picture, reference).luma(picture) - plain.luma(picture)).mean() < 1.5
    )


def test_where_the_picture_is_clipped_so_is_the_reference() -> None:
    reference = np.tile(np.linspace(60, 250, 400, dtype=np.float32), (3, 50, 1))
    picture = _recoloured(reference, 1.2, 1, 0)
    tones = Tones.between(picture, reference)
    shown = tones.reference_luma(reference)
    assert shown.max() < 255 / 1.2 + 2
    assert np.abs(tones.luma(picture) - shown).max() < 3
