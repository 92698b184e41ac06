"""What is told and asked before a result is saved in a format that does not keep all of it."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from PIL import Image
from PySide6.QtCore import QCoreApplication, QEvent, Qt, QTranslator, SignalInstance
from PySide6.QtTest import QTest
from PySide6.QtWidgets import (
    QDialog,
    QFileDialog,
    QLabel,
    QLineEdit,
    QMainWindow,
    QPushButton,
    QSlider,
    QSpinBox,
    QWidget,
)
from typing_extensions import override

from fluxfill_studio.core.picture.samples import Samples
from fluxfill_studio.core.picture.source import Source
from fluxfill_studio.core.schema import ParameterSchema
from fluxfill_studio.model.studio import Studio
from fluxfill_studio.storage.images import read_source
from fluxfill_studio.ui.actions import Actions
from fluxfill_studio.ui.dialogs import Dialogs
from fluxfill_studio.ui.result_commands import ResultCommands
from fluxfill_studio.ui.save_options import SaveOptions
from tests.pictures import photograph
from tests.qt import QtLoop, acting, emitted
from tests.ui.runs import finished

Body = Callable[[], Awaitable[None]]
PIXELS = photograph(300, 200)
ALPHA = np.full((200, 300), 40000, np.uint16)
DEEP = Source("harbour.tif", Samples(PIXELS.astype(np.uint16) * 257, ALPHA), PIXELS)


@pytest.fixture
def window(dressed: Callable[[QWidget], QMainWindow]) -> QWidget:
    return dressed(QWidget())


@pytest.fixture
def running(
    studio: Studio,
    actions: Actions,
    window: QWidget,
    schema: ParameterSchema,
    tmp_path: Path,
    qt_loop: QtLoop,
) -> Callable[[Body], None]:
    """Runs a test with a finished result of DEEP, which is being saved."""
    studio.settings.set_folder(tmp_path)
    entry = finished(schema, 3, on=DEEP)
    studio.gallery.add(entry)
    dialogs = Dialogs(studio.settings, window)
    commands = ResultCommands(studio, actions, dialogs, lambda opening: opening(), window)

    async def drive(body: Body) -> None:
        await after(studio.saver.prepared, lambda: commands.save(entry.id))
        await body()
        await studio.close()

    return lambda body: qt_loop.run(drive(body))


def find(window: QWidget, kind: type[QDialog]) -> QDialog | None:
    """The dialog of a kind that is open, if one is."""
    found = [each for each in window.findChildren(kind) if each.isVisible()]
    assert len(found) <= 1
    return found[0] if found else None


def options(window: QWidget) -> SaveOptions:
    dialog = find(window, SaveOptions)
    assert isinstance(dialog, SaveOptions)
    assert dialog.isModal()
    return dialog


def name_field(window: QWidget) -> QLineEdit:
    dialog = find(window, QFileDialog)
    assert dialog is not None
    field = dialog.findChild(QLineEdit)
    assert isinstance(field, QLineEdit)
    return field


def child(dialog: QDialog, kind: type[QWidget]) -> QWidget:
    found = dialog.findChild(kind)
    assert isinstance(found, QWidget)
    return found


async def after(signal: SignalInstance, action: Callable[[], object]) -> Any:
    """Do what `signal` follows upon; returns what it tells."""
    waiting = asyncio.ensure_future(emitted(signal))
    await asyncio.sleep(0)
    await acting(action)
    (told,) = await waiting
    return told


def type_path(window: QWidget, path: Path) -> None:
    """Type a path into the file dialog, and Enter."""
    field = name_field(window)
    field.setText(str(path))
    QTest.keyClick(field, Qt.Key.Key_Return)


async def choose_doubtful(studio: Studio, window: QWidget, path: Path) -> SaveOptions:
    await after(studio.saver.doubtful, lambda: type_path(window, path))
    return options(window)


def press(dialog: QDialog, text: str) -> None:
    (button,) = (each for each in dialog.findChildren(QPushButton) if each.text() == text)
    QTest.mouseClick(button, Qt.MouseButton.LeftButton)


async def saved(studio: Studio, action: Callable[[], object]) -> Path:
    path = await after(studio.saver.saved, action)
    assert isinstance(path, Path)
    return path


def test_nothing_is_asked_where_all_is_kept(
    studio: Studio, window: QWidget, running: Callable[[Body], None], tmp_path: Path
) -> None:
    async def body() -> None:
        path = tmp_path / "out.tiff"
        assert await saved(studio, lambda: type_path(window, path)) == path
        assert window.findChild(SaveOptions) is None
        assert read_source(path).samples.depth == 16

    running(body)


def test_what_is_lost_is_told_and_enter_saves_anyway(
    studio: Studio, window: QWidget, running: Callable[[Body], None], tmp_path: Path
) -> None:
    path = tmp_path / "out.webp"

    async def body() -> None:
        dialog = await choose_doubtful(studio, window, path)
        texts = [label.text() for label in dialog.findChildren(QLabel)]
        assert "WebP does not keep all of this picture" in texts
        assert "16 bits per channel become 8." in texts
        assert "PNG keeps everything." in texts
        assert dialog.accessibleDescription() == "16 bits per channel become 8."
        assert dialog.findChild(QSlider) is None, "it is written without loss"
        assert not path.exists()
        assert await saved(studio, lambda: QTest.keyClick(dialog, Qt.Key.Key_Return)) == path
        assert read_source(path).samples.depth == 8

    running(body)


def test_the_quality_of_jpeg_is_chosen_and_remembered(
    studio: Studio, window: QWidget, running: Callable[[Body], None], tmp_path: Path
) -> None:
    path = tmp_path / "out.jpg"
    studio.settings.set_jpeg_quality(31)

    async def body() -> None:
        dialog = await choose_doubtful(studio, window, path)
        texts = [label.text() for label in dialog.findChildren(QLabel)]
        assert "All pixels change a little, also those outside the mask." in texts
        slider, field = child(dialog, QSlider), child(dialog, QSpinBox)
        assert isinstance(slider, QSlider)
        assert isinstance(field, QSpinBox)
        assert (slider.value(), field.value()) == (31, 31)
        assert dialog.focusWidget() is slider
        QTest.keyClick(slider, Qt.Key.Key_Home)
        assert (field.value(), dialog.quality) == (1, 1)
        field.selectAll()
        QTest.keyClicks(field, "20")
        assert (slider.value(), dialog.quality) == (20, 20)
        assert await saved(studio, lambda: QTest.keyClick(field, Qt.Key.Key_Return)) == path
        assert studio.settings.jpeg_quality == 20
        # libjpeg's table of quality 20 begins with 16 · 2.5 (ITU-T T.81, K.1).
        with Image.open(path) as image:
            assert image.quantization[0][0] == 40  # type: ignore[attr-defined]

    running(body)


@pytest.mark.parametrize("leave", ["Cancel", "Escape"])
def test_after_a_no_nothing_is_written(
    studio: Studio, window: QWidget, running: Callable[[Body], None], tmp_path: Path, leave: str
) -> None:
    async def body() -> None:
        dialog = await choose_doubtful(studio, window, tmp_path / "out.jpg")
        if leave == "Cancel":
            press(dialog, leave)
        else:
            QTest.keyClick(dialog, Qt.Key.Key_Escape)
        assert find(window, QDialog) is None

    running(body)
    assert not (tmp_path / "out.jpg").exists()


def test_another_format_leads_back_to_the_file_dialog(
    studio: Studio, window: QWidget, running: Callable[[Body], None], tmp_path: Path
) -> None:
    async def body() -> None:
        dialog = await choose_doubtful(studio, window, tmp_path / "final.jpg")
        press(dialog, "Another format…")
        assert find(window, SaveOptions) is None
        field = name_field(window)
        assert field.text() == "final.png"
        path = await saved(studio, lambda: QTest.keyClick(field, Qt.Key.Key_Return))
        assert path == tmp_path / "final.png"
        assert read_source(path).samples.depth == 16

    running(body)


def test_enter_saves_anyway_from_every_part_but_cancel(
    studio: Studio, window: QWidget, running: Callable[[Body], None], tmp_path: Path
) -> None:
    async def body() -> None:
        dialog = await choose_doubtful(studio, window, tmp_path / "out.jpg")
        buttons = {each.text(): each for each in dialog.findChildren(QPushButton)}
        another = buttons["Another format…"]
        another.setFocus()
        await saved(studio, lambda: QTest.keyClick(another, Qt.Key.Key_Return))

    running(body)


class Swedish(QTranslator):
    """Translates one loss."""

    @override
    def translate(
        self, context: str, text: str, disambiguation: str | None = None, n: int = -1, /
    ) -> str:
        known = ("losses", "16 bits per channel become 8.")
        return "16 bitar blir 8." if (context, text) == known else ""

    @override
    def isEmpty(self) -> bool:
        return False


def test_losses_are_told_in_the_users_language(
    studio: Studio, window: QWidget, running: Callable[[Body], None], tmp_path: Path
) -> None:
    translator = Swedish()

    async def body() -> None:
        QCoreApplication.installTranslator(translator)
        try:
            dialog = await choose_doubtful(studio, window, tmp_path / "out.webp")
            assert "16 bitar blir 8." in [each.text() for each in dialog.findChildren(QLabel)]
            dialog.reject()
        finally:
            QCoreApplication.removeTranslator(translator)

    running(body)


def test_the_dialog_is_gone_after_it_was_answered(
    studio: Studio, window: QWidget, running: Callable[[Body], None], tmp_path: Path
) -> None:
    async def body() -> None:
        dialog = await choose_doubtful(studio, window, tmp_path / "out.webp")
        dialog.reject()
        QCoreApplication.sendPostedEvents(None, QEvent.Type.DeferredDelete.value)
        assert window.findChild(SaveOptions) is None

    running(body)
