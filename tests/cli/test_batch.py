"""What one call comes to, as far as it is over."""

from __future__ import annotations

from dataclasses import replace
from itertools import pairwise

from fluxfill_studio.cli.batch import Run
from fluxfill_studio.core.job import JobState
from fluxfill_studio.core.schema import ParameterSchema
from tests.storage.orders import PLAN, new_job


def test_the_share_of_a_run_in_parts_only_grows(schema: ParameterSchema) -> None:
    run = Run.of_job(job := new_job(schema, "1", plans=(PLAN, PLAN, PLAN)))
    shares = [run.share]
    for part in range(3):
        for state in (JobState.UPLOADING, JobState.SUBMITTING, JobState.WAITING):
            job = job if job.state is state else job.moved(state)
            run.update(job)
            shares.append(run.share)
        for progress in (0.5, 1.0):
            run.update(replace(job, progress=progress))
            shares.append(run.share)
        assert (part + 0.5) / 3 < run.share < (part + 1) / 3
        job = job.moved(JobState.DOWNLOADING).with_result(f"{part}.png", f"key {part}")
    for state in (JobState.BLENDING, JobState.SAVING, JobState.DONE):
        run.update(job if job.state is state else (job := job.moved(state)))
        shares.append(run.share)
    assert shares[0] == 0
    assert shares[-1] == 1
    assert all(before <= after for before, after in pairwise(shares))
