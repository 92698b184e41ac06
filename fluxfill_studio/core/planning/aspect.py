"""Aspect ratios as they are written, such as 16:9."""

from __future__ import annotations

import re
from fractions import Fraction
from typing import Final

# Two numbers of a few digits each.
_WRITTEN: Final = re.compile(r"\s*(\d{1,5}(?:\.\d{1,3})?)\s*[:/x×]\s*(\d{1,5}(?:\.\d{1,3})?)\s*")


def aspect_of(text: str) -> Fraction | None:
    """The ratio of width to height, above 0, that "16:9" or "2.39:1" names; None where it is none.

    What stands between the numbers may as well be "/", "x" or "×".
    """
    written = _WRITTEN.fullmatch(text)
    if written is None:
        return None
    width, height = map(Fraction, written.groups())
    return width / height if width and height else None
