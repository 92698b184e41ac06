"""What went wrong with a run in so few words that its tile has room for them."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

from PySide6.QtCore import QCoreApplication

from fluxfill_studio.core import errors
from fluxfill_studio.core.errors import FluxfillError, NoConnection
from fluxfill_studio.core.texts import QT_TRANSLATE_NOOP

_N = QT_TRANSLATE_NOOP

# A class that is not here is told as the nearest one above it.
_IN_SHORT: Final[Mapping[type, str]] = {
    FluxfillError: _N("trouble", "Failed"),
    errors.SaveError: _N("trouble", "Could not be saved"),
    errors.LedgerError: _N("trouble", "Could not be recorded"),
    errors.LedgerBusy: _N("trouble", "List of jobs is locked"),
    errors.JobTaken: _N("trouble", "At work in another window"),
    errors.JobFileLost: _N("trouble", "A file of it is lost"),
    errors.KeyStoreError: _N("trouble", "Key could not be read"),
    errors.Unreachable: _N("trouble", "Service not reached"),
    NoConnection: _N("trouble", "No connection"),
    errors.CertificateRejected: _N("trouble", "Certificate not trusted"),
    errors.ProxyRefused: _N("trouble", "The proxy refuses"),
    errors.KeyMissing: _N("trouble", "No API key"),
    errors.KeyRejected: _N("trouble", "Key not accepted"),
    errors.NotEnoughCredits: _N("trouble", "Needs {required} credits, {available} are there"),
    errors.RequestRejected: _N("trouble", "Request not accepted"),
    errors.TooManyRequests: _N("trouble", "Service is busy"),
    errors.ServiceFault: _N("trouble", "Fault at the service"),
    errors.BadAnswer: _N("trouble", "Unusable answer"),
    errors.AnswerTooLarge: _N("trouble", "Answer far too large"),
    errors.Redirected: _N("trouble", "Service redirects"),
    errors.ResultGone: _N("trouble", "Result no longer there"),
    errors.SubmissionUncertain: _N("trouble", "Unclear whether it ran"),
    errors.JobFailed: _N("trouble", "Failed at the service"),
    errors.JobFlagged: _N("trouble", "Stopped by the safety filter"),
    errors.JobCancelled: _N("trouble", "Cancelled at the service"),
    errors.JobTookTooLong: _N("trouble", "No end in {minutes} minutes"),
    errors.ServiceChanged: _N("trouble", "Begun at another service"),
}


def in_short(error: FluxfillError) -> str:
    """What happened, in a handful of words."""
    text = next(_IN_SHORT[kind] for kind in type(error).__mro__ if kind in _IN_SHORT)
    return _tr(text).format(**error.values)


def meanwhile(error: FluxfillError) -> str:
    """What is done about an error for which a step is being repeated, in a word or two."""
    if isinstance(error, NoConnection):
        return _tr(_N("trouble", "waiting"))
    return _tr(_N("trouble", "trying again"))


def patience(error: FluxfillError) -> str:
    """The same as a sentence."""
    if isinstance(error, NoConnection):
        return _tr(_N("trouble", "No connection. Waiting until it is back."))
    return _tr(_N("trouble", "{trouble}. Trying again.")).format(trouble=in_short(error))


def _tr(text: str) -> str:
    return QCoreApplication.translate("trouble", text)
