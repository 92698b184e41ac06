"""The file dialogs: what they offer, and what they make of a name."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from PySide6.QtCore import QDir, Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QComboBox, QFileDialog, QLineEdit, QWidget
from pytestqt.qtbot import QtBot

from fluxfill_studio.core.files.codec import READABLE_FORMATS
from fluxfill_studio.model.settings import Settings
from fluxfill_studio.storage.formats import SAVE_FORMATS
from fluxfill_studio.ui.dialogs import Dialogs

ENDINGS = tuple(SAVE_FORMATS)
FIRST_ENDINGS = (".png", ".tif", ".jpg", ".webp", ".avif")


@pytest.fixture
def window(qtbot: QtBot) -> Iterator[QWidget]:
    result = QWidget()
    qtbot.addWidget(result)
    result.show()
    yield result
    result.close()


@pytest.fixture
def dialogs(window: QWidget, tmp_path: Path) -> Dialogs:
    settings = Settings(tmp_path / "settings.ini")
    settings.set_folder(tmp_path)
    return Dialogs(settings, window)


def parts(window: QWidget) -> tuple[QFileDialog, QLineEdit, QComboBox]:
    """The dialog that is open, its field for the name, and its list of formats."""
    dialog = window.findChild(QFileDialog)
    assert isinstance(dialog, QFileDialog)
    name, formats = dialog.findChild(QLineEdit), dialog.findChild(QComboBox, "fileTypeCombo")
    assert isinstance(name, QLineEdit)
    assert isinstance(formats, QComboBox)
    return dialog, name, formats


def select(formats: QComboBox, ending: str) -> None:
    """Go down the list of formats to that of an ending."""
    for _ in range(formats.count()):
        if f"*{ending}" not in formats.currentText():
            QTest.keyClick(formats, Qt.Key.Key_Down)
    assert f"*{ending}" in formats.currentText()


@pytest.mark.parametrize("ending", ENDINGS)
def test_every_format_is_offered_under_all_its_endings(
    dialogs: Dialogs, window: QWidget, tmp_path: Path, ending: str
) -> None:
    chosen: list[Path] = []
    dialogs.ask_save("harbour 3.png", chosen.append)
    dialog, name, _ = parts(window)
    (offered,) = (each for each in dialog.nameFilters() if f"*{ending}" in each.split(" (")[1])
    kind = SAVE_FORMATS[ending]
    assert ("changes all pixels" in offered) == (not kind.value.lossless)
    name.setText(f"harbour{ending}")
    QTest.keyClick(name, Qt.Key.Key_Return)
    assert chosen == [tmp_path / f"harbour{ending}"]


@pytest.mark.parametrize("ending", FIRST_ENDINGS)
@pytest.mark.parametrize("typed", [None, "mine"])
def test_the_format_that_is_chosen_gives_the_name_its_ending(
    dialogs: Dialogs, window: QWidget, tmp_path: Path, ending: str, typed: str | None
) -> None:
    chosen: list[Path] = []
    dialogs.ask_save("harbour 3.png", chosen.append)
    _, name, formats = parts(window)
    select(formats, ending)
    if typed is not None:
        name.setText(typed)
    QTest.keyClick(name, Qt.Key.Key_Return)
    assert chosen == [tmp_path / f"{typed or 'harbour 3'}{ending}"]


@pytest.mark.parametrize("ending", ENDINGS)
def test_the_suggested_name_chooses_the_format(
    dialogs: Dialogs, window: QWidget, tmp_path: Path, ending: str
) -> None:
    chosen: list[Path] = []
    dialogs.ask_save(f"harbour{ending}", chosen.append)
    dialog, name, _ = parts(window)
    assert name.text() == f"harbour{ending}"
    assert f"*{ending}" in dialog.selectedNameFilter()
    name.setText("mine")
    QTest.keyClick(name, Qt.Key.Key_Return)
    assert chosen == [tmp_path / f"mine{ending}"]


@pytest.mark.parametrize("ask", [Dialogs.ask_open, Dialogs.ask_mask])
@pytest.mark.parametrize("kind", READABLE_FORMATS)
def test_every_format_that_can_be_read_is_shown(
    dialogs: Dialogs,
    window: QWidget,
    ask: Callable[[Dialogs, Callable[[Path], None]], None],
    kind: str,
) -> None:
    ask(dialogs, lambda _: None)
    dialog, _, _ = parts(window)
    pictures = dialog.nameFilters()[0]
    patterns = pictures[pictures.index("(") + 1 : -1].split()
    assert QDir.match(patterns, f"harbour.{kind.lower()}")


def test_the_folder_is_remembered(dialogs: Dialogs, window: QWidget, tmp_path: Path) -> None:
    (tmp_path / "there").mkdir()
    dialogs.ask_save("harbour.png", lambda _: None)
    _, name, _ = parts(window)
    name.setText(str(tmp_path / "there" / "a.png"))
    QTest.keyClick(name, Qt.Key.Key_Return)
    assert Settings(tmp_path / "settings.ini").folder == tmp_path / "there"
