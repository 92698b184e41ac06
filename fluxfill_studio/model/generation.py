"""What a run is told, and running it: parameters, the plan, and the jobs in hand."""

from __future__ import annotations

import asyncio
import random
import time

from PySide6.QtCore import QObject, Signal

from fluxfill_studio.core.errors import EmptyMask, FluxfillError, NoSource
from fluxfill_studio.core.plan import Inputs, Plan
from fluxfill_studio.core.request import FillRequest, Mode
from fluxfill_studio.core.schema import Control, ParameterSchema, Value
from fluxfill_studio.core.source import Source
from fluxfill_studio.core.types import Plane
from fluxfill_studio.jobs.preparing import new_job, plan_run
from fluxfill_studio.model.account import Account
from fluxfill_studio.model.document import Document
from fluxfill_studio.model.gallery import Entry, Gallery
from fluxfill_studio.model.tasks import TaskOwner
from fluxfill_studio.storage.png import encode_png

# The dice: what fits every seed field that has been seen.
_SEED_LIMIT = 2**31 - 1


class Parameters(QObject):
    """The values the user set, by the schema's names; nothing outside its ranges gets in."""

    changed = Signal(str)
    """The name of the parameter whose value is another now."""

    def __init__(self, schema: ParameterSchema, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self.schema = schema
        self._values: dict[str, Value] = {}

    def __getitem__(self, name: str) -> Value | None:
        """The value as set or by default; None where there is neither."""
        return self._values.get(name, self.schema[name].default)

    @property
    def values(self) -> dict[str, Value]:
        """What was set, without defaults."""
        return dict(self._values)

    def set(self, name: str, value: Value | None) -> None:
        """Set a value, or take it back to its default with None. Raises ParameterError."""
        before = self[name]
        parameter = self.schema[name]
        if value is None or value == parameter.default:
            self._values.pop(name, None)
        elif parameter.control is Control.PROMPT:
            # A prompt that is being written may be empty for a while; the run checks it.
            self._values[name] = value
        else:
            self._values[name] = parameter.check(value)
        if self[name] != before:
            self.changed.emit(name)

    def is_changed(self, name: str) -> bool:
        """Whether the value is not the default."""
        return name in self._values

    def roll(self, name: str) -> None:
        """Set an integer by the dice, within its range."""
        parameter = self.schema[name]
        low = 0 if parameter.minimum is None else int(parameter.minimum)
        high = _SEED_LIMIT if parameter.maximum is None else int(parameter.maximum)
        self.set(name, random.randint(low, high))

    @property
    def mode(self) -> Mode:
        return Mode(self["mode"])


class Generation(QObject):
    """Starts runs and keeps their tasks."""

    failed = Signal(object)
    """The FluxfillError that a run was refused for or ended with; its entry tells it too."""
    begun = Signal()
    """What is open and painted now goes into a run: it was not refused."""
    mask_kept = Signal()
    """There is another `latest_mask`."""
    finished = Signal(str)
    """The id of the entry whose result has just arrived."""

    def __init__(
        self,
        document: Document,
        parameters: Parameters,
        gallery: Gallery,
        account: Account,
        tasks: TaskOwner,
        parent: QObject | None = None,
    ) -> None:
        super().__init__(parent)
        self._document = document
        self._parameters = parameters
        self._gallery = gallery
        self._account = account
        self._tasks = tasks
        self._running: dict[str, asyncio.Task[None]] = {}
        self._count = 0
        self.latest_mask: bytes | None = None
        """The mask of the latest run as a PNG, at its picture's full size."""

    def run(self) -> None:
        """Start a run with what is open, painted and set now; refusals go to `failed`."""
        self._document.end_stroke()
        self._document.when_settled(self._run_settled)

    def _run_settled(self) -> None:
        picture = self._document.picture
        try:
            if picture is None:
                raise NoSource
            request = FillRequest.build(self._parameters.schema, self._parameters.values)
        except FluxfillError as error:
            self.failed.emit(error)
            return
        # The run works on the mask as it is at this moment; painting goes on.
        mask = None if request.mode is Mode.OUTPAINT else picture.mask.pixels.copy()
        self._tasks.start(self._prepare(picture.source, request, mask), "prepare a run")

    def stop(self, entry_id: str) -> None:
        """Stop waiting for a job. The service may go on with it; it can be resumed."""
        if entry_id in self._running:
            self._running[entry_id].cancel()

    def resume(self, entry_id: str) -> None:
        """Go on with a stopped or failed job; one that the service ended is begun anew."""
        entry = self._gallery[entry_id]
        if entry.job.can_resume:
            self._start(entry)
        elif not entry.job.state.is_running and entry.fill is None:
            self._add(entry.job.request, entry.job.plan, entry.inputs)

    async def _prepare(self, source: Source, request: FillRequest, mask: Plane | None) -> None:
        try:
            plan, inputs = await asyncio.to_thread(plan_run, source, mask)
        except EmptyMask as error:
            self.failed.emit(error)
            return
        self.begun.emit()
        self._add(request, plan, inputs)
        if mask is not None:
            self.latest_mask = await asyncio.to_thread(encode_png, mask)
            self.mask_kept.emit()

    def _add(self, request: FillRequest, plan: Plan, inputs: Inputs) -> None:
        self._count += 1
        job = new_job(request, plan)
        entry = Entry(self._count, job, self._account.engine, inputs)
        self._gallery.add(entry)
        self._start(entry)

    def _start(self, entry: Entry) -> None:
        task = self._tasks.start(self._run(entry), f"run {entry.number}")
        self._running[entry.id] = task
        task.add_done_callback(lambda _: self._running.pop(entry.id, None))

    async def _run(self, entry: Entry) -> None:
        started = time.monotonic()
        try:
            service = await self._account.service(entry.engine)
            outcome = await service.runner().run(entry.job, entry.inputs, self._gallery.update_job)
        except FluxfillError as error:
            self.failed.emit(error)
        else:
            await self._gallery.finish(entry.id, outcome, time.monotonic() - started)
            self.finished.emit(entry.id)
        await self._account.refresh()
