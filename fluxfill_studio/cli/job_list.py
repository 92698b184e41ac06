"""The jobs of a ledger as lines for a person, and as objects for a program."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any, Final

from fluxfill_studio.cli.report import charged, error_data, explained
from fluxfill_studio.cli.watch import short_id
from fluxfill_studio.core.job import Engine, Job

_PROMPT_WIDTH: Final = 40
_UNITS: Final = (
    (timedelta(days=1), "d"),
    (timedelta(hours=1), "h"),
    (timedelta(minutes=1), "min"),
)


@dataclass(frozen=True)
class Listed:
    """A job, whether a living process works on it, and where its result is kept."""

    job: Job
    is_taken: bool
    kept: Path | None


def listed_data(entry: Listed) -> dict[str, Any]:
    """A job for programs. `output` is where its picture was wished, `saved` where it lies."""
    job = entry.job
    return {
        "id": job.id,
        "state": job.state.value,
        "taken": entry.is_taken,
        "resumable": not entry.is_taken and (job.state.is_running or job.can_resume),
        "engine": job.engine.value,
        "base_url": job.base_url or None,
        "created_at": _time(job.created_at),
        "submitted_at": _time(job.submitted_at),
        "server_id": job.server_id,
        "progress": job.progress,
        "parts": len(job.plans),
        "parts_done": len(job.results),
        "charged": charged(job),
        "seconds": job.seconds,
        "mode": job.request.mode.value,
        "prompt": job.request.prompt,
        "source": job.source_name,
        "output": None if job.wish is None else job.wish.path,
        "saved": job.saved,
        "kept": None if entry.kept is None else str(entry.kept),
        "error": None if job.error is None else error_data(job.error, explained(job.error)),
    }


def table(entries: Sequence[Listed]) -> Iterator[str]:
    """A line for each job, with its parts below each other."""
    now = datetime.now(UTC)
    rows = [_row(entry, now) for entry in entries]
    widths = [max(map(len, column)) for column in zip(*rows, strict=True)]
    for row in rows:
        cells = (cell.ljust(width) for cell, width in zip(row, widths, strict=True))
        yield "  ".join(cells).rstrip()


def _row(entry: Listed, now: datetime) -> tuple[str, ...]:
    job = entry.job
    prompt = " ".join(job.request.prompt.split())
    if len(prompt) > _PROMPT_WIDTH:
        prompt = f"{prompt[: _PROMPT_WIDTH - 1]}…"
    return (
        short_id(job),
        _state(entry),
        job.engine.value,
        _age(now - job.created_at),
        _cost(job),
        f"“{''.join(letter for letter in prompt if letter.isprintable())}”",
        _place(entry),
    )


def _state(entry: Listed) -> str:
    """In words; a job that nobody works on goes on with `--resume`."""
    state = entry.job.state
    if state.is_over:
        return state.value
    return f"running ({state.value})" if entry.is_taken else f"unfinished ({state.value})"


def _cost(job: Job) -> str:
    if job.engine is Engine.LOCAL:
        return "free"
    return "–" if job.charged is None else f"{job.charged} credits"


def _age(age: timedelta) -> str:
    for unit, name in _UNITS:
        if age >= unit:
            return f"{age // unit} {name} ago"
    return "just now"


def _place(entry: Listed) -> str:
    """Where its picture lies, or why it does not, or where it is to go."""
    job = entry.job
    if job.saved is not None:
        return job.saved
    parts = [] if job.error is None else [job.error.message]
    if entry.kept is not None:
        parts.append(f"kept: {entry.kept}")
    elif job.wish is not None:
        parts.append(f"for {job.wish.path}")
    return " ".join(parts)


def _time(moment: datetime | None) -> str | None:
    return None if moment is None else moment.isoformat(timespec="milliseconds")
