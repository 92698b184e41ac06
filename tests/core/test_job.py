"""Job states: one table, all of it reachable, nothing beside it allowed."""

from __future__ import annotations

from dataclasses import replace

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
from fluxfill_studio.core.job import TRANSITIONS, Job, JobState
from fluxfill_studio.core.plan import outpaint_plan
from fluxfill_studio.core.request import FillRequest
from fluxfill_studio.core.schema import ParameterSchema

ENDED = {JobState.DONE, JobState.FAILED, JobState.STOPPED}


@pytest.fixture
def job(schema: ParameterSchema) -> Job:
    request = FillRequest.build(schema, {"prompt": "a blue door", "mode": "outpaint"})
    return Job("1", request, outpaint_plan(Size(100, 100)), "a key")


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


def test_moving_leaves_the_rest_as_it_is(job: Job) -> None:
    moved = job.moved(JobState.UPLOADING)
    assert job.state is JobState.PREPARED
    assert (moved.id, moved.request, moved.idempotency_key) == ("1", job.request, "a key")


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
