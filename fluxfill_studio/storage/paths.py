"""Where things lie: the packaged resources and the user's own folders."""

from __future__ import annotations

import json
from pathlib import Path

import platformdirs

from fluxfill_studio.core.schema import ParameterSchema

APP_NAME = "Fluxfill Studio"


def resources() -> Path:
    """The folder of icons, samples and data files.

    It lies inside the package where that was installed or frozen, beside it in a source tree.
    """
    package = Path(__file__).resolve().parent.parent
    inside = package / "resources"
    return inside if inside.is_dir() else package.parent / "resources"


def load_schema(folder: Path) -> ParameterSchema:
    """The parameters of Flux Fill Pro from the resources `folder`.

    Raises OSError, KeyError or ValueError for a missing or broken file: a broken installation.
    """
    text = (folder / "schema" / "flux-fill-pro.json").read_text(encoding="utf-8")
    return ParameterSchema.from_data(json.loads(text))


def samples(folder: Path) -> list[Path]:
    """The sample photographs in the resources `folder`, by name."""
    return sorted((folder / "samples").glob("*.jpg"))


def settings_file() -> Path:
    """Where the user's settings are kept; its folder may not exist yet."""
    return Path(platformdirs.user_config_dir(APP_NAME, appauthor=False)) / "settings.ini"


def data_folder() -> Path:
    """Where jobs are kept with all they need; it may not exist yet."""
    return Path(platformdirs.user_data_dir(APP_NAME, appauthor=False))


def pictures_folder() -> Path:
    """Where results without a wished place go; it may not exist yet."""
    return Path(platformdirs.user_pictures_dir()) / APP_NAME


def log_file() -> Path:
    """Where the log is written; its folder may not exist yet."""
    return Path(platformdirs.user_log_dir(APP_NAME, appauthor=False)) / "fluxfill-studio.log"
