"""What can be told about a prompt before it is sent."""

from __future__ import annotations

import re
from typing import Final

# What stands in quotation marks is lettering to be painted ("a sign reading 'NO PARKING'"). An
# apostrophe inside a word is no quotation mark.
_QUOTED: Final = re.compile(r"(?<!\w)(?:\".*?\"|“.*?”|‘.*?’|'.*?')(?!\w)", re.DOTALL)

# "No. 5" counts and "never-ending" describes; neither denies.
_NEGATIVE: Final = re.compile(
    r"\b(?:no(?!\.?\s*\d)|not|never|nobody|nothing|none|without|avoid|exclude|excluding"
    r"|(?:do|does|is|are)n['’]?t)\b(?!-\w)",
    re.IGNORECASE,
)


def reads_like_a_negative(prompt: str) -> bool:
    """Whether an English prompt says what should not be there ("no people", "without", "don't").

    Flux Fill paints what is named and has no negative prompt, so such words bring about what
    they deny. A guess, meant for a hint: it may be wrong both ways and must block nothing.
    """
    return _NEGATIVE.search(_QUOTED.sub(" ", prompt)) is not None
