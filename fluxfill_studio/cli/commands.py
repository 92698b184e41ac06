"""The commands that need no window."""

from __future__ import annotations

import asyncio
import sys
from argparse import Namespace
from pathlib import Path

from fluxfill_studio.cli.arguments import KEY_VARIABLE, PROGRAM, request_from
from fluxfill_studio.cli.batch import Batch, Run, is_jpeg
from fluxfill_studio.cli.jobs import run_jobs
from fluxfill_studio.cli.office import office_in
from fluxfill_studio.cli.report import conclude
from fluxfill_studio.cli.sample import run_sample
from fluxfill_studio.cli.status import ExitStatus
from fluxfill_studio.cli.terminal import Terminal
from fluxfill_studio.core.errors import KeyMissing
from fluxfill_studio.core.job import Engine, Wish
from fluxfill_studio.core.plan import Inputs, Plan
from fluxfill_studio.core.request import Mode, variants_of
from fluxfill_studio.core.schema import ParameterSchema
from fluxfill_studio.jobs.preparing import Order, plan_run
from fluxfill_studio.sandbox.serve import HOST, serve
from fluxfill_studio.sandbox.server import Sandbox
from fluxfill_studio.storage.images import check_target, read_mask, read_source
from fluxfill_studio.storage.paths import data_folder


def run(args: Namespace, schema: ParameterSchema, key: str | None) -> int:
    """Do what `args` ask for, as far as it needs no window; returns the exit status."""
    match args.command:
        case "sandbox":
            return _serve(args.port, schema)
        case "sample-job":
            return run_sample(schema)
        case "jobs":
            return run_jobs(args, schema, key)
        case _:
            return _fill(args, schema, key)


def _fill(args: Namespace, schema: ParameterSchema, key: str | None) -> int:
    terminal = Terminal(sys.stderr, quiet=args.quiet)
    engine = _engine(args, key)
    batch = Batch(engine)
    with batch.recorded():
        requests = variants_of(request_from(args, schema), args.variants)
        targets = [_numbered(args.output, number) for number in range(1, args.variants + 1)]
        for target in targets:
            check_target(target, overwrite=args.force)
        if engine is Engine.APIFRAME and key is None:
            raise KeyMissing
        terminal.note(_ABOUT[engine])
        plan, inputs = _read(args, terminal)
        with office_in(data_folder(), schema, key, args.base_url) as office:
            base_url = office.service(engine).base_url
            for request, target in zip(requests, targets, strict=True):
                wish = Wish(str(target.absolute()), args.force)
                order = Order(request, plan, inputs, engine, base_url, wish)
                batch.runs.append(Run.of_order(order, target))
            office.execute(batch, terminal)
    return conclude(batch, terminal, as_json=args.json)


_ABOUT = {
    Engine.LOCAL: "Engine: local draft, a classical fill on this machine that ignores the prompt.",
    Engine.APIFRAME: "Engine: Flux Fill Pro at Apiframe.",
}


def _engine(args: Namespace, key: str | None) -> Engine:
    if args.engine is not None:
        return Engine(args.engine)
    return Engine.APIFRAME if key is not None or args.base_url is not None else Engine.LOCAL


def _numbered(path: Path, number: int) -> Path:
    return path if number == 1 else path.with_stem(f"{path.stem}-{number}")


def _read(args: Namespace, terminal: Terminal) -> tuple[Plan, Inputs]:
    """Read the files; all runs share one picture in memory."""
    source = read_source(args.image)
    if source.reduced:
        terminal.note(f"“{source.name}” has more than 8 bits per channel; the result has 8.")
    if is_jpeg(args.output):
        terminal.note(
            "JPEG compresses every pixel anew, also outside the mask; PNG and TIFF do not."
        )
    mask = read_mask(args.mask, source.size) if args.mode is Mode.INPAINT else None
    return plan_run(source, mask)


def _serve(port: int, schema: ParameterSchema) -> int:
    """The sandbox on the loopback address, until Ctrl+C."""
    terminal = Terminal(sys.stderr)

    async def work() -> None:
        sandbox = Sandbox(schema)
        try:
            await serve(sandbox, port, _announce)
        finally:
            await sandbox.aclose()

    try:
        asyncio.run(work())
    except OSError as error:
        terminal.fault(f"Port {port} cannot be used: {error.strerror}.")
        return ExitStatus.FAILED
    except KeyboardInterrupt:
        terminal.note("Stopped.")
    return ExitStatus.DONE


def _announce(port: int) -> None:
    address = f"http://{HOST}:{port}"
    print(
        f"The local draft answers at {address} until Ctrl+C, to any key that begins with afk_.\n"
        "In another terminal:\n"
        f"  {KEY_VARIABLE}=afk_local {PROGRAM} fill IMAGE --mask MASK --prompt TEXT -o OUT "
        f"--base-url {address}",
        flush=True,
    )
