"""Points, sizes and rectangles as frozen values; y grows downwards."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from functools import reduce


@dataclass(frozen=True, slots=True)
class Point:
    """A position in continuous coordinates; pixel (0, 0) covers [0, 1) × [0, 1)."""

    x: float
    y: float

    def __add__(self, other: Point) -> Point:
        return Point(self.x + other.x, self.y + other.y)

    def __sub__(self, other: Point) -> Point:
        return Point(self.x - other.x, self.y - other.y)

    def __mul__(self, factor: float) -> Point:
        return Point(self.x * factor, self.y * factor)


@dataclass(frozen=True, slots=True)
class Size:
    """A width and height in whole pixels."""

    width: int
    height: int

    @property
    def area(self) -> int:
        return self.width * self.height

    @property
    def long_side(self) -> int:
        return max(self.width, self.height)

    @property
    def shape(self) -> tuple[int, int]:
        """The numpy shape of a single-channel picture of this size."""
        return (self.height, self.width)


@dataclass(frozen=True, slots=True)
class Rect:
    """A rectangle of whole pixels: [x, right) × [y, bottom). Empty when a side is not positive."""

    x: int
    y: int
    width: int
    height: int

    @classmethod
    def from_bounds(cls, left: int, top: int, right: int, bottom: int) -> Rect:
        return cls(left, top, right - left, bottom - top)

    @classmethod
    def of(cls, size: Size) -> Rect:
        """The rectangle that a picture of `size` covers."""
        return cls(0, 0, size.width, size.height)

    @property
    def right(self) -> int:
        return self.x + self.width

    @property
    def bottom(self) -> int:
        return self.y + self.height

    @property
    def size(self) -> Size:
        return Size(self.width, self.height)

    @property
    def area(self) -> int:
        return self.width * self.height

    @property
    def is_empty(self) -> bool:
        return self.width <= 0 or self.height <= 0

    @property
    def slices(self) -> tuple[slice, slice]:
        """The numpy index of this rectangle in a picture. The rectangle must lie inside it."""
        return (slice(self.y, self.bottom), slice(self.x, self.right))

    def intersected(self, other: Rect) -> Rect:
        """What both cover; EMPTY when that is nothing."""
        left, top = max(self.x, other.x), max(self.y, other.y)
        width = min(self.x + self.width, other.x + other.width) - left
        height = min(self.y + self.height, other.y + other.height) - top
        return Rect(left, top, width, height) if width > 0 and height > 0 else EMPTY

    def united(self, other: Rect) -> Rect:
        """The smallest rectangle that covers both."""
        if self.is_empty:
            return other
        if other.is_empty:
            return self
        return Rect.from_bounds(
            min(self.x, other.x),
            min(self.y, other.y),
            max(self.right, other.right),
            max(self.bottom, other.bottom),
        )

    def grown(self, by: int) -> Rect:
        """With so many pixels more on every side; EMPTY stays empty."""
        if self.is_empty:
            return self
        return Rect(self.x - by, self.y - by, self.width + 2 * by, self.height + 2 * by)

    def scaled(self, factor: int) -> Rect:
        return Rect(self.x * factor, self.y * factor, self.width * factor, self.height * factor)

    def moved(self, dx: int, dy: int) -> Rect:
        return Rect(self.x + dx, self.y + dy, self.width, self.height)


EMPTY = Rect(0, 0, 0, 0)


def united(rects: Iterable[Rect]) -> Rect:
    """The smallest rectangle that covers all of `rects`; EMPTY for none."""
    return reduce(Rect.united, rects, EMPTY)
