"""What can be said on the command line, with the model's parameters taken from their schema."""

from __future__ import annotations

import textwrap
from argparse import ArgumentParser, ArgumentTypeError, Namespace, RawDescriptionHelpFormatter
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Final

from fluxfill_studio import __version__
from fluxfill_studio.cli.layout import add_blend, add_context, add_growth, grows_exactly
from fluxfill_studio.core.errors import ParameterError
from fluxfill_studio.core.request import FillRequest, Mode
from fluxfill_studio.core.schema import Control, Kind, Parameter, ParameterSchema
from fluxfill_studio.core.texts import QT_TRANSLATE_NOOP

KEY_VARIABLE: Final = "APIFRAME_API_KEY"
ENGINES: Final = ("local", "apiframe")
MAX_VARIANTS: Final = 4

PROGRAM: Final = "fluxfill-studio"

_COMMANDS: Final = ("open", "fill", "outpaint", "jobs", "sandbox")
_TOP_OPTIONS: Final = ("-h", "--help", "--version", "--self-test", "--sample-job")
# What `--set` reaches; everything else has an argument of its own.
_SETTINGS: Final = (Control.SEGMENTS, Control.SLIDER, Control.SWITCH, Control.SEED)

_ENDINGS: Final = f"""\
The key of the service is that of the environment variable {KEY_VARIABLE}, or the one
that was kept in the window's settings, which goes to the address that is set there.

exit status: 0 done, 1 failed, 2 wrong arguments, 3 no key or a rejected one,
  4 not enough credits, 130 stopped"""

_NO_SETTING = QT_TRANSLATE_NOOP("errors", "cannot be set; there are {names}")
_NO_VALUE = QT_TRANSLATE_NOOP("errors", "must have the form NAME=VALUE")


def build_parser(schema: ParameterSchema) -> ArgumentParser:
    """The parser of the whole command line; `command` in its result names what is asked for."""
    parser = ArgumentParser(
        prog=PROGRAM,
        usage=f"{PROGRAM} [IMAGE ...]\n       {PROGRAM} COMMAND ...",
        description="Repaint the masked part of a photograph, or let it grow, by a prompt.",
        epilog=f"'{PROGRAM} COMMAND --help' tells more about a command.\n\n{_ENDINGS}",
        formatter_class=RawDescriptionHelpFormatter,
    )
    parser.add_argument("--version", action="version", version=f"{PROGRAM} {__version__}")
    parser.add_argument(
        "--self-test",
        dest="command",
        action="store_const",
        const="self-test",
        help="build the window off screen, load every resource, run one local fill",
    )
    parser.add_argument(
        "--sample-job",
        dest="command",
        action="store_const",
        const="sample-job",
        help="fill a part of a sample photograph on this machine, without a window",
    )
    commands = parser.add_subparsers(
        dest="command", title="commands", metavar="COMMAND", prog=PROGRAM
    )

    window = commands.add_parser("open", help="show images in the window (the default)")
    window.add_argument("images", nargs="*", type=Path, metavar="IMAGE")
    _add_base_url(window)

    fill = commands.add_parser("fill", help="repaint the masked part of an image")
    _add_run_arguments(fill, schema)
    fill.add_argument(
        "--mask",
        required=True,
        type=Path,
        help="an image of the same size: white is repainted, black is kept",
    )
    add_context(fill)
    add_blend(fill)
    fill.set_defaults(mode=Mode.INPAINT)

    outpaint = commands.add_parser("outpaint", help="let an image grow")
    _add_run_arguments(outpaint, schema)
    presets = schema.with_control(Control.COMPASS).choices
    add_growth(outpaint, "; ".join(choice.value for choice in presets).replace("%", "%%"))
    outpaint.set_defaults(mode=Mode.OUTPAINT)

    _add_jobs(commands.add_parser("jobs", help="list all runs, or go on with unfinished ones"))

    sandbox = commands.add_parser("sandbox", help="serve the local draft on 127.0.0.1")
    sandbox.add_argument("--port", type=_port, default=8765, help="0 takes a free one [8765]")
    return parser


def parse(parser: ArgumentParser, argv: Sequence[str]) -> Namespace:
    """The meaning of `argv`; without a command it is `open`. Exits with status 2 as argparse does.

    argparse knows no default command, so it is put in here.
    """
    if not argv or argv[0] not in (*_COMMANDS, *_TOP_OPTIONS):
        argv = ["open", *argv]
    return parser.parse_args(argv)


