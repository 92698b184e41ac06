"""What is offered against an error, and what a press of it does."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, datetime

import pytest

from fluxfill_studio.core.errors import (
    CertificateRejected,
    EmptyMask,
    FluxfillError,
    JobFailed,
    JobFileLost,
    JobFlagged,
    KeyMissing,
    KeyRejected,
    KeyUnreadable,
    LedgerBusy,
    NotEnoughCredits,
    ParameterError,
    RequestRejected,
    ResultGone,
    ServiceChanged,
    SpendingLimit,
    TextMissing,
    Unreachable,
)
from fluxfill_studio.core.job import Engine, Job, JobState
from fluxfill_studio.core.key import KeyPlace
from fluxfill_studio.core.schema import ParameterSchema
from fluxfill_studio.model.studio import Studio
from fluxfill_studio.ui.actions import Act, Actions
from fluxfill_studio.ui.remedies import Remedies
from tests.qt import QtLoop, emitted
from tests.ui.runs import finished, picture, run


@pytest.mark.parametrize(
    ("error", "text"),
    [
        (Unreachable(host="h", reason="r"), "Resume"),
        (NotEnoughCredits(required=9, available=4), "Resume"),
        (LedgerBusy(), "Resume"),
        (JobFailed(reason="r"), "Run again"),
        (ResultGone(), "Run again"),
        (KeyMissing(), "Enter key…"),
        (KeyRejected(reason="r"), "Enter key…"),
        (ServiceChanged(address="a"), "Open settings"),
        (CertificateRejected(host="h", reason="r"), "Open settings"),
        (ParameterError(name="Proxy", reason="r"), "Open settings"),
        (JobFlagged(reason="r"), "Edit prompt"),
        (RequestRejected(reason="r"), None),
        (JobFileLost(name="n", reason="r"), None),
        (None, "Resume"),
    ],
)
def test_a_run_that_ended_is_offered_the_best(
    studio: Studio,
    remedies: Remedies,
    schema: ParameterSchema,
    error: FluxfillError | None,
    text: str | None,
) -> None:
    state = JobState.STOPPED if error is None else JobState.FAILED
    studio.gallery.add(run(schema, 1, state, error=error))
    offer = remedies.for_run(studio.gallery.entries[0])
    assert (None if offer is None else offer.text) == text
    # The sentence in the window offers the same.
    if error is not None:
        told = remedies.for_error(error)
        assert (None if told is None else told.text) == text


@pytest.mark.parametrize("state", [s for s in JobState if s.is_running])
def test_what_runs_needs_nothing(
    studio: Studio, remedies: Remedies, schema: ParameterSchema, state: JobState
) -> None:
    entry = run(schema, 1, state)
    assert remedies.for_run(entry) is None
    assert remedies.all_for_run(entry) == []


@pytest.mark.parametrize(
    ("error", "text"),
    [
        (SpendingLimit(limit=9, spent=9, price=9), "Open settings"),
        (KeyUnreadable(reason="r"), "Enter key…"),
        (TextMissing(name="prompt", label="Prompt", reason="r"), "Edit prompt"),
        (EmptyMask(), None),
        # Nothing of these is known that could be resumed.
        (LedgerBusy(), None),
        (JobFailed(reason="r"), None),
    ],
)
def test_a_refusal_is_offered_what_helps(
    remedies: Remedies, error: FluxfillError, text: str | None
) -> None:
    offer = remedies.for_error(error)
    assert (None if offer is None else offer.text) == text


def test_the_menu_has_the_best_first_and_in_any_case_how_to_go_on(
    studio: Studio, remedies: Remedies, schema: ParameterSchema
) -> None:
    def texts(error: FluxfillError) -> list[str]:
        offers = remedies.all_for_run(run(schema, 1, JobState.FAILED, error=error))
        return [offer.text for offer in offers]

    assert texts(KeyMissing()) == ["Enter key…", "Resume"]
    assert texts(JobFlagged(reason="r")) == ["Edit prompt", "Run again"]
    assert texts(RequestRejected(reason="r")) == ["Resume"]
    (again,) = remedies.all_for_run(finished(schema, 2))
    assert (again.text, again.text_with_price) == ("Run again", "Run again · 9 credits")
    (draft,) = remedies.all_for_run(finished(schema, 3, engine=Engine.LOCAL))
    assert (draft.text_with_price, draft.price) == ("Run again", "")


def test_going_on_costs_what_has_not_been_sent(remedies: Remedies, schema: ParameterSchema) -> None:
    entry = run(schema, 1, JobState.STOPPED)
    job = replace(entry.job, plans=entry.job.plans * 3)

    def price(job: Job) -> str:
        offer = remedies.for_run(replace(entry, job=job))
        assert offer is not None
        return offer.price

    assert price(job) == "27 credits"
    sent = replace(job, results=("result.png",), submitted_at=datetime(2026, 7, 1, tzinfo=UTC))
    assert price(sent) == "9 credits"
    assert price(replace(sent, results=("1", "2"))) == ""


def accept(remedies: Remedies, error: FluxfillError) -> None:
    offer = remedies.for_error(error)
    assert offer is not None
    offer.accept()


def test_settings_and_prompt_are_asked_for(
    remedies: Remedies, actions: Actions, schema: ParameterSchema
) -> None:
    asked: list[str] = []
    actions[Act.SETTINGS].triggered.connect(lambda: asked.append("settings"))
    remedies.prompt_wanted.connect(lambda: asked.append("prompt"))
    accept(remedies, SpendingLimit(limit=9, spent=9, price=9))
    accept(remedies, TextMissing(name="prompt", label="Prompt", reason="r"))
    assert asked == ["settings", "prompt"]


def test_with_another_key_a_run_may_go_on(
    studio: Studio, remedies: Remedies, schema: ParameterSchema, qt_loop: QtLoop
) -> None:
    def offered(error: FluxfillError) -> str:
        offer = remedies.for_error(error)
        assert offer is not None
        return offer.text

    before, after = KeyMissing(), KeyRejected(reason="r")
    studio.gallery.add(run(schema, 1, JobState.FAILED, error=before))

    async def enter_key() -> None:
        studio.account.choose(Engine.APIFRAME)
        await studio.account.set_key("afk_test", KeyPlace.SESSION)
        await studio.close()

    told: list[None] = []
    remedies.changed.connect(lambda: told.append(None))
    qt_loop.run(enter_key())
    assert told
    assert offered(before) == "Resume"
    # What that key brings is another matter.
    studio.gallery.add(run(schema, 2, JobState.FAILED, error=after))
    assert offered(after) == "Enter key…"


@pytest.mark.parametrize("presses", [1, 2])
def test_going_on_and_beginning_anew(
    studio: Studio, remedies: Remedies, qt_loop: QtLoop, presses: int
) -> None:
    gallery = studio.gallery

    async def over() -> None:
        while gallery.running:
            await emitted(gallery.changed)

    async def drive() -> None:
        studio.document.show(picture())
        studio.parameters.set("mode", "outpaint")
        studio.parameters.set("outpaint", "Left outpaint")
        studio.parameters.set("prompt", "more sea")
        studio.generation.run()
        (entry_id,) = await emitted(gallery.added)
        studio.generation.stop(entry_id)
        await until(lambda: gallery[entry_id].job.state is JobState.STOPPED)
        resume = remedies.for_run(gallery[entry_id])
        assert resume is not None
        for _ in range(presses):
            resume.accept()
        await until(lambda: gallery[entry_id].job.state is JobState.DONE)
        assert len(gallery.entries) == 1
        (again,) = remedies.all_for_run(gallery[entry_id])
        for _ in range(presses):
            again.accept()
        await until(lambda: len(gallery.finished) == 2)
        assert len(gallery.entries) == 2
        await studio.close()

    async def until(is_so: Callable[[], bool]) -> None:
        while not is_so():
            await emitted(gallery.changed)

    qt_loop.run(drive())


def test_going_on_ends_the_message(
    studio: Studio, remedies: Remedies, schema: ParameterSchema, qt_loop: QtLoop
) -> None:
    error, other = Unreachable(host="h", reason="r"), Unreachable(host="h", reason="r")
    studio.gallery.add(run(schema, 1, JobState.FAILED, error=error))

    async def drive() -> None:
        for told in (other, error):
            studio.notices.report(told)
            accept(remedies, error)
            await asyncio.sleep(0)
            assert (studio.notices.current is None) is (told is error)
        await studio.close()

    qt_loop.run(drive())
