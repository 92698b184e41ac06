"""The open picture: its source, its mask, the gestures that change it, and undo."""

from __future__ import annotations

import asyncio
from collections import deque
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from functools import partial
from typing import Final, TypeVar

import cv2
from PySide6.QtCore import QObject, Signal

from fluxfill_studio.core.errors import FluxfillError, NoSource
from fluxfill_studio.core.geometry import EMPTY, Rect
from fluxfill_studio.core.painting.brush import Brush, Tips
from fluxfill_studio.core.painting.history import History, UndoRecord
from fluxfill_studio.core.painting.mask import Mask, MaskEdit
from fluxfill_studio.core.painting.region import Combine, Region, combine
from fluxfill_studio.core.painting.stroke import Sample, Stroke
from fluxfill_studio.core.picture.source import Source
from fluxfill_studio.core.types import Plane
from fluxfill_studio.core.view.pyramid import Pyramid
from fluxfill_studio.model.tasks import TaskOwner

T = TypeVar("T")

# What changes more pixels than this would hold the window up for longer than a frame, and is done
# in a worker thread.
_AT_ONCE: Final = 4 * 2**20


@dataclass(frozen=True, eq=False)
class Picture:
    """A source with what is needed to show it and to paint on it."""

    source: Source
    pyramid: Pyramid
    mask: Mask
    mask_pyramid: Pyramid
    history: History

    @classmethod
    def of(cls, source: Source) -> Picture:
        """Prepared for display; takes long for a large source, so call it in a worker thread."""
        mask = Mask(source.size)
        return cls(source, Pyramid(source.pixels), mask, Pyramid(mask.pixels), History())


@dataclass(frozen=True, slots=True)
class MaskSummary:
    """`coverage` is the share of painted pixels, 0 to 1; `bounds` encloses them."""

    coverage: float
    bounds: Rect


NOTHING_PAINTED = MaskSummary(0.0, EMPTY)


