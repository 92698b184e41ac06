"""One answer: its JSON, what it says in words, and the error that each status stands for."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest

from fluxfill_studio.apiframe.answer import (
    Answer,
    both_refused,
    error_for,
    excerpt,
    moment,
    result_error,
    whole,
    words,
)
from fluxfill_studio.core.errors import (
    BadAnswer,
    Charge,
    GarbledAnswer,
    KeyRejected,
    NotEnoughCredits,
    ProxyRefused,
    Redirected,
    RequestRejected,
    ResultGone,
    ServiceError,
    ServiceFault,
    TooManyRequests,
)
from tests.apiframe.conftest import answer

NOW = datetime(2026, 7, 1, 12, 0, 0, tzinfo=UTC)


@pytest.mark.parametrize(
    "body",
    [b"", b"{", b"[]", b"null", b'"x"', b"\xff\xfe{}", b"<html></html>", b"[" * 100_000, b"NaN"],
)
def test_bodies_that_are_no_json_object_are_garbled(body: bytes) -> None:
    broken = Answer(200, {"x-request-id": "req-9"}, body, Charge.PENDING)
    with pytest.raises(GarbledAnswer) as caught:
        broken.json()
    assert caught.value.request_id == "req-9"
    assert caught.value.status == 200
    assert caught.value.charge is Charge.PENDING


@pytest.mark.parametrize("kind", ["application/json", "text/plain", "text/html", ""])
def test_the_bytes_tell_what_they_are_not_their_label(kind: str) -> None:
    assert answer(b'\xef\xbb\xbf{"a": 1}', content_type=kind).json() == {"a": 1}


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
        (407, ProxyRefused),
        (408, ServiceFault),
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
    error = error_for(refused, NOW)
    assert type(error) is kind
    assert (error.status, error.request_id, error.charge) == (status, "req-1", Charge.PENDING)


def test_a_redirect_with_the_key_is_not_followed_but_told() -> None:
    error = error_for(answer(b"", 302, location="https://a:b@login.example:8443/?next=1"), NOW)
    assert type(error) is Redirected
    assert error.values == {"target": "https://login.example"}
    assert error.status == 302


@pytest.mark.parametrize(("location", "target"), [("/sign-in?x=1", "/sign-in"), ("http://[", "?")])
def test_the_target_of_a_redirect_is_told_without_its_query(location: str, target: str) -> None:
    error = error_for(answer(b"", 301, location=location), NOW)
    assert error.values == {"target": target}


@pytest.mark.parametrize(
    ("status", "kind"),
    [
        (302, BadAnswer),
        (400, ResultGone),
        (401, ResultGone),
        (403, ResultGone),
        (404, ResultGone),
        (407, ProxyRefused),
        (408, ServiceFault),
        (410, ResultGone),
        (429, TooManyRequests),
        (500, ServiceFault),
        (600, BadAnswer),
    ],
)
def test_a_refused_result_is_gone_from_its_address(status: int, kind: type[ServiceError]) -> None:
    refused = Answer(status, {"x-request-id": "req-1"}, b"<Error/>", Charge.CHARGED)
    error = result_error(refused, NOW)
    assert type(error) is kind
    assert (error.status, error.request_id, error.charge) == (status, "req-1", Charge.CHARGED)


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
    assert error_for(answer(body, 500), NOW).values["reason"] == reason


@pytest.mark.parametrize(
    ("body", "required", "available"),
    [
        (b'{"error": "x", "creditsRequired": 9, "creditsAvailable": 4}', 9, 4),
        (b'{"error": "x"}', "?", "?"),
        (b"Payment Required", "?", "?"),
    ],
)
def test_missing_credits_are_told(body: bytes, required: object, available: object) -> None:
    error = error_for(answer(body, 402), NOW)
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
    error = error_for(answer(b"{}", 429, retry_after=header), NOW)
    assert isinstance(error, TooManyRequests)
    assert error.retry_after == seconds


def test_retry_after_may_be_absent() -> None:
    error = error_for(answer(b"{}", 429), NOW)
    assert isinstance(error, TooManyRequests)
    assert error.retry_after is None


@pytest.mark.parametrize("skew", [timedelta(days=-400), timedelta(hours=3)])
def test_a_date_to_retry_after_counts_from_the_date_of_the_answer(skew: timedelta) -> None:
    there = "Wed, 01 Jul 2026 12:00:00 GMT"
    busy = answer(b"", 429, retry_after="Wed, 01 Jul 2026 12:01:30 GMT", date=there)
    assert error_for(busy, NOW + skew).retry_after == 90


def test_a_date_that_cannot_be_read_is_no_date() -> None:
    busy = answer(b"", 429, retry_after="Wed, 01 Jul 2026 12:01:30 GMT", date="today")
    assert error_for(busy, NOW).retry_after == 90


@pytest.mark.parametrize("status", [408, 500, 503])
def test_a_fault_may_say_when_to_come_back(status: int) -> None:
    assert error_for(answer(b"", status, retry_after="20"), NOW).retry_after == 20


def test_a_refusal_in_both_forms_gives_the_weightier_status_and_both_reasons() -> None:
    first, second = (answer({"error": f"no {s}"}, s) for s in (409, 400))
    assert both_refused(first, second).values == {"reason": "no 409; no 400"}
    assert both_refused(first, second).status == both_refused(second, first).status == 409
    assert both_refused(first, first).values == {"reason": "no 409"}


@pytest.mark.parametrize(
    ("text", "time"),
    [
        ("2026-07-01T12:00:00.000Z", NOW),
        ("2026-07-01T14:00:00+02:00", NOW),
        ("2026-07-01T12:00:00", NOW),
        ("0001-01-01T00:00:00+01:00", None),
        ("yesterday", None),
        (1782907200, None),
        (None, None),
    ],
)
def test_times_are_read_into_utc(text: object, time: datetime | None) -> None:
    assert moment(text) == time


def test_numbers_and_words_are_what_they_are() -> None:
    values = [7, 7.9, True, "7", None, float("inf")]
    assert [whole(value) for value in values] == [7, 7, None, None, None, None]
    assert [words(value) for value in ("a", "", {"message": "b"}, 3)] == ["a", None, "b", None]
    assert excerpt("a\x00b\n c") == "a b c"
