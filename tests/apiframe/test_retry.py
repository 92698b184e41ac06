"""What is repeated, when, and for how long: on a clock of its own, without a real wait."""

from __future__ import annotations

import asyncio
from random import Random

import pytest

from fluxfill_studio.apiframe.retry import Retry, may_pass
from fluxfill_studio.core.errors import (
    AnswerTooLarge,
    BadAnswer,
    CertificateRejected,
    GarbledAnswer,
    JobCancelled,
    JobFailed,
    JobFlagged,
    JobTookTooLong,
    KeyMissing,
    KeyRejected,
    NoConnection,
    NotEnoughCredits,
    ProxyRefused,
    Redirected,
    RequestRejected,
    ResultGone,
    SaveError,
    ServiceChanged,
    ServiceError,
    ServiceFault,
    SubmissionUncertain,
    TooManyRequests,
    Unreachable,
)

pytestmark = pytest.mark.anyio

PASSING = [
    Unreachable(host="h", reason="r"),
    NoConnection(host="h", reason="r"),
    TooManyRequests(reason="r", status=429),
    GarbledAnswer(reason="r", status=200),
    *(ServiceFault(reason="r", status=status) for status in (408, 500, 502, 503, 504, 599)),
    *(Redirected(target="t", status=status) for status in (302, 303, 307)),
]
LASTING = [
    ServiceError(reason="r"),
    ServiceFault(reason="r", status=501),
    Redirected(target="t", status=301),
    Redirected(target="t", status=308),
    CertificateRejected(host="h", reason="r"),
    ProxyRefused(reason="r"),
    KeyMissing(),
    KeyRejected(reason="r", status=401),
    NotEnoughCredits(required=9, available=0, status=402),
    *(RequestRejected(reason="r", status=status) for status in (400, 404, 409, 413, 422)),
    BadAnswer(reason="r"),
    AnswerTooLarge(limit=1),
    ResultGone(status=403),
    SubmissionUncertain(),
    ServiceChanged(address="https://h"),
    JobFailed(reason="r"),
    JobFlagged(reason="r"),
    JobCancelled(),
    JobTookTooLong(minutes=1),
]
FAULT = ServiceFault(reason="r", status=503)
OFFLINE = NoConnection(host="h", reason="r")


class Clock:
    """Moves only when something takes time; `drowsy` makes every wait that much longer."""

    def __init__(self) -> None:
        self.now = 1000.0
        self.waits: list[float] = []
        self.drowsy = 0.0

    def __call__(self) -> float:
        return self.now

    async def sleep(self, seconds: float) -> None:
        self.waits.append(seconds)
        self.now += seconds + self.drowsy


class Call:
    """Fails with each of its errors in turn, each time after `takes` seconds, then succeeds."""

    def __init__(self, clock: Clock, *errors: Exception, takes: float = 0.0) -> None:
        self.errors = list(errors)
        self.count = 0
        self.told: list[ServiceError | None] = []
        self._clock = clock
        self._takes = takes

    async def __call__(self) -> str:
        self.count += 1
        self._clock.now += self._takes
        if self.errors:
            raise self.errors.pop(0)
        return "done"


@pytest.fixture
def clock() -> Clock:
    return Clock()


def policy(clock: Clock, **options: float) -> Retry:
    return Retry(sleep=clock.sleep, clock=clock, random=Random(5), **options)


def all_kinds(root: type[ServiceError] = ServiceError) -> set[type[ServiceError]]:
    return {root, *(kind for sub in root.__subclasses__() for kind in all_kinds(sub))}


def test_every_kind_of_error_is_decided_on() -> None:
    assert {type(error) for error in PASSING + LASTING} == all_kinds()
    assert all(may_pass(error) for error in PASSING)
    assert not any(may_pass(error) for error in LASTING)


@pytest.mark.parametrize(
    "error", PASSING, ids=lambda error: f"{type(error).__name__} {error.status}"
)
async def test_what_may_pass_is_repeated_and_told(clock: Clock, error: ServiceError) -> None:
    call = Call(clock, error, error)
    assert await policy(clock).call(call, call.told.append) == "done"
    assert call.count == 3
    assert call.told == [error, error, None]


@pytest.mark.parametrize("error", [*LASTING, SaveError(name="n", reason="r"), KeyError("a bug")])
async def test_what_lasts_is_raised_at_once(clock: Clock, error: Exception) -> None:
    call = Call(clock, error)
    with pytest.raises(type(error)):
        await policy(clock).call(call, call.told.append)
    assert (call.count, call.told, clock.waits) == (1, [], [])


