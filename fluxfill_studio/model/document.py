"""The open picture: its source, its mask, the gestures that change it, and undo."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from dataclasses import dataclass

import cv2
from PySide6.QtCore import QObject, Signal

from fluxfill_studio.core.brush import Brush
from fluxfill_studio.core.errors import NoSource
from fluxfill_studio.core.geometry import EMPTY, Point, Rect
from fluxfill_studio.core.history import History
from fluxfill_studio.core.mask import Mask, MaskEdit, fill, invert
from fluxfill_studio.core.pyramid import Pyramid
from fluxfill_studio.core.source import Source
from fluxfill_studio.core.stroke import Stroke
from fluxfill_studio.model.tasks import TaskOwner


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
    """What is open, or nothing. All painting goes through here and announces what changed."""

    replaced = Signal()
    """Another picture, or none, is open now."""
    mask_changed = Signal(object)
    """The Rect of the picture in which the mask changed."""
    history_changed = Signal()
    summary_changed = Signal()

    def __init__(self, tasks: TaskOwner, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._tasks = tasks
        self._stroke: Stroke | None = None
        self._summary_task: asyncio.Task[None] | None = None
        self._summary_is_stale = False
        self.picture: Picture | None = None
        self.summary = NOTHING_PAINTED

    def show(self, picture: Picture) -> None:
        """Replace what is open; an unfinished stroke ends with the picture it was on."""
        self._stroke = None
        self.picture = picture
        self.summary = NOTHING_PAINTED
        self.replaced.emit()
        self.history_changed.emit()
        self.summary_changed.emit()

    @property
    def is_painting(self) -> bool:
        return self._stroke is not None

    def begin_stroke(self, brush: Brush, start: Point, *, erase: bool) -> None:
        """Begin a gesture at `start` in image coordinates. Raises NoSource."""
        picture = self._open_picture()
        self._stroke = Stroke(picture.mask.edit(), brush, start, erase=erase)
        self._announce(self._stroke.begin())

    def continue_stroke(self, sample: Point) -> None:
        """Go on to `sample`; without a stroke nothing happens."""
        if self._stroke is not None:
            self._announce(self._stroke.add(sample))

    def end_stroke(self) -> None:
        """Commit the stroke as one undo step; without one nothing happens."""
        if self._stroke is None:
            return
        stroke, self._stroke = self._stroke, None
        self._announce(stroke.finish())
        self._commit(stroke.edit)

    def abort_stroke(self) -> None:
        """Take the stroke back as if it had not been begun; without one nothing happens."""
        if self._stroke is None:
            return
        stroke, self._stroke = self._stroke, None
        self._announce(stroke.edit.abort())

    def invert_mask(self) -> None:
        """Exchange painted and unpainted. Raises NoSource."""
        self._edit(invert)

    def clear_mask(self) -> None:
        """Unpaint everything. Raises NoSource."""
        self._edit(lambda edit: fill(edit, 0))

    @property
    def can_undo(self) -> bool:
        return self.picture is not None and self.picture.history.can_undo

    @property
    def can_redo(self) -> bool:
        return self.picture is not None and self.picture.history.can_redo

    def undo(self) -> None:
        """Take back the latest step; during a stroke, the stroke."""
        if self._stroke is not None:
            self.abort_stroke()
        elif self.picture is not None and self.can_undo:
            self._stepped(self.picture.history.undo(self.picture.mask.pixels))

    def redo(self) -> None:
        """Do the latest step that was taken back again; not during a stroke."""
        if self._stroke is None and self.picture is not None and self.can_redo:
            self._stepped(self.picture.history.redo(self.picture.mask.pixels))

    def _edit(self, change: Callable[[MaskEdit], Rect]) -> None:
        self.end_stroke()
        with self._open_picture().mask.edit() as edit:
            self._announce(change(edit))
            self._commit(edit)

    def _commit(self, edit: MaskEdit) -> None:
        record = edit.commit()
        if record is not None:
            self._open_picture().history.push(record)
            self.history_changed.emit()
            self._summarise()

    def _stepped(self, dirty: Rect) -> None:
        self._announce(dirty)
        self.history_changed.emit()
        self._summarise()

    def _announce(self, dirty: Rect) -> None:
        if not dirty.is_empty:
            self._open_picture().mask_pyramid.update(dirty)
            self.mask_changed.emit(dirty)

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


def _summary_of(mask: Mask) -> MaskSummary:
    """Read while painting may go on: what is torn by that is counted again after the stroke."""
    return MaskSummary(cv2.countNonZero(mask.pixels) / mask.size.area, mask.bounds)
