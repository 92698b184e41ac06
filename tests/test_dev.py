"""The project's tool: what it looks for, what it runs, what it says; nothing is installed here."""

import ast
import json
import os
import signal
import subprocess
import sys
from collections.abc import Iterable
from pathlib import Path

import pytest

import dev

ESSENTIAL = {"libessential.so.1": "libessential1"}
WANTED = {"wanted.ttc": "fonts-wanted"}


class Machine:
    """A machine by what it has; installing a package brings what `brings` says it does."""

    def __init__(self, *has: str, brings: dict[str, str] | None = None) -> None:
        self.has = set(has)
        self.brings = brings or {}
        self.asked: list[list[str]] = []

    def present(self, name: str) -> bool:
        return name in self.has

    def install(self, packages: Iterable[str]) -> None:
        asked = sorted(packages)
        self.asked.append(asked)
        self.has |= {self.brings[package] for package in asked if package in self.brings}


@pytest.fixture
def debian(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A Linux machine on which there is an apt-get."""
    apt = tmp_path / ("apt-get.exe" if os.name == "nt" else "apt-get")
    apt.write_text("#!/bin/sh\nexit 1\n")
    apt.chmod(0o755)
    monkeypatch.setenv("PATH", str(tmp_path))
    monkeypatch.setattr(sys, "platform", "linux")


def test_it_can_be_read_by_interpreters_that_are_too_old() -> None:
    source = Path(dev.__file__).read_text(encoding="utf-8")
    ast.parse(source, feature_version=(3, 8))


def test_an_interpreter_that_is_too_old_is_told_so(capsys: pytest.CaptureFixture[str]) -> None:
    assert dev.main(["test"], version=(3, 10)) == 2
    assert "needs Python 3.11 or newer; this is Python 3.10" in capsys.readouterr().out


def test_help_names_every_command(capsys: pytest.CaptureFixture[str]) -> None:
    assert dev.main(["--help"]) == 0
    text = capsys.readouterr().out
    assert all(f"python dev.py {name}" in text for name in dev.COMMANDS)


@pytest.mark.parametrize("arguments", [[], ["tset"]])
def test_what_is_no_command_is_a_usage_error(
    arguments: list[str], capsys: pytest.CaptureFixture[str]
) -> None:
    assert dev.main(arguments) == 2
    text = capsys.readouterr().out
    assert all(name in text for name in dev.COMMANDS)


def test_what_is_missing_is_found_by_looking_each_up() -> None:
    needed = {**ESSENTIAL, **WANTED}
    assert dev.missing(needed, Machine("libessential.so.1").present) == WANTED
    assert dev.missing(needed, Machine(*needed).present) == {}


@pytest.mark.skipif(not sys.platform.startswith("linux"), reason="names of Linux")
def test_a_real_lookup_tells_present_from_absent() -> None:
    assert dev.is_present("libc.so.6")
    assert dev.is_present("sh")
    assert dev.is_present("ensurepip")
    assert not dev.is_present("libfluxfill-no-such.so.9")
    assert not dev.is_present("fluxfill-no-such-program")
    assert not dev.is_present("FluxfillNoSuchFont.ttc")


@pytest.mark.usefixtures("debian")
def test_nothing_is_installed_where_nothing_is_missing(capsys: pytest.CaptureFixture[str]) -> None:
    machine = Machine(*ESSENTIAL, *WANTED)
    dev.provide(ESSENTIAL, WANTED, present=machine.present, install=machine.install)
    assert machine.asked == []
    assert capsys.readouterr().out == ""


@pytest.mark.usefixtures("debian")
def test_what_is_missing_is_brought(capsys: pytest.CaptureFixture[str]) -> None:
    machine = Machine("wanted.ttc", brings={"libessential1": "libessential.so.1"})
    dev.provide(ESSENTIAL, WANTED, present=machine.present, install=machine.install)
    assert machine.asked == [["libessential1"]]
    assert capsys.readouterr().out == ""


@pytest.mark.usefixtures("debian")
def test_without_the_essential_it_stops_with_the_one_command() -> None:
    machine = Machine()
    with pytest.raises(dev.Stop) as stop:
        dev.provide(ESSENTIAL, WANTED, present=machine.present, install=machine.install)
    assert str(stop.value).splitlines()[-1].strip() == (
        "sudo apt-get install --no-install-recommends fonts-wanted libessential1"
    )


@pytest.mark.usefixtures("debian")
def test_without_the_wanted_it_tells_and_goes_on(capsys: pytest.CaptureFixture[str]) -> None:
    machine = Machine("libessential.so.1")
    dev.provide(ESSENTIAL, WANTED, present=machine.present, install=machine.install)
    assert "sudo apt-get install --no-install-recommends fonts-wanted" in capsys.readouterr().out


def test_other_systems_than_debian_are_told_the_names(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(sys, "platform", "linux")
    monkeypatch.setenv("PATH", str(tmp_path))
    machine = Machine()
    with pytest.raises(dev.Stop, match=r"libessential\.so\.1\. Install them with the package"):
        dev.provide(ESSENTIAL, present=machine.present, install=machine.install)
    assert machine.asked == []


@pytest.mark.parametrize("platform", ["win32", "darwin"])
def test_windows_and_macos_lack_nothing(platform: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sys, "platform", platform)
    machine = Machine()
    dev.provide(ESSENTIAL, WANTED, present=machine.present, install=machine.install)
    assert machine.asked == []


@pytest.mark.parametrize(
    ("platform", "environment", "expected"),
    [
        ("linux", {}, False),
        ("linux", {"DISPLAY": ""}, False),
        ("linux", {"DISPLAY": ":0"}, True),
        ("linux", {"WAYLAND_DISPLAY": "wayland-0"}, True),
        ("win32", {}, True),
        ("darwin", {}, True),
    ],
)
def test_where_a_window_can_be_shown(
    platform: str, environment: dict[str, str], expected: bool
) -> None:
    assert dev.has_display(platform, environment) is expected


def test_the_environment_is_made_anew_when_lock_interpreter_or_place_change() -> None:
    base = dev.fingerprint(b"lock", b"project", "3.11", Path("/a"))
    assert dev.fingerprint(b"lock", b"project", "3.11", Path("/a")) == base
    changed = [
        dev.fingerprint(b"LOCK", b"project", "3.11", Path("/a")),
        dev.fingerprint(b"lock", b"project", "3.12", Path("/a")),
        dev.fingerprint(b"lock", b"project", "3.11", Path("/b")),
    ]
    assert all(one["packages"] != base["packages"] for one in changed)
    assert all(one["project"] == base["project"] for one in changed)


def test_a_change_of_the_project_alone_keeps_the_packages() -> None:
    base = dev.fingerprint(b"lock", b"project", "3.11", Path("/a"))
    changed = dev.fingerprint(b"lock", b"PROJECT", "3.11", Path("/a"))
    assert changed["packages"] == base["packages"]
    assert changed["project"] != base["project"]


@pytest.mark.parametrize("text", ["", "{", "[1]", "null"])
def test_a_stamp_that_says_nothing_counts_as_none(text: str, tmp_path: Path) -> None:
    stamp = tmp_path / "stamp.json"
    assert dev.read_stamp(stamp) == {}
    stamp.write_text(text, encoding="utf-8")
    assert dev.read_stamp(stamp) == {}


def test_a_stamp_is_read_as_written(tmp_path: Path) -> None:
    stamp = tmp_path / "stamp.json"
    made_from = dev.fingerprint(b"lock", b"project", "3.11", tmp_path)
    stamp.write_text(json.dumps(made_from), encoding="utf-8")
    assert dev.read_stamp(stamp) == made_from


def test_the_checks_leave_the_slow_tests_out_unless_all_is_asked_for() -> None:
    steps, beside = dev.checks([])
    assert [*steps, *beside] == ["format", "lint", "imports", "tests", "types", "more tests"]
    for tests in (steps["tests"], beside["more tests"]):
        assert tests[1:5] == ["-m", "pytest", "-m", "not slow"]
    assert "not slow" not in dev.checks(["--all"])[0]["tests"]


def test_the_tests_are_all_run_and_none_twice() -> None:
    steps, beside = dev.checks([])
    named = beside["more tests"][5:]
    assert [f"--ignore={folder}" for folder in named] == steps["tests"][5:]
    assert all(list(dev.ROOT.glob(f"{folder}/**/test_*.py")) for folder in named)


def test_other_arguments_go_to_pytest() -> None:
    steps, beside = dev.checks(["tests/core", "--all", "-k", "mask"])
    assert steps["tests"][-3:] == ["tests/core", "-k", "mask"]
    assert list(beside) == ["types"]


def test_arguments_go_to_the_bench() -> None:
    arguments = ["--megapixels", "24", "--only", "stroke"]
    command = dev.bench_command(arguments, None)
    assert Path(command[1]).is_file()
    assert command[2:] == arguments


def test_napari_goes_to_the_bench_as_the_interpreter_that_has_it() -> None:
    python = Path("napari") / "python"
    assert dev.bench_command(["--peers"], python)[2:] == ["--peers", "--napari", python]


def test_an_environment_for_napari_is_made_once(tmp_path: Path) -> None:
    (tmp_path / "finished").touch()
    assert dev.napari_environment(tmp_path) == dev.program_in(tmp_path, "python")
    assert list(tmp_path.iterdir()) == [tmp_path / "finished"], "nothing is installed anew"


def test_where_napari_cannot_be_installed_it_is_left_out(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setenv("PIP_NO_INDEX", "1")
    folder = tmp_path / "napari"
    assert dev.napari_environment(folder) is None
    assert "could not be installed" in capsys.readouterr().out
    assert not (folder / "finished").exists(), "it is tried again the next time"


def test_a_program_runs_in_the_project_with_its_environment_and_status() -> None:
    code = "import os, sys; sys.exit(7 if os.getcwd() == os.environ['EXPECTED'] else 1)"
    assert dev.call([sys.executable, "-c", code], EXPECTED=str(dev.ROOT)) == 7


def test_some_checks_run_beside_the_others_and_are_told_after_them(
    monkeypatch: pytest.MonkeyPatch, capfd: pytest.CaptureFixture[str], tmp_path: Path
) -> None:
    first, second = tmp_path / "first", tmp_path / "second"
    # Each waits for what the other one does.
    meet = "import sys, pathlib as p; a, b = map(p.Path, sys.argv[1:3]); a.touch()\n"
    meet += "while not b.exists(): pass\nprint(sys.argv[3]); sys.exit(int(sys.argv[4]))"
    one = [sys.executable, "-c", meet, str(first), str(second), "said first", "0"]
    two = [sys.executable, "-c", meet, str(second), str(first), "said last", "1"]
    monkeypatch.setattr(dev, "provide", lambda *_: None)
    monkeypatch.setattr(dev, "ensure_environment", lambda: None)
    monkeypatch.setattr(dev, "checks", lambda _: ({"one": one}, {"two": two}))
    assert dev.test([]) == 1
    lines = [line for line in capfd.readouterr().out.splitlines() if line]
    assert [line.split(" ")[:2] for line in lines[:4]] == [
        ["---", "one"],
        ["said", "first"],
        ["---", "two"],
        ["said", "last"],
    ]
    assert [line.split()[:2] for line in lines[-2:]] == [["one", "ok"], ["two", "FAILED"]]


@pytest.mark.skipif(os.name == "nt", reason="Windows has no such signals")
def test_the_end_by_a_signal_is_told_as_shells_do() -> None:
    code = "import os, signal; os.kill(os.getpid(), signal.SIGTERM)"
    assert dev.call([sys.executable, "-c", code]) == 128 + signal.SIGTERM


@pytest.mark.skipif(os.name == "nt", reason="Windows has no such signals")
def test_an_interrupted_program_ends_in_its_own_way_and_is_waited_for() -> None:
    program = (
        "import signal, sys\n"
        "signal.signal(signal.SIGINT, lambda *_: sys.exit(7))\n"
        "print('ready', flush=True)\n"
        "signal.pause()\n"
    )
    tool = f"import sys, dev; sys.exit(dev.call([sys.executable, '-c', {program!r}]))"
    with subprocess.Popen(
        [sys.executable, "-c", tool],
        cwd=dev.ROOT,
        stdout=subprocess.PIPE,
        text=True,
        start_new_session=True,
    ) as process:
        assert process.stdout is not None
        assert process.stdout.readline() == "ready\n"
        os.killpg(process.pid, signal.SIGINT)
        assert process.wait(timeout=20) == 7
