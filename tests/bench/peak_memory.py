"""Open a picture in the program, paint a stroke on it, and print the peak of the memory in bytes.

Run by `processes.py`: `peak_memory.py PICTURE`.
"""

from __future__ import annotations

import asyncio
import re
import sys
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parents[2]))

from PySide6.QtWidgets import QApplication

from fluxfill_studio.app import make_loop, make_qt
from tests.bench.driver import paint_line
from tests.bench.program import Program


async def work(qt: QApplication, picture: Path) -> None:
    program = await Program.start(qt, picture.parent)
    await program.open(picture)
    paint_line(program.ours)
    await program.ours.settle()
    await program.close()


def peak() -> int:
    """The process's own peak; `getrusage` also counts that of the process that started it."""
    status = Path("/proc/self/status").read_text(encoding="utf-8")
    found = re.search(r"^VmHWM:\s+(\d+) kB$", status, re.MULTILINE)
    if found is None:
        raise RuntimeError("the system does not tell the peak of the memory")
    return int(found[1]) * 1024


def main() -> None:
    qt = make_qt()
    with asyncio.Runner(loop_factory=lambda: make_loop(qt)) as runner:
        runner.run(work(qt, Path(sys.argv[1])))
    print(peak())


if __name__ == "__main__":
    main()
