"""A ledger in a folder and a queue on one service, without waiting, and what they told."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Coroutine
from dataclasses import replace
from pathlib import Path
from types import TracebackType
from typing import Any, Self

import numpy as np

from fluxfill_studio.apiframe.client import ApiframeClient
from fluxfill_studio.apiframe.network import Limits
from fluxfill_studio.apiframe.retry import Retry
from fluxfill_studio.core.blending.compose import Blend
from fluxfill_studio.core.blending.composite import Outcome
from fluxfill_studio.core.blending.matching import Match
from fluxfill_studio.core.job import Engine, Job, JobState, Wish
from fluxfill_studio.core.picture.source import Source
from fluxfill_studio.core.request import FillRequest
from fluxfill_studio.core.schema import ParameterSchema, Value
from fluxfill_studio.jobs.preparing import Order, plan_run
from fluxfill_studio.jobs.queue import JobQueue, Listener
from fluxfill_studio.jobs.runner import JobRunner
from fluxfill_studio.storage.job_files import JobFiles
from fluxfill_studio.storage.ledger import Ledger
from tests.pictures import photograph

KEY = "afk_test"
# Slow answers are given up soon.
_LIMITS = replace(Limits(), read=0.3, upload_read=0.3, submit_read=0.3)


class Desk:
    """Used as an async context. `ledger` and `files` may be replaced before the first job."""

    def __init__(
        self,
        folder: Path,
        schema: ParameterSchema,
        base_url: str,
        *,
        at_once: int = 4,
        engine: Engine = Engine.APIFRAME,
        ledger: Ledger | None = None,
        files: JobFiles | None = None,
    ) -> None:
        self.schema = schema
        self.engine = engine
        self.base_url = base_url
        self.ledger = ledger or Ledger.open(folder, schema)
        self.files = files or JobFiles(folder)
        self.client = ApiframeClient(schema, base_url=base_url, key=KEY, limits=_LIMITS)
        self.at_once = at_once
        self.waits: list[float] = []
        self.jobs: dict[str, Job] = {}
        self.told: dict[str, list[Job]] = {}
        self.outcomes: dict[str, Outcome] = {}
        self.most_at_once = 0
        self._tasks: set[asyncio.Task[None]] = set()
        self._news = asyncio.Event()
        self.queue = JobQueue(
            self.ledger,
            self.files,
            self._runner_for,
            lambda _: self.at_once,
            self._start,
            Listener(self._changed, self._finished),
        )

    async def __aenter__(self) -> Self:
        return self

    async def __aexit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        await self.end()
        self.ledger.close()

    async def end(self) -> None:
        """As when the window is closed: the tasks end, and the jobs stay where they are."""
        self.queue.close()
        for task in self._tasks:
            task.cancel()
        await asyncio.gather(*self._tasks, return_exceptions=True)
        await self.client.aclose()

    def order(self, *, wish: Path | None = None, overwrite: bool = False, **values: Value) -> Order:
        """An inpaint of a part of a small photograph, as a PNG where nothing else is said."""
        source = Source.of("harbour.png", photograph(96, 64))
        mask = np.zeros((64, 96), np.uint8)
        mask[20:44, 30:70] = 255
        mask[28:36, 40:60] = 120
        inputs = plan_run(source, mask)
        words = {"prompt": "a calm sea", "output_format": "png", **values}
        return Order(
            FillRequest.build(self.schema, words),
            inputs,
            self.engine,
            self.base_url if self.engine is Engine.APIFRAME else "",
            None if wish is None else Wish(str(wish), overwrite),
            # What comes back is of one colour, by which it is known.
            Blend(feather=0, match=Match.NONE),
        )

    async def until(self, is_so: Callable[[], bool]) -> None:
        """Wait until something is so that is told of."""
        while not is_so():
            self._news.clear()
            await self._news.wait()

    async def over(self) -> None:
        """Wait until nothing is on its way, and the tasks have ended."""
        await self.until(lambda: all(job.state.is_over for job in self.jobs.values()))
        while self._tasks:
            await asyncio.gather(*self._tasks, return_exceptions=True)

    async def reached(self, job_id: str, state: JobState) -> None:
        """Wait until a job stands in a state."""
        await self.until(lambda: job_id in self.jobs and self.jobs[job_id].state is state)

    def states(self, job_id: str) -> list[JobState]:
        """Those that were told of, without repeats."""
        states = [job.state for job in self.told[job_id]]
        return [state for i, state in enumerate(states) if i == 0 or states[i - 1] is not state]

    def _changed(self, job: Job) -> None:
        self.jobs[job.id] = job
        self.told.setdefault(job.id, []).append(job)
        running = [
            job
            for job in self.jobs.values()
            if job.state.is_running and job.state is not JobState.QUEUED
        ]
        self.most_at_once = max(self.most_at_once, len(running))
        self._news.set()

    def _finished(self, job: Job, outcome: Outcome) -> None:
        self.outcomes[job.id] = outcome
        self._news.set()

    async def _runner_for(self, job: Job) -> JobRunner:
        del job
        retry = Retry(sleep=self._sleep)
        return JobRunner(self.client, self.ledger, self.files, retry=retry, sleep=self._sleep)

    def _start(self, work: Coroutine[Any, Any, None], name: str) -> asyncio.Task[None]:
        task = asyncio.create_task(work, name=name)
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)
        return task

    async def _sleep(self, seconds: float) -> None:
        """No waiting, but the loop gets its turn."""
        self.waits.append(seconds)
        await asyncio.sleep(0)
