"""The API key as a value that does not show itself, and the places it can come from."""

from __future__ import annotations

from dataclasses import dataclass, field
from enum import Enum


class KeyPlace(Enum):
    """Where a key comes from, and where it is kept."""

    ENVIRONMENT = "environment"
    KEY_STORE = "key-store"
    FILE = "file"
    SESSION = "session"


@dataclass(frozen=True)
class ApiKey:
    """A key and its place; what is logged or shown of it is the place alone."""

    text: str = field(repr=False)
    place: KeyPlace
