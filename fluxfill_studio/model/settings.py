"""What is remembered from one start to the next."""

from __future__ import annotations

import re
from dataclasses import dataclass, replace
from pathlib import Path

from PySide6.QtCore import QByteArray, QObject, QSettings, Signal

from fluxfill_studio.core.job import Engine
from fluxfill_studio.core.painting.brush import Brush
from fluxfill_studio.model.canvas import Overlay, Tool
from fluxfill_studio.storage.saving import JPEG_QUALITY


@dataclass(frozen=True)
class Connection:
    """How the hosted service is reached; what is empty is the service's own, or the system's.

    `certificates` is a PEM file of authorities that are trusted as well.
    """

    base_url: str = ""
    proxy: str = ""
    certificates: Path | None = None


@dataclass(frozen=True)
class Limits:
    """How much may run and be spent, in jobs and credits. Zero is no limit of the user's."""

    jobs_at_once: int = 0
    per_day: int = 0
    per_month: int = 0


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
    def engine(self) -> Engine | None:
        """Who makes the fills, where the user has chosen that."""
        chosen = self._store.value("service/engine", "")
        return next((engine for engine in Engine if engine.value == chosen), None)

    def set_engine(self, engine: Engine) -> None:
        self._store.setValue("service/engine", engine.value)

    @property
    def connection(self) -> Connection:
        certificates = self._text("service/certificates")
        return Connection(
            self._text("service/base-url"),
            self._text("service/proxy"),
            Path(certificates) if certificates else None,
        )

    def set_connection(self, connection: Connection) -> None:
        self._store.setValue("service/base-url", connection.base_url)
        self._store.setValue("service/proxy", connection.proxy)
        self._store.setValue("service/certificates", str(connection.certificates or ""))

    @property
    def limits(self) -> Limits:
        return Limits(
            self._count("limits/jobs-at-once"),
            self._count("limits/per-day"),
            self._count("limits/per-month"),
        )

    def set_limits(self, limits: Limits) -> None:
        self._store.setValue("limits/jobs-at-once", limits.jobs_at_once)
        self._store.setValue("limits/per-day", limits.per_day)
        self._store.setValue("limits/per-month", limits.per_month)

    @property
    def folder(self) -> Path:
        """Where files were opened or saved last."""
        return Path(str(self._store.value("files/folder", str(Path.home()))))

    def set_folder(self, folder: Path) -> None:
        self._store.setValue("files/folder", str(folder))

    @property
    def jpeg_quality(self) -> int:
        """1 to 100, as it was chosen last."""
        quality = self._count("files/jpeg-quality")
        return quality if 1 <= quality <= 100 else JPEG_QUALITY

    def set_jpeg_quality(self, quality: int) -> None:
        self._store.setValue("files/jpeg-quality", quality)

    @property
    def geometry(self) -> QByteArray:
        """The window's place as Qt describes it; empty at the first start."""
        value = self._store.value("window/geometry", QByteArray())
        return value if isinstance(value, QByteArray) else QByteArray()

    def set_geometry(self, geometry: QByteArray) -> None:
        self._store.setValue("window/geometry", geometry)

    @property
    def unfolds_sent(self) -> bool:
        """Whether the card that tells what will be sent is open."""
        return self._flag("panel/unfolds-sent", True)

    def set_unfolds_sent(self, is_unfolded: bool) -> None:
        self._store.setValue("panel/unfolds-sent", is_unfolded)

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

    def _text(self, name: str) -> str:
        value = self._store.value(name, "")
        return value if isinstance(value, str) else ""

    def _count(self, name: str) -> int:
        text = str(self._store.value(name, 0))
        return int(text) if re.fullmatch("[0-9]{1,9}", text) else 0
