"""Runs that were stopped, killed or found no place go on: once paid, and where they were wished."""

from __future__ import annotations

import json
import signal
import sys
from collections.abc import Sequence
from contextlib import ExitStack, closing
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from fluxfill_studio.core.geometry import Size
from fluxfill_studio.core.job import Engine, Wish
from fluxfill_studio.core.request import FillRequest
from fluxfill_studio.core.schema import ParameterSchema
from fluxfill_studio.jobs.preparing import Order, new_job, plan_run
from fluxfill_studio.storage.images import read_mask, read_source
from fluxfill_studio.storage.job_files import JobFiles
from fluxfill_studio.storage.ledger import Ledger
from tests.cli.conftest import (
    KEY,
    Program,
    Served,
    changed_outside,
    has_begun,
    load,
    save_pictures,
    served,
)
from tests.faulty_service import FaultyService
from tests.key_guard import GUARD
from tests.quick_account import Terms

SIZE = Size(64, 48)
FILL = ["fill", "photo.png", "--mask", "mask.png", "--prompt", "calm water", "-o"]

without_windows = pytest.mark.skipif(
    sys.platform == "win32", reason="Ctrl+C cannot be sent to one process there"
)


def killed(program: Program, service: Served, *arguments: str, count: int = 1) -> None:
    """Start a run at the service, and kill its process when so many jobs have begun."""
    command = [*FILL, *arguments, "--base-url", service.url]
    with program.started(*command, key=KEY) as process:
        for _ in range(count):
            has_begun(process)
        process.kill()


def resume(program: Program, service: Served, *arguments: str) -> dict[str, Any]:
    """What `jobs --resume` tells programs."""
    command = ["jobs", "--resume", *arguments, "--json", "--base-url", service.url]
    process = program.run(*command, key=KEY)
    told: dict[str, Any] = json.loads(process.stdout)
    assert process.returncode == told["exit_status"]
    return told


def kept(program: Program) -> list[str]:
    """The names of the files that are kept for jobs."""
    folders = [program.data / "jobs", program.data / "sources"]
    return [path.name for folder in folders for path in folder.rglob("*") if path.is_file()]


@without_windows
def test_ctrl_c_says_how_to_go_on_and_that_is_done(
    program: Program, service: Served, interruptible: None
) -> None:
    picture, mask = save_pictures(program.folder, SIZE)
    command = [*FILL, "out.png", "--json", "--base-url", service.url]
    with program.started(*command, key=KEY) as process:
        assert process.stderr is not None
        assert process.stdout is not None
        has_begun(process)
        process.send_signal(signal.SIGINT)
        stderr = process.stderr.read()
        told = json.loads(process.stdout.read())
        assert process.wait(10) == 130
    (job,) = service.jobs()
    (ours,) = program.jobs()
    assert stderr == (
        "Stopped. The run may go on at the service and is charged once if it succeeds. "
        f"At the service it is job {job['id']}.\n"
        f"To go on: fluxfill-studio jobs --resume {ours['id'][:8]} --base-url {service.url}\n"
    )
    assert (told["status"], told["exit_status"]) == ("stopped", 130)
    (run,) = told["runs"]
    assert (run["id"], run["job"], run["status"]) == (ours["id"], job["id"], "stopped")
    assert (run["resumable"], run["output"]) == (True, None)
    assert not (program.folder / "out.png").exists()

    assert (ours["state"], ours["taken"], ours["resumable"]) == ("stopped", False, True)
    line = program.run("jobs").stdout
    assert line.startswith(f"{ours['id'][:8]}  stopped  apiframe  just now  –  “calm water”")
    assert line.endswith(f"for {program.folder / 'out.png'}\n")

    resumed = program.go_on(stderr)
    assert resumed.returncode == 0, resumed.stderr
    out = program.folder / "out.png"
    assert resumed.stderr.startswith(
        f"{out}: 64 × 48 pixels, 0 changed outside the mask, 9 credits, "
    )
    assert changed_outside(picture, load(out), mask) == 0
    assert service.asked.count("POST /v2/images/edit") == 1
    assert [job["status"] for job in service.jobs()] == ["COMPLETED"]
    (ours,) = program.jobs()
    assert (ours["state"], ours["saved"], ours["charged"]) == ("done", str(out), 9)

    nothing = program.run("jobs", "--resume", "--base-url", service.url, key=KEY)
    assert (nothing.returncode, nothing.stderr) == (0, "There is nothing to resume.\n")
    assert kept(program) == []


