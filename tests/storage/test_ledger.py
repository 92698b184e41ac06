"""The ledger: what was recorded is there again, and no two processes work on the same job."""

from __future__ import annotations

import os
import random
import sqlite3
import threading
import uuid
from collections.abc import Iterator
from contextlib import closing
from dataclasses import fields, replace
from datetime import UTC, datetime, timedelta, timezone
from pathlib import Path
from string import Formatter
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from fluxfill_studio.core import errors
from fluxfill_studio.core.blending.compose import Blend
from fluxfill_studio.core.blending.feather import MAX_FEATHER
from fluxfill_studio.core.blending.matching import Match
from fluxfill_studio.core.errors import (
    Charge,
    FluxfillError,
    JobGone,
    JobTaken,
    LedgerBusy,
    LedgerError,
    ServiceError,
    ServiceFault,
)
from fluxfill_studio.core.geometry import Rect, Size
from fluxfill_studio.core.job import Engine, Job, JobState, Upload, Wish
from fluxfill_studio.core.planning.plan import Plan
from fluxfill_studio.core.request import FillRequest
from fluxfill_studio.core.schema import ParameterSchema
from fluxfill_studio.storage.ledger import Ledger
from fluxfill_studio.storage.paths import load_schema, resources
from tests.disks import disk_limit
from tests.storage.another_process import another
from tests.storage.orders import new_job

SERVICE = "https://service.invalid"
ERRORS = [
    kind
    for kind in vars(errors).values()
    if isinstance(kind, type) and issubclass(kind, FluxfillError)
]


@pytest.fixture
def ledger(tmp_path: Path, schema: ParameterSchema) -> Iterator[Ledger]:
    with closing(Ledger.open(tmp_path, schema)) as opened:
        yield opened


def ids(jobs: list[Job]) -> list[str]:
    return [job.id for job in jobs]


# What a job may be.

SCHEMA = load_schema(resources())
TIMES = st.datetimes(
    datetime(1900, 1, 1),  # noqa: DTZ001 - strategies add the zone
    datetime(2200, 1, 1),  # noqa: DTZ001
    timezones=st.sampled_from([UTC, timezone(timedelta(hours=9)), timezone(-timedelta(hours=7))]),
)
FLOATS = st.floats(allow_nan=False, allow_infinity=False)
# As a file name may be that is no text in the system's encoding.
PATHS = st.text() | st.binary().map(os.fsdecode)
SIDES = st.integers(1, 20_000)
REQUESTS = st.builds(
    lambda values: FillRequest.build(SCHEMA, values),
    st.fixed_dictionaries(
        {"prompt": st.text(min_size=1, max_size=200)},
        optional={
            "mode": st.sampled_from(["inpaint", "outpaint"]),
            "steps": st.integers(1, 50),
            "guidance": st.floats(2, 5),
            "seed": st.integers(0, 2**32 - 1),
            "prompt_upsampling": st.booleans(),
        },
    ),
)
UPLOADS = st.builds(Upload, st.text(), TIMES)


@st.composite
def raised(draw: st.DrawFn) -> FluxfillError:
    kind = draw(st.sampled_from(ERRORS))
    names = {name for _, name, _, _ in Formatter().parse(kind.text + kind.advice) if name}
    values: dict[str, Any] = draw(
        st.fixed_dictionaries({name: st.text() | st.integers() | FLOATS for name in sorted(names)})
    )
    if issubclass(kind, ServiceError):
        values["status"] = draw(st.none() | st.integers(400, 599))
        values["request_id"] = draw(st.none() | st.text())
        values["retry_after"] = draw(st.none() | FLOATS)
    return kind(charge=draw(st.none() | st.sampled_from(Charge)), **values)


