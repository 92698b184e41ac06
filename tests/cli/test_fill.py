"""Fills and outpaints without a window, as real processes, on a real service."""

from __future__ import annotations

import json
import os
import sys
from io import BytesIO
from pathlib import Path

import numpy as np
import pytest
from PIL import Image
from PIL.JpegImagePlugin import JpegImageFile

from fluxfill_studio.core.geometry import Size
from fluxfill_studio.core.planning.outpaint import Preset, approximate_frame
from fluxfill_studio.core.schema import ParameterSchema
from fluxfill_studio.sandbox.service import SandboxSettings
from tests.cli.conftest import KEY, Program, Served, changed_outside, load, save_pictures, served

SIZE = Size(1600, 1200)
FILL = ["fill", "photo.png", "--mask", "mask.png", "--prompt", "calm water"]


def test_a_fill_sends_once_and_changes_nothing_outside_the_mask(
    program: Program, service: Served
) -> None:
    picture, mask = save_pictures(program.folder, SIZE)
    process = program.run(*FILL, "-o", "out.png", "--base-url", service.url, key=KEY)

    assert process.returncode == 0, process.stderr
    assert process.stdout == ""
    out = load(program.folder / "out.png")
    assert changed_outside(picture, out, mask) == 0
    assert not np.array_equal(out[mask == 255], picture[mask == 255])

    assert service.asked.count("POST /v2/uploads") == 2  # the image and its mask
    assert service.asked.count("POST /v2/images/edit") == 1
    (job,) = service.jobs()
    assert job["status"] == "COMPLETED"
    engine, begun, result = process.stderr.splitlines()
    assert engine == "Engine: Flux Fill Pro at Apiframe."
    (ours,) = program.jobs()
    assert begun == f"Job {ours['id'][:8]} has begun; at the service it is {job['id']}."
    assert result.startswith("out.png: 1600 × 1200 pixels, 0 changed outside the mask, 9 credits, ")


def test_a_photograph_of_19_megapixels_comes_back_whole(program: Program, service: Served) -> None:
    picture, mask = save_pictures(program.folder, Size(5200, 3600), "photo.jpg")
    command = ["fill", "photo.jpg", *FILL[2:], "-o", "out.tif", "--json"]
    process = program.run(*command, "--base-url", service.url, key=KEY)

    assert process.returncode == 0, process.stderr
    out = load(program.folder / "out.tif")
    assert changed_outside(picture, out, mask) == 0
    assert not np.array_equal(out[mask == 255], picture[mask == 255])
    assert service.asked.count("POST /v2/uploads") == 2
    assert service.asked.count("POST /v2/images/edit") == 1
    assert len(service.jobs()) == 1
    (run,) = json.loads(process.stdout)["runs"]
    assert (run["width"], run["height"], run["changed_outside"]) == (5200, 3600, 0)


def test_variants_have_seeds_and_files_of_their_own(program: Program) -> None:
    picture, mask = save_pictures(program.folder, Size(320, 240))
    process = program.run(*FILL, "-o", "out.tif", "--variants", "2", "--seed", "7", "--json")

    assert process.returncode == 0, process.stderr
    assert "local draft" in process.stderr
    told = json.loads(process.stdout)
    assert (told["status"], told["exit_status"], told["engine"]) == ("done", 0, "local")
    assert told["error"] is None
    assert told["seconds"] < 30
    paths = [program.folder / "out.tif", program.folder / "out-2.tif"]
    assert [run["output"] for run in told["runs"]] == [str(path) for path in paths]
    assert [run["seed"] for run in told["runs"]] == [7, 8]
    for run in told["runs"]:
        assert (run["status"], run["charged"], run["changed_outside"]) == ("done", 0, 0)
        assert (run["width"], run["height"]) == (320, 240)
        assert run["seconds"] <= told["seconds"]
        assert run["error"] is None
    first, second = map(load, paths)
    assert changed_outside(picture, first, mask) == changed_outside(picture, second, mask) == 0
    assert not np.array_equal(first, second)


