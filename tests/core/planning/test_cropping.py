"""Rectangles in a picture that are dragged by a side or a corner."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from fluxfill_studio.core.geometry import Rect
from fluxfill_studio.core.planning.cropping import dragged
from fluxfill_studio.core.planning.reframing import Grip

MOST = Rect(0, 0, 600, 400)
START = Rect(100, 100, 300, 200)
LEAST = Rect(200, 150, 50, 40)

ways = st.integers(-9000, 9000)


@pytest.mark.parametrize(
    ("grip", "expected"),
    [
        (Grip.LEFT, Rect.from_bounds(105, 100, 400, 300)),
        (Grip.TOP, Rect.from_bounds(100, 107, 400, 300)),
        (Grip.RIGHT, Rect.from_bounds(100, 100, 405, 300)),
        (Grip.BOTTOM, Rect.from_bounds(100, 100, 400, 307)),
        (Grip.TOP_LEFT, Rect.from_bounds(105, 107, 400, 300)),
        (Grip.TOP_RIGHT, Rect.from_bounds(100, 107, 405, 300)),
        (Grip.BOTTOM_LEFT, Rect.from_bounds(105, 100, 400, 307)),
        (Grip.BOTTOM_RIGHT, Rect.from_bounds(100, 100, 405, 307)),
    ],
)
def test_what_is_dragged_follows_and_the_rest_stays(grip: Grip, expected: Rect) -> None:
    assert dragged(START, grip, 5, 7, least=LEAST, most=MOST) == expected


def test_both_sides_go_apart() -> None:
    def pulled(grip: Grip) -> Rect:
        return dragged(START, grip, 10, 20, least=LEAST, most=MOST, both=True)

    assert pulled(Grip.RIGHT) == Rect.from_bounds(90, 100, 410, 300)
    assert pulled(Grip.TOP_LEFT) == Rect.from_bounds(110, 120, 390, 280)


def test_it_stops_at_what_is_painted_and_at_the_picture() -> None:
    assert dragged(START, Grip.LEFT, 900, 0, least=LEAST, most=MOST).x == LEAST.x
    assert dragged(START, Grip.TOP_LEFT, -900, -900, least=LEAST, most=MOST) == Rect.from_bounds(
        0, 0, START.right, START.bottom
    )


@given(st.sampled_from(Grip), ways, ways, st.booleans())
def test_it_always_holds_what_is_painted_and_lies_in_the_picture(
    grip: Grip, dx: int, dy: int, both: bool
) -> None:
    crop = dragged(START, grip, dx, dy, least=LEAST, most=MOST, both=both)
    assert crop.intersected(LEAST) == LEAST
    assert crop.intersected(MOST) == crop
