"""All state of one window, wired together."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

from PySide6.QtCore import QObject

from fluxfill_studio.core.geometry import Rect
from fluxfill_studio.core.mask import MaskEdit
from fluxfill_studio.core.schema import ParameterSchema
from fluxfill_studio.model.account import Account
from fluxfill_studio.model.canvas import CanvasModel
from fluxfill_studio.model.canvas_memory import CanvasMemory
from fluxfill_studio.model.document import Document
from fluxfill_studio.model.flood_preview import FloodPreview
from fluxfill_studio.model.gallery import Gallery
from fluxfill_studio.model.generation import Generation, Parameters
from fluxfill_studio.model.masks import Masks
from fluxfill_studio.model.notices import Notices, Tone
from fluxfill_studio.model.opening import Opener
from fluxfill_studio.model.samples import Samples
from fluxfill_studio.model.saving import Saver
from fluxfill_studio.model.settings import Settings
from fluxfill_studio.model.smart_selection import SmartSelection
from fluxfill_studio.model.tasks import TaskOwner


class Studio(QObject):
    """The models that the window's parts are given, and how one's news become another's."""

    def __init__(
        self,
        schema: ParameterSchema,
        settings: Settings,
        *,
        key: str | None,
        base_url: str | None,
        samples: list[Path],
    ) -> None:
        super().__init__()
        self.settings = settings
        self.tasks = TaskOwner(self)
        self.notices = Notices(self)
        self.samples = Samples(samples, self.tasks, self)
        self.document = Document(self.tasks, self)
        self.opener = Opener(self.document, self.tasks, self)
        self.canvas = CanvasModel(self)
        self.flood_preview = FloodPreview(self.document, self.tasks, self)
        CanvasMemory(settings, self.canvas, self)
        self.smart_selection = SmartSelection(self.document, self.canvas, self.tasks, self)
        self.parameters = Parameters(schema, self)
        self.account = Account(schema, key, base_url, self)
        self.gallery = Gallery(self.tasks, self)
        self.generation = Generation(
            self.document, self.parameters, self.gallery, self.account, self.tasks, self
        )
        self.masks = Masks(self.document, self.generation, self.tasks, self)
        self.saver = Saver(self.gallery, self.tasks, self)
        for source in (self.tasks, self.opener, self.generation, self.masks, self.saver):
            source.failed.connect(self.notices.report)
        self.tasks.crashed.connect(self._own_up)
        self.opener.opened.connect(lambda _: self.notices.clear())
        self.account.engine_changed.connect(self.refresh_balance)

    def change_mask(self, operation: Callable[[MaskEdit], Rect]) -> None:
        """Change the mask, after what smart select has found is in it. Raises NoSource."""
        self.smart_selection.apply(lambda: self.document.change(operation))

    def _own_up(self) -> None:
        text = self.tr("The program made a mistake; the log tells which. What is open is kept.")
        self.notices.inform(text, Tone.ERROR)

    def refresh_balance(self) -> None:
        """Ask for the balance of the engine in use; `account.changed` tells when it is there."""
        self.tasks.start(self.account.refresh(), "balance")

    async def close(self) -> None:
        """End all tasks, then the services they used."""
        self.document.abort_stroke()
        await self.tasks.close()
        await self.account.close()