@pytest.mark.skipif(sys.platform == "win32", reason="Windows has no pseudo-terminals")
def test_an_outpaint_grows_the_picture_and_shows_a_bar_on_a_terminal(program: Program) -> None:
    size = Size(320, 240)
    save_pictures(program.folder, size)
    ours, theirs = os.openpty()
    command = ["outpaint", "photo.png", "--preset", "Right outpaint", "--prompt", "more"]
    command += ["--quality", "60"]
    with program.started(*command, "-o", "out.jpg", stderr=theirs) as process:
        os.close(theirs)
        shown = read_to_end(ours)
        assert process.wait(30) == 0, shown
    frame = approximate_frame(Preset.RIGHT, size)
    assert load(program.folder / "out.jpg").shape == (frame.height, frame.width, 3)
    assert quantized(program.folder / "out.jpg") == quantized_at(60)
    lines = shown.split("\r\n")
    assert "All pixels change a little, also those outside the mask." in lines[1]
    assert lines[2] == "What is sent is very small: the fill may be coarse."
    bars = lines[3].split("\r")
    assert bars[1].startswith("[#.............................]   2% uploading")
    assert any("waiting" in bar for bar in bars)
    assert bars[-2].strip() == ""  # taken away before the last line is written over it
    assert bars[-1].startswith("out.jpg: 480 × 240 pixels, free, ")
    assert lines[4:] == [""]


def quantized(file: Path | BytesIO) -> object:
    """By how much each frequency of a JPEG was rounded, which its quality stands for."""
    with Image.open(file) as image:
        assert isinstance(image, JpegImageFile)
        return image.quantization


def quantized_at(quality: int) -> object:
    buffer = BytesIO()
    Image.new("RGB", (8, 8)).save(buffer, "JPEG", quality=quality)
    return quantized(buffer)


def test_force_overwrites_and_quiet_says_nothing(program: Program) -> None:
    save_pictures(program.folder, Size(64, 48))
    (program.folder / "out.png").write_bytes(b"old")
    process = program.run(*FILL, "-o", "out.png", "--force", "--quiet")
    assert (process.returncode, process.stdout, process.stderr) == (0, "", "")
    assert load(program.folder / "out.png").shape == (48, 64, 3)


def test_the_sample_job_shows_before_and_after(program: Program) -> None:
    process = program.run("--sample-job")
    assert process.returncode == 0, process.stderr
    told = dict(line.split(": ", 1) for line in process.stdout.splitlines())
    pair, result = Path(told["Before and after"]), Path(told["Result"])
    assert {pair.parent, result.parent} == {program.home / "Pictures" / "Fluxfill Studio"}
    assert load(result).shape == (2048, 2048, 3)
    both = load(pair)
    before, after = both[:, : (both.shape[1] - 24) // 2], both[:, (both.shape[1] + 24) // 2 :]
    differs = np.abs(before.astype(int) - after).max(axis=2) > 8
    rows, columns = np.nonzero(differs)
    assert 0.6 < rows.min() / differs.shape[0] < rows.max() / differs.shape[0] < 0.9
    assert 0.2 < columns.min() / differs.shape[1] < columns.max() / differs.shape[1] < 0.5


def test_one_variant_that_fails_leaves_the_other(program: Program, schema: ParameterSchema) -> None:
    save_pictures(program.folder, Size(64, 48))
    cost = schema.credits_per_run
    with served(schema, SandboxSettings(credits=cost + 1)) as service:
        program.learn(schema, service.url)
        process = program.run(
            *FILL,
            *("-o", "out.png", "--variants", "2", "--json", "--base-url", service.url),
            key=KEY,
        )
        assert len(service.jobs()) == 1
    assert process.returncode == 4
    told = json.loads(process.stdout)
    assert (told["status"], told["exit_status"]) == ("failed", 4)
    done, failed = sorted(told["runs"], key=lambda run: str(run["status"]))
    assert Path(done["output"]).is_file()
    assert done["charged"] == cost
    assert (failed["output"], failed["job"]) == (None, None)
    assert failed["error"]["kind"] == "NotEnoughCredits"
    assert failed["error"]["charge"] == "none"
    assert failed["error"]["request_id"].startswith("req_")


def read_to_end(terminal: int) -> str:
    """All that is written to the other end of a pseudo-terminal."""
    shown = b""
    with open(terminal, "rb", buffering=0) as stream:
        while True:
            try:
                piece = stream.read(4096)
            except OSError:  # EIO: how Linux tells that the other end is closed
                break
            if not piece:
                break
            shown += piece
    return shown.decode()
