"""Smart select, on scenes of which the truth is known."""

from __future__ import annotations

import itertools
import math
import tracemalloc
from concurrent.futures import ThreadPoolExecutor

import cv2
import numpy as np
import pytest

from fluxfill_studio.core.geometry import EMPTY, Point, Rect, Size
from fluxfill_studio.core.painting.region import Region
from fluxfill_studio.core.painting.smart_select import Hints, Scribble, Stopped, smart_select
from fluxfill_studio.core.types import Pixels, Plane

WIDTH, HEIGHT = 900, 600
OBJECT = Rect(250, 120, 330, 330)
BOX = Rect(220, 95, 390, 380)


def textured(size: Size, colour: tuple[int, int, int], seed: int) -> Pixels:
    """Blotches of several sizes around a colour, and grain."""
    rng = np.random.default_rng(seed)
    picture = np.empty((*size.shape, 3), np.uint8)
    picture[:] = colour
    for blotch in (200, 20):
        shape = (size.height // blotch + 2, size.width // blotch + 2, 3)
        small = rng.integers(0, 41, shape, np.uint8)
        cv2.add(picture, cv2.resize(small, (size.width, size.height)), dst=picture)
    grain = rng.integers(0, 25, (257, 263, 3), np.uint8)
    rows, columns = -(-size.height // 257), -(-size.width // 263)
    cv2.add(picture, np.tile(grain, (rows, columns, 1))[: size.height, : size.width], dst=picture)
    return picture


def scene(size: Size, truth: Plane) -> Pixels:
    """Something red where `truth` says, on something green."""
    thing, ground = textured(size, (120, 50, 40), 1), textured(size, (40, 90, 60), 2)
    share = truth / np.float32(255)
    return np.asarray(cv2.blendLinear(thing, ground, share, 1 - share), np.uint8)


def blob(size: Size, rect: Rect) -> Plane:
    """A wavy disc within a rectangle, with a soft rim."""
    turn = np.linspace(0, 2 * math.pi, 720, endpoint=False)
    radius = 0.85 + 0.1 * np.cos(3 * turn) + 0.05 * np.sin(11 * turn)
    x = rect.x + rect.width / 2 * (1 + radius * np.cos(turn))
    y = rect.y + rect.height / 2 * (1 + radius * np.sin(turn))
    truth: Plane = np.zeros(size.shape, np.uint8)
    points = np.rint(np.stack((x, y), axis=1) * 16).astype(np.int32)
    cv2.fillPoly(truth, [points], 255, cv2.LINE_AA, 4)
    return truth


@pytest.fixture(scope="module")
def truth() -> Plane:
    return blob(Size(WIDTH, HEIGHT), OBJECT)


@pytest.fixture(scope="module")
def picture(truth: Plane) -> Pixels:
    return scene(Size(WIDTH, HEIGHT), truth)


def whole(region: Region, like: Pixels) -> Plane:
    """The region's coverage over the whole picture."""
    coverage: Plane = np.zeros(like.shape[:2], np.uint8)
    coverage[region.rect.slices] = region.coverage
    return coverage


def overlap(coverage: Plane, truth: Plane) -> float:
    """Intersection over union, of what is covered by more than half."""
    ours, theirs = coverage > 127, truth > 127
    return float((ours & theirs).sum() / (ours | theirs).sum())


def outline_error(coverage: Plane, truth: Plane) -> float:
    """The mean distance from each outline to the other, in pixels."""
    outlines = [
        cv2.morphologyEx((plane > 127).astype(np.uint8), cv2.MORPH_GRADIENT, np.ones((2, 2)))
        for plane in (coverage, truth)
    ]
    distances = [
        cv2.distanceTransform(1 - there, cv2.DIST_L2, 5)[here > 0].mean()
        for here, there in itertools.permutations(outlines)
    ]
    return float(max(distances))


def disc(like: Pixels, centre: Point, radius: float) -> Plane:
    y, x = np.mgrid[: like.shape[0], : like.shape[1]] + 0.5
    return np.asarray(np.hypot(x - centre.x, y - centre.y) <= radius, np.uint8)


def test_a_box_finds_the_object_in_it(picture: Pixels, truth: Plane) -> None:
    coverage = whole(smart_select(picture, Hints(BOX)), picture)
    assert overlap(coverage, truth) >= 0.99
    assert outline_error(coverage, truth) <= 0.5
    rim = (truth > 0) & (truth < 255)
    assert np.abs(coverage[rim] - truth[rim].astype(int)).mean() < 48


def test_a_scribble_finds_the_object_under_it(picture: Pixels, truth: Plane) -> None:
    scribble = Scribble((Point(340, 250), Point(480, 250), Point(420, 360)), 12)
    coverage = whole(smart_select(picture, Hints(scribbles=(scribble,))), picture)
    assert overlap(coverage, truth) >= 0.99


def test_the_outline_follows_a_24_megapixel_picture() -> None:
    size = Size(6000, 4000)
    truth = blob(size, Rect(1300, 500, 3300, 2900))
    picture = scene(size, truth)
    box = Rect(1200, 400, 3500, 3100)
    tracemalloc.start()
    region = smart_select(picture, Hints(box))
    _, peak = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    coverage = whole(region, picture)
    assert overlap(coverage, truth) >= 0.995
    assert outline_error(coverage, truth) <= 1
    # A few planes of 8 bits; a plane of floats for each channel would be twelve.
    assert peak < 4 * size.area


@pytest.mark.parametrize("adds", [True, False])
@pytest.mark.parametrize(
    "centre", [Point(415, 285), Point(560, 280), Point(300, 460), Point(590, 400)]
)
def test_scribbles_are_taken_at_their_word(picture: Pixels, centre: Point, adds: bool) -> None:
    hints = Hints(BOX, (Scribble((centre,), 20, adds),))
    coverage = whole(smart_select(picture, hints), picture)
    inside = coverage[disc(picture, centre, 18) > 0]
    assert (inside == (255 if adds else 0)).all()


def test_the_later_of_two_crossing_scribbles_is_right(picture: Pixels) -> None:
    across = (Point(300, 280), Point(520, 280))
    down = (Point(410, 180), Point(410, 400))
    for adds in (True, False):
        hints = Hints(BOX, (Scribble(across, 15, not adds), Scribble(down, 15, adds)))
        coverage = whole(smart_select(picture, hints), picture)
        assert coverage[280, 410] == (255 if adds else 0)
        assert coverage[280, 350] == (0 if adds else 255)


def test_only_scribbles_lead_out_of_the_box(picture: Pixels, truth: Plane) -> None:
    tight = Rect(BOX.x, BOX.y, 200, BOX.height)
    inside = smart_select(picture, Hints(tight))
    assert inside.rect.right == tight.right
    out = Scribble((Point(400, 280), Point(540, 290)), 15)
    coverage = whole(smart_select(picture, Hints(tight, (out,))), picture)
    assert overlap(coverage, truth) >= 0.98


def test_specks_and_spots_go_unless_scribbled_on(truth: Plane) -> None:
    size = Size(WIDTH, HEIGHT)
    speckled = truth.copy()
    speck, spot = Point(590, 130), Point(415, 280)
    cv2.circle(speckled, (590, 130), 14, 255, -1)
    cv2.circle(speckled, (415, 280), 9, 0, -1)
    picture = scene(size, speckled)
    tidy = whole(smart_select(picture, Hints(BOX)), picture)
    assert not tidy[disc(picture, speck, 20) > 0].any()
    assert (tidy[disc(picture, spot, 12) > 0] == 255).all()
    meant = (Scribble((speck,), 3), Scribble((spot,), 3, adds=False))
    kept = whole(smart_select(picture, Hints(BOX, meant)), picture)
    assert overlap(kept[100:160, 560:620], speckled[100:160, 560:620]) >= 0.9
    assert overlap(255 - kept[260:300, 395:435], 255 - speckled[260:300, 395:435]) >= 0.9


def test_a_box_around_everything_still_tells_object_from_ground(
    picture: Pixels, truth: Plane
) -> None:
    everything = Rect(0, 0, WIDTH, HEIGHT)
    assert overlap(whole(smart_select(picture, Hints(everything)), picture), truth) >= 0.99


@pytest.mark.parametrize(
    "hints",
    [
        Hints(),
        Hints(Rect(WIDTH, 0, 50, 50)),
        Hints(Rect(100, 100, 0, 20)),
        Hints(scribbles=(Scribble((Point(400, 280),), 20, adds=False),)),
        Hints(scribbles=(Scribble((Point(-400, 280),), 20),)),
        Hints(
            scribbles=(
                Scribble((Point(400, 280),), 20),
                Scribble((Point(400, 280),), 60, adds=False),
            )
        ),
    ],
)
def test_hints_at_nothing_select_nothing(picture: Pixels, hints: Hints) -> None:
    region = smart_select(picture, hints)
    assert region.rect == EMPTY
    assert region.coverage.shape == (0, 0)


@pytest.mark.parametrize("flat", [True, False])
@pytest.mark.parametrize(
    ("width", "height"), [(1, 1), (2, 1), (3, 3), (1, 5000), (4097, 3), (17, 300)]
)
def test_pictures_of_any_shape_are_taken(width: int, height: int, flat: bool) -> None:
    size = Size(width, height)
    picture = np.full((height, width, 3), 90, np.uint8) if flat else textured(size, (9, 9, 9), 3)
    middle = Point(width / 2, height / 2)
    boxes = [
        EMPTY,
        Rect(0, 0, width, height),
        Rect(-5, -5, width + 10, height + 10),
        Rect(width // 2, height // 2, 1, 1),
        Rect(width // 4, height // 4, width // 2, height // 2),
    ]
    scribbles = [
        (),
        (Scribble((middle,), 0),),
        (Scribble((middle,), 2000),),
        (Scribble((middle,), 0.3, adds=False),),
        (Scribble((Point(-9, -9), Point(width, height)), 1), Scribble((middle,), 1, adds=False)),
    ]
    for box, lines in itertools.product(boxes, scribbles):
        region = smart_select(picture, Hints(box, lines))
        assert region.rect.intersected(Rect.of(size)) == region.rect
        assert region.coverage.shape == region.rect.size.shape
        assert region.coverage.any() == (not region.rect.is_empty)


def test_equal_hints_select_equal_regions_in_any_thread(picture: Pixels) -> None:
    hints = Hints(BOX, (Scribble((Point(300, 150), Point(330, 200)), 10),))
    picture.flags.writeable = False
    cv2.setRNGSeed(1)
    first = smart_select(picture, hints)
    cv2.setRNGSeed(2)
    with ThreadPoolExecutor(3) as pool:
        others = list(pool.map(lambda _: smart_select(picture, hints), range(3)))
    for other in others:
        assert other.rect == first.rect
        assert (other.coverage == first.coverage).all()


def test_it_stops_as_soon_as_it_is_told(picture: Pixels) -> None:
    asked = 0

    def never() -> bool:
        nonlocal asked
        asked += 1
        return False

    smart_select(picture, Hints(BOX), never)
    chances = asked
    assert chances > 10
    for chance in range(1, chances + 1, 5):
        # Asked once more after it was told, it would get StopIteration.
        answers = iter([False] * (chance - 1) + [True])
        with pytest.raises(Stopped):
            smart_select(picture, Hints(BOX), answers.__next__)
