"""The side panels in the whole window: what is in them fits, and the keyboard goes through."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import pytest
from PySide6.QtCore import Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication, QPushButton, QWidget
from pytestqt.qtbot import QtBot

from fluxfill_studio.core.geometry import Point, Rect, Size
from fluxfill_studio.core.painting.mask import MaskEdit
from fluxfill_studio.core.painting.raster import rectangle_region
from fluxfill_studio.core.painting.region import Combine, combine
from fluxfill_studio.core.planning.extension import Extension
from fluxfill_studio.core.schema import ParameterSchema
from fluxfill_studio.jobs.sent_preview import SentPreview
from fluxfill_studio.model.studio import Studio
from fluxfill_studio.ui.actions import Actions
from fluxfill_studio.ui.column_area import ColumnArea
from fluxfill_studio.ui.look import Look
from fluxfill_studio.ui.main_window import MainWindow
from fluxfill_studio.ui.results_tile import Tile
from fluxfill_studio.ui.theme import stylesheet
from tests.qt import QtLoop, acting, emitted
from tests.ui.runs import finished, picture

SIZE = Size(4200, 1500)
HERE, THERE = Rect(300, 400, 200, 150), Rect(3700, 1000, 200, 150)


@pytest.fixture
def window(studio: Studio, look: Look, resources_folder: Path, qtbot: QtBot) -> MainWindow:
    result = MainWindow(studio, Actions())
    qtbot.addWidget(result)
    result.setStyleSheet(stylesheet(look.theme, resources_folder / "icons"))
    result.apply_look(look)
    with qtbot.waitActive(result):
        result.show()
        result.activateWindow()
    return result


def paint(studio: Studio, *rects: Rect) -> None:
    def work(edit: MaskEdit) -> Rect:
        for rect in rects:
            start, end = Point(rect.x, rect.y), Point(rect.right, rect.bottom)
            combine(edit, rectangle_region(start, end, SIZE), Combine.ADD)
        return Rect.of(SIZE)

    studio.document.change(work)


async def previewed(studio: Studio, is_it: Callable[[SentPreview], bool]) -> None:
    while (preview := studio.sending.preview) is None or not is_it(preview):
        await emitted(studio.sending.changed)


def fits(window: MainWindow) -> None:
    """Check that nothing of the side panel is cut off at its side, or lies under its bar."""
    QApplication.processEvents()
    (area,) = (area for area in window.side.findChildren(ColumnArea) if area.isVisible())
    content = area.widget()
    assert content is not None
    assert content.width() == area.viewport().width()
    for button in content.findChildren(QPushButton):
        if button.isVisible():
            right = button.mapTo(content, button.rect().topRight()).x()
            assert right < content.width(), button.accessibleName()


def test_a_run_s_panel_fits_into_the_window(
    studio: Studio, window: MainWindow, qt_loop: QtLoop
) -> None:
    async def drive() -> None:
        studio.document.show(picture(SIZE.width, SIZE.height))
        paint(studio, HERE, THERE)
        await previewed(studio, lambda preview: preview.areas == 2)
        await acting(lambda: fits(window))
        studio.parameters.set("mode", "outpaint")
        studio.framing.set_extension(Extension(99_999, 99_999, 99_999, 99_999))
        await acting(lambda: fits(window))
        await studio.close()

    qt_loop.run(drive())


def test_a_choice_of_what_is_sent_moves_nothing_under_the_pointer(
    studio: Studio, window: MainWindow, qt_loop: QtLoop
) -> None:
    async def drive() -> None:
        studio.document.show(picture(SIZE.width, SIZE.height))
        paint(studio, HERE, THERE)
        await previewed(studio, lambda preview: preview.areas == 2)
        names = ("Context: Auto", "Areas: One each")
        buttons = [b for b in window.panel.findChildren(QPushButton) if b.accessibleName() in names]

        def places() -> list[Point]:
            for _ in range(3):  # from label to card to column
                QApplication.processEvents()
            corners = [button.mapTo(window, button.rect().topLeft()) for button in buttons]
            return [Point(corner.x(), corner.y()) for corner in corners]

        before = await acting(places)
        assert len(before) == len(names)
        (apart,) = (b for b in buttons if b.accessibleName() == "Areas: One each")
        await acting(apart.click)
        await previewed(studio, lambda preview: len(preview.plans) == 2)
        assert await acting(places) == before
        await studio.close()

    qt_loop.run(drive())


def test_a_result_s_panel_fits_whatever_its_prompt(
    studio: Studio, window: MainWindow, schema: ParameterSchema, qt_loop: QtLoop
) -> None:
    async def drive() -> None:
        entry = finished(schema, 1)
        values = {**entry.job.request.values, "prompt": "https://" + "x" * 300}
        request = replace(entry.job.request, values=values)
        studio.gallery.add(replace(entry, job=replace(entry.job, request=request)))
        studio.gallery.select(studio.gallery.entries[0].id)
        await emitted(studio.gallery.shown_changed)
        await acting(lambda: fits(window))
        await studio.close()

    qt_loop.run(drive())


def test_tab_goes_from_the_pictures_to_the_strip_and_then_to_the_panel(
    studio: Studio, window: MainWindow, schema: ParameterSchema, qt_loop: QtLoop
) -> None:
    async def drive() -> None:
        studio.document.show(picture())
        for number in (1, 2):
            studio.gallery.add(finished(schema, number))
        studio.gallery.select(studio.gallery.entries[-1].id)
        await emitted(studio.gallery.shown_changed)

        def walk() -> list[QWidget]:
            window.compare.after.setFocus()
            passed: list[QWidget] = []
            for _ in range(2):
                QTest.keyClick(window, Qt.Key.Key_Tab)
                focused = QApplication.focusWidget()
                assert focused is not None
                passed.append(focused)
            return passed

        tile, control = await acting(walk)
        assert isinstance(tile, Tile)
        assert tile.isChecked()
        assert window.result_panel.isAncestorOf(control)
        await studio.close()

    qt_loop.run(drive())
