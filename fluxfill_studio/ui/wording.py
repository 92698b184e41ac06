"""Wording for the user: errors and names from the lower rooms, translated."""

from __future__ import annotations

from PySide6.QtCore import QCoreApplication

from fluxfill_studio.core.errors import FluxfillError, as_sentences
from fluxfill_studio.core.texts import QT_TRANSLATE_NOOP


def schema_text(text: str) -> str:
    """A text of the parameter schema, translated where a language has it."""
    return QCoreApplication.translate("schema", text)


def what_happened(error: FluxfillError) -> str:
    """The error's sentence in the user's language."""
    return _filled(error.text, error)


def whole_story(error: FluxfillError) -> str:
    """What happened, whether it cost anything, and what can be done."""
    parts = [what_happened(error)]
    if error.charge is not None:
        parts.append(QCoreApplication.translate("errors", error.charge.value))
    if error.advice:
        parts.append(_filled(error.advice, error))
    return as_sentences(parts)


def _filled(template: str, error: FluxfillError) -> str:
    """With its values, of which reasons may have words of the program's own."""
    values = {
        name: QCoreApplication.translate("errors", value) if isinstance(value, str) else value
        for name, value in error.values.items()
    }
    return QCoreApplication.translate("errors", template).format(**values)


def credits_text(count: int) -> str:
    """A number of credits, as "1,204 credits"."""
    template = QT_TRANSLATE_NOOP("money", "{count} credits")
    return QCoreApplication.translate("money", template).format(count=f"{count:,}")
