"""The wire format: what goes out fits the contract, and whatever comes in is read or refused."""

from __future__ import annotations

import json
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st
from jsonschema import Draft202012Validator

from fluxfill_studio.apiframe import wire
from fluxfill_studio.apiframe.wire import BodyForm, JobReport, JobStatus, ListedJob
from fluxfill_studio.core.errors import (
    BadAnswer,
    Charge,
    GarbledAnswer,
    JobCancelled,
    JobFailed,
    JobFlagged,
    ResultGone,
)
from fluxfill_studio.core.job import Upload
from fluxfill_studio.core.request import FillRequest, Mode
from fluxfill_studio.core.schema import Kind, Parameter, ParameterSchema, Value
from tests.apiframe.conftest import answer

ROOT = Path(__file__).parents[2]
SCHEMA = ParameterSchema.from_data(
    json.loads((ROOT / "resources/schema/flux-fill-pro.json").read_text(encoding="utf-8"))
)
CONTRACT = json.loads((ROOT / "tests/contract/apiframe-v2.schema.json").read_text(encoding="utf-8"))
NOW = datetime(2026, 7, 1, 12, 0, 0, tzinfo=UTC)
JOB_ID = "0b7cf3f4-2f44-4c5e-9a0e-6f6a2a1d9a10"
IMAGE_URL = "https://cdn.example/a.png"
MASK_URL = "https://cdn.example/m.png"


def contract_for(name: str) -> Draft202012Validator:
    return Draft202012Validator(
        {"$ref": f"#/$defs/{name}", "$defs": CONTRACT["$defs"]},
        format_checker=Draft202012Validator.FORMAT_CHECKER,
    )


def job(**fields: object) -> dict[str, object]:
    told = {
        "id": JOB_ID,
        "status": "PROCESSING",
        "model": "flux-fill-pro",
        "progress": 40,
        "error": None,
        "creditCost": 9,
        "webhookStatus": None,
        "createdAt": "2026-07-01T12:00:00Z",
        "completedAt": None,
        **fields,
    }
    contract_for("Job").validate({**told, "status": "QUEUED"})
    return told


def values_of(parameter: Parameter) -> st.SearchStrategy[Value]:
    """Every value that the schema allows for `parameter`."""
    match parameter.kind:
        case Kind.TEXT:
            text = st.characters(codec="utf-8")
            return st.text(text, min_size=parameter.min_length, max_size=parameter.max_length)
        case Kind.CHOICE:
            return st.sampled_from([choice.value for choice in parameter.choices])
        case Kind.BOOLEAN:
            return st.booleans()
        case Kind.INTEGER:
            low, high = parameter.minimum, parameter.maximum
            return st.integers(
                None if low is None else int(low), None if high is None else int(high)
            )
        case Kind.NUMBER:
            return st.floats(parameter.minimum, parameter.maximum).map(parameter.snap)
        case Kind.URL:
            raise AssertionError("addresses come from uploads")


settable = {p.name: values_of(p) for p in SCHEMA.parameters if p.kind is not Kind.URL}
allowed_values = st.fixed_dictionaries(
    {"prompt": settable["prompt"]},
    optional={name: values for name, values in settable.items() if name != "prompt"},
)


@given(allowed_values)
def test_both_forms_of_every_allowed_request_fit_the_contract(values: dict[str, Value]) -> None:
    request = FillRequest.build(SCHEMA, values)
    params = request.params(IMAGE_URL, MASK_URL if request.mode is Mode.INPAINT else None)

    seeds = wire.edit_body(BodyForm.SEEDS, SCHEMA, params)
    strict = wire.edit_body(BodyForm.STRICT, SCHEMA, params)

    contract_for("EditRequestSeeds").validate(seeds)
    contract_for("EditRequestStrict").validate(strict)
    assert seeds == {"prompt": values["prompt"], **strict}


