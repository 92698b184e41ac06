"""What the user does with the API key in the settings: it is tested, kept and forgotten here."""

from __future__ import annotations

from collections.abc import Coroutine
from typing import Any

from PySide6.QtCore import QObject, Signal

from fluxfill_studio.apiframe.wire import Account as Balance
from fluxfill_studio.core.errors import FluxfillError, KeyRejected, KeyStoreError, ServiceError
from fluxfill_studio.core.key import KeyPlace
from fluxfill_studio.model.account import Account
from fluxfill_studio.model.tasks import TaskOwner


class KeyEntry(QObject):
    """One thing at a time, each with an outcome: the account of the key, or what went wrong."""

    changed = Signal()
    kept = Signal()
    """The key that was entered is in use now."""

    def __init__(self, account: Account, tasks: TaskOwner, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._account = account
        self._tasks = tasks
        self.is_busy = False
        self.outcome: Balance | FluxfillError | None = None
        self.obstacles: dict[KeyPlace, KeyStoreError] = {}
        """The places in which a key cannot be kept here; empty until that is known."""

    def begin(self) -> None:
        """The settings are opened: nothing has come of anything yet."""
        self.outcome = None
        self.changed.emit()
        self._tasks.start(self._look(), "places for the key")
        self._tasks.start(self._account.refresh(), "balance")

    def test(self, text: str) -> None:
        """Ask whose key this is; without a text, whose the one in use is."""
        self._start(self._account.test_key(text.strip()), "test a key")

    def keep(self, text: str, place: KeyPlace) -> None:
        """Use a key from now on, unless the service rejects it, and keep it in `place`."""
        self._start(self._keep(text.strip(), place), "keep a key")

    def forget(self) -> None:
        self._start(self._account.forget_key(), "forget the key")

    def retract(self) -> None:
        """Another key is being entered: what came of the one before is not about it."""
        if self.outcome is not None:
            self.outcome = None
            self.changed.emit()

    def _start(self, work: Coroutine[Any, Any, Balance | FluxfillError | None], name: str) -> None:
        self.is_busy = True
        self.outcome = None
        self.changed.emit()
        self._tasks.start(self._do(work), name)

    async def _do(self, work: Coroutine[Any, Any, Balance | FluxfillError | None]) -> None:
        try:
            self.outcome = await work
        except FluxfillError as error:
            self.outcome = error
        finally:
            self.is_busy = False
            self.changed.emit()

    async def _keep(self, text: str, place: KeyPlace) -> Balance | FluxfillError:
        outcome: Balance | FluxfillError
        try:
            outcome = await self._account.test_key(text)
        except KeyRejected:
            raise
        except ServiceError as error:
            outcome = error  # which says nothing against the key
        try:
            await self._account.set_key(text, place)
        except KeyStoreError as error:
            outcome = error  # it is in use all the same
        self.kept.emit()
        return outcome

    async def _look(self) -> None:
        self.obstacles = await self._account.obstacles()
        self.changed.emit()
