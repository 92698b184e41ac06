"""Properties of the classical fill, whatever picture and hole it is given."""

from __future__ import annotations

import cv2
import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from numpy.typing import NDArray

from fluxfill_studio.core.types import Pixels
from fluxfill_studio.sandbox import engine
from tests.pictures import photograph
from tests.sandbox.conftest import disk

Hole = NDArray[np.bool_]


def ignore(_: float) -> None:
    """No one asks how far the work is."""


def rough_hole(height: int, width: int, seed: int, share: float) -> Hole:
    """Blobs that cover about `share` of a picture."""
    noise = np.random.default_rng(seed).random((height, width)).astype(np.float32)
    smooth = cv2.GaussianBlur(noise, (0, 0), max(height, width) / 15)
    return np.asarray(smooth <= np.quantile(smooth, share))


@given(
    height=st.integers(1, 60),
    width=st.integers(1, 60),
    share=st.floats(0, 1),
    seed=st.integers(0, 2**64 - 1),
)
@settings(max_examples=20, deadline=None)
def test_what_is_known_stays_and_the_rest_is_likely(
    height: int, width: int, share: float, seed: int
) -> None:
    image = photograph(width, height, seed % 1000)
    hole = rough_hole(height, width, seed % 1000, share)
    filled = engine.fill(image, hole, seed, ignore)
    assert filled.dtype == np.uint8
    assert filled.shape == image.shape
    assert np.array_equal(filled[~hole], image[~hole])
    assert np.array_equal(filled, engine.fill(image, hole, seed, ignore))


HOLES = {
    "everything": np.ones((240, 360), np.bool_),
    "line": cv2.line(np.zeros((240, 360), np.uint8), (20, 20), (340, 200), 1, 3) > 0,
    "corner": np.add.outer(np.arange(240), np.arange(360)) < 30,
    "disk": disk(360, 240, 60) > 0,
    "all but a strip": np.broadcast_to(np.arange(360) > 12, (240, 360)),
    "all but a dot": disk(360, 240, 2) == 0,
    "half, in dots": np.random.default_rng(0).random((240, 360)) < 0.5,
}


@pytest.mark.parametrize("hole", HOLES.values(), ids=HOLES.keys())
def test_the_hole_takes_the_colours_around_it(hole: Hole) -> None:
    """Neither black nor a smear: what is filled has the mean colour of the picture."""
    rng = np.random.default_rng(1)
    image = rng.normal((150, 100, 60), 8, (240, 360, 3)).clip(0, 255).astype(np.uint8)
    hidden = np.where(hole[..., None], np.uint8(0), image) if not hole.all() else image
    filled = engine.fill(hidden, hole, 0, ignore)
    assert np.array_equal(filled[~hole], image[~hole])
    within = filled[hole].astype(float)
    assert np.all(np.abs(within.mean(0) - (150, 100, 60)) < 6)
    assert np.all(np.abs(within - (150, 100, 60)) < 60)


def test_the_masked_content_never_shines_through() -> None:
    image = photograph(200, 150)
    for hole in (HOLES["disk"][:150, :200], HOLES["line"][:150, :200]):
        painted = np.where(hole[..., None], np.array((255, 0, 255), np.uint8), image)
        assert np.array_equal(
            engine.fill(painted, hole, 3, ignore), engine.fill(image, hole, 3, ignore)
        )


def striped(height: int, width: int) -> Pixels:
    """Vertical stripes, twelve pixels wide."""
    stripes = np.where(np.arange(width) // 12 % 2 == 0, np.uint8(60), np.uint8(200))
    return np.broadcast_to(stripes[None, :, None], (height, width, 3)).copy()


@pytest.mark.parametrize("name", ["line", "disk"])
def test_a_pattern_goes_on_through_the_hole(name: str) -> None:
    image, hole = striped(240, 360), HOLES[name]
    filled = engine.fill(np.where(hole[..., None], np.uint8(128), image), hole, 0, ignore)
    wrong = np.abs(filled[hole].astype(int) - image[hole].astype(int)).max(1) > 60
    assert wrong.mean() < 0.12


def test_seeds_make_variants() -> None:
    image, hole = photograph(360, 240), HOLES["disk"]
    fills = [engine.fill(image, hole, seed, ignore)[hole] for seed in (1, 1, 2)]
    assert np.array_equal(fills[0], fills[1])
    assert not np.array_equal(fills[0], fills[2])


@pytest.mark.parametrize("name", ["line", "disk"])
def test_progress_grows_and_whatever_a_checkpoint_raises_ends_the_work(name: str) -> None:
    image, hole = photograph(360, 240), HOLES[name]
    shares: list[float] = []
    engine.fill(image, hole, 0, shares.append)
    assert len(shares) > 4
    assert shares == sorted(shares)
    assert shares[0] == 0
    assert shares[-1] <= 1

    calls = []

    def stop_at_third(share: float) -> None:
        calls.append(share)
        if len(calls) == 3:
            raise InterruptedError

    with pytest.raises(InterruptedError):
        engine.fill(image, hole, 0, stop_at_third)
    assert calls == shares[:3]
