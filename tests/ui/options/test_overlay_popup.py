"""The dot shows the mask's colour; its popup sets colour, opacity and outline by mouse and keys."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from PySide6.QtCore import QPoint, Qt
from PySide6.QtGui import QColor
from PySide6.QtTest import QTest
from PySide6.QtWidgets import (
    QApplication,
    QCheckBox,
    QColorDialog,
    QMainWindow,
    QPushButton,
    QSlider,
    QSpinBox,
    QToolButton,
    QWidget,
)

from fluxfill_studio.model.canvas import Overlay
from fluxfill_studio.model.studio import Studio
from fluxfill_studio.ui.actions import Actions
from fluxfill_studio.ui.look import Look
from fluxfill_studio.ui.options.overlay_popup import COLOURS, OverlayDot

LEFT = Qt.MouseButton.LeftButton


@pytest.fixture
def dot(
    studio: Studio, actions: Actions, look: Look, dressed: Callable[[QWidget], QMainWindow]
) -> OverlayDot:
    """The dot with its popup open."""
    result = OverlayDot(studio.canvas, actions)
    result.apply_look(look)
    dressed(result)
    QTest.mouseClick(result, LEFT)
    assert result.popup.isVisible()
    return result


def colour(dot: OverlayDot) -> QColor:
    side = dot.iconSize().width()
    return dot.icon().pixmap(side, side).toImage().pixelColor(QPoint(side // 2, side // 2))


def swatches(dot: OverlayDot) -> dict[str, QToolButton]:
    return {b.accessibleName(): b for b in dot.popup.findChildren(QToolButton)}


def test_a_swatch_sets_the_colour_and_the_dot_shows_it(
    studio: Studio, look: Look, dot: OverlayDot
) -> None:
    assert colour(dot) == QColor(look.theme.mask)
    assert list(swatches(dot)) == [name for _, name in COLOURS]
    for value, name in reversed(COLOURS):
        QTest.mouseClick(swatches(dot)[name], LEFT)
        assert studio.canvas.overlay == Overlay(value)
        assert [n for n, b in swatches(dot).items() if b.isChecked()] == [name]
        assert colour(dot) == QColor(value or look.theme.mask)
    QTest.mouseClick(swatches(dot)["Red"], LEFT)
    assert swatches(dot)["Red"].isChecked()


def test_opacity_and_outline(studio: Studio, dot: OverlayDot) -> None:
    (slider,), (field,) = dot.popup.findChildren(QSlider), dot.popup.findChildren(QSpinBox)
    assert isinstance(field, QSpinBox)
    assert field.text() == "50 %"
    QTest.keyClick(slider, Qt.Key.Key_End)
    assert studio.canvas.overlay.opacity == 1
    (box,) = dot.popup.findChildren(QCheckBox)
    QTest.keyClick(box, Qt.Key.Key_Space)
    assert studio.canvas.overlay == Overlay(None, 1.0, outline=True)
    studio.canvas.set_overlay(Overlay("#ffe14d", 0.3))
    assert field.text() == "30 %"
    assert isinstance(box, QCheckBox)
    assert not box.isChecked()
    assert swatches(dot)["Yellow"].isChecked()


def test_the_keyboard_goes_to_what_is_chosen_and_escape_closes(
    studio: Studio, dot: OverlayDot
) -> None:
    assert dot.popup.focusWidget() is swatches(dot)["Red"]
    QTest.keyClick(swatches(dot)["Red"], Qt.Key.Key_Tab)
    assert dot.popup.focusWidget() is swatches(dot)["Orange"]
    QTest.keyClick(swatches(dot)["Orange"], Qt.Key.Key_Space)
    assert studio.canvas.overlay.colour == "#ff9f1c"
    QTest.keyClick(swatches(dot)["Orange"], Qt.Key.Key_Escape)
    assert not dot.popup.isVisible()


def test_any_other_colour_is_chosen_in_a_dialog(studio: Studio, dot: OverlayDot) -> None:
    (other,) = dot.popup.findChildren(QPushButton)
    assert isinstance(other, QPushButton)
    QTest.mouseClick(other, LEFT)
    assert not dot.popup.isVisible()
    dialog = dot.window().findChild(QColorDialog)
    assert dialog is not None
    dialog.setCurrentColor(QColor("#123456"))
    dialog.accept()
    assert studio.canvas.overlay.colour == "#123456"
    assert colour(dot) == QColor("#123456")
    assert not any(button.isChecked() for button in swatches(dot).values())
    QTest.mouseClick(dot, LEFT)
    assert dot.popup.focusWidget() is other


def test_it_opens_on_the_screen_below_the_dot(dot: OverlayDot) -> None:
    area = dot.screen().availableGeometry()
    assert area.left() <= dot.popup.x()
    assert dot.popup.geometry().right() <= area.right()
    assert dot.popup.y() > dot.mapToGlobal(QPoint(0, dot.height())).y()
    assert QApplication.activePopupWidget() is dot.popup
    for kind in (QToolButton, QPushButton, QSlider, QSpinBox, QCheckBox):
        for control in dot.popup.findChildren(kind):
            assert isinstance(control, QWidget)
            assert control.accessibleName()
            assert control.toolTip()
