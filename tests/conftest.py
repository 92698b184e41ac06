"""What all tests share: the platform and the schema."""

from __future__ import annotations

import gc
import os
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import hypothesis
import pytest

# Before any test makes a QApplication; the few tests that need a real window start Xvfb themselves.
os.environ["QT_QPA_PLATFORM"] = "offscreen"
# Nor does any test reach the key store of whoever runs it.
os.environ["PYTHON_KEYRING_BACKEND"] = "keyring.backends.fail.Keyring"
# One authority in place of the system's hundreds, whose reading takes longer than most tests.
os.environ["SSL_CERT_FILE"] = str(Path(__file__).with_name("apiframe") / "tls" / "authority.pem")

from PySide6.QtWidgets import QApplication

from fluxfill_studio.apiframe.client import ApiframeClient
from fluxfill_studio.app import make_qt
from fluxfill_studio.core.schema import ParameterSchema
from fluxfill_studio.storage.paths import load_schema, resources
from tests.key_guard import GUARD
from tests.qt import QtLoop

# The same examples in every run, however slow the machine; `--hypothesis-profile=default` explores.
hypothesis.settings.register_profile("repeatable", derandomize=True, deadline=None)
hypothesis.settings.load_profile("repeatable")


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
def qapp() -> QApplication:
    """The QApplication as the program makes it; pytest-qt takes it from here."""
    return make_qt()


@pytest.fixture(autouse=True, scope="session")
def garbage_on_this_thread() -> Iterator[None]:
    """As in the program: a collection in a worker thread would destroy widgets there."""
    gc.disable()
    yield
    gc.unfreeze()
    gc.enable()


@pytest.fixture(autouse=True, scope="module")
def collect_after_a_module(garbage_on_this_thread: None) -> Iterator[None]:
    yield
    gc.disable()
    gc.collect()
    # What is left stays, as a rule, and is not looked through again after every other module.
    gc.freeze()


@pytest.fixture(autouse=True, scope="session")
def base_urls_are_known() -> Iterator[None]:
    """Every client that is made tells the guard where its key may go."""
    make = ApiframeClient.__init__

    def noting(client: ApiframeClient, *args: Any, **options: Any) -> None:
        make(client, *args, **options)
        GUARD.configured(options["base_url"])

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(ApiframeClient, "__init__", noting)
        yield


@pytest.fixture(autouse=True)
def no_key_goes_elsewhere(base_urls_are_known: None) -> Iterator[None]:
    yield
    assert GUARD.found() == []


def pytest_terminal_summary(terminalreporter: pytest.TerminalReporter) -> None:
    terminalreporter.write_line(GUARD.summary())


@pytest.fixture
def qt_loop(qapp: QApplication) -> QtLoop:
    return QtLoop(qapp)


def pytest_addoption(parser: pytest.Parser) -> None:
    parser.addoption(
        "--update-snapshots", action="store_true", help="take what is drawn as what is expected"
    )
