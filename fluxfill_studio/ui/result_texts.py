"""What is said about a run in few words: on its thumbnail, beside it, and above its result."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

from PySide6.QtCore import QCoreApplication

from fluxfill_studio.core.job import Engine, JobState
from fluxfill_studio.core.texts import QT_TRANSLATE_NOOP
from fluxfill_studio.model.gallery import Entry
from fluxfill_studio.ui.wording import credits_text

_N = QT_TRANSLATE_NOOP

_STATES: Final[Mapping[JobState, str]] = {
    JobState.PREPARED: _N("results", "preparing"),
    JobState.UPLOADING: _N("results", "uploading"),
    JobState.SUBMITTING: _N("results", "submitting"),
    JobState.WAITING: _N("results", "processing"),
    JobState.DOWNLOADING: _N("results", "downloading"),
    JobState.BLENDING: _N("results", "blending"),
    JobState.DONE: _N("results", "done"),
    JobState.FAILED: _N("results", "failed"),
    JobState.STOPPED: _N("results", "stopped"),
}


def state_text(state: JobState) -> str:
    """One word for a job's state."""
    return _tr(_STATES[state])


def caption(entry: Entry) -> str:
    """The run's number and, where it was fixed, its seed: "#1 · seed 4182"."""
    seed = entry.job.request.seed
    parts = [f"#{entry.number}"]
    if seed is not None:
        parts.append(_tr(_N("results", "seed {seed}")).format(seed=seed))
    return " · ".join(parts)


def facts(entry: Entry) -> str:
    """The caption with time and price: "#1 · seed 4182 · 14.2 s · 9 credits"."""
    parts = [caption(entry)]
    if entry.seconds is not None:
        parts.append(_tr(_N("results", "{seconds} s")).format(seconds=f"{entry.seconds:.1f}"))
    if entry.engine is Engine.LOCAL:
        parts.append(_tr(_N("results", "local draft")))
    elif entry.job.charged is not None:
        parts.append(credits_text(entry.job.charged))
    return " · ".join(parts)


def _tr(text: str) -> str:
    return QCoreApplication.translate("results", text)
