"""What tools paint over the picture: it lies in the bounds that are said, at any pixel ratio."""

from __future__ import annotations

import time
from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from numpy.typing import NDArray
from PySide6.QtGui import QImage, QPainter

from fluxfill_studio.core.geometry import Point, Rect, Size
from fluxfill_studio.core.painting.region import Combine, Region
from fluxfill_studio.core.painting.smart_select import Scribble
from fluxfill_studio.core.view.viewport import Viewport
from fluxfill_studio.ui.canvas.area import Area, in_view
from fluxfill_studio.ui.canvas.marks import Badge, Caption, Handle, Mark, Outline
from fluxfill_studio.ui.canvas.scribbles import ScribbleLayer
from fluxfill_studio.ui.canvas.shape_tool import LassoDrag
from fluxfill_studio.ui.canvas.tool import Pointer

VIEW = Size(240, 160)

coordinates = st.floats(-60, 300)
points = st.builds(Point, coordinates, coordinates)
ratios = st.sampled_from([1.0, 1.25, 1.5, 2.0])


def painted(mark: Mark) -> NDArray[np.int32]:
    """The view with only this on it, as ARGB."""
    image = QImage(VIEW.width, VIEW.height, QImage.Format.Format_ARGB32_Premultiplied)
    image.fill(0)
    painter = QPainter(image)
    mark.paint(painter)
    painter.end()
    return np.frombuffer(image.constBits(), np.int32).reshape(VIEW.shape).copy()


def assert_inside_its_bounds(mark: Mark) -> None:
    outside = painted(mark)
    inside = mark.bounds.intersected(Rect.of(VIEW))
    if not inside.is_empty:
        outside[inside.slices] = 0
    assert not outside.any()


@pytest.mark.usefixtures("qapp")
@given(
    ratios.flatmap(
        lambda ratio: st.one_of(
            st.builds(Badge, st.sampled_from(Combine), points, st.just(ratio)),
            st.builds(Handle, points, st.booleans(), st.just(ratio)),
            st.builds(Caption, st.just("Tolerance 128"), points, st.just(VIEW), st.just(ratio)),
            st.builds(
                Outline, st.lists(points, min_size=1, max_size=6), st.just(VIEW), st.just(ratio)
            ),
        )
    )
)
def test_a_mark_stays_in_its_bounds(mark: Mark) -> None:
    assert_inside_its_bounds(mark)


@pytest.mark.usefixtures("qapp")
@given(st.lists(points, min_size=2, max_size=6), ratios)
def test_pieces_out_of_sight_do_not_move_the_dashes(corners: list[Point], ratio: float) -> None:
    seen = Outline(corners, VIEW, ratio)
    all_of_it = replace(seen, view=Size(10_000, 10_000))
    assert np.array_equal(painted(seen), painted(all_of_it))


@pytest.mark.parametrize(
    ("ratio", "middle", "rows"), [(1.0, 80.5, (80, 81)), (2.0, 80.0, (79, 81))]
)
def test_an_upright_line_is_sharp_in_black_and_white(
    qapp: object, ratio: float, middle: float, rows: tuple[int, int]
) -> None:
    view = painted(Outline([Point(20, middle), Point(220, middle)], VIEW, ratio))
    line = view[slice(*rows), 20:220].view(np.uint32)
    assert {0xFF000000, 0xFFFFFFFF} <= set(np.unique(line).tolist())
    assert (line >> 24 == 255).all()
    view[slice(*rows)] = 0
    assert not view.any(), "nothing beside it"


VIEWPORTS = [
    Viewport(Size(800, 600), VIEW, Rect(0, 0, 800, 600), scale, left, top)
    for scale, left, top in ((0.2, 40, 20), (0.73, -100, -90), (1.0, -30, -300), (4.7, -900, -700))
]


