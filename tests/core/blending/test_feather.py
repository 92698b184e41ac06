"""How the fill shows through the mask: soft inwards, whole in thin places, nothing outside."""

from __future__ import annotations

import cv2
import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from fluxfill_studio.core.blending.feather import MAX_FEATHER, Ramp, Shares, Stencil
from fluxfill_studio.core.geometry import Rect, Size
from fluxfill_studio.core.types import Plane

SIZE = Size(320, 240)
RAMPS = [Ramp(0), Ramp(1), Ramp(6, 0.5), Ramp(25, 0.5), Ramp(25), Ramp(120)]


def stencil(mask: Plane, crop: Rect | None = None, size: Size | None = None) -> Stencil:
    height, width = mask.shape
    own = Size(width, height)
    return Stencil(mask, mask, crop or Rect.of(own), size or own)


def shares(mask: Plane, ramp: Ramp, crop: Rect | None = None, size: Size | None = None) -> Shares:
    height, width = mask.shape
    result = stencil(mask, crop, size).shares(Rect(0, 0, width, height), ramp)
    assert result is not None
    return result


def drawing() -> Plane:
    """A disc, a hairline and lines of 3 and 16 pixels that come out of it, and a border."""
    mask = np.zeros(SIZE.shape, np.uint8)
    cv2.circle(mask, (80, 120), 50, 255, -1)
    cv2.line(mask, (80, 120), (319, 100), 255, 1)
    cv2.line(mask, (80, 150), (310, 170), 255, 3)
    cv2.line(mask, (100, 150), (310, 230), 255, 16)
    mask[200:, :60] = 128
    return mask


@pytest.mark.parametrize("ramp", RAMPS)
def test_the_fill_shows_where_the_mask_is_painted_and_nowhere_else(ramp: Ramp) -> None:
    mask = drawing()
    shown = shares(mask, ramp)
    assert np.array_equal(shown > 0, mask > 0)
    assert (shown <= mask / np.float32(255)).all()
    assert stencil(np.zeros_like(mask)).shares(Rect.of(SIZE), ramp) is None


@pytest.mark.parametrize("ramp", [Ramp(6), Ramp(6, 0.5), Ramp(20)])
def test_a_straight_edge_rises_smoothly_over_its_length(ramp: Ramp) -> None:
    mask = np.zeros((300, 300), np.uint8)
    mask[:, 100:] = 255
    row = shares(mask, ramp)[150, 100:]
    length = int(ramp.length)
    place = np.arange(1, length + 1) / (length + 1)
    assert np.allclose(row[:length], 3 * place**2 - 2 * place**3, atol=1e-5)
    assert (row[length:] == 1).all()


