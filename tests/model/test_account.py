"""The account: which engine, whose key, what is left, and what may be spent."""

from __future__ import annotations

import asyncio
import subprocess
import sys
from collections.abc import Callable, Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from PySide6.QtCore import QSettings

from fluxfill_studio.core.errors import (
    KeyMissing,
    KeyRejected,
    KeyStillKept,
    KeyStoreError,
    KeyUnreadable,
    LedgerBusy,
    ParameterError,
    ServiceFault,
    SpendingLimit,
    Unreachable,
)
from fluxfill_studio.core.job import Engine
from fluxfill_studio.core.key import KeyPlace
from fluxfill_studio.core.schema import ParameterSchema
from fluxfill_studio.model.account import Account, Spending
from fluxfill_studio.model.settings import Connection, Limits, Settings
from fluxfill_studio.storage.secrets import Secrets
from tests.apiframe.scripted_server import Reply, ScriptedServer, json_reply
from tests.cli.conftest import served
from tests.key_stores import FailingStore, MemoryStore, RefusingStore, WaitingStore, key_store

pytestmark = pytest.mark.anyio

KEY = "afk_e01f7ab9c25d4836"
OTHER = "afk_9b8a7c6d5e4f3021"
ROOT = Path(__file__).parents[2]
NOBODY = "http://127.0.0.1:9"

Make = Callable[..., Account]


def me(left: int, **team: object) -> Reply:
    """The answer to `/v2/me` for an account with so many credits left."""
    user = {"id": "u1", "email": "ada@example.org", "role": "MEMBER"}
    return json_reply(200, {"user": user, "team": {"plan": "pro", "credits": left, **team}})


def left(account: Account) -> int | None:
    return None if account.balance is None else account.balance.credits


def unreadable(account: Account) -> KeyUnreadable | None:
    return account.unreadable


def everything_in(folder: Path) -> str:
    return "".join(path.read_text() for path in folder.rglob("*") if path.is_file())


@pytest.fixture
def make(schema: ParameterSchema, tmp_path: Path, qapp: object) -> Make:
    """Makes the account as each start of the program does, on the same files."""

    def make(environment: str | None = None, **options: Any) -> Account:
        settings = Settings(tmp_path / "settings.ini")
        secrets = Secrets(tmp_path / "api-key", environment)
        return Account(schema, settings, secrets, **{"base_url": NOBODY, **options})

    return make


@pytest.fixture
def store() -> Iterator[MemoryStore]:
    memory = MemoryStore()
    with key_store(memory):
        yield memory


async def keep_in(store: RefusingStore, account: Account) -> None:
    """Keep a key in a store that refuses to give it back from then on."""
    store.is_open = True
    await account.set_key(KEY, KeyPlace.KEY_STORE)
    store.is_open = False


def counting(signal: Any) -> list[None]:
    """A list that grows with every emission."""
    emitted: list[None] = []
    signal.connect(lambda: emitted.append(None))
    return emitted


def test_it_starts_with_apiframe_where_there_is_a_key(make: Make) -> None:
    assert (make().engine, make().key_place) == (Engine.LOCAL, None)
    account = make(KEY)
    assert (account.engine, account.key_place) == (Engine.APIFRAME, KeyPlace.ENVIRONMENT)


def test_what_the_user_chose_is_found_again(make: Make) -> None:
    make(KEY).choose(Engine.LOCAL)
    assert make(KEY).engine is Engine.LOCAL
    make().choose(Engine.APIFRAME)
    assert make().engine is Engine.APIFRAME


async def test_a_kept_key_is_found_and_used(make: Make, store: MemoryStore) -> None:
    await make().set_key(KEY, KeyPlace.KEY_STORE)
    account = make()
    turns = counting(account.service_changed)
    assert not account.has_looked
    assert await account.find_key()
    assert (account.engine, account.key_place) == (Engine.APIFRAME, KeyPlace.KEY_STORE)
    assert not await account.find_key()
    assert len(turns) == 1


