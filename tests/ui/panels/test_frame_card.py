"""The exact frame in numbers: fields, ratios and the anchor, by pointer and keys."""

from __future__ import annotations

from collections.abc import Callable
from fractions import Fraction

import pytest
from PySide6.QtCore import QPoint, QPointF, Qt
from PySide6.QtGui import QAccessible, QWheelEvent
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication, QLabel, QWidget

from fluxfill_studio.core.picture.source import Source
from fluxfill_studio.core.planning.extension import Anchor, Extension
from fluxfill_studio.model.document import Document, Picture
from fluxfill_studio.model.framing import Framing, Side
from fluxfill_studio.model.parameters import Parameters
from fluxfill_studio.model.tasks import TaskOwner
from fluxfill_studio.ui.panels.frame_card import FrameCard
from tests.pictures import photograph

Key = Qt.Key
LEFT = Qt.MouseButton.LeftButton
Show = Callable[[QWidget], None]


@pytest.fixture
def document(qapp: object) -> Document:
    return Document(TaskOwner())


@pytest.fixture
def framing(document: Document, parameters: Parameters) -> Framing:
    """Exact, of a picture of 600 × 400, which grows by 300 on the right."""
    result = Framing(document, parameters)
    document.show(Picture.of(Source.of("card", photograph(600, 400))))
    result.set_extension(Extension(right=300))
    return result


@pytest.fixture
def card(framing: Framing, show: Show) -> FrameCard:
    result = FrameCard(framing)
    result.setFixedWidth(296)
    show(result)
    return result


def values(card: FrameCard) -> list[float]:
    return [card.boxes[side].value() for side in Side]


def retype(widget: QWidget, text: str) -> None:
    widget.setFocus()
    QTest.keyClick(widget, Key.Key_A, Qt.KeyboardModifier.ControlModifier)
    QTest.keyClicks(widget, text)


def said(card: FrameCard) -> str:
    return card.size_label.text()


def test_it_shows_what_is_set(card: FrameCard, framing: Framing) -> None:
    assert values(card) == [0, 0, 300, 0]
    assert said(card) == "900 × 400 px"
    framing.set_extension(Extension(1, 2, 3, 4))
    assert values(card) == [1, 2, 3, 4]
    assert said(card) == "604 × 406 px"


def test_what_is_typed_counts_at_once(card: FrameCard, framing: Framing) -> None:
    retype(card.boxes[Side.LEFT], "301")
    assert framing.extension == Extension(left=301, right=300)
    QTest.keyClick(card.boxes[Side.LEFT], Key.Key_Up)
    assert framing.extension == Extension(left=302, right=300)


def test_percent_is_of_the_side_that_it_adds_to(card: FrameCard, framing: Framing) -> None:
    QTest.mouseClick(card.units.buttons[True], LEFT)
    assert values(card) == [0, 0, 50, 0]
    assert framing.extension == Extension(right=300)
    retype(card.boxes[Side.BOTTOM], "12.5")
    retype(card.boxes[Side.LEFT], "10")
    assert framing.extension == Extension(60, 0, 300, 50)
    QTest.mouseClick(card.units.buttons[False], LEFT)
    assert values(card) == [60, 0, 300, 50]
    assert framing.extension == Extension(60, 0, 300, 50)


def test_to_show_percents_rounds_nothing_that_is_set(card: FrameCard, framing: Framing) -> None:
    framing.set_extension(Extension(right=301))
    QTest.mouseClick(card.units.buttons[True], LEFT)
    assert card.boxes[Side.RIGHT].text() == "50.2"
    assert framing.extension == Extension(right=301)
    QTest.mouseClick(card.units.buttons[False], LEFT)
    assert card.boxes[Side.RIGHT].value() == 301


def test_a_ratio_is_chosen_from_the_list(card: FrameCard, framing: Framing) -> None:
    card.aspect.setFocus()
    QTest.keyClick(card.aspect, Key.Key_Down)
    assert card.aspect.currentText() == "16:9"
    assert framing.extension == Extension(right=111)
    assert framing.anchor is Anchor.LEFT
    QTest.keyClick(card.aspect, Key.Key_Up)
    assert card.aspect.currentText() == "Free"
    assert framing.extension == Extension(right=111)


def test_a_ratio_is_typed_and_stays_as_it_was_written(card: FrameCard, framing: Framing) -> None:
    retype(card.aspect.field, "2.39:1")
    assert framing.aspect == Fraction(239, 100)
    assert framing.extension == Extension(right=356)
    QTest.keyClick(card.aspect.field, Key.Key_Return)
    assert card.aspect.currentText() == "2.39:1"
    retype(card.boxes[Side.TOP], "9")
    assert card.aspect.currentText() == "Free"


def test_what_is_no_ratio_goes_when_the_field_is_left(card: FrameCard, framing: Framing) -> None:
    framing.set_aspect(Fraction(4, 3))
    retype(card.aspect.field, "wide")
    assert framing.aspect == Fraction(4, 3)
    card.boxes[Side.TOP].setFocus()
    assert card.aspect.currentText() == "4:3"


