"""The executable: built here, then run from another folder in an empty environment."""

import os
import re
import subprocess
import sys
from pathlib import Path

import httpx
import numpy as np
import pytest
from PIL import Image, ImageDraw

ROOT = Path(__file__).parents[1]
EMPTY = {"SYSTEMROOT": os.environ["SYSTEMROOT"]} if sys.platform == "win32" else {}
SIZE = (1600, 900)

pytestmark = [pytest.mark.slow, pytest.mark.timeout(900)]


@pytest.fixture(scope="module")
def program(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The built program for the command line."""
    place = tmp_path_factory.mktemp("build")
    folders = ["--distpath", str(place / "dist"), "--workpath", str(place / "work")]
    subprocess.run(
        [sys.executable, "-m", "PyInstaller", "--noconfirm", *folders, "build.spec"],
        cwd=ROOT,
        check=True,
    )
    name = "fluxfill-studio-cli.exe" if sys.platform == "win32" else "fluxfill-studio"
    return place / "dist" / "fluxfill-studio" / name


def home(folder: Path) -> dict[str, str]:
    """What has the program keep its own files there."""
    return {"HOME": str(folder), "WIN_PD_OVERRIDE_LOCAL_APPDATA": str(folder)}


def run(program: Path, folder: Path, *arguments: str) -> subprocess.CompletedProcess[str]:
    """Run the built program in `folder`, its home, with nothing else in its environment."""
    return subprocess.run(
        [program, *arguments],
        cwd=folder,
        env=EMPTY | home(folder),
        capture_output=True,
        encoding="utf-8",
        timeout=300,
        check=False,
    )


def test_the_self_test_passes(program: Path, tmp_path: Path) -> None:
    process = run(program, tmp_path, "--self-test")
    assert process.returncode == 0, process.stdout + process.stderr


def test_a_fill_changes_nothing_outside_the_mask(program: Path, tmp_path: Path) -> None:
    noise = np.random.default_rng(7).integers(0, 256, (SIZE[1], SIZE[0], 3), dtype=np.uint8)
    Image.fromarray(noise).save(tmp_path / "photo.png")
    mask = Image.new("L", SIZE, 0)
    ImageDraw.Draw(mask).ellipse((700, 300, 1000, 600), fill=255)
    mask.save(tmp_path / "mask.png")

    process = run(
        program,
        tmp_path,
        *("fill", "photo.png", "--mask", "mask.png", "--prompt", "calm water"),
        *("-o", "filled.png", "--engine", "local"),
    )

    assert process.returncode == 0, process.stdout + process.stderr
    with Image.open(tmp_path / "filled.png") as picture:
        filled = np.asarray(picture.convert("RGB"))
    painted = np.asarray(mask) > 0
    assert filled.shape == noise.shape
    assert np.array_equal(filled[~painted], noise[~painted])
    assert not np.array_equal(filled[painted], noise[painted])


def test_the_sandbox_is_served(program: Path, tmp_path: Path) -> None:
    with subprocess.Popen(
        [program, "sandbox", "--port", "0"],
        cwd=tmp_path,
        env=EMPTY | home(tmp_path),
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        encoding="utf-8",
    ) as process:
        assert process.stdout is not None
        try:
            said = ""
            while not (address := re.search(r"http://127\.0\.0\.1:\d+", said)):
                line = process.stdout.readline()
                assert line, f"the sandbox ended: {said}"
                said += line
            answer = httpx.get(f"{address[0]}/v2/me", trust_env=False)
        finally:
            process.terminate()
    assert answer.headers["content-type"].startswith("application/json")
