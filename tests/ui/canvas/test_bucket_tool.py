"""The bucket under real pointer and key events."""

from __future__ import annotations

import sys
from dataclasses import replace

import numpy as np
import pytest
from PySide6.QtCore import QPoint, QPointF, Qt
from PySide6.QtTest import QTest

from fluxfill_studio.core.geometry import Point
from fluxfill_studio.core.painting.raster import rectangle_region
from fluxfill_studio.core.painting.region import Combine, Region
from fluxfill_studio.core.painting.selection import flood_region
from fluxfill_studio.core.view.display import sample
from fluxfill_studio.model.canvas import Flooding, Tool
from fluxfill_studio.model.flood_preview import Flood
from tests.pictures import photograph
from tests.qt import acting, emitted
from tests.ui.canvas.conftest import Easel, OnEasel, WithEasel
from tests.ui.canvas.hand import ALT, LEFT, NO_KEY, RIGHT, SHIFT, Hand, both, on_screen

A = QPoint(300, 200)
FAR = QPoint(420, 190)


def flooded(easel: Easel, flooding: Flooding) -> Region:
    pixels = easel.picture.source.pixels
    return flood_region(pixels, easel.at(A)[0], flooding.tolerance, contiguous=flooding.contiguous)


async def shown(easel: Easel, seed: Point) -> Region:
    """The preview, when it is what was wished last."""
    assert easel.canvas.viewport is not None
    wish = Flood(easel.canvas.viewport, seed, easel.model.flooding)
    while easel.flood.shown is None or easel.flood.shown[0] != wish:
        await emitted(easel.flood.changed)
    return easel.flood.shown[1]


async def gone(easel: Easel) -> None:
    while easel.flood.shown is not None:
        await emitted(easel.flood.changed)


@pytest.mark.parametrize("flooding", [Flooding(), Flooding(12, contiguous=False), Flooding(255)])
def test_a_click_takes_what_is_coloured_alike(on_easel: OnEasel, flooding: Flooding) -> None:
    def body(easel: Easel) -> None:
        easel.model.set_tool(Tool.BUCKET)
        easel.model.set_flooding(flooding)
        Hand(easel.canvas).click(A)
        wanted = flooded(easel, flooding)
        assert np.array_equal(easel.mask, easel.mask_after((wanted, Combine.ADD)))
        assert easel.model.flooding == flooding, "a click is no drag"
        easel.document.undo()
        assert not easel.document.can_undo

    on_easel(body)


@pytest.mark.parametrize(
    ("keys", "button", "how"),
    [
        (ALT, LEFT, Combine.SUBTRACT),
        (SHIFT | ALT, LEFT, Combine.INTERSECT),
        (NO_KEY, RIGHT, Combine.SUBTRACT),
    ],
)
def test_it_combines(
    on_easel: OnEasel, keys: Qt.KeyboardModifier, button: Qt.MouseButton, how: Combine
) -> None:
    def body(easel: Easel) -> None:
        easel.model.set_tool(Tool.BUCKET)
        old = rectangle_region(Point(200, 100), Point(500, 500), easel.picture.source.size)
        easel.document.select(lambda: old, Combine.ADD)
        hand = Hand(easel.canvas)
        hand.keys = keys
        hand.click(A, button)
        steps = (old, Combine.ADD), (flooded(easel, easel.model.flooding), how)
        assert np.array_equal(easel.mask, easel.mask_after(*steps))

    on_easel(body)


def test_beside_the_picture_it_does_nothing(on_easel: OnEasel) -> None:
    def body(easel: Easel) -> None:
        easel.model.set_tool(Tool.BUCKET)
        easel.model.set_combine(Combine.INTERSECT)
        everything = flood_region(photograph(800, 600), Point(0, 0), 255, contiguous=False)
        easel.document.select(lambda: everything, Combine.ADD)
        Hand(easel.canvas).click(QPoint(4, 4))
        assert easel.mask.all()

    on_easel(body)


@pytest.mark.parametrize("scale", [None, 1.0, 4.3])
def test_while_it_is_pressed_what_it_would_take_is_shown(
    with_easel: WithEasel, scale: float | None
) -> None:
    async def body(easel: Easel) -> None:
        easel.model.set_tool(Tool.BUCKET)
        if scale is not None:
            easel.canvas.zoom_to(scale, QPointF(A))
        hand = Hand(easel.canvas)
        before = await acting(lambda: on_screen(easel.canvas))
        seed = easel.at(A)[0]
        await acting(lambda: hand.press(A))
        region = await shown(easel, seed)
        viewport = easel.canvas.viewport
        assert viewport is not None
        area = viewport.visible_area
        seen = sample(easel.picture.pyramid, viewport, area)
        colour = easel.picture.source.pixels[int(seed.y), int(seed.x)]
        seen[A.y() - area.y, A.x() - area.x, :3] = colour[:: -1 if sys.byteorder == "little" else 1]
        place = Point(A.x() - area.x, A.y() - area.y)
        wanted = flood_region(seen, place, 32, contiguous=True)
        assert region.rect == wanted.rect.moved(area.x, area.y)
        assert np.array_equal(region.coverage, wanted.coverage)
        during, afresh = await acting(lambda: both(easel.canvas))
        assert during != before
        assert during == afresh
        assert not easel.mask.any()
        await acting(lambda: hand.release(A))
        assert easel.flood.shown is None
        assert easel.mask.any()
        after, afresh = await acting(lambda: both(easel.canvas))
        assert after == afresh

    with_easel(body)


