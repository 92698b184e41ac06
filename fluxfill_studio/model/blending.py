"""Blending: the result that is looked at, put together otherwise, without a new run."""

from __future__ import annotations

import asyncio
import math
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field, fields
from typing import Final

from PySide6.QtCore import QObject, QTimer, Signal

from fluxfill_studio.core.blending.blend_preview import BlendPreview, Seen
from fluxfill_studio.core.blending.compose import Blend
from fluxfill_studio.core.blending.composite import Composite, thumbnail_of
from fluxfill_studio.core.errors import LedgerError
from fluxfill_studio.core.planning.sent import GROWTH
from fluxfill_studio.core.types import Pixels
from fluxfill_studio.core.view.pyramid import Pyramid
from fluxfill_studio.core.view.viewport import Viewport
from fluxfill_studio.model.gallery import Blended, Gallery
from fluxfill_studio.model.steps import Steps
from fluxfill_studio.model.tasks import TaskOwner

# Milliseconds in which nothing has changed before the whole picture is made.
_REST: Final = 250


@dataclass(eq=False)
class _Work:
    """A result that is being blended. `composite` has the blend that is shown."""

    entry_id: str
    composite: Composite
    steps: Steps[Blend]
    preview: BlendPreview
    is_made: bool = True
    """Whether the whole picture is that of the blend."""
    prepared: set[int] = field(default_factory=set)
    """The levels of which a preview is had at once."""