PLANS = st.builds(
    Plan,
    st.builds(Rect, st.integers(0, 9999), st.integers(0, 9999), SIDES, SIDES),
    st.builds(Size, SIDES, SIDES),
    st.none() | st.builds(Rect, st.integers(-9999, 0), st.integers(-9999, 0), SIDES, SIDES),
)
FACTS: dict[str, st.SearchStrategy[Any]] = {
    "id": st.just("replaced by the test"),
    "request": REQUESTS,
    "plans": st.lists(PLANS, min_size=1, max_size=3).map(tuple),
    "engine": st.sampled_from(Engine),
    "base_url": st.text(),
    "idempotency_key": st.text(),
    "created_at": TIMES,
    "source_name": PATHS,
    "source_file": st.text(),
    "blend": st.builds(
        Blend,
        feather=st.none() | st.integers(0, MAX_FEATHER),
        grow=st.integers(0, 99),
        match=st.sampled_from(Match),
        opacity=st.floats(0, 1),
    ),
    "wish": st.none() | st.builds(Wish, PATHS, st.booleans(), st.none() | st.integers(1, 100)),
    "state": st.sampled_from(JobState),
    "image": st.none() | UPLOADS,
    "mask": st.none() | UPLOADS,
    "submitted_at": st.none() | TIMES,
    "server_id": st.none() | st.text(),
    "progress": st.none() | st.floats(0, 1),
    "result_url": st.none() | st.text(),
    "results": st.lists(st.text(), max_size=3).map(tuple),
    "seconds": st.none() | st.floats(0, 1e6),
    "seconds_before": st.floats(0, 1e6),
    "charged": st.none() | st.integers(0, 10_000),
    "charged_before": st.integers(0, 10_000),
    "saved": st.none() | PATHS,
    "error": st.none() | raised(),
    "trouble": st.none() | raised(),
    "remaining": st.none() | FLOATS,
}
JOBS = st.builds(Job, **FACTS)


def test_every_fact_of_a_job_is_tried() -> None:
    assert set(FACTS) == {field.name for field in fields(Job)}


def facts(error: FluxfillError | None) -> tuple[object, ...]:
    """All that an error says; errors are equal only when they are the same object."""
    if error is None:
        return ()
    known: tuple[object, ...] = (type(error), error.values, error.charge, error.full_message)
    if isinstance(error, ServiceError):
        known += (error.status, error.request_id, error.retry_after)
    return known


@pytest.fixture(scope="module")
def book(tmp_path_factory: pytest.TempPathFactory, schema: ParameterSchema) -> Iterator[Ledger]:
    """A ledger for many examples."""
    with closing(Ledger.open(tmp_path_factory.mktemp("book"), schema)) as opened:
        yield opened


@settings(max_examples=50)
@given(first=JOBS, then=JOBS)
def test_a_job_comes_back_as_it_was_recorded(book: Ledger, first: Job, then: Job) -> None:
    first = replace(first, id=str(uuid.uuid4()))
    book.add(first)
    then = replace(then, id=first.id, engine=first.engine, base_url=first.base_url)
    then = replace(then, created_at=first.created_at)
    for job in (first, then):
        if job is then:
            book.put(job)
        kept = book.get(job.id)
        assert replace(kept, error=None) == replace(job, error=None, trouble=None, remaining=None)
        assert facts(kept.error) == facts(job.error)
        assert kept.created_at.tzinfo is not None
    assert facts(book.jobs()[-1].error) == facts(then.error)
    book.remove(first.id)


def test_what_an_error_names_may_be_no_text(ledger: Ledger, schema: ParameterSchema) -> None:
    error = errors.FolderMissing(name="out.png", folder=Path("no") / "such")
    ledger.add(new_job(schema, "1", error=error))
    kept = ledger.get("1").error
    assert isinstance(kept, errors.FolderMissing)
    assert kept.full_message == error.full_message


def rewritten(folder: Path, old: str, new: str) -> None:
    """Change the documents of a closed ledger, as another version would have written them."""
    with closing(sqlite3.connect(folder / "ledger.sqlite3")) as connection, connection:
        changed = connection.execute(
            "UPDATE jobs SET document = replace(document, ?, ?) WHERE document LIKE ?",
            (old, new, f"%{old}%"),
        )
        assert changed.rowcount == 1


@pytest.mark.parametrize(
    ("old", "new"),
    [('"ServiceFault"', '"OutOfPaint"'), ('"ServiceFault"', '"Charge"'), ('"reason"', '"cause"')],
    ids=["unknown", "no error", "other fields"],
)
def test_an_error_of_another_version_keeps_its_sentence(
    tmp_path: Path, schema: ParameterSchema, old: str, new: str
) -> None:
    error = ServiceFault(reason="no capacity", charge=Charge.NONE, status=503)
    with closing(Ledger.open(tmp_path, schema)) as ledger:
        ledger.add(new_job(schema, "1", error=error))
    rewritten(tmp_path, old, new)
    with closing(Ledger.open(tmp_path, schema)) as ledger:
        kept = ledger.get("1").error
    assert type(kept) is FluxfillError
    assert error.message in kept.message
    assert kept.charge is Charge.NONE


