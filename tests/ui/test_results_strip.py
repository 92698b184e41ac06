"""The strip of results: its tiles, how they are chosen, their menus, and a run that is stopped."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from dataclasses import replace

import pytest
from PySide6.QtCore import QPoint, QPointF, Qt, QTimer
from PySide6.QtGui import QColor, QEnterEvent, QGuiApplication
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication, QMainWindow, QMenu, QToolButton, QWidget
from pytestqt.qtbot import QtBot

from fluxfill_studio.core.brush import Brush
from fluxfill_studio.core.errors import Charge, JobFailed, Unreachable
from fluxfill_studio.core.geometry import Point
from fluxfill_studio.core.job import JobState
from fluxfill_studio.core.schema import ParameterSchema
from fluxfill_studio.core.stroke import Sample
from fluxfill_studio.model.studio import Studio
from fluxfill_studio.ui.look import Look
from fluxfill_studio.ui.results_strip import ResultsStrip
from fluxfill_studio.ui.results_tile import Tile
from tests.qt import QtLoop, emitted
from tests.ui.runs import finished, picture, run

LEFT = Qt.MouseButton.LeftButton

# Said by the off-screen platform whenever a menu opens.


@pytest.fixture
def strip(studio: Studio, look: Look, dressed: Callable[[QWidget], QMainWindow]) -> ResultsStrip:
    """With a picture open."""
    result = ResultsStrip(studio.document, studio.gallery, studio.generation)
    result.apply_look(look)
    studio.document.show(picture())
    dressed(result).resize(900, result.height())
    return result


def tiles(strip: ResultsStrip) -> list[Tile]:
    """What can be seen, from left to right; the source first."""
    shown = [tile for tile in strip.findChildren(Tile) if not tile.isHidden()]
    return sorted(shown, key=lambda tile: tile.x())


def open_menu(tile: Tile) -> QMenu:
    """Open the tile's menu as the menu key does."""
    tile.customContextMenuRequested.emit(tile.rect().center())
    (menu,) = (menu for menu in tile.window().findChildren(QMenu) if menu.isVisible())
    return menu


def choose(tile: Tile, text: str) -> None:
    """Choose an entry of the tile's menu with the pointer."""
    menu = open_menu(tile)
    action = next(action for action in menu.actions() if action.text() == text)
    QTest.mouseClick(menu, LEFT, pos=menu.actionGeometry(action).center())


def entries(tile: Tile) -> list[str]:
    menu = open_menu(tile)
    texts = [action.text() for action in menu.actions() if not action.isSeparator()]
    menu.close()
    return texts


def test_the_source_comes_first_while_something_is_open(
    studio: Studio, look: Look, schema: ParameterSchema
) -> None:
    strip = ResultsStrip(studio.document, studio.gallery, studio.generation)
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


def test_the_menu_of_a_result(studio: Studio, strip: ResultsStrip, schema: ParameterSchema) -> None:
    wanted: list[tuple[str, str]] = []
    strip.save_wanted.connect(lambda entry_id: wanted.append(("save", entry_id)))
    strip.use_wanted.connect(lambda entry_id: wanted.append(("use", entry_id)))
    result = finished(schema, 1)
    studio.gallery.add(result)
    tile = tiles(strip)[1]
    assert entries(tile) == ["Save as…", "Use as new source", "Copy prompt", "Remove"]
    choose(tile, "Save as…")
    choose(tile, "Use as new source")
    assert wanted == [("save", result.id), ("use", result.id)]
    choose(tile, "Copy prompt")
    assert QGuiApplication.clipboard().text() == "a calm sea"
    QGuiApplication.clipboard().clear()
    choose(tile, "Remove")
    assert result.id not in studio.gallery
    assert len(tiles(strip)) == 1


@pytest.mark.parametrize(
    ("state", "error", "expected"),
    [
        (JobState.WAITING, None, ["Stop waiting", "Copy prompt"]),
        (JobState.STOPPED, None, ["Resume", "Copy prompt", "Remove"]),
        (JobState.FAILED, Unreachable(host="h", reason="r"), ["Resume", "Copy prompt", "Remove"]),
        (JobState.FAILED, JobFailed(reason="r"), ["Run again", "Copy prompt", "Remove"]),
        (JobState.DONE, None, ["Copy prompt", "Remove"]),  # its result is on its way
    ],
)
def test_the_menu_of_a_run_fits_its_state(
    studio: Studio,
    strip: ResultsStrip,
    schema: ParameterSchema,
    state: JobState,
    error: Unreachable | JobFailed | None,
    expected: list[str],
) -> None:
    studio.gallery.add(run(schema, 1, state, error=error))
    assert entries(tiles(strip)[1]) == expected


def test_a_failed_run_tells_why(
    studio: Studio, strip: ResultsStrip, schema: ParameterSchema
) -> None:
    error = JobFailed(reason="a <b> in the prompt.", charge=Charge.NONE)
    studio.gallery.add(run(schema, 1, JobState.FAILED, error=error))
    tile = tiles(strip)[1]
    assert tile.accessibleDescription() == "failed"
    assert "a &lt;b&gt; in the prompt. Nothing was charged." in tile.toolTip()


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


def test_the_seconds_go_on_by_themselves(
    studio: Studio, strip: ResultsStrip, schema: ParameterSchema, qtbot: QtBot
) -> None:
    studio.gallery.add(run(schema, 1))
    tile = tiles(strip)[1]
    before = tile.grab().toImage()
    qtbot.waitUntil(lambda: tile.grab().toImage() != before)


def hover(tile: QWidget) -> None:
    """Tell `tile` that the pointer is on it."""
    middle = QPointF(tile.rect().center())
    QApplication.sendEvent(tile, QEnterEvent(middle, middle, middle))


def test_a_real_run_is_stopped_from_its_tile_and_removed(
    studio: Studio, strip: ResultsStrip, qt_loop: QtLoop
) -> None:
    document, gallery = studio.document, studio.gallery

    async def drive() -> None:
        document.begin_stroke(Brush(40), Sample(Point(150, 100)))
        document.end_stroke()
        studio.parameters.set("prompt", "a calm sea")
        begun = asyncio.create_task(emitted(gallery.added))
        await asyncio.sleep(0)
        studio.generation.run()
        (entry_id,) = await begun
        while gallery[entry_id].job.state is not JobState.WAITING:
            await emitted(gallery.changed)
        tile = tiles(strip)[1]
        stop = tile.findChild(QToolButton)
        assert isinstance(stop, QToolButton)
        assert not stop.isVisible()
        hover(tile)
        assert stop.isVisible()
        QTest.mouseClick(stop, LEFT)
        while gallery[entry_id].job.state.is_running:
            await emitted(gallery.changed)
        assert gallery[entry_id].job.state is JobState.STOPPED
        assert not stop.isVisible()

        choose(tile, "Resume")
        while not gallery[entry_id].job.state.is_running:
            await emitted(gallery.changed)
        choose(tile, "Stop waiting")
        while gallery[entry_id].job.state.is_running:
            await emitted(gallery.changed)
        choose(tile, "Remove")
        assert gallery.entries == []
        await studio.close()

    qt_loop.run(drive())
