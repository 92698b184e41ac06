"""Key stores of the tests' own, put in the place of the system's by keyring's own means."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from contextlib import contextmanager

import keyring
from keyring.backend import KeyringBackend
from keyring.errors import KeyringLocked, PasswordDeleteError
from typing_extensions import override


class MemoryStore(KeyringBackend):
    """Works, and is gone with the process."""

    priority = 1.0

    def __init__(self) -> None:
        super().__init__()  # type: ignore[no-untyped-call]
        self.kept: dict[tuple[str, str], str] = {}

    @override
    def get_password(self, service: str, username: str) -> str | None:
        return self.kept.get((service, username))

    @override
    def set_password(self, service: str, username: str, password: str) -> None:
        self.kept[service, username] = password

    @override
    def delete_password(self, service: str, username: str) -> None:
        if self.kept.pop((service, username), None) is None:
            raise PasswordDeleteError("No such password!")


class FailingStore(MemoryStore):
    """Raises `error` whatever is asked of it; the key to be kept stands in for {key} in it."""

    def __init__(self, error: Exception | None = None) -> None:
        super().__init__()
        self.error = error or KeyringLocked("Failed to unlock the collection!")

    @override
    def get_password(self, service: str, username: str) -> str | None:
        raise self.error

    @override
    def set_password(self, service: str, username: str, password: str) -> None:
        raise type(self.error)(str(self.error).replace("{key}", password))

    @override
    def delete_password(self, service: str, username: str) -> None:
        raise self.error


class WaitingStore(MemoryStore):
    """Waits for its user to unlock it, who is `asked`; until `answered`, nothing comes back."""

    def __init__(self) -> None:
        super().__init__()
        self.asked = threading.Event()
        self.answered = threading.Event()

    @override
    def get_password(self, service: str, username: str) -> str | None:
        self.asked.set()
        assert self.answered.wait(60)
        return super().get_password(service, username)


class RefusingStore(WaitingStore):
    """Waits for its user, who does not unlock it until it `is_open`; counts how often it asked."""

    def __init__(self) -> None:
        super().__init__()
        self.is_open = False
        self.times = 0

    @override
    def get_password(self, service: str, username: str) -> str | None:
        if self.is_open:
            return self.kept.get((service, username))
        self.times += 1
        super().get_password(service, username)
        raise KeyringLocked("Failed to unlock the collection!")


class ForgetfulStore(MemoryStore):
    """Takes everything and keeps nothing, without a word."""

    @override
    def set_password(self, service: str, username: str, password: str) -> None:
        pass


@contextmanager
def key_store(store: KeyringBackend) -> Iterator[None]:
    """`store` is the system's while the block runs."""
    before = keyring.get_keyring()
    keyring.set_keyring(store)
    try:
        yield
    finally:
        keyring.set_keyring(before)
