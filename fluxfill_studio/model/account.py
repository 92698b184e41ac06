"""Who makes the fills, and what is left to pay for them."""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING

from PySide6.QtCore import QObject, Signal

from fluxfill_studio.apiframe.wire import Account as Balance
from fluxfill_studio.core.errors import ServiceError
from fluxfill_studio.core.job import Engine
from fluxfill_studio.core.schema import ParameterSchema

if TYPE_CHECKING:
    from fluxfill_studio.jobs.service import Service


class Account(QObject):
    """The engine in use and its balance. Services are made when they are first needed."""

    changed = Signal()
    engine_changed = Signal()

    def __init__(
        self,
        schema: ParameterSchema,
        key: str | None,
        base_url: str | None,
        parent: QObject | None = None,
    ) -> None:
        """Starts with Apiframe where there is a `key`, else with the local engine."""
        super().__init__(parent)
        self._schema = schema
        self._key = key
        self._base_url = base_url
        self._services: dict[Engine, Service] = {}
        self._making = asyncio.Lock()
        self.engine = Engine.APIFRAME if key else Engine.LOCAL
        self.balance: Balance | None = None

    @property
    def has_key(self) -> bool:
        return bool(self._key)

    def choose(self, engine: Engine) -> None:
        """Use `engine` for the runs that start from now on."""
        if engine is not self.engine:
            self.engine = engine
            self.balance = None
            self.changed.emit()
            self.engine_changed.emit()

    async def service(self, engine: Engine) -> Service:
        """The service behind `engine`, made when it is first asked for.

        In a worker thread: loading the client and the system's certificates takes longer than a
        frame.
        """
        async with self._making:
            if engine not in self._services:
                self._services[engine] = await asyncio.to_thread(self._make, engine)
        return self._services[engine]

    def _make(self, engine: Engine) -> Service:
        from fluxfill_studio.jobs.service import Service

        return Service.of(engine, self._schema, self._key, self._base_url)

    async def refresh(self) -> None:
        """Ask Apiframe for the balance; where that fails, none is shown rather than an old one."""
        if self.engine is not Engine.APIFRAME:
            return
        try:
            service = await self.service(Engine.APIFRAME)
            self.balance = await service.client.me()
        except ServiceError:
            self.balance = None
        self.changed.emit()

    async def close(self) -> None:
        while self._services:
            _, service = self._services.popitem()
            await service.aclose()
