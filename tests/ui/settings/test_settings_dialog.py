"""The settings, used as a person does: the key above all, then money, the way there, the theme."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Iterator
from pathlib import Path

import pytest
from PySide6.QtCore import QPoint, QPointF, Qt
from PySide6.QtGui import QWheelEvent
from PySide6.QtTest import QTest
from PySide6.QtWidgets import (
    QAbstractButton,
    QAbstractSpinBox,
    QApplication,
    QFileDialog,
    QLineEdit,
    QMainWindow,
    QPushButton,
    QWidget,
)
from pytestqt.qtbot import QtBot

from fluxfill_studio.core.errors import KeyUnreadable
from fluxfill_studio.core.job import Engine
from fluxfill_studio.core.key import KeyPlace
from fluxfill_studio.core.schema import ParameterSchema
from fluxfill_studio.model.account import Account
from fluxfill_studio.model.key_entry import KeyEntry
from fluxfill_studio.model.settings import Connection, Limits, Settings
from fluxfill_studio.model.studio import Studio
from fluxfill_studio.model.tasks import TaskOwner
from fluxfill_studio.storage.secrets import Secrets
from fluxfill_studio.ui.actions import Actions
from fluxfill_studio.ui.settings.key_card import KeyCard
from fluxfill_studio.ui.settings.settings_dialog import SettingsDialog
from tests.apiframe.scripted_server import Reply, ScriptedServer, json_reply
from tests.key_stores import FailingStore, MemoryStore, key_store
from tests.model.test_account import me
from tests.qt import QtLoop, acting

KEY = "afk_c4e2a0861f3b5d79"
NO_STORE = "Key store: this system has no key store."
WORKS = "ada@example.org · 991 credits · Pro"


class Desk:
    """The dialog, the account that it shows, and the service that is asked."""

    def __init__(
        self, schema: ParameterSchema, folder: Path, server: ScriptedServer, key: str | None
    ) -> None:
        self.server = server
        self.folder = folder
        self.settings = Settings(folder / "settings.ini")
        self.settings.set_connection(Connection(base_url=server.url))
        self.tasks = TaskOwner()
        secrets = Secrets(folder / "api-key", key)
        self.account = Account(schema, self.settings, secrets, spent=lambda _: 1210)
        self.entry = KeyEntry(self.account, self.tasks)
        self.account.service_changed.connect(
            lambda: self.tasks.start(self.account.refresh(), "balance")
        )
        self.window = QMainWindow()
        self.dialog: SettingsDialog

    async def open(self, actions: Actions) -> None:
        """Open the dialog and wait until it shows what is known."""
        self.dialog = SettingsDialog(self.account, self.entry, actions, self.window)
        self.window.show()
        self.dialog.open()
        self.dialog.activateWindow()
        assert await acting(lambda: QTest.qWaitForWindowActive(self.dialog))
        await self.until(lambda: self.account.spending is not None)

    async def until(self, holds: Callable[[], bool]) -> None:
        """Wait until something holds, which a change of the account or the entry brings."""
        changed = asyncio.Event()
        self.account.changed.connect(changed.set)
        self.entry.changed.connect(changed.set)
        while not holds():
            changed.clear()
            await changed.wait()

    async def done(self) -> None:
        await self.until(lambda: not self.entry.is_busy)

    @property
    def card(self) -> KeyCard:
        return self.dialog.service.key


OnDesk = Callable[..., None]


@pytest.fixture
def on_desk(schema: ParameterSchema, tmp_path: Path, qt_loop: QtLoop, qtbot: QtBot) -> OnDesk:
    """Runs a test while the dialog is open; the service answers by the test's script."""

    def run(
        body: Callable[[Desk], Awaitable[None]], *replies: Reply, key: str | None = None
    ) -> None:
        async def drive() -> None:
            async with ScriptedServer(*replies) as server:
                desk = Desk(schema, tmp_path, server, key)
                qtbot.addWidget(desk.window)
                await desk.open(Actions(desk.window))
                await body(desk)
                desk.dialog.close()
                await desk.tasks.close()
                await desk.account.close()

        qt_loop.run(drive())

    return run


@pytest.fixture
def store() -> Iterator[MemoryStore]:
    memory = MemoryStore()
    with key_store(memory):
        yield memory


