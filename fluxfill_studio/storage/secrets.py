"""The API key: from the environment, or kept in the system's key store or in a file."""

from __future__ import annotations

import os
import stat
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import TYPE_CHECKING, Final, Self

from fluxfill_studio.core.errors import (
    KeyExposed,
    KeyStillKept,
    KeyStoreError,
    KeyUnreadable,
)
from fluxfill_studio.core.key import ApiKey, KeyPlace
from fluxfill_studio.core.texts import QT_TRANSLATE_NOOP

if TYPE_CHECKING:
    from keyring.backend import KeyringBackend

_SERVICE: Final = "Fluxfill Studio"
_USER: Final = "Apiframe"

# What the file holds in place of a key that the key store has.
_POINTER: Final = "# The key is in the system's key store."
_LONGEST: Final = 4096
_READABLE_BY_OTHERS: Final = stat.S_IRWXG | stat.S_IRWXO

_NO_STORE = QT_TRANSLATE_NOOP("errors", "this system has no key store")
_LOCKED = QT_TRANSLATE_NOOP("errors", "the key store is locked")
_FAILED = QT_TRANSLATE_NOOP("errors", "the key store failed ({words})")
_NOT_KEPT = QT_TRANSLATE_NOOP("errors", "the key store did not take it")
_NO_TEXT = QT_TRANSLATE_NOOP("errors", "“{name}” holds no key")
_READ_ONLY = QT_TRANSLATE_NOOP("errors", "the folder {folder} cannot be written to")


