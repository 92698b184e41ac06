"""The dot in the mask's colour, and what it opens: colour, opacity and outline of the overlay."""

from __future__ import annotations

from dataclasses import replace
from typing import Final

from PySide6.QtCore import QCoreApplication, QPoint, QSize, Qt
from PySide6.QtGui import QColor, QIcon, QKeyEvent, QPainter, QPixmap, QShowEvent
from PySide6.QtWidgets import (
    QCheckBox,
    QColorDialog,
    QFrame,
    QHBoxLayout,
    QLabel,
    QPushButton,
    QToolButton,
    QVBoxLayout,
    QWidget,
)
from typing_extensions import override

from fluxfill_studio.core.texts import QT_TRANSLATE_NOOP
from fluxfill_studio.model.canvas import CanvasModel
from fluxfill_studio.ui.actions import Act, Actions
from fluxfill_studio.ui.look import Look
from fluxfill_studio.ui.options.value_slider import ValueSlider

_DOT: Final = QSize(18, 18)
_GAP: Final = 4
_MARGIN: Final = 12
_LEAST_OPACITY: Final = 10
_N = QT_TRANSLATE_NOOP

COLOURS: Final = (
    (None, _N("OverlayPopup", "Red")),
    ("#ff9f1c", _N("OverlayPopup", "Orange")),
    ("#ffe14d", _N("OverlayPopup", "Yellow")),
    ("#3ddc84", _N("OverlayPopup", "Green")),
    ("#2ec4ff", _N("OverlayPopup", "Cyan")),
    ("#4d6dff", _N("OverlayPopup", "Blue")),
    ("#b04dff", _N("OverlayPopup", "Violet")),
    ("#ffffff", _N("OverlayPopup", "White")),
)
"""The colours that are offered, as #rrggbb; None is the theme's own."""


class OverlayDot(QToolButton):
    """Shows the mask's colour, and opens the popup below itself."""

    def __init__(self, canvas: CanvasModel, actions: Actions) -> None:
        super().__init__()
        self._canvas = canvas
        self._look: Look | None = None
        self.setIconSize(_DOT)
        self.setAccessibleName(self.tr("Colour of the mask"))
        self.setToolTip(self.tr("Colour, opacity and outline of the mask"))
        self.popup = OverlayPopup(canvas, actions, self)
        self.clicked.connect(self._open)
        canvas.view_changed.connect(self._show_colour)

    def apply_look(self, look: Look) -> None:
        self._look = look
        self.popup.apply_look(look)
        self._show_colour()

    def _show_colour(self) -> None:
        if self._look is not None:
            colour = self._canvas.overlay.colour or self._look.theme.mask
            self.setIcon(_dot(colour, self._look, self.devicePixelRatioF()))

    def _open(self) -> None:
        """Below the dot, ending where it ends, but on the screen."""
        area, size = self.screen().availableGeometry(), self.popup.sizeHint()
        end = self.mapToGlobal(QPoint(self.width(), self.height() + _GAP))
        left = min(end.x(), area.x() + area.width()) - size.width()
        self.popup.setGeometry(max(left, area.x()), end.y(), size.width(), size.height())
        self.popup.show()


