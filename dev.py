"""The one tool of this project: makes the environment, then runs, tests, builds or measures.

python dev.py run [ARGS...]           the program; ARGS as for fluxfill-studio. Where there is no
                                      display and no ARGS, the sample job runs without a window
python dev.py test [--all] [ARGS...]  format, lint, types, import rules, tests; --all adds the slow
                                      tests, ARGS go to pytest
python dev.py build                   the executable, in dist/fluxfill-studio
python dev.py bench [ARGS...]         the table of numbers; --help tells of ARGS. --peers measures a
                                      plain Qt canvas and napari too, which it installs aside

Needs Python 3.11 or newer and nothing else: .venv is made beside this file from
requirements.lock, and on Debian the missing system packages are installed as root or with
passwordless sudo; otherwise the command that installs them is printed.
"""

# Older interpreters must get as far as `main` to be told so: the syntax here stays that of 3.8.
from __future__ import annotations

import ctypes
import hashlib
import importlib.util
import json
import os
import shutil
import subprocess
import sys
import sysconfig
import time
import venv
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from tempfile import TemporaryFile
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Mapping, Sequence
    from typing import IO

    Steps = dict[str, list[str | Path]]

ROOT = Path(__file__).resolve().parent
VENV = ROOT / ".venv"
LOCK = ROOT / "requirements.lock"
STAMP = VENV / "fluxfill-studio.json"
OLDEST = (3, 11)
INTERRUPTED = 130
# Of the tests, about the half, by time, that shows nothing and measures no pauses.
PLAIN = [f"tests/{folder}" for folder in ("apiframe", "core", "sandbox", "storage")]

# What is looked for (a shared library, a font file, a program or Python's own ensurepip) and the
# Debian package it is in.
BASE = {
    "ensurepip": f"python3.{sys.version_info.minor}-venv",
    "libGL.so.1": "libgl1",
    "libEGL.so.1": "libegl1",
    "libxkbcommon.so.0": "libxkbcommon0",
    "libglib-2.0.so.0": "libglib2.0-0",
    "libfontconfig.so.1": "libfontconfig1",
    "libdbus-1.so.3": "libdbus-1-3",
}
WINDOW = {
    "libxkbcommon-x11.so.0": "libxkbcommon-x11-0",
    "libxcb-cursor.so.0": "libxcb-cursor0",
    "libxcb-icccm.so.4": "libxcb-icccm4",
    "libxcb-keysyms.so.1": "libxcb-keysyms1",
    "libxcb-shape.so.0": "libxcb-shape0",
}
XVFB = {"Xvfb": "xvfb", "xauth": "xauth"}
# The bench moves the pointer of its own X server, and napari draws through OpenGL.
POINTER = {"libX11.so.6": "libx11-6", "libXtst.so.6": "libxtst6"}
OPENGL = {"libGLX_mesa.so.0": "libglx-mesa0"}
FONTS = {"NotoSansCJK-Regular.ttc": "fonts-noto-cjk"}
BUILD = {"objcopy": "binutils"}


class Stop(Exception):
    """Ends the command with a message for the user and an exit status."""

    def __init__(self, message: str, status: int = 1) -> None:
        super().__init__(message)
        self.status = status


# --- what is said and started ---------------------------------------------------------------------


def say(text: str) -> None:
    """Print at once, so that lines stand in order with those of the programs started here."""
    print(text, flush=True)


def call(command: Sequence[str | Path], output: IO[str] | None = None, **environment: str) -> int:
    """Run a command in the project folder and return its exit status, 128 + n after signal n.

    What it says goes to `output`, or to where this program's goes. Ctrl+C reaches the command
    itself; it ends in its own way and is waited for.
    """
    with subprocess.Popen(
        [str(part) for part in command],
        cwd=ROOT,
        env={**os.environ, **environment},
        stdout=output,
        stderr=output,
    ) as process:
        while True:
            try:
                status = process.wait()
            except KeyboardInterrupt:
                continue
            return status if status >= 0 else 128 - status


