"""The top bar: what is open, the mode, who makes the fills, and the settings."""

from __future__ import annotations

from typing import Final

from PySide6.QtCore import QCoreApplication, QSize, Qt
from PySide6.QtGui import QActionGroup, QColor, QIcon, QPainter, QPixmap
from PySide6.QtWidgets import (
    QFrame,
    QHBoxLayout,
    QLabel,
    QMenu,
    QPushButton,
    QSizePolicy,
    QToolButton,
    QWidget,
)

from fluxfill_studio.core.job import Engine
from fluxfill_studio.core.texts import QT_TRANSLATE_NOOP
from fluxfill_studio.model.account import Account
from fluxfill_studio.model.document import Document
from fluxfill_studio.ui.actions import Act, Actions
from fluxfill_studio.ui.elided_label import ElidedLabel
from fluxfill_studio.ui.look import Look
from fluxfill_studio.ui.segments import Segments
from fluxfill_studio.ui.wording import credits_text

_HEIGHT: Final = 46
_MARGIN: Final = 12
_SPACING: Final = 12
_NAME_MINIMUM: Final = 80
_ICON: Final = QSize(20, 20)
_DOT: Final = 8
_DOT_ICON: Final = QSize(14, 8)  # with its distance from the text

_ENGINES: Final = {
    Engine.LOCAL: QT_TRANSLATE_NOOP("TopBar", "Local draft"),
    Engine.APIFRAME: QT_TRANSLATE_NOOP("TopBar", "Apiframe"),
}
_MODES: Final = (Act.INPAINT, Act.OUTPAINT, Act.COMPARE)
_THEMES: Final = (Act.THEME_SYSTEM, Act.THEME_LIGHT, Act.THEME_DARK)
_FILE_ACTIONS: Final = (Act.OPEN, Act.PASTE, Act.SAVE)


class TopBar(QFrame):
    """Left the document, in the middle the mode, right the engine, its credits and the menu."""

    def __init__(
        self,
        document: Document,
        account: Account,
        actions: Actions,
        parent: QWidget | None = None,
    ) -> None:
        super().__init__(parent)
        self._document = document
        self._account = account
        self._look: Look | None = None
        self.setProperty("role", "panel")
        self.setProperty("edge", "bottom")
        self.setFixedHeight(_HEIGHT)
        self._name = ElidedLabel(Qt.TextElideMode.ElideMiddle, _NAME_MINIMUM)
        self._name.setProperty("role", "title")
        self._size = QLabel()
        self._size.setProperty("role", "muted")
        self._credits = QLabel()
        self._credits.setProperty("role", "pill")
        self._credits.setSizePolicy(QSizePolicy.Policy.Fixed, QSizePolicy.Policy.Fixed)
        self._engine = self._engine_pill()
        self._menu_button = self._settings_button(actions)
        self._lay_out(Segments(self.tr("Mode"), (actions[act] for act in _MODES)))
        document.replaced.connect(self._show_document)
        account.changed.connect(self._show_account)
        self._show_document()
        self._show_account()

    def apply_look(self, look: Look) -> None:
        self._look = look
        self._menu_button.setIcon(look.icon("settings"))
        self._show_account()

    def _lay_out(self, modes: QWidget) -> None:
        left = QHBoxLayout()
        left.setSpacing(_SPACING)
        left.addWidget(self._name)
        left.addWidget(self._size)
        left.addStretch(1)
        right = QHBoxLayout()
        right.setSpacing(_SPACING)
        right.addStretch(1)
        for widget in (self._engine, self._credits, self._menu_button):
            right.addWidget(widget)
        # The two outer thirds are equal, so that the mode stays in the middle.
        row = QHBoxLayout(self)
        row.setContentsMargins(_MARGIN, 0, _MARGIN, 0)
        row.setSpacing(_SPACING)
        row.addLayout(left, 1)
        row.addWidget(modes)
        row.addLayout(right, 1)

    def _engine_pill(self) -> QPushButton:
        menu = QMenu(self)
        group = QActionGroup(menu)
        for engine in Engine:
            action = group.addAction(_engine_name(engine))
            action.setCheckable(True)
            action.setData(engine)
            if engine is Engine.APIFRAME and not self._account.has_key:
                action.setText(self.tr("Apiframe (set APIFRAME_API_KEY to use it)"))
                action.setEnabled(False)
            menu.addAction(action)
        group.triggered.connect(lambda action: self._account.choose(action.data()))
        self._engine_actions = group
        pill = QPushButton()
        pill.setProperty("role", "pill")
        pill.setProperty("menu", True)
        pill.setIconSize(_DOT_ICON)
        pill.setFocusPolicy(Qt.FocusPolicy.TabFocus)
        pill.setMenu(menu)
        return pill

    def _settings_button(self, actions: Actions) -> QToolButton:
        menu = QMenu(self)
        menu.addActions([actions[act] for act in _FILE_ACTIONS])
        menu.addSeparator()
        themes = menu.addMenu(self.tr("Theme"))
        for act in _THEMES:
            actions[act].setIconVisibleInMenu(False)  # it would stand in place of the check mark
            themes.addAction(actions[act])
        menu.addAction(actions[Act.SHORTCUTS])
        menu.addSeparator()
        menu.addAction(actions[Act.CLOSE])
        button = QToolButton()
        button.setIconSize(_ICON)
        button.setPopupMode(QToolButton.ToolButtonPopupMode.InstantPopup)
        button.setAccessibleName(self.tr("Menu and settings"))
        button.setToolTip(self.tr("Menu and settings"))
        button.setMenu(menu)
        return button

    def _show_document(self) -> None:
        picture = self._document.picture
        if picture is None:
            self._name.setText(self.tr("Fluxfill Studio"))
            self._size.clear()
            return
        size = picture.source.size
        self._name.setText(picture.source.name)
        self._size.setText(f"{size.width} × {size.height}")

    def _show_account(self) -> None:
        engine = self._account.engine
        name = _engine_name(engine)
        self._engine.setText(name)
        self._engine.setAccessibleName(self.tr("Fills are made by {engine}").format(engine=name))
        self._engine.setToolTip(
            self.tr("Local draft: made on this machine, it ignores the prompt")
            if engine is Engine.LOCAL
            else self.tr("Apiframe: made by the hosted service, each run costs credits")
        )
        for action in self._engine_actions.actions():
            action.setChecked(action.data() is engine)
        balance = self._account.balance
        left = None if balance is None else balance.credits
        self._credits.setVisible(left is not None)
        self._credits.setText("" if left is None else credits_text(left))
        if self._look is not None:
            theme = self._look.theme
            # Green once the service has answered.
            colour = QColor(theme.muted if balance is None else theme.ok)
            self._engine.setIcon(_dot(colour, self.devicePixelRatioF()))


def _engine_name(engine: Engine) -> str:
    return QCoreApplication.translate("TopBar", _ENGINES[engine])


def _dot(colour: QColor, device_pixel_ratio: float) -> QIcon:
    """A filled disc of _DOT px at the left of its icon."""
    pixmap = QPixmap(_DOT_ICON * device_pixel_ratio)
    pixmap.setDevicePixelRatio(device_pixel_ratio)
    pixmap.fill(Qt.GlobalColor.transparent)
    painter = QPainter(pixmap)
    painter.setRenderHint(QPainter.RenderHint.Antialiasing)
    painter.setPen(Qt.PenStyle.NoPen)
    painter.setBrush(colour)
    painter.drawEllipse(0, 0, _DOT, _DOT)
    painter.end()
    return QIcon(pixmap)