async def test_without_a_kept_key_that_is_known_once_it_was_looked_for(make: Make) -> None:
    account = make()
    changes = counting(account.changed)
    assert not await account.find_key()
    assert account.has_looked
    assert len(changes) == 1


async def test_a_found_key_does_not_overrule_the_users_choice(
    make: Make, store: MemoryStore
) -> None:
    await make().set_key(KEY, KeyPlace.FILE)
    make().choose(Engine.LOCAL)
    account = make()
    turns = counting(account.service_changed)
    await account.find_key()
    assert account.engine is Engine.LOCAL
    assert account.has_key
    assert turns == []


async def test_the_environment_goes_before_a_kept_key(make: Make) -> None:
    await make().set_key(OTHER, KeyPlace.FILE)
    account = make(KEY)
    await account.find_key()
    assert account.key_place is KeyPlace.ENVIRONMENT


async def test_a_locked_key_store_is_told_and_asked_again_only_when_that_is_wanted(
    make: Make, store: MemoryStore
) -> None:
    await make().set_key(KEY, KeyPlace.KEY_STORE)
    account = make()
    with key_store(FailingStore()), pytest.raises(KeyUnreadable) as caught:
        await account.find_key()
    assert unreadable(account) is caught.value
    with pytest.raises(KeyUnreadable):
        await account.service(Engine.APIFRAME)
    account.look_again()
    assert (await account.service(Engine.APIFRAME)).base_url == NOBODY
    assert account.key_place is KeyPlace.KEY_STORE
    assert unreadable(account) is None
    await account.close()


async def test_a_key_store_is_asked_once_for_all_who_need_the_key(make: Make) -> None:
    store = RefusingStore()
    with key_store(store):
        await keep_in(store, make())
        account = make()
        asking = [asyncio.create_task(account.service(Engine.APIFRAME)) for _ in range(3)]
        await asyncio.to_thread(store.asked.wait, 10)
        # The first one is stopped, and another comes, while the store waits for its user.
        asking[0].cancel()
        await asyncio.wait(asking[:1])
        looked = [account.has_looked]
        account.look_again()
        asking.append(asyncio.create_task(account.service(Engine.APIFRAME)))
        await asyncio.sleep(0)
        store.answered.set()
        answers = await asyncio.gather(*asking[1:], return_exceptions=True)
        assert [type(answer) for answer in answers] == [KeyUnreadable] * 3
        assert [*looked, account.has_looked] == [False, True]
        with pytest.raises(KeyUnreadable):
            await account.service(Engine.APIFRAME)
        assert store.times == 1
        account.look_again()
        with pytest.raises(KeyUnreadable):
            await account.service(Engine.APIFRAME)
        assert store.times == 2


async def test_a_refusal_says_nothing_once_another_key_is_there(make: Make) -> None:
    store = RefusingStore()
    with key_store(store):
        await keep_in(store, make())
        account = make()
        asking = asyncio.create_task(account.service(Engine.APIFRAME))
        await asyncio.to_thread(store.asked.wait, 10)
        setting = asyncio.create_task(account.set_key(OTHER, KeyPlace.FILE))
        await asyncio.sleep(0)
        store.answered.set()
        assert (await asking).base_url == NOBODY
        assert account.unreadable is None
        with pytest.raises(KeyStillKept):  # the store does not let go of the one before
            await setting
    await account.close()


async def test_a_key_that_is_entered_while_the_store_waits_is_the_one(make: Make) -> None:
    store = WaitingStore()
    with key_store(store):
        await make().set_key(KEY, KeyPlace.FILE)  # no waiting yet
        store.answered.set()
        await make().set_key(KEY, KeyPlace.KEY_STORE)
        store.asked.clear()
        store.answered.clear()
        account = make()
        places: list[KeyPlace | None] = []
        account.changed.connect(lambda: places.append(account.key_place))
        finding = asyncio.create_task(account.find_key())
        await asyncio.to_thread(store.asked.wait, 10)
        setting = asyncio.create_task(account.set_key(OTHER, KeyPlace.SESSION))
        await asyncio.sleep(0)
        assert account.key_place is KeyPlace.SESSION
        store.answered.set()
        await asyncio.gather(finding, setting)
    assert set(places) == {KeyPlace.SESSION}


