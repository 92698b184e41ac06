"""How the program looks: one table of colour roles, its palette and its style sheet."""

from __future__ import annotations

from dataclasses import asdict, dataclass
from enum import Enum
from pathlib import Path
from typing import Final

from PySide6.QtGui import QColor, QFont, QFontDatabase, QPalette

from fluxfill_studio.ui.style_sheet import STYLE_SHEET


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

    Widgets are told apart by the dynamic property `role`. Frames: `panel`, `raised`, `popover`,
    `segments`, `drop`, `message` (with `level` = info, warning or error); any frame may have a line
    on one `edge` (left, top, right, bottom). Push buttons: `primary`, `secondary`, `flat`, `menu`,
    `pill` (with `level` = info or warning), `segment` (with `face` = icon or narrow), `tile`,
    `strip`. Tool buttons: `rail`, `text`, `tile`, `card`, `gutter`, `cell`. Spin boxes: `value`.
    Lists: `pages`. Labels: `display`, `title`, `heading`, `muted`, `ok`, `warning`, `error`,
    `badge`.

    The focus ring is a border one pixel thicker with a padding one pixel thinner, so nothing moves.

    Args:
        icons_dir: the icons folder; its folder of the theme's name has the arrows and the check
            mark, which a style sheet can take from files only.
    """
    images = (icons_dir / theme.name).as_posix()
    return STYLE_SHEET.substitute(asdict(theme), images=images)
