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
    ALL = "all"
    GROW = "grow"
    SHRINK = "shrink"
    FEATHER = "feather"
    FILL_HOLES = "fill-holes"
    FROM_ALPHA = "from-alpha"
    LAST_MASK = "last-mask"
    IMPORT_MASK = "import-mask"
    EXPORT_MASK = "export-mask"
    BRUSH = "brush"
    ERASER = "eraser"
    LASSO = "lasso"
    POLYGON = "polygon"
    RECTANGLE = "rectangle"
    ELLIPSE = "ellipse"
    BUCKET = "bucket"
    SMART_SELECT = "smart-select"
    HAND = "hand"
    ZOOM = "zoom"
    ADD = "add"
    SUBTRACT = "subtract"
    INTERSECT = "intersect"
    SWAP = "swap"
    SMALLER = "smaller"
    LARGER = "larger"
    SOFTER = "softer"
    HARDER = "harder"
    PRESSURE_SIZE = "pressure-size"
    PRESSURE_OPACITY = "pressure-opacity"
    SYMMETRY = "symmetry"
    CONTIGUOUS = "contiguous"
    CYCLE_VIEW = "cycle-view"
    VIEW_OVERLAY = "view-overlay"
    VIEW_MASK = "view-mask"
    VIEW_IMAGE = "view-image"
    OUTLINE = "outline"
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
    SETTINGS = "settings"
    SHORTCUTS = "shortcuts"


class Group(Enum):
    """Actions of which exactly one is chosen at a time."""

    TOOL = "tool"
    COMBINE = "combine"
    VIEW = "view"
    MODE = "mode"
    THEME = "theme"


@dataclass(frozen=True)
class ActionSpec:
    """A row of the table. The first of `keys` is the one that tooltips name.

    A sign that is typed with Shift stands alone: "{" is Shift+[ on one keyboard and AltGr+7 on the
    next, and "." is itself typed with Shift on a French one.
    """

    act: Act
    text: str
    icon: str | None = None
    keys: tuple[str, ...] = ()
    group: Group | None = None
    is_switch: bool = False


def _row(
    act: Act, text: str, icon: str | None, *keys: str, group: Group | None = None
) -> ActionSpec:
    return ActionSpec(act, text, icon, keys, group)


