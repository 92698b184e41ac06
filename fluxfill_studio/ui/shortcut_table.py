"""The table of all actions and their keys, in sections, with a search."""

from __future__ import annotations

from typing import Final

from PySide6.QtCore import (
    QCoreApplication,
    QModelIndex,
    QPersistentModelIndex,
    QPointF,
    QRectF,
    QSize,
    Qt,
    Signal,
)
from PySide6.QtGui import QFont, QIcon, QPainter, QPalette, QPixmap
from PySide6.QtWidgets import (
    QHeaderView,
    QStyledItemDelegate,
    QStyleOptionViewItem,
    QTreeWidget,
    QTreeWidgetItem,
    QWidget,
)
from typing_extensions import override

from fluxfill_studio.core.texts import QT_TRANSLATE_NOOP
from fluxfill_studio.ui.actions import TABLE, Act, Actions
from fluxfill_studio.ui.shortcuts import Keys, Shortcuts, native

_N = QT_TRANSLATE_NOOP

# Each section begins at an action and goes on to the next that is named here.
_SECTIONS: Final = {
    Act.OPEN: _N("shortcuts", "File"),
    Act.UNDO: _N("shortcuts", "Mask"),
    Act.BRUSH: _N("shortcuts", "Tools"),
    Act.SMALLER: _N("shortcuts", "Brush"),
    Act.CYCLE_VIEW: _N("shortcuts", "View"),
    Act.INPAINT: _N("shortcuts", "Mode"),
    Act.THEME_SYSTEM: _N("shortcuts", "Program"),
}

_ACT: Final = Qt.ItemDataRole.UserRole
_KEYS: Final = Qt.ItemDataRole.UserRole + 1

_ROW_HEIGHT: Final = 32
_ICON: Final = 16
_CAP_HEIGHT: Final = 22
_CAP_PADDING: Final = 7
_CAP_GAP: Final = 6
_KEYS_WIDTH: Final = 210
_DEFAULT_WIDTH: Final = 150


class ShortcutTable(QTreeWidget):
    """One row for each action, and one for each fixed key at the end."""

    chosen = Signal(object)
    """The act of the current row; None for a fixed key, and when no row is left by a search."""

    def __init__(self, shortcuts: Shortcuts, actions: Actions) -> None:
        super().__init__()
        self._shortcuts = shortcuts
        self._items: dict[Act, QTreeWidgetItem] = {}
        self._sections: list[tuple[QTreeWidgetItem, list[QTreeWidgetItem]]] = []
        self.setAccessibleName(self.tr("Actions and their shortcuts"))
        self.setHeaderLabels([self.tr("Action"), self.tr("Shortcut"), self.tr("Changed from")])
        self.setRootIsDecorated(False)
        self.setUniformRowHeights(True)
        self.setAllColumnsShowFocus(True)
        self.setTabKeyNavigation(False)
        # Always there, so that a search does not move the columns.
        self.setVerticalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOn)
        self.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self.setIconSize(QSize(_ICON, _ICON))
        blank = QPixmap(self.iconSize())
        blank.fill(Qt.GlobalColor.transparent)
        self._no_icon = QIcon(blank)  # keeps the names in one line
        self.setItemDelegate(_KeyCaps(self))
        header = self.header()
        header.setStretchLastSection(False)
        header.setSectionsMovable(False)
        header.setSectionResizeMode(QHeaderView.ResizeMode.Fixed)
        header.setSectionResizeMode(0, QHeaderView.ResizeMode.Stretch)
        header.resizeSection(1, _KEYS_WIDTH)
        header.resizeSection(2, _DEFAULT_WIDTH)
        self._fill(actions)
        self.refresh()
        self.currentItemChanged.connect(lambda *_: self.chosen.emit(self.act))
        shortcuts.changed.connect(self.refresh)

    @property
    def act(self) -> Act | None:
        """The act of the current row."""
        item = self.currentItem()
        act = None if item is None or item.isHidden() else item.data(0, _ACT)
        return act if isinstance(act, Act) else None

    def refresh(self) -> None:
        """Show the keys as they are now."""
        for act, item in self._items.items():
            keys, defaults = self._shortcuts.keys(act), self._shortcuts.defaults(act)
            _show_keys(item, keys)
            if keys == defaults:
                item.setText(2, "")
            else:
                item.setText(2, _listed(defaults) or self.tr("no key"))

    def search(self, text: str) -> None:
        """Leave only the rows that have `text` in their name or keys."""
        wanted = text.strip().casefold()
        for section, rows in self._sections:
            for row in rows:
                found = any(wanted in row.text(column).casefold() for column in (0, 1))
                row.setHidden(not found)
            section.setHidden(all(row.isHidden() for row in rows))
        current = self.currentItem()
        if current is None or current.isHidden():
            self.choose_first()
        self.chosen.emit(self.act)

    def choose_first(self) -> None:
        """Make the first row that is left the current one."""
        for _, rows in self._sections:
            for row in rows:
                if not row.isHidden():
                    self.setCurrentItem(row)
                    return

    def _fill(self, actions: Actions) -> None:
        for spec in TABLE:
            if spec.act in _SECTIONS:
                self._add_section(QCoreApplication.translate("shortcuts", _SECTIONS[spec.act]))
            item = self._add_row(actions[spec.act].text().rstrip("…"))
            if spec.icon is not None:
                item.setIcon(0, actions[spec.act].icon())
            item.setData(0, _ACT, spec.act)
            self._items[spec.act] = item
        self._add_section(self.tr("Fixed keys"))
        for key, use in self._shortcuts.fixed.items():
            _show_keys(self._add_row(use), (key,))

    def _add_row(self, name: str) -> QTreeWidgetItem:
        row = QTreeWidgetItem(self, [name])
        row.setIcon(0, self._no_icon)
        self._sections[-1][1].append(row)
        return row

    def _add_section(self, title: str) -> None:
        section = QTreeWidgetItem(self, [title])
        section.setFlags(Qt.ItemFlag.NoItemFlags)  # then the arrow keys pass it by
        section.setFirstColumnSpanned(True)
        font = QFont(self.font())
        font.setWeight(QFont.Weight.DemiBold)
        section.setFont(0, font)
        self._sections.append((section, []))


