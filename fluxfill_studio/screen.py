"""Whether a window can be shown here. Asked before Qt is, which aborts the process when not."""

from __future__ import annotations

import ctypes
import os
import sys
from pathlib import Path

import PySide6


def obstacle() -> str | None:
    """Why no window can be shown, in a sentence for the terminal; None when nothing speaks against.

    Only Linux can lack a display or the libraries of Qt's X11 plugin. Off-screen platforms and
    Wayland need neither.
    """
    if not sys.platform.startswith("linux"):
        return None
    platform = os.environ.get("QT_QPA_PLATFORM", "")
    if os.environ.get("WAYLAND_DISPLAY") and platform in ("", "wayland"):
        return None
    if platform not in ("", "xcb"):
        return None
    if not os.environ.get("DISPLAY"):
        return "There is no display: neither DISPLAY nor WAYLAND_DISPLAY is set."
    return _missing_library() or _unreachable_display()


def _missing_library() -> str | None:
    plugin = Path(PySide6.__file__).parent / "Qt" / "plugins" / "platforms" / "libqxcb.so"
    if not plugin.is_file():
        return None
    try:
        ctypes.CDLL(str(plugin))
    except OSError as error:
        return f"A library that Qt needs for a window is missing: {error}."
    return None


def _unreachable_display() -> str | None:
    """Connect as the plugin will; `xcb_connect` always gives a connection, with an error or not."""
    xcb = ctypes.CDLL("libxcb.so.1")
    xcb.xcb_connect.restype = ctypes.c_void_p
    connection = ctypes.c_void_p(xcb.xcb_connect(None, None))
    failed = xcb.xcb_connection_has_error(connection)
    xcb.xcb_disconnect(connection)
    if failed:
        return f"The display {os.environ['DISPLAY']} cannot be reached."
    return None
