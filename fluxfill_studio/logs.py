"""The log file and what is written to it when the program crashes; keys never get that far."""

from __future__ import annotations

import faulthandler
import logging
import re
import sys
import threading
from logging.handlers import RotatingFileHandler
from pathlib import Path
from types import TracebackType
from typing import Final

from typing_extensions import override

_LOG_BYTES: Final = 500_000
_OLD_LOGS: Final = 2
_FORMAT: Final = "%(asctime)s %(levelname)s %(name)s: %(message)s"

# The characters of base64 in either alphabet, so that no tail of a key is left standing.
_KEY: Final = re.compile(r"afk_[A-Za-z0-9_+/=-]+")

_log = logging.getLogger(__name__)


def redacted(text: str) -> str:
    """`text` with everything that looks like an Apiframe key made unreadable."""
    return _KEY.sub("afk_***", text)


def start_logging(path: Path) -> None:
    """Write records from INFO upwards, and Python's warnings, to `path`; faults to stderr as well.

    The folder is made where it does not exist. Where the file cannot be written, warnings and
    worse go to standard error instead: a program that cannot log still works.
    """
    terminal = logging.StreamHandler()
    terminal.setLevel(logging.CRITICAL)
    handlers: list[logging.Handler] = [terminal]
    refusal = None
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        handlers.append(
            _LogFile(path, maxBytes=_LOG_BYTES, backupCount=_OLD_LOGS, encoding="utf-8")
        )
    except OSError as error:
        refusal = error
        terminal.setLevel(logging.WARNING)
    root = logging.getLogger()
    root.setLevel(logging.INFO)
    for handler in handlers:
        handler.setFormatter(_Redacting(_FORMAT))
        root.addHandler(handler)
    # It tells every address that it asks; those of results open them to whoever reads the log.
    logging.getLogger("httpx").setLevel(logging.WARNING)
    logging.captureWarnings(capture=True)
    if refusal is not None:
        _log.warning("there is no log file: %s", refusal)


def log_crashes(folder: Path) -> None:
    """Log what ends a thread or the program unforeseen.

    A fault in compiled code, which Python does not live to log, leaves the stacks of all threads
    in `crash.log` in `folder`.
    """
    sys.excepthook = _log_exception
    threading.excepthook = _log_thread_exception
    try:
        # Stays open as long as the process lives: there is no time to open it in a crash.
        file = (folder / "crash.log").open("ab")
    except OSError as error:
        _log.warning("there is no crash log: %s", error)
    else:
        faulthandler.enable(file)


class _LogFile(RotatingFileHandler):
    """Loses what the disk refuses: whoever needs the disk tells that it is full."""

    @override
    def handleError(self, record: logging.LogRecord) -> None:
        if not isinstance(sys.exc_info()[1], OSError):
            super().handleError(record)


class _Redacting(logging.Formatter):
    """Redacts the finished text, so message, arguments, exception and stack alike."""

    @override
    def format(self, record: logging.LogRecord) -> str:
        return redacted(super().format(record))


def _log_exception(
    kind: type[BaseException], error: BaseException, trace: TracebackType | None
) -> None:
    if issubclass(kind, KeyboardInterrupt):
        sys.__excepthook__(kind, error, trace)
    else:
        _log.critical("the program hit a fault", exc_info=(kind, error, trace))


def _log_thread_exception(args: threading.ExceptHookArgs) -> None:
    if args.exc_value is not None and args.exc_type is not SystemExit:
        name = None if args.thread is None else args.thread.name
        exc_info = (args.exc_type, args.exc_value, args.exc_traceback)
        _log.critical("thread %s hit a fault", name, exc_info=exc_info)
