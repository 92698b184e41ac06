"""What is remembered from one start to the next."""

from __future__ import annotations

from pathlib import Path

from PySide6.QtCore import QByteArray, QObject, QSettings, Signal


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
