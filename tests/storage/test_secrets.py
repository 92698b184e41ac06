"""The key's places: real files with their modes, and key stores behind keyring's own interface."""

from __future__ import annotations

import os
import stat
from collections.abc import Iterator
from pathlib import Path

import pytest
from keyring.backend import KeyringBackend
from keyring.backends import fail, null
from keyring.errors import InitError, PasswordSetError

from fluxfill_studio.core.errors import KeyExposed, KeyStillKept, KeyStoreError, KeyUnreadable
from fluxfill_studio.core.key import ApiKey, KeyPlace
from fluxfill_studio.storage.secrets import Secrets
from tests.key_stores import FailingStore, ForgetfulStore, MemoryStore, key_store

KEY = "afk_71d0c3b9a2e84f56"
OTHER = "afk_0f8e6d5c4b3a2910"

posix = pytest.mark.skipif(os.name != "posix", reason="modes are POSIX's")
no_root = pytest.mark.skipif(
    hasattr(os, "geteuid") and os.geteuid() == 0, reason="root may write everywhere"
)


@pytest.fixture
def file(tmp_path: Path) -> Path:
    return tmp_path / "new" / "folder" / "api-key"


@pytest.fixture
def store() -> Iterator[MemoryStore]:
    memory = MemoryStore()
    with key_store(memory):
        yield memory


def mode(path: Path) -> int:
    return stat.S_IMODE(path.stat().st_mode)


def everything_in(folder: Path) -> str:
    return "".join(path.read_text() for path in folder.rglob("*") if path.is_file())


def test_without_a_key_there_is_none_and_no_key_store_is_asked(file: Path) -> None:
    with key_store(FailingStore()):
        assert Secrets(file).find() is None


def test_the_environment_goes_first_and_is_written_nowhere(
    file: Path, store: MemoryStore, tmp_path: Path
) -> None:
    Secrets(file).keep(OTHER, KeyPlace.FILE)
    secrets = Secrets(file, f" {KEY}\n")
    assert secrets.find() == ApiKey(KEY, KeyPlace.ENVIRONMENT)
    assert KEY not in everything_in(tmp_path) + repr(store.kept)
    with pytest.raises(ValueError, match="environment"):
        secrets.keep(KEY, KeyPlace.ENVIRONMENT)
    assert Secrets(file, "  ").find() == ApiKey(OTHER, KeyPlace.FILE)


def test_the_key_store_keeps_it_and_the_file_says_so(
    file: Path, store: MemoryStore, tmp_path: Path
) -> None:
    kept = Secrets(file).keep(KEY, KeyPlace.KEY_STORE)
    assert kept == Secrets(file).find() == ApiKey(KEY, KeyPlace.KEY_STORE)
    assert list(store.kept.values()) == [KEY]
    assert KEY not in everything_in(tmp_path)
    Secrets(file).keep(OTHER, KeyPlace.KEY_STORE)
    assert list(store.kept.values()) == [OTHER]
    Secrets(file).forget()
    assert store.kept == {}
    assert not file.exists()
    assert Secrets(file).find() is None


@posix
def test_the_file_is_its_owners_alone_whatever_the_mask_says(file: Path) -> None:
    mask = os.umask(0)
    try:
        kept = Secrets(file).keep(KEY, KeyPlace.FILE)
    finally:
        os.umask(mask)
    assert kept == Secrets(file).find() == ApiKey(KEY, KeyPlace.FILE)
    assert mode(file) == 0o600
    assert [path.name for path in file.parent.iterdir()] == [file.name]


@posix
@pytest.mark.parametrize("extra", [0o040, 0o004, 0o020, 0o002, 0o010])
def test_a_file_that_others_reach_is_refused_until_it_is_made_anew(file: Path, extra: int) -> None:
    secrets = Secrets(file)
    secrets.keep(KEY, KeyPlace.FILE)
    file.chmod(0o600 | extra)
    with pytest.raises(KeyExposed) as caught:
        secrets.find()
    assert str(file) in caught.value.message
    assert KEY not in caught.value.full_message
    secrets.keep(OTHER, KeyPlace.FILE)
    assert secrets.find() == ApiKey(OTHER, KeyPlace.FILE)
    assert mode(file) == 0o600


@pytest.mark.parametrize("content", [b"", b"\n", b"afk_\xff", b"afk_1\x00", "afk_ключ".encode()])
def test_a_file_without_a_key_is_told(file: Path, content: bytes) -> None:
    file.parent.mkdir(parents=True)
    file.write_bytes(content)
    file.chmod(0o600)
    with pytest.raises(KeyUnreadable) as caught:
        Secrets(file).find()
    assert "holds no key" in caught.value.message


def test_a_folder_in_place_of_the_file_is_told(file: Path) -> None:
    file.mkdir(parents=True)
    for attempt in (Secrets(file).find, lambda: Secrets(file).keep(KEY, KeyPlace.FILE)):
        with pytest.raises(KeyStoreError) as caught:
            attempt()
        assert caught.value.__cause__ is not None
    assert list(file.parent.iterdir()) == [file]


@posix
@no_root
def test_a_folder_that_cannot_be_written_to_is_told_and_keeps_what_it_had(file: Path) -> None:
    secrets = Secrets(file)
    secrets.keep(KEY, KeyPlace.FILE)
    file.parent.chmod(0o500)
    try:
        obstacle = secrets.obstacle(KeyPlace.FILE)
        assert obstacle is not None
        assert str(file.parent) in obstacle.message
        with pytest.raises(KeyStoreError):
            secrets.keep(OTHER, KeyPlace.FILE)
        with pytest.raises(KeyStillKept):
            secrets.forget()
        assert secrets.find() == ApiKey(KEY, KeyPlace.FILE)
    finally:
        file.parent.chmod(0o700)
    assert secrets.obstacle(KeyPlace.FILE) is None


