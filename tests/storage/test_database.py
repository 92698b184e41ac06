"""The ledger's file: brought forward, left alone when it is newer, set aside when it is damaged."""

from __future__ import annotations

import random
import shutil
import sqlite3
from collections.abc import Callable
from contextlib import closing
from pathlib import Path

import pytest

from fluxfill_studio.core.blending.compose import Blend
from fluxfill_studio.core.errors import LedgerBusy, LedgerError, LedgerTooNew
from fluxfill_studio.core.schema import ParameterSchema
from fluxfill_studio.storage import ledger as ledger_module
from fluxfill_studio.storage.database import open_database
from fluxfill_studio.storage.ledger import Ledger
from tests.storage.another_process import Another, another
from tests.storage.orders import PLAN, new_job

FILE = "ledger.sqlite3"
# As it was written by the first version, word for word.
FIRST_DOCUMENT = (
    '{"request": {"mode": "inpaint", "prompt": "a blue door"},'
    ' "crop": [4, 2, 40, 30], "sent": [40, 30], "idempotency_key": "key of 1",'
    ' "source_name": "photo.png", "source_file": "none",'
    ' "wish": {"path": "/out.png", "overwrite": true},'
    ' "image": {"url": "https://cdn.invalid/1",'
    ' "expires_at": "2026-07-01T13:30:00.000000+00:00"}, "mask": null,'
    ' "submitted_at": "2026-07-01T12:30:10.000000+00:00", "server_id": "s",'
    ' "progress": 0.5, "result_url": null, "result_file": null, "saved": null,'
    ' "error": {"kind": "ServiceFault", "message": "The service has a fault: no",'
    ' "charge": "PENDING", "values": {"reason": "no"}, "status": 503,'
    ' "request_id": null, "retry_after": 2.0}}'
)


def folder_with_jobs(folder: Path, schema: ParameterSchema, count: int = 20) -> Path:
    """A ledger with jobs that nobody has open; returns its file."""
    with closing(Ledger.open(folder, schema)) as ledger:
        for number in range(count):
            ledger.add(new_job(schema, f"{number}"))
    return folder / FILE


def contents(folder: Path) -> dict[str, bytes]:
    """The ledger's files, and those that were set aside."""
    return {path.name: path.read_bytes() for path in folder.glob("ledger*")}


def killed_with_a_log(folder: Path) -> Path:
    """A ledger whose jobs stand in its log only, as a killed process leaves it."""
    with another(folder) as process:
        process.ask("add 1 2 3")
        process.kill()
    assert (folder / f"{FILE}-wal").stat().st_size > 0
    return folder / FILE


# Versions.


