"""The root of all errors, and what each says about money."""

from __future__ import annotations

from collections.abc import Iterable
from enum import Enum
from typing import ClassVar

from fluxfill_studio.core.texts import QT_TRANSLATE_NOOP


class Charge(Enum):
    """Whether a failed step cost credits. The values are texts for the user."""

    NONE = QT_TRANSLATE_NOOP("errors", "Nothing was charged.")
    PENDING = QT_TRANSLATE_NOOP(
        "errors", "The run may go on at the service and is charged once if it succeeds."
    )
    CHARGED = QT_TRANSLATE_NOOP("errors", "The run was charged; its result can be fetched again.")


class FluxfillError(Exception):
    """Root of the tree: an error with a sentence for the user.

    `values` fill the fields of `text` and `advice`. `charge` is None where money cannot be
    involved at all (opening or saving a file).
    """

    text: ClassVar[str] = QT_TRANSLATE_NOOP("errors", "Something went wrong: {reason}")
    advice: ClassVar[str] = ""

    def __init__(self, *, charge: Charge | None = None, **values: object) -> None:
        self.values = values
        self.charge = charge
        super().__init__(self.message)

    @property
    def message(self) -> str:
        """The untranslated sentence, with its values."""
        return self.text.format(**self.values)

    @property
    def full_message(self) -> str:
        """What happened, whether it cost anything and what can be done, untranslated."""
        parts = [self.message]
        if self.charge is not None:
            parts.append(self.charge.value)
        if self.advice:
            parts.append(self.advice.format(**self.values))
        return as_sentences(parts)


def as_sentences(parts: Iterable[str]) -> str:
    """Joined with a space, each ended by a full stop where it has no end: services leave it out."""
    return " ".join(part if part.endswith(_ENDS) else f"{part}." for part in parts)


_ENDS = (".", "!", "?", "…", "。")
