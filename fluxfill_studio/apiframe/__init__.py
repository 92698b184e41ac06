"""The hosted service: the wire format of the Apiframe v2 API, and the client that speaks it."""

from typing import Final

BASE_URL: Final = "https://api.apiframe.ai"
"""Where the hosted service answers."""


def address_of(base_url: str | None) -> str:
    """`base_url` as addresses are kept and compared; the hosted service's own where it is blank."""
    return (base_url or "").strip().rstrip("/") or BASE_URL
