"""The hosted service: the wire format of the Apiframe v2 API, and the client that speaks it."""

from typing import Final

BASE_URL: Final = "https://api.apiframe.ai"
"""Where the hosted service answers."""
