"""The frame of what is sent on the canvas, under real pointer and key events."""

from __future__ import annotations

import asyncio
from collections.abc import Callable

import numpy as np
import pytest
from PySide6.QtCore import QEvent, QPoint, QPointF, Qt
from PySide6.QtGui import QImage, QKeyEvent
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication

from fluxfill_studio.core.geometry import Point, Rect, Size
from fluxfill_studio.core.painting.raster import rectangle_region
from fluxfill_studio.core.painting.region import Combine
from fluxfill_studio.core.planning.plan import AUTOMATIC, WHOLE, Context
from fluxfill_studio.core.planning.reframing import Grip
from fluxfill_studio.core.view.display import MaskView
from fluxfill_studio.core.view.viewport import Viewport
from fluxfill_studio.model.canvas import Tool
from fluxfill_studio.ui.canvas.frame_handle import FrameHandle
from fluxfill_studio.ui.pictures import to_pixels
from tests.pictures import photograph
from tests.qt import acting, emitted
from tests.ui.canvas.conftest import Easel, WithEasel
from tests.ui.canvas.hand import ALT, Hand, on_screen, painted_afresh

Key = Qt.Key
SIZE = Size(4000, 3000)
PICTURE = np.tile(photograph(400, 300), (10, 10, 1))
PAINTED = Rect(1900, 1400, 300, 200)
AUTO = Rect(1330, 780, 1440, 1440)

Body = Callable[[Easel], None]


@pytest.fixture
def on_painting(with_easel: WithEasel) -> Callable[[Body], None]:
    """Runs a function on a canvas of a picture of SIZE, on which PAINTED is painted."""

    def run(body: Body) -> None:
        async def drive(easel: Easel) -> None:
            easel.show(PICTURE)
            paint(easel, PAINTED)
            await emitted(easel.document.summary_changed)
            await acting(lambda: body(easel))

        with_easel(drive)

    return run


OnPainting = Callable[[Body], None]


def paint(easel: Easel, rect: Rect) -> None:
    start, end = Point(rect.x, rect.y), Point(rect.right, rect.bottom)
    easel.document.select(lambda: rectangle_region(start, end, SIZE), Combine.ADD)


def viewport_of(easel: Easel) -> Viewport:
    assert easel.canvas.viewport is not None
    return easel.canvas.viewport


def crop_of(easel: Easel) -> Rect:
    (plan,) = easel.sending.plans
    return plan.crop


def context_of(easel: Easel) -> Context:
    return easel.sending.context


def context_handles(easel: Easel) -> dict[Grip, FrameHandle]:
    handles = easel.canvas.findChildren(FrameHandle)
    return {h.grip: h for h in handles if "context" in h.accessibleName()}


def are_shown(easel: Easel) -> bool:
    shown = {handle.isVisible() for handle in context_handles(easel).values()}
    assert len(shown) == 1, "all or none"
    return shown.pop()


def place(easel: Easel, x: float, y: float) -> QPoint:
    """Where a place of the picture is on the canvas."""
    at = viewport_of(easel).to_view(Point(x, y))
    return QPoint(round(at.x), round(at.y))


class Puller:
    """Takes a handle in its middle and moves it by pixels of the view."""

    def __init__(self, easel: Easel, grip: Grip) -> None:
        self._handle = context_handles(easel)[grip]
        self.hand = Hand(self._handle)
        self._at = self._handle.geometry().center()

    def press(self) -> Puller:
        self.hand.press(self._place)
        return self

    def pull(self, dx: int, dy: int) -> Puller:
        self._at += QPoint(dx, dy)
        self.hand.move(self._place)
        return self

    def release(self) -> None:
        self.hand.release(self._place)

    @property
    def _place(self) -> QPoint:
        return self._handle.mapFromParent(self._at)


def length(easel: Easel, pixels: int) -> int:
    """So many pixels of the view as pixels of the picture."""
    return round(pixels / viewport_of(easel).scale)


