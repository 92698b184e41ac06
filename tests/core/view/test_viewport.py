"""The mapping between picture and view: both ways, zoom at a point, pan, fit, and what is kept."""

from __future__ import annotations

import math
from dataclasses import replace

import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from fluxfill_studio.core.geometry import Point, Rect, Size
from fluxfill_studio.core.view.viewport import MAX_SCALE, Viewport

# So much of the picture stays in the view, as the module promises.
KEPT = 48

images = st.builds(Size, st.integers(1, 50_000), st.integers(1, 50_000))
views = st.builds(Size, st.integers(1, 4000), st.integers(1, 4000))
scales = st.floats(0.001, 100)
shares = st.floats(0, 1)
steps = st.integers(-6000, 6000)


@st.composite
def points_in(draw: st.DrawFn, size: Size) -> Point:
    return Point(draw(shares) * size.width, draw(shares) * size.height)


@st.composite
def viewports(draw: st.DrawFn) -> Viewport:
    """A view as it is after it was fitted, and perhaps zoomed and panned."""
    viewport = Viewport.fitted(draw(images), draw(views))
    if draw(st.booleans()):
        viewport = viewport.zoomed(draw(scales), draw(points_in(viewport.view)))
    if draw(st.booleans()):
        viewport = viewport.panned(draw(steps), draw(steps))
    return viewport


@given(viewports(), st.floats(-1e5, 1e5), st.floats(-1e5, 1e5))
def test_image_to_view_and_back(viewport: Viewport, x: float, y: float) -> None:
    there = viewport.to_view(Point(x, y))
    back = viewport.to_image(there)
    # A view position of 10⁶ is known to about 10⁻¹⁰ view pixels.
    assert math.isclose(back.x, x, abs_tol=1e-8 / viewport.scale)
    assert math.isclose(back.y, y, abs_tol=1e-8 / viewport.scale)


@given(viewports(), scales, st.data())
def test_zoom_keeps_the_image_point_under_the_pointer(
    viewport: Viewport, scale: float, data: st.DataObject
) -> None:
    pointer = data.draw(points_in(viewport.view))
    zoomed = viewport.zoomed(scale, pointer)
    kept = zoomed.to_view(viewport.to_image(pointer))
    area, view = zoomed.image_area, zoomed.view
    is_held_x = area.right <= KEPT or area.x >= view.width - KEPT
    is_held_y = area.bottom <= KEPT or area.y >= view.height - KEPT
    assert is_held_x or abs(kept.x - pointer.x) <= 0.5 + 1e-6
    assert is_held_y or abs(kept.y - pointer.y) <= 0.5 + 1e-6


@given(viewports(), scales)
def test_scale_keeps_to_its_limits(viewport: Viewport, scale: float) -> None:
    zoomed = viewport.zoomed(scale, Point(0, 0))
    assert viewport.min_scale <= zoomed.scale <= MAX_SCALE
    if viewport.min_scale <= scale <= MAX_SCALE:
        assert zoomed.scale == scale


@given(viewports(), st.lists(st.tuples(steps, steps), max_size=5))
def test_a_part_of_the_picture_always_stays_in_the_view(
    viewport: Viewport, moves: list[tuple[int, int]]
) -> None:
    for dx, dy in moves:
        viewport = viewport.panned(dx, dy)
        area, visible, view = viewport.image_area, viewport.visible_area, viewport.view
        assert visible.width >= min(KEPT, area.width, view.width)
        assert visible.height >= min(KEPT, area.height, view.height)


@given(viewports(), steps, steps)
def test_pan_moves_by_whole_pixels_as_far_as_it_is_let(
    viewport: Viewport, dx: int, dy: int
) -> None:
    panned = viewport.panned(dx, dy)
    assert panned.scale == viewport.scale
    assert isinstance(panned.left, int)
    assert isinstance(panned.top, int)
    moved = (panned.left - viewport.left, panned.top - viewport.top)
    assert min(0, dx) <= moved[0] <= max(0, dx)
    assert min(0, dy) <= moved[1] <= max(0, dy)
    area, view = panned.image_area, panned.view
    assert moved[0] == dx or area.right <= KEPT or area.x >= view.width - KEPT
    assert moved[1] == dy or area.bottom <= KEPT or area.y >= view.height - KEPT


@given(images, views)
def test_a_fit_shows_all_in_the_middle_and_enlarges_nothing(image: Size, view: Size) -> None:
    fitted = Viewport.fitted(image, view)
    assert fitted.is_fitted
    assert fitted.scale == fitted.fit_scale <= 1
    area = fitted.image_area
    assert abs((area.x + area.right) - view.width) <= 2
    assert abs((area.y + area.bottom) - view.height) <= 2
    if min(view.width, view.height) > KEPT:
        assert area.width <= view.width
        assert area.height <= view.height


