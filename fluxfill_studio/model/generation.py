"""What a run is told, and running it: parameters, the plan, and the jobs in hand."""

from __future__ import annotations

import asyncio
import math
import random
import time
from functools import partial

from PySide6.QtCore import QObject, Signal

from fluxfill_studio.core.compose import Outcome
from fluxfill_studio.core.errors import FluxfillError, NoSource
from fluxfill_studio.core.job import Engine, Job, JobState
from fluxfill_studio.core.request import FillRequest, Mode, variants_of
from fluxfill_studio.core.schema import Control, ParameterSchema, Value
from fluxfill_studio.core.source import Source
from fluxfill_studio.core.types import Plane
from fluxfill_studio.model.account import Account
from fluxfill_studio.model.document import Document
from fluxfill_studio.model.gallery import Gallery
from fluxfill_studio.model.jobs import Jobs
from fluxfill_studio.model.tasks import TaskOwner
from fluxfill_studio.storage.png import encode_png

# The dice: what fits every seed field that has been seen.
_SEED_LIMIT = 2**31 - 1
# Seconds: longer than any double click, and than a key is held until it repeats itself.
_DOUBLE_CLICK = 1.0


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
    """Starts runs with what is open, painted and set."""

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
        jobs: Jobs,
        tasks: TaskOwner,
        parent: QObject | None = None,
    ) -> None:
        super().__init__(parent)
        self._document = document
        self._parameters = parameters
        self._gallery = gallery
        self._account = account
        self._jobs = jobs
        self._tasks = tasks
        self._latest_presses: dict[str, float] = {}
        self.latest_mask: bytes | None = None
        """The mask of the latest run as a PNG, at its picture's full size."""
        for news in (document.mask_changed, document.replaced, parameters.changed, self.failed):
            news.connect(self._expect_another)
        jobs.changed.connect(self._changed)
        jobs.finished.connect(self._finished)

    def run(self, variants: int = 1) -> None:
        """Start so many runs with what is open, painted and set now; refusals go to `failed`.

        A press within the time of a double click after another one, with nothing changed in
        between, belongs to it: that is paid once.
        """
        if self._is_pressed_again("run"):
            return
        self._document.end_stroke()
        self._document.when_settled(partial(self._run_settled, variants))

    def hold(self) -> None:
        """The key that runs is still down: what looks like another press belongs to the first."""
        self._is_pressed_again("run")

    def _run_settled(self, variants: int) -> None:
        picture = self._document.picture
        try:
            if picture is None:
                raise NoSource
            request = FillRequest.build(self._parameters.schema, self._parameters.values)
            requests = variants_of(request, variants)
        except FluxfillError as error:
            self.failed.emit(error)
            return
        # The run works on the mask as it is at this moment; painting goes on.
        mask = None if request.mode is Mode.OUTPAINT else picture.mask.pixels.copy()
        self._tasks.start(self._prepare(picture.source, requests, mask), "prepare a run")

    def stop(self, entry_id: str) -> None:
        """Stop waiting for a job. The service may go on with it; it can be resumed."""
        self._jobs.stop(entry_id)

    def resume(self, entry_id: str) -> None:
        """Go on with a stopped or failed job; one that the service ended is begun anew."""
        job = self._gallery[entry_id].job
        if job.can_resume:
            self._jobs.resume(entry_id)
        elif job.state.is_over and job.state is not JobState.DONE:
            self.again(entry_id)

    def again(self, entry_id: str) -> None:
        """Start a new run with what an ended one was told; a refusal goes to `failed`."""
        if not self._is_pressed_again(entry_id):
            self._tasks.start(self._again(self._gallery[entry_id].job), "run again")

    def _is_pressed_again(self, what: str) -> bool:
        """Whether a press of `what`, which is now, belongs to the one before."""
        now = time.monotonic()
        before = self._latest_presses.get(what, -math.inf)
        self._latest_presses[what] = now
        return now - before < _DOUBLE_CLICK

    def _expect_another(self) -> None:
        """The next press, however soon it comes, is no second half of a double click."""
        self._latest_presses.clear()

    async def _prepare(
        self, source: Source, requests: list[FillRequest], mask: Plane | None
    ) -> None:
        # What it brings along is not needed before the window is painted.
        from fluxfill_studio.jobs.preparing import Order, plan_run

        try:
            plan, inputs = await asyncio.to_thread(plan_run, source, mask)
            engine, base_url = self._account.engine, ""
            if engine is Engine.APIFRAME:
                base_url = self._account.base_url
                await self._jobs.ready()
                await self._account.check_spending(len(requests) + self._unpaid)
            for request in requests:
                await self._jobs.add(Order(request, plan, inputs, engine, base_url))
        except FluxfillError as error:
            self.failed.emit(error)
            return
        self.begun.emit()
        if mask is not None:
            self.latest_mask = await asyncio.to_thread(encode_png, mask)
            self.mask_kept.emit()

    async def _again(self, job: Job) -> None:
        if job.engine is Engine.APIFRAME:
            await self._jobs.ready()
            await self._account.check_spending(1 + self._unpaid)
        self._jobs.again(job.id)

    @property
    def _unpaid(self) -> int:
        """How many runs are under way that will be charged."""
        jobs = [entry.job for entry in self._gallery.running]
        return sum(job.engine is Engine.APIFRAME and job.charged is None for job in jobs)

    def _changed(self, job: Job) -> None:
        self._gallery.update_job(job)
        if job.state is JobState.FAILED and job.error is not None:
            self.failed.emit(job.error)
        if job.state.is_over:
            self._tasks.start(self._account.refresh(), "balance")

    def _finished(self, job: Job, outcome: Outcome) -> None:
        self._gallery.finish(job, outcome)
        self.finished.emit(job.id)
