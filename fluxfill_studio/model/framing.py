"""The frame that an outpaint lets the picture grow into: a preset of the service, or exact."""

from __future__ import annotations

from dataclasses import replace
from enum import Enum
from fractions import Fraction
from typing import Final

from PySide6.QtCore import QObject, QTimer, Signal

from fluxfill_studio.core.errors import FluxfillError
from fluxfill_studio.core.geometry import Rect, Size
from fluxfill_studio.core.planning.extension import Anchor, Extension, extension_plan, steps
from fluxfill_studio.core.planning.outpaint import Preset, approximate_frame
from fluxfill_studio.core.schema import Control, Value
from fluxfill_studio.model.document import Document
from fluxfill_studio.model.parameters import Parameters
from fluxfill_studio.model.steps import Steps

MAX_GROWTH: Final = 99_999
"""The most that one side grows by, in pixels; how many the whole may have is another limit."""

# Milliseconds in which nothing has changed before the next change is another step of undo: digits
# that are typed, or presses of an arrow key, follow each other sooner.
_REST: Final = 500


class Side(Enum):
    """A side of the picture; the value is its name in an Extension."""

    LEFT = "left"
    TOP = "top"
    RIGHT = "right"
    BOTTOM = "bottom"

    def of(self, extension: Extension) -> int:
        """How far this side grows."""
        return int(getattr(extension, self.value))


# The first of these that holds is what a frame is said to be anchored by.
_ANCHORS: Final[tuple[Anchor, ...]] = (
    Anchor.CENTRE,
    Anchor.TOP,
    Anchor.LEFT,
    Anchor.RIGHT,
    Anchor.BOTTOM,
    *Anchor,
)


