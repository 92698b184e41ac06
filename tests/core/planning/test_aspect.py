"""Aspect ratios as they are written."""

from __future__ import annotations

from fractions import Fraction

import pytest

from fluxfill_studio.core.planning.aspect import aspect_of


@pytest.mark.parametrize(
    ("text", "ratio"),
    [
        ("16:9", Fraction(16, 9)),
        (" 3 / 2 ", Fraction(3, 2)),
        ("5x4", Fraction(5, 4)),
        ("5×4", Fraction(5, 4)),
        ("1.85:1", Fraction(37, 20)),
        ("12000:8000", Fraction(3, 2)),
        ("0:1", None),
        ("1:0", None),
        ("0.000:1", None),
        ("16", None),
        ("-1:2", None),
        ("1e3:1", None),
        ("999999:1", None),
        ("16:9:1", None),
        ("", None),
    ],
)
def test_what_a_ratio_is(text: str, ratio: Fraction | None) -> None:
    assert aspect_of(text) == ratio
