"""Growing, importing and exporting through their dialogs, in the whole window."""

from __future__ import annotations

from collections.abc import Callable, Coroutine
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from PIL import Image
from PySide6.QtCore import Qt
from PySide6.QtGui import QColor
from PySide6.QtTest import QTest
from PySide6.QtWidgets import (
    QCheckBox,
    QDialog,
    QFileDialog,
    QLabel,
    QLineEdit,
    QMainWindow,
    QPushButton,
    QSpinBox,
    QWidget,
)

from fluxfill_studio.core.geometry import Point
from fluxfill_studio.core.painting.brush import Brush
from fluxfill_studio.core.painting.stroke import Sample
from fluxfill_studio.core.types import Plane
from fluxfill_studio.model.studio import Studio
from fluxfill_studio.ui.actions import Act, Actions
from fluxfill_studio.ui.amount_dialog import AmountDialog
from fluxfill_studio.ui.dialogs import Dialogs
from fluxfill_studio.ui.mask_commands import MaskCommands
from fluxfill_studio.ui.mask_import_dialog import MaskImportDialog
from tests.qt import QtLoop, acting, emitted
from tests.ui.runs import picture

Run = Callable[[Callable[[], Coroutine[Any, Any, None]]], None]
LEFT = Qt.MouseButton.LeftButton


@pytest.fixture
def window(studio: Studio, actions: Actions, dressed: Callable[[QWidget], QMainWindow]) -> QWidget:
    """A window whose actions open their dialogs on it."""
    result = dressed(QWidget())
    dialogs = Dialogs(studio.settings, result)
    MaskCommands(studio, actions, dialogs, result)
    return result


@pytest.fixture
def running(studio: Studio, window: QWidget, qt_loop: QtLoop) -> Run:
    """Runs a test with a picture of 300 × 200 open, on which a disc is painted."""

    async def drive(body: Callable[[], Coroutine[Any, Any, None]]) -> None:
        studio.document.show(picture(name="harbour.jpg"))
        studio.document.begin_stroke(Brush(40), Sample(Point(150, 100)))
        studio.document.end_stroke()
        await body()
        await studio.close()

    return lambda body: qt_loop.run(drive(body))


def mask(studio: Studio) -> Plane:
    assert studio.document.picture is not None
    return studio.document.picture.mask.pixels


def find(window: QWidget, kind: type[QDialog]) -> QDialog:
    """The one dialog of a kind that is open."""
    (dialog,) = (each for each in window.findChildren(kind) if each.isVisible())
    assert isinstance(dialog, QDialog)
    assert dialog.isModal()
    return dialog


def child(dialog: QDialog, kind: type[QWidget], name: str = "") -> QWidget:
    named = [c for c in dialog.findChildren(kind) if not name or c.accessibleName() == name]
    (result,) = named
    assert isinstance(result, QWidget)
    return result


def press(dialog: QDialog, text: str) -> None:
    button = next(b for b in dialog.findChildren(QPushButton) if b.text() == text)
    QTest.mouseClick(button, LEFT)


def amount(window: QWidget) -> tuple[QDialog, QSpinBox]:
    dialog = find(window, AmountDialog)
    field = dialog.findChild(QSpinBox)
    assert isinstance(field, QSpinBox)
    return dialog, field


def white(path: Path, width: int, height: int, share: float) -> Path:
    plane = np.zeros((height, width), np.uint8)
    plane[:, : round(width * share)] = 255
    Image.fromarray(plane).save(path)
    return path


@pytest.mark.parametrize(
    ("act", "answer", "at_rim"),
    [(Act.GROW, "Grow", 255), (Act.SHRINK, "Shrink", 0), (Act.FEATHER, "Feather", 127)],
)
def test_an_amount_is_typed_entered_and_remembered(
    studio: Studio,
    actions: Actions,
    window: QWidget,
    running: Run,
    act: Act,
    answer: str,
    at_rim: int,
) -> None:
    async def body() -> None:
        before = mask(studio).copy()
        actions[act].trigger()
        dialog, field = amount(window)
        assert field.text() == "8 px"
        assert dialog.focusWidget() is field
        QTest.keyClicks(field, "12")
        QTest.keyClick(field, Qt.Key.Key_Return)
        assert not dialog.isVisible()
        assert abs(int(mask(studio)[100, 130]) - at_rim) < 40
        assert (mask(studio) != before).any()
        studio.document.undo()
        assert (mask(studio) == before).all()

        actions[act].trigger()
        dialog, field = amount(window)
        assert field.value() == 12
        field.setValue(20)
        press(dialog, "Cancel")
        assert (mask(studio) == before).all()

        actions[act].trigger()
        dialog, field = amount(window)
        assert field.value() == 12
        press(dialog, answer)
        assert (mask(studio) != before).any()

    running(body)