def _listed(keys: Keys) -> str:
    return "  ".join(native(key) for key in keys)


def _show_keys(item: QTreeWidgetItem, keys: Keys) -> None:
    """The delegate paints the list; the text is what a search and a screen reader find."""
    item.setText(1, _listed(keys))
    item.setToolTip(1, item.text(1))  # for more than the column holds
    item.setData(1, _KEYS, [native(key) for key in keys])


class _KeyCaps(QStyledItemDelegate):
    """Paints keys as caps, so that a comma is told from what would separate two keys."""

    @override
    def sizeHint(
        self, option: QStyleOptionViewItem, index: QModelIndex | QPersistentModelIndex, /
    ) -> QSize:
        return QSize(super().sizeHint(option, index).width(), _ROW_HEIGHT)

    @override
    def paint(
        self,
        painter: QPainter,
        option: QStyleOptionViewItem,
        index: QModelIndex | QPersistentModelIndex,
        /,
    ) -> None:
        keys = index.data(_KEYS)
        if keys is None:
            super().paint(painter, option, index)
            return
        self.initStyleOption(option, index)
        option.text = ""
        view: QWidget = option.widget
        style = view.style()
        style.drawControl(style.ControlElement.CE_ItemViewItem, option, painter, view)
        _paint_caps(painter, QRectF(option.rect), keys, option.palette)


def _paint_caps(painter: QPainter, cell: QRectF, keys: list[str], palette: QPalette) -> None:
    painter.save()
    painter.setClipRect(cell)
    painter.setRenderHint(QPainter.RenderHint.Antialiasing)
    metrics = painter.fontMetrics()
    left = cell.left() + 8
    for key in keys:
        width = max(metrics.horizontalAdvance(key) + 2 * _CAP_PADDING, _CAP_HEIGHT)
        # On half pixels, so that a line one pixel wide is sharp.
        corner = QPointF(round(left) + 0.5, round(cell.center().y() - _CAP_HEIGHT / 2) + 0.5)
        cap = QRectF(corner.x(), corner.y(), width - 1, _CAP_HEIGHT - 1)
        painter.setPen(palette.color(QPalette.ColorRole.Dark))
        painter.setBrush(palette.color(QPalette.ColorRole.Midlight))
        painter.drawRoundedRect(cap, 5, 5)
        painter.setPen(palette.color(QPalette.ColorRole.Text))
        painter.drawText(cap, Qt.AlignmentFlag.AlignCenter, key)
        left += width + _CAP_GAP
    painter.restore()
