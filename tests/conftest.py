"""What all tests share: the platform and the schema."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

# Before any test makes a QApplication; the few tests that need a real window start Xvfb themselves.
os.environ["QT_QPA_PLATFORM"] = "offscreen"

from fluxfill_studio.core.schema import ParameterSchema
from fluxfill_studio.storage.paths import load_schema, resources


@pytest.fixture
def anyio_backend() -> str:
    return "asyncio"


@pytest.fixture(scope="session")
def resources_folder() -> Path:
    return resources()


@pytest.fixture(scope="session")
def schema(resources_folder: Path) -> ParameterSchema:
    """The real parameters of Flux Fill Pro."""
    return load_schema(resources_folder)


@pytest.fixture(scope="session")
def qapp() -> Iterator[QApplication]:
    """The QApplication as the program makes it; pytest-qt takes it from here."""
    from fluxfill_studio.app import make_qt

    yield make_qt()


class QtLoop:
    """Runs coroutines on an asyncio loop that runs on Qt's, as in the program."""

    def __init__(self, qt: QApplication) -> None:
        self._qt = qt

    def run(self, work: Coroutine[Any, Any, T]) -> T:
        """Run `work` to its end; a task that it leaves behind fails the test."""
        from fluxfill_studio.app import make_loop

        async def watched() -> T:
            result = await asyncio.wait_for(work, timeout=60)
            left = asyncio.all_tasks() - {asyncio.current_task()}
            assert not left, f"tasks left behind: {left}"
            return result

        with asyncio.Runner(loop_factory=lambda: make_loop(self._qt)) as runner:
            return runner.run(watched())


@pytest.fixture
def qt_loop(qapp: QApplication) -> QtLoop:
    return QtLoop(qapp)


async def emitted(signal: SignalInstance) -> tuple[object, ...]:
    """Wait for the next emission of `signal`; returns its arguments."""
    future: asyncio.Future[tuple[object, ...]] = asyncio.get_running_loop().create_future()

    def take(*arguments: object) -> None:
        if not future.done():
            future.set_result(arguments)

    signal.connect(take)
    try:
        return await future
    finally:
        signal.disconnect(take)
