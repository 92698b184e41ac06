"""The exit states of the process."""

from __future__ import annotations

from enum import IntEnum

from fluxfill_studio.core.errors import (
    FluxfillError,
    KeyMissing,
    KeyRejected,
    NotEnoughCredits,
    ParameterError,
)


class ExitStatus(IntEnum):
    """What the process tells its caller."""

    DONE = 0
    FAILED = 1
    USAGE = 2
    NO_KEY = 3
    NO_CREDITS = 4
    STOPPED = 130

    @classmethod
    def of(cls, error: FluxfillError) -> ExitStatus:
        match error:
            case ParameterError():
                return cls.USAGE
            case KeyMissing() | KeyRejected():
                return cls.NO_KEY
            case NotEnoughCredits():
                return cls.NO_CREDITS
            case _:
                return cls.FAILED
