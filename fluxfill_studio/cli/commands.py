"""The commands that need no window."""

from __future__ import annotations

import asyncio
import json
import sys
from argparse import Namespace
from functools import partial
from pathlib import Path

from fluxfill_studio.cli.arguments import KEY_VARIABLE, request_from
from fluxfill_studio.cli.batch import Batch, Run, execute
from fluxfill_studio.cli.report import document, tell
from fluxfill_studio.cli.sample import run_sample
from fluxfill_studio.cli.status import ExitStatus
from fluxfill_studio.cli.terminal import Terminal
from fluxfill_studio.core.compose import Outcome
from fluxfill_studio.core.errors import KeyMissing, SaveError
from fluxfill_studio.core.job import Engine
from fluxfill_studio.core.request import FillRequest, Mode
from fluxfill_studio.core.schema import Control, ParameterSchema
from fluxfill_studio.jobs.preparing import new_job, plan_run
from fluxfill_studio.jobs.service import Service
from fluxfill_studio.sandbox.serve import HOST, serve
from fluxfill_studio.sandbox.server import Sandbox
from fluxfill_studio.storage.images import (
    check_target,
    read_mask,
    read_source,
    save_free,
    save_picture,
)
from fluxfill_studio.storage.paths import pictures_folder


def run(args: Namespace, schema: ParameterSchema, key: str | None) -> int:
    """Do what `args` ask for, as far as it needs no window; returns the exit status."""
    match args.command:
        case "sandbox":
            return _serve(args.port, schema)
        case "sample-job":
            return run_sample(schema)
        case _:
            return _fill(args, schema, key)


def _fill(args: Namespace, schema: ParameterSchema, key: str | None) -> int:
    terminal = Terminal(sys.stderr, quiet=args.quiet)
    batch = Batch(_engine(args, key))
    with batch.recorded():
        requests = _variants(request_from(args, schema), args.variants)
        targets = [_numbered(args.output, number) for number in range(1, args.variants + 1)]
        for target in targets:
            check_target(target, overwrite=args.force)
        if batch.engine is Engine.APIFRAME and key is None:
            raise KeyMissing
        terminal.note(_ABOUT[batch.engine])
        _add_runs(batch, args, requests, targets, terminal)
        service = Service.of(batch.engine, schema, key, args.base_url)
        save = partial(_save, overwrite=args.force)
        asyncio.run(execute(batch, service, save, terminal))
    tell(batch, terminal)
    if args.json:
        print(json.dumps(document(batch), indent=2))
    return batch.status


_ABOUT = {
    Engine.LOCAL: "Engine: local draft, a classical fill on this machine that ignores the prompt.",
    Engine.APIFRAME: "Engine: Flux Fill Pro at Apiframe.",
}


def _engine(args: Namespace, key: str | None) -> Engine:
    if args.engine is not None:
        return Engine(args.engine)
    return Engine.APIFRAME if key is not None or args.base_url is not None else Engine.LOCAL


def _variants(request: FillRequest, count: int) -> list[FillRequest]:
    """`count` requests with seeds that follow a fixed one; else the service draws them."""
    if request.seed is None:
        return [request] * count
    seed = request.schema.with_control(Control.SEED).name
    return [
        FillRequest.build(request.schema, {**request.values, seed: request.seed + n})
        for n in range(count)
    ]


def _numbered(path: Path, number: int) -> Path:
    return path if number == 1 else path.with_stem(f"{path.stem}-{number}")


def _add_runs(
    batch: Batch,
    args: Namespace,
    requests: list[FillRequest],
    targets: list[Path],
    terminal: Terminal,
) -> None:
    """Read the files and make a job for each request; all of them share one picture in memory."""
    source = read_source(args.image)
    if source.reduced:
        terminal.note(f"“{source.name}” has more than 8 bits per channel; the result has 8.")
    if _is_jpeg(args.output):
        terminal.note(
            "JPEG compresses every pixel anew, also outside the mask; PNG and TIFF do not."
        )
    mask = read_mask(args.mask, source.size) if args.mode is Mode.INPAINT else None
    plan, inputs = plan_run(source, mask)
    batch.runs = [
        Run(new_job(request, plan), inputs, target)
        for request, target in zip(requests, targets, strict=True)
    ]


def _save(run: Run, outcome: Outcome, *, overwrite: bool) -> None:
    source = run.inputs.source
    try:
        save_picture(run.target, outcome.picture, source, overwrite=overwrite)
    except SaveError:
        # It has been paid for, and would be lost with this process.
        run.saved = save_free(pictures_folder(), run.target.stem, outcome.picture, source)
        raise
    run.saved = run.target
    if _is_jpeg(run.target):
        run.changed_outside = None


def _is_jpeg(path: Path) -> bool:
    """Whether a file of this name cannot keep the pixels as they are."""
    return path.suffix.lower() in (".jpg", ".jpeg")


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
        f"  {KEY_VARIABLE}=afk_local fluxfill-studio fill IMAGE --mask MASK --prompt TEXT -o OUT "
        f"--base-url {address}",
        flush=True,
    )