@without_windows
@pytest.mark.parametrize(
    ("hold", "message"),
    [
        ("POST /v2/uploads", "Stopped. Nothing was charged."),
        (
            "POST /v2/images/edit",
            "Stopped. The run may go on at the service and is charged once if it succeeds.",
        ),
    ],
)
def test_ctrl_c_tells_whether_a_job_can_have_begun(
    program: Program, schema: ParameterSchema, interruptible: None, hold: str, message: str
) -> None:
    save_pictures(program.folder, SIZE)
    with served(schema, hold=hold) as service:
        program.learn(schema, service.url)
        arguments = [*FILL, "out.png", "--quiet", "--base-url", service.url]
        with program.started(*arguments, key=KEY) as process:
            assert process.stderr is not None
            assert service.held.wait(20)
            process.send_signal(signal.SIGINT)
            stderr = process.stderr.read()
            assert process.wait(10) == 130
        assert stderr.splitlines()[0] == message
        service.hold = ""
        assert program.go_on(stderr).returncode == 0
        assert len(service.jobs()) == 1
    assert load(program.folder / "out.png").shape == (48, 64, 3)


@without_windows
@pytest.mark.parametrize("count", [2, 5])
def test_more_ctrl_c_do_no_harm(
    program: Program, service: Served, interruptible: None, count: int
) -> None:
    save_pictures(program.folder, SIZE)
    command = [*FILL, "out.png", "--variants", "2", "--base-url", service.url]
    with program.started(*command, key=KEY) as process:
        assert process.stderr is not None
        has_begun(process)
        for _ in range(count):
            process.send_signal(signal.SIGINT)
        assert "Traceback" not in process.stderr.read()
        # Once all is recorded, another one ends the process as it ends any.
        assert process.wait(10) in (130, -signal.SIGINT)
    told = resume(program, service)
    assert [run["status"] for run in told["runs"]] == ["done", "done"]
    assert len(service.jobs()) == 2


@without_windows
def test_ctrl_c_ends_a_local_fill_which_begins_anew(program: Program, interruptible: None) -> None:
    save_pictures(program.folder, Size(1600, 1200))
    with program.started(*FILL, "out.png") as process:
        assert process.stderr is not None
        assert "local draft" in process.stderr.readline()
        process.send_signal(signal.SIGINT)
        stderr = process.stderr.read()
        assert stderr.startswith("Stopped.")
        assert process.wait(10) == 130
    assert not (program.folder / "out.png").exists()
    # It may have been stopped before there was a job.
    if program.jobs():
        resumed = program.run("jobs", "--resume")
        assert resumed.returncode == 0, resumed.stderr
        assert ", free, " in resumed.stderr
        assert load(program.folder / "out.png").shape == (1200, 1600, 3)


def test_a_killed_run_is_told_to_be_unfinished_and_goes_on(
    program: Program, service: Served
) -> None:
    picture, mask = save_pictures(program.folder, SIZE)
    killed(program, service, "out.png")
    (job,) = program.jobs()
    assert (job["state"], job["taken"], job["resumable"]) == ("waiting", False, True)
    assert "  unfinished (waiting)  " in program.run("jobs").stdout

    told = resume(program, service)
    assert (told["status"], told["left"], told["error"], told["engine"]) == ("done", [], None, None)
    (run,) = told["runs"]
    out = program.folder / "out.png"
    assert (run["id"], run["job"], run["output"]) == (job["id"], job["server_id"], str(out))
    assert (run["status"], run["charged"], run["changed_outside"]) == ("done", 9, 0)
    assert changed_outside(picture, load(out), mask) == 0
    assert service.asked.count("POST /v2/images/edit") == 1


def test_a_jpeg_that_goes_on_claims_nothing_about_its_pixels(
    program: Program, service: Served
) -> None:
    save_pictures(program.folder, SIZE)
    killed(program, service, "out.jpg")
    (run,) = resume(program, service)["runs"]
    assert (run["status"], run["changed_outside"]) == ("done", None)


