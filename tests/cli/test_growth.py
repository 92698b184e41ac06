"""Outpaints and fills of several runs, from the command line to the file."""

from __future__ import annotations

import json

import numpy as np
import pytest
from PIL import Image

from fluxfill_studio.core.geometry import Size
from fluxfill_studio.core.schema import ParameterSchema
from fluxfill_studio.sandbox.service import SandboxSettings
from tests.cli.conftest import KEY, Program, save_pictures, served

FILL = ["fill", "photo.png", "--mask", "mask.png", "--prompt", "calm water", "-o", "out.png"]


@pytest.mark.parametrize(
    ("arguments", "size", "place"),
    [
        (["--left", "301", "--bottom", "77"], Size(901, 477), (301, 0)),
        (["--aspect", "1:1", "--anchor", "bottom"], Size(600, 600), (0, 200)),
        (["--right", "25%"], Size(750, 400), (0, 0)),
    ],
)
def test_an_outpaint_has_exactly_the_size_that_was_asked_for(
    program: Program, arguments: list[str], size: Size, place: tuple[int, int]
) -> None:
    save_pictures(program.folder, Size(600, 400))
    command = ["outpaint", "photo.png", "--prompt", "calm water", "-o", "out.png", *arguments]
    process = program.run(*command, "--engine", "local")
    assert process.returncode == 0, process.stderr
    with (
        Image.open(program.folder / "out.png") as grown,
        Image.open(program.folder / "photo.png") as photo,
    ):
        assert grown.size == (size.width, size.height)
        before, after = np.asarray(photo), np.asarray(grown)
    x, y = place
    assert np.array_equal(after[y : y + 400, x : x + 600], before)
    # What is new is no flat colour.
    new = np.delete(after, np.s_[x : x + 600], axis=1) if x or size.width > 600 else after[:y]
    assert new.std(axis=(0, 1)).min() > 1


def test_a_large_extension_takes_several_runs_which_is_told_with_the_price(
    program: Program, schema: ParameterSchema
) -> None:
    save_pictures(program.folder, Size(64, 48))
    command = ["outpaint", "photo.png", "--prompt", "calm water", "-o", "out.png"]
    with served(schema, SandboxSettings(api_key=KEY)) as service:
        program.learn(schema, service.url)
        process = program.run(
            *command, "--right", "200", "--json", "--base-url", service.url, key=KEY
        )
        parts = len(service.jobs())
    assert process.returncode == 0, process.stderr
    assert parts > 1
    price = parts * schema.credits_per_run
    assert f"This takes {parts} runs for each result, {price} credits." in process.stderr
    (run,) = json.loads(process.stdout)["runs"]
    assert (run["width"], run["height"], run["charged"]) == (264, 48, price)


def test_areas_that_lie_far_apart_can_be_runs_of_their_own(
    program: Program, schema: ParameterSchema
) -> None:
    save_pictures(program.folder, Size(3300, 300))
    mask = np.zeros((300, 3300), np.uint8)
    mask[100:200, 50:150] = mask[100:200, 3150:3250] = 255
    Image.fromarray(mask).save(program.folder / "mask.png")
    with served(schema, SandboxSettings(api_key=KEY)) as service:
        program.learn(schema, service.url)
        process = program.run(*FILL, "--apart", "--json", "--base-url", service.url, key=KEY)
        assert len(service.jobs()) == 2
    assert process.returncode == 0, process.stderr
    (run,) = json.loads(process.stdout)["runs"]
    assert (run["changed_outside"], run["charged"]) == (0, 2 * schema.credits_per_run)