@given(images, views, views)
def test_a_fitted_picture_stays_fitted_when_the_view_is_resized(
    image: Size, before: Size, after: Size
) -> None:
    assert Viewport.fitted(image, before).resized(after) == Viewport.fitted(image, after)


def test_the_middle_stays_in_the_middle_while_an_edge_is_dragged_pixel_by_pixel() -> None:
    start = Viewport.fitted(Size(6000, 4000), Size(800, 600)).zoomed(1.0, Point(400, 300))
    viewport = start
    for width in range(801, 1001):
        viewport = viewport.resized(Size(width, 600))
    assert viewport.left == start.left + 100
    for width in range(999, 799, -1):
        viewport = viewport.resized(Size(width, 600))
    assert viewport == start


def test_a_frame_larger_than_the_picture_is_fitted_instead_of_it() -> None:
    frame = Rect(-500, 0, 1500, 1000)
    fitted = Viewport.fitted(Size(1000, 1000), Size(848, 648), frame)
    corner, end = fitted.to_view(Point(-500, 0)), fitted.to_view(Point(1000, 1000))
    assert corner.x >= 0
    assert abs(corner.x + end.x - 848) <= 2
    assert abs(corner.y + end.y - 648) <= 2


@given(viewports())
def test_another_frame_moves_only_a_fitted_view(viewport: Viewport) -> None:
    width, height = viewport.image.width, viewport.image.height
    frame = Rect(-width, 0, 2 * width, height)
    framed = viewport.framed(frame)
    assert framed.frame == frame
    if viewport.is_fitted:
        assert framed == Viewport.fitted(viewport.image, viewport.view, frame)
    else:
        assert framed == replace(viewport, frame=frame)
    assert framed.framed(Rect.of(viewport.image)).frame == Rect.of(viewport.image)


@given(viewports(), viewports())
def test_linked_views_of_one_size_show_the_very_same(first: Viewport, other: Viewport) -> None:
    follower = Viewport.fitted(other.image, other.view)
    assert follower.like(other) == other
    assume(not other.is_fitted)
    turned = replace(first, image=other.image, view=other.view, frame=other.frame)
    assert turned.like(other) == other


@given(images, views, views)
def test_a_view_linked_to_a_fitted_one_is_fitted(image: Size, view: Size, other: Size) -> None:
    leader = Viewport.fitted(Size(image.width, image.height), other)
    assert Viewport.fitted(image, view).like(leader).is_fitted


@given(viewports(), st.sampled_from([0.25, 0.5, 2, 3]))
def test_linked_views_show_the_same_part_of_pictures_of_different_size(
    leader: Viewport, factor: float
) -> None:
    assume(min(leader.view.width, leader.view.height) > 100)
    assume(min(leader.image.width, leader.image.height) >= 64)
    image = Size(round(leader.image.width * factor), round(leader.image.height * factor))
    follower = Viewport.fitted(image, leader.view).like(leader)
    middle = Point(leader.view.width / 2, leader.view.height / 2)
    here, there = leader.to_image(middle), follower.to_image(middle)
    # The grid of whole view pixels costs half a pixel, here and there.
    assert abs(here.x / leader.image.width - there.x / image.width) * (
        follower.scale * image.width
    ) <= 1 + max(leader.scale, follower.scale)
    share = leader.scale / leader.fit_scale
    assert math.isclose(follower.scale / follower.fit_scale, share, rel_tol=1e-9)


@given(viewports())
def test_the_visible_area_is_what_the_view_shows_of_the_picture(viewport: Viewport) -> None:
    area = viewport.image_area
    end = viewport.to_view(Point(viewport.image.width, viewport.image.height))
    assert (area.x, area.y) == (viewport.left, viewport.top)
    assert abs(area.right - end.x) <= 1
    assert abs(area.bottom - end.y) <= 1
    assert viewport.visible_area == area.intersected(Rect.of(viewport.view))


def test_an_empty_change_needs_no_drawing() -> None:
    viewport = Viewport.fitted(Size(100, 100), Size(300, 300))
    assert viewport.view_rect(Rect(5, 5, 0, 3)).is_empty
    assert viewport.view_rect(Rect(500, 5, 3, 3)).is_empty


@pytest.mark.parametrize(
    ("image", "view", "scale"),
    [
        (Size(100, 50), Size(1000, 800), 1.0),
        (Size(6000, 4000), Size(1248, 1048), 0.2),
        (Size(4000, 6000), Size(1248, 1048), 1 / 6),
        (Size(100_000, 10), Size(1048, 100), 0.01),
    ],
)
def test_the_scale_of_a_fit(image: Size, view: Size, scale: float) -> None:
    assert Viewport.fitted(image, view).scale == pytest.approx(scale)
