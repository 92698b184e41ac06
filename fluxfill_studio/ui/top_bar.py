"""The top bar: what is open, the mode, who makes the fills, and the settings."""

from __future__ import annotations

from typing import Final

from PySide6.QtCore import QSize, Qt
from PySide6.QtGui import QActionGroup, QColor, QIcon, QPainter, QPixmap
from PySide6.QtWidgets import (
    QFrame,
    QHBoxLayout,
    QLabel,
    QMenu,
    QPushButton,
    QToolButton,
    QWidget,
)

from fluxfill_studio.core.job import Engine
from fluxfill_studio.model.account import Account
from fluxfill_studio.model.document import Document
from fluxfill_studio.ui.account_texts import balance_text, engine_name, low_text, spending_text
from fluxfill_studio.ui.actions import Act, Actions
from fluxfill_studio.ui.elided_label import ElidedLabel
from fluxfill_studio.ui.look import Look
from fluxfill_studio.ui.restyle import restyle
from fluxfill_studio.ui.segments import Segments
from fluxfill_studio.ui.wording import what_happened

_HEIGHT: Final = 46
_MARGIN: Final = 12
_SPACING: Final = 12
_NAME_MINIMUM: Final = 80
_ICON: Final = QSize(20, 20)
_DOT: Final = 8
_DOT_ICON: Final = QSize(14, 8)  # with its distance from the text

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
        self._balance = self._balance_pill(actions)
        self._engine = self._engine_pill(actions)
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
        for widget in (self._engine, self._balance, self._menu_button):
            right.addWidget(widget)
        # The two outer thirds are equal, so that the mode stays in the middle.
        row = QHBoxLayout(self)
        row.setContentsMargins(_MARGIN, 0, _MARGIN, 0)
        row.setSpacing(_SPACING)
        row.addLayout(left, 1)
        row.addWidget(modes)
        row.addLayout(right, 1)

    def _engine_pill(self, actions: Actions) -> QPushButton:
        menu = QMenu(self)
        group = QActionGroup(menu)
        for engine in Engine:
            action = group.addAction(engine_name(engine))
            action.setCheckable(True)
            action.setData(engine)
            menu.addAction(action)
        menu.addSeparator()
        settings = actions[Act.SETTINGS]
        menu.addAction(settings)

        def choose(engine: Engine) -> None:
            self._account.choose(engine)
            if engine is Engine.APIFRAME and not self._account.has_key:
                settings.trigger()  # where a key is entered

        group.triggered.connect(lambda action: choose(action.data()))
        self._engine_actions = group
        pill = QPushButton()
        pill.setProperty("role", "pill")
        pill.setProperty("menu", True)
        pill.setIconSize(_DOT_ICON)
        pill.setFocusPolicy(Qt.FocusPolicy.TabFocus)
        pill.setMenu(menu)
        return pill

    def _balance_pill(self, actions: Actions) -> QPushButton:
        pill = QPushButton()
        pill.setProperty("role", "pill")
        pill.setFocusPolicy(Qt.FocusPolicy.TabFocus)
        pill.clicked.connect(lambda: actions[Act.SETTINGS].trigger())
        return pill

    def _settings_button(self, actions: Actions) -> QToolButton:
        menu = QMenu(self)
        menu.addActions([actions[act] for act in _FILE_ACTIONS])
        menu.addSeparator()
        themes = menu.addMenu(self.tr("Theme"))
        for act in _THEMES:
            actions[act].setIconVisibleInMenu(False)  # it would stand in place of the check mark
            themes.addAction(actions[act])
        for act in (Act.SETTINGS, Act.SHORTCUTS):
            menu.addAction(actions[act])
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
        name = engine_name(engine)
        self._engine.setText(name)
        self._engine.setAccessibleName(self.tr("Fills are made by {engine}").format(engine=name))
        self._engine.setToolTip(
            self.tr("Local draft: made on this machine, it ignores the prompt")
            if engine is Engine.LOCAL
            else self.tr("Apiframe: made by the hosted service, each run costs credits")
        )
        for action in self._engine_actions.actions():
            action.setChecked(action.data() is engine)
        self._show_balance()
        if self._look is not None:
            theme = self._look.theme
            # Green once the service has answered.
            colour = theme.muted if self._account.balance is None else theme.ok
            if self._account.trouble is not None:
                colour = theme.warning
            self._engine.setIcon(_dot(QColor(colour), self.devicePixelRatioF()))

    def _show_balance(self) -> None:
        """Show what is left, or why that is not known; nothing while it is being asked for."""
        account, pill = self._account, self._balance
        told = [spending_text(account.spending)]
        level, text = "warning", ""
        if account.engine is Engine.APIFRAME and not account.has_key:
            text = self.tr("No key") if account.has_looked else ""
            told = [self.tr("Enter an API key to have fills made by Apiframe")]
        elif account.trouble is not None:
            text = self.tr("No balance")
            told.insert(0, what_happened(account.trouble))
        elif account.balance is not None:
            text = balance_text(account.balance.credits, account.balance.plan)
            if account.is_low:
                told.insert(0, low_text(account))
            else:
                level = "info"
        pill.setVisible(bool(text))
        pill.setText(text)
        pill.setToolTip("\n".join(told))
        pill.setAccessibleName(self.tr("Account: {state}").format(state=text))
        pill.setAccessibleDescription(" ".join(told))
        restyle(pill, level=level)


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
