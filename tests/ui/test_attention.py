"""What is told of runs while the window is in the background."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

import pytest
from PySide6.QtGui import QIcon
from PySide6.QtWidgets import QApplication, QMainWindow, QWidget
from pytestqt.qtbot import QtBot
from typing_extensions import override

from fluxfill_studio.core.errors import JobFailed
from fluxfill_studio.core.job import JobState
from fluxfill_studio.core.schema import ParameterSchema
from fluxfill_studio.model.studio import Studio
from fluxfill_studio.ui.attention import Attention
from fluxfill_studio.ui.notifier import Notifier
from tests.ui.runs import finished, picture, run


class Told(Notifier):
    """Notes what a desktop would show."""

    def __init__(self) -> None:
        super().__init__(QIcon())
        self.shown: list[tuple[str, str, str]] = []
        self.withdrawn = 0

    @override
    def show(self, title: str, text: str, about: str) -> None:
        self.shown.append((title, text, about))

    @override
    def withdraw(self) -> None:
        self.withdrawn += 1


@pytest.fixture
def window(dressed: Callable[[QWidget], QMainWindow]) -> QMainWindow:
    return dressed(QWidget())


@pytest.fixture
def told(qapp: object) -> Told:
    return Told()


@pytest.fixture
def attention(studio: Studio, window: QMainWindow, told: Told) -> Attention:
    return Attention(studio.document, studio.gallery, window, told)


def go_away(window: QMainWindow, qtbot: QtBot) -> None:
    """No window of the program is active then."""
    window.hide()
    qtbot.waitUntil(lambda: QApplication.activeWindow() is None)


def come_back(window: QMainWindow, qtbot: QtBot) -> None:
    # The off-screen platform leaves the focus with a hidden window, so it has to come from another.
    for widget in (QWidget(), window):
        qtbot.addWidget(widget)
        with qtbot.waitActive(widget):
            widget.show()
            widget.activateWindow()
    qtbot.waitUntil(window.isActiveWindow)


def test_in_front_nothing_is_told(
    studio: Studio,
    attention: Attention,
    told: Told,
    window: QMainWindow,
    schema: ParameterSchema,
) -> None:
    begun = run(schema, 1, progress=0.62)
    studio.gallery.add(begun)
    assert window.windowTitle() == "Fluxfill Studio"
    studio.gallery.update_job(replace(begun.job, state=JobState.DONE))
    assert told.shown == []


def test_in_the_background_the_end_of_a_run_is_told(
    studio: Studio,
    attention: Attention,
    told: Told,
    window: QMainWindow,
    schema: ParameterSchema,
    qtbot: QtBot,
) -> None:
    well = run(schema, 1, prompt="a calm sea " * 20)
    badly = run(schema, 2, JobState.QUEUED)
    stopped = run(schema, 3)
    for entry in (well, badly, stopped):
        studio.gallery.add(entry)
    go_away(window, qtbot)
    studio.gallery.update_job(replace(well.job, state=JobState.DONE))
    error = JobFailed(reason="r.")
    studio.gallery.update_job(replace(badly.job, state=JobState.FAILED, error=error))
    studio.gallery.update_job(replace(stopped.job, state=JobState.STOPPED))
    # A result that was saved has not ended again.
    studio.gallery.update_job(replace(well.job, state=JobState.DONE, saved="/tmp/a.png"))
    (title, text, about), (other_title, other_text, other) = told.shown
    assert (title, about) == ("Result 1 is ready", well.id)
    assert text.startswith("a calm sea a calm sea")
    assert len(text) <= 80
    assert (other_title, other) == ("Run 2 failed", badly.id)
    assert "The run failed at the service: r." in other_text

    come_back(window, qtbot)
    assert told.withdrawn == 1
    wanted: list[str] = []
    attention.wanted.connect(wanted.append)
    go_away(window, qtbot)
    told.clicked.emit(well.id)
    assert wanted == [well.id]
    assert window.isVisible()


def test_results_of_earlier_starts_are_no_news(
    studio: Studio,
    attention: Attention,
    told: Told,
    window: QMainWindow,
    schema: ParameterSchema,
    qtbot: QtBot,
) -> None:
    go_away(window, qtbot)
    earlier = finished(schema, 1)
    studio.gallery.restore(earlier.job, None)
    studio.gallery.update_job(replace(earlier.job, saved="/tmp/a.png"))
    assert told.shown == []
    assert window.windowTitle() == "Fluxfill Studio"


def test_the_title_tells_the_picture_and_in_the_background_the_progress_of_all_runs(
    studio: Studio,
    attention: Attention,
    window: QMainWindow,
    schema: ParameterSchema,
    qtbot: QtBot,
) -> None:
    studio.document.show(picture())
    first, second = run(schema, 1), run(schema, 2)
    studio.gallery.add(first)
    studio.gallery.add(second)
    go_away(window, qtbot)
    assert window.windowTitle() == "harbour.png – Fluxfill Studio"
    studio.gallery.update_job(replace(first.job, progress=0.62))
    assert window.windowTitle() == "31 % · harbour.png – Fluxfill Studio"
    studio.gallery.update_job(replace(second.job, progress=0.2))
    assert window.windowTitle() == "41 % · harbour.png – Fluxfill Studio"
    come_back(window, qtbot)
    assert window.windowTitle() == "harbour.png – Fluxfill Studio"