def click(button: QAbstractButton) -> None:
    assert button.isEnabled()
    assert button.isVisible()
    QTest.mouseClick(button, Qt.MouseButton.LeftButton)


def segment(parent: QWidget, text: str) -> QPushButton:
    (found,) = (b for b in parent.findChildren(QPushButton) if b.text() == text)
    return found


def type_into(field: QWidget, text: str) -> None:
    field.setFocus()
    QTest.keyClicks(field, text)


def press(key: Qt.Key) -> None:
    """Press a key where the focus is."""
    focused = QApplication.focusWidget()
    assert focused is not None
    QTest.keyClick(focused, key)


def test_a_key_is_entered_tested_and_kept_by_keyboard(on_desk: OnDesk, store: MemoryStore) -> None:
    async def body(desk: Desk) -> None:
        card = desk.card
        assert card.field.hasFocus()
        assert card.state.text() == "There is no key yet."
        assert not card.use.isEnabled()
        assert not card.test.isEnabled()
        type_into(card.field, KEY)
        press(Qt.Key.Key_Return)
        assert card.outcome.text() == "Asking the service…"
        assert not card.use.isEnabled()
        await desk.done()
        assert card.outcome.text() == WORKS
        assert card.outcome.property("role") == "ok"
        assert card.state.text() == "The key is in the key store of this system."
        assert card.field.text() == ""
        assert list(store.kept.values()) == [KEY]
        assert desk.account.engine is Engine.APIFRAME
        assert desk.dialog.isVisible()
        await desk.until(lambda: desk.account.balance is not None)
        assert desk.dialog.service.engine.state.text() == WORKS

    on_desk(body, me(991), me(991))


def test_a_test_keeps_nothing(on_desk: OnDesk, store: MemoryStore) -> None:
    async def body(desk: Desk) -> None:
        type_into(desk.card.field, KEY)
        click(desk.card.test)
        await desk.done()
        assert desk.card.outcome.text() == WORKS
        assert desk.card.field.text() == KEY
        assert not desk.account.has_key
        assert store.kept == {}

    on_desk(body, me(991))


def test_while_the_service_is_asked_the_window_goes_on(on_desk: OnDesk) -> None:
    late = asyncio.Event()
    answer = me(991)

    async def body(desk: Desk) -> None:
        card = desk.card
        type_into(card.field, KEY)
        click(card.test)
        await desk.server.arrived.wait()
        assert not card.test.isEnabled()
        assert not card.use.isEnabled()
        type_into(card.field, "x")
        press(Qt.Key.Key_Return)  # presses nothing now
        assert card.field.text() == f"{KEY}x"
        late.set()
        await desk.done()
        assert card.outcome.text() == WORKS
        assert len(desk.server.requests) == 1

    on_desk(body, Reply(answer.status, answer.body, answer.headers, after=late))


def test_a_rejected_key_is_told_and_stays_in_its_field(on_desk: OnDesk) -> None:
    async def body(desk: Desk) -> None:
        type_into(desk.card.field, "afk_wrong")
        click(desk.card.use)
        await desk.done()
        said = "The service did not accept the API key: Invalid API key"
        assert desk.card.outcome.text() == said
        assert desk.card.outcome.property("role") == "error"
        assert desk.card.field.text() == "afk_wrong"
        assert not desk.account.has_key

    on_desk(body, json_reply(401, {"error": "Invalid API key"}))


def test_where_there_is_no_key_store_it_goes_into_a_file(on_desk: OnDesk) -> None:
    async def body(desk: Desk) -> None:
        card = desk.card
        await desk.until(lambda: bool(desk.entry.obstacles))
        chosen = segment(card.where, "Key store")
        assert not chosen.isEnabled()
        assert chosen.toolTip() == "this system has no key store"
        assert card.reasons.text() == NO_STORE
        assert segment(card.where, "File").isChecked()
        type_into(card.field, KEY)
        click(card.use)
        await desk.done()
        assert card.state.text() == "The key is in a file that only you can read."
        assert (desk.folder / "api-key").read_text().strip() == KEY
        assert KEY not in (desk.folder / "settings.ini").read_text()

    on_desk(body, me(991), me(991))


