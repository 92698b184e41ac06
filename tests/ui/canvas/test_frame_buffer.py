"""The drawn view: whatever was panned, painted and taken over, it is what a fresh drawing is."""

from __future__ import annotations

import math

import numpy as np
import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st
from PySide6.QtGui import QImage, QPainter

from fluxfill_studio.core.geometry import Point, Rect, Size
from fluxfill_studio.core.types import Pixels, Plane
from fluxfill_studio.core.view.display import MaskView, Tint, palette
from fluxfill_studio.core.view.pyramid import Pyramid
from fluxfill_studio.core.view.viewport import Viewport
from fluxfill_studio.ui.canvas.frame_buffer import FrameBuffer
from fluxfill_studio.ui.pictures import to_pixels
from tests.pictures import photograph

VIEW = Size(180, 140)
PALETTES = [
    palette(MaskView.OVERLAY, Tint(255, 77, 109, 0.5)),
    palette(MaskView.OVERLAY, Tint(20, 200, 40, 1.0)),
    palette(MaskView.MASK, Tint(0, 0, 0, 0.0)),
    palette(MaskView.IMAGE, Tint(0, 0, 0, 0.0)),
]
IMAGE = Pyramid(photograph(300, 220))
OTHER = Pyramid(photograph(300, 220, seed=9))

Step = tuple[str, int, int]

steps: st.SearchStrategy[Step] = st.one_of(
    st.tuples(st.just("pan"), st.integers(-90, 90), st.integers(-90, 90)),
    st.tuples(st.just("paint"), st.integers(0, 290), st.integers(0, 210)),
    st.tuples(st.just("zoom"), st.integers(0, 180), st.integers(0, 140)),
    st.tuples(st.just("resize"), st.integers(100, 260), st.integers(80, 200)),
    st.tuples(st.just("view"), st.integers(0, len(PALETTES) - 1), st.just(0)),
    st.tuples(st.just("outline"), st.integers(-1, 12), st.just(0)),
    st.tuples(st.just("picture"), st.just(0), st.just(0)),
    st.tuples(st.just("look"), st.just(0), st.just(0)),
)


def canvas(size: Size) -> QImage:
    image = QImage(size.width, size.height, QImage.Format.Format_RGB32)
    image.fill(0)
    return image


class Screen:
    """Shows a mask over a picture as the canvas does: only what changed is painted again."""

    def __init__(self, viewport: Viewport) -> None:
        self.mask: Plane = np.zeros((220, 300), np.uint8)
        self.levels = Pyramid(self.mask)
        self.image = IMAGE
        self.viewport = viewport
        self.buffer = FrameBuffer(viewport, self.image, self.levels)
        self.palette = PALETTES[0]
        self.phase: int | None = None
        self.shown = canvas(viewport.view)
        self.stale = [Rect.of(viewport.view)]

    def take(self, step: Step) -> None:
        what, x, y = step
        match what:
            case "pan":
                self.show(self.viewport.panned(x, y))
            case "zoom":
                self.show(self.viewport.zoomed(self.viewport.scale * 1.3, Point(x, y)))
            case "resize":
                self.show(self.viewport.resized(Size(x, y)))
            case "picture":
                self.image = OTHER if self.image is IMAGE else IMAGE
                self.show(self.viewport)
            case "paint":
                rect = Rect(x, y, 10, 10)
                self.mask[rect.slices] = 255 - self.mask[rect.slices]
                self.levels.update(rect)
                self.stale.append(self.buffer.invalidate(rect))
            case "view":
                self.palette = PALETTES[x]
                self.buffer.invalidate_all()
                self.stale.append(Rect.of(self.viewport.view))
            case "outline":
                self.phase = None if x < 0 else x
                self.stale.append(self.buffer.march(self.phase))
            case "look":
                self.look()

    def show(self, viewport: Viewport) -> None:
        """What follows is another buffer, which takes over what it can."""
        self.viewport = viewport
        self.buffer = FrameBuffer(viewport, self.image, self.levels, self.buffer)
        self.buffer.march(self.phase)
        self.shown = canvas(viewport.view)
        self.stale = [Rect.of(viewport.view)]

    def look(self) -> QImage:
        painter = QPainter(self.shown)
        for rect in self.stale:
            self.buffer.paint(painter, rect, self.palette)
        painter.end()
        self.stale = []
        return self.shown

    def afresh(self) -> QImage:
        """The same, of nothing but what is to be seen now."""
        buffer = FrameBuffer(self.viewport, self.image, self.levels)
        buffer.march(self.phase)
        drawn = canvas(self.viewport.view)
        painter = QPainter(drawn)
        buffer.paint(painter, Rect.of(self.viewport.view), self.palette)
        painter.end()
        return drawn


BESIDE_AN_EDGE: list[Step] = [
    ("paint", 120, 60),
    ("outline", 3, 0),
    ("look", 0, 0),
    ("pan", -59, 0),
]