def request_from(args: Namespace, schema: ParameterSchema) -> FillRequest:
    """The request that the arguments of `fill` or `outpaint` make. Raises ParameterError."""
    prompt = schema.with_control(Control.PROMPT)
    by_preset = args.mode is Mode.OUTPAINT and not grows_exactly(args)
    # What grows exactly is a larger picture, of which the new part is filled.
    mode = Mode.OUTPAINT if by_preset else Mode.INPAINT
    values = {
        schema.with_control(Control.MODE).name: mode.value,
        prompt.name: prompt.parse(args.prompt),
    }
    if by_preset:
        preset = schema.with_control(Control.COMPASS)
        values[preset.name] = preset.parse(args.preset)
    settings = {parameter.name: parameter for parameter in _settings(schema)}
    for setting in args.settings:
        name, equals, text = setting.partition("=")
        if not equals:
            raise ParameterError(name=f"--set {setting}", reason=_NO_VALUE)
        if name not in settings:
            raise ParameterError(name=name, reason=_NO_SETTING.format(names=", ".join(settings)))
        values[name] = settings[name].parse(text)
    return FillRequest.build(schema, values)


def _add_run_arguments(parser: ArgumentParser, schema: ParameterSchema) -> None:
    """The arguments that every run without a window takes."""
    seed = schema.with_control(Control.SEED)
    parser.formatter_class = RawDescriptionHelpFormatter
    parser.epilog = f"parameters for --set, with their defaults:\n{_listed(schema)}\n\n{_ENDINGS}"
    parser.add_argument("image", type=Path, metavar="IMAGE")
    parser.add_argument("--prompt", required=True, metavar="TEXT", help="what should appear")
    parser.add_argument(
        "-o",
        "--output",
        required=True,
        type=Path,
        metavar="OUT",
        help=".png, .tif, .jpg, .webp or .avif",
    )
    parser.add_argument(
        "--quality",
        type=int,
        choices=range(1, 101),
        metavar="N",
        help="of a .jpg, 1 to 100 [95]",
    )
    parser.add_argument(
        "--set",
        dest="settings",
        action="append",
        default=[],
        metavar="NAME=VALUE",
        help="set a parameter; may be repeated",
    )
    parser.add_argument(
        "--seed",
        dest="settings",
        action="append",
        type=f"{seed.name}={{}}".format,
        metavar="N",
        help=f"the same as --set {seed.name}=N",
    )
    parser.add_argument(
        "--variants",
        type=int,
        choices=range(1, MAX_VARIANTS + 1),
        default=1,
        metavar="N",
        help=f"1 to {MAX_VARIANTS} runs with other seeds, each paid, into OUT, OUT-2 ...",
    )
    parser.add_argument(
        "--engine",
        choices=ENGINES,
        help="the local draft, which ignores the prompt, or the service "
        "[the service where there is a key or --base-url]",
    )
    _add_base_url(parser)
    parser.add_argument("--force", action="store_true", help="overwrite OUT")
    _add_report_arguments(parser)


def _add_jobs(parser: ArgumentParser) -> None:
    parser.formatter_class = RawDescriptionHelpFormatter
    parser.description = (
        "List all runs, of windows and commands alike, the newest last. A run that was stopped,\n"
        "failed, or lost its process can be resumed; what was paid for is not paid for again."
    )
    parser.epilog = _ENDINGS
    parser.add_argument(
        "--resume",
        nargs="*",
        metavar="ID",
        help="go on with these, or with all that are unfinished; the beginning of an id will do",
    )
    _add_base_url(parser)
    _add_report_arguments(parser)


def _add_report_arguments(parser: ArgumentParser) -> None:
    parser.add_argument("--json", action="store_true", help="tell the results on standard output")
    parser.add_argument("--quiet", action="store_true", help="tell nothing but errors")


def _add_base_url(parser: ArgumentParser) -> None:
    parser.add_argument("--base-url", metavar="URL", help="another address of the service")


def _port(text: str) -> int:
    if text.isdecimal() and int(text) < 2**16:
        return int(text)
    raise ArgumentTypeError("a port is a whole number from 0 to 65535")


def _settings(schema: ParameterSchema) -> Iterator[Parameter]:
    return (p for p in schema.parameters if p.control in _SETTINGS)


def _listed(schema: ParameterSchema) -> str:
    parameters = list(_settings(schema))
    width = max(len(parameter.name) for parameter in parameters)
    return "\n".join(
        textwrap.fill(
            f"{parameter.name:{width}}  {_range(parameter)} [{_default(parameter)}]. "
            + parameter.help,
            width=79,
            initial_indent="  ",
            subsequent_indent=" " * (width + 4),
        )
        for parameter in parameters
    )


def _range(parameter: Parameter) -> str:
    match parameter.kind:
        case Kind.BOOLEAN:
            return "true or false"
        case Kind.CHOICE:
            return " or ".join(choice.value for choice in parameter.choices)
        case _:
            return _numbers(parameter)


def _numbers(parameter: Parameter) -> str:
    text = "whole number" if parameter.kind is Kind.INTEGER else "number"
    if parameter.minimum is not None:
        text += f" from {parameter.minimum:g}"
    if parameter.maximum is not None:
        text += f" to {parameter.maximum:g}"
    if parameter.kind is Kind.NUMBER and parameter.step:
        text += f" in steps of {parameter.step:g}"
    return text


def _default(parameter: Parameter) -> str:
    match parameter.default:
        case None:
            return "random"
        case bool():
            return str(parameter.default).lower()
        case _:
            return str(parameter.default)
