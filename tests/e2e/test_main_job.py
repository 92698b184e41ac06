"""The main job through the real window: drop, paint, run, compare, save, go on."""

from __future__ import annotations

import asyncio
from pathlib import Path

import numpy as np
import pytest
from PIL import Image
from PySide6.QtCore import QPoint, Qt, QTimer
from PySide6.QtGui import QGuiApplication
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication, QMessageBox

from fluxfill_studio.app import Application
from fluxfill_studio.core.errors import ImageTruncated
from fluxfill_studio.core.job import JobState
from fluxfill_studio.model import generation
from fluxfill_studio.model.document import Document
from fluxfill_studio.storage.paths import resources, samples
from fluxfill_studio.ui.actions import Act
from tests.e2e.conftest import InProgram, MakeApplication
from tests.e2e.driving import (
    agree,
    begin,
    close,
    drop,
    files,
    open_file,
    paint,
    ready,
    run,
    save_as,
    start,
    write_prompt,
)
from tests.qt import QtLoop, acting, emitted


def undo_all(document: Document) -> int:
    """Take every step back; returns how many there were."""
    count = 0
    while document.can_undo:
        document.undo()
        count += 1
    return count


def test_from_the_drop_to_the_saved_file(
    application: Application, in_program: InProgram, picture: Path, tmp_path: Path
) -> None:
    target = tmp_path / "result.png"

    async def drive() -> None:
        studio, window = application.studio, application.window
        assert window.stage.currentWidget() is window.empty
        await open_file(application, picture)
        assert window.stage.currentWidget() is window.canvas

        middle = window.canvas.rect().center()
        await paint(application, middle, middle + QPoint(60, 0), middle + QPoint(90, 40))
        write_prompt(application, "a calm sea")
        entry_id = await run(application)
        await emitted(studio.gallery.shown_changed)

        assert window.stage.currentWidget() is window.compare
        assert window.compare.before.isVisible()
        assert window.compare.after.isVisible()
        assert window.compare.after.remark.text() == "0 pixels changed outside the mask"
        assert studio.gallery[entry_id].job.state is JobState.DONE
        await save_as(application, target)
        assert studio.gallery[entry_id].is_saved

        before = np.asarray(Image.open(picture))
        after = np.asarray(Image.open(target))
        open_picture = studio.document.picture
        assert open_picture is not None
        painted = open_picture.mask.pixels > 0
        assert after.shape == before.shape
        assert painted.any()
        assert (after[~painted] == before[~painted]).all()
        assert (after[painted] != before[painted]).any()

        # The result becomes the source of the next run.
        opened = asyncio.create_task(emitted(studio.opener.opened))
        await asyncio.sleep(0)
        QTest.keyClick(window.compare, Qt.Key.Key_Return)
        (source,) = await opened
        assert (source.pixels == after).all()
        assert window.stage.currentWidget() is window.canvas

    in_program(drive)


def test_saving_over_a_file_asks_first(
    application: Application, in_program: InProgram, picture: Path, tmp_path: Path
) -> None:
    target = tmp_path / "kept.png"
    target.write_bytes(b"something dear")

    def refuse(asked: list[str]) -> None:
        """Answer the question of the file dialog with no."""
        for box in QApplication.topLevelWidgets():
            if isinstance(box, QMessageBox) and box.isVisible():
                asked.append(box.text())
                box.button(QMessageBox.StandardButton.No).click()

    async def drive() -> None:
        await ready(application, picture)
        entry_id = await run(application)
        await emitted(application.studio.gallery.shown_changed)
        name = await begin(application, Qt.Key.Key_S)
        name.setText(str(target))
        asked: list[str] = []
        timer = QTimer()
        timer.timeout.connect(lambda: refuse(asked))
        timer.start(10)
        await acting(lambda: QTest.keyClick(name, Qt.Key.Key_Return))
        timer.stop()
        assert len(asked) == 1
        assert "kept.png" in asked[0]
        assert target.read_bytes() == b"something dear"
        assert not application.studio.gallery[entry_id].is_saved

    in_program(drive)


def test_a_mask_that_was_not_run_is_asked_about_before_it_is_lost(
    application: Application, in_program: InProgram, picture: Path
) -> None:
    async def drive() -> None:
        studio, window = application.studio, application.window
        await open_file(application, picture)
        middle = window.canvas.rect().center()
        await paint(application, middle, middle + QPoint(60, 0))
        await emitted(studio.document.summary_changed)
        # Refused for want of a prompt: the mask is as unused as before.
        window._actions[Act.RUN].trigger()
        assert studio.notices.current is not None
        name = await begin(application, Qt.Key.Key_O)
        name.setText(str(picture))
        await acting(lambda: QTest.keyClick(name, Qt.Key.Key_Return))
        assert studio.opener.name is None, "it asks first"
        opened = asyncio.create_task(emitted(studio.opener.opened))
        await asyncio.sleep(0)
        agree(application)
        await opened
        assert not studio.document.can_undo

    in_program(drive)