def test_two_that_resume_at_once_share_the_jobs(program: Program, service: Served) -> None:
    save_pictures(program.folder, SIZE)
    killed(program, service, "out.png", "--variants", "4", "--seed", "1", count=4)
    assert "GET /v2/me" in service.asked, "which allows four at once"
    command = ["jobs", "--resume", "--json", "--base-url", service.url]
    with (
        program.started(*command, key=KEY) as first,
        program.started(*command, key=KEY) as second,
    ):
        told = [json.loads(process.communicate(timeout=60)[0]) for process in (first, second)]
    assert [entry["exit_status"] for entry in told] == [0, 0]
    for name in ("out.png", "out-2.png", "out-3.png", "out-4.png"):
        assert load(program.folder / name).shape == (48, 64, 3)
    assert service.asked.count("POST /v2/images/edit") == 4
    # Every result was fetched once: no job was done by both.
    assert sum(request.startswith("GET /files/") for request in service.asked) == 4
    for entry in told:
        assert {run["status"] for run in entry["runs"]} <= {"done"}
        assert {job["error"]["kind"] for job in entry["left"]} <= {"JobTaken"}


def test_what_a_living_process_works_on_is_left_to_it(program: Program, service: Served) -> None:
    save_pictures(program.folder, SIZE)
    service.hold = "GET /v2/jobs/"
    with program.started(*FILL, "out.png", "--base-url", service.url, key=KEY) as process:
        has_begun(process)
        assert service.held.wait(20)
        (job,) = program.jobs()
        assert (job["state"], job["taken"], job["resumable"]) == ("waiting", True, False)
        assert "  running (waiting)  " in program.run("jobs").stdout

        told = resume(program, service)
        assert (told["exit_status"], told["runs"]) == (0, [])
        assert [(left["id"], left["error"]["kind"]) for left in told["left"]] == [
            (job["id"], "JobTaken")
        ]
        told = resume(program, service, job["id"])
        assert told["exit_status"] == 1
        assert told["runs"][0]["error"]["kind"] == "JobTaken"
        elsewhere = program.run("jobs", "--resume", "--base-url", "http://127.0.0.1:9", key=KEY)
        assert "Another window or command works on this job." in elsewhere.stderr
    service.hold = ""
    assert resume(program, service)["runs"][0]["status"] == "done"
    assert len(service.jobs()) == 1


def test_a_result_that_finds_no_place_is_kept_until_it_does(
    program: Program, service: Served
) -> None:
    picture, mask = save_pictures(program.folder, SIZE)
    place = program.folder / "place"
    place.mkdir()
    with program.started(*FILL, "place/out.png", "--base-url", service.url, key=KEY) as process:
        assert process.stderr is not None
        has_begun(process)
        place.rmdir()
        stderr = process.stderr.read()
        assert process.wait(30) == 1
    (job,) = program.jobs()
    assert stderr == (
        f"“out.png” cannot be saved: there is no folder {place}. The result is kept.\n"
        f"To go on: fluxfill-studio jobs --resume {job['id'][:8]} --base-url {service.url}\n"
    )
    assert (job["state"], job["charged"], job["error"]["kind"]) == ("failed", 9, "FolderMissing")
    assert Path(job["kept"]).is_file()
    assert f"there is no folder {place}. kept: {job['kept']}\n" in program.run("jobs").stdout

    place.mkdir()
    asked = len(service.asked)
    resumed = program.go_on(stderr)
    assert resumed.returncode == 0, resumed.stderr
    assert changed_outside(picture, load(place / "out.png"), mask) == 0
    assert len(service.asked) == asked, "all that it needed was kept here"


