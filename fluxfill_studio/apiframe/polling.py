"""Polling: when to ask whether a job is done, so that neither requests nor time are wasted.

If a request is worth `price` seconds of waiting and the job ends with the hazard h(t), the mean
cost is least when it is asked for in intervals of

    d(t) = sqrt(2 · price / h(t))

(J. B. Keller, Optimum checking schedules for systems subject to random failure, Management
Science 21, 1974). That is for many short intervals. Here there are few, and none is shorter than
a second, so the same sum, of the wait and of the price of the requests, is made least exactly,
over a grid of times (as in R. E. Barlow, L. C. Hunter, F. Proschan, Optimum checking procedures,
SIAM J. 11, 1963). The price is the one at which the jobs seen so far would have taken no more
requests than the official SDK makes: it waits 2 s, then half as long again each time, up to 5 s.

What is not known is how long the job will take. That is learned

- from earlier jobs: a mixture of normal kernels over the logarithms of their durations, of
  several widths, with a short and a long memory, each trusted as it foretold every job from those
  before it (A. P. Dawid, The prequential approach, J. R. Stat. Soc. A 147, 1984). So a service
  that becomes faster or slower is followed within some jobs. What its documentation says is mixed
  in, and is all there is at a cold start;
- from the job itself: by Bayes' rule from its progress, which may run evenly or slow down, or may
  say nothing.

No method can do better than what is known allows: docs/adr/0016 has the bounds and the measures.
"""

from __future__ import annotations

import math
from bisect import bisect_left, bisect_right
from collections.abc import Iterator, Sequence
from itertools import accumulate, pairwise
from operator import mul
from typing import Final

_APART: Final = 1.0
"""Seconds at least from one request to the next."""
_LONGEST_ANSWER: Final = 0.5
"""Of those seconds, so many at most count that passed until the answer."""
_PATIENCE: Final = 5.0
"""The longest wait, in seconds, for a job that takes longer than was thought possible."""
_HOPELESS: Final = 600.0
"""After so many seconds the SDK gives up; from there the longest wait grows as the time does."""
_MOST_PATIENT: Final = 6.0
"""It grows up to this multiple."""
_UNEXPECTED: Final = 0.02
"""A job is late when it was thought this improbable that it takes as long."""

_DOCUMENTED: Final = (math.log(15.0), 0.6)
"""Mean and deviation of log seconds, for "about 15 s on average; 10–60 s typical"."""
_DOCUMENTED_WEIGHT: Final = 0.3
"""In jobs: what was seen soon counts for more than what was said."""
_NEWEST: Final = 50
"""So many earlier jobs are looked at."""
_MEMORIES: Final = (3.0, 24.0)
"""After so many jobs, one counts half."""
_WIDTHS: Final = (0.07, 0.14, 0.28)
"""Deviations of the kernels, in log seconds."""
_JUDGED: Final = 8.0
"""After so many jobs it counts half how well one was foretold."""

_COURSES: Final = ((1.0, 0.4), (1.5, 0.1), (2.0, 0.1), (2.5, 0.1), (3.0, 0.05))
"""Exponents k, and how probable each is: progress = 1 - (1 - elapsed / duration) ** k."""
_DOUBT: Final = 0.25
"""How probable it is that progress says nothing."""
_LEAST_DOUBT: Final = 0.1
"""It stays at least so probable, however well progress fits a course."""
_NOISE: Final = 0.04
"""The deviation of progress from its course."""
_STEPS: Final = (0.5, 0.25, 0.1)
"""Steps in which a service may count, beside single percents."""
_TELLING: Final = 0.9
"""Above this progress says nothing: there many a service lets it stand until the end."""

_PRICES: Final = (0.06, 1.5)
"""The range of the price of a request, in seconds."""
_BUDGET: Final = 1.15
"""Of the SDK's requests: progress, where it is told, saves more than the share above one."""


def _edges() -> Iterator[float]:
    """Quarters of a second for a minute, then 3 % more each up to a quarter of an hour."""
    yield from (quarter / 4 for quarter in range(240))
    edge = 60.0
    while edge < 900:
        yield edge
        edge *= 1.03


_EDGES: Final = tuple(_edges())
_CELLS: Final = len(_EDGES) - 1
_CENTRES: Final = tuple((low + high) / 2 for low, high in pairwise(_EDGES))
_LOGS: Final = tuple(math.log(centre) for centre in _CENTRES)
_LOG_SIZES: Final = tuple(
    (high - low) / centre for (low, high), centre in zip(pairwise(_EDGES), _CENTRES, strict=True)
)
_SDK: Final = (2.0, 5.15, *(9.8 + 5.15 * index for index in range(172)))
"""When the SDK asks, in seconds, if an answer takes 0.15."""