def test_painting_and_a_second_run_go_on_while_one_runs(
    application: Application,
    in_program: InProgram,
    picture: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    # Nobody paints so fast.
    monkeypatch.setattr(generation, "_DOUBLE_CLICK", 0.0)

    async def drive() -> None:
        studio, window = application.studio, application.window
        await ready(application, picture)
        window._actions[Act.RUN].trigger()
        await emitted(studio.gallery.added)
        assert len(studio.gallery.running) == 1

        middle = window.canvas.rect().center()
        await paint(application, middle - QPoint(90, 60), middle - QPoint(40, 60))
        assert studio.document.can_undo
        window._actions[Act.RUN].trigger()
        await emitted(studio.gallery.added)
        assert len(studio.gallery.running) == 2
        await paint(application, middle + QPoint(0, 90), middle + QPoint(40, 90))

        while len(studio.gallery.finished) < 2:
            await emitted(studio.generation.finished)
        # The user went on painting, so the canvas stays.
        assert window.stage.currentWidget() is window.canvas
        first, second = studio.gallery.finished
        assert first.composite is not None
        assert second.composite is not None
        # Each ran with the mask as it was when it was started.
        assert first.composite.inputs.parts[0].mask is not None
        assert second.composite.inputs.parts[0].mask is not None
        assert np.count_nonzero(second.composite.inputs.parts[0].mask) > np.count_nonzero(
            first.composite.inputs.parts[0].mask
        )
        assert undo_all(studio.document) == 3

    in_program(drive)


def test_an_outpaint_preset_runs_without_a_mask_and_keeps_the_original(
    application: Application, in_program: InProgram, tmp_path: Path
) -> None:
    # A real photograph, as the original is found in the result by its own detail.
    path = tmp_path / "sample.png"
    with Image.open(samples(resources())[0]) as sample:
        sample.resize((480, 480)).save(path)

    async def drive() -> None:
        studio, window = application.studio, application.window
        await open_file(application, path)
        QTest.keyClick(window, Qt.Key.Key_F3)
        studio.parameters.set("outpaint", "Left outpaint")
        write_prompt(application, "more sea")
        await run(application)
        await emitted(studio.gallery.shown_changed)
        shown = studio.gallery.shown
        assert shown is not None
        height, width = shown.pyramid.base.shape[:2]
        assert width / height == pytest.approx(1.5, abs=0.01)
        assert window.compare.after.remark.text() == "original pixels kept"
        source = shown.source_pyramid.base
        assert np.array_equal(shown.pyramid.base[:, -source.shape[1] :], source)

    in_program(drive)


def test_stop_waiting_and_resume(
    application: Application, in_program: InProgram, picture: Path
) -> None:
    async def drive() -> None:
        studio, window = application.studio, application.window
        await ready(application, picture)
        window._actions[Act.RUN].trigger()
        (entry_id,) = await emitted(studio.gallery.added)
        while studio.gallery[entry_id].job.state is not JobState.WAITING:
            await emitted(studio.gallery.changed)
        studio.generation.stop(entry_id)
        await emitted(studio.gallery.changed)
        assert studio.gallery[entry_id].job.state is JobState.STOPPED
        studio.generation.resume(entry_id)
        await emitted(studio.generation.finished)
        assert studio.gallery[entry_id].job.state is JobState.DONE
        assert len(studio.gallery.entries) == 1

    in_program(drive)


def test_a_run_without_paint_or_prompt_is_refused_in_the_strip(
    application: Application, in_program: InProgram, picture: Path
) -> None:
    async def drive() -> None:
        studio, window = application.studio, application.window
        await open_file(application, picture)
        QTest.keyClick(window, Qt.Key.Key_Return, Qt.KeyboardModifier.ControlModifier)
        assert studio.notices.current is not None
        write_prompt(application, "a boat")
        failed = asyncio.create_task(emitted(studio.generation.failed))
        await asyncio.sleep(0)
        QTest.keyClick(window, Qt.Key.Key_Return, Qt.KeyboardModifier.ControlModifier)
        (error,) = await failed
        assert "empty" in error.message
        assert not studio.gallery.entries

    in_program(drive)


def test_a_broken_file_is_told_and_changes_nothing(
    application: Application, in_program: InProgram, picture: Path, tmp_path: Path
) -> None:
    broken = tmp_path / "broken.png"
    broken.write_bytes(picture.read_bytes()[:2000])

    async def drive() -> None:
        studio, window = application.studio, application.window
        await open_file(application, picture)
        middle = window.canvas.rect().center()
        await paint(application, middle, middle + QPoint(60, 0))
        await emitted(studio.document.summary_changed)
        before = studio.document.picture
        failed = asyncio.create_task(emitted(studio.opener.failed))
        await asyncio.sleep(0)
        assert drop(window, files(broken))
        assert studio.opener.name is None, "it asks first, for the mask would be lost"
        agree(application)
        (error,) = await failed
        assert isinstance(error, ImageTruncated)
        assert studio.document.picture is before
        assert studio.document.can_undo
        assert studio.notices.current is not None
        assert studio.notices.current.error is error

    in_program(drive)


def test_a_pasted_picture_is_opened(
    application: Application, in_program: InProgram, picture: Path
) -> None:
    async def drive() -> None:
        studio, window = application.studio, application.window
        QGuiApplication.clipboard().setImage(window.windowIcon().pixmap(64, 64).toImage())
        opened = asyncio.create_task(emitted(studio.opener.opened))
        await asyncio.sleep(0)
        QTest.keyClick(window, Qt.Key.Key_V, Qt.KeyboardModifier.ControlModifier)
        (source,) = await opened
        assert source.size.width == 64
        QGuiApplication.clipboard().clear()

    in_program(drive)


def test_a_job_goes_on_at_the_next_start_of_the_window(
    make_application: MakeApplication, qt_loop: QtLoop, picture: Path
) -> None:
    async def first(application: Application) -> None:
        program = await start(application)
        await ready(application, picture)
        application.window._actions[Act.RUN].trigger()
        await emitted(application.studio.gallery.added)
        application.window.close()
        assert not application.window.isVisible(), "nothing is lost, so nothing is asked"
        await program

    async def second(application: Application) -> None:
        finished = asyncio.create_task(emitted(application.studio.generation.finished))
        program = await start(application)
        await finished
        (entry,) = application.studio.gallery.entries
        assert entry.changed_outside == 0
        await close(application)
        await program

    # A task that is left behind fails the test.
    for body in (first, second):
        qt_loop.run(body(make_application()))
