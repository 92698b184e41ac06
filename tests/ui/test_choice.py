"""A choice among few: by pointer, Tab and arrow keys; shown from without, it tells nothing."""

from __future__ import annotations

from collections.abc import Callable
from enum import Enum

import pytest
from PySide6.QtCore import Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QMainWindow, QWidget

from fluxfill_studio.ui.choice import Choice

LEFT = Qt.MouseButton.LeftButton


class Meal(Enum):
    SOUP = 1
    FISH = 2
    TART = 3


@pytest.fixture
def choice(dressed: Callable[[QWidget], QMainWindow]) -> Choice:
    result = Choice("Meal", [(meal, meal.name.lower(), f"Eat {meal.name}") for meal in Meal])
    dressed(result)
    return result


@pytest.fixture
def chosen(choice: Choice) -> list[object]:
    told: list[object] = []
    choice.chosen.connect(told.append)
    return told


def down(choice: Choice) -> list[object]:
    return [value for value, button in choice.buttons.items() if button.isChecked()]


def by_tab(choice: Choice) -> list[object]:
    tab = Qt.FocusPolicy.TabFocus
    return [value for value, button in choice.buttons.items() if button.focusPolicy() & tab]


def test_a_click_chooses_once(choice: Choice, chosen: list[object]) -> None:
    for _ in range(2):
        QTest.mouseClick(choice.buttons[Meal.FISH], LEFT)
    assert chosen == [Meal.FISH]
    assert down(choice) == by_tab(choice) == [Meal.FISH]


def test_arrow_keys_choose_from_the_one_that_is_down(choice: Choice, chosen: list[object]) -> None:
    choice.show_value(Meal.FISH)
    choice.buttons[Meal.FISH].setFocus()
    QTest.keyClick(choice.buttons[Meal.FISH], Qt.Key.Key_Right)
    assert chosen == [Meal.TART]
    assert choice.buttons[Meal.TART].hasFocus()
    assert by_tab(choice) == [Meal.TART]


@pytest.mark.parametrize("none", [None, "soup", 1])
def test_what_is_no_value_lets_none_be_down(
    choice: Choice, chosen: list[object], none: object
) -> None:
    choice.show_value(Meal.SOUP)
    choice.show_value(none)
    assert down(choice) == []
    assert by_tab(choice) == list(Meal), "the keyboard must get in"
    assert chosen == []
    QTest.mouseClick(choice.buttons[Meal.SOUP], LEFT)
    assert chosen == [Meal.SOUP]


def test_every_button_says_what_it_is(choice: Choice) -> None:
    soup = choice.buttons[Meal.SOUP]
    assert choice.accessibleName() == "Meal"
    assert soup.accessibleName() == "Meal: soup"
    assert soup.accessibleDescription() == soup.toolTip() == "Eat SOUP"