class Blending(QObject):
    """Sets the blend of the result that is looked at, and undoes it.

    The part in view is blended at once, in a worker: one at a time, always with the newest blend.
    When the hand rests the blend is recorded with the job, and the whole picture is made, counted
    and handed to the gallery. Whoever asks the gallery meanwhile gets the blend that is shown.
    """

    changed = Signal()
    """The blend, what can be undone, or whether the whole picture is made."""
    previewed = Signal(object)
    """The Rect of the shown result's picture that looks otherwise now."""
    failed = Signal(object)
    """The LedgerError for which a blend could not be recorded; it is shown all the same."""

    def __init__(
        self,
        gallery: Gallery,
        note: Callable[[str, Blend, Pixels], Awaitable[None]],
        tasks: TaskOwner,
        parent: QObject | None = None,
    ) -> None:
        """`note` records a result's blend and thumbnail with its job; it raises LedgerError."""
        super().__init__(parent)
        self._gallery = gallery
        self._note = note
        self._tasks = tasks
        self._work: _Work | None = None
        self._unrecorded: set[_Work] = set()
        self._steps: dict[str, Steps[Blend]] = {}
        self._viewport: Viewport | None = None
        self._previewing: asyncio.Task[None] | None = None
        self._is_preview_due = False
        self._is_held = False
        self._recording, self._making = asyncio.Lock(), asyncio.Lock()
        self._rest = QTimer(self, singleShot=True, interval=_REST)
        self._rest.timeout.connect(self._settle)
        gallery.shown_changed.connect(self._show)
        gallery.removed.connect(self._forget)

    @property
    def blend(self) -> Blend | None:
        """How the result that is looked at is blended; None where it is not."""
        return None if self._work is None else self._work.composite.blend

    @property
    def is_made(self) -> bool:
        """Whether the picture that is looked at is the whole one, and counted."""
        return self._work is None or self._work.is_made

    @property
    def chosen_feather(self) -> int:
        """The feather, in px, of the blend that leaves the choice; 0 where nothing is blended."""
        return round(max((Blend().ramp(scale).length for scale in self._scales), default=0))

    @property
    def most_growth(self) -> int:
        """As far, in px, as more than was painted was sent to be filled."""
        return max((math.ceil(GROWTH / scale) for scale in self._scales), default=0)

    @property
    def can_undo(self) -> bool:
        work = self._work
        return work is not None and (bool(work.steps.past) or work.steps.now != self.blend)

    @property
    def can_redo(self) -> bool:
        work = self._work
        return work is not None and bool(work.steps.future) and work.steps.now == self.blend

    def set(self, blend: Blend) -> None:
        """Blend like this. Changes of one value until the hand rests are one step of undo.

        Where nothing can be blended nothing happens.
        """
        work = self._work
        if work is None or blend == work.composite.blend:
            return
        if len(_differing(blend, work.steps.now)) > 1:
            work.steps.add(work.composite.blend)
        self._apply(work, blend)

    def hold(self) -> None:
        """A slider is held: all until `release` is one step, however long the hand rests."""
        self._is_held = True
        self._rest.stop()

    def release(self) -> None:
        self._is_held = False
        self._settle()

    def undo(self) -> None:
        """Take back the latest step, one that is under way too; without one nothing happens."""
        if self._work is not None and self.can_undo:
            self._work.steps.add(self._work.composite.blend)
            self._apply(self._work, self._work.steps.back())

    def redo(self) -> None:
        """Do the latest step that was taken back again; without one nothing happens."""
        if self._work is not None and self.can_redo:
            self._apply(self._work, self._work.steps.forth())

    def look_through(self, viewport: Viewport | None) -> None:
        """What of the result is in view now."""
        self._viewport = viewport
        self._ask()

    async def close(self) -> None:
        """Record what is not recorded yet; before the jobs are closed."""
        self._rest.stop()
        for work in list(self._unrecorded):
            await self._record(work)

    @property
    def _scales(self) -> list[float]:
        parts = () if self._work is None else self._work.composite.inputs.parts
        return [part.plan.scale for part in parts]

    @property
    def _is_at_rest(self) -> bool:
        return not self._is_held and not self._rest.isActive()

    def _show(self) -> None:
        shown = self._gallery.shown
        if shown is not None and self._work is not None and shown.entry.id == self._work.entry_id:
            return
        self._is_held = False
        self._settle()
        self._work = None
        if shown is not None and shown.composite.can_blend:
            composite, entry_id = shown.composite, shown.entry.id
            steps = self._steps.setdefault(entry_id, Steps(composite.blend))
            preview = BlendPreview(composite, shown.source_pyramid)
            self._work = _Work(entry_id, composite, steps, preview)
            self._ask()
        self.changed.emit()

    def _forget(self, entry_id: str) -> None:
        self._steps.pop(entry_id, None)

    def _apply(self, work: _Work, blend: Blend) -> None:
        work.composite = work.composite.blended(blend)
        work.is_made = False
        self._unrecorded.add(work)
        self._gallery.reblend(work.composite)
        self._ask()
        if not self._is_held:
            self._rest.start()
        self.changed.emit()

    def _ask(self) -> None:
        """Have the part in view blended, after the one that is under way."""
        self._is_preview_due = True
        if self._previewing is None or self._previewing.done():
            self._previewing = self._tasks.start(self._preview(), "preview a blend")

    async def _preview(self) -> None:
        while self._is_preview_due:
            self._is_preview_due = False
            work, viewport, shown = self._work, self._viewport, self._gallery.shown
            if work is None or viewport is None or shown is None:
                return
            seen = Seen.through(viewport, shown.pyramid)
            if seen.rect.is_empty or (work.is_made and seen.index in work.prepared):
                continue
            # What takes long the first time is done once.
            bands = seen.bands if seen.index in work.prepared else [seen]
            blend = work.composite.blend
            parts = await asyncio.gather(
                *(asyncio.to_thread(work.preview.part, band, blend) for band in bands)
            )
            shown = self._gallery.shown
            if work is self._work and not work.is_made and shown is not None:
                for band, pixels in zip(bands, parts, strict=True):
                    shown.pyramid.level(band.index)[band.rect.slices] = pixels
                self.previewed.emit(seen.area)
            if seen.index not in work.prepared and not self._is_preview_due:
                await asyncio.to_thread(work.preview.prepare, seen.index)
                work.prepared.add(seen.index)

    def _settle(self) -> None:
        """The hand rests: what was done is a step, and the whole picture follows."""
        self._rest.stop()
        work = self._work
        if work is not None and not work.is_made:
            work.steps.add(work.composite.blend)
            self._tasks.start(self._make(work), "blend a result")
            self.changed.emit()

    async def _make(self, work: _Work) -> None:
        await self._record(work)
        async with self._making:
            if work.is_made or work.entry_id not in self._gallery:
                return
            if work is self._work and not self._is_at_rest:
                return  # what is made now would be out of date when it is done
            composite = work.composite
            blended = await asyncio.to_thread(_whole, composite)
            if composite is work.composite:
                work.is_made = True
                if work.entry_id in self._gallery:
                    self._gallery.take_over(work.entry_id, blended)
                self.changed.emit()

    async def _record(self, work: _Work) -> None:
        """Keep the blend in mind for the next start, which need not wait for the whole picture."""
        async with self._recording:
            if work not in self._unrecorded:
                return
            blend = work.composite.blend
            if work.entry_id in self._gallery:
                thumbnail = await asyncio.to_thread(work.preview.thumbnail, blend)
                try:
                    await self._note(work.entry_id, blend, thumbnail)
                except LedgerError as error:
                    self.failed.emit(error)
            if blend is work.composite.blend:
                self._unrecorded.discard(work)


def _differing(one: Blend, other: Blend) -> list[str]:
    """The names of the values in which two blends differ."""
    names = [value.name for value in fields(Blend)]
    return [name for name in names if getattr(one, name) != getattr(other, name)]


def _whole(composite: Composite) -> Blended:
    picture, changed = composite.checked_picture()
    return Blended(composite, Pyramid(picture.pixels), thumbnail_of(picture.pixels), changed)
