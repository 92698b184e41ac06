"""Notifications of the desktop: through its portal where there is one, else as the tray has them.

On Linux the portal (org.freedesktop.portal.Notification, a part of xdg-desktop-portal) needs no
icon in a tray, which many desktops do not show. The older org.freedesktop.Notifications cannot be
called from here: its `Notify` takes an unsigned integer, and PySide6 sends signed ones only.
"""

from __future__ import annotations

import logging
import sys
from typing import TYPE_CHECKING, Final

from PySide6.QtCore import SLOT, QObject, Signal, Slot
from PySide6.QtGui import QIcon
from PySide6.QtWidgets import QSystemTrayIcon

if TYPE_CHECKING:
    from PySide6.QtDBus import QDBusConnection, QDBusMessage, QDBusPendingCallWatcher

_log = logging.getLogger(__name__)

_SERVICE: Final = "org.freedesktop.portal.Desktop"
_PATH: Final = "/org/freedesktop/portal/desktop"
_INTERFACE: Final = "org.freedesktop.portal.Notification"
_ID: Final = "run"
"""A notification takes the place of the one before."""


class Notifier(QObject):
    """Shows one notification at a time. Where the system has none, nothing is shown."""

    clicked = Signal(str)
    """What the clicked notification was about."""

    def __init__(self, icon: QIcon, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._icon = icon
        self._about = ""
        self._is_shown = False
        self._portal: _Portal | None = None
        self._tray: QSystemTrayIcon | None = None

    def use(self, bus: QDBusConnection) -> None:
        """Show notifications through the portal on `bus`."""
        self._portal = _Portal(bus, self)
        self._portal.clicked.connect(self._click)
        self._portal.failed.connect(self._show_in_tray)

    def show(self, title: str, text: str, about: str) -> None:
        """Show a notification; a click tells `about`."""
        self._about, self._is_shown = about, True
        if self._portal is None and sys.platform.startswith("linux"):
            # Not needed before, and not on other systems.
            from PySide6.QtDBus import QDBusConnection

            bus = QDBusConnection.sessionBus()
            if bus.isConnected():
                self.use(bus)
        if self._portal is None:
            self._show_in_tray(title, text)
        else:
            self._portal.show(title, text)

    def withdraw(self) -> None:
        """Take the notification away: the user has come by himself."""
        if self._is_shown and self._portal is not None:
            self._portal.withdraw()
        if self._tray is not None:
            self._tray.hide()
        self._is_shown = False

    def _click(self) -> None:
        # It may have brought the window up, and so withdrawn the notification, before it is told.
        self.clicked.emit(self._about)

    def _show_in_tray(self, title: str, text: str) -> None:
        """Through an icon that stands in the tray as long as its message does."""
        if not (QSystemTrayIcon.isSystemTrayAvailable() and QSystemTrayIcon.supportsMessages()):
            _log.info("this system shows no notifications")
            return
        if self._tray is None:
            self._tray = QSystemTrayIcon(self._icon, self)
            self._tray.messageClicked.connect(self._click)
            self._tray.activated.connect(self._click)
        self._tray.show()
        self._tray.showMessage(title, text, self._icon)


class _Portal(QObject):
    """The notifications of the desktop's portal."""

    clicked = Signal()
    failed = Signal(str, str)
    """Title and text of what could not be shown."""

    def __init__(self, bus: QDBusConnection, parent: QObject) -> None:
        super().__init__(parent)
        self._bus = bus
        slot = SLOT("invoked(QString,QString,QVariantList)")
        # The stubs take bytes for what the call wants as a text.
        bus.connect(_SERVICE, _PATH, _INTERFACE, "ActionInvoked", self, slot)  # type: ignore[call-overload]

    def show(self, title: str, text: str) -> None:
        from PySide6.QtDBus import QDBusPendingCallWatcher

        message = self._call("AddNotification")
        message.setArguments([_ID, {"title": title, "body": text, "default-action": "show"}])
        watcher = QDBusPendingCallWatcher(self._bus.asyncCall(message), self)

        def answered(answer: QDBusPendingCallWatcher) -> None:
            if answer.isError():
                _log.info("the portal shows no notification: %s", answer.error().message())
                self.failed.emit(title, text)
            watcher.deleteLater()

        watcher.finished.connect(answered)

    def withdraw(self) -> None:
        message = self._call("RemoveNotification")
        message.setArguments([_ID])
        self._bus.send(message)

    @Slot(str, str, list)
    def invoked(self, name: str, _action: str, _parameters: list[object]) -> None:
        """Called by the portal, for the notifications of this program only."""
        if name == _ID:
            self.clicked.emit()

    def _call(self, method: str) -> QDBusMessage:
        from PySide6.QtDBus import QDBusMessage

        return QDBusMessage.createMethodCall(_SERVICE, _PATH, _INTERFACE, method)