def test_a_request_comes_back_though_the_schema_has_become_narrower(
    tmp_path: Path, schema: ParameterSchema
) -> None:
    request = FillRequest.build(schema, {"prompt": "a door", "steps": 49})
    with closing(Ledger.open(tmp_path, schema)) as ledger:
        ledger.add(new_job(schema, "1", request=request))
    parameters = [replace(each, maximum=10, max_length=3) for each in schema.parameters]
    narrower = replace(schema, parameters=tuple(parameters))
    with closing(Ledger.open(tmp_path, narrower)) as ledger:
        assert ledger.get("1").request == FillRequest(narrower, request.values)


# Order, times and money.


def test_jobs_stand_in_the_order_in_which_they_were_added_or_moved(
    ledger: Ledger, schema: ParameterSchema
) -> None:
    for job_id in "abcd":
        ledger.add(new_job(schema, job_id))
    ledger.move("d", before="b")
    assert ids(ledger.jobs()) == ["a", "d", "b", "c"]
    ledger.move("a", before=None)
    assert ids(ledger.jobs()) == ["d", "b", "c", "a"]
    ledger.move("b", before="b")
    ledger.remove("c")
    ledger.add(new_job(schema, "e"))
    ledger.put(new_job(schema, "d", state=JobState.STOPPED))
    assert ids(ledger.jobs()) == ["d", "b", "a", "e"]
    for job_id, before in (("b", "c"), ("c", "b"), ("no such", None)):
        with pytest.raises(JobGone):
            ledger.move(job_id, before)
    assert ids(ledger.jobs()) == ["d", "b", "a", "e"]


@settings(max_examples=30)
@given(data=st.data())
def test_any_moves_leave_the_order_that_they_say(book: Ledger, data: st.DataObject) -> None:
    order = [str(uuid.uuid4()) for _ in range(5)]
    for job_id in order:
        book.add(new_job(SCHEMA, job_id))
    for _ in range(4):
        moved, before = (
            order[data.draw(st.integers(0, 4))],
            (*order, None)[data.draw(st.integers(0, 5))],
        )
        if moved != before:
            order.remove(moved)
            order.insert(len(order) if before is None else order.index(before), moved)
        book.move(moved, before)
        assert ids(book.jobs()) == order
    for job_id in order:
        book.remove(job_id)


def test_what_is_learned_from_the_jobs_that_are_done(
    ledger: Ledger, schema: ParameterSchema
) -> None:
    def ended(job_id: str, seconds: float | None, **facts: Any) -> None:
        job = new_job(schema, job_id, **facts)
        ledger.add(job)
        ledger.put(replace(job, state=facts.get("state", JobState.DONE), seconds=seconds))

    ended("1", 14.5)
    ended("2", None)
    ended("3", 99.0, state=JobState.FAILED)
    ended("4", 0.5, engine=Engine.LOCAL, base_url="")
    ended("5", 16.0)
    ended("6", 17.0, base_url="https://another.invalid")
    ended("7", 30.0, plans=2 * new_job(schema, "7").plans)
    assert ledger.durations(Engine.APIFRAME, SERVICE) == [15.0, 16.0, 14.5]
    assert ledger.durations(Engine.APIFRAME, SERVICE, limit=1) == [15.0]
    assert ledger.durations(Engine.LOCAL, "") == [0.5]
    # Ending once more, as when a result is starred, makes a job no newer.
    ledger.put(replace(ledger.get("1"), saved="out.png"))
    ledger.remove("5")
    assert ledger.durations(Engine.APIFRAME, SERVICE) == [15.0, 16.0, 14.5]


def test_what_was_spent_since_a_moment(ledger: Ledger, schema: ParameterSchema) -> None:
    beginning = datetime.now(UTC)
    early, late, local = (new_job(schema, job_id) for job_id in ("1", "2", "3"))
    for job in (early, late, replace(local, engine=Engine.LOCAL)):
        ledger.add(replace(job, charged=9))
    assert ledger.spent(beginning) == 0
    ledger.put(replace(early, state=JobState.DONE, charged=9))
    between = datetime.now(UTC)
    ledger.put(replace(late, state=JobState.FAILED, charged=4))
    ledger.put(replace(local, state=JobState.DONE, charged=9))
    elsewhere = timezone(timedelta(hours=-8))
    assert ledger.spent(beginning.astimezone(elsewhere)) == 13
    assert ledger.spent(between) == 4
    assert ledger.spent(datetime.now(UTC) + timedelta(seconds=1)) == 0
    # Neither a second look nor its removal changes when a job ended; going on does.
    ledger.put(replace(early, state=JobState.DONE, charged=9, saved="out.png"))
    ledger.remove(early.id)
    assert (ledger.spent(beginning), ledger.spent(between)) == (13, 4)
    ledger.put(replace(late, state=JobState.WAITING, charged=4))
    assert ledger.spent(beginning) == 9


