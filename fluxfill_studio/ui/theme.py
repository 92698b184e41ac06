"""How the program looks: one table of colour roles, its palette and its style sheet."""

from __future__ import annotations

from dataclasses import asdict, dataclass
from enum import Enum
from pathlib import Path
from string import Template
from typing import Final

from PySide6.QtGui import QColor, QFont, QFontDatabase, QPalette


class ThemeChoice(Enum):
    """What the user asks for; SYSTEM follows the desktop."""

    SYSTEM = "system"
    LIGHT = "light"
    DARK = "dark"


@dataclass(frozen=True)
class Theme:
    """Colour roles, each an opaque `#rrggbb`.

    The greys are near neutral, so that the colours of a photograph are judged rightly. Every text
    role reaches 4.5 : 1 (WCAG 2.2, 1.4.3) on every surface; on `hover` only `text` is written, on
    `accent` only `on_accent`, on `badge` only `on_badge`, on `selection` only `text`.
    """

    name: str

    # Surfaces, from the farthest to the nearest.
    canvas: str  # around the photograph
    panel: str  # bars, rail, side panel
    raised: str  # cards, menus, buttons
    control: str  # a pressed or chosen control
    hover: str  # a control under the pointer
    field: str  # where text is typed
    well: str  # the ground of segmented buttons
    chosen: str  # the chosen one of them
    selection: str  # selected text and list rows

    line: str  # borders and separators, decoration only
    track: str  # the unfilled part of sliders and switches
    knob: str  # their handle
    knob_edge: str  # and its outline

    # Text and icons.
    text: str
    muted: str
    disabled: str
    accent: str  # the one main action, and what is selected
    accent_hover: str
    on_accent: str
    focus: str  # the ring of keyboard focus
    mask: str  # the mask's tint, until the user sets another
    ok: str
    warning: str
    error: str
    badge: str  # captions that lie on a photograph
    on_badge: str
    badge_ok: str
    badge_error: str


DARK: Final = Theme(
    name="dark",
    canvas="#17181a",
    panel="#1f2023",
    raised="#26282c",
    control="#303338",
    hover="#383b41",
    field="#17181a",
    well="#17181a",
    chosen="#303338",
    selection="#2f5288",
    line="#37393f",
    track="#3f424a",
    knob="#f4f5f6",
    knob_edge="#f4f5f6",
    text="#e8e9eb",
    muted="#9a9da5",
    disabled="#65686f",
    accent="#6ea8fe",
    accent_hover="#86b7ff",
    on_accent="#0b1526",
    focus="#a9ccff",
    mask="#ff4d6d",
    ok="#7fd1a0",
    warning="#f0b95b",
    error="#ff8a94",
    badge="#0f1011",
    on_badge="#e8e9eb",
    badge_ok="#7fd1a0",
    badge_error="#ff8a94",
)

LIGHT: Final = Theme(
    name="light",
    canvas="#dfe0e3",
    panel="#f4f4f6",
    raised="#ffffff",
    control="#e8e9ec",
    hover="#dddee2",
    field="#ffffff",
    well="#e2e3e7",
    chosen="#ffffff",
    selection="#bcd4fb",
    line="#cfd0d6",
    track="#c3c5cc",
    knob="#ffffff",
    knob_edge="#7c7f87",
    text="#1b1c1f",
    muted="#55585f",
    disabled="#9b9da4",
    accent="#1558bf",
    accent_hover="#1d66d6",
    on_accent="#ffffff",
    focus="#1d66d6",
    mask="#ff4d6d",
    ok="#0f6637",
    warning="#7d4a00",
    error="#b3203a",
    badge="#0f1011",
    on_badge="#e8e9eb",
    badge_ok="#7fd1a0",
    badge_error="#ff8a94",
)


def theme_for(choice: ThemeChoice, system_dark: bool) -> Theme:
    """Return the theme for the user's choice and the desktop's present colour scheme."""
    if choice is ThemeChoice.SYSTEM:
        return DARK if system_dark else LIGHT
    return DARK if choice is ThemeChoice.DARK else LIGHT


