"""What the command line says while it works: notes, faults and a progress bar."""

from __future__ import annotations

import shutil
from typing import Final, TextIO

_BAR: Final = 30


class Terminal:
    """Writes to `stream` (standard error). A progress bar is drawn on a real terminal only."""

    def __init__(self, stream: TextIO, *, quiet: bool = False) -> None:
        self._stream = stream
        self._quiet = quiet
        self._has_bar = not quiet and stream.isatty()
        self._drawn = ""

    def note(self, text: str) -> None:
        """A line for a person who watches; not when quiet."""
        if not self._quiet:
            self._line(text)

    def fault(self, text: str) -> None:
        """A line that is always written."""
        self._line(text)

    def progress(self, share: float, text: str) -> None:
        """Show that `share` (0 to 1) is done and what goes on; replaces what was shown before."""
        if not self._has_bar:
            return
        filled = round(share * _BAR)
        bar = f"[{'#' * filled}{'.' * (_BAR - filled)}] {share:4.0%} {text}"
        columns = shutil.get_terminal_size().columns - 1
        self._draw(bar[:columns])

    def end_progress(self) -> None:
        """Take the bar away."""
        if self._drawn:
            self._draw("")
            print("\r", end="", file=self._stream, flush=True)

    def _line(self, text: str) -> None:
        self.end_progress()
        print(text, file=self._stream, flush=True)

    def _draw(self, bar: str) -> None:
        if bar != self._drawn:
            print("\r" + bar.ljust(len(self._drawn)), end="", file=self._stream, flush=True)
            self._drawn = bar