def demand(command: Sequence[str | Path], failure: str) -> None:
    """Run a command that must succeed; `failure` is said when it does not."""
    status = call(command)
    if status:
        raise Stop(failure, status)


# --- what the machine has -------------------------------------------------------------------------


def is_present(name: str) -> bool:
    """Whether this machine has what a name in the tables above stands for."""
    if name == "ensurepip":
        importlib.invalidate_caches()
        return importlib.util.find_spec(name) is not None
    if ".so." in name:
        try:
            ctypes.CDLL(name)
        except OSError:
            return False
        return True
    if name.endswith(".ttc"):
        return next(Path("/usr/share/fonts").rglob(name), None) is not None
    return shutil.which(name) is not None


def missing(needed: Mapping[str, str], present: Callable[[str], bool]) -> dict[str, str]:
    """Return the part of a table of needs that is not `present`."""
    return {name: package for name, package in needed.items() if not present(name)}


def install_command(packages: Iterable[str]) -> list[str]:
    """Return the apt command that installs `packages`, each named once."""
    return ["apt-get", "install", "--no-install-recommends", *sorted(set(packages))]


def privilege() -> list[str] | None:
    """Return what to put before a command that needs root, None where a password is asked for."""
    if os.geteuid() == 0:
        return []
    sudo = ["sudo", "-n"]
    if not shutil.which("sudo"):
        return None
    answer = subprocess.run([*sudo, "true"], check=False, capture_output=True)
    return sudo if answer.returncode == 0 else None


def apt_install(packages: Iterable[str]) -> None:
    """Install Debian packages where that is allowed; whether it worked is for the caller to see."""
    before = privilege()
    if before is None:
        return
    command = install_command(packages)
    say("Installing " + ", ".join(command[3:]))
    quiet = [*before, "env", "DEBIAN_FRONTEND=noninteractive"]
    options = ["--yes", "-qq", "-o", "DPkg::Lock::Timeout=120"]
    call([*quiet, "apt-get", "update", "-qq"])
    call([*quiet, *command, *options])


def remedy(absent: Mapping[str, str], apt: bool) -> str:
    """Return what the user is told of needs that could not be met."""
    text = f"Missing on this machine: {', '.join(absent)}."
    if not apt:
        return f"{text} Install them with the package manager of this system."
    command = " ".join(["sudo", *install_command(absent.values())])
    return f"{text} This command installs them:\n  {command}"


def provide(
    essential: Mapping[str, str],
    wanted: Mapping[str, str] = {},
    *,
    present: Callable[[str], bool] = is_present,
    install: Callable[[Iterable[str]], None] = apt_install,
) -> None:
    """Bring the system packages that are missing.

    What is `wanted` and cannot be brought is only told of; without what is `essential` this stops.
    Windows and macOS have all that is needed.
    """
    if not sys.platform.startswith("linux"):
        return
    absent = missing({**essential, **wanted}, present)
    if not absent:
        return
    apt = shutil.which("apt-get") is not None
    if apt:
        install(absent.values())
        absent = missing(absent, present)
    if any(name in essential for name in absent):
        raise Stop(remedy(absent, apt))
    if absent:
        say(remedy(absent, apt))


def has_display(platform: str, environment: Mapping[str, str]) -> bool:
    """Whether a window can be shown: always on Windows and macOS, by X11 or Wayland elsewhere."""
    if platform in ("win32", "darwin"):
        return True
    return bool(environment.get("DISPLAY") or environment.get("WAYLAND_DISPLAY"))


# --- the environment ------------------------------------------------------------------------------


def tool(name: str) -> Path:
    """Return the path of a program inside the environment."""
    return program_in(VENV, name)


def program_in(environment: Path, name: str) -> Path:
    """Return the path of a program inside any environment."""
    if os.name == "nt":
        return environment / "Scripts" / f"{name}.exe"
    return environment / "bin" / name


