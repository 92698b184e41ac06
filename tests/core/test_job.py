"""Job states: one table, all of it reachable, nothing beside it allowed."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime
from typing import Any

import pytest

from fluxfill_studio.core.errors import (
    FluxfillError,
    JobCancelled,
    JobFailed,
    JobFlagged,
    JobTookTooLong,
    Unreachable,
)
from fluxfill_studio.core.geometry import Size
from fluxfill_studio.core.job import TRANSITIONS, Job, JobState, Upload
from fluxfill_studio.core.schema import ParameterSchema
from tests.storage.orders import new_job

NOW = datetime(2026, 7, 1, tzinfo=UTC)
UPLOAD = Upload("https://service.invalid/u", NOW)
ENDED = {JobState.DONE, JobState.FAILED, JobState.STOPPED}


@pytest.fixture
def job(schema: ParameterSchema) -> Job:
    return new_job(schema, "1")


def in_state(job: Job, state: JobState) -> Job:
    """A job moved to `state` by the shortest allowed way."""
    ways = {job.state: job}
    while state not in ways:
        for here, moved in list(ways.items()):
            for following in TRANSITIONS[here]:
                ways.setdefault(following, moved.moved(following))
    return ways[state]


@pytest.mark.parametrize("state", JobState)
def test_every_state_can_be_reached(job: Job, state: JobState) -> None:
    assert in_state(job, state).state is state


@pytest.mark.parametrize("state", JobState)
def test_only_what_the_table_has_is_allowed(job: Job, state: JobState) -> None:
    here = in_state(job, state)
    for following in JobState:
        if following in TRANSITIONS[state]:
            assert here.moved(following).state is following
        else:
            with pytest.raises(ValueError, match=f"from {state.value} to {following.value}"):
                here.moved(following)


def test_a_running_job_can_always_fail_or_be_stopped_and_an_ended_one_never() -> None:
    assert set(TRANSITIONS) == set(JobState)
    for state, following in TRANSITIONS.items():
        assert state.is_running == (state not in ENDED)
        assert state.is_running == ({JobState.FAILED, JobState.STOPPED} <= following)
        assert state not in following
    assert not TRANSITIONS[JobState.DONE]


def test_whatever_runs_can_go_back_into_the_line_and_nothing_but_what_is_done_cannot() -> None:
    for state, following in TRANSITIONS.items():
        assert (JobState.QUEUED in following) == (state not in (JobState.QUEUED, JobState.DONE))


def test_the_next_step_is_the_first_that_is_not_known_to_be_done(job: Job) -> None:
    facts: list[tuple[dict[str, Any], JobState]] = [
        ({}, JobState.UPLOADING),
        ({"image": UPLOAD, "mask": UPLOAD}, JobState.UPLOADING),
        ({"submitted_at": NOW}, JobState.SUBMITTING),
        ({"server_id": "s"}, JobState.WAITING),
        ({"result_url": "https://service.invalid/r"}, JobState.DOWNLOADING),
        ({"results": ("result.png",)}, JobState.BLENDING),
    ]
    for known, step in facts:
        job = replace(job, **known)
        assert job.next_step is step
        # And from the line it can be gone there.
        assert job.moved(step).state is step
    anew = replace(job, results=()).unsent("another key")
    assert (anew.next_step, anew.idempotency_key) == (JobState.UPLOADING, "another key")
    assert anew.unsent().idempotency_key == "another key"


def test_a_picture_in_parts_is_sent_part_by_part_and_then_put_together(job: Job) -> None:
    plans = (job.plan, replace(job.plan, sent=Size(20, 15)))
    job = replace(job, plans=plans, image=UPLOAD, mask=UPLOAD, submitted_at=NOW, server_id="s")
    job = replace(in_state(job, JobState.DOWNLOADING), result_url="r", charged=9, seconds=7.5)
    assert (job.part, job.plan) == (0, plans[0])
    second = job.with_result("result.png", "another key")
    assert (second.state, second.next_step) == (JobState.UPLOADING, JobState.UPLOADING)
    assert (second.part, second.plan, second.idempotency_key) == (1, plans[1], "another key")
    assert (second.charged, second.charged_before, second.seconds_before) == (9, 9, 7.5)
    known = (second.image, second.mask, second.submitted_at, second.server_id, second.result_url)
    assert known == (None,) * 5
    assert second.unsent("a third key").results == ("result.png",)
    last = replace(in_state(second, JobState.DOWNLOADING), charged=18)
    whole = last.with_result("result-2.png", "no key")
    assert (whole.state, whole.next_step) == (JobState.BLENDING, JobState.BLENDING)
    assert (whole.part, whole.charged, whole.results) == (1, 18, ("result.png", "result-2.png"))
    assert whole.idempotency_key == "another key"


def test_a_job_goes_on_without_what_it_had_failed_with(job: Job) -> None:
    trouble = JobTookTooLong(minutes=10)
    failed = replace(in_state(job, JobState.FAILED), error=trouble, trouble=trouble)
    assert failed.queued("no key") == job


@pytest.mark.parametrize("error", [JobFailed(reason="no"), JobCancelled()])
def test_what_the_service_has_ended_is_sent_anew_and_what_was_done_before_stays(
    job: Job, error: FluxfillError
) -> None:
    sent = replace(job, image=UPLOAD, mask=UPLOAD, submitted_at=NOW, server_id="s")
    sent = replace(sent, plans=(job.plan, job.plan), results=("result.png",), charged=9)
    failed = replace(in_state(sent, JobState.FAILED), error=error)
    assert failed.can_resume
    again = failed.queued("another key")
    assert (again.state, again.next_step) == (JobState.QUEUED, JobState.UPLOADING)
    assert (again.idempotency_key, again.server_id, again.error) == ("another key", None, None)
    assert (again.results, again.charged) == (("result.png",), 9)


def test_parts_that_are_still_to_be_sent_are_counted(job: Job) -> None:
    job = replace(job, plans=(job.plan,) * 3)
    assert job.unsent_parts == 3
    sent = replace(job, submitted_at=NOW)
    assert sent.unsent_parts == 2
    failed = replace(in_state(sent, JobState.FAILED), error=JobFailed(reason="no"))
    assert failed.unsent_parts == 3
    assert replace(sent, results=("1", "2")).unsent_parts == 0
    assert replace(sent, results=("1", "2", "3")).unsent_parts == 0


def test_a_job_is_settled_when_its_result_lies_somewhere_else_too(job: Job) -> None:
    done = in_state(job, JobState.DONE)
    assert [done.is_settled, replace(done, saved="out.png").is_settled] == [False, True]
    assert not replace(in_state(job, JobState.FAILED), saved="out.png").is_settled


def test_moving_leaves_the_rest_as_it_is(job: Job) -> None:
    moved = job.moved(JobState.UPLOADING)
    assert job.state is JobState.QUEUED
    assert replace(moved, state=JobState.QUEUED) == job


@pytest.mark.parametrize(
    ("state", "error", "can_resume"),
    [
        (JobState.STOPPED, None, True),
        (JobState.FAILED, Unreachable(host="a host", reason="refused"), True),
        (JobState.FAILED, JobTookTooLong(minutes=10), True),
        (JobState.FAILED, JobFailed(reason="no"), False),
        (JobState.FAILED, JobFlagged(reason="no"), False),
        (JobState.FAILED, JobCancelled(), False),
        (JobState.WAITING, None, False),
        (JobState.DONE, None, False),
    ],
)
def test_what_can_go_on(
    job: Job, state: JobState, error: FluxfillError | None, can_resume: bool
) -> None:
    ended = in_state(job, state)
    assert replace(ended, error=error).can_resume == can_resume
