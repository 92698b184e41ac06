"""Marking of user-visible texts in rooms that do not know Qt."""


def QT_TRANSLATE_NOOP(context: str, text: str) -> str:  # noqa: N802 - the name lupdate looks for
    """Return `text` unchanged; Qt's lupdate collects it under `context` for translation."""
    del context
    return text
