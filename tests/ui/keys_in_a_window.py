"""Press keys on an X server, in the layout it has, and print which actions they trigger.

Run by `test_key_layouts_on_x11.py` in a process of its own: `keys_in_a_window.py SETTINGS PRESSES`
with PRESSES in JSON, [[key code, modifier and group bits], ...], as X11 numbers them. Prints a
JSON list with the list of actions for each press.
"""

from __future__ import annotations

import ctypes
import json
import sys
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parents[2]))

from PySide6.QtCore import Qt
from PySide6.QtGui import QFocusEvent, QKeyEvent
from PySide6.QtWidgets import QWidget
from typing_extensions import override

from fluxfill_studio.app import make_qt
from fluxfill_studio.model.settings import Settings
from fluxfill_studio.ui.actions import Actions
from fluxfill_studio.ui.shortcuts import Shortcuts

_KEY_PRESS, _KEY_RELEASE = 2, 3
_MASKS = {_KEY_PRESS: 1 << 0, _KEY_RELEASE: 1 << 1}


class XKeyEvent(ctypes.Structure):
    """As Xlib.h has it."""

    _fields_ = (
        ("type", ctypes.c_int),
        ("serial", ctypes.c_ulong),
        ("send_event", ctypes.c_int),
        ("display", ctypes.c_void_p),
        ("window", ctypes.c_ulong),
        ("root", ctypes.c_ulong),
        ("subwindow", ctypes.c_ulong),
        ("time", ctypes.c_ulong),
        ("x", ctypes.c_int),
        ("y", ctypes.c_int),
        ("x_root", ctypes.c_int),
        ("y_root", ctypes.c_int),
        ("state", ctypes.c_uint),
        ("keycode", ctypes.c_uint),
        ("same_screen", ctypes.c_int),
        ("pad", ctypes.c_long * 24),  # XSendEvent copies a whole XEvent
    )


class Keyboard:
    """Sends key events to a window through a connection of its own."""

    def __init__(self, window: int) -> None:
        self._window = window
        self._x11 = ctypes.CDLL("libX11.so.6")
        self._x11.XOpenDisplay.restype = ctypes.c_void_p
        self._display = ctypes.c_void_p(self._x11.XOpenDisplay(None))

    def press(self, code: int, state: int) -> None:
        for kind, mask in _MASKS.items():
            event = XKeyEvent(type=kind, window=self._window, keycode=code, state=state)
            event.same_screen = 1
            self._x11.XSendEvent(
                self._display, ctypes.c_ulong(self._window), 1, mask, ctypes.byref(event)
            )
        self._x11.XSync(self._display, 0)


class Window(QWidget):
    """Presses the next key when the last one is released; closes after all."""

    def __init__(self, presses: list[list[int]]) -> None:
        super().__init__()
        self.setAttribute(Qt.WidgetAttribute.WA_InputMethodEnabled, False)
        self.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        self.triggered: list[list[str]] = []
        self._presses = presses

    @override
    def focusInEvent(self, event: QFocusEvent, /) -> None:
        """What is sent before the window is active goes past the shortcuts."""
        self._keyboard = Keyboard(int(self.winId()))
        self._next()

    def _next(self) -> None:
        if len(self.triggered) == len(self._presses):
            self.close()
        else:
            code, state = self._presses[len(self.triggered)]
            self.triggered.append([])
            self._keyboard.press(code, state)

    @override
    def keyReleaseEvent(self, event: QKeyEvent, /) -> None:
        self._next()


def main() -> None:
    qt = make_qt()
    qt.setQuitOnLastWindowClosed(True)
    window = Window(json.loads(sys.argv[2]))
    actions = Actions(window)
    shortcuts = Shortcuts(actions, Settings(Path(sys.argv[1])), window)
    window.addActions(actions.all)
    for action in actions.all:
        name = action.text()
        action.triggered.connect(lambda _=False, name=name: window.triggered[-1].append(name))
    window.show()
    window.activateWindow()
    qt.exec()
    assert shortcuts.parent() is window
    sys.stdout.write(json.dumps(window.triggered))


if __name__ == "__main__":
    main()
