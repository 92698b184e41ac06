"""A list of jobs that cannot be used has one sentence, ends with status 1, and costs nothing."""

from __future__ import annotations

import json
import os
import sqlite3
import sys
from contextlib import closing
from pathlib import Path

import pytest

from fluxfill_studio.core.geometry import Size
from fluxfill_studio.core.schema import ParameterSchema
from tests.cli.conftest import KEY, Program, Served, has_begun, load, save_pictures

FILL = ["fill", "photo.png", "--mask", "mask.png", "--prompt", "calm water", "-o", "out.png"]
COMMANDS = [FILL, ["jobs"], ["jobs", "--resume"]]

LIMITED = """
import resource, sys
resource.setrlimit(resource.RLIMIT_FSIZE, ({limit}, {limit}))
from fluxfill_studio.__main__ import main
sys.exit(main({argv}))
"""


def refused(program: Program, kind: str, message: str, *, service: Served) -> None:
    """Every command says the same in one sentence, and asks nothing of the service."""
    for command in COMMANDS:
        process = program.run(*command, "--json", "--base-url", service.url, key=KEY)
        check(process.returncode, process.stderr, message)
        told = json.loads(process.stdout)
        assert (told["status"], told["exit_status"], told["runs"]) == ("failed", 1, [])
        assert told["error"]["kind"] == kind
        assert told["error"]["message"].startswith(message)
    assert service.asked == []
    assert not (program.folder / "out.png").exists()


def check(returncode: int, stderr: str, message: str) -> None:
    assert returncode == 1
    assert stderr.splitlines()[-1].startswith(message)
    assert "Traceback" not in stderr


def test_a_damaged_list_is_set_aside_and_told_before_anything_is_paid(
    program: Program, service: Served, schema: ParameterSchema
) -> None:
    save_pictures(program.folder, Size(64, 48))
    damage = b"no database at all" * 100
    for command in COMMANDS:
        (program.data / "ledger.sqlite3").write_bytes(damage)
        process = program.run(*command, "--json", "--base-url", service.url, key=KEY)
        check(process.returncode, process.stderr, "The list of jobs was damaged (")
        assert json.loads(process.stdout)["error"]["kind"] == "LedgerDamaged"
        assert service.asked == []
    kept = list(program.data.glob("ledger-damaged-*.sqlite3"))
    assert [path.read_bytes() for path in kept] == [damage] * 3
    # A new list has been begun, and what comes next finds it.
    program.learn(schema, service.url)
    process = program.run(*FILL, "--base-url", service.url, key=KEY)
    assert process.returncode == 0, process.stderr
    assert [job["state"] for job in program.jobs()] == ["done"]


def test_a_list_of_a_newer_version_is_left_as_it_is(program: Program, service: Served) -> None:
    save_pictures(program.folder, Size(64, 48))
    with closing(sqlite3.connect(program.data / "ledger.sqlite3")) as connection:
        connection.execute("PRAGMA user_version = 99")
    before = (program.data / "ledger.sqlite3").read_bytes()
    message = "The list of jobs “ledger.sqlite3” was written by a newer version of this program."
    refused(program, "LedgerTooNew", message, service=service)
    assert (program.data / "ledger.sqlite3").read_bytes() == before


def test_a_list_that_another_program_keeps_locked(program: Program, service: Served) -> None:
    """While a job is under way, and before another one is recorded."""
    save_pictures(program.folder, Size(64, 48))
    message = "Another program keeps the list of jobs locked."
    with program.started(*FILL, "--base-url", service.url, key=KEY) as process:
        assert process.stderr is not None
        has_begun(process)
        with closing(
            sqlite3.connect(program.data / "ledger.sqlite3", isolation_level=None)
        ) as connection:
            connection.execute("BEGIN IMMEDIATE")
            refused = program.run(*FILL[:-1], "another.png", "--base-url", service.url, key=KEY)
            stderr = process.stderr.read()
            assert process.wait(30) == 1
    check(refused.returncode, refused.stderr, message)
    assert stderr.startswith(
        f"{message} The run may go on at the service and is charged once if it succeeds. "
    )
    assert program.go_on(stderr).returncode == 0
    assert load(program.folder / "out.png").shape == (48, 64, 3)
    assert service.asked.count("POST /v2/uploads") == 2
    assert service.asked.count("POST /v2/images/edit") == 1


def test_a_folder_that_cannot_be_made(program: Program, service: Served) -> None:
    save_pictures(program.folder, Size(64, 48))
    folder = program.data
    folder.rename(folder.with_name("before"))
    folder.write_text("in the way")
    message = "The job could not be recorded: "
    refused(program, "LedgerError", message, service=service)


@pytest.mark.skipif(
    os.name == "nt" or os.geteuid() == 0, reason="root may write where nobody may write"
)
def test_a_folder_that_may_not_be_written_to(program: Program, service: Served) -> None:
    save_pictures(program.folder, Size(64, 48))
    for folder in (program.data, *program.data.iterdir()):
        folder.chmod(0o500 if folder.is_dir() else 0o400)
    try:
        message = "The job could not be recorded: "
        refused(program, "LedgerError", message, service=service)
    finally:
        program.data.chmod(0o700)


@pytest.mark.skipif(sys.platform == "win32", reason="there are no limits of this kind")
@pytest.mark.parametrize("limit", [0, 10_000, 100_000])
def test_a_disk_that_is_full(
    program: Program, service: Served, schema: ParameterSchema, limit: int
) -> None:
    """Full before there is a list, before it holds the job, and before the picture is kept."""
    save_pictures(program.folder, Size(320, 240))
    if limit == 0:
        for path in program.data.glob("ledger.*"):
            path.unlink()
    argv = [*FILL, "--json", "--base-url", service.url]
    process = program.python(LIMITED.format(limit=limit, argv=argv), key=KEY)
    check(process.returncode, process.stderr, "The job could not be recorded: ")
    assert json.loads(process.stdout)["status"] == "failed"
    assert service.asked == []
    program.learn(schema, service.url)
    process = program.run(*FILL, "--base-url", service.url, key=KEY)
    assert process.returncode == 0, process.stderr
    assert Path(program.folder / "out.png").is_file()
