"""An X server without a screen, and a client of it that moves the pointer and reads pixels."""

from __future__ import annotations

import ctypes
import os
import shutil
import subprocess
import time
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Final

from tests.bench.driver import VIEW

_ALL_PLANES: Final = ctypes.c_ulong(2 ** (8 * ctypes.sizeof(ctypes.c_ulong)) - 1)
_Z_PIXMAP: Final = 2
_LIBRARIES: Final = ("libX11.so.6", "libXtst.so.6")
_LEFT: Final = 1
# What does not come in this time, in seconds, never comes.
_LIMIT: Final = 5.0


def obstacle() -> str | None:
    """Why nothing can be measured on an X server here, or None."""
    if shutil.which("Xvfb") is None:
        return "Xvfb is not installed"
    for name in _LIBRARIES:
        try:
            ctypes.CDLL(name)
        except OSError:
            return f"{name} is not installed"
    return None


@contextmanager
def virtual_screen(size: tuple[int, int] = VIEW) -> Iterator[str]:
    """An Xvfb of our own on a display that is free; gives its name."""
    read, write = os.pipe()
    screen = f"{size[0]}x{size[1]}x24"
    command = ["Xvfb", "-displayfd", str(write), "-screen", "0", screen, "-nolisten", "tcp"]
    server = subprocess.Popen(command, pass_fds=[write], stderr=subprocess.DEVNULL)
    os.close(write)
    try:
        with os.fdopen(read) as numbers:
            number = numbers.readline().strip()
        if not number:
            raise RuntimeError("Xvfb did not start")
        yield f":{number}"
    finally:
        server.terminate()
        server.wait()


class _Image(ctypes.Structure):
    """The beginning of Xlib's XImage."""

    _fields_ = [
        ("width", ctypes.c_int),
        ("height", ctypes.c_int),
        ("xoffset", ctypes.c_int),
        ("format", ctypes.c_int),
        ("data", ctypes.POINTER(ctypes.c_uint32)),
    ]


class XClient:
    """Moves the pointer through the XTEST extension, and reads the screen."""

    def __init__(self, display: str) -> None:
        self._x11, self._test = (ctypes.CDLL(name) for name in _LIBRARIES)
        self._x11.XOpenDisplay.restype = ctypes.c_void_p
        self._x11.XDefaultRootWindow.restype = ctypes.c_ulong
        self._x11.XGetImage.restype = ctypes.POINTER(_Image)
        pointer = self._x11.XOpenDisplay(display.encode())
        if pointer is None:
            raise RuntimeError(f"the display {display} cannot be opened")
        self._display = ctypes.c_void_p(pointer)
        self._root = ctypes.c_ulong(self._x11.XDefaultRootWindow(self._display))

    def close(self) -> None:
        self._x11.XCloseDisplay(self._display)

    def move(self, x: int, y: int) -> None:
        """Send the pointer to a point of the screen."""
        self._test.XTestFakeMotionEvent(self._display, -1, x, y, ctypes.c_ulong(0))
        self._x11.XFlush(self._display)

    def hold(self, is_down: bool) -> None:
        """Press or release the left button."""
        self._test.XTestFakeButtonEvent(self._display, _LEFT, is_down, ctypes.c_ulong(0))
        self._x11.XFlush(self._display)

    def pixel(self, x: int, y: int) -> int:
        """What the screen shows at a point: one question to the server and its answer."""
        image = self._x11.XGetImage(self._display, self._root, x, y, 1, 1, _ALL_PLANES, _Z_PIXMAP)
        value = int(image.contents.data[0])
        # XDestroyImage is a macro that frees these two.
        self._x11.XFree(image.contents.data)
        self._x11.XFree(image)
        return value

    def until_other(self, x: int, y: int, than: int) -> float:
        """Ask until the pixel is another one; returns when, on `time.perf_counter`.

        Raises TimeoutError where it stays.
        """
        limit = time.perf_counter() + _LIMIT
        while self.pixel(x, y) == than:
            if time.perf_counter() > limit:
                raise TimeoutError(f"the pixel at {x}, {y} did not change in {_LIMIT} s")
        return time.perf_counter()

    def until_quiet(self, x: int, y: int, period: float) -> int:
        """Ask until the pixel has stayed the same for `period` seconds; returns it."""
        value, since = self.pixel(x, y), time.perf_counter()
        while time.perf_counter() - since < period:
            latest = self.pixel(x, y)
            if latest != value:
                value, since = latest, time.perf_counter()
        return value
