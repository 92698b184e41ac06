"""The composition root of the window: builds everything, runs the loop, shuts down in order."""

from __future__ import annotations

import asyncio
import logging
import os
import sys
import tempfile
import threading
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import TypeVar

from PySide6.QtCore import (
    QMessageLogContext,
    Qt,
    QtMsgType,
    SignalInstance,
    qInstallMessageHandler,
)
from PySide6.QtGui import QColor, QGuiApplication, QIcon
from PySide6.QtWidgets import QApplication
from qasync import QEventLoop

from fluxfill_studio.core.errors import FluxfillError
from fluxfill_studio.core.geometry import Point
from fluxfill_studio.core.painting.brush import Brush
from fluxfill_studio.core.painting.stroke import Sample
from fluxfill_studio.core.picture.source import Source
from fluxfill_studio.model.garbage import GarbageCollector
from fluxfill_studio.model.settings import Settings
from fluxfill_studio.model.studio import Studio
from fluxfill_studio.screen import obstacle
from fluxfill_studio.storage.paths import (
    APP_NAME,
    data_folder,
    load_schema,
    resources,
    samples,
    settings_file,
)
from fluxfill_studio.storage.secrets import Secrets
from fluxfill_studio.ui.actions import Actions
from fluxfill_studio.ui.icons import IconSet
from fluxfill_studio.ui.look import Look
from fluxfill_studio.ui.main_window import MainWindow
from fluxfill_studio.ui.theme import ThemeChoice, palette, stylesheet, theme_for, ui_font

T = TypeVar("T")

_log = logging.getLogger(__name__)
# Decoding, blending and encoding release the interpreter's lock, so a few threads are enough.
_WORKERS = 4
_WORKER_NICENESS = 10
_QT_LEVELS = {
    QtMsgType.QtDebugMsg: logging.DEBUG,
    QtMsgType.QtInfoMsg: logging.INFO,
    QtMsgType.QtWarningMsg: logging.WARNING,
    QtMsgType.QtCriticalMsg: logging.ERROR,
    QtMsgType.QtFatalMsg: logging.CRITICAL,
}


class Application:
    """A window with everything behind it."""

    def __init__(
        self,
        qt: QApplication,
        settings: Path,
        data: Path,
        *,
        key: str | None,
        base_url: str | None,
    ) -> None:
        """`data` is the folder of the ledger; like the file of the settings it may not exist.

        `key` is that of the environment; one that is kept lies beside the settings.
        """
        folder = resources()
        schema = load_schema(folder)
        self._qt = qt
        self._icons_folder = folder / "icons"
        self.settings = Settings(settings)
        self.studio = Studio(
            schema,
            self.settings,
            secrets=Secrets.beside(settings, key),
            base_url=base_url,
            samples=samples(folder),
            data=data,
        )
        self.window = MainWindow(self.studio, Actions())
        self._garbage = GarbageCollector()
        self.settings.theme_changed.connect(self._dress)
        qt.styleHints().colorSchemeChanged.connect(lambda _: self._dress())
        qt.screenAdded.connect(lambda _: self._dress())
        self._dress()

    def load_icons(self) -> None:
        """Draw every icon once, as the self-test does. Raises for a broken one."""
        icons = IconSet(self._icons_folder)
        for file in self._icons_folder.glob("*.svg"):
            icons.pixmap(file.stem, 24, QColor("black"))

    async def run(self, files: Sequence[Path] = ()) -> None:
        """Show the window until it is closed, then end everything it started."""
        closed = asyncio.Event()
        self.window.closing.connect(closed.set)
        self.window.show()
        self._garbage.start()
        self.studio.samples.load()
        self.studio.jobs.load()
        if files:
            self.studio.opener.open_path(files[0])
        self.studio.look_up_account()
        try:
            await closed.wait()
        finally:
            await self.close()
            self._garbage.stop()

    async def close(self) -> None:
        """End everything, without a question."""
        # Qt tells a window that is shown when the interpreter ends that it is no longer active, and
        # by then its event filters cannot be called any more.
        self.window.hide()
        await self.studio.close()

    def _dress(self) -> None:
        """Put on the theme that was chosen, or the system's."""
        # A system that does not say gets the dark one, in which colours are judged best.
        dark = self._qt.styleHints().colorScheme() is not Qt.ColorScheme.Light
        theme = theme_for(ThemeChoice(self.settings.theme), dark)
        self._qt.setPalette(palette(theme))
        self._qt.setStyleSheet(stylesheet(theme, self._icons_folder))
        # Icons for other screens than there are would take a tenth of the time to start.
        ratios = {screen.devicePixelRatio() for screen in self._qt.screens()}
        self.window.apply_look(Look(theme, IconSet(self._icons_folder, ratios)))


