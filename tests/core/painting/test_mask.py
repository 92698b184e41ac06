"""Mask and undo: a machine that paints at random against formulas and copies of whole masks."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from functools import partial

import cv2
import numpy as np
import numpy.typing as npt
import pytest
from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import (
    RuleBasedStateMachine,
    initialize,
    invariant,
    precondition,
    rule,
    run_state_machine_as_test,
)

from fluxfill_studio.core.geometry import EMPTY, Point, Rect, Size
from fluxfill_studio.core.painting.brush import Brush, Tips
from fluxfill_studio.core.painting.history import TILE, History, UndoRecord
from fluxfill_studio.core.painting.mask import Mask, MaskEdit, fill, invert
from fluxfill_studio.core.painting.raster import ellipse_region, polygon_region, rectangle_region
from fluxfill_studio.core.painting.region import Combine, Region, combine
from fluxfill_studio.core.painting.selection import feather, fill_holes, grow, shrink
from fluxfill_studio.core.painting.stroke import Sample, Stroke
from fluxfill_studio.core.types import Plane
from fluxfill_studio.core.view.pyramid import Pyramid

SIZES = [
    *(Size(1, 1), Size(1, 700), Size(700, 1), Size(4097, 3), Size(3, 2)),
    *(Size(TILE, TILE), Size(TILE + 1, 2 * TILE - 1), Size(600, 300)),
]

Gesture = list[tuple[float, float, float]]
"""Points as shares of the picture, and the pen's pressure at each."""

brushes = st.builds(
    Brush,
    st.sampled_from([1, 1.5, 2, 7, 23.5, 24, 64, 129, 513, 700]),
    st.sampled_from([0.0, 0.5, 1.0]),
    st.sampled_from([0.01, 0.3, 1.0]),
    st.booleans(),
    st.booleans(),
)
shares = st.floats(-0.5, 1.5, allow_subnormal=False)
pressures = st.sampled_from([0.0, 0.2, 0.7, 1.0])
gestures = st.lists(st.tuples(shares, shares, pressures), min_size=1, max_size=5)
corners = st.lists(st.tuples(shares, shares), min_size=3, max_size=6)
ways = st.sampled_from(Combine)


def disc(radius: int) -> Plane:
    """A kernel of all pixels whose centre is not farther than `radius` from the middle one's."""
    steps = np.arange(-radius, radius + 1)
    return (np.hypot(steps[:, None], steps[None, :]) <= radius).astype(np.uint8)


def reconstructed(ground: Plane) -> Plane:
    """`ground` with its hollows filled to the brim, by raising the water step by step."""
    walls = np.pad(ground, 1)
    water = np.full_like(walls, 255)
    water[[0, -1]], water[:, [0, -1]] = 0, 0
    cross = cv2.getStructuringElement(cv2.MORPH_CROSS, (3, 3))
    while True:
        lower = np.maximum(cv2.erode(water, cross), walls)
        if np.array_equal(lower, water):
            return np.asarray(water[1:-1, 1:-1], np.uint8)
        water = lower


