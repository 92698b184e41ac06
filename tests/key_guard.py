"""Who got the key: what the loopback servers of all tests saw, against the base URLs in use.

Every server tells of each request as it came, byte for byte; every client that is made tells its
base URL. A request with the key at any other host or port is a leak, and fails the test in which it
is found (see `tests/conftest.py`).
"""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from urllib.parse import urlsplit

_KEY = re.compile(rb"^x-api-key *:|afk_[A-Za-z0-9]", re.IGNORECASE | re.MULTILINE)


@dataclass
class KeyGuard:
    """The book of one test run. Servers write in it from their own threads."""

    base_urls: set[str] = field(default_factory=set)
    with_key: int = 0
    without_key: int = 0
    elsewhere: int = 0
    leaked: int = 0
    _leaks: list[str] = field(default_factory=list)

    def opened(self, authority: str) -> None:
        """A server has been given `authority` (host and port), perhaps one that was used before."""
        self.base_urls.discard(authority)

    def configured(self, base_url: str) -> None:
        """A client has been told to send its key to `base_url`."""
        self.base_urls.add(urlsplit(base_url.strip()).netloc.rpartition("@")[2])

    def saw(self, authority: str, head: bytes) -> bool:
        """A server at `authority` got a request with this line and these headers.

        A proxy gets requests for others (RFC 9112, 3.2.2): those count for whom they are meant.
        Returns whether the key was in it.
        """
        target = head.split(b" ", 2)[1].decode("latin-1")
        if target.startswith(("http://", "https://")):
            authority = urlsplit(target).netloc
        has_key = _KEY.search(head) is not None
        is_base = authority in self.base_urls
        self.with_key += has_key
        self.without_key += not has_key
        self.elsewhere += not is_base
        if has_key and not is_base:
            self.leaked += 1
            self._leaks.append(f"{authority} {target}")
        return has_key

    def found(self) -> list[str]:
        """The leaks since this was asked last."""
        found, self._leaks = self._leaks, []
        return found

    def summary(self) -> str:
        return (
            f"the key: {self.with_key} requests on loopback carried it, {self.leaked} of them past "
            f"the base URL of every client; {self.without_key} went without, "
            f"{self.elsewhere} of all to other places"
        )


GUARD = KeyGuard()
"""Of this process."""