def test_account_is_read_whole() -> None:
    me = {
        "user": {"id": "u1", "email": "ada@example.org", "role": "owner"},
        "team": {"id": "t", "name": "T", "plan": "pro", "credits": 1204, "maxConcurrentJobs": 5},
        "apiKey": {"id": "k", "name": "desk", "prefix": "afk_3f9a"},
    }
    contract_for("Me").validate(me)
    assert wire.account(answer(me)) == wire.Account("ada@example.org", "pro", 1204, 5, "afk_3f9a")


@pytest.mark.parametrize("rest", [{}, {"team": None, "apiKey": None}, {"team": {}, "apiKey": 3}])
def test_account_needs_nothing_but_the_user(rest: dict[str, object]) -> None:
    account = wire.account(answer({"user": {"id": "u", "email": "a@b", "role": "?"}, **rest}))
    assert account == wire.Account("a@b", None, None, None, None)


@pytest.mark.parametrize(
    ("text", "moment"),
    [
        ("2026-07-01T14:00:00.000Z", NOW + timedelta(hours=2)),
        ("2026-07-01T16:00:00+02:00", NOW + timedelta(hours=2)),
        ("2026-07-01T14:00:00", NOW + timedelta(hours=2)),
    ],
)
def test_upload_tells_address_and_expiry(text: str, moment: datetime) -> None:
    told = wire.upload(answer({"url": IMAGE_URL, "expiresAt": text}, 201))
    assert told == Upload(IMAGE_URL, moment)


@pytest.mark.parametrize(
    "data",
    [
        {"expiresAt": "2026-07-01T14:00:00Z"},
        {"url": "data:image/png;base64,AA==", "expiresAt": "2026-07-01T14:00:00Z"},
        {"url": "file:///etc/passwd", "expiresAt": "2026-07-01T14:00:00Z"},
        {"url": "https://[::1", "expiresAt": "2026-07-01T14:00:00Z"},
        {"url": "https://h:99999/a", "expiresAt": "2026-07-01T14:00:00Z"},
        {"url": f"https://{'a' * 64}.example/a", "expiresAt": "2026-07-01T14:00:00Z"},
        {"url": "https://h/\ud800", "expiresAt": "2026-07-01T14:00:00Z"},
        {"url": IMAGE_URL},
        {"url": IMAGE_URL, "expiresAt": "tomorrow"},
        {"url": IMAGE_URL, "expiresAt": 1782907200},
    ],
)
def test_upload_without_usable_address_or_expiry_is_refused(data: object) -> None:
    with pytest.raises(GarbledAnswer):
        wire.upload(answer(data, 201))


def test_submission_of_a_replay_may_be_over_already() -> None:
    told = {"jobId": JOB_ID, "status": "COMPLETED"}
    contract_for("JobAccepted").validate(told)
    assert wire.submission(answer(told, 202)) == wire.Submission(JOB_ID, JobStatus.COMPLETED)


@pytest.mark.parametrize("job_id", [None, "", "../me", "a/b", 12, "x" * 200])
def test_submission_whose_job_cannot_be_asked_for_is_refused(job_id: object) -> None:
    pending = answer({"jobId": job_id, "status": "QUEUED"}, 202)
    with pytest.raises(GarbledAnswer):
        wire.submission(pending)


@pytest.mark.parametrize(
    "result",
    [
        IMAGE_URL,
        [IMAGE_URL, MASK_URL],
        {"images": [IMAGE_URL, MASK_URL]},
        {"images": [{"url": IMAGE_URL}]},
        {"image": IMAGE_URL},
        {"image": {"url": IMAGE_URL}},
        {"url": IMAGE_URL},
        {"images": [], "url": IMAGE_URL},
        {"images": None, "image": IMAGE_URL},
    ],
)
def test_result_is_found_in_every_shape(result: object) -> None:
    report = wire.job_report(answer(job(status="COMPLETED", progress=100, result=result)))
    assert report == JobReport(
        JOB_ID, JobStatus.COMPLETED, 100, IMAGE_URL, None, 9, NOW, None, expired=False
    )


