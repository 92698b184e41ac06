"""When a call that failed is made once more, and when not.

Every call of the client is idempotent: it reads, or lays a file down that costs nothing, or submits
an edit under a key of which the service makes one job. So all of them may be repeated, and what
decides is whether the fault may pass by itself.
"""

from __future__ import annotations

import asyncio
import time
from collections.abc import Awaitable, Callable
from random import Random
from typing import Final, TypeVar

from fluxfill_studio.core.errors import (
    GarbledAnswer,
    NoConnection,
    Redirected,
    ServiceError,
    ServiceFault,
    TooManyRequests,
    Unreachable,
)

T = TypeVar("T")

# What took longer than an exchange under way ever should was a computer that slept in it.
_LONGEST_ATTEMPT: Final = 150.0


def may_pass(error: ServiceError) -> bool:
    """Whether the same call, made once more, may succeed without anyone doing anything.

    A redirect that calls itself temporary (a page that says that the service is being looked
    after) may; the call goes to its own address again (RFC 9110, 15.4.3). So may every fault of a
    server but 501, by which it says that it does not know the call. All others say something about
    the request, the key, the account, the result or this computer, and will say it again.
    """
    match error:
        case Unreachable() | TooManyRequests() | GarbledAnswer():
            return True
        case ServiceFault():
            return error.status != 501
        case Redirected():
            return error.status in (302, 303, 307)
        case _:
            return False


class Retry:
    """Repeats calls whose faults may pass, at growing intervals and within a budget. No state.

    Before the n-th repetition it waits `least` seconds, so that no job is asked for more than once
    a second, and a random time between 0 and min(`longest`, `first` · 2ⁿ⁻¹): "full jitter" in
    Marc Brooker, Exponential Backoff And Jitter, AWS Architecture Blog, 2015. Where the service
    says with `Retry-After` how long to wait, it waits exactly so long.

    `budget` is how many seconds of trouble a call may have in all: the time its failed attempts
    took and the waits after them. Where nothing can be sent at all (NoConnection) the trouble is
    not the service's; that counts for nothing and is waited out. Only the monotonic `clock` is
    asked, so a clock that is set does no harm. Whether it runs while the computer sleeps differs
    between systems; so waits count as what was asked for, and an attempt as two and a half minutes
    at most, and a night's sleep does not use up a budget.
    """

    def __init__(
        self,
        *,
        first: float = 1.0,
        longest: float = 20.0,
        least: float = 1.0,
        budget: float = 600.0,
        sleep: Callable[[float], Awaitable[object]] = asyncio.sleep,
        clock: Callable[[], float] = time.monotonic,
        random: Random | None = None,
    ) -> None:
        self._first = first
        self._longest = longest
        self._least = least
        self._budget = budget
        self._sleep = sleep
        self._clock = clock
        self._random = random or Random()

    async def call(
        self,
        attempt: Callable[[], Awaitable[T]],
        troubled: Callable[[ServiceError | None], object],
    ) -> T:
        """What `attempt` returns, which is called until it succeeds.

        `troubled` is told every error before the wait that follows it, and None when it is over.
        Raises the last error when it will not pass, when the budget is used up, or when the wait
        that the service asks for would use it up.
        """
        left, ceiling = self._budget, self._first
        trouble: ServiceError | None = None
        while True:
            began = self._clock()
            try:
                result = await attempt()
            except ServiceError as error:
                if not may_pass(error):
                    raise
                # Retry-After 0, or a date that has passed, gives no hint.
                wait = error.retry_after or self._least + self._random.uniform(0, ceiling)
                if not isinstance(error, NoConnection):
                    left -= min(self._clock() - began, _LONGEST_ATTEMPT) + wait
                    if left < 0:
                        raise
                trouble = error
            else:
                if trouble is not None:
                    troubled(None)
                return result
            troubled(trouble)
            ceiling = min(2 * ceiling, self._longest)
            await self._sleep(wait)
