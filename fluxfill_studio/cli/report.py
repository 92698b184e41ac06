"""What a batch came to, as sentences for a person and as one JSON document for a program."""

from __future__ import annotations

from typing import Any

from fluxfill_studio.cli.batch import Batch, Run
from fluxfill_studio.cli.status import ExitStatus
from fluxfill_studio.cli.terminal import Terminal
from fluxfill_studio.core.errors import Charge, FluxfillError, SaveError, ServiceError
from fluxfill_studio.core.job import Engine


def tell(batch: Batch, terminal: Terminal) -> None:
    """Say how every run ended."""
    terminal.end_progress()
    if batch.error is not None:
        terminal.fault(explained(batch.error))
    for run in batch.runs:
        if run.error is not None:
            terminal.fault(_failure(run))
        elif run.saved is not None:
            terminal.note(_success(run, batch.engine))
        else:
            terminal.fault(_stop(run, batch.engine))
    if batch.is_stopped and not batch.runs:
        terminal.fault(f"Stopped. {Charge.NONE.value}")


def document(batch: Batch) -> dict[str, Any]:
    """The same for programs: what `--json` prints.

    `status` is "done", "failed" or "stopped", and so for each of the `runs`. `charged` is in
    credits; null where the service did not say.
    """
    return {
        "status": _state(batch.status),
        "exit_status": int(batch.status),
        "engine": batch.engine.value,
        "seconds": round(batch.seconds, 3),
        "runs": [_run(run, batch.engine) for run in batch.runs],
        "error": None if batch.error is None else _error(batch.error, explained(batch.error)),
    }


def explained(error: FluxfillError) -> str:
    """The sentence for the user, without advice that speaks of a result on a screen."""
    is_about_a_window = isinstance(error, SaveError) and error.advice == SaveError.advice
    return error.message if is_about_a_window else error.full_message


def _state(status: ExitStatus) -> str:
    match status:
        case ExitStatus.DONE:
            return "done"
        case ExitStatus.STOPPED:
            return "stopped"
        case _:
            return "failed"


def _run(run: Run, engine: Engine) -> dict[str, Any]:
    ended = ExitStatus.STOPPED if run.saved is None else ExitStatus.DONE
    return {
        "status": _state(ended if run.error is None else ExitStatus.FAILED),
        "output": None if run.saved is None else str(run.saved.resolve()),
        "width": None if run.size is None else run.size.width,
        "height": None if run.size is None else run.size.height,
        "changed_outside": run.changed_outside,
        "seed": run.job.request.seed,
        "job": run.job.server_id,
        "charged": _charged(run, engine),
        "seconds": round(run.seconds, 3),
        "error": None if run.error is None else _error(run.error, _failure(run)),
    }


def _error(error: FluxfillError, message: str) -> dict[str, Any]:
    return {
        "kind": type(error).__name__,
        "message": message,
        "charge": None if error.charge is None else error.charge.name.lower(),
        "request_id": error.request_id if isinstance(error, ServiceError) else None,
    }


def _charged(run: Run, engine: Engine) -> int | None:
    """The credits of the sandbox in this process are play money."""
    return 0 if engine is Engine.LOCAL else run.job.charged


def _failure(run: Run) -> str:
    if run.error is None:
        raise ValueError("the run has not failed")
    text = explained(run.error)
    if run.saved is not None:
        text += f" The result lies in {run.saved}."
    elif run.error.charge in (Charge.PENDING, Charge.CHARGED) and run.job.server_id is not None:
        text += f" Its job is {run.job.server_id}."
    return text


def _success(run: Run, engine: Engine) -> str:
    facts = [] if run.size is None else [f"{run.size.width} × {run.size.height} pixels"]
    if run.changed_outside is not None:
        facts.append(f"{run.changed_outside} changed outside the mask")
    charged = _charged(run, engine)
    if charged is not None:
        facts.append("free" if engine is Engine.LOCAL else f"{charged} credits")
    facts.append(f"{run.seconds:.1f} s")
    return f"{run.saved}: {', '.join(facts)}"


def _stop(run: Run, engine: Engine) -> str:
    if engine is Engine.LOCAL:
        return "Stopped."
    if run.job.server_id is not None:
        return f"Stopped. {Charge.PENDING.value} Its job is {run.job.server_id}."
    charge = Charge.PENDING if run.was_submitting else Charge.NONE
    return f"Stopped. {charge.value}"