def fingerprint(lock: bytes, project: bytes, interpreter: str, root: Path) -> dict[str, str]:
    """Return what the environment depends on.

    When `packages` changes it is made anew, so that it holds what the lock file names and nothing
    else; when only `project` changes, the project alone is installed again.
    """
    packages = lock + interpreter.encode() + str(root).encode()
    return {
        "packages": hashlib.sha256(packages).hexdigest(),
        "project": hashlib.sha256(project).hexdigest(),
    }


def read_stamp(path: Path) -> dict[str, str]:
    """Return what the environment was made from; empty where none was finished."""
    try:
        stamp = json.loads(path.read_text(encoding="utf-8"))
    except (OSError, ValueError):
        return {}
    return stamp if isinstance(stamp, dict) else {}


def ensure_environment() -> None:
    """Bring .venv to the state that requirements.lock and pyproject.toml describe."""
    current = fingerprint(
        LOCK.read_bytes(),
        (ROOT / "pyproject.toml").read_bytes(),
        f"{sys.base_prefix} {sys.version}",
        ROOT,
    )
    stamp = read_stamp(STAMP)
    if stamp == current:
        return
    STAMP.unlink(missing_ok=True)
    pip: list[str | Path] = [tool("python"), "-m", "pip", "--disable-pip-version-check"]
    install = [*pip, "install", *([] if sys.stdout.isatty() else ["--quiet"])]
    if stamp.get("packages") != current["packages"]:
        say("Making the environment in .venv; this takes a minute or two and happens once.")
        venv.EnvBuilder(clear=True, with_pip=True, symlinks=os.name != "nt").create(VENV)
        demand(
            [*install, "--require-hashes", "--no-deps", "-r", LOCK],
            "The packages of requirements.lock could not be installed.",
        )
    demand(
        [*install, "--no-build-isolation", "--no-deps", "--editable", ROOT],
        "The project could not be installed into its environment.",
    )
    demand([*pip, "check"], "requirements.lock does not fit pyproject.toml.")
    STAMP.write_text(json.dumps(current), encoding="utf-8")


# --- the commands ---------------------------------------------------------------------------------


def run(arguments: list[str]) -> int:
    """Start the program, or the sample job where a window cannot be shown and nothing was asked."""
    window = has_display(sys.platform, os.environ)
    provide({**BASE, **WINDOW} if window else BASE, FONTS)
    ensure_environment()
    if not window and not arguments:
        say("There is no display here, so the sample job runs without a window.")
        arguments = ["--sample-job"]
    return call([tool("python"), "-m", "fluxfill_studio", *arguments])


def checks(arguments: Sequence[str]) -> tuple[Steps, Steps]:
    """Return the steps of `test`, and those that run beside them; `arguments` as for `test`.

    Where pytest is given arguments of its own, all tests are one step.
    """
    chosen = [] if "--all" in arguments else ["-m", "not slow"]
    passed_on = [argument for argument in arguments if argument != "--all"]
    pytest: list[str | Path] = [tool("python"), "-m", "pytest", *chosen]
    steps: Steps = {
        "format": [tool("ruff"), "format", "--check", "."],
        "lint": [tool("ruff"), "check", "."],
        "imports": [tool("lint-imports"), "--no-logo"],
    }
    beside: Steps = {"types": [tool("mypy")]}
    if passed_on:
        steps["tests"] = [*pytest, *passed_on]
    else:
        steps["tests"] = [*pytest, *(f"--ignore={folder}" for folder in PLAIN)]
        beside["more tests"] = [*pytest, *PLAIN]
    return steps, beside


def test(arguments: list[str]) -> int:
    """Run every check, also after one has failed, and sum up."""
    wanted = {**WINDOW, **XVFB, **FONTS, **(build_needs() if "--all" in arguments else {})}
    provide(BASE, wanted)
    ensure_environment()
    steps, beside = checks(arguments)
    with TemporaryFile("w+", errors="replace") as output, ThreadPoolExecutor(1) as second:
        ended = second.submit(run_steps, beside, output)
        results = run_steps(steps)
        results.update(ended.result())
        output.seek(0)
        say(output.read().rstrip())
    say("\n" + "-" * 80)
    for name, (status, seconds) in results.items():
        say(f"{name:12} {'FAILED' if status else 'ok':8} {seconds:6.1f} s")
    statuses = {status for status, _ in results.values()}
    return INTERRUPTED if INTERRUPTED in statuses else int(statuses != {0})


