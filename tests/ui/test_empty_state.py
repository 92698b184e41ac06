"""The empty state: three ways in, and the samples."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest
from PySide6.QtCore import Qt
from PySide6.QtGui import QColor
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QFrame, QLabel, QMainWindow, QPushButton, QToolButton, QWidget

from fluxfill_studio.ui.actions import Act, Actions
from fluxfill_studio.ui.empty_state import EmptyState
from fluxfill_studio.ui.look import Look
from fluxfill_studio.ui.pictures import to_image
from tests.pictures import photograph

SAMPLES = [Path("/samples/coffee.jpg"), Path("/samples/old-town.jpg")]


@pytest.fixture
def empty(actions: Actions, look: Look, dressed: Callable[[QWidget], QMainWindow]) -> EmptyState:
    result = EmptyState(actions, SAMPLES)
    result.apply_look(look)
    dressed(result)
    return result


def cards(empty: EmptyState) -> list[QToolButton]:
    return empty.findChildren(QToolButton)


def test_it_tells_all_three_ways_in(actions: Actions, empty: EmptyState) -> None:
    said = [label.text() for label in empty.findChildren(QLabel)]
    assert "Drop a photograph here" in said
    assert "or paste it with Ctrl+V" in said
    opened: list[bool] = []
    actions[Act.OPEN].triggered.connect(lambda: opened.append(True))
    button = empty.findChild(QPushButton)
    assert isinstance(button, QPushButton)
    assert button.toolTip() == "Open (Ctrl+O)"
    QTest.mouseClick(button, Qt.MouseButton.LeftButton)
    assert opened == [True]


def test_a_sample_is_one_press_away(empty: EmptyState) -> None:
    chosen: list[object] = []
    empty.sample_chosen.connect(chosen.append)
    assert [card.text() for card in cards(empty)] == ["Coffee", "Old town"]
    QTest.mouseClick(cards(empty)[1], Qt.MouseButton.LeftButton)
    cards(empty)[0].setFocus()
    QTest.keyClick(cards(empty)[0], Qt.Key.Key_Space)
    assert chosen == [SAMPLES[1], SAMPLES[0]]


def test_a_thumbnail_takes_the_place_that_was_kept_for_it(empty: EmptyState) -> None:
    card = cards(empty)[0]
    place, plain = card.geometry(), card.grab().toImage()
    empty.set_thumbnail(SAMPLES[0], to_image(photograph(400, 267)))
    assert card.grab().toImage() != plain
    assert card.geometry() == place
    assert card.sizeHint() == place.size()


def test_a_drag_lights_the_zone_up(empty: EmptyState, look: Look) -> None:
    (zone,) = (f for f in empty.findChildren(QFrame) if f.property("role") == "drop")
    calm, place = zone.grab().toImage(), zone.geometry()
    empty.set_drop_active(True)
    lit = zone.grab().toImage()
    assert lit.pixelColor(20, zone.height() // 2) == QColor(look.theme.panel)
    assert zone.geometry() == place
    empty.set_drop_active(False)
    assert zone.grab().toImage() == calm != lit


def test_without_samples_nothing_speaks_of_them(actions: Actions) -> None:
    empty = EmptyState(actions, [])
    assert not any(
        "photographs" in label.text()
        for label in empty.findChildren(QLabel)
        if not label.isHidden()
    )


def test_it_fits_the_smallest_window(empty: EmptyState) -> None:
    # What the bars, the rail and the side panel leave of 1024 × 640.
    hint = empty.minimumSizeHint()
    assert hint.width() <= 1024 - 48 - 328
    assert hint.height() <= 640 - 46 - 40 - 26
