"""What is told about a plan before it is sent."""

from __future__ import annotations

import numpy as np
import pytest

from fluxfill_studio.core.geometry import Rect, Size
from fluxfill_studio.core.planning.plan import inpaint_plan, outpaint_plan
from fluxfill_studio.core.planning.plan_warnings import PlanWarning, warnings_of

SOURCE = Size(6000, 4000)


def about(*painted: Rect, source: Size = SOURCE, context: Rect | None = None) -> list[PlanWarning]:
    """The warnings for a mask of rectangles."""
    mask = np.zeros(source.shape, np.uint8)
    for rect in painted:
        mask[rect.slices] = 1
    bounds = painted[0]
    for rect in painted[1:]:
        bounds = bounds.united(rect)
    plan = (
        inpaint_plan(source, bounds)
        if context is None
        else inpaint_plan(source, bounds, context=context)
    )
    return warnings_of(plan, mask[plan.crop.slices])


def test_nothing_is_said_of_what_will_come_out_well() -> None:
    assert about(Rect(1000, 1000, 300, 200)) == []
    assert about(Rect(1000, 1000, 3000, 2000)) == []


def test_an_empty_mask() -> None:
    assert warnings_of(None, None) == [PlanWarning.EMPTY]


def test_nothing_but_white() -> None:
    assert about(Rect.of(SOURCE)) == [PlanWarning.ALL_WHITE]
    drawn = Rect(1000, 1000, 300, 400)
    assert about(drawn, context=drawn) == [PlanWarning.ALL_WHITE]
    # What little is left is inside the grown mask.
    assert about(drawn, context=drawn.grown(8)) == [PlanWarning.ALL_WHITE]
    assert about(drawn, context=drawn.grown(9)) == []


@pytest.mark.parametrize(("thickness", "is_thin"), [(1, True), (15, True), (16, False)])
def test_a_thin_mask(thickness: int, is_thin: bool) -> None:
    expected = [PlanWarning.TOO_THIN] if is_thin else []
    assert about(Rect(1000, 1000, 700, thickness)) == expected
    assert about(Rect(1000, 1000, thickness, 700)) == expected
    assert about(Rect(1000, 0, 700, thickness)) == [*expected, PlanWarning.TOUCHES_EDGE]


def test_thickness_counts_as_it_is_sent() -> None:
    assert about(Rect(1000, 1000, 3000, 30), Rect(1000, 3000, 30, 30)) == [PlanWarning.TOO_THIN]
    assert about(Rect(1000, 1000, 700, 3), Rect(1200, 1200, 40, 40)) == []


@pytest.mark.parametrize("x", [0, 5700])
@pytest.mark.parametrize("y", [1000, 3800])
def test_a_mask_at_the_edge_of_the_picture(x: int, y: int) -> None:
    assert about(Rect(x, y, 300, 200)) == [PlanWarning.TOUCHES_EDGE]


def test_a_mask_at_the_edge_of_a_context_drawn_by_hand() -> None:
    context = Rect(1000, 1000, 600, 500)
    assert about(Rect(1000, 1200, 100, 100), context=context) == [PlanWarning.TOUCHES_EDGE]
    assert about(Rect(1001, 1200, 100, 100), context=context) == []


@pytest.mark.parametrize("source", [Size(255, 3000), Size(3000, 255), Size(12_000, 2000)])
def test_little_to_go_by(source: Size) -> None:
    assert warnings_of(outpaint_plan(source), None) == [PlanWarning.TOO_SMALL]
    assert warnings_of(outpaint_plan(Size(256, 256)), None) == []
