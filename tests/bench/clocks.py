"""Clocks, quantiles, and how long the memory itself takes: the limit of every number."""

from __future__ import annotations

import time
from collections.abc import Callable, Sequence
from typing import Final

import numpy as np

from fluxfill_studio.core.geometry import Rect, Size

# The fastest of several is the memory's; the others were disturbed.
_COPIES: Final = 9
Clock = Callable[[], float]


def seconds(action: Callable[[], object], clock: Clock = time.perf_counter) -> float:
    """How long `action` takes by `clock`: by the wall, or `time.process_time` for all threads."""
    started = clock()
    action()
    return clock() - started


def quantile(values: Sequence[float], share: float) -> float:
    """The value below which `share` (0 to 1) of `values` lie; of a few, the larger neighbour."""
    ordered = sorted(values)
    return ordered[min(len(ordered) - 1, int(share * len(ordered)))]


def copy_of(byte_count: int) -> float:
    """CPU seconds to copy so many consecutive bytes."""
    return _copying(Size(byte_count, 1), Rect(0, 0, byte_count, 1))


def copy_of_rects(parts: Sequence[tuple[Size, Rect]]) -> float:
    """CPU seconds to copy rectangles of bytes, each out of a plane of its own size."""
    return sum(_copying(size, rect) for size, rect in parts)


def _copying(size: Size, rect: Rect) -> float:
    rect = rect.intersected(Rect.of(size))
    source, target = (np.zeros(size.shape, np.uint8) for _ in range(2))
    part, place = source[rect.slices], target[rect.slices]
    # Untouched zeros are one page of the system's; written to, they are memory like any other.
    part[:] = 1
    return min(seconds(lambda: np.copyto(place, part), time.process_time) for _ in range(_COPIES))
