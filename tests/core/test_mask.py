"""Mask and undo: a machine that paints at random against copies of the whole mask."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial

import numpy as np
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

from fluxfill_studio.core.brush import Brush
from fluxfill_studio.core.geometry import EMPTY, Point, Rect, Size
from fluxfill_studio.core.history import TILE, History, UndoRecord
from fluxfill_studio.core.mask import Mask, MaskEdit, fill, invert
from fluxfill_studio.core.pyramid import Pyramid
from fluxfill_studio.core.stroke import Stroke
from fluxfill_studio.core.types import Plane

SIZES = [
    *(Size(1, 1), Size(1, 700), Size(700, 1), Size(4097, 3), Size(3, 2)),
    *(Size(TILE, TILE), Size(TILE + 1, 2 * TILE - 1), Size(600, 300)),
]

brushes = st.builds(
    Brush,
    st.sampled_from([1, 1.5, 2, 7, 23.5, 24, 64, 129, 513, 700]),
    st.sampled_from([0.0, 0.5, 1.0]),
    st.sampled_from([0.01, 0.3, 1.0]),
)
shares = st.floats(-0.5, 1.5)
gestures = st.lists(st.tuples(shares, shares), min_size=1, max_size=5)


class Painting(RuleBasedStateMachine):
    """Paints and steps through the history; `masks[index]` is what must be there."""

    @initialize(size=st.sampled_from(SIZES), budget=st.sampled_from([0, 900, 5000, 2**28]))
    def open(self, size: Size, budget: int) -> None:
        self.mask = Mask(size)
        self.pyramid = Pyramid(self.mask.pixels)
        self.budget = budget
        self.history = History(budget)
        self.masks: list[Plane] = [self.mask.pixels.copy()]
        self.records: list[UndoRecord] = []
        self.index = 0

    @rule(brush=brushes, gesture=gestures, erase=st.booleans())
    def paint(self, brush: Brush, gesture: list[tuple[float, float]], erase: bool) -> None:
        edit = self.mask.edit()
        self.draw(edit, brush, gesture, erase)
        self.commit(edit)

    @rule(brush=brushes, gesture=gestures, erase=st.booleans())
    def begin_to_paint_and_abort(
        self, brush: Brush, gesture: list[tuple[float, float]], erase: bool
    ) -> None:
        edit = self.mask.edit()
        self.draw(edit, brush, gesture, erase)
        self.change(edit.abort)

    @rule()
    def invert(self) -> None:
        with self.mask.edit() as edit:
            self.change(lambda: invert(edit))
            self.commit(edit)

    @rule(value=st.sampled_from([0, 1, 128, 255]))
    def fill(self, value: int) -> None:
        with self.mask.edit() as edit:
            self.change(lambda: fill(edit, value))
            self.commit(edit)

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
        self.change(lambda: self.history.undo(self.mask.pixels))
        self.index -= 1

    @precondition(lambda self: self.history.can_redo)
    @rule()
    def redo(self) -> None:
        self.change(lambda: self.history.redo(self.mask.pixels))
        self.index += 1

    @invariant()
    def the_mask_is_what_it_was_at_this_step(self) -> None:
        assert np.array_equal(self.mask.pixels, self.masks[self.index])

    @invariant()
    def the_reduced_levels_are_up_to_date(self) -> None:
        for level, rebuilt in zip(
            self.pyramid.levels, Pyramid(self.mask.pixels).levels, strict=True
        ):
            assert np.array_equal(level, rebuilt)

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
        assert self.history.byte_count == sum(record.byte_count for record in self.records)
        assert self.history.can_undo == (self.index > 0)
        assert self.history.can_redo == (self.index < len(self.records))

    def draw(
        self, edit: MaskEdit, brush: Brush, gesture: list[tuple[float, float]], erase: bool
    ) -> None:
        """A stroke through points given as shares of the picture, also outside it."""
        size = self.mask.size
        start, *samples = [Point(x * size.width, y * size.height) for x, y in gesture]
        stroke = Stroke(edit, brush, start, erase=erase)
        self.change(stroke.begin)
        for sample in samples:
            self.change(partial(stroke.add, sample))
        self.change(stroke.finish)

    def change(self, act: Callable[[], Rect]) -> None:
        """Do something to the mask: what it returns must enclose all that it changed."""
        before = self.mask.pixels.copy()
        dirty = act()
        assert dirty.intersected(Rect.of(self.mask.size)) == dirty
        unexpected = before != self.mask.pixels
        unexpected[dirty.slices] = False
        assert not unexpected.any()
        self.pyramid.update(dirty)

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


def test_whatever_is_painted_undone_and_redone_the_mask_is_right() -> None:
    run_state_machine_as_test(Painting, settings=settings(max_examples=40, stateful_step_count=20))


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
