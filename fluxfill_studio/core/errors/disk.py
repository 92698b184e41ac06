"""The disk refused: for a picture, for the list of jobs, or for the key."""

from __future__ import annotations

from fluxfill_studio.core.errors.base import FluxfillError
from fluxfill_studio.core.texts import QT_TRANSLATE_NOOP


class SaveError(FluxfillError):
    """A file could not be written. Values: name, reason."""

    text = QT_TRANSLATE_NOOP("errors", "“{name}” could not be saved: {reason}.")
    advice = QT_TRANSLATE_NOOP("errors", "The result is still here; save it somewhere else.")


class WouldOverwrite(SaveError):
    """The file exists and overwriting was not allowed. Values: name."""

    text = QT_TRANSLATE_NOOP("errors", "“{name}” exists already and was left as it is.")
    advice = QT_TRANSLATE_NOOP("errors", "Choose another name, or allow overwriting.")


class UnknownEnding(SaveError):
    """The name's ending names no format that can be written. Values: name, endings."""

    text = QT_TRANSLATE_NOOP("errors", "“{name}” cannot be saved: its ending names no format.")
    advice = QT_TRANSLATE_NOOP("errors", "Use one of {endings}.")


class FolderMissing(SaveError):
    """Values: name, folder."""

    text = QT_TRANSLATE_NOOP("errors", "“{name}” cannot be saved: there is no folder {folder}.")


class FolderInTheWay(SaveError):
    """Values: name."""

    text = QT_TRANSLATE_NOOP("errors", "“{name}” cannot be saved: it is a folder.")


class PictureTooLarge(SaveError):
    """A side has more pixels than the format can state. Values: name, longest."""

    text = QT_TRANSLATE_NOOP(
        "errors", "“{name}” cannot be saved: its format holds at most {longest} pixels a side."
    )
    advice = QT_TRANSLATE_NOOP("errors", "Save it as PNG or TIFF.")


class LedgerError(FluxfillError):
    """What jobs need on the disk could not be written or read. Values: reason."""

    text = QT_TRANSLATE_NOOP("errors", "The job could not be recorded: {reason}.")
    advice = QT_TRANSLATE_NOOP(
        "errors", "See to it that the disk has room and may be written to, then resume."
    )


class LedgerBusy(LedgerError):
    text = QT_TRANSLATE_NOOP("errors", "Another program keeps the list of jobs locked.")
    advice = QT_TRANSLATE_NOOP("errors", "Try again when it is done.")


class LedgerTooNew(LedgerError):
    """Values: name."""

    text = QT_TRANSLATE_NOOP(
        "errors", "The list of jobs “{name}” was written by a newer version of this program."
    )
    advice = QT_TRANSLATE_NOOP("errors", "Use that version; the list was left as it is.")


class LedgerDamaged(LedgerError):
    """Told, not raised: the list was set aside and begun anew. Values: name, reason."""

    text = QT_TRANSLATE_NOOP(
        "errors", "The list of jobs was damaged ({reason}) and is kept as “{name}”."
    )
    advice = QT_TRANSLATE_NOOP("errors", "A new list was begun; results that came stay beside it.")


class JobTaken(LedgerError):
    text = QT_TRANSLATE_NOOP("errors", "Another window or command works on this job.")
    advice = QT_TRANSLATE_NOOP("errors", "Wait for it, or end that one.")


class JobGone(LedgerError):
    text = QT_TRANSLATE_NOOP("errors", "This job has been taken off the list of jobs.")
    advice = QT_TRANSLATE_NOOP("errors", "Another window or command did that.")


class JobFileLost(LedgerError):
    """What is kept for a job is gone or damaged. Values: name, reason."""

    text = QT_TRANSLATE_NOOP(
        "errors", "“{name}”, which is kept for this job, cannot be used: {reason}."
    )
    advice = QT_TRANSLATE_NOOP("errors", "Open the picture again and start a new run.")


class KeyStoreError(FluxfillError):
    """The API key could not be kept or read. Values: reason."""

    text = QT_TRANSLATE_NOOP("errors", "The key could not be kept: {reason}.")
    advice = QT_TRANSLATE_NOOP("errors", "It works until the program is closed.")


class KeyUnreadable(KeyStoreError):
    text = QT_TRANSLATE_NOOP("errors", "The kept API key could not be read: {reason}.")
    advice = QT_TRANSLATE_NOOP("errors", "Unlock the key store, or enter the key in the settings.")


class KeyExposed(KeyUnreadable):
    """Values: name."""

    text = QT_TRANSLATE_NOOP(
        "errors", "The API key in “{name}” is not used, because others can read that file."
    )
    advice = QT_TRANSLATE_NOOP(
        "errors", "Enter the key in the settings anew, or take the right to read it from others."
    )


class KeyStillKept(KeyStoreError):
    text = QT_TRANSLATE_NOOP("errors", "The kept API key could not be removed: {reason}.")
    advice = QT_TRANSLATE_NOOP("errors", "It is still there, and is used at the next start.")
