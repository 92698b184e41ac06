"""The strip of results: its tiles, their order and how they are chosen, the time, and real runs."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from dataclasses import replace

import pytest
from PySide6.QtCore import QEvent, QObject, QPoint, QPointF, Qt, QTimer
from PySide6.QtGui import QColor, QEnterEvent
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication, QMainWindow, QPushButton, QToolButton, QWidget
from pytestqt.qtbot import QtBot
from typing_extensions import override

from fluxfill_studio.core.blending.composite import Outcome
from fluxfill_studio.core.errors import Charge, JobFailed, KeyMissing, NoConnection
from fluxfill_studio.core.geometry import Point
from fluxfill_studio.core.job import Engine, JobState
from fluxfill_studio.core.key import KeyPlace
from fluxfill_studio.core.painting.brush import Brush
from fluxfill_studio.core.painting.stroke import Sample
from fluxfill_studio.core.schema import ParameterSchema
from fluxfill_studio.model.studio import Studio
from fluxfill_studio.ui.actions import Act, Actions
from fluxfill_studio.ui.look import Look
from fluxfill_studio.ui.remedies import Remedies
from fluxfill_studio.ui.results_strip import ResultsStrip
from fluxfill_studio.ui.results_tile import Tile
from fluxfill_studio.ui.run_commands import RunCommands
from tests.qt import QtLoop, acting, emitted
from tests.ui.runs import finished, picture, run

LEFT = Qt.MouseButton.LeftButton


@pytest.fixture
def strip(
    studio: Studio,
    run_commands: RunCommands,
    remedies: Remedies,
    look: Look,
    dressed: Callable[[QWidget], QMainWindow],
) -> ResultsStrip:
    """With a picture open."""
    result = ResultsStrip(studio.document, studio.gallery, run_commands, remedies)
    result.apply_look(look)
    studio.document.show(picture())
    dressed(result).resize(900, result.height())
    return result


def tiles(strip: ResultsStrip) -> list[Tile]:
    """What can be seen, from left to right; the source first."""
    shown = [tile for tile in strip.findChildren(Tile) if not tile.isHidden()]
    return sorted(shown, key=lambda tile: tile.x())


def test_the_source_comes_first_while_something_is_open(
    studio: Studio,
    run_commands: RunCommands,
    remedies: Remedies,
    look: Look,
    schema: ParameterSchema,
) -> None:
    strip = ResultsStrip(studio.document, studio.gallery, run_commands, remedies)
    strip.apply_look(look)
    studio.gallery.add(finished(schema, 1))
    assert [tile.accessibleName() for tile in tiles(strip)] == ["Result #1"]
    studio.document.show(picture())
    assert [tile.accessibleName() for tile in tiles(strip)] == ["Source", "Result #1"]


def test_of_a_large_source_a_small_copy_is_shown(studio: Studio, strip: ResultsStrip) -> None:
    large = picture(4000, 3000)
    studio.document.show(large)
    level = large.pyramid.level(4)
    middle = tiles(strip)[0].grab().toImage().pixelColor(62, 20)
    height, width = level.shape[:2]
    # Row 20 of the tile is 15 of 82 rows of the face, which shows the height cut to 114 : 82.
    red, green, blue = level[round(height * 15 / 82), width // 2]
    assert abs(middle.red() - int(red)) < 30
    assert abs(middle.green() - int(green)) < 30
    assert abs(middle.blue() - int(blue)) < 30


def test_results_stand_in_their_order_and_the_strip_keeps_its_height(
    studio: Studio, strip: ResultsStrip, schema: ParameterSchema
) -> None:
    place = tiles(strip)[0].mapTo(strip, QPoint(0, 0))
    for number in range(1, 13):
        studio.gallery.add(finished(schema, number, seed=number))
    names = [tile.accessibleName() for tile in tiles(strip)]
    assert names == ["Source", *(f"Result #{n} · seed {n}" for n in range(1, 13))]
    assert strip.height() == 112
    # More than fit: the newest is in view, and the scroll bar has moved nothing up.
    assert strip.horizontalScrollBar().maximum() > 0
    newest = tiles(strip)[-1]
    right = newest.mapTo(strip.viewport(), newest.rect().bottomRight())
    assert strip.viewport().rect().contains(right)
    assert tiles(strip)[0].mapTo(strip, QPoint(0, 0)).y() == place.y()


def test_a_click_asks_for_what_the_tile_shows(
    studio: Studio, strip: ResultsStrip, schema: ParameterSchema
) -> None:
    chosen: list[str] = []
    strip.source_chosen.connect(lambda: chosen.append("source"))
    strip.result_chosen.connect(chosen.append)
    result, running = finished(schema, 1), run(schema, 2)
    studio.gallery.add(result)
    studio.gallery.add(running)
    for tile in (1, 0, 2):
        QTest.mouseClick(tiles(strip)[tile], LEFT)
    assert chosen == [result.id, "source"]
    # What is looked at is for others to say.
    assert [tile.isChecked() for tile in tiles(strip)] == [True, False, False]


def test_the_frame_is_where_the_window_says(
    studio: Studio, strip: ResultsStrip, schema: ParameterSchema, look: Look
) -> None:
    result = finished(schema, 1)
    strip.set_current(result.id)
    studio.gallery.add(result)
    assert [tile.isChecked() for tile in tiles(strip)] == [False, True]
    framed = tiles(strip)[1].grab().toImage().pixelColor(3, 46)
    assert framed == QColor(look.theme.accent)
    strip.set_current(None)
    assert [tile.isChecked() for tile in tiles(strip)] == [True, False]
    assert tiles(strip)[1].grab().toImage().pixelColor(3, 46) != framed


def test_arrow_keys_move_and_enter_chooses(
    studio: Studio, strip: ResultsStrip, schema: ParameterSchema
) -> None:
    chosen: list[str] = []
    strip.source_chosen.connect(lambda: chosen.append("source"))
    strip.result_chosen.connect(chosen.append)
    results = [finished(schema, number) for number in range(1, 11)]
    for result in results:
        studio.gallery.add(result)
    row = tiles(strip)
    row[0].setFocus()
    calm = row[1].grab().toImage()
    QTest.keyClick(row[0], Qt.Key.Key_Left)
    assert row[0].hasFocus()
    QTest.keyClick(row[0], Qt.Key.Key_Return)
    QTest.keyClick(row[0], Qt.Key.Key_Right)
    assert row[1].hasFocus()
    assert row[1].grab().toImage() != calm
    QTest.keyClick(row[1], Qt.Key.Key_Space)
    for tile in row[1:]:
        QTest.keyClick(tile, Qt.Key.Key_Right)
    assert row[-1].hasFocus()
    QTest.keyClick(row[-1], Qt.Key.Key_Enter)
    assert chosen == ["source", results[0].id, results[-1].id]
    corner = row[-1].mapTo(strip.viewport(), row[-1].rect().bottomRight())
    assert strip.viewport().rect().contains(corner)


def test_a_failed_run_tells_why(
    studio: Studio, strip: ResultsStrip, schema: ParameterSchema
) -> None:
    error = JobFailed(reason="a <b> in the prompt.", charge=Charge.NONE)
    studio.gallery.add(run(schema, 1, JobState.FAILED, error=error))
    tile = tiles(strip)[1]
    assert tile.accessibleDescription() == "failed"
    assert "a &lt;b&gt; in the prompt. Nothing was charged." in tile.toolTip()
    told: list[str] = []
    strip.story_wanted.connect(told.append)
    QTest.mouseClick(tile, LEFT)
    assert told == [studio.gallery.entries[0].id]


def test_a_failed_run_offers_what_helps(
    studio: Studio, strip: ResultsStrip, actions: Actions, schema: ParameterSchema, qt_loop: QtLoop
) -> None:
    opened: list[str] = []
    actions[Act.SETTINGS].triggered.connect(lambda: opened.append("settings"))
    studio.gallery.add(run(schema, 1, JobState.FAILED, error=KeyMissing()))
    studio.gallery.add(finished(schema, 2))
    first, second = (tile.findChild(QPushButton) for tile in tiles(strip)[1:])
    assert isinstance(first, QPushButton)
    assert isinstance(second, QPushButton)
    assert (first.isVisible(), first.text()) == (True, "Enter key…")
    assert not second.isVisible()
    QTest.mouseClick(first, LEFT)
    assert opened == ["settings"]

    async def enter_key() -> None:
        studio.account.choose(Engine.APIFRAME)
        await studio.account.set_key("afk_test", KeyPlace.SESSION)
        await studio.close()

    qt_loop.run(enter_key())
    assert first.text() == "Resume"


def test_a_run_in_trouble_says_so(
    studio: Studio, strip: ResultsStrip, schema: ParameterSchema
) -> None:
    begun = run(schema, 1, JobState.UPLOADING)
    studio.gallery.add(begun)
    trouble = NoConnection(host="h", reason="r")
    studio.gallery.update_job(replace(begun.job, trouble=trouble))
    tile = tiles(strip)[1]
    assert "No connection. Waiting until it is back." in tile.toolTip()
    studio.gallery.update_job(replace(begun.job, trouble=None))
    assert "a calm sea" in tile.toolTip()


def test_a_screen_reader_learns_how_far_a_run_is(
    studio: Studio, strip: ResultsStrip, schema: ParameterSchema
) -> None:
    begun = run(schema, 1, JobState.UPLOADING)
    studio.gallery.add(begun)
    tile = tiles(strip)[1]
    assert tile.accessibleDescription() == "uploading"
    studio.gallery.update_job(replace(begun.job, state=JobState.WAITING, progress=0.62))
    assert tile.accessibleDescription() == "processing, 62 %"


def test_the_wheel_scrolls_along(
    studio: Studio, strip: ResultsStrip, schema: ParameterSchema
) -> None:
    for number in range(1, 13):
        studio.gallery.add(finished(schema, number))
    bar = strip.horizontalScrollBar()
    before = bar.value()
    QTest.wheelEvent(strip.window().windowHandle(), QPoint(50, 50), QPoint(0, 120))
    assert bar.value() == before - 120


def test_seconds_are_counted_only_while_something_runs(
    studio: Studio, strip: ResultsStrip, schema: ParameterSchema
) -> None:
    (ticker,) = strip.findChildren(QTimer, options=Qt.FindChildOption.FindDirectChildrenOnly)
    studio.gallery.add(finished(schema, 1))
    assert not ticker.isActive()
    begun = run(schema, 2)
    studio.gallery.add(begun)
    assert ticker.isActive()
    studio.gallery.update_job(replace(begun.job, state=JobState.STOPPED))
    assert not ticker.isActive()


def test_no_seconds_are_counted_while_nobody_sees_them(
    studio: Studio, strip: ResultsStrip, schema: ParameterSchema
) -> None:
    (ticker,) = strip.findChildren(QTimer, options=Qt.FindChildOption.FindDirectChildrenOnly)
    studio.gallery.add(run(schema, 1))
    strip.hide()
    assert not ticker.isActive()
    strip.show()
    assert ticker.isActive()
    studio.gallery.update_job(replace(studio.gallery.entries[0].job, state=JobState.QUEUED))
    assert not ticker.isActive(), "waiting for its turn takes none of its time"


def test_the_seconds_go_on_by_themselves(
    studio: Studio, strip: ResultsStrip, schema: ParameterSchema, qtbot: QtBot
) -> None:
    studio.gallery.add(run(schema, 1))
    tile = tiles(strip)[1]
    before = tile.grab().toImage()
    qtbot.waitUntil(lambda: tile.grab().toImage() != before)


def test_only_what_changes_is_painted(
    studio: Studio, strip: ResultsStrip, schema: ParameterSchema, qtbot: QtBot
) -> None:
    studio.gallery.add(finished(schema, 1))
    begun, other = run(schema, 2, progress=0.5), run(schema, 3)
    studio.gallery.add(begun)
    studio.gallery.add(other)
    QApplication.processEvents()
    painted: list[Tile] = []
    watch = Watch(painted)
    for tile in tiles(strip):
        tile.installEventFilter(watch)
    studio.gallery.update_job(replace(begun.job))
    QApplication.processEvents()
    assert painted == []
    studio.gallery.update_job(replace(begun.job, progress=0.6))
    qtbot.waitUntil(lambda: bool(painted))
    assert set(painted) == {tiles(strip)[2]}


class Watch(QObject):
    """Notes which tiles are painted."""

    def __init__(self, painted: list[Tile]) -> None:
        super().__init__()
        self._painted = painted

    @override
    def eventFilter(self, watched: QObject, event: QEvent, /) -> bool:
        if event.type() is QEvent.Type.Paint and isinstance(watched, Tile):
            self._painted.append(watched)
        return False


def test_tab_reaches_one_tile_and_arrows_the_others(
    studio: Studio, strip: ResultsStrip, schema: ParameterSchema
) -> None:
    def by_tab() -> list[int]:
        return [
            place
            for place, tile in enumerate(tiles(strip))
            if tile.focusPolicy() & Qt.FocusPolicy.TabFocus
        ]

    results = [finished(schema, number) for number in (1, 2, 3)]
    for result in results:
        studio.gallery.add(result)
    assert by_tab() == [0]
    tiles(strip)[0].clearFocus()
    strip.set_current(results[1].id)
    assert by_tab() == [2]
    tiles(strip)[2].setFocus()
    QTest.keyClick(tiles(strip)[2], Qt.Key.Key_Right)
    assert by_tab() == [3]


def test_the_keyboard_stays_in_the_strip_when_its_run_is_removed(
    studio: Studio, strip: ResultsStrip, schema: ParameterSchema, qt_loop: QtLoop
) -> None:
    results = [finished(schema, number) for number in (1, 2, 3)]
    for result in results:
        studio.gallery.add(result)
    source, first, second, third = tiles(strip)
    source.hide()  # nothing is open

    async def drive() -> None:
        third.setFocus()
        studio.gallery.remove(results[2].id)
        assert second.hasFocus()
        first.setFocus()
        studio.gallery.remove(results[0].id)
        assert second.hasFocus()
        await studio.close()

    qt_loop.run(drive())


def test_restored_runs_need_no_picture_to_be_shown(
    studio: Studio, strip: ResultsStrip, schema: ParameterSchema
) -> None:
    chosen: list[str] = []
    strip.result_chosen.connect(chosen.append)
    bare = replace(finished(schema, 1), thumbnail=None, composite=None)
    studio.gallery.add(bare)
    tile = tiles(strip)[1]
    assert tile.accessibleDescription() == "done"
    plain = tile.grab().toImage()
    QTest.mouseClick(tile, LEFT)
    assert chosen == [bare.id]
    studio.gallery.finish(bare.job, outcome(schema))
    assert tile.grab().toImage() != plain


def outcome(schema: ParameterSchema) -> Outcome:
    entry = finished(schema, 1)
    assert entry.composite is not None
    assert entry.thumbnail is not None
    return Outcome(entry.composite, entry.composite.picture(), entry.thumbnail, 0)


def hover(tile: QWidget) -> None:
    """Tell `tile` that the pointer is on it."""
    middle = QPointF(tile.rect().center())
    QApplication.sendEvent(tile, QEnterEvent(middle, middle, middle))


async def start_runs(studio: Studio, count: int) -> None:
    """Paint, and start runs that will not get past the upload: nobody listens there."""
    studio.account.choose(Engine.APIFRAME)
    await studio.account.set_key("afk_test", KeyPlace.SESSION)
    studio.document.begin_stroke(Brush(40), Sample(Point(150, 100)))
    studio.document.end_stroke()
    studio.parameters.set("prompt", "a calm sea")
    studio.generation.run(count)
    while len(studio.gallery.entries) < count:
        await emitted(studio.gallery.added)


def texts(strip: ResultsStrip) -> list[str]:
    """The tiles of the runs, from left to right."""
    return [
        tile.accessibleName().removeprefix("Result ") + " " + tile.accessibleDescription()
        for tile in tiles(strip)[1:]
    ]


async def until(studio: Studio, is_so: Callable[[], bool]) -> None:
    while not is_so():
        await emitted(studio.gallery.changed)


def test_the_line_is_seen_and_reordered_by_keys_and_by_dragging(
    studio: Studio, strip: ResultsStrip, qt_loop: QtLoop
) -> None:
    async def drive() -> None:
        await start_runs(studio, 5)
        await until(studio, lambda: texts(strip)[1] == "#2 uploading")
        assert texts(strip)[2:] == [
            "#3 queued, next in line",
            "#4 queued, place 2 in line",
            "#5 queued, place 3 in line",
        ]
        last = tiles(strip)[5]
        last.setFocus()
        QTest.keyClick(last, Qt.Key.Key_Left, Qt.KeyboardModifier.ControlModifier)
        await emitted(studio.jobs.line_changed)
        assert [text[:2] for text in texts(strip)] == ["#1", "#2", "#3", "#5", "#4"]
        assert last.hasFocus()
        QTest.keyClick(last, Qt.Key.Key_Home, Qt.KeyboardModifier.ControlModifier)
        await emitted(studio.jobs.line_changed)
        assert texts(strip)[2:] == [
            "#5 queued, next in line",
            "#3 queued, place 2 in line",
            "#4 queued, place 3 in line",
        ]

        # The first is dragged past the second.
        await acting(lambda: QTest.mousePress(last, LEFT, pos=QPoint(60, 40)))
        await acting(lambda: QTest.mouseMove(last, QPoint(80, 40)))
        await acting(lambda: QTest.mouseMove(last, QPoint(190, 40)))
        assert [text[:2] for text in texts(strip)[2:]] == ["#3", "#5", "#4"]
        dropped = asyncio.create_task(emitted(studio.jobs.line_changed))
        await acting(lambda: QTest.mouseRelease(last, LEFT, pos=QPoint(60, 40)))
        await dropped
        ids = {entry.id: entry.number for entry in studio.gallery.entries}
        assert [ids[job_id] for job_id in studio.jobs.line] == [3, 5, 4]
        assert texts(strip)[2] == "#3 queued, next in line"

        # A run that waits is taken out; the next in line takes the turn of one that is stopped.
        studio.generation.stop(studio.jobs.line[0])
        await until(studio, lambda: texts(strip)[2] == "#3 stopped")
        assert texts(strip)[3:] == ["#5 queued, next in line", "#4 queued, place 2 in line"]
        studio.generation.stop(studio.gallery.entries[0].id)
        await until(studio, lambda: "#5 uploading" in texts(strip))
        await studio.close()

    qt_loop.run(drive())


def test_a_real_run_is_stopped_from_its_tile_and_resumed(
    studio: Studio, strip: ResultsStrip, qt_loop: QtLoop
) -> None:
    gallery = studio.gallery

    async def drive() -> None:
        await start_runs(studio, 1)
        tile, entry_id = tiles(strip)[1], gallery.entries[0].id
        await until(studio, lambda: isinstance(gallery[entry_id].job.trouble, NoConnection))
        stop, resume = tile.findChild(QToolButton), tile.findChild(QPushButton)
        assert isinstance(stop, QToolButton)
        assert isinstance(resume, QPushButton)
        assert not stop.isVisible()
        hover(tile)
        assert stop.isVisible()
        QTest.mouseClick(stop, LEFT)
        await until(studio, lambda: gallery[entry_id].job.state is JobState.STOPPED)
        assert not stop.isVisible()

        # Twice within a double click is once.
        QTest.mouseClick(resume, LEFT)
        QTest.mouseClick(resume, LEFT)
        await until(studio, lambda: gallery[entry_id].job.state is JobState.UPLOADING)
        assert not resume.isVisible()
        assert studio.jobs.line == []
        assert len(gallery.entries) == 1
        await studio.close()

    qt_loop.run(drive())
