"""Notifications, told to a portal of our own on a message bus of our own."""

from __future__ import annotations

import shutil
import subprocess
import sys
from collections.abc import Iterator

import pytest
from PySide6.QtCore import QObject
from PySide6.QtDBus import QDBusConnection, QDBusMessage, QDBusVirtualObject
from PySide6.QtGui import QIcon
from pytestqt.qtbot import QtBot
from typing_extensions import override

from fluxfill_studio.ui.notifier import Notifier

SERVICE = "org.freedesktop.portal.Desktop"
PATH = "/org/freedesktop/portal/desktop"
INTERFACE = "org.freedesktop.portal.Notification"

pytestmark = pytest.mark.skipif(
    not sys.platform.startswith("linux") or shutil.which("dbus-daemon") is None,
    reason="there is no message bus to be had",
)


class Portal(QDBusVirtualObject):
    """Notes the calls and answers them."""

    def __init__(self, bus: QDBusConnection, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self.calls: list[tuple[str, str]] = []
        self._bus = bus

    @override
    def introspect(self, path: str, /) -> str:
        return ""

    @override
    def handleMessage(self, message: QDBusMessage, connection: QDBusConnection, /) -> bool:
        self.calls.append((message.member(), message.signature()))
        return connection.send(message.createReply())

    def click(self, name: str) -> None:
        signal = QDBusMessage.createSignal(PATH, INTERFACE, "ActionInvoked")
        signal.setArguments([name, "show", []])
        assert self._bus.send(signal)


@pytest.fixture
def address() -> Iterator[str]:
    """Of a message bus."""
    command = ["dbus-daemon", "--session", "--nofork", "--print-address"]
    with subprocess.Popen(
        command, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True
    ) as daemon:
        assert daemon.stdout is not None
        yield daemon.stdout.readline().strip()
        for name in ("portal", "program"):
            QDBusConnection.disconnectFromBus(name)
        daemon.terminate()


@pytest.fixture
def portal(address: str, qapp: object) -> Portal:
    bus = QDBusConnection.connectToBus(address, "portal")
    result = Portal(bus)
    assert bus.registerVirtualObject(PATH, result)
    assert bus.registerService(SERVICE)
    return result


@pytest.fixture
def notifier(address: str, qapp: object) -> Notifier:
    result = Notifier(QIcon())
    result.use(QDBusConnection.connectToBus(address, "program"))
    return result


def test_a_notification_is_shown_clicked_and_withdrawn(
    notifier: Notifier, portal: Portal, qtbot: QtBot
) -> None:
    notifier.withdraw()
    notifier.show("Result 1 is ready", "a calm sea", "one")
    qtbot.waitUntil(lambda: portal.calls == [("AddNotification", "sa{sv}")])
    with qtbot.waitSignal(notifier.clicked) as clicked:
        portal.click("of another program")
        portal.click("run")
    assert clicked.args == ["one"]
    notifier.withdraw()
    notifier.withdraw()
    qtbot.waitUntil(lambda: len(portal.calls) == 2)
    assert portal.calls[1] == ("RemoveNotification", "s")


def test_without_a_portal_it_is_noted_and_nothing_else_happens(
    notifier: Notifier, qtbot: QtBot, caplog: pytest.LogCaptureFixture
) -> None:
    with caplog.at_level("INFO"):
        notifier.show("Result 1 is ready", "a calm sea", "one")
        qtbot.waitUntil(lambda: "shows no notifications" in caplog.text)
    assert "the portal shows no notification" in caplog.text
