"""The bucket: selects what is coloured like the place that is clicked."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import replace
from functools import partial
from typing import Final

from PySide6.QtCore import QCoreApplication, QObject, Qt
from typing_extensions import override

from fluxfill_studio.core.geometry import Point, Size
from fluxfill_studio.core.painting.region import Region
from fluxfill_studio.core.painting.selection import flood_region
from fluxfill_studio.core.view.viewport import Viewport
from fluxfill_studio.model.canvas import CanvasModel
from fluxfill_studio.model.document import Document
from fluxfill_studio.model.flood_preview import Flood, FloodPreview
from fluxfill_studio.ui.canvas.area import Area
from fluxfill_studio.ui.canvas.marks import Caption, Mark
from fluxfill_studio.ui.canvas.selection_tool import SelectionTool, is_drag
from fluxfill_studio.ui.canvas.tool import Pointer

# Pixels of the interface that make one step of the tolerance: the whole range is as wide as half
# a screen.
_STEP: Final = 3.0
_MOST_TOLERANCE: Final = 255


class BucketTool(SelectionTool):
    """The press shows what would be taken, dragging sideways sets the tolerance, the release takes.

    `viewport` tells what the view shows now.
    """

    def __init__(
        self,
        document: Document,
        model: CanvasModel,
        preview: FloodPreview,
        viewport: Callable[[], Viewport | None],
        parent: QObject,
    ) -> None:
        super().__init__(document, model, parent)
        self._preview = preview
        self._viewport = viewport
        self._pressed: Pointer | None = None
        self._flooding_before = model.flooding
        self._is_dragged = False
        self._how_shown = model.combine
        self._area: Area | None = None
        self._area_made_for: tuple[Region, float] | None = None
        preview.changed.connect(self.changed)
        document.replaced.connect(self._drop)

    @override
    def press(self, pointer: Pointer) -> None:
        picture = self.document.picture
        if picture is None or not _is_inside(pointer.point, picture.source.size):
            return
        self._preview.clear()
        self._pressed, self._is_dragged = pointer, False
        self._flooding_before = self.model.flooding
        self.how = pointer.combine(self.model.combine)
        self._how_shown = self.how
        self._show()

    @override
    def move(self, pointer: Pointer) -> None:
        super().move(pointer)
        if self._pressed is None:
            return
        self._is_dragged = self._is_dragged or is_drag(self._pressed.point, pointer)
        if self._is_dragged:
            across = (pointer.view.x - self._pressed.view.x) / pointer.ratio
            tolerance = self._flooding_before.tolerance + round(across / _STEP)
            self._set_tolerance(min(max(tolerance, 0), _MOST_TOLERANCE))
        self._show()

    @override
    def release(self, pointer: Pointer) -> None:
        self.move(pointer)
        self.settle()

    @override
    def settle(self) -> None:
        """As the release may never come, what is shown is selected: it can be undone."""
        pressed, how, picture = self._pressed, self.how, self.document.picture
        self._pressed = self.how = None
        if pressed is not None and how is not None and picture is not None:
            flooding = self.model.flooding
            flood = partial(
                flood_region,
                picture.source.pixels,
                pressed.point,
                flooding.tolerance,
                contiguous=flooding.contiguous,
            )
            self.document.select(flood, how)
            self.document.when_settled(self._taken)

    @override
    def key(self, key: Qt.Key) -> bool:
        if key == Qt.Key.Key_Escape and self._pressed is not None:
            self._set_tolerance(self._flooding_before.tolerance)
            self._drop()
            return True
        return False

    @override
    def marks(self, viewport: Viewport, ratio: float) -> Iterator[Mark]:
        shown = self._preview.shown
        if shown is not None and shown[0].viewport == viewport:
            yield self._area_of(shown[1], ratio)
        yield from super().marks(viewport, ratio)
        if self._pressed is not None and self._is_dragged and self.pointer is not None:
            template = QCoreApplication.translate("Canvas", "Tolerance {value}")
            text = template.format(value=self.model.flooding.tolerance)
            yield Caption(text, self.pointer.view, viewport.view, ratio)

    def _show(self) -> None:
        viewport = self._viewport()
        if self._pressed is not None and viewport is not None:
            self._preview.show(Flood(viewport, self._pressed.point, self.model.flooding))

    def _taken(self) -> None:
        """What was shown is in the mask now, unless the next is shown already."""
        if self._pressed is None:
            self._preview.clear()

    def _drop(self) -> None:
        self._pressed = self.how = None
        self._preview.clear()

    def _set_tolerance(self, tolerance: int) -> None:
        self.model.set_flooding(replace(self.model.flooding, tolerance=tolerance))

    def _area_of(self, region: Region, ratio: float) -> Area:
        """A region as it is shown, made once."""
        made_for = (region, ratio)
        if self._area is None or self._area_made_for != made_for:
            self._area = Area(region, self._how_shown, ratio)
            self._area_made_for = made_for
        return self._area


def _is_inside(point: Point, size: Size) -> bool:
    return 0 <= point.x < size.width and 0 <= point.y < size.height
