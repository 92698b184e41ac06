"""What a run is told: the parameters of the schema, as the user has set them."""

from __future__ import annotations

import random

from PySide6.QtCore import QObject, Signal

from fluxfill_studio.core.request import Mode
from fluxfill_studio.core.schema import Control, ParameterSchema, Value

# The dice: what fits every seed field that has been seen.
_SEED_LIMIT = 2**31 - 1


class Parameters(QObject):
    """The values the user set, by the schema's names; nothing outside its ranges gets in."""

    changed = Signal(str)
    """The name of the parameter whose value is another now."""

    def __init__(self, schema: ParameterSchema, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self.schema = schema
        self._values: dict[str, Value] = {}

    def __getitem__(self, name: str) -> Value | None:
        """The value as set or by default; None where there is neither."""
        return self._values.get(name, self.schema[name].default)

    @property
    def values(self) -> dict[str, Value]:
        """What was set, without defaults."""
        return dict(self._values)

    def set(self, name: str, value: Value | None) -> None:
        """Set a value, or take it back to its default with None. Raises ParameterError."""
        before = self[name]
        parameter = self.schema[name]
        if value is None or value == parameter.default:
            self._values.pop(name, None)
        elif parameter.control is Control.PROMPT:
            # A prompt that is being written may be empty for a while; the run checks it.
            self._values[name] = value
        else:
            self._values[name] = parameter.check(value)
        if self[name] != before:
            self.changed.emit(name)

    def is_changed(self, name: str) -> bool:
        """Whether the value is not the default."""
        return name in self._values

    def roll(self, name: str) -> None:
        """Set an integer by the dice, within its range."""
        parameter = self.schema[name]
        low = 0 if parameter.minimum is None else int(parameter.minimum)
        high = _SEED_LIMIT if parameter.maximum is None else int(parameter.maximum)
        self.set(name, random.randint(low, high))

    @property
    def mode(self) -> Mode:
        return Mode(self["mode"])
