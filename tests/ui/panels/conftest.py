"""What the tests of the panels share: the parameters, and a window to put a part in."""

from __future__ import annotations

from collections.abc import Callable, Iterator

import pytest
from PySide6.QtGui import QGuiApplication
from PySide6.QtWidgets import QLineEdit, QVBoxLayout, QWidget
from pytestqt.qtbot import QtBot

from fluxfill_studio.core.schema import ParameterSchema
from fluxfill_studio.model.parameters import Parameters

Show = Callable[[QWidget], None]


@pytest.fixture
def parameters(schema: ParameterSchema) -> Parameters:
    return Parameters(schema)


@pytest.fixture
def show(qtbot: QtBot) -> Show:
    """Put a widget into an active window, below a line edit that has the focus at first."""
    window = QWidget()
    qtbot.addWidget(window)
    layout = QVBoxLayout(window)
    elsewhere = QLineEdit()
    layout.addWidget(elsewhere)
    window.resize(360, 600)

    def show(widget: QWidget) -> None:
        layout.addWidget(widget)
        with qtbot.waitActive(window):
            window.show()
            window.activateWindow()
        elsewhere.setFocus()

    return show


@pytest.fixture
def clipboard(qapp: object) -> Iterator[Callable[[str], None]]:
    """Puts a text on the clipboard; it is empty again afterwards."""
    yield lambda text: QGuiApplication.clipboard().setText(text)
    QGuiApplication.clipboard().clear()
