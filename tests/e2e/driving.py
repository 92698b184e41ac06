"""Driving the program as a person does: drops, pointer, keys and dialogs."""

from __future__ import annotations

import asyncio
from pathlib import Path

from PySide6.QtCore import QMimeData, QPoint, QPointF, Qt, QUrl
from PySide6.QtGui import QDragEnterEvent, QDropEvent
from PySide6.QtTest import QTest
from PySide6.QtWidgets import (
    QApplication,
    QFileDialog,
    QLineEdit,
    QMessageBox,
    QPlainTextEdit,
    QWidget,
)

from fluxfill_studio.app import Application
from fluxfill_studio.core.picture.source import Source
from tests.qt import acting, emitted


def drop(widget: QWidget, data: QMimeData) -> bool:
    """Send the events of a drop on `widget`; whether it was taken."""
    middle = QPointF(widget.rect().center())
    left, none = Qt.MouseButton.LeftButton, Qt.KeyboardModifier.NoModifier
    enter = QDragEnterEvent(middle.toPoint(), Qt.DropAction.CopyAction, data, left, none)
    QApplication.sendEvent(widget, enter)
    if not enter.isAccepted():
        return False
    dropped = QDropEvent(middle, Qt.DropAction.CopyAction, data, left, none)
    QApplication.sendEvent(widget, dropped)
    return dropped.isAccepted()


def files(*paths: Path) -> QMimeData:
    data = QMimeData()
    data.setUrls([QUrl.fromLocalFile(str(path)) for path in paths])
    return data


async def start(application: Application, *paths: Path) -> asyncio.Task[None]:
    """Start the program and wait until its window is there and has had its turn."""
    program = asyncio.create_task(application.run(paths))
    await emitted(application.studio.samples.loaded)
    return program


async def open_file(application: Application, path: Path) -> Source:
    """Drop a file on the window and wait until it is shown."""
    opened = asyncio.create_task(emitted(application.studio.opener.opened))
    await asyncio.sleep(0)
    assert drop(application.window, files(path))
    (source,) = await opened
    assert isinstance(source, Source)
    return source


async def paint(application: Application, *points: QPoint) -> None:
    """One stroke of the left button through widget points of the canvas."""
    canvas = application.window.canvas

    def stroke() -> None:
        QTest.mousePress(canvas, Qt.MouseButton.LeftButton, pos=points[0])
        for point in points[1:]:
            QTest.mouseMove(canvas, point)
        QTest.mouseRelease(canvas, Qt.MouseButton.LeftButton, pos=points[-1])

    await acting(stroke)


def write_prompt(application: Application, text: str) -> None:
    editor = application.window.panel.findChild(QPlainTextEdit)
    assert editor is not None
    editor.setFocus()
    QTest.keyClicks(editor, text)


async def ready(application: Application, picture: Path) -> None:
    """Open a picture, paint a stroke in its middle and write a prompt: all that a run needs."""
    await open_file(application, picture)
    middle = application.window.canvas.rect().center()
    await paint(application, middle, middle + QPoint(60, 0))
    write_prompt(application, "a calm sea")


async def run(application: Application) -> str:
    """Press Ctrl+Enter and wait for the result; returns its entry."""
    finished = asyncio.create_task(emitted(application.studio.generation.finished))
    await asyncio.sleep(0)
    QTest.keyClick(application.window, Qt.Key.Key_Return, Qt.KeyboardModifier.ControlModifier)
    (entry_id,) = await finished
    return str(entry_id)


async def begin(application: Application, key: Qt.Key) -> QLineEdit:
    """Press Ctrl and `key` to open or save; returns the dialog's field for the name."""
    control = Qt.KeyboardModifier.ControlModifier
    await acting(lambda: QTest.keyClick(application.window, key, control))
    dialog = application.window.findChild(QFileDialog)
    assert dialog is not None
    name = dialog.findChild(QLineEdit)
    assert name is not None
    return name


async def save_as(application: Application, path: Path) -> None:
    """Save the result under a name typed into the dialog, and wait until the file is there."""
    name = await begin(application, Qt.Key.Key_S)
    saved = asyncio.create_task(emitted(application.studio.saver.saved))
    await asyncio.sleep(0)
    name.setText(str(path))
    await acting(lambda: QTest.keyClick(name, Qt.Key.Key_Return))
    assert await saved == (path,)


def agree(application: Application) -> None:
    """Press the button that goes on in the question that is being asked."""
    box = application.window.findChild(QMessageBox)
    assert box is not None, "nothing is asked"
    destructive = QMessageBox.ButtonRole.DestructiveRole
    button = next(b for b in box.buttons() if box.buttonRole(b) == destructive)
    QTest.mouseClick(button, Qt.MouseButton.LeftButton)


async def close(application: Application) -> None:
    """Close the window, through the question where it asks one."""
    application.window.close()
    if application.window.isVisible():
        agree(application)