@pytest.mark.parametrize("ramp", [ramp for ramp in RAMPS if ramp.length])
def test_a_corner_is_no_thin_place(ramp: Ramp) -> None:
    """Its ramp is that of its edges, up to the tip."""
    mask = np.zeros((900, 900), np.uint8)
    mask[200:700, 200:700] = 255
    shown = shares(mask, ramp)[200:700, 200:700]
    middle = shown[250, :250]
    for inwards in (0, 1, int(ramp.length) // 2, int(ramp.length)):
        assert shown[inwards, inwards] == pytest.approx(middle[inwards], abs=1e-4)


@pytest.mark.parametrize("ramp", RAMPS)
@pytest.mark.parametrize("width", [1, 2, 3, 5, 7])
@pytest.mark.parametrize("end", [(390, 21), (390, 290), (30, 380), (390, 60)])
def test_a_hairline_shows_the_fill_in_its_middle(
    ramp: Ramp, width: int, end: tuple[int, int]
) -> None:
    mask = np.zeros((400, 400), np.uint8)
    cv2.line(mask, (5, 21), end, 255, width)
    middle = np.zeros_like(mask)
    cv2.line(middle, (5, 21), end, 255, 1)
    assert shares(mask, ramp)[middle > 0].min() > 0.7


@pytest.mark.parametrize("ramp", RAMPS)
def test_a_hairline_does_not_break_off_where_it_meets_a_broad_stroke(ramp: Ramp) -> None:
    mask = np.zeros((400, 700), np.uint8)
    cv2.circle(mask, (200, 200), 150, 255, -1)
    mask[200, 200:690] = 255
    along = shares(mask, ramp)[200, 200:690]
    assert along.min() > 0.4
    assert along[200:].min() > 0.9


def test_where_the_mask_is_thick_the_ramp_is_as_long_as_asked_for() -> None:
    mask = np.zeros((600, 600), np.uint8)
    cv2.circle(mask, (300, 300), 200, 255, -1)
    row = shares(mask, Ramp(80))[300, 100:300]
    assert row[40] == pytest.approx(0.5, abs=0.04)
    assert row[:75].max() < 1


def test_the_pictures_own_border_is_no_edge() -> None:
    mask = np.full((60, 80), 255, np.uint8)
    whole = Rect(0, 0, 80, 60)
    assert (shares(mask, Ramp(10)) == 1).all()
    # Where the crop ends inside the picture there is one.
    inside = shares(mask, Ramp(10), Rect(7, 0, 80, 60), Size(200, 60))
    assert (inside[:, 20:60] == 1).all()
    for edge in (inside[30, :10], inside[30, :-11:-1]):
        assert edge[0] < 0.1
        assert (np.diff(edge) > 0).all()
    assert (shares(mask, Ramp(10), whole, Size(80, 61))[-1] < 0.1).all()


@given(
    st.integers(0, 10_000),
    st.sampled_from(RAMPS),
    st.integers(0, 5),
    st.booleans(),
)
def test_every_rectangle_is_a_part_of_the_whole(
    seed: int, ramp: Ramp, grown: int, at_border: bool
) -> None:
    rng = np.random.default_rng(seed)
    mask = drawing()
    crop = Rect(0, 0, *SIZE.shape[::-1]) if at_border else Rect(3, 5, *SIZE.shape[::-1])
    one = Stencil(mask, np.full_like(mask, 255), crop, Size(400, 300))
    whole = one.shares(Rect.of(SIZE), ramp, grown)
    assert whole is not None
    x, y = int(rng.integers(0, 310)), int(rng.integers(0, 230))
    rect = Rect(x, y, int(rng.integers(1, 320 - x)), int(rng.integers(1, 240 - y)))
    part = one.shares(rect, ramp, grown)
    expected = whole[rect.slices]
    if part is None:
        assert not expected.any()
    else:
        assert np.array_equal(part, expected)


def test_a_mask_larger_than_a_strip_has_no_seam_in_it() -> None:
    mask = np.zeros((2600, 90), np.uint8)
    mask[3:-3, 20:70] = 255
    shown = shares(mask, Ramp(12))
    assert (shown[300:-300] == shown[1300]).all()


def test_growing_keeps_soft_edges_soft_and_stays_within_what_was_sent() -> None:
    mask = np.zeros((100, 100), np.uint8)
    mask[40:60, 40:60] = 255
    mask[50, 39] = 90
    white = np.zeros((50, 50), np.uint8)
    white[18:32, 18:32] = 255
    one = Stencil(mask, white, Rect(0, 0, 100, 100), Size(100, 100))
    grown = one.coverage(Rect(0, 0, 100, 100), 2)
    assert grown[50, 38] == 255
    assert grown[50, 37] == 90
    assert (grown[50, :37] == 0).all()
    far = one.coverage(Rect(0, 0, 100, 100), 30)
    assert np.array_equal(far > 0, cv2.resize(white, (100, 100), interpolation=0) > 0)
    shown = one.shares(Rect(0, 0, 100, 100), Ramp(3), 2)
    assert shown is not None
    assert np.array_equal(shown > 0, grown > 0)


def test_no_ramp_is_longer_than_the_longest() -> None:
    assert Ramp(10_000).full == MAX_FEATHER + 1
