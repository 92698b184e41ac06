"""What an undo step weighs, what it does, and which steps go first."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from fluxfill_studio.core.geometry import EMPTY, Point, Rect, Size
from fluxfill_studio.core.painting.brush import Brush, Tips
from fluxfill_studio.core.painting.history import (
    TILE,
    History,
    TileDelta,
    UndoRecord,
    tile_at,
    tiles_of,
)
from fluxfill_studio.core.painting.mask import Mask, invert
from fluxfill_studio.core.painting.stroke import Sample, Stroke
from fluxfill_studio.core.types import Plane

FULL_TILE = Rect(0, 0, TILE, TILE)


def plane() -> Plane:
    return np.zeros((TILE, TILE), np.uint8)


def noise(seed: int) -> UndoRecord:
    """A step over one tile that does not compress: a tile's bytes and a little more."""
    after = np.random.default_rng(seed).integers(0, 256, (TILE, TILE), dtype=np.uint8)
    delta = TileDelta.between(FULL_TILE, plane(), after)
    assert delta is not None
    return UndoRecord((delta,))


def flat(value: int = 9) -> UndoRecord:
    """A step that compresses well: half a tile of one value, the other half of another."""
    after = plane()
    after[:, :64], after[:, 64:] = value, value + 1
    delta = TileDelta.between(FULL_TILE, plane(), after)
    assert delta is not None
    return UndoRecord((delta,))


def does_the_same(record: UndoRecord, other: UndoRecord) -> bool:
    """Whether one takes the other back."""
    pixels = plane()
    record.apply(pixels)
    changed = bool(pixels.any())
    other.apply(pixels)
    return changed and not pixels.any()


def test_an_equal_tile_makes_no_delta() -> None:
    tile = np.full((4, 5), 3, np.uint8)
    assert TileDelta.between(Rect(0, 0, 5, 4), tile, tile.copy()) is None


@st.composite
def edits(draw: st.DrawFn) -> tuple[Rect, Plane, Plane]:
    """A tile, before and after a change of a part of it, by noise or to one value."""
    width, height = draw(st.integers(1, TILE)), draw(st.integers(1, TILE))
    rng = np.random.default_rng(draw(st.integers(0, 1000)))
    before = rng.integers(0, 256, (height, width), dtype=np.uint8)
    if draw(st.booleans()):
        before[:] = draw(st.integers(0, 255))
    after = before.copy()
    x, y = draw(st.integers(0, width - 1)), draw(st.integers(0, height - 1))
    part = after[y : draw(st.integers(y + 1, height)), x : draw(st.integers(x + 1, width))]
    if draw(st.booleans()):
        part[:] = draw(st.integers(0, 255))
    else:
        part[:] = rng.integers(0, 256, part.shape, dtype=np.uint8)
    return Rect(3 * TILE, 5 * TILE, width, height), before, after


@given(edits())
def test_a_delta_covers_what_changed_and_nothing_else_and_turns_back_and_forth(
    edit: tuple[Rect, Plane, Plane],
) -> None:
    tile, before, after = edit
    delta = TileDelta.between(tile, before, after)
    rows, columns = np.nonzero(before != after)
    if not len(rows):
        assert delta is None
        return
    assert delta is not None
    assert delta.rect == Rect.from_bounds(
        tile.x + int(columns.min()),
        tile.y + int(rows.min()),
        tile.x + int(columns.max()) + 1,
        tile.y + int(rows.max()) + 1,
    )
    record = UndoRecord((delta,))
    for form in (record, record.compressed(), record.compressed().compressed()):
        picture = np.full((7 * TILE, 5 * TILE), 77, np.uint8)
        picture[tile.slices] = before
        form.apply(picture)
        assert np.array_equal(picture[tile.slices], after)
        form.apply(picture)
        assert np.array_equal(picture[tile.slices], before)
        picture[tile.slices] = 77
        assert (picture == 77).all()


def test_a_delta_does_not_change_with_the_mask_that_it_was_made_of() -> None:
    before, after = plane(), noise(1).tiles[0].delta
    assert isinstance(after, np.ndarray)
    mask = after.copy()
    delta = TileDelta.between(FULL_TILE, before, mask)
    assert delta is not None
    expected, mask[:], before[:] = mask.copy(), 0, 200
    target = plane()
    delta.apply(target)
    assert np.array_equal(target, expected)


def test_a_delta_of_a_small_part_does_not_hold_the_whole_tile() -> None:
    after = plane()
    after[5, 5], after[6, 9] = 1, 2
    delta = TileDelta.between(FULL_TILE, plane(), after)
    assert delta is not None
    assert isinstance(delta.delta, np.ndarray)
    assert delta.delta.base is None
    assert delta.byte_count < 300


def test_inverting_a_hundred_megapixels_weighs_next_to_nothing() -> None:
    mask = Mask(Size(12_000, 8_400))
    with mask.edit() as edit:
        invert(edit)
        record = edit.commit()
    assert record is not None
    assert record.byte_count < 1_500_000
    assert record.area == 12_000 * 8_400
    rows = record.apply(mask.pixels)
    assert not mask.pixels.any()
    # What is reported is painted again rectangle by rectangle: a row of tiles each.
    assert len(rows) == len(range(0, 8_400, TILE))
    assert all(row.width == 12_000 for row in rows)


def benchmark_stroke() -> UndoRecord:
    """200 events, 32 px apart, on a sine, with a soft brush of 512 px."""
    mask = Mask(Size(7000, 2000))
    edit = mask.edit()
    stroke = Stroke(edit, Brush(512, 0.0), Tips())
    stroke.begin(Sample(Point(300, 1000)))
    for step in range(1, 201):
        stroke.add(Sample(Point(300 + 32 * step, 1000 + 300 * np.sin(step / 12))))
    stroke.finish()
    record = edit.commit()
    assert record is not None
    return record


