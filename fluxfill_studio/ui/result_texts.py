"""What is said about a run in few words: on its thumbnail, beside it, and above its result."""

from __future__ import annotations

import math
from collections.abc import Mapping
from typing import Final

from PySide6.QtCore import QCoreApplication

from fluxfill_studio.core.job import Engine, Job, JobState
from fluxfill_studio.core.texts import QT_TRANSLATE_NOOP
from fluxfill_studio.model.gallery import Entry
from fluxfill_studio.ui.wording import credits_text

_N = QT_TRANSLATE_NOOP

_STATES: Final[Mapping[JobState, str]] = {
    JobState.QUEUED: _N("results", "queued"),
    JobState.UPLOADING: _N("results", "uploading"),
    JobState.SUBMITTING: _N("results", "submitting"),
    JobState.WAITING: _N("results", "processing"),
    JobState.DOWNLOADING: _N("results", "downloading"),
    JobState.BLENDING: _N("results", "blending"),
    JobState.SAVING: _N("results", "saving"),
    JobState.DONE: _N("results", "done"),
    JobState.FAILED: _N("results", "failed"),
    JobState.STOPPED: _N("results", "stopped"),
}


def state_text(job: Job) -> str:
    """One word for a job's state; of one in parts also which it is at: "processing 2 of 3"."""
    text = _tr(_STATES[job.state])
    is_at_a_part = job.state.is_running and job.state is not JobState.QUEUED
    if len(job.plans) == 1 or not is_at_a_part:
        return text
    template = _tr(_N("results", "{state} {part} of {parts}"))
    return template.format(state=text, part=job.part + 1, parts=len(job.plans))


def place_text(place: int | None) -> str:
    """Where a queued job stands in the line, from 1; None is one whose turn has come."""
    if place is None:
        return _tr(_N("results", "it begins"))
    if place == 1:
        return _tr(_N("results", "next in line"))
    return _tr(_N("results", "place {place} in line")).format(place=place)


def elapsed_text(seconds: int, remaining: float | None) -> str:
    """How long a run has been under way and, where that is known, will be: "9 s · 6 s left"."""
    if remaining is None or remaining <= 0:
        return _duration(seconds)
    left = _tr(_N("results", "{time} left")).format(time=_duration(math.ceil(remaining)))
    return f"{_duration(seconds)} · {left}"


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
    if entry.job.seconds is not None:
        parts.append(_seconds(f"{entry.job.seconds:.1f}"))
    if entry.job.engine is Engine.LOCAL:
        parts.append(_tr(_N("results", "local draft")))
    elif entry.job.charged is not None:
        parts.append(credits_text(entry.job.charged))
    return " · ".join(parts)


def _duration(seconds: int) -> str:
    """Whole seconds, as "9 s"; from a minute on as "1:09"."""
    minutes, rest = divmod(seconds, 60)
    return f"{minutes}:{rest:02}" if minutes else _seconds(f"{seconds}")


def _seconds(number: str) -> str:
    return _tr(_N("results", "{seconds} s")).format(seconds=number)


def _tr(text: str) -> str:
    return QCoreApplication.translate("results", text)
