"""The answers of the contract that refuse a request, as exceptions."""

from __future__ import annotations

from collections.abc import Mapping, Sequence


class Refusal(Exception):
    """A request is answered with `status`, the JSON `body` and the extra `headers`."""

    def __init__(
        self, status: int, error: str, headers: Mapping[str, str] | None = None, **body: object
    ) -> None:
        super().__init__(error)
        self.status = status
        self.body: dict[str, object] = {"error": error, **body}
        self.headers = headers or {}


class Invalid(Refusal):
    """400: the request is not as the contract wants it; `details` by path of the field."""

    def __init__(self, error: str, details: Mapping[str, Sequence[str]] | None = None) -> None:
        super().__init__(400, error)
        if details:
            self.body["details"] = details


class Unauthorized(Refusal):
    """401: no key, or a wrong one."""

    def __init__(self) -> None:
        super().__init__(401, "Invalid or missing API key")


class InsufficientCredits(Refusal):
    """402: the account has less than the run costs."""

    def __init__(self, required: int, available: int) -> None:
        super().__init__(
            402, "Insufficient credits", creditsRequired=required, creditsAvailable=available
        )


class NotFound(Refusal):
    """404: no such job or file, or none any more."""

    def __init__(self, what: str) -> None:
        super().__init__(404, f"{what} not found")


class KeyReused(Refusal):
    """409: the idempotency key was used with another body."""

    def __init__(self) -> None:
        super().__init__(409, "The idempotency key was used with a different request")


class TooManyJobs(Refusal):
    """429: as many jobs as the account allows are under way."""

    def __init__(self, limit: int, retry_after: int) -> None:
        super().__init__(
            429, f"At most {limit} jobs run at once", {"Retry-After": str(retry_after)}
        )


class ShuttingDown(Refusal):
    """503: the sandbox is being closed."""

    def __init__(self) -> None:
        super().__init__(503, "The sandbox is shutting down")
