"""Colours are set right by the surroundings, also where those tell little or something else."""

from __future__ import annotations

import time

import numpy as np
import pytest
from numpy.typing import NDArray

from fluxfill_studio.core.blending.matching import Colours, Match, Surroundings, matched
from fluxfill_studio.core.geometry import Size
from tests.simulated_service import detailed_photograph

SIZE = Size(600, 400)
GAIN = np.array([1.05, 0.97, 0.95], np.float32)
OFFSET = np.array([-4, 6, 3], np.float32)
BOTH = pytest.mark.parametrize("match", [Match.MEAN, Match.GRADIENT])


def hole(left: int = 200, top: int = 120, right: int = 420, bottom: int = 300) -> NDArray[np.bool_]:
    """What is kept: all but a rectangle."""
    kept = np.ones(SIZE.shape, np.bool_)
    kept[top:bottom, left:right] = False
    return kept


def photograph(name: str = "coffee") -> Colours:
    return detailed_photograph(name, SIZE).astype(np.float32)


def shifted(colours: Colours) -> Colours:
    return colours * GAIN + OFFSET


def surroundings(before: Colours, after: Colours, kept: NDArray[np.bool_]) -> Surroundings:
    return Surroundings.of(np.rint(before).astype(np.uint8), after, kept)


def rms(error: Colours) -> float:
    return float(np.sqrt(np.square(error).mean()))


@BOTH
@pytest.mark.parametrize("name", ["astronaut", "chelsea", "coffee"])
def test_gains_and_offsets_are_taken_back(name: str, match: Match) -> None:
    truth = photograph(name)
    around = surroundings(truth, shifted(truth), hole())
    assert rms(shifted(truth) - truth) > 2.5
    assert rms(matched(shifted(truth), around, match) - truth) < 0.25


@BOTH
def test_it_is_the_same_to_the_bit_every_time(match: Match) -> None:
    small = photograph()[100:180, 200:290]
    kept = np.ones(small.shape[:2], np.bool_)
    kept[30:50, 20:60] = False
    grain = np.random.default_rng(4)
    after = shifted(small) + 4 * grain.standard_normal(small.shape, np.float32)
    around = surroundings(small, after, kept)
    first = matched(small, around, match)
    # In memory that lies elsewhere, as that of a later run does.
    aside = [np.empty(grain.integers(1, 50_000), np.uint8)]
    for _ in range(60):
        aside.append(np.empty(grain.integers(1, 50_000), np.uint8))
        assert np.array_equal(matched(small, around, match), first)


def test_none_is_none() -> None:
    truth = photograph()
    around = surroundings(truth, shifted(truth), hole())
    assert np.array_equal(matched(shifted(truth), around, Match.NONE), shifted(truth))


@BOTH
def test_a_fill_of_any_size_and_content_is_treated_alike(match: Match) -> None:
    """Only the surroundings are compared: what the fill shows does not matter."""
    truth, other = photograph(), photograph("chelsea")[:150, :300]
    around = surroundings(truth, shifted(truth), hole())
    assert rms(matched(shifted(other), around, match) - other) < 0.5


@BOTH
def test_other_content_among_the_surroundings_is_left_out(match: Match) -> None:
    truth = photograph()
    after = shifted(truth)
    after[:, :150] = 255 - after[:, :150]
    around = surroundings(truth, after, hole())
    inside = (slice(120, 300), slice(200, 420))
    assert rms((matched(shifted(truth), around, match) - truth)[inside]) < 0.6


