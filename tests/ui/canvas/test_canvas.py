"""The canvas under real pointer, wheel and key events."""

from __future__ import annotations

from collections.abc import Callable
from typing import Final

import numpy as np
import pytest
import shiboken6
from hypothesis import given, settings
from hypothesis import strategies as st
from PySide6.QtCore import QEvent, QObject, QPoint, QPointF, QRect, Qt
from PySide6.QtGui import QImage, QPaintEvent, QWheelEvent
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication, QWidget
from typing_extensions import override

from fluxfill_studio.core.geometry import Point
from fluxfill_studio.core.painting.mask import invert
from fluxfill_studio.core.types import Pixels
from fluxfill_studio.core.view.display import MaskView
from fluxfill_studio.model.canvas import Overlay, Tool
from fluxfill_studio.ui.canvas.canvas import Canvas
from fluxfill_studio.ui.look import Look
from fluxfill_studio.ui.pictures import to_pixels
from tests.pictures import photograph
from tests.ui.canvas.conftest import Easel, OnEasel
from tests.ui.canvas.hand import ALT, NO_KEY, SHIFT, Hand, on_screen, painted_afresh

LEFT, RIGHT, MIDDLE = (
    Qt.MouseButton.LeftButton,
    Qt.MouseButton.RightButton,
    Qt.MouseButton.MiddleButton,
)


def drag(widget: QWidget, *points: QPoint, button: Qt.MouseButton = LEFT) -> None:
    QTest.mousePress(widget, button, pos=points[0])
    for point in points[1:]:
        QTest.mouseMove(widget, point)
    QTest.mouseRelease(widget, button, pos=points[-1])


def wheel(widget: QWidget, at: QPoint, angle: int) -> None:
    event = QWheelEvent(
        QPointF(at),
        QPointF(widget.mapToGlobal(at)),
        QPoint(),
        QPoint(0, angle),
        Qt.MouseButton.NoButton,
        Qt.KeyboardModifier.NoModifier,
        Qt.ScrollPhase.NoScrollPhase,
        False,
    )
    QApplication.sendEvent(widget, event)


def image_point(easel: Easel, at: QPoint) -> Point:
    return easel.canvas.image_point(QPointF(at))


def test_a_stroke_paints_along_the_pointer_and_is_one_undo_step(on_easel: OnEasel) -> None:
    def body(easel: Easel) -> None:
        start, end = QPoint(200, 200), QPoint(400, 260)
        drag(easel.canvas, start, QPoint(300, 230), end)
        for at in (start, QPoint(300, 230), end):
            point = image_point(easel, at)
            assert easel.mask[int(point.y), int(point.x)] == 255
        easel.document.undo()
        assert not easel.mask.any()
        assert not easel.document.can_undo
        easel.document.redo()
        assert easel.mask.any()

    on_easel(body)


def test_a_stroke_that_leaves_the_widget_is_kept(on_easel: OnEasel) -> None:
    def body(easel: Easel) -> None:
        drag(easel.canvas, QPoint(300, 240), QPoint(900, 240), QPoint(900, 900))
        assert easel.mask[300, -1] == 255, "painted up to the edge"
        assert easel.document.can_undo
        assert not easel.document.is_painting

    on_easel(body)


def test_a_stroke_ends_when_the_window_loses_the_keyboard(on_easel: OnEasel) -> None:
    def body(easel: Easel) -> None:
        QTest.mousePress(easel.canvas, LEFT, pos=QPoint(300, 240))
        QTest.mouseMove(easel.canvas, QPoint(340, 240))
        easel.canvas.clearFocus()
        easel.canvas.hide()
        assert not easel.document.is_painting
        assert easel.document.can_undo

    on_easel(body)


