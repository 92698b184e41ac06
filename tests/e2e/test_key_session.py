"""A whole session with a key: it goes to the service, into the key store, and nowhere else."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Iterator
from pathlib import Path

import pytest
from PySide6.QtCore import Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication

from fluxfill_studio.app import Application
from fluxfill_studio.core.job import Engine
from fluxfill_studio.core.key import KeyPlace
from fluxfill_studio.core.schema import ParameterSchema
from fluxfill_studio.model.key_entry import KeyEntry
from fluxfill_studio.sandbox.service import SandboxSettings
from fluxfill_studio.ui.settings.settings_dialog import SettingsDialog
from tests.cli.conftest import Served, served
from tests.e2e.driving import close, ready, run, start
from tests.key_stores import MemoryStore, key_store
from tests.qt import QtLoop, acting, emitted
from tests.storage.orders import teach

KEY = "afk_5d80c7f2e6194ab3"
WRONG = "afk_00000000deadbeef"


@pytest.fixture
def service(schema: ParameterSchema) -> Iterator[Served]:
    """Takes the one key only."""
    with served(schema, SandboxSettings(api_key=KEY)) as service:
        yield service


async def enter(application: Application, text: str) -> None:
    """Open the settings by Ctrl+, enter a key, and wait for what comes of it."""
    control = Qt.KeyboardModifier.ControlModifier
    await acting(lambda: QTest.keyClick(application.window, Qt.Key.Key_Comma, control))
    dialog = application.window.findChild(SettingsDialog)
    assert dialog is not None
    field = dialog.service.key.field
    QTest.keyClicks(field, text)
    QTest.keyClick(field, Qt.Key.Key_Return)
    await done(application.studio.key_entry)
    dialog.close()
    application.window.activateWindow()  # as window managers do
    assert await acting(lambda: QTest.qWaitForWindowActive(application.window))


async def done(entry: KeyEntry) -> None:
    while entry.is_busy:
        await emitted(entry.changed)


async def first_session(application: Application, picture: Path) -> list[str]:
    """Enter a wrong key and the right one, and run; returns how all of it shows itself."""
    told: list[str] = []
    notices, account = application.studio.notices, application.studio.account
    notices.changed.connect(lambda: told.append(repr(notices.current)))
    program = await start(application)
    assert account.engine is Engine.LOCAL
    await enter(application, WRONG)
    assert not account.has_key
    await enter(application, KEY)
    assert (account.engine, account.key_place) == (Engine.APIFRAME, KeyPlace.KEY_STORE)
    await ready(application, picture)
    await run(application)
    told += map(repr, (account, vars(account), vars(application.studio.key_entry)))
    await close(application)
    await program
    return told


async def second_session(application: Application) -> None:
    """Find the key, and forget it."""
    account, entry = application.studio.account, application.studio.key_entry
    found = asyncio.create_task(emitted(account.service_changed))
    program = await start(application)
    await found
    assert (account.engine, account.key_place) == (Engine.APIFRAME, KeyPlace.KEY_STORE)
    entry.forget()
    await done(entry)
    await close(application)
    await program


def test_the_key_is_told_to_the_service_and_the_key_store_alone(
    qapp: QApplication,
    qt_loop: QtLoop,
    schema: ParameterSchema,
    service: Served,
    picture: Path,
    tmp_path: Path,
    caplog: pytest.LogCaptureFixture,
) -> None:
    caplog.set_level(logging.DEBUG)
    settings, data, store = tmp_path / "settings.ini", tmp_path / "data", MemoryStore()
    teach(data, schema, service.url)
    with key_store(store):
        first = Application(qapp, settings, data, key=None, base_url=service.url)
        told = qt_loop.run(first_session(first, picture))
        assert list(store.kept.values()) == [KEY]
        second = Application(qapp, settings, data, key=None, base_url=service.url)
        qt_loop.run(second_session(second))
        assert store.kept == {}
    for application in (first, second):
        application.window.deleteLater()
    qapp.processEvents()

    assert service.asked.count("POST /v2/images/edit") == 1
    logged = "".join(repr(vars(record)) for record in caplog.records)
    assert "/v2/images/edit" in logged
    files = [path.read_bytes() for path in tmp_path.rglob("*") if path.is_file()]
    assert len(files) > 3
    for key in (KEY, WRONG):
        assert key not in logged + "".join(told)
        assert not any(key.encode() in content for content in files)
