"""The seed row: any number of 64 bits, random when empty, and the dice."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

import pytest
from PySide6.QtCore import Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QWidget

from fluxfill_studio.core.schema import ParameterSchema
from fluxfill_studio.model.parameters import Parameters
from fluxfill_studio.ui.panels.rows import SeedRow

LEFT = Qt.MouseButton.LeftButton
Key = Qt.Key
Show = Callable[[QWidget], None]


@pytest.fixture
def seed(parameters: Parameters, show: Show) -> SeedRow:
    result = SeedRow(parameters, parameters.schema["seed"])
    show(result)
    return result


def type_over(widget: QWidget, text: str) -> None:
    """Select what is written and type `text` in its place."""
    widget.setFocus()
    QTest.keyClick(widget, Key.Key_A, Qt.KeyboardModifier.ControlModifier)
    QTest.keyClicks(widget, text)


@pytest.mark.parametrize("number", [0, 1, 2**31, 2**32 - 1, 2**53 + 1, 2**63 - 1])
def test_a_seed_arrives_as_it_was_typed(seed: SeedRow, parameters: Parameters, number: int) -> None:
    type_over(seed.field, str(number))
    assert parameters["seed"] == number
    QTest.keyClick(seed.field, Key.Key_Return)
    assert seed.field.text() == str(number)


def test_a_seed_beyond_64_bits_cannot_be_typed(seed: SeedRow, parameters: Parameters) -> None:
    type_over(seed.field, str(2**63))
    assert seed.field.text() == str(2**63)[:-1]
    assert parameters["seed"] == 2**63 // 10


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("  4182\n", 4182),
        ("007", 7),
        ("12.5", None),
        ("-1", None),
        ("٣", None),
        ("9" * 5000, None),
        ("seed 77", None),
    ],
)
def test_only_whole_numbers_can_be_pasted(
    seed: SeedRow,
    parameters: Parameters,
    clipboard: Callable[[str], None],
    text: str,
    expected: int | None,
) -> None:
    clipboard(text)
    seed.field.setFocus()
    QTest.keyClick(seed.field, Key.Key_V, Qt.KeyboardModifier.ControlModifier)
    assert parameters["seed"] == expected
    assert seed.field.text() == ("" if expected is None else str(expected))


def test_the_dice_fix_a_number_and_an_empty_field_is_random_again(
    seed: SeedRow, parameters: Parameters
) -> None:
    assert seed.field.placeholderText() == "random"
    drawn = set()
    for _ in range(3):
        QTest.mouseClick(seed.dice, LEFT)
        drawn.add(parameters["seed"])
        assert seed.field.text() == str(parameters["seed"])
    assert len(drawn) > 1
    assert None not in drawn
    type_over(seed.field, "")
    QTest.keyClick(seed.field, Key.Key_Backspace)
    assert parameters["seed"] is None
    assert not seed.reset.isVisible()


def test_a_seed_below_its_range_is_dropped_when_the_field_is_left(
    schema: ParameterSchema, show: Show
) -> None:
    limited = replace(schema["seed"], minimum=100, maximum=999)
    parameters = Parameters(replace(schema, parameters=(limited,)))
    row = SeedRow(parameters, limited)
    show(row)
    type_over(row.field, "420")
    assert parameters["seed"] == 420
    type_over(row.field, "42")
    assert parameters["seed"] == 420
    QTest.keyClick(row.field, Key.Key_Tab)
    assert row.field.text() == "420"
    type_over(row.field, "1000")
    assert parameters["seed"] == 100
    for _ in range(20):
        QTest.mouseClick(row.dice, LEFT)
        assert 100 <= int(row.field.text()) <= 999