def test_escape_takes_the_stroke_back(on_easel: OnEasel) -> None:
    def body(easel: Easel) -> None:
        QTest.mousePress(easel.canvas, LEFT, pos=QPoint(300, 240))
        QTest.mouseMove(easel.canvas, QPoint(340, 240))
        assert easel.mask.any()
        QTest.keyClick(easel.canvas, Qt.Key.Key_Escape)
        assert not easel.mask.any()
        QTest.mouseRelease(easel.canvas, LEFT, pos=QPoint(340, 240))
        assert not easel.document.can_undo

    on_easel(body)


@pytest.mark.parametrize("way", ["eraser", "right button"])
def test_erasing(on_easel: OnEasel, way: str) -> None:
    def body(easel: Easel) -> None:
        at = QPoint(300, 240)
        drag(easel.canvas, at, at + QPoint(50, 0))
        if way == "eraser":
            easel.model.set_tool(Tool.ERASER)
            drag(easel.canvas, at, at + QPoint(50, 0))
        else:
            drag(easel.canvas, at, at + QPoint(50, 0), button=RIGHT)
        for offset in (0, 25, 50):
            point = image_point(easel, at + QPoint(offset, 0))
            assert easel.mask[int(point.y), int(point.x)] == 0

    on_easel(body)


def test_opacity_does_not_build_up_within_a_stroke(on_easel: OnEasel) -> None:
    def body(easel: Easel) -> None:
        easel.model.set_brush(hardness=1.0, opacity=0.5)
        at = QPoint(300, 240)
        drag(easel.canvas, at, at + QPoint(60, 0), at, at + QPoint(60, 0))
        assert easel.mask.max() == 128
        drag(easel.canvas, at, at + QPoint(60, 0))
        assert easel.mask.max() == 192

    on_easel(body)


def test_the_wheel_zooms_to_the_pointer(on_easel: OnEasel) -> None:
    def body(easel: Easel) -> None:
        at = QPoint(200, 300)
        before = image_point(easel, at)
        viewport = easel.canvas.viewport
        assert viewport is not None
        for _ in range(8):
            wheel(easel.canvas, at, 120)
        after = image_point(easel, at)
        zoomed = easel.canvas.viewport
        assert zoomed is not None
        assert zoomed.scale == pytest.approx(viewport.scale * 4)
        assert abs(after.x - before.x) * zoomed.scale < 4
        assert abs(after.y - before.y) * zoomed.scale < 4

    on_easel(body)


@pytest.mark.parametrize("way", ["middle button", "space", "hand"])
def test_panning_moves_the_picture_with_the_pointer_and_paints_nothing(
    on_easel: OnEasel, way: str
) -> None:
    def body(easel: Easel) -> None:
        easel.canvas.zoom_to(1.0)
        at = QPoint(300, 240)
        held = image_point(easel, at)
        button = MIDDLE if way == "middle button" else LEFT
        if way == "space":
            QTest.keyPress(easel.canvas, Qt.Key.Key_Space)
        if way == "hand":
            easel.model.set_tool(Tool.HAND)
        drag(easel.canvas, at, at + QPoint(17, 9), at + QPoint(40, -25), button=button)
        assert image_point(easel, at + QPoint(40, -25)) == held
        assert not easel.document.can_undo
        if way == "space":
            QTest.keyRelease(easel.canvas, Qt.Key.Key_Space)
            drag(easel.canvas, at, at + QPoint(30, 0))
            assert easel.document.can_undo

    on_easel(body)


def test_the_zoom_tool_comes_closer_and_goes_back(on_easel: OnEasel) -> None:
    def body(easel: Easel) -> None:
        easel.model.set_tool(Tool.ZOOM)
        viewport = easel.canvas.viewport
        assert viewport is not None
        QTest.mouseClick(easel.canvas, LEFT, pos=QPoint(300, 240))
        closer = easel.canvas.viewport
        assert closer is not None
        assert closer.scale == pytest.approx(2 * viewport.scale)
        alt = Qt.KeyboardModifier.AltModifier
        QTest.mouseClick(easel.canvas, LEFT, alt, QPoint(300, 240))
        assert easel.canvas.viewport is not None
        assert easel.canvas.viewport.scale == pytest.approx(viewport.scale)

    on_easel(body)