@pytest.mark.skipif(sys.platform != "linux", reason="no other system limits a running process")
def test_a_disk_that_is_full_when_the_picture_is_saved(program: Program, service: Served) -> None:
    import resource

    size = Size(1600, 1200)
    picture, mask = save_pictures(program.folder, size)
    with program.started(*FILL, "out.png", "--base-url", service.url, key=KEY) as process:
        assert process.stderr is not None
        has_begun(process)
        # Enough for what comes back, a JPEG, but not for the whole picture as PNG.
        resource.prlimit(process.pid, resource.RLIMIT_FSIZE, (3_000_000, 3_000_000))
        stderr = process.stderr.read()
        assert process.wait(30) == 1
    assert stderr.startswith("“out.png” could not be saved: File too large. The result is kept.\n")
    assert not (program.folder / "out.png").exists()
    assert [path.name for path in program.folder.glob(".*")] == []
    assert program.go_on(stderr).returncode == 0
    assert changed_outside(picture, load(program.folder / "out.png"), mask) == 0
    assert len(service.jobs()) == 1


def test_a_job_of_another_address_is_left_and_told(program: Program, service: Served) -> None:
    save_pictures(program.folder, SIZE)
    killed(program, service, "out.png")
    (job,) = program.jobs()
    told = (
        f"This run was begun at {service.url}, not at this service. Give --base-url {service.url}"
    )
    for elsewhere in ([], ["--base-url", "http://127.0.0.1:9"]):
        process = program.run("jobs", "--resume", *elsewhere, key=KEY)
        assert (process.returncode, process.stderr) == (0, f"Job {job['id'][:8]}: {told}\n")
    process = program.run("jobs", "--resume", job["id"], key=KEY)
    assert process.returncode == 1
    assert process.stderr.splitlines()[0] == told
    assert program.go_on(process.stderr).returncode == 0
    assert len(service.jobs()) == 1


def test_without_a_key_only_local_jobs_go_on(
    program: Program, service: Served, schema: ParameterSchema
) -> None:
    save_pictures(program.folder, SIZE)
    killed(program, service, "out.png")
    order(program, schema, wish=program.folder / "local.png")
    process = program.run("jobs", "--resume", "--json", "--base-url", service.url)
    assert process.returncode == 3
    told = json.loads(process.stdout)
    assert [run["status"] for run in told["runs"]] == ["failed", "done"]
    assert told["runs"][0]["error"]["kind"] == "KeyMissing"
    assert [job["state"] for job in program.jobs()] == ["waiting", "done"], "it is as it was"
    assert load(program.folder / "local.png").shape == (48, 64, 3)
    assert resume(program, service)["runs"][0]["status"] == "done"


def test_the_result_of_a_job_of_the_window_is_kept_for_it(
    program: Program, schema: ParameterSchema
) -> None:
    save_pictures(program.folder, SIZE)
    job_id = order(program, schema, wish=None)
    process = program.run("jobs", "--resume", "--json")
    assert process.returncode == 0, process.stderr
    assert process.stderr.startswith(
        f"Job {job_id[:8]}, whose result the window shows at its next start: 64 × 48 pixels, "
    )
    (run,) = json.loads(process.stdout)["runs"]
    assert (run["status"], run["output"], run["changed_outside"]) == ("done", None, 0)
    (job,) = program.jobs()
    assert (job["state"], job["saved"]) == ("done", None)
    assert Path(job["kept"]).is_file()
    assert {"mask.png", "thumbnail.png"} < set(kept(program))


def test_what_would_find_no_place_is_not_paid_for(
    program: Program, schema: ParameterSchema
) -> None:
    save_pictures(program.folder, SIZE)
    (program.folder / "out.png").write_bytes(b"precious")
    order(program, schema, wish=program.folder / "out.png")
    process = program.run("jobs", "--resume")
    assert process.returncode == 1
    assert process.stderr.startswith("“out.png” exists already and was left as it is.")
    (job,) = program.jobs()
    assert job["state"] == "queued"
    assert (program.folder / "out.png").read_bytes() == b"precious"


@pytest.mark.parametrize(
    ("ids", "message"),
    [
        (["x"], "x: there is no job whose id begins so.\n"),
        ([""], "the ids of 2 jobs begin so.\n"),
    ],
)
def test_an_id_that_names_no_job_or_several(
    program: Program, schema: ParameterSchema, ids: Sequence[str], message: str
) -> None:
    save_pictures(program.folder, SIZE)
    for name in ("1.png", "2.png"):
        order(program, schema, wish=program.folder / name)
    process = program.run("jobs", "--json", "--resume", *ids)
    assert process.returncode == 2
    assert process.stderr.endswith(message)
    assert json.loads(process.stdout)["error"]["kind"] == "ParameterError"
    assert {job["state"] for job in program.jobs()} == {"queued"}


