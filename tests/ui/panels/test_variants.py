"""How many variants: chosen by pointer and by keys."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from PySide6.QtCore import Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QPushButton, QWidget

from fluxfill_studio.ui.panels.variants import VariantsRow

Show = Callable[[QWidget], None]


@pytest.fixture
def row(show: Show) -> VariantsRow:
    result = VariantsRow()
    show(result)
    return result


def buttons(row: VariantsRow) -> list[QPushButton]:
    return row.findChildren(QPushButton)


def test_one_to_four_and_one_at_first(row: VariantsRow) -> None:
    assert [button.text() for button in buttons(row)] == ["1", "2", "3", "4"]
    assert row.count == 1
    assert [button.accessibleName() for button in buttons(row)][1] == "Variants: 2"


def test_a_click_chooses(row: VariantsRow) -> None:
    told: list[int] = []
    row.changed.connect(lambda: told.append(row.count))
    QTest.mouseClick(buttons(row)[2], Qt.MouseButton.LeftButton)
    QTest.mouseClick(buttons(row)[2], Qt.MouseButton.LeftButton)
    assert told == [3]
    assert [button.isChecked() for button in buttons(row)] == [False, False, True, False]


def test_tab_reaches_the_chosen_one_and_arrows_the_others(row: VariantsRow) -> None:
    def by_tab() -> list[int]:
        tab = Qt.FocusPolicy.TabFocus
        return [n for n, one in enumerate(buttons(row), 1) if one.focusPolicy() & tab]

    assert by_tab() == [1]
    buttons(row)[0].setFocus()
    QTest.keyClick(buttons(row)[0], Qt.Key.Key_Right)
    assert (row.count, by_tab()) == (2, [2])
    assert buttons(row)[1].hasFocus()
