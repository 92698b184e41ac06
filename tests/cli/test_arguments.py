"""The command line takes what the schema says, and says what the schema takes."""

from __future__ import annotations

import copy
import json
from pathlib import Path
from typing import Any

import pytest

from fluxfill_studio.cli.arguments import build_parser, parse, request_from
from fluxfill_studio.core.errors import ParameterError
from fluxfill_studio.core.request import FillRequest, Mode
from fluxfill_studio.core.schema import ParameterSchema
from tests.cli.conftest import Program

FILL = ["fill", "photo.png", "--mask", "mask.png", "--prompt", "calm water", "-o", "out.png"]
OUTPAINT = ["outpaint", "photo.png", "--prompt", "calm water", "-o", "out.png", "--preset"]


def request(schema: ParameterSchema, *arguments: str) -> FillRequest:
    return request_from(parse(build_parser(schema), arguments), schema)


def help_of(schema: ParameterSchema, command: str, capsys: pytest.CaptureFixture[str]) -> str:
    with pytest.raises(SystemExit) as exit_:
        parse(build_parser(schema), [command, "--help"])
    assert exit_.value.code == 0
    return " ".join(capsys.readouterr().out.split())


def test_a_fill_takes_the_parameters_of_the_schema(schema: ParameterSchema) -> None:
    made = request(
        schema,
        *FILL,
        *("--set", "guidance=3.5", "--set", "prompt_upsampling=yes"),
        *("--set", "output_format=png", "--seed", "7"),
    )
    assert made.values == {
        "mode": "inpaint",
        "prompt": "calm water",
        "guidance": 3.5,
        "output_format": "png",
        "seed": 7,
        "prompt_upsampling": True,
    }


def test_an_outpaint_takes_a_preset_and_no_mask(schema: ParameterSchema) -> None:
    made = request(schema, *OUTPAINT, "Right outpaint")
    assert made.mode is Mode.OUTPAINT
    assert made.values["outpaint"] == "Right outpaint"
    with pytest.raises(SystemExit) as exit_:
        parse(build_parser(schema), [*OUTPAINT, "Right outpaint", "--mask", "mask.png"])
    assert exit_.value.code == 2


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        ([*FILL, "--set", "guidance=7"], "guidance: must lie between 2 and 5"),
        ([*FILL, "--set", "guidance=2.55"], "guidance: must be a multiple of 0.1"),
        ([*FILL, "--set", "steps=many"], "steps: must be a number"),
        ([*FILL, "--seed", "1.5"], "seed: must be a number"),
        ([*FILL, "--set", "steps"], "--set steps: must have the form NAME=VALUE"),
        ([*FILL, "--prompt", ""], "Prompt is missing, and a run needs it"),
        ([*FILL, "--prompt", "x" * 2001], "prompt: is 2001 characters long, 2000 are allowed"),
        ([*OUTPAINT, "Sideways"], "outpaint: must be one of: Zoom out 1.5x, Zoom out 2x, "),
    ],
)
def test_a_value_that_the_schema_forbids_is_refused(
    schema: ParameterSchema, arguments: list[str], message: str
) -> None:
    with pytest.raises(ParameterError) as error:
        request(schema, *arguments)
    assert error.value.message.startswith(message)


@pytest.mark.parametrize("name", ["mode", "image", "prompt", "stepps"])
def test_what_has_an_argument_of_its_own_cannot_be_set(schema: ParameterSchema, name: str) -> None:
    with pytest.raises(ParameterError, match=f"{name}: cannot be set; there are guidance, steps"):
        request(schema, *FILL, "--set", f"{name}=x")


def test_help_lists_every_parameter_with_range_and_default(
    schema: ParameterSchema, capsys: pytest.CaptureFixture[str]
) -> None:
    text = help_of(schema, "fill", capsys)
    for line in (
        "guidance number from 2 to 5 in steps of 0.1 [3]",
        "steps whole number from 1 to 50 [50]",
        "safety_tolerance whole number from 1 to 6 [2]",
        "output_format jpg or png [jpg]",
        "seed whole number [random]",
        "prompt_upsampling true or false [false]",
    ):
        assert line in text
    text = help_of(schema, "outpaint", capsys)
    for choice in schema["outpaint"].choices:
        assert choice.value in text