def test_nothing_is_painted_in_outpaint_mode(on_easel: OnEasel) -> None:
    def body(easel: Easel) -> None:
        easel.parameters.set("mode", "outpaint")
        drag(easel.canvas, QPoint(300, 240), QPoint(350, 240))
        assert not easel.mask.any()

    on_easel(body)


def test_the_outpaint_frame_is_brought_into_the_view(on_easel: OnEasel) -> None:
    def body(easel: Easel) -> None:
        easel.parameters.set("mode", "outpaint")
        easel.parameters.set("outpaint", "Right outpaint")
        viewport = easel.canvas.viewport
        assert viewport is not None
        assert viewport.to_view(Point(1200, 600)).x <= easel.canvas.width()
        easel.parameters.set("mode", "inpaint")
        assert easel.canvas.viewport is not None
        assert easel.canvas.viewport.scale > viewport.scale

    on_easel(body)


class PaintLog(QObject):
    """Keeps the rectangles that a widget is asked to paint."""

    def __init__(self) -> None:
        super().__init__()
        self.rects: list[QRect] = []

    @override
    def eventFilter(self, watched: QObject, event: QEvent, /) -> bool:
        if isinstance(event, QPaintEvent):
            self.rects.append(event.rect())
        return False


def test_only_what_changed_is_painted_again(on_easel: OnEasel) -> None:
    def body(easel: Easel) -> None:
        start = QPoint(300, 240)
        QTest.mouseMove(easel.canvas, start)
        QApplication.processEvents()
        log = PaintLog()
        easel.canvas.installEventFilter(log)
        drag(easel.canvas, start, start + QPoint(20, 0))
        QApplication.processEvents()
        # The brush is about 60 view pixels wide here.
        assert log.rects
        assert all(rect.width() < 120 and rect.height() < 120 for rect in log.rects)
        log.rects.clear()
        QApplication.processEvents()
        assert not log.rects, "nothing changed, so nothing is painted"

    on_easel(body)


def test_the_mask_views_differ_as_they_say(on_easel: OnEasel) -> None:
    def body(easel: Easel) -> None:
        drag(easel.canvas, QPoint(300, 240), QPoint(350, 240))
        easel.model.set_tool(Tool.HAND)
        shots = {}
        for view in MaskView:
            easel.model.set_mask_view(view)
            shots[view] = easel.canvas.grab().toImage()
        inside, outside = QPoint(320, 240), QPoint(320, 400)
        assert shots[MaskView.MASK].pixelColor(inside).name() == "#ffffff"
        assert shots[MaskView.MASK].pixelColor(outside).name() == "#000000"
        plain, tinted = (shots[v].pixelColor(inside) for v in (MaskView.IMAGE, MaskView.OVERLAY))
        assert tinted.red() > plain.red()
        assert shots[MaskView.IMAGE].pixelColor(outside) == shots[MaskView.OVERLAY].pixelColor(
            outside
        )

    on_easel(body)


@pytest.mark.parametrize("size", [(1, 1), (1, 5000), (4097, 3), (33000, 2)])
def test_odd_sizes_are_shown_and_painted_without_a_trace_after_undo(
    on_easel: OnEasel, size: tuple[int, int]
) -> None:
    def body(easel: Easel) -> None:
        easel.show(photograph(*size))
        before = easel.canvas.grab().toImage()
        middle = easel.canvas.rect().center()
        drag(easel.canvas, middle - QPoint(30, 30), middle, middle + QPoint(30, 30))
        assert easel.mask.any()
        easel.document.undo()
        easel.model.set_tool(Tool.HAND)
        assert easel.canvas.grab().toImage() == before
        assert not np.any(easel.mask)

    on_easel(body)