def differences(one: QImage, other: QImage) -> set[tuple[int, int]]:
    """The places, across and down, at which two pictures of a view differ."""
    ys, xs = np.nonzero((to_pixels(one)[0] != to_pixels(other)[0]).any(axis=2))
    return {(int(x), int(y)) for x, y in zip(xs, ys, strict=True)}


def test_the_frame_lies_around_what_is_sent(on_painting: OnPainting) -> None:
    def body(easel: Easel) -> None:
        assert crop_of(easel) == AUTO
        with_frame = painted_afresh(easel.canvas)
        easel.model.set_mask_view(MaskView.IMAGE)
        easel.model.set_mask_view(MaskView.MASK)
        easel.model.set_mask_view(MaskView.OVERLAY)
        assert painted_afresh(easel.canvas) == with_frame
        easel.parameters.set("mode", "outpaint")
        easel.parameters.set("mode", "inpaint")
        assert painted_afresh(easel.canvas) == with_frame
        easel.sending.set_context(Rect.of(SIZE))
        places = differences(with_frame, painted_afresh(easel.canvas))
        corner, end = place(easel, AUTO.x, AUTO.y), place(easel, AUTO.right, AUTO.bottom)
        inside = {(x, y) for x, y in places if y > corner.y() + 2 and corner.x() <= x < end.x()}
        assert {(corner.x(), corner.y() + 20), (end.x() - 1, corner.y() + 20)} <= inside
        assert not any(corner.x() < x < end.x() - 1 and y < end.y() - 1 for x, y in inside)

    on_painting(body)


def test_it_is_not_shown_over_the_bare_picture(on_painting: OnPainting) -> None:
    def body(easel: Easel) -> None:
        easel.model.set_mask_view(MaskView.IMAGE)
        bare = on_screen(easel.canvas)
        assert bare == painted_afresh(easel.canvas)
        easel.sending.set_context(WHOLE)
        assert on_screen(easel.canvas) == bare

    on_painting(body)


def test_there_are_handles_with_the_hand_only(on_painting: OnPainting) -> None:
    def body(easel: Easel) -> None:
        for tool in Tool:
            easel.model.set_tool(tool)
            assert are_shown(easel) is (tool is Tool.HAND)
        easel.model.set_tool(Tool.HAND)
        viewport = viewport_of(easel)
        for grip, handle in context_handles(easel).items():
            across, down = grip.value
            x = AUTO.x + AUTO.width * (1 + across) / 2
            y = AUTO.y + AUTO.height * (1 + down) / 2
            wanted, centre = viewport.to_view(Point(x, y)), handle.geometry().center()
            assert abs(centre.x() - wanted.x) <= 1.5
            assert abs(centre.y() - wanted.y) <= 1.5
        easel.parameters.set("mode", "outpaint")
        assert not are_shown(easel)

    on_painting(body)


def test_nothing_comes_between_a_brush_and_what_it_paints(on_painting: OnPainting) -> None:
    def body(easel: Easel) -> None:
        easel.sending.set_context(AUTO)
        corner = place(easel, AUTO.x, AUTO.y)
        label = corner + QPoint(20, -16)
        for at in (corner, label, place(easel, AUTO.x, AUTO.y + 700)):
            before = easel.mask.sum()
            assert easel.canvas.childAt(at) is None
            Hand(easel.canvas).drag(at, at + QPoint(5, 5))
            assert easel.mask.sum() > before
        Hand(easel.canvas).double_click(label)
        assert context_of(easel) == AUTO

    on_painting(body)


@pytest.mark.parametrize(
    ("grip", "moves"),
    [
        (Grip.LEFT, (1, 0, 0, 0)),
        (Grip.TOP, (0, 1, 0, 0)),
        (Grip.RIGHT, (0, 0, 1, 0)),
        (Grip.BOTTOM, (0, 0, 0, 1)),
        (Grip.TOP_LEFT, (1, 1, 0, 0)),
        (Grip.BOTTOM_RIGHT, (0, 0, 1, 1)),
    ],
)
def test_a_side_or_corner_follows_the_pointer(
    on_painting: OnPainting, grip: Grip, moves: tuple[int, int, int, int]
) -> None:
    def body(easel: Easel) -> None:
        easel.model.set_tool(Tool.HAND)
        Puller(easel, grip).press().pull(7, 4).pull(10, 9).release()
        x, y = length(easel, 17), length(easel, 13)
        left, top, right, bottom = moves
        assert crop_of(easel) == Rect.from_bounds(
            AUTO.x + left * x, AUTO.y + top * y, AUTO.right + right * x, AUTO.bottom + bottom * y
        )
        assert context_of(easel) == crop_of(easel)
        assert on_screen(easel.canvas) == painted_afresh(easel.canvas)

    on_painting(body)


