"""The owner of tasks: what it reports, and that nothing outlives it."""

from __future__ import annotations

import asyncio
import logging

import pytest

from fluxfill_studio.core.errors import FluxfillError, NoSource
from fluxfill_studio.model.tasks import TaskOwner
from tests.qt import QtLoop


def test_an_error_for_the_user_is_reported(qt_loop: QtLoop) -> None:
    async def drive() -> None:
        tasks = TaskOwner()
        errors: list[FluxfillError] = []
        tasks.failed.connect(errors.append)

        async def fail() -> None:
            raise NoSource

        await asyncio.wait([tasks.start(fail(), "fail")])
        await asyncio.sleep(0)
        assert [type(error) for error in errors] == [NoSource]

    qt_loop.run(drive())


def test_a_bug_is_logged_with_its_task_and_owned_up_to(
    qt_loop: QtLoop, caplog: pytest.LogCaptureFixture
) -> None:
    async def drive() -> None:
        tasks = TaskOwner()
        crashes: list[None] = []
        tasks.crashed.connect(lambda: crashes.append(None))

        async def stumble() -> None:
            raise ZeroDivisionError

        await asyncio.wait([tasks.start(stumble(), "stumble")])
        await asyncio.sleep(0)
        assert len(crashes) == 1

    with caplog.at_level(logging.CRITICAL):
        qt_loop.run(drive())
    (record,) = caplog.records
    assert "stumble" in record.getMessage()
    assert record.exc_info is not None


def test_closing_cancels_and_awaits_what_still_runs(qt_loop: QtLoop) -> None:
    async def drive() -> None:
        tasks = TaskOwner()
        ended: list[str] = []

        async def work() -> None:
            try:
                await asyncio.Event().wait()
            finally:
                # What ends takes its time; closing waits for it.
                await asyncio.sleep(0)
                ended.append("work")

        tasks.start(work(), "work")
        await asyncio.sleep(0)
        await tasks.close()
        assert ended == ["work"]

    qt_loop.run(drive())
