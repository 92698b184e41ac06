"""Drawing: any rectangle by itself equals its part of the whole, and the whole is right."""

from __future__ import annotations

import math

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from PySide6.QtGui import QImage, QPainter

from fluxfill_studio.core.geometry import Rect, Size
from fluxfill_studio.core.types import Pixels, Plane
from fluxfill_studio.core.view.display import MaskView, Screen, Tint, outline, palette, sample
from fluxfill_studio.core.view.pyramid import Pyramid
from fluxfill_studio.core.view.viewport import Viewport
from tests.pictures import photograph

TINT = Tint(230, 60, 90, 0.6)

scales = st.one_of(
    st.floats(math.log(0.01), math.log(32)).map(math.exp),
    st.sampled_from([0.125, 0.25, 0.5, 1.0, 1.5, 2.0, 3.0, 4.0]),
)


def placed(image: Size, view: Size, scale: float, left: int, top: int) -> Viewport:
    return Viewport(image, view, Rect.of(image), scale, left, top)


@st.composite
def parts(draw: st.DrawFn, area: Rect, longest: int = 1000) -> Rect:
    """A rectangle within `area`."""
    x, y = draw(st.integers(area.x, area.right - 1)), draw(st.integers(area.y, area.bottom - 1))
    width = draw(st.integers(1, min(longest, area.right - x)))
    height = draw(st.integers(1, min(longest, area.bottom - y)))
    return Rect(x, y, width, height)


@st.composite
def viewports(draw: st.DrawFn) -> Viewport:
    """A view in which at least a pixel of the picture can be seen."""
    image = Size(draw(st.integers(1, 300)), draw(st.integers(1, 300)))
    view, scale = Size(150, 110), draw(scales)
    area = placed(image, view, scale, 0, 0).image_area
    left = draw(st.integers(1 - area.width, view.width - 1))
    top = draw(st.integers(1 - area.height, view.height - 1))
    return placed(image, view, scale, left, top)


def mask_of(size: Size) -> Plane:
    """Soft and hard coverage, and nothing."""
    grey = photograph(size.width, size.height, seed=5)[:, :, 0].astype(int)
    return np.asarray(np.clip(3 * grey - 300, 0, 255), np.uint8)


def rgb(screen: Screen | Plane) -> Pixels:
    """The colours of the screen's pixels, which are opaque."""
    words = np.ascontiguousarray(screen).view(np.uint32)[:, :, 0]
    assert (words >> 24 == 255).all()
    channels = [(words >> shift & 255).astype(np.uint8) for shift in (16, 8, 0)]
    return np.stack(channels, axis=2)


@given(viewports(), st.data())
def test_a_part_drawn_by_itself_equals_that_part_of_the_whole(
    viewport: Viewport, data: st.DataObject
) -> None:
    size, area = viewport.image, viewport.visible_area
    part = data.draw(parts(area))
    place = part.moved(-area.x, -area.y).slices
    picture = photograph(size.width, size.height)
    for pyramid, channels in ((Pyramid(picture), (4,)), (Pyramid(mask_of(size)), ())):
        whole, drawn = sample(pyramid, viewport, area), sample(pyramid, viewport, part)
        assert whole.shape == (*area.size.shape, *channels)
        assert np.array_equal(drawn, whole[place])
        # And so does one that is drawn into a part of something larger.
        canvas = np.full((*area.size.shape, *channels), 99, np.uint8)
        target = canvas[place]
        assert sample(pyramid, viewport, part, target) is target
        assert np.array_equal(target, drawn)
        target[:] = 99
        assert (canvas == 99).all()


@given(viewports(), st.data())
def test_a_change_of_the_mask_shows_only_where_it_is_said_to(
    viewport: Viewport, data: st.DataObject
) -> None:
    mask = np.zeros(viewport.image.shape, np.uint8)
    pyramid = Pyramid(mask)
    changed = data.draw(parts(Rect.of(viewport.image), longest=3))
    mask[changed.slices] = 255
    pyramid.update(changed)
    area, stale = viewport.visible_area, viewport.view_rect(changed)
    shown = sample(pyramid, viewport, area).copy()
    assert stale.intersected(area) == stale
    if not stale.is_empty:
        shown[stale.moved(-area.x, -area.y).slices] = 0
    assert not shown.any()


