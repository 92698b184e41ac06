"""The wire format: what goes out fits the contract, and whatever comes in is read or refused."""

from __future__ import annotations

import json
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from jsonschema import Draft202012Validator

from fluxfill_studio.apiframe import wire
from fluxfill_studio.apiframe.wire import Answer, BodyForm, JobReport, JobStatus
from fluxfill_studio.core.errors import (
    BadAnswer,
    Charge,
    FluxfillError,
    JobCancelled,
    JobFailed,
    JobFlagged,
    KeyRejected,
    NotEnoughCredits,
    RequestRejected,
    ServiceError,
    ServiceFault,
    TooManyRequests,
)
from fluxfill_studio.core.request import FillRequest, Mode
from fluxfill_studio.core.schema import Kind, Parameter, ParameterSchema, Value

ROOT = Path(__file__).parents[2]
SCHEMA = ParameterSchema.from_data(
    json.loads((ROOT / "resources/schema/flux-fill-pro.json").read_text(encoding="utf-8"))
)
CONTRACT = json.loads((ROOT / "tests/contract/apiframe-v2.schema.json").read_text(encoding="utf-8"))
NOW = datetime(2026, 7, 1, 12, 0, 0, tzinfo=UTC)
JOB_ID = "0b7cf3f4-2f44-4c5e-9a0e-6f6a2a1d9a10"
IMAGE_URL = "https://cdn.example/a.png"
MASK_URL = "https://cdn.example/m.png"


def answer(data: object, status: int = 200, **headers: str) -> Answer:
    named = {name.replace("_", "-"): value for name, value in headers.items()}
    body = data if isinstance(data, bytes) else json.dumps(data).encode()
    return Answer(status, named, body)


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
    assert told == wire.Upload(IMAGE_URL, moment)


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
    with pytest.raises(BadAnswer):
        wire.upload(answer(data, 201))


def test_submission_of_a_replay_may_be_over_already() -> None:
    told = {"jobId": JOB_ID, "status": "COMPLETED"}
    contract_for("JobAccepted").validate(told)
    assert wire.submission(answer(told, 202)) == wire.Submission(JOB_ID, JobStatus.COMPLETED)


@pytest.mark.parametrize("job_id", [None, "", "../me", "a/b", 12, "x" * 200])
def test_submission_whose_job_cannot_be_asked_for_is_refused(job_id: object) -> None:
    pending = Answer(202, {}, json.dumps({"jobId": job_id, "status": "QUEUED"}).encode())
    with pytest.raises(BadAnswer):
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
    assert report == JobReport(JOB_ID, JobStatus.COMPLETED, 100, IMAGE_URL, None, 9)


@pytest.mark.parametrize(
    "result", [None, "", "not an address", [], [None], {}, {"images": []}, 7, [[[[IMAGE_URL]]]]]
)
def test_completed_job_without_a_result_is_refused(result: object) -> None:
    with pytest.raises(BadAnswer) as caught:
        wire.job_report(answer(job(status="COMPLETED", result=result)))
    assert caught.value.charge is Charge.CHARGED


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


def test_a_byte_order_mark_is_no_fault() -> None:
    assert wire.job_report(answer(b"\xef\xbb\xbf" + json.dumps(job()).encode())).id == JOB_ID


@pytest.mark.parametrize(
    "body",
    [b"", b"{", b"[]", b"null", b'"x"', b"\xff\xfe{}", b"<html></html>", b"[" * 100_000, b"NaN"],
)
def test_bodies_that_are_no_json_object_are_refused(body: bytes) -> None:
    broken = Answer(200, {"x-request-id": "req-9"}, body, Charge.PENDING)
    for read in (wire.account, wire.upload, wire.submission, wire.job_report):
        with pytest.raises(BadAnswer) as caught:
            read(broken)
        assert caught.value.request_id == "req-9"
        assert caught.value.status == 200
        assert caught.value.charge is Charge.PENDING


@pytest.mark.parametrize(
    ("status", "kind"),
    [
        (101, BadAnswer),
        (301, BadAnswer),
        (302, BadAnswer),
        (400, RequestRejected),
        (401, KeyRejected),
        (402, NotEnoughCredits),
        (403, KeyRejected),
        (404, RequestRejected),
        (409, RequestRejected),
        (413, RequestRejected),
        (422, RequestRejected),
        (429, TooManyRequests),
        (500, ServiceFault),
        (501, ServiceFault),
        (502, ServiceFault),
        (503, ServiceFault),
        (599, ServiceFault),
        (600, BadAnswer),
        (999, BadAnswer),
    ],
)
def test_every_status_has_its_error(status: int, kind: type[ServiceError]) -> None:
    refused = Answer(status, {"x-request-id": "req-1"}, b'{"error": "so it is"}', Charge.PENDING)
    error = wire.error_for(refused, NOW)
    assert type(error) is kind
    assert (error.status, error.request_id, error.charge) == (status, "req-1", Charge.PENDING)


@pytest.mark.parametrize("status", [401, 402, 403])
def test_refused_transfers_do_not_speak_of_the_key(status: int) -> None:
    assert type(wire.transfer_error(answer(b"", status), NOW)) is RequestRejected


