"""Bringing a fill back: inside the mask as true as it came, and not one bit outside it."""

from __future__ import annotations

from dataclasses import replace
from enum import Enum

import cv2
import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from fluxfill_studio.core.blending.compose import Blend, Fill
from fluxfill_studio.core.blending.matching import Match
from fluxfill_studio.core.geometry import Rect, Size
from fluxfill_studio.core.painting.mask import Mask
from fluxfill_studio.core.picture.colour import from_srgb, srgb_of
from fluxfill_studio.core.picture.samples import ColourModel, Samples
from fluxfill_studio.core.picture.source import Source
from fluxfill_studio.core.planning.plan import Plan, inpaint_plan, outpaint_plan
from fluxfill_studio.core.request import Mode
from fluxfill_studio.core.types import Pixels, Plane
from tests.pictures import photograph
from tests.profiles import adobe_rgb, cmyk, display_p3, grey_gamma_22, srgb
from tests.simulated_service import SHIFTED, Service, detailed_photograph

SIZE = Size(300, 200)
WORK_SIDE = 120
PROFILES = {
    "display p3": display_p3().data,
    "adobe rgb": adobe_rgb().data,
    "srgb": srgb().data,
    "press": cmyk(),
    "grey 2.2": grey_gamma_22().data,
    "none": None,
}


class Painted(Enum):
    HARD = "hard"
    SOFT = "soft"
    BORDER = "touching the border"
    HAIRLINE = "hairline"
    TWO = "two areas"
    ALL = "everything"


