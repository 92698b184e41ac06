"""What is remembered from one start to the next."""

from __future__ import annotations

import re
from dataclasses import replace
from pathlib import Path

from PySide6.QtCore import QByteArray, QObject, QSettings, Signal

from fluxfill_studio.core.brush import Brush
from fluxfill_studio.model.canvas import Overlay, Tool


class Settings(QObject):
    """The user's settings in one ini file; what it does not hold stands at its default."""

    theme_changed = Signal()

    def __init__(self, path: Path, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._store = QSettings(str(path), QSettings.Format.IniFormat)

    @property
    def theme(self) -> str:
        """ "system", "light" or "dark"."""
        return str(self._store.value("look/theme", "system"))

    def set_theme(self, theme: str) -> None:
        if theme != self.theme:
            self._store.setValue("look/theme", theme)
            self.theme_changed.emit()

    @property
    def folder(self) -> Path:
        """Where files were opened or saved last."""
        return Path(str(self._store.value("files/folder", str(Path.home()))))

    def set_folder(self, folder: Path) -> None:
        self._store.setValue("files/folder", str(folder))

    @property
    def geometry(self) -> QByteArray:
        """The window's place as Qt describes it; empty at the first start."""
        value = self._store.value("window/geometry", QByteArray())
        return value if isinstance(value, QByteArray) else QByteArray()

    def set_geometry(self, geometry: QByteArray) -> None:
        self._store.setValue("window/geometry", geometry)

    @property
    def shortcuts(self) -> dict[str, str]:
        """The changed shortcuts: an action's name and its keys, in the interface's own words."""
        self._store.beginGroup("shortcuts")
        values = {name: self._store.value(name) for name in self._store.childKeys()}
        self._store.endGroup()
        # A comma outside of quotes makes a list of a value; the program itself writes none.
        return {name: keys for name, keys in values.items() if isinstance(keys, str)}

    def set_shortcuts(self, shortcuts: dict[str, str]) -> None:
        self._store.remove("shortcuts")
        for name, keys in shortcuts.items():
            self._store.setValue(f"shortcuts/{name}", keys)

    @property
    def overlay(self) -> Overlay:
        """How the mask lies over the picture."""
        standard = Overlay()
        colour = str(self._store.value("overlay/colour", ""))
        try:
            opacity = float(str(self._store.value("overlay/opacity", standard.opacity)))
        except ValueError:
            opacity = standard.opacity
        return Overlay(
            colour if re.fullmatch("#[0-9a-fA-F]{6}", colour) else standard.colour,
            opacity if 0 <= opacity <= 1 else standard.opacity,
            self._flag("overlay/outline", standard.outline),
        )

    def set_overlay(self, overlay: Overlay) -> None:
        self._store.setValue("overlay/colour", overlay.colour or "")
        self._store.setValue("overlay/opacity", overlay.opacity)
        self._store.setValue("overlay/outline", overlay.outline)

    def with_pressure(self, tool: Tool, brush: Brush) -> Brush:
        """`brush` with what the pen's pressure does to it when it is `tool`'s."""
        return replace(
            brush,
            pressure_size=self._flag(f"pressure/{tool.value}-size", brush.pressure_size),
            pressure_opacity=self._flag(f"pressure/{tool.value}-opacity", brush.pressure_opacity),
        )

    def set_pressure(self, tool: Tool, brush: Brush) -> None:
        """Remember what the pen's pressure does to the brush of `tool`."""
        self._store.setValue(f"pressure/{tool.value}-size", brush.pressure_size)
        self._store.setValue(f"pressure/{tool.value}-opacity", brush.pressure_opacity)

    def _flag(self, name: str, standard: bool) -> bool:
        # An ini file holds texts, and gives back as a bool what was set since the start.
        return {"true": True, "false": False}.get(
            str(self._store.value(name, standard)).lower(), standard
        )