@pytest.mark.parametrize(
    ("body", "reason"),
    [
        (b'{"error": "No such model", "message": "other"}', "No such model"),
        (b'{"message": "Route not found"}', "Route not found"),
        (b'{"error": {"message": "Nested"}}', "Nested"),
        (b'{"error": null, "message": "Second"}', "Second"),
        (
            b'{"error": "Invalid", "details": {"fluxFillParams.mask": ["Required", "Not a URL"]}}',
            "Invalid (fluxFillParams.mask: Required Not a URL)",
        ),
        (b'{"error": "Invalid", "details": "none"}', "Invalid"),
        (b'{"code": 7}', '{"code": 7}'),
        (b"upstream  connect\r\nerror", "upstream connect error"),
        (b"<html><h1>502</h1>\n<p>Bad Gateway</p></html>", "502 Bad Gateway"),
        (b"\xff\xfe\x00", "��"),
        (b"  ", "HTTP 500"),
        (b"x" * 1000, "x" * 299 + "…"),
    ],
)
def test_reason_is_what_the_service_said(body: bytes, reason: str) -> None:
    assert wire.error_for(answer(body, 500), NOW).values["reason"] == reason


@pytest.mark.parametrize(
    ("body", "required", "available"),
    [
        (b'{"error": "x", "creditsRequired": 9, "creditsAvailable": 4}', 9, 4),
        (b'{"error": "x"}', "?", "?"),
        (b"Payment Required", "?", "?"),
    ],
)
def test_missing_credits_are_told(body: bytes, required: object, available: object) -> None:
    error = wire.error_for(answer(body, 402), NOW)
    assert error.values == {"required": required, "available": available}
    assert f"{required} credits" in error.message


@pytest.mark.parametrize(
    ("header", "seconds"),
    [
        ("7", 7.0),
        ("0", 0.0),
        ("Wed, 01 Jul 2026 12:00:30 GMT", 30.0),
        ("Wed, 01 Jul 2026 14:00:30 +0200", 30.0),
        ("Wed, 01 Jul 2026 11:00:00 GMT", 0.0),
        ("soon", None),
        ("-5", None),
        ("1e9", None),
        ("9" * 400, None),
        ("", None),
    ],
)
def test_retry_after_in_both_forms(header: str, seconds: float | None) -> None:
    error = wire.error_for(answer(b"{}", 429, retry_after=header), NOW)
    assert isinstance(error, TooManyRequests)
    assert error.retry_after == seconds


def test_retry_after_may_be_absent() -> None:
    error = wire.error_for(answer(b"{}", 429), NOW)
    assert isinstance(error, TooManyRequests)
    assert error.retry_after is None


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


# Names and values of the contract, so that the parsers are entered deeply.
fields = {name for part in CONTRACT["$defs"].values() for name in part["properties"]}
names = st.sampled_from(sorted(fields | {"email", "plan", "prefix", "images", "image", "message"}))
leaves = (
    st.none()
    | st.booleans()
    | st.integers()
    | st.floats()
    | st.text()
    | st.sampled_from(
        [JOB_ID, "COMPLETED", "FAILED", IMAGE_URL, "2026-07-01T14:00:00Z", "http://["]
    )
    | st.datetimes().map(datetime.isoformat)
)
documents = st.recursive(
    leaves,
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(names | st.text(), inner),
    max_leaves=12,
)
jobs = st.fixed_dictionaries(
    {"id": st.just(JOB_ID), "status": st.sampled_from(["COMPLETED", "FAILED", "new"])},
    optional={"result": documents, "error": documents, "progress": leaves, "creditCost": leaves},
)
bodies = (documents | jobs).map(lambda data: json.dumps(data).encode()) | st.binary()
headers = st.dictionaries(st.sampled_from(["retry-after", "x-request-id", "location"]), st.text())


@given(bodies, headers)
def test_no_body_raises_anything_but_our_errors(body: bytes, told: dict[str, str]) -> None:
    given_answer = Answer(200, told, body)
    for read in (wire.account, wire.upload, wire.submission, wire.job_report):
        try:
            parsed: Any = read(given_answer)
        except FluxfillError as error:
            error.full_message.encode()
        else:
            if isinstance(parsed, JobReport) and parsed.status is JobStatus.FAILED:
                wire.failure_of(parsed).full_message.encode()


@given(st.integers(100, 999), bodies, headers)
def test_every_refusal_becomes_a_sentence(status: int, body: bytes, told: dict[str, str]) -> None:
    for make in (wire.error_for, wire.transfer_error):
        error = make(Answer(status, told, body), NOW)
        error.full_message.encode()
        assert len(error.message) < 500
        if isinstance(error, TooManyRequests) and error.retry_after is not None:
            assert error.retry_after >= 0


dates = st.from_regex(r"[A-Z][a-z]{2}, \d{1,2} [A-Z][a-z]{2} \d{1,5} \d+:\d+:\d+ (GMT|[+-]\d+)")


@given(st.text() | dates)
def test_any_retry_after_is_read_or_ignored(header: str) -> None:
    error = wire.error_for(Answer(429, {"retry-after": header}, b"{}"), NOW)
    assert isinstance(error, TooManyRequests)


@given(st.text())
def test_any_redirect_leads_to_a_web_address_or_is_refused(location: str) -> None:
    try:
        target = wire.redirect_target(IMAGE_URL, Answer(302, {"location": location}, b""))
    except BadAnswer:
        return
    assert target is not None
    assert target.startswith(("https://", "http://"))
