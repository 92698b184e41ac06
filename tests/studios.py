"""All models of the window, in a folder of their own."""

from __future__ import annotations

from pathlib import Path

from fluxfill_studio.core.schema import ParameterSchema
from fluxfill_studio.model.settings import Settings
from fluxfill_studio.model.studio import Studio
from fluxfill_studio.storage.secrets import Secrets


def studio_in(
    folder: Path, schema: ParameterSchema, *, base_url: str | None = None, key: str | None = None
) -> Studio:
    """As at a start of the program with what `folder` holds; `key` is that of the environment."""
    return Studio(
        schema,
        Settings(folder / "settings.ini"),
        secrets=Secrets(folder / "api-key", environment=key),
        base_url=base_url,
        samples=[],
        data=folder / "data",
    )