class Document(QObject):
    """What is open, or nothing. All painting goes through here and announces what changed.

    A change of a large mask is made in a worker. What is painted, undone or changed until it is
    done waits for it and follows in its order, so no gesture is lost or lands on half a change.
    """

    replaced = Signal()
    """Another picture, or none, is open now."""
    mask_changed = Signal(object)
    """The Rect of the picture in which the mask changed."""
    history_changed = Signal()
    summary_changed = Signal()

    def __init__(self, tasks: TaskOwner, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._tasks = tasks
        self._tips = Tips()
        self._stroke: Stroke | None = None
        self._stroke_over = asyncio.Event()
        self._changing: asyncio.Task[None] | None = None
        self._waiting: deque[Callable[[], None]] = deque()
        self._summary_task: asyncio.Task[None] | None = None
        self._summary_is_stale = False
        self.picture: Picture | None = None
        self.summary = NOTHING_PAINTED

    def show(self, picture: Picture) -> None:
        """Replace what is open; an unfinished stroke ends with the picture it was on."""
        self._stroke = None
        self._stroke_over.set()
        self._changing = None
        self._waiting.clear()
        self.picture = picture
        self.summary = NOTHING_PAINTED
        self.replaced.emit()
        self.history_changed.emit()
        self.summary_changed.emit()

    def when_settled(self, action: Callable[[], None]) -> None:
        """Do `action` now, or when the changes before it are made; not if the picture goes."""
        if self._changing is None:
            action()
        else:
            self._waiting.append(action)

    @property
    def is_painting(self) -> bool:
        return self._stroke is not None

    async def stroke_over(self) -> None:
        """Wait until no stroke is being painted."""
        while self._stroke is not None:
            await self._stroke_over.wait()

    def begin_stroke(
        self,
        brush: Brush,
        start: Sample,
        how: Combine = Combine.ADD,
        axis: float | None = None,
    ) -> None:
        """Begin a gesture; with an `axis`, an x in image pixels, mirrored too.

        A stroke that has not ended is ended first. Raises NoSource.
        """
        self._open_picture()
        self.end_stroke()
        self.when_settled(partial(self._begin, brush, start, how, axis))

    def continue_stroke(self, sample: Sample) -> None:
        """Go on to `sample`; without a stroke nothing happens."""
        self.when_settled(partial(self._continue, sample))

    def end_stroke(self) -> None:
        """Commit the stroke as one undo step; without one nothing happens."""
        self.when_settled(self._end)

    def abort_stroke(self) -> None:
        """Take the stroke back as if it had not been begun; without one nothing happens."""
        self.when_settled(self._abort)

    def change(self, operation: Callable[[MaskEdit], Rect]) -> None:
        """Change the mask in one undo step; a stroke is ended first. Raises NoSource.

        `operation` returns what it changed. It may be called in a worker thread; what it raises
        leaves the mask as it was, and a FluxfillError goes to the task owner.
        """
        self._open_picture()
        self.end_stroke()
        self.when_settled(partial(self._change, operation))

    def select(self, region: Callable[[], Region], how: Combine) -> None:
        """Bring a region, made where `change` happens, into the mask. Raises NoSource."""
        self.change(lambda edit: combine(edit, region(), how))

    def copy_mask(self, action: Callable[[Plane], None]) -> None:
        """Do `action` with a copy of the mask as it is now; a stroke is ended first.

        What is painted next waits until the copy is made. Raises NoSource.
        """
        self._open_picture()
        self.end_stroke()
        self.when_settled(partial(self._copy, action))

    @property
    def can_undo(self) -> bool:
        return self.picture is not None and self.picture.history.can_undo

    @property
    def can_redo(self) -> bool:
        return self.picture is not None and self.picture.history.can_redo

    def undo(self) -> None:
        """Take back the latest step; during a stroke, the stroke."""
        self.when_settled(self._undo)

    def redo(self) -> None:
        """Do the latest step that was taken back again; not during a stroke."""
        self.when_settled(self._redo)

    def _begin(self, brush: Brush, start: Sample, how: Combine, axis: float | None) -> None:
        mask = self._open_picture().mask
        self._stroke_over.clear()
        stroke = self._stroke = Stroke(mask.edit(), brush, self._tips, how, axis)
        area = mask.bounds.area if how is Combine.INTERSECT else 0
        self._aside(area, lambda: stroke.begin(start), _as_it_is, "begin a stroke")

    def _continue(self, sample: Sample) -> None:
        if self._stroke is not None:
            self._announce(self._stroke.add(sample))

    def _end(self) -> None:
        if self._stroke is None:
            return
        stroke, self._stroke = self._stroke, None
        self._stroke_over.set()
        self._announce(stroke.finish())
        self._aside(stroke.edit.area, stroke.edit.commit, self._committed, "end a stroke")

    def _abort(self) -> None:
        if self._stroke is not None:
            stroke, self._stroke = self._stroke, None
            self._stroke_over.set()
            edit = stroke.edit
            self._aside(edit.area, edit.abort, _as_it_is, "take a stroke back")

    def _change(self, operation: Callable[[MaskEdit], Rect]) -> None:
        mask = self._open_picture().mask

        def work() -> tuple[Rect, UndoRecord | None]:
            with mask.edit() as edit:
                return operation(edit), edit.commit()

        def done(outcome: tuple[Rect, UndoRecord | None]) -> list[Rect]:
            dirty, record = outcome
            return [dirty, *self._committed(record)]

        self._aside(mask.size.area, work, done, "change the mask")

    def _copy(self, action: Callable[[Plane], None]) -> None:
        mask = self._open_picture().mask

        def done(pixels: Plane) -> list[Rect]:
            action(pixels)
            return []

        self._aside(mask.size.area, mask.pixels.copy, done, "copy the mask")

    def _undo(self) -> None:
        if self._stroke is not None:
            self._abort()
        elif self.picture is not None and self.can_undo:
            self._step(self.picture, self.picture.history.undo())

    def _redo(self) -> None:
        if self._stroke is None and self.picture is not None and self.can_redo:
            self._step(self.picture, self.picture.history.redo())

    def _step(self, picture: Picture, record: UndoRecord) -> None:
        def done(dirty: list[Rect]) -> list[Rect]:
            self._summarise()
            return dirty

        self._aside(record.area, lambda: record.apply(picture.mask.pixels), done, "undo or redo")
        self.history_changed.emit()

    def _committed(self, record: UndoRecord | None) -> list[Rect]:
        """Keep the step of an edit, all of which has been shown."""
        if record is not None:
            history = self._open_picture().history
            history.push(record)
            self._tasks.start(_compress(history, record), "compress an undo step")
            self.history_changed.emit()
            self._summarise()
        return []

    def _aside(
        self, area: int, work: Callable[[], T], done: Callable[[T], list[Rect]], name: str
    ) -> None:
        """Do `work`, which changes or reads `area` pixels, now or in a worker.

        `done` gets its result, and returns what is to be shown.
        """
        if area > _AT_ONCE:
            self._changing = self._tasks.start(self._work(work, done), name)
            return
        try:
            result = work()
        except FluxfillError as error:
            self._tasks.failed.emit(error)
        else:
            self._announce(done(result))

    async def _work(self, work: Callable[[], T], done: Callable[[T], list[Rect]]) -> None:
        # By now the picture may be another one, and what it is waiting for another task.
        task = asyncio.current_task()
        try:
            result = await asyncio.to_thread(work)
            if task is self._changing:
                for part in _parts(done(result)):
                    self._announce([part])
                    await asyncio.sleep(0)
                    if task is not self._changing:
                        break
        except FluxfillError:
            if task is self._changing:
                # What was shown meanwhile may be half of the change that was taken back.
                self._announce([Rect.of(self._open_picture().mask.size)])
            raise
        except asyncio.CancelledError:
            self._waiting.clear()
            raise
        finally:
            if task is self._changing:
                self._changing = None
                while self._waiting and self._changing is None:
                    self._waiting.popleft()()

    def _announce(self, dirty: Iterable[Rect]) -> None:
        pyramid = self._open_picture().mask_pyramid
        for rect in dirty:
            if not rect.is_empty:
                pyramid.update(rect)
                self.mask_changed.emit(rect)

    def _open_picture(self) -> Picture:
        if self.picture is None:
            raise NoSource
        return self.picture

    def _summarise(self) -> None:
        """Count again in a worker; once more when the mask changed meanwhile."""
        self._summary_is_stale = True
        if self._summary_task is None or self._summary_task.done():
            self._summary_task = self._tasks.start(self._count(), "mask summary")

    async def _count(self) -> None:
        while self._summary_is_stale:
            self._summary_is_stale = False
            picture = self._open_picture()
            summary = await asyncio.to_thread(_summary_of, picture.mask)
            if picture is self.picture:
                self.summary = summary
                self.summary_changed.emit()


def _as_it_is(dirty: list[Rect]) -> list[Rect]:
    return dirty


def _parts(rects: Iterable[Rect]) -> Iterator[Rect]:
    """`rects` in bands that are brought up to date within a frame each."""
    for rect in rects:
        height = max(1, _AT_ONCE // max(rect.width, 1))
        for top in range(rect.y, rect.bottom, height):
            yield Rect.from_bounds(rect.x, top, rect.right, min(top + height, rect.bottom))


def _summary_of(mask: Mask) -> MaskSummary:
    """Read while painting may go on: what is torn by that is counted again after the stroke."""
    return MaskSummary(cv2.countNonZero(mask.pixels) / mask.size.area, mask.bounds)


async def _compress(history: History, record: UndoRecord) -> None:
    history.replace(record, await asyncio.to_thread(record.compressed))