LEAVE_WHILE_ASKED = """
import asyncio, sys
from pathlib import Path
import keyring
from fluxfill_studio.core.key import KeyPlace
from fluxfill_studio.model.account import Account
from fluxfill_studio.model.settings import Settings
from fluxfill_studio.storage.paths import load_schema, resources
from fluxfill_studio.storage.secrets import Secrets
from tests.key_stores import WaitingStore

folder, store = Path(sys.argv[1]), WaitingStore()
keyring.set_keyring(store)
store.answered.set()
secrets = Secrets(folder / "api-key")
secrets.keep("afk_kept", KeyPlace.KEY_STORE)
store.asked.clear()
store.answered.clear()

async def close_the_window():
    account = Account(load_schema(resources()), Settings(folder / "settings.ini"), secrets)
    finding = asyncio.create_task(account.find_key())
    await asyncio.to_thread(store.asked.wait)
    finding.cancel()
    await asyncio.wait([finding])

asyncio.run(close_the_window())
print("closed")
"""


def test_the_program_ends_while_a_key_store_still_waits(tmp_path: Path) -> None:
    process = subprocess.run(
        [sys.executable, "-c", LEAVE_WHILE_ASKED, tmp_path],
        cwd=ROOT,
        capture_output=True,
        encoding="utf-8",
        timeout=20,
        check=False,
    )
    assert (process.returncode, process.stdout, process.stderr) == (0, "closed\n", "")


async def test_where_a_key_cannot_be_kept_it_works_for_the_session(make: Make) -> None:
    account = make()
    with key_store(FailingStore()), pytest.raises(KeyStoreError) as caught:
        await account.set_key(KEY, KeyPlace.KEY_STORE)
    assert "until the program is closed" in caught.value.full_message
    assert (account.engine, account.key_place) == (Engine.APIFRAME, KeyPlace.SESSION)
    again = make()
    await again.find_key()
    assert not again.has_key


async def test_a_key_is_forgotten(make: Make, store: MemoryStore) -> None:
    account = make()
    await account.set_key(KEY, KeyPlace.KEY_STORE)
    with key_store(FailingStore()), pytest.raises(KeyStillKept):
        await account.forget_key()
    assert (account.engine, account.has_key) == (Engine.LOCAL, False)
    await account.forget_key()
    assert store.kept == {}
    again = make()
    await again.find_key()
    assert not again.has_key


async def test_obstacles_are_told_by_place(make: Make, store: MemoryStore, tmp_path: Path) -> None:
    assert await make().obstacles() == {}
    with key_store(FailingStore()):
        assert await make().obstacles() == {}  # it may be unlocked when it is needed


async def test_a_key_is_tested_without_being_used(make: Make, schema: ParameterSchema) -> None:
    with served(schema) as service:
        account = make(base_url=service.url)
        balance = await account.test_key(OTHER)
        assert (balance.credits, balance.plan) == (1000, "Local draft")
        assert not account.has_key
        with pytest.raises(KeyRejected):
            await account.test_key("no key of theirs")
        with pytest.raises(KeyMissing):
            await account.test_key("")


async def test_the_balance_comes_with_what_the_account_allows(make: Make) -> None:
    async with ScriptedServer(me(9, maxConcurrentJobs=3), me(8)) as server:
        account = make(KEY, base_url=server.url)
        assert account.at_once(Engine.APIFRAME) == 2
        await account.refresh()
        assert account.balance is not None
        assert account.balance.email == "ada@example.org"
        assert (left(account), account.is_low) == (9, False)
        assert account.at_once(Engine.APIFRAME) == 3
        account.set_limits(Limits(jobs_at_once=2))
        assert account.at_once(Engine.APIFRAME) == 2
        account.set_limits(Limits(jobs_at_once=5))
        assert account.at_once(Engine.APIFRAME) == 3
        await account.refresh()
        assert (left(account), account.is_low) == (8, True)
        assert account.at_once(Engine.APIFRAME) == 5
        await account.close()
    assert [r.headers["x-api-key"] for r in server.requests] == [KEY, KEY]


