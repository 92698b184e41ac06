"""The tile: its two small buttons, and what is painted again when."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from PySide6.QtCore import QEvent, QPoint, QPointF, Qt
from PySide6.QtGui import QEnterEvent, QKeyEvent
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication, QMainWindow, QPushButton, QToolButton, QWidget

from fluxfill_studio.ui.look import Look
from fluxfill_studio.ui.pictures import to_image
from fluxfill_studio.ui.remedies import Offer
from fluxfill_studio.ui.results_face import Face, Kind
from fluxfill_studio.ui.results_tile import Tile
from tests.pictures import photograph

LEFT = Qt.MouseButton.LeftButton


@pytest.fixture
def tile(look: Look, dressed: Callable[[QWidget], QMainWindow]) -> Tile:
    result = Tile(look)
    dressed(result)
    return result


def stop(tile: Tile) -> QToolButton:
    button = tile.findChild(QToolButton)
    assert isinstance(button, QToolButton)
    return button


def remedy(tile: Tile) -> QPushButton:
    button = tile.findChild(QPushButton)
    assert isinstance(button, QPushButton)
    return button


@pytest.mark.parametrize("kind", list(Kind))
def test_under_the_pointer_what_is_on_its_way_can_be_stopped(tile: Tile, kind: Kind) -> None:
    wanted: list[Kind] = []
    tile.stop_wanted.connect(lambda: wanted.append(kind))
    picture = to_image(photograph(30, 20)) if kind is Kind.PICTURE else None
    tile.show_face(Face(kind, "#1", "detail", image=picture))
    tile.set_stop_text("Take out of the line")
    QApplication.sendEvent(tile, QEvent(QEvent.Type.Leave))
    assert not stop(tile).isVisible()
    middle = QPointF(tile.rect().center())
    QApplication.sendEvent(tile, QEnterEvent(middle, middle, middle))
    is_on_its_way = kind in (Kind.QUEUED, Kind.RUNNING)
    assert stop(tile).isVisible() is is_on_its_way
    assert stop(tile).toolTip() == stop(tile).accessibleName() == "Take out of the line"
    if is_on_its_way:
        QTest.mouseClick(stop(tile), LEFT)
    assert wanted == [kind] * is_on_its_way


def test_what_helps_is_a_button_below_the_words(tile: Tile) -> None:
    accepted: list[str] = []
    pressed: list[str] = []
    tile.clicked.connect(lambda: pressed.append("tile"))
    tile.show_face(Face(Kind.FAILED, "#1", "Needs 9 credits, 4 are there"))
    tile.offer(Offer("Resume", "Go on", lambda: accepted.append("resume")))
    button = remedy(tile)
    assert (button.isVisible(), button.text(), button.toolTip()) == (True, "Resume", "Go on")
    assert tile.rect().contains(button.geometry())
    QTest.mouseClick(button, LEFT)
    tile.offer(Offer("Run again", "Anew", lambda: None, "9 credits"))
    assert (button.text(), button.toolTip()) == ("Run again", "Anew\n9 credits")
    assert (accepted, pressed) == (["resume"], [])
    tile.offer(None)
    assert not button.isVisible()


def test_the_words_of_a_failure_end_above_the_button(tile: Tile) -> None:
    tile.show_face(Face(Kind.FAILED, "#1", "Needs 9 credits, 4 are there"))
    plain = tile.grab().toImage()
    tile.show_face(Face(Kind.FAILED, "#1", ""))
    silent = tile.grab().toImage()
    rows = [
        y
        for y in range(plain.height())
        if any(plain.pixel(x, y) != silent.pixel(x, y) for x in range(plain.width()))
    ]
    assert rows
    assert max(rows) < remedy(tile).y() * plain.devicePixelRatio()


def test_only_a_queued_run_can_be_dragged(tile: Tile) -> None:
    places: list[QPoint] = []
    clicks: list[str] = []
    tile.dragged.connect(places.append)
    tile.dropped.connect(lambda: clicks.append("dropped"))
    tile.clicked.connect(lambda: clicks.append("clicked"))

    def drag() -> None:
        QTest.mousePress(tile, LEFT, pos=QPoint(40, 40))
        QTest.mouseMove(tile, QPoint(42, 40))
        QTest.mouseMove(tile, QPoint(70, 40))
        QTest.mouseRelease(tile, LEFT, pos=QPoint(70, 40))

    tile.show_face(Face(Kind.RUNNING, "#1"))
    drag()
    assert (places, clicks) == ([], ["clicked"])
    tile.show_face(Face(Kind.QUEUED, "#1"))
    drag()
    assert (places, clicks) == ([QPoint(70, 40)], ["clicked", "dropped"])


def test_delete_is_the_tiles_and_other_keys_are_the_windows(tile: Tile) -> None:
    def is_claimed(key: Qt.Key) -> bool:
        event = QKeyEvent(QKeyEvent.Type.ShortcutOverride, key, Qt.KeyboardModifier.NoModifier)
        event.ignore()
        QApplication.sendEvent(tile, event)
        return event.isAccepted()

    assert is_claimed(Qt.Key.Key_Delete)
    assert not is_claimed(Qt.Key.Key_B)