@pytest.mark.usefixtures("qapp")
@given(
    st.lists(
        st.builds(
            Scribble,
            st.lists(st.builds(Point, st.floats(-50, 850), st.floats(-50, 650)), min_size=1).map(
                tuple
            ),
            st.floats(0.5, 60),
            st.booleans(),
        ),
        min_size=1,
        max_size=3,
    ),
    st.sampled_from(VIEWPORTS),
    ratios,
)
def test_scribbles_stay_in_their_bounds(
    scribbles: list[Scribble], viewport: Viewport, ratio: float
) -> None:
    layer = ScribbleLayer()
    for count in range(1, len(scribbles) + 1):
        assert_inside_its_bounds(layer.of(scribbles[:count], viewport, ratio))


def test_scribbles_that_grew_look_like_those_drawn_at_once(qapp: object) -> None:
    viewport = VIEWPORTS[1]
    line = tuple(Point(200 + 15 * i, 200 + 10 * (i % 5)) for i in range(12))
    crossing = tuple(Point(210 + 12 * i, 260 - 8 * i) for i in range(10))
    done = [Scribble(line, 20.0), Scribble(crossing, 14.0, adds=False)]
    layer = ScribbleLayer()
    steps = [
        *([replace(done[0], points=line[:count])] for count in range(1, 13)),
        *([done[0], replace(done[1], points=crossing[:count])] for count in range(1, 11)),
        done[:1],
        [done[0], Scribble(line[::-1], 9.0)],
        done,
    ]
    for step in steps:
        grown = painted(layer.of(step, viewport, 1.0))
        assert np.array_equal(grown, painted(ScribbleLayer().of(step, viewport, 1.0)))
    alphas = painted(layer.of(done, viewport, 1.0)).view(np.uint32) >> 24
    assert alphas.max() < 255, "nowhere more opaque, although pieces overlap"


@pytest.mark.usefixtures("qapp")
@given(
    st.builds(
        Rect, st.integers(0, 500), st.integers(0, 300), st.integers(1, 300), st.integers(1, 300)
    ),
    st.sampled_from(VIEWPORTS),
    st.sampled_from(Combine),
    ratios,
)
def test_an_area_shows_the_image_pixel_in_the_middle_of_each_view_pixel(
    rect: Rect, viewport: Viewport, how: Combine, ratio: float
) -> None:
    whole = np.zeros(viewport.image.shape, np.uint8)
    rng = np.random.default_rng(rect.x)
    whole[rect.slices] = rng.choice([0, 255], rect.size.shape).astype(np.uint8)
    seen = in_view(Region(rect, whole[rect.slices]), viewport)
    ys, xs = np.indices(VIEW.shape) + 0.5
    rows = np.floor((ys - viewport.top) / viewport.scale).astype(int)
    columns = np.floor((xs - viewport.left) / viewport.scale).astype(int)
    is_inside = (rows >= 0) & (rows < 600) & (columns >= 0) & (columns < 800)
    wanted = np.where(is_inside, whole[rows.clip(0, 599), columns.clip(0, 799)], 0)
    got = np.zeros(VIEW.shape, np.uint8)
    if not seen.rect.is_empty:
        got[seen.rect.slices] = seen.coverage
    assert np.array_equal(got, wanted)
    assert_inside_its_bounds(Area(seen, how, ratio))


def test_a_long_lasso_costs_what_is_added(qapp: object) -> None:
    view = Size(1920, 1080)
    viewport = Viewport.fitted(Size(1920, 1080), view)
    places = [Point(960 + 400 * np.cos(i / 9), 540 + 400 * np.sin(i / 7)) for i in range(10_000)]
    pointers = [Pointer(viewport.to_image(place), place, viewport.scale, 1.0) for place in places]
    drag = LassoDrag(pointers[0])
    for pointer in pointers[1:-100]:
        drag.go_on(pointer)
    drag.mark(viewport, 1.0)
    began = time.process_time()
    for pointer in pointers[-100:]:
        drag.go_on(pointer)
        drag.mark(viewport, 1.0)
    assert (time.process_time() - began) / 100 < 0.002