@pytest.mark.parametrize(("left", "top"), [(0, 0), (-37, 11), (60, -20)])
def test_at_100_percent_the_bytes_are_the_pictures_own(left: int, top: int) -> None:
    pixels = photograph(201, 103)
    viewport = placed(Size(201, 103), Size(150, 90), 1.0, left, top)
    area = viewport.visible_area
    expected = pixels[area.moved(-left, -top).slices]
    assert np.array_equal(rgb(sample(Pyramid(pixels), viewport, area)), expected)
    mask = mask_of(Size(201, 103))
    expected = mask[area.moved(-left, -top).slices]
    assert np.array_equal(sample(Pyramid(mask), viewport, area), expected)


@given(st.floats(3, 32), st.integers(-500, 100), st.integers(-300, 80))
def test_from_300_percent_on_every_pixel_is_one_of_the_pictures(
    scale: float, left: int, top: int
) -> None:
    pixels = photograph(41, 23)
    viewport = placed(Size(41, 23), Size(150, 110), scale, left, top)
    area = viewport.visible_area
    if area.is_empty:
        return
    columns = [min(int((x + 0.5 - left) / scale), 40) for x in range(area.x, area.right)]
    rows = [min(int((y + 0.5 - top) / scale), 22) for y in range(area.y, area.bottom)]
    drawn = sample(Pyramid(pixels), viewport, area)
    assert np.array_equal(rgb(drawn), pixels[np.ix_(rows, columns)])


@given(
    st.floats(math.log(0.02), math.log(2.99)).map(math.exp),
    st.integers(-3, 3),
    st.sampled_from([0, 1, 3]),
)
def test_a_gradient_keeps_its_place_at_every_scale(scale: float, left: int, finest: int) -> None:
    """A reduced level that was half a pixel off would show here, also where only it is known."""
    width = 4000
    ramp = np.linspace(0, 255, width)
    pixels = np.rint(np.broadcast_to(ramp[:, None], (3, width, 3))).astype(np.uint8)
    viewport = placed(Size(width, 3), Size(2000, 40), scale, left, 0)
    area = viewport.visible_area
    pyramid = Pyramid(np.ascontiguousarray(pixels))
    if finest:
        known = np.asarray(pyramid.level(finest), np.uint8)
        pyramid = Pyramid.of_reduced(known, pyramid.size)
    drawn = rgb(sample(pyramid, viewport, area))[0, :, 0]
    positions = (np.arange(area.x, area.right) + 0.5 - left) / scale - 0.5
    inside = (positions > 64) & (positions < width - 64)
    expected = np.interp(positions, np.arange(width), ramp)
    assert np.abs(drawn - expected)[inside].max(initial=0) <= 2


@given(viewports(), st.integers(0, 255))
def test_an_even_picture_stays_even(viewport: Viewport, value: int) -> None:
    pixels = np.full((*viewport.image.shape, 3), value, np.uint8)
    area = viewport.visible_area
    assert (rgb(sample(Pyramid(pixels), viewport, area)) == value).all()
    assert (sample(Pyramid(pixels[:, :, 0].copy()), viewport, area) == value).all()


@pytest.mark.parametrize("scale", [0.02, 0.3, 0.8, 1.0, 1.7, 2.9, 5.0])
@pytest.mark.parametrize("size", [Size(40_000, 1), Size(1, 40_000), Size(33_001, 5)])
def test_pictures_longer_than_the_filters_can_take_at_once(size: Size, scale: float) -> None:
    """The far end of a long picture is drawn as the same part cut off would be."""
    pixels = photograph(size.width, size.height)
    lies = size.width > size.height
    cut = pixels[:, 20_000:] if lies else pixels[20_000:]
    rest = Size(cut.shape[1], cut.shape[0])
    far = -round(20_000 * scale)
    whole = placed(size, Size(300, 300), scale, far if lies else 0, 0 if lies else far)
    part = placed(rest, Size(300, 300), scale, 0, 0)
    area = part.visible_area
    assert whole.visible_area == area
    drawn = sample(Pyramid(pixels), whole, area).astype(int)
    expected = sample(Pyramid(np.ascontiguousarray(cut)), part, area).astype(int)
    # Where the part begins, filters see an edge that the whole does not have.
    inner = np.s_[:, 8:] if lies else np.s_[8:]
    assert np.abs(drawn - expected)[inner].max() <= 2