@settings(max_examples=150)
@example(1.0, BESIDE_AN_EDGE)
@given(st.sampled_from([0.31, 0.5, 1.0, 1.7, 4.0, 9.7]), st.lists(steps, max_size=14))
def test_it_equals_a_fresh_drawing_after_any_sequence(scale: float, sequence: list[Step]) -> None:
    screen = Screen(Viewport.fitted(IMAGE.size, VIEW).zoomed(scale, Point(90, 70)))
    for step in sequence:
        screen.take(step)
    assert screen.look() == screen.afresh()


def drawn(viewport: Viewport, image: Pyramid, mask: Pyramid | None = None) -> Pixels:
    """The view of a picture, with its mask as black and white if one is given."""
    screen = canvas(viewport.view)
    painter = QPainter(screen)
    buffer = FrameBuffer(viewport, image, mask)
    buffer.paint(painter, Rect.of(viewport.view), palette(MaskView.MASK, Tint(0, 0, 0, 0.0)))
    painter.end()
    return to_pixels(screen)[0]


def grey(level: int) -> Pyramid:
    return Pyramid(np.full((40, 50, 3), level, np.uint8))


@pytest.mark.parametrize("scale", [8.0, 8.5, 11.3137, 12.0, 31.9])
@pytest.mark.parametrize(("left", "top"), [(0, 0), (-37, 11), (23, -101)])
def test_from_800_percent_on_a_line_lies_on_every_border_between_pixels(
    scale: float, left: int, top: int
) -> None:
    """On the first view pixel of the right or lower of two image pixels, and nowhere else."""
    image = Size(50, 40)
    viewport = Viewport(image, VIEW, Rect.of(image), scale, left, top)
    pixels = drawn(viewport, grey(200))[:, :, 0]
    area = viewport.visible_area
    columns = [math.floor((x + 0.5 - left) / scale) for x in range(area.x - 1, area.right)]
    rows = [math.floor((y + 0.5 - top) / scale) for y in range(area.y - 1, area.bottom)]
    on_line = np.diff(rows)[:, None].astype(bool) | np.diff(columns)[None, :].astype(bool)
    inside = pixels[area.slices]
    assert (inside[~on_line] == 200).all()
    (line,) = np.unique(inside[on_line])
    assert 120 < line < 190, "seen, and seen through"


@pytest.mark.parametrize("scale", [7.99, 3.0, 1.0])
def test_below_800_percent_there_is_no_grid(scale: float) -> None:
    image = Size(50, 40)
    viewport = Viewport(image, VIEW, Rect.of(image), scale, 0, 0)
    assert (drawn(viewport, grey(200))[viewport.visible_area.slices] == 200).all()


@pytest.mark.parametrize("level", [0, 90, 200, 255])
def test_the_grid_can_be_seen_on_dark_and_light(level: int) -> None:
    image = Size(50, 40)
    viewport = Viewport(image, VIEW, Rect.of(image), 10.0, 0, 0)
    pixels = drawn(viewport, grey(level))[:, :, 0].astype(int)
    assert abs(pixels[5, 10] - level) >= 12


def test_the_grid_lies_over_the_mask_too() -> None:
    image = Size(50, 40)
    viewport = Viewport(image, VIEW, Rect.of(image), 10.0, 0, 0)
    mask = Pyramid(np.full(image.shape, 255, np.uint8))
    pixels = drawn(viewport, grey(0), mask)[:, :, 0]
    assert pixels[5, 5] == 255
    assert pixels[5, 10] < 240


@pytest.mark.parametrize("scale", [0.2, 0.5, 0.8, 1.0, 2.3, 5.0, 12.0])
def test_a_picture_that_changed_is_drawn_again_where_it_did(scale: float) -> None:
    image = Pyramid(photograph(300, 220))
    viewport = Viewport.fitted(Size(300, 220), Size(200, 150)).zoomed(scale, Point(100, 75))
    buffer = FrameBuffer(viewport, image, None)
    before = drawn(viewport, image)
    for rect in (Rect(140, 100, 31, 23), Rect(0, 0, 300, 220)):
        image.base[rect.slices] ^= 0xFF
        image.update(rect)
        changed = buffer.redraw(rect)
        shown, fresh = canvas(viewport.view), drawn(viewport, image)
        painter = QPainter(shown)
        buffer.paint(painter, Rect.of(viewport.view), PALETTES[0])
        painter.end()
        assert np.array_equal(to_pixels(shown)[0], fresh)
        elsewhere = np.ones(viewport.view.shape, np.bool_)
        elsewhere[changed.slices] = False
        assert np.array_equal(fresh[elsewhere], before[elsewhere])
        before = fresh
    buffer.forget()
    assert buffer.redraw(Rect(140, 100, 31, 23)).is_empty
