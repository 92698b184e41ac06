"""The program's entry: the window, or a command that needs none."""

from __future__ import annotations

import gc
import os
import sys
from argparse import Namespace
from collections.abc import Sequence

from fluxfill_studio.cli.arguments import KEY_VARIABLE, build_parser, parse
from fluxfill_studio.cli.status import ExitStatus
from fluxfill_studio.core.schema import ParameterSchema
from fluxfill_studio.logs import log_crashes, start_logging
from fluxfill_studio.storage.paths import load_schema, log_file, resources


def main(argv: Sequence[str] | None = None) -> int:
    """Do what `argv` (by default the process's arguments) asks for; returns the exit status.

    What only one of the ways needs is imported on that way: the window starts without what runs
    need, and runs without a window do without Qt. Raises SystemExit as argparse does.
    """
    # numpy's own threads would take the core that the window needs, and gain nothing at our sizes.
    os.environ.setdefault("OPENBLAS_NUM_THREADS", "1")
    # OpenCV's would turn in circles for more to do: a core lost for as long as a stroke goes on.
    os.environ.setdefault("OPENCV_THREAD_POOL_ACTIVE_WAIT_WORKER", "0")
    schema = load_schema(resources())
    args = parse(build_parser(schema), sys.argv[1:] if argv is None else argv)
    start_logging(log_file())
    log_crashes(log_file().parent)
    try:
        status = _run(args, schema)
        sys.stdout.flush()
    except KeyboardInterrupt:
        return ExitStatus.STOPPED
    except BrokenPipeError:
        # Whoever reads the output has seen enough. Python would flush the rest at its end.
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        return ExitStatus.FAILED
    return status


def _run(args: Namespace, schema: ParameterSchema) -> int:
    if args.command == "self-test":
        from fluxfill_studio import app

        return app.self_test()
    if args.command == "open":
        # Nothing that is imported is garbage; from then on the window collects it by itself.
        gc.disable()
        from fluxfill_studio import app

        key = os.environ.get(KEY_VARIABLE) or None
        return app.run(args.images, key=key, base_url=args.base_url)
    from fluxfill_studio.cli import commands

    return commands.run(args, schema)


if __name__ == "__main__":
    sys.exit(main())
