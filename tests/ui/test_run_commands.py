"""The menu of a run in every state, and the keys for the same."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

import pytest
from PySide6.QtCore import Qt
from PySide6.QtGui import QGuiApplication, QKeySequence
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QMainWindow, QMenu, QWidget

from fluxfill_studio.core.errors import FluxfillError, JobFailed, KeyMissing, Unreachable
from fluxfill_studio.core.job import Engine, JobState
from fluxfill_studio.core.schema import ParameterSchema
from fluxfill_studio.model.studio import Studio
from fluxfill_studio.ui.look import Look
from fluxfill_studio.ui.remedies import Remedies
from fluxfill_studio.ui.results_strip import ResultsStrip
from fluxfill_studio.ui.results_tile import Tile
from fluxfill_studio.ui.run_commands import RunCommands
from tests.ui.runs import finished, run

LEFT = Qt.MouseButton.LeftButton


@pytest.fixture
def strip(
    studio: Studio,
    run_commands: RunCommands,
    remedies: Remedies,
    look: Look,
    dressed: Callable[[QWidget], QMainWindow],
) -> ResultsStrip:
    result = ResultsStrip(studio.document, studio.gallery, run_commands, remedies)
    result.apply_look(look)
    dressed(result)
    return result


def tile(strip: ResultsStrip) -> Tile:
    (result,) = (tile for tile in strip.findChildren(Tile) if not tile.isHidden())
    return result


def open_menu(strip: ResultsStrip) -> QMenu:
    """Open the tile's menu as the menu key does."""
    one = tile(strip)
    one.customContextMenuRequested.emit(one.rect().center())
    (menu,) = (menu for menu in strip.window().findChildren(QMenu) if menu.isVisible())
    return menu


def choose(strip: ResultsStrip, text: str) -> None:
    """Choose an entry of the menu with the pointer."""
    menu = open_menu(strip)
    action = next(action for action in menu.actions() if action.text().split("\t")[0] == text)
    QTest.mouseClick(menu, LEFT, pos=menu.actionGeometry(action).center())


def entries(strip: ResultsStrip) -> list[str]:
    """The menu from top to bottom; a line is empty."""
    menu = open_menu(strip)
    texts = [action.text() for action in menu.actions()]
    menu.close()
    return texts


def native(key: str) -> str:
    return QKeySequence(key).toString(QKeySequence.SequenceFormat.NativeText)


COPY, REMOVE = f"Copy prompt\t{native('Ctrl+C')}", f"Remove\t{native('Delete')}"


@pytest.mark.parametrize(
    ("state", "error", "expected"),
    [
        (JobState.QUEUED, None, ["Take out of the line", COPY]),
        (JobState.UPLOADING, None, ["Stop waiting", COPY]),
        (JobState.WAITING, None, ["Stop waiting", COPY]),
        (JobState.STOPPED, None, ["Resume · 9 credits", COPY, "", REMOVE]),
        (
            JobState.FAILED,
            Unreachable(host="h", reason="r"),
            ["Resume · 9 credits", COPY, "", REMOVE],
        ),
        (JobState.FAILED, KeyMissing(), ["Enter key…", "Resume · 9 credits", COPY, "", REMOVE]),
        (JobState.FAILED, JobFailed(reason="r"), ["Run again · 9 credits", COPY, "", REMOVE]),
        (
            JobState.DONE,
            None,
            ["Save as…", "Use as new source", "Run again · 9 credits", COPY, "", REMOVE],
        ),
    ],
)
def test_the_menu_of_a_run_fits_its_state(
    studio: Studio,
    strip: ResultsStrip,
    schema: ParameterSchema,
    state: JobState,
    error: FluxfillError | None,
    expected: list[str],
) -> None:
    studio.gallery.add(run(schema, 1, state, error=error))
    assert entries(strip) == expected


def test_a_local_draft_costs_nothing_again(
    studio: Studio, strip: ResultsStrip, schema: ParameterSchema
) -> None:
    studio.gallery.add(finished(schema, 1, engine=Engine.LOCAL))
    assert "Run again" in entries(strip)


def test_what_needs_the_window_is_asked_for(
    studio: Studio, strip: ResultsStrip, run_commands: RunCommands, schema: ParameterSchema
) -> None:
    wanted: list[tuple[str, str]] = []
    run_commands.save_wanted.connect(lambda entry_id: wanted.append(("save", entry_id)))
    run_commands.use_wanted.connect(lambda entry_id: wanted.append(("use", entry_id)))
    run_commands.remove_wanted.connect(lambda entry_id: wanted.append(("remove", entry_id)))
    result = finished(schema, 1)
    studio.gallery.add(result)
    for text in ("Save as…", "Use as new source", "Remove"):
        choose(strip, text)
    assert wanted == [("save", result.id), ("use", result.id), ("remove", result.id)]


def test_keys_do_what_the_menu_does(
    studio: Studio, strip: ResultsStrip, run_commands: RunCommands, schema: ParameterSchema
) -> None:
    removed: list[str] = []
    run_commands.remove_wanted.connect(removed.append)
    begun = run(schema, 1, prompt="a red kite")
    studio.gallery.add(begun)
    one = tile(strip)
    one.setFocus()
    QTest.keyClick(one, Qt.Key.Key_C, Qt.KeyboardModifier.ControlModifier)
    assert QGuiApplication.clipboard().text() == "a red kite"
    QGuiApplication.clipboard().clear()
    QTest.keyClick(one, Qt.Key.Key_Delete)
    assert removed == [], "what runs is not removed"
    studio.gallery.update_job(replace(begun.job, state=JobState.STOPPED))
    QTest.keyClick(one, Qt.Key.Key_Delete)
    assert removed == [begun.id]