@pytest.mark.parametrize("percent", [800, 850, 1131.37])
def test_from_800_percent_on_there_is_a_line_between_two_pixels(
    on_easel: OnEasel, percent: float
) -> None:
    """And nowhere else: all between the lines are the picture's own colours."""

    def body(easel: Easel) -> None:
        easel.model.set_tool(Tool.HAND)
        easel.canvas.zoom_to(percent / 100, QPointF(100, 100))
        viewport = easel.canvas.viewport
        assert viewport is not None
        columns = ((np.arange(-1, 640) + 0.5 - viewport.left) / viewport.scale).astype(int)
        rows = ((np.arange(-1, 480) + 0.5 - viewport.top) / viewport.scale).astype(int)
        on_line = np.diff(rows)[:, None].astype(bool) | np.diff(columns)[None, :].astype(bool)
        shown = to_pixels(on_screen(easel.canvas))[0]
        picture = np.asarray(easel.picture.source.pixels)[np.ix_(rows[1:], columns[1:])]
        assert np.array_equal(shown[~on_line], picture[~on_line])
        # The line is grey and seen through, so it can be the picture's grey by chance.
        assert (shown[on_line] != picture[on_line]).any(axis=1).mean() > 0.9

    on_easel(body)


def test_at_799_percent_there_is_no_line(on_easel: OnEasel) -> None:
    def body(easel: Easel) -> None:
        easel.model.set_tool(Tool.HAND)
        easel.canvas.zoom_to(7.99, QPointF(100, 100))
        viewport = easel.canvas.viewport
        assert viewport is not None
        columns = ((np.arange(640) + 0.5 - viewport.left) / viewport.scale).astype(int)
        rows = ((np.arange(480) + 0.5 - viewport.top) / viewport.scale).astype(int)
        shown = to_pixels(on_screen(easel.canvas))[0]
        assert np.array_equal(shown, easel.picture.source.pixels[np.ix_(rows, columns)])

    on_easel(body)


def test_the_axis_of_symmetry_is_shown_in_the_middle(on_easel: OnEasel) -> None:
    def body(easel: Easel) -> None:
        easel.model.set_tool(Tool.HAND)
        plain = to_pixels(on_screen(easel.canvas))[0]
        easel.model.set_symmetric(True)
        shown = to_pixels(on_screen(easel.canvas))[0]
        changed = np.flatnonzero((shown != plain).any(axis=(0, 2)))
        viewport = easel.canvas.viewport
        assert viewport is not None
        middle = viewport.to_view(Point(400, 0)).x
        assert np.abs(changed + 0.5 - middle).max() <= 1
        easel.model.set_symmetric(False)
        assert np.array_equal(to_pixels(on_screen(easel.canvas))[0], plain)

    on_easel(body)


Step = tuple[str, QPoint, QPoint]

places = st.builds(QPoint, st.integers(-40, 680), st.integers(-40, 520))