async def test_where_the_service_refuses_no_old_balance_is_shown(make: Make) -> None:
    replies = [me(100), json_reply(401, {"error": "who?"}), Reply(503, b"busy")]
    async with ScriptedServer(*replies) as server:
        account = make(KEY, base_url=server.url)
        await account.refresh()
        assert left(account) == 100
        for kind in (KeyRejected, ServiceFault):
            await account.refresh()
            assert left(account) is None
            assert isinstance(account.trouble, kind)
        await account.close()
    account = make(KEY)
    await account.refresh()
    assert isinstance(account.trouble, Unreachable)
    await account.close()


async def test_the_local_engine_has_no_balance_and_asks_for_none(make: Make) -> None:
    async with ScriptedServer() as server:
        account = make(KEY, base_url=server.url)
        account.choose(Engine.LOCAL)
        await account.refresh()
        assert (account.balance, account.trouble, server.requests) == (None, None, [])


async def test_a_late_answer_of_the_former_service_is_dropped(make: Make) -> None:
    late = asyncio.Event()
    slow = me(100)
    slow = Reply(slow.status, slow.body, slow.headers, after=late)
    async with ScriptedServer(slow, me(7)) as server:
        account = make(KEY, base_url=server.url)
        asking = asyncio.create_task(account.refresh())
        await server.arrived.wait()
        await account.set_key(OTHER, KeyPlace.SESSION)
        account.choose(Engine.APIFRAME)
        await account.refresh()
        late.set()
        await asking
        assert left(account) == 7
        await account.close()
    assert [r.headers["x-api-key"] for r in server.requests] == [KEY, OTHER]


async def test_another_address_is_for_new_runs_and_old_services_stay(make: Make) -> None:
    async with ScriptedServer(me(1)) as one, ScriptedServer(me(2)) as two:
        account = make(KEY, base_url=None)
        account.set_connection(Connection(base_url=f" {one.url}/ "))
        turns = counting(account.service_changed)
        first = await account.service(Engine.APIFRAME)
        assert first.base_url == account.base_url == one.url
        account.set_connection(Connection(base_url=two.url))
        assert len(turns) == 1
        second = await account.service(Engine.APIFRAME)
        assert second.base_url == account.base_url == two.url
        assert (await first.client.me()).credits == 1
        assert (await second.client.me()).credits == 2
        account.set_connection(Connection(base_url=one.url))
        assert (await account.service(Engine.APIFRAME)).base_url == one.url
        account.set_connection(Connection())
        assert account.base_url == "https://api.apiframe.ai"
        await account.close()


def test_the_connection_is_found_again(make: Make, tmp_path: Path) -> None:
    connection = Connection("https://a.example/v", "http://proxy:8080", tmp_path / "own ca.pem")
    make(base_url=None).set_connection(connection)
    assert make(base_url=None).connection == connection


def test_an_address_of_the_command_line_goes_first_and_is_not_remembered(make: Make) -> None:
    make(base_url=None).set_connection(Connection(base_url="https://kept.example"))
    account = make(base_url="https://given.example")
    assert account.base_url == "https://given.example"
    account.set_connection(Connection("https://given.example", proxy="http://proxy:1"))
    assert account.base_url == "https://given.example"
    expected = Connection("https://kept.example", proxy="http://proxy:1")
    assert make(base_url=None).connection == expected
    account.set_connection(Connection("https://new.example"))
    assert account.base_url == make(base_url=None).base_url == "https://new.example"


@pytest.mark.parametrize(
    "connection",
    [
        Connection("ftp://files.example"),
        Connection("nowhere at all"),
        Connection(proxy="not a proxy"),
        Connection(certificates=Path("no/such/file.pem")),
    ],
)
async def test_what_cannot_be_used_is_told(make: Make, connection: Connection) -> None:
    account = make(KEY, base_url=None)
    account.set_connection(connection)
    await account.refresh()
    assert isinstance(account.trouble, ParameterError)
    await account.close()