def test_it_stops_at_the_mask_and_at_the_picture(on_painting: OnPainting) -> None:
    def body(easel: Easel) -> None:
        easel.model.set_tool(Tool.HAND)
        Puller(easel, Grip.LEFT).press().pull(500, 0).release()
        assert crop_of(easel) == Rect.from_bounds(PAINTED.x, AUTO.y, AUTO.right, AUTO.bottom)
        Puller(easel, Grip.BOTTOM_RIGHT).press().pull(600, 600).release()
        assert crop_of(easel) == Rect.from_bounds(PAINTED.x, AUTO.y, SIZE.width, SIZE.height)

    on_painting(body)


def test_alt_moves_both_sides(on_painting: OnPainting) -> None:
    def body(easel: Easel) -> None:
        easel.model.set_tool(Tool.HAND)
        puller = Puller(easel, Grip.RIGHT)
        puller.hand.keys = ALT
        puller.press().pull(30, 0).release()
        by = length(easel, 30)
        assert crop_of(easel) == Rect.from_bounds(AUTO.x - by, AUTO.y, AUTO.right + by, AUTO.bottom)

    on_painting(body)


def test_escape_takes_back_a_drag_and_then_what_was_set_by_hand(on_painting: OnPainting) -> None:
    def body(easel: Easel) -> None:
        canvas = easel.canvas
        easel.model.set_tool(Tool.HAND)
        canvas.setFocus()
        Puller(easel, Grip.RIGHT).press().pull(30, 0).release()
        kept = crop_of(easel)
        puller = Puller(easel, Grip.LEFT).press().pull(-30, 0)
        QTest.keyClick(canvas, Key.Key_Escape)
        assert crop_of(easel) == kept
        puller.pull(-10, 0)
        assert crop_of(easel) == kept, "it is over"
        puller.release()
        QTest.keyClick(canvas, Key.Key_Escape)
        assert context_of(easel) is AUTOMATIC
        assert crop_of(easel) == AUTO

    on_painting(body)


def test_escape_while_painting_leaves_it(on_painting: OnPainting) -> None:
    def body(easel: Easel) -> None:
        easel.sending.set_context(WHOLE)
        QTest.keyClick(easel.canvas, Key.Key_Escape)
        assert context_of(easel) is WHOLE

    on_painting(body)


def test_a_drag_of_the_whole_picture_that_is_taken_back_is_whole_again(
    on_painting: OnPainting,
) -> None:
    def body(easel: Easel) -> None:
        easel.model.set_tool(Tool.HAND)
        easel.sending.set_context(WHOLE)
        Puller(easel, Grip.LEFT).press().pull(30, 0)
        assert crop_of(easel).x == length(easel, 30)
        QTest.keyClick(easel.canvas, Key.Key_Escape)
        assert context_of(easel) is WHOLE

    on_painting(body)


def test_a_double_click_on_the_label_makes_it_automatic(on_painting: OnPainting) -> None:
    def body(easel: Easel) -> None:
        easel.model.set_tool(Tool.HAND)
        easel.sending.set_context(Rect(1000, 1000, 2000, 1500))
        before = viewport_of(easel)
        hand = Hand(easel.canvas)
        hand.double_click(place(easel, 1500, 1800))
        assert context_of(easel) == Rect(1000, 1000, 2000, 1500), "that was not the label"
        hand.double_click(place(easel, 1000, 1000) + QPoint(20, -16))
        assert context_of(easel) is AUTOMATIC
        assert viewport_of(easel) == before

    on_painting(body)


