"""What went wrong, in a handful of words."""

from __future__ import annotations

import inspect
from string import Formatter

import pytest

from fluxfill_studio.core import errors
from fluxfill_studio.core.errors import (
    BadAnswer,
    FluxfillError,
    GarbledAnswer,
    JobFlagged,
    NoConnection,
    NotEnoughCredits,
    SaveError,
    ServiceFault,
    WouldOverwrite,
)
from fluxfill_studio.ui.trouble_texts import in_short, meanwhile, patience

CLASSES = [
    kind
    for _, kind in inspect.getmembers(errors, inspect.isclass)
    if issubclass(kind, FluxfillError)
]


@pytest.mark.parametrize("kind", CLASSES)
def test_every_error_is_told_in_few_words(kind: type[FluxfillError]) -> None:
    fields = (field for _, field, _, _ in Formatter().parse(kind.text + kind.advice) if field)
    text = in_short(kind(charge=None, **dict.fromkeys(fields, 60)))
    # Two lines of a tile.
    assert 0 < len(text) <= 36
    assert "{" not in text
    assert not text.endswith(".")


def test_an_error_without_words_of_its_own_is_told_as_its_kind() -> None:
    assert in_short(WouldOverwrite(name="n")) == in_short(SaveError(name="n", reason="r"))
    assert in_short(GarbledAnswer(reason="r")) == in_short(BadAnswer(reason="r"))
    assert in_short(JobFlagged(reason="r")) == "Stopped by the safety filter"


def test_the_words_name_the_numbers() -> None:
    poor = NotEnoughCredits(required=9, available=4)
    assert in_short(poor) == "Needs 9 credits, 4 are there"


def test_what_is_done_meanwhile() -> None:
    gone, fault = NoConnection(host="h", reason="r"), ServiceFault(reason="r")
    assert (meanwhile(gone), meanwhile(fault)) == ("waiting", "trying again")
    assert patience(gone) == "No connection. Waiting until it is back."
    assert patience(fault) == "Fault at the service. Trying again."