class Framing(QObject):
    """How the open picture grows when the mode is Outpaint. Another picture begins with a preset.

    While a preset is chosen, `extension` is None, and the service decides how far the picture
    grows. An exact frame begins as what the preset seems to give, so that nothing jumps.

    What is undone is how the picture grows; changes until the hand rests are one step.
    """

    changed = Signal()
    """Another frame, or another way to choose it."""

    def __init__(
        self, document: Document, parameters: Parameters, parent: QObject | None = None
    ) -> None:
        super().__init__(parent)
        self._document = document
        self._parameters = parameters
        self._extension: Extension | None = None
        self._history: Steps[Extension | None] = Steps(None)
        self._is_held = False
        self._rest = QTimer(self, singleShot=True, interval=_REST)
        self._rest.timeout.connect(self._settle)
        self._latest: Extension | None = None
        self._aspect: Fraction | None = None
        self._anchor = Anchor.CENTRE
        self._steps = 1
        self._trouble: FluxfillError | None = None
        document.replaced.connect(self._reset)
        parameters.changed.connect(self._parameter_changed)

    @property
    def size(self) -> Size | None:
        """The size of what is open."""
        picture = self._document.picture
        return None if picture is None else picture.source.size

    @property
    def extension(self) -> Extension | None:
        """How far each side grows, exactly; None while a preset is chosen."""
        return self._extension

    @property
    def shown(self) -> Extension | None:
        """How far each side grows, or about how far where a preset is chosen; None without size."""
        size = self.size
        if size is None or self._extension is not None:
            return self._extension
        frame = self._preset_frame(size)
        return Extension(-frame.x, -frame.y, frame.right - size.width, frame.bottom - size.height)

    @property
    def frame(self) -> Rect | None:
        """The grown picture in coordinates of the open one: about, where a preset is chosen."""
        size, shown = self.size, self.shown
        return None if size is None or shown is None else shown.frame(size)

    @property
    def is_exact(self) -> bool:
        return self._extension is not None

    @property
    def steps(self) -> int:
        """How many runs it takes: 1 for a preset, 0 for a frame that cannot be made."""
        return self._steps

    @property
    def trouble(self) -> FluxfillError | None:
        """Why an exact frame cannot be made: NothingToExtend, FrameTooLarge."""
        return self._trouble

    @property
    def aspect(self) -> Fraction | None:
        """The ratio of width to height that was chosen and holds, to the nearest pixel."""
        frame = self.frame
        if frame is None or self._aspect is None:
            return None
        width, height = frame.height * self._aspect, frame.width / self._aspect
        holds = frame.width == round(width) or frame.height == round(height)
        return self._aspect if holds else None

    @property
    def anchor(self) -> Anchor | None:
        """Where the picture lies in the frame; None where that is none of the nine places."""
        if self.size is None or self.frame is None:
            return None
        width = self.frame.width - self.size.width
        height = self.frame.height - self.size.height
        for anchor in (self._anchor, *_ANCHORS):
            if anchor.split(width, height) == self.shown:
                return anchor
        return None

    @property
    def can_undo(self) -> bool:
        return bool(self._history.past) or self._is_unsettled

    @property
    def can_redo(self) -> bool:
        return bool(self._history.future) and not self._is_unsettled

    def undo(self) -> None:
        """Take back the latest step, one that is under way too; without one nothing happens."""
        self._settle()
        if self.can_undo:
            self._take(self._history.back())

    def redo(self) -> None:
        """Do the latest step that was taken back again; without one nothing happens."""
        if self.can_redo:
            self._take(self._history.forth())

    def hold(self) -> None:
        """The frame is held: all until `release` is one step, however long the hand rests."""
        self._settle()
        self._is_held = True

    def release(self) -> None:
        self._is_held = False
        self._settle()

    def choose_preset(self, value: Value | None) -> None:
        """Take a preset of the service by its name; None is the default. Raises ParameterError."""
        parameter = self._parameters.schema.with_control(Control.COMPASS)
        if (parameter.default if value is None else value) == self._parameters[parameter.name]:
            self.set_extension(None)
        else:
            self._parameters.set(parameter.name, value)

    def choose_exact(self) -> None:
        """Make the frame exact: as it was last for this picture, or as the preset shows it."""
        if not self.is_exact:
            self.set_extension(self._latest or self.shown)

    def set_extension(self, extension: Extension | None) -> None:
        """Grow by exactly so much; None goes back to the preset. Without a picture, nothing.

        Each side is held to MAX_GROWTH.
        """
        if self.size is None:
            return
        if extension is not None:
            extension = Extension(*(min(side.of(extension), MAX_GROWTH) for side in Side))
        if extension != self._extension:
            if not self._is_held:
                self._rest.start()
            self._take(extension)

    def set_side(self, side: Side, pixels: int) -> None:
        """Let one side grow by so many pixels, 0 at least, and the others as they do."""
        if self.shown is not None:
            self.set_extension(replace(self.shown, **{side.value: pixels}))

    def pixels(self, side: Side, percent: float) -> int:
        """A percentage of the picture's width or height, whichever `side` adds to, in pixels."""
        if self.size is None:
            return 0
        return side.of(Extension.percent(self.size, **{side.value: percent}))

    def percent(self, side: Side, pixels: int) -> float:
        """The other way round."""
        if self.size is None:
            return 0.0
        across = side in (Side.LEFT, Side.RIGHT)
        return 100 * pixels / (self.size.width if across else self.size.height)

    def set_aspect(self, ratio: Fraction | None) -> None:
        """Grow to a ratio of width to height, above 0, and no further; the anchor says where.

        With None the frame stays as it is.
        """
        if self.size is not None and self.shown is not None:
            self._anchor = self.anchor or self._anchor
            self._aspect = ratio
            extension = self.shown
            if ratio is not None:
                extension = Extension.to_aspect(self.size, ratio, self._anchor)
            self._set_and_tell(extension)

    def set_anchor(self, anchor: Anchor) -> None:
        """Let the picture lie elsewhere in a frame of the same size."""
        if self.size is not None and self.frame is not None:
            self._anchor = anchor
            width = self.frame.width - self.size.width
            height = self.frame.height - self.size.height
            self._set_and_tell(anchor.split(width, height))

    def _set_and_tell(self, extension: Extension) -> None:
        """Also where the extension stays: the aspect or the anchor is another."""
        before = self._extension
        self.set_extension(extension)
        if self._extension == before:
            self.changed.emit()

    @property
    def _is_unsettled(self) -> bool:
        return self._history.now != self._extension

    def _settle(self) -> None:
        """The hand rests: what was done is a step."""
        self._rest.stop()
        self._history.add(self._extension)

    def _take(self, extension: Extension | None) -> None:
        self._extension = extension
        if extension is not None:
            self._latest = extension
        self._count_steps()
        self.changed.emit()

    def _count_steps(self) -> None:
        self._steps, self._trouble = 1, None
        size = self.size
        if size is not None and self._extension is not None:
            try:
                self._steps = len(steps(size, self._extension))
                extension_plan(size, self._extension)
            except FluxfillError as error:
                self._steps, self._trouble = 0, error

    def _preset_frame(self, size: Size) -> Rect:
        name = self._parameters.schema.with_control(Control.COMPASS).name
        try:
            preset = Preset(self._parameters[name])
        except ValueError:
            # The service has more of them by now, and how this one grows is not known.
            return Rect.of(size)
        return approximate_frame(preset, size)

    def _reset(self) -> None:
        self._latest = self._aspect = None
        self._anchor = Anchor.CENTRE
        self._history = Steps(None)
        self._is_held = False
        self._rest.stop()
        self._take(None)

    def _parameter_changed(self, name: str) -> None:
        if self._parameters.schema[name].control is Control.COMPASS:
            self._settle()
            self._take(None)
            self._settle()
