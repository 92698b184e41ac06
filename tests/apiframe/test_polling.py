"""When a job is asked for: seldom enough, soon enough, and never in a way that makes no sense."""

from __future__ import annotations

import math
from random import Random

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from fluxfill_studio.apiframe.polling import Pace
from tests.bench.waiting import LIKELY, PROGRESS, Pair, around, learn, mixed, watch

seconds = st.one_of(
    st.floats(allow_nan=True, allow_infinity=True),
    st.sampled_from([0.0, -1.0, 1e-9, 5.0, 15.0, 600.0, 1e9]),
)
answers = st.lists(
    st.one_of(st.none(), st.floats(-0.5, 1.5), st.sampled_from([0.0, 0.5, 0.99, 1.0])),
    min_size=1,
    max_size=12,
)


@settings(max_examples=60, deadline=None)
@given(st.lists(seconds, max_size=60), answers)
def test_it_is_never_asked_more_than_once_a_second_nor_never_again(
    past: list[float], told: list[float | None]
) -> None:
    pace, elapsed = Pace(past), 0.0
    for progress in told:
        wait = pace.wait(elapsed, progress)
        assert math.isfinite(wait)
        assert wait >= 1
        remaining = pace.expected(elapsed, progress)
        assert remaining is None or math.isfinite(remaining)
        elapsed += wait


def test_a_job_that_takes_for_ever_is_asked_for_ever_more_seldom() -> None:
    pace, elapsed = Pace([15.0] * 20), 0.0
    waits = []
    while elapsed < 3600:
        waits.append((elapsed, pace.wait(elapsed, None)))
        elapsed += waits[-1][1]
    assert all(wait <= 5 for at, wait in waits if 60 <= at < 600)
    assert 10 <= waits[-1][1] <= 30


def test_the_same_past_gives_the_same_waits() -> None:
    first, second = Pace([12.0, 14.0]), Pace([12.0, 14.0])
    assert [first.wait(0, None), first.wait(9, 0.5)] == [second.wait(0, None), second.wait(9, 0.5)]


def test_likely_jobs_wait_less_than_the_goal_with_no_more_requests_than_the_sdk() -> None:
    """From an empty ledger on, over four distributions and five kinds of progress."""
    pair = mixed(LIKELY, jobs=60, seed=3)
    assert pair.ours.wait <= 0.8
    assert pair.ours.requests <= pair.sdk.requests
    assert pair.sdk.wait > 2


@pytest.mark.parametrize("progress", PROGRESS)
def test_a_cold_start_is_no_worse_than_the_sdk(progress: str) -> None:
    pairs = [
        pair
        for seed in range(40)
        for pair in learn(around(15, 0.4), PROGRESS[progress], 1, Random(seed))
    ]
    mean = Pair.mean(pairs)
    assert mean.ours.wait < mean.sdk.wait / 1.5
    assert mean.ours.requests <= mean.sdk.requests * 1.1


def test_a_change_of_the_service_is_followed_within_some_jobs() -> None:
    random, past = Random(1), [around(12, 0.1)(Random(seed)) for seed in range(30)]
    for _ in range(8):
        past.insert(0, around(40, 0.1)(random))
    nothing = PROGRESS["none"]
    waits, slow = [], around(40, 0.1)
    for _ in range(30):
        duration = slow(random)
        waits.append(watch(Pace(past), duration, nothing(random, duration), 0.15).wait)
        past.insert(0, duration)
    assert sum(waits) / len(waits) <= 1.0


def test_progress_brings_the_end_nearer() -> None:
    slow, fast = (Pace([15.0] * 10) for _ in range(2))
    for pace in (slow, fast):
        pace.wait(0, None)
    late, soon = slow.expected(8, 0.3), fast.expected(8, 0.75)
    assert late is not None
    assert soon is not None
    assert soon < late
