"""The log: what gets in, what never does, and what a crash leaves behind."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest

from fluxfill_studio.logs import redacted

ROOT = Path(__file__).parents[1]
KEY = "afk_9d41c7e05ab28f63"

START = """
import logging, sys, threading, warnings
from pathlib import Path
from fluxfill_studio.logs import log_crashes, start_logging
path = Path(sys.argv[1])
start_logging(path)
log_crashes(path.parent)
"""


def run(path: Path, code: str) -> subprocess.CompletedProcess[str]:
    """Run `code` in a process that logs to `path`."""
    return subprocess.run(
        [sys.executable, "-c", START + code, path],
        cwd=ROOT,
        capture_output=True,
        encoding="utf-8",
        timeout=60,
        check=False,
    )


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        (f"X-API-Key: {KEY}", "X-API-Key: afk_***"),
        (f"'{KEY}', {KEY}.", "'afk_***', afk_***."),
        ("afk_a-b_C/d+e=", "afk_***"),
        ("afk_", "afk_"),
        ("nothing of that kind", "nothing of that kind"),
    ],
)
def test_what_looks_like_a_key_is_redacted(text: str, expected: str) -> None:
    assert redacted(text) == expected


def test_no_part_of_a_record_keeps_a_key(tmp_path: Path) -> None:
    path = tmp_path / "new" / "folder" / "it.log"
    code = f"""
log = logging.getLogger("part.of.it")
log.info("message {KEY}")
log.warning("argument %s of %d", "{KEY}", 2)
try:
    raise ValueError("exception {KEY}")
except ValueError:
    log.exception("failed")
log.info("from here", stack_info=True)  # {KEY}
warnings.warn("warning {KEY}")
log.debug("never seen")
"""
    process = run(path, code)
    assert (process.returncode, process.stdout, process.stderr) == (0, "", "")
    text = path.read_text("utf-8")
    for line in (
        "INFO part.of.it: message afk_***\n",
        "WARNING part.of.it: argument afk_*** of 2\n",
        "ValueError: exception afk_***\n",
        "INFO part.of.it: from here\nStack (most recent call last):\n",
        "UserWarning: warning afk_***\n",
    ):
        assert line in text
    assert KEY not in text
    assert "never seen" not in text


def test_a_log_that_cannot_be_written_stops_nothing(tmp_path: Path) -> None:
    in_the_way = tmp_path / "in-the-way"
    in_the_way.write_text("a file")
    process = run(in_the_way / "it.log", f"logging.warning('still {KEY} here'); print('done')")
    assert (process.returncode, process.stdout) == (0, "done\n")
    assert "there is no log file: " in process.stderr
    assert "there is no crash log: " in process.stderr
    assert "WARNING root: still afk_*** here" in process.stderr
    assert "Traceback" not in process.stderr


def test_a_fault_of_the_program_is_logged_and_shown(tmp_path: Path) -> None:
    path = tmp_path / "it.log"
    process = run(path, f"raise RuntimeError('broken with {KEY}')")
    assert process.returncode == 1
    for text in (process.stderr, path.read_text("utf-8")):
        assert "CRITICAL fluxfill_studio.logs: the program hit a fault\nTraceback " in text
        assert text.endswith("RuntimeError: broken with afk_***\n")
        assert text.count("Traceback") == 1


def test_a_fault_of_a_thread_is_logged(tmp_path: Path) -> None:
    path = tmp_path / "it.log"
    code = """
def work():
    raise RuntimeError("broken")
thread = threading.Thread(target=work, name="painter")
thread.start()
thread.join()
"""
    assert run(path, code).returncode == 0
    text = path.read_text("utf-8")
    assert "CRITICAL fluxfill_studio.logs: thread painter hit a fault\nTraceback " in text
    assert text.endswith("RuntimeError: broken\n")


def test_ctrl_c_is_no_fault(tmp_path: Path) -> None:
    path = tmp_path / "it.log"
    assert run(path, "raise KeyboardInterrupt").returncode != 0
    assert path.read_text("utf-8") == ""


def test_a_crash_in_compiled_code_leaves_its_stacks(tmp_path: Path) -> None:
    path = tmp_path / "it.log"
    process = run(path, "import faulthandler\ndef f(): faulthandler._sigabrt()\nf()")
    assert process.returncode != 0
    text = (tmp_path / "crash.log").read_text("utf-8")
    assert "Fatal Python error: Aborted" in text
    assert 'File "<string>", line ' in text
    assert "in f" in text


@pytest.mark.skipif(sys.platform == "win32", reason="there are no limits of this kind")
def test_a_full_disk_loses_lines_and_nothing_else(tmp_path: Path) -> None:
    code = """
import resource
logging.getLogger("test").warning("before")
resource.setrlimit(resource.RLIMIT_FSIZE, (path.stat().st_size + 3,) * 2)
logging.getLogger("test").warning("after")
"""
    process = run(tmp_path / "test.log", code)
    assert (process.returncode, process.stderr) == (0, "")
    assert "before" in (tmp_path / "test.log").read_text("utf-8")
