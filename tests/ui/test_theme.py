"""The theme: contrast, the two choices, and a style sheet that fits every widget it names."""

from __future__ import annotations

import re
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from numpy.typing import NDArray
from PySide6.QtCore import QPoint, QSize, Qt
from PySide6.QtGui import QColor, QFontInfo, QIcon, QImage, QPalette, QPixmap
from PySide6.QtWidgets import (
    QAbstractButton,
    QCheckBox,
    QComboBox,
    QDoubleSpinBox,
    QFrame,
    QLabel,
    QLineEdit,
    QListWidget,
    QMainWindow,
    QMenu,
    QPlainTextEdit,
    QProgressBar,
    QPushButton,
    QScrollArea,
    QScrollBar,
    QSlider,
    QSpinBox,
    QSplitter,
    QStatusBar,
    QToolButton,
    QTreeView,
    QVBoxLayout,
    QWidget,
)
from pytestqt.qtbot import QtBot

from fluxfill_studio.ui.switch import Switch
from fluxfill_studio.ui.theme import (
    DARK,
    LIGHT,
    Theme,
    ThemeChoice,
    palette,
    stylesheet,
    theme_for,
    ui_font,
)

ICONS = Path(__file__).parents[2] / "resources" / "icons"

each_theme = pytest.mark.parametrize("theme", [DARK, LIGHT], ids=["dark", "light"])


def luminance(color: str) -> float:
    """Relative luminance of `#rrggbb` (WCAG 2.2, "relative luminance")."""
    channels = (int(color[i : i + 2], 16) / 255 for i in (1, 3, 5))
    r, g, b = (c / 12.92 if c <= 0.04045 else ((c + 0.055) / 1.055) ** 2.4 for c in channels)
    return 0.2126 * r + 0.7152 * g + 0.0722 * b


def contrast(one: str, other: str) -> float:
    """Contrast ratio, 1 to 21 (WCAG 2.2, "contrast ratio")."""
    dark, light = sorted((luminance(one), luminance(other)))
    return (light + 0.05) / (dark + 0.05)


def test_the_contrast_measure_agrees_with_its_definition() -> None:
    assert contrast("#000000", "#ffffff") == pytest.approx(21)
    assert contrast("#777777", "#ffffff") == pytest.approx(4.48, abs=0.01)


@each_theme
@pytest.mark.parametrize(
    "surface", ["canvas", "panel", "raised", "control", "field", "well", "chosen"]
)
@pytest.mark.parametrize("ink", ["text", "muted", "accent", "ok", "warning", "error"])
def test_every_text_is_readable_on_every_surface(theme: Theme, surface: str, ink: str) -> None:
    assert contrast(getattr(theme, ink), getattr(theme, surface)) >= 4.5


@each_theme
@pytest.mark.parametrize(
    ("ink", "surface"),
    [
        ("text", "hover"),
        ("text", "selection"),
        ("on_accent", "accent"),
        ("on_accent", "accent_hover"),
        ("on_badge", "badge"),
    ],
)
def test_text_on_special_surfaces_is_readable(theme: Theme, ink: str, surface: str) -> None:
    assert contrast(getattr(theme, ink), getattr(theme, surface)) >= 4.5


@each_theme
@pytest.mark.parametrize("surface", ["canvas", "panel", "raised", "control", "field", "well"])
def test_the_focus_ring_stands_out(theme: Theme, surface: str) -> None:
    # 3 : 1 is what WCAG 2.2, 1.4.11 asks of what is not text.
    assert contrast(theme.focus, getattr(theme, surface)) >= 3
    assert contrast(theme.muted, theme.track) >= 3  # the knob of a switch that is off


@pytest.mark.parametrize(
    ("choice", "system_dark", "expected"),
    [
        (ThemeChoice.SYSTEM, True, DARK),
        (ThemeChoice.SYSTEM, False, LIGHT),
        (ThemeChoice.DARK, False, DARK),
        (ThemeChoice.LIGHT, True, LIGHT),
    ],
)
def test_the_choice_decides_and_system_follows_the_desktop(
    choice: ThemeChoice, system_dark: bool, expected: Theme
) -> None:
    assert theme_for(choice, system_dark) is expected


@each_theme
def test_the_style_sheet_is_complete(theme: Theme) -> None:
    sheet = stylesheet(theme, ICONS)
    assert "$" not in sheet
    images = re.findall(r'url\("([^"]+)"\)', sheet)
    assert images
    assert all(Path(image).is_file() for image in images)