def ui_font() -> QFont:
    """Return the system's font at 13 px with tabular figures, so that counting numbers stand still.

    Needs a QGuiApplication.
    """
    font = QFontDatabase.systemFont(QFontDatabase.SystemFont.GeneralFont)
    font.setPixelSize(13)
    font.setFeature(QFont.Tag("tnum"), 1)
    return font


def palette(theme: Theme) -> QPalette:
    """Return the palette, for painted widgets and what the style sheet leaves to Fusion."""
    role = QPalette.ColorRole
    colors = {
        role.Window: theme.panel,
        role.WindowText: theme.text,
        role.Base: theme.field,
        role.AlternateBase: theme.raised,
        role.Text: theme.text,
        role.PlaceholderText: theme.muted,
        role.Button: theme.raised,
        role.ButtonText: theme.text,
        role.BrightText: theme.knob,
        role.Light: theme.hover,
        role.Midlight: theme.control,
        role.Mid: theme.track,
        role.Dark: theme.line,
        role.Shadow: theme.canvas,
        role.Highlight: theme.selection,
        role.HighlightedText: theme.text,
        role.Accent: theme.accent,
        role.Link: theme.accent,
        role.LinkVisited: theme.accent,
        role.ToolTipBase: theme.raised,
        role.ToolTipText: theme.text,
    }
    result = QPalette()
    for key, value in colors.items():
        result.setColor(key, QColor(value))
    for key in (role.WindowText, role.Text, role.ButtonText, role.PlaceholderText, role.BrightText):
        result.setColor(QPalette.ColorGroup.Disabled, key, QColor(theme.disabled))
    result.setColor(QPalette.ColorGroup.Disabled, role.Accent, QColor(theme.track))
    return result


def stylesheet(theme: Theme, icons_dir: Path) -> str:
    """Return the style sheet of the whole application, to be used on the Fusion style.

    Widgets are told apart by the dynamic property `role`. Frames: `panel`, `raised`, `segments`,
    `drop`, `message` (with `level` = info, warning or error); any frame may have a line on one
    `edge` (left, top, right, bottom). Push buttons: `primary`, `secondary`, `flat`, `menu`, `pill`,
    `segment`. Tool buttons: `rail`, `tile`, `card`, `gutter`. Spin boxes: `value`. Labels:
    `display`, `title`, `heading`, `muted`, `ok`, `warning`, `error`, `badge`, `pill`.

    The focus ring is a border one pixel thicker with a padding one pixel thinner, so nothing moves.

    Args:
        icons_dir: the icons folder; its folder of the theme's name has the arrows and the check
            mark, which a style sheet can take from files only.
    """
    images = (icons_dir / theme.name).as_posix()
    return _TEMPLATE.substitute(asdict(theme), images=images)


