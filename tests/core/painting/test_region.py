"""Combining regions with a mask, against the same on whole planes."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays

from fluxfill_studio.core.geometry import EMPTY, Rect, Size
from fluxfill_studio.core.painting.mask import Mask
from fluxfill_studio.core.painting.region import Combine, Region, combine
from fluxfill_studio.core.types import Plane

SIZES = [Size(1, 1), Size(1, 300), Size(270, 3), Size(7, 5), Size(300, 131)]

levels = st.sampled_from([0, 0, 1, 100, 254, 255])


def whole_plane(mask: Plane, covered: Plane, how: Combine) -> Plane:
    """What the mask becomes, on planes of its size."""
    match how:
        case Combine.ADD:
            return np.maximum(mask, covered)
        case Combine.SUBTRACT:
            return np.minimum(mask, 255 - covered)
        case Combine.INTERSECT:
            return np.minimum(mask, covered)


def combined(before: Plane, region: Region, how: Combine) -> Plane:
    """The mask afterwards; also shows that the rectangle and the undo step are right."""
    mask = Mask(Size(before.shape[1], before.shape[0]), before.copy())
    with mask.edit() as edit:
        dirty = combine(edit, region, how)
        record = edit.commit()
    assert dirty.intersected(Rect.of(mask.size)) == dirty
    changed = mask.pixels != before
    after = mask.pixels.copy()
    changed[dirty.slices] = False
    assert not changed.any()
    if record is not None:
        record.apply(mask.pixels)
    assert np.array_equal(mask.pixels, before)
    return after


@given(st.data())
def test_a_region_is_combined_as_its_plane_would_be(data: st.DataObject) -> None:
    size = data.draw(st.sampled_from(SIZES))
    before = data.draw(arrays(np.uint8, size.shape, elements=levels))
    if data.draw(st.booleans()):
        # Bounds that are smaller than the mask.
        before[:, : size.width // 3] = 0
        before[size.height // 2 :] = 0
    x, y = data.draw(st.integers(0, size.width - 1)), data.draw(st.integers(0, size.height - 1))
    rect = Rect(
        *(x, y),
        data.draw(st.integers(1, size.width - x)),
        data.draw(st.integers(1, size.height - y)),
    )
    region = Region(rect, data.draw(arrays(np.uint8, rect.size.shape, elements=levels)))
    covered = np.zeros(size.shape, np.uint8)
    covered[rect.slices] = region.coverage
    for how in Combine:
        after = combined(before, region, how)
        assert np.array_equal(after, whole_plane(before, covered, how))
        assert np.array_equal(combined(after, region, how), after)


@pytest.mark.parametrize("how", Combine)
def test_an_empty_region(how: Combine) -> None:
    before = np.full((9, 200), 77, np.uint8)
    after = combined(before, Region(EMPTY, np.zeros((0, 0), np.uint8)), how)
    assert np.array_equal(after, np.zeros_like(before) if how is Combine.INTERSECT else before)


@pytest.mark.parametrize("how", Combine)
def test_a_region_leaves_its_own_coverage_alone(how: Combine) -> None:
    coverage = np.arange(60, dtype=np.uint8).reshape(6, 10)
    coverage.flags.writeable = False
    before = np.full((20, 20), 30, np.uint8)
    combined(before, Region(Rect(3, 4, 10, 6), coverage), how)


def test_intersecting_with_what_lies_elsewhere_leaves_nothing() -> None:
    before = np.zeros((300, 300), np.uint8)
    before[10:20, 10:20] = 255
    region = Region(Rect(200, 150, 40, 40), np.full((40, 40), 255, np.uint8))
    assert not combined(before, region, Combine.INTERSECT).any()
