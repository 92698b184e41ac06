"""Who makes the fills, on whose account, and what that has cost and may cost."""

from __future__ import annotations

import asyncio
import threading
from collections.abc import Callable
from concurrent.futures import Future
from dataclasses import dataclass, field, replace
from datetime import UTC, date, datetime, time
from pathlib import Path
from typing import TYPE_CHECKING, Final, TypeVar

from PySide6.QtCore import QObject, Signal

from fluxfill_studio.apiframe import BASE_URL, address_of
from fluxfill_studio.apiframe.wire import Account as Balance
from fluxfill_studio.core.errors import (
    FluxfillError,
    KeyStoreError,
    KeyUnreadable,
    LedgerError,
    SpendingLimit,
)
from fluxfill_studio.core.job import Engine
from fluxfill_studio.core.key import ApiKey, KeyPlace
from fluxfill_studio.core.schema import ParameterSchema
from fluxfill_studio.model.settings import Connection, Limits, Settings
from fluxfill_studio.storage.secrets import Secrets

if TYPE_CHECKING:
    from fluxfill_studio.jobs.service import Service

T = TypeVar("T")

# Where neither the user nor the account says how many; what is too many is told, and waits.
_AT_ONCE: Final = 2


@dataclass(frozen=True)
class Spending:
    """Credits that were charged since the program's start, and in the present day and month."""

    session: int
    day: int
    month: int


@dataclass(frozen=True)
class _Way:
    """What a service is made for: another one in any respect is another service."""

    engine: Engine
    base_url: str = ""
    key: str | None = field(default=None, repr=False)
    proxy: str = ""
    certificates: Path | None = None