def test_an_older_ledger_is_brought_forward_with_its_jobs(
    tmp_path: Path, schema: ParameterSchema, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = folder_with_jobs(tmp_path, schema, 3)
    older = ledger_module.MIGRATIONS
    monkeypatch.setattr(
        ledger_module,
        "MIGRATIONS",
        (*older, "ALTER TABLE jobs ADD starred INTEGER NOT NULL DEFAULT 0"),
    )
    with closing(Ledger.open(tmp_path, schema)) as ledger:
        assert ledger.damage is None
        assert [job.id for job in ledger.jobs()] == ["0", "1", "2"]
        ledger.add(new_job(schema, "3"))
    with closing(sqlite3.connect(path)) as connection:
        assert connection.execute("PRAGMA user_version").fetchone() == (len(older) + 1,)
        assert connection.execute("SELECT id, starred FROM jobs").fetchall() == [
            (f"{number}", 0) for number in range(4)
        ]


def test_a_ledger_of_the_first_version_can_still_be_read(
    tmp_path: Path, schema: ParameterSchema
) -> None:
    folder_with_jobs(tmp_path, schema, 0)
    with closing(sqlite3.connect(tmp_path / FILE)) as connection, connection:
        connection.execute(
            "INSERT INTO jobs VALUES ('1', 1, NULL, 'apiframe', 'https://service.invalid',"
            " 'failed', '2026-07-01T12:30:00.000000+00:00', '2026-07-01T12:31:00.000000+00:00',"
            " 14.5, 9, ?)",
            (FIRST_DOCUMENT,),
        )
    with closing(Ledger.open(tmp_path, schema)) as ledger:
        assert ledger.damage is None
        (job,) = ledger.jobs()
    assert (job.id, job.request.prompt, job.seconds, job.charged) == ("1", "a blue door", 14.5, 9)
    assert (job.plans, job.results, job.blend) == ((PLAN,), (), Blend())


def test_a_migration_is_done_as_a_whole_or_not_at_all(tmp_path: Path) -> None:
    first, second = "CREATE TABLE one (x)", "CREATE TABLE two (x); CREATE TABLE one (x)"
    path = tmp_path / FILE
    connection, _ = open_database(path, [first], "SELECT 1 WHERE 0", alone=True, patience=1)
    connection.close()
    with pytest.raises(sqlite3.OperationalError):
        open_database(path, [first, second], "SELECT 1 WHERE 0", alone=True, patience=1)
    with closing(sqlite3.connect(path)) as connection:
        assert connection.execute("SELECT name FROM sqlite_master").fetchall() == [("one",)]
        assert connection.execute("PRAGMA user_version").fetchone() == (1,)


def test_a_ledger_that_others_use_is_not_migrated_under_them(
    tmp_path: Path, schema: ParameterSchema, monkeypatch: pytest.MonkeyPatch
) -> None:
    with closing(Ledger.open(tmp_path, schema)) as ledger:
        ledger.add(new_job(schema, "1"))
        monkeypatch.setattr(
            ledger_module, "MIGRATIONS", (*ledger_module.MIGRATIONS, "DROP TABLE jobs")
        )
        with pytest.raises(LedgerBusy):
            Ledger.open(tmp_path, schema)
        assert [job.id for job in ledger.jobs()] == ["1"]


def test_a_newer_ledger_is_left_as_it_is(tmp_path: Path, schema: ParameterSchema) -> None:
    path = folder_with_jobs(tmp_path, schema)
    with closing(sqlite3.connect(path)) as connection:
        connection.execute("PRAGMA user_version = 1000")
    before = path.read_bytes()
    for _ in range(2):
        with pytest.raises(LedgerTooNew, match=FILE):
            Ledger.open(tmp_path, schema)
    assert path.read_bytes() == before
    assert not list(tmp_path.glob("*damaged*"))
    assert not list((tmp_path / "processes").glob("*.lock"))


# Damage.


def garbage(path: Path) -> None:
    path.write_bytes(b"no database at all" * 1000)


def nothing(path: Path) -> None:
    path.write_bytes(b"")


def half(path: Path) -> None:
    path.write_bytes(path.read_bytes()[: path.stat().st_size // 2])


def lost_sector(path: Path) -> None:
    """Zeros in the middle of what was stored, which the file's own structure does not show."""
    data = bytearray(path.read_bytes())
    place = data.rindex(b'"idempotency_key"')
    data[place : place + 64] = bytes(64)
    path.write_bytes(data)


@pytest.mark.parametrize("damage", [garbage, nothing, half, lost_sector])
def test_a_damaged_ledger_is_set_aside_and_told(
    tmp_path: Path, schema: ParameterSchema, damage: Callable[[Path], None]
) -> None:
    path = folder_with_jobs(tmp_path, schema)
    damage(path)
    before = path.read_bytes()
    with closing(Ledger.open(tmp_path, schema)) as ledger:
        assert ledger.damage is not None
        name, reason = ledger.damage.values["name"], ledger.damage.values["reason"]
        assert isinstance(name, str)
        assert reason
        assert name.startswith("ledger-damaged-")
        assert name.endswith(".sqlite3")
        assert (tmp_path / name).read_bytes() == before
        assert ledger.jobs() == []
        ledger.add(new_job(schema, "new"))
    with closing(Ledger.open(tmp_path, schema)) as ledger:
        assert ledger.damage is None
        assert [job.id for job in ledger.jobs()] == ["new"]


def test_the_log_of_a_damaged_ledger_goes_with_it_untouched(
    tmp_path: Path, schema: ParameterSchema
) -> None:
    path = killed_with_a_log(tmp_path)
    garbage(path)
    log = (tmp_path / f"{FILE}-wal").read_bytes()
    with closing(Ledger.open(tmp_path, schema)) as ledger:
        assert ledger.damage is not None
        name = f"{ledger.damage.values['name']}"
        assert (tmp_path / f"{name}-wal").read_bytes() == log
        assert ledger.jobs() == []


def test_a_log_without_its_ledger_is_not_played_into_a_new_one(
    tmp_path: Path, schema: ParameterSchema
) -> None:
    path = killed_with_a_log(tmp_path)
    log = (tmp_path / f"{FILE}-wal").read_bytes()
    path.unlink()
    with closing(Ledger.open(tmp_path, schema)) as ledger:
        assert ledger.damage is not None
        assert (tmp_path / f"{ledger.damage.values['name']}-wal").read_bytes() == log
        assert ledger.jobs() == []


def test_whatever_happens_to_the_file_it_is_sound_or_set_aside(
    tmp_path: Path, schema: ParameterSchema
) -> None:
    sound = folder_with_jobs(tmp_path / "sound", schema).read_bytes()
    rng = random.Random(3)
    set_aside = 0
    for number in range(60):
        folder = tmp_path / f"{number}"
        folder.mkdir()
        data = bytearray(sound)
        start = rng.randrange(len(data) - 600)
        match number % 3:
            case 0:
                del data[start:]
            case 1:
                data[start : start + 512] = bytes(512)
            case _:
                data[start : start + 300] = rng.randbytes(300)
        (folder / FILE).write_bytes(data)
        with closing(Ledger.open(folder, schema)) as ledger:
            ledger.jobs()
            if ledger.damage is not None:
                set_aside += 1
                assert (folder / f"{ledger.damage.values['name']}").read_bytes() == data
        shutil.rmtree(folder)
    assert 30 < set_aside < 60


def test_of_two_processes_that_find_the_damage_one_sets_it_aside(
    tmp_path: Path, schema: ParameterSchema
) -> None:
    path = folder_with_jobs(tmp_path, schema)
    garbage(path)
    processes = [Another(tmp_path) for _ in range(3)]
    try:
        assert [process.answer() for process in processes] == ["ready"] * 3
        damage = [process.ask("damage") for process in processes]
        assert sorted(damage) == ["False", "False", "True"]
        assert len(list(tmp_path.glob("ledger-damaged-*.sqlite3"))) == 1
        for number, process in enumerate(processes):
            assert process.ask(f"add {number}") == "added"
        with closing(Ledger.open(tmp_path, schema)) as ledger:
            assert [job.id for job in ledger.jobs()] == ["0", "1", "2"]
    finally:
        for process in processes:
            process.kill()


def test_a_damaged_ledger_that_others_use_is_not_taken_from_them(
    tmp_path: Path, schema: ParameterSchema
) -> None:
    path = folder_with_jobs(tmp_path, schema)
    with another(tmp_path):
        garbage(path)
        before = path.read_bytes()
        with pytest.raises(LedgerBusy):
            Ledger.open(tmp_path, schema)
        assert path.read_bytes() == before
    with closing(Ledger.open(tmp_path, schema)) as ledger:
        assert ledger.damage is not None


def test_a_locked_ledger_is_not_taken_for_a_damaged_one(
    tmp_path: Path, schema: ParameterSchema
) -> None:
    path = folder_with_jobs(tmp_path, schema)
    with closing(sqlite3.connect(path, isolation_level=None)) as holder:
        holder.execute("PRAGMA locking_mode = EXCLUSIVE")
        holder.execute("BEGIN EXCLUSIVE")
        before = contents(tmp_path)
        with pytest.raises(LedgerBusy):
            Ledger.open(tmp_path, schema, patience=0.1)
        assert contents(tmp_path).keys() == before.keys()
        holder.execute("ROLLBACK")
    with closing(Ledger.open(tmp_path, schema)) as ledger:
        assert ledger.damage is None
        assert len(ledger.jobs()) == 20


def test_a_ledger_that_cannot_be_read_is_not_taken_for_a_damaged_one(
    tmp_path: Path, schema: ParameterSchema
) -> None:
    (tmp_path / FILE).mkdir()
    with pytest.raises(LedgerError) as caught:
        Ledger.open(tmp_path, schema)
    assert type(caught.value) is LedgerError
    assert (tmp_path / FILE).is_dir()
    assert not list((tmp_path / "processes").glob("*.lock"))


def test_a_kill_while_the_ledger_is_made_leaves_nothing_in_the_way(
    tmp_path: Path, schema: ParameterSchema
) -> None:
    for name in ("ledger-new.sqlite3", "ledger-new.sqlite3-wal", "ledger-new.sqlite3-journal"):
        (tmp_path / name).write_bytes(b"half of something")
    with closing(Ledger.open(tmp_path, schema)) as ledger:
        assert ledger.damage is None
        ledger.add(new_job(schema, "1"))
    assert list(contents(tmp_path)) == [FILE]