def test_a_key_for_this_session_is_written_nowhere(on_desk: OnDesk, store: MemoryStore) -> None:
    async def body(desk: Desk) -> None:
        card = desk.card
        click(segment(card.where, "This session"))
        type_into(card.field, KEY)
        click(card.use)
        await desk.done()
        assert card.state.text() == "The key is used until the program is closed."
        assert not (desk.folder / "api-key").exists()
        assert store.kept == {}

    on_desk(body, me(991), me(991))


def test_a_locked_key_store_is_told(on_desk: OnDesk) -> None:
    async def body(desk: Desk) -> None:
        type_into(desk.card.field, KEY)
        click(desk.card.use)
        await desk.done()
        said = "The key could not be kept: the key store is locked. "
        assert desk.card.outcome.text() == said + "It works until the program is closed."
        assert desk.account.key_place is KeyPlace.SESSION
        assert desk.card.field.text() == ""

    with key_store(FailingStore()):
        on_desk(body, me(991), me(991))


def test_what_is_entered_is_shown_only_when_that_is_wanted(on_desk: OnDesk) -> None:
    async def body(desk: Desk) -> None:
        card = desk.card
        type_into(card.field, KEY)
        assert KEY not in card.field.displayText()
        click(card.show_text)
        assert card.field.displayText() == KEY
        click(card.show_text)
        assert KEY not in card.field.displayText()

    on_desk(body)


def test_the_key_of_the_environment_is_not_changed_here(on_desk: OnDesk) -> None:
    async def body(desk: Desk) -> None:
        card = desk.card
        assert card.state.text() == "The key comes from APIFRAME_API_KEY, which goes first."
        controls = [card.field, card.show_text, card.use, segment(card.where, "File")]
        assert not any(control.isEnabled() for control in controls)
        assert card.forget.isHidden()
        assert card.reasons.isHidden()
        await desk.until(lambda: desk.account.balance is not None)
        click(card.test)
        await desk.done()
        assert card.outcome.text() == "ada@example.org · 5 credits · Pro"
        assert desk.dialog.service.engine.state.text() == WORKS

    on_desk(body, me(991), me(5), key=KEY)


def test_a_key_is_forgotten(on_desk: OnDesk, store: MemoryStore) -> None:
    async def body(desk: Desk) -> None:
        await desk.account.set_key(KEY, KeyPlace.KEY_STORE)
        await desk.until(lambda: desk.account.balance is not None)
        assert desk.card.field.placeholderText() == "Another key"
        click(desk.card.forget)
        await desk.done()
        assert store.kept == {}
        assert desk.card.state.text() == "There is no key yet."
        assert desk.card.forget.isHidden()
        assert desk.account.engine is Engine.LOCAL

    on_desk(body, me(991), me(991))


def test_a_kept_key_that_cannot_be_read_is_told_and_can_be_forgotten(
    on_desk: OnDesk, store: MemoryStore, tmp_path: Path
) -> None:
    async def body(desk: Desk) -> None:
        card = desk.card
        assert not card.forget.isVisible()
        with key_store(FailingStore()), pytest.raises(KeyUnreadable):
            await desk.account.find_key()
        told = "The kept API key could not be read: the key store is locked."
        assert (card.state.text(), card.state.property("role")) == (told, "error")
        click(card.forget)
        await desk.done()
        assert store.kept == {}
        assert card.state.text() == "There is no key yet."
        assert not card.forget.isVisible()

    Secrets(tmp_path / "api-key").keep(KEY, KeyPlace.KEY_STORE)
    on_desk(body)


def test_no_undo_brings_the_key_in_use_back(on_desk: OnDesk, store: MemoryStore) -> None:
    async def body(desk: Desk) -> None:
        card = desk.card
        click(card.show_text)
        type_into(card.field, KEY)
        press(Qt.Key.Key_Return)
        await desk.done()
        card.field.setFocus()
        QTest.keyClick(card.field, Qt.Key.Key_Z, Qt.KeyboardModifier.ControlModifier)
        assert card.field.text() == ""

    on_desk(body, me(991))


def test_what_came_of_a_key_goes_when_another_is_entered(on_desk: OnDesk) -> None:
    async def body(desk: Desk) -> None:
        card = desk.card
        type_into(card.field, KEY)
        click(card.test)
        await desk.done()
        assert card.outcome.text() == WORKS
        type_into(card.field, "x")
        assert card.outcome.text() == ""

    on_desk(body, me(991))