def test_a_long_stroke_with_a_large_soft_brush_weighs_little() -> None:
    record = benchmark_stroke()
    compressed = record.compressed()
    assert compressed.byte_count <= 3 * 2**20
    assert compressed.byte_count < record.byte_count <= 7000 * 2000
    assert compressed.area == record.area
    pixels = np.zeros((2000, 7000), np.uint8)
    dirty = record.apply(pixels)
    assert pixels.any()
    assert compressed.apply(pixels) == dirty
    assert not pixels.any()


def test_the_oldest_steps_go_when_the_budget_is_used_up() -> None:
    steps = [noise(seed) for seed in range(5)]
    history = History(budget=3 * steps[0].byte_count + 1000)
    pixels = plane()
    for step in steps:
        step.apply(pixels)
        history.push(step)
    assert history.byte_count == sum(step.byte_count for step in steps[2:])
    for expected in reversed(steps[2:]):
        assert history.undo() is expected
        expected.apply(pixels)
    assert not history.can_undo
    remaining = plane()
    steps[0].apply(remaining)
    steps[1].apply(remaining)
    assert np.array_equal(pixels, remaining)


def test_the_latest_step_stays_even_when_it_alone_is_over_the_budget() -> None:
    history = History(budget=10)
    history.push(noise(0))
    history.push(noise(1))
    assert history.byte_count == noise(1).byte_count
    assert history.can_undo


def test_a_new_step_forgets_what_was_undone() -> None:
    history = History()
    history.push(noise(0))
    history.undo()
    history.push(noise(1))
    assert not history.can_redo
    assert history.byte_count == noise(1).byte_count
    with pytest.raises(IndexError):
        history.redo()


def test_nothing_to_undo() -> None:
    with pytest.raises(IndexError):
        History().undo()


@pytest.mark.parametrize("undone", [0, 1, 2, 3])
def test_a_step_is_replaced_wherever_it_is_kept(undone: int) -> None:
    steps = [flat(value) for value in (1, 5, 9)]
    smaller = [step.compressed() for step in steps]
    history = History(latest=0)
    for step in steps:
        history.push(step)
    for _ in range(undone):
        history.undo()
    history.replace(steps[1], smaller[1])
    assert history.byte_count == sum(step.byte_count for step in (steps[0], smaller[1], steps[2]))
    for _ in range(undone):
        history.redo()
    for step in reversed(steps):
        assert does_the_same(history.undo(), step)
    for step in steps:
        assert does_the_same(history.redo(), step)


def test_a_step_that_is_gone_meanwhile_is_not_brought_back() -> None:
    dropped, forgotten, kept = noise(0), flat(1), flat(5)
    history = History(budget=kept.byte_count)
    history.push(dropped)
    history.push(forgotten)
    history.undo()
    history.push(kept)
    weight = history.byte_count
    history.replace(dropped, dropped.compressed())
    history.replace(forgotten, forgotten.compressed())
    assert history.byte_count == weight == kept.byte_count
    assert history.undo() is kept
    assert not history.can_undo


@pytest.mark.parametrize("size", [Size(1, 1), Size(TILE, TILE + 1), Size(700, 300)])
def test_tiles_cover_a_picture_once(size: Size) -> None:
    covered = np.zeros(size.shape, np.uint8)
    rows, columns = tiles_of(Rect.of(size))
    for row in range(rows.start, rows.stop):
        for column in range(columns.start, columns.stop):
            tile = tile_at(row, column, size)
            assert (tile.x, tile.y) == (column * TILE, row * TILE)
            covered[tile.slices] += 1
    assert (covered == 1).all()


@given(st.integers(0, 600), st.integers(0, 600), st.integers(1, 300), st.integers(1, 300))
def test_the_tiles_of_a_rectangle_are_those_that_it_meets(
    x: int, y: int, width: int, height: int
) -> None:
    rect, size = Rect(x, y, width, height), Size(900, 900)
    rows, columns = tiles_of(rect)
    met = {
        (row, column)
        for row in range(8)
        for column in range(8)
        if not tile_at(row, column, size).intersected(rect).is_empty
    }
    assert met == {
        (row, column)
        for row in range(rows.start, rows.stop)
        for column in range(columns.start, columns.stop)
    }


def test_nothing_meets_no_tile() -> None:
    rows, columns = tiles_of(EMPTY)
    assert (rows.stop, columns.stop) == (0, 0)


def test_the_latest_steps_are_undone_as_they_were_made() -> None:
    history = History()
    steps = [noise(seed) for seed in range(2)]
    for step in steps:
        history.push(step)
    smaller = [step.compressed() for step in steps]
    for step, by in zip(steps, smaller, strict=True):
        history.replace(step, by)
    assert history.byte_count == sum(step.byte_count for step in smaller)
    assert history.undo() is steps[1]
    assert history.redo() is steps[1]


def test_what_is_kept_twice_has_a_budget() -> None:
    history = History()
    size = Size(12_000, 8_400)
    mask = Mask(size, np.random.default_rng(1).integers(0, 256, size.shape, dtype=np.uint8))
    with mask.edit() as edit:
        edit.touch(Rect.of(size))
        mask.pixels[:] = 0
        record = edit.commit()
    assert record is not None
    by = record.compressed()
    history.push(record)
    history.replace(record, by)
    assert history.undo() is by