@each_theme
def test_the_images_of_the_style_sheet_have_the_colours_of_the_theme(theme: Theme) -> None:
    inks = {
        file.stem: re.findall(r'stroke="([^"]+)"', file.read_text())
        for file in (ICONS / theme.name).glob("*.svg")
    }
    assert inks == {
        "check": [theme.on_accent],
        "chevron-down": [theme.muted],
        "chevron-right": [theme.muted],
        "chevron-up": [theme.muted],
    }


@each_theme
def test_the_palette_agrees_with_the_table(theme: Theme) -> None:
    result = palette(theme)
    assert result.color(QPalette.ColorRole.Window) == QColor(theme.panel)
    assert result.color(QPalette.ColorRole.Accent) == QColor(theme.accent)
    disabled = result.color(QPalette.ColorGroup.Disabled, QPalette.ColorRole.Text)
    assert disabled == QColor(theme.disabled)


def button(kind: type[QAbstractButton], role: str = "", *, checked: bool = False) -> QWidget:
    """A button with text and icon, to measure and to look at."""
    widget = kind()
    widget.setText("Fill")
    pixmap = QPixmap(20, 20)
    pixmap.fill(QColor("red"))
    widget.setIcon(QIcon(pixmap))
    widget.setIconSize(QSize(20, 20) if role == "rail" else QSize(16, 16))
    widget.setProperty("role", role)
    widget.setCheckable(checked)
    widget.setChecked(checked)
    return widget


def value_box() -> QWidget:
    """A spin box that looks like plain text until it is pointed at."""
    widget = QDoubleSpinBox()
    widget.setProperty("role", "value")
    return widget


def icon_segment() -> QWidget:
    """A segment that shows an icon alone."""
    widget = button(QPushButton, "segment")
    widget.setProperty("face", "icon")
    return widget


def marked_pill() -> QWidget:
    """A pill that warns."""
    widget = button(QPushButton, "pill")
    widget.setProperty("level", "warning")
    return widget


def pages() -> QWidget:
    """A list of pages, the first of which is shown."""
    widget = QListWidget()
    widget.setProperty("role", "pages")
    widget.addItems(["Service", "Appearance"])
    widget.setCurrentRow(0)
    return widget


FOCUSABLE: dict[str, Callable[[], QWidget]] = {
    "push": lambda: button(QPushButton),
    "primary": lambda: button(QPushButton, "primary"),
    "secondary": lambda: button(QPushButton, "secondary"),
    "flat": lambda: button(QPushButton, "flat"),
    "menu": lambda: button(QPushButton, "menu"),
    "pill": lambda: button(QPushButton, "pill"),
    "marked pill": marked_pill,
    "segment": lambda: button(QPushButton, "segment"),
    "chosen segment": lambda: button(QPushButton, "segment", checked=True),
    "icon segment": icon_segment,
    "tile": lambda: button(QToolButton, "tile"),
    "chosen tile": lambda: button(QToolButton, "tile", checked=True),
    "card": lambda: button(QToolButton, "card"),
    "text tool": lambda: button(QToolButton, "text"),
    "tool": lambda: button(QToolButton),
    "rail": lambda: button(QToolButton, "rail"),
    "chosen rail": lambda: button(QToolButton, "rail", checked=True),
    "gutter": lambda: button(QToolButton, "gutter"),
    "check box": lambda: QCheckBox("Keep"),
    "line edit": QLineEdit,
    "text edit": QPlainTextEdit,
    "tree": QTreeView,
    "pages": pages,
    "spin box": QSpinBox,
    "double spin box": QDoubleSpinBox,
    "value": value_box,
    "combo box": QComboBox,
    "slider": lambda: QSlider(Qt.Orientation.Horizontal),
    "switch": Switch,
}


@pytest.fixture(params=[DARK, LIGHT], ids=["dark", "light"])
def window(request: pytest.FixtureRequest, qtbot: QtBot) -> QMainWindow:
    """A styled window with an empty layout in it."""
    theme: Theme = request.param
    result = QMainWindow()
    qtbot.addWidget(result)
    result.setPalette(palette(theme))
    result.setStyleSheet(stylesheet(theme, ICONS))
    content = QWidget()
    QVBoxLayout(content)
    result.setCentralWidget(content)
    return result


def put(window: QMainWindow, *widgets: QWidget) -> None:
    """Lay `widgets` out in the window, one below the other."""
    content = window.centralWidget()
    assert content is not None
    layout = content.layout()
    assert layout is not None
    for widget in widgets:
        layout.addWidget(widget)


def pixels(widget: QWidget) -> NDArray[np.uint8]:
    """What the widget shows: (height, width, 4)."""
    image = widget.grab().toImage().convertToFormat(QImage.Format.Format_RGBA8888)
    flat = np.frombuffer(image.constBits(), np.uint8)
    return flat.reshape(image.height(), image.width(), 4).copy()