def test_it_can_be_closed_while_the_service_is_asked(on_desk: OnDesk) -> None:
    late = asyncio.Event()
    answer = me(991)

    async def body(desk: Desk) -> None:
        desk.dialog.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        type_into(desk.card.field, KEY)
        click(desk.card.use)
        await desk.server.arrived.wait()
        press(Qt.Key.Key_Escape)
        late.set()
        await desk.done()
        assert desk.account.key_place is not None
        await desk.open(Actions(desk.window))
        assert desk.card.outcome.text() == ""
        assert desk.card.field.text() == ""

    answers = (Reply(answer.status, answer.body, answer.headers, after=late), me(991), me(991))
    on_desk(body, *answers)


def test_the_engine_is_chosen_and_how_it_answers_is_told(on_desk: OnDesk) -> None:
    async def body(desk: Desk) -> None:
        card = desk.dialog.service.engine
        assert card.note.text() == "Made on this machine at no cost; the prompt is ignored."
        assert card.state.isHidden()
        click(segment(card, "Apiframe"))
        assert desk.settings.engine is Engine.APIFRAME
        assert "a run costs 9 credits" in card.note.text()
        assert card.state.text() == "Asking the service…"
        await desk.until(lambda: desk.account.trouble is not None)
        assert card.state.text() == "There is no API key for the service."
        await desk.account.set_key(KEY, KeyPlace.SESSION)
        await desk.until(lambda: desk.account.balance is not None)
        assert card.state.text() == "Not enough for a run, which costs 9 credits."
        assert card.state.property("role") == "warning"
        click(segment(card, "Local draft"))
        assert card.state.isHidden()

    on_desk(body, me(8))


def test_spending_is_shown_and_limited(on_desk: OnDesk) -> None:
    async def body(desk: Desk) -> None:
        card = desk.dialog.service.spending
        assert [n.text() for n in (card.session, card.day, card.month)] == ["1,210"] * 3
        assert card.per_day.text() == "none"
        card.per_day.setFocus()
        card.per_day.selectAll()
        QTest.keyClicks(card.per_day, "90")
        assert desk.account.limits == Limits()  # half typed
        press(Qt.Key.Key_Tab)
        assert desk.account.limits == Limits(per_day=90)
        assert card.per_month.hasFocus()
        press(Qt.Key.Key_Up)
        assert desk.account.limits == Limits(per_day=90, per_month=9)
        assert card.per_month.text() == "9 credits"

    on_desk(body)


def test_the_wheel_scrolls_the_page_and_changes_no_limit(on_desk: OnDesk) -> None:
    def turn(box: QAbstractSpinBox) -> bool:
        middle = QPointF(box.rect().center())
        event = QWheelEvent(
            middle,
            box.mapToGlobal(middle),
            QPoint(),
            QPoint(0, 120),
            Qt.MouseButton.NoButton,
            Qt.KeyboardModifier.NoModifier,
            Qt.ScrollPhase.NoScrollPhase,
            False,
        )
        QApplication.sendEvent(box, event)
        return event.isAccepted()

    async def body(desk: Desk) -> None:
        box = desk.dialog.service.spending.per_day
        assert not turn(box)
        assert desk.account.limits == Limits()
        box.setFocus()
        assert turn(box)
        assert desk.account.limits == Limits(per_day=9)

    on_desk(body)


def test_the_way_to_the_service_is_set_and_reset(on_desk: OnDesk, tmp_path: Path) -> None:
    async def body(desk: Desk) -> None:
        card = desk.dialog.service.connection
        url = desk.server.url
        assert card.address.text() == url
        assert not card.reset_proxy.isEnabled()
        card.address.selectAll()
        type_into(card.address, "https://other.example/v")
        press(Qt.Key.Key_Return)
        assert desk.account.base_url == "https://other.example/v"
        click(card.reset_address)
        assert desk.account.base_url == desk.account.default_base_url
        assert card.address.placeholderText() == desk.account.default_base_url
        type_into(card.proxy, "http://proxy:3128")
        type_into(card.certificates, str(tmp_path / "ca.pem"))
        press(Qt.Key.Key_Tab)
        expected = Connection("", "http://proxy:3128", tmp_path / "ca.pem")
        assert desk.account.connection == desk.settings.connection == expected
        click(card.reset_certificates)
        click(card.reset_proxy)
        assert desk.account.connection == Connection()

    on_desk(body)


