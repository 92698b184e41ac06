"""The style sheet of the whole program, on the Fusion style; `theme.stylesheet` fills it in."""

from __future__ import annotations

from string import Template
from typing import Final

STYLE_SHEET: Final = Template("""
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

QFrame[role="panel"] { background: $panel; border: none; }
QFrame[role="raised"] { background: $raised; border: 1px solid $line; border-radius: 7px; }
QFrame[role="popover"] { background: $raised; border: 1px solid $line; }
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
    min-height: 28px; padding: 1px 14px; outline: none; /* the border is the focus ring */
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

QPushButton[role="tile"], QPushButton[role="strip"] { min-height: 22px; padding: 0px 9px; }
QPushButton[role="tile"]:focus, QPushButton[role="strip"]:focus { padding: 0px 8px; }
QPushButton[role="tile"] { border-radius: 5px; padding: 0px 4px; font-size: 12px; }

QPushButton[role="pill"] {
    background: $raised; color: $muted; border-radius: 12px; min-height: 20px; padding: 1px 11px;
}
QPushButton[role="pill"]:hover { background: $hover; color: $text; }
QPushButton[role="pill"]:focus { padding: 0px 10px; color: $text; }

QPushButton[role="pill"][level="info"] { color: $text; }
QPushButton[role="pill"][level="warning"] { color: $warning; border-color: $warning; }
QPushButton[role="pill"][level="warning"]:focus { border-color: $focus; }

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
QPushButton[role="segment"][face="narrow"] { padding: 1px 8px; }
QPushButton[role="segment"][face="narrow"]:focus { padding: 0px 7px; }
QPushButton[role="segment"][face="icon"] { padding: 1px 7px; }
QPushButton[role="segment"][face="icon"]:focus { padding: 0px 6px; }

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

QToolButton[role="rail"] { min-width: 25px; padding: 5px; } /* its height is the rail's matter */
QToolButton[role="rail"]:checked { border-left: 2px solid $accent; padding-left: 4px; }
QToolButton[role="rail"]:focus { border: 2px solid $focus; padding: 4px; }

QToolButton[role="text"] { padding: 4px 3px 3px 6px; }
QToolButton[role="text"]:focus { padding: 3px 2px 2px 5px; }

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

QToolButton[role="cell"] { background: $chosen; border: none; border-radius: 4px; padding: 0px; }
QToolButton[role="cell"]:hover { background: $hover; }
QToolButton[role="cell"]:checked { background: $accent; }
QToolButton[role="cell"]:focus { border: 2px solid $focus; }
QToolButton[role="cell"]:checked:focus { border: 2px solid $text; }
QToolButton::menu-indicator { image: none; }

QLineEdit, QSpinBox, QDoubleSpinBox, QPlainTextEdit, QTreeView {
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
QPlainTextEdit, QTreeView { padding: 5px; outline: none; }
QLineEdit:focus { border: 2px solid $focus; padding: 0px 7px; }
QSpinBox:focus, QDoubleSpinBox:focus { border: 2px solid $focus; padding: 0px; }
QPlainTextEdit:focus, QTreeView:focus { border: 2px solid $focus; padding: 4px; }
QLineEdit:disabled, QSpinBox:disabled, QDoubleSpinBox:disabled, QPlainTextEdit:disabled {
    background: transparent; color: $disabled;
}
QListView[role="pages"] {
    background: transparent; border: none; border-right: 1px solid $line; outline: none;
    padding: 12px 8px;
}
QListView[role="pages"]::item {
    color: $muted; border: 2px solid transparent; border-radius: 7px; padding: 0px 8px;
}
QListView[role="pages"]::item:hover { color: $text; background: $hover; }
QListView[role="pages"]::item:selected { color: $text; background: $control; }
QListView[role="pages"]::item:selected:focus { border-color: $focus; }

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
QComboBox:editable { background: $field; }
QComboBox QLineEdit, QComboBox QLineEdit:focus {
    background: transparent; border: none; min-height: 0px; padding: 0px;
}
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

QHeaderView::section { background: $field; color: $muted; border: none; padding: 4px; }

QScrollBar { background: transparent; border: none; }
QScrollBar:vertical { width: 10px; }
QScrollBar:horizontal { height: 10px; }
QScrollBar::handle { background: $track; border-radius: 3px; margin: 2px; }
QScrollBar::handle:vertical { min-height: 32px; }
QScrollBar::handle:horizontal { min-width: 32px; }
QScrollBar::handle:hover { background: $muted; }
QScrollBar::handle:disabled { background: transparent; } /* nothing to scroll */
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
