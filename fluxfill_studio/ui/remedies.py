"""The one best thing to do about an error, as a button beside the sentence that tells it."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from enum import Enum
from typing import Final

from PySide6.QtCore import QCoreApplication, QObject, Signal
from PySide6.QtGui import QAction

from fluxfill_studio.core import errors
from fluxfill_studio.core.errors import FluxfillError
from fluxfill_studio.core.job import Engine, Job, JobState
from fluxfill_studio.core.texts import QT_TRANSLATE_NOOP
from fluxfill_studio.model.account import Account
from fluxfill_studio.model.gallery import Entry, Gallery
from fluxfill_studio.model.generation import Generation
from fluxfill_studio.model.notices import Notices
from fluxfill_studio.ui.wording import credits_text

_N = QT_TRANSLATE_NOOP


class Remedy(Enum):
    """What can be done; the values are texts of buttons."""

    RESUME = _N("remedies", "Resume")
    AGAIN = _N("remedies", "Run again")
    KEY = _N("remedies", "Enter key…")
    SETTINGS = _N("remedies", "Open settings")
    PROMPT = _N("remedies", "Edit prompt")


_IN_SETTINGS: Final = (Remedy.KEY, Remedy.SETTINGS)

# A class that is not here goes like the nearest one above it. For what is in none of them a run is
# resumed where that may help, else begun anew; None is what no press of a button helps against.
_REMEDIES: Final[Mapping[type, Remedy | None]] = {
    # Where it is none of the panel's: the service's address, a proxy or certificates.
    errors.ParameterError: Remedy.SETTINGS,
    errors.TextMissing: Remedy.PROMPT,
    errors.SpendingLimit: Remedy.SETTINGS,
    errors.JobFileLost: None,
    errors.JobGone: None,
    errors.KeyUnreadable: Remedy.KEY,
    errors.KeyMissing: Remedy.KEY,
    errors.KeyRejected: Remedy.KEY,
    errors.CertificateRejected: Remedy.SETTINGS,
    errors.ProxyRefused: Remedy.SETTINGS,
    errors.Redirected: Remedy.SETTINGS,
    errors.ServiceChanged: Remedy.SETTINGS,
    errors.RequestRejected: None,
    errors.ResultGone: Remedy.AGAIN,
    errors.JobFlagged: Remedy.PROMPT,
}


def remedy_of(error: FluxfillError | None, job: Job | None) -> Remedy | None:
    """What helps against `error`, which `job` ended with if it is one's; None is a stopped job."""
    for kind in type(error).__mro__:
        if kind in _REMEDIES:
            return _REMEDIES[kind]
    if job is None:
        return None
    return Remedy.RESUME if job.can_resume else Remedy.AGAIN


@dataclass(frozen=True)
class Offer:
    """A button: what it says, what its tooltip says, and what a press does.

    `price` is what the press costs, empty where it costs nothing more.
    """

    text: str
    tip: str
    accept: Callable[[], object]
    price: str = ""

    @property
    def text_with_price(self) -> str:
        return f"{self.text} · {self.price}" if self.price else self.text


class Remedies(QObject):
    """Offers what helps, and does it."""

    changed = Signal()
    """What is offered for earlier errors may be another thing now."""
    prompt_wanted = Signal()
    """The user wants to change the prompt."""

    def __init__(
        self,
        gallery: Gallery,
        generation: Generation,
        account: Account,
        notices: Notices,
        settings: QAction,
        parent: QObject | None = None,
    ) -> None:
        """`settings` opens the settings, at the page of the service."""
        super().__init__(parent)
        self._gallery = gallery
        self._generation = generation
        self._account = account
        self._notices = notices
        self._settings = settings
        # What runs ended with before the key or the way to the service was changed.
        self._outdated: set[FluxfillError] = set()
        account.service_changed.connect(self._way_changed)

    def for_error(self, error: FluxfillError) -> Offer | None:
        """What helps against an error that is told: a run's, or the refusal of one."""
        for entry in self._gallery.entries:
            if entry.job.error is error:
                return self.for_run(entry)
        remedy = remedy_of(error, None)
        return None if remedy is None else self._elsewhere(remedy)

    def for_run(self, entry: Entry) -> Offer | None:
        """What helps a run that failed or was stopped; others need nothing."""
        remedy = self._best(entry)
        return None if remedy is None else self._offer(remedy, entry)

    def all_for_run(self, entry: Entry) -> list[Offer]:
        """What helps, and after it how a run that is over can go on in any case."""
        if not entry.job.state.is_over:
            return []
        always = Remedy.RESUME if entry.job.can_resume else Remedy.AGAIN
        best = self._best(entry)
        remedies = [always] if best in (None, always) else [best, always]
        return [self._offer(remedy, entry) for remedy in remedies]

    def _best(self, entry: Entry) -> Remedy | None:
        job = entry.job
        if job.state not in (JobState.FAILED, JobState.STOPPED):
            return None
        remedy = remedy_of(job.error, job)
        return Remedy.RESUME if remedy in _IN_SETTINGS and job.error in self._outdated else remedy

    def _offer(self, remedy: Remedy, entry: Entry) -> Offer:
        text = _tr(remedy.value)
        if remedy is Remedy.RESUME:
            tip = _tr(_N("remedies", "Go on with this run; it is charged once"))
            price = self._price(entry.job, entry.job.unsent_parts)
            return Offer(text, tip, lambda: self._go_on(entry), price)
        if remedy is Remedy.AGAIN:
            price = self._price(entry.job, len(entry.job.plans))
            tip = _tr(_N("remedies", "Start a new run with the same picture, mask and settings"))
            return Offer(text, tip, lambda: self._begin_anew(entry), price)
        return self._elsewhere(remedy)

    def _price(self, job: Job, parts: int) -> str:
        """What so many parts of a run cost."""
        is_free = parts == 0 or job.engine is Engine.LOCAL
        return "" if is_free else credits_text(parts * self._account.price)

    def _elsewhere(self, remedy: Remedy) -> Offer:
        text = _tr(remedy.value)
        if remedy is Remedy.PROMPT:
            return Offer(text, _tr(_N("remedies", "Go to the prompt")), self.prompt_wanted.emit)
        tip = _tr(_N("remedies", "Open the settings of the service"))
        return Offer(text, tip, self._settings.trigger)

    def _go_on(self, entry: Entry) -> None:
        # Nobody needs to know any longer why it had ended.
        self._notices.forget(entry.job.error)
        self._generation.resume(entry.id)

    def _begin_anew(self, entry: Entry) -> None:
        self._notices.forget(entry.job.error)
        self._generation.again(entry.id)

    def _way_changed(self) -> None:
        ended = (entry.job.error for entry in self._gallery.entries)
        self._outdated = {error for error in ended if error is not None}
        self.changed.emit()


def _tr(text: str) -> str:
    return QCoreApplication.translate("remedies", text)
