"""The parameters: checked, read from text and snapped as their data file says, and no further."""

from __future__ import annotations

import json
import math
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from jsonschema import Draft202012Validator

from fluxfill_studio.core.errors import ParameterError
from fluxfill_studio.core.schema import Control, Kind, Parameter, ParameterSchema, Value
from fluxfill_studio.storage.paths import load_schema, resources

CONTRACT = json.loads(
    (Path(__file__).parents[1] / "contract" / "apiframe-v2.schema.json").read_text(encoding="utf-8")
)
PARAMS = CONTRACT["$defs"]["FluxFillParams"]
NUMERIC = ["guidance", "steps", "safety_tolerance", "seed"]
VALID: dict[str, Value] = {
    "image": "https://cdn.test/image.png",
    "mask": "https://cdn.test/mask.png",
    "mode": "inpaint",
    "outpaint": "Make square",
    "prompt": "a blue door",
}

anything = st.one_of(
    st.none(),
    st.booleans(),
    st.integers(-5, 60),
    st.integers(),
    st.floats(-5, 60, allow_nan=False),
    st.floats(allow_nan=False, allow_infinity=False),
    st.text(max_size=5),
    st.sampled_from(
        ["", "a" * 2000, "a" * 2001, "é" * 2000, "jpg", "png", "outpaint", "Top outpaint"]
    ),
    st.lists(st.integers(), max_size=2),
)


def number_of(kind: Kind = Kind.NUMBER, **facts: Any) -> Parameter:
    return Parameter("some", kind, Control.SLIDER, "Some", "Help.", **facts)


def test_the_file_has_the_parameters_of_the_contract(schema: ParameterSchema) -> None:
    assert {p.name for p in schema.parameters} == set(PARAMS["properties"])
    assert len(schema.parameters) == 11
    for parameter in schema.parameters:
        facts = PARAMS["properties"][parameter.name]
        assert (parameter.minimum, parameter.maximum) == (
            facts.get("minimum"),
            facts.get("maximum"),
        )
        assert parameter.max_length == facts.get("maxLength")
        assert [choice.value for choice in parameter.choices] == facts.get("enum", [])
        assert parameter.label
        assert parameter.help.endswith(".")
        assert set(parameter.value_labels) <= {str(value) for value in range(1, 7)}
    assert (schema.model, schema.params_key) == ("flux-fill-pro", "fluxFillParams")
    assert (schema["prompt"].min_length, len(schema["prompt"].examples)) == (1, 6)


def test_defaults_are_those_of_the_contract_page(schema: ParameterSchema) -> None:
    assert schema.defaults == {
        "mode": "inpaint",
        "outpaint": "Zoom out 1.5x",
        "guidance": 3,
        "steps": 50,
        "safety_tolerance": 2,
        "output_format": "jpg",
        "prompt_upsampling": False,
    }


@pytest.mark.parametrize("name", sorted(set(PARAMS["properties"]) - {"image", "mask"}))
@given(value=anything)
def test_a_value_is_allowed_exactly_when_the_contract_allows_it(
    schema: ParameterSchema, name: str, value: object
) -> None:
    params = {**VALID, name: value}
    if Draft202012Validator(PARAMS).is_valid(params):
        assert schema.check(params)[name] == value
    else:
        with pytest.raises(ParameterError) as caught:
            schema.check(params)
        assert caught.value.values["name"] == name
        assert caught.value.values["name"] == name


@pytest.mark.parametrize(
    "address",
    ["", "picture.png", "data:image/png;base64,AAAA", "file:///etc/hosts", "http://[", 7, None],
)
def test_what_is_no_web_address(schema: ParameterSchema, address: object) -> None:
    with pytest.raises(ParameterError, match="http"):
        schema["image"].check(address)


@pytest.mark.parametrize("value", [math.nan, math.inf, -math.inf])
@pytest.mark.parametrize("name", NUMERIC)
def test_a_number_is_finite(schema: ParameterSchema, name: str, value: float) -> None:
    with pytest.raises(ParameterError, match="must be a number"):
        schema[name].check(value)
    with pytest.raises(ParameterError, match="must be a number"):
        schema[name].parse(str(value))


def test_the_whole_set_is_checked(schema: ParameterSchema) -> None:
    assert schema.check(VALID) == VALID
    with pytest.raises(ParameterError, match=r"strength: .* no such parameter"):
        schema.check({**VALID, "strength": 1})
    missing = {
        "image": "image: a value is needed",
        "mask": "mask: a value is needed",
        "prompt": "Prompt is missing, and a run needs it",
    }
    for name, message in missing.items():
        with pytest.raises(ParameterError, match=message):
            schema.check({key: value for key, value in VALID.items() if key != name})
    outpaint = {**VALID, "mode": "outpaint"}
    del outpaint["mask"]
    assert schema.check(outpaint) == outpaint


