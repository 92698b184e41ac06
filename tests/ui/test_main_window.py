"""What only the whole window brings together."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import pytest
from PySide6.QtCore import Qt, SignalInstance
from PySide6.QtTest import QTest
from PySide6.QtWidgets import (
    QApplication,
    QLabel,
    QMenu,
    QMessageBox,
    QPlainTextEdit,
    QPushButton,
)
from pytestqt.qtbot import QtBot

from fluxfill_studio.core.errors import JobFileLost, JobFlagged, LedgerDamaged
from fluxfill_studio.core.geometry import Point, Rect
from fluxfill_studio.core.job import Engine, JobState
from fluxfill_studio.core.painting.brush import Brush
from fluxfill_studio.core.painting.region import Combine
from fluxfill_studio.core.painting.smart_select import Hints
from fluxfill_studio.core.painting.stroke import Sample
from fluxfill_studio.core.picture.source import Source
from fluxfill_studio.core.schema import ParameterSchema
from fluxfill_studio.model import generation
from fluxfill_studio.model.document import MaskSummary
from fluxfill_studio.model.studio import Studio
from fluxfill_studio.ui.actions import Act, Actions
from fluxfill_studio.ui.look import Look
from fluxfill_studio.ui.main_window import MainWindow
from fluxfill_studio.ui.results_tile import Tile
from fluxfill_studio.ui.settings.settings_dialog import SettingsDialog
from fluxfill_studio.ui.shortcuts_dialog import ShortcutsDialog
from fluxfill_studio.ui.theme import stylesheet
from tests.qt import QtLoop, acting, emitted
from tests.studios import studio_in
from tests.ui.runs import OBJECT, finished, picture, run, source, with_object

LEFT = Qt.MouseButton.LeftButton


@pytest.fixture
def actions() -> Actions:
    """Not connected yet: the window does that."""
    return Actions()


@pytest.fixture
def window(
    studio: Studio, actions: Actions, look: Look, resources_folder: Path, qtbot: QtBot
) -> MainWindow:
    result = MainWindow(studio, actions)
    qtbot.addWidget(result)
    result.setStyleSheet(stylesheet(look.theme, resources_folder / "icons"))
    result.apply_look(look)
    result.show()
    return result


def test_the_shortcuts_are_in_the_menu_and_open_their_dialog(
    actions: Actions, window: MainWindow
) -> None:
    menus = window.top_bar.findChildren(QMenu)
    assert any(actions[Act.SHORTCUTS] in menu.actions() for menu in menus)
    actions[Act.SHORTCUTS].trigger()
    dialog = window.findChild(ShortcutsDialog)
    assert dialog is not None
    assert dialog.isVisible()
    dialog.accept()
    assert not dialog.isVisible()


def test_the_settings_are_opened_by_key_and_from_the_top_bar(
    studio: Studio, actions: Actions, window: MainWindow, qt_loop: QtLoop
) -> None:
    def opened() -> list[SettingsDialog]:
        return [d for d in window.findChildren(SettingsDialog) if d.isVisible()]

    async def drive() -> None:
        pills = [b for b in window.top_bar.findChildren(QPushButton) if b.property("level")]
        studio.account.choose(Engine.APIFRAME)
        await studio.account.find_key()
        (balance,) = (pill for pill in pills if pill.isVisible())
        for open_them in (
            lambda: QTest.keyClick(window, Qt.Key.Key_Comma, Qt.KeyboardModifier.ControlModifier),
            balance.click,
        ):
            await acting(open_them)
            (dialog,) = opened()
            dialog.reject()
            assert not opened()
        await studio.close()

    qt_loop.run(drive())


def test_a_run_has_what_smart_select_found_in_its_mask(
    studio: Studio, actions: Actions, window: MainWindow, qt_loop: QtLoop
) -> None:
    selection = studio.smart_selection

    async def drive() -> None:
        studio.document.show(with_object())
        studio.parameters.set("prompt", "a calm sea")
        selection.begin(Hints(OBJECT), Combine.ADD)
        begun = emitted(studio.generation.begun)
        actions[Act.RUN].trigger()
        await begun
        assert not selection.is_pending
        assert studio.document.can_undo
        await studio.close()

    qt_loop.run(drive())


def prepare(studio: Studio) -> None:
    """A picture, something painted on it, and a prompt."""
    studio.document.show(picture())
    studio.document.begin_stroke(Brush(40), Sample(Point(150, 100)))
    studio.document.end_stroke()
    studio.parameters.set("prompt", "a calm sea")


async def until(signal: SignalInstance, is_so: Callable[[], object]) -> None:
    while not is_so():
        await emitted(signal)


@pytest.mark.parametrize("way", ["clicks", "keys", "a held key"])
def test_one_press_is_one_run_however_it_is_pressed(
    studio: Studio, window: MainWindow, qt_loop: QtLoop, way: str
) -> None:
    control, none = Qt.KeyboardModifier.ControlModifier, Qt.KeyboardModifier.NoModifier
    button = window.panel.run_button
    field = window.panel.findChild(QPlainTextEdit)
    assert isinstance(field, QPlainTextEdit)

    def press() -> None:
        if way == "clicks":
            QTest.mouseClick(button, LEFT)
            QTest.mouseDClick(button, LEFT)
        elif way == "keys":
            for key in (Qt.Key.Key_Return, Qt.Key.Key_Enter, Qt.Key.Key_Return):
                QTest.keyClick(field, key, control)
            QTest.keyClick(button, Qt.Key.Key_Space, none)
        else:
            for is_repeated in (False, True, True, True):
                QTest.simulateEvent(field, True, Qt.Key.Key_Return, control, "", is_repeated)
            QTest.simulateEvent(field, False, Qt.Key.Key_Return, control, "", False)

    async def drive() -> None:
        prepare(studio)
        QTest.mouseClick(window.panel.variants.findChildren(QPushButton)[1], LEFT)
        press()
        await until(studio.gallery.added, lambda: len(studio.gallery.entries) == 2)
        await until(studio.gallery.changed, lambda: len(studio.gallery.finished) == 2)
        assert len(studio.gallery.entries) == 2, "as many as there are variants"
        assert field.toPlainText() == "a calm sea"
        await studio.close()

    qt_loop.run(drive())


def test_a_key_held_for_longer_than_a_double_click_runs_once(
    studio: Studio,
    window: MainWindow,
    qt_loop: QtLoop,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(generation, "_DOUBLE_CLICK", 0.0)
    field = window.panel.findChild(QPlainTextEdit)
    assert isinstance(field, QPlainTextEdit)

    async def drive() -> None:
        prepare(studio)
        for is_repeated in (False, True, True, True):
            control = Qt.KeyboardModifier.ControlModifier
            QTest.simulateEvent(field, True, Qt.Key.Key_Return, control, "", is_repeated)
        await emitted(studio.generation.finished)
        assert len(studio.gallery.entries) == 1
        await studio.close()

    qt_loop.run(drive())


@pytest.mark.parametrize(
    ("key", "modifier", "runs"),
    [
        (Qt.Key.Key_Return, Qt.KeyboardModifier.ControlModifier, 0),
        (Qt.Key.Key_A, Qt.KeyboardModifier.NoModifier, 1),
    ],
)
def test_what_looks_like_a_press_while_the_key_is_held_is_none(
    studio: Studio,
    window: MainWindow,
    qt_loop: QtLoop,
    key: Qt.Key,
    modifier: Qt.KeyboardModifier,
    runs: int,
) -> None:
    control = Qt.KeyboardModifier.ControlModifier
    field = window.panel.findChild(QPlainTextEdit)
    assert isinstance(field, QPlainTextEdit)

    async def drive() -> None:
        prepare(studio)
        QTest.simulateEvent(field, True, key, modifier, "", True)
        QTest.simulateEvent(field, True, Qt.Key.Key_Return, control, "", False)
        await studio.jobs.ready()
        if runs:
            await emitted(studio.generation.begun)
        assert len(studio.gallery.entries) == runs
        await studio.close()

    qt_loop.run(drive())


def test_the_first_result_is_shown_and_the_next_ones_take_nothing_away(
    studio: Studio, window: MainWindow, qt_loop: QtLoop
) -> None:
    async def drive() -> None:
        prepare(studio)
        studio.generation.run(3)
        await emitted(studio.gallery.shown_changed)
        first = studio.gallery.shown
        assert first is not None
        assert window.stage.currentWidget() is window.compare
        await until(studio.gallery.changed, lambda: len(studio.gallery.finished) == 3)
        assert studio.gallery.shown is first
        assert studio.notices.current is None, "the strip tells enough"
        await studio.close()

    qt_loop.run(drive())


def test_what_arrives_unasked_is_told(
    studio: Studio, window: MainWindow, schema: ParameterSchema
) -> None:
    studio.gallery.add(finished(schema, 1))
    studio.generation.finished.emit(studio.gallery.entries[0].id)
    assert studio.notices.current is not None
    assert studio.notices.current.text == "Result 1 is ready in the strip below."
    assert window.stage.currentWidget() is window.empty


def test_closing_asks_for_the_mask_only(
    studio: Studio, window: MainWindow, schema: ParameterSchema
) -> None:
    closed: list[str] = []
    window.closing.connect(lambda: closed.append("closed"))
    studio.document.show(picture())
    studio.gallery.add(run(schema, 1))
    studio.gallery.add(finished(schema, 2))
    studio.document.mask_changed.emit(Rect(0, 0, 9, 9))
    studio.document.summary = MaskSummary(0.1, Rect(0, 0, 9, 9))
    window.close()
    box = window.findChild(QMessageBox)
    assert isinstance(box, QMessageBox)
    assert "mask" in box.informativeText()
    assert closed == []
    box.reject()
    studio.generation.begun.emit()
    window.close()
    assert closed == ["closed"]


def test_a_result_of_an_earlier_start_is_looked_at_and_gone_on_with(
    studio: Studio,
    window: MainWindow,
    schema: ParameterSchema,
    tmp_path: Path,
    look: Look,
    qt_loop: QtLoop,
    qtbot: QtBot,
) -> None:
    async def first() -> None:
        prepare(studio)
        studio.generation.run()
        await emitted(studio.gallery.shown_changed)
        await studio.close()

    qt_loop.run(first())
    later = studio_in(tmp_path, schema)
    again = MainWindow(later, Actions())
    qtbot.addWidget(again)
    again.apply_look(look)
    again.show()

    async def second() -> None:
        later.jobs.load()
        await emitted(later.gallery.added)
        assert again.strip.isVisible()
        (tile,) = (tile for tile in again.strip.findChildren(Tile) if not tile.isHidden())
        QTest.mouseClick(tile, LEFT)
        await emitted(later.gallery.shown_changed)
        assert again.stage.currentWidget() is again.compare
        assert again.compare.after.remark.text() == "0 pixels changed outside the mask"
        told = [label.text() for label in again.result_panel.findChildren(QLabel)]
        assert {"a calm sea", "300 × 200"} <= set(told)
        assert later.gallery.entries[0].composite is None, "the memory is for what is looked at"
        opened = asyncio.create_task(emitted(later.opener.opened))
        QTest.keyClick(again, Qt.Key.Key_U, Qt.KeyboardModifier.ControlModifier)
        (source,) = await opened
        assert source.name == "harbour inpaint 1.png"
        await later.close()

    qt_loop.run(second())


def test_what_cannot_be_brought_back_is_told(
    studio: Studio, window: MainWindow, schema: ParameterSchema, qt_loop: QtLoop
) -> None:
    async def drive() -> None:
        lost = replace(finished(schema, 1), composite=None)
        studio.gallery.add(replace(lost, job=replace(lost.job, results=("result.png",))))
        window.strip.result_chosen.emit(lost.id)
        await emitted(studio.notices.changed)
        assert studio.notices.current is not None
        assert isinstance(studio.notices.current.error, JobFileLost)
        assert window.stage.currentWidget() is window.empty
        await studio.close()

    qt_loop.run(drive())


def test_a_damaged_list_of_jobs_is_told_until_it_is_read(
    studio: Studio, window: MainWindow, tmp_path: Path, qt_loop: QtLoop
) -> None:
    (tmp_path / "data").mkdir()
    (tmp_path / "data" / "ledger.sqlite3").write_bytes(b"no list of jobs" * 999)

    async def drive() -> None:
        studio.jobs.load()
        await emitted(studio.notices.changed)
        studio.opener.open_with("harbour.png", lambda: source())
        await emitted(studio.opener.opened)
        assert studio.notices.current is not None
        assert isinstance(studio.notices.current.error, LedgerDamaged)
        assert window.notice.isVisible()
        await studio.close()

    qt_loop.run(drive())


@pytest.mark.parametrize(
    ("opened", "told"),
    [
        (replace(source(), reduced=True), "finer values than are kept: it was opened with 8 bits"),
        (replace(source(), is_hdr=True), "is HDR: its colours are taken for sRGB"),
    ],
    ids=["finer values", "HDR"],
)
def test_what_is_not_kept_of_a_picture_is_told_when_it_is_opened(
    opened: Source, told: str, studio: Studio, window: MainWindow, qt_loop: QtLoop
) -> None:
    async def drive() -> None:
        studio.opener.open_with("harbour.png", lambda: opened)
        await emitted(studio.opener.opened)
        assert studio.notices.current is not None
        assert told in studio.notices.current.text
        assert window.notice.isVisible()
        await studio.close()

    qt_loop.run(drive())


def test_in_the_background_the_title_tells_how_far_the_runs_are(
    studio: Studio, window: MainWindow, schema: ParameterSchema, qtbot: QtBot
) -> None:
    studio.document.show(picture())
    begun = run(schema, 1, progress=0.62)
    studio.gallery.add(begun)
    assert window.windowTitle() == "harbour.png – Fluxfill Studio"
    window.hide()
    qtbot.waitUntil(lambda: QApplication.activeWindow() is None)
    studio.gallery.update_job(replace(begun.job, progress=0.7))
    assert window.windowTitle() == "70 % · harbour.png – Fluxfill Studio"
    window.attention.wanted.emit(begun.id)
    assert window.stage.currentWidget() is window.canvas, "it has no result yet"


def test_a_flagged_run_leads_to_the_prompt(
    studio: Studio, window: MainWindow, schema: ParameterSchema
) -> None:
    studio.document.show(picture())
    error = JobFlagged(reason="r")
    studio.gallery.add(run(schema, 1, JobState.FAILED, error=error))
    window.strip.story_wanted.emit(studio.gallery.entries[0].id)
    button = window.notice.findChild(QPushButton)
    assert isinstance(button, QPushButton)
    assert button.text() == "Edit prompt"
    QTest.mouseClick(button, LEFT)
    focused = window.focusWidget()
    assert isinstance(focused, QPlainTextEdit)