def test_a_ratio_that_is_not_in_the_list_is_shown_too(card: FrameCard, framing: Framing) -> None:
    framing.set_aspect(Fraction(21, 9))
    assert card.aspect.currentText() == "7:3"


def test_the_anchor_is_where_the_picture_lies(card: FrameCard, framing: Framing) -> None:
    buttons = card.anchors.buttons
    assert buttons[Anchor.LEFT].isChecked()
    QTest.mouseClick(buttons[Anchor.BOTTOM_RIGHT], LEFT)
    assert framing.extension == Extension(left=300)
    assert buttons[Anchor.BOTTOM_RIGHT].isChecked()
    framing.set_extension(Extension(1, 2, 3, 4))
    assert not any(button.isChecked() for button in buttons.values())
    # Where none is down, a click on any is a choice.
    QTest.mouseClick(buttons[Anchor.BOTTOM_RIGHT], LEFT)
    assert framing.extension == Extension(4, 6, 0, 0)


def test_arrow_keys_go_from_anchor_to_anchor(card: FrameCard, framing: Framing) -> None:
    framing.set_extension(Extension(10, 10, 10, 10))
    card.anchors.buttons[Anchor.CENTRE].setFocus()
    QTest.keyClick(card.anchors.buttons[Anchor.CENTRE], Key.Key_Right)
    assert framing.anchor is Anchor.RIGHT
    assert framing.extension == Extension(20, 10, 0, 10)
    assert card.anchors.buttons[Anchor.RIGHT].hasFocus()


def test_the_anchors_stand_where_they_are(card: FrameCard) -> None:
    QApplication.processEvents()
    places = {anchor: button.geometry() for anchor, button in card.anchors.buttons.items()}
    assert places[Anchor.LEFT].right() < places[Anchor.CENTRE].left()
    assert places[Anchor.TOP].bottom() < places[Anchor.CENTRE].top()
    assert places[Anchor.BOTTOM_RIGHT].left() > places[Anchor.CENTRE].right()
    assert places[Anchor.BOTTOM_RIGHT].top() > places[Anchor.RIGHT].bottom()


def test_it_says_how_many_runs_it_takes(card: FrameCard, framing: Framing) -> None:
    retype(card.boxes[Side.RIGHT], "3000")
    assert framing.steps > 1
    assert said(card) == f"3,600 × 400 px · in {framing.steps} runs"


def test_it_says_what_cannot_be_made(card: FrameCard, framing: Framing) -> None:
    framing.set_extension(Extension(90_000, 0, 0, 9000))
    assert card.size_label.property("role") == "warning"
    assert "250 megapixels" in said(card)
    framing.set_extension(Extension(left=5))
    assert card.size_label.property("role") == "muted"


def test_the_wheel_passes_by_what_has_no_focus(card: FrameCard, framing: Framing) -> None:
    box, aspect = card.boxes[Side.RIGHT], card.aspect
    wheel(box)
    wheel(aspect)
    assert framing.extension == Extension(right=300)
    box.setFocus()
    wheel(box)
    assert framing.extension == Extension(right=301)


def wheel(widget: QWidget) -> None:
    at = QPointF(widget.rect().center())
    event = QWheelEvent(
        at,
        QPointF(widget.mapToGlobal(at)),
        QPoint(),
        QPoint(0, 120),
        Qt.MouseButton.NoButton,
        Qt.KeyboardModifier.NoModifier,
        Qt.ScrollPhase.NoScrollPhase,
        False,
    )
    QApplication.sendEvent(widget, event)


def test_every_control_has_a_name_and_a_tip(card: FrameCard) -> None:
    controls = [
        *card.boxes.values(),
        *card.anchors.buttons.values(),
        card.aspect,
        *card.units.buttons.values(),
    ]
    names = set()
    for control in controls:
        reader = QAccessible.queryAccessibleInterface(control)
        names.add(reader.text(QAccessible.Text.Name))
        assert control.toolTip()
    assert "" not in names
    assert len(names) == len(controls)


def test_no_text_is_cut_off(card: FrameCard, framing: Framing) -> None:
    framing.set_extension(Extension(99_999, 99_999, 99_999, 99_999))
    QApplication.processEvents()
    for box in card.boxes.values():
        assert box.fontMetrics().horizontalAdvance(box.text()) <= box.width() - 24
    for label in card.findChildren(QLabel):
        assert label.height() >= label.heightForWidth(label.width())


def test_a_reader_finds_the_name_of_the_list_beside_it(card: FrameCard) -> None:
    reader = QAccessible.queryAccessibleInterface(card.aspect)
    labels = reader.relations(QAccessible.RelationFlag.Label)
    assert [label.text(QAccessible.Text.Name) for label, _ in labels] == ["Aspect ratio"]