def _switch(act: Act, text: str, icon: str | None, *keys: str) -> ActionSpec:
    return ActionSpec(act, text, icon, keys, is_switch=True)


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
    _row(Act.ALL, _N("actions", "Paint everything"), "square", "Ctrl+A"),
    _row(Act.GROW, _N("actions", "Grow mask…"), "grow"),
    _row(Act.SHRINK, _N("actions", "Shrink mask…"), "shrink"),
    _row(Act.FEATHER, _N("actions", "Feather mask…"), "feather", "Shift+F6"),
    _row(Act.FILL_HOLES, _N("actions", "Fill holes in the mask"), "fill-holes"),
    _row(Act.FROM_ALPHA, _N("actions", "Mask from transparency"), "from-alpha"),
    _row(Act.LAST_MASK, _N("actions", "Mask of the last run"), "last-mask", "Ctrl+Shift+D"),
    _row(Act.IMPORT_MASK, _N("actions", "Import mask…"), "import"),
    _row(Act.EXPORT_MASK, _N("actions", "Export mask…"), "export"),
    _row(Act.BRUSH, _N("actions", "Brush"), "brush", "B", group=Group.TOOL),
    _row(Act.ERASER, _N("actions", "Eraser"), "eraser", "E", group=Group.TOOL),
    _row(Act.LASSO, _N("actions", "Lasso"), "lasso", "L", group=Group.TOOL),
    _row(Act.POLYGON, _N("actions", "Polygon"), "polygon", "P", group=Group.TOOL),
    _row(Act.RECTANGLE, _N("actions", "Rectangle"), "rectangle", "M", group=Group.TOOL),
    _row(Act.ELLIPSE, _N("actions", "Ellipse"), "ellipse", "Shift+M", group=Group.TOOL),
    _row(Act.BUCKET, _N("actions", "Bucket"), "bucket", "G", group=Group.TOOL),
    _row(Act.SMART_SELECT, _N("actions", "Smart select"), "smart-select", "W", group=Group.TOOL),
    _row(Act.HAND, _N("actions", "Hand"), "hand", "H", group=Group.TOOL),
    _row(Act.ZOOM, _N("actions", "Zoom"), "zoom", "Z", group=Group.TOOL),
    _row(Act.ADD, _N("actions", "Add to the mask"), "add", group=Group.COMBINE),
    _row(Act.SUBTRACT, _N("actions", "Subtract from the mask"), "subtract", group=Group.COMBINE),
    _row(Act.INTERSECT, _N("actions", "Intersect with the mask"), "intersect", group=Group.COMBINE),
    _row(Act.SWAP, _N("actions", "Swap paint and erase"), None, "X"),
    _row(Act.SMALLER, _N("actions", "Smaller brush"), None, "[", ","),
    _row(Act.LARGER, _N("actions", "Larger brush"), None, "]", "."),
    _row(Act.SOFTER, _N("actions", "Softer brush"), None, "{", "<"),
    _row(Act.HARDER, _N("actions", "Harder brush"), None, "}", ">"),
    _switch(Act.PRESSURE_SIZE, _N("actions", "Pressure sets the size"), None),
    _switch(Act.PRESSURE_OPACITY, _N("actions", "Pressure sets the opacity"), None),
    _switch(Act.SYMMETRY, _N("actions", "Mirror left and right"), "symmetry", "S"),
    _switch(Act.CONTIGUOUS, _N("actions", "Only what is joined"), None),
    _row(Act.CYCLE_VIEW, _N("actions", "Next mask view"), None, "V"),
    _row(Act.VIEW_OVERLAY, _N("actions", "Overlay"), "overlay", group=Group.VIEW),
    _row(Act.VIEW_MASK, _N("actions", "Mask"), "mask-view", group=Group.VIEW),
    _row(Act.VIEW_IMAGE, _N("actions", "Image"), "image-view", group=Group.VIEW),
    _switch(Act.OUTLINE, _N("actions", "Outline of the mask"), None),
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
    _row(Act.SETTINGS, _N("actions", "Settings…"), "settings", "Ctrl+,"),
    _row(Act.SHORTCUTS, _N("actions", "Keyboard shortcuts…"), "keyboard"),
)

OPACITY_KEYS: Final = {digit: (digit or 10) * 10 for digit in range(10)}
"""The digit keys and the opacity, in percent, that each one sets.

On a French keyboard a digit is typed with Shift, and so is this shortcut. Its keys without Shift
(& é ...) stay free: é is a key of its own elsewhere, and the number pad has digits without Shift.
"""


class Actions(QObject):
    """The QActions of the table, found by name. Whoever knows what one does connects to it."""

    def __init__(self, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._actions: dict[Act, QAction] = {}
        groups = {group: QActionGroup(self) for group in Group}
        for spec in TABLE:
            action = QAction(QCoreApplication.translate("actions", spec.text), self)
            action.setCheckable(spec.is_switch or spec.group is not None)
            if spec.group is not None:
                groups[spec.group].addAction(action)
            # A key that is held down must not pay for one run after the other.
            action.setAutoRepeat(spec.act is not Act.RUN)
            self._actions[spec.act] = action
            self.set_keys(spec.act, [QKeySequence(key) for key in spec.keys])
        self.opacity = {digit: self._digit(digit) for digit in OPACITY_KEYS}
        """The actions of the digit keys."""

    def __getitem__(self, act: Act) -> QAction:
        return self._actions[act]

    @property
    def all(self) -> list[QAction]:
        return [*self._actions.values(), *self.opacity.values()]

    def set_keys(self, act: Act, keys: list[QKeySequence]) -> None:
        """Give an action its keys; its tooltip names the first."""
        action = self[act]
        action.setShortcuts(keys)
        action.setToolTip(_tip(action))

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