class Player:
    """Does by name what a user can do to a canvas, with two places where it takes any."""

    def __init__(self, easel: Easel, picture: Pixels) -> None:
        self.easel = easel
        self.hand = Hand(easel.canvas)
        easel.show(picture)
        model = easel.model
        model.set_tool(Tool.BRUSH)
        model.set_brush(size=70, hardness=0.6, opacity=0.9)
        model.set_symmetric(False)
        model.set_mask_view(MaskView.OVERLAY)
        model.set_overlay(Overlay())
        easel.canvas.resize(640, 480)

    def take(self, step: Step) -> None:
        name, a, b = step
        if name in self.ways:
            self.ways[name](self)
        else:
            self.drags[name](self, a, b)

    def intersect(self, a: QPoint, b: QPoint) -> None:
        self.hand.keys = SHIFT | ALT
        self.hand.drag(a, b)
        self.hand.keys = NO_KEY

    def size(self, a: QPoint, b: QPoint) -> None:
        self.hand.keys = ALT
        self.hand.drag(a, b, button=RIGHT)
        self.hand.keys = NO_KEY

    def begin(self, a: QPoint, b: QPoint) -> None:
        self.hand.press(a)
        self.hand.move(b)

    def end(self, a: QPoint, b: QPoint) -> None:
        self.hand.move(a, b)
        self.hand.release(b)

    def far_in(self, a: QPoint, b: QPoint) -> None:
        self.easel.canvas.zoom_to(9.0 + a.x() / 100, QPointF(b))

    drags: Final[dict[str, Callable[[Player, QPoint, QPoint], None]]] = {
        "stroke": lambda self, a, b: self.hand.drag(a, (a + b) / 2 + QPoint(30, 9), b),
        "erase": lambda self, a, b: self.hand.drag(a, b, button=RIGHT),
        "intersect": intersect,
        "begin": begin,
        "end": end,
        "size": size,
        "hover": lambda self, a, b: self.hand.move(a, b),
        "closer": lambda self, a, _: wheel(self.easel.canvas, a, 480),
        "farther": lambda self, a, _: wheel(self.easel.canvas, a, -360),
        "far in": far_in,
        "pan": lambda self, a, b: self.hand.drag(a, b, button=MIDDLE),
    }
    ways: Final[dict[str, Callable[[Player], object]]] = {
        "leave": lambda self: leave(self.easel.canvas),
        "escape": lambda self: QTest.keyClick(self.easel.canvas, Qt.Key.Key_Escape),
        "undo": lambda self: self.easel.document.undo(),
        "redo": lambda self: self.easel.document.redo(),
        "invert": lambda self: self.easel.document.change(invert),
        "fit": lambda self: self.easel.canvas.fit(),
        "view": lambda self: self.easel.model.cycle_mask_view(),
        "overlay": lambda self: self.easel.model.set_overlay(Overlay("#10c040", 0.7)),
        "symmetry": lambda self: self.easel.model.set_symmetric(not self.easel.model.is_symmetric),
        "swap": lambda self: self.easel.model.swap_paint_and_erase(),
        "hand": lambda self: self.easel.model.set_tool(Tool.HAND),
        "widen": lambda self: self.easel.canvas.resize(700, 500),
        "narrow": lambda self: self.easel.canvas.resize(640, 480),
        "look": lambda _: QApplication.processEvents(),
    }


def leave(widget: QWidget) -> None:
    QApplication.sendEvent(widget, QEvent(QEvent.Type.Leave))


def from_scratch(easel: Easel, look: Look, pointer: QPoint | None) -> QImage:
    """What a canvas shows that has shown nothing before."""
    canvas = Canvas(
        easel.document,
        easel.model,
        easel.parameters,
        easel.framing,
        easel.sending,
        easel.flood,
        easel.smart,
    )
    canvas.apply_look(look)
    canvas.resize(easel.canvas.size())
    assert easel.canvas.viewport is not None
    canvas.set_viewport(easel.canvas.viewport)
    if pointer is not None:
        Hand(canvas).move(pointer)
    shown = painted_afresh(canvas)
    shiboken6.delete(canvas)
    return shown


def test_what_is_on_the_screen_equals_what_is_drawn_from_scratch_after_any_sequence(
    on_easel: OnEasel, look: Look
) -> None:
    """Strokes, undo, zoom, pan and views leave neither seams nor residue."""

    def body(easel: Easel) -> None:
        pictures = [photograph(400, 300), photograph(801, 599)]
        names = st.sampled_from(sorted({**Player.drags, **Player.ways}))

        @settings(max_examples=60)
        @given(
            st.sampled_from(pictures),
            st.lists(st.tuples(names, places, places), max_size=14),
            st.one_of(places, st.none()),
        )
        def check(picture: Pixels, sequence: list[Step], pointer: QPoint | None) -> None:
            player = Player(easel, picture)
            for step in sequence:
                player.take(step)
            if pointer is None:
                leave(easel.canvas)
            else:
                player.hand.move(pointer)
            shown = on_screen(easel.canvas)
            assert shown == from_scratch(easel, look, pointer)
            player.hand.release(QPoint())

        check()

    on_easel(body)
