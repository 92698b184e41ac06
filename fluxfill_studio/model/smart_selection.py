"""Smart select in hand: what the user has pointed at, and the object that is found for it.

What is found waits beside the mask until it is brought in. Were every answer put into the mask at
once, each further scribble would take an undo step back and make another, and what was painted
in between would stand in its way. Waiting, it may be refined as long as one likes; and so that it
is never lost unnoticed, taking a tool that changes the mask brings it in, as Enter does.
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from dataclasses import replace
from threading import Event
from typing import Final

from PySide6.QtCore import QObject, Signal

from fluxfill_studio.core.painting.region import Combine, Region
from fluxfill_studio.core.painting.smart_select import Hints, Scribble, Stopped, smart_select
from fluxfill_studio.core.types import Pixels
from fluxfill_studio.model.canvas import CanvasModel, Tool
from fluxfill_studio.model.document import Document
from fluxfill_studio.model.tasks import TaskOwner

_NO_HINTS: Final = Hints()


class SmartSelection(QObject):
    """Every hint asks a worker anew: the latest wins, and until then what was found stays shown."""

    changed = Signal()
    """The hints, what is found for them, or whether it is being sought."""

    def __init__(
        self,
        document: Document,
        canvas: CanvasModel,
        tasks: TaskOwner,
        parent: QObject | None = None,
    ) -> None:
        super().__init__(parent)
        self._document = document
        self._canvas = canvas
        self._tasks = tasks
        self._task: asyncio.Task[None] | None = None
        self._stop = Event()
        self._answered = _NO_HINTS
        self._brings_in = False
        self._afterwards: list[Callable[[], None]] = []
        self.hints = _NO_HINTS
        self.how = Combine.ADD
        """What is to be done with the mask."""
        self.found: Region | None = None
        """The object; while it is sought, the one before. Empty where there is none."""
        document.replaced.connect(self.drop)
        canvas.tool_changed.connect(self._tool_changed)

    @property
    def is_pending(self) -> bool:
        """Whether anything has been pointed at that is not in the mask yet."""
        return self.hints != _NO_HINTS

    @property
    def is_busy(self) -> bool:
        """Whether the object is being sought."""
        return self._task is not None

    def begin(self, hints: Hints, how: Combine) -> None:
        """Seek anew; without a picture nothing happens."""
        self.how = how
        self._seek(hints)

    def scribble(self, scribble: Scribble) -> None:
        """Say more about what is sought."""
        self._seek(replace(self.hints, scribbles=(*self.hints.scribbles, scribble)))

    def take_back(self) -> None:
        """Forget the latest hint."""
        if self.hints.scribbles:
            self._seek(replace(self.hints, scribbles=self.hints.scribbles[:-1]))
        else:
            self.drop()

    def cancel(self) -> None:
        """Stop seeking and go back to what had been found; where nothing had, forget it all."""
        if self.is_busy:
            self._seek(self._answered)
        else:
            self.drop()

    def drop(self) -> None:
        """Forget it all; the mask stays as it is."""
        self._seek(_NO_HINTS)

    def apply(self, afterwards: Callable[[], None] | None = None) -> None:
        """Bring the object into the mask as one undo step, and then do `afterwards`.

        At once, or when it is found: unless it is dropped, or another hint is given, before that.
        Where nothing is pending, only `afterwards` is done.
        """
        if afterwards is not None:
            self._afterwards.append(afterwards)
        if self.is_busy:
            self._brings_in = True
        else:
            self._bring_in()

    def _bring_in(self) -> None:
        found, afterwards = self.found, self._afterwards
        self.drop()
        if found is not None and not found.rect.is_empty:
            self._document.select(lambda: found, self.how)
        for action in afterwards:
            action()

    def _seek(self, hints: Hints) -> None:
        picture = self._document.picture
        if picture is None:
            hints = _NO_HINTS
        self._stop.set()
        self._stop, self._task = Event(), None
        self._brings_in, self._afterwards = False, []
        self.hints = hints
        if picture is None or hints == _NO_HINTS:
            self._answered, self.found = _NO_HINTS, None
        elif hints != self._answered:
            work = self._work(picture.source.pixels, hints, self._stop)
            self._task = self._tasks.start(work, "smart select")
        self.changed.emit()

    async def _work(self, pixels: Pixels, hints: Hints, stop: Event) -> None:
        """Find the object for `hints`, unless `stop` is set because others came after them."""
        is_answered = False
        try:
            found = await asyncio.to_thread(smart_select, pixels, hints, stop.is_set)
            if not stop.is_set():
                self._answered, self.found, is_answered = hints, found, True
                self.changed.emit()
            if self._brings_in:
                # A change of the mask would end a stroke that is being painted.
                await self._document.stroke_over()
        except Stopped:
            return
        finally:
            is_latest = stop is self._stop
            # When this task is cancelled, the thread must not go on either.
            stop.set()
            if is_latest:
                self._task = None
                if not is_answered:
                    self._brings_in, self._afterwards = False, []
                self.changed.emit()
        if is_latest and self._brings_in:
            self._bring_in()

    def _tool_changed(self) -> None:
        tool = self._canvas.tool
        if tool.changes_mask and tool is not Tool.SMART_SELECT:
            self.apply()
