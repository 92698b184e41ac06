"""What requests must look like: as strict as the published JSON Schema, and driven by our own.

The kinds, ranges and choices of the parameters come from the ParameterSchema; what the contract
says about the body around them stands here.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from uuid import UUID

from fluxfill_studio.core.errors import ParameterError
from fluxfill_studio.core.schema import Control, Kind, Parameter, ParameterSchema, Value
from fluxfill_studio.sandbox.refusal import Invalid
from fluxfill_studio.sandbox.store import JobQuery, Status

_Check = Callable[[object], str | None]
"""Says what is wrong with a value, or None."""

_HOST = r"[A-Za-z0-9._~-]+"
_REST = r"(?:[A-Za-z0-9._~:/?\[\]@!$&'()*+,;=-]|%[0-9A-Fa-f]{2})*"
# RFC 3986, the part of it that a server can fetch: http or https, a host, and what follows.
_ADDRESS = re.compile(
    rf"https?://{_HOST}(?::[0-9]+)?(?:[/?]{_REST})?(?:#{_REST})?", re.IGNORECASE | re.ASCII
)
_EVENTS = ("progress", "completed", "failed")
_LONGEST_KEY = 255
_MOST_JOBS = 100


def edit_parameters(body: object, schema: ParameterSchema) -> dict[str, Value]:
    """The parameters of an edit request in either of its two forms.

    The sources of the contract disagree on the form: with a top-level `prompt` and `webhook_url`,
    or without and with `webhookUrl` and `webhookEvents`. Webhooks are checked and never called.
    Raises Invalid with everything that is wrong.
    """
    if not isinstance(body, dict):
        raise Invalid("The body must be a JSON object")
    checks: dict[str, _Check] = {
        "model": lambda value: None if value == schema.model else f"must be {schema.model}",
        schema.params_key: lambda value: None if isinstance(value, dict) else "must be an object",
    }
    required = set(checks)
    if "prompt" in body or "webhook_url" in body:
        checks |= {"prompt": _text, "webhook_url": _address}
        required.add("prompt")
    else:
        checks |= {"webhookUrl": _address, "webhookEvents": _events}
    details = _problems(body, checks, required)
    params = body.get(schema.params_key)
    if isinstance(params, dict):
        inner = _problems(params, *_parameter_checks(params, schema))
        details |= {f"{schema.params_key}.{name}": texts for name, texts in inner.items()}
    if details or not isinstance(params, dict):
        raise Invalid("Validation failed", details)
    return schema.check(params)


def _parameter_checks(
    params: Mapping[str, object], schema: ParameterSchema
) -> tuple[dict[str, _Check], set[str]]:
    """A check for each parameter, and the names of those that must be there.

    Mode and direction have a default in the program; a request must state them.
    """
    stated = (Control.MODE, Control.COMPASS)
    mode = params.get(schema.with_control(Control.MODE).name)
    required = {
        p.name
        for p in schema.parameters
        if (p.required or p.control in stated) and p.mode in (None, mode)
    }
    return {p.name: _check_of(p) for p in schema.parameters}, required


def _check_of(parameter: Parameter) -> _Check:
    if parameter.kind is Kind.URL:
        return _address

    def check(value: object) -> str | None:
        try:
            parameter.check(value)
        except ParameterError as error:
            return str(error.values["reason"])
        return None

    return check


def _problems(
    given: Mapping[str, object], checks: Mapping[str, _Check], required: set[str]
) -> dict[str, list[str]]:
    """What is wrong with the fields of an object, by their names."""
    details = {name: ["is required"] for name in sorted(required - set(given))}
    for name, value in given.items():
        check = checks.get(name)
        problem = check(value) if check else "is not allowed here"
        if problem:
            details[name] = [problem]
    return details


def _text(value: object) -> str | None:
    return None if isinstance(value, str) and value else "must be a text"


def _address(value: object) -> str | None:
    good = isinstance(value, str) and _ADDRESS.fullmatch(value)
    return None if good else "must be an http or https address"


def _events(value: object) -> str | None:
    good = isinstance(value, list) and value and all(event in _EVENTS for event in value)
    return None if good else f"must be a list of: {', '.join(_EVENTS)}"


def idempotency_key(value: str | None) -> str | None:
    """The header's value. Raises Invalid where it is empty or longer than 255 characters."""
    if value is not None and not 1 <= len(value) <= _LONGEST_KEY:
        raise Invalid(f"Idempotency-Key must have 1 to {_LONGEST_KEY} characters")
    return value


def job_id(text: str) -> str:
    """An id in its one written form. Raises Invalid where it is no UUID."""
    try:
        written = str(UUID(text))
    except ValueError:
        written = ""
    if written != text.lower():
        raise Invalid("The job id must be a UUID")
    return written


def job_query(query: Mapping[str, str]) -> JobQuery:
    """From the query of the address; `scope` is taken and means nothing here. Raises Invalid."""
    details = {}
    states = [state.value for state in Status]
    status, limit = query.get("status"), query.get("limit", str(JobQuery.limit))
    if status is not None and status not in states:
        details["status"] = [f"must be one of: {', '.join(states)}"]
    if not (re.fullmatch(r"[0-9]{1,3}", limit) and 1 <= int(limit) <= _MOST_JOBS):
        details["limit"] = [f"must be a whole number from 1 to {_MOST_JOBS}"]
    if details:
        raise Invalid("Validation failed", details)
    search, cursor = query.get("search"), query.get("cursor")
    return JobQuery(
        status=None if status is None else Status(status),
        model=query.get("model"),
        search=None if search is None else job_id(search),
        cursor=None if cursor is None else job_id(cursor),
        limit=int(limit),
    )