async def test_requests_go_through_the_proxy(make: Make) -> None:
    async with ScriptedServer(me(5)) as proxy:
        account = make(KEY, base_url="http://service.invalid")
        account.set_connection(Connection("http://service.invalid", proxy=proxy.url))
        await account.refresh()
        assert left(account) == 5
        await account.close()
    assert proxy.requests[0].target == "http://service.invalid/v2/me"


async def test_spending_is_of_the_session_the_day_and_the_month(make: Make) -> None:
    asked: list[datetime] = []

    def spent(since: datetime) -> int:
        asked.append(since)
        return len(asked)

    before = datetime.now(UTC)
    account = make(spent=spent)
    await account.refresh()
    assert account.spending == Spending(1, 2, 3)
    session, day, month = asked
    assert before <= session <= datetime.now(UTC)
    assert session - timedelta(days=1, hours=1) < day <= session
    for moment in (day, month):
        assert (moment.hour, moment.minute, moment.second, moment.microsecond) == (0, 0, 0, 0)
        assert moment.utcoffset() == moment.astimezone().utcoffset()
    assert month.day == 1
    assert month.month == day.month


@pytest.mark.parametrize(
    ("limits", "spent", "runs", "told"),
    [
        (Limits(), 10_000, (100, 0), None),
        (Limits(per_day=27), 9, (2, 0), None),
        (Limits(per_day=26), 9, (2, 0), {"limit": 26, "spent": 9, "price": 18}),
        (Limits(per_day=27), 9, (1, 1), None),
        (Limits(per_day=26), 9, (1, 1), {"limit": 26, "spent": 18, "price": 9}),
        (Limits(per_month=17), 9, (1, 0), {"limit": 17, "spent": 9, "price": 9}),
        (Limits(per_day=100, per_month=90), 82, (1, 0), {"limit": 90, "spent": 82, "price": 9}),
    ],
)
async def test_the_users_own_limits(
    make: Make,
    limits: Limits,
    spent: int,
    runs: tuple[int, int],
    told: dict[str, int] | None,
) -> None:
    make().set_limits(limits)
    account = make(spent=lambda _: spent)
    if told is None:
        await account.check_spending(*runs)
    else:
        with pytest.raises(SpendingLimit) as caught:
            await account.check_spending(*runs)
        assert caught.value.values == told


async def test_a_ledger_that_cannot_be_read_shows_nothing_and_stops_a_limited_run(
    make: Make,
) -> None:
    def busy(since: datetime) -> int:
        raise LedgerBusy

    account = make(spent=busy)
    await account.refresh()
    assert account.spending is None
    await account.check_spending(1)
    account.set_limits(Limits(per_day=100))
    with pytest.raises(LedgerBusy):
        await account.check_spending(1)


def test_a_settings_file_written_by_hand_does_no_harm(make: Make, tmp_path: Path) -> None:
    (tmp_path / "settings.ini").write_text(
        "[service]\nengine=abacus\nbase-url=a, b\n"
        "[limits]\njobs-at-once=-3\nper-day=many\nper-month=20\n"
    )
    account = make(base_url=None)
    assert (account.engine, account.connection) == (Engine.LOCAL, Connection())
    assert account.limits == Limits(per_month=20)


async def test_nothing_that_is_kept_or_shown_of_it_tells_the_key(
    make: Make, tmp_path: Path, store: MemoryStore
) -> None:
    async with ScriptedServer(me(5)) as server:
        account = make(base_url=server.url)
        await account.set_key(KEY, KeyPlace.KEY_STORE)
        await account.refresh()
        told = repr(account) + repr(vars(account)) + repr(vars(account)["_services"])
        QSettings(str(tmp_path / "settings.ini"), QSettings.Format.IniFormat).sync()
        await account.close()
    assert KEY not in told + everything_in(tmp_path)
    assert list(store.kept.values()) == [KEY]
