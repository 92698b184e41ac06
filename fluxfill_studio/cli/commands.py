"""The commands that need no window."""

from __future__ import annotations

import asyncio
import sys
from argparse import Namespace
from pathlib import Path

from fluxfill_studio.cli.access import Access
from fluxfill_studio.cli.arguments import KEY_VARIABLE, PROGRAM, request_from
from fluxfill_studio.cli.batch import Batch, Run
from fluxfill_studio.cli.jobs import run_jobs
from fluxfill_studio.cli.layout import blend_of, context_of, extension_of, grows_exactly
from fluxfill_studio.cli.office import office_in
from fluxfill_studio.cli.report import conclude
from fluxfill_studio.cli.sample import run_sample
from fluxfill_studio.cli.status import ExitStatus
from fluxfill_studio.cli.terminal import Terminal
from fluxfill_studio.core.blending.compose import Blend
from fluxfill_studio.core.errors import KeyMissing
from fluxfill_studio.core.job import Engine, Wish
from fluxfill_studio.core.planning.plan import Inputs
from fluxfill_studio.core.planning.plan_warnings import warnings_of_all
from fluxfill_studio.core.request import Mode, variants_of
from fluxfill_studio.core.schema import ParameterSchema
from fluxfill_studio.jobs.preparing import Order, plan_extension, plan_run
from fluxfill_studio.sandbox.serve import HOST, serve
from fluxfill_studio.sandbox.server import Sandbox
from fluxfill_studio.storage.formats import losses
from fluxfill_studio.storage.images import read_mask, read_source
from fluxfill_studio.storage.paths import data_folder
from fluxfill_studio.storage.saving import check_target


def run(args: Namespace, schema: ParameterSchema) -> int:
    """Do what `args` ask for, as far as it needs no window; returns the exit status."""
    match args.command:
        case "sandbox":
            return _serve(args.port, schema)
        case "sample-job":
            return run_sample(schema)
        case "jobs":
            return run_jobs(args, schema)
        case _:
            return _fill(args, schema)


def _fill(args: Namespace, schema: ParameterSchema) -> int:
    terminal = Terminal(sys.stderr, quiet=args.quiet)
    batch = Batch()
    with batch.recorded():
        access = Access() if args.engine == Engine.LOCAL.value else Access.find(args.base_url)
        engine = batch.engine = _engine(args, access)
        requests = variants_of(request_from(args, schema), args.variants)
        targets = [_numbered(args.output, number) for number in range(1, args.variants + 1)]
        for target in targets:
            check_target(target, overwrite=args.force)
        if engine is Engine.APIFRAME and access.key is None:
            raise KeyMissing
        blend = blend_of(args) if args.mode is Mode.INPAINT else Blend()
        terminal.note(_ABOUT[engine])
        inputs = _read(args, terminal)
        _warn(inputs, terminal)
        _announce_parts(inputs, engine, schema, args.variants, terminal)
        with office_in(data_folder(), schema, access) as office:
            base_url = office.service(engine).base_url
            for request, target in zip(requests, targets, strict=True):
                wish = Wish(str(target.absolute()), args.force, args.quality)
                order = Order(request, inputs, engine, base_url, wish, blend)
                batch.runs.append(Run.of_order(order, target))
            office.execute(batch, terminal)
    return conclude(batch, terminal, as_json=args.json)


_ABOUT = {
    Engine.LOCAL: "Engine: local draft, a classical fill on this machine that ignores the prompt.",
    Engine.APIFRAME: "Engine: Flux Fill Pro at Apiframe.",
}


def _engine(args: Namespace, access: Access) -> Engine:
    if args.engine is not None:
        return Engine(args.engine)
    return Engine.APIFRAME if access.key is not None or args.base_url is not None else Engine.LOCAL


def _numbered(path: Path, number: int) -> Path:
    return path if number == 1 else path.with_stem(f"{path.stem}-{number}")


def _read(args: Namespace, terminal: Terminal) -> Inputs:
    """Read the files; all runs share one picture in memory."""
    source = read_source(args.image)
    depth = source.samples.depth
    if source.reduced:
        terminal.note(
            f"“{source.name}” holds finer values than are kept: the result has {depth} bits per "
            "channel."
        )
    if source.is_hdr:
        terminal.note(f"“{source.name}” is HDR: its colours are taken for sRGB, and look flat.")
    for loss in losses(source, args.output.suffix):
        terminal.note(f"{args.output.name}: {loss.value}")
    if args.mode is Mode.INPAINT:
        mask = read_mask(args.mask, source.size)
        return plan_run(source, mask, context=context_of(args), apart=args.apart)
    if grows_exactly(args):
        return plan_extension(source, extension_of(args, source.size))
    return plan_run(source, None)


def _warn(inputs: Inputs, terminal: Terminal) -> None:
    """Say why a run may not come out well, while it can still be stopped."""
    for warning in warnings_of_all(inputs.parts):
        terminal.note(warning.value)


def _announce_parts(
    inputs: Inputs, engine: Engine, schema: ParameterSchema, variants: int, terminal: Terminal
) -> None:
    """Say what is paid for more than once, before it is."""
    parts = len(inputs.parts)
    if parts > 1:
        runs = parts * variants
        price = ""
        if engine is Engine.APIFRAME:
            price = f", {runs * schema.credits_per_run} credits"
        terminal.note(f"This takes {parts} runs for each result{price}.")


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