@pytest.mark.parametrize("scale", [0.02, 0.1, 0.125])
@pytest.mark.parametrize("left", [-30, 0, 20])
def test_a_reduced_picture_is_all_that_is_seen_where_the_whole_would_be_as_coarse(
    scale: float, left: int
) -> None:
    """So what comes when the whole picture is known does not show."""
    whole = Pyramid(photograph(1201, 700))
    reduced = Pyramid.of_reduced(np.asarray(whole.level(3), np.uint8), whole.size)
    viewport = placed(whole.size, Size(150, 110), scale, left, 3)
    area = viewport.visible_area
    if not area.is_empty:
        assert np.array_equal(sample(reduced, viewport, area), sample(whole, viewport, area))


def composed(image: Pixels, mask: Plane, view: MaskView, tint: Tint) -> Pixels:
    """A picture with the colours of its mask laid over it by Qt, as the canvas does."""
    height, width = mask.shape
    under = np.zeros((height, width), np.uint32)
    for shift, channel in zip((16, 8, 0), np.moveaxis(image, 2, 0), strict=True):
        under |= channel.astype(np.uint32) << shift
    over = np.ascontiguousarray(palette(view, tint)[mask])
    form = QImage.Format
    screen = QImage(under.data, width, height, 4 * width, form.Format_RGB32)
    layer = QImage(over.data, width, height, 4 * width, form.Format_ARGB32_Premultiplied)
    painter = QPainter(screen)
    painter.drawImage(0, 0, layer)
    painter.end()
    return np.stack([(under >> shift & 255).astype(np.uint8) for shift in (16, 8, 0)], axis=2)


@given(
    st.integers(0, 255),
    st.integers(0, 255),
    st.integers(0, 255),
    st.sampled_from([0.0, 0.2, 0.5, 0.8, 1.0]),
)
def test_the_overlay_by_its_formula(red: int, green: int, blue: int, opacity: float) -> None:
    grades = np.arange(256, dtype=np.uint8)
    mask = np.ascontiguousarray(np.repeat(grades[:, None], 256, axis=1))
    image = np.repeat(np.broadcast_to(grades, (256, 256))[:, :, None], 3, axis=2)
    tint = Tint(red, green, blue, opacity)
    drawn = composed(image, mask, MaskView.OVERLAY, tint)
    colour = np.array([red, green, blue])
    exact = mask[:, :, None] / 255 * opacity
    assert np.abs(drawn - (image * (1 - exact) + colour * exact)).max() <= 1.5
    # Half a level of that is the screen's alpha, which has 256 steps.
    alpha = np.rint(mask * opacity)[:, :, None] / 255
    assert np.abs(drawn - (image * (1 - alpha) + colour * alpha)).max() <= 1.001
    assert np.array_equal(drawn[0], image[0])


def test_the_three_views_of_a_mask() -> None:
    image, mask = photograph(20, 10), np.zeros((10, 20), np.uint8)
    mask[3, 4] = 200
    assert np.array_equal(composed(image, mask, MaskView.IMAGE, TINT), image)
    shown = composed(image, mask, MaskView.MASK, TINT)
    assert np.array_equal(shown, np.repeat(mask[:, :, None], 3, axis=2))
    overlaid = composed(image, mask, MaskView.OVERLAY, TINT)
    assert [tuple(place) for place in np.argwhere((overlaid != image).any(axis=2))] == [(3, 4)]


@pytest.mark.parametrize("view", list(MaskView))
@pytest.mark.parametrize("opacity", [0.0, 0.33, 1.0])
def test_a_palette_is_premultiplied(view: MaskView, opacity: float) -> None:
    """A colour above its alpha would overflow to noise on the screen."""
    words = palette(view, Tint(255, 77, 109, opacity)).view(np.uint32)
    alpha = words >> 24
    for shift in (16, 8, 0):
        assert (words >> shift & 255 <= alpha).all()


@given(st.integers(1, 40), st.integers(1, 30), st.integers(0, 1000))
def test_the_outline_is_the_inner_edge_of_what_is_covered_by_half(
    width: int, height: int, seed: int
) -> None:
    coverage = np.random.default_rng(seed).integers(0, 256, (height, width), dtype=np.uint8)
    inside = np.pad(coverage >= 128, 1, constant_values=True)
    neighbours = (inside[:-2, 1:-1], inside[2:, 1:-1], inside[1:-1, :-2], inside[1:-1, 2:])
    expected = inside[1:-1, 1:-1] & ~np.logical_and.reduce(neighbours)
    assert np.array_equal(outline(coverage), expected * np.uint8(255))
