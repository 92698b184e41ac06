"""What comes back is as true as the service's own scaling, in the colours of the source."""

from __future__ import annotations

from copy import copy
from dataclasses import replace

import cv2
import numpy as np
import pytest
from numpy.typing import NDArray

from fluxfill_studio.core.blending.compose import Blend, Fill
from fluxfill_studio.core.blending.matching import Match
from fluxfill_studio.core.geometry import Rect, Size
from fluxfill_studio.core.painting.mask import Mask
from fluxfill_studio.core.picture.samples import Samples
from fluxfill_studio.core.picture.source import Source
from fluxfill_studio.core.planning.plan import Plan, inpaint_plan
from fluxfill_studio.core.types import Pixels, Plane
from tests.simulated_service import SHIFTED, Service, detailed_photograph

NAMES = ["astronaut", "chelsea", "coffee"]
EXACT = Service(redrawn=False)


class Restored:
    """A photograph of which the masked part was spoiled, and what a run has made of it.

    The service returns what was there before, in its own size and colours.
    """

    def __init__(
        self,
        truth: Pixels,
        mask: Plane,
        service: Service,
        work_side: int = 1440,
    ) -> None:
        height, width = truth.shape[:2]
        spoiled = truth.copy()
        spoiled[mask > 0] = 255 - truth[mask > 0]
        bounds = Mask(Size(width, height), mask).bounds
        self.truth = truth
        self.plan = inpaint_plan(Size(width, height), bounds, work_side)
        self.raw = service.returns(self.plan.image(truth))
        coverage = mask[self.plan.crop.slices].copy()
        self.fill = Fill(Source.of("spoiled", spoiled), self.plan, coverage, self.raw)
        self.picture = self.fill.picture().pixels
        bare = cv2.copyMakeBorder(coverage, 1, 1, 1, 1, cv2.BORDER_CONSTANT, value=0)
        depth = cv2.distanceTransform(bare, cv2.DIST_L2, cv2.DIST_MASK_PRECISE)[1:-1, 1:-1]
        full = self.fill.blend.ramp(self.plan.scale).full
        self.inner = depth > full
        """Where the fill alone shows, within the crop."""
        self.seam = self.inner & (depth < full + 8)
        """The outermost pixels of that."""

    def matched(self, match: Match) -> Restored:
        """The same run, with its colours matched otherwise."""
        other = copy(self)
        other.fill = replace(self.fill, blend=replace(self.fill.blend, match=match))
        other.picture = other.fill.picture().pixels
        return other

    def error(self) -> NDArray[np.float32]:
        crop = self.plan.crop.slices
        return self.picture[crop].astype(np.float32) - self.truth[crop]

    def psnr(self) -> float:
        """Peak signal to noise, dB, of the picture where the fill alone shows."""
        return psnr(self.error()[self.inner])

    def psnr_of_scaling(self) -> float:
        """That of the truth scaled down to what came back and up again, by OpenCV."""
        size = (self.plan.crop.width, self.plan.crop.height)
        smaller = size[0] < self.raw.shape[1]
        method = cv2.INTER_AREA if smaller else cv2.INTER_LANCZOS4
        scaled = cv2.resize(self.raw, size, interpolation=method)
        error = scaled.astype(np.float32) - self.truth[self.plan.crop.slices]
        return psnr(error[self.inner])


def psnr(error: NDArray[np.float32]) -> float:
    return float(10 * np.log10(255**2 / max(np.square(error).mean(dtype=np.float64), 1e-9)))


