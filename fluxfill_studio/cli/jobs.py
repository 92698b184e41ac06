"""The command `jobs`: what the ledger holds, and going on with what is unfinished."""

from __future__ import annotations

import json
import sys
from argparse import Namespace
from collections.abc import Iterable
from pathlib import Path

from fluxfill_studio.cli.access import Access
from fluxfill_studio.cli.batch import Batch, Run
from fluxfill_studio.cli.job_list import Listed, listed_data, table
from fluxfill_studio.cli.office import Office, office_in
from fluxfill_studio.cli.report import conclude
from fluxfill_studio.cli.terminal import Terminal
from fluxfill_studio.core.errors import (
    FluxfillError,
    JobGone,
    JobTaken,
    KeyMissing,
    ParameterError,
    SaveError,
    ServiceChanged,
)
from fluxfill_studio.core.job import Engine, Job, JobState
from fluxfill_studio.core.schema import ParameterSchema
from fluxfill_studio.core.texts import QT_TRANSLATE_NOOP
from fluxfill_studio.storage.paths import data_folder
from fluxfill_studio.storage.saving import check_target

_UNKNOWN = QT_TRANSLATE_NOOP("errors", "there is no job whose id begins so")
_AMBIGUOUS = QT_TRANSLATE_NOOP("errors", "the ids of {count} jobs begin so")

# What is no matter of a call that names no jobs.
_ELSEWHERE = (JobTaken, JobGone, ServiceChanged)


def run_jobs(args: Namespace, schema: ParameterSchema) -> int:
    """List the jobs, or resume them; returns the exit status."""
    terminal = Terminal(sys.stderr, quiet=args.quiet)
    if args.resume is None:
        return _list(args, schema, terminal)
    return _resume(args, schema, terminal)


def _list(args: Namespace, schema: ParameterSchema, terminal: Terminal) -> int:
    batch = Batch()
    listed: list[Listed] = []
    with batch.recorded(), office_in(data_folder(), schema, Access()) as office:
        orphans = {job.id for job in office.ledger.orphans()}
        listed = [
            Listed(
                job, job.state.is_running and job.id not in orphans, office.files.result_path(job)
            )
            for job in office.ledger.jobs()
        ]
    if batch.error is not None or batch.is_stopped:
        return conclude(batch, terminal, as_json=args.json)
    if args.json:
        print(json.dumps([listed_data(entry) for entry in listed], indent=2))
    elif listed:
        _print(table(listed))
    else:
        terminal.note("There are no jobs.")
    return batch.status


def _resume(args: Namespace, schema: ParameterSchema, terminal: Terminal) -> int:
    batch = Batch()
    with batch.recorded():
        access = Access.find(args.base_url)
        with office_in(data_folder(), schema, access) as office:
            _go_on(args, batch, office, access, terminal)
    if not args.resume:
        _leave(batch)
    return conclude(batch, terminal, as_json=args.json)


def _go_on(
    args: Namespace, batch: Batch, office: Office, access: Access, terminal: Terminal
) -> None:
    """Bring the jobs that are named, or all that are unfinished, to their ends."""
    jobs = office.ledger.jobs()
    chosen = _named(args.resume, jobs) or [
        job for job in jobs if job.state.is_running or job.can_resume
    ]
    for job in chosen:
        obstacle = _obstacle(job, office, access)
        if isinstance(obstacle, _ELSEWHERE) and not args.resume:
            batch.left.append((job, obstacle))
        else:
            batch.runs.append(Run.of_job(job, obstacle))
    if batch.runs:
        office.execute(batch, terminal)
    elif not batch.left:
        terminal.note("There is nothing to resume.")


def _named(prefixes: Iterable[str], jobs: Iterable[Job]) -> list[Job]:
    """The jobs whose ids begin with `prefixes`, each once. Raises ParameterError."""
    named = {}
    for prefix in prefixes:
        found = [job for job in jobs if job.id.startswith(prefix)]
        if len(found) != 1:
            reason = _AMBIGUOUS.format(count=len(found)) if found else _UNKNOWN
            raise ParameterError(name=prefix, reason=reason)
        named[found[0].id] = found[0]
    return list(named.values())


def _obstacle(job: Job, office: Office, access: Access) -> FluxfillError | None:
    """Why a job cannot go on, as far as that is known before anything is done."""
    if job.state is JobState.DONE:
        return None  # there is nothing left to do, which is told as a success
    if job.state.is_over and not job.can_resume:
        return job.error
    if office.ledger.is_taken(job.id):
        return JobTaken()
    if job.engine is Engine.APIFRAME:
        if job.base_url != access.base_url:
            return ServiceChanged(address=job.base_url)
        if access.key is None:
            return KeyMissing()
    if job.wish is not None and job.submitted_at is None:
        # Nothing is paid for yet, and what will find no place need not be.
        try:
            check_target(Path(job.wish.path), overwrite=job.wish.overwrite)
        except SaveError as error:
            return error
    return None


def _leave(batch: Batch) -> None:
    """Of jobs that other processes took or removed meanwhile there is nothing to report."""
    for run in list(batch.runs):
        if run.job is not None and run.error is not None and isinstance(run.error, _ELSEWHERE):
            batch.runs.remove(run)
            batch.left.append((run.job, run.error))


def _print(lines: Iterable[str]) -> None:
    """On standard output, with escapes for what its encoding does not have."""
    encoding = sys.stdout.encoding or "utf-8"
    for line in lines:
        print(line.encode(encoding, "backslashreplace").decode(encoding))
