"""Registration: the original is found to half a pixel, or the answer is that it was not."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import product

import cv2
import numpy as np
import pytest

from fluxfill_studio.core.blending.registration import TOLERANCE, Placement, find_source
from fluxfill_studio.core.geometry import Rect, Size
from fluxfill_studio.core.planning.outpaint import Preset
from tests.outpainted import PHOTOGRAPHS, bare_sky, bricks, filling, moss, sample, served, tiles

SMALL, LARGE = Size(1500, 1000), Size(6000, 4000)
# Where the size does not matter: pictures, and results, of half the sides.
QUICK, QUICK_SIDE = Size(750, 500), 720
# Seen at 1.5 megapixels, all but the soft ones; at 24 half a pixel is 1/17 of one that came back.
DETAILED = ["astronaut", "chelsea", "coffee", "complement", "fur", "bricks", "text", "night"]


def _found(
    name: str,
    size: Size,
    formats: Sequence[str],
    presets: Sequence[Preset],
    long_side: int = 1440,
) -> float:
    """The share of runs in which the picture was found: never in a wrong place."""
    source = PHOTOGRAPHS[name](size)
    runs = list(product(presets, formats))
    found = 0
    for seed, (preset, output_format) in enumerate(runs, start=sum(map(ord, name))):
        around = sample("coffee") if seed % 3 == 0 and name != "coffee" else None
        outcome = served(source, preset, seed, output_format, around=around, long_side=long_side)
        placement = find_source(source, outcome.result)
        if placement is not None:
            found += 1
            assert placement.error <= TOLERANCE
            assert outcome.error(placement, size) <= placement.error
    return found / len(runs)


@pytest.mark.parametrize("name", PHOTOGRAPHS)
def test_it_is_found(name: str) -> None:
    # The whole table is in the slow tests; here every photograph in one of the presets.
    preset = list(Preset)[list(PHOTOGRAPHS).index(name) % len(Preset)]
    found = _found(name, QUICK, ["jpg"], [preset], QUICK_SIDE)
    assert found == 1 or name not in DETAILED


@pytest.mark.slow
@pytest.mark.timeout(600)
@pytest.mark.parametrize("size", [SMALL, LARGE])
@pytest.mark.parametrize("name", PHOTOGRAPHS)
def test_it_is_found_in_every_preset_and_format(name: str, size: Size) -> None:
    found = _found(name, size, ["jpg", "png"], list(Preset))
    if size == SMALL:
        assert found == 1 or name not in DETAILED
    else:
        assert found > 0.9 or name not in {"astronaut", "chelsea", "coffee", "complement"}


def test_one_of_24_megapixels() -> None:
    source = PHOTOGRAPHS["astronaut"](LARGE)
    outcome = served(source, Preset.ZOOM_OUT_2, 7)
    placement = find_source(source, outcome.result)
    assert placement is not None
    assert outcome.error(placement, LARGE) <= placement.error <= TOLERANCE


@pytest.mark.parametrize(
    ("size", "long_side"),
    [(Size(40, 30), 720), (Size(300, 400), 1024), (SMALL, 700), (QUICK, 1000)],
)
def test_the_result_may_have_any_size(size: Size, long_side: int) -> None:
    source = filling(sample("chelsea"), size)
    outcome = served(source, Preset.TOP, 5, long_side=long_side)
    placement = find_source(source, outcome.result)
    assert placement is not None
    assert outcome.error(placement, size) <= placement.error


@pytest.mark.parametrize("preset", [Preset.ZOOM_OUT_2, Preset.SQUARE, Preset.LEFT])
def test_a_picture_without_anything_in_it_is_not_found(preset: Preset) -> None:
    source = bare_sky(QUICK)
    assert find_source(source, served(source, preset, 1, long_side=QUICK_SIDE).result) is None


@pytest.mark.parametrize("value", [0, 128, 255])
def test_one_colour_is_not_found(value: int) -> None:
    source = np.full((400, 600, 3), value, np.uint8)
    result = served(source, Preset.RIGHT, 1, long_side=QUICK_SIDE).result
    assert find_source(source, result) is None
    assert find_source(source, filling(sample("coffee"), Size(720, 480))) is None


@pytest.mark.parametrize("preset", [Preset.ZOOM_OUT_1_5, Preset.LEFT, Preset.BOTTOM])
def test_a_pattern_that_goes_on_is_never_found_in_a_wrong_place(preset: Preset) -> None:
    source = tiles(QUICK)
    outcome = served(source, preset, 3, long_side=QUICK_SIDE)
    placement = find_source(source, outcome.result)
    assert placement is None or outcome.error(placement, QUICK) <= TOLERANCE


@pytest.mark.parametrize(
    ("source", "other"),
    [
        (sample("coffee"), sample("chelsea")),
        (bricks(QUICK), bricks(Size(720, 720))),
        (moss(QUICK), sample("astronaut")),
        (sample("chelsea"), sample("chelsea")[:, ::-1]),
    ],
)
def test_what_is_not_there_is_not_found(
    source: np.ndarray[tuple[int, ...], np.dtype[np.uint8]],
    other: np.ndarray[tuple[int, ...], np.dtype[np.uint8]],
) -> None:
    assert find_source(source, filling(other, Size(720, 550))) is None


def test_what_was_mostly_painted_over_is_not_found() -> None:
    source = filling(sample("coffee"), QUICK)
    result = served(source, Preset.SQUARE, 1, long_side=QUICK_SIDE).result.copy()
    result[150:550, 50:650] = result[150:550, 50:650][::-1, ::-1]
    assert find_source(source, result) is None


@pytest.mark.parametrize("bend", ["lens", "keystone", "corner"])
def test_a_picture_that_was_bent_is_not_found(bend: str) -> None:
    """No place is right for all of it, however well one fits its middle."""
    source = filling(sample("astronaut"), QUICK)
    y, x = np.mgrid[-1 : 1 : QUICK.height * 1j, -1 : 1 : QUICK.width * 1j]
    to_the_right = {"lens": x * (x * x + y * y), "keystone": x * y, "corner": (x < 0) & (y < 0)}
    rows, columns = np.indices(QUICK.shape, np.float32)
    columns += 2 * to_the_right[bend].astype(np.float32)
    picture = cv2.remap(source, columns, rows, cv2.INTER_CUBIC, borderMode=cv2.BORDER_REFLECT_101)
    outcome = served(np.asarray(picture, np.uint8), Preset.ZOOM_OUT_1_5, 5, long_side=QUICK_SIDE)
    assert find_source(source, outcome.result) is None


@pytest.mark.parametrize("size", [Size(1, 1), Size(7, 3), Size(3, 900)])
def test_tiny_pictures_are_not_found(size: Size) -> None:
    source = filling(sample("coffee"), size)
    assert (
        find_source(source, served(source, Preset.SQUARE, 1, long_side=QUICK_SIDE).result) is None
    )


def test_a_known_frame_is_its_own_placement() -> None:
    source, frame = Size(6001, 4003), Rect(-301, 0, 6302, 4080)
    for picture in (Size(1440, 932), Size(6302, 4080)):
        placement = Placement.in_frame(frame, picture)
        assert placement.frame(source, picture) == frame
        grid = placement.grid(frame)
        assert grid.size == frame.size
        assert grid.columns.start == pytest.approx(0, abs=1e-9)
        assert grid.columns.scale * frame.width == pytest.approx(picture.width)


def test_the_frame_holds_the_source_even_where_the_result_does_not() -> None:
    placement = Placement(0.5, 0.5, -1.2, 10)
    frame = placement.frame(Size(100, 80), Size(90, 60))
    assert frame == Rect.from_bounds(0, -20, 182, 100)
