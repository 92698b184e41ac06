"""Everything the user can do by menu, button or key: one table, made into QActions once."""

from __future__ import annotations

from dataclasses import dataclass
from enum import Enum
from typing import Final

from PySide6.QtCore import QCoreApplication, QObject
from PySide6.QtGui import QAction, QActionGroup, QKeySequence

from fluxfill_studio.core.texts import QT_TRANSLATE_NOOP
from fluxfill_studio.ui.look import Look


class Act(Enum):
    """The names of the actions."""

    OPEN = "open"
    PASTE = "paste"
    SAVE = "save"
    USE_AS_SOURCE = "use-as-source"
    CLOSE = "close"
    UNDO = "undo"
    REDO = "redo"
    INVERT = "invert"
    CLEAR = "clear"
    BRUSH = "brush"
    ERASER = "eraser"
    HAND = "hand"
    ZOOM = "zoom"
    SWAP = "swap"
    SMALLER = "smaller"
    LARGER = "larger"
    SOFTER = "softer"
    HARDER = "harder"
    CYCLE_VIEW = "cycle-view"
    VIEW_OVERLAY = "view-overlay"
    VIEW_MASK = "view-mask"
    VIEW_IMAGE = "view-image"
    FIT = "fit"
    ACTUAL_SIZE = "actual-size"
    ZOOM_IN = "zoom-in"
    ZOOM_OUT = "zoom-out"
    INPAINT = "inpaint"
    OUTPAINT = "outpaint"
    COMPARE = "compare"
    RUN = "run"
    THEME_SYSTEM = "theme-system"
    THEME_LIGHT = "theme-light"
    THEME_DARK = "theme-dark"


class Group(Enum):
    """Actions of which exactly one is chosen at a time."""

    TOOL = "tool"
    VIEW = "view"
    MODE = "mode"
    THEME = "theme"


@dataclass(frozen=True)
class ActionSpec:
    """A row of the table. The first of `keys` is the one that tooltips name."""

    act: Act
    text: str
    icon: str | None = None
    keys: tuple[str, ...] = ()
    group: Group | None = None


def _row(
    act: Act, text: str, icon: str | None, *keys: str, group: Group | None = None
) -> ActionSpec:
    return ActionSpec(act, text, icon, keys, group)


_N = QT_TRANSLATE_NOOP

