"""Requests: what goes out for which mode, and that the contract accepts it."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st
from jsonschema import Draft202012Validator

from fluxfill_studio.core.errors import ParameterError
from fluxfill_studio.core.planning.outpaint import Preset
from fluxfill_studio.core.request import FillRequest, Mode
from fluxfill_studio.core.schema import ParameterSchema, Value

CONTRACT = json.loads(
    (Path(__file__).parents[1] / "contract" / "apiframe-v2.schema.json").read_text(encoding="utf-8")
)
VALIDATOR = Draft202012Validator(CONTRACT["$defs"]["FluxFillParams"])
IMAGE, MASK = "https://cdn.test/image.png", "https://cdn.test/mask.png"

settings_by_hand = st.fixed_dictionaries(
    {"prompt": st.text(min_size=1, max_size=20)},
    optional={
        "mode": st.sampled_from(["inpaint", "outpaint"]),
        "outpaint": st.sampled_from([preset.value for preset in Preset]),
        "guidance": st.integers(20, 50).map(lambda tenths: tenths / 10),
        "steps": st.integers(1, 50),
        "safety_tolerance": st.integers(1, 6),
        "output_format": st.sampled_from(["jpg", "png"]),
        "seed": st.integers(),
        "prompt_upsampling": st.booleans(),
    },
)


def test_what_stands_at_its_default_is_left_to_the_service(schema: ParameterSchema) -> None:
    request = FillRequest.build(schema, {"prompt": "a blue door", "guidance": 3.0, "steps": 50})
    assert dict(request.values) == {
        "mode": "inpaint",
        "prompt": "a blue door",
        "output_format": "jpg",
    }
    assert (request.mode, request.prompt, request.seed) == (Mode.INPAINT, "a blue door", None)


def test_an_outpaint_names_its_preset_and_an_inpaint_does_not(schema: ParameterSchema) -> None:
    values: dict[str, Value] = {"prompt": "sky", "mode": "outpaint"}
    request = FillRequest.build(schema, values)
    assert request.mode is Mode.OUTPAINT
    assert request.values["outpaint"] == "Zoom out 1.5x"
    assert "mask" not in request.params(IMAGE, None)
    inpaint = FillRequest.build(schema, {"prompt": "sky", "outpaint": "Make square"})
    assert "outpaint" not in inpaint.params(IMAGE, MASK)


@given(settings_by_hand)
def test_whatever_is_set_the_contract_accepts_it(
    schema: ParameterSchema, values: dict[str, Value]
) -> None:
    request = FillRequest.build(schema, values)
    mask = MASK if request.mode is Mode.INPAINT else None
    params = request.params(IMAGE, mask)
    VALIDATOR.validate(json.loads(json.dumps(params)))
    for name, value in values.items():
        parameter = schema[name]
        is_sent = parameter.mode in (None, request.mode.value) and (
            parameter.always_sent or value != parameter.default
        )
        assert (name in params) == is_sent
        if is_sent:
            assert params[name] == value
    always = {p.name for p in schema.parameters if p.always_sent}
    assert set(params) <= set(values) | always | {"image", "mask"}
    assert request.seed == values.get("seed")


def test_the_values_of_a_request_cannot_be_changed(schema: ParameterSchema) -> None:
    given_values: dict[str, Value] = {"prompt": "a door", "seed": 3}
    request = FillRequest.build(schema, given_values)
    given_values["seed"] = 4
    assert request.seed == 3
    with pytest.raises(TypeError):
        request.values["seed"] = 4  # type: ignore[index]


@pytest.mark.parametrize(
    "values",
    [
        {},
        {"prompt": ""},
        {"prompt": "a door", "steps": 51},
        {"prompt": "a door", "mode": "both"},
        {"prompt": "a door", "strength": 1},
    ],
)
def test_a_request_that_is_not_allowed_is_never_made(
    schema: ParameterSchema, values: dict[str, Value]
) -> None:
    with pytest.raises(ParameterError):
        FillRequest.build(schema, values)


@pytest.mark.parametrize(
    ("image", "mask"), [(IMAGE, None), ("", MASK), (IMAGE, "data:image/png;base64,AA")]
)
def test_addresses_are_needed_and_checked(
    schema: ParameterSchema, image: str, mask: str | None
) -> None:
    request = FillRequest.build(schema, {"prompt": "a door"})
    with pytest.raises(ParameterError):
        request.params(image, mask)
