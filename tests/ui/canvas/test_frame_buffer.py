"""The drawn view: whatever was panned, painted and taken over, it is what a fresh drawing is."""

from __future__ import annotations

import numpy as np
from hypothesis import given
from hypothesis import strategies as st
from PySide6.QtGui import QImage, QPainter

from fluxfill_studio.core.display import MaskView, Tint
from fluxfill_studio.core.geometry import Point, Rect, Size
from fluxfill_studio.core.pyramid import Pyramid
from fluxfill_studio.core.types import Plane
from fluxfill_studio.core.viewport import Viewport
from fluxfill_studio.ui.canvas.frame_buffer import FrameBuffer
from tests.pictures import photograph

VIEW = Size(180, 140)
TINT = Tint(255, 77, 109, 0.5)
IMAGE = Pyramid(photograph(300, 220))

steps = st.integers(-90, 90)
panning = st.tuples(st.just("pan"), steps, steps)
painting = st.tuples(st.just("paint"), st.integers(0, 290), st.integers(0, 210))
looking = st.tuples(st.just("look"), st.just(0), st.just(0))
zooming = st.tuples(st.just("zoom"), st.integers(0, 180), st.integers(0, 140))


def drawn(buffer: FrameBuffer) -> QImage:
    """The whole view as the buffer paints it."""
    image = QImage(VIEW.width, VIEW.height, QImage.Format.Format_RGB32)
    image.fill(0)
    painter = QPainter(image)
    buffer.paint(painter, Rect.of(VIEW), MaskView.OVERLAY, TINT)
    painter.end()
    return image


@given(
    st.sampled_from([0.31, 0.5, 1.0, 1.7, 4.0]),
    st.lists(st.one_of(panning, painting, looking, zooming), max_size=12),
)
def test_it_equals_a_fresh_drawing_after_any_sequence(
    scale: float, sequence: list[tuple[str, int, int]]
) -> None:
    mask: Plane = np.zeros((220, 300), np.uint8)
    levels = Pyramid(mask)
    viewport = Viewport.fitted(IMAGE.size, VIEW).zoomed(scale, Point(90, 70))
    buffer = FrameBuffer(viewport, IMAGE, levels)
    for what, x, y in sequence:
        if what == "pan":
            viewport = viewport.panned(x, y)
        elif what == "zoom":
            viewport = viewport.zoomed(viewport.scale * 1.3, Point(x, y))
        elif what == "paint":
            rect = Rect(x, y, 10, 10)
            mask[rect.slices] = 255 - mask[rect.slices]
            levels.update(rect)
            buffer.invalidate(rect)
        if viewport is not buffer.viewport:
            buffer = FrameBuffer(viewport, IMAGE, levels, buffer)
        if what == "look":
            drawn(buffer)
    assert drawn(buffer) == drawn(FrameBuffer(viewport, IMAGE, levels))