TABLE: Final = (
    _row(Act.OPEN, _N("actions", "Open…"), "open", "Ctrl+O"),
    _row(Act.PASTE, _N("actions", "Paste picture"), "paste", "Ctrl+V"),
    _row(Act.SAVE, _N("actions", "Save result as…"), "save", "Ctrl+S", "Ctrl+Shift+S"),
    _row(Act.USE_AS_SOURCE, _N("actions", "Use as new source"), "use-as-source", "Ctrl+U"),
    _row(Act.CLOSE, _N("actions", "Close the window"), "close", "Ctrl+Q", "Ctrl+W"),
    _row(Act.UNDO, _N("actions", "Undo"), "undo", "Ctrl+Z"),
    _row(Act.REDO, _N("actions", "Redo"), "redo", "Ctrl+Shift+Z", "Ctrl+Y"),
    _row(Act.INVERT, _N("actions", "Invert mask"), "invert", "Ctrl+I"),
    _row(Act.CLEAR, _N("actions", "Clear mask"), "clear", "Ctrl+D", "Delete"),
    _row(Act.BRUSH, _N("actions", "Brush"), "brush", "B", group=Group.TOOL),
    _row(Act.ERASER, _N("actions", "Eraser"), "eraser", "E", group=Group.TOOL),
    _row(Act.HAND, _N("actions", "Hand"), "hand", "H", group=Group.TOOL),
    _row(Act.ZOOM, _N("actions", "Zoom"), "zoom", "Z", group=Group.TOOL),
    _row(Act.SWAP, _N("actions", "Swap paint and erase"), None, "X"),
    _row(Act.SMALLER, _N("actions", "Smaller brush"), None, "["),
    _row(Act.LARGER, _N("actions", "Larger brush"), None, "]"),
    _row(Act.SOFTER, _N("actions", "Softer brush"), None, "Shift+[", "{"),
    _row(Act.HARDER, _N("actions", "Harder brush"), None, "Shift+]", "}"),
    _row(Act.CYCLE_VIEW, _N("actions", "Next mask view"), None, "V"),
    _row(Act.VIEW_OVERLAY, _N("actions", "Overlay"), "overlay", group=Group.VIEW),
    _row(Act.VIEW_MASK, _N("actions", "Mask"), "mask-view", group=Group.VIEW),
    _row(Act.VIEW_IMAGE, _N("actions", "Image"), "image-view", group=Group.VIEW),
    _row(Act.FIT, _N("actions", "Fit"), "fit", "Ctrl+0"),
    _row(Act.ACTUAL_SIZE, _N("actions", "100 %"), "actual-size", "Ctrl+1"),
    _row(Act.ZOOM_IN, _N("actions", "Zoom in"), "zoom-in", "Ctrl++", "Ctrl+="),
    _row(Act.ZOOM_OUT, _N("actions", "Zoom out"), "zoom-out", "Ctrl+-"),
    _row(Act.INPAINT, _N("actions", "Inpaint"), None, "F2", group=Group.MODE),
    _row(Act.OUTPAINT, _N("actions", "Outpaint"), None, "F3", group=Group.MODE),
    _row(Act.COMPARE, _N("actions", "Compare"), None, "F4", group=Group.MODE),
    _row(Act.RUN, _N("actions", "Generate"), "run", "Ctrl+Enter", "Ctrl+Return"),
    _row(Act.THEME_SYSTEM, _N("actions", "As the system"), "system-theme", group=Group.THEME),
    _row(Act.THEME_LIGHT, _N("actions", "Light"), "sun", group=Group.THEME),
    _row(Act.THEME_DARK, _N("actions", "Dark"), "moon", group=Group.THEME),
)

OPACITY_KEYS: Final = {digit: (digit or 10) * 10 for digit in range(10)}
"""The digit keys and the opacity, in percent, that each one sets."""


class Actions(QObject):
    """The QActions of the table, found by name. Whoever knows what one does connects to it."""

    def __init__(self, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._actions: dict[Act, QAction] = {}
        groups = {group: QActionGroup(self) for group in Group}
        for spec in TABLE:
            action = QAction(QCoreApplication.translate("actions", spec.text), self)
            action.setShortcuts([QKeySequence(key) for key in spec.keys])
            action.setToolTip(_tip(action))
            if spec.group is not None:
                action.setCheckable(True)
                groups[spec.group].addAction(action)
            self._actions[spec.act] = action
        self.opacity = {digit: self._digit(digit) for digit in OPACITY_KEYS}
        """The actions of the digit keys."""

    def __getitem__(self, act: Act) -> QAction:
        return self._actions[act]

    @property
    def all(self) -> list[QAction]:
        return [*self._actions.values(), *self.opacity.values()]

    def paint_icons(self, look: Look) -> None:
        """Give every action its icon in the look's colours."""
        for spec in TABLE:
            if spec.icon is not None:
                self[spec.act].setIcon(look.icon(spec.icon))

    def _digit(self, digit: int) -> QAction:
        template = QCoreApplication.translate("actions", "Opacity {percent} %")
        action = QAction(template.format(percent=OPACITY_KEYS[digit]), self)
        action.setShortcut(QKeySequence(str(digit)))
        return action


def _tip(action: QAction) -> str:
    """The text with its first key, as "Brush (B)"."""
    text = action.text().rstrip("…")
    key = action.shortcut().toString(QKeySequence.SequenceFormat.NativeText)
    return f"{text} ({key})" if key else text
