"""The notice strip: one message over the top of the stage, and how each kind goes away."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from PySide6.QtCore import QPoint, Qt
from PySide6.QtGui import QColor
from PySide6.QtTest import QTest
from PySide6.QtWidgets import (
    QLabel,
    QMainWindow,
    QProgressBar,
    QPushButton,
    QToolButton,
    QWidget,
)

from fluxfill_studio.core.errors import Charge, JobFailed, KeyMissing, NotEnoughCredits
from fluxfill_studio.core.job import JobState
from fluxfill_studio.core.schema import ParameterSchema
from fluxfill_studio.model.notices import Tone
from fluxfill_studio.model.studio import Studio
from fluxfill_studio.ui.actions import Act, Actions
from fluxfill_studio.ui.look import Look
from fluxfill_studio.ui.notice_strip import NoticeStrip
from fluxfill_studio.ui.remedies import Remedies
from tests.ui.runs import run

LEFT = Qt.MouseButton.LeftButton
ERROR = NotEnoughCredits(required=9, available=3, charge=Charge.NONE)
STORY = (
    "The run needs 9 credits, and 3 are there. Nothing was charged. "
    "Add credits and run again; mask and prompt are kept."
)


@pytest.fixture
def stage(dressed: Callable[[QWidget], QMainWindow]) -> QWidget:
    result = QWidget()
    dressed(result).resize(900, 500)
    return result


@pytest.fixture
def strip(studio: Studio, remedies: Remedies, look: Look, stage: QWidget) -> NoticeStrip:
    result = NoticeStrip(studio.notices, studio.opener, remedies, stage)
    result.apply_look(look)
    return result


def said(strip: NoticeStrip) -> str:
    return " ".join(label.text() for label in strip.findChildren(QLabel) if label.text())


def press_key_in_window(strip: NoticeStrip) -> None:
    """A key press as the system sends it: to the window, which hands it to its focus widget."""
    QTest.keyClick(strip.window().windowHandle(), Qt.Key.Key_F5)


def test_it_is_there_only_when_there_is_something_to_say(
    studio: Studio, strip: NoticeStrip
) -> None:
    assert not strip.isVisible()
    studio.notices.report(ERROR)
    assert strip.isVisible()
    assert said(strip) == STORY
    studio.notices.clear()
    assert not strip.isVisible()


def test_it_lies_over_the_top_of_the_stage_as_wide_as_it(
    studio: Studio, strip: NoticeStrip, stage: QWidget
) -> None:
    studio.notices.report(ERROR)
    assert strip.pos() == QPoint(0, 0)
    assert strip.width() == stage.width()
    height = strip.height()
    stage.resize(300, 500)
    assert strip.width() == 300
    assert strip.height() > height  # the text takes more lines, all of them to be seen
    assert strip.height() >= strip.heightForWidth(300)
    label = next(each for each in strip.findChildren(QLabel) if each.text())
    assert label.height() >= label.heightForWidth(label.width())


@pytest.mark.parametrize("tone", list(Tone))
def test_the_tone_is_told_by_edge_and_icon(
    studio: Studio, strip: NoticeStrip, look: Look, tone: Tone
) -> None:
    theme = look.theme
    colour = {Tone.INFO: theme.accent, Tone.WARNING: theme.warning, Tone.ERROR: theme.error}[tone]
    studio.notices.inform("a < b", tone)
    image = strip.grab().toImage()
    assert said(strip) == "a < b"
    assert image.pixelColor(1, strip.height() // 2) == QColor(colour)
    icon = {image.pixelColor(x, y).name() for x in range(10, 36) for y in range(strip.height() - 8)}
    assert colour in icon


def test_errors_stay_until_they_are_closed(studio: Studio, strip: NoticeStrip) -> None:
    studio.notices.report(ERROR)
    press_key_in_window(strip)
    assert strip.isVisible()
    close = strip.findChild(QToolButton)
    assert isinstance(close, QToolButton)
    QTest.mouseClick(close, LEFT)
    assert studio.notices.current is None
    studio.notices.report(ERROR)
    close.setFocus()
    QTest.keyClick(close, Qt.Key.Key_Escape)
    assert studio.notices.current is None


def test_an_information_goes_with_the_next_press(studio: Studio, strip: NoticeStrip) -> None:
    handle = strip.window().windowHandle()
    studio.notices.inform("Saved")
    QTest.mouseMove(handle, QPoint(20, 300))
    assert strip.isVisible()
    QTest.mouseClick(handle, LEFT, pos=QPoint(20, 300))
    assert not strip.isVisible()
    studio.notices.inform("Saved")
    press_key_in_window(strip)
    assert not strip.isVisible()


def test_an_error_after_an_information_does_not_go_with_a_press(
    studio: Studio, strip: NoticeStrip
) -> None:
    studio.notices.inform("Saved")
    studio.notices.report(ERROR)
    press_key_in_window(strip)
    assert said(strip) == STORY
    assert strip.isVisible()


def test_while_a_file_is_opened_it_tells_how_far(studio: Studio, strip: NoticeStrip) -> None:
    opener, bar = studio.opener, strip.findChild(QProgressBar)
    close = strip.findChild(QToolButton)
    assert isinstance(bar, QProgressBar)
    assert isinstance(close, QToolButton)
    studio.notices.report(ERROR)
    opener.name, opener.progress = "coffee.tif", 0.0
    opener.progressed.emit()
    assert said(strip) == "Opening coffee.tif…"
    assert bar.isVisible()
    assert not close.isVisible()
    height = strip.height()
    opener.progress = 0.62
    opener.progressed.emit()
    assert bar.value() / bar.maximum() == pytest.approx(0.62)
    opener.name = None
    opener.progressed.emit()
    # What was said before is said again.
    assert said(strip) == STORY
    assert not bar.isVisible()
    assert strip.height() == height
    studio.notices.clear()
    assert not strip.isVisible()


def test_beside_an_error_stands_what_helps(
    studio: Studio, strip: NoticeStrip, actions: Actions, schema: ParameterSchema
) -> None:
    asked: list[str] = []
    actions[Act.SETTINGS].triggered.connect(lambda: asked.append("settings"))
    button = strip.findChild(QPushButton)
    assert isinstance(button, QPushButton)
    studio.notices.inform("Saved")
    assert not button.isVisible()
    error = KeyMissing()
    studio.gallery.add(run(schema, 1, JobState.FAILED, error=error))
    studio.notices.report(error)
    assert (button.isVisible(), button.text()) == (True, "Enter key…")
    QTest.mouseClick(button, LEFT)
    assert asked == ["settings"]
    assert studio.notices.current is None
    assert not strip.isVisible()


def test_without_anything_that_helps_there_is_no_button(
    studio: Studio, strip: NoticeStrip, schema: ParameterSchema
) -> None:
    button = strip.findChild(QPushButton)
    assert isinstance(button, QPushButton)
    error = JobFailed(reason="r")
    studio.notices.report(error)
    assert not button.isVisible(), "the run is not known any more"
    studio.gallery.add(run(schema, 1, JobState.FAILED, error=error))
    studio.notices.report(error)
    assert button.text() == "Run again · 9 credits"
    # While a file is being opened, the strip tells of that.
    studio.opener.name = "coffee.tif"
    studio.opener.progressed.emit()
    assert not button.isVisible()
