"""What becomes of a key that is entered: each outcome, and one thing at a time."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Callable
from pathlib import Path
from typing import Any

import pytest

from fluxfill_studio.apiframe.wire import Account as Balance
from fluxfill_studio.core.errors import (
    KeyRejected,
    KeyStillKept,
    KeyStoreError,
    ParameterError,
    Unreachable,
)
from fluxfill_studio.core.key import KeyPlace
from fluxfill_studio.core.schema import ParameterSchema
from fluxfill_studio.model.account import Account
from fluxfill_studio.model.key_entry import KeyEntry
from fluxfill_studio.model.settings import Settings
from fluxfill_studio.model.tasks import TaskOwner
from fluxfill_studio.storage.secrets import Secrets
from tests.apiframe.scripted_server import ScriptedServer, json_reply
from tests.key_stores import FailingStore, MemoryStore, key_store
from tests.model.test_account import me
from tests.qt import emitted

pytestmark = pytest.mark.anyio

KEY = "afk_20d4f6a8b1c3e597"


class Desk:
    """A key entry with its account and service, and how to wait for it."""

    def __init__(self, schema: ParameterSchema, folder: Path, base_url: str) -> None:
        settings = Settings(folder / "settings.ini")
        self.tasks = TaskOwner()
        self.account = Account(schema, settings, Secrets(folder / "api-key"), base_url=base_url)
        self.entry = KeyEntry(self.account, self.tasks)
        self.failed: list[Any] = []
        self.tasks.failed.connect(self.failed.append)

    async def outcome(self, begin: Callable[[], None]) -> object:
        """What comes of what `begin` begins."""
        begin()
        assert (self.entry.is_busy, self.entry.outcome) == (True, None)
        while self.entry.is_busy:
            await emitted(self.entry.changed)
        return self.entry.outcome

    async def close(self) -> None:
        await self.tasks.close()
        await self.account.close()
        assert self.failed == []


@pytest.fixture
async def server() -> AsyncIterator[ScriptedServer]:
    async with ScriptedServer() as server:
        yield server


@pytest.fixture
async def desk(
    schema: ParameterSchema, tmp_path: Path, server: ScriptedServer, qapp: object
) -> AsyncIterator[Desk]:
    desk = Desk(schema, tmp_path, server.url)
    with key_store(MemoryStore()):
        yield desk
    await desk.close()


def keys(server: ScriptedServer) -> list[str]:
    return [request.headers["x-api-key"] for request in server.requests]


async def test_a_tested_key_is_not_used(desk: Desk, server: ScriptedServer) -> None:
    server.replies += [me(12)]
    outcome = await desk.outcome(lambda: desk.entry.test(f" {KEY} "))
    assert outcome == Balance("ada@example.org", "pro", 12, None, None)
    assert keys(server) == [KEY]
    assert not desk.account.has_key


async def test_the_key_in_use_can_be_tested(desk: Desk, server: ScriptedServer) -> None:
    await desk.account.set_key(KEY, KeyPlace.SESSION)
    server.replies += [me(12)]
    assert isinstance(await desk.outcome(lambda: desk.entry.test("")), Balance)
    assert keys(server) == [KEY]


async def test_a_key_that_works_is_kept(desk: Desk, server: ScriptedServer) -> None:
    server.replies += [me(12)]
    kept: list[None] = []
    desk.entry.kept.connect(lambda: kept.append(None))
    outcome = await desk.outcome(lambda: desk.entry.keep(f"{KEY}\n", KeyPlace.KEY_STORE))
    assert isinstance(outcome, Balance)
    assert desk.account.key_place is KeyPlace.KEY_STORE
    assert len(kept) == 1


async def test_a_rejected_key_leaves_the_one_in_use(desk: Desk, server: ScriptedServer) -> None:
    await desk.account.set_key("afk_good", KeyPlace.KEY_STORE)
    server.replies += [json_reply(401, {"error": "no"}), me(12)]
    kept: list[None] = []
    desk.entry.kept.connect(lambda: kept.append(None))
    outcome = await desk.outcome(lambda: desk.entry.keep(KEY, KeyPlace.FILE))
    assert isinstance(outcome, KeyRejected)
    assert desk.account.key_place is KeyPlace.KEY_STORE
    assert kept == []
    await desk.outcome(lambda: desk.entry.test(""))
    assert keys(server) == [KEY, "afk_good"]


async def test_where_the_service_cannot_be_reached_the_key_is_kept_and_that_is_told(
    schema: ParameterSchema, tmp_path: Path, qapp: object
) -> None:
    desk = Desk(schema, tmp_path, "http://127.0.0.1:9")
    outcome = await desk.outcome(lambda: desk.entry.keep(KEY, KeyPlace.FILE))
    assert isinstance(outcome, Unreachable)
    assert desk.account.key_place is KeyPlace.FILE
    await desk.close()


async def test_an_address_that_cannot_be_used_is_told_and_no_key_is_kept(
    schema: ParameterSchema, tmp_path: Path, qapp: object
) -> None:
    desk = Desk(schema, tmp_path, "nowhere")
    outcome = await desk.outcome(lambda: desk.entry.keep(KEY, KeyPlace.FILE))
    assert isinstance(outcome, ParameterError)
    assert not desk.account.has_key
    await desk.close()


async def test_where_it_cannot_be_kept_it_is_used_all_the_same(
    desk: Desk, server: ScriptedServer
) -> None:
    server.replies += [me(12)]
    kept: list[None] = []
    desk.entry.kept.connect(lambda: kept.append(None))
    with key_store(FailingStore()):
        outcome = await desk.outcome(lambda: desk.entry.keep(KEY, KeyPlace.KEY_STORE))
    assert isinstance(outcome, KeyStoreError)
    assert desk.account.key_place is KeyPlace.SESSION
    assert len(kept) == 1


async def test_a_key_is_forgotten_or_that_it_was_not_is_told(desk: Desk) -> None:
    await desk.account.set_key(KEY, KeyPlace.KEY_STORE)
    with key_store(FailingStore()):
        assert isinstance(await desk.outcome(desk.entry.forget), KeyStillKept)
    assert await desk.outcome(desk.entry.forget) is None
    assert not desk.account.has_key


async def test_it_begins_with_what_is_possible_and_without_what_was(
    schema: ParameterSchema, tmp_path: Path, qapp: object
) -> None:
    desk = Desk(schema, tmp_path, "nowhere")
    await desk.outcome(lambda: desk.entry.test(KEY))
    desk.entry.begin()
    assert desk.entry.outcome is None
    await emitted(desk.entry.changed)
    assert list(desk.entry.obstacles) == [KeyPlace.KEY_STORE]
    await desk.close()


async def test_the_end_of_the_program_ends_a_test(desk: Desk, server: ScriptedServer) -> None:
    late = me(12)
    server.replies += [type(late)(late.status, late.body, late.headers, after=asyncio.Event())]
    desk.entry.test(KEY)
    await server.arrived.wait()
    await desk.tasks.close()
    assert not desk.entry.is_busy