def test_a_job_that_was_removed_is_gone(ledger: Ledger, schema: ParameterSchema) -> None:
    job = new_job(schema, "1")
    ledger.add(job)
    ledger.remove("1")
    ledger.remove("1")
    ledger.release("1")
    assert ledger.jobs() == ledger.orphans() == []
    assert not ledger.is_taken("1")
    for use in (lambda: ledger.get("1"), lambda: ledger.put(job), lambda: ledger.claim("1")):
        with pytest.raises(JobGone):
            use()


# Whose job it is.


@pytest.fixture
def second(tmp_path: Path, ledger: Ledger, schema: ParameterSchema) -> Iterator[Ledger]:
    """The same ledger, as another process has it open."""
    with closing(Ledger.open(tmp_path, schema)) as opened:
        yield opened


def test_a_job_is_its_owners_alone(ledger: Ledger, second: Ledger, schema: ParameterSchema) -> None:
    job = new_job(schema, "1")
    ledger.add(job)
    assert second.is_taken("1")
    assert not ledger.is_taken("1")
    assert second.jobs() == [job]
    assert second.orphans() == ledger.orphans() == []
    for use in (second.put, lambda _: second.claim("1"), lambda _: second.remove("1")):
        with pytest.raises(JobTaken):
            use(replace(job, server_id="stolen"))
    second.release("1")
    assert ledger.claim("1") == job
    assert second.is_taken("1")


def test_a_job_that_was_released_is_the_next_ones(
    ledger: Ledger, second: Ledger, schema: ParameterSchema
) -> None:
    job = new_job(schema, "1")
    ledger.add(job)
    ledger.put(replace(job, server_id="changed since"))
    ledger.release("1")
    assert ids(ledger.orphans()) == ids(second.orphans()) == ["1"]
    assert second.claim("1").server_id == "changed since"
    assert ledger.is_taken("1")
    assert ledger.orphans() == []
    with pytest.raises(JobTaken):
        ledger.put(job)
    ledger.release("1")
    assert second.claim("1").server_id == "changed since"


def test_only_what_is_not_over_can_be_an_orphan(ledger: Ledger, schema: ParameterSchema) -> None:
    for state in JobState:
        ledger.add(new_job(schema, state.value, state=state))
        ledger.release(state.value)
    assert ids(ledger.orphans()) == [state.value for state in JobState if state.is_running]


def test_a_window_that_was_closed_leaves_its_jobs_to_others(
    ledger: Ledger, tmp_path: Path, schema: ParameterSchema
) -> None:
    with closing(Ledger.open(tmp_path, schema)) as closed:
        closed.add(new_job(schema, "1"))
        assert ledger.is_taken("1")
    assert not ledger.is_taken("1")
    assert ids(ledger.orphans()) == ["1"]
    ledger.put(replace(ledger.claim("1"), server_id="2"))


def test_a_killed_process_leaves_its_jobs_to_others_at_once(ledger: Ledger, tmp_path: Path) -> None:
    with another(tmp_path) as process:
        assert process.ask("add 1 2") == "added"
        assert ledger.is_taken("1")
        assert ledger.orphans() == []
        with pytest.raises(JobTaken):
            ledger.claim("1")
        process.kill()
        assert ids(ledger.orphans()) == ["1", "2"]
        assert ledger.claim("1").id == "1"
        assert ids(ledger.orphans()) == ["2"]


def test_of_processes_that_claim_a_job_at_the_same_time_one_gets_it(
    ledger: Ledger, tmp_path: Path, schema: ParameterSchema
) -> None:
    with another(tmp_path) as one, another(tmp_path) as two:
        for number in range(40):
            job_id = str(number)
            ledger.add(new_job(schema, job_id))
            ledger.release(job_id)
            for process in (one, two):
                process.tell(f"claim {job_id}")
            assert sorted([one.answer(), two.answer()]) == ["JobTaken", f"claimed {job_id}"]
            assert ledger.is_taken(job_id)


def test_threads_may_share_a_ledger(ledger: Ledger, schema: ParameterSchema) -> None:
    def work(name: str) -> None:
        for number in range(10):
            ledger.add(new_job(schema, f"{name}{number}"))
            ledger.put(new_job(schema, f"{name}{number}", server_id=name))

    threads = [threading.Thread(target=work, args=(name,)) for name in "abcd"]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(timeout=30)
    assert sorted((job.id, job.server_id) for job in ledger.jobs()) == [
        (f"{name}{number}", name) for name in "abcd" for number in range(10)
    ]