def test_dragging_sideways_sets_the_tolerance(with_easel: WithEasel) -> None:
    async def body(easel: Easel) -> None:
        easel.model.set_tool(Tool.BUCKET)
        hand = Hand(easel.canvas)

        def drag() -> None:
            hand.press(A)
            hand.move(A + QPoint(30, 0), A + QPoint(60, 5), A + QPoint(90, 5))

        seed = easel.at(A)[0]
        await acting(drag)
        assert easel.model.flooding.tolerance == 62
        region = await shown(easel, seed)
        during, afresh = await acting(lambda: both(easel.canvas))
        assert during == afresh
        await acting(lambda: hand.move(A + QPoint(-600, 0)))
        assert easel.model.flooding.tolerance == 0
        assert (await shown(easel, seed)).rect.size.area < region.rect.size.area
        await acting(lambda: hand.move(A + QPoint(900, 0)))
        assert easel.model.flooding.tolerance == 255
        await acting(lambda: hand.move(A + QPoint(-30, 0)))
        await acting(lambda: hand.release(A + QPoint(-30, 0)))
        wanted = flooded(easel, Flooding(22))
        assert np.array_equal(easel.mask, easel.mask_after((wanted, Combine.ADD)))
        assert easel.model.flooding == Flooding(22), "kept for the next click"

    with_easel(body)


def test_escape_takes_nothing_and_gives_the_tolerance_back(with_easel: WithEasel) -> None:
    async def body(easel: Easel) -> None:
        easel.model.set_tool(Tool.BUCKET)
        easel.model.set_flooding(replace(easel.model.flooding, contiguous=False))
        hand = Hand(easel.canvas)

        def drop() -> None:
            hand.press(A)
            hand.move(FAR)
            QTest.keyClick(easel.canvas, Qt.Key.Key_Escape)
            hand.release(FAR)

        await acting(drop)
        assert easel.model.flooding == Flooding(contiguous=False)
        assert not easel.document.can_undo
        assert easel.flood.shown is None
        screen, afresh = await acting(lambda: both(easel.canvas))
        assert screen == afresh

    with_easel(body)


def test_what_is_pressed_is_taken_when_the_release_may_not_come(on_easel: OnEasel) -> None:
    def body(easel: Easel) -> None:
        easel.model.set_tool(Tool.BUCKET)
        hand = Hand(easel.canvas)
        hand.press(A)
        easel.canvas.hide()
        wanted = flooded(easel, easel.model.flooding)
        assert np.array_equal(easel.mask, easel.mask_after((wanted, Combine.ADD)))

    on_easel(body)


def test_the_preview_stays_until_a_large_mask_has_changed(with_easel: WithEasel) -> None:
    async def body(easel: Easel) -> None:
        easel.show(photograph(3000, 2000))
        easel.model.set_tool(Tool.BUCKET)
        hand = Hand(easel.canvas)
        seed = easel.at(A)[0]
        await acting(lambda: hand.press(A))
        await shown(easel, seed)
        await acting(lambda: hand.release(A))
        assert easel.flood.shown is not None
        assert not easel.mask.any()
        await gone(easel)
        assert np.array_equal(
            easel.mask, easel.mask_after((flooded(easel, easel.model.flooding), Combine.ADD))
        )

    with_easel(body)


def test_the_preview_follows_the_view(with_easel: WithEasel) -> None:
    async def body(easel: Easel) -> None:
        easel.model.set_tool(Tool.BUCKET)
        hand = Hand(easel.canvas)
        seed = easel.at(A)[0]
        await acting(lambda: hand.press(A))
        before = await shown(easel, seed)
        easel.canvas.zoom_to(3.1, QPointF(A))
        screen, afresh = await acting(lambda: both(easel.canvas))
        assert screen == afresh
        await acting(lambda: hand.move(A))
        assert (await shown(easel, seed)).rect.size.area > before.rect.size.area
        await acting(lambda: hand.release(A))

    with_easel(body)


def test_a_preview_ends_with_its_picture(with_easel: WithEasel) -> None:
    async def body(easel: Easel) -> None:
        easel.model.set_tool(Tool.BUCKET)
        hand = Hand(easel.canvas)
        await acting(lambda: hand.press(A))
        easel.show(photograph(500, 700))
        await acting(lambda: hand.release(A))
        assert easel.flood.shown is None
        assert not easel.mask.any()

    with_easel(body)
