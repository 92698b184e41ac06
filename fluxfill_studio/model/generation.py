"""Starting runs with what is open, painted and set."""

from __future__ import annotations

import asyncio
import math
import time
from collections.abc import Callable
from functools import partial

from PySide6.QtCore import QObject, Signal

from fluxfill_studio.core.blending.composite import Outcome
from fluxfill_studio.core.errors import FluxfillError, MoreRuns, NoSource
from fluxfill_studio.core.job import Engine, Job, JobState
from fluxfill_studio.core.planning.plan import Inputs
from fluxfill_studio.core.request import FillRequest, Mode, variants_of
from fluxfill_studio.core.schema import Control
from fluxfill_studio.core.types import Plane
from fluxfill_studio.model.account import Account
from fluxfill_studio.model.document import Document
from fluxfill_studio.model.gallery import Gallery
from fluxfill_studio.model.jobs import Jobs
from fluxfill_studio.model.parameters import Parameters
from fluxfill_studio.model.sending import Choice, Sending
from fluxfill_studio.model.tasks import TaskOwner
from fluxfill_studio.storage.png import encode_png

# Seconds: longer than any double click, and than a key is held until it repeats itself.
_DOUBLE_CLICK = 1.0


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
        sending: Sending,
        gallery: Gallery,
        account: Account,
        jobs: Jobs,
        tasks: TaskOwner,
        parent: QObject | None = None,
    ) -> None:
        super().__init__(parent)
        self._document = document
        self._parameters = parameters
        self._sending = sending
        self._gallery = gallery
        self._account = account
        self._jobs = jobs
        self._tasks = tasks
        self._latest_presses: dict[Choice | str, float] = {}
        self.latest_mask: bytes | None = None
        """The mask of the latest run as a PNG, at its picture's full size."""
        # One at a time is checked against the limit and added: the next one counts it.
        self._adding = asyncio.Lock()
        for news in (
            document.mask_changed,
            document.replaced,
            parameters.changed,
        ):
            news.connect(self._expect_another)
        jobs.changed.connect(self._changed)
        jobs.finished.connect(self._finished)

    def run(self, variants: int = 1) -> None:
        """Start so many runs with what is open, painted and set now; refusals go to `failed`.

        A press within the time of a double click after another one, with nothing changed in
        between, belongs to it: that is paid once.
        """
        if self._is_pressed_again(self._sending.choice):
            return
        self._document.end_stroke()
        self._document.when_settled(partial(self._run_settled, variants))

    def hold(self) -> None:
        """The key that runs is still down: what looks like another press belongs to the first."""
        self._is_pressed_again(self._sending.choice)

    def _run_settled(self, variants: int) -> None:
        picture = self._document.picture
        try:
            if picture is None:
                raise NoSource
            requests = variants_of(self._request(), variants)
        except FluxfillError as error:
            self._refuse(error)
            return
        source, choice, told = picture.source, self._sending.choice, self._sending.runs

        def begin(mask: Plane) -> None:
            prepare = partial(choice.inputs, source, mask)
            kept = mask if choice.mode is Mode.INPAINT else None
            self._tasks.start(self._begin(prepare, requests, kept, told), "prepare a run")

        # The run works on the mask as it is at this moment; painting goes on.
        self._document.copy_mask(begin)

    def _request(self) -> FillRequest:
        """What is set now. Raises ParameterError."""
        schema, values = self._parameters.schema, self._parameters.values
        values[schema.with_control(Control.MODE).name] = self._sending.choice.service_mode.value
        return FillRequest.build(schema, values)

    def stop(self, entry_id: str) -> None:
        """Stop waiting for a job. The service may go on with it; it can be resumed."""
        self._jobs.stop(entry_id)

    def resume(self, entry_id: str) -> None:
        """Go on with a stopped or failed job; one that the service ended is begun anew.

        A refusal goes to `failed`.
        """
        job = self._gallery[entry_id].job
        if job.can_resume:
            self._tasks.start(self._resume(entry_id), "resume a run")
        elif job.state.is_over and job.state is not JobState.DONE:
            self.again(entry_id)

    def again(self, entry_id: str) -> None:
        """Start a new run with what an ended one was told; a refusal goes to `failed`."""
        if not self._is_pressed_again(entry_id):
            self._tasks.start(self._again(self._gallery[entry_id].job), "run again")

    def _is_pressed_again(self, what: Choice | str) -> bool:
        """Whether a press of `what`, which is now, belongs to the one before."""
        now = time.monotonic()
        before = self._latest_presses.get(what, -math.inf)
        self._latest_presses[what] = now
        return now - before < _DOUBLE_CLICK

    def _refuse(self, error: FluxfillError) -> None:
        self._expect_another()
        self.failed.emit(error)

    def _expect_another(self) -> None:
        """The next press, however soon it comes, is no second half of a double click."""
        self._latest_presses.clear()

    async def _begin(
        self,
        prepare: Callable[[], Inputs],
        requests: list[FillRequest],
        mask: Plane | None,
        told: int,
    ) -> None:
        """`told` is how many runs the price was told for, of which each request consists."""
        # What it brings along is not needed before the window is painted.
        from fluxfill_studio.jobs.preparing import Order

        try:
            inputs = await asyncio.to_thread(prepare)
            engine, base_url, runs = self._account.engine, "", len(inputs.parts)
            if engine is Engine.APIFRAME:
                base_url = self._account.base_url
                if runs > told:
                    raise MoreRuns(runs=runs, told=told)
            async with self._adding:
                await self._check_spending(engine, len(requests) * runs)
                for request in requests:
                    await self._jobs.add(Order(request, inputs, engine, base_url))
        except FluxfillError as error:
            self._refuse(error)
            return
        self.begun.emit()
        if mask is not None:
            self.latest_mask = await asyncio.to_thread(encode_png, mask)
            self.mask_kept.emit()

    async def _resume(self, entry_id: str) -> None:
        try:
            async with self._adding:
                job = self._gallery[entry_id].job
                if job.can_resume:
                    await self._check_spending(job.engine, job.unsent_parts)
                    await self._jobs.resume(entry_id)
        except FluxfillError as error:
            self._refuse(error)

    async def _again(self, job: Job) -> None:
        try:
            async with self._adding:
                await self._check_spending(job.engine, len(job.plans))
                await self._jobs.again(job.id)
        except FluxfillError as error:
            self._refuse(error)

    async def _check_spending(self, engine: Engine, runs: int) -> None:
        """Raises SpendingLimit where so many more runs would pass a limit, and LedgerError."""
        if engine is Engine.APIFRAME and runs:
            await self._jobs.ready()
            await self._account.check_spending(runs, self._under_way)

    @property
    def _under_way(self) -> int:
        """Of how many runs the jobs under way consist."""
        jobs = [entry.job for entry in self._gallery.running]
        return sum(len(job.plans) for job in jobs if job.engine is Engine.APIFRAME)

    def _changed(self, job: Job) -> None:
        was_over = job.id in self._gallery and self._gallery[job.id].job.state.is_over
        self._gallery.update_job(job)
        if was_over:
            # What becomes of a result costs nothing, and is no other end.
            return
        if job.state is JobState.FAILED and job.error is not None:
            self.failed.emit(job.error)
        if job.state.is_over:
            self._tasks.start(self._account.refresh(), "balance")

    def _finished(self, job: Job, outcome: Outcome) -> None:
        self._gallery.finish(job, outcome)
        self.finished.emit(job.id)