@pytest.mark.parametrize("result", ["not an address", [[[[IMAGE_URL]]]], 7, "file:///etc/passwd"])
def test_a_result_whose_address_cannot_be_used_is_refused(result: object) -> None:
    with pytest.raises(GarbledAnswer) as caught:
        wire.job_report(answer(job(status="COMPLETED", result=result)))
    assert caught.value.charge is Charge.CHARGED


@pytest.mark.parametrize("expired", [True, False, None])
@pytest.mark.parametrize("result", [None, "", [], [None], {}, {"images": []}])
def test_a_completed_job_without_its_result_has_lost_it(result: object, expired: object) -> None:
    told = {**job(status="COMPLETED", result=result), "expired": expired}
    with pytest.raises(ResultGone) as caught:
        wire.job_report(answer(told, x_request_id="req-4"))
    assert (caught.value.charge, caught.value.request_id) == (Charge.CHARGED, "req-4")


def test_a_result_that_is_still_there_is_fetched_though_it_has_expired() -> None:
    told = job(status="COMPLETED", result=IMAGE_URL, expired=True)
    report = wire.job_report(answer(told))
    assert (report.result_url, report.expired) == (IMAGE_URL, True)


@pytest.mark.parametrize(
    ("created", "completed", "seconds"),
    [
        ("2026-07-01T12:00:00Z", "2026-07-01T12:00:14.500Z", 14.5),
        ("2026-07-01T14:00:00+02:00", "2026-07-01T12:00:03", 3),
        ("2026-07-01T12:00:00Z", "2026-07-01T11:59:59Z", 0),
        ("2026-07-01T12:00:00Z", None, None),
        (None, "2026-07-01T12:00:00Z", None),
        ("before", "after", None),
    ],
)
def test_a_report_tells_how_long_the_service_worked(
    created: object, completed: object, seconds: float | None
) -> None:
    told = {**job(), "createdAt": created, "completedAt": completed}
    assert wire.job_report(answer(told)).seconds == seconds


def test_the_list_of_jobs_is_read() -> None:
    params = {"image": IMAGE_URL, "prompt": "a door"}
    told = {"jobs": [job(input=params), job(input=None)], "nextCursor": "c2", "hasMore": True}
    contract_for("JobList").validate(told)
    page = wire.job_page(answer(told))
    assert page.jobs == (ListedJob(JOB_ID, NOW, params), ListedJob(JOB_ID, NOW, None))
    assert page.next_cursor == "c2"


@pytest.mark.parametrize(
    ("rest", "cursor"),
    [
        ({"nextCursor": "c", "hasMore": False}, None),
        ({"nextCursor": "c"}, "c"),
        ({"nextCursor": "", "hasMore": True}, None),
        ({"nextCursor": 5, "hasMore": True}, None),
        ({}, None),
    ],
)
def test_the_list_ends_where_no_cursor_leads_on(
    rest: dict[str, object], cursor: str | None
) -> None:
    assert wire.job_page(answer({"jobs": [], **rest})).next_cursor == cursor


def test_entries_that_cannot_be_asked_for_are_left_out() -> None:
    entries = [None, 7, {}, {"id": "../me"}, {"id": JOB_ID, "createdAt": "?"}]
    assert wire.job_page(answer({"jobs": entries})).jobs == (ListedJob(JOB_ID, None, None),)


@pytest.mark.parametrize("jobs", [None, {}, "none", 3])
def test_a_list_without_jobs_is_refused(jobs: object) -> None:
    with pytest.raises(GarbledAnswer):
        wire.job_page(answer({"jobs": jobs}))


@pytest.mark.parametrize(
    "held",
    [
        IMAGE_URL,
        {"image": IMAGE_URL},
        {"prompt": "x", "fluxFillParams": {"mode": "inpaint", "image": IMAGE_URL}},
        [{"files": [MASK_URL, IMAGE_URL]}],
    ],
)
def test_a_job_is_known_by_its_picture_wherever_the_address_stands(held: object) -> None:
    assert ListedJob(JOB_ID, None, held).holds(IMAGE_URL)


