"""What the program relies on in PySide6 itself."""

from __future__ import annotations

import sys

from PySide6.QtWidgets import QPushButton
from pytestqt.qtbot import QtBot


def test_void_calls_keep_their_hands_off_none(qtbot: QtBot) -> None:
    """PySide6 6.12.0 drops a reference to None in every one and aborts after some thousand."""
    button = QPushButton()
    qtbot.addWidget(button)
    before = sys.getrefcount(None)
    for _ in range(100_000):
        button.setEnabled(True)
    assert abs(sys.getrefcount(None) - before) < 1000
