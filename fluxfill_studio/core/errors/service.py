"""The service, or the way to it, failed."""

from __future__ import annotations

from fluxfill_studio.core.errors.base import Charge, FluxfillError
from fluxfill_studio.core.texts import QT_TRANSLATE_NOOP


class ServiceError(FluxfillError):
    """The service or the way to it failed.

    Values: reason (the service's own words, cut). `request_id` is the `x-request-id` of the
    answer, where there was one, and `status` its HTTP status. `retry_after` is how long the service
    asks to wait before the next try, in seconds, where it said so.
    """

    text = QT_TRANSLATE_NOOP("errors", "The service reported a problem: {reason}")

    def __init__(
        self,
        *,
        charge: Charge | None = Charge.NONE,
        status: int | None = None,
        request_id: str | None = None,
        retry_after: float | None = None,
        **values: object,
    ) -> None:
        super().__init__(charge=charge, **values)
        self.status = status
        self.request_id = request_id
        self.retry_after = retry_after


class Unreachable(ServiceError):
    """No whole answer came: reset, cut short, too slow. Values: host, reason."""

    text = QT_TRANSLATE_NOOP("errors", "The service at {host} could not be reached ({reason}).")
    advice = QT_TRANSLATE_NOOP("errors", "Check the connection and try again.")


class NoConnection(Unreachable):
    """Nothing could be sent: refused, unresolvable, no network at all. Values: host, reason."""


class CertificateRejected(ServiceError):
    """The other end did not prove to be the service; nothing was sent. Values: host, reason."""

    text = QT_TRANSLATE_NOOP(
        "errors", "What answers at {host} could not prove to be the service ({reason})."
    )
    advice = QT_TRANSLATE_NOOP(
        "errors",
        "Check this computer's date. Where a company or school inspects connections, "
        "choose its certificates in the settings.",
    )


class ProxyRefused(ServiceError):
    """The proxy does not let the request through. Values: reason."""

    text = QT_TRANSLATE_NOOP("errors", "The proxy does not let the program through ({reason}).")
    advice = QT_TRANSLATE_NOOP("errors", "Check the proxy in the settings, or that of the system.")


class KeyMissing(ServiceError):
    text = QT_TRANSLATE_NOOP("errors", "There is no API key for the service.")
    advice = QT_TRANSLATE_NOOP(
        "errors", "Enter one in the settings or set APIFRAME_API_KEY; the local draft needs none."
    )


class KeyRejected(ServiceError):
    """401 or 403. Values: reason."""

    text = QT_TRANSLATE_NOOP("errors", "The service did not accept the API key: {reason}")
    advice = QT_TRANSLATE_NOOP("errors", "Check the key and what it may do.")


class NotEnoughCredits(ServiceError):
    """402. Values: required, available (credits)."""

    text = QT_TRANSLATE_NOOP(
        "errors", "The run needs {required} credits, and {available} are there."
    )
    advice = QT_TRANSLATE_NOOP("errors", "Add credits and run again; mask and prompt are kept.")


class RequestRejected(ServiceError):
    """400, 404 or 409: the service does not accept the request. Values: reason."""

    text = QT_TRANSLATE_NOOP("errors", "The service did not accept the request: {reason}")
    advice = QT_TRANSLATE_NOOP("errors", "Change what it names, then run again.")


class TooManyRequests(ServiceError):
    """429. Values: reason."""

    text = QT_TRANSLATE_NOOP("errors", "The service is asked too often at the moment: {reason}")
    advice = QT_TRANSLATE_NOOP("errors", "Wait a little and run again.")


class ServiceFault(ServiceError):
    """5xx, and 408: the service did not get the whole request in time. Values: reason."""

    text = QT_TRANSLATE_NOOP("errors", "The service has a fault at the moment: {reason}")
    advice = QT_TRANSLATE_NOOP("errors", "Try again in a while.")


class BadAnswer(ServiceError):
    """An answer that breaks the contract. Values: reason."""

    text = QT_TRANSLATE_NOOP("errors", "The service sent an answer that makes no sense: {reason}")
    advice = QT_TRANSLATE_NOOP(
        "errors", "If it stays so, check the address of the service in the settings."
    )


class GarbledAnswer(BadAnswer):
    """One that lost its sense on the way, and may come whole the next time. Values: reason."""


class AnswerTooLarge(BadAnswer):
    """Values: limit (bytes)."""

    text = QT_TRANSLATE_NOOP("errors", "The service sent more than the limit of {limit} bytes.")


class Redirected(BadAnswer):
    """A redirect of a call with the key, which is not followed. Values: target (an origin)."""

    text = QT_TRANSLATE_NOOP(
        "errors", "The service redirects to {target}, and the key follows no redirect."
    )
    advice = QT_TRANSLATE_NOOP("errors", "Check the address of the service in the settings.")


class JobFailed(ServiceError):
    """The job ended as FAILED; failed jobs are not charged. Values: reason."""

    text = QT_TRANSLATE_NOOP("errors", "The run failed at the service: {reason}")
    advice = QT_TRANSLATE_NOOP("errors", "Mask, prompt and parameters are kept; run again.")


class JobFlagged(JobFailed):
    """The job was stopped by the service's moderation. Values: reason."""

    text = QT_TRANSLATE_NOOP("errors", "The run was stopped by the safety filter: {reason}")
    advice = QT_TRANSLATE_NOOP("errors", "Change the prompt or the picture, then run again.")


class JobCancelled(ServiceError):
    text = QT_TRANSLATE_NOOP("errors", "The run was cancelled at the service.")
    advice = QT_TRANSLATE_NOOP("errors", "Mask, prompt and parameters are kept; run again.")


class JobTookTooLong(ServiceError):
    """The job did not end within the time limit. Values: minutes."""

    text = QT_TRANSLATE_NOOP("errors", "The run did not end within {minutes} minutes.")
    advice = QT_TRANSLATE_NOOP("errors", "It can be picked up again.")


class ResultGone(ServiceError):
    """The service no longer has the result of a job that it completed."""

    text = QT_TRANSLATE_NOOP("errors", "The service no longer has the result of this run.")
    advice = QT_TRANSLATE_NOOP("errors", "Mask, prompt and parameters are kept; run again.")


class SubmissionUncertain(ServiceError):
    """A request was sent too long ago to be repeated safely, and its job cannot be found."""

    text = QT_TRANSLATE_NOOP("errors", "Whether the service has made this run cannot be told.")
    advice = QT_TRANSLATE_NOOP(
        "errors", "Look at your account's jobs before you run again: that would be charged."
    )


class ServiceChanged(ServiceError):
    """A job was begun at another service than the one that is set now. Values: address."""

    text = QT_TRANSLATE_NOOP("errors", "This run was begun at {address}, not at this service.")
    advice = QT_TRANSLATE_NOOP("errors", "Set that address in the settings, then resume.")