@BOTH
def test_grain_of_each_ones_own_tells_no_contrast(match: Match) -> None:
    """A flat sky: the mean is to be set right, and an object in it keeps its contrast."""
    rng = np.random.default_rng(3)
    flat = np.broadcast_to(np.array([120, 160, 210], np.float32), (*SIZE.shape, 3))
    before = flat + rng.normal(0, 4, flat.shape)
    after = flat + 8 + rng.normal(0, 1.5, flat.shape)
    around = surroundings(before.astype(np.float32), after.astype(np.float32), hole())
    thing = photograph("astronaut")
    inside = (slice(120, 300), slice(200, 420))
    result = matched(thing + 8, around, match)[inside]
    assert np.abs((result - thing[inside]).mean(axis=(0, 1))).max() < 6
    spread = result.std(axis=(0, 1)) / thing[inside].std(axis=(0, 1))
    assert np.abs(spread - 1).max() < 0.06
    sky = matched((flat + 8).astype(np.float32), around, match)
    assert rms((sky - flat)[inside]) < 0.35


@BOTH
def test_a_narrow_rim_of_surroundings_is_enough(match: Match) -> None:
    truth = photograph()
    kept = np.zeros(SIZE.shape, np.bool_)
    kept[[0, -1]] = True
    kept[:, [0, -1]] = True
    around = surroundings(truth, shifted(truth), kept)
    assert rms(matched(shifted(truth), around, match) - truth) < 0.6


@BOTH
def test_a_few_pixels_do_not_decide_for_all(match: Match) -> None:
    truth = photograph()
    kept = np.zeros(SIZE.shape, np.bool_)
    kept[10, 10] = True
    around = surroundings(truth, truth - 30, kept)
    change = matched(truth, around, match) - truth
    assert change.mean() < 20
    assert (change >= -0.01).all()


@BOTH
def test_without_surroundings_nothing_changes(match: Match) -> None:
    truth = photograph()
    around = surroundings(truth, shifted(truth), np.zeros(SIZE.shape, np.bool_))
    assert np.array_equal(matched(truth, around, match), truth)


def test_a_shift_that_changes_across_the_picture_is_followed() -> None:
    truth = photograph("chelsea")
    x = np.linspace(0, np.pi, SIZE.width, dtype=np.float32)[None, :, None]
    y = np.linspace(0, 1, SIZE.height, dtype=np.float32)[:, None, None]
    drift = 10 * np.cos(x) * np.array([1, -1, 0.5], np.float32) + 5 * y
    around = surroundings(truth, truth + drift, hole())
    near = ~hole(215, 135, 405, 285) & hole(225, 145, 395, 275)
    mean = matched(truth + drift, around, Match.MEAN) - truth
    gradient = matched(truth + drift, around, Match.GRADIENT) - truth
    assert rms(mean[near]) > 1.5
    assert rms(gradient[near]) < 0.6
    # And inside, where the correction has only the rim to go by.
    assert rms(gradient[150:270, 240:380]) < rms(mean[150:270, 240:380])


def test_the_membrane_is_harmonic() -> None:
    """Differences that are the real part of z² on the rim are so inside too."""
    y, x = np.mgrid[-1 : 1 : SIZE.height * 1j, -1.5 : 1.5 : SIZE.width * 1j]
    harmonic = (10 * (x * x - y * y))[:, :, None] * np.ones(3)
    flat = np.full((*SIZE.shape, 3), 128.0)
    kept = hole(100, 60, 500, 340)
    around = surroundings(flat.astype(np.float32), (flat - harmonic).astype(np.float32), kept)
    result = matched((flat - harmonic).astype(np.float32), around, Match.GRADIENT)
    assert np.abs(harmonic).max() > 20
    assert rms((result - flat)[60:340, 100:500].astype(np.float32)) < 0.8


def test_it_takes_less_than_a_second_at_the_services_size() -> None:
    truth = detailed_photograph("coffee", Size(1440, 960)).astype(np.float32)
    kept = np.ones((960, 1440), np.bool_)
    kept[200:800, 300:1200] = False
    started = time.process_time()
    around = Surroundings.of(truth.astype(np.uint8), shifted(truth), kept)
    matched(shifted(truth), around, Match.GRADIENT)
    assert time.process_time() - started < 1
