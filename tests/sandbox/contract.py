"""The published JSON Schema of the service, to hold bodies against."""

from __future__ import annotations

import json
from datetime import datetime
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

from jsonschema import Draft202012Validator, FormatChecker

_SCHEMA = json.loads(
    (Path(__file__).parents[1] / "contract" / "apiframe-v2.schema.json").read_text("utf-8")
)
_FORMATS = FormatChecker(formats=["uuid"])


@_FORMATS.checks("date-time", raises=ValueError)
def _is_moment(value: object) -> bool:
    return not isinstance(value, str) or datetime.fromisoformat(value).tzinfo is not None


@_FORMATS.checks("uri", raises=ValueError)
def _is_address(value: object) -> bool:
    if not isinstance(value, str):
        return True
    parts = urlsplit(value)
    return parts.scheme in ("http", "https") and bool(parts.hostname) and " " not in value


def validator(*names: str) -> Draft202012Validator:
    """Holds a body against one of the definitions of these names."""
    choice = {"anyOf": [{"$ref": f"#/$defs/{name}"} for name in names], "$defs": _SCHEMA["$defs"]}
    return Draft202012Validator(choice, format_checker=_FORMATS)


def conforming(name: str, body: Any) -> Any:
    """`body`, if it is what the contract calls `name`."""
    validator(name).validate(body)
    return body