# Disks and processes that refuse or end.


def test_a_ledger_that_another_keeps_locked_is_busy_and_loses_nothing(
    tmp_path: Path, schema: ParameterSchema
) -> None:
    with closing(Ledger.open(tmp_path, schema, patience=0.1)) as ledger:
        job = new_job(schema, "1")
        ledger.add(job)
        with another(tmp_path) as process:
            assert process.ask("lock") == "locked"
            for use in (ledger.put, ledger.add, lambda _: ledger.claim("1")):
                with pytest.raises(LedgerBusy):
                    use(replace(job, server_id="lost"))
            assert ledger.jobs() == [job]
            assert process.ask("go on") == "unlocked"
            ledger.put(replace(job, server_id="recorded"))
            assert ledger.get("1").server_id == "recorded"


@pytest.mark.skipif(
    os.name == "nt" or os.geteuid() == 0, reason="root may write where nobody may write"
)
def test_a_folder_that_may_only_be_read_is_told(tmp_path: Path, schema: ParameterSchema) -> None:
    with closing(Ledger.open(tmp_path, schema)) as ledger:
        ledger.add(new_job(schema, "1"))
    for folder in (tmp_path / "processes", tmp_path):
        folder.chmod(0o500)
    try:
        with pytest.raises(LedgerError, match="ermission denied"):
            Ledger.open(tmp_path, schema)
        with pytest.raises(LedgerError, match="ermission denied"):
            Ledger.open(tmp_path / "new", schema)
    finally:
        for folder in (tmp_path, tmp_path / "processes"):
            folder.chmod(0o700)
    with closing(Ledger.open(tmp_path, schema)) as ledger:
        assert ids(ledger.jobs()) == ["1"]


def test_a_folder_that_cannot_be_is_told(tmp_path: Path, schema: ParameterSchema) -> None:
    (tmp_path / "file").write_text("in the way")
    with pytest.raises(LedgerError) as caught:
        Ledger.open(tmp_path / "file" / "data", schema)
    assert isinstance(caught.value.__cause__, OSError)


def test_a_full_disk_in_the_middle_of_a_change_leaves_what_was_there(
    ledger: Ledger, tmp_path: Path, schema: ParameterSchema
) -> None:
    job = new_job(schema, "1", server_id="as it was")
    ledger.add(job)
    log = tmp_path / "ledger.sqlite3-wal"
    # Room for some pages of the change, not for all.
    with disk_limit(log.stat().st_size + 20_000):
        for _ in range(2):
            with pytest.raises(LedgerError, match="disk") as caught:
                ledger.put(replace(job, server_id="x" * 100_000))
            assert type(caught.value) is LedgerError
            assert isinstance(caught.value.__cause__, sqlite3.OperationalError)
            assert ledger.jobs() == [job]
    ledger.put(replace(job, server_id="room again"))
    ledger.close()
    with closing(Ledger.open(tmp_path, schema)) as reopened:
        assert reopened.damage is None
        assert reopened.get("1").server_id == "room again"


def test_a_disk_that_is_full_from_the_beginning_is_told(
    tmp_path: Path, schema: ParameterSchema
) -> None:
    with disk_limit(10_000), pytest.raises(LedgerError):
        Ledger.open(tmp_path, schema)
    with closing(Ledger.open(tmp_path, schema)) as ledger:
        assert ledger.damage is None
        assert ledger.jobs() == []


def test_what_was_recorded_before_a_kill_is_there_afterwards(
    tmp_path: Path, schema: ParameterSchema
) -> None:
    rng = random.Random(7)
    with closing(Ledger.open(tmp_path, schema)) as ledger:
        ledger.add(new_job(schema, "1"))
    for _ in range(5):
        with another(tmp_path) as process:
            process.tell("put-on-and-on 1")
            recorded = [process.answer() for _ in range(rng.randrange(1, 60))][-1]
            process.kill()
        with closing(Ledger.open(tmp_path, schema)) as ledger:
            assert ledger.damage is None
            (job,) = ledger.orphans()
            assert job.progress is not None
            assert job.progress >= int(recorded)
            assert job.server_id == str(int(job.progress)) * 2000


def test_mistakes_of_the_program_are_not_taken_for_the_disks(
    ledger: Ledger, schema: ParameterSchema
) -> None:
    ledger.add(new_job(schema, "1"))
    with pytest.raises(sqlite3.IntegrityError):
        ledger.add(new_job(schema, "1"))
    ledger.close()
    ledger.close()
    with pytest.raises(sqlite3.ProgrammingError):
        ledger.jobs()