def painted(kind: Painted, size: Size = SIZE) -> Plane:
    mask = np.zeros(size.shape, np.uint8)
    width, height = size.width, size.height
    match kind:
        case Painted.HARD:
            cv2.circle(mask, (width // 2, height // 2), height // 5, 255, -1)
        case Painted.SOFT:
            cv2.circle(mask, (width // 2, height // 2), height // 5, 255, -1)
            mask = np.asarray(cv2.blur(mask, (15, 15)), np.uint8)
        case Painted.BORDER:
            mask[: height // 3, width // 2 :] = 255
        case Painted.HAIRLINE:
            cv2.line(mask, (width // 4, height // 3), (3 * width // 4, height // 2), 255)
        case Painted.TWO:
            mask[height // 8 : height // 3, width // 8 : width // 3] = 255
            mask[height // 2 : 3 * height // 4, width // 2 : 3 * width // 4] = 180
        case Painted.ALL:
            mask[:] = 255
    return mask


def source_of(pixels: Pixels, model: ColourModel, depth: int, profile: bytes | None) -> Source:
    """A picture that shows about `pixels`, in the model, depth and profile, with alpha."""
    height, width = pixels.shape[:2]
    kind, largest = (np.dtype(np.uint8), 255) if depth == 8 else (np.dtype(np.uint16), 65535)
    empty = np.zeros((height, width, model.value), kind)
    colour = pixels.astype(np.uint16) * 257
    values = from_srgb(colour, Samples(empty, icc_profile=profile))
    if depth == 16:
        # Values that no 8 bits can hold.
        noise = np.random.default_rng(5).integers(0, 200, values.shape, dtype=np.uint16)
        values = np.minimum(values, 65535 - 200) + noise
    ramp = np.linspace(20, largest, width).astype(kind)
    alpha = np.ascontiguousarray(np.broadcast_to(ramp, (height, width)))
    samples = Samples(values, alpha, profile)
    return Source("a picture", samples, srgb_of(samples))


def run(source: Source, mask: Plane, service: Service, blend: Blend | None = None) -> Fill:
    """A run whose fill is the source's own content, as the service would have it."""
    plan = inpaint_plan(source.size, Mask(source.size, mask).bounds, WORK_SIDE)
    return fill_of(source, plan, mask, service.returns(plan.image(source.pixels)), blend)


def fill_of(
    source: Source, plan: Plan, mask: Plane, raw: Pixels, blend: Blend | None = None
) -> Fill:
    return Fill(source, plan, mask[plan.crop.slices].copy(), raw, blend or Blend())


def unpainted_is_kept(fill: Fill, picture: Source, mask: Plane) -> bool:
    """In every channel and bit, compared here without any of the code under test."""
    before, after = fill.source.samples, picture.samples
    outside = mask == 0
    assert after.values.dtype == before.values.dtype
    assert after.values.shape == before.values.shape
    assert after.icc_profile == before.icc_profile
    same_alpha = before.alpha is None or np.array_equal(
        np.asarray(after.alpha), np.asarray(before.alpha)
    )
    return same_alpha and np.array_equal(after.values[outside], before.values[outside])


@pytest.mark.parametrize("kind", Painted)
@pytest.mark.parametrize("depth", [8, 16])
@pytest.mark.parametrize(
    ("model", "profile"),
    [
        (ColourModel.GREY, "none"),
        (ColourModel.GREY, "grey 2.2"),
        (ColourModel.RGB, "none"),
        (ColourModel.RGB, "srgb"),
        (ColourModel.RGB, "display p3"),
        (ColourModel.RGB, "adobe rgb"),
        (ColourModel.CMYK, "none"),
        (ColourModel.CMYK, "press"),
    ],
)
def test_where_nothing_is_painted_every_bit_stays(
    model: ColourModel, profile: str, depth: int, kind: Painted
) -> None:
    pixels = photograph(SIZE.width, SIZE.height)
    source = source_of(pixels, model, depth, PROFILES[profile])
    kept = source.samples.values.copy()
    mask = painted(kind)
    fill = run(source, mask, replace(SHIFTED, jpeg=90, long_side=480))
    picture = fill.picture()
    assert unpainted_is_kept(fill, picture, mask)
    assert fill.changed_outside(picture) == 0
    assert np.array_equal(source.samples.values, kept)
    assert np.array_equal(picture.pixels, srgb_of(picture.samples))
    inside = mask == 255 if (mask == 255).any() else mask > 0
    changed = (picture.samples.values != source.samples.values).any(axis=2)
    assert changed[inside].mean() > 0.5


@given(
    st.integers(1, 60),
    st.integers(1, 60),
    st.integers(1, 90),
    st.integers(1, 90),
    st.integers(0, 1000),
    st.sampled_from(Match),
    st.sampled_from([None, 0, 1, 7, 255]),
    st.integers(0, 9),
)
def test_any_mask_and_blend_keeps_what_it_does_not_cover(
    width: int,
    height: int,
    raw_width: int,
    raw_height: int,
    seed: int,
    match: Match,
    feather: int | None,
    grow: int,
) -> None:
    rng = np.random.default_rng(seed)
    source = Source.of("a picture", photograph(width, height, seed))
    mask = np.clip(rng.integers(-300, 400, (height, width)), 0, 255).astype(np.uint8)
    mask[rng.integers(0, height), rng.integers(0, width)] = 255
    plan = inpaint_plan(source.size, Mask(source.size, mask).bounds, 24)
    raw = 255 - photograph(raw_width, raw_height, seed)
    fill = fill_of(source, plan, mask, raw, Blend(feather, grow, match, 0.9))
    picture = fill.picture()
    reached = np.zeros_like(mask)
    shape = (2 * grow + 1, 2 * grow + 1)
    reached[plan.crop.slices] = cv2.dilate(mask[plan.crop.slices], np.ones(shape, np.uint8))
    assert unpainted_is_kept(fill, picture, reached)
    assert fill.changed_outside(picture) == 0


def test_growing_reaches_no_farther_than_what_was_sent_to_be_filled() -> None:
    source = Source.of("a picture", photograph(300, 200))
    mask = painted(Painted.HARD)
    white = 255 - source.pixels
    plan = inpaint_plan(source.size, Mask(source.size, mask).bounds, 300)
    assert plan.scale == 1
    grown = (0, 2, 50, 1_000_000)
    fills = [fill_of(source, plan, mask, white, Blend(0, grow, Match.NONE)) for grow in grown]
    changed = [(fill.picture().pixels != source.pixels).any(axis=2) for fill in fills]
    sent = np.zeros(SIZE.shape, np.bool_)
    sent[plan.crop.slices] = plan.mask(mask[plan.crop.slices].copy()) > 0
    unpainted = (mask == 0).astype(np.uint8)
    away = cv2.distanceTransform(unpainted, cv2.DIST_L2, cv2.DIST_MASK_PRECISE)
    assert not (changed[0] & (mask == 0)).any()
    assert np.array_equal(changed[1], away <= 2)
    assert np.array_equal(changed[2], sent)
    assert np.array_equal(changed[3], sent)


def test_what_changed_outside_is_counted_in_every_sample() -> None:
    source = source_of(photograph(300, 200), ColourModel.RGB, 16, PROFILES["display p3"])
    fill = run(source, painted(Painted.TWO), SHIFTED)
    picture = fill.picture()
    values = picture.samples.values.copy()
    assert source.samples.alpha is not None
    alpha = source.samples.alpha.copy()
    values[0, 0, 2] ^= 1
    values[199, 299] ^= 1
    values[100, 5, 0] ^= 1
    alpha[100, 5] ^= 1
    alpha[7, 290] ^= 1
    # Inside the mask nobody counts.
    values[110, 160] ^= 1
    alpha[110, 160] ^= 1
    spoiled = replace(picture, samples=replace(picture.samples, values=values, alpha=alpha))
    assert fill.changed_outside(spoiled) == 4
    unmasked = replace(picture, samples=picture.samples.opaque())
    outside = (painted(Painted.TWO) == 0) & (source.samples.alpha != 65535)
    assert fill.changed_outside(unmasked) == np.count_nonzero(outside)
    with pytest.raises(ValueError, match="another size"):
        fill.changed_outside(Source.of("an other", picture.pixels))


def test_every_combination_of_source_fill_and_coverage() -> None:
    levels = np.arange(256, dtype=np.uint8)
    across = np.repeat(np.repeat(levels[None, :], 256, axis=0)[:, :, None], 3, axis=2)
    source = Source.of("a picture", np.ascontiguousarray(across.transpose(1, 0, 2)))
    difference = across.astype(np.float64) - source.pixels
    plan = Plan(Rect(0, 0, 256, 256), Size(256, 256))
    for coverage in range(1, 256):
        mask = np.full((256, 256), coverage, np.uint8)
        fill = Fill(source, plan, mask, across, Blend(0, match=Match.NONE))
        exact = source.pixels + difference * coverage / 255
        assert np.abs(fill.picture().pixels - exact).max() <= 0.5 + 1e-4


def test_half_the_opacity_is_half_of_the_change() -> None:
    source = source_of(photograph(300, 200), ColourModel.RGB, 16, None)
    whole = run(source, painted(Painted.SOFT), SHIFTED)
    half = replace(whole, blend=Blend(opacity=0.5))
    none = replace(whole, blend=Blend(opacity=0))
    before = source.samples.values.astype(np.int64)
    change = whole.picture().samples.values - before
    assert np.abs(2 * (half.picture().samples.values - before) - change).max() <= 2
    assert np.array_equal(none.picture().samples.values, source.samples.values)


def test_a_blend_out_of_range_is_refused() -> None:
    for feather, grow, opacity in (
        (-1, 0, 1.0),
        (256, 0, 1.0),
        (None, -1, 1.0),
        (None, 0, 1.1),
        (0, 0, -0.1),
    ):
        with pytest.raises(ValueError, match="out of range"):
            Blend(feather, grow, opacity=opacity)


@pytest.mark.parametrize("blend", [Blend(), Blend(40, 5, Match.MEAN, 0.7), Blend(0)])
@pytest.mark.parametrize("profile", ["none", "display p3"])
def test_every_part_is_that_of_the_whole(blend: Blend, profile: str) -> None:
    size = Size(2300, 1250)
    pixels = detailed_photograph("coffee", size)
    source = Source("a picture", Samples(pixels, None, PROFILES[profile]), pixels)
    source = replace(source, pixels=srgb_of(source.samples))
    mask = painted(Painted.SOFT, size)
    cv2.line(mask, (0, 100), (2299, 1100), 255, 3)
    fill = run(source, mask, SHIFTED, blend)
    whole = fill.picture().pixels
    rng = np.random.default_rng(1)
    for _ in range(6):
        x, y = int(rng.integers(0, 2200)), int(rng.integers(0, 1200))
        rect = Rect(x, y, int(rng.integers(1, 2300 - x)), int(rng.integers(1, 1250 - y)))
        difference = np.abs(fill.part(rect).astype(int) - whole[rect.slices])
        # The resampling's sums may differ in their last bit.
        assert difference.max() <= 1
        assert np.count_nonzero(difference) <= 3 + difference.size * 1e-5


def test_what_does_not_depend_on_the_blend_is_kept() -> None:
    source = Source.of("a picture", photograph(300, 200))
    fill = run(source, painted(Painted.HARD), SHIFTED)
    again = replace(fill, blend=Blend(feather=3))
    assert again.patch is fill.patch
    other = replace(fill, raw=fill.raw.copy())
    assert other.patch is not fill.patch


def test_an_inpaint_keeps_what_belongs_to_its_source() -> None:
    pixels = photograph(300, 200)
    source = replace(Source.of("a picture", pixels), exif=b"Exif", dpi=(300, 300))
    fill = run(source, painted(Painted.HARD), SHIFTED)
    picture = fill.picture()
    assert fill.mode is Mode.INPAINT
    assert fill.size == picture.size == source.size
    assert picture.pixels is picture.samples.values
    assert (picture.exif, picture.dpi) == (b"Exif", (300, 300))


def test_an_outpaint_is_shown_as_it_came() -> None:
    source = Source.of("a picture", photograph(100, 80))
    raw = photograph(144, 96, seed=1)
    fill = Fill(source, outpaint_plan(source.size), None, raw)
    assert fill.mode is Mode.OUTPAINT
    assert fill.size == Size(144, 96)
    picture = fill.picture()
    assert np.array_equal(picture.pixels, raw)
    with pytest.raises(ValueError, match="no outside"):
        fill.changed_outside(picture)
    with pytest.raises(ValueError, match="not blended"):
        fill.part(Rect(0, 0, 10, 10))


def test_a_mask_of_another_shape_is_refused() -> None:
    source = Source.of("a picture", photograph(20, 10))
    plan = Plan(Rect(0, 0, 20, 10), Size(20, 10))
    with pytest.raises(ValueError, match="mask of shape"):
        Fill(source, plan, np.zeros((20, 10), np.uint8), source.pixels)