class OverlayPopup(QFrame):
    """What is chosen holds at once."""

    def __init__(self, canvas: CanvasModel, actions: Actions, parent: QWidget) -> None:
        super().__init__(parent, Qt.WindowType.Popup)
        self._canvas = canvas
        self._look: Look | None = None
        self.setProperty("role", "popover")
        self.setAccessibleName(self.tr("Colour of the mask"))
        self._swatches = {colour: self._swatch(colour, name) for colour, name in COLOURS}
        self._other = QPushButton(self.tr("Other colour…"))
        self._other.setAccessibleName(self.tr("Other colour"))
        self._other.setToolTip(self.tr("Choose any colour"))
        self._other.clicked.connect(self._ask)
        self._opacity = ValueSlider(self.tr("Opacity"), "%", _LEAST_OPACITY, 100)
        self._opacity.set_tip(self.tr("Opacity of the overlay"))
        self._opacity.chosen.connect(
            lambda percent: canvas.set_overlay(replace(canvas.overlay, opacity=percent / 100))
        )
        self._lay_out(_check_box(actions))
        canvas.view_changed.connect(self._show)
        self._show()

    def apply_look(self, look: Look) -> None:
        self._look = look
        for colour, button in self._swatches.items():
            button.setIcon(_dot(colour or look.theme.mask, look, self.devicePixelRatioF()))

    @override
    def showEvent(self, event: QShowEvent, /) -> None:
        super().showEvent(event)
        chosen = self._swatches.get(self._canvas.overlay.colour, self._other)
        chosen.setFocus(Qt.FocusReason.PopupFocusReason)

    @override
    def keyPressEvent(self, event: QKeyEvent, /) -> None:
        if event.key() == Qt.Key.Key_Escape:
            self.hide()
        else:
            super().keyPressEvent(event)

    def _swatch(self, colour: str | None, name: str) -> QToolButton:
        text = QCoreApplication.translate("OverlayPopup", name)
        button = QToolButton()
        button.setCheckable(True)
        button.setIconSize(_DOT)
        button.setAccessibleName(text)
        button.setToolTip(text)
        button.clicked.connect(lambda: self._choose(colour))
        return button

    def _lay_out(self, outline: QCheckBox) -> None:
        swatches = QHBoxLayout()
        swatches.setSpacing(2)
        for button in self._swatches.values():
            swatches.addWidget(button)
        heading = QLabel(self.tr("Colour of the mask"))
        heading.setProperty("role", "heading")
        column = QVBoxLayout(self)
        column.setContentsMargins(_MARGIN, _MARGIN, _MARGIN, _MARGIN)
        column.setSpacing(_MARGIN)
        column.addWidget(heading)
        column.addLayout(swatches)
        column.addWidget(self._other)
        column.addWidget(self._opacity)
        column.addWidget(outline)

    def _choose(self, colour: str | None) -> None:
        self._canvas.set_overlay(replace(self._canvas.overlay, colour=colour))
        # A press on the chosen one must not take the check from it.
        self._show()

    def _ask(self) -> None:
        """Ask for any colour; the popup gives way to the dialog."""
        self.hide()
        standard = "" if self._look is None else self._look.theme.mask
        dialog = QColorDialog(QColor(self._canvas.overlay.colour or standard), self.window())
        dialog.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        dialog.setWindowTitle(self.tr("Colour of the mask"))
        dialog.colorSelected.connect(lambda colour: self._choose(colour.name()))
        dialog.open()

    def _show(self) -> None:
        overlay = self._canvas.overlay
        for colour, button in self._swatches.items():
            button.setChecked(colour == overlay.colour)
        self._opacity.show_value(round(overlay.opacity * 100))


def _check_box(actions: Actions) -> QCheckBox:
    """The switch of the outline."""
    action = actions[Act.OUTLINE]
    box = QCheckBox(action.text())
    box.setAccessibleName(action.text())
    box.setToolTip(action.toolTip())
    box.setChecked(action.isChecked())
    box.clicked.connect(lambda: action.trigger())
    action.toggled.connect(box.setChecked)
    return box


def _dot(colour: str, look: Look, device_pixel_ratio: float) -> QIcon:
    """A disc in `colour`, with a rim that is seen where the colour is that of the ground."""
    pixmap = QPixmap(_DOT * device_pixel_ratio)
    pixmap.setDevicePixelRatio(device_pixel_ratio)
    pixmap.fill(Qt.GlobalColor.transparent)
    painter = QPainter(pixmap)
    painter.setRenderHint(QPainter.RenderHint.Antialiasing)
    painter.setPen(QColor(look.theme.line))
    painter.setBrush(QColor(colour))
    painter.drawEllipse(1, 1, _DOT.width() - 2, _DOT.height() - 2)
    painter.end()
    return QIcon(pixmap)
