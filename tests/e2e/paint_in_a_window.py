"""Open a picture in a real window, paint a stroke, and photograph the screen.

Run by `test_xvfb.py` in a process of its own, for the platform is chosen once per process:
`paint_in_a_window.py PICTURE SCREENSHOT`.
"""

from __future__ import annotations

import asyncio
import sys
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parents[2]))

from PySide6.QtCore import QPoint
from PySide6.QtGui import QGuiApplication

from fluxfill_studio.app import Application, make_loop, make_qt
from tests.e2e.driving import close, open_file, paint, start
from tests.qt import emitted


async def drive(application: Application, picture: Path, shot: Path) -> None:
    program = await start(application)
    await open_file(application, picture)
    application.studio.canvas.set_brush(size=200, hardness=1)
    middle = application.window.canvas.rect().center()
    await paint(application, middle - QPoint(80, 0), middle, middle + QPoint(80, 0))
    # Counted in a worker after the stroke, so what was painted has reached the screen by then.
    await emitted(application.studio.document.summary_changed)
    window = application.window
    assert QGuiApplication.platformName() == "xcb"
    assert window.screen().grabWindow(0).save(str(shot))
    await close(application)
    await program


def main() -> None:
    picture, shot = (Path(argument) for argument in sys.argv[1:])
    qt = make_qt()
    folder = shot.parent
    application = Application(qt, folder / "settings.ini", folder / "data", key=None, base_url=None)
    with asyncio.Runner(loop_factory=lambda: make_loop(qt)) as runner:
        runner.run(drive(application, picture, shot))


if __name__ == "__main__":
    main()
