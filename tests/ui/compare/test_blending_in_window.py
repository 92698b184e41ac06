"""Blending again in the whole program: a run, its result, another blend, and the next start."""

from __future__ import annotations

import asyncio
from pathlib import Path

import numpy as np
from PySide6.QtCore import Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QScrollArea
from pytestqt.qtbot import QtBot

from fluxfill_studio.core.blending.compose import Blend
from fluxfill_studio.core.geometry import Point
from fluxfill_studio.core.painting.brush import Brush
from fluxfill_studio.core.painting.stroke import Sample
from fluxfill_studio.core.schema import ParameterSchema
from fluxfill_studio.core.types import Pixels
from fluxfill_studio.model.studio import Studio
from fluxfill_studio.ui.actions import Actions
from fluxfill_studio.ui.look import Look
from fluxfill_studio.ui.main_window import MainWindow
from fluxfill_studio.ui.theme import stylesheet
from tests.qt import QtLoop, acting, emitted
from tests.studios import studio_in
from tests.ui.runs import picture

CTRL = Qt.KeyboardModifier.ControlModifier


def window_of(studio: Studio, look: Look, icons: Path, qtbot: QtBot) -> MainWindow:
    result = MainWindow(studio, Actions())
    qtbot.addWidget(result)
    result.setStyleSheet(stylesheet(look.theme, icons))
    result.apply_look(look)
    result.show()
    return result


async def make_a_result(studio: Studio) -> None:
    """Run what is painted; its result is shown at once, and the balance looked at after it."""
    studio.document.show(picture())
    studio.document.begin_stroke(Brush(40), Sample(Point(150, 100)))
    studio.document.end_stroke()
    studio.parameters.set("prompt", "a calm sea")
    studio.generation.run()
    await emitted(studio.gallery.shown_changed)
    await asyncio.gather(*(t for t in asyncio.all_tasks() if t.get_name() == "balance"))


async def type_opacity(window: MainWindow, digits: str) -> None:
    box = window.result_panel.blend.opacity.box
    box.setFocus()
    box.selectAll()
    await acting(lambda: QTest.keyClicks(box, digits))


def looks(studio: Studio) -> Pixels:
    assert studio.gallery.shown is not None
    return np.asarray(studio.gallery.shown.pyramid.base, np.uint8)


def test_undo_is_that_of_the_page(
    schema: ParameterSchema,
    tmp_path: Path,
    look: Look,
    resources_folder: Path,
    qtbot: QtBot,
    qt_loop: QtLoop,
) -> None:
    studio = studio_in(tmp_path, schema)
    window = window_of(studio, look, resources_folder / "icons", qtbot)

    def is_painted() -> bool:
        return studio.document.can_undo

    async def drive() -> None:
        await make_a_result(studio)
        assert window.stage.currentWidget() is window.compare
        await type_opacity(window, "40")
        await acting(lambda: QTest.keyClick(window, Qt.Key.Key_Z, CTRL))
        assert studio.blending.blend == Blend()
        assert is_painted(), "the mask is as it was"
        await acting(lambda: QTest.keyClick(window, Qt.Key.Key_Y, CTRL))
        assert studio.blending.blend == Blend(opacity=0.4)
        await acting(lambda: QTest.keyClick(window, Qt.Key.Key_F2))
        await acting(lambda: QTest.keyClick(window, Qt.Key.Key_Z, CTRL))
        assert studio.blending.blend == Blend(opacity=0.4)
        assert not is_painted()
        await studio.close()

    qt_loop.run(drive())


def test_what_was_set_is_seen_and_is_there_at_the_next_start(
    schema: ParameterSchema,
    tmp_path: Path,
    look: Look,
    resources_folder: Path,
    qtbot: QtBot,
    qt_loop: QtLoop,
) -> None:
    studio = studio_in(tmp_path, schema)
    window = window_of(studio, look, resources_folder / "icons", qtbot)
    seen: list[Pixels] = []

    async def first() -> None:
        await make_a_result(studio)
        as_it_came = looks(studio).copy()
        balances: list[object] = []
        studio.account.changed.connect(lambda: balances.append(studio.account.balance))
        await type_opacity(window, "40")
        while not studio.blending.is_made:
            await emitted(studio.blending.changed)
        seen.append(looks(studio).copy())
        assert not np.array_equal(seen[0], as_it_came)
        assert balances == [], "it costs nothing"
        # The last one is set while the program is being closed.
        await type_opacity(window, "25")
        await studio.close()

    qt_loop.run(first())
    later = studio_in(tmp_path, schema)

    async def second() -> None:
        later.jobs.load()
        await emitted(later.gallery.added)
        later.gallery.select(later.gallery.entries[-1].id)
        await emitted(later.gallery.shown_changed)
        assert later.blending.blend == Blend(opacity=0.25)
        later.blending.set(Blend(opacity=0.4))
        while not later.blending.is_made:
            await emitted(later.blending.changed)
        assert np.array_equal(looks(later), seen[0])
        await later.close()

    qt_loop.run(second())


def test_the_panel_of_a_result_fits_its_place(
    studio: Studio, look: Look, resources_folder: Path, qtbot: QtBot
) -> None:
    window = MainWindow(studio, Actions())
    qtbot.addWidget(window)
    window.setStyleSheet(stylesheet(look.theme, resources_folder / "icons"))
    window.show()
    window.side.setCurrentWidget(window.result_panel)
    (area,) = window.result_panel.findChildren(QScrollArea)
    content = area.widget()
    assert content is not None
    assert content.minimumSizeHint().width() <= area.viewport().width()