def test_the_arrow_keys_move_a_side(on_painting: OnPainting) -> None:
    def body(easel: Easel) -> None:
        easel.model.set_tool(Tool.HAND)
        handles = context_handles(easel)
        right = handles[Grip.RIGHT]
        right.setFocus()
        QTest.keyClick(right, Key.Key_Right)
        QTest.keyClick(right, Key.Key_Right, Qt.KeyboardModifier.ShiftModifier)
        QTest.keyClick(right, Key.Key_Left)
        assert crop_of(easel) == Rect(AUTO.x, AUTO.y, AUTO.width + 10, AUTO.height)
        QTest.keyClick(right, Key.Key_Escape)
        assert context_of(easel) is AUTOMATIC
        easel.model.set_tool(Tool.BRUSH)
        assert easel.canvas.hasFocus(), "the keyboard does not go astray"

    on_painting(body)


def test_the_hand_on_loan_drags_and_goes_back(on_painting: OnPainting) -> None:
    def body(easel: Easel) -> None:
        canvas = easel.canvas
        canvas.setFocus()
        press = QKeyEvent(QEvent.Type.ShortcutOverride, Key.Key_H, Qt.KeyboardModifier(0), "h")
        QApplication.sendEvent(canvas, press)
        easel.model.set_tool(Tool.HAND)
        puller = Puller(easel, Grip.RIGHT).press().pull(10, 0)
        assert canvas.hasFocus()
        QTest.keyRelease(canvas, Key.Key_H)
        assert easel.model.tool is Tool.BRUSH
        puller.pull(10, 0)
        assert crop_of(easel).right == AUTO.right + length(easel, 20), "still in hand"
        puller.release()
        assert not are_shown(easel)

    on_painting(body)


def test_the_handles_stay_on_the_frame_however_the_view_moves(on_painting: OnPainting) -> None:
    def body(easel: Easel) -> None:
        easel.model.set_tool(Tool.HAND)
        easel.canvas.zoom_to(0.2, QPointF(300, 200))
        centre = context_handles(easel)[Grip.TOP_LEFT].geometry().center()
        wanted = place(easel, AUTO.x, AUTO.y)
        assert (centre - wanted).manhattanLength() <= 3
        assert on_screen(easel.canvas) == painted_afresh(easel.canvas)
        # So near that only one side of it is seen.
        easel.canvas.zoom_to(8, QPointF(wanted))
        assert on_screen(easel.canvas) == painted_afresh(easel.canvas)

    on_painting(body)


def test_only_what_changed_is_painted_again(on_painting: OnPainting) -> None:
    def body(easel: Easel) -> None:
        canvas = easel.canvas
        shots = [on_screen(canvas)]
        for context in (Rect(1000, 1000, 2000, 1500), WHOLE, AUTOMATIC):
            easel.sending.set_context(context)
            shots.append(on_screen(canvas))
            assert shots[-1] == painted_afresh(canvas)
        assert shots[0] == shots[-1]
        assert len({bytes(shot.constBits()) for shot in shots}) == 3

    on_painting(body)


def test_areas_of_their_own_have_frames_of_their_own_and_no_handles(
    with_easel: WithEasel,
) -> None:
    async def drive(easel: Easel) -> None:
        easel.show(PICTURE)
        easel.model.set_tool(Tool.HAND)
        paint(easel, Rect(300, 300, 100, 100))
        paint(easel, Rect(3600, 2600, 100, 100))
        while easel.sending.preview is None or easel.sending.preview.areas != 2:
            await emitted(easel.sending.changed)
        assert await acting(lambda: are_shown(easel))
        together = await acting(lambda: painted_afresh(easel.canvas))
        easel.sending.set_apart(True)
        while len(easel.sending.plans) != 2:
            await emitted(easel.sending.changed)

        def look() -> None:
            assert not are_shown(easel)
            assert on_screen(easel.canvas) == painted_afresh(easel.canvas)
            assert on_screen(easel.canvas) != together

        await asyncio.sleep(0)
        await acting(look)

    with_easel(drive)