def test_some_jobs_can_be_named(program: Program, schema: ParameterSchema) -> None:
    save_pictures(program.folder, SIZE)
    names = [f"{number}.png" for number in range(3)]
    ids = [order(program, schema, wish=program.folder / name) for name in names]
    process = program.run("jobs", "--resume", ids[2], ids[0][:8], ids[2])
    assert process.returncode == 0, process.stderr
    told = [line.partition(": ")[0] for line in process.stderr.splitlines()]
    assert told == [str(program.folder / name) for name in ("2.png", "0.png")]
    assert [job["state"] for job in program.jobs()] == ["done", "queued", "done"]
    again = program.run("jobs", "--resume", ids[2])
    assert again.returncode == 0
    assert again.stderr.startswith(f"{program.folder / '2.png'}: free, ")


def test_a_job_that_the_service_failed_is_not_begun_again(
    program: Program, schema: ParameterSchema
) -> None:
    save_pictures(program.folder, SIZE)
    with FaultyService(schema) as service:
        GUARD.configured(service.url)
        program.learn(schema, service.url)
        command = ["fill", "photo.png", "--mask", "mask.png", "--prompt", "fail: out of memory"]
        process = program.run(*command, "-o", "out.png", "--base-url", service.url, key=KEY)
        assert process.returncode == 1
        assert "To go on" not in process.stderr
        (job,) = program.jobs()
        assert (job["state"], job["resumable"]) == ("failed", False)
        asked = len(service.visits)
        for ids, status in (([], 0), ([job["id"]], 1)):
            command = ["jobs", "--resume", *ids, "--base-url", service.url]
            assert program.run(*command, key=KEY).returncode == status
        assert len(service.visits) == asked


def test_a_lost_network_is_told_once_and_waited_for(
    program: Program, schema: ParameterSchema
) -> None:
    save_pictures(program.folder, SIZE)
    with FaultyService(schema, terms=Terms(polls=1)) as service:
        GUARD.configured(service.url)
        program.learn(schema, service.url)
        command = [*FILL, "out.png", "--variants", "2", "--base-url", service.url]
        with ExitStack() as stack:
            with service.away():
                process = stack.enter_context(program.started(*command, key=KEY))
                assert process.stderr is not None
                lines: list[str] = []
                while "Trying again" not in "".join(lines[-1:]):
                    lines.append(process.stderr.readline())
                    assert lines[-1], "it has ended"
            lines += process.stderr.read().splitlines(keepends=True)
            assert process.wait(30) == 0
    (told,) = (line for line in lines if "Trying again" in line)
    assert told.startswith("The service at 127.0.0.1:")
    assert told.endswith("). Trying again …\n")
    assert lines.count("Going on.\n") == 1
    assert service.account.charged == 2 * schema.credits_per_run


def test_more_jobs_than_the_account_allows_wait_for_their_turn(
    program: Program, schema: ParameterSchema
) -> None:
    save_pictures(program.folder, SIZE)
    with FaultyService(schema, terms=Terms(at_once=1, polls=1)) as service:
        GUARD.configured(service.url)
        program.learn(schema, service.url)
        process = program.run(
            *FILL, "out.png", "--variants", "2", "--base-url", service.url, key=KEY
        )
        assert process.returncode == 0, process.stderr
        assert "The service is asked too often at the moment" in process.stderr
        assert service.account.charged == 2 * schema.credits_per_run


def order(program: Program, schema: ParameterSchema, *, wish: Path | None) -> str:
    """Leave a local job in the ledger that no process works on; returns its id."""
    source = read_source(program.folder / "photo.png")
    inputs = plan_run(source, read_mask(program.folder / "mask.png"))
    request = FillRequest.build(schema, {"prompt": "calm water"})
    where = None if wish is None else Wish(str(wish), overwrite=False)
    job = new_job(Order(request, inputs, Engine.LOCAL, wish=where))
    folder = program.data
    with closing(Ledger.open(folder, schema)) as ledger:
        source_file = JobFiles(folder).keep(job.id, inputs)
        ledger.add(replace(job, source_file=source_file))
    return job.id
