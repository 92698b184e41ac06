"""A picture that is still being opened: looked at, not painted on, and gone without a trace."""

from __future__ import annotations

import cv2
import numpy as np
from PySide6.QtCore import QPoint, Qt
from PySide6.QtGui import QImage
from PySide6.QtTest import QTest

from fluxfill_studio.core.geometry import Size
from fluxfill_studio.core.view.pyramid import Pyramid
from fluxfill_studio.model.canvas import Tool
from fluxfill_studio.ui.pictures import to_pixels
from tests.pictures import photograph
from tests.ui.canvas.conftest import Easel, OnEasel
from tests.ui.canvas.test_canvas import drag

LEFT = Qt.MouseButton.LeftButton
WHOLE = photograph(1600, 1201)


def reduced(width: int) -> Pyramid:
    """A preview of `WHOLE`, so many pixels wide."""
    height = round(width * 1201 / 1600)
    pixels = cv2.resize(WHOLE, (width, height), interpolation=cv2.INTER_AREA)
    return Pyramid.of_reduced(np.asarray(pixels, np.uint8), Size(1600, 1201))


def shot(easel: Easel) -> QImage:
    return easel.canvas.grab().toImage()


def difference(one: QImage, other: QImage) -> float:
    """The mean difference of two shots, in levels."""
    before, after = (to_pixels(image)[0].astype(int) for image in (one, other))
    return float(np.abs(before - after).mean())


def test_it_shows_what_the_whole_will_show_and_the_view_stays(on_easel: OnEasel) -> None:
    def body(easel: Easel) -> None:
        easel.canvas.show_preview(reduced(160))
        rough = shot(easel)
        easel.canvas.show_preview(reduced(400))
        better = shot(easel)
        easel.canvas.zoom_to(1.5)
        viewport = easel.canvas.viewport
        easel.show(WHOLE)
        assert easel.canvas.viewport == viewport
        assert not easel.canvas.is_previewing
        easel.canvas.fit()
        whole = shot(easel)
        assert difference(better, whole) < difference(rough, whole) < 12
        assert difference(better, whole) < 6

    on_easel(body)


def test_nothing_is_painted_on_it(on_easel: OnEasel) -> None:
    def body(easel: Easel) -> None:
        easel.canvas.show_preview(reduced(200))
        easel.canvas.zoom_to(1.0)
        before = easel.canvas.viewport
        drag(easel.canvas, QPoint(300, 240), QPoint(350, 250))
        assert not easel.mask.any()
        assert easel.canvas.viewport != before, "it can be moved"

    on_easel(body)


def test_when_opening_fails_all_is_as_before(on_easel: OnEasel) -> None:
    def body(easel: Easel) -> None:
        drag(easel.canvas, QPoint(300, 240), QPoint(350, 250))
        # With the hand there is no ring, wherever the pointer is.
        easel.model.set_tool(Tool.HAND)
        easel.canvas.zoom_to(2.0)
        viewport, before = easel.canvas.viewport, shot(easel)
        easel.canvas.show_preview(reduced(160))
        easel.canvas.show_preview(reduced(400))
        assert shot(easel) != before
        easel.canvas.end_preview()
        assert easel.canvas.viewport == viewport
        assert shot(easel) == before
        easel.model.set_tool(Tool.BRUSH)
        drag(easel.canvas, QPoint(200, 240), QPoint(250, 250))
        assert easel.document.can_undo

    on_easel(body)


def test_a_stroke_is_kept_when_a_preview_comes(on_easel: OnEasel) -> None:
    def body(easel: Easel) -> None:
        QTest.mousePress(easel.canvas, LEFT, pos=QPoint(300, 240))
        QTest.mouseMove(easel.canvas, QPoint(340, 240))
        easel.canvas.show_preview(reduced(200))
        assert not easel.document.is_painting
        assert easel.mask.any()
        assert easel.document.can_undo
        QTest.mouseRelease(easel.canvas, LEFT, pos=QPoint(340, 240))

    on_easel(body)
