"""Brush and eraser under real mouse, pen and key events."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from functools import partial

import numpy as np
import pytest
from PySide6.QtCore import QEvent, QPoint, QPointF, Qt
from PySide6.QtGui import QFocusEvent, QInputDevice, QPointingDevice, QTabletEvent
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication

from fluxfill_studio.core.geometry import Point
from fluxfill_studio.core.painting.brush import Brush, Tips
from fluxfill_studio.core.painting.mask import Mask
from fluxfill_studio.core.painting.region import Combine
from fluxfill_studio.core.painting.shapes import snapped
from fluxfill_studio.core.painting.stroke import Sample, Stroke
from fluxfill_studio.core.types import Plane
from fluxfill_studio.model.canvas import Tool
from fluxfill_studio.ui.actions import Act, Actions
from tests.pictures import photograph
from tests.ui.canvas.conftest import Easel, OnEasel
from tests.ui.canvas.hand import ALT, LEFT, NO_KEY, RIGHT, SHIFT, Hand, on_screen

A, B, C, D = QPoint(150, 120), QPoint(300, 160), QPoint(420, 300), QPoint(220, 330)
NO_BUTTON = Qt.MouseButton.NoButton


def at(easel: Easel, place: QPoint) -> Point:
    """Where a widget position is in the picture."""
    return easel.canvas.image_point(QPointF(place))


def mask_after(
    easel: Easel,
    samples: Sequence[Point | Sample],
    how: Combine = Combine.ADD,
    *,
    before: Plane | None = None,
    brush: Brush | None = None,
    axis: float | None = None,
) -> Plane:
    """The mask after one stroke, painted without a canvas."""
    mask = Mask(easel.picture.source.size, None if before is None else before.copy())
    start, *rest = [s if isinstance(s, Sample) else Sample(s) for s in samples]
    edit = mask.edit()
    stroke = Stroke(edit, brush or easel.model.brush, Tips(), how, axis)
    stroke.begin(start)
    for sample in rest:
        stroke.add(sample)
    stroke.finish()
    edit.commit()
    return mask.pixels


def painted(easel: Easel) -> Plane:
    """Paint something to be combined with."""
    easel.model.set_brush(size=200, hardness=1.0, opacity=0.8)
    Hand(easel.canvas).drag(A, C)
    easel.model.set_brush(size=60, hardness=0.5, opacity=1.0)
    return easel.mask.copy()


class Pen:
    """A pen on a tablet, with one end or the other down.

    Its events go through the window, as Qt sends them. They tell whether they were taken: of what
    is not, Qt makes a mouse event.
    """

    def __init__(self, easel: Easel, *, eraser: bool = False) -> None:
        kind = QPointingDevice.PointerType
        self._canvas = easel.canvas
        self._device = QPointingDevice(
            "pen",
            7,
            QInputDevice.DeviceType.Stylus,
            kind.Eraser if eraser else kind.Pen,
            QInputDevice.Capability.Position | QInputDevice.Capability.Pressure,
            1,
            3,
        )
        self._buttons = NO_BUTTON
        self.keys = NO_KEY

    def press(self, place: QPoint, pressure: float, button: Qt.MouseButton = LEFT) -> bool:
        self._buttons |= button
        return self._send(QEvent.Type.TabletPress, place, pressure, button)

    def move(self, place: QPoint, pressure: float) -> bool:
        return self._send(QEvent.Type.TabletMove, place, pressure, NO_BUTTON)

    def release(self, place: QPoint, button: Qt.MouseButton = LEFT) -> bool:
        self._buttons &= ~button
        return self._send(QEvent.Type.TabletRelease, place, 0.0, button)

    def draw(self, *path: tuple[QPoint, float], button: Qt.MouseButton = LEFT) -> None:
        self.press(*path[0], button)
        for place, pressure in path[1:]:
            self.move(place, pressure)
        self.release(path[-1][0], button)

    def _send(
        self, kind: QEvent.Type, place: QPoint, pressure: float, button: Qt.MouseButton
    ) -> bool:
        event = QTabletEvent(
            kind,
            self._device,
            QPointF(place),
            QPointF(self._canvas.mapToGlobal(place)),
            pressure,
            0,
            0,
            0,
            0,
            0,
            self.keys,
            button,
            self._buttons,
        )
        event.ignore()
        QApplication.sendEvent(self._canvas.windowHandle(), event)
        return event.isAccepted()


def test_the_stroke_is_the_one_through_the_pointers_places(on_easel: OnEasel) -> None:
    def body(easel: Easel) -> None:
        Hand(easel.canvas).drag(A, B, C, D)
        places = [at(easel, place) for place in (A, B, C, D)]
        assert np.array_equal(easel.mask, mask_after(easel, places))
        easel.document.undo()
        assert not easel.document.can_undo

    on_easel(body)


def test_the_pen_gives_its_pressure_along_the_path(on_easel: OnEasel) -> None:
    def body(easel: Easel) -> None:
        path = [(A, 0.125), (B, 0.5), (C, 1.0), (D, 0.25)]
        for by_size, by_opacity in ((True, False), (False, True), (True, True), (False, False)):
            easel.model.set_brush(pressure_size=by_size, pressure_opacity=by_opacity)
            Pen(easel).draw(*path)
            samples = [Sample(at(easel, place), pressure) for place, pressure in path]
            assert np.array_equal(easel.mask, mask_after(easel, samples))
            easel.document.undo()

    on_easel(body)


def test_more_pressure_gives_a_wider_line(on_easel: OnEasel) -> None:
    def body(easel: Easel) -> None:
        easel.model.set_brush(size=100, hardness=1.0, pressure_size=True)
        start, end = QPoint(100, 240), QPoint(500, 240)
        Pen(easel).draw((start, 0.0), (end, 1.0))
        columns = [round(at(easel, QPoint(x, 240)).x) for x in range(120, 480, 40)]
        widths = [int((easel.mask[:, column] > 127).sum()) for column in columns]
        assert widths == sorted(widths)
        assert widths[-1] > 5 * widths[0]

    on_easel(body)


def test_a_mouse_presses_as_hard_as_can_be(on_easel: OnEasel) -> None:
    def body(easel: Easel) -> None:
        easel.model.set_brush(size=80, pressure_size=True, pressure_opacity=True)
        Hand(easel.canvas).click(C)
        assert np.array_equal(easel.mask, mask_after(easel, [at(easel, C)], brush=Brush(80, 0.8)))

    on_easel(body)


def test_the_pen_hovering_paints_nothing_and_shows_the_ring(on_easel: OnEasel) -> None:
    def body(easel: Easel) -> None:
        bare = on_screen(easel.canvas)
        Pen(easel).move(C, 0.0)
        assert not easel.mask.any()
        ring = on_screen(easel.canvas)
        assert ring != bare
        QApplication.sendEvent(easel.canvas, QEvent(QEvent.Type.Leave))
        assert on_screen(easel.canvas) == bare
        Hand(easel.canvas).move(C)
        assert on_screen(easel.canvas) == ring

    on_easel(body)


def test_what_the_pen_does_with_a_brush_is_not_done_by_a_mouse_again(on_easel: OnEasel) -> None:
    """Whose pressure would always be the highest."""

    def body(easel: Easel) -> None:
        pen = Pen(easel)
        assert pen.move(A, 0.0)
        assert pen.press(A, 0.5)
        assert pen.move(B, 0.5)
        assert pen.release(B)

    on_easel(body)


@pytest.mark.parametrize("way", ["eraser end", "button on the pen"])
def test_the_pen_erases(on_easel: OnEasel, way: str) -> None:
    def body(easel: Easel) -> None:
        before = painted(easel)
        if way == "eraser end":
            Pen(easel, eraser=True).draw((A, 1.0), (B, 1.0))
        else:
            Pen(easel).draw((A, 1.0), (B, 1.0), button=RIGHT)
        places = [at(easel, A), at(easel, B)]
        expected = mask_after(easel, places, Combine.SUBTRACT, before=before)
        assert (expected < before).any()
        assert np.array_equal(easel.mask, expected)

    on_easel(body)


def test_what_the_pen_does_with_the_hand_is_left_to_the_mouse(on_easel: OnEasel) -> None:
    """Which pans."""

    def body(easel: Easel) -> None:
        easel.model.set_tool(Tool.HAND)
        pen = Pen(easel)
        assert not pen.press(A, 1.0)
        assert not pen.move(B, 1.0)
        assert not pen.release(B)
        assert not easel.mask.any()

    on_easel(body)


@pytest.mark.parametrize(
    ("tool", "keys", "button", "how"),
    [
        (Tool.BRUSH, NO_KEY, LEFT, Combine.ADD),
        (Tool.BRUSH, NO_KEY, RIGHT, Combine.SUBTRACT),
        (Tool.BRUSH, ALT, LEFT, Combine.SUBTRACT),
        (Tool.BRUSH, SHIFT | ALT, LEFT, Combine.INTERSECT),
        (Tool.ERASER, NO_KEY, LEFT, Combine.SUBTRACT),
        (Tool.ERASER, SHIFT | ALT, LEFT, Combine.INTERSECT),
    ],
)
def test_buttons_and_keys_at_the_press_say_what_is_done_with_the_mask(
    on_easel: OnEasel, tool: Tool, keys: Qt.KeyboardModifier, button: Qt.MouseButton, how: Combine
) -> None:
    def body(easel: Easel) -> None:
        before = painted(easel)
        easel.model.set_tool(tool)
        hand = Hand(easel.canvas)
        hand.keys = keys
        hand.press(B, button)
        hand.keys = NO_KEY
        hand.move(C, D)
        hand.release(D, button)
        places = [at(easel, place) for place in (B, C, D)]
        assert np.array_equal(easel.mask, mask_after(easel, places, how, before=before))

    on_easel(body)


@pytest.mark.parametrize("how", [Combine.SUBTRACT, Combine.INTERSECT])
def test_what_selecting_tools_are_set_to_does_not_concern_the_brush(
    on_easel: OnEasel, how: Combine
) -> None:
    """Its options do not show it."""

    def body(easel: Easel) -> None:
        before = painted(easel)
        easel.model.set_combine(how)
        Hand(easel.canvas).drag(A, B)
        places = [at(easel, place) for place in (A, B)]
        expected = mask_after(easel, places, Combine.ADD, before=before)
        assert np.array_equal(easel.mask, expected)

    on_easel(body)


def test_an_intersecting_stroke_is_drawn_freely_while_its_keys_are_held(on_easel: OnEasel) -> None:
    """Shift holds to 45° where it does not say what is done."""

    def body(easel: Easel) -> None:
        before = painted(easel)
        hand = Hand(easel.canvas)
        hand.keys = SHIFT | ALT
        hand.drag(A, B, C)
        places = [at(easel, place) for place in (A, B, C)]
        expected = mask_after(easel, places, Combine.INTERSECT, before=before)
        assert np.array_equal(easel.mask, expected)

    on_easel(body)


def test_shift_and_a_press_draw_a_straight_line_from_the_last_end(on_easel: OnEasel) -> None:
    def body(easel: Easel) -> None:
        hand = Hand(easel.canvas)
        hand.drag(A, B)
        before = easel.mask.copy()
        for start, end in ((B, C), (C, D)):
            hand.keys = SHIFT
            hand.click(end)
            places = [at(easel, start), at(easel, end)]
            expected = mask_after(easel, places, before=before)
            assert np.array_equal(easel.mask, expected)
            before = expected
            hand.keys = NO_KEY
        for _ in range(3):
            easel.document.undo()
        assert not easel.document.can_undo

    on_easel(body)


def test_without_a_stroke_before_shift_and_a_press_is_a_dab(on_easel: OnEasel) -> None:
    def body(easel: Easel) -> None:
        hand = Hand(easel.canvas)
        hand.keys = SHIFT
        hand.click(A)
        assert np.array_equal(easel.mask, mask_after(easel, [at(easel, A)]))
        easel.show(photograph(500, 400))
        hand.click(C)
        assert np.array_equal(easel.mask, mask_after(easel, [at(easel, C)]))

    on_easel(body)


@pytest.mark.parametrize("end", [QPoint(400, 130), QPoint(310, 250), QPoint(160, 400)])
def test_shift_during_the_drag_holds_to_45_degrees(on_easel: OnEasel, end: QPoint) -> None:
    def body(easel: Easel) -> None:
        hand = Hand(easel.canvas)
        hand.press(A)
        hand.keys = SHIFT
        hand.move(end)
        hand.release(end)
        start = at(easel, A)
        goal = snapped(start, at(easel, end))
        assert np.array_equal(easel.mask, mask_after(easel, [start, goal]))
        away = goal - start
        assert min(abs(away.x), abs(away.y), abs(abs(away.x) - abs(away.y))) < 1e-9

    on_easel(body)


def test_shift_holds_the_stroke_where_it_began_until_it_is_clear_where_it_goes(
    on_easel: OnEasel,
) -> None:
    def body(easel: Easel) -> None:
        hand = Hand(easel.canvas)
        hand.press(A)
        hand.keys = SHIFT
        hand.move(A + QPoint(2, -2), A + QPoint(-1, 3))
        hand.release(A)
        assert np.array_equal(easel.mask, mask_after(easel, [at(easel, A)]))

    on_easel(body)


def test_alt_and_the_right_button_drag_size_and_hardness(on_easel: OnEasel) -> None:
    def body(easel: Easel) -> None:
        model, hand = easel.model, Hand(easel.canvas)
        model.set_brush(size=60, hardness=0.5)
        viewport = easel.canvas.viewport
        assert viewport is not None
        hand.keys = ALT
        hand.press(C, RIGHT)
        hand.move(C + QPoint(20, 0))
        # The rim follows the pointer.
        assert model.brush.size == round(60 + 2 * 20 / viewport.scale)
        assert model.brush.hardness == 0.5
        hand.move(C + QPoint(20, -50))
        assert model.brush.hardness == pytest.approx(0.75)
        hand.move(C + QPoint(-10, 40))
        assert model.brush.size == round(60 - 2 * 10 / viewport.scale)
        assert model.brush.hardness == pytest.approx(0.3)
        hand.move(C + QPoint(-600, 300))
        assert (model.brush.size, model.brush.hardness) == (1, 0)
        hand.move(C + QPoint(9, 0))
        size = model.brush.size
        hand.release(C + QPoint(9, 0), RIGHT)
        hand.keys = NO_KEY
        hand.move(D)
        assert model.brush.size == size
        assert not easel.mask.any()
        assert not easel.document.can_undo

    on_easel(body)


def test_while_it_is_sized_the_ring_stays_where_the_button_went_down(on_easel: OnEasel) -> None:
    def body(easel: Easel) -> None:
        hand = Hand(easel.canvas)
        hand.keys = ALT
        hand.press(C, RIGHT)
        hand.move(C + QPoint(40, -30))
        sized = on_screen(easel.canvas)
        hand.release(C + QPoint(40, -30), RIGHT)
        assert on_screen(easel.canvas) != sized
        hand.move(C)
        assert on_screen(easel.canvas) == sized

    on_easel(body)


def test_after_a_pan_the_ring_is_where_the_pointer_is(on_easel: OnEasel) -> None:
    def body(easel: Easel) -> None:
        easel.canvas.zoom_to(2.0)
        hand = Hand(easel.canvas)
        hand.move(A)
        QTest.keyPress(easel.canvas, Qt.Key.Key_Space)
        hand.drag(A, B, C)
        QTest.keyRelease(easel.canvas, Qt.Key.Key_Space)
        after = on_screen(easel.canvas)
        hand.move(C)
        assert on_screen(easel.canvas) == after

    on_easel(body)


def test_the_ring_is_there_as_soon_as_the_brush_is_taken(on_easel: OnEasel) -> None:
    """For without it there is no cursor at all."""

    def body(easel: Easel) -> None:
        hand = Hand(easel.canvas)
        hand.move(C)
        ring = on_screen(easel.canvas)
        easel.model.set_tool(Tool.HAND)
        assert on_screen(easel.canvas) != ring
        easel.model.set_tool(Tool.BRUSH)
        assert on_screen(easel.canvas) == ring

    on_easel(body)


def test_sizing_ends_when_the_window_loses_the_keyboard(on_easel: OnEasel) -> None:
    """As by Alt + Tab; then the release goes to the other window."""

    def body(easel: Easel) -> None:
        hand = Hand(easel.canvas)
        hand.keys = ALT
        hand.press(C, RIGHT)
        hand.move(C + QPoint(20, 0))
        QApplication.sendEvent(easel.canvas, QFocusEvent(QEvent.Type.FocusOut))
        size = easel.model.brush.size
        hand.keys = NO_KEY
        hand.release(C, RIGHT)
        hand.move(D)
        assert easel.model.brush.size == size
        hand.drag(A, B)
        assert easel.mask.any()

    on_easel(body)


@pytest.mark.parametrize("width", [800, 801])
def test_with_symmetry_both_sides_are_painted(on_easel: OnEasel, width: int) -> None:
    def body(easel: Easel) -> None:
        easel.show(photograph(width, 600))
        easel.model.set_symmetric(True)
        Hand(easel.canvas).drag(A, B, C)
        places = [at(easel, place) for place in (A, B, C)]
        assert np.array_equal(easel.mask, mask_after(easel, places, axis=width / 2))
        assert np.array_equal(easel.mask, easel.mask[:, ::-1])
        easel.document.undo()
        assert not easel.mask.any()

    on_easel(body)


def test_a_second_button_changes_nothing_about_the_stroke(on_easel: OnEasel) -> None:
    def body(easel: Easel) -> None:
        hand = Hand(easel.canvas)
        hand.press(A)
        hand.press(B, RIGHT)
        hand.move(C)
        hand.release(C)
        assert easel.document.is_painting, "a button is still down"
        hand.move(D)
        hand.release(D, RIGHT)
        places = [at(easel, place) for place in (A, C, D)]
        assert np.array_equal(easel.mask, mask_after(easel, places))

    on_easel(body)


def test_after_escape_the_rest_of_the_drag_paints_nothing(on_easel: OnEasel) -> None:
    def body(easel: Easel) -> None:
        hand = Hand(easel.canvas)
        hand.press(A)
        hand.move(B)
        QTest.keyClick(easel.canvas, Qt.Key.Key_Escape)
        hand.move(C, D)
        hand.release(D)
        assert not easel.mask.any()
        hand.drag(A, B)
        assert easel.mask.any()

    on_easel(body)


def in_hand(easel: Easel) -> Tool:
    """Asked anew, where a property is taken to be what it was."""
    return easel.model.tool


@pytest.fixture
def with_keys(on_easel: OnEasel, qapp: object) -> OnEasel:
    """On a canvas in an active window, where the real shortcuts choose the tool."""

    def run(body: Callable[[Easel], None]) -> None:
        def keyed(easel: Easel) -> None:
            actions, model = Actions(easel.canvas), easel.model
            easel.canvas.addActions(actions.all)
            for act, tool in ((Act.BRUSH, Tool.BRUSH), (Act.ERASER, Tool.ERASER)):
                actions[act].triggered.connect(partial(model.set_tool, tool))
            actions[Act.SWAP].triggered.connect(model.swap_paint_and_erase)
            easel.canvas.activateWindow()
            assert QTest.qWaitForWindowActive(easel.canvas)
            easel.canvas.setFocus()
            body(easel)

        on_easel(keyed)

    return run


def test_a_key_that_is_held_lends_its_tool(with_keys: OnEasel) -> None:
    def body(easel: Easel) -> None:
        before = painted(easel)
        QTest.keyPress(easel.canvas, Qt.Key.Key_E)
        assert in_hand(easel) is Tool.ERASER
        Hand(easel.canvas).drag(A, B)
        QTest.keyRelease(easel.canvas, Qt.Key.Key_E)
        assert in_hand(easel) is Tool.BRUSH
        assert (easel.mask < before).any()

    with_keys(body)


def test_a_key_that_is_tapped_changes_the_tool(with_keys: OnEasel) -> None:
    def body(easel: Easel) -> None:
        QTest.keyClick(easel.canvas, Qt.Key.Key_E)
        assert in_hand(easel) is Tool.ERASER
        Hand(easel.canvas).drag(A, B)
        assert in_hand(easel) is Tool.ERASER
        QTest.keyClick(easel.canvas, Qt.Key.Key_E)
        assert in_hand(easel) is Tool.ERASER
        QTest.keyClick(easel.canvas, Qt.Key.Key_B)
        assert in_hand(easel) is Tool.BRUSH

    with_keys(body)


def test_the_key_of_the_tool_in_hand_lends_nothing(with_keys: OnEasel) -> None:
    def body(easel: Easel) -> None:
        QTest.keyPress(easel.canvas, Qt.Key.Key_B)
        Hand(easel.canvas).drag(A, B)
        QTest.keyRelease(easel.canvas, Qt.Key.Key_B)
        assert in_hand(easel) is Tool.BRUSH

    with_keys(body)


@pytest.mark.parametrize("first", ["letter", "shift"])
def test_other_keys_may_be_pressed_while_one_lends_its_tool(with_keys: OnEasel, first: str) -> None:
    """As Shift for a straight line with the eraser, whichever is let go first."""

    def body(easel: Easel) -> None:
        painted(easel)
        hand = Hand(easel.canvas)
        QTest.keyPress(easel.canvas, Qt.Key.Key_E)
        QTest.keyPress(easel.canvas, Qt.Key.Key_Shift)
        hand.keys = SHIFT
        hand.drag(A, B)
        if first == "letter":
            QTest.keyRelease(easel.canvas, Qt.Key.Key_E)
            assert in_hand(easel) is Tool.BRUSH
            QTest.keyRelease(easel.canvas, Qt.Key.Key_Shift)
        else:
            QTest.keyRelease(easel.canvas, Qt.Key.Key_Shift)
            assert in_hand(easel) is Tool.ERASER
            QTest.keyRelease(easel.canvas, Qt.Key.Key_E)
        assert in_hand(easel) is Tool.BRUSH

    with_keys(body)


def test_x_swaps_brush_and_eraser(with_keys: OnEasel) -> None:
    def body(easel: Easel) -> None:
        for tool in (Tool.ERASER, Tool.BRUSH, Tool.ERASER):
            QTest.keyClick(easel.canvas, Qt.Key.Key_X)
            assert in_hand(easel) is tool

    with_keys(body)