@pytest.mark.parametrize(
    "held", [None, {}, {"image": MASK_URL}, f"see {IMAGE_URL}", {IMAGE_URL: 1}]
)
def test_a_job_of_another_picture_is_another(held: object) -> None:
    assert not ListedJob(JOB_ID, None, held).holds(IMAGE_URL)


@pytest.mark.parametrize(
    ("text", "status", "is_over"),
    [
        ("QUEUED", JobStatus.QUEUED, False),
        ("PROCESSING", JobStatus.PROCESSING, False),
        ("processing", JobStatus.PROCESSING, False),
        ("FAILED", JobStatus.FAILED, True),
        ("CANCELLED", JobStatus.CANCELLED, True),
        ("UPSCALING", JobStatus.UNKNOWN, False),
        ("", JobStatus.UNKNOWN, False),
    ],
)
def test_unknown_states_count_as_running(text: str, status: JobStatus, is_over: bool) -> None:
    report = wire.job_report(answer(job(status=text)))
    assert (report.status, report.status.is_over) == (status, is_over)


@pytest.mark.parametrize(
    ("told", "read"),
    [(0, 0), (55, 55), (55.9, 55), (-3, 0), (1e300, 100), (None, None), ("55", None), (True, None)],
)
def test_progress_is_a_percentage_or_unknown(told: object, read: int | None) -> None:
    body = {**job(), "progress": told}
    assert wire.job_report(answer(body)).progress == read


def test_numbers_beyond_all_bounds_are_unknown() -> None:
    body = json.dumps(job()).replace("40", "1e999").encode()
    assert wire.job_report(answer(body)).progress is None


@pytest.mark.parametrize(
    ("text", "kind", "reason"),
    [
        ("Out of memory", JobFailed, "Out of memory"),
        (None, JobFailed, "no reason was given"),
        ("Request Moderated", JobFlagged, "Request Moderated"),
        ("content policy violation", JobFlagged, "content policy violation"),
        ("Stopped by SAFETY checker", JobFlagged, "Stopped by SAFETY checker"),
        ("NSFW content", JobFlagged, "NSFW content"),
        ("the prompt was flagged", JobFlagged, "the prompt was flagged"),
        ({"message": "Nested"}, JobFailed, "Nested"),
        ([1], JobFailed, "no reason was given"),
    ],
)
def test_failed_jobs_say_why(text: object, kind: type[JobFailed], reason: str) -> None:
    body = {**job(status="FAILED"), "error": text}
    failure = wire.failure_of(wire.job_report(answer(body)))
    assert type(failure) is kind
    assert failure.values == {"reason": reason}
    assert failure.charge is Charge.NONE


def test_cancelled_jobs_claim_nothing_about_the_charge() -> None:
    failure = wire.failure_of(wire.job_report(answer(job(status="CANCELLED"))))
    assert type(failure) is JobCancelled
    assert failure.charge is None


def test_running_jobs_have_no_failure() -> None:
    with pytest.raises(ValueError, match="PROCESSING"):
        wire.failure_of(wire.job_report(answer(job())))


@pytest.mark.parametrize(
    ("location", "target"),
    [
        ("/b.png", "https://cdn.example/b.png"),
        ("//other.example/b.png", "https://other.example/b.png"),
        ("http://other.example/b.png", "http://other.example/b.png"),
    ],
)
def test_redirects_are_resolved(location: str, target: str) -> None:
    assert wire.redirect_target(IMAGE_URL, answer(b"", 302, location=location)) == target


@pytest.mark.parametrize(
    "location", ["file:///etc/passwd", "ftp://h/x", "http://[", "https://h:70000/"]
)
def test_redirects_out_of_the_web_are_refused(location: str) -> None:
    with pytest.raises(BadAnswer):
        wire.redirect_target(IMAGE_URL, answer(b"", 302, location=location))


def test_only_redirects_redirect() -> None:
    assert wire.redirect_target(IMAGE_URL, answer(b"", 200, location="/b.png")) is None
    assert wire.redirect_target(IMAGE_URL, answer(b"", 302)) is None