def make_qt() -> QApplication:
    """The one QApplication of the process."""
    # Every pointer sample counts for a stroke; Qt would merge those of one frame.
    QGuiApplication.setAttribute(Qt.ApplicationAttribute.AA_CompressHighFrequencyEvents, False)
    qt = QApplication([APP_NAME])
    qt.setApplicationName("fluxfill-studio")
    qt.setApplicationDisplayName("")
    qt.setDesktopFileName("fluxfill-studio")
    qt.setWindowIcon(QIcon(str(resources() / "icons" / "app.svg")))
    qt.setStyle("Fusion")
    qt.setFont(ui_font())
    # Closing a dialog must not end the loop; the window's own closing does.
    qt.setQuitOnLastWindowClosed(False)
    return qt


def make_loop(qt: QApplication) -> QEventLoop:
    """An asyncio loop that runs on Qt's; the only place that knows how."""
    loop = QEventLoop(qt)
    executor = ThreadPoolExecutor(
        _WORKERS, thread_name_prefix="worker", initializer=_give_way_to_the_window
    )
    loop.set_default_executor(executor)
    return loop


def _give_way_to_the_window() -> None:
    """Where fewer cores than threads are there, painting goes before decoding and blending."""
    if sys.platform == "linux":
        # Elsewhere this would mean the whole process.
        os.setpriority(os.PRIO_PROCESS, threading.get_native_id(), _WORKER_NICENESS)


def run(files: Sequence[Path], *, key: str | None, base_url: str | None) -> int:
    """Show the window until it is closed; returns the exit status."""
    reason = obstacle()
    if reason is not None:
        sys.stderr.write(f"fluxfill-studio: {reason}\n")
        sys.stderr.write("Without a window, try: fluxfill-studio --sample-job\n")
        return 1
    qInstallMessageHandler(_log_qt)
    qt = make_qt()
    application = Application(qt, settings_file(), data_folder(), key=key, base_url=base_url)
    with asyncio.Runner(loop_factory=lambda: make_loop(qt)) as runner:
        runner.run(application.run(files))
    return 0


def self_test() -> int:
    """Build the window off screen, load every resource, run one local fill; 0 when all is well."""
    os.environ["QT_QPA_PLATFORM"] = "offscreen"
    qInstallMessageHandler(_log_qt)
    qt = make_qt()
    with (
        tempfile.TemporaryDirectory() as folder,
        asyncio.Runner(loop_factory=lambda: make_loop(qt)) as runner,
    ):
        here = Path(folder)
        application = Application(qt, here / "settings.ini", here, key=None, base_url=None)
        return runner.run(_self_test(application))


async def _self_test(application: Application) -> int:
    studio = application.studio
    application.window.show()
    application.load_icons()
    try:
        studio.opener.open_path(studio.samples.paths[0])
        source = await _outcome(studio.opener.opened, studio.opener.failed, Source)
        size = source.size
        middle = Sample(Point(size.width / 2, size.height / 2))
        studio.document.begin_stroke(Brush(size.width / 8), middle)
        studio.document.end_stroke()
        studio.parameters.set("prompt", "a self-test")
        studio.generation.run()
        entry_id = await _outcome(studio.generation.finished, studio.generation.failed, str)
    except FluxfillError as error:
        sys.stderr.write(f"self-test: {error.full_message}\n")
        return 1
    finally:
        await application.close()
    changed = studio.gallery[entry_id].changed_outside
    sys.stdout.write(
        f"self-test: {size.width} × {size.height} filled, {changed} pixels changed outside\n"
    )
    return 0 if changed == 0 else 1


async def _outcome(done: SignalInstance, failed: SignalInstance, _: type[T]) -> T:
    """What `done` brings; raises the FluxfillError that `failed` brings instead."""
    future: asyncio.Future[T] = asyncio.get_running_loop().create_future()
    done.connect(future.set_result)
    failed.connect(future.set_exception)
    try:
        return await future
    finally:
        done.disconnect(future.set_result)
        failed.disconnect(future.set_exception)


def _log_qt(kind: QtMsgType, context: QMessageLogContext, message: str) -> None:
    del context
    _log.log(_QT_LEVELS[kind], "Qt: %s", message)