class Painting(RuleBasedStateMachine):
    """Changes a mask and steps through the history; `masks[index]` is what must be there."""

    @initialize(size=st.sampled_from(SIZES), budget=st.sampled_from([0, 900, 20_000, 2**28]))
    def open(self, size: Size, budget: int) -> None:
        self.mask = Mask(size)
        self.stamps = Tips(budget=100_000)
        self.pyramid = Pyramid(self.mask.pixels)
        self.coarsest = self.pyramid.level_for(1e-6)
        self.budget = budget
        self.history = History(budget)
        self.masks: list[Plane] = [self.mask.pixels.copy()]
        self.records: list[UndoRecord] = []
        self.index = 0

    @rule(brush=brushes, gesture=gestures, how=ways, mirrored=st.booleans())
    def paint(self, brush: Brush, gesture: Gesture, how: Combine, mirrored: bool) -> None:
        """A brush, an eraser, or a stroke that keeps what it meets."""
        before = self.mask.pixels.copy()
        axis = before.shape[1] / 2 if mirrored else None
        edit = self.mask.edit()
        self.draw(edit, brush, gesture, how, axis)
        self.commit(edit)
        opaque = Mask(self.mask.size)
        self.stroke(opaque.edit(), replace(brush, opacity=1.0), gesture, Combine.ADD, None)
        coverage = opaque.pixels / 255
        if mirrored:
            coverage = np.maximum(coverage, coverage[:, ::-1])
        self.must_be(self.painted(before, coverage * brush.opacity, how), tolerance=0.501)

    @rule(brush=brushes, gesture=gestures, how=ways, mirrored=st.booleans())
    def begin_to_paint_and_abort(
        self, brush: Brush, gesture: Gesture, how: Combine, mirrored: bool
    ) -> None:
        axis = self.mask.size.width / 2 if mirrored else None
        edit = self.mask.edit()
        self.draw(edit, brush, gesture, how, axis)
        self.change(edit.abort)

    @rule(
        make=st.sampled_from([rectangle_region, ellipse_region]),
        corner=st.tuples(shares, shares),
        opposite=st.tuples(shares, shares),
        how=ways,
    )
    def select_a_marquee(
        self,
        make: Callable[[Point, Point, Size], Region],
        corner: tuple[float, float],
        opposite: tuple[float, float],
        how: Combine,
    ) -> None:
        self.select(make(self.at(*corner), self.at(*opposite), self.mask.size), how)

    @rule(corners=corners, how=ways)
    def select_a_polygon(self, corners: list[tuple[float, float]], how: Combine) -> None:
        points = [self.at(x, y) for x, y in corners]
        self.select(polygon_region(points, self.mask.size), how)

    def select(self, region: Region, how: Combine) -> None:
        before = self.mask.pixels.copy()
        with self.mask.edit() as edit:
            self.change(lambda: combine(edit, region, how))
            self.commit(edit)
        whole = np.zeros_like(before)
        whole[region.rect.slices] = region.coverage
        match how:
            case Combine.ADD:
                self.must_be(np.maximum(before, whole))
            case Combine.SUBTRACT:
                self.must_be(np.minimum(before, 255 - whole))
            case Combine.INTERSECT:
                self.must_be(np.minimum(before, whole))

    @rule(radius=st.integers(1, 5), outwards=st.booleans())
    def grow_or_shrink(self, radius: int, outwards: bool) -> None:
        before = self.mask.pixels.copy()
        with self.mask.edit() as edit:
            self.change(lambda: (grow if outwards else shrink)(edit, radius))
            self.commit(edit)
        filter_by = cv2.dilate if outwards else cv2.erode
        outside = 0 if outwards else 255
        border = cv2.BORDER_CONSTANT
        self.must_be(filter_by(before, disc(radius), borderType=border, borderValue=outside))

    @rule(radius=st.sampled_from([0.5, 2.0, 9.0]))
    def feather(self, radius: float) -> None:
        before = self.mask.pixels.astype(np.float32)
        with self.mask.edit() as edit:
            self.change(lambda: feather(edit, radius))
            self.commit(edit)
        soft = cv2.GaussianBlur(before, (0, 0), radius, borderType=cv2.BORDER_REPLICATE)
        self.must_be(soft, tolerance=1.001)

    @rule()
    def fill_holes(self) -> None:
        before = self.mask.pixels.copy()
        with self.mask.edit() as edit:
            self.change(lambda: fill_holes(edit))
            self.commit(edit)
        filled = reconstructed(before)
        # It rises in steps of 8 levels, and to the full.
        level = np.where(filled == 255, filled, filled // 8 * 8)
        self.must_be(np.maximum(before, level))

    @rule()
    def invert(self) -> None:
        before = self.mask.pixels.copy()
        with self.mask.edit() as edit:
            self.change(lambda: invert(edit))
            self.commit(edit)
        self.must_be(255 - before)

    @rule(value=st.sampled_from([0, 1, 128, 255]))
    def fill(self, value: int) -> None:
        with self.mask.edit() as edit:
            self.change(lambda: fill(edit, value))
            self.commit(edit)
        self.must_be(np.full(self.mask.size.shape, value))

    @rule()
    def fail_in_the_middle(self) -> None:
        def fail() -> None:
            with self.mask.edit() as edit:
                invert(edit)
                raise ZeroDivisionError

        with pytest.raises(ZeroDivisionError):
            fail()

    @precondition(lambda self: self.history.can_undo)
    @rule()
    def undo(self) -> None:
        record = self.history.undo()
        self.change(lambda: record.apply(self.mask.pixels))
        self.index -= 1

    @precondition(lambda self: self.history.can_redo)
    @rule()
    def redo(self) -> None:
        record = self.history.redo()
        self.change(lambda: record.apply(self.mask.pixels))
        self.index += 1

    @precondition(lambda self: bool(self.records))
    @rule(share=st.floats(0, 1, exclude_max=True))
    def a_record_has_been_compressed(self, share: float) -> None:
        """Whenever the worker comes to it: it may be done, undone, or gone meanwhile."""
        place = int(share * len(self.records))
        compressed = self.records[place].compressed()
        self.history.replace(self.records[place], compressed)
        self.records[place] = compressed

    @rule(coarseness=st.integers(0, 7))
    def look(self, coarseness: int) -> None:
        """At the mask reduced; so levels beyond those looked at last become stale."""
        index = min(coarseness, self.coarsest)
        expected = Pyramid(self.mask.pixels).level(index)
        assert np.array_equal(self.pyramid.level(index), expected)

    @invariant()
    def the_mask_is_what_it_was_at_this_step(self) -> None:
        assert np.array_equal(self.mask.pixels, self.masks[self.index])

    @invariant()
    def the_bounds_enclose_what_is_painted(self) -> None:
        rows, columns = np.nonzero(self.mask.pixels)
        bounds = self.mask.bounds
        if not len(rows):
            assert bounds == EMPTY
            return
        expected = (columns.min(), rows.min(), columns.max() + 1, rows.max() + 1)
        assert (bounds.x, bounds.y, bounds.right, bounds.bottom) == expected

    @invariant()
    def the_history_knows_its_weight(self) -> None:
        assert self.history.byte_count == self.weight
        assert self.history.can_undo == (self.index > 0)
        assert self.history.can_redo == (self.index < len(self.records))

    def at(self, x: float, y: float) -> Point:
        """A point given as shares of the picture, also outside it."""
        return Point(x * self.mask.size.width, y * self.mask.size.height)

    def draw(
        self, edit: MaskEdit, brush: Brush, gesture: Gesture, how: Combine, axis: float | None
    ) -> None:
        for step in self.steps(edit, brush, gesture, how, axis):
            self.change(step)

    def stroke(
        self, edit: MaskEdit, brush: Brush, gesture: Gesture, how: Combine, axis: float | None
    ) -> None:
        for step in self.steps(edit, brush, gesture, how, axis):
            step()

    def steps(
        self, edit: MaskEdit, brush: Brush, gesture: Gesture, how: Combine, axis: float | None
    ) -> list[Callable[[], list[Rect]]]:
        """What a pointer calls one after the other."""
        start, *samples = [Sample(self.at(x, y), pressure) for x, y, pressure in gesture]
        stroke = Stroke(edit, brush, self.stamps, how, axis)
        moves = [partial(stroke.add, sample) for sample in samples]
        return [partial(stroke.begin, start), *moves, stroke.finish]

    def painted(
        self, before: Plane, coverage: npt.NDArray[np.float64], how: Combine
    ) -> npt.NDArray[np.float64]:
        match how:
            case Combine.ADD:
                return before + (255 - before) * coverage
            case Combine.SUBTRACT:
                return before * (1 - coverage)
            case Combine.INTERSECT:
                return before * coverage

    def must_be(self, expected: npt.ArrayLike, tolerance: float = 0) -> None:
        difference = self.mask.pixels - np.asarray(expected, np.float64)
        assert np.abs(difference).max() <= tolerance

    def change(self, act: Callable[[], Rect | list[Rect]]) -> None:
        """Do something to the mask: what it returns must enclose all that it changed."""
        before = self.mask.pixels.copy()
        outcome = act()
        dirty = outcome if isinstance(outcome, list) else [outcome]
        unexpected = before != self.mask.pixels
        for rect in dirty:
            assert rect.is_empty or rect.intersected(Rect.of(self.mask.size)) == rect
            unexpected[rect.slices] = False
        assert not unexpected.any()
        for rect in dirty:
            self.pyramid.update(rect)

    def commit(self, edit: MaskEdit) -> None:
        record = edit.commit()
        differs = not np.array_equal(self.mask.pixels, self.masks[self.index])
        assert (record is not None) == differs
        if record is None:
            return
        self.history.push(record)
        self.masks[self.index + 1 :] = [self.mask.pixels.copy()]
        self.records[self.index :] = [record]
        self.index += 1
        while len(self.records) > 1 and self.weight > self.budget:
            del self.records[0], self.masks[0]
            self.index -= 1

    @property
    def weight(self) -> int:
        return sum(record.byte_count for record in self.records)


def test_whatever_is_done_undone_and_redone_the_mask_is_right() -> None:
    run_state_machine_as_test(Painting, settings=settings(max_examples=50, stateful_step_count=25))


def test_what_is_not_committed_is_aborted_at_the_end_of_the_block() -> None:
    mask = Mask(Size(40, 30))
    with mask.edit() as edit:
        edit.touch(Rect(0, 0, 40, 30))
        mask.pixels[:] = 9
    assert not mask.pixels.any()
    mask.edit().abort()


def test_one_edit_at_a_time() -> None:
    mask = Mask(Size(3, 3))
    edit = mask.edit()
    with pytest.raises(RuntimeError):
        mask.edit()
    edit.commit()
    with pytest.raises(RuntimeError):
        edit.abort()
    mask.edit().abort()


def test_a_mask_takes_over_pixels_of_its_size_only() -> None:
    pixels = np.full((2, 3), 7, np.uint8)
    assert Mask(Size(3, 2), pixels).pixels is pixels
    with pytest.raises(ValueError, match="mask of shape"):
        Mask(Size(2, 3), pixels)


def test_touch_keeps_the_pixels_as_they_were_before_the_first_write() -> None:
    mask = Mask(Size(300, 300))
    edit = mask.edit()
    assert edit.touch(Rect(-10, 250, 20, 100)) == Rect(0, 250, 10, 50)
    mask.pixels[250:300, 0:10] = 9
    edit.touch(Rect(0, 0, 300, 300))
    assert not edit.before.any()
    assert edit.touch(Rect(300, 0, 5, 5)).is_empty
    edit.commit()