class Pace:
    """The rhythm of asking for one job.

    `durations` are the seconds that earlier jobs took at the same service, newest first. Making
    one takes some milliseconds, a call about one.
    """

    def __init__(self, durations: Sequence[float]) -> None:
        seconds = [second for second in durations[:_NEWEST] if not math.isnan(second)]
        learned, jobs = _learned([min(max(s, _EDGES[1]), _EDGES[-2]) for s in seconds])
        self._learned = self._belief = learned
        self._price = _price(learned, jobs, asked=0)
        self._courses = [[probability] * _CELLS for _, probability in _COURSES]
        self._progress: float | None = None
        self._asked, self._due = 0, 0.0

    def wait(self, elapsed: float, progress: float | None) -> float:
        """Seconds until the next request; to be called once before each.

        So much that requests are at least 1 s apart, and 0.5 s from the answer before. `elapsed`
        is in seconds since the job was accepted, `progress` 0 to 1 as the last answer had it.
        Before the first answer progress does not count: of a job that is taken up again it is not
        known when it was that far.
        """
        took, alive, news = 0.0, 0.0, False
        if self._asked:
            took = min(max(elapsed - self._due, 0.0), _LONGEST_ANSWER)
            alive = elapsed - took / 2
            news = self._hear(alive, progress)
        ahead = _after(self._belief, alive)
        late = sum(ahead) <= _UNEXPECTED * sum(self._belief)
        wait = _PATIENCE * min(max(elapsed / _HOPELESS, 1.0), _MOST_PATIENT)
        if any(ahead):
            if news or late:
                self._price = _price(ahead, ahead, self._asked)
            planned = _Plan(ahead, self._price).next(elapsed + _APART - took) - elapsed
            wait = min(wait, planned) if late else planned
        wait = max(wait, _APART - took)
        self._asked, self._due = self._asked + 1, elapsed + wait
        return wait

    def expected(self, elapsed: float, progress: float | None) -> float | None:
        """Seconds after which the job is as likely done as not; None if it is late already."""
        self._hear(elapsed, progress)
        ahead = [*accumulate(_after(self._belief, elapsed))]
        if ahead[-1] <= _UNEXPECTED * sum(self._belief):
            return None
        return _EDGES[bisect_left(ahead, ahead[-1] / 2) + 1] - elapsed

    def _hear(self, elapsed: float, progress: float | None) -> bool:
        """Learn from the progress that was reported; whether there was anything to learn."""
        if progress is None or progress == self._progress:
            return False
        self._progress = progress
        first = bisect_right(_CENTRES, elapsed)
        alive = sum(self._learned[first:])
        if alive == 0 or not 0 < progress <= _TELLING:
            return False
        # Large steps tell less than single percents, and in the mean half a step too little.
        fitting = (s for s in _STEPS if math.isclose(progress / s, round(progress / s)))
        step = max(fitting, default=0.0)
        deviation = math.hypot(_NOISE, step / math.sqrt(12))
        left = [1 - elapsed / centre for centre in _CENTRES[first:]]
        belief = [0.0] * _CELLS
        for (exponent, _), weights in zip(_COURSES, self._courses, strict=True):
            for cell, share in enumerate(left, first):
                course = 1 - share**exponent
                weights[cell] *= _density(progress + step / 2, course, deviation)
                belief[cell] += self._learned[cell] * weights[cell]
        doubt = max(_DOUBT, _LEAST_DOUBT * sum(belief) / alive)
        self._belief = [
            told + doubt * learned for told, learned in zip(belief, self._learned, strict=True)
        ]
        return True


def _learned(seconds: Sequence[float]) -> tuple[list[float], list[float]]:
    """How probably the next job ends in each cell, and how many of the past ones did.

    Both in jobs, what the documentation says included. `seconds` are durations, newest first.
    """
    belief = [
        _DOCUMENTED_WEIGHT * size * _density(log, *_DOCUMENTED)
        for log, size in zip(_LOGS, _LOG_SIZES, strict=True)
    ]
    jobs = belief.copy()
    logs = [math.log(second) for second in seconds]
    for width, weights in _weights(logs):
        for second, log, weight in zip(seconds, logs, weights, strict=True):
            own = _cell(second)
            jobs[own] += weight
            first = min(bisect_left(_LOGS, log - 3 * width), own)
            last = max(bisect_left(_LOGS, log + 3 * width), own + 1)
            bell = [_density(_LOGS[c], log, width) * _LOG_SIZES[c] for c in range(first, last)]
            scale = weight / sum(bell)
            for cell, value in enumerate(bell, first):
                belief[cell] += scale * value
    return belief, jobs