_TEMPLATE: Final = Template("""
QMainWindow { background: $canvas; }
QDialog { background: $panel; }
QLabel { background: transparent; color: $text; }
QLabel:disabled { color: $disabled; }
QLabel[role="display"] { font-size: 18px; font-weight: 500; }
QLabel[role="title"] { font-size: 15px; font-weight: 500; }
QLabel[role="heading"] { font-weight: 600; }
QLabel[role="muted"] { color: $muted; }
QLabel[role="ok"] { color: $ok; }
QLabel[role="warning"] { color: $warning; }
QLabel[role="error"] { color: $error; }
QLabel[role|="badge"] {
    background: $badge; color: $on_badge; border-radius: 5px; padding: 2px 7px; font-size: 12px;
}
QLabel[role="badge-ok"] { color: $badge_ok; }
QLabel[role="badge-error"] { color: $badge_error; }

QLabel[role="pill"] {
    background: $raised; border: 1px solid $line; border-radius: 12px;
    min-height: 20px; padding: 1px 11px;
}

QFrame[role="panel"] { background: $panel; border: none; }
QFrame[role="raised"] { background: $raised; border: 1px solid $line; border-radius: 7px; }
QFrame[role="segments"] { background: $well; border: none; border-radius: 7px; }
QFrame[role="drop"] { border: 2px dashed $track; border-radius: 14px; }
QFrame[role="drop"][over="true"] { border-color: $accent; background: $panel; }
QFrame[role="message"] { background: $raised; border: none; border-bottom: 1px solid $line; }
QFrame[role="message"][level="info"] { border-left: 3px solid $accent; }
QFrame[role="message"][level="warning"] { border-left: 3px solid $warning; }
QFrame[role="message"][level="error"] { border-left: 3px solid $error; }
QFrame[edge="left"] { border-left: 1px solid $line; }
QFrame[edge="top"] { border-top: 1px solid $line; }
QFrame[edge="right"] { border-right: 1px solid $line; }
QFrame[edge="bottom"] { border-bottom: 1px solid $line; }
QScrollArea { background: transparent; border: none; }
QSplitter::handle { background: $line; }

QPushButton {
    background: $raised; color: $text; border: 1px solid $line; border-radius: 7px;
    min-height: 28px; padding: 1px 14px;
}
QPushButton:hover { background: $hover; }
QPushButton:pressed, QPushButton:checked { background: $control; }
QPushButton:focus { border: 2px solid $focus; padding: 0px 13px; }
QPushButton:disabled { color: $disabled; background: transparent; }
QPushButton::menu-indicator {
    image: url("$images/chevron-down.svg"); width: 12px; height: 12px;
    subcontrol-origin: padding; subcontrol-position: right center; right: 7px;
}

QPushButton[role="primary"], QPushButton[role="secondary"] { min-height: 34px; }
QPushButton[role="primary"] {
    background: $accent; color: $on_accent; border-color: $accent; font-weight: 600;
}
QPushButton[role="primary"]:hover { background: $accent_hover; border-color: $accent_hover; }
QPushButton[role="primary"]:pressed { background: $accent; }
QPushButton[role="primary"]:focus { border-color: $text; }
QPushButton[role="primary"]:disabled {
    background: $control; border-color: $control; color: $disabled;
}

QPushButton[role="primary"] > QLabel { color: $on_accent; font-weight: 600; }
QPushButton[role="primary"] > QLabel[role="detail"] { font-size: 12px; font-weight: 400; }
QPushButton[role="primary"] > QLabel:disabled { color: $disabled; }

QPushButton[role="flat"], QPushButton[role="menu"] {
    background: transparent; border-color: transparent; color: $muted;
    min-height: 22px; padding: 1px 7px;
}
QPushButton[role="menu"] { padding-right: 21px; }
QPushButton[role="flat"]:hover, QPushButton[role="menu"]:hover {
    background: $hover; color: $text;
}
QPushButton[role="flat"]:pressed, QPushButton[role="menu"]:pressed { background: $control; }
QPushButton[role="flat"]:focus, QPushButton[role="menu"]:focus {
    border-color: $focus; color: $text; padding: 0px 6px;
}
QPushButton[role="menu"]:focus { padding-right: 20px; }

QPushButton[role="pill"] {
    background: $raised; color: $muted; border-radius: 12px; min-height: 20px; padding: 1px 11px;
}
QPushButton[role="pill"]:hover { background: $hover; color: $text; }
QPushButton[role="pill"]:focus { padding: 0px 10px; color: $text; }

QPushButton[role="pill"][menu="true"] { padding-right: 24px; }
QPushButton[role="pill"][menu="true"]:focus { padding-right: 23px; }
QPushButton[role="pill"]::menu-indicator { width: 10px; height: 10px; right: 9px; }

QPushButton[role="segment"] {
    background: transparent; border-color: transparent; border-radius: 5px; color: $muted;
    min-height: 22px; padding: 1px 13px;
}
QPushButton[role="segment"]:hover { color: $text; }
QPushButton[role="segment"]:checked { background: $chosen; color: $text; }
QPushButton[role="segment"]:focus { border-color: $focus; padding: 0px 12px; }

QPushButton[role="flat"]:disabled, QPushButton[role="menu"]:disabled,
QPushButton[role="pill"]:disabled, QPushButton[role="segment"]:disabled { color: $disabled; }

/* Qt makes every styled tool button 3 px larger than its box; the sizes here allow for that. */
QToolButton {
    background: transparent; color: $muted; border: 1px solid transparent; border-radius: 7px;
    padding: 4px 3px 3px 4px;
}
QToolButton:hover { background: $hover; color: $text; }
QToolButton:pressed, QToolButton:checked { background: $control; color: $text; }
QToolButton:focus { border: 2px solid $focus; padding: 3px 2px 2px 3px; }
QToolButton:disabled { color: $disabled; }

QToolButton[role="rail"] { min-width: 25px; min-height: 25px; padding: 5px; }
QToolButton[role="rail"]:checked { border-left: 2px solid $accent; padding-left: 4px; }
QToolButton[role="rail"]:focus { border: 2px solid $focus; padding: 4px; }

QToolButton[role="tile"] {
    background: $raised; border-color: $line; min-height: 43px; padding: 1px; font-size: 11px;
}
QToolButton[role="tile"]:hover { background: $hover; }
QToolButton[role="tile"]:checked { background: $control; border-color: $accent; }
QToolButton[role="tile"]:focus { border: 2px solid $focus; padding: 0px; }

QToolButton[role="card"] {
    background: $raised; border-color: $line; padding: 7px 5px 5px 7px; font-size: 12px;
}
QToolButton[role="card"]:hover { background: $hover; }
QToolButton[role="card"]:focus { border: 2px solid $focus; padding: 6px 4px 4px 6px; }

QToolButton[role="gutter"] { padding: 1px; min-height: 17px; border-radius: 4px; }
QToolButton[role="gutter"]:focus { padding: 0px; }
QToolButton::menu-indicator { image: none; }

QLineEdit, QSpinBox, QDoubleSpinBox, QPlainTextEdit {
    background: $field; color: $text; border: 1px solid $line; border-radius: 7px;
    selection-background-color: $selection; selection-color: $text;
}
QLineEdit { min-height: 26px; padding: 1px 8px; }
QSpinBox, QDoubleSpinBox { /* Qt gives the text of a spin box no left padding */
    min-height: 24px; padding: 1px; qproperty-alignment: "AlignRight | AlignVCenter";
}
QAbstractSpinBox[role="value"] {
    background: transparent; border-color: transparent; min-height: 17px;
}
QAbstractSpinBox[role="value"][side="left"] {
    qproperty-alignment: "AlignLeft | AlignVCenter";
}
QAbstractSpinBox[role="value"]:hover { background: $field; border-color: $line; }
QPlainTextEdit { padding: 5px; }
QLineEdit:focus { border: 2px solid $focus; padding: 0px 7px; }
QSpinBox:focus, QDoubleSpinBox:focus { border: 2px solid $focus; padding: 0px; }
QPlainTextEdit:focus { border: 2px solid $focus; padding: 4px; }
QLineEdit:disabled, QSpinBox:disabled, QDoubleSpinBox:disabled, QPlainTextEdit:disabled {
    background: transparent; color: $disabled;
}
QAbstractSpinBox::up-button, QAbstractSpinBox::down-button {
    subcontrol-origin: padding; width: 16px; background: transparent; border: none;
}
QAbstractSpinBox::up-button { subcontrol-position: top right; }
QAbstractSpinBox::down-button { subcontrol-position: bottom right; }
QAbstractSpinBox::up-button:hover, QAbstractSpinBox::down-button:hover {
    background: $hover; border-radius: 4px;
}
QAbstractSpinBox::up-arrow { image: url("$images/chevron-up.svg"); width: 10px; height: 10px; }
QAbstractSpinBox::down-arrow { image: url("$images/chevron-down.svg"); width: 10px; height: 10px; }
/* Without buttons at all, Qt would leave the text of a styled spin box one pixel. */
QAbstractSpinBox[role="value"]::up-button, QAbstractSpinBox[role="value"]::down-button {
    width: 0px;
}
QAbstractSpinBox[role="value"]::up-arrow, QAbstractSpinBox[role="value"]::down-arrow { width: 0px; }

QComboBox {
    background: $raised; color: $text; border: 1px solid $line; border-radius: 7px;
    min-height: 24px; padding: 1px 4px 1px 9px; combobox-popup: 0; /* a list below, not a menu */
}
QComboBox:hover { background: $hover; }
QComboBox:focus { border: 2px solid $focus; padding: 0px 3px 0px 8px; }
QComboBox:disabled { background: transparent; color: $disabled; }
QComboBox::drop-down { border: none; width: 20px; }
QComboBox::down-arrow { image: url("$images/chevron-down.svg"); width: 12px; height: 12px; }
QComboBox QAbstractItemView {
    background: $raised; color: $text; border: 1px solid $line; outline: none;
    selection-background-color: $selection; selection-color: $text;
}
QComboBox QAbstractItemView::item { min-height: 24px; padding: 0px 8px; }
QComboBox QAbstractItemView::item:selected { background: $selection; }

QCheckBox { background: transparent; color: $text; spacing: 8px; }
QCheckBox:disabled { color: $disabled; }
QCheckBox::indicator {
    width: 14px; height: 14px; border: 1px solid $muted; border-radius: 4px; background: $field;
}
QCheckBox::indicator:checked, QMenu::indicator:checked {
    border-color: $accent; background: $accent; image: url("$images/check.svg");
}
QCheckBox::indicator:focus { width: 12px; height: 12px; border: 2px solid $focus; }
QCheckBox::indicator:disabled { border-color: $line; background: $track; }

QSlider { min-height: 20px; }
QSlider::groove:horizontal { height: 4px; border-radius: 2px; background: $track; }
QSlider::sub-page:horizontal { height: 4px; border-radius: 2px; background: $accent; }
QSlider::sub-page:horizontal:disabled { background: $track; }
QSlider::handle:horizontal {
    width: 12px; height: 12px; margin: -5px 0px; border-radius: 7px;
    background: $knob; border: 1px solid $knob_edge;
}
QSlider::handle:horizontal:hover { border-color: $accent; }
QSlider::handle:horizontal:focus {
    width: 10px; height: 10px; background: $accent; border: 2px solid $text;
}
QSlider::handle:horizontal:disabled { background: $disabled; border-color: $disabled; }

QProgressBar {
    background: $track; border: none; border-radius: 2px; min-height: 4px; max-height: 4px;
}
QProgressBar::chunk { background: $accent; border-radius: 2px; }

QScrollBar { background: transparent; border: none; }
QScrollBar:vertical { width: 10px; }
QScrollBar:horizontal { height: 10px; }
QScrollBar::handle { background: $track; border-radius: 3px; margin: 2px; }
QScrollBar::handle:vertical { min-height: 32px; }
QScrollBar::handle:horizontal { min-width: 32px; }
QScrollBar::handle:hover { background: $muted; }
QScrollBar::add-line, QScrollBar::sub-line { width: 0px; height: 0px; }
QScrollBar::add-page, QScrollBar::sub-page { background: transparent; }

QMenu { background: $raised; color: $text; border: 1px solid $line; padding: 4px; }
QMenu::item { padding: 5px 24px 5px 12px; border-radius: 5px; }
QMenu::item:selected { background: $selection; }
QMenu::item:disabled { color: $disabled; }
QMenu::separator { height: 1px; background: $line; margin: 4px 8px; }
QMenu::icon { left: 8px; }
QMenu::indicator { width: 14px; height: 14px; border-radius: 4px; left: 8px; }
QMenu::right-arrow {
    image: url("$images/chevron-right.svg"); width: 12px; height: 12px; right: 6px;
}

QToolTip { background: $raised; color: $text; border: 1px solid $line; padding: 4px 7px; }

QStatusBar { background: $panel; color: $muted; border-top: 1px solid $line; }
QStatusBar::item { border: none; }
QStatusBar QLabel { color: $muted; padding: 0px 6px; }
""")
