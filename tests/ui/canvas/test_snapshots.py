"""What the canvas draws, held against pictures of it that were looked at.

A wanted change is taken over with `python dev.py test tests/ui/canvas --update-snapshots`.
"""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest
from PIL import Image
from PySide6.QtCore import QPoint
from PySide6.QtGui import QImage
from PySide6.QtTest import QTest

from fluxfill_studio.core.planning.extension import Extension
from fluxfill_studio.core.types import Pixels
from fluxfill_studio.core.view.display import MaskView
from fluxfill_studio.model.canvas import Tool
from fluxfill_studio.ui.pictures import to_pixels
from tests.pictures import photograph
from tests.ui.canvas.conftest import Easel, OnEasel
from tests.ui.canvas.test_canvas import drag

Matches = Callable[[QImage, str], None]

FOLDER = Path(__file__).resolve().parents[2] / "snapshots"
# Fonts and antialiasing differ a little from one machine to the next; seams and shifts do not hide
# in one pixel of a hundred.
TOLERATED_DIFFERENCE, TOLERATED_SHARE = 12, 0.01


@pytest.fixture
def matches(request: pytest.FixtureRequest) -> Matches:
    """Compares a picture with the snapshot of a name."""
    update = request.config.getoption("--update-snapshots")

    def check(image: QImage, name: str) -> None:
        path = FOLDER / f"{name}.png"
        pixels, _ = to_pixels(image)
        if update:
            Image.fromarray(pixels).save(path)
        expected: Pixels = np.asarray(Image.open(path).convert("RGB"))
        assert pixels.shape == expected.shape
        differs = np.abs(pixels.astype(int) - expected.astype(int)).max(axis=2)
        share = float((differs > TOLERATED_DIFFERENCE).mean())
        assert share <= TOLERATED_SHARE, f"{share:.1%} of the pixels differ from {path.name}"

    return check


def painted(easel: Easel) -> None:
    easel.model.set_brush(size=120, hardness=0.2)
    drag(easel.canvas, QPoint(150, 150), QPoint(260, 320), QPoint(420, 180))
    easel.model.set_brush(size=60, hardness=1.0, opacity=0.6)
    drag(easel.canvas, QPoint(150, 380), QPoint(500, 380))
    # With the hand there is no ring, wherever the pointer is.
    easel.model.set_tool(Tool.HAND)


@pytest.mark.parametrize("view", list(MaskView), ids=lambda view: view.value)
def test_the_views_of_the_mask(on_easel: OnEasel, matches: Matches, view: MaskView) -> None:
    def body(easel: Easel) -> None:
        painted(easel)
        easel.model.set_mask_view(view)
        matches(easel.canvas.grab().toImage(), f"view-{view.value}")

    on_easel(body)


@pytest.mark.parametrize("percent", [100, 250, 1200])
def test_zoomed_in(on_easel: OnEasel, matches: Matches, percent: int) -> None:
    def body(easel: Easel) -> None:
        painted(easel)
        easel.canvas.zoom_to(percent / 100)
        matches(easel.canvas.grab().toImage(), f"zoom-{percent}")

    on_easel(body)


def test_the_pixel_grid(on_easel: OnEasel, matches: Matches) -> None:
    """Over dark and light, and over the edge of a mask."""

    def body(easel: Easel) -> None:
        pixels = photograph(800, 600) // 3
        pixels[:, 400:] = 255 - pixels[:, 400:]
        easel.show(pixels)
        easel.model.set_brush(size=20, hardness=1.0)
        easel.canvas.zoom_to(12.0)
        drag(easel.canvas, QPoint(150, 150), QPoint(490, 330))
        easel.model.set_tool(Tool.HAND)
        matches(easel.canvas.grab().toImage(), "grid-1200")

    on_easel(body)


def test_the_axis_of_symmetry(on_easel: OnEasel, matches: Matches) -> None:
    def body(easel: Easel) -> None:
        easel.model.set_symmetric(True)
        painted(easel)
        matches(easel.canvas.grab().toImage(), "symmetry")

    on_easel(body)


def test_the_ring_shows_size_and_hardness(on_easel: OnEasel, matches: Matches) -> None:
    def body(easel: Easel) -> None:
        easel.model.set_brush(size=200, hardness=0.5)
        QTest.mouseMove(easel.canvas, QPoint(320, 240))
        matches(easel.canvas.grab().toImage(), "ring")

    on_easel(body)


def test_the_outpaint_preview(on_easel: OnEasel, matches: Matches) -> None:
    def body(easel: Easel) -> None:
        easel.parameters.set("mode", "outpaint")
        easel.parameters.set("outpaint", "Right outpaint")
        matches(easel.canvas.grab().toImage(), "outpaint-right")

    on_easel(body)


def test_an_exact_frame(on_easel: OnEasel, matches: Matches) -> None:
    def body(easel: Easel) -> None:
        easel.parameters.set("mode", "outpaint")
        easel.framing.set_extension(Extension(200, 90, 9, 0))
        matches(easel.canvas.grab().toImage(), "outpaint-exact")

    on_easel(body)
