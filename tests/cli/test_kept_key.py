"""The key that a window has kept serves the command line too, and goes nowhere else."""

from __future__ import annotations

import json

from fluxfill_studio.core.geometry import Size
from fluxfill_studio.core.schema import ParameterSchema
from fluxfill_studio.sandbox.service import SandboxSettings
from tests.cli.conftest import KEY, Program, save_pictures, served

FILL = ["fill", "photo.png", "--mask", "mask.png", "--prompt", "calm water", "-o", "out.png"]
_KEEP = """
from fluxfill_studio.core.key import KeyPlace
from fluxfill_studio.model.settings import Connection, Settings
from fluxfill_studio.storage.paths import settings_file
from fluxfill_studio.storage.secrets import Secrets
settings_file().parent.mkdir(parents=True, exist_ok=True)
Settings(settings_file()).set_connection(Connection(base_url={base_url!r}))
Secrets.beside(settings_file()).keep({key!r}, KeyPlace.FILE)
"""


def keep(program: Program, base_url: str, key: str = KEY) -> None:
    """What the settings of the window do."""
    process = program.python(_KEEP.format(base_url=base_url, key=key))
    assert process.returncode == 0, process.stderr
    save_pictures(program.folder, Size(64, 48))


def test_a_kept_key_goes_to_the_address_it_was_kept_for(
    program: Program, schema: ParameterSchema
) -> None:
    with served(schema, SandboxSettings(api_key=KEY)) as service:
        keep(program, service.url)
        program.learn(schema, service.url)
        process = program.run(*FILL, "--json")
        assert len(service.jobs()) == 1
    assert process.returncode == 0, process.stderr
    told = json.loads(process.stdout)
    assert (told["engine"], told["status"]) == ("apiframe", "done")
    assert (program.folder / "out.png").exists()


def test_a_kept_key_goes_to_no_other_address(program: Program, schema: ParameterSchema) -> None:
    with served(schema, SandboxSettings(api_key=KEY)) as service:
        keep(program, "http://127.0.0.1:9")
        process = program.run(*FILL, "--base-url", service.url)
        assert service.asked == []
    assert process.returncode == 3
    assert "There is no API key for the service." in process.stderr


def test_the_key_of_the_environment_goes_before_a_kept_one(
    program: Program, schema: ParameterSchema
) -> None:
    with served(schema, SandboxSettings(api_key=KEY)) as service:
        keep(program, "http://127.0.0.1:9", "afk_another")
        program.learn(schema, service.url)
        process = program.run(*FILL, "--base-url", service.url, key=KEY)
        assert len(service.jobs()) == 1
    assert process.returncode == 0, process.stderr


def test_the_local_draft_needs_no_key_and_takes_none(program: Program) -> None:
    keep(program, "http://127.0.0.1:9")
    process = program.run(*FILL, "--engine", "local", "--json")
    assert process.returncode == 0, process.stderr
    assert json.loads(process.stdout)["engine"] == "local"
