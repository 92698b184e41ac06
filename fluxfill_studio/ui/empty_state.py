"""What stands in place of the canvas when nothing is open: a drop zone and the samples."""

from __future__ import annotations

from functools import partial
from pathlib import Path
from typing import Final

from PySide6.QtCore import QRectF, QSize, Qt, Signal
from PySide6.QtGui import QColor, QIcon, QImage, QKeySequence, QPainter, QPixmap
from PySide6.QtWidgets import (
    QFrame,
    QHBoxLayout,
    QLabel,
    QPushButton,
    QToolButton,
    QVBoxLayout,
    QWidget,
)

from fluxfill_studio.core.files.codec import READABLE_FORMATS
from fluxfill_studio.ui.actions import Act, Actions
from fluxfill_studio.ui.look import Look
from fluxfill_studio.ui.restyle import restyle
from fluxfill_studio.ui.thumbnails import paint_thumbnail

_ZONE: Final = QSize(600, 264)
_ICON_SIDE: Final = 56
_PICTURE: Final = QSize(176, 116)
_CARD_ICON: Final = QSize(176, 122)  # the picture and its distance from the name
_RADIUS: Final = 5.0


class EmptyState(QWidget):
    """Three ways in: drop, open, paste; and the samples, one press away.

    Drops are taken by the window, which tells of them by `set_drop_active`.
    """

    sample_chosen = Signal(object)
    """The Path of a sample."""

    def __init__(
        self, actions: Actions, samples: list[Path], parent: QWidget | None = None
    ) -> None:
        super().__init__(parent)
        # Takes the keyboard at the start, so that no control does without being asked.
        self.setFocusPolicy(Qt.FocusPolicy.ClickFocus)
        self._icon = QLabel()
        self._icon.setFixedSize(_ICON_SIDE, _ICON_SIDE)
        self._zone = self._drop_zone(actions)
        self._cards = {path: self._card(path) for path in samples}
        hint = _centred(self.tr("or start with one of these photographs"), "muted")
        hint.setVisible(bool(samples))
        cards = QHBoxLayout()
        cards.setSpacing(12)
        cards.addStretch(1)
        for card in self._cards.values():
            cards.addWidget(card)
        cards.addStretch(1)
        column = QVBoxLayout(self)
        column.setContentsMargins(24, 24, 24, 24)
        column.setSpacing(16)
        column.addStretch(1)
        column.addWidget(self._zone, 0, Qt.AlignmentFlag.AlignHCenter)
        column.addSpacing(8)
        column.addWidget(hint)
        column.addLayout(cards)
        column.addStretch(1)

    def apply_look(self, look: Look) -> None:
        self._icon.setPixmap(
            look.icons.pixmap(
                "drop", _ICON_SIDE, QColor(look.theme.muted), self.devicePixelRatioF()
            )
        )

    def set_drop_active(self, is_active: bool) -> None:
        """Show that what is dragged over the window may be dropped."""
        restyle(self._zone, over=is_active)

    def set_thumbnail(self, path: Path, image: QImage) -> None:
        """Show the picture of a sample on its card."""
        ratio = self.devicePixelRatioF()
        pixmap = QPixmap(_CARD_ICON * ratio)
        pixmap.setDevicePixelRatio(ratio)
        pixmap.fill(Qt.GlobalColor.transparent)
        painter = QPainter(pixmap)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        paint_thumbnail(painter, image, QRectF(0, 0, *_PICTURE.toTuple()), _RADIUS)
        painter.end()
        self._cards[path].setIcon(QIcon(pixmap))

    def _drop_zone(self, actions: Actions) -> QFrame:
        open_action, paste = actions[Act.OPEN], actions[Act.PASTE]
        button = QPushButton(open_action.text())
        button.setProperty("role", "primary")
        button.setToolTip(open_action.toolTip())
        button.clicked.connect(lambda: open_action.trigger())
        key = paste.shortcut().toString(QKeySequence.SequenceFormat.NativeText)
        ways = QHBoxLayout()
        ways.setSpacing(12)
        ways.addStretch(1)
        ways.addWidget(button)
        ways.addWidget(QLabel(self.tr("or paste it with {key}").format(key=key)))
        ways.addStretch(1)
        zone = QFrame()
        zone.setProperty("role", "drop")
        zone.setMinimumSize(_ZONE)
        column = QVBoxLayout(zone)
        column.setSpacing(12)
        column.addStretch(1)
        column.addWidget(self._icon, 0, Qt.AlignmentFlag.AlignHCenter)
        column.addWidget(_centred(self.tr("Drop a photograph here"), "display"))
        column.addLayout(ways)
        column.addWidget(_centred(", ".join(READABLE_FORMATS), "muted"))
        column.addStretch(1)
        return zone

    def _card(self, path: Path) -> QToolButton:
        name = path.stem.replace("-", " ").capitalize()
        card = QToolButton()
        card.setProperty("role", "card")
        card.setToolButtonStyle(Qt.ToolButtonStyle.ToolButtonTextUnderIcon)
        card.setText(name)
        card.setIconSize(_CARD_ICON)
        card.setIcon(_blank_icon())
        card.setAccessibleName(self.tr("Open the sample {name}").format(name=name))
        card.setToolTip(self.tr("Open the sample {name}").format(name=name))
        card.clicked.connect(partial(self.sample_chosen.emit, path))
        return card


def _blank_icon() -> QIcon:
    """Keeps the place of a thumbnail until it comes."""
    pixmap = QPixmap(_CARD_ICON)
    pixmap.fill(Qt.GlobalColor.transparent)
    return QIcon(pixmap)


def _centred(text: str, role: str) -> QLabel:
    label = QLabel(text)
    label.setProperty("role", role)
    label.setAlignment(Qt.AlignmentFlag.AlignCenter)
    return label
