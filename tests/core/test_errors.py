"""Every error can say what happened: its templates fit its values, and the tree is drawn whole."""

from __future__ import annotations

import inspect
import re
import string
from typing import Any

import pytest

from fluxfill_studio.core import errors
from fluxfill_studio.core.errors import (
    Charge,
    FluxfillError,
    ImageMissing,
    ServiceError,
    TooManyRequests,
    Unreachable,
)


def tree(root: type[FluxfillError]) -> list[type[FluxfillError]]:
    """A class and all that come from it."""
    return [root, *(each for branch in root.__subclasses__() for each in tree(branch))]


CLASSES = tree(FluxfillError)


def fields(template: str) -> set[str]:
    return {name for _, name, _, _ in string.Formatter().parse(template) if name}


def documented_values(error: type[FluxfillError]) -> set[str]:
    """The names after "Values:" in the docstring of the class, or of the nearest above it."""
    for cls in error.__mro__:
        match = re.search(r"Values: ([^.]+)\.", cls.__dict__.get("__doc__") or "")
        if match:
            listed = re.sub(r"\([^)]*\)|, and what the class names", "", match[1])
            return set(re.findall(r"\w+", listed))
    return {"reason"}


@pytest.mark.parametrize("error", CLASSES)
def test_the_templates_use_what_the_docstring_names(error: type[FluxfillError]) -> None:
    used = fields(error.text) | fields(error.advice)
    # An ImageUnreadable knows its name from the family, and its reason itself.
    assert used <= documented_values(error) | {"reason"}


@pytest.mark.parametrize("error", CLASSES)
def test_every_error_makes_sentences(error: type[FluxfillError]) -> None:
    values: dict[str, Any] = dict.fromkeys(fields(error.text) | fields(error.advice), "WORD")
    wait = {"retry_after": 2.0} if issubclass(error, TooManyRequests) else {}
    for charge in (None, *Charge):
        raised = error(charge=charge, **wait, **values)
        assert str(raised) == raised.message
        assert raised.message in raised.full_message
        assert raised.charge is charge
        assert not re.search(r"[{}]", raised.full_message)
        if charge is not None:
            assert charge.value in raised.full_message
        if error.advice:
            assert raised.full_message.endswith(error.advice.format(**values))
            assert error.advice.endswith(".")


def test_the_tree_in_the_docstring_is_the_tree() -> None:
    """Every class is drawn, two columns further in than the one it comes from."""
    drawing = inspect.cleandoc(errors.__doc__ or "").partition("::")[2].partition("Every class")[0]
    parents: dict[str, str] = {}
    open_branches: list[tuple[int, str]] = []
    for line in drawing.splitlines():
        match = re.match(r"([ │├└─]*)([A-Z].*)", line)
        if match is None:
            continue
        depth = len(match[1])
        while open_branches and open_branches[-1][0] >= depth:
            open_branches.pop()
        above = open_branches[-1][1] if open_branches else ""
        names = re.match(r"\w+( \(\w+\))?( · \w+( \(\w+\))?)*", match[2])
        assert names is not None
        for name in names[0].split(" · "):
            outer, _, inner = name.partition(" (")
            parents[outer] = above
            if inner:
                parents[inner.rstrip(")")] = outer
        open_branches.append((depth, re.split(r"\W", match[2])[0]))
    drawn = {name: above for name, above in parents.items() if name != "FluxfillError"}
    assert drawn == {cls.__name__: cls.__base__.__name__ for cls in CLASSES[1:] if cls.__base__}


def test_every_exception_of_the_module_is_in_the_tree() -> None:
    defined = {
        cls
        for _, cls in inspect.getmembers(errors, inspect.isclass)
        if issubclass(cls, BaseException)
    }
    assert defined == set(CLASSES)


def test_what_a_service_error_knows_beside_its_text() -> None:
    plain = ServiceError(reason="no")
    assert (plain.charge, plain.status, plain.request_id) == (Charge.NONE, None, None)
    error = Unreachable(host="h", reason="r", charge=Charge.PENDING, status=502, request_id="id")
    assert (error.charge, error.status, error.request_id) == (Charge.PENDING, 502, "id")
    assert TooManyRequests(reason="r", retry_after=1.5).retry_after == 1.5
    assert ImageMissing(name="a.png").charge is None


def test_a_value_that_a_template_needs_is_missed_at_once() -> None:
    with pytest.raises(KeyError):
        ImageMissing()
