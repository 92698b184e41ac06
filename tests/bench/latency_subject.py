"""A canvas that fills an X server's screen and does what its standard input says.

Run by `latency.py`: `latency_subject.py SUBJECT MEGAPIXELS`. For every line, a name in SCALES, it
takes all paint back, shows the picture so, and answers with the scale and the picture's place.
"""

from __future__ import annotations

import asyncio
import sys
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parents[2]))

from PySide6.QtCore import Qt
from PySide6.QtTest import QTest

from fluxfill_studio.app import make_loop, make_qt
from fluxfill_studio.core.view.display import MaskView
from fluxfill_studio.model.tasks import TaskOwner
from tests.bench.driver import SCALES, Subject
from tests.bench.ours import open_alone
from tests.bench.plain_qt import PlainCanvas
from tests.bench.report import PLAIN_QT
from tests.bench.subjects import large_photograph
from tests.qt import acting

_BRUSH = 512


async def serve(subject: Subject) -> None:
    """Answer line by line until the input ends."""
    widget = subject.widget
    widget.hide()
    widget.setWindowFlag(Qt.WindowType.FramelessWindowHint)
    widget.move(0, 0)
    widget.show()
    await acting(lambda: QTest.qWaitForWindowExposed(widget))
    subject.take_brush(_BRUSH)
    while line := await asyncio.to_thread(sys.stdin.readline):
        while subject.can_undo:
            await subject.undo()
        scale, area = subject.place(SCALES[line.strip()])
        subject.paint()
        left, top, right, bottom = (
            round(side) for side in (area.left(), area.top(), area.right(), area.bottom())
        )
        print(scale, left, top, right, bottom, flush=True)


async def serve_ours(megapixels: int) -> None:
    tasks = TaskOwner()
    ours = await open_alone(tasks, large_photograph(megapixels))
    # Black where nothing is painted: what changes is paint.
    ours.model.set_mask_view(MaskView.MASK)
    await serve(ours)
    await tasks.close()


def main() -> None:
    name, megapixels = sys.argv[1], int(sys.argv[2])
    qt = make_qt()
    plain = PlainCanvas(large_photograph(megapixels)) if name == PLAIN_QT else None
    with asyncio.Runner(loop_factory=lambda: make_loop(qt)) as runner:
        runner.run(serve_ours(megapixels) if plain is None else serve(plain))


if __name__ == "__main__":
    main()
