"""What a run would send now: how much of the picture, in how many runs, and what speaks against."""

from __future__ import annotations

import asyncio
from dataclasses import dataclass
from enum import Enum
from typing import TYPE_CHECKING, Final

from PySide6.QtCore import QObject, Signal

from fluxfill_studio.core.errors import EmptyMask
from fluxfill_studio.core.geometry import Rect
from fluxfill_studio.core.picture.source import Source
from fluxfill_studio.core.planning.extension import Extension
from fluxfill_studio.core.planning.plan import AUTOMATIC, Context, Inputs, Plan, inpaint_plan
from fluxfill_studio.core.planning.plan_warnings import PlanWarning
from fluxfill_studio.core.request import Mode
from fluxfill_studio.core.schema import Control
from fluxfill_studio.core.texts import QT_TRANSLATE_NOOP
from fluxfill_studio.core.types import Plane
from fluxfill_studio.model.document import Document, Picture
from fluxfill_studio.model.framing import Framing
from fluxfill_studio.model.parameters import Parameters
from fluxfill_studio.model.tasks import TaskOwner

if TYPE_CHECKING:
    from fluxfill_studio.jobs.sent_preview import SentImage, SentPreview

# Seconds in which nothing has changed before a preview is made: strokes that follow each other
# closely, or a frame that is being dragged, do not have to share the machine with it.
_REST: Final = 0.1


class RunWarning(Enum):
    """A reason for doubt that does not follow from the picture and the mask, by its text."""

    PROMPT_MISSING = QT_TRANSLATE_NOOP("warnings", "The prompt is missing.")
    MASK_UNUSED = QT_TRANSLATE_NOOP("warnings", "The painted mask is not used by Outpaint.")


@dataclass(frozen=True)
class Choice:
    """What of a picture is to be sent, as it is set at a moment.

    `extension` is None for an outpaint preset.
    """

    mode: Mode
    context: Context
    apart: bool
    extension: Extension | None

    @property
    def service_mode(self) -> Mode:
        """What the service is asked for: an exact frame is a larger picture with a mask."""
        return Mode.INPAINT if self.extension is not None else self.mode

    def inputs(self, source: Source, mask: Plane) -> Inputs:
        """What a job with it works on. In a worker thread.

        Raises EmptyMask, NothingToExtend and FrameTooLarge.
        """
        # What it brings along is not needed before the window is painted.
        from fluxfill_studio.jobs.preparing import plan_extension, plan_run

        if self.extension is not None:
            return plan_extension(source, self.extension)
        if self.mode is Mode.OUTPAINT:
            return plan_run(source, None)
        return plan_run(source, mask, context=self.context, apart=self.apart)