@pytest.mark.parametrize(
    ("name", "text", "value"),
    [
        ("guidance", "3.5", 3.5),
        ("guidance", " 2 ", 2.0),
        ("guidance", "5.0", 5.0),
        ("steps", "50", 50),
        ("seed", "-7", -7),
        ("seed", "9007199254740993", 2**53 + 1),
        ("seed", "1" * 400, int("1" * 400)),
        ("prompt_upsampling", "Yes", True),
        ("prompt_upsampling", "0", False),
        ("output_format", "png", "png"),
        ("prompt", "12", "12"),
    ],
)
def test_values_as_they_are_typed(
    schema: ParameterSchema, name: str, text: str, value: Value
) -> None:
    parsed = schema[name].parse(text)
    assert parsed == value
    assert type(parsed) is type(value)


@pytest.mark.parametrize(
    ("name", "text", "reason"),
    [
        ("guidance", "3.55", "must be a multiple of 0.1"),
        ("guidance", "5.1", "must lie between 2 and 5"),
        ("guidance", "three", "must be a number"),
        ("guidance", "", "must be a number"),
        ("steps", "2.5", "must be a number"),
        ("steps", "0", "must lie between 1 and 50"),
        ("prompt_upsampling", "perhaps", "must be true or false"),
        ("output_format", "webp", "must be one of: jpg, png"),
        ("prompt", "a" * 2001, "is 2001 characters long, 2000 are allowed"),
    ],
)
def test_what_is_typed_wrong_is_told(
    schema: ParameterSchema, name: str, text: str, reason: str
) -> None:
    with pytest.raises(ParameterError) as caught:
        schema[name].parse(text)
    assert caught.value.message == f"{name}: {reason}"


numbers = st.one_of(st.floats(-1e6, 1e6), st.integers(-(10**6), 10**6))


@pytest.mark.parametrize("name", NUMERIC)
@given(number=numbers)
def test_snapping_gives_the_nearest_allowed_value(
    schema: ParameterSchema, name: str, number: float
) -> None:
    parameter = schema[name]
    snapped = parameter.snap(number)
    assert parameter.snap(snapped) == snapped
    assert parameter.check(snapped) == snapped
    assert parameter.parse(str(snapped)) == snapped
    assert parameter.step is not None
    low = -math.inf if parameter.minimum is None else parameter.minimum
    high = math.inf if parameter.maximum is None else parameter.maximum
    for other in (snapped - parameter.step, snapped + parameter.step):
        if low <= other <= high:
            assert abs(snapped - number) <= abs(other - number) + 1e-9


@given(st.integers())
def test_whole_numbers_of_any_length_stay_as_they_are(number: int) -> None:
    assert number_of(Kind.INTEGER, step=1).snap(number) == number


@pytest.mark.parametrize(
    ("step", "decimals"), [(0.1, 1), (0.25, 2), (0.5, 1), (0.001, 3), (1, 0), (5, 0), (2.5, 1)]
)
def test_as_many_decimals_as_the_step_needs(step: float, decimals: int) -> None:
    parameter = number_of(minimum=0, maximum=100, step=step)
    assert parameter.decimals == decimals
    for count in range(20):
        value = parameter.snap(count * step)
        assert value == pytest.approx(count * step)
        assert round(value, decimals) == value


def test_an_even_grid_of_whole_numbers() -> None:
    even = number_of(Kind.INTEGER, minimum=2, maximum=10, step=2)
    assert [even.snap(number) for number in (0, 3.1, 4.9, 5.2, 11)] == [2, 4, 4, 6, 10]


def test_controls_find_their_parameters(schema: ParameterSchema) -> None:
    assert schema.with_control(Control.COMPASS).name == "outpaint"
    assert schema["steps"].control is Control.SLIDER
    with pytest.raises(KeyError):
        schema["strength"]
    one = ParameterSchema("m", "M", "params", 1, 1.0, (number_of(),))
    with pytest.raises(KeyError):
        one.with_control(Control.PROMPT)


@pytest.mark.parametrize(
    "entry",
    [
        {"name": "a", "label": "A", "help": "H."},
        {"name": "a", "label": "A", "help": "H.", "kind": "colour"},
        {"name": "a", "label": "A", "help": "H.", "kind": "number", "control": "knob"},
    ],
    ids=["no-kind", "unknown-kind", "unknown-control"],
)
def test_a_broken_file_is_told(entry: dict[str, str]) -> None:
    data = {
        "model": "m",
        "label": "M",
        "params_key": "p",
        "credits_per_run": 1,
        "typical_seconds": 1,
        "parameters": [entry],
    }
    with pytest.raises((KeyError, ValueError)):
        ParameterSchema.from_data(data)


def test_a_default_outside_its_own_range_is_told() -> None:
    path = resources() / "schema" / "flux-fill-pro.json"
    data = json.loads(path.read_text(encoding="utf-8"))
    assert ParameterSchema.from_data(data) == load_schema(resources())
    steps = next(entry for entry in data["parameters"] if entry["name"] == "steps")
    steps["default"] = 51
    with pytest.raises(ParameterError, match="steps"):
        ParameterSchema.from_data(data)