@pytest.mark.parametrize("kind", FOCUSABLE)
def test_focus_is_seen_and_moves_nothing(window: QMainWindow, qtbot: QtBot, kind: str) -> None:
    widget, elsewhere = FOCUSABLE[kind](), QLineEdit()
    widget.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
    put(window, elsewhere, widget)
    with qtbot.waitActive(window):
        window.show()
        window.activateWindow()
    elsewhere.setFocus()
    calm, calm_size, calm_place = pixels(widget), widget.sizeHint(), widget.geometry()
    widget.setFocus()
    assert widget.hasFocus()
    # A text caret alone, 1 px wide, would not be enough.
    assert np.any(pixels(widget) != calm, axis=2).sum() > 32
    assert (widget.sizeHint(), widget.geometry()) == (calm_size, calm_place)


def test_controls_have_the_sizes_of_the_design(window: QMainWindow) -> None:
    primary, secondary, pill, tile = (
        FOCUSABLE[kind]() for kind in ("primary", "secondary", "pill", "tile")
    )
    rail, tool = button(QToolButton, "rail"), button(QToolButton)
    put(window, primary, secondary, pill, tile, rail, tool)
    window.grab()  # polishes and lays out
    assert primary.sizeHint().height() == secondary.sizeHint().height() == 38
    assert pill.sizeHint().height() == 24
    assert tile.sizeHint().height() == 50
    assert rail.sizeHint().width() == 40
    assert tool.sizeHint() == QSize(28, 28)


def test_a_value_box_shows_its_number(window: QMainWindow) -> None:
    box = value_box()
    put(window, box)
    window.grab()
    field = box.findChild(QLineEdit)
    assert field is not None
    assert field.width() > box.width() - 8


def test_qt_has_nothing_to_say_about_the_style_sheet(window: QMainWindow, qtlog: Any) -> None:
    area, splitter, status = QScrollArea(), QSplitter(), QStatusBar()
    area.setWidget(QLabel("wide\n" * 200))
    area.setFixedHeight(60)
    splitter.addWidget(QLabel("left"))
    splitter.addWidget(QLabel("right"))
    status.addWidget(QLabel("62 %"))
    window.setStatusBar(status)
    menu = QMenu(window)
    menu.addAction("Starred").setCheckable(True)
    menu.addSeparator()
    menu.addMenu("More")
    framed = [QFrame() for _ in range(9)]
    for frame, (name, value) in zip(
        framed,
        [
            ("role", "panel"),
            ("role", "raised"),
            ("role", "popover"),
            ("role", "segments"),
            ("role", "drop"),
            ("role", "message"),
            ("edge", "left"),
            ("edge", "top"),
            ("edge", "bottom"),
        ],
        strict=True,
    ):
        frame.setProperty(name, value)
    labels = [QLabel("text") for _ in range(7)]
    for label, role in zip(
        labels, ["title", "heading", "muted", "ok", "warning", "error", "badge"], strict=True
    ):
        label.setProperty("role", role)
    progress, scroll = QProgressBar(), QScrollBar()
    progress.setValue(62)
    put(window, area, splitter, progress, scroll, *framed, *labels)
    put(window, *(make() for make in FOCUSABLE.values()))
    window.grab()
    menu.grab()
    assert [record.message for record in qtlog.records] == []


def test_surfaces_are_painted_in_the_colours_of_the_table(qtbot: QtBot) -> None:
    for theme in (DARK, LIGHT):
        panel, card = QFrame(), QFrame()
        for frame, role in ((panel, "panel"), (card, "raised")):
            qtbot.addWidget(frame)
            frame.setProperty("role", role)
            frame.setStyleSheet(stylesheet(theme, ICONS))
            frame.resize(40, 40)
        assert panel.grab().toImage().pixelColor(QPoint(20, 20)) == QColor(theme.panel)
        assert card.grab().toImage().pixelColor(QPoint(20, 20)) == QColor(theme.raised)


def test_numbers_are_tabular_also_where_the_style_sheet_sets_the_font(qtbot: QtBot) -> None:
    title = QLabel("1,111")
    qtbot.addWidget(title)
    title.setFont(ui_font())
    title.setProperty("role", "title")
    title.setStyleSheet(stylesheet(DARK, ICONS))
    title.grab()
    assert QFontInfo(ui_font()).pixelSize() == 13
    assert QFontInfo(title.font()).pixelSize() == 15
    assert [bytes(tag.toString().data()) for tag in title.font().featureTags()] == [b"tnum"]
