"""What is asked before a run is forgotten, and what its result can become."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import replace
from datetime import UTC, datetime

import pytest
from PySide6.QtCore import Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QFileDialog, QLineEdit, QMessageBox, QWidget
from pytestqt.qtbot import QtBot

from fluxfill_studio.core.errors import FluxfillError, JobFailed, KeyMissing, Unreachable
from fluxfill_studio.core.job import Engine, JobState
from fluxfill_studio.core.schema import ParameterSchema
from fluxfill_studio.model.gallery import Entry
from fluxfill_studio.model.studio import Studio
from fluxfill_studio.ui.actions import Actions
from fluxfill_studio.ui.dialogs import Dialogs
from fluxfill_studio.ui.result_commands import ResultCommands
from tests.qt import QtLoop, emitted
from tests.ui.runs import finished, run

UNREACHABLE = Unreachable(host="h", reason="r")


@pytest.fixture
def window(qtbot: QtBot) -> Iterator[QWidget]:
    result = QWidget()
    qtbot.addWidget(result)
    result.show()
    yield result
    result.close()


@pytest.fixture
def commands(studio: Studio, actions: Actions, window: QWidget) -> ResultCommands:
    def replace_anyway(opening: Callable[[], None]) -> None:
        opening()

    return ResultCommands(studio, actions, Dialogs(studio.settings, window), replace_anyway, window)


def sent(entry: Entry) -> Entry:
    return replace(entry, job=replace(entry.job, submitted_at=datetime.now(UTC)))


def failed(schema: ParameterSchema, error: FluxfillError | None) -> Entry:
    return run(schema, 1, JobState.FAILED if error else JobState.STOPPED, error=error)


FETCHABLE = "The service may have made its result, and charge it."


@pytest.mark.parametrize(
    ("make", "loss"),
    [
        pytest.param(lambda s: finished(s, 1), "Its result has not been saved.", id="unsaved"),
        pytest.param(lambda s: sent(failed(s, None)), FETCHABLE, id="stopped"),
        pytest.param(lambda s: sent(failed(s, UNREACHABLE)), FETCHABLE, id="unreachable"),
        pytest.param(lambda s: failed(s, KeyMissing()), None, id="nothing was sent"),
        pytest.param(lambda s: sent(failed(s, JobFailed(reason="r"))), None, id="failed there"),
        pytest.param(lambda s: finished(s, 1, engine=Engine.LOCAL), None, id="a draft"),
    ],
)
def test_what_was_paid_for_is_asked_about_before_it_is_forgotten(
    studio: Studio,
    commands: ResultCommands,
    window: QWidget,
    schema: ParameterSchema,
    make: Callable[[ParameterSchema], Entry],
    loss: str | None,
    qt_loop: QtLoop,
) -> None:
    entry = make(schema)
    studio.gallery.add(entry)

    async def drive() -> None:
        commands.of_runs.remove_wanted.emit(entry.id)
        box = window.findChild(QMessageBox)
        assert (None if box is None else box.informativeText()) == loss
        if box is not None:
            assert entry.id in studio.gallery
            destructive = QMessageBox.ButtonRole.DestructiveRole
            (agree,) = (b for b in box.buttons() if box.buttonRole(b) == destructive)
            QTest.mouseClick(agree, Qt.MouseButton.LeftButton)
        assert entry.id not in studio.gallery
        await studio.close()

    qt_loop.run(drive())


def test_what_lies_on_the_users_disk_is_forgotten_at_once(
    studio: Studio, commands: ResultCommands, schema: ParameterSchema, qt_loop: QtLoop
) -> None:
    result = finished(schema, 1)
    studio.gallery.add(replace(result, job=replace(result.job, saved="/tmp/a.png")))

    async def drive() -> None:
        commands.remove(result.id)
        assert studio.gallery.entries == []
        await studio.close()

    qt_loop.run(drive())


def test_what_is_told_of_a_run_goes_with_it(
    studio: Studio, commands: ResultCommands, schema: ParameterSchema, qt_loop: QtLoop
) -> None:
    """The message offers to go on with the run, which is no longer there."""
    entry, other = failed(schema, UNREACHABLE), failed(schema, KeyMissing())
    for one in (entry, other):
        studio.gallery.add(one)

    async def drive() -> None:
        commands.tell_story(entry.id)
        told = []
        for one in (other, entry):
            commands.remove(one.id)
            told.append(studio.notices.current is not None)
        assert told == [True, False]
        await studio.close()

    qt_loop.run(drive())


def test_saving_suggests_a_name(
    studio: Studio,
    commands: ResultCommands,
    window: QWidget,
    schema: ParameterSchema,
    qt_loop: QtLoop,
) -> None:
    studio.gallery.add(finished(schema, 3))

    async def drive() -> None:
        commands.save(None)
        for _ in range(2):  # the second is one too many while the first is prepared
            commands.of_runs.save_wanted.emit(studio.gallery.entries[0].id)
        assert window.findChild(QFileDialog) is None
        await emitted(studio.saver.prepared)
        (dialog,) = window.findChildren(QFileDialog)
        name = dialog.findChild(QLineEdit)
        assert isinstance(name, QLineEdit)
        assert name.text() == "harbour inpaint 3.png"
        dialog.reject()
        await studio.close()

    qt_loop.run(drive())


def test_a_result_becomes_the_source(
    studio: Studio, commands: ResultCommands, schema: ParameterSchema, qt_loop: QtLoop
) -> None:
    result = finished(schema, 1)
    studio.gallery.add(result)

    async def drive() -> None:
        commands.use_as_source(None)
        commands.of_runs.use_wanted.emit(result.id)
        (source,) = await emitted(studio.opener.opened)
        assert result.composite is not None
        assert (source.pixels == result.composite.picture().pixels).all()
        await studio.close()

    qt_loop.run(drive())


def test_why_a_run_failed_is_told_again(
    studio: Studio, commands: ResultCommands, schema: ParameterSchema
) -> None:
    error = KeyMissing()
    studio.gallery.add(failed(schema, error))
    commands.tell_story(studio.gallery.entries[0].id)
    assert studio.notices.current is not None
    assert studio.notices.current.error is error
