"""What the bucket would take, shown while its button is held."""

from __future__ import annotations

import asyncio
import math
from dataclasses import dataclass

import numpy as np
from PySide6.QtCore import QObject, Signal

from fluxfill_studio.core.geometry import Point
from fluxfill_studio.core.painting.region import NOTHING, Region
from fluxfill_studio.core.painting.selection import flood_region
from fluxfill_studio.core.view.display import sample
from fluxfill_studio.core.view.viewport import Viewport
from fluxfill_studio.model.canvas import Flooding
from fluxfill_studio.model.document import Document, Picture
from fluxfill_studio.model.tasks import TaskOwner


@dataclass(frozen=True)
class Flood:
    """What is to be shown, in the view that `viewport` gives.

    `seed` is in image pixels and inside the picture.
    """

    viewport: Viewport
    seed: Point
    flooding: Flooding


class FloodPreview(QObject):
    """Floods the picture as it is seen, in a worker; the latest wish wins.

    So a preview costs what the view costs, however large the picture is. It differs from what is
    selected in the end where the view averages pixels, and where the area is connected to the seed
    only through what lies out of sight.
    """

    changed = Signal()

    def __init__(self, document: Document, tasks: TaskOwner, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._document = document
        self._tasks = tasks
        self._wish: Flood | None = None
        self._is_at_work = False
        self.shown: tuple[Flood, Region] | None = None
        """What has been flooded, and what that covers of its view: `rect` is in view pixels."""
        document.replaced.connect(self.clear)

    def show(self, flood: Flood) -> None:
        """Show what `flood` takes as soon as it is known, and until then what is shown."""
        if flood != self._wish:
            self._wish = flood
            if not self._is_at_work:
                self._tasks.start(self._work(), "preview a flood")

    def clear(self) -> None:
        """Show nothing more."""
        self._wish = self.shown = None
        self.changed.emit()

    async def _work(self) -> None:
        self._is_at_work = True
        try:
            done = None
            while self._wish is not done:
                done, picture = self._wish, self._document.picture
                if done is None or picture is None:
                    return
                region = await asyncio.to_thread(_seen, picture, done)
                if self._wish is not None and self._wish.seed == done.seed:
                    self.shown = (done, region)
                    self.changed.emit()
        finally:
            self._is_at_work = False


def _seen(picture: Picture, flood: Flood) -> Region:
    """What `flood` covers of the view."""
    area = flood.viewport.visible_area
    pixels = sample(picture.pyramid, flood.viewport, area)
    seed = flood.viewport.to_view(flood.seed) - Point(area.x, area.y)
    x, y = math.floor(seed.x), math.floor(seed.y)
    if not (0 <= x < area.width and 0 <= y < area.height):
        return NOTHING
    # The view may have averaged the colour that counts.
    colour = picture.source.pixels[math.floor(flood.seed.y), math.floor(flood.seed.x)]
    red, green, blue = (int(channel) for channel in colour)
    pixels.view(np.uint32)[y, x] = 0xFF << 24 | red << 16 | green << 8 | blue
    tolerance, contiguous = flood.flooding.tolerance, flood.flooding.contiguous
    region = flood_region(pixels, seed, tolerance, contiguous=contiguous)
    return Region(region.rect.moved(area.x, area.y), region.coverage)
