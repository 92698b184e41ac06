"""The frame of an outpaint: preset or exact, by sides, ratio and anchor."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from fractions import Fraction

import pytest
from PySide6.QtCore import QTimer
from pytestqt.qtbot import QtBot

from fluxfill_studio.core.errors import FrameTooLarge, NothingToExtend
from fluxfill_studio.core.geometry import Rect, Size
from fluxfill_studio.core.picture.source import Source
from fluxfill_studio.core.planning.extension import Anchor, Extension
from fluxfill_studio.core.schema import Choice, ParameterSchema
from fluxfill_studio.model.document import Document, Picture
from fluxfill_studio.model.framing import MAX_GROWTH, Framing, Side
from fluxfill_studio.model.parameters import Parameters
from fluxfill_studio.model.tasks import TaskOwner
from tests.pictures import photograph

SIZE = Size(600, 400)
WIDE = Fraction(16, 9)


@pytest.fixture
def document(qapp: object) -> Document:
    return Document(TaskOwner())


@pytest.fixture
def parameters(schema: ParameterSchema) -> Parameters:
    return Parameters(schema)


@pytest.fixture
def framing(document: Document, parameters: Parameters) -> Framing:
    """Of a picture of 600 × 400."""
    result = Framing(document, parameters)
    document.show(picture(SIZE))
    return result


def picture(size: Size) -> Picture:
    return Picture.of(Source.of("framing", photograph(size.width, size.height)))


def test_it_begins_with_a_preset(framing: Framing) -> None:
    assert not framing.is_exact
    assert framing.extension is None
    assert framing.steps == 1
    assert framing.trouble is None
    # Zoom out 1.5x.
    assert framing.frame == Rect(-150, -100, 900, 600)


def test_without_a_picture_there_is_no_frame(document: Document, parameters: Parameters) -> None:
    framing = Framing(document, parameters)
    framing.choose_exact()
    framing.set_aspect(WIDE)
    framing.set_anchor(Anchor.TOP)
    framing.set_side(Side.LEFT, 5)
    assert not framing.is_exact
    assert (framing.size, framing.shown, framing.frame, framing.anchor) == (None, None, None, None)


def test_an_exact_frame_begins_where_the_preset_was(
    framing: Framing, parameters: Parameters
) -> None:
    parameters.set("outpaint", "Right outpaint")
    framing.choose_exact()
    assert framing.extension == Extension(right=300)
    assert framing.frame == Rect(0, 0, 900, 400)


def test_a_preset_ends_it_and_it_comes_back_as_it_was(
    framing: Framing, parameters: Parameters, qtbot: QtBot
) -> None:
    framing.set_extension(Extension(1, 2, 3, 4))
    framing.choose_preset("Top outpaint")
    assert framing.frame == Rect(0, -200, 600, 600)
    assert parameters["outpaint"] == "Top outpaint"
    framing.choose_exact()
    assert framing.extension == Extension(1, 2, 3, 4)
    # The same preset again, which changes no parameter.
    with qtbot.waitSignal(framing.changed):
        framing.choose_preset("Top outpaint")
    assert framing.frame == Rect(0, -200, 600, 600)
    framing.choose_exact()
    framing.choose_preset(None)
    assert parameters["outpaint"] == "Zoom out 1.5x"
    framing.choose_exact()
    parameters.set("outpaint", "Left outpaint")
    assert framing.extension is None, "also where settings are restored"


def test_each_side_is_set_by_pixels_or_percent(framing: Framing) -> None:
    framing.set_extension(Extension())
    framing.set_side(Side.LEFT, 301)
    framing.set_side(Side.BOTTOM, framing.pixels(Side.BOTTOM, 12.5))
    framing.set_side(Side.RIGHT, framing.pixels(Side.RIGHT, 50))
    assert framing.extension == Extension(301, 0, 300, 50)
    assert framing.percent(Side.BOTTOM, 50) == 12.5
    assert framing.percent(Side.RIGHT, 300) == 50


def test_no_side_grows_by_more_than_can_be_typed(framing: Framing) -> None:
    framing.set_extension(Extension(left=10**7))
    assert framing.extension == Extension(left=MAX_GROWTH)


def test_a_ratio_grows_one_axis_from_the_anchor(framing: Framing) -> None:
    framing.set_aspect(WIDE)
    assert framing.extension == Extension(55, 0, 56, 0)
    assert (framing.aspect, framing.anchor) == (WIDE, Anchor.CENTRE)
    framing.set_anchor(Anchor.RIGHT)
    assert framing.extension == Extension(left=111)
    assert (framing.aspect, framing.anchor) == (WIDE, Anchor.RIGHT)
    framing.set_aspect(Fraction(1))
    assert framing.extension == Extension(0, 100, 0, 100)
    assert framing.anchor is Anchor.RIGHT


def test_a_ratio_that_holds_no_more_is_forgotten(framing: Framing) -> None:
    framing.set_aspect(WIDE)
    framing.set_side(Side.TOP, 40)
    assert framing.aspect is None
    framing.set_aspect(WIDE)
    before = framing.extension
    framing.set_aspect(None)
    assert framing.aspect is None
    assert framing.extension == before


def test_the_anchor_moves_the_picture_in_a_frame_of_the_same_size(framing: Framing) -> None:
    framing.set_extension(Extension(10, 20, 30, 40))
    assert framing.anchor is None
    framing.set_anchor(Anchor.TOP_LEFT)
    assert framing.extension == Extension(0, 0, 40, 60)
    framing.set_anchor(Anchor.BOTTOM)
    assert framing.extension == Extension(20, 60, 20, 0)


@pytest.mark.parametrize(
    ("extension", "anchor"),
    [
        (Extension(right=10), Anchor.LEFT),
        (Extension(top=10), Anchor.BOTTOM),
        (Extension(0, 0, 7, 9), Anchor.TOP_LEFT),
        (Extension(4, 3, 5, 3), Anchor.CENTRE),
        (Extension(5, 0, 1, 0), None),
    ],
)
def test_the_anchor_is_told_of_what_was_dragged(
    framing: Framing, extension: Extension, anchor: Anchor | None
) -> None:
    framing.set_extension(extension)
    assert framing.anchor is anchor


def test_everything_that_changes_is_told(framing: Framing, qtbot: QtBot) -> None:
    framing.set_extension(Extension())
    # The extension stays nothing at all, and what is said of it is another.
    changes: list[Callable[[], None]] = [
        lambda: framing.set_anchor(Anchor.TOP),
        lambda: framing.set_aspect(Fraction(3, 2)),
        lambda: framing.set_aspect(None),
        lambda: framing.set_side(Side.LEFT, 1),
    ]
    for change in changes:
        with qtbot.waitSignal(framing.changed):
            change()
    with qtbot.assertNotEmitted(framing.changed):
        framing.set_side(Side.LEFT, 1)


def test_what_was_done_to_the_frame_is_undone_and_done_again(
    framing: Framing, parameters: Parameters
) -> None:
    assert (framing.can_undo, framing.can_redo) == (False, False)
    framing.undo()
    framing.redo()
    assert not framing.is_exact
    # A drag, which may rest in between, and goes both ways.
    framing.hold()
    for right in (10, 80, 40):
        framing.set_extension(Extension(right=right))
        assert framing.can_undo
    framing.release()
    framing.hold()
    framing.set_extension(Extension(left=5, right=3000))
    framing.release()
    assert framing.steps > 1
    framing.choose_preset("Top outpaint")
    assert framing.steps == 1
    framing.undo()
    assert framing.extension == Extension(left=5, right=3000)
    assert framing.steps > 1
    framing.undo()
    assert (framing.extension, framing.steps) == (Extension(right=40), 1)
    framing.undo()
    assert not framing.is_exact
    assert not framing.can_undo
    framing.redo()
    framing.redo()
    assert framing.extension == Extension(left=5, right=3000)
    framing.set_side(Side.LEFT, 6)
    assert not framing.can_redo, "another way was taken"
    framing.undo()
    assert framing.extension == Extension(left=5, right=3000)
    assert framing.can_redo


def test_a_drag_that_is_withdrawn_is_no_step(framing: Framing) -> None:
    framing.set_extension(Extension(right=40))
    framing.hold()
    framing.set_extension(Extension(right=80))
    framing.set_extension(Extension(right=40))
    framing.release()
    framing.undo()
    assert not framing.is_exact
    assert not framing.can_undo


def test_what_is_typed_is_one_step_until_the_hand_rests(framing: Framing, qtbot: QtBot) -> None:
    for pixels in (3, 30, 301):
        framing.set_side(Side.LEFT, pixels)
    timer = framing.findChild(QTimer)
    assert isinstance(timer, QTimer)
    with qtbot.waitSignal(timer.timeout):
        pass
    framing.set_side(Side.TOP, 7)
    before = framing.extension
    framing.undo()
    assert framing.extension != before
    assert framing.shown is not None
    assert framing.shown.left == 301
    framing.undo()
    assert not framing.is_exact


def test_large_extensions_take_several_runs(framing: Framing) -> None:
    framing.set_extension(Extension(right=300))
    assert framing.steps == 1
    framing.set_extension(Extension(right=3000))
    assert framing.steps > 1
    framing.choose_preset("Right outpaint")
    assert framing.steps == 1


def test_what_cannot_be_made_is_told(framing: Framing) -> None:
    framing.set_extension(Extension())
    assert isinstance(framing.trouble, NothingToExtend)
    assert framing.steps == 0
    framing.set_extension(Extension(90_000, 0, 0, 9000))
    assert isinstance(framing.trouble, FrameTooLarge)
    assert framing.steps == 0
    framing.choose_preset(None)
    assert framing.trouble is None


def test_another_picture_begins_anew(framing: Framing, document: Document, qtbot: QtBot) -> None:
    framing.set_aspect(WIDE)
    framing.set_anchor(Anchor.LEFT)
    with qtbot.waitSignal(framing.changed):
        document.show(picture(Size(300, 200)))
    assert not framing.is_exact
    assert not framing.can_undo
    framing.choose_exact()
    assert framing.extension == Extension(75, 50, 75, 50)
    assert framing.aspect is None
    framing.set_aspect(WIDE)
    assert framing.anchor is Anchor.CENTRE


def test_a_preset_that_is_not_known_yet_has_no_frame_of_its_own(
    document: Document, schema: ParameterSchema
) -> None:
    outpaint = schema["outpaint"]
    more = replace(outpaint, choices=(*outpaint.choices, Choice("Fish eye", "Fish eye")))
    others = tuple(p for p in schema.parameters if p.name != outpaint.name)
    parameters = Parameters(replace(schema, parameters=(*others, more)))
    framing = Framing(document, parameters)
    document.show(picture(SIZE))
    parameters.set("outpaint", "Fish eye")
    assert framing.frame == Rect.of(SIZE)