def run_steps(steps: Steps, output: IO[str] | None = None) -> dict[str, tuple[int, float]]:
    """Run commands by name, also after one has failed; return exit statuses and seconds.

    What they say goes to `output`, or to where this program's goes. Ctrl+C ends it.
    """
    results = {}
    for name, command in steps.items():
        print(f"\n--- {name} " + "-" * (75 - len(name)), file=output, flush=True)
        start = time.monotonic()
        status = call(command, output, QT_QPA_PLATFORM="offscreen")
        results[name] = status, time.monotonic() - start
        if status == INTERRUPTED:
            break
    return results


def build_needs() -> dict[str, str]:
    """Return what PyInstaller needs of the system: Debian splits off Python's shared library."""
    library = sysconfig.get_config_var("INSTSONAME")
    if sys.base_prefix != "/usr" or not library:
        return BUILD
    return {**BUILD, library: f"libpython3.{sys.version_info.minor}"}


def build(arguments: list[str]) -> int:
    """Make the executable; `arguments` go to PyInstaller."""
    provide({**BASE, **WINDOW, **build_needs()})
    ensure_environment()
    status = call(
        [tool("python"), "-m", "PyInstaller", "--noconfirm", "--clean", *arguments, "build.spec"]
    )
    if status == 0:
        say("\nBuilt in dist/fluxfill-studio; the folder runs on machines without Python.")
    return status


def bench(arguments: list[str]) -> int:
    """Measure and print the table of numbers."""
    peers = "--peers" in arguments
    provide(BASE, {**WINDOW, **XVFB, **POINTER, **(OPENGL if peers else {})})
    ensure_environment()
    napari = napari_environment() if peers else None
    return call(bench_command(arguments, napari))


def bench_command(arguments: Sequence[str], napari: Path | None) -> list[str | Path]:
    """Return the command of `bench`; `napari` is an interpreter that has it, None without."""
    found: list[str | Path] = [] if napari is None else ["--napari", napari]
    return [tool("python"), ROOT / "tests" / "bench" / "table.py", *arguments, *found]


def napari_environment(folder: Path = VENV / "napari") -> Path | None:
    """Return the interpreter of an environment with napari; None where it could not be made.

    It is a peer to be measured and no part of the project: neither pinned nor in .venv itself, but
    in a folder of it, so that it goes when that is made anew.
    """
    python = program_in(folder, "python")
    finished = folder / "finished"
    if finished.exists():
        return python
    say("Installing napari aside, in .venv/napari; this takes some minutes and happens once.")
    venv.EnvBuilder(clear=True, with_pip=True, symlinks=os.name != "nt").create(folder)
    # PySide6 6.12.0 aborts after some thousand calls on Python 3.11.
    wanted = ["napari", "PySide6-Essentials<6.12"]
    if call([python, "-m", "pip", "--disable-pip-version-check", "install", "-qq", *wanted]):
        say("napari could not be installed; it is left out.")
        return None
    finished.touch()
    return python


COMMANDS = {"run": run, "test": test, "build": build, "bench": bench}


def main(arguments: Sequence[str], version: tuple[int, ...] = tuple(sys.version_info[:2])) -> int:
    """Do one command and return its exit status; 2 where it is not known."""
    if version < OLDEST:
        say("Fluxfill Studio needs Python 3.11 or newer; this is Python {}.{}.".format(*version))
        return 2
    if not arguments or arguments[0] in ("-h", "--help", "help"):
        say((__doc__ or "").strip())
        return 0 if arguments else 2
    if arguments[0] not in COMMANDS:
        say(f"There is no command {arguments[0]!r}; there are: {', '.join(COMMANDS)}.")
        return 2
    try:
        return COMMANDS[arguments[0]](list(arguments[1:]))
    except Stop as stop:
        say(str(stop))
        return stop.status
    except KeyboardInterrupt:
        return INTERRUPTED


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