async def test_what_lasts_ends_the_repetition(clock: Clock) -> None:
    call = Call(clock, FAULT, KeyRejected(reason="r", status=401))
    with pytest.raises(KeyRejected):
        await policy(clock).call(call, call.told.append)
    assert call.told == [FAULT]


async def test_no_trouble_is_no_news(clock: Clock) -> None:
    call = Call(clock)
    assert await policy(clock).call(call, call.told.append) == "done"
    assert (call.told, clock.waits) == ([], [])


async def test_waits_are_drawn_from_the_whole_of_a_growing_range(clock: Clock) -> None:
    retry = policy(clock, first=1, longest=20, least=1)
    series = []
    for _ in range(400):
        call = Call(clock, *[FAULT] * 7)
        await retry.call(call, call.told.append)
        series.append(clock.waits)
        clock.waits = []
    for waits, ceiling in zip(zip(*series, strict=True), [1, 2, 4, 8, 16, 20, 20], strict=True):
        assert 1 <= min(waits) < 1 + 0.02 * ceiling
        assert 1 + 0.98 * ceiling < max(waits) <= 1 + ceiling
        assert sum(waits) / len(waits) == pytest.approx(1 + ceiling / 2, rel=0.1)


async def test_the_service_is_waited_for_as_long_as_it_asks(clock: Clock) -> None:
    busy = TooManyRequests(reason="r", status=429, retry_after=37.0)
    closed = ServiceFault(reason="r", status=503, retry_after=120.0)
    call = Call(clock, busy, closed)
    await policy(clock).call(call, call.told.append)
    assert clock.waits == [37.0, 120.0]


async def test_a_wait_of_nothing_is_no_leave_to_hurry(clock: Clock) -> None:
    call = Call(clock, *[TooManyRequests(reason="r", status=429, retry_after=0.0)] * 3)
    await policy(clock).call(call, call.told.append)
    assert min(clock.waits) >= 1


async def test_the_budget_holds_for_attempts_and_waits_together(clock: Clock) -> None:
    call = Call(clock, *[FAULT] * 1000, takes=30)
    with pytest.raises(ServiceFault):
        await policy(clock, budget=300).call(call, call.told.append)
    assert sum(clock.waits) + 30 * call.count <= 300 + 30
    assert sum(clock.waits) + 30 * call.count > 300 - 30 - 21
    assert len(clock.waits) == len(call.told) == call.count - 1


async def test_what_the_service_asks_for_is_never_cut_short(clock: Clock) -> None:
    call = Call(clock, TooManyRequests(reason="r", status=429, retry_after=301.0))
    with pytest.raises(TooManyRequests):
        await policy(clock, budget=300).call(call, call.told.append)
    assert (clock.waits, call.told) == ([], [])


async def test_every_call_has_the_whole_budget(clock: Clock) -> None:
    retry = policy(clock, budget=60)
    for _ in range(5):
        call = Call(clock, FAULT, takes=40)
        assert await retry.call(call, call.told.append) == "done"


async def test_no_connection_at_all_is_waited_out(clock: Clock) -> None:
    """For days, without a wait that grows beyond the longest, and without a float's end."""
    call = Call(clock, FAULT, *[OFFLINE] * 20_000, FAULT, takes=10)
    assert await policy(clock, budget=60).call(call, call.told.append) == "done"
    assert clock.now > 2 * 24 * 3600
    assert max(clock.waits) <= 21
    assert call.told[-1] is None


async def test_a_night_asleep_in_a_wait_costs_no_budget(clock: Clock) -> None:
    clock.drowsy = 8 * 3600
    call = Call(clock, *[FAULT] * 8)
    assert await policy(clock, budget=300).call(call, call.told.append) == "done"


async def test_a_night_asleep_in_an_attempt_costs_one_long_attempt(clock: Clock) -> None:
    call = Call(clock, FAULT, takes=8 * 3600)
    assert await policy(clock).call(call, call.told.append) == "done"


async def test_a_stop_ends_the_wait(clock: Clock) -> None:
    waiting = asyncio.Event()

    async def sleep(_: float) -> None:
        waiting.set()
        await asyncio.Event().wait()

    call = Call(clock, FAULT)
    retrying = asyncio.create_task(Retry(sleep=sleep).call(call, call.told.append))
    await waiting.wait()
    retrying.cancel()
    with pytest.raises(asyncio.CancelledError):
        await retrying
    assert call.count == 1


async def test_calls_do_not_share_their_waits(clock: Clock) -> None:
    """Two calls of one policy that fail together come back at different times."""
    retry = policy(clock)
    firsts = []
    for _ in range(2):
        call = Call(clock, FAULT)
        await retry.call(call, call.told.append)
        firsts.append(clock.waits.pop())
    assert firsts[0] != firsts[1]
