"""How runs without a window reach the hosted service."""

from __future__ import annotations

import os
from dataclasses import dataclass, field
from pathlib import Path

from fluxfill_studio.apiframe import BASE_URL, address_of
from fluxfill_studio.cli.arguments import KEY_VARIABLE
from fluxfill_studio.core.job import Engine
from fluxfill_studio.core.schema import ParameterSchema
from fluxfill_studio.jobs.service import Service
from fluxfill_studio.storage.paths import settings_file
from fluxfill_studio.storage.secrets import Secrets


@dataclass(frozen=True)
class Access:
    """An address and the key that goes there; `proxy` and `certificates` as in `Service.of`."""

    base_url: str = BASE_URL
    key: str | None = field(default=None, repr=False)
    proxy: str | None = None
    certificates: Path | None = None

    @classmethod
    def find(cls, base_url: str | None) -> Access:
        """The key of the environment for `base_url`, by default the service's own address.

        Else the key that the window has kept, with the address and the way there that it was kept
        for; for any other `base_url` none. Raises KeyUnreadable.
        """
        secrets = Secrets.beside(settings_file(), os.environ.get(KEY_VARIABLE))
        found = secrets.find()
        if found is None or found is secrets.environment:
            return cls(address_of(base_url), None if found is None else found.text)
        # Qt's core reads the settings; where a window has kept a key, it is there.
        from fluxfill_studio.model.settings import Settings

        connection = Settings(settings_file()).connection
        address = address_of(connection.base_url)
        if base_url is not None and address_of(base_url) != address:
            return cls(address_of(base_url))
        return cls(address, found.text, connection.proxy or None, connection.certificates)

    def service(self, engine: Engine, schema: ParameterSchema) -> Service:
        """Raises what `Service.of` does."""
        return Service.of(
            engine,
            schema,
            self.key,
            self.base_url,
            proxy=self.proxy,
            certificates=self.certificates,
        )
