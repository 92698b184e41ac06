"""What a batch came to, as sentences for a person and as one JSON document for a program."""

from __future__ import annotations

import json
from typing import Any

from fluxfill_studio.apiframe import BASE_URL
from fluxfill_studio.cli.arguments import PROGRAM
from fluxfill_studio.cli.batch import Batch, Run
from fluxfill_studio.cli.status import ExitStatus
from fluxfill_studio.cli.terminal import Terminal
from fluxfill_studio.cli.watch import short_id
from fluxfill_studio.core.errors import (
    Charge,
    FluxfillError,
    SaveError,
    ServiceChanged,
    ServiceError,
    as_sentences,
)
from fluxfill_studio.core.job import Engine, Job, JobState


def conclude(batch: Batch, terminal: Terminal, *, as_json: bool) -> int:
    """Tell how it ended, and how to go on with what did not; returns the exit status."""
    tell(batch, terminal)
    unfinished = [run.job for run in batch.runs if run.job is not None and run.can_resume]
    for base_url in sorted({job.base_url for job in unfinished}):
        ids = [short_id(job) for job in unfinished if job.base_url == base_url]
        command = [PROGRAM, "jobs", "--resume", *ids]
        if base_url not in ("", BASE_URL):
            command += ["--base-url", base_url]
        terminal.fault(f"To go on: {' '.join(command)}")
    if as_json:
        print(json.dumps(document(batch), indent=2))
    return batch.status


def tell(batch: Batch, terminal: Terminal) -> None:
    """Say how every run ended."""
    terminal.end_progress()
    if batch.error is not None:
        terminal.fault(explained(batch.error))
    for run in batch.runs:
        match run.status:
            case ExitStatus.DONE:
                terminal.note(_success(run))
            case ExitStatus.STOPPED:
                terminal.fault(_stop(run))
            case _ if run.job is None or len(batch.runs) == 1:
                terminal.fault(_failure(run))
            case _:
                terminal.fault(f"Job {short_id(run.job)}: {_failure(run)}")
    for job, error in batch.left:
        terminal.note(f"Job {short_id(job)}: {explained(error)}")
    if batch.is_stopped and not batch.runs:
        terminal.fault(f"Stopped. {Charge.NONE.value}")


def document(batch: Batch) -> dict[str, Any]:
    """The same for programs: what `--json` prints.

    `status` is "done", "failed" or "stopped", and so for each of the `runs`. `charged` is in
    credits; null where the service did not say. `left` are the jobs that were left as they were.
    """
    return {
        "status": _state(batch.status),
        "exit_status": int(batch.status),
        "engine": None if batch.engine is None else batch.engine.value,
        "seconds": round(batch.seconds, 3),
        "runs": [_run(run) for run in batch.runs],
        "left": [
            {"id": job.id, "error": error_data(error, explained(error))}
            for job, error in batch.left
        ],
        "error": None if batch.error is None else error_data(batch.error, explained(batch.error)),
    }


def explained(error: FluxfillError) -> str:
    """The sentence for the user, without advice that speaks of a window."""
    if isinstance(error, ServiceChanged):
        return f"{error.message} Give --base-url {error.values['address']}"
    is_about_a_window = isinstance(error, SaveError) and error.advice == SaveError.advice
    return error.message if is_about_a_window else error.full_message


def error_data(error: FluxfillError, message: str) -> dict[str, Any]:
    """An error with its `message` for programs."""
    return {
        "kind": type(error).__name__,
        "message": message,
        "charge": None if error.charge is None else error.charge.name.lower(),
        "request_id": error.request_id if isinstance(error, ServiceError) else None,
    }


def charged(job: Job) -> int | None:
    """In credits; those of the sandbox in this process are play money."""
    return 0 if job.engine is Engine.LOCAL else job.charged


def _state(status: ExitStatus) -> str:
    match status:
        case ExitStatus.DONE:
            return "done"
        case ExitStatus.STOPPED:
            return "stopped"
        case _:
            return "failed"


def _run(run: Run) -> dict[str, Any]:
    job = run.job
    return {
        "id": None if job is None else job.id,
        "status": _state(run.status),
        "output": None if run.saved is None else str(run.saved.absolute()),
        "width": None if run.size is None else run.size.width,
        "height": None if run.size is None else run.size.height,
        "changed_outside": run.changed_outside,
        "seed": None if job is None else job.request.seed,
        "job": None if job is None else job.server_id,
        "charged": None if job is None else charged(job),
        "seconds": round(run.seconds, 3),
        "resumable": run.can_resume,
        "error": None if run.error is None else error_data(run.error, _failure(run)),
    }


def _failure(run: Run) -> str:
    error, job = run.error, run.job
    if error is None:
        raise ValueError("the run has not failed")
    if job is None or error is not job.error:
        return explained(error)
    if job.next_step is JobState.BLENDING and isinstance(error, SaveError):
        return as_sentences((error.message, "The result is kept."))
    if error.charge is None:
        parts = (error.message, _charge(job).value, error.advice.format(**error.values))
        return as_sentences(part for part in parts if part)
    text = explained(error)
    if error.charge is not Charge.NONE and job.server_id is not None:
        text += f" At the service it is job {job.server_id}."
    return text


def _success(run: Run) -> str:
    if run.job is None:
        raise ValueError("a run that is done has its job")
    facts = [] if run.size is None else [f"{run.size.width} × {run.size.height} pixels"]
    if run.changed_outside is not None:
        facts.append(f"{run.changed_outside} changed outside the mask")
    cost = charged(run.job)
    if cost is not None:
        facts.append("free" if run.job.engine is Engine.LOCAL else f"{cost} credits")
    facts.append(f"{run.seconds:.1f} s")
    if run.saved is None:
        name = f"Job {short_id(run.job)}, whose result the window shows at its next start"
    else:
        name = str(run.saved)
    return f"{name}: {', '.join(facts)}"


def _stop(run: Run) -> str:
    if run.job is None:
        return f"Stopped. {Charge.NONE.value}"
    if run.job.engine is Engine.LOCAL:
        return "Stopped."
    text = f"Stopped. {_charge(run.job).value}"
    if run.job.server_id is not None:
        text += f" At the service it is job {run.job.server_id}."
    return text


def _charge(job: Job) -> Charge:
    """Whether a job that has not come to its end may have cost anything, by what is known."""
    if job.engine is Engine.LOCAL or job.submitted_at is None:
        return Charge.NONE
    return Charge.PENDING if job.result_url is None else Charge.CHARGED