def test_what_cannot_be_used_of_it_is_told_where_it_is_entered(on_desk: OnDesk) -> None:
    async def body(desk: Desk) -> None:
        card = desk.dialog.service.connection
        assert not card.trouble.isVisible()
        type_into(card.proxy, "proxy.example")
        press(Qt.Key.Key_Return)
        await desk.until(lambda: desk.account.trouble is not None)
        assert desk.account.engine is Engine.APIFRAME, "Enter presses nothing else"
        assert card.trouble.text() == "Proxy: must be an http or https address"
        click(card.reset_proxy)
        await desk.until(lambda: desk.account.balance is not None)
        assert not card.trouble.isVisible()

    on_desk(body, me(991), me(991), key=KEY)


def test_a_file_of_certificates_is_chosen(on_desk: OnDesk, tmp_path: Path) -> None:
    file = tmp_path / "ca.pem"
    file.write_text("none")

    async def body(desk: Desk) -> None:
        card = desk.dialog.service.connection
        await acting(lambda: click(card.choose))
        dialog = card.findChild(QFileDialog)
        assert dialog is not None
        name = dialog.findChild(QLineEdit)
        assert name is not None
        name.setText(str(file))
        await acting(lambda: QTest.keyClick(name, Qt.Key.Key_Return))
        assert desk.account.connection.certificates == file
        assert card.certificates.text() == str(file)

    on_desk(body)


def test_what_is_being_typed_is_left_alone(on_desk: OnDesk) -> None:
    async def body(desk: Desk) -> None:
        card = desk.dialog.service.connection
        type_into(card.proxy, "http://half")
        await desk.account.refresh()
        assert card.proxy.text() == "http://half"
        assert desk.account.connection.proxy == ""

    on_desk(body)


def test_jobs_at_once_are_what_the_account_allows_or_fewer(on_desk: OnDesk) -> None:
    async def body(desk: Desk) -> None:
        box = desk.dialog.service.connection.jobs
        await desk.until(lambda: desk.account.balance is not None)
        assert box.text() == "as the account allows (3)"
        box.setFocus()
        press(Qt.Key.Key_Up)
        assert desk.account.at_once(Engine.APIFRAME) == 1

    on_desk(body, me(991, maxConcurrentJobs=3), key=KEY)


def test_the_pages_are_turned_by_keyboard_and_the_theme_is_put_on(
    on_desk: OnDesk, studio: Studio, actions: Actions
) -> None:
    async def body(desk: Desk) -> None:
        desk.dialog.close()
        await desk.open(actions)
        dialog = desk.dialog
        dialog.pages.setFocus()
        press(Qt.Key.Key_Down)
        page = dialog.stack.currentWidget()
        assert page is not None
        assert page is not dialog.service
        segment(page, "Light").setFocus()
        press(Qt.Key.Key_Space)
        assert studio.settings.theme == "light"
        dialog.pages.setFocus()
        press(Qt.Key.Key_Up)
        assert dialog.stack.currentWidget() is dialog.service

    on_desk(body)


def test_every_control_says_what_it_is(on_desk: OnDesk) -> None:
    async def body(desk: Desk) -> None:
        dialog = desk.dialog
        controls: list[QWidget] = [dialog.pages, *dialog.findChildren(QAbstractSpinBox)]
        fields = [
            f for f in dialog.findChildren(QLineEdit) if f.objectName() != "qt_spinbox_lineedit"
        ]
        assert len(controls) == 4
        assert len(fields) == 4
        assert all(control.accessibleName() for control in [*controls, *fields])
        buttons = dialog.findChildren(QPushButton)
        names = [b.accessibleName() or b.text() for b in buttons]
        assert all(names)
        assert len(set(names)) == len(names), "which one is it?"
        assert not any(b.autoDefault() for b in buttons), "Enter in a field would press it"
        assert all(control.toolTip() for control in [*controls[1:], *fields[1:]])

    on_desk(body)