async def choose_file(window: QWidget, actions: Actions, act: Act, path: Path) -> None:
    """Type a path into the dialog that an action opens."""
    actions[act].trigger()
    dialog = find(window, QFileDialog)
    name = dialog.findChild(QLineEdit)
    assert isinstance(name, QLineEdit)
    name.setText(str(path))
    await acting(lambda: QTest.keyClick(name, Qt.Key.Key_Return))


def test_a_mask_is_imported_and_its_sense_told(
    studio: Studio, actions: Actions, window: QWidget, running: Run, tmp_path: Path
) -> None:
    path = white(tmp_path / "mask.png", 300, 200, 0.4)

    async def body() -> None:
        imported = emitted(studio.masks.imported)
        await choose_file(window, actions, Act.IMPORT_MASK, path)
        await imported
        assert mask(studio).mean() == pytest.approx(0.4 * 255)
        notice = studio.notices.current
        assert notice is not None
        assert notice.text == "White in “mask.png” was taken as painted. Invert with Ctrl+I."
        assert studio.settings.folder == tmp_path

    running(body)


def preview(dialog: QDialog) -> QColor:
    """The colour at the left of the preview, where the files of these tests are white."""
    label = child(dialog, QLabel, "Preview of the mask")
    assert isinstance(label, QLabel)
    image = label.pixmap().toImage()
    return image.pixelColor(4, image.height() // 2)


def test_a_mask_of_another_size_is_scaled_after_a_question(
    studio: Studio, actions: Actions, window: QWidget, running: Run, tmp_path: Path
) -> None:
    path = white(tmp_path / "mask.png", 150, 50, 0.4)

    async def body() -> None:
        asked = emitted(studio.masks.doubtful)
        await choose_file(window, actions, Act.IMPORT_MASK, path)
        await asked
        dialog = find(window, MaskImportDialog)
        texts = [label.text() for label in dialog.findChildren(QLabel)]
        assert "“mask.png” is 150 × 50, the picture 300 × 200. Scale the mask to fit?" in texts
        assert "White is painted" in texts
        assert preview(dialog) == QColor("white")
        press(dialog, "Scale")
        assert mask(studio).mean() == pytest.approx(0.4 * 255, abs=1)

    running(body)


def test_a_mask_that_is_mostly_white_may_be_inverted_or_left(
    studio: Studio, actions: Actions, window: QWidget, running: Run, tmp_path: Path
) -> None:
    path = white(tmp_path / "mask.png", 300, 200, 0.8)

    async def body() -> None:
        before = mask(studio).copy()
        for answer in ("Cancel", "Import"):
            asked = emitted(studio.masks.doubtful)
            await choose_file(window, actions, Act.IMPORT_MASK, path)
            await asked
            dialog = find(window, MaskImportDialog)
            texts = [label.text() for label in dialog.findChildren(QLabel)]
            assert "80 % of “mask.png” are white and would be painted." in texts
            invert = child(dialog, QCheckBox)
            QTest.keyClick(invert, Qt.Key.Key_Space)
            assert preview(dialog) == QColor("black")
            assert (mask(studio) == before).all()
            press(dialog, answer)
        assert mask(studio).mean() == pytest.approx(0.2 * 255)
        notice = studio.notices.current
        assert notice is not None
        assert notice.text == "Black in “mask.png” was taken as painted. Invert with Ctrl+I."

    running(body)


def test_the_question_goes_with_its_picture(
    studio: Studio, actions: Actions, window: QWidget, running: Run, tmp_path: Path
) -> None:
    path = white(tmp_path / "mask.png", 30, 20, 0.4)

    async def body() -> None:
        asked = emitted(studio.masks.doubtful)
        await choose_file(window, actions, Act.IMPORT_MASK, path)
        await asked
        dialog = find(window, MaskImportDialog)
        studio.document.show(picture())
        assert not dialog.isVisible()
        assert not mask(studio).any()

    running(body)


def test_the_mask_is_exported_under_a_name_that_says_what_it_is(
    studio: Studio, actions: Actions, window: QWidget, running: Run, tmp_path: Path
) -> None:
    studio.settings.set_folder(tmp_path)

    async def body() -> None:
        actions[Act.EXPORT_MASK].trigger()
        dialog = find(window, QFileDialog)
        name = dialog.findChild(QLineEdit)
        assert isinstance(name, QLineEdit)
        assert name.text() == "harbour-mask.png"
        name.setText(str(tmp_path / "here"))
        exported = emitted(studio.masks.exported)
        await acting(lambda: QTest.keyClick(name, Qt.Key.Key_Return))
        (path,) = await exported
        assert path == tmp_path / "here.png"
        with Image.open(path) as image:
            assert (np.asarray(image) == mask(studio)).all()
        notice = studio.notices.current
        assert notice is not None
        assert notice.text == f"The mask is saved as {path}"

    running(body)