class Sending(QObject):
    """How the next run is sent, and a preview of that.

    The preview is made in a worker when the hand rests after a change; one that another change
    has overtaken is dropped. What is set by hand ends with the picture that it was set for.
    """

    changed = Signal()
    """The settings, the preview, or a warning."""

    def __init__(
        self,
        document: Document,
        parameters: Parameters,
        framing: Framing,
        tasks: TaskOwner,
        parent: QObject | None = None,
    ) -> None:
        super().__init__(parent)
        self._document = document
        self._parameters = parameters
        self._framing = framing
        self._tasks = tasks
        self._context: Context = AUTOMATIC
        self._apart = False
        self._preview: SentPreview | None = None
        self._is_stale = False
        self._task: asyncio.Task[None] | None = None
        document.replaced.connect(self._reset)
        document.summary_changed.connect(self._mask_counted)
        parameters.changed.connect(self._parameter_changed)
        framing.changed.connect(self._frame_changed)

    @property
    def context(self) -> Context:
        """How much around the mask is sent: as computed, the whole picture, or a Rect by hand."""
        return self._context

    def set_context(self, context: Context) -> None:
        if context != self._context:
            self._context = context
            self._ask()

    @property
    def apart(self) -> bool:
        """Whether painted areas that lie far apart are sent each in a run of its own."""
        return self._apart

    def set_apart(self, apart: bool) -> None:
        if apart != self._apart:
            self._apart = apart
            self._ask()

    @property
    def choice(self) -> Choice:
        """All that is set at present."""
        mode = self._parameters.mode
        extension = self._framing.extension if mode is Mode.OUTPAINT else None
        return Choice(mode, self._context, self._apart, extension)

    @property
    def preview(self) -> SentPreview | None:
        """What would be sent, as it was last computed; None where that is nothing."""
        return self._preview

    @property
    def plans(self) -> tuple[Plan, ...]:
        """What is sent of the picture for the mask as it was last counted; none in Outpaint.

        Known at once, but for areas in runs of their own, which are as they were last computed.
        """
        picture, bounds = self._document.picture, self._document.summary.bounds
        if picture is None or bounds.is_empty or self._is_outpainting:
            return ()
        if self._apart and self._preview is not None and self._preview.areas > 1:
            return self._preview.plans
        return (inpaint_plan(picture.source.size, bounds, context=self._context),)

    @property
    def runs(self) -> int:
        """How many runs one press of the button makes of a variant, 1 at least."""
        return max(1, self._framing.steps if self._is_outpainting else len(self.plans))

    @property
    def warnings(self) -> list[PlanWarning | RunWarning]:
        """What may keep a run from coming out well, or from being made; none without a picture."""
        if self._document.picture is None:
            return []
        found: list[PlanWarning | RunWarning] = []
        if self._preview is not None:
            found += self._preview.warnings
        elif not self._is_outpainting:
            found.append(PlanWarning.EMPTY)
        if self._is_outpainting and self._document.summary.coverage > 0:
            found.append(RunWarning.MASK_UNUSED)
        prompt = self._parameters.schema.with_control(Control.PROMPT)
        if not str(self._parameters[prompt.name] or "").strip():
            found.append(RunWarning.PROMPT_MISSING)
        return found

    @property
    def _is_outpainting(self) -> bool:
        return self._parameters.mode is Mode.OUTPAINT

    def _reset(self) -> None:
        self._context, self._apart, self._preview = AUTOMATIC, False, None
        self._ask()

    def _mask_counted(self) -> None:
        # A frame by hand was drawn around what is gone; around what comes it would be too large.
        if self._document.summary.bounds.is_empty and isinstance(self._context, Rect):
            self._context = AUTOMATIC
        self._ask()

    def _parameter_changed(self, name: str) -> None:
        control = self._parameters.schema[name].control
        if control is Control.MODE:
            self._ask()
        elif control is Control.PROMPT:
            self.changed.emit()

    def _frame_changed(self) -> None:
        if self._is_outpainting:
            self._ask()

    def _ask(self) -> None:
        """Make another preview; until then the one before stays, unless there will be none."""
        self._is_stale = True
        if not self._has_something_to_send:
            self._preview = None
        elif self._task is None or self._task.done():
            self._task = self._tasks.start(self._work(), "preview what is sent")
        self.changed.emit()

    @property
    def _has_something_to_send(self) -> bool:
        if self._document.picture is None:
            return False
        if self._is_outpainting:
            return self._framing.trouble is None
        return not self._document.summary.bounds.is_empty

    async def _work(self) -> None:
        while self._is_stale:
            self._is_stale = False
            await asyncio.sleep(_REST)
            await self._document.stroke_over()
            picture = self._document.picture
            if self._is_stale or picture is None or not self._has_something_to_send:
                continue
            known = None if self._preview is None else self._preview.image
            preview = await asyncio.to_thread(_preview, self.choice, picture, known)
            if not self._is_stale:
                self._preview = preview
                self.changed.emit()


def _preview(choice: Choice, picture: Picture, known: SentImage | None) -> SentPreview | None:
    """Read while painting may go on: what is torn by that is asked for again after the stroke."""
    from fluxfill_studio.jobs.sent_preview import preview_of

    mask = picture.mask.pixels
    try:
        inputs = choice.inputs(picture.source, mask)
    except EmptyMask:
        return None
    return preview_of(inputs, mask if choice.mode is Mode.INPAINT else None, known)