@posix
def test_a_full_disk_is_told_and_leaves_what_was_kept(file: Path, store: MemoryStore) -> None:
    import resource

    secrets = Secrets(file)
    secrets.keep(KEY, KeyPlace.FILE)
    before = resource.getrlimit(resource.RLIMIT_FSIZE)
    for place in (KeyPlace.FILE, KeyPlace.KEY_STORE):
        resource.setrlimit(resource.RLIMIT_FSIZE, (0, before[1]))
        try:
            with pytest.raises(KeyStoreError) as caught:
                secrets.keep(OTHER, place)
        finally:
            resource.setrlimit(resource.RLIMIT_FSIZE, before)
        assert isinstance(caught.value.__cause__, OSError)
    assert secrets.find() == ApiKey(KEY, KeyPlace.FILE)
    assert [path.name for path in file.parent.iterdir()] == [file.name]
    assert store.kept == {}


def test_a_key_for_the_session_is_kept_nowhere(file: Path, store: MemoryStore) -> None:
    secrets = Secrets(file)
    for before in (KeyPlace.FILE, KeyPlace.KEY_STORE):
        secrets.keep(KEY, before)
        assert secrets.keep(OTHER, KeyPlace.SESSION) == ApiKey(OTHER, KeyPlace.SESSION)
        assert secrets.find() is None
        assert (store.kept, file.exists()) == ({}, False)


def test_a_key_lies_in_one_place_only(file: Path, store: MemoryStore, tmp_path: Path) -> None:
    secrets = Secrets(file)
    secrets.keep(KEY, KeyPlace.KEY_STORE)
    secrets.keep(OTHER, KeyPlace.FILE)
    assert store.kept == {}
    secrets.keep(KEY, KeyPlace.KEY_STORE)
    assert OTHER not in everything_in(tmp_path)
    assert secrets.find() == ApiKey(KEY, KeyPlace.KEY_STORE)


STORES: list[tuple[KeyringBackend, str]] = [
    (fail.Keyring(), "this system has no key store"),  # type: ignore[no-untyped-call]
    (null.Keyring(), "this system has no key store"),  # type: ignore[no-untyped-call]
    (FailingStore(), "the key store is locked"),
    (FailingStore(InitError("Failed to create\nthe collection.")), "(Failed to create the coll"),
    (FailingStore(TimeoutError()), "(TimeoutError)"),
    (FailingStore(PasswordSetError("no room for {key}")), "(PasswordSetError)"),
    (ForgetfulStore(), "did not take it"),
]


@pytest.mark.parametrize(("system", "reason"), STORES)
@pytest.mark.parametrize("before", [None, KeyPlace.FILE])
def test_a_key_store_that_fails_is_told_and_what_was_kept_still_is(
    file: Path, system: KeyringBackend, reason: str, before: KeyPlace | None
) -> None:
    secrets = Secrets(file)
    if before is not None:
        secrets.keep(OTHER, before)
    with key_store(system):
        with pytest.raises(KeyStoreError) as caught:
            secrets.keep(KEY, KeyPlace.KEY_STORE)
        assert reason in caught.value.message
        assert KEY not in repr(vars(caught.value)) + repr(caught.value.__cause__)
        assert secrets.find() == (None if before is None else ApiKey(OTHER, before))
        missing = reason == "this system has no key store"
        assert (secrets.obstacle(KeyPlace.KEY_STORE) is not None) is missing


@pytest.mark.parametrize(("system", "reason"), STORES[:5])
def test_a_kept_key_that_the_store_does_not_give_is_told(
    file: Path, store: MemoryStore, system: KeyringBackend, reason: str
) -> None:
    secrets = Secrets(file)
    secrets.keep(KEY, KeyPlace.KEY_STORE)
    with key_store(system):
        with pytest.raises(KeyUnreadable) as caught:
            secrets.find()
        assert reason in caught.value.message
        attempts = (
            secrets.forget,
            lambda: secrets.keep(OTHER, KeyPlace.FILE),
            lambda: secrets.keep(OTHER, KeyPlace.SESSION),
        )
        for attempt in attempts:
            with pytest.raises(KeyStillKept):
                attempt()
    assert secrets.find() == ApiKey(KEY, KeyPlace.KEY_STORE)


def test_a_key_that_was_taken_out_of_the_store_by_hand_is_no_fault(
    file: Path, store: MemoryStore
) -> None:
    secrets = Secrets(file)
    secrets.keep(KEY, KeyPlace.KEY_STORE)
    store.kept.clear()
    assert secrets.find() is None
    secrets.forget()
    assert not file.exists()


def test_a_backend_that_is_not_there_is_told(file: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    import keyring.core

    monkeypatch.setenv("PYTHON_KEYRING_BACKEND", "no.such.Backend")
    monkeypatch.setattr(keyring.core, "_keyring_backend", None)
    obstacle = Secrets(file).obstacle(KeyPlace.KEY_STORE)
    assert obstacle is not None
    assert "No module named" in obstacle.message


def test_no_repr_tells_the_key(file: Path) -> None:
    secrets = Secrets(file, KEY)
    assert KEY not in repr(secrets) + repr(vars(secrets)) + repr(secrets.find())
