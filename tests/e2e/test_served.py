"""The window on a service behind a real socket: what is asked, what is charged, what is kept."""

from __future__ import annotations

import asyncio
from pathlib import Path

from PySide6.QtWidgets import QApplication

from fluxfill_studio.app import Application
from fluxfill_studio.core.errors import NotEnoughCredits
from fluxfill_studio.core.job import Engine, JobState
from fluxfill_studio.core.schema import ParameterSchema
from fluxfill_studio.sandbox.service import SandboxSettings
from tests.cli.conftest import KEY, Served, served
from tests.e2e.driving import close, ready, run, start
from tests.qt import QtLoop, emitted
from tests.storage.orders import teach


async def prepared(application: Application, picture: Path) -> asyncio.Task[None]:
    """The program with a picture, a stroke and a prompt."""
    program = await start(application)
    await ready(application, picture)
    return program


def on_service(qapp: QApplication, folder: Path, service: Served) -> Application:
    settings, data = folder / "settings.ini", folder / "data"
    return Application(qapp, settings, data, key=KEY, base_url=service.url)


def test_a_run_uploads_twice_submits_once_and_shows_what_it_cost(
    qapp: QApplication, qt_loop: QtLoop, schema: ParameterSchema, picture: Path, tmp_path: Path
) -> None:
    with served(schema) as service:
        teach(tmp_path / "data", schema, service.url)
        application = on_service(qapp, tmp_path, service)

        async def drive() -> None:
            program = await prepared(application, picture)
            studio = application.studio
            assert studio.account.engine is Engine.APIFRAME
            entry = studio.gallery[await run(application)]
            left = 1000 - schema.credits_per_run
            while studio.account.balance is None or studio.account.balance.credits != left:
                await emitted(studio.account.changed)
            assert entry.changed_outside == 0
            assert entry.job.charged == schema.credits_per_run
            await close(application)
            await program

        qt_loop.run(drive())
        assert service.asked.count("POST /v2/uploads") == 2
        assert service.asked.count("POST /v2/images/edit") == 1
        assert len(service.jobs()) == 1


def test_too_few_credits_are_told_and_nothing_is_lost(
    qapp: QApplication, qt_loop: QtLoop, schema: ParameterSchema, picture: Path, tmp_path: Path
) -> None:
    with served(schema, SandboxSettings(credits=4)) as service:
        application = on_service(qapp, tmp_path, service)

        async def drive() -> None:
            program = await prepared(application, picture)
            studio = application.studio
            failed = asyncio.create_task(emitted(studio.generation.failed))
            await asyncio.sleep(0)
            studio.generation.run()
            (error,) = await failed
            assert isinstance(error, NotEnoughCredits)
            assert error.values == {"required": 9, "available": 4}
            assert studio.notices.current is not None
            assert studio.notices.current.error is error
            (entry,) = studio.gallery.entries
            assert entry.job.state is JobState.FAILED
            assert studio.document.picture is not None
            assert studio.document.picture.mask.pixels.any()
            assert studio.parameters["prompt"] == "a calm sea"
            await close(application)
            await program

        qt_loop.run(drive())
