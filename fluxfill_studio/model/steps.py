"""Steps: the values that a setting has had, and can be taken back to."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Generic, TypeVar

T = TypeVar("T")


@dataclass
class Steps(Generic[T]):
    """What came before `now`, the latest first at the end, and what was taken back."""

    now: T
    past: list[T] = field(default_factory=list)
    future: list[T] = field(default_factory=list)

    def add(self, value: T) -> None:
        """Another step, unless it is none; what was taken back is out of reach then."""
        if value != self.now:
            self.past.append(self.now)
            self.future.clear()
            self.now = value

    def back(self) -> T:
        """The value before, which is the one now. Raises IndexError without one."""
        self.future.append(self.now)
        self.now = self.past.pop()
        return self.now

    def forth(self) -> T:
        """The value that was taken back last. Raises IndexError without one."""
        self.past.append(self.now)
        self.now = self.future.pop()
        return self.now
