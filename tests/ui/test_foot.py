"""The foot: zoom, pointer, mask, runs and spend."""

from __future__ import annotations

from dataclasses import replace

import pytest
from PySide6.QtWidgets import QLabel

from fluxfill_studio.core.geometry import Point, Rect
from fluxfill_studio.core.job import Engine, JobState
from fluxfill_studio.core.schema import ParameterSchema
from fluxfill_studio.model.document import MaskSummary
from fluxfill_studio.model.studio import Studio
from fluxfill_studio.ui.foot import Foot
from tests.ui.runs import finished, picture, run


@pytest.fixture
def foot(studio: Studio) -> Foot:
    return Foot(studio.document, studio.gallery)


def said(foot: Foot) -> list[str]:
    return [label.text() for label in foot.findChildren(QLabel) if label.text()]


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
def test_the_mask(studio: Studio, foot: Foot, summary: MaskSummary, text: str) -> None:
    studio.document.show(picture())
    studio.document.summary = summary
    studio.document.summary_changed.emit()
    assert said(foot) == [text]


def test_runs_are_counted_while_they_run(
    studio: Studio, foot: Foot, schema: ParameterSchema
) -> None:
    gallery = studio.gallery
    gallery.add(finished(schema, 1, charged=None))
    assert said(foot) == []
    first, second = run(schema, 2), run(schema, 3)
    gallery.add(first)
    assert said(foot) == ["job 2 of 2"]
    gallery.add(second)
    assert said(foot) == ["2 running"]
    gallery.update_job(replace(second.job, state=JobState.STOPPED))
    assert said(foot) == ["job 2 of 3"]
    gallery.update_job(replace(first.job, state=JobState.STOPPED))
    assert said(foot) == []


def test_spend_counts_paid_runs_once_and_stays_when_one_is_removed(
    studio: Studio, foot: Foot, schema: ParameterSchema
) -> None:
    gallery = studio.gallery
    for number in (1, 2):
        begun = run(schema, number)
        gallery.add(begun)
        gallery.update_job(replace(begun.job, charged=9))
        gallery.update_job(replace(begun.job, charged=9, state=JobState.DONE))
    assert said(foot) == ["18 credits spent this session"]
    gallery.remove(gallery.entries[0].id)
    assert said(foot) == ["18 credits spent this session"]


def test_the_local_engine_costs_nothing(
    studio: Studio, foot: Foot, schema: ParameterSchema
) -> None:
    begun = run(schema, 1, engine=Engine.LOCAL)
    studio.gallery.add(begun)
    studio.gallery.update_job(replace(begun.job, charged=9, state=JobState.DONE))
    assert said(foot) == []
