"""Pictures in bands of rows, which several threads make ready for a file."""

from __future__ import annotations

import os
from collections import deque
from collections.abc import Callable, Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from typing import Final, TypeVar

import numpy as np

from fluxfill_studio.core.picture.samples import Samples, Values

# In bytes: small enough for the cache, large enough to be worth a thread's while.
_BAND: Final = 2**20

T = TypeVar("T")


def rows_in_band(row_bytes: int) -> int:
    """How many rows of so many bytes are worked on at a time."""
    return max(1, _BAND // row_bytes)


def band(samples: Samples, top: int, bottom: int) -> Values:
    """Rows `top` to `bottom`, shape (rows, width, channels); alpha, if any, is the last channel."""
    values = samples.values[top:bottom]
    if samples.alpha is None:
        return values
    return np.dstack([values, samples.alpha[top:bottom]])


def side_by_side(make: Callable[[int, int], T], height: int, rows: int) -> Iterator[T]:
    """What `make` returns for the top and bottom of each band of `rows`, in order.

    `make` is called in several threads, no further ahead than keeps all of them at work.
    """
    workers = os.cpu_count() or 1
    with ThreadPoolExecutor(workers) as pool:
        made: deque[Future[T]] = deque()
        tops = deque(range(0, height, rows))
        while tops or made:
            while tops and len(made) <= 2 * workers:
                top = tops.popleft()
                made.append(pool.submit(make, top, min(top + rows, height)))
            yield made.popleft().result()