def disc(size: Size, radius: int) -> Plane:
    mask = np.zeros(size.shape, np.uint8)
    cv2.circle(mask, (size.width // 2, size.height // 2), radius, 255, -1)
    return mask


@pytest.mark.parametrize("name", NAMES)
def test_a_crop_that_fits_comes_back_to_the_bit(name: str) -> None:
    size = Size(2000, 1600)
    run = Restored(detailed_photograph(name, size), disc(size, 300), EXACT)
    assert run.plan.scale == 1
    assert not run.error()[run.inner].any()


@pytest.mark.parametrize("name", NAMES)
def test_a_small_picture_comes_back_at_more_than_40_db(name: str) -> None:
    """The service has enlarged it, which is taken back."""
    size = Size(900, 700)
    run = Restored(detailed_photograph(name, size), disc(size, 150), EXACT)
    assert run.raw.shape[1] == 1440
    assert run.psnr() > 40


@pytest.mark.parametrize("name", NAMES)
def test_a_crop_that_fits_survives_being_drawn_anew_in_other_colours(name: str) -> None:
    size = Size(1600, 1440)
    run = Restored(detailed_photograph(name, size), disc(size, 300), SHIFTED)
    assert run.psnr() > 40


@pytest.mark.parametrize("name", NAMES)
def test_a_larger_crop_is_as_true_as_its_scaling(name: str) -> None:
    size = Size(1800, 1200)
    truth = detailed_photograph(name, size)
    run = Restored(truth, disc(size, 420), replace(EXACT, long_side=480), 480)
    assert run.plan.scale < 0.5
    least = run.psnr_of_scaling() - 0.5
    for match in Match:
        assert run.matched(match).psnr() > least


@pytest.mark.parametrize("name", NAMES)
@pytest.mark.parametrize(
    "service", [SHIFTED, replace(SHIFTED, jpeg=90), Service(gain=(0.95, 1.05, 1.0))]
)
@pytest.mark.parametrize("work_side", [1440, 480])
def test_a_shift_of_five_percent_is_taken_back(name: str, service: Service, work_side: int) -> None:
    size = Size(1500, 1100)
    truth = detailed_photograph(name, size)
    service = replace(service, long_side=work_side)
    run = Restored(truth, disc(size, 300), service, work_side)
    shifted = run.matched(Match.NONE)
    assert np.abs(shifted.error()[shifted.seam].mean(axis=0)).max() > 2
    for match in (Match.MEAN, Match.GRADIENT):
        assert is_even(run.matched(match))


def is_even(run: Restored) -> bool:
    """Whether no shift is left at the seam, nor one way here and another way there along it."""
    around = (61, 61)
    error = run.error()
    counted = cv2.blur(run.seam.astype(np.float32), around)[run.seam]
    local = cv2.blur(error * run.seam[:, :, None], around)[run.seam] / counted[:, None]
    whole = np.abs(error[run.seam].mean(axis=0)).max()
    return bool(whole < 0.5 and np.sqrt(np.square(local).mean()) < 1)


def test_a_gradient_of_16_bits_is_not_banded() -> None:
    """The fill has 8 bits; its steps are smoothed as far as 8 bits leave it open."""
    size = Size(1200, 900)
    ramp = np.linspace(20000, 26000, size.width)[None, :, None] + np.linspace(0, 2000, 900)[
        :, None, None
    ] * np.array([1.0, 0.7, 0.4])
    values = np.rint(np.broadcast_to(ramp, (900, 1200, 3))).astype(np.uint16)
    source = Source("sky", Samples(values), np.rint(values / 257).astype(np.uint8))
    mask = disc(size, 300)
    plan = Plan(Rect.of(size), size)
    fill = Fill(source, plan, mask, source.pixels)
    error = fill.picture().samples.values.astype(np.int64) - values
    inner = mask > 0
    rounding = source.pixels.astype(np.int64) * 257 - values
    assert np.sqrt(np.square(rounding[inner]).mean()) > 70
    assert np.sqrt(np.square(error[inner]).mean()) < 10
    # No step between neighbours is near one of 8 bits.
    stepped = np.abs(np.diff(error, axis=1))[inner[:, 1:] & inner[:, :-1]]
    assert stepped.max() < 257 / 4


def test_grain_is_not_taken_for_steps() -> None:
    size = Size(600, 400)
    grain = np.random.default_rng(2).normal(120, 1.2, (400, 600, 3))
    pixels = np.rint(grain).astype(np.uint8)
    source = Source("sky", Samples(pixels.astype(np.uint16) * 257), pixels)
    fill = Fill(source, Plan(Rect.of(size), size), disc(size, 120), pixels, Blend(0))
    assert np.array_equal(fill.picture().samples.values, source.samples.values)


@pytest.mark.slow
def test_24_megapixels() -> None:
    size = Size(6000, 4000)
    truth = detailed_photograph("coffee", size)
    large = Restored(truth, disc(size, 1400), EXACT)
    assert large.plan.scale < 0.5
    assert large.psnr() > large.psnr_of_scaling() - 0.5
    small = Restored(truth, disc(size, 400), EXACT)
    assert not small.error()[small.inner].any()
    shifted = Restored(truth, disc(size, 1400), replace(SHIFTED, jpeg=95))
    assert np.abs(shifted.error()[shifted.seam].mean(axis=0)).max() < 0.5
    assert shifted.fill.changed_outside(shifted.fill.picture()) == 0
