"""Areas far apart: which of them may be runs of their own."""

from __future__ import annotations

from itertools import combinations

import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from fluxfill_studio.core.geometry import EMPTY, Rect, Size
from fluxfill_studio.core.planning.areas import areas
from fluxfill_studio.core.planning.plan import inpaint_plan

SIZE = Size(700, 500)
WORK = 100

dabs = st.builds(
    Rect, st.integers(0, 699), st.integers(0, 499), st.integers(1, 90), st.integers(1, 90)
).map(lambda rect: rect.intersected(Rect.of(SIZE)))


@given(st.lists(dabs, max_size=8), st.integers(1, 255))
def test_areas_hold_all_paint_and_their_crops_stay_apart(rects: list[Rect], level: int) -> None:
    mask = np.zeros(SIZE.shape, np.uint8)
    for rect in rects:
        mask[rect.slices] = level
    found = areas(mask, SIZE, WORK)
    assert bool(found) == bool(rects)
    assert found == sorted(found, key=lambda rect: (rect.y, rect.x))
    rest = mask.copy()
    for area in found:
        # As small as can be.
        part = mask[area.slices]
        assert part[0].any()
        assert part[-1].any()
        assert part[:, 0].any()
        assert part[:, -1].any()
        rest[area.slices] = 0
    assert not rest.any()
    crops = [inpaint_plan(SIZE, area, WORK).crop for area in found]
    for one, other in combinations(crops, 2):
        assert one.grown(1).intersected(other) == EMPTY


def test_only_what_shares_a_crop_is_one_area() -> None:
    mask = np.zeros((1000, 6000), np.uint8)
    mask[500, 100] = mask[500, 900] = mask[500, 2350] = 1
    mask[10:20, 5000:5010] = 200
    # The crops of the first two overlap; theirs ends at 1440 and the third one's begins at 1630.
    assert areas(mask, Size(6000, 1000)) == [
        Rect(5000, 10, 10, 10),
        Rect(100, 500, 801, 1),
        Rect(2350, 500, 1, 1),
    ]


def test_what_is_joined_may_reach_others() -> None:
    """The crop of the line and the dot is wider than theirs were, and meets the other dot's."""
    mask = np.zeros((90, 1400), np.uint8)
    mask[20, 617] = mask[40, 200:500] = 255
    assert len(areas(mask, Size(1400, 90), WORK)) == 2
    mask[40, 550] = 255
    assert areas(mask, Size(1400, 90), WORK) == [Rect(200, 20, 418, 21)]
