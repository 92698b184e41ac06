"""Shortcuts on a real X server, whose layouts Qt reads in its own way."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

pytestmark = [
    pytest.mark.xvfb,
    pytest.mark.skipif(not sys.platform.startswith("linux"), reason="X11 is Linux's"),
]

ROOT = Path(__file__).resolve().parents[2]

# X11's codes of keys, by what is printed on them in the United States.
B, E, M, Z, COMMA, PERIOD, ONE, TWO = 56, 26, 58, 52, 59, 60, 10, 11
OPEN, CLOSE, BACKSLASH, SEMICOLON, LESS = 34, 35, 51, 47, 94
SHIFT, CTRL = 1, 4
SECOND = 1 << 13  # the layout after the comma

LATIN = {
    (B, 0): "Brush",
    (M, SHIFT): "Ellipse",
    (Z, CTRL): "Undo",
    (COMMA, 0): "Smaller brush",
    (PERIOD, 0): "Larger brush",
    (COMMA, SHIFT): "Softer brush",
    (PERIOD, SHIFT): "Harder brush",
    (ONE, 0): "Opacity 10 %",
    (ONE, SHIFT): None,
}
US = LATIN | {
    (OPEN, 0): "Smaller brush",
    (CLOSE, 0): "Larger brush",
    (OPEN, SHIFT): "Softer brush",
    (CLOSE, SHIFT): "Harder brush",
}
# Japanese keyboards have the brackets one key further right.
JAPANESE = LATIN | {
    (CLOSE, 0): "Smaller brush",
    (BACKSLASH, 0): "Larger brush",
    (CLOSE, SHIFT): "Softer brush",
    (BACKSLASH, SHIFT): "Harder brush",
    (SEMICOLON, CTRL | SHIFT): "Zoom in",
}
# Brackets need AltGr; beside the left Shift there is a key for < and >.
GERMAN = {
    (B, 0): "Brush",
    (COMMA, 0): "Smaller brush",
    (PERIOD, 0): "Larger brush",
    (LESS, 0): "Softer brush",
    (LESS, SHIFT): "Harder brush",
    (ONE, 0): "Opacity 10 %",
}
# Digits and the period are typed with Shift.
FRENCH = {
    (B, 0): "Brush",
    (M, 0): "Smaller brush",
    (COMMA, SHIFT): "Larger brush",
    (LESS, 0): "Softer brush",
    (LESS, SHIFT): "Harder brush",
    (ONE, 0): None,
    (ONE, SHIFT): "Opacity 10 %",
    (TWO, SHIFT): "Opacity 20 %",
}


@pytest.fixture(scope="module")
def display() -> Iterator[str]:
    """An X server that keeps its layout when its last window goes."""
    read, write = os.pipe()
    command = ["Xvfb", "-displayfd", str(write), "-noreset", "-nolisten", "tcp"]
    server = subprocess.Popen(command, pass_fds=[write], stderr=subprocess.DEVNULL)
    os.close(write)
    with os.fdopen(read) as numbers:
        number = numbers.readline().strip()
    assert number, "Xvfb did not start"
    yield f":{number}"
    server.terminate()
    server.wait()


@pytest.mark.parametrize(
    ("layouts", "variants", "group", "expected"),
    [
        ("us", "", 0, US),
        ("kr", "", 0, US),
        ("jp", "", 0, JAPANESE),
        ("jp", "kana", 0, JAPANESE),
        ("jp,jp", ",kana", SECOND, JAPANESE),
        ("us,jp", ",kana", SECOND, LATIN),
        ("de", "", 0, GERMAN),
        ("fr", "", 0, FRENCH),
    ],
)
def test_a_key_does_what_its_cap_says(
    display: str,
    tmp_path: Path,
    layouts: str,
    variants: str,
    group: int,
    expected: dict[tuple[int, int], str | None],
) -> None:
    drop = ("WAYLAND_DISPLAY", "QT_QPA_PLATFORM")
    kept = {name: value for name, value in os.environ.items() if name not in drop}
    environment = kept | {"DISPLAY": display, "QT_QPA_PLATFORM": "xcb", "HOME": str(tmp_path)}
    subprocess.run(
        ["setxkbmap", "-layout", layouts, "-variant", variants],
        env=environment,
        check=True,
        timeout=30,
    )
    presses = json.dumps([(code, state | group) for code, state in expected])
    script = ROOT / "tests" / "ui" / "keys_in_a_window.py"
    finished = subprocess.run(
        [sys.executable, str(script), str(tmp_path / "settings.ini"), presses],
        env=environment,
        cwd=ROOT,
        capture_output=True,
        text=True,
        check=True,
        timeout=60,
    )
    triggered = dict(zip(expected, json.loads(finished.stdout), strict=True))
    assert triggered == {press: [act] if act else [] for press, act in expected.items()}
    assert "Ambiguous" not in finished.stderr
