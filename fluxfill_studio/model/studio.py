"""All state of one window, wired together."""

from __future__ import annotations

from collections.abc import Callable
from contextlib import suppress
from datetime import datetime
from pathlib import Path

from PySide6.QtCore import QObject

from fluxfill_studio.core.errors import LedgerError
from fluxfill_studio.core.geometry import Rect
from fluxfill_studio.core.painting.mask import MaskEdit
from fluxfill_studio.core.schema import ParameterSchema
from fluxfill_studio.model.account import Account
from fluxfill_studio.model.blending import Blending
from fluxfill_studio.model.canvas import CanvasModel
from fluxfill_studio.model.canvas_memory import CanvasMemory
from fluxfill_studio.model.document import Document
from fluxfill_studio.model.flood_preview import FloodPreview
from fluxfill_studio.model.framing import Framing
from fluxfill_studio.model.gallery import Gallery
from fluxfill_studio.model.generation import Generation
from fluxfill_studio.model.jobs import Jobs
from fluxfill_studio.model.key_entry import KeyEntry
from fluxfill_studio.model.masks import Masks
from fluxfill_studio.model.notices import Notices, Tone
from fluxfill_studio.model.opening import Opener
from fluxfill_studio.model.parameters import Parameters
from fluxfill_studio.model.samples import Samples
from fluxfill_studio.model.saving import Saver
from fluxfill_studio.model.sending import Sending
from fluxfill_studio.model.settings import Settings
from fluxfill_studio.model.smart_selection import SmartSelection
from fluxfill_studio.model.tasks import TaskOwner
from fluxfill_studio.storage.secrets import Secrets


class Studio(QObject):
    """The models that the window's parts are given, and how one's news become another's."""

    def __init__(
        self,
        schema: ParameterSchema,
        settings: Settings,
        *,
        secrets: Secrets,
        base_url: str | None,
        samples: list[Path],
        data: Path,
    ) -> None:
        """`data` is the folder in which jobs and what belongs to them are kept."""
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
        self.framing = Framing(self.document, self.parameters, self)
        self.sending = Sending(self.document, self.parameters, self.framing, self.tasks, self)
        self.account = Account(
            schema, settings, secrets, base_url=base_url, spent=self._spent, parent=self
        )
        self.key_entry = KeyEntry(self.account, self.tasks, self)
        self.jobs = Jobs(data, schema, self.account, self.tasks, self)
        self.gallery = Gallery(self.jobs.outcome_of, self.tasks, self)
        self.blending = Blending(self.gallery, self.jobs.note_blend, self.tasks, self)
        self.generation = Generation(
            self.document,
            self.parameters,
            self.sending,
            self.gallery,
            self.account,
            self.jobs,
            self.tasks,
            self,
        )
        self.masks = Masks(self.document, self.generation, self.tasks, self)
        self.saver = Saver(self.gallery, self.jobs, self.tasks, self)
        for source in (
            self.tasks,
            self.opener,
            self.jobs,
            self.blending,
            self.generation,
            self.masks,
            self.saver,
        ):
            source.failed.connect(self.notices.report)
        self.tasks.crashed.connect(self._own_up)
        self.opener.opened.connect(self._opened)
        self.account.service_changed.connect(self.refresh_balance)
        self.jobs.restored.connect(self.gallery.restore)
        self.gallery.removed.connect(self.jobs.remove)
        self.document.replaced.connect(self.gallery.leave_to_disk)
        self.account.changed.connect(self.jobs.make_room)

    def change_mask(self, operation: Callable[[MaskEdit], Rect]) -> None:
        """Change the mask, after what smart select has found is in it. Raises NoSource."""
        self.smart_selection.apply(lambda: self.document.change(operation))

    def _opened(self) -> None:
        """What was told is about what was open before, unless it is about the list of jobs."""
        current = self.notices.current
        if current is None or not isinstance(current.error, LedgerError):
            self.notices.clear()

    def _own_up(self) -> None:
        text = self.tr("The program made a mistake; the log tells which. What is open is kept.")
        self.notices.inform(text, Tone.ERROR)

    def look_up_account(self) -> None:
        """Look for a kept key, and ask for the balance."""
        self.tasks.start(self._look_up_account(), "look up the account")

    def refresh_balance(self) -> None:
        """Ask for the balance of the engine in use; `account.changed` tells when it is there."""
        self.tasks.start(self.account.refresh(), "balance")

    async def _look_up_account(self) -> None:
        # What was spent stands in the ledger; what is wrong with it is told by loading the jobs.
        with suppress(LedgerError):
            await self.jobs.ready()
        if not await self.account.find_key():  # else its balance is asked for already
            await self.account.refresh()

    def _spent(self, since: datetime) -> int:
        return self.jobs.spent(since)

    async def close(self) -> None:
        """End all tasks, then the services they used."""
        self.document.abort_stroke()
        self.jobs.settle()
        await self.blending.close()
        await self.tasks.close()
        await self.jobs.close()
        await self.account.close()