class Secrets:
    """Finds and keeps one key, in one place at a time.

    `file` holds the key itself, or the fact that the key store has it: so a start without a kept
    key asks no key store, which could make its user unlock it for nothing. The file is its
    owner's alone from its first moment. `environment` is the value of APIFRAME_API_KEY; it goes
    before what is kept, and is never written anywhere.

    Everything here may block, for as long as a key store waits for its user: call it in a thread.
    """

    def __init__(self, file: Path, environment: str | None = None) -> None:
        self._file = file
        text = (environment or "").strip()
        self.environment = ApiKey(text, KeyPlace.ENVIRONMENT) if text else None

    @classmethod
    def beside(cls, settings: Path, environment: str | None = None) -> Self:
        """Those of the program whose settings are in the file `settings`."""
        return cls(settings.with_name("api-key"), environment)

    def find(self) -> ApiKey | None:
        """The key of the environment, else the kept one. Raises KeyUnreadable."""
        if self.environment is not None:
            return self.environment
        text = self._read()
        if text != _POINTER:
            return None if text is None else ApiKey(text, KeyPlace.FILE)
        with _key_store(KeyUnreadable) as store:
            text = store.get_password(_SERVICE, _USER)
        return ApiKey(text, KeyPlace.KEY_STORE) if text else None

    def keep(self, text: str, place: KeyPlace) -> ApiKey:
        """Keep a key in `place`, and no longer in any other; SESSION keeps none.

        Raises KeyStoreError where that is refused; what was kept before then still is.
        """
        if place is KeyPlace.ENVIRONMENT:
            raise ValueError("the environment is not written to")
        if place is KeyPlace.KEY_STORE:
            self._keep_in_store(text)
        else:
            if self._points_to_store:
                _remove_from_store()
            if place is KeyPlace.FILE:
                self._write(text)
            else:
                self._unlink()
        return ApiKey(text, place)

    def forget(self) -> None:
        """Keep no key any more. Raises KeyStillKept."""
        if self._points_to_store:
            _remove_from_store()
        self._unlink()

    def obstacle(self, place: KeyPlace) -> KeyStoreError | None:
        """Why a key cannot be kept in `place`, as far as that is known without trying."""
        match place:
            case KeyPlace.KEY_STORE:
                try:
                    with _key_store(KeyStoreError):
                        return None
                except KeyStoreError as error:
                    return error
            case KeyPlace.FILE:
                folder = self._file.parent
                while not folder.exists():
                    folder = folder.parent
                if os.access(folder, os.W_OK | os.X_OK):
                    return None
                return KeyStoreError(reason=_READ_ONLY.format(folder=folder))
            case _:
                return None

    def _keep_in_store(self, text: str) -> None:
        # The file first: were it the last step and failed, a key would lie in the store that
        # nobody looks for.
        before = self._content()
        self._write(_POINTER)
        try:
            with _key_store(KeyStoreError, hidden=text) as store:
                store.set_password(_SERVICE, _USER, text)
                if store.get_password(_SERVICE, _USER) != text:
                    raise KeyStoreError(reason=_NOT_KEPT)
        except KeyStoreError:
            if before is None:
                self._unlink()
            else:
                self._write(before)
            raise

    @property
    def _points_to_store(self) -> bool:
        return self._content() == _POINTER

    def _read(self) -> str | None:
        """What the file holds, if it is its owner's alone; None where there is no file."""
        try:
            with self._file.open("rb") as file:
                mode = os.fstat(file.fileno()).st_mode
                data = file.read(_LONGEST)
        except FileNotFoundError:
            return None
        except OSError as error:
            raise KeyUnreadable(reason=_words(error)) from error
        # Windows has no such modes; there the folder is the user's own.
        if os.name == "posix" and mode & _READABLE_BY_OTHERS:
            raise KeyExposed(name=self._file)
        text = data.decode("ascii", errors="replace").strip()
        if not (text.isascii() and text.isprintable() and text):
            raise KeyUnreadable(reason=_NO_TEXT.format(name=self._file))
        return text

    def _content(self) -> str | None:
        """What the file holds, whoever can read it."""
        try:
            return self._file.read_bytes()[:_LONGEST].decode("ascii", errors="replace").strip()
        except FileNotFoundError:
            return None
        except OSError as error:
            raise KeyStoreError(reason=_words(error)) from error

    def _write(self, text: str) -> None:
        """Put a file of its owner's in place of the present one, in one step."""
        try:
            self._file.parent.mkdir(parents=True, exist_ok=True)
            # Made with the mode 0600: at no moment can anybody else read it.
            handle, temporary = tempfile.mkstemp(dir=self._file.parent, prefix=".key-")
            try:
                with os.fdopen(handle, "w", encoding="utf-8") as file:
                    file.write(f"{text}\n")
                    file.flush()
                    os.fsync(file.fileno())
                Path(temporary).replace(self._file)
            except BaseException:
                with suppress(OSError):
                    Path(temporary).unlink()
                raise
        except OSError as error:
            raise KeyStoreError(reason=_words(error)) from error

    def _unlink(self) -> None:
        try:
            self._file.unlink(missing_ok=True)
        except OSError as error:
            raise KeyStillKept(reason=_words(error)) from error


def _remove_from_store() -> None:
    with _key_store(KeyStillKept) as store:
        if store.get_password(_SERVICE, _USER) is not None:
            store.delete_password(_SERVICE, _USER)


@contextmanager
def _key_store(kind: type[KeyStoreError], hidden: str = "") -> Iterator[KeyringBackend]:
    """The system's key store; what it raises in the block becomes a `kind`, without `hidden`."""
    # Not before it is needed: importing it takes 70 ms.
    import keyring
    from keyring.errors import KeyringLocked

    try:
        store = keyring.get_keyring()
        if store.priority <= 0:  # those that stand for there being none
            raise kind(reason=_NO_STORE)
        yield store
    except KeyStoreError:
        raise
    except KeyringLocked as error:
        raise kind(reason=_LOCKED) from error
    except Exception as error:
        # Key stores are plug-ins, and raise whatever the libraries of their system do.
        words = _words(error)
        if hidden and hidden in words:
            raise kind(reason=_FAILED.format(words=type(error).__name__)) from None
        raise kind(reason=_FAILED.format(words=words)) from error


def _words(error: Exception) -> str:
    """The error's own words on one line, cut, without a full stop."""
    own = error.strerror if isinstance(error, OSError) else None
    text = " ".join((own or str(error) or type(error).__name__).split())
    return (text if len(text) <= 200 else text[:199] + "…").rstrip(".")
