"""The model's parameters: kinds, ranges, defaults, texts and validation, from one data file.

The file is `resources/schema/flux-fill-pro.json`. Its facts are those of the Apiframe contract
for `POST /v2/images/edit` with `model: "flux-fill-pro"`. Nothing else in the program knows a
range or a default by heart.
"""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import Enum
from fractions import Fraction
from types import MappingProxyType
from typing import Any
from urllib.parse import urlsplit

from fluxfill_studio.core.errors import ParameterError, TextMissing
from fluxfill_studio.core.texts import QT_TRANSLATE_NOOP

Value = str | int | float | bool


class Kind(Enum):
    """What a parameter's value is."""

    URL = "url"
    TEXT = "text"
    CHOICE = "choice"
    BOOLEAN = "boolean"
    INTEGER = "integer"
    NUMBER = "number"


class Control(Enum):
    """Which part of the window sets a parameter."""

    SOURCE = "source"
    MASK = "mask"
    MODE = "mode"
    PROMPT = "prompt"
    COMPASS = "compass"
    SEGMENTS = "segments"
    SLIDER = "slider"
    SWITCH = "switch"
    SEED = "seed"


_DEFAULT_CONTROL = {
    Kind.TEXT: Control.PROMPT,
    Kind.CHOICE: Control.SEGMENTS,
    Kind.BOOLEAN: Control.SWITCH,
    Kind.INTEGER: Control.SLIDER,
    Kind.NUMBER: Control.SLIDER,
}


@dataclass(frozen=True)
class Choice:
    """One allowed value of an enumeration, and its name for the user."""

    value: str
    label: str


@dataclass(frozen=True)
class Parameter:
    """One parameter of the model. `minimum`, `maximum` are inclusive; lengths are characters.

    `mode` names the only mode in which the parameter is sent, or is None for every mode.
    `always_sent` parameters go out even when they stand at their default.
    """

    name: str
    kind: Kind
    control: Control
    label: str
    help: str
    default: Value | None = None
    required: bool = False
    always_sent: bool = False
    mode: str | None = None
    minimum: float | None = None
    maximum: float | None = None
    step: float | None = None
    min_length: int = 0
    max_length: int | None = None
    choices: tuple[Choice, ...] = ()
    examples: tuple[str, ...] = ()
    value_labels: Mapping[str, str] = field(default_factory=dict)

    @property
    def decimals(self) -> int:
        """How many decimal places a value on the step's grid needs."""
        if self.kind is not Kind.NUMBER or not self.step:
            return 0
        return len(f"{self.step:.9f}".rstrip("0").partition(".")[2])

    def check(self, value: object) -> Value:
        """Return `value` if the schema allows it; raise ParameterError otherwise."""
        match self.kind:
            case Kind.TEXT:
                return self._check_text(value)
            case Kind.URL:
                return self._check_url(value)
            case Kind.CHOICE:
                if isinstance(value, str) and any(value == c.value for c in self.choices):
                    return value
                raise self._error(_NOT_A_CHOICE, choices=", ".join(c.value for c in self.choices))
            case Kind.BOOLEAN:
                if isinstance(value, bool):
                    return value
                raise self._error(_NOT_A_BOOLEAN)
            case Kind.INTEGER | Kind.NUMBER:
                return self._check_number(value)

    def parse(self, text: str) -> Value:
        """Read a value as a person types it; it must also lie on the step's grid."""
        if self.kind is Kind.BOOLEAN:
            words = {"true": True, "yes": True, "1": True, "false": False, "no": False, "0": False}
            return self.check(words.get(text.strip().lower(), text))
        if self.kind not in (Kind.INTEGER, Kind.NUMBER):
            return self.check(text)
        try:
            number = int(text) if self.kind is Kind.INTEGER else float(text)
        except ValueError:
            raise self._error(_NOT_A_NUMBER) from None
        value = self.check(number)
        if abs(self.snap(number) - number) > 1e-9:
            raise self._error(_OFF_STEP, step=f"{self.step:g}")
        return value

    def snap(self, number: float) -> int | float:
        """The allowed value nearest to `number`: on the step's grid and inside the range."""
        if self.step:
            origin = self.minimum or 0
            # By a fraction: a seed may have more digits than a float holds.
            number = origin + round((number - origin) / Fraction(self.step)) * self.step
        if self.minimum is not None:
            number = max(number, self.minimum)
        if self.maximum is not None:
            number = min(number, self.maximum)
        return round(number) if self.kind is Kind.INTEGER else round(number, self.decimals)

    def _check_text(self, value: object) -> str:
        if not isinstance(value, str):
            raise self._error(_NOT_A_TEXT)
        if len(value) < self.min_length:
            raise self.missing()
        if self.max_length is not None and len(value) > self.max_length:
            raise self._error(_TOO_LONG, limit=self.max_length, length=len(value))
        return value

    def _check_url(self, value: object) -> str:
        try:
            if isinstance(value, str) and urlsplit(value).scheme in ("http", "https"):
                return value
        except ValueError as error:
            raise self._error(_NOT_A_URL) from error
        raise self._error(_NOT_A_URL)

    def _check_number(self, value: object) -> int | float:
        if isinstance(value, bool) or not isinstance(value, int | float):
            raise self._error(_NOT_A_NUMBER)
        if isinstance(value, float) and not math.isfinite(value):
            raise self._error(_NOT_A_NUMBER)
        if self.kind is Kind.INTEGER and value != int(value):
            raise self._error(_NOT_WHOLE)
        below = self.minimum is not None and value < self.minimum
        above = self.maximum is not None and value > self.maximum
        if below or above:
            raise self._error(_OUT_OF_RANGE, minimum=self.minimum, maximum=self.maximum)
        return int(value) if self.kind is Kind.INTEGER else value

    def missing(self) -> ParameterError:
        """The error for a value that is needed and not there."""
        if self.kind is Kind.TEXT:
            return TextMissing(name=self.name, label=self.label, reason=_MISSING)
        return self._error(_MISSING)

    def _error(self, reason: str, **values: object) -> ParameterError:
        return ParameterError(name=self.name, reason=reason.format(**values))