def test_a_change_to_the_schema_changes_the_command_line(
    resources_folder: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    text = (resources_folder / "schema" / "flux-fill-pro.json").read_text("utf-8")
    data: dict[str, Any] = copy.deepcopy(json.loads(text))
    entries = {entry["name"]: entry for entry in data["parameters"]}
    entries["guidance"].update(maximum=8, default=6)
    entries["outpaint"]["choices"].append({"value": "Upwards", "label": "Up"})
    data["parameters"].append(
        {"name": "haste", "kind": "integer", "label": "Haste", "help": "How fast.", "maximum": 9}
    )
    schema = ParameterSchema.from_data(data)

    made = request(schema, *FILL, "--set", "guidance=7", "--set", "haste=9")
    assert (made.values["guidance"], made.values["haste"]) == (7, 9)
    with pytest.raises(ParameterError, match="haste"):
        request(schema, *FILL, "--set", "haste=10")
    assert request(schema, *OUTPAINT, "Upwards").values["outpaint"] == "Upwards"
    text = help_of(schema, "fill", capsys)
    assert "guidance number from 2 to 8 in steps of 0.1 [6]" in text
    assert "haste whole number to 9" in text


@pytest.mark.parametrize(
    ("argv", "images"),
    [([], []), (["a.png", "b.jpg"], ["a.png", "b.jpg"]), (["--", "-a.png"], ["-a.png"])],
)
def test_without_a_command_images_are_opened(
    schema: ParameterSchema, argv: list[str], images: list[str]
) -> None:
    args = parse(build_parser(schema), argv)
    assert args.command == "open"
    assert args.images == [Path(image) for image in images]


def test_the_window_takes_an_address_of_the_service(schema: ParameterSchema) -> None:
    args = parse(build_parser(schema), ["--base-url", "http://127.0.0.1:1", "a.png"])
    assert (args.command, args.base_url) == ("open", "http://127.0.0.1:1")


@pytest.mark.parametrize(
    ("arguments", "ids"),
    [([], None), (["--resume"], []), (["--json", "--resume", "1f", "2e", "--quiet"], ["1f", "2e"])],
)
def test_jobs_are_listed_or_resumed(
    schema: ParameterSchema, arguments: list[str], ids: list[str] | None
) -> None:
    assert parse(build_parser(schema), ["jobs", *arguments]).resume == ids


@pytest.mark.parametrize("option", ["--self-test", "--sample-job"])
def test_options_in_place_of_a_command(schema: ParameterSchema, option: str) -> None:
    assert parse(build_parser(schema), [option]).command == option.lstrip("-")


@pytest.mark.parametrize(
    "argv",
    [
        FILL[:-2],
        [*FILL, "--variants", "5"],
        [*FILL, "--engine", "gpu"],
        ["sandbox", "--port", "70000"],
        ["jobs", "1f"],
        ["--no-such-option"],
    ],
)
def test_wrong_arguments_end_with_status_2(schema: ParameterSchema, argv: list[str]) -> None:
    with pytest.raises(SystemExit) as exit_:
        parse(build_parser(schema), argv)
    assert exit_.value.code == 2


LOADED = """
import sys
from fluxfill_studio.__main__ import main
try:
    main({argv})
except SystemExit:
    pass
print(*sorted({{name.partition(".")[0] for name in sys.modules}}))
"""


def loaded(program: Program, argv: list[str]) -> set[str]:
    """The top-level packages that are loaded when the program ends."""
    process = program.python(LOADED.format(argv=argv))
    assert process.returncode == 0, process.stderr
    return set(process.stdout.splitlines()[-1].split())


def test_help_loads_next_to_nothing(program: Program) -> None:
    packages = loaded(program, ["fill", "--help"])
    assert "argparse" in packages
    assert not packages & {"PySide6", "PIL", "cv2", "httpx", "numpy", "starlette", "uvicorn"}


def test_a_run_without_a_window_loads_no_qt(program: Program) -> None:
    packages = loaded(program, FILL)
    assert "httpx" in packages
    assert not packages & {"PySide6", "qasync", "shiboken6"}
