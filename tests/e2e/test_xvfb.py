"""On a real X server: what the screen shows, and what is said where there is none."""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from fluxfill_studio.core.types import Pixels

pytestmark = [
    pytest.mark.xvfb,
    pytest.mark.skipif(not sys.platform.startswith("linux"), reason="X11 is Linux's"),
]

ROOT = Path(__file__).resolve().parents[2]
# Flat, so that what the screen shows can be told from what the theme shows.
PICTURE = (40, 160, 90)


@pytest.fixture(scope="module")
def display() -> Iterator[str]:
    """An X server of our own; its display name."""
    read, write = os.pipe()
    command = ["Xvfb", "-displayfd", str(write), "-screen", "0", "1440x900x24", "-nolisten", "tcp"]
    server = subprocess.Popen(command, pass_fds=[write], stderr=subprocess.DEVNULL)
    os.close(write)
    with os.fdopen(read) as numbers:
        number = numbers.readline().strip()
    assert number, "Xvfb did not start"
    yield f":{number}"
    server.terminate()
    server.wait()


def environment(home: Path, **changes: str) -> dict[str, str]:
    """This process's, without its display and platform, with a home of its own."""
    drop = ("DISPLAY", "WAYLAND_DISPLAY", "QT_QPA_PLATFORM", "APIFRAME_API_KEY")
    kept = {name: value for name, value in os.environ.items() if name not in drop}
    places = {"HOME": str(home)}
    for name in ("XDG_CONFIG_HOME", "XDG_DATA_HOME", "XDG_STATE_HOME"):
        places[name] = str(home / name)
    return kept | places | changes


def test_the_screen_shows_the_picture_and_the_stroke(display: str, tmp_path: Path) -> None:
    picture, shot = tmp_path / "flat.png", tmp_path / "screen.png"
    Image.new("RGB", (2400, 1600), PICTURE).save(picture)
    script = ROOT / "tests" / "e2e" / "paint_in_a_window.py"
    subprocess.run(
        [sys.executable, str(script), str(picture), str(shot)],
        env=environment(tmp_path, DISPLAY=display, QT_QPA_PLATFORM="xcb"),
        cwd=ROOT,
        check=True,
        timeout=60,
    )
    screen: Pixels = np.asarray(Image.open(shot).convert("RGB"))
    plain = (screen == PICTURE).all(axis=2)
    # Half of the mask's #ff4d6d over the picture.
    tinted = (np.abs(screen.astype(int) - (148, 118, 100)) <= 2).all(axis=2)
    assert plain.sum() > 200_000
    assert tinted.sum() > 2_000
    rows, columns = np.nonzero(tinted)
    assert plain[rows.min() - 40, columns.min() - 40], "the stroke lies inside the picture"


@pytest.mark.parametrize(
    ("changes", "sentence"),
    [({}, "There is no display"), ({"DISPLAY": ":4711"}, "The display :4711 cannot be reached")],
)
def test_without_a_display_it_is_said_and_nothing_aborts(
    tmp_path: Path, changes: dict[str, str], sentence: str
) -> None:
    finished = subprocess.run(
        [sys.executable, "-m", "fluxfill_studio"],
        env=environment(tmp_path, **changes),
        cwd=ROOT,
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )
    assert finished.returncode == 1
    assert sentence in finished.stderr
    assert "--sample-job" in finished.stderr
    assert "Traceback" not in finished.stderr
