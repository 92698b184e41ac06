"""The rows of waiting: how long after its end a job is noticed, and how many requests it took.

A simulation, so that thousands of jobs pass in a minute. The program's own Pace learns from an
empty ledger on, job by job; beside it the official SDK asks for the same jobs. Both pay for the
way of a request to the service and back.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import product
from random import Random
from statistics import fmean
from typing import Final, Protocol

from fluxfill_studio.apiframe.polling import Pace
from tests.bench.report import Report, Row

Durations = Callable[[Random], float]
"""How long the next job takes, in seconds."""
Progress = Callable[[float], float | None]
"""What the service says at a time, in seconds since it accepted the job; 0 to 1."""

_LATENCY: Final = 0.15
_SHORTEST, _LONGEST = 5.0, 60.0
_JOBS, _GOAL = 60, 0.8


def around(median: float, spread: float) -> Durations:
    """Log-normal. `spread` is the deviation of the logarithm."""
    return lambda random: _kept(random.lognormvariate(math.log(median), spread))


def either(*choices: Durations) -> Durations:
    """One of `choices`, each as often as the others."""
    return lambda random: random.choice(choices)(random)


def _kept(seconds: float) -> float:
    return min(max(seconds, _SHORTEST), _LONGEST)


LIKELY: Final[Mapping[str, Durations]] = {
    "12 s ± 20 %": around(12, 0.2),
    "20 s ± 20 %": around(20, 0.2),
    "40 s ± 20 %": around(40, 0.2),
    "8 or 25 s ± 12 %": either(around(8, 0.12), around(25, 0.12)),
}
"""A model takes a fixed number of steps: what varies is the queue, the machine, the network."""
HARD: Final[Mapping[str, Durations]] = {
    "20 s ± 40 %": around(20, 0.4),
    "5 to 60 s, evenly": lambda random: random.uniform(_SHORTEST, _LONGEST),
}


def _none(random: Random, duration: float) -> Progress:
    del random, duration
    return lambda _: None


def _even(random: Random, duration: float) -> Progress:
    return lambda elapsed: _percent(elapsed / duration + random.gauss(0, 0.03))


def _steps(random: Random, duration: float) -> Progress:
    del random
    return lambda elapsed: math.floor(10 * elapsed / duration) / 10


def _slowing(random: Random, duration: float) -> Progress:
    """Fast at first, and at the end it stands a little below the whole."""
    del random
    return lambda elapsed: _percent(1 - math.exp(-3.2 * elapsed / duration))


def _stuck(random: Random, duration: float) -> Progress:
    """Even, but counted on a shorter time; then 99 % until it ends."""
    counted = duration * random.uniform(0.5, 0.9)
    return lambda elapsed: _percent(elapsed / counted)


def _percent(progress: float) -> float:
    return round(min(max(progress, 0.0), 0.99), 2)


PROGRESS: Final[Mapping[str, Callable[[Random, float], Progress]]] = {
    "none": _none,
    "even ± 3 %": _even,
    "steps of 10 %": _steps,
    "slowing down": _slowing,
    "stuck at 99 %": _stuck,
}


class Schedule(Protocol):
    """What says when to ask, as Pace does."""

    def wait(self, elapsed: float, progress: float | None) -> float:
        """Seconds until the next request."""
        ...


class Sdk:
    """The official SDK: 2 s, growing by half up to 5 s."""

    def __init__(self) -> None:
        self._next = 2.0

    def wait(self, elapsed: float, progress: float | None) -> float:
        del elapsed, progress
        wait, self._next = self._next, min(1.5 * self._next, 5.0)
        return wait


@dataclass(frozen=True)
class Watched:
    """A job that was asked for until it was done: seconds from its end to the answer, requests."""

    wait: float
    requests: float

    @classmethod
    def mean(cls, jobs: Iterable[Watched]) -> Watched:
        waits, requests = zip(*((job.wait, job.requests) for job in jobs), strict=True)
        return cls(fmean(waits), fmean(requests))


@dataclass(frozen=True)
class Pair:
    """The same job, watched by us and by the SDK."""

    ours: Watched
    sdk: Watched

    @classmethod
    def mean(cls, pairs: Sequence[Pair]) -> Pair:
        return cls(
            Watched.mean(pair.ours for pair in pairs), Watched.mean(pair.sdk for pair in pairs)
        )


def watch(schedule: Schedule, duration: float, progress: Progress, latency: float) -> Watched:
    """Ask until the job is done. The service looks when half of `latency` has passed."""
    elapsed, requests, told = 0.0, 0, None
    while True:
        looked = elapsed + schedule.wait(elapsed, told) + latency / 2
        elapsed, requests = looked + latency / 2, requests + 1
        if looked >= duration:
            return Watched(elapsed - duration, requests)
        told = progress(looked)


def learn(
    durations: Durations,
    progress: Callable[[Random, float], Progress],
    jobs: int,
    random: Random,
    latency: float = _LATENCY,
) -> Iterator[Pair]:
    """Watch `jobs` jobs, one after the other, with what those before them have taught."""
    past: list[float] = []
    for _ in range(jobs):
        duration = durations(random)
        course = progress(Random(random.random()), duration)
        ours = watch(Pace(past), duration, course, latency)
        yield Pair(ours, watch(Sdk(), duration, course, latency))
        past.insert(0, duration)


def mixed(durations: Mapping[str, Durations], jobs: int, seed: int) -> Pair:
    """The mean over every distribution with every kind of progress, `jobs` of each."""
    pairs: list[Pair] = []
    for length, progress in product(durations.values(), PROGRESS.values()):
        pairs += learn(length, progress, jobs, Random(seed))
    return Pair.mean(pairs)


def measure_waiting(report: Report) -> None:
    """Each row is a ledger that is empty at first, so a cold start is in it."""
    report.head("Waiting after the service is done (simulated, with an empty ledger at first)")
    for name, durations in {**LIKELY, **HARD}.items():
        pair = mixed({name: durations}, _JOBS, seed=1)
        # Where durations scatter too much for the goal, it is no goal for them alone.
        goal = _GOAL if name in LIKELY else None
        _show(report, f"jobs of {name}", pair, goal)
    _show(report, "all but the last two", mixed(LIKELY, _JOBS, seed=2), _GOAL)


def _show(report: Report, what: str, pair: Pair, goal: float | None) -> None:
    note = f"the SDK {pair.sdk.wait:.2f} s"
    report.add(Row(f"mean wait, {what}", pair.ours.wait, "s", goal, note=note))
    # On the whole; one kind of job may need a few more, and others fewer.
    bound = pair.sdk.requests if "all" in what else None
    note = f"the SDK {pair.sdk.requests:.1f}"
    report.add(Row(f"requests, {what}", pair.ours.requests, "", bound, note=note))