_MISSING = QT_TRANSLATE_NOOP("schema", "a value is needed")
_NOT_A_TEXT = QT_TRANSLATE_NOOP("schema", "must be a text")
_NOT_A_URL = QT_TRANSLATE_NOOP("schema", "must be an http or https address")
_NOT_A_BOOLEAN = QT_TRANSLATE_NOOP("schema", "must be true or false")
_NOT_A_NUMBER = QT_TRANSLATE_NOOP("schema", "must be a number")
_NOT_WHOLE = QT_TRANSLATE_NOOP("schema", "must be a whole number")
_NOT_A_CHOICE = QT_TRANSLATE_NOOP("schema", "must be one of: {choices}")
_OUT_OF_RANGE = QT_TRANSLATE_NOOP("schema", "must lie between {minimum} and {maximum}")
_OFF_STEP = QT_TRANSLATE_NOOP("schema", "must be a multiple of {step}")
_TOO_LONG = QT_TRANSLATE_NOOP("schema", "is {length} characters long, {limit} are allowed")
_UNKNOWN = QT_TRANSLATE_NOOP("schema", "the model has no such parameter")


@dataclass(frozen=True)
class ParameterSchema:
    """All parameters of one model, in the order in which they are shown.

    `params_key` is the key under which the parameters stand in a request body;
    `credits_per_run` and `typical_seconds` (of one run) are the documented figures.
    """

    model: str
    label: str
    params_key: str
    credits_per_run: int
    typical_seconds: float
    parameters: tuple[Parameter, ...]

    @classmethod
    def from_data(cls, data: Mapping[str, Any]) -> ParameterSchema:
        """Build from the parsed data file. Raises KeyError or ValueError for a broken file."""
        return cls(
            model=data["model"],
            label=data["label"],
            params_key=data["params_key"],
            credits_per_run=data["credits_per_run"],
            typical_seconds=data["typical_seconds"],
            parameters=tuple(_parameter(entry) for entry in data["parameters"]),
        )

    def __getitem__(self, name: str) -> Parameter:
        for parameter in self.parameters:
            if parameter.name == name:
                return parameter
        raise KeyError(name)

    def with_control(self, control: Control) -> Parameter:
        """The parameter that `control` sets. Raises KeyError where there is none."""
        for parameter in self.parameters:
            if parameter.control is control:
                return parameter
        raise KeyError(control)

    @property
    def defaults(self) -> dict[str, Value]:
        """Every parameter that has a default, with it."""
        return {p.name: p.default for p in self.parameters if p.default is not None}

    def check(self, values: Mapping[str, object]) -> dict[str, Value]:
        """Validate a whole set of values for the mode they name; defaults are not filled in.

        Parameters of another mode are checked but not required. Raises ParameterError for the
        first unknown name, missing value or value that is not allowed.
        """
        for name in values:
            if not any(name == p.name for p in self.parameters):
                raise ParameterError(name=name, reason=_UNKNOWN)
        mode = values.get("mode", self["mode"].default)
        checked = {}
        for parameter in self.parameters:
            if parameter.name in values:
                checked[parameter.name] = parameter.check(values[parameter.name])
            elif parameter.required and parameter.mode in (None, mode):
                raise parameter.missing()
        return checked


def _parameter(entry: Mapping[str, Any]) -> Parameter:
    facts = dict(entry)
    kind = Kind(facts.pop("kind"))
    control = Control(facts.pop("control")) if "control" in facts else _DEFAULT_CONTROL[kind]
    choices = tuple(Choice(**choice) for choice in facts.pop("choices", ()))
    examples = tuple(facts.pop("examples", ()))
    labels = MappingProxyType(dict(facts.pop("value_labels", {})))
    parameter = Parameter(
        kind=kind,
        control=control,
        choices=choices,
        examples=examples,
        value_labels=labels,
        **facts,
    )
    if parameter.default is not None:
        parameter.check(parameter.default)
    return parameter
