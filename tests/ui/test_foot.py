"""The foot: zoom, pointer, mask, runs and spend."""

from __future__ import annotations

from dataclasses import replace

import pytest
from PySide6.QtWidgets import QLabel

from fluxfill_studio.core.geometry import Point, Rect
from fluxfill_studio.core.job import JobState
from fluxfill_studio.core.schema import ParameterSchema
from fluxfill_studio.model.account import Spending
from fluxfill_studio.model.document import Document, MaskSummary
from fluxfill_studio.model.studio import Studio
from fluxfill_studio.ui.foot import Foot
from tests.ui.runs import finished, picture, run


@pytest.fixture
def foot(studio: Studio) -> Foot:
    return Foot(studio.document, studio.gallery, studio.account)


COMFORT = "goes on at the next start if you close the window"


def said(foot: Foot) -> list[str]:
    """What is to be seen, from left to right."""
    labels = [label for label in foot.findChildren(QLabel) if not label.isHidden()]
    foot.resize(1440, foot.height())
    foot.grab()
    return [label.text() for label in sorted(labels, key=lambda label: label.x()) if label.text()]


def test_with_nothing_open_it_is_empty(foot: Foot) -> None:
    assert said(foot) == []


@pytest.mark.parametrize(
    ("scale", "text"), [(0.62, "62 %"), (1.0, "100 %"), (16.0, "1600 %"), (0.0625, "6.2 %")]
)
def test_zoom_in_percent(foot: Foot, scale: float, text: str) -> None:
    foot.set_zoom(scale)
    assert said(foot) == [text]
    foot.set_zoom(None)
    assert said(foot) == []


def test_the_pixel_under_the_pointer(foot: Foot) -> None:
    foot.set_position(Point(3120.9, 1644.0))
    assert said(foot) == ["x 3120 y 1644"]
    foot.set_position(Point(-0.5, 2))
    assert said(foot) == ["x -1 y 2"]
    foot.set_position(None)
    assert said(foot) == []


def test_what_changes_all_the_time_keeps_its_place(foot: Foot) -> None:
    zoom, position, mask = foot.findChildren(QLabel)[:3]
    mask.setText("mask")
    foot.resize(900, foot.height())
    foot.grab()
    before = (position.x(), mask.x())
    foot.set_zoom(64.0)
    foot.set_position(Point(20000, 20000))
    foot.grab()
    assert (position.x(), mask.x()) == before
    assert zoom.sizeHint().width() <= zoom.width()
    assert position.sizeHint().width() <= position.width()


@pytest.mark.parametrize(
    ("summary", "text"),
    [
        (MaskSummary(0.0, Rect(0, 0, 0, 0)), "nothing painted"),
        (MaskSummary(0.041, Rect(9, 9, 1204, 988)), "mask 4.1 % · 1,204 × 988 px"),
        (MaskSummary(0.00004, Rect(9, 9, 3, 3)), "mask < 0.1 % · 3 × 3 px"),
    ],
)
def test_the_mask(studio: Studio, summary: MaskSummary, text: str) -> None:
    document = Document(studio.tasks)
    foot = Foot(document, studio.gallery, studio.account)
    document.show(picture())
    document.summary = summary
    document.summary_changed.emit()
    assert said(foot) == [text]


def test_runs_are_counted_while_they_run(
    studio: Studio, foot: Foot, schema: ParameterSchema
) -> None:
    gallery = studio.gallery
    gallery.add(finished(schema, 1, charged=None))
    assert said(foot) == []
    first, second, third = run(schema, 2), run(schema, 3), run(schema, 4, JobState.QUEUED)
    gallery.add(first)
    assert said(foot) == ["job 2 of 2", COMFORT]
    gallery.add(second)
    assert said(foot) == ["2 running", COMFORT]
    gallery.add(third)
    assert said(foot) == ["2 running, 1 waiting", COMFORT]
    gallery.update_job(replace(second.job, state=JobState.STOPPED))
    gallery.update_job(replace(third.job, state=JobState.STOPPED))
    assert said(foot) == ["job 2 of 4", COMFORT]
    gallery.update_job(replace(first.job, state=JobState.STOPPED))
    assert said(foot) == []


def test_the_comfort_gives_way_where_there_is_no_room(
    studio: Studio, foot: Foot, schema: ParameterSchema
) -> None:
    narrow = foot.minimumSizeHint().width()
    studio.gallery.add(run(schema, 1))
    text = "job 1 of 1"
    room = foot.fontMetrics().horizontalAdvance(text)
    assert foot.minimumSizeHint().width() < narrow + room + 60


def test_spend_is_the_ledgers(studio: Studio, foot: Foot) -> None:
    studio.account.spending = Spending(session=18, day=27, month=1036)
    studio.account.changed.emit()
    assert said(foot) == ["18 credits spent this session"]
    (label,) = (
        label for label in foot.findChildren(QLabel) if not label.isHidden() and label.text()
    )
    assert "1,036 this month" in label.toolTip()
    studio.account.spending = Spending(session=0, day=9, month=9)
    studio.account.changed.emit()
    assert said(foot) == []
