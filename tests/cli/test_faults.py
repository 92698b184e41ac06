"""What goes wrong has one sentence, the right exit status, and costs nothing."""

from __future__ import annotations

import json
import re
import signal
import sys
import zlib
from pathlib import Path

import httpx
import numpy as np
import pytest
from PIL import Image

from fluxfill_studio.cli.arguments import build_parser, parse
from fluxfill_studio.cli.commands import run
from fluxfill_studio.core.geometry import Size
from fluxfill_studio.core.schema import ParameterSchema
from fluxfill_studio.sandbox.service import SandboxSettings
from tests.cli.conftest import KEY, Program, save_pictures, served

SIZE = Size(64, 48)
FILL = ["fill", "photo.png", "--mask", "mask.png", "--prompt", "calm water", "-o", "out.png"]

without_windows = pytest.mark.skipif(
    sys.platform == "win32", reason="Ctrl+C cannot be sent to one process there"
)


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A working folder with a picture, masks, and files that are none."""
    save_pictures(tmp_path, SIZE)
    Image.fromarray(np.zeros((48, 64), np.uint8)).save(tmp_path / "empty-mask.png")
    Image.fromarray(np.zeros((64, 48), np.uint8)).save(tmp_path / "other-size.png")
    (tmp_path / "notes.txt").write_text("no picture")
    (tmp_path / "nothing.png").touch()
    (tmp_path / "there.png").write_bytes(b"precious")
    (tmp_path / "there-2.png").write_bytes(b"precious")
    (tmp_path / "folder.png").mkdir()
    monkeypatch.chdir(tmp_path)
    for name in ("XDG_DATA_HOME", "XDG_CONFIG_HOME", "WIN_PD_OVERRIDE_LOCAL_APPDATA"):
        monkeypatch.setenv(name, str(tmp_path / "data"))
    monkeypatch.delenv("APIFRAME_API_KEY", raising=False)
    return tmp_path


@pytest.mark.parametrize(
    ("changes", "status", "message"),
    [
        ({"image": "gone.png"}, 1, "“gone.png” was not found."),
        ({"image": "notes.txt"}, 1, "“notes.txt” is not a picture this program can read"),
        ({"image": "nothing.png"}, 1, "“nothing.png” is empty."),
        ({"image": "folder.png"}, 1, "“folder.png” is not a picture this program can read"),
        ({"mask": "other-size.png"}, 1, "The mask “other-size.png” has 48 × 64 pixels, "),
        ({"mask": "empty-mask.png"}, 1, "The mask is empty: nothing would be filled."),
        ({"output": "there.png"}, 1, "“there.png” exists already and was left as it is."),
        ({"output": "folder.png"}, 1, "“folder.png” cannot be saved: it is a folder.\n"),
        ({"output": "no/out.png"}, 1, "“out.png” cannot be saved: there is no folder no.\n"),
        ({"output": "out.xcf"}, 1, "“out.xcf” cannot be saved: its ending names no format."),
        ({"prompt": ""}, 2, "Prompt is missing, and a run needs it."),
        ({"set": "steps=99"}, 2, "steps: must lie between 1 and 50."),
        ({"engine": "apiframe"}, 3, "There is no API key for the service."),
        ({"base-url": "http://127.0.0.1:9"}, 3, "There is no API key for the service."),
    ],
)
def test_what_is_refused_before_anything_is_sent(
    folder: Path,
    schema: ParameterSchema,
    capsys: pytest.CaptureFixture[str],
    changes: dict[str, str],
    status: int,
    message: str,
) -> None:
    values = {"image": "photo.png", "mask": "mask.png", "prompt": "water", "output": "out.png"}
    values.update(changes)
    before = {path: path.stat() for path in folder.iterdir()}
    options = [part for name, value in values.items() for part in (f"--{name}", value)]
    args = parse(build_parser(schema), ["fill", values.pop("image"), *options[2:]])
    assert run(args, schema) == status
    out, err = capsys.readouterr()
    assert out == ""
    assert err.removeprefix(err[: err.rfind("\n", 0, -1) + 1]).startswith(message)
    assert {path: path.stat() for path in folder.iterdir()} == before


def test_a_variant_never_overwrites_either(
    folder: Path, schema: ParameterSchema, capsys: pytest.CaptureFixture[str]
) -> None:
    (folder / "there.png").unlink()
    args = parse(build_parser(schema), [*FILL[:-1], "there.png", "--variants", "2"])
    assert run(args, schema) == 1
    assert "“there-2.png” exists already" in capsys.readouterr().err
    assert (folder / "there-2.png").read_bytes() == b"precious"


def test_what_the_format_does_not_keep_is_told_before_anything_is_sent(
    folder: Path, schema: ParameterSchema, capsys: pytest.CaptureFixture[str]
) -> None:
    deep = np.linspace(0, 65535, 64 * 48, dtype=np.uint16).reshape(48, 64)
    Image.fromarray(deep).save(folder / "deep.png")
    command = ["fill", "deep.png", "--mask", "empty-mask.png", "--prompt", "x", "-o", "out.jpg"]
    assert run(parse(build_parser(schema), command), schema) == 1
    lines = capsys.readouterr().err.splitlines()
    assert "out.jpg: 16 bits per channel become 8." in lines
    assert "out.jpg: All pixels change a little, also those outside the mask." in lines


def test_what_is_finer_than_16_bits_is_told(
    folder: Path, schema: ParameterSchema, capsys: pytest.CaptureFixture[str]
) -> None:
    fine = np.linspace(0, 1, 64 * 48, dtype=np.float32).reshape(48, 64)
    Image.fromarray(fine).save(folder / "fine.tif")
    command = ["fill", "fine.tif", "--mask", "empty-mask.png", "--prompt", "x", "-o", "out.tif"]
    assert run(parse(build_parser(schema), command), schema) == 1
    lines = capsys.readouterr().err.splitlines()
    told = "“fine.tif” holds finer values than are kept: the result has 16 bits per channel."
    assert told in lines


def test_hdr_is_told(
    folder: Path, schema: ParameterSchema, capsys: pytest.CaptureFixture[str]
) -> None:
    data = (folder / "photo.png").read_bytes()
    # Chunk cICP: BT.2020, perceptual quantization, RGB, full range.
    content = b"cICP\x09\x10\x00\x01"
    chunk = bytes([0, 0, 0, 4]) + content + zlib.crc32(content).to_bytes(4)
    (folder / "hdr.png").write_bytes(data[:33] + chunk + data[33:])
    command = ["fill", "hdr.png", "--mask", "empty-mask.png", "--prompt", "x", "-o", "out.png"]
    assert run(parse(build_parser(schema), command), schema) == 1
    told = "“hdr.png” is HDR: its colours are taken for sRGB, and look flat."
    assert told in capsys.readouterr().err.splitlines()


def test_errors_are_told_as_json(
    folder: Path, schema: ParameterSchema, capsys: pytest.CaptureFixture[str]
) -> None:
    args = parse(build_parser(schema), [*FILL, "--json", "--set", "steps=99"])
    assert run(args, schema) == 2
    told = json.loads(capsys.readouterr().out)
    assert (told["status"], told["exit_status"], told["runs"]) == ("failed", 2, [])
    assert told["error"] == {
        "kind": "ParameterError",
        "message": "steps: must lie between 1 and 50.",
        "charge": None,
        "request_id": None,
    }
    assert folder.is_dir()


def test_arguments_that_argparse_refuses(program: Program) -> None:
    process = program.run("fill", "photo.png")
    assert process.returncode == 2
    assert process.stdout == ""
    assert "the following arguments are required" in process.stderr


def test_a_rejected_key_is_told_without_the_key(program: Program, schema: ParameterSchema) -> None:
    save_pictures(program.folder, SIZE)
    with served(schema, SandboxSettings(api_key="afk_another")) as service:
        process = program.run(*FILL, "--json", "--base-url", service.url, key=KEY)
        assert service.asked == ["POST /v2/uploads"]
    assert process.returncode == 3
    assert "The service did not accept the API key" in process.stderr
    assert KEY not in process.stdout + process.stderr + program.log()


def test_too_few_credits(program: Program, schema: ParameterSchema) -> None:
    save_pictures(program.folder, SIZE)
    with served(schema, SandboxSettings(credits=2)) as service:
        process = program.run(*FILL, "--base-url", service.url, key=KEY)
        assert service.jobs() == []
    assert process.returncode == 4
    assert "The run needs 9 credits, and 2 are there. Nothing was charged." in process.stderr


@without_windows
def test_the_sandbox_is_served_until_ctrl_c(program: Program, interruptible: None) -> None:
    with program.started("sandbox", "--port", "0") as process:
        assert process.stdout is not None
        assert process.stderr is not None
        address = re.search(r"http://127\.0\.0\.1:(\d+)", process.stdout.readline())
        assert address is not None
        headers = {"X-API-Key": "afk_local"}
        answer = httpx.get(f"{address[0]}/v2/me", headers=headers, trust_env=False)
        assert answer.json()["team"]["plan"] == "Local draft"

        second = program.run("sandbox", "--port", address[1])
        assert second.returncode == 1
        assert second.stderr.startswith(f"Port {address[1]} cannot be used: ")

        process.send_signal(signal.SIGINT)
        assert process.stderr.read() == "Stopped.\n"
        assert process.wait(10) == 0


def test_output_that_nobody_reads_any_more_is_no_fault_of_ours(program: Program) -> None:
    with program.started("jobs", "--json") as process:
        assert process.stdout is not None
        assert process.stderr is not None
        process.stdout.close()
        assert process.stderr.read() == ""
        assert process.wait(60) == 1