def _weights(logs: Sequence[float]) -> Iterator[tuple[float, list[float]]]:
    """For kernels of each width, what every job counts; over all widths at most one."""
    ages = range(len(logs))
    memories = [[0.5 ** (age / half) for age in ages] for half in _MEMORIES]
    scores = [[*_scores(logs, width, memories)] for width in _WIDTHS]
    highest = max(map(max, scores))
    trusts = [[math.exp(score - highest) for score in row] for row in scores]
    whole = sum(map(sum, trusts))
    for width, trust in zip(_WIDTHS, trusts, strict=True):
        yield (
            width,
            [sum(map(mul, trust, weights)) / whole for weights in zip(*memories, strict=True)],
        )


def _scores(
    logs: Sequence[float], width: float, memories: Sequence[Sequence[float]]
) -> Iterator[float]:
    """How well, with each memory, every job is foretold from those before: a log-likelihood."""
    documented = [_DOCUMENTED_WEIGHT * _density(log, *_DOCUMENTED) for log in logs]
    before = [
        [_density(log, older, width) for older in logs[age:]] for age, log in enumerate(logs, 1)
    ]
    for memory in memories:
        weight = [*accumulate(memory, initial=_DOCUMENTED_WEIGHT)]
        yield sum(
            0.5 ** (age / _JUDGED)
            * math.log((documented[age] + sum(map(mul, memory, older))) / weight[len(older)])
            for age, older in enumerate(before)
        )


class _Plan:
    """When to ask for a job that goes on, so that it costs least.

    `mass` tells how probable its end is in every cell, in any unit; `price` is in seconds.
    """

    def __init__(self, mass: Sequence[float], price: float) -> None:
        ended = [0.0, *accumulate(mass)]
        total = ended[-1]
        # Before the first and behind the last of these edges hardly any job ends.
        self._start = start = bisect_right(ended, 0.001 * total) - 1
        self._end = end = max(bisect_left(ended, 0.99 * total), start + 1)
        # To ask at the edge j next, where the job is known to go on at the edge i, costs
        # cost[j] - edges[j] * ended[i], and what does not depend on j.
        self._cost = cost = [0.0] * len(_EDGES)
        self._next = [end] * len(_EDGES)
        cost[end] = _EDGES[end] * total
        best = soonest = end
        for edge in range(end - 1, start - 1, -1):
            while soonest > edge + 1 and _EDGES[soonest - 1] >= _EDGES[edge] + _APART:
                soonest -= 1
            before = ended[edge]
            lowest = cost[best] - _EDGES[best] * before
            # The best next edge never moves on while the edge before it moves back.
            for candidate in range(soonest, best):
                value = cost[candidate] - _EDGES[candidate] * before
                if value < lowest:
                    lowest, best = value, candidate
            self._next[edge] = best
            cost[edge] = _EDGES[edge] * before + price * (total - before) + lowest

    def next(self, earliest: float) -> float:
        """The best time of the next request that is not before `earliest`."""
        first = bisect_left(_EDGES, earliest)
        best = self._best(first)
        return earliest if best <= first else _EDGES[best]

    def edges(self) -> Iterator[int]:
        """Where the job is asked for, should it go on that long."""
        edge = self._best(0)
        while edge < self._end:
            yield edge
            edge = self._next[edge]
        yield edge

    def _best(self, first: int) -> int:
        """The edge to ask at next, not before `first` and not behind the end."""
        edges = range(max(first, self._start), self._end + 1)
        return min(edges, key=self._cost.__getitem__, default=self._end)


def _price(mass: Sequence[float], jobs: Sequence[float], asked: int) -> float:
    """The price at which no more requests are made than by the SDK; `asked` have been made.

    `mass` is for the plan. The requests are counted over `jobs`: how many end in each cell.
    """
    total = sum(jobs)
    going_on = [1 - ended / total for ended in accumulate(jobs, initial=0.0)]
    budget = _BUDGET * sum(going_on[_cell(time)] for time in _SDK) - asked
    low, high = map(math.log, _PRICES)
    for _ in range(7):
        middle = (low + high) / 2
        if sum(going_on[edge] for edge in _Plan(mass, math.exp(middle)).edges()) > budget:
            low = middle
        else:
            high = middle
    return math.exp(high)


def _density(value: float, mean: float, deviation: float) -> float:
    """Of the normal distribution."""
    away = (value - mean) / deviation
    return math.exp(-away * away / 2) / (deviation * math.sqrt(2 * math.pi))


def _cell(time: float) -> int:
    """Where `time` lies in the grid, or the last cell."""
    return min(bisect_right(_EDGES, time), _CELLS) - 1


def _after(mass: Sequence[float], time: float) -> list[float]:
    """What is left of `mass` when the job goes on at `time`."""
    if time >= _EDGES[-1]:
        return [0.0] * _CELLS
    cell = _cell(time)
    left = (_EDGES[cell + 1] - time) / (_EDGES[cell + 1] - _EDGES[cell])
    return [*([0.0] * cell), mass[cell] * left, *mass[cell + 1 :]]