class Account(QObject):
    """The engine in use, the key, the balance and the spending.

    Services are made when they are first needed, and stay until all is closed: a job that is under
    way ends on the service it began with, whatever is set meanwhile.
    """

    changed = Signal()
    """Something that is shown of it is another now."""
    service_changed = Signal()
    """Runs go another way from now on, and its balance is not known yet: `refresh` asks for it."""

    def __init__(
        self,
        schema: ParameterSchema,
        settings: Settings,
        secrets: Secrets,
        *,
        base_url: str | None = None,
        spent: Callable[[datetime], int] = lambda _: 0,
        parent: QObject | None = None,
    ) -> None:
        """`base_url` goes before the settings, until another is set. `spent` tells the credits that
        were charged since a moment; it may block, and raise LedgerError.
        """
        super().__init__(parent)
        self._schema = schema
        self._settings = settings
        self._secrets = secrets
        self._given_base_url = base_url
        self._spent = spent
        self._started = datetime.now(UTC)
        self._key = secrets.environment
        self._key_was_set = False
        self.has_looked = self._key is not None
        """Whether it is known that there is no key, where there is none."""
        self.unreadable: KeyUnreadable | None = None
        """Why the key that is kept is not in use."""
        self._looking: Future[ApiKey | None] | None = None
        self._services: dict[_Way, Service] = {}
        self._making = asyncio.Lock()
        self.engine = settings.engine or self._engine_by_key
        self.balance: Balance | None = None
        self.trouble: FluxfillError | None = None
        """Why there is no balance."""
        self.spending: Spending | None = None
        """None while it is not known."""

    @property
    def key_place(self) -> KeyPlace | None:
        """Where the key in use comes from; None where there is none."""
        return None if self._key is None else self._key.place

    @property
    def has_key(self) -> bool:
        return self._key is not None

    @property
    def price(self) -> int:
        """What a run at the hosted service costs, in credits."""
        return self._schema.credits_per_run

    @property
    def is_low(self) -> bool:
        """Whether what is left does not pay for a run."""
        left = None if self.balance is None else self.balance.credits
        return left is not None and left < self.price

    @property
    def default_base_url(self) -> str:
        """Where the service is, unless another address is set."""
        return BASE_URL

    @property
    def base_url(self) -> str:
        """Where new runs at the hosted service go."""
        return address_of(self.connection.base_url)

    @property
    def connection(self) -> Connection:
        """How the hosted service is reached by new runs."""
        connection = self._settings.connection
        if self._given_base_url is not None:
            return replace(connection, base_url=self._given_base_url)
        return connection

    @property
    def limits(self) -> Limits:
        return self._settings.limits

    def at_once(self, engine: Engine) -> int:
        """How many jobs may be under way: what the user wants of what the account allows."""
        if engine is Engine.LOCAL:
            return _AT_ONCE
        allowed = None if self.balance is None else self.balance.max_concurrent_jobs
        bounds = [bound for bound in (self.limits.jobs_at_once, allowed) if bound]
        return min(bounds, default=_AT_ONCE)

    def choose(self, engine: Engine) -> None:
        """Use `engine` for the runs that start from now on, and after the next start."""
        self._settings.set_engine(engine)
        if engine is not self.engine:
            self.engine = engine
            self._go_another_way()

    def set_connection(self, connection: Connection) -> None:
        """Reach the hosted service in another way; an address that cannot be used is `trouble`."""
        before = self.connection
        if connection == before:
            return
        if connection.base_url != before.base_url:
            self._given_base_url = None
        elif self._given_base_url is not None:  # is not for the settings
            connection = replace(connection, base_url=self._settings.connection.base_url)
        self._settings.set_connection(connection)
        self._go_another_way()

    def set_limits(self, limits: Limits) -> None:
        if limits != self.limits:
            self._settings.set_limits(limits)
            self.changed.emit()

    async def find_key(self) -> bool:
        """Look for a kept key, and use it; returns whether there was one. Raises KeyUnreadable.

        Does nothing where there is a key, or the user has said what it is to be. However many ask,
        the key store is asked once, and its answer is everybody's until `look_again`.
        """
        if self._is_settled():
            return False
        if self._looking is None:
            self._looking = _begun(self._secrets.find)
        looking, key = self._looking, None
        try:
            key = await asyncio.wrap_future(looking)
        except KeyUnreadable as error:
            if not self._is_settled():
                self.unreadable = error
                raise
        finally:
            # Who asked may have been stopped while the key store still waits for its user.
            if looking.done():
                self.has_looked = True
                self.changed.emit()
        # It may have waited for so long that another key was entered meanwhile.
        if key is None or self._is_settled():
            return False
        self._use(key)
        return True

    def look_again(self) -> None:
        """Let the key store be asked anew when a key is needed: the user may have unlocked it."""
        if self._looking is not None and self._looking.done():
            self._looking = None

    async def set_key(self, text: str, place: KeyPlace) -> None:
        """Use a key from now on, and keep it in `place`.

        Raises KeyStoreError where it cannot be kept; it is used for this session then.
        """
        self._key_was_set = True
        self._use(ApiKey(text, KeyPlace.SESSION))
        self._use(await _aside(lambda: self._secrets.keep(text, place)))

    async def forget_key(self) -> None:
        """Use no key any more, and keep none. Raises KeyStillKept; it is not used then either."""
        self._key_was_set = True
        self._use(None)
        await _aside(self._secrets.forget)

    async def obstacles(self) -> dict[KeyPlace, KeyStoreError]:
        """The places in which a key cannot be kept on this machine, and why."""
        found = await _aside(lambda: {place: self._secrets.obstacle(place) for place in KeyPlace})
        return {place: error for place, error in found.items() if error is not None}

    async def test_key(self, text: str = "") -> Balance:
        """Whose account a key, or without one the key in use, is for. Raises FluxfillError."""
        way = self._way(Engine.APIFRAME)
        way = replace(way, key=text or way.key)
        service = await asyncio.to_thread(self._make, way)
        try:
            return await service.client.me()
        finally:
            await service.aclose()

    async def refresh(self) -> None:
        """Bring balance and spending up to date; what cannot be told is not shown at all."""
        way = self._way(self.engine)
        balance, trouble = None, None
        if way.engine is Engine.APIFRAME:
            try:
                service = await self._service(way)
                balance = await service.client.me()
            except FluxfillError as error:
                trouble = error
        try:
            self.spending = await self._spending()
        except LedgerError:
            self.spending = None
        if way == self._way(self.engine):  # else another refresh is on its way
            self.balance, self.trouble = balance, trouble
        self.changed.emit()

    async def check_spending(self, runs: int, under_way: int = 0) -> None:
        """Raises SpendingLimit where `runs` at the hosted service would pass a limit of the user's.

        `under_way` are those of jobs that have begun: only when a job is over it counts in
        `spending`. Raises LedgerError.
        """
        limits = self.limits
        if not (limits.per_day or limits.per_month):
            return
        self.spending = await self._spending()
        price, committed = runs * self.price, under_way * self.price
        for limit, spent in (
            (limits.per_day, self.spending.day + committed),
            (limits.per_month, self.spending.month + committed),
        ):
            if limit and spent + price > limit:
                raise SpendingLimit(limit=limit, spent=spent, price=price)

    async def service(self, engine: Engine) -> Service:
        """The service behind `engine`.

        Waits until a kept key has been looked for. Raises FluxfillError where that cannot be read,
        and for an address, a proxy or certificates that cannot be used.
        """
        if engine is Engine.APIFRAME:
            await self.find_key()
        return await self._service(self._way(engine))

    async def close(self) -> None:
        while self._services:
            _, service = self._services.popitem()
            await service.aclose()

    @property
    def _engine_by_key(self) -> Engine:
        return Engine.LOCAL if self._key is None else Engine.APIFRAME

    def _is_settled(self) -> bool:
        """Whether there is a key, or the user has said that there is to be none."""
        return self._key is not None or self._key_was_set

    def _way(self, engine: Engine) -> _Way:
        if engine is Engine.LOCAL:
            return _Way(engine)
        key = None if self._key is None else self._key.text
        connection = self.connection
        return _Way(engine, self.base_url, key, connection.proxy, connection.certificates)

    async def _service(self, way: _Way) -> Service:
        # In a worker thread: loading the client and the system's certificates takes longer than a
        # frame.
        async with self._making:
            if way not in self._services:
                self._services[way] = await asyncio.to_thread(self._make, way)
        return self._services[way]

    def _make(self, way: _Way) -> Service:
        from fluxfill_studio.jobs.service import Service

        return Service.of(
            way.engine,
            self._schema,
            way.key,
            way.base_url,
            proxy=way.proxy or None,
            certificates=way.certificates,
        )

    async def _spending(self) -> Spending:
        today = datetime.now(UTC).astimezone().date()
        moments = (self._started, _midnight(today), _midnight(today.replace(day=1)))
        return Spending(*await asyncio.to_thread(lambda: [self._spent(m) for m in moments]))

    def _use(self, key: ApiKey | None) -> None:
        before = self._way(self.engine)
        self._key = key
        self.unreadable = None
        self.engine = self._settings.engine or self._engine_by_key
        if self._way(self.engine) != before:
            self._go_another_way()
        else:
            self.changed.emit()

    def _go_another_way(self) -> None:
        self.balance = None
        self.trouble = None
        self.changed.emit()
        self.service_changed.emit()


def _midnight(day: date) -> datetime:
    """The beginning of a day in the local time zone, by the offset that held then."""
    return datetime.combine(day, time.min).astimezone()


async def _aside(work: Callable[[], T]) -> T:
    return await asyncio.wrap_future(_begun(work))


def _begun(work: Callable[[], T]) -> Future[T]:
    """Do in a thread what may take for ever: the program can end without it.

    A key store that asks its user to unlock it does not come back before it is answered, and the
    threads of the loop's own executor are waited for at the end.
    """
    future: Future[T] = Future()

    def run() -> None:
        try:
            result = work()
        except BaseException as error:  # noqa: BLE001 - the waiting tasks raise it
            future.set_exception(error)
        else:
            future.set_result(result)

    future.set_running_or_notify_cancel()
    threading.Thread(target=run, name="key store", daemon=True).start()
    return future
