"""The program's own icons: SVG outlines, tinted by the theme and sharp at every screen scale."""

from __future__ import annotations

import math
from collections.abc import Collection
from pathlib import Path
from typing import Final

from PySide6.QtCore import QRectF, Qt
from PySide6.QtGui import QColor, QIcon, QPainter, QPixmap
from PySide6.QtSvg import QSvgRenderer

# The sizes that controls show icons in. A QIcon gets a pixmap of each for every kind of screen; Qt
# takes the exact one where there is one and scales the next larger down where there is not.
# (A QIconEngine would render on demand, but a Python subclass of it crashes in PySide6 6.11.)
_SIZES: Final = (16, 20, 24)

_DISABLED_OPACITY: Final = 0.4


class IconSet:
    """Icons by name from one folder of SVG files, each drawn in a single colour.

    The rule that `ui` never touches the disk is about the user's files. Reading the program's own
    icons here is the one permitted exception; each file is read once, when it is first asked for.

    Args:
        folder: holds one `NAME.svg` per icon, drawn with `stroke="currentColor"`.
        ratios: the device pixel ratios at which its QIcons are sharp.
    """

    def __init__(self, folder: Path, ratios: Collection[float] = (1.0, 1.5, 2.0)) -> None:
        self._pixel_sizes = sorted({math.ceil(size * ratio) for size in _SIZES for ratio in ratios})
        self._files = {file.stem: file for file in folder.glob("*.svg")}
        self._renderers: dict[str, QSvgRenderer] = {}
        self._outlines: dict[tuple[str, int], QPixmap] = {}
        self._pixmaps: dict[tuple[str, int, int, float], QPixmap] = {}

    def icon(
        self,
        name: str,
        color: QColor,
        *,
        active: QColor | None = None,
        disabled: QColor | None = None,
    ) -> QIcon:
        """Return the icon in `color`.

        Args:
            active: the colour under the pointer, selected and checked; `color` by default.
            disabled: the colour of a disabled control; a fainter `color` by default.

        Raises:
            KeyError: no icon has this name.
        """
        active = active or color
        if disabled is None:
            disabled = QColor(color)
            disabled.setAlphaF(color.alphaF() * _DISABLED_OPACITY)
        icon = QIcon()
        for size in self._pixel_sizes:
            normal, lit, faint = (self.pixmap(name, size, c) for c in (color, active, disabled))
            icon.addPixmap(normal, QIcon.Mode.Normal, QIcon.State.Off)
            icon.addPixmap(lit, QIcon.Mode.Normal, QIcon.State.On)
            icon.addPixmap(lit, QIcon.Mode.Active)
            icon.addPixmap(lit, QIcon.Mode.Selected)
            icon.addPixmap(faint, QIcon.Mode.Disabled)
        return icon

    def pixmap(
        self, name: str, size: int, color: QColor, device_pixel_ratio: float = 1.0
    ) -> QPixmap:
        """Return the icon as a square of `size` device-independent pixels.

        Raises:
            KeyError: no icon has this name.
        """
        key = (name, size, color.rgba(), device_pixel_ratio)
        if key not in self._pixmaps:
            pixmap = QPixmap(self._outline(name, math.ceil(size * device_pixel_ratio)))
            # Tinting the finished picture, not its strokes, keeps a translucent colour even where
            # strokes cross.
            painter = QPainter(pixmap)
            painter.setCompositionMode(QPainter.CompositionMode.CompositionMode_SourceIn)
            painter.fillRect(pixmap.rect(), color)
            painter.end()
            pixmap.setDevicePixelRatio(device_pixel_ratio)
            self._pixmaps[key] = pixmap
        return self._pixmaps[key]

    def _outline(self, name: str, side: int) -> QPixmap:
        """The icon in black, as Qt draws currentColor, `side` pixels square."""
        key = (name, side)
        if key not in self._outlines:
            renderer = self._renderer(name)
            pixmap = QPixmap(side, side)
            pixmap.fill(Qt.GlobalColor.transparent)
            painter = QPainter(pixmap)
            renderer.render(painter, QRectF(pixmap.rect()))
            painter.end()
            self._outlines[key] = pixmap
        return self._outlines[key]

    def _renderer(self, name: str) -> QSvgRenderer:
        if name not in self._renderers:
            self._renderers[name] = QSvgRenderer(self._files[name].read_bytes())
        return self._renderers[name]
